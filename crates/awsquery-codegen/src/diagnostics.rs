//! What is wrong with a model: everything that a run finds, each with the path of its shape.

use std::fmt;

use crate::printable::{Shown, is_unprintable};

/// Everything that a run found. A run with errors writes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    /// What stops the run.
    pub errors: Vec<Diagnostic>,
    /// What a user should know, and does not stop the run.
    pub warnings: Vec<Diagnostic>,
}

/// One finding: `rds#Filter$Name: expected …, found …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where: a shape's path, or a file's.
    pub path: String,
    /// What is wrong: what was expected, what was found.
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

    /// Turns every warning into an error, for runs that must know all they read.
    pub(crate) fn deny_warnings(&mut self) {
        self.errors.append(&mut self.warnings);
    }

    /// Ends a stage: the value if nothing stops the run, else all that was found.
    pub(crate) fn check<T>(self, value: T) -> Result<T, Self> {
        if self.errors.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A path may hold a hostile name, a message may quote one, and a terminal obeys what is unprintable.
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
