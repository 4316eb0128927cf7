//! Cargo, run by a command of the workspace.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

use crate::{Result, process};

/// The cargo that runs this.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// What a build has made.
#[derive(Debug, Default)]
pub(crate) struct Built {
    /// Programs, by their names.
    programs: Vec<(String, PathBuf)>,
    /// Libraries, by the names of their packages.
    libraries: Vec<(String, PathBuf)>,
    /// The packages that were compiled or found compiled, by cargo's ids.
    pub(crate) packages: BTreeSet<String>,
}

impl Built {
    /// The program of this name.
    pub(crate) fn program(&self, name: &str) -> Result<&Path> {
        find(&self.programs, name)
    }

    /// The library of the crate of this name.
    pub(crate) fn library(&self, name: &str) -> Result<&Path> {
        find(&self.libraries, name)
    }

    /// The only program.
    pub(crate) fn only_program(&self) -> Result<&Path> {
        match self.programs.as_slice() {
            [(_, path)] => Ok(path),
            other => Err(format!("cargo built {} programs, one was expected", other.len()).into()),
        }
    }
}

fn find<'a>(all: &'a [(String, PathBuf)], name: &str) -> Result<&'a Path> {
    let found = all.iter().find(|(it, _)| it == name);
    found.map(|(_, path)| path.as_path()).ok_or_else(|| format!("cargo built no {name}").into())
}

/// Runs a cargo command that builds. What cargo says goes to standard error; where it puts what it builds a user's own
/// configuration can change, so cargo is asked for it.
pub(crate) fn build(command: &mut Command) -> Result<Built> {
    command.arg("--message-format=json-render-diagnostics");
    let mut built = Built::default();
    for message in process::output(command)?.split(|byte| *byte == b'\n') {
        let Ok(message) = serde_json::from_slice::<Json>(message) else { continue };
        let Some(package) =
            message["package_id"].as_str().filter(|_| message["reason"] == "compiler-artifact")
        else {
            continue;
        };
        built.packages.insert(package.to_owned());
        let name = message["target"]["name"].as_str().unwrap_or_default().to_owned();
        if let Some(program) = message["executable"].as_str() {
            built.programs.push((name, program.into()));
        } else {
            let files = message["filenames"].as_array().into_iter().flatten().filter_map(Json::as_str);
            built
                .libraries
                .extend(files.filter(|file| file.ends_with(".rlib")).map(|it| (name.clone(), it.into())));
        }
    }
    Ok(built)
}
