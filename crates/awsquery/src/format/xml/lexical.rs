//! The lexical parts of XML: characters, names, references, line ends and attributes.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use super::error::Kind;

/// Returns true if XML 1.0 allows the character, literally or as a reference.
#[inline]
pub(crate) fn is_xml_char(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Returns the position of the first markup, which ends a text.
#[inline(always)]
pub(super) fn markup(text: &[u8]) -> Option<usize> {
    match text.first() {
        Some(b'<') => Some(0),
        _ => memchr2(b'<', b'&', text),
    }
}

/// Returns true if the bytes contain markup.
#[inline(always)]
pub(super) fn has_markup(text: &[u8]) -> bool {
    /// Checks all bytes without an early exit, so that the compiler can vectorize the loops. It does so only with one
    /// loop per searched byte.
    #[inline(always)]
    fn any<const N: usize>(bytes: Option<&[u8; N]>) -> bool {
        let Some(bytes) = bytes else { return false };
        bytes.iter().fold(false, |any, byte| any | (*byte == b'<'))
            | bytes.iter().fold(false, |any, byte| any | (*byte == b'&'))
    }
    /// Checks the first and last bytes, which may overlap.
    #[inline(always)]
    fn ends<const N: usize>(text: &[u8]) -> bool {
        any::<N>(text.first_chunk()) | any::<N>(text.last_chunk())
    }
    match text.len() {
        0..8 => text.iter().any(|byte| matches!(byte, b'<' | b'&')),
        8..16 => ends::<8>(text),
        16..=32 => ends::<16>(text),
        _ => {
            let mut rest = text;
            while let Some((chunk, after)) = rest.split_first_chunk::<32>() {
                if any(Some(chunk)) {
                    return true;
                }
                rest = after;
            }
            any::<32>(text.last_chunk())
        }
    }
}

/// Returns true for XML's white space.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Returns true if two texts of the same length are equal. Names are short, so comparing their two ends, which may
/// overlap, is faster than a call.
#[inline(always)]
pub(super) fn is_same(left: &[u8], right: &[u8]) -> bool {
    #[inline(always)]
    fn ends<const N: usize>(left: &[u8], right: &[u8]) -> bool {
        (left.first_chunk::<N>() == right.first_chunk()) & (left.last_chunk::<N>() == right.last_chunk())
    }
    match right.len() {
        17..=32 => ends::<16>(left, right),
        8..=16 => ends::<8>(left, right),
        33..=64 => ends::<32>(left, right),
        4..8 => ends::<4>(left, right),
        _ => left == right,
    }
}

/// Returns the text after leading white space.
#[inline]
pub(super) fn skip_space(text: &str) -> &str {
    match text.as_bytes().first() {
        Some(byte) if is_space(*byte) => text.trim_start_matches([' ', '\t', '\r', '\n']),
        _ => text,
    }
}

/// Returns the element's name at the start of a text, and its part after the prefix.
pub(super) fn element_name(text: &str) -> Result<(&str, &str), Kind> {
    let bytes = text.as_bytes();
    let is_end = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'>' | b'=');
    let usual = alphanumeric(bytes);
    let end = match bytes[usual..].iter().position(is_end) {
        Some(more) => usual + more,
        // A document that ends in a name is truncated, whatever the name.
        None => return Ok((text, text)),
    };
    let name = &text[..end];
    if end == usual && name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Ok((name, name));
    }
    unusual_element_name(name)
}

/// Returns the number of ASCII letters and digits at the start. Most names consist of them.
fn alphanumeric(bytes: &[u8]) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = EACH * 0x80;
    let mut length = 0;
    // Processes eight bytes at once as one integer. After the addition, a byte's highest bit is set if it reaches the
    // bound.
    while let Some(chunk) = bytes[length..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let at_least = |word: u64, least: u8| word.wrapping_add(EACH * u64::from(0x80 - least));
        let lower = word | (EACH * 0x20);
        let is_letter = at_least(lower, b'a') & !at_least(lower, b'z' + 1);
        let is_digit = at_least(word, b'0') & !at_least(word, b'9' + 1);
        let others = (!(is_letter | is_digit) | word) & HIGH;
        if others != 0 {
            return length + others.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    length + bytes[length..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count()
}

#[cold]
fn unusual_element_name(name: &str) -> Result<(&str, &str), Kind> {
    let local = local(name);
    if local.is_empty() {
        return Err(ill_formed("expected a tag's name, found none"));
    }
    if is_name(name) {
        Ok((name, local))
    } else {
        Err(ill_formed(format!("expected a tag's name, found {name:?}")))
    }
}

/// Returns true if the text is a name in XML 1.0.
pub(super) fn is_name(text: &str) -> bool {
    let starts = |c: char| match c {
        ':' | '_' | 'A'..='Z' | 'a'..='z' => true,
        '\u{d7}' | '\u{f7}' | '\u{37e}' => false,
        '\u{c0}'..='\u{2ff}' | '\u{370}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' => {
            true
        }
        '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' => true,
        '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}' => true,
        _ => false,
    };
    let goes_on = |c: char| matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}');
    let usual = |byte: u8| byte.is_ascii_alphanumeric() || byte == b':';
    text.starts_with(starts) && (text.bytes().all(usual) || text.chars().all(|c| starts(c) || goes_on(c)))
}

/// Returns the part of a name after its prefix (RSP-6).
fn local(name: &str) -> &str {
    memchr(b':', name.as_bytes()).map_or(name, |colon| &name[colon + 1..])
}

/// Resolves the text between `&` and `;`: a character's number or one of XML's five predefined names.
pub(super) fn resolve(reference: &str) -> Result<char, Kind> {
    match reference {
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "amp" => return Ok('&'),
        "apos" => return Ok('\''),
        "quot" => return Ok('"'),
        _ => {}
    }
    let Some(number) = reference.strip_prefix('#') else {
        return Err(ill_formed(format!("expected an entity that XML defines, found `&{reference};`")));
    };
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |hex| (hex, 16));
    let code = if digits.starts_with('+') { None } else { u32::from_str_radix(digits, radix).ok() };
    code.and_then(char::from_u32)
        .filter(|c| is_xml_char(*c))
        .ok_or_else(|| ill_formed(format!("expected a character of XML 1.0, found `&{reference};`")))
}

/// Resolves the reference at the start of a text. Returns its length, including `&`, and its character.
pub(super) fn reference(text: &str) -> Result<(usize, char), Kind> {
    let rest = text.strip_prefix('&').unwrap_or(text);
    match rest.bytes().position(|byte| matches!(byte, b';' | b'&' | b'<')) {
        Some(end) if rest.as_bytes()[end] == b';' => resolve(&rest[..end]).map(|c| (end + 2, c)),
        _ => Err(ill_formed("expected `;` after `&` and a name, found none")),
    }
}

/// Normalizes line ends to line feeds (XML 1.0, 2.11).
pub(super) fn line_feeds(text: &str) -> Cow<'_, str> {
    let Some((first, rest)) = text.split_once('\r') else { return Cow::Borrowed(text) };
    let mut lines = String::with_capacity(text.len());
    lines.push_str(first);
    for part in rest.split('\r') {
        lines.push('\n');
        lines.push_str(part.strip_prefix('\n').unwrap_or(part));
    }
    Cow::Owned(lines)
}

/// Checks that XML allows every character of the text.
pub(super) fn characters(text: &str) -> Result<(), Kind> {
    match text.chars().find(|c| !is_xml_char(*c)) {
        None => Ok(()),
        Some(c) => Err(ill_formed(format!("expected a character of XML 1.0, found {c:?}"))),
    }
}

/// An attribute as written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a str,
    /// The text between the quotes.
    pub(super) raw: &'a str,
}

impl<'a> Attribute<'a> {
    /// Parses the attribute at the start of the text. Returns it and the rest, or `None` if `>`, `/` or the end follows
    /// the white space.
    pub(super) fn at(text: &'a str) -> Result<(Option<Self>, &'a str), Kind> {
        let rest = skip_space(text);
        if rest.is_empty() || rest.starts_with(['>', '/']) {
            return Ok((None, rest));
        }
        if rest.len() == text.len() {
            return Err(ill_formed("expected white space before an attribute, found none"));
        }
        let end = rest.bytes().position(|byte| is_space(byte) || matches!(byte, b'=' | b'>'));
        let name = &rest[..end.unwrap_or(rest.len())];
        if !is_name(name) {
            return Err(ill_formed(format!("expected an attribute's name, found {name:?}")));
        }
        let rest = skip_space(&rest[name.len()..]);
        let Some(rest) = rest.strip_prefix('=').map(skip_space) else {
            return Err(incomplete(rest, format!("expected `=` after the attribute {name}, found none")));
        };
        let quote = match rest.as_bytes().first() {
            Some(quote @ (b'"' | b'\'')) => *quote,
            _ => {
                return Err(incomplete(rest, format!("expected the attribute {name} in quotes, found none")));
            }
        };
        let rest = &rest[1..];
        let Some(end) = memchr(quote, rest.as_bytes()) else { return Err(Kind::Truncated) };
        let raw = &rest[..end];
        if memchr(b'<', raw.as_bytes()).is_some() {
            return Err(ill_formed("expected no `<` in a tag, found one"));
        }
        Ok((Some(Self { name, raw }), &rest[end + 1..]))
    }

    /// Checks the references in the value that [`value`](Self::value) returns.
    pub(super) fn check(&self) -> Result<(), Kind> {
        let mut rest = self.raw;
        while let Some(at) = memchr(b'&', rest.as_bytes()) {
            let (length, _) = reference(&rest[at..])?;
            rest = &rest[at + length..];
        }
        Ok(())
    }

    /// Returns the value with references resolved and white space replaced by spaces (XML 1.0, 3.3.3).
    pub(super) fn value(&self) -> Result<String, Kind> {
        let mut value = String::with_capacity(self.raw.len());
        let mut rest = self.raw;
        while let Some(at) = rest.find(['&', '\t', '\r', '\n']) {
            value.push_str(&rest[..at]);
            rest = &rest[at..];
            let length = if rest.starts_with('&') {
                let (length, c) = reference(rest)?;
                value.push(c);
                length
            } else {
                value.push(' ');
                if rest.starts_with("\r\n") { 2 } else { 1 }
            };
            rest = &rest[length..];
        }
        value.push_str(rest);
        Ok(value)
    }
}

/// Returns the given error, or that of a truncated document if nothing follows.
fn incomplete(rest: &str, what: String) -> Kind {
    if rest.is_empty() { Kind::Truncated } else { Kind::IllFormed(what) }
}

pub(super) fn ill_formed(what: impl Into<String>) -> Kind {
    Kind::IllFormed(what.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_as_long_as_its_letters_and_digits() {
        for byte in 0..=u8::MAX {
            for at in 0..20 {
                let mut bytes = *b"aZ09zAy18bBcC27xXdD3";
                bytes[at] = byte;
                let length = if byte.is_ascii_alphanumeric() { bytes.len() } else { at };
                assert_eq!(alphanumeric(&bytes), length, "{byte:#x} at {at}");
            }
        }
    }

    #[test]
    fn every_line_end_becomes_a_line_feed() {
        for (text, expected) in
            [("a", "a"), ("\r", "\n"), ("\r\n", "\n"), ("a\r\r\nb\n\rc\r", "a\n\nb\n\nc\n"), ("\n", "\n")]
        {
            assert_eq!(line_feeds(text), expected, "{text:?}");
        }
    }

    #[test]
    fn markup_is_found_wherever_it_is() {
        for length in 0..70 {
            let text = vec![b'a'; length];
            assert!(!has_markup(&text), "{length}");
            for at in 0..length {
                for byte in *b"<&" {
                    let mut text = text.clone();
                    text[at] = byte;
                    assert!(has_markup(&text), "{at} of {length}");
                }
            }
        }
    }
}
