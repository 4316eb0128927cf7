//! Peers that are written in Python.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;
use crate::botocore::Release;
use crate::process::succeed;

/// The Python of a virtual environment below this folder with the pinned peers, made anew when the pins change.
/// `${BOTOCORE}` stands for the release that `model/botocore.toml` pins.
pub(crate) fn environment(target: &Path, requirements: &Path) -> Result<PathBuf> {
    let venv = target.join("venv");
    let python = venv.join("bin/python");
    let pins = fs::read_to_string(requirements)?.replace("${BOTOCORE}", &Release::pinned()?.version);
    let stamp = venv.join("requirements.txt");
    let expanded = target.join("requirements.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == pins) {
        return Ok(python);
    }
    if Command::new("python3").arg("--version").output().is_err() {
        return Err(
            "python3: there is none; install Python 3 with its venv module (Debian: python3-venv)".into()
        );
    }
    eprintln!("installing what {} names below {}", requirements.display(), venv.display());
    fs::write(&expanded, &pins)?;
    succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    succeed(Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(&expanded))?;
    fs::write(stamp, pins)?;
    Ok(python)
}
