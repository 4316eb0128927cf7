//! `cargo xtask wire`: any model's operations on lines of JSON, for peers in other languages.
//!
//! The code is generated into a scratch crate, built there and run. xtask does not depend on the runtime or on any
//! generated crate, so it also runs if those do not compile.
//!
//! ```text
//! {"op":"DescribeExportTasks","input":{…}}   ->  {"body":"Action=…"}
//!                                                {"invalid":["Filters[0].Values: required"]}
//! {"op":"DescribeExportTasks","body":"<…>"}  ->  {"output":{…},"request_id":…}
//!    and "status":200, "headers":{}              {"error":{"kind":…,"code":…,"message":…,"type":…,"status":…,"members":{}},"request_id":…}
//!    where they are not these                    {"malformed":"…"}
//! {"op":"DescribeExportTasks","output":{…}}  ->  {"status":200,"headers":{…},"body":"<…>"}, as a service would respond
//! ```
//!
//! Each line has one reply. Unknown values are `null`, and absent members are omitted.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use awsquery_codegen::{Files, GeneratedFile, Generation, Input};
use lexopt::prelude::*;

use crate::botocore::sha256;
use crate::scratch::{self, Scratch};
use crate::{Result, new_crate, workspace};

/// Parses the command line and runs the command.
pub(crate) fn run(mut args: lexopt::Parser) -> Result<ExitCode> {
    let mut model = None;
    while let Some(arg) = args.next()? {
        match arg {
            Long("model") => model = Some(PathBuf::from(args.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    let model = model.unwrap_or_else(|| workspace().join("model/rds/service-2.json"));
    become_program(Command::new(build(&model)?))
}

/// Generates a model's crate with a driver, and returns the program.
pub(crate) fn build(model: &Path) -> Result<PathBuf> {
    let files = Files::read(model)?;
    // Only the folder is resolved, since the file may exist only as `.gz`.
    let folder = model.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let canonical = folder.canonicalize()?.join(model.file_name().unwrap_or_default());
    let id = new_crate::service_id(&canonical);
    // Two models of one service do not take turns in one folder.
    let hash = sha256(canonical.as_os_str().as_encoded_bytes());
    let name = format!("{}-{}", new_crate::package_name(&id), &hash[..8]);
    let generation = awsquery_codegen::generate(&Input {
        id,
        files,
        // Scratch crates need no docs.
        facts_only: true,
        command: "cargo xtask wire".into(),
        ..Input::default()
    })?;
    let (program, changed) = Scratch::new("wire", &name).build(sources(&generation))?;
    for warning in generation.warnings.iter().filter(|_| changed) {
        eprintln!("warning: {warning}");
    }
    Ok(program)
}

fn sources(generation: &Generation) -> Vec<GeneratedFile> {
    let generated = generation.files.iter();
    let mut sources: Vec<_> =
        generated.map(|it| GeneratedFile::new(format!("generated/{}", it.path), it.text.clone())).collect();
    sources.push(scratch::driver());
    let tables = scratch::tables(generation, "crate::generated", |_| None);
    sources.push(GeneratedFile::new(
        "main.rs",
        format!(
            "//! Written by `cargo xtask wire`: the driver, and what it drives.\n\n#![forbid(unsafe_code)]\n\
             // Most of what is generated is for people who write Rust, and is not called here.\n\
             #![allow(dead_code, deprecated, unused_imports)]\n\nmod driver;\nmod generated;\n\n\
             use crate::generated::*;\n\n{tables}\nfn main() -> std::process::ExitCode {{\n    driver::main(OPERATIONS)\n}}\n"
        ),
    ));
    sources
}

/// Replaces this process with the program, so that it gets signals and its exit code is this command's.
#[cfg(unix)]
fn become_program(mut program: Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt as _;

    Err(format!("{program:?}: {}", program.exec()).into())
}

/// Runs the program, which inherits standard input and output.
#[cfg(not(unix))]
fn become_program(mut program: Command) -> Result<ExitCode> {
    crate::process::speak_through(&mut program)
}
