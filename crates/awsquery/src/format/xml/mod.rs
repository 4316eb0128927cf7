//! The XML of responses, read by clients and written by servers. `DESIGN.md` describes the design.

mod cursor;
mod error;
mod lexical;
mod order;
mod parser;
mod plain;
#[cfg(feature = "quick-xml")]
mod quick_xml;
mod read;
mod scanner;
#[cfg(feature = "server")]
mod write;

pub(crate) use self::cursor::{Cursor, Members};
pub(crate) use self::error::Kind as XmlErrorKind;
pub use self::error::XmlError;
pub(crate) use self::parser::Parser;
pub(crate) use self::read::XmlReader;
#[cfg(feature = "server")]
pub use self::write::XmlWriteError;
#[cfg(feature = "server")]
pub(crate) use self::write::XmlWriter;
