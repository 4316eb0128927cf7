//! The one place that touches the output tree.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file to be, its path below the folder that holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// With `/` between the parts.
    pub path: String,
    /// All of its text.
    pub text: String,
}

/// A folder whose files are all generated, or, where it shares the folder with others, just the files named.
#[derive(Clone, Debug)]
pub struct OutputTree {
    /// The folder.
    pub root: PathBuf,
    /// What belongs into it.
    pub files: Vec<GeneratedFile>,
    /// Whether anything else in the folder is an orphan, to be removed.
    pub exclusive: bool,
}

/// How the folder differs from what it should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Files with another text.
    pub stale: Vec<PathBuf>,
    /// Files that are not there.
    pub missing: Vec<PathBuf>,
    /// Files that should not be there.
    pub orphaned: Vec<PathBuf>,
}

impl Differences {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.stale.is_empty() && self.missing.is_empty() && self.orphaned.is_empty()
    }

    /// Adds another tree's.
    pub fn extend(&mut self, other: Self) {
        self.stale.extend(other.stale);
        self.missing.extend(other.missing);
        self.orphaned.extend(other.orphaned);
    }

    /// How many files differ.
    pub fn len(&self) -> usize {
        self.stale.len() + self.missing.len() + self.orphaned.len()
    }
}

impl OutputTree {
    /// Compares, and writes nothing.
    ///
    /// # Errors
    ///
    /// A file or folder that cannot be read.
    pub fn compare(&self) -> io::Result<Differences> {
        let mut differences = Differences::default();
        for file in &self.files {
            let path = self.root.join(&file.path);
            match fs::read(&path) {
                Ok(text) if text == file.text.as_bytes() => {}
                Ok(_) => differences.stale.push(path),
                Err(error) if error.kind() == io::ErrorKind::NotFound => differences.missing.push(path),
                Err(error) => return Err(error),
            }
        }
        if self.exclusive {
            let known: BTreeSet<PathBuf> = self.files.iter().map(|file| self.root.join(&file.path)).collect();
            let mut found = Vec::new();
            walk(&self.root, &mut found)?;
            differences.orphaned = found.into_iter().filter(|path| !known.contains(path)).collect();
            differences.orphaned.sort();
        }
        Ok(differences)
    }

    /// Writes what differs, removes orphans, leaves every other file alone; and says what differed.
    ///
    /// # Errors
    ///
    /// A file or folder that cannot be read or written.
    pub fn write(&self) -> io::Result<Differences> {
        let differences = self.compare()?;
        for file in &self.files {
            let path = self.root.join(&file.path);
            if differences.stale.contains(&path) || differences.missing.contains(&path) {
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::write(&path, &file.text)?;
            }
        }
        for path in &differences.orphaned {
            fs::remove_file(path)?;
        }
        Ok(differences)
    }
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), found)?;
        } else {
            found.push(entry.path());
        }
    }
    Ok(())
}
