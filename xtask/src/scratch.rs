//! Scratch crates: generated code and a driver for it, built below `target/`.
//!
//! xtask does not depend on the runtime or on any generated crate, so it also runs if those do not compile.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use awsquery_codegen::{GENERATED, GeneratedFile, Generation, OutputTree, replace};
use serde_json::Value as Json;

use crate::cargo::{build, cargo, toml_path};
use crate::{Result, workspace};

/// The driver of programs that read lines of JSON.
const DRIVER: &str = include_str!("wire/driver.rs");

/// A profile for builds in seconds. The scratch crate contains the code for each operation and is not optimized; the
/// runtime and its dependencies are. With an optimized scratch crate, the build takes four times as long and the
/// program is twice as fast.
const PROFILE: &str = "\
[profile.release]
opt-level = 0

[profile.release.package.\"*\"]
opt-level = 2
";

/// The profile of the workspace, so that builds of third-party crates are shared with it.
const WORKSPACE_PROFILE: &str = "\
[profile.dev]
debug = \"line-tables-only\"

[profile.dev.package]
proc-macro2 = { opt-level = 2 }
serde_json = { opt-level = 2 }
syn = { opt-level = 2 }
";

/// A crate that is built to be run, and kept for the next run.
pub(crate) struct Scratch {
    /// The folder of a command's scratch crates and their shared builds.
    shared: PathBuf,
    name: String,
    /// True if the reference reader also reads responses.
    reference: bool,
    /// The dependencies in a manifest's format, for a crate that shares the workspace's builds.
    dependencies: Option<String>,
}

impl Scratch {
    /// Creates a scratch crate with this name for a command.
    pub(crate) fn new(command: &str, name: &str) -> Self {
        let shared = workspace().join("target/scratch").join(command);
        Self { shared, name: name.into(), reference: false, dependencies: None }
    }

    /// Makes the program also read responses with the reference reader, and compare the results.
    pub(crate) fn with_reference(mut self) -> Self {
        self.reference = true;
        self
    }

    /// Replaces the dependency on the runtime by these dependencies, and builds into the workspace's target folder with
    /// its profile. A client depends on many third-party crates, which are built there already.
    pub(crate) fn with_dependencies(mut self, dependencies: String) -> Self {
        self.dependencies = Some(dependencies);
        self
    }

    /// Writes files that differ and builds the program. Returns its path, and true if any file differed.
    pub(crate) fn build(&self, sources: Vec<GeneratedFile>) -> Result<(PathBuf, bool)> {
        let folder = self.shared.join(&self.name);
        fs::create_dir_all(&folder)?;
        // The lock prevents another run from reading incomplete files. It is released when the file is closed, at the
        // latest when this process ends.
        let lock = OpenOptions::new().append(true).create(true).open(self.shared.join("lock"))?;
        if lock.try_lock().is_err() {
            eprintln!("waiting for another run to build");
            lock.lock()?;
        }
        let changed = self.write(&folder, sources)?;
        Ok((self.cargo_build(&folder)?, changed))
    }

    fn write(&self, folder: &Path, mut sources: Vec<GeneratedFile>) -> Result<bool> {
        // All sources are marked as generated, so that a later run may remove files that it does not need.
        for source in sources.iter_mut().filter(|source| !source.text.starts_with(GENERATED)) {
            source.text = format!("{GENERATED}cargo xtask`. Do not edit.\n{}", source.text);
        }
        let sources = OutputTree::exclusive(folder, "src", sources);
        // Cargo removes from a lock file what this crate does not need. So that its work is not undone each time, the
        // workspace's lock file is copied only when that has changed.
        let workspace_lock = fs::read_to_string(workspace().join("Cargo.lock"))?;
        let one = |name, text| OutputTree::shared(folder, "", vec![GeneratedFile::new(name, text)]);
        let pins = one("workspace.lock", workspace_lock.clone());
        if !pins.compare()?.is_empty() || !folder.join("Cargo.lock").exists() {
            replace(&folder.join("Cargo.lock"), workspace_lock.as_bytes())?;
        }
        let manifest = one("Cargo.toml", self.manifest()?);
        Ok(!OutputTree::write_all(&[sources, pins, manifest])?.is_empty())
    }

    fn manifest(&self) -> Result<String> {
        let head = format!(
            "[package]\nname = \"scratch-{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
             # A crate of its own, wherever it stands.\n[workspace]\n\n",
            self.name
        );
        if let Some(dependencies) = &self.dependencies {
            return Ok(format!("{head}[dependencies]\n{dependencies}\n{WORKSPACE_PROFILE}"));
        }
        let awsquery = toml_path(&workspace().join("crates/awsquery"))?;
        let default = if self.reference { "\"reference\"" } else { "" };
        Ok(format!(
            "{head}[dependencies]\nawsquery = {{ path = {awsquery}, features = [\"json\", \"server\"] }}\n\
             serde_json = \"1\"\n\n\
             [features]\ndefault = [{default}]\n\
             # Reads all answers twice, by two readers.\nreference = [\"awsquery/quick-xml\"]\n\n\
             {PROFILE}"
        ))
    }

    /// Runs cargo and returns the path of the program.
    fn cargo_build(&self, folder: &Path) -> Result<PathBuf> {
        let mut command = cargo();
        command.current_dir(workspace()).args(["build", "--manifest-path"]).arg(folder.join("Cargo.toml"));
        match self.dependencies {
            Some(_) => command.arg("--target-dir").arg(workspace().join("target")),
            // All models share one target folder, so the runtime is built once.
            None => command.args(["--release", "--target-dir"]).arg(self.shared.join("build")),
        };
        build(&mut command)
    }
}

/// Returns the module `driver`, which is the same for all models.
pub(crate) fn driver() -> GeneratedFile {
    GeneratedFile::new("driver.rs", DRIVER)
}

/// Writes lines of JSON to a program and returns its responses, one for each.
pub(crate) fn responses(program: &Path, lines: &[Json]) -> Result<Vec<Json>> {
    let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = child.stdin.take().ok_or("the program has no input")?;
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    // Both pipes are finite: the writer must not wait for the reader.
    let writer = thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output()?;
    writer.join().map_err(|_| "the writer of the lines panicked")??;
    let responses = serde_json::Deserializer::from_slice(&output.stdout).into_iter();
    let responses: Vec<Json> = responses.collect::<serde_json::Result<_>>()?;
    match responses.len() == lines.len() {
        true => Ok(responses),
        false => Err(format!("expected {} responses, found {}", lines.len(), responses.len()).into()),
    }
}

/// A module's files of generated code, which takes itself for a crate's root and stands in the module `path` here.
pub(crate) fn moved(files: &[GeneratedFile], folder: &str, path: &str) -> Vec<GeneratedFile> {
    let root = format!("crate::{path}::");
    let moved = |it: &GeneratedFile| {
        GeneratedFile::new(format!("{folder}/{}", it.path), it.text.replace("crate::", &root))
    };
    files.iter().map(moved).collect()
}

/// Returns the driver's tables for a model: its errors and its operations, whose names `named` may change. `root` is
/// the module that contains the model's code.
pub(crate) fn tables(generation: &Generation, root: &str, named: impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::from("static ERRORS: &[driver::ErrorShape] = &[\n");
    for error in &generation.ir.errors {
        let details = error.details.as_ref();
        let details = details.map(|name| format!(".details::<{root}::types::{name}>()")).unwrap_or_default();
        // Debug output of the names and of `Option` is valid Rust.
        text.push_str(&format!(
            "    driver::ErrorShape::new({:?}, {:?}){details},\n",
            error.name, error.message
        ));
    }
    text.push_str("];\n\npub(crate) static OPERATIONS: &[driver::Operation] = &[\n");
    for operation in &generation.ir.operations {
        let name = named(&operation.name).map(|name| format!(".named({name:?})")).unwrap_or_default();
        let request = &operation.input.type_name;
        text.push_str(&format!("    driver::operation::<{root}::operations::{request}>(ERRORS){name},\n"));
    }
    text.push_str("];\n");
    text
}
