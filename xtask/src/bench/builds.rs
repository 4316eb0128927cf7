//! What it costs to build on either side: a user's crate that depends on it, and programs that call it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use awsquery_codegen::{OutputTree, Services, replace};
use serde_json::{Map, Value as Json, json};

use crate::cargo::{Built, build, cargo};
use crate::scratch::file;
use crate::{Result, cost, process, workspace};

/// The time of GNU, which knows what the largest compiler has used.
const TIME: &str = "/usr/bin/time";

/// Fails where something is missing.
pub(super) fn check() -> Result<()> {
    if Path::new(TIME).exists() {
        return Ok(());
    }
    Err(format!("{TIME}: there is none; it tells the memory of builds (Debian: apt-get install time)").into())
}

/// Measures both sides: the peer once, ours before and after it and so on, since machines change their speed.
pub(super) fn measure(rounds: usize) -> Result<Json> {
    let operations = operations()?;
    let (ours, sdk) = (Side::ours(&operations), Side::sdk(&operations));
    ours.prepare()?;
    sdk.prepare()?;
    let mut of_ours = vec![ours.round()?];
    let of_sdk = sdk.round()?;
    for _ in 1..rounds {
        of_ours.push(ours.round()?);
    }
    let mut both = Map::new();
    both.insert("ours".into(), means(&of_ours).into());
    both.insert("aws_sdk_rds".into(), means(&[of_sdk]).into());
    Ok(both.into())
}

type Round = Vec<(&'static str, f64)>;

fn means(rounds: &[Round]) -> Map<String, Json> {
    let first = rounds.first().into_iter().flatten().enumerate();
    first
        .map(|(index, (name, _))| {
            let sum: f64 = rounds.iter().filter_map(|round| round.get(index)).map(|(_, value)| value).sum();
            let mean = sum / rounds.len() as f64;
            (String::from(*name), if mean.fract() == 0.0 { json!(mean as u64) } else { json!(mean) })
        })
        .collect()
}

/// An operation's name in Rust, and as a function is named.
struct OperationNames {
    request: String,
    function: String,
}

/// All operations of the model.
fn operations() -> Result<Vec<OperationNames>> {
    let root = workspace();
    let services = Services::read(&root)?;
    let (id, service) =
        services.0.iter().find(|(id, _)| *id == "rds").ok_or("model/services.toml has no rds")?;
    let generation = service.run(&root, id, "cargo xtask bench")?.generation;
    let names = generation.ir.operations.into_iter();
    Ok(names.map(|it| OperationNames { request: it.input.type_name, function: it.module }).collect())
}

/// A side: a user's crate that depends on it, with a program for one operation, and one for all.
struct Side {
    folder: PathBuf,
    /// The package that is measured.
    package: &'static str,
    dependency: String,
    one: String,
    all: String,
}

impl Side {
    fn ours(operations: &[OperationNames]) -> Self {
        let program = |operations: &[&OperationNames]| {
            let calls = operations
                .iter()
                .map(|it| format!("    done += call::<{}>(&endpoint, &body);\n", it.request));
            OURS.replace("    // calls\n", &calls.collect::<String>())
        };
        let path = workspace().join("crates/rds-protocol");
        Self::new("ours", "rds-protocol", format!("{{ path = {path:?} }}"), operations, program)
    }

    fn sdk(operations: &[OperationNames]) -> Self {
        let program = |operations: &[&OperationNames]| {
            let calls = operations.iter().map(|it| format!("    call(client.{}().send());\n", it.function));
            SDK.replace("    // calls\n", &calls.collect::<String>())
        };
        let dependency = "{ version = \"=1.159.0\", default-features = false, \
                          features = [\"behavior-version-latest\", \"rt-tokio\"] }";
        Self::new("aws_sdk_rds", "aws-sdk-rds", dependency.into(), operations, program)
    }

    fn new(
        name: &str,
        package: &'static str,
        dependency: String,
        operations: &[OperationNames],
        program: impl Fn(&[&OperationNames]) -> String,
    ) -> Self {
        let all: Vec<_> = operations.iter().collect();
        let one: Vec<_> = operations.iter().filter(|it| it.request == "DescribeExportTasks").collect();
        let folder = workspace().join("target/bench/builds").join(name);
        Self { folder, package, dependency, one: program(&one), all: program(&all) }
    }

    /// Writes the crate, and fetches what it needs.
    fn prepare(&self) -> Result<()> {
        let manifest = format!(
            "[package]\nname = \"user\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
             [dependencies]\n{} = {}\n\n# A crate of its own, wherever it stands.\n[workspace]\n",
            self.package, self.dependency
        );
        let files = vec![
            file("Cargo.toml", manifest),
            file("src/lib.rs", "//! A user's crate, before there is anything in it.\n".into()),
            file("src/bin/one.rs", self.one.clone()),
            file("src/bin/all.rs", self.all.clone()),
        ];
        OutputTree { root: self.folder.clone(), folder: String::new(), files, exclusive: false }.write()?;
        // The releases that the speed is measured of.
        replace(&self.folder.join("Cargo.lock"), &fs::read(workspace().join("tests/bench/Cargo.lock"))?)?;
        process::succeed(self.cargo().args(["fetch", "--quiet"]))
    }

    fn cargo(&self) -> Command {
        let mut cargo = cargo();
        cargo.current_dir(&self.folder);
        cargo
    }

    fn round(&self) -> Result<Round> {
        let (release, memory) = self.clean("release")?;
        let library = release.built.library(&self.package.replace('-', "_"))?;
        let mut figures = vec![
            ("clean_release_s", release.seconds),
            // Without the user's own.
            ("crates", release.built.packages.len() as f64 - 1.0),
            ("lines", self.lines()? as f64),
            ("rlib_bytes", fs::metadata(library)?.len() as f64),
            ("peak_rss_bytes", memory),
            ("binary_one_operation_s", self.program("release", "one")?),
            ("binary_all_operations_s", self.program("release", "all")?),
        ];
        process::succeed(self.cargo().args(["clean", "--quiet", "--release", "--package", self.package]))?;
        figures.push(("crate_release_s", self.build("release", &["--lib"])?.seconds));
        figures.push(("clean_dev_s", self.clean("dev")?.0.seconds));
        figures.push(("binary_one_operation_dev_s", self.program("dev", "one")?));
        figures.push(("binary_all_operations_dev_s", self.program("dev", "all")?));
        Ok(figures)
    }

    /// Builds the library and all below it from nothing; gives also the bytes of the largest compiler's memory.
    fn clean(&self, profile: &str) -> Result<(Timed, f64)> {
        if self.folder.join("target").exists() {
            fs::remove_dir_all(self.folder.join("target"))?;
        }
        let timed = self.build(profile, &["--lib"])?;
        let kilobytes: f64 = fs::read_to_string(self.folder.join("memory"))?.trim().parse()?;
        Ok((timed, kilobytes * 1024.0))
    }

    /// Builds a program, whose dependencies have been built.
    fn program(&self, profile: &str, name: &str) -> Result<f64> {
        Ok(self.build(profile, &["--bin", name])?.seconds)
    }

    fn build(&self, profile: &str, what: &[&str]) -> Result<Timed> {
        eprintln!("building {}: {profile} {}", self.package, what.join(" "));
        let mut timed = Command::new(TIME);
        timed.current_dir(&self.folder).args(["--format=%M", "--output=memory"]);
        timed
            .arg(cargo().get_program())
            .args(["build", "--quiet", "--locked", "--profile", profile])
            .args(what);
        // Beside the crate, whatever this command's own environment says.
        timed.args(["--target-dir", "target"]);
        let start = Instant::now();
        let built = build(&mut timed)?;
        Ok(Timed { seconds: start.elapsed().as_secs_f64(), built })
    }

    /// The lines of the package itself.
    fn lines(&self) -> Result<usize> {
        let metadata = process::output(self.cargo().args(["metadata", "--format-version=1", "--locked"]))?;
        let metadata: Json = serde_json::from_slice(&metadata)?;
        let package =
            metadata["packages"].as_array().into_iter().flatten().find(|it| it["name"] == self.package);
        let manifest = package.and_then(|it| it["manifest_path"].as_str()).map(Path::new);
        let folder =
            manifest.and_then(Path::parent).ok_or("cargo metadata does not say where the package is")?;
        cost::rust_lines(&folder.join("src"))
    }
}

/// A build, and how long it took.
struct Timed {
    seconds: f64,
    built: Built,
}

/// A program that makes requests and reads answers.
const OURS: &str = "\
//! Makes requests, and reads answers to them from standard input.

use std::io::Read as _;

use rds_protocol::Operation;
use rds_protocol::awsquery::http::{HeaderMap, StatusCode, Uri};
use rds_protocol::operations::*;

fn call<O: Operation + Default>(endpoint: &Uri, body: &[u8]) -> usize {
    let request = O::default().to_request(endpoint);
    let answer = O::parse_response(StatusCode::OK, &HeaderMap::new(), body);
    usize::from(request.is_ok()) + usize::from(answer.is_ok())
}

fn main() -> std::io::Result<()> {
    let (mut body, mut done) = (Vec::new(), 0);
    std::io::stdin().read_to_end(&mut body)?;
    let endpoint = Uri::from_static(\"https://rds.eu-west-1.amazonaws.com/\");
    // calls
    println!(\"{done}\");
    Ok(())
}
";

/// A program that has all that it takes to call: without a runtime to run it on, since that is not the SDK's to bring.
const SDK: &str = "\
//! Makes calls that could be sent.

use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;

fn call<F: Future + 'static>(future: F) {
    let future: Pin<Box<dyn Future<Output = F::Output>>> = Box::pin(future);
    drop(black_box(future));
}

fn main() {
    let client = aws_sdk_rds::Client::from_conf(aws_sdk_rds::Config::builder().build());
    // calls
}
";
