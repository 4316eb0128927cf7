//! What errors show of what was found.

/// A value. Of one that goes over several lines the first: in a shared file a line that is indented by mistake belongs to the
/// value above it, and may be a secret.
pub(crate) fn value(found: &str) -> String {
    match found.split_once('\n') {
        None => bounded(found.into()),
        Some((first, _)) => format!("{} …", bounded(first.into())),
    }
}

/// The most bytes of a text from outside that an error shows.
pub(crate) const LONGEST: usize = 1024;

/// The beginning of a text that may be of any length.
pub(crate) fn bounded(text: String) -> String {
    match text.len() {
        0..=LONGEST => text,
        length => format!("{}… ({length} bytes)", beginning(&text, LONGEST)),
    }
}

/// The beginning of a text, at most so many bytes long, never cut inside a character.
pub(crate) fn beginning(text: &str, limit: usize) -> &str {
    let end = (0..=limit.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}

/// A URL without user name, password and query.
pub(crate) fn url(found: &str) -> String {
    let (before, rest) = match found.rsplit_once('@') {
        Some((_, rest)) => ("***@", rest),
        None => ("", found),
    };
    let (rest, query) = match rest.split_once('?') {
        Some((rest, _)) => (rest, "?***"),
        None => (rest, ""),
    };
    value(&format!("{before}{rest}{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_beside_values_are_not_shown() {
        assert_eq!(value("eu-west-1"), "eu-west-1");
        assert_eq!(value("eu-west-1\naws_secret_access_key = hunter2"), "eu-west-1 …");
        assert_eq!(url("https://me:hunter2@host/path?token=hunter2"), "***@host/path?***");
        assert_eq!(url("https://me:hunter2?@host/"), "***@host/");
        assert_eq!(url("http://host\nhunter2"), "http://host …");
    }

    #[test]
    fn values_are_bounded() {
        assert_eq!(value(&"x".repeat(LONGEST)), "x".repeat(LONGEST));
        let shown = value(&"é".repeat(LONGEST));
        assert_eq!(shown, format!("{}… (2048 bytes)", "é".repeat(LONGEST / 2)));
        assert!(url(&format!("http://{}", "x".repeat(100_000))).len() < 2 * LONGEST);
    }
}
