//! Texts that are as they are written: almost all are, so a document is looked at as a whole, many bytes at once.

use memchr::memchr;

/// How much is looked at at a time: little enough that reading it finds it close to the processor.
const BLOCK: usize = 1 << 13;

/// How much of a document is known to be plain: to have only characters of XML, no carriage return, which stands for a line
/// feed, and no `]`, of which two must not stand before `>`.
#[derive(Debug)]
pub(super) struct Plain<'a> {
    /// What is not known to be.
    rest: &'a str,
    /// Whether the next block is known not to be; from there on, each text is looked at by itself.
    ended: bool,
    /// What is in one block, such as the white space of a document that people read, is likely to be in the next.
    has_lines: bool,
}

impl<'a> Plain<'a> {
    /// Nothing is known of a document.
    pub(super) fn new(document: &'a str) -> Self {
        Self { rest: document, ended: false, has_lines: false }
    }

    /// Whether a text is plain; `left` is how many bytes of the document are behind it.
    #[inline(always)]
    pub(super) fn is_plain(&mut self, text: &str, left: usize) -> bool {
        left >= self.rest.len() || self.is_plain_beyond(text, left)
    }

    /// Whether a text is plain that goes beyond what is known.
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

/// Whether text is plain: this says so of almost every one line. It has no control character, no `]`, and no character beyond
/// U+EFFF.
fn is_plain_line(text: &[u8]) -> bool {
    let (mut least, mut greatest, mut brackets) = (b' ', 0, 0);
    for byte in text {
        least = least.min(*byte);
        greatest = greatest.max(*byte);
        brackets |= if *byte == b']' { u8::MAX } else { 0 };
    }
    least >= b' ' && greatest < 0xef && brackets == 0
}

/// Whether text is plain. It has no control character but tabs and line feeds, no `]`, and neither U+FFFE nor U+FFFF.
fn are_plain_lines(text: &[u8]) -> bool {
    let visible = |byte: u8| if (byte == b'\t') | (byte == b'\n') { b' ' } else { byte };
    let least = text.iter().fold(b' ', |least, byte| least.min(visible(*byte)));
    least >= b' ' && memchr(b']', text).is_none() && !has_noncharacter(text)
}

/// Whether text has U+FFFE or U+FFFF.
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
