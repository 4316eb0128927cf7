//! Faults of a model. A run collects all of them, each with the path of its shape.

use std::fmt;

use crate::printable::{Shown, is_unprintable};

/// All findings of a run. A run with errors writes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    /// The findings that stop the run.
    pub errors: Vec<Diagnostic>,
    /// The findings that do not stop the run.
    pub warnings: Vec<Diagnostic>,
}

/// One finding: `rds#Filter$Name: expected …, found …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The path of a shape or of a file.
    pub path: String,
    /// The fault, such as what was expected and what was found.
    pub message: String,
}

impl Diagnostics {
    /// One error.
    pub(crate) fn of(path: impl Into<String>, message: impl Into<String>) -> Self {
        let mut diagnostics = Self::default();
        diagnostics.error(path, message);
        diagnostics
    }

    pub(crate) fn error(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.errors.push(Diagnostic { path: path.into(), message: message.into() });
    }

    pub(crate) fn warning(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.warnings.push(Diagnostic { path: path.into(), message: message.into() });
    }

    /// Turns every warning into an error, for runs that must recognize everything they read.
    pub(crate) fn deny_warnings(&mut self) {
        self.errors.append(&mut self.warnings);
    }

    /// Ends a stage: returns the value if there are no errors, else all findings.
    pub(crate) fn check<T>(self, value: T) -> Result<T, Self> {
        if self.errors.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A path or a message may contain a hostile name, and a terminal interprets unprintable characters.
        write!(f, "{}: ", Shown(&self.path))?;
        self.message.chars().try_for_each(|c| match is_unprintable(c) && !matches!(c, '\n' | '\t') {
            true => write!(f, "{}", c.escape_default()),
            false => write!(f, "{c}"),
        })
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        for error in &self.errors {
            writeln!(f, "error: {error}")?;
        }
        match self.errors.len() {
            0 => Ok(()),
            1 => write!(f, "1 error"),
            count => write!(f, "{count} errors"),
        }
    }
}

impl std::error::Error for Diagnostics {}
