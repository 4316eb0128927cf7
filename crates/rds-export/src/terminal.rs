//! What is known of the terminal: asked once, by the process's environment, so that rendering need not.

use std::io::{self, IsTerminal};

use anstream::{AutoStream, ColorChoice};
use terminal_size::{Height, Width, terminal_size_of};

use crate::render::Look;

/// Where standard output goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    /// Whether lines can be drawn over.
    pub(crate) is_live: bool,
    is_terminal: bool,
    is_unicode: bool,
    is_coloured: bool,
    is_stderr_coloured: bool,
}

impl Terminal {
    /// Asks the system and the environment. On Windows this also has the console take escape sequences.
    pub(crate) fn detect() -> Self {
        let var = |name: &str| std::env::var(name).ok();
        let is_terminal = io::stdout().is_terminal();
        Self {
            is_live: is_terminal && var("TERM").as_deref() != Some("dumb"),
            is_terminal,
            // A file or a pipe is read by programs, and those take UTF-8.
            is_unicode: !is_terminal || cfg!(windows) || is_utf8(var),
            is_coloured: AutoStream::auto(io::stdout()).current_choice() == ColorChoice::AlwaysAnsi,
            is_stderr_coloured: AutoStream::auto(io::stderr()).current_choice() == ColorChoice::AlwaysAnsi,
        }
    }

    /// How to render, at this moment: the window may have another size by now.
    pub(crate) fn look(&self) -> Look {
        Look {
            width: self.size().map(|(width, _)| width),
            is_unicode: self.is_unicode,
            is_coloured: self.is_coloured,
        }
    }

    /// How to render lines of a log on standard error.
    pub(crate) fn look_of_stderr(&self) -> Look {
        Look { width: None, is_unicode: self.is_unicode, is_coloured: self.is_stderr_coloured }
    }

    /// Columns and rows.
    pub(crate) fn size(&self) -> Option<(usize, usize)> {
        if !self.is_terminal {
            return None;
        }
        let (width, height) = match terminal_size_of(io::stdout()) {
            Some((Width(width), Height(height))) if width > 0 && height > 0 => (width, height),
            // A terminal that does not say: the size of the first ones.
            _ => (80, 24),
        };
        Some((width.into(), height.into()))
    }
}

/// Whether the locale is one of UTF-8, by the variables in the order of POSIX.
fn is_utf8(var: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(var).find(|value| !value.is_empty());
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(vars: &[(&str, &str)]) -> bool {
        is_utf8(|name| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_first_variable_that_is_set_names_the_locale() {
        assert!(locale(&[("LANG", "en_GB.UTF-8")]));
        assert!(locale(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8")]));
        assert!(!locale(&[("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")]));
        assert!(!locale(&[]));
    }
}
