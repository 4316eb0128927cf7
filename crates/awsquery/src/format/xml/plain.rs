//! Detection of texts without special characters. Almost all are plain, so large blocks of a document are checked at
//! once.

use memchr::memchr;

/// The size of a block, small enough to stay in the processor's cache for the reader.
const BLOCK: usize = 1 << 13;

/// The part of a document that is known to be plain. Plain text has only valid XML characters, no carriage return,
/// which stands for a line feed, and no `]`, since `]]>` is not allowed.
#[derive(Debug)]
pub(super) struct Plain<'a> {
    /// The part that has not been checked.
    rest: &'a str,
    /// True if the next block is not plain. From there on, each text is checked separately.
    ended: bool,
    /// True if the last block had lines, such as a document with indentation. The next block is then likely to have
    /// some too.
    has_lines: bool,
}

impl<'a> Plain<'a> {
    /// Starts with an unchecked document.
    pub(super) fn new(document: &'a str) -> Self {
        Self { rest: document, ended: false, has_lines: false }
    }

    /// Returns true if a text is plain. `left` is the number of bytes after it in the document.
    #[inline(always)]
    pub(super) fn is_plain(&mut self, text: &str, left: usize) -> bool {
        left >= self.rest.len() || self.is_plain_beyond(text, left)
    }

    /// Returns true if a text beyond the checked part is plain.
    #[inline(never)]
    fn is_plain_beyond(&mut self, text: &str, left: usize) -> bool {
        while left < self.rest.len() && !self.ended {
            let end = (BLOCK..self.rest.len()).find(|end| self.rest.is_char_boundary(*end));
            let (block, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
            if self.is_plain_block(block) { self.rest = rest } else { self.ended = true }
        }
        left >= self.rest.len() || is_plain_line(text.as_bytes()) || are_plain_lines(text.as_bytes())
    }

    fn is_plain_block(&mut self, block: &str) -> bool {
        if !self.has_lines && is_plain_line(block.as_bytes()) {
            return true;
        }
        self.has_lines = are_plain_lines(block.as_bytes());
        self.has_lines
    }
}

/// Returns true if a text is plain. Recognizes almost every text of a single line: it requires no control character, no
/// `]`, and no character beyond U+EFFF.
fn is_plain_line(text: &[u8]) -> bool {
    let (mut least, mut greatest, mut brackets) = (b' ', 0, 0);
    for byte in text {
        least = least.min(*byte);
        greatest = greatest.max(*byte);
        brackets |= if *byte == b']' { u8::MAX } else { 0 };
    }
    least >= b' ' && greatest < 0xef && brackets == 0
}

/// Returns true if a text is plain. Allows no control character except tabs and line feeds, no `]`, and neither U+FFFE
/// nor U+FFFF.
fn are_plain_lines(text: &[u8]) -> bool {
    let visible = |byte: u8| if (byte == b'\t') | (byte == b'\n') { b' ' } else { byte };
    let least = text.iter().fold(b' ', |least, byte| least.min(visible(*byte)));
    least >= b' ' && memchr(b']', text).is_none() && !has_noncharacter(text)
}

/// Returns true if a text has U+FFFE or U+FFFF.
fn has_noncharacter(text: &[u8]) -> bool {
    let Some(at) = memchr(0xef, text) else { return false };
    text[at..]
        .windows(3)
        .fold(false, |any, bytes| any | ((bytes[0] == 0xef) & (bytes[1] == 0xbf) & (bytes[2] >= 0xbe)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_plain_if_it_is_as_it_is_written() {
        let is_plain = |document: &str| Plain::new(document).is_plain(document, 0);
        for plain in [
            "",
            "\u{f000}\u{efff}",
            "\u{1ffff}",
            "\u{ff01}",
            "a b",
            "a\nb",
            "\t",
            "caf\u{e9}",
            "\u{efff}",
            "\u{fffd}",
            "\u{10ffff}",
            "a>b",
        ] {
            assert!(is_plain(plain), "{plain:?}");
            assert!(is_plain(&plain.repeat(5000)), "{plain:?}");
        }
        for other in ["\0", "\u{1f}", "\r", "]", "\u{fffe}", "\u{ffff}"] {
            assert!(!is_plain(&format!("{}{other}", "a".repeat(9000))), "{other:?}");
        }
    }

    #[test]
    fn what_is_plain_is_so_behind_what_is_not() {
        for (before, other) in [("a", "]"), ("\n", "\r"), ("\u{e9}", "\u{ffff}"), ("a\u{10ffff}", "\0")] {
            for length in [0, 1, BLOCK - 1, BLOCK, 2 * BLOCK] {
                let document = format!("{}{other}{}", before.repeat(length), before.repeat(BLOCK + 10));
                let mut plain = Plain::new(&document);
                let (at, after) = (before.len() * length, before.len() * length + other.len());
                for _ in 0..2 {
                    for end in [0, at / before.len() / 2 * before.len(), at, after, document.len()] {
                        let left = document.len() - end;
                        assert_eq!(
                            plain.is_plain(&document[..end], left),
                            end <= at,
                            "{before:?} {other:?} {length} {end}"
                        );
                    }
                    assert!(plain.is_plain(&document[after..], 0), "{before:?} {other:?} {length}");
                }
            }
        }
    }
}
