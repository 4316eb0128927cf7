//! `cargo xtask wire`: any model's operations on lines of JSON, for peers in other languages.
//!
//! The code is generated into a scratch crate, built there and run: xtask knows neither the runtime nor any generated
//! crate, and so still runs when those do not compile.
//!
//! ```text
//! {"op":"DescribeExportTasks","input":{…}}   ->  {"body":"Action=…"}
//!                                                {"invalid":["Filters[0].Values: required"]}
//! {"op":"DescribeExportTasks","body":"<…>"}  ->  {"output":{…},"request_id":…}
//!    and "status":200, "headers":{}              {"error":{"kind":…,"code":…,"message":…,"type":…,"status":…,"members":{}},"request_id":…}
//!    where they are not these                    {"malformed":"…"}
//! ```
//!
//! A line has one answer, whatever it holds. What is not known is `null`; members that are absent are left out.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use awsquery_codegen::{Differences, Files, GeneratedFile, Generation, Input, OutputTree};
use lexopt::prelude::*;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::{Result, new_crate, workspace};

/// All of the program that no model changes.
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

/// Reads the command line and does what it says.
pub(crate) fn run(mut args: lexopt::Parser) -> Result<ExitCode> {
    let mut model = None;
    while let Some(arg) = args.next()? {
        match arg {
            Long("model") => model = Some(PathBuf::from(args.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    let root = workspace();
    let model = model.unwrap_or_else(|| root.join("model/rds/service-2.json"));
    let program = Scratch::new(&root, &model)?.build()?;
    become_program(Command::new(program))
}

/// A crate that is made from a model to be run, and kept for the next time.
struct Scratch {
    root: PathBuf,
    /// Where all such crates stand, and what their builds share.
    shared: PathBuf,
    /// `rds-0f3a51c2`: two models of one service do not take turns in one folder.
    name: String,
    id: String,
    files: Files,
}

impl Scratch {
    fn new(root: &Path, model: &Path) -> Result<Self> {
        let files = Files::read(model)?;
        // The folder, since the file may be there only as `.gz`.
        let folder = model.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let canonical = folder.canonicalize()?.join(model.file_name().unwrap_or_default());
        let id = new_crate::service_id(&canonical);
        let hash = Sha256::digest(canonical.as_os_str().as_encoded_bytes());
        let hash: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let name = format!("{}-{hash}", new_crate::package_name(&id));
        Ok(Self { root: root.into(), shared: root.join("target/wire"), name, id, files })
    }

    /// Writes what differs, and gives the program that cargo makes of it.
    fn build(&self) -> Result<PathBuf> {
        let generation = awsquery_codegen::generate(&Input {
            id: self.id.clone(),
            files: self.files.clone(),
            command: "cargo xtask wire".into(),
            ..Input::default()
        })?;
        let folder = self.shared.join(&self.name);
        fs::create_dir_all(&folder)?;
        // Another run must not read files that are half written. The lock goes with the file, at the latest when
        // this process ends.
        let lock = File::create(self.shared.join("lock"))?;
        if lock.try_lock().is_err() {
            eprintln!("waiting for another `cargo xtask wire` to build");
            lock.lock()?;
        }
        let differences = self.write(&folder, &generation)?;
        if !differences.is_empty() {
            for warning in &generation.warnings {
                eprintln!("warning: {warning}");
            }
        }
        self.cargo_build(&folder)
    }

    fn write(&self, folder: &Path, generation: &Generation) -> Result<Differences> {
        let file = |path: &str, text: String| GeneratedFile { path: path.into(), text };
        let mut sources: Vec<_> = generation
            .files
            .iter()
            .map(|it| file(&format!("generated/{}", it.path), it.text.clone()))
            .collect();
        sources.push(file("main.rs", program(generation)));
        sources.push(file("driver.rs", DRIVER.into()));
        let sources = OutputTree { root: folder.join("src"), files: sources, exclusive: true };
        // Cargo removes from a lock file what this crate does not need. So that its work is not undone each time, the
        // workspace's lock file is copied only when that has changed.
        let workspace_lock = fs::read_to_string(self.root.join("Cargo.lock"))?;
        let pins = OutputTree {
            root: folder.into(),
            files: vec![file("workspace.lock", workspace_lock.clone())],
            exclusive: false,
        };
        if !pins.compare()?.is_empty() || !folder.join("Cargo.lock").exists() {
            fs::write(folder.join("Cargo.lock"), workspace_lock)?;
        }
        let manifest = vec![file("Cargo.toml", self.manifest())];
        let manifest = OutputTree { root: folder.into(), files: manifest, exclusive: false };
        let mut differences = sources.write()?;
        differences.extend(pins.write()?);
        differences.extend(manifest.write()?);
        Ok(differences)
    }

    fn manifest(&self) -> String {
        let (name, awsquery) = (&self.name, self.root.join("crates/awsquery"));
        format!(
            "[package]\nname = \"wire-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
             [dependencies]\nawsquery = {{ path = {awsquery:?}, features = [\"json\"] }}\n\
             serde_json = \"1\"\n\n\
             {PROFILE}\n\
             # A crate of its own, wherever it stands.\n[workspace]\n"
        )
    }

    /// Runs cargo, whose words are no answers and go to standard error; all but the path of what it has built.
    fn cargo_build(&self, folder: &Path) -> Result<PathBuf> {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.root).args(["build", "--release", "--manifest-path"]);
        cargo.arg(folder.join("Cargo.toml"));
        // One for all models: the runtime is built once.
        cargo.arg("--target-dir").arg(self.shared.join("build"));
        // A user's configuration can put the program below a target's own folder; so cargo is asked where it is.
        cargo.arg("--message-format=json-render-diagnostics");
        cargo.stdin(Stdio::null()).stderr(Stdio::inherit());
        let output = cargo.output().map_err(|error| format!("{cargo:?}: {error}"))?;
        if !output.status.success() {
            return Err(
                format!("the crate below {} does not build: {}", folder.display(), output.status).into()
            );
        }
        let messages = output.stdout.split(|byte| *byte == b'\n');
        messages
            .filter_map(|message| serde_json::from_slice::<Json>(message).ok())
            .find_map(|message| message["executable"].as_str().map(PathBuf::from))
            .ok_or_else(|| "cargo built no program".into())
    }
}

/// The root of the crate: the table of the model's operations.
fn program(generation: &Generation) -> String {
    let mut text = String::from(
        "//! Written by `cargo xtask wire`: the driver, and what it drives.\n\n#![forbid(unsafe_code)]\n\
         // Most of what is generated is for people who write Rust, and is not called here.\n\
         #![allow(dead_code, deprecated, unused_imports)]\n\nmod driver;\nmod generated;\n\n\
         use crate::generated::*;\n\nstatic OPERATIONS: &[driver::Operation] = &[\n",
    );
    for operation in &generation.ir.operations {
        text.push_str(&format!("    driver::operation::<operations::{}>(),\n", operation.input.type_name));
    }
    text.push_str("];\n\nstatic ERRORS: &[driver::ErrorShape] = &[\n");
    for error in &generation.ir.errors {
        let details =
            error.details.as_ref().map(|name| format!(".details::<types::{name}>()")).unwrap_or_default();
        // Names as Rust writes them, and an `Option` of one.
        text.push_str(&format!(
            "    driver::ErrorShape::new({:?}, {:?}){details},\n",
            error.name, error.message
        ));
    }
    text.push_str("];\n\nfn main() -> std::process::ExitCode {\n    driver::main(OPERATIONS, ERRORS)\n}\n");
    text
}

/// Lets the program take this process's place: signals reach it, and its exit code is this command's.
#[cfg(unix)]
fn become_program(mut program: Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt as _;

    Err(format!("{program:?}: {}", program.exec()).into())
}

/// Runs the program, which inherits standard input and output.
#[cfg(not(unix))]
fn become_program(mut program: Command) -> Result<ExitCode> {
    let status = program.status().map_err(|error| format!("{program:?}: {error}"))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::from(2), ExitCode::from))
}
