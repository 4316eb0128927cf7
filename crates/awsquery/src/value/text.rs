//! Text that is shown to people.

/// The beginning of a text, at most so many bytes long, never cut inside a character.
pub(crate) fn shorten(text: &str, limit: usize) -> &str {
    let end = (0..=limit.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}
