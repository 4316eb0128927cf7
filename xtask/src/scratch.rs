//! Crates that are made to be run: code that is generated, a driver for it, and the build of both below `target/`.
//!
//! xtask knows neither the runtime nor any generated crate, and so still runs when those do not compile.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use awsquery_codegen::{GENERATED, GeneratedFile, Generation, OutputTree, replace};
use serde_json::Value as Json;

use crate::cargo::{build, cargo, toml_path};
use crate::{Result, workspace};

/// The driver of what answers lines of JSON.
const DRIVER: &str = include_str!("wire/driver.rs");

/// A build of seconds: the scratch crate, which holds what is compiled once for each operation, is not optimized; the
/// runtime and what it stands on are. To optimize the scratch crate as well takes four times as long, and answers come
/// twice as fast.
const PROFILE: &str = "\
[profile.release]
opt-level = 0

[profile.release.package.\"*\"]
opt-level = 2
";

/// The workspace's own profile, so that builds of third-party crates are shared with it.
const WORKSPACE_PROFILE: &str = "\
[profile.dev]
debug = \"line-tables-only\"

[profile.dev.package]
proc-macro2 = { opt-level = 2 }
serde_json = { opt-level = 2 }
syn = { opt-level = 2 }
";

/// A crate that is made to be run, and kept for the next time.
pub(crate) struct Scratch {
    /// Where all such crates of a command stand, and what their builds share.
    shared: PathBuf,
    name: String,
    /// Whether answers are read by the reference reader as well.
    reference: bool,
    /// The dependencies of a crate that is built beside the workspace, as a manifest has them.
    dependencies: Option<String>,
}

impl Scratch {
    /// The crate of this name, among those of a command.
    pub(crate) fn new(command: &str, name: &str) -> Self {
        let shared = workspace().join("target/scratch").join(command);
        Self { shared, name: name.into(), reference: false, dependencies: None }
    }

    /// Has answers read by the reference reader as well, and compared.
    pub(crate) fn with_reference(mut self) -> Self {
        self.reference = true;
        self
    }

    /// Replaces the dependency on the runtime by these, and builds with the workspace's profile into its target folder: a
    /// client depends on many third-party crates, which are built there already.
    pub(crate) fn with_dependencies(mut self, dependencies: String) -> Self {
        self.dependencies = Some(dependencies);
        self
    }

    /// Writes what differs, and gives the program that cargo makes of it; and whether anything differed.
    pub(crate) fn build(&self, sources: Vec<GeneratedFile>) -> Result<(PathBuf, bool)> {
        let folder = self.shared.join(&self.name);
        fs::create_dir_all(&folder)?;
        // Another run must not read files that are half written. The lock goes with the file, at the latest when
        // this process ends.
        let lock = OpenOptions::new().append(true).create(true).open(self.shared.join("lock"))?;
        if lock.try_lock().is_err() {
            eprintln!("waiting for another run to build");
            lock.lock()?;
        }
        let changed = self.write(&folder, sources)?;
        Ok((self.cargo_build(&folder)?, changed))
    }

    fn write(&self, folder: &Path, mut sources: Vec<GeneratedFile>) -> Result<bool> {
        // What another run does not need is removed then, which only generated files are.
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

    /// Runs cargo; gives the path of what it has built.
    fn cargo_build(&self, folder: &Path) -> Result<PathBuf> {
        let mut command = cargo();
        command.current_dir(workspace()).args(["build", "--manifest-path"]).arg(folder.join("Cargo.toml"));
        match self.dependencies {
            Some(_) => command.arg("--target-dir").arg(workspace().join("target")),
            // One for all models: the runtime is built once.
            None => command.args(["--release", "--target-dir"]).arg(self.shared.join("build")),
        };
        build(&mut command)
    }
}

/// The module `driver`, the part of a program that no model changes.
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

/// The tables of a model for the driver: its errors and its operations, whose names `named` may change. `root` is the
/// module in which the model's code stands.
pub(crate) fn tables(generation: &Generation, root: &str, named: impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::from("static ERRORS: &[driver::ErrorShape] = &[\n");
    for error in &generation.ir.errors {
        let details = error.details.as_ref();
        let details = details.map(|name| format!(".details::<{root}::types::{name}>()")).unwrap_or_default();
        // Names as Rust writes them, and an `Option` of one.
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
