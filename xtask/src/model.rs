//! `cargo xtask model`: the import of upstream files to the facts in `model/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use awsquery_codegen::{GeneratedFile, OutputTree, check_service_id, read_limited};
use lexopt::prelude::*;

use crate::botocore::{self, Release, sha256};
use crate::{Result, compare, no_more, workspace};

/// The names of botocore's files for a service that are kept.
const KEPT: [&str; 6] = [
    "service-2.json",
    "service-2.sdk-extras.json",
    "paginators-1.json",
    "paginators-1.sdk-extras.json",
    "waiters-2.json",
    "endpoint-rule-set-1.json",
];

/// The table of partitions, which all services share.
const PARTITIONS: &str = "partitions.json";

/// The first line of the record of the files' origin.
const PROVENANCE: &str =
    "# Where the facts in this folder come from. Written by `cargo xtask model import`; see model/NOTICE.";

/// The folder of models in botocore's wheel and source tree. It has a folder for each service, with one for each
/// version.
const IN_BOTOCORE: &str = "botocore/data/";

/// Reads the command line and does what it says.
pub(crate) fn run(mut args: lexopt::Parser) -> Result<ExitCode> {
    match args.next()? {
        Some(Value(command)) if command == "import" => import_command(args),
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

fn import_command(mut args: lexopt::Parser) -> Result<ExitCode> {
    let path = args.value().map_err(|_| "model import: expected the PATH of a wheel, a folder or a file")?;
    let path = PathBuf::from(path);
    let (mut id, mut source) = (None, None);
    while let Some(arg) = args.next()? {
        match arg {
            Long("service") => id = Some(args.value()?.string()?),
            Long("source") => source = Some(PathBuf::from(args.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    let root = workspace();
    if is_wheel(&path) {
        return import_release(&path, source.as_deref(), id.as_deref(), &root);
    }
    if source.is_some() {
        return Err("--source: expected a wheel beside the source package".into());
    }
    import(&path, id.as_deref().unwrap_or("rds"), &root)?;
    Ok(ExitCode::SUCCESS)
}

fn is_wheel(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "whl")
}

/// Imports a release. Without an id it imports the table of partitions and every service in the folder, so that all are
/// of one release. With an id it adds one service of the pinned release.
fn import_release(wheel: &Path, source: Option<&Path>, id: Option<&str>, root: &Path) -> Result<ExitCode> {
    let models = root.join("model");
    let before = models.join(botocore::PIN).exists().then(|| Release::read(&models)).transpose()?;
    let mut release = Release {
        version: version_of(wheel)?,
        wheel: sha256(&fs::read(wheel)?),
        source: source.map(fs::read).transpose()?.map(|package| sha256(&package)).unwrap_or_default(),
        partitions: String::new(),
    };
    if let Some(id) = id {
        let pinned =
            before.ok_or("--service: expected a release to be pinned; import one without --service")?;
        if pinned.wheel != release.wheel {
            let (pinned, found) = (pinned.version, release.version);
            return Err(format!(
                "--service: expected botocore {pinned}, of which the other models are, found {found}"
            )
            .into());
        }
        import(wheel, id, root)?;
        return Ok(ExitCode::SUCCESS);
    }
    if release.source.is_empty() {
        release.source =
            before.filter(|it| it.version == release.version).map_or_else(String::new, |it| it.source);
    }
    for id in services(&models)? {
        import(wheel, &id, root)?;
    }
    let mut archive = zip::ZipArchive::new(fs::File::open(wheel)?)?;
    let partitions = read_limited(archive.by_name(&format!("{IN_BOTOCORE}{PARTITIONS}"))?)?;
    // A table must be valid input of the generator to be kept.
    awsquery_codegen::generate_partitions(&partitions, "cargo xtask model import")?;
    release.partitions = sha256(&partitions);
    let text = awsquery_codegen::strip_prose(PARTITIONS, &partitions)?;
    let files =
        vec![GeneratedFile::new(PARTITIONS, text), GeneratedFile::new(botocore::PIN, release.to_text())];
    OutputTree::shared(root, "model", files).write()?;
    println!("botocore {} pinned", release.version);
    Ok(ExitCode::SUCCESS)
}

/// Returns the services that have models in a folder.
fn services(models: &Path) -> Result<Vec<String>> {
    let mut services = Vec::new();
    for entry in fs::read_dir(models)? {
        let folder = entry?.path();
        if folder.join(KEPT[0]).exists() {
            services.extend(folder.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    services.sort();
    Ok(services)
}

/// Returns the version in a wheel's name: `botocore-1.44.5-py3-none-any.whl`.
fn version_of(wheel: &Path) -> Result<String> {
    let file = wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(file.split('-').nth(1).ok_or("expected a wheel's name with a version in it")?.to_owned())
}

/// Upstream files, as they came, by name.
type Upstream = BTreeMap<String, Vec<u8>>;

fn import(path: &Path, id: &str, root: &Path) -> Result<()> {
    check_service_id(id)?;
    let folder = format!("model/{id}");
    let out = root.join(&folder);
    let (upstream, is_released) = if path.is_dir() {
        (from_folder(path, id)?, false)
    } else if is_wheel(path) {
        (from_wheel(path, id)?, true)
    } else {
        (from_file(path)?, false)
    };
    // A release or a folder is imported as a whole, so files of an older import must not remain.
    let is_whole = path.is_dir() || is_released;
    let recorded = read_provenance(&out);
    let is_removed = |name: &&&str| is_whole && !upstream.contains_key(**name) && exists(&out.join(name));
    let removed: Vec<_> = KEPT.iter().filter(is_removed).collect();
    check_recorded(
        &out,
        &recorded,
        upstream.keys().map(String::as_str).chain(removed.iter().map(|name| **name)),
    )?;
    let before = if is_whole { "" } else { &recorded };
    let mut files = Vec::new();
    for (name, file) in &upstream {
        let facts = awsquery_codegen::strip_prose(name, &awsquery_codegen::gunzip(file.clone())?)?;
        files.push(GeneratedFile::new(name, facts));
    }
    let provenance = provenance(&upstream, is_released, before);
    files.push(GeneratedFile::new("provenance.toml", provenance));
    let differences = OutputTree::shared(root, folder, files).write()?;
    for name in removed {
        fs::remove_file(out.join(name))?;
        println!("{name} removed: there is none in {}", path.display());
    }
    println!("{id}: {} files read from {}, {} written", upstream.len(), path.display(), differences.len());
    Ok(())
}

/// Returns true if anything exists at the path, including a broken symbolic link.
fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Refuses to overwrite or remove files that no import has written. JSON cannot be marked in its first line, so the
/// folder's record lists the imported files.
fn check_recorded<'a>(out: &Path, recorded: &str, names: impl Iterator<Item = &'a str>) -> Result<()> {
    let is_record = recorded.starts_with(PROVENANCE) || !exists(&out.join("provenance.toml"));
    let is_listed = |name: &str| recorded.lines().any(|line| line.starts_with(&format!("\"{name}\"")));
    let unrecorded = names.filter(|name| exists(&out.join(name)) && !is_listed(name));
    let refused: Vec<_> = (!is_record)
        .then(|| format!("{}: is not a record of imports", out.join("provenance.toml").display()))
        .into_iter()
        .chain(
            unrecorded.map(|name| format!("{}: provenance.toml does not list it", out.join(name).display())),
        )
        .collect();
    match refused.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "{}\nmodel import only replaces what it has written: move these files away, or delete them if nothing needs them",
            refused.join("\n")
        )
        .into()),
    }
}

fn from_wheel(path: &Path, id: &str) -> Result<Upstream> {
    let mut archive = zip::ZipArchive::new(fs::File::open(path)?)?;
    let of_service = format!("{IN_BOTOCORE}{id}/");
    let version = |name: &str| Some(name.strip_prefix(&of_service)?.split('/').next()?.to_owned());
    let versions = archive.file_names().filter_map(|name| version(&name.ok()?));
    let folder = format!("{of_service}{}", versions.max().unwrap_or_default());
    let mut found = Upstream::new();
    for name in KEPT {
        for stored in [name.to_owned(), format!("{name}.gz")] {
            let Ok(entry) = archive.by_name(&format!("{folder}/{stored}")) else { continue };
            found.insert(name.to_owned(), read_limited(entry)?);
        }
    }
    require_service(found, path)
}

fn from_folder(path: &Path, id: &str) -> Result<Upstream> {
    let mut found = Upstream::new();
    let mut folders = vec![path.to_owned()];
    for data in [path.join(IN_BOTOCORE), path.join("data"), path.to_owned()] {
        // The newest version in the folder.
        let versions = fs::read_dir(data.join(id)).into_iter().flatten().flatten().map(|entry| entry.path());
        folders.extend(versions.max());
    }
    for folder in folders {
        for name in KEPT {
            for stored in [name.to_owned(), format!("{name}.gz")] {
                if let Ok(bytes) = fs::read(folder.join(stored)) {
                    found.entry(name.to_owned()).or_insert(bytes);
                }
            }
        }
    }
    require_service(found, path)
}

fn from_file(path: &Path) -> Result<Upstream> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name = name.strip_suffix(".gz").unwrap_or(&name).to_owned();
    if !KEPT.contains(&name.as_str()) {
        return Err(format!("expected one of {}, found {name}", KEPT.join(", ")).into());
    }
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Upstream::from([(name, bytes)]))
}

fn require_service(found: Upstream, path: &Path) -> Result<Upstream> {
    if found.contains_key(KEPT[0]) {
        Ok(found)
    } else {
        Err(format!("{}: expected {} in it or below {IN_BOTOCORE}, found none", path.display(), KEPT[0])
            .into())
    }
}

fn read_provenance(out: &Path) -> String {
    fs::read_to_string(out.join("provenance.toml")).unwrap_or_default()
}

/// Where the facts come from. A single file that is imported leaves the other files' lines as they were `before`.
fn provenance(upstream: &Upstream, is_released: bool, before: &str) -> String {
    let mut text = format!("{PROVENANCE}\n\n");
    text.push_str(match is_released {
        true => "# From the release that model/botocore.toml names.\n\n",
        false => "# Imported from loose files: no release is known.\n\n",
    });
    text.push_str("# Of each file as it stands in the package, gzipped or not.\n[sha256]\n");
    for name in KEPT {
        if let Some(file) = upstream.get(name) {
            text.push_str(&format!("\"{name}\" = \"{}\"\n", sha256(file)));
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
        let (from, out) = (root.join("from"), root.join("model/a"));
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
        import(&from, "a", &root).expect("a folder with a model");
        assert_eq!(names(), [true, false, true, false, false, false]);
        write("waiters-2.json");
        import(&from.join("waiters-2.json"), "a", &root).expect("a file");
        assert_eq!(names(), [true, false, true, false, true, false], "a file leaves the others alone");
        fs::remove_file(from.join("paginators-1.json")).expect("a file");
        import(&from, "a", &root).expect("a folder with a model");
        assert_eq!(names(), [true, false, false, false, true, false]);
        assert!(!out.join(KEPT[2]).exists() && !read_provenance(&out).contains(KEPT[2]));
    }

    /// Returns a folder for a test, and a folder in it to import from.
    fn folders(name: &str) -> (PathBuf, PathBuf) {
        let root = workspace().join("target").join(name);
        let _ = fs::remove_dir_all(&root);
        let from = root.join("from");
        fs::create_dir_all(&from).expect("a folder to write to");
        fs::write(from.join("service-2.json"), "{}").expect("a folder to write to");
        (root, from)
    }

    #[test]
    fn a_service_is_the_name_of_one_folder() {
        let (root, from) = folders("tests-model-service");
        for id in ["../victim", "..", "", "/tmp/victim", "a/b", ".hidden", "a\\b", "a\nb", "-a"] {
            let error = import(&from, id, &root).expect_err(id).to_string();
            assert!(
                error.starts_with(&format!("invalid service {id:?}: must be the name of one folder")),
                "{error}"
            );
        }
        assert!(!root.join("model").exists() && !root.join("victim").exists());
    }

    #[test]
    fn only_imported_files_are_replaced_or_removed() {
        let (root, from) = folders("tests-model-recorded");
        let out = root.join("model/a");
        fs::create_dir_all(&out).expect("a folder to write to");
        for (name, refusal) in [
            ("service-2.json", "service-2.json: provenance.toml does not list it"),
            ("waiters-2.json", "waiters-2.json: provenance.toml does not list it"),
            ("provenance.toml", "provenance.toml: is not a record of imports"),
        ] {
            fs::write(out.join(name), "mine").expect("a folder to write to");
            let error = import(&from, "a", &root).expect_err(name).to_string();
            assert!(error.contains(refusal), "{error}");
            assert_eq!(fs::read_to_string(out.join(name)).expect("the file"), "mine");
            assert_eq!(fs::read_dir(&out).expect("a folder").count(), 1, "nothing else is written");
            fs::remove_file(out.join(name)).expect("a file");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_imported_through_a_symbolic_link() {
        use std::os::unix::fs::symlink;

        let (root, from) = folders("tests-model-links");
        fs::create_dir_all(root.join("victim")).expect("a folder to write to");
        fs::create_dir_all(root.join("model")).expect("a folder to write to");
        symlink(root.join("victim"), root.join("model/a")).expect("a link");
        let error = import(&from, "a", &root).expect_err("a link").to_string();
        assert!(error.ends_with("model/a: expected a folder, found a symbolic link"), "{error}");
        assert_eq!(fs::read_dir(root.join("victim")).expect("a folder").count(), 0);
    }
}
