//! What is shown: functions from a state and a look to lines. Only `screen` writes.

pub(crate) mod bars;
pub(crate) mod events;
pub(crate) mod json;
pub(crate) mod screen;
pub(crate) mod table;
pub(crate) mod text;

use clap::builder::styling::{AnsiColor, Style};

use crate::task::Phase;

/// How lines have to look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// Columns; as many as needed where there is no terminal.
    pub(crate) width: Option<usize>,
    pub(crate) is_unicode: bool,
    pub(crate) is_coloured: bool,
}

impl Look {
    /// A text in a style, where there is colour.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        match self.is_coloured && !text.is_empty() {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        }
    }

    /// The mark of a text that was cut.
    pub(crate) fn ellipsis(&self) -> &'static str {
        if self.is_unicode { "…" } else { "..." }
    }
}

pub(crate) const HEADER: Style = Style::new().bold();
pub(crate) const QUIET: Style = Style::new().dimmed();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();

/// The colour of an export that is so far: of the sixteen that every terminal's theme makes readable.
pub(crate) fn style_of(phase: Phase) -> Style {
    match phase {
        Phase::Running => AnsiColor::Cyan.on_default(),
        Phase::Complete => AnsiColor::Green.on_default(),
        Phase::Failed => AnsiColor::Red.on_default(),
        Phase::Canceled => AnsiColor::Magenta.on_default(),
    }
}

#[cfg(test)]
pub(crate) mod samples;
