//! `cargo xtask survey [DATA]`: every Query service of a botocore release, generated and compiled.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use awsquery_codegen::{Files, GeneratedFile, Input, OutputTree, gunzip};
use serde_json::Value as Json;

use crate::{Result, new_crate, workspace};

/// The release whose models are taken where no folder is given.
const RELEASE: &str = "1.44.5";

/// What a service may take to generate.
const TIME_LIMIT: Duration = Duration::from_secs(1);

/// Reads the command line and does what it says.
pub(crate) fn run(mut args: lexopt::Parser) -> Result<ExitCode> {
    use lexopt::prelude::*;

    let data = match args.next()? {
        Some(Value(folder)) => Some(PathBuf::from(folder)),
        Some(other) => return Err(other.unexpected().into()),
        None => None,
    };
    crate::no_more(args)?;
    let target = workspace().join("target/survey");
    fs::create_dir_all(&target)?;
    let data = data.map_or_else(|| fetch(&target), Ok)?;
    let (mut names, mut failed) = (Vec::new(), 0);
    println!("{:<28}{:>12}{:>12}{:>12}", "service", "operations", "lines", "time");
    for model in models(&data)? {
        match generate(&model, &target) {
            Ok((name, time)) => {
                failed += usize::from(time > TIME_LIMIT);
                names.push(name);
            }
            Err(error) => {
                failed += 1;
                println!("{}: {error}", model.display());
            }
        }
    }
    let warnings = check(&target, &names)?;
    print!("{warnings}");
    println!(
        "{} services generated, {failed} failed or took more than a second, {}",
        names.len(),
        match warnings.as_str() {
            "" => "all compile without a warning",
            _ => "not all compile without a warning",
        }
    );
    Ok(if failed == 0 && warnings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Fetches botocore's wheel by pip, once, and unpacks its models.
fn fetch(target: &Path) -> Result<PathBuf> {
    let wheel = target.join(format!("botocore-{RELEASE}-py3-none-any.whl"));
    if !wheel.exists() {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest"]).arg(target);
        let status = pip.arg(format!("botocore=={RELEASE}")).stdout(Stdio::null()).status()?;
        if !status.success() {
            return Err(format!("{pip:?}: {status}").into());
        }
    }
    let unpacked = target.join(format!("botocore-{RELEASE}"));
    if !unpacked.exists() {
        zip::ZipArchive::new(fs::File::open(wheel)?)?.extract(&unpacked)?;
    }
    Ok(unpacked.join("botocore/data"))
}

/// The models of services that speak the protocol: each service's newest version, and older ones that differ.
fn models(data: &Path) -> Result<Vec<PathBuf>> {
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

/// Generates a model's crate; gives its name and the time it took.
fn generate(model: &Path, target: &Path) -> Result<(String, Duration)> {
    let start = Instant::now();
    let id = new_crate::service_id(model);
    let version = model.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
    let input = Input {
        id: id.clone(),
        files: Files::read(model)?,
        command: "cargo xtask survey".into(),
        ..Input::default()
    };
    let generation = awsquery_codegen::generate(&input)?;
    let time = start.elapsed();
    let name = new_crate::package_name(&format!("{id}-{version}"));
    for tree in new_crate::trees(&target.join(&name), &name, &generation, None)? {
        tree.write()?;
    }
    // One workspace for all: what is an own workspace elsewhere is a member here.
    let manifest = target.join(&name).join("Cargo.toml");
    let text = fs::read_to_string(&manifest)?;
    if let Some(text) = text.strip_suffix("[workspace]\n") {
        fs::write(manifest, text)?;
    }
    let lines: usize = generation.files.iter().map(|file| file.text.lines().count()).sum();
    println!(
        "{name:<28}{:>12}{lines:>12}{:>9.0} ms",
        generation.ir.operations.len(),
        time.as_secs_f64() * 1e3
    );
    for warning in &generation.warnings {
        println!("  {warning}");
    }
    Ok((name, time))
}

/// Compiles all crates; gives what the compiler says.
fn check(target: &Path, names: &[String]) -> Result<String> {
    let members: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
    let text = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
    let manifest = OutputTree {
        root: target.into(),
        files: vec![GeneratedFile { path: "Cargo.toml".into(), text }],
        exclusive: false,
    };
    manifest.write()?;
    fs::copy(workspace().join("Cargo.lock"), target.join("Cargo.lock"))?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(target).args(["check", "--quiet", "--workspace", "--target-dir", "target"]);
    let output = cargo.output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() || !said.is_empty() {
        Ok(said)
    } else {
        Err(format!("{cargo:?}: {}", output.status).into())
    }
}
