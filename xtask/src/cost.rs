//! `cargo xtask cost [--record]`: the figures that are the same on every machine, against a recorded budget.
//!
//! Instructions are nearly so: memchr and the C library choose code by the processor, which the tolerance is for.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, ExitCode};

use lexopt::prelude::*;

use crate::budget::Budget;
use crate::cargo::{build, cargo};
use crate::valgrind::Repeated;
use crate::{Result, process, workspace};

/// What the budget may be exceeded by, where it is not exact: a part of it.
const TOLERANCE: f64 = 0.05;

/// The works of the program, and how many items, such as tasks, each has.
const WORKS: [(&str, f64); 5] =
    [("compact", 20.0), ("reordered", 20.0), ("shuffled", 20.0), ("pretty", 20.0), ("request", 1.0)];

/// The peer that the budget has figures of.
pub(crate) const PEER: &str = "aws-sdk-rds";

pub(crate) const INSTRUCTIONS: &str = "instructions_per_byte";
pub(crate) const ALLOCATIONS: &str = "allocations_per_item";

/// A figure, and where the budget has it.
struct Figure {
    what: &'static str,
    figure: &'static str,
    value: f64,
    tolerance: f64,
}

/// Reads the command line and does what it says.
pub(crate) fn run(mut args: lexopt::Parser) -> Result<ExitCode> {
    let mut record = false;
    while let Some(arg) = args.next()? {
        match arg {
            Long("record") => record = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let figures = figures()?;
    let mut budget = Budget::read()?;
    if record {
        budget.clear("ours");
        for it in &figures {
            budget.set(["ours", it.what, it.figure], it.value)?;
        }
        budget.write()?;
    }
    Ok(report(&figures, &budget))
}

fn figures() -> Result<Vec<Figure>> {
    let mut command = cargo();
    command.current_dir(workspace()).args(["build", "--release", "--locked", "--package", "cost"]);
    let built = build(&mut command)?;
    let mut figures = works(built.program("cost")?)?;
    let exact = |figure, value: usize| Figure { what: "build", figure, value: value as f64, tolerance: 0.0 };
    figures.push(exact("dependencies", dependencies()?));
    let lines = rust_lines(&workspace().join("crates/rds-protocol/src/generated"))?;
    figures.push(Figure { tolerance: TOLERANCE, ..exact("generated_lines", lines) });
    Ok(figures)
}

fn works(program: &Path) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (what, items) in WORKS {
        let bytes = process::output(Command::new(program).args(["bytes", what]))?;
        let bytes: f64 = String::from_utf8(bytes)?.trim().parse()?;
        let repeated = Repeated { program, arguments: &["repeat", what], times: (2, 22) };
        let (instructions, allocations) = (repeated.instructions()? / bytes, repeated.allocations()? / items);
        figures.push(Figure { what, figure: INSTRUCTIONS, value: instructions, tolerance: TOLERANCE });
        // Half of the last digit that is recorded.
        figures.push(Figure {
            what,
            figure: ALLOCATIONS,
            value: allocations,
            tolerance: 0.005 / allocations.max(1.0),
        });
    }
    Ok(figures)
}

/// The crates that a user of `rds-protocol` builds, without itself.
fn dependencies() -> Result<usize> {
    let mut tree = cargo();
    tree.current_dir(workspace()).args(["tree", "--locked", "--prefix", "none", "--edges", "normal,build"]);
    let text = String::from_utf8(process::output(tree.args(["--package", "rds-protocol"]))?)?;
    let crates: BTreeSet<_> = text.lines().filter_map(|line| line.split(' ').next()).collect();
    Ok(crates.into_iter().filter(|name| !matches!(*name, "" | "rds-protocol")).count())
}

/// The lines of all Rust files below a folder.
pub(crate) fn rust_lines(folder: &Path) -> Result<usize> {
    let mut lines = 0;
    for entry in std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            lines += rust_lines(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            lines += std::fs::read_to_string(path)?.lines().count();
        }
    }
    Ok(lines)
}

/// Prints each figure beside its budget; exit code 1 where one is above it, or has none.
fn report(figures: &[Figure], budget: &Budget) -> ExitCode {
    let (mut complaints, mut above, mut frugal) = (Vec::new(), false, false);
    println!("{:<10}{:<24}{:>12}{:>12}{:>14}", "", "", "found", "budget", PEER);
    for Figure { what, figure, value, tolerance } in figures {
        let (allowed, peer) = (budget.get(&["ours", what, figure]), budget.get(&[PEER, what, figure]));
        let shown = |value: Option<f64>| value.map_or_else(|| "-".into(), |value| format!("{value:.2}"));
        println!("{what:<10}{figure:<24}{value:>12.2}{:>12}{:>14}", shown(allowed), shown(peer));
        match allowed {
            None => {
                above = true;
                complaints.push(format!("{what} {figure}: no budget is recorded"));
            }
            Some(allowed) if *value > allowed * (1.0 + tolerance) => {
                above = true;
                complaints.push(format!("{what} {figure}: expected at most {allowed:.2}, found {value:.2}"));
            }
            Some(allowed) => frugal |= *value < allowed * (1.0 - TOLERANCE),
        }
        if peer.is_some_and(|peer| *value >= peer) {
            complaints.push(format!("{what} {figure}: {value:.2} is no better than {PEER}'s"));
        }
    }
    if frugal {
        println!("some are far below their budget; `cargo xtask cost --record` makes these the budget");
    }
    for complaint in &complaints {
        eprintln!("cost: {complaint}");
    }
    if complaints.is_empty() {
        println!("cost: all {} figures are within their budget", figures.len());
        return ExitCode::SUCCESS;
    }
    if above {
        eprintln!("cost: if that is worth it, `cargo xtask cost --record` makes these the budget");
    }
    ExitCode::from(1)
}
