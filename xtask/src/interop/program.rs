//! The program for the client's calls: newly generated crates and a list of the operations that scenarios call.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use awsquery_codegen::{Files, GeneratedFile, Input, Selection};
use serde_json::Value as Json;

use super::Scenario;
use crate::botocore::newest_version;
use crate::cargo::toml_path;
use crate::scratch::Scratch;
use crate::{Result, new_crate, workspace};

/// Generates the crates from botocore's models and builds the program. RDS uses its crate in the workspace.
pub(crate) fn build(scenarios: &[Scenario], models: &Path) -> Result<PathBuf> {
    let (mut dependencies, mut table) = (of_workspace()?, String::new());
    let services: BTreeSet<_> = scenarios.iter().map(|scenario| scenario.service).collect();
    for service in services {
        let mut operations = BTreeSet::new();
        for scenario in scenarios.iter().filter(|scenario| scenario.service == service) {
            operations.extend(called(&scenario.file)?);
        }
        for operation in &operations {
            table.push_str(&format!(
                "    interop::operation::<{service}::operations::{operation}>({service:?}),\n"
            ));
        }
        if service != "rds" {
            let line =
                generate(service, operations, models).map_err(|error| format!("{service}: {error}"))?;
            dependencies.push_str(&line);
        }
    }
    let interop = workspace().join("tests/src/interop.rs");
    let main = format!(
        "//! Written by `cargo xtask interop`: the operations that scenarios call.\n\n\
         #[path = {interop:?}]\nmod interop;\n\n\
         static OPERATIONS: &[interop::Operation] = &[\n{table}];\n\n\
         fn main() -> std::process::ExitCode {{\n    interop::main(OPERATIONS)\n}}\n"
    );
    let scratch = Scratch::new("interop", "interop").with_dependencies(dependencies);
    Ok(scratch.build(vec![GeneratedFile::new("main.rs", main)])?.0)
}

/// Returns the driver's dependencies, with the features that `tests` uses, so that their builds are shared.
fn of_workspace() -> Result<String> {
    let path = |name: &str| toml_path(&workspace().join("crates").join(name));
    Ok(format!(
        "awsquery = {{ path = {}, features = [\"json\"] }}\n\
         rds-client = {{ path = {}, default-features = false, features = [\"hyper\", \"proxy\"] }}\n\
         rds = {{ package = \"rds-protocol\", path = {} }}\n\
         lexopt = \"0.3\"\n\
         serde_json = {{ version = \"1\", features = [\"preserve_order\"] }}\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n",
        path("awsquery")?,
        path("rds-client")?,
        path("rds-protocol")?,
    ))
}

/// Returns the operations that a scenario calls.
fn called(file: &Path) -> Result<Vec<String>> {
    let steps = crate::read_json(file)?;
    let steps = steps.as_array().ok_or_else(|| format!("{}: expected an array of steps", file.display()))?;
    let operation = |step: &Json| {
        let operation = step["op"].as_str().map(str::to_owned);
        operation.ok_or_else(|| format!("{}: {}: expected an op", file.display(), step["name"]).into())
    };
    steps.iter().map(operation).collect()
}

/// Generates a crate of these operations and returns the dependency on it, under the service's name. The package's name
/// includes the version, since a lock file cannot contain two packages `sts-protocol`.
fn generate(service: &str, operations: BTreeSet<String>, models: &Path) -> Result<String> {
    let model = newest_version(models, service)?;
    let version = model.file_name().unwrap_or_default().to_string_lossy();
    let generation = awsquery_codegen::generate(&Input {
        id: service.into(),
        files: Files::read(&model.join("service-2.json"))?,
        selection: Selection::Named(operations.into_iter().collect()),
        // Scratch crates need no docs.
        facts_only: true,
        command: "cargo xtask interop".into(),
        ..Input::default()
    })?;
    let name = format!("{service}-{version}");
    let folder = workspace().join("target/scratch/interop").join(&name);
    for tree in new_crate::trees(&folder, &name, &generation, None)? {
        tree.write()?;
    }
    let path = toml_path(&folder)?;
    Ok(format!("{service} = {{ package = \"{name}-protocol\", path = {path} }}\n"))
}
