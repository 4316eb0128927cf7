//! The choice of what reads XML, and the start on a document.

use super::cursor::Cursor;
use super::error::{Kind, XmlError};
use super::lexical;
#[cfg(feature = "quick-xml")]
use super::quick_xml::QuickXml;
use super::scanner::Scanner;

/// What reads XML.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Parser {
    /// Our own: see [`Scanner`].
    Scanner,
    /// quick-xml, which the other is held against.
    #[cfg(feature = "quick-xml")]
    QuickXml,
}

impl Parser {
    /// Starts on a document, reads the root's start tag and hands over.
    pub(crate) fn read<T>(
        self,
        document: &[u8],
        mut read: impl FnMut(&mut dyn Cursor<'_>) -> Result<T, XmlError>,
    ) -> Result<T, XmlError> {
        let mut result = None;
        self.start(document, &mut |cursor| result = Some(read(cursor)))?;
        result.unwrap_or_else(|| Err(XmlError::new(Kind::Truncated, document.len())))
    }

    /// Not generic, so that readers are compiled once.
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

/// The text of a document. White space before the declaration is not XML, but services have sent it (PROTOCOL 3.5).
fn document_text(document: &[u8]) -> Result<&str, XmlError> {
    let text = simdutf8::basic::from_utf8(document).map_err(|_| not_utf8(document))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(lexical::skip_space(text))
}

/// The error of bytes that are no UTF-8, which says from where on.
#[cold]
fn not_utf8(document: &[u8]) -> XmlError {
    let valid = std::str::from_utf8(document).map_or_else(|error| error.valid_up_to(), str::len);
    XmlError::new(Kind::IllFormed("expected UTF-8".into()), valid)
}
