//! Errors of documents, with their position.

use std::error::Error;
use std::fmt;

use crate::value::path::Path;
use crate::value::scalar::Expected;
#[cfg(feature = "quick-xml")]
use crate::value::text::Shown;

/// The error of a document that cannot be parsed: expected and found text, element path and byte offset.
///
/// ```text
/// DescribeExportTasksResult.ExportTasks[0].SnapshotTime: expected a timestamp as of RFC 3339, found "yesterday" (byte 512)
/// ```
#[derive(Debug)]
pub struct XmlError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    path: Path,
    offset: usize,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// An error of quick-xml.
    #[cfg(feature = "quick-xml")]
    Syntax(quick_xml::Error),
    /// The document is not well-formed.
    IllFormed(String),
    /// The document ends inside an element or has none.
    Truncated,
    /// Lists and structures would take far more memory than the document.
    TooMuchMemory { limit: usize },
    /// The text is invalid for the member's type.
    Value { expected: Expected, found: String },
    /// The text of a sensitive member is invalid; not shown.
    SensitiveValue { expected: Expected },
    /// A sensitive member is not well-formed; its text is not shown.
    SensitiveSyntax,
    /// The element with an operation's output is missing (RSP-4).
    NoResult { wrapper: &'static str },
    /// The response to a failed call has no `Error` element (ERR-1).
    NoError,
    /// A union has more than one member (RSP-8b).
    SeveralVariants,
}

/// The maximum number of bytes of a value that an error quotes.
const QUOTED: usize = 64;

impl XmlError {
    pub(crate) fn new(mut kind: Kind, offset: usize) -> Self {
        // A quote may be as long as the document.
        if let Kind::IllFormed(what) = &mut kind {
            what.truncate(crate::value::text::shorten(what, 4 * QUOTED).len());
        }
        Self(Box::new(Inner { kind, path: Path::default(), offset }))
    }

    pub(crate) fn value(expected: Expected, found: &str, offset: usize) -> Self {
        Self::new(Kind::Value { expected, found: crate::value::text::shorten(found, QUOTED).into() }, offset)
    }

    /// Adds an enclosing element to the path, from the innermost outwards.
    #[cold]
    pub(crate) fn within(mut self, element: &str) -> Self {
        self.0.path.within(element);
        self
    }

    /// Adds a list index, from 0, to the path.
    #[cold]
    pub(crate) fn at(mut self, index: usize) -> Self {
        self.0.path.at(index);
        self
    }

    /// Removes the quoted text.
    #[cold]
    pub(crate) fn redacted(mut self) -> Self {
        self.redact();
        self
    }

    /// Removes the quoted text in place.
    #[cold]
    pub(crate) fn redact(&mut self) {
        self.0.kind = match std::mem::replace(&mut self.0.kind, Kind::SensitiveSyntax) {
            Kind::Value { expected, .. } => Kind::SensitiveValue { expected },
            // These errors quote names, and an invalid name in `a&b;` is a part of the value.
            Kind::IllFormed(_) => Kind::SensitiveSyntax,
            #[cfg(feature = "quick-xml")]
            Kind::Syntax(_) => Kind::SensitiveSyntax,
            kind => kind,
        };
    }

    /// Returns the path of the element, such as `DescribeExportTasksResult.ExportTasks[0].SnapshotTime`. Empty for
    /// errors of the document as a whole. List indices start at 0.
    pub fn path(&self) -> String {
        self.0.path.to_string()
    }

    /// Returns the number of bytes before the error, which is at a value, a reference or a tag.
    pub fn offset(&self) -> u64 {
        self.0.offset as u64
    }
}

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.path.introduce(f)?;
        match &self.0.kind {
            #[cfg(feature = "quick-xml")]
            Kind::Syntax(error) => write!(f, "not well-formed XML: {}", Shown(&error.to_string()))?,
            Kind::IllFormed(what) => write!(f, "not well-formed XML: {what}")?,
            Kind::Truncated => f.write_str("expected more of the document, found its end")?,
            Kind::TooMuchMemory { limit } => {
                write!(
                    f,
                    "expected lists and structures that take at most {limit} bytes of memory, found larger ones"
                )?;
            }
            Kind::Value { expected, found } => write!(f, "expected {expected}, found {found:?}")?,
            Kind::SensitiveValue { expected } => {
                write!(f, "expected {expected}, found something else (sensitive, not shown)")?;
            }
            Kind::SensitiveSyntax => f.write_str("not well-formed XML (sensitive, not shown)")?,
            Kind::NoResult { wrapper } => {
                write!(f, "expected an element <{wrapper}> below the root, found none")?;
            }
            Kind::NoError => f.write_str("expected an element <Error>, found none")?,
            Kind::SeveralVariants => f.write_str("expected one member of the union, found several")?,
        }
        write!(f, " (byte {})", self.0.offset)
    }
}

impl Error for XmlError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0.kind {
            #[cfg(feature = "quick-xml")]
            Kind::Syntax(error) => Some(error),
            _ => None,
        }
    }
}
