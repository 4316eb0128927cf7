//! The choice of the XML parser, and the start of a document.

use super::cursor::Cursor;
use super::error::{Kind, XmlError};
use super::lexical;
#[cfg(feature = "quick-xml")]
use super::quick_xml::QuickXml;
use super::scanner::Scanner;

/// An XML parser.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Parser {
    /// The crate's own parser; see [`Scanner`].
    Scanner,
    /// quick-xml, for comparison.
    #[cfg(feature = "quick-xml")]
    QuickXml,
}

impl Parser {
    /// Starts a document, reads the root's start tag and calls `read`.
    pub(crate) fn read<T>(
        self,
        document: &[u8],
        mut read: impl FnMut(&mut dyn Cursor<'_>) -> Result<T, XmlError>,
    ) -> Result<T, XmlError> {
        let mut result = None;
        self.start(document, &mut |cursor| result = Some(read(cursor)))?;
        result.unwrap_or_else(|| Err(XmlError::new(Kind::Truncated, document.len())))
    }

    /// Not generic, so that parsers are compiled once.
    fn start(self, document: &[u8], read: &mut dyn FnMut(&mut dyn Cursor<'_>)) -> Result<(), XmlError> {
        let text = document_text(document)?;
        let skipped = document.len() - text.len();
        match self {
            Self::Scanner => {
                let mut scanner = Scanner::new(text, skipped);
                scanner.enter_root()?;
                read(&mut scanner);
            }
            #[cfg(feature = "quick-xml")]
            Self::QuickXml => read(&mut QuickXml::new(text, skipped)?),
        }
        Ok(())
    }
}

/// Returns the text of a document. Skips white space before the declaration, which XML does not allow but services
/// send.
fn document_text(document: &[u8]) -> Result<&str, XmlError> {
    let text = simdutf8::basic::from_utf8(document).map_err(|_| not_utf8(document))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(lexical::skip_space(text))
}

/// Returns the error of invalid UTF-8, with the offset of the first invalid byte.
#[cold]
fn not_utf8(document: &[u8]) -> XmlError {
    let valid = std::str::from_utf8(document).map_or_else(|error| error.valid_up_to(), str::len);
    XmlError::new(Kind::IllFormed("expected UTF-8".into()), valid)
}
