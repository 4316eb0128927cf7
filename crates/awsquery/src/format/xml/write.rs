//! XML as a format to write structures to, for the responses of a service.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use jiff::Timestamp;

use super::lexical::is_xml_char;
use crate::value::layout::{Collection, Layout, Member};
use crate::value::path::Path;
use crate::value::scalar;
use crate::value::structure::{Structure, Union, Value, Write};
use crate::value::text::Shown;
use crate::value::timestamp;

/// The error of a value that XML cannot represent, with its path.
///
/// ```text
/// DescribeExportTasksResult.ExportTasks[0].FailureCause: expected characters of XML 1.0, found '\u{0}'
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XmlWriteError {
    path: Path,
    expected: &'static str,
    found: String,
}

impl XmlWriteError {
    fn new(expected: &'static str, found: impl Into<String>) -> Self {
        Self { path: Path::default(), expected, found: found.into() }
    }

    pub(crate) fn within(mut self, element: &str) -> Self {
        self.path.within(element);
        self
    }

    fn at(mut self, index: usize) -> Self {
        self.path.at(index);
        self
    }

    /// Returns the path of the element. List indices start at 0.
    pub fn path(&self) -> String {
        self.path.to_string()
    }
}

impl fmt::Display for XmlWriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.introduce(f)?;
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl Error for XmlWriteError {}

/// Writes values as elements.
#[derive(Debug, Default)]
pub(crate) struct XmlWriter {
    document: String,
    /// True if the last start tag has no `>` yet, so attributes may follow.
    open: bool,
    /// True while writing the members that are attributes.
    attributes: bool,
    /// The element name of a flattened collection while it is written as a member.
    flattened: &'static str,
}

impl XmlWriter {
    /// Writes an element with the content that `content` writes.
    pub(crate) fn element(
        &mut self,
        name: &str,
        content: impl FnOnce(&mut Self) -> Result<(), XmlWriteError>,
    ) -> Result<(), XmlWriteError> {
        if !is_name(name) {
            return Err(XmlWriteError::new("the name of an element", format!("{name:?}")));
        }
        self.close_tag();
        self.document.push('<');
        self.document.push_str(name);
        self.open = true;
        content(self)?;
        if std::mem::take(&mut self.open) {
            self.document.push_str("/>");
        } else {
            self.document.push_str("</");
            self.document.push_str(name);
            self.document.push('>');
        }
        Ok(())
    }

    /// Writes an attribute of the open tag.
    pub(crate) fn attribute(&mut self, name: &str, value: &str) -> Result<(), XmlWriteError> {
        self.document.push(' ');
        self.document.push_str(name);
        self.document.push_str("=\"");
        self.escape(value, true)?;
        self.document.push('"');
        Ok(())
    }

    /// Writes text. An empty text leaves the element empty.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), XmlWriteError> {
        if text.is_empty() {
            return Ok(());
        }
        self.close_tag();
        self.escape(text, false)
    }

    pub(crate) fn into_document(self) -> String {
        self.document
    }

    fn close_tag(&mut self) {
        if std::mem::take(&mut self.open) {
            self.document.push('>');
        }
    }

    /// Parsers normalize line ends, and all white space in attributes, so these are written as references.
    fn escape(&mut self, text: &str, attribute: bool) -> Result<(), XmlWriteError> {
        self.document.reserve(text.len());
        for c in text.chars() {
            match c {
                '<' => self.document.push_str("&lt;"),
                '>' => self.document.push_str("&gt;"),
                '&' => self.document.push_str("&amp;"),
                '\r' => self.document.push_str("&#13;"),
                '"' if attribute => self.document.push_str("&quot;"),
                '\t' if attribute => self.document.push_str("&#9;"),
                '\n' if attribute => self.document.push_str("&#10;"),
                c if is_xml_char(c) => self.document.push(c),
                c => return Err(XmlWriteError::new("characters of XML 1.0", format!("{c:?}"))),
            }
        }
        Ok(())
    }

    /// Writes a scalar as an attribute's value or as text.
    fn scalar(&mut self, text: &str) -> Result<(), XmlWriteError> {
        if self.attributes { self.escape(text, true) } else { self.text(text) }
    }

    fn entry<V: Value>(
        &mut self,
        key: &str,
        value: &V,
        layout: &'static Layout,
    ) -> Result<(), XmlWriteError> {
        let (key_name, value_name) = match layout.collection {
            Collection::Map { key, value, .. } => (key, value),
            _ => ("key", "value"),
        };
        self.element(key_name, |w| w.text(key))?;
        self.element(value_name, |w| value.write(w, layout.elements()))
    }
}

impl Write for XmlWriter {
    type Error = XmlWriteError;

    fn set_member<T: Value>(&mut self, member: &'static Member, value: &T) -> Result<(), XmlWriteError> {
        if member.attribute != self.attributes {
            return Ok(());
        }
        if member.attribute {
            self.document.push(' ');
            self.document.push_str(member.wire_name);
            self.document.push_str("=\"");
            value.write(self, &member.layout).map_err(|error| error.within(member.wire_name))?;
            self.document.push('"');
            return Ok(());
        }
        let written = if member.layout.flattened && member.layout.collection != Collection::None {
            self.flattened = member.wire_name;
            value.write(self, &member.layout)
        } else {
            self.element(member.wire_name, |w| value.write(w, &member.layout))
        };
        written.map_err(|error| error.within(member.wire_name))
    }

    /// Writes attributes first, regardless of their order.
    fn structure<T: Structure>(&mut self, value: &T) -> Result<(), XmlWriteError> {
        if T::MEMBERS.iter().any(|member| member.attribute) {
            self.attributes = true;
            self.members(value)?;
            self.attributes = false;
        }
        self.members(value)
    }

    fn union<T: Union>(&mut self, value: &T) -> Result<(), XmlWriteError> {
        value.write_variant(self)
    }

    fn unknown_variant(&mut self, name: &str) -> Result<(), XmlWriteError> {
        Err(XmlWriteError::new("a variant of the model", format!("{}, which it does not know", Shown(name))))
    }

    /// Writes an empty list as an empty element. An empty flattened list has no element and is lost.
    fn list<T: Value>(&mut self, items: &[T], layout: &'static Layout) -> Result<(), XmlWriteError> {
        let name = match layout.collection {
            _ if layout.flattened => self.flattened,
            Collection::List { element, .. } => element,
            _ => "member",
        };
        for (index, item) in items.iter().enumerate() {
            self.element(name, |w| item.write(w, layout.elements())).map_err(|error| error.at(index))?;
        }
        Ok(())
    }

    fn map<K: AsRef<str>, V: Value>(
        &mut self,
        entries: &BTreeMap<K, V>,
        layout: &'static Layout,
    ) -> Result<(), XmlWriteError> {
        let name = if layout.flattened { self.flattened } else { "entry" };
        for (key, value) in entries {
            self.element(name, |w| w.entry(key.as_ref(), value, layout))?;
        }
        Ok(())
    }

    fn string(&mut self, value: &str, _: &'static Layout) -> Result<(), XmlWriteError> {
        self.scalar(value)
    }

    fn boolean(&mut self, value: bool) -> Result<(), XmlWriteError> {
        self.scalar(if value { "true" } else { "false" })
    }

    fn long(&mut self, value: i64, _: &'static Layout) -> Result<(), XmlWriteError> {
        self.scalar(&value.to_string())
    }

    fn float(&mut self, value: f32, _: &'static Layout) -> Result<(), XmlWriteError> {
        let mut text = String::new();
        scalar::format_float(&mut text, value);
        self.scalar(&text)
    }

    fn double(&mut self, value: f64, _: &'static Layout) -> Result<(), XmlWriteError> {
        let mut text = String::new();
        scalar::format_float(&mut text, value);
        self.scalar(&text)
    }

    fn blob(&mut self, value: &[u8], _: &'static Layout) -> Result<(), XmlWriteError> {
        self.scalar(&scalar::format_blob(value))
    }

    /// Writes every digit of the value. Only requests are truncated (REQ-21).
    fn timestamp(&mut self, value: Timestamp, layout: &'static Layout) -> Result<(), XmlWriteError> {
        let mut text = String::new();
        timestamp::write(&mut text, value, layout.timestamp)
            .map_err(|expected| XmlWriteError::new(expected, value.to_string()))?;
        self.scalar(&text)
    }

    fn sensitive<T: Value>(&mut self, value: &T, layout: &'static Layout) -> Result<(), XmlWriteError> {
        value.write(self, layout).map_err(|mut error| {
            error.found = "something else (sensitive, not shown)".into();
            error
        })
    }
}

/// Returns true for a valid element name. Only ASCII names are allowed, because models use no others.
fn is_name(name: &str) -> bool {
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))
}
