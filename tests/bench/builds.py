"""What a user's build costs on either side: a crate that depends on it, and programs that call it."""

import json
import re
import shutil
from pathlib import Path

from measure import OURS, ROOT, SDK, TARGET, build, cargo, rust_lines, say
from structures import GENERATED

# A crate of its own, wherever it stands.
MANIFEST = """\
package = {{ name = "user", version = "0.0.0", edition = "2024", publish = false }}
dependencies = {{ {} = {} }}
workspace = {{}}
"""

# Makes requests, and reads responses to them from its arguments.
PROGRAM_OF_OURS = """\
use rds_protocol::Operation;
use rds_protocol::awsquery::http::{HeaderMap, StatusCode, Uri};
use rds_protocol::operations::*;

fn call<O: Operation + Default>(endpoint: &Uri, body: &str) -> usize {
    let response = O::parse_response(StatusCode::OK, &HeaderMap::new(), body.as_bytes());
    usize::from(O::default().to_request(endpoint).is_ok()) + usize::from(response.is_ok())
}

fn main() {
    let (body, mut done) = (std::env::args().next().unwrap_or_default(), 0);
    let endpoint = Uri::from_static("https://rds.eu-west-1.amazonaws.com/");
    // calls
    println!("{done}");
}
"""

# Has all that it takes to call: without a runtime to run it on, since that is not the SDK's to bring.
PROGRAM_OF_SDK = """\
use std::{future::Future, hint::black_box, pin::Pin};

fn call<F: Future + 'static>(future: F) {
    drop(black_box(Box::pin(future) as Pin<Box<dyn Future<Output = F::Output>>>));
}

fn main() {
    let client = aws_sdk_rds::Client::from_conf(aws_sdk_rds::Config::builder().build());
    // calls
}
"""

# Key, package, dependency, program, and the call of an operation by its type and its module.
SIDES = (
    ("ours", OURS, f'{{ path = "{ROOT}/crates/rds-protocol" }}', PROGRAM_OF_OURS, "done += call::<{0}>(&endpoint, &body);"),
    ("aws_sdk_rds", SDK, '{ version = "=1.159.0", default-features = false, features = ["behavior-version-latest", "rt-tokio"] }',
     PROGRAM_OF_SDK, "call(client.{1}().send());"),
)


def measure(rounds):
    """Measures the peer once, and ours before and after it and so on, since machines change their speed."""
    ours, sdk = (Side(*side) for side in SIDES)
    of_ours, of_sdk = [ours.round()], sdk.round()
    of_ours += [ours.round() for _ in range(1, rounds)]
    means = {name: sum(it[name] for it in of_ours) / rounds for name in of_ours[0]}
    means = {name: int(mean) if mean == int(mean) else mean for name, mean in means.items()}
    return {ours.key: means, sdk.key: of_sdk}


class Side:
    """A user's crate that depends on a package, with a program that calls one operation, and one that calls all."""

    def __init__(self, key, package, dependency, program, call):
        self.key, self.package, self.folder = key, package, TARGET / "builds" / key
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "src/bin").mkdir(parents=True)
        (self.folder / "Cargo.toml").write_text(MANIFEST.format(package, dependency))
        (self.folder / "src/lib.rs").touch()
        for name, pattern in ("one", "describe_export_tasks.rs"), ("all", "*.rs"):
            sources = sorted(GENERATED.glob(f"operations/{pattern}"))
            found = [(re.search(r"Operation for (\w+)", source.read_text()), source.stem) for source in sources]
            named = [(operation[1], module) for operation, module in found if operation]
            calls = "\n    ".join(call.format(*names) for names in named)
            (self.folder / f"src/bin/{name}.rs").write_text(program.replace("// calls", calls))
        # The releases that the speed is measured of.
        shutil.copy(ROOT / "tests/bench/Cargo.lock", self.folder)
        cargo("fetch", "--quiet", cwd=self.folder)

    def round(self):
        shutil.rmtree(self.folder / "target", ignore_errors=True)
        files, packages, seconds, usage = self.build("release", "--lib")
        figures = {"clean_release_s": seconds, "peak_rss_bytes": usage.ru_maxrss * 1024}
        # Without the user's own.
        figures["crates"] = packages - 1
        figures["lines"] = rust_lines(self.sources())
        figures["rlib_bytes"] = Path(files[self.package.replace("-", "_")]).stat().st_size
        figures["binary_one_operation_s"] = self.build("release", "--bin=one")[2]
        figures["binary_all_operations_s"] = self.build("release", "--bin=all")[2]
        cargo("clean", "--quiet", "--release", "--package", self.package, "--target-dir=target", cwd=self.folder)
        figures["crate_release_s"] = self.build("release", "--lib")[2]
        figures["clean_dev_s"] = self.build("dev", "--lib")[2]
        figures["binary_one_operation_dev_s"] = self.build("dev", "--bin=one")[2]
        figures["binary_all_operations_dev_s"] = self.build("dev", "--bin=all")[2]
        return figures

    def build(self, profile, target):
        say(f"building {self.package}: {profile} {target}")
        # Beside the crate, whatever this command's own environment says.
        return build("--quiet", "--locked", "--target-dir=target", f"--profile={profile}", target, cwd=self.folder)

    def sources(self):
        """The folder of the package's own sources."""
        metadata = json.loads(cargo("metadata", "--format-version=1", "--locked", cwd=self.folder)[0])
        package = next(it for it in metadata["packages"] if it["name"] == self.package)
        return Path(package["manifest_path"]).parent / "src"


def clients(_):
    """Builds the same program on rds-client and on aws-sdk-rds with aws-config, clean for release, in turns.

    Returns what is wrong if rds-client has more than 80 crates below it, or takes more than a third of the peer."""
    sides, wall, cpu, crates = ("rds-client", SDK), {}, {}, {}
    for side in sides:
        folder = ROOT / "tests/build-cost" / side
        cargo("fetch", "--quiet", "--locked", cwd=folder)
        tree = cargo("tree", "--locked", "--edges=normal", "--prefix=none", cwd=folder)[0].decode().splitlines()[1:]
        crates[side] = len({tuple(line.split()[:2]) for line in tree if line})
    for side in (*sides, sides[0]):
        target = ROOT / "target/build-cost" / side
        shutil.rmtree(target, ignore_errors=True)
        say(f"building a program on {side}")
        arguments = ("--quiet", "--release", "--locked", "--target-dir", target)
        _, _, seconds, usage = build(*arguments, cwd=ROOT / "tests/build-cost" / side)
        wall.setdefault(side, []).append(seconds)
        cpu.setdefault(side, []).append(usage.ru_utime + usage.ru_stime)
    for side in sides:
        wall[side], cpu[side] = (sum(it[side]) / len(it[side]) for it in (wall, cpu))
        print(f"{side:<12}{crates[side]:>4} crates below it, clean release build {wall[side]:6.1f} s"
              f" ({cpu[side]:.1f} s of processors)")
    ratios = [it[sides[0]] / it[SDK] for it in (wall, cpu)]
    print("build-cost: ours is {:.2f} of theirs by the wall, {:.2f} by processors".format(*ratios))
    return [] if crates[sides[0]] <= 80 and max(ratios) <= 1 / 3 else ["rds-client: expected at most 80 crates and a third"]
