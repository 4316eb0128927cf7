//! Text for display. Public for the other crates of this workspace, but hidden in the documentation.

use std::fmt;

/// The maximum bytes of a received text that an error shows, such as a code, message, request id or body (ERR-8).
pub const SHOWN: usize = 1024;

/// Returns the beginning of a text, at most `limit` bytes, cut between characters.
pub fn shorten(text: &str, limit: usize) -> &str {
    let end = (0..=limit.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}

/// A received text as errors show it: at most [`SHOWN`] bytes, followed by the full length if it is cut.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl Shown<'_> {
    fn rest(&self, shown: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            length if length > shown.len() => write!(f, "… ({length} bytes)"),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = shorten(self.0, SHOWN);
        f.write_str(shown)?;
        self.rest(shown, f)
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = shorten(self.0, SHOWN);
        write!(f, "{shown:?}")?;
        self.rest(shown, f)
    }
}

/// Returns the text as errors show it, at most [`SHOWN`] bytes of it.
pub fn bounded(text: String) -> String {
    if text.len() > SHOWN { Shown(&text).to_string() } else { text }
}

/// Returns a URL for display: user name, password and query redacted, cut to its first line.
pub fn url(found: &str) -> String {
    let (before, rest) = match found.rsplit_once('@') {
        // Only the scheme is certain not to be secret.
        Some((before, rest)) => {
            match ["http://", "https://"].iter().find(|scheme| before.starts_with(**scheme)) {
                Some(scheme) => (format!("{scheme}***@"), rest),
                None => ("***@".into(), rest),
            }
        }
        None => (String::new(), found),
    };
    let (rest, query) = match rest.split_once('?') {
        Some((rest, _)) => (rest, "?***"),
        None => (rest, ""),
    };
    let (line, more) = match rest.split_once('\n') {
        Some((line, _)) => (line, " …"),
        None => (rest, ""),
    };
    format!("{before}{}{query}{more}", bounded(line.to_owned()))
}

/// Returns true if a text is a valid label of a host name.
pub fn is_host_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}
