//! Cargo, as a process of the workspace's commands.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

use crate::{Result, process};

/// Returns the cargo that runs this command.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A folder as a manifest has it.
pub(crate) fn toml_path(folder: &Path) -> Result<toml::Value> {
    let path = folder.to_str().ok_or_else(|| format!("{}: invalid path: must be UTF-8", folder.display()))?;
    Ok(path.into())
}

/// Runs a cargo command that builds one program, and returns its path. What cargo says goes to standard error; where it puts
/// what it builds a user's own configuration can change, so cargo is asked for it.
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
