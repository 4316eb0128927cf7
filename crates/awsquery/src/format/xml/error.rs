//! What can be wrong with a document, and where.

use std::error::Error;
use std::fmt;

use crate::value::path::Path;
use crate::value::scalar::Expected;
#[cfg(feature = "quick-xml")]
use crate::value::text::Shown;

/// Why a document could not be read: what was expected, what was found, in which element, at which byte.
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
    /// quick-xml's own complaint.
    #[cfg(feature = "quick-xml")]
    Syntax(quick_xml::Error),
    /// A well-formedness rule.
    IllFormed(String),
    /// The document ends inside an element; or has none at all.
    Truncated,
    /// Lists and structures that would take far more memory than the document does.
    TooMuchMemory { limit: usize },
    /// Text that is no value of the member's type.
    Value { expected: Expected, found: String },
    /// The same for a sensitive member: what was found is not shown.
    SensitiveValue { expected: Expected },
    /// A sensitive member that is not well-formed: what the tokenizer would quote is not shown.
    SensitiveSyntax,
    /// The element that holds an operation's output is not there (RSP-4).
    NoResult { wrapper: &'static str },
    /// No `Error` element in the answer to a call that failed (ERR-1).
    NoError,
    /// A union with more than one member (RSP-8b).
    SeveralVariants,
}

/// Bytes of a value that an error quotes.
const QUOTED: usize = 64;

impl XmlError {
    pub(crate) fn new(mut kind: Kind, offset: usize) -> Self {
        // What is quoted may be as long as the document.
        if let Kind::IllFormed(what) = &mut kind {
            what.truncate(crate::value::text::shorten(what, 4 * QUOTED).len());
        }
        Self(Box::new(Inner { kind, path: Path::default(), offset }))
    }

    pub(crate) fn value(expected: Expected, found: &str, offset: usize) -> Self {
        Self::new(Kind::Value { expected, found: crate::value::text::shorten(found, QUOTED).into() }, offset)
    }

    /// Says in which element it happened, from the innermost outwards.
    #[cold]
    pub(crate) fn within(mut self, element: &str) -> Self {
        self.0.path.within(element);
        self
    }

    /// Says in which element of a list it happened, counted from 0.
    #[cold]
    pub(crate) fn at(mut self, index: usize) -> Self {
        self.0.path.at(index);
        self
    }

    /// Forgets the text that it would quote.
    #[cold]
    pub(crate) fn redacted(mut self) -> Self {
        self.redact();
        self
    }

    /// The same in place.
    #[cold]
    pub(crate) fn redact(&mut self) {
        self.0.kind = match std::mem::replace(&mut self.0.kind, Kind::SensitiveSyntax) {
            Kind::Value { expected, .. } => Kind::SensitiveValue { expected },
            // Such complaints quote names, and what is no name in `a&b;` is a part of the value.
            Kind::IllFormed(_) => Kind::SensitiveSyntax,
            #[cfg(feature = "quick-xml")]
            Kind::Syntax(_) => Kind::SensitiveSyntax,
            kind => kind,
        };
    }

    /// The element in which it happened, such as `DescribeExportTasksResult.ExportTasks[0].SnapshotTime`; empty where
    /// the document as a whole is at fault. Elements of lists are counted from 0.
    pub fn path(&self) -> String {
        self.0.path.to_string()
    }

    /// The number of bytes before what is wrong: before a value, a reference, a tag.
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
