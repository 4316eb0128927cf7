//! Cargo, as a process of the workspace's commands.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value as Json;

use crate::{Result, process};

/// Returns the cargo that runs this command.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a cargo command that builds one program, and returns the program's path. Cargo's messages go to standard error.
/// A user's configuration can change the path, so it comes from cargo's output.
pub(crate) fn build(command: &mut Command) -> Result<PathBuf> {
    command.arg("--message-format=json-render-diagnostics");
    let messages = process::output(command)?;
    let messages = messages.split(|byte| *byte == b'\n').map(serde_json::from_slice::<Json>);
    let programs = messages.filter_map(|message| Some(PathBuf::from(message.ok()?["executable"].as_str()?)));
    match <[PathBuf; 1]>::try_from(programs.collect::<Vec<_>>()) {
        Ok([program]) => Ok(program),
        Err(other) => Err(format!("cargo built {} programs, one was expected", other.len()).into()),
    }
}
