//! `cargo xtask bench` and `cargo xtask cost`: the scripts in `tests/bench`, which build and run the programs there.

use std::fs;
use std::process::{Command, ExitCode};

use crate::{Result, process, python, workspace};

/// Runs the script with the command and its arguments. Uses a Python with boto3 if boto3's parser takes part.
pub(crate) fn run(command: &str, mut args: lexopt::Parser) -> Result<ExitCode> {
    let arguments: Vec<_> = args.raw_args()?.collect();
    let (folder, target) = (workspace().join("tests/bench"), workspace().join("target/bench"));
    fs::create_dir_all(&target)?;
    let python = match command == "bench" && !arguments.iter().any(|it| it == "--skip-boto3") {
        true => python::environment(&target, &folder.join("requirements.txt"))?,
        false => "python3".into(),
    };
    let mut script = Command::new(python);
    process::speak_through(script.arg("-B").arg(folder.join("bench.py")).arg(command).args(arguments))
}
