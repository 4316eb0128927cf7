//! Peers that are written in Python.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Result;
use crate::process::succeed;

/// The release of botocore whose models and suites are taken.
pub(crate) const BOTOCORE: &str = "1.44.5";

/// Has pip download to a folder what these arguments name, without what that depends on.
pub(crate) fn download(folder: &Path, arguments: &[&str]) -> Result<()> {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest"]).arg(folder).args(arguments);
    succeed(pip.stdout(Stdio::null()))
}

/// The Python of a virtual environment below this folder with the pinned peers, made anew when the pins change.
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
    succeed(Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(requirements))?;
    fs::write(stamp, pins)?;
    Ok(python)
}
