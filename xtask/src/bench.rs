//! `cargo xtask bench`: ours against its peers.
//!
//! The programs that measure are a workspace of their own, `tests/bench`, since the official SDK takes minutes to build.
//! They are built and run from here; what it takes to build either side is measured here.

mod builds;
mod figures;
mod picture;
mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use awsquery_codegen::replace;
use lexopt::prelude::*;

use self::figures::{Figures, OURS, SDK, SMITHY};
use crate::budget::Budget;
use crate::cargo::{Built, build, cargo};
use crate::valgrind::{self, Repeated};
use crate::{Result, botocore, cost, process, python, workspace};

const BEGIN: &str = "<!-- bench -->\n";
const END: &str = "<!-- /bench -->\n";

#[derive(Clone, Copy, Default)]
struct Options {
    quick: bool,
    skip_build: bool,
    skip_boto3: bool,
}

/// Reads the command line and does what it says.
pub(crate) fn run(mut args: lexopt::Parser) -> Result<ExitCode> {
    let mut options = Options::default();
    while let Some(arg) = args.next()? {
        match arg {
            Long("quick") => options.quick = true,
            Long("skip-build") => options.skip_build = true,
            Long("skip-boto3") => options.skip_boto3 = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let target = workspace().join("target/bench");
    fs::create_dir_all(&target)?;
    let figures = measure(&target, options)?;
    replace(&workspace().join("target/bench.json"), format!("{:#}\n", figures.summary()).as_bytes())?;
    replace(&target.join("figures.json"), format!("{:#}\n", figures.all()).as_bytes())?;
    let text = table::text(&figures, &botocore::Release::pinned()?.version);
    print!("{text}\n{}", table::speeds(&figures));
    eprintln!("target/bench.json has the summary, target/bench/figures.json all that was measured");
    if options.quick {
        eprintln!("a quick run: README.md and .github/bench.svg are as they were");
    } else {
        fs::create_dir_all(workspace().join(".github"))?;
        replace(&workspace().join(".github/bench.svg"), picture::svg(&figures).as_bytes())?;
        replace(&workspace().join("README.md"), readme(&text)?.as_bytes())?;
        record_peer(&figures)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn measure(target: &Path, options: Options) -> Result<Figures> {
    // What is missing is to be found out before the long builds.
    readme("")?;
    valgrind::check()?;
    if !options.skip_build {
        builds::check()?;
    }
    let python = match options.skip_boto3 {
        true => None,
        false => Some(python::environment(target, &workspace().join("tests/bench/requirements.txt"))?),
    };
    eprintln!("building the programs that measure; the official SDK takes minutes");
    // Not `--locked`: ours may have come to depend on something else. Cargo adds that, and keeps all other pins.
    let mut command = cargo();
    command.current_dir(workspace().join("tests/bench")).args(["build", "--release"]);
    let built = build(command.arg("--target-dir").arg(target))?;
    let mut figures = Figures::new(&time(&built, python, target, options.quick)?)?;
    figures.add(&process::output(&mut Command::new(built.program("memory")?))?)?;
    count_instructions(&mut figures, built.program("bench")?)?;
    figures.build = match options.skip_build {
        true => figures::last_build(&target.join("figures.json")),
        false => Some(builds::measure(if options.quick { 1 } else { 2 })?),
    };
    Ok(figures)
}

fn time(built: &Built, python: Option<PathBuf>, target: &Path, quick: bool) -> Result<Vec<u8>> {
    let mut bench = Command::new(built.program("bench")?);
    bench.arg("time").args(quick.then_some("--quick"));
    if let Some(python) = python {
        bench.arg("--python").arg(python).arg("--folder").arg(target.join("bodies"));
    }
    process::output(&mut bench)
}

/// Has callgrind count the instructions of everyone who works in the program's own process.
fn count_instructions(figures: &mut Figures, program: &Path) -> Result<()> {
    for (case, contestant) in figures.countable() {
        let large = case.contains("/10000/");
        // The peers' largest would take minutes, and are linear.
        if large && contestant != OURS {
            continue;
        }
        eprintln!("counting instructions of {contestant} on {case}");
        let times = if large { (1, 2) } else { (2, 12) };
        let repeated = Repeated { program, arguments: &["repeat", &case, &contestant], times };
        figures.set(&case, &contestant, "instructions", repeated.instructions()?);
    }
    Ok(())
}

/// The README with this between its markers.
fn readme(text: &str) -> Result<String> {
    let readme = fs::read_to_string(workspace().join("README.md"))?;
    let parts = readme.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.ok_or_else(|| {
        format!("README.md: expected lines {:?} and {:?} for the tables", BEGIN.trim(), END.trim())
    })?;
    Ok(format!("{before}{BEGIN}{text}{END}{after}"))
}

/// Records the peer's figures, for `cargo xtask cost` to compare ours with.
fn record_peer(figures: &Figures) -> Result<()> {
    let mut budget = Budget::read()?;
    budget.clear(cost::PEER);
    let styles =
        ["compact", "reordered", "shuffled", "pretty"].map(|it| (it, format!("export-tasks/20/{it}"), SDK));
    for (what, case, peer) in styles.into_iter().chain([("request", "request/body".to_owned(), SMITHY)]) {
        for (figure, value) in [
            (cost::INSTRUCTIONS, figures.per(&case, peer, "instructions", "bytes")),
            (cost::ALLOCATIONS, figures.per(&case, peer, "allocations", "items")),
        ] {
            let value = value.ok_or_else(|| format!("{case}: no {figure} of {peer} was measured"))?;
            budget.set([cost::PEER, what, figure], value)?;
        }
    }
    budget.write()
}
