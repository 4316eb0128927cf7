//! A walk over the elements of a document, one level at a time.
//!
//! A cursor stands inside an element whose start tag has been read. Whoever was told of a child must read it to its
//! end, by [`Cursor::text`], [`Cursor::skip`] or [`Cursor::next_child`] until that says `false`.

use std::borrow::Cow;
use std::fmt;

use super::error::{Kind, XmlError};
use crate::value::layout::Member;

/// The trait between what reads structures and what reads XML.
///
/// It is used as a trait object, so that the code above it is compiled once, here, and not again for each cursor in
/// every crate of its users. What a call costs that way is lost beside what it does.
pub(crate) trait Cursor<'a>: fmt::Debug {
    /// The local name of the element that was entered last: namespaces and prefixes mean nothing here (RSP-6).
    fn name(&self) -> &str;

    /// Enters the next child of the current element; `false` when the element has ended.
    fn next_child(&mut self) -> Result<bool, XmlError>;

    /// Enters the children of the current element in turn, to its end, and has those read that the table knows; the others
    /// are skipped (RSP-7, RSP-8).
    fn members(&mut self, table: &'static [Member], members: &mut dyn Members) -> Result<(), XmlError>;

    /// Enters the children of the current element in turn, to its end, and has each read: whatever its name, which is
    /// expected to be this one (RSP-10).
    fn elements(&mut self, name: &'static str, elements: &mut dyn Elements) -> Result<(), XmlError>;

    /// Reads the current element to its end and gives its text: all of its character data, white space kept, what
    /// stands in child elements left out (RSP-13).
    fn text(&mut self) -> Result<Cow<'a, str>, XmlError>;

    /// Reads the current element to its end.
    fn skip(&mut self) -> Result<(), XmlError>;

    /// Whether the element that was entered last has attributes.
    fn has_attributes(&self) -> bool;

    /// The attributes of the element that was entered last: names as written, values normalized.
    fn attributes(&self) -> Result<Vec<(String, String)>, XmlError>;

    /// Reads what is open to its end, and what follows the root: nothing but comments, processing instructions and
    /// white space may.
    fn finish(&mut self) -> Result<(), XmlError>;

    /// Bytes read so far.
    fn offset(&self) -> usize;

    /// Bytes before the content of the element that was entered last.
    fn content_offset(&self) -> usize;

    /// Whether the current element ends here, with nothing but white space before; `false` where that cannot be told.
    fn ends(&self) -> bool {
        false
    }

    /// The bytes up to where the current element seems to end. `None` where that cannot be told.
    fn remaining(&self) -> Option<usize> {
        None
    }

    /// Asks for memory for the elements of a list, or for a box: a document of a few bytes for each could have much of it.
    fn claim(&mut self, bytes: usize) -> Result<(), XmlError> {
        let _ = bytes;
        Ok(())
    }

    /// An error at this place.
    fn error(&self, kind: Kind) -> XmlError {
        XmlError::new(kind, self.offset())
    }
}

/// A structure, whichever it is. No closure, since each of those is compiled twice: once to be called for the last time.
pub(crate) trait Members {
    /// Reads the member with an index from the element that was entered, to its end. The text is the element's, where it has
    /// been read to its end already.
    fn read(&mut self, index: usize, cursor: &mut dyn Cursor<'_>, text: Option<&str>)
    -> Result<(), XmlError>;
}

/// A list, whatever is in it.
pub(crate) trait Elements {
    /// Reads an element that was entered, to its end. The text is as for [`Members::read`].
    fn read(&mut self, cursor: &mut dyn Cursor<'_>, text: Option<&str>) -> Result<(), XmlError>;
}

/// The index of the member with a name. `after` is one more than the index of the member that was read last: members
/// mostly come in the table's order, so the search starts there.
pub(super) fn position(members: &'static [Member], after: usize, name: &str) -> Option<usize> {
    let is_it = |index: &usize| members[*index].wire_name == name && !members[*index].attribute;
    (after..members.len()).chain(0..after).find(is_it)
}
