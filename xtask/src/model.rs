//! `cargo xtask model`: from what upstream publishes to the facts that `model/` keeps.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use awsquery_codegen::{GeneratedFile, OutputTree};
use lexopt::prelude::*;
use sha2::{Digest, Sha256};

use crate::{Result, compare, no_more, workspace};

/// The files that are kept, of those that botocore has for a service.
const KEPT: [&str; 5] = [
    "service-2.json",
    "service-2.sdk-extras.json",
    "paginators-1.json",
    "paginators-1.sdk-extras.json",
    "waiters-2.json",
];

/// Where a wheel or a source tree of botocore has its models: a folder a service, and in it one a version.
const IN_BOTOCORE: &str = "botocore/data/";

/// More than any model file, much less than a machine's memory: a gzipped file can claim anything.
const SIZE_LIMIT: u64 = 64 << 20;

/// Reads the command line and does what it says.
pub(crate) fn run(mut args: lexopt::Parser) -> Result<ExitCode> {
    match args.next()? {
        Some(Value(command)) if command == "import" => {
            let path =
                args.value().map_err(|_| "model import: expected the PATH of a wheel, a folder or a file")?;
            let mut id = "rds".to_owned();
            match args.next()? {
                Some(Long("service")) => id = args.value()?.string()?,
                Some(other) => return Err(other.unexpected().into()),
                None => {}
            }
            no_more(args)?;
            import(Path::new(&path), &id, &workspace().join("model").join(&id))
        }
        Some(Value(command)) if command == "diff" => {
            let mut path = || -> Result<PathBuf> {
                Ok(args.value().map_err(|_| "model diff: expected the paths of two models")?.into())
            };
            let (old, new) = (path()?, path()?);
            no_more(args)?;
            compare::diff(&old, &new)
        }
        _ => Err("expected: model import PATH or model diff OLD NEW".into()),
    }
}

/// An upstream file, as it came.
struct Upstream {
    bytes: Vec<u8>,
}

fn import(path: &Path, id: &str, out: &Path) -> Result<ExitCode> {
    let (upstream, release) = if path.is_dir() {
        (from_folder(path, id)?, None)
    } else if path.extension().is_some_and(|extension| extension == "whl") {
        (from_wheel(path, id)?, Some(Release::of(path)?))
    } else {
        (from_file(path)?, None)
    };
    // All that there is of a release or in a folder: it must not be credited with an older one's files.
    let is_whole = path.is_dir() || release.is_some();
    let before = if is_whole { String::new() } else { read_provenance(out) };
    let mut files = Vec::new();
    for (name, file) in &upstream {
        let facts = awsquery_codegen::strip_prose(name, &awsquery_codegen::gunzip(file.bytes.clone())?)?;
        files.push(GeneratedFile { path: name.clone(), text: facts });
    }
    files.push(GeneratedFile {
        path: "provenance.toml".into(),
        text: provenance(&upstream, release.as_ref(), &before),
    });
    let tree = OutputTree { root: out.into(), files, exclusive: false };
    let differences = tree.write()?;
    for name in KEPT.iter().filter(|name| is_whole && !upstream.contains_key(**name)) {
        if out.join(name).exists() {
            fs::remove_file(out.join(name))?;
            println!("{name} removed: there is none in {}", path.display());
        }
    }
    println!("{} files read from {}, {} written", upstream.len(), path.display(), differences.len());
    Ok(ExitCode::SUCCESS)
}

/// A wheel, and the version in its name: `botocore-1.44.5-py3-none-any.whl`.
struct Release {
    file: String,
    version: String,
    sha256: String,
}

impl Release {
    fn of(wheel: &Path) -> Result<Self> {
        let file = wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let version =
            file.split('-').nth(1).ok_or("expected a wheel's name with a version in it")?.to_owned();
        Ok(Self { version, sha256: sha256(&fs::read(wheel)?), file })
    }
}

fn from_wheel(path: &Path, id: &str) -> Result<BTreeMap<String, Upstream>> {
    let mut archive = zip::ZipArchive::new(fs::File::open(path)?)?;
    let of_service = format!("{IN_BOTOCORE}{id}/");
    let version = |name: &str| Some(name.strip_prefix(&of_service)?.split('/').next()?.to_owned());
    let versions = archive.file_names().filter_map(|name| version(&name.ok()?));
    let folder = format!("{of_service}{}", versions.max().unwrap_or_default());
    let mut found = BTreeMap::new();
    for name in KEPT {
        for stored in [name.to_owned(), format!("{name}.gz")] {
            let Ok(entry) = archive.by_name(&format!("{folder}/{stored}")) else { continue };
            found.insert(name.to_owned(), Upstream { bytes: read_limited(entry)? });
        }
    }
    require_service(found, path)
}

fn from_folder(path: &Path, id: &str) -> Result<BTreeMap<String, Upstream>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![path.to_owned()];
    for data in [path.join(IN_BOTOCORE), path.join("data"), path.to_owned()] {
        // The newest of the versions that are there.
        let versions = fs::read_dir(data.join(id)).into_iter().flatten().flatten().map(|entry| entry.path());
        folders.extend(versions.max());
    }
    for folder in folders {
        for name in KEPT {
            for stored in [name.to_owned(), format!("{name}.gz")] {
                if let Ok(bytes) = fs::read(folder.join(stored)) {
                    found.entry(name.to_owned()).or_insert(Upstream { bytes });
                }
            }
        }
    }
    require_service(found, path)
}

fn from_file(path: &Path) -> Result<BTreeMap<String, Upstream>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name = name.strip_suffix(".gz").unwrap_or(&name).to_owned();
    if !KEPT.contains(&name.as_str()) {
        return Err(format!("expected one of {}, found {name}", KEPT.join(", ")).into());
    }
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(BTreeMap::from([(name, Upstream { bytes })]))
}

fn require_service(found: BTreeMap<String, Upstream>, path: &Path) -> Result<BTreeMap<String, Upstream>> {
    if found.contains_key(KEPT[0]) {
        Ok(found)
    } else {
        Err(format!("{}: expected {} in it or below {IN_BOTOCORE}, found none", path.display(), KEPT[0])
            .into())
    }
}

fn read_limited(reader: impl io::Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = reader.take(SIZE_LIMIT + 1).read_to_end(&mut bytes)?;
    if read as u64 > SIZE_LIMIT {
        return Err(format!("expected a file of at most {SIZE_LIMIT} bytes, found more").into());
    }
    Ok(bytes)
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read_provenance(out: &Path) -> String {
    fs::read_to_string(out.join("provenance.toml")).unwrap_or_default()
}

/// Where the facts come from. A single file that is imported leaves the other files' lines as they were `before`.
fn provenance(upstream: &BTreeMap<String, Upstream>, release: Option<&Release>, before: &str) -> String {
    let mut text = String::from(
        "# Where the facts in this folder come from. Written by `cargo xtask model import`; see model/NOTICE.\n\n",
    );
    match release {
        Some(Release { file, version, sha256 }) => text.push_str(&format!(
            "[package]\nname = \"botocore\"\nversion = \"{version}\"\nfile = \"{file}\"\nsha256 = \"{sha256}\"\n\
             licence = \"Apache-2.0\"\n\n"
        )),
        None => text.push_str("# Imported from loose files: no release is known.\n\n"),
    }
    text.push_str("# Of each file as it stands in the package, gzipped or not.\n[sha256]\n");
    for name in KEPT {
        if let Some(file) = upstream.get(name) {
            text.push_str(&format!("\"{name}\" = \"{}\"\n", sha256(&file.bytes)));
        } else if let Some(line) = before.lines().find(|line| line.starts_with(&format!("\"{name}\""))) {
            text.push_str(&format!("{line}\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_imported_whole_and_a_file_by_itself() {
        let root = workspace().join("target/tests-model-import");
        let _ = fs::remove_dir_all(&root);
        let (from, out) = (root.join("from"), root.join("out"));
        let write = |name: &str| fs::write(from.join(name), "{}").expect("a folder to write to");
        fs::create_dir_all(&from).expect("a folder to write to");
        write("service-2.json");
        write("paginators-1.json");
        let names = || -> Vec<bool> {
            let provenance = read_provenance(&out);
            KEPT.iter()
                .map(|name| out.join(name).exists() && provenance.contains(&format!("\"{name}\"")))
                .collect()
        };
        import(&from, "a", &out).expect("a folder with a model");
        assert_eq!(names(), [true, false, true, false, false]);
        write("waiters-2.json");
        import(&from.join("waiters-2.json"), "a", &out).expect("a file");
        assert_eq!(names(), [true, false, true, false, true], "a file leaves the others alone");
        fs::remove_file(from.join("paginators-1.json")).expect("a file");
        import(&from, "a", &out).expect("a folder with a model");
        assert_eq!(names(), [true, false, false, false, true]);
        assert!(!out.join(KEPT[2]).exists() && !read_provenance(&out).contains(KEPT[2]));
    }
}
