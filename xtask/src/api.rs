//! `cargo xtask api [--check]`: the public items of the hand-written crates, so that a review shows their changes. The
//! models define the public items of generated crates, and `cargo xtask model diff` compares those.
//!
//! rustdoc's JSON output is not stable yet, so the compiler is told to allow it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use awsquery_codegen::replace;
use public_api::Builder;

use crate::cargo::cargo;
use crate::{Result, process, workspace};

/// The crates, with all of their features.
const CRATES: &[&str] = &["awsquery", "awsquery-client", "awsquery-codegen", "rds-client"];

/// Traits that the compiler implements implicitly. They are left out.
const UNASKED: &[&str] = &[
    "core::marker::Freeze",
    "core::marker::StructuralPartialEq",
    "core::marker::UnsafeUnpin",
    "core::panic::unwind_safe::RefUnwindSafe",
    "core::panic::unwind_safe::UnwindSafe",
];

/// Parses the command line and runs the command.
pub(crate) fn run(mut args: lexopt::Parser) -> Result<ExitCode> {
    use lexopt::prelude::*;

    let mut check = false;
    while let Some(arg) = args.next()? {
        match arg {
            Long("check") => check = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let mut differs = false;
    for name in CRATES {
        let items = public_items(name)?;
        let path = workspace().join("tests/api").join(format!("{name}.txt"));
        if check {
            differs |= show_difference(&path, &items)?;
        } else {
            fs::create_dir_all(workspace().join("tests/api"))?;
            replace(&path, items.as_bytes())?;
        }
    }
    if differs {
        eprintln!("what is public has changed: after a look at the change log, run cargo xtask api");
    }
    Ok(if differs { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Returns the public items, one a line.
fn public_items(name: &str) -> Result<String> {
    let api = Builder::from_rustdoc_json(rustdoc_json(name)?).omit_blanket_impls(true).build()?;
    let is_asked =
        |item: &String| !UNASKED.iter().any(|unasked| item.contains(&format!("impl {unasked} for ")));
    let items = api.items().map(ToString::to_string).filter(is_asked);
    Ok(items.map(|item| item + "\n").collect())
}

fn rustdoc_json(name: &str) -> Result<PathBuf> {
    let target = workspace().join("target/api");
    let mut cargo = cargo();
    cargo.current_dir(workspace()).env("RUSTC_BOOTSTRAP", "1");
    cargo.args(["rustdoc", "--quiet", "--locked", "--lib", "--all-features", "--package", name]);
    cargo.arg("--target-dir").arg(&target).args(["--", "-Z", "unstable-options", "--output-format", "json"]);
    process::output(&mut cargo)?;
    Ok(target.join("doc").join(format!("{}.json", name.replace('-', "_"))))
}

/// Prints removed and added items. Returns true if there are any.
fn show_difference(path: &Path, now: &str) -> Result<bool> {
    let before = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let [before, now] = [before.as_str(), now].map(|text| text.lines().collect::<BTreeSet<_>>());
    before.difference(&now).for_each(|item| println!("- {item}"));
    now.difference(&before).for_each(|item| println!("+ {item}"));
    Ok(before != now)
}
