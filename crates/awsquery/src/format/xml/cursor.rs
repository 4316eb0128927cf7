//! A cursor over the elements of a document, one level at a time.
//!
//! A cursor is inside an element whose start tag has been read. After entering a child, the caller must read it to its
//! end. It does so with [`Cursor::text`], [`Cursor::skip`], or [`Cursor::next_child`] until that returns `false`.

use std::borrow::Cow;
use std::fmt;

use super::error::{Kind, XmlError};
use crate::value::layout::Member;

/// The interface between the reader of structures and the XML parsers.
///
/// Used as a trait object, so that code above it is compiled once, in this crate, and not for each cursor in every
/// dependent crate. The cost of dynamic calls is negligible.
pub(crate) trait Cursor<'a>: fmt::Debug {
    /// Returns the local name of the current element, ignoring namespaces and prefixes (RSP-6).
    fn name(&self) -> &str;

    /// Enters the next child of the current element. Returns `false` at the element's end.
    fn next_child(&mut self) -> Result<bool, XmlError>;

    /// Reads the current element to its end. Reads each child that the table has and skips the others (RSP-7, RSP-8).
    fn members(&mut self, table: &'static [Member], members: &mut dyn Members) -> Result<(), XmlError>;

    /// Reads the current element to its end. Reads each child as a list element, whatever its name (RSP-10). `name` is
    /// the expected name.
    fn elements(&mut self, name: &'static str, elements: &mut dyn Elements) -> Result<(), XmlError>;

    /// Reads the current element to its end and returns its text: all of its character data, with white space. Excludes
    /// the text of child elements (RSP-13).
    fn text(&mut self) -> Result<Cow<'a, str>, XmlError>;

    /// Reads the current element to its end.
    fn skip(&mut self) -> Result<(), XmlError>;

    /// Returns true if the current element has attributes.
    fn has_attributes(&self) -> bool;

    /// Returns the attributes of the current element: names as written, values normalized.
    fn attributes(&self) -> Result<Vec<(String, String)>, XmlError>;

    /// Reads all open elements to their end, and the rest of the document. Only comments, processing instructions and
    /// white space may follow the root.
    fn finish(&mut self) -> Result<(), XmlError>;

    /// Returns the number of bytes read so far.
    fn offset(&self) -> usize;

    /// Returns the number of bytes before the content of the current element.
    fn content_offset(&self) -> usize;

    /// Returns true if only white space precedes the end of the current element. Returns `false` if that is unknown.
    fn ends(&self) -> bool {
        false
    }

    /// Returns the number of bytes to the likely end of the current element. `None` if that is unknown.
    fn remaining(&self) -> Option<usize> {
        None
    }

    /// Claims memory for the elements of a list or for a box, which can far exceed their size in the document.
    fn claim(&mut self, bytes: usize) -> Result<(), XmlError> {
        let _ = bytes;
        Ok(())
    }

    /// Creates an error at the current position.
    fn error(&self, kind: Kind) -> XmlError {
        XmlError::new(kind, self.offset())
    }
}

/// A structure of any type. A trait instead of a closure, because closures are compiled twice, once for `FnOnce`.
pub(crate) trait Members {
    /// Reads the member with an index from the current element, to its end. `text` is the element's text if the element
    /// has already been read to its end.
    fn read(&mut self, index: usize, cursor: &mut dyn Cursor<'_>, text: Option<&str>)
    -> Result<(), XmlError>;
}

/// A list of any element type.
pub(crate) trait Elements {
    /// Reads the current element as a list element, to its end. `text` is as for [`Members::read`].
    fn read(&mut self, cursor: &mut dyn Cursor<'_>, text: Option<&str>) -> Result<(), XmlError>;
}

/// Returns the index of the member with a name. `after` is the index after the last member read: the search starts
/// there, because members usually come in the table's order.
pub(super) fn position(members: &'static [Member], after: usize, name: &str) -> Option<usize> {
    let is_it = |index: &usize| members[*index].wire_name == name && !members[*index].attribute;
    (after..members.len()).chain(0..after).find(is_it)
}
