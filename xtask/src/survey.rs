//! `cargo xtask survey`: every Query service of a botocore release, or one model, generated and compiled.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use awsquery_codegen::{
    Diagnostic, Files, GeneratedFile, Generation, Input, LINE_LIMIT, OutputTree, check_service_id, gunzip,
    replace,
};
use serde_json::Value as Json;

use crate::botocore::Release;
use crate::cargo::cargo;
use crate::{Result, new_crate, workspace};

/// The longest time for the generation of a service.
const TIME_LIMIT: Duration = Duration::from_secs(1);

/// The greatest number of retries for a service that takes longer.
const RETRIES: usize = 4;

/// Parses the command line and runs the command.
pub(crate) fn run(mut args: lexopt::Parser) -> Result<ExitCode> {
    use lexopt::prelude::*;

    let (mut docs, mut data) = (false, None);
    while let Some(arg) = args.next()? {
        match arg {
            Long("docs") => docs = true,
            Value(path) if data.is_none() => data = Some(PathBuf::from(path)),
            other => return Err(other.unexpected().into()),
        }
    }
    let target = workspace().join("target/survey");
    fs::create_dir_all(&target)?;
    let data = match data {
        Some(data) => data,
        None => Release::pinned()?.models()?,
    };
    let (mut names, mut failed) = (Vec::new(), 0);
    println!("{:<28}{:>11}{:>9}{:>10}  {:>7} file", "service", "operations", "lines", "time", "longest");
    for model in models(&data)? {
        match Survey::of(&model, &target) {
            Ok(survey) => {
                survey.print();
                failed += usize::from(survey.time > TIME_LIMIT || survey.longest.0 > LINE_LIMIT);
                names.push(survey.name);
            }
            Err(error) => {
                failed += 1;
                println!("{}: {error}", model.display());
            }
        }
    }
    write_workspace(&target, &names)?;
    let mut warnings = on_all(&target, "check")?;
    if docs {
        warnings.push_str(&on_all(&target, "doc")?);
        warnings.push_str(&on_all(&target, "test")?);
    }
    print!("{warnings}");
    println!(
        "{} services generated, {failed} failed, took more than a second or have a file of more than {LINE_LIMIT} lines, \
         {} compile{} without a warning",
        names.len(),
        if warnings.is_empty() { "all" } else { "not all" },
        if docs { " and are documented" } else { "" },
    );
    Ok(if failed == 0 && warnings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Returns the models of Query services: each service's newest version, and older ones that differ.
fn models(data: &Path) -> Result<Vec<PathBuf>> {
    if data.is_file() {
        return Ok(vec![data.to_owned()]);
    }
    let mut models = Vec::new();
    for service in fs::read_dir(data).map_err(|error| format!("{}: {error}", data.display()))? {
        let service = service?.path();
        for version in fs::read_dir(&service).into_iter().flatten().flatten() {
            let folder = version.path();
            let stored = ["service-2.json", "service-2.json.gz"].map(|name| folder.join(name));
            let Some(file) = stored.iter().find(|path| path.exists()) else { continue };
            let json: Json = serde_json::from_slice(&gunzip(fs::read(file)?)?)?;
            let metadata = &json["metadata"];
            let listed = metadata["protocols"].as_array().is_some_and(|all| all.contains(&"query".into()));
            if listed || metadata["protocol"] == "query" {
                models.push(folder.join("service-2.json"));
            }
        }
    }
    models.sort();
    Ok(models)
}

/// The result for a model.
struct Survey {
    name: String,
    operations: usize,
    lines: usize,
    time: Duration,
    /// The number of lines of the longest file, and its path.
    longest: (usize, String),
    warnings: Vec<Diagnostic>,
}

impl Survey {
    /// Generates a model's crate.
    fn of(model: &Path, target: &Path) -> Result<Self> {
        let id = new_crate::service_id(model);
        let (mut generation, mut time) = timed(&id, model)?;
        // On a busy machine the fastest run is the best measure of the generator.
        for _ in 0..RETRIES {
            if time > TIME_LIMIT {
                let again = timed(&id, model)?;
                (generation, time) = (again.0, time.min(again.1));
            }
        }
        let name = crate_name(model, &id);
        check_service_id(&name)?;
        for tree in new_crate::trees(&target.join(&name), &name, &generation, None)? {
            tree.write()?;
        }
        // All crates are members of one workspace, so each loses its own.
        let manifest = target.join(&name).join("Cargo.toml");
        let text = fs::read_to_string(&manifest)?;
        if let Some(text) = text.strip_suffix("[workspace]\n") {
            replace(&manifest, text.as_bytes())?;
        }
        let lines = generation.files.iter().map(|file| (file.text.lines().count(), file.path.clone()));
        let lines: Vec<_> = lines.collect();
        Ok(Self {
            name,
            operations: generation.ir.operations.len(),
            lines: lines.iter().map(|(lines, _)| lines).sum(),
            time,
            longest: lines.into_iter().max().unwrap_or_default(),
            warnings: generation.warnings,
        })
    }

    fn print(&self) {
        let Self { name, operations, lines, time, longest: (longest, path), warnings } = self;
        let time = time.as_secs_f64() * 1e3;
        println!("{name:<28}{operations:>11}{lines:>9}{time:>7.0} ms  {longest:>7} {path}");
        for warning in warnings {
            println!("  {warning}");
        }
    }
}

/// Generates from a model. Returns the result and the time that it took.
fn timed(id: &str, model: &Path) -> Result<(Generation, Duration)> {
    let start = Instant::now();
    let input = Input {
        id: id.into(),
        files: Files::read(model)?,
        command: "cargo xtask survey".into(),
        ..Input::default()
    };
    Ok((awsquery_codegen::generate(&input)?, start.elapsed()))
}

/// Returns a crate's name: service and version for botocore's models, else the name of the file.
fn crate_name(model: &Path, id: &str) -> String {
    let named = |path: Option<&Path>| {
        path.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    };
    let file = named(Some(model));
    new_crate::package_name(&match file.starts_with("service-2.json") {
        true => format!("{id}-{}", named(model.parent())),
        false => file.trim_end_matches(".json").to_owned(),
    })
}

/// Writes a workspace of all crates, so that their dependencies are built once.
fn write_workspace(target: &Path, names: &[String]) -> Result<()> {
    let members: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
    let text = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
    OutputTree::shared(target, "", vec![GeneratedFile::new("Cargo.toml", text)]).write()?;
    replace(&target.join("Cargo.lock"), &fs::read(workspace().join("Cargo.lock"))?)?;
    Ok(())
}

/// Runs a command of cargo on all crates and returns its output.
fn on_all(target: &Path, command: &str) -> Result<String> {
    let mut cargo = cargo();
    cargo.current_dir(target).args([command, "--quiet", "--workspace", "--target-dir", "target"]);
    if command == "doc" {
        cargo.args(["--no-deps", "--keep-going"]).env("RUSTDOCFLAGS", "-D warnings");
    }
    if command == "test" {
        // The examples in the READMEs.
        cargo.arg("--doc");
    }
    let output = cargo.output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() || !said.is_empty() {
        Ok(said)
    } else {
        Err(format!("{cargo:?}: {}", output.status).into())
    }
}
