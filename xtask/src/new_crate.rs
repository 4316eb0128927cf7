//! A crate of its own for a user's model: names, manifest, root and generated modules.

use std::path::Path;

use awsquery_codegen::{GeneratedFile, Generation, OutputTree};

use crate::{Result, workspace};

/// The files of the crate: the generated ones, and manifest and root where there are none yet, since those are the
/// user's to change. `awsquery` is a path or a version; the workspace's own by default.
pub(crate) fn trees(
    out: &Path,
    id: &str,
    generation: &Generation,
    awsquery: Option<&str>,
) -> Result<[OutputTree; 2]> {
    let awsquery = match awsquery {
        Some(version) if version.starts_with(|c: char| c.is_ascii_digit() || "^=~<>*".contains(c)) => {
            format!("{version:?}")
        }
        Some(path) => format!("{{ path = {:?} }}", std::path::absolute(path)?),
        None => format!("{{ path = {:?} }}", workspace().join("crates/awsquery")),
    };
    let name = package_name(id);
    let manifest = format!(
        "[package]\nname = \"{name}-protocol\"\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"1.86\"\n\n\
         [dependencies]\nawsquery = {awsquery}\n\n\
         [features]\njson = [\"awsquery/json\"]\nserde = [\"awsquery/serde\"]\n\n# A crate of its own, wherever it stands.\n[workspace]\n"
    );
    let service = &generation.ir;
    let root = format!(
        "//! {} {}: requests, outputs and errors, generated from the service's model.\n\n\
         #![forbid(unsafe_code)]\n#![warn(missing_docs)]\n\n#[rustfmt::skip]\nmod generated;\n\n\
         pub use awsquery::{{self, Operation}};\n\npub use crate::generated::*;\n",
        service.sdk_id, service.api_version
    );
    let mut files = vec![
        GeneratedFile { path: "Cargo.toml".into(), text: manifest },
        GeneratedFile { path: "src/lib.rs".into(), text: root },
    ];
    files.retain(|file| !out.join(&file.path).exists());
    Ok([
        OutputTree { root: out.into(), files, exclusive: false },
        OutputTree { root: out.join("src/generated"), files: generation.files.clone(), exclusive: true },
    ])
}

/// The service's id, from where botocore keeps its model: `rds/2014-10-31/service-2.json`.
pub(crate) fn service_id(model: &Path) -> String {
    let file = model.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if !file.starts_with("service-2.json") {
        // As AWS calls its Smithy models: `rds-2014-10-31.json`.
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

/// The id as a package's name has it, and a folder's.
pub(crate) fn package_name(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect()
}
