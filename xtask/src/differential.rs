//! `cargo xtask differential`: the generated code and botocore on the same random inputs and answers.
//!
//! The program of `cargo xtask wire` is built, and put beside botocore by the script below `tests/differential`, which
//! makes the cases and compares: there the model's shapes are at hand as botocore has them, and nothing of ours can lend
//! its own mistakes to what ours is compared with.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use awsquery_codegen::check_service_id;

use crate::botocore::{installed_models, newest_version};
use crate::{Result, process, python, wire, workspace};

/// Reads the command line and does what it says.
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

/// The folder of a service's model: one of this workspace's, or the newest that botocore has.
fn model(root: &Path, python: &Path, service: &str) -> Result<PathBuf> {
    check_service_id(service)?;
    let ours = [root.join("model").join(service), root.join("tests").join(service).join("model")];
    if let Some(folder) = ours.into_iter().find(|folder| folder.join("service-2.json").exists()) {
        return Ok(folder);
    }
    newest_version(&installed_models(python)?, service)
}
