//! The pinned release of botocore: its models, its public suites, and the version that peers use.
//!
//! Only `model/botocore.toml` names the release. `cargo xtask model import` writes that file.

use std::fs;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use awsquery_codegen::replace;
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

use crate::python::Download;
use crate::{Result, process, workspace};

/// The file that pins the release, below `model/`.
pub(crate) const PIN: &str = "botocore.toml";

/// A release of botocore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Release {
    /// The version.
    pub(crate) version: String,
    /// The SHA-256 of its wheel.
    pub(crate) wheel: String,
    /// The SHA-256 of its source package. Empty if the import had none.
    pub(crate) source: String,
    /// The SHA-256 of its table of partitions.
    pub(crate) partitions: String,
}

impl Release {
    /// Reads the pinned release.
    pub(crate) fn pinned() -> Result<Self> {
        Self::read(&workspace().join("model"))
    }

    /// Reads the pin of a folder of models.
    pub(crate) fn read(models: &Path) -> Result<Self> {
        let path = models.join(PIN);
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let pin: toml::Table =
            toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let hashes = pin.get("sha256").and_then(|hashes| hashes.as_table());
        let hash =
            |name: &str| hashes?.get(name)?.as_str().map(str::to_owned).filter(|hash| !hash.is_empty());
        let version = pin.get("version").and_then(|version| version.as_str());
        Ok(Self {
            version: version
                .ok_or_else(|| format!("{}: expected a version, found none", path.display()))?
                .into(),
            wheel: hash("wheel").unwrap_or_default(),
            source: hash("source").unwrap_or_default(),
            partitions: hash("partitions.json").unwrap_or_default(),
        })
    }

    /// Returns the pin as the text of a file.
    pub(crate) fn to_text(&self) -> String {
        let Self { version, wheel, source, partitions } = self;
        let version = toml::Value::from(version.as_str());
        format!(
            "# The release of botocore that the facts in these folders, the suites and the peers come from, and no other\n\
             # place. Written by `cargo xtask model import`; see model/NOTICE.\n\
             version = {version}\nlicence = \"Apache-2.0\"\n\n\
             # Of the packages, and of a file that no service has for itself.\n[sha256]\n\
             wheel = \"{wheel}\"\nsource = \"{source}\"\n\"partitions.json\" = \"{partitions}\"\n"
        )
    }

    /// Fetches the wheel with pip, once, and returns the folder of its models.
    pub(crate) fn models(&self) -> Result<PathBuf> {
        let unpacked = self.unpacked("wheel", |package, to| {
            Ok(zip::ZipArchive::new(std::io::Cursor::new(package))?.extract(to)?)
        })?;
        Ok(unpacked.join("botocore/data"))
    }

    /// Fetches the source package with pip, once, and returns the folder of its suites and models.
    pub(crate) fn sources(&self) -> Result<PathBuf> {
        self.unpacked("source", |package, to| unpack_sources(&package, to))
    }

    /// Returns the folder of a package, which is unpacked once.
    fn unpacked(&self, kind: &str, unpack: impl FnOnce(Vec<u8>, &Path) -> Result<()>) -> Result<PathBuf> {
        let target = workspace().join("target/botocore");
        let folder = target.join(format!("{kind}-{}", self.version));
        if folder.exists() {
            return Ok(folder);
        }
        let package = self.fetch(kind, &target)?;
        // The rename makes sure that an existing folder is complete.
        let part = target.join(format!("{kind}-{}.{}", self.version, std::process::id()));
        unpack(package, &part)?;
        fs::rename(&part, &folder)?;
        Ok(folder)
    }

    /// Fetches a package with pip.
    fn fetch(&self, kind: &str, target: &Path) -> Result<Vec<u8>> {
        let version = &self.version;
        let is_source = kind == "source";
        let expected = if is_source { &self.source } else { &self.wheel };
        if expected.is_empty() {
            return Err(format!(
                "model/{PIN}: expected the hash of the {kind} package; `cargo xtask model import WHEEL --source PACKAGE` \
                 writes it"
            )
            .into());
        }
        fs::create_dir_all(target)?;
        eprintln!("fetching botocore {version}, {kind}");
        let (form, file) = match is_source {
            true => ("--no-binary", format!("botocore-{version}.tar.gz")),
            false => ("--only-binary", format!("botocore-{version}-py3-none-any.whl")),
        };
        let download = Download { package: "botocore", release: version, file: &file, sha256: expected };
        download.fetch(target, form)
    }
}

/// Returns the folder of a service's newest model, below a folder of models.
pub(crate) fn newest_version(models: &Path, service: &str) -> Result<PathBuf> {
    let folder = models.join(service);
    let versions = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let has_model = |version: &PathBuf| {
        ["service-2.json", "service-2.json.gz"].iter().any(|name| version.join(name).exists())
    };
    let newest = versions.filter(has_model).max();
    newest.ok_or_else(|| format!("{}: expected a model, found none", folder.display()).into())
}

/// Returns the folder of models of the botocore that is installed for this Python.
pub(crate) fn installed_models(python: &Path) -> Result<PathBuf> {
    let mut command = Command::new(python);
    command.args(["-c", "import botocore, os; print(os.path.dirname(botocore.__file__))"]);
    let folder = String::from_utf8(process::output(&mut command)?)?;
    Ok(PathBuf::from(folder.trim_end()).join("data"))
}

/// Returns the SHA-256 of bytes, as hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Unpacks the parts of a source package that commands read: suites, endpoint cases and models.
fn unpack_sources(package: &[u8], to: &Path) -> Result<()> {
    for entry in tar::Archive::new(GzDecoder::new(package)).entries()? {
        let mut entry = entry?;
        // The first component is the folder of the release.
        let path: PathBuf = entry.path()?.components().skip(1).collect();
        let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        let wanted = ["tests/unit/protocols", "tests/functional/endpoint-rules", "botocore/data"];
        if !is_plain
            || !entry.header().entry_type().is_file()
            || !wanted.iter().any(|it| path.starts_with(it))
        {
            continue;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        let file = to.join(path);
        fs::create_dir_all(file.parent().unwrap_or(to))?;
        replace(&file, &bytes)?;
    }
    Ok(())
}
