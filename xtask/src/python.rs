//! Peers in Python.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use awsquery_codegen::replace;

use crate::Result;
use crate::botocore::sha256;
use crate::process::succeed;

/// Returns the Python of a virtual environment below this folder with the pinned peers. A change of the pins recreates
/// it.
pub(crate) fn environment(target: &Path, requirements: &Path) -> Result<PathBuf> {
    let venv = target.join("venv");
    let python = venv.join("bin/python");
    let pins = fs::read_to_string(requirements)?;
    let stamp = venv.join("requirements.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == pins) {
        return Ok(python);
    }
    if Command::new("python3").arg("--version").output().is_err() {
        return Err(
            "python3: there is none; install Python 3 with its venv module (Debian: python3-venv)".into()
        );
    }
    eprintln!("installing what {} names below {}", requirements.display(), venv.display());
    succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    let mut pip = Command::new(&python);
    // Only the pinned packages may be installed, and only files with the pinned hashes.
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--requirement"]);
    succeed(pip.arg(requirements))?;
    replace(&stamp, pins.as_bytes())?;
    Ok(python)
}

/// A file of a package, with its hash.
pub(crate) struct Download<'a> {
    pub(crate) package: &'a str,
    pub(crate) release: &'a str,
    pub(crate) file: &'a str,
    pub(crate) sha256: &'a str,
}

impl Download<'_> {
    /// Fetches the file with pip. `format` is pip's option that chooses a wheel or the source.
    ///
    /// For a source package, pip always runs the package's code to get its metadata. pip therefore gets the hash too,
    /// which it checks before it runs that code.
    pub(crate) fn fetch(&self, target: &Path, format: &str) -> Result<Vec<u8>> {
        let Self { package, release, file, sha256 } = self;
        let requirements = target.join("requirements.txt");
        replace(&requirements, format!("{package}=={release} --hash=sha256:{sha256}\n").as_bytes())?;
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "download", "--quiet", "--no-deps", format, package, "--dest"]).arg(target);
        pip.args(["--require-hashes", "--requirement"]).arg(requirements);
        succeed(pip.stdout(Stdio::null()))?;
        let content = fs::read(target.join(file))?;
        self.check(&content)?;
        Ok(content)
    }

    fn check(&self, content: &[u8]) -> Result<()> {
        let found = sha256(content);
        match found == self.sha256 {
            true => Ok(()),
            false => {
                Err(format!("{}: expected the SHA-256 {}, found {found}", self.file, self.sha256).into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::botocore::Release;
    use crate::workspace;

    /// Every installation of packages is by hash.
    #[test]
    fn every_requirement_has_a_hash() {
        let mut files = Vec::new();
        for entry in fs::read_dir(workspace().join("tests")).expect("a folder") {
            let folder = entry.expect("a folder").path();
            files.extend([folder.join("requirements.txt")].into_iter().filter(|file| file.exists()));
        }
        assert_eq!(files.len(), 4, "{files:?}");
        for file in files {
            assert!(
                file.with_extension("in").exists(),
                "{}: .ci/pins makes it of requirements.in",
                file.display()
            );
            let text = fs::read_to_string(&file).expect("a file").replace("\\\n", " ");
            let botocore = format!("botocore=={} ", Release::pinned().expect("a release").version);
            assert!(
                !text.contains("\nbotocore==") || text.contains(&botocore),
                "{}: .ci/pins",
                file.display()
            );
            for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
                assert!(line.contains("==") && line.contains("--hash=sha256:"), "{}: {line}", file.display());
            }
        }
    }

    #[test]
    fn every_installation_is_by_hash() {
        let mut commands = 0;
        for folder in [".ci", "xtask/src", "tests", ".github/screens"] {
            for entry in fs::read_dir(workspace().join(folder)).expect("a folder") {
                let path = entry.expect("a file").path();
                let Ok(text) = fs::read_to_string(&path) else { continue };
                // This test's own strings are excluded.
                let all: Vec<_> = text.lines().take_while(|line| *line != "#[cfg(test)]").collect();
                for (index, line) in all.iter().enumerate() {
                    if line.contains("pip install") || line.contains("\"pip\", \"") {
                        commands += 1;
                        let command = all[index..all.len().min(index + 3)].join("\n");
                        assert!(command.contains("--require-hashes"), "{}: {command}", path.display());
                    }
                }
            }
        }
        assert!(commands >= 5, "{commands} found");
    }

    #[test]
    fn a_file_with_another_hash_is_refused() {
        let download = Download { package: "a", release: "1", file: "a-1.whl", sha256: "00" };
        let error = download.check(b"other").expect_err("another hash").to_string();
        assert!(error.starts_with("a-1.whl: expected the SHA-256 00, found d9298a10"), "{error}");
    }
}
