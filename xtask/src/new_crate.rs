//! A new crate for a user's model: names, manifest, README, root and generated modules.

use std::fs;
use std::path::Path;

use awsquery_codegen::ir::{self, SignatureVersion};
use awsquery_codegen::{GeneratedFile, Generation, OutputTree};

use crate::cargo::toml_path;
use crate::{Result, workspace};

/// Returns the files of the crate. Manifest, root and README are included only if they do not exist, since users may
/// change them. `awsquery` is a path or a version; default: the workspace's own.
pub(crate) fn trees(
    out: &Path,
    id: &str,
    generation: &Generation,
    awsquery: Option<&str>,
) -> Result<[OutputTree; 2]> {
    let runtime = Runtime::of(awsquery)?;
    let service = &generation.ir;
    let name = format!("{}-protocol", package_name(id));
    let mut files = vec![
        GeneratedFile::new("Cargo.toml", manifest(&name, &runtime)),
        GeneratedFile::new("README.md", readme(&name, service, &runtime)),
        GeneratedFile::new("src/lib.rs", root(service)),
    ];
    // A broken symbolic link counts as an existing file.
    files.retain(|file| out.join(&file.path).symlink_metadata().is_err());
    let generated = OutputTree::exclusive(out, "src/generated", generation.files.clone());
    Ok([OutputTree::shared(out, "", files), generated])
}

/// The runtime dependencies of a crate, as its manifest has them.
struct Runtime {
    awsquery: String,
    /// The client, which the README's example needs to compile. `None` for a fork of `awsquery` alone.
    client: Option<String>,
}

impl Runtime {
    fn of(awsquery: Option<&str>) -> Result<Self> {
        let folder = match awsquery {
            Some(version) if version.starts_with(|c: char| c.is_ascii_digit() || "^=~<>*".contains(c)) => {
                let version = toml::Value::from(version).to_string();
                return Ok(Self { client: Some(version.clone()), awsquery: version });
            }
            Some(path) => std::path::absolute(path)?,
            None => workspace().join("crates/awsquery"),
        };
        let client = folder.with_file_name("awsquery-client");
        let client = client.is_dir().then(|| dependency(&client)).transpose()?;
        Ok(Self { awsquery: dependency(&folder)?, client })
    }
}

fn manifest(name: &str, Runtime { awsquery, client }: &Runtime) -> String {
    let client = client.as_ref().map_or(String::new(), |client| {
        format!("[dev-dependencies]\n# The README's example.\nawsquery-client = {client}\n\n")
    });
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\nrust-version = \"1.86\"\nreadme = \"README.md\"\n\n\
         [dependencies]\nawsquery = {awsquery}\n\n{client}\
         [features]\njson = [\"awsquery/json\"]\nserde = [\"awsquery/serde\"]\nserver = [\"awsquery/server\"]\n\n\
         # A crate of its own, wherever it stands.\n[workspace]\n"
    )
}

fn root(service: &ir::Service) -> String {
    format!(
        "//! {} {}: requests, outputs and errors, generated from the service's model.\n\n\
         #![forbid(unsafe_code)]\n#![warn(missing_docs)]\n\n#[rustfmt::skip]\nmod generated;\n\n\
         pub use awsquery::{{self, Operation}};\n\npub use crate::generated::*;\n\n\
         /// The README's example, which must compile.\n\
         #[cfg(doctest)]\n#[doc = include_str!(\"../README.md\")]\nstruct Readme;\n",
        service.sdk_id, service.api_version
    )
}

/// Returns the README: the description of the crate, and an example of a call.
fn readme(name: &str, service: &ir::Service, runtime: &Runtime) -> String {
    let mut text = format!(
        "# {name}\n\nRequests, outputs and errors of {}, version {} of its API, generated from the service's model.\n",
        service.sdk_id, service.api_version
    );
    let Some(operation) = example(service) else { return text };
    if service.signature_version != SignatureVersion::V4 {
        text.push_str(
            "\nThe service takes signatures of version 2 only, which `awsquery-client` does not make: send what \
             `Operation::to_request` returns by a client of your own.\n",
        );
        return text;
    }
    let (crate_name, service_type, operation) =
        (name.replace('-', "_"), &service.type_name, &operation.input.type_name);
    let compiled = if runtime.client.is_some() { "no_run" } else { "ignore" };
    let client = runtime.client.as_deref().unwrap_or("\"0.1\"");
    text.push_str(&format!(
        "\nA call, with `awsquery-client = {client}` and `tokio` among the dependencies:\n\n\
         ```rust,{compiled}\nuse awsquery_client::Client;\nuse {crate_name}::operations;\n\n\
         async fn call() -> Result<(), Box<dyn std::error::Error>> {{\n    \
         let client = Client::<{crate_name}::{service_type}>::from_env().await?;\n    \
         let output = client.send(operations::{operation}::default()).await?;\n    \
         println!(\"{{output:?}}\");\n    Ok(())\n}}\n```\n"
    ));
    if service.endpoints.is_none() {
        text.push_str(
            "\nThe model has no endpoint rules, so the client needs a custom endpoint: `Builder::endpoint_url`, or the \
             environment's `AWS_ENDPOINT_URL`.\n",
        );
    }
    text
}

/// Returns the operation for the example. It prefers one that only reads and has no required members.
fn example(service: &ir::Service) -> Option<&ir::Operation> {
    let effort = |operation: &&ir::Operation| {
        let writes = operation.repetition != ir::Repetition::ReadOnly;
        let required = operation.input.members.iter().filter(|member| member.required).count();
        (required, writes, operation.paginator.is_none(), operation.input.members.len())
    };
    service.operations.iter().min_by_key(effort)
}

/// A dependency by its folder, as a manifest has it.
fn dependency(folder: &Path) -> Result<String> {
    Ok(format!("{{ path = {} }}", toml_path(folder)?))
}

/// Rejects a folder with a crate that was not generated from this service. Its generated files would be removed, and
/// its manifest and root would not match.
pub(crate) fn check_folder(out: &Path, id: &str, generation: &Generation) -> Result<()> {
    let generated = out.join("src/generated");
    let named = format!("name = \"{}-protocol\"", package_name(id));
    // A crate of that name is accepted if it has no generated files.
    let is_own = match fs::read_to_string(out.join("Cargo.toml")) {
        Ok(manifest) => manifest.lines().any(|line| line.trim() == named),
        Err(_) => true,
    };
    let is_free = is_own && !generated.exists();
    let found = fs::read_to_string(generated.join("service.rs")).ok();
    let new = generation.files.iter().find(|file| file.path == "service.rs").map(|file| file.text.as_str());
    if is_free || found.is_some() && found.as_deref().and_then(sdk_id) == new.and_then(sdk_id) {
        return Ok(());
    }
    let (out, service) = (out.display(), &generation.ir.sdk_id);
    Err(format!("{out}: expected no crate yet, or one that was generated from {service}, found another")
        .into())
}

/// Returns the line of a generated service that contains its SDK id.
fn sdk_id(service: &str) -> Option<&str> {
    service.lines().find(|line| line.contains("const SDK_ID: "))
}

/// Returns the service's id, from the path of its model in botocore: `rds/2014-10-31/service-2.json`.
pub(crate) fn service_id(model: &Path) -> String {
    let file = model.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if !file.starts_with("service-2.json") {
        // The name of AWS's Smithy models: `rds-2014-10-31.json`.
        let stem = file.split('.').next().unwrap_or_default();
        let id = stem.split_once("-2").map_or(stem, |(id, _)| id);
        return if id.is_empty() { "service".into() } else { id.to_owned() };
    }
    let folder = model.parent();
    let is_version = |name: &str| name.starts_with(|c: char| c.is_ascii_digit());
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    folder
        .and_then(|folder| name(folder).filter(|name| !is_version(name)).or_else(|| name(folder.parent()?)))
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "service".into())
}

/// Returns the id as part of a package's name or a folder's.
pub(crate) fn package_name(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use awsquery_codegen::{Files, Input, generate};

    use super::*;

    /// Generates a service of this name without operations.
    fn generation(sdk_id: &str) -> Generation {
        let service = format!(
            r#"{{"metadata": {{"apiVersion": "1", "endpointPrefix": "a", "protocol": "query", "serviceId": "{sdk_id}"}},
            "operations": {{}}, "shapes": {{}}}}"#
        );
        let files = Files { service: service.into(), ..Files::default() };
        generate(&Input { id: "a".into(), files, ..Input::default() }).expect("a sound model")
    }

    #[test]
    fn a_crate_of_something_else_is_left_alone() {
        let out = workspace().join("target/tests-new-crate");
        let _ = fs::remove_dir_all(&out);
        let (ours, other) = (generation("Ours"), generation("Other"));
        check_folder(&out, "a", &ours).expect("nothing is there");
        for tree in trees(&out, "a", &ours, None).expect("trees") {
            tree.write().expect("a folder to write to");
        }
        check_folder(&out, "a", &ours).expect("its own crate");
        let error = check_folder(&out, "b", &other).expect_err("another service's crate").to_string();
        assert!(
            error.ends_with("expected no crate yet, or one that was generated from Other, found another"),
            "{error}"
        );
        // First a hand-written crate, then one with other files in place of the generated ones.
        fs::remove_file(out.join("src/generated/service.rs")).expect("a file");
        check_folder(&out, "a", &ours).expect_err("files that nobody generated");
        fs::remove_dir_all(out.join("src/generated")).expect("a folder");
        check_folder(&out, "a", &ours).expect("its own crate, of which what was generated is gone");
        check_folder(&out, "b", &other).expect_err("a crate that somebody wrote");
    }
}
