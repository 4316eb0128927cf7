//! A crate of its own for a user's model: names, manifest, root and generated modules.

use std::fs;
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
            toml::Value::from(version).to_string()
        }
        Some(path) => dependency(&std::path::absolute(path)?)?,
        None => dependency(&workspace().join("crates/awsquery"))?,
    };
    let name = package_name(id);
    let manifest = format!(
        "[package]\nname = \"{name}-protocol\"\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"1.86\"\n\n\
         [dependencies]\nawsquery = {awsquery}\n\n\
         [features]\njson = [\"awsquery/json\"]\nserde = [\"awsquery/serde\"]\nserver = [\"awsquery/server\"]\n\n# A crate of its own, wherever it stands.\n[workspace]\n"
    );
    let service = &generation.ir;
    let root = format!(
        "//! {} {}: requests, outputs and errors, generated from the service's model.\n\n\
         #![forbid(unsafe_code)]\n#![warn(missing_docs)]\n\n#[rustfmt::skip]\nmod generated;\n\n\
         pub use awsquery::{{self, Operation}};\n\npub use crate::generated::*;\n",
        service.sdk_id, service.api_version
    );
    let tree = |folder: &str, files, exclusive| OutputTree {
        root: out.into(),
        folder: folder.into(),
        files,
        exclusive,
    };
    let mut files = vec![
        GeneratedFile { path: "Cargo.toml".into(), text: manifest },
        GeneratedFile { path: "src/lib.rs".into(), text: root },
    ];
    // A symbolic link that leads nowhere is there, too.
    files.retain(|file| out.join(&file.path).symlink_metadata().is_err());
    Ok([tree("", files, false), tree("src/generated", generation.files.clone(), true)])
}

/// A dependency by its folder, as a manifest has it.
pub(crate) fn dependency(folder: &Path) -> Result<String> {
    let path = folder.to_str().ok_or_else(|| format!("{}: invalid path: must be UTF-8", folder.display()))?;
    Ok(format!("{{ path = {} }}", toml::Value::from(path)))
}

/// Refuses a folder with a crate that was not generated from this service: its files would be removed, and its manifest
/// and root be those of something else.
pub(crate) fn check_folder(out: &Path, id: &str, generation: &Generation) -> Result<()> {
    let generated = out.join("src/generated");
    let named = format!("name = \"{}-protocol\"", package_name(id));
    // A crate of that name is this one, where nothing has been generated yet or no longer is.
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

/// The line of a generated service that names it among the SDKs.
fn sdk_id(service: &str) -> Option<&str> {
    service.lines().find(|line| line.contains("const SDK_ID: "))
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

#[cfg(test)]
mod tests {
    use awsquery_codegen::{Files, Input, generate};

    use super::*;

    /// A service of this name that does nothing.
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
        // A crate that somebody wrote, and then one that keeps files where generated ones would be.
        fs::remove_file(out.join("src/generated/service.rs")).expect("a file");
        check_folder(&out, "a", &ours).expect_err("files that nobody generated");
        fs::remove_dir_all(out.join("src/generated")).expect("a folder");
        check_folder(&out, "a", &ours).expect("its own crate, of which what was generated is gone");
        check_folder(&out, "b", &other).expect_err("a crate that somebody wrote");
    }
}
