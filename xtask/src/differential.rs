//! `cargo xtask differential`: the generated code and botocore on the same random inputs and responses.
//!
//! A script in `tests/differential` compares the program of `cargo xtask wire` with botocore. The script makes the
//! cases from the shapes that botocore parses. It shares no code with the generator, so a defect of the generator
//! cannot affect both sides.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use awsquery_codegen::check_service_id;

use crate::botocore::{installed_models, newest_version};
use crate::{Result, process, python, wire, workspace};

/// Parses the command line and runs the command.
pub(crate) fn run(mut args: lexopt::Parser) -> Result<ExitCode> {
    use lexopt::prelude::*;

    let mut service = String::from("rds");
    let mut options: Vec<OsString> = Vec::new();
    while let Some(arg) = args.next()? {
        match arg {
            Long("service") => service = args.value()?.string()?,
            Long(name @ ("cases" | "case")) => {
                let option = format!("--{name}");
                let number: u64 = args.value()?.parse()?;
                options.extend([option.into(), number.to_string().into()]);
            }
            Long("seed") => options.extend(["--seed".into(), args.value()?]),
            other => return Err(other.unexpected().into()),
        }
    }
    let root = workspace();
    let target = root.join("target/differential");
    fs::create_dir_all(&target)?;
    let python = python::environment(&target, &root.join("tests/differential/requirements.txt"))?;
    let model = model(&root, &python, &service)?;
    let program = wire::build(&model.join("service-2.json"))?;
    let mut script = Command::new(python);
    script.arg("-B").arg(root.join("tests/differential/differential.py"));
    script.args(["--service", &service, "--driver"]).arg(program).arg("--model").arg(model).args(options);
    process::speak_through(&mut script)
}

/// Returns the folder of a service's model: one of this workspace, or else botocore's newest.
fn model(root: &Path, python: &Path, service: &str) -> Result<PathBuf> {
    check_service_id(service)?;
    let ours = [root.join("model").join(service), root.join("tests").join(service).join("model")];
    if let Some(folder) = ours.into_iter().find(|folder| folder.join("service-2.json").exists()) {
        return Ok(folder);
    }
    newest_version(&installed_models(python)?, service)
}
