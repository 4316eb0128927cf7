//! XML as a format to read structures from.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::cursor::{Cursor, Elements, Members, position};
use super::error::{Kind, XmlError};
use crate::value::layout::{Collection, Layout, Member, TimestampFormat};
use crate::value::scalar::{self, Expected};
use crate::value::structure::{Read, Structure, Union, Value};
use crate::value::timestamp;

/// Reads values from the cursor's current element, to its end.
#[derive(Debug)]
pub(crate) struct XmlReader<'c, 'a> {
    cursor: &'c mut dyn Cursor<'a>,
    /// The element's text if the element has already been read to its end, or the value of an attribute (RSP-8a).
    text: Option<&'c str>,
    /// True if the next structure is an error, whose message may be named in either case (ERR-6).
    is_error: bool,
}

impl<'c, 'a: 'c> XmlReader<'c, 'a> {
    pub(crate) fn new(cursor: &'c mut dyn Cursor<'a>) -> Self {
        Self { cursor, text: None, is_error: false }
    }

    /// Creates a reader for the current element, and its text if the element has already been read.
    #[inline(always)]
    fn within(cursor: &'c mut dyn Cursor<'a>, text: Option<&'c str>) -> Self {
        Self { cursor, text, is_error: false }
    }

    /// Creates a reader for the members of an error.
    pub(crate) fn of_error(cursor: &'c mut dyn Cursor<'a>) -> Self {
        Self { is_error: true, ..Self::new(cursor) }
    }

    /// Passes the element's text to `make`.
    ///
    /// The text has almost always been read already. `make` does not depend on that.
    #[inline(always)]
    fn with_text<T>(&mut self, make: impl FnOnce(&Self, &str) -> Result<T, XmlError>) -> Result<T, XmlError> {
        match self.text.take() {
            Some(text) => make(self, text),
            None => {
                let text = self.cursor.text()?;
                make(self, &text)
            }
        }
    }

    /// Reads a string from an element with more than plain text.
    #[cold]
    fn mixed_string(&mut self, slot: &mut Option<String>) -> Result<(), XmlError> {
        *slot = Some(self.cursor.text()?.into_owned());
        Ok(())
    }

    /// Enters the next child of the current element. Returns `false` at the element's end.
    fn next_child(&mut self) -> Result<bool, XmlError> {
        if self.text.take().is_some() { Ok(false) } else { self.cursor.next_child() }
    }

    /// Reads a value that may have white space around it. An empty element counts as absent: a single one must not make
    /// a whole list unusable (RSP-14).
    #[inline]
    fn scalar<T>(
        &mut self,
        slot: &mut Option<T>,
        parse: impl Fn(&str) -> Result<T, Expected>,
    ) -> Result<(), XmlError> {
        self.with_text(|r, text| {
            let text = scalar::trim(text);
            if !text.is_empty() {
                *slot = Some(parse(text).map_err(|expected| r.no_value(expected, text))?);
            }
            Ok(())
        })
    }

    /// Returns the error of a text that is invalid for the member's type.
    #[cold]
    fn no_value(&self, expected: Expected, text: &str) -> XmlError {
        XmlError::value(expected, text, self.cursor.content_offset())
    }

    /// Reads a structure's members by index. Not generic: only the read of a single member is compiled per structure.
    pub(crate) fn members(
        &mut self,
        table: &'static [Member],
        members: &mut dyn Members,
    ) -> Result<(), XmlError> {
        // Neither an element with only text nor an attribute has members.
        if self.text.take().is_some() {
            return Ok(());
        }
        if self.cursor.has_attributes() && table.iter().any(|member| member.attribute) {
            self.attributes(table, members)?;
        }
        if self.is_error {
            return self.members_of_error(table, members);
        }
        self.cursor.members(table, members)
    }

    /// Reads an error's members. `Message` and `message` both match its message, but the member's own name takes
    /// precedence (ERR-6).
    fn members_of_error(
        &mut self,
        table: &'static [Member],
        members: &mut dyn Members,
    ) -> Result<(), XmlError> {
        let mut has_own_message = false;
        while self.cursor.next_child()? {
            let name = self.cursor.name();
            let own = position(table, 0, name);
            let is_message = name.eq_ignore_ascii_case("message");
            has_own_message |= is_message && own.is_some();
            let index = match own {
                None if matches!(name, "Message" | "message") && !has_own_message => message_member(table),
                own => own,
            };
            match index {
                Some(index) => members
                    .read(index, self.cursor, None)
                    .map_err(|error| error.within(table[index].wire_name))?,
                None => self.cursor.skip()?,
            }
        }
        Ok(())
    }

    fn attributes(&mut self, table: &'static [Member], members: &mut dyn Members) -> Result<(), XmlError> {
        for (name, text) in self.cursor.attributes()? {
            let known = |member: &Member| member.attribute && member.wire_name == name;
            if let Some(index) = table.iter().position(known) {
                members.read(index, self.cursor, Some(&text)).map_err(|error| error.within(&name))?;
            }
        }
        Ok(())
    }

    /// Reads each element of a list.
    fn elements(&mut self, layout: &'static Layout, elements: &mut dyn Elements) -> Result<(), XmlError> {
        // An element with only text has no children.
        if self.text.take().is_some() {
            return Ok(());
        }
        let name = match layout.collection {
            Collection::List { element, .. } => element,
            _ => "member",
        };
        self.cursor.elements(name, elements)
    }

    /// Claims memory for a full list and returns the number of elements to reserve. `size` is an element's size in
    /// memory, and `start` is the list's offset, `None` for a flattened list.
    fn room(&mut self, len: usize, size: usize, start: Option<usize>) -> Result<usize, XmlError> {
        // Fewer for large elements: above about 1,000 bytes, allocators such as glibc's consolidate their memory first.
        let few = (1000 / size.max(1)).clamp(2, 4);
        let room = match (len, start) {
            (_, None) => len.max(4),
            (0, _) if self.cursor.ends() => 1,
            (0, _) => few,
            (_, Some(start)) => self.room_for_rest(len, (self.cursor.offset() - start) / (len + 1), size),
        };
        self.claim(room * size)?;
        Ok(room)
    }

    /// Estimates the number of remaining elements from the size of an element in the document. Most lists then allocate
    /// once, and hardly any a third time.
    ///
    /// The estimate takes at most four bytes of memory for each remaining byte of the list. It is at least the current
    /// length.
    fn room_for_rest(&self, len: usize, element: usize, size: usize) -> usize {
        if self.cursor.ends() {
            // A list may come in pieces, each of which ends with its last element so far.
            return 1 + len / 8;
        }
        let Some(remaining) = self.cursor.remaining() else { return len };
        let more = remaining / element.max(1);
        // Adds a margin, because elements differ in size.
        (1 + more + more / 8).min(remaining.saturating_mul(4) / size.max(1)).max(len)
    }

    /// Reads an entry of a map, with key and value in any order. Ignores an entry without a key.
    fn entry<K: From<String> + Ord, V: Value>(
        &mut self,
        entries: &mut BTreeMap<K, V>,
        layout: &'static Layout,
    ) -> Result<(), XmlError> {
        let (key_name, value_name) = match layout.collection {
            Collection::Map { key, value, .. } => (key, value),
            _ => ("key", "value"),
        };
        let (mut key, mut value) = (None, None);
        while self.next_child()? {
            let name = self.cursor.name();
            if name == key_name {
                self.string(&mut key)?;
            } else if name == value_name {
                V::read(&mut value, self, layout.elements()).map_err(|error| error.within(value_name))?;
            } else {
                self.cursor.skip()?;
            }
        }
        if let (Some(key), Some(value)) = (key, value.or_else(V::missing)) {
            // Map nodes have room for 11 entries and are seldom full.
            let room = if entries.is_empty() { 11 } else { 2 };
            self.claim(room * size_of::<(K, V)>())?;
            entries.insert(key.into(), value);
        }
        Ok(())
    }
}

impl<T: Structure> Members for T {
    #[inline]
    fn read(
        &mut self,
        index: usize,
        cursor: &mut dyn Cursor<'_>,
        text: Option<&str>,
    ) -> Result<(), XmlError> {
        XmlReader::within(cursor, text).member_of(self, index)
    }
}

/// A list that is being read.
struct List<'v, T> {
    items: &'v mut Vec<T>,
    /// The index of the next element.
    index: usize,
    /// The offset where the list begins; `None` for a flattened list.
    start: Option<usize>,
    /// The layout of the elements.
    layout: &'static Layout,
}

impl<T: Value> Elements for List<'_, T> {
    fn read(&mut self, cursor: &mut dyn Cursor<'_>, text: Option<&str>) -> Result<(), XmlError> {
        self.push(&mut XmlReader::within(cursor, text))
    }
}

impl<T: Value> List<'_, T> {
    /// Reads an element and appends it.
    #[inline]
    fn push(&mut self, r: &mut XmlReader<'_, '_>) -> Result<(), XmlError> {
        let (mut slot, index) = (None, self.index);
        self.index += 1;
        T::read(&mut slot, r, self.layout).map_err(|error| error.at(index))?;
        let Some(item) = slot else { return Ok(()) };
        if self.items.len() == self.items.capacity() {
            self.items.reserve_exact(r.room(self.items.len(), size_of::<T>(), self.start)?);
        }
        self.items.push(item);
        Ok(())
    }
}

/// Returns the index of the member for an error's message, if any.
fn message_member(members: &'static [Member]) -> Option<usize> {
    members.iter().position(|member| member.wire_name.eq_ignore_ascii_case("message"))
}

impl Read for XmlReader<'_, '_> {
    type Error = XmlError;

    fn structure<T: Structure>(&mut self, value: &mut T) -> Result<(), XmlError> {
        self.members(T::MEMBERS, value)
    }

    /// Requires exactly one member (RSP-8b).
    fn union<T: Union>(&mut self) -> Result<Option<T>, XmlError> {
        let (mut slot, mut variant, mut unknown) = (None, None, None);
        while self.next_child()? {
            let name = self.cursor.name();
            let Some(index) = T::MEMBERS.iter().position(|member| member.wire_name == name) else {
                unknown.get_or_insert_with(|| name.to_owned());
                self.cursor.skip()?;
                continue;
            };
            // A flattened list has several elements for one variant.
            if variant.replace(index).is_some_and(|earlier| earlier != index) {
                return Err(XmlError::new(Kind::SeveralVariants, self.cursor.content_offset()));
            }
            T::read_variant(&mut slot, index, self)
                .map_err(|error| error.within(T::MEMBERS[index].wire_name))?;
        }
        Ok(slot.or_else(|| unknown.map(|name| T::unknown(&name))))
    }

    /// Reads every child as an element of the list, whatever its name (RSP-10).
    ///
    /// Not inlined, so that structures with lists do not reserve its stack space before they read a string.
    #[inline(never)]
    fn list<T: Value>(&mut self, items: &mut Vec<T>, layout: &'static Layout) -> Result<(), XmlError> {
        let start = if layout.flattened { None } else { Some(self.cursor.offset()) };
        let mut list = List { index: items.len(), items, start, layout: layout.elements() };
        if layout.flattened { list.push(self) } else { self.elements(layout, &mut list) }
    }

    fn map<K: From<String> + Ord, V: Value>(
        &mut self,
        entries: &mut BTreeMap<K, V>,
        layout: &'static Layout,
    ) -> Result<(), XmlError> {
        if layout.flattened {
            let index = entries.len();
            return self.entry(entries, layout).map_err(|error| error.at(index));
        }
        for index in 0.. {
            if !self.next_child()? {
                break;
            }
            self.entry(entries, layout).map_err(|error| error.at(index))?;
        }
        Ok(())
    }

    fn string(&mut self, slot: &mut Option<String>) -> Result<(), XmlError> {
        match self.text.take() {
            Some(text) => {
                *slot = Some(text.to_owned());
                Ok(())
            }
            None => self.mixed_string(slot),
        }
    }

    /// Not inlined, so that reading any member only calls the reader of its type.
    #[inline(never)]
    fn text_as<T>(&mut self, slot: &mut Option<T>, make: impl Fn(&str) -> T) -> Result<(), XmlError> {
        *slot = Some(self.with_text(|_, text| Ok(make(text)))?);
        Ok(())
    }

    fn boolean(&mut self, slot: &mut Option<bool>) -> Result<(), XmlError> {
        self.scalar(slot, scalar::parse_boolean)
    }

    fn integer(&mut self, slot: &mut Option<i32>) -> Result<(), XmlError> {
        self.scalar(slot, scalar::parse_integer)
    }

    fn long(&mut self, slot: &mut Option<i64>) -> Result<(), XmlError> {
        self.scalar(slot, scalar::parse_long)
    }

    fn float(&mut self, slot: &mut Option<f32>) -> Result<(), XmlError> {
        self.scalar(slot, scalar::parse_float)
    }

    fn double(&mut self, slot: &mut Option<f64>) -> Result<(), XmlError> {
        self.scalar(slot, scalar::parse_double)
    }

    /// An empty blob is a value, unlike an empty number.
    fn blob(&mut self, slot: &mut Option<Vec<u8>>) -> Result<(), XmlError> {
        let parse =
            |r: &Self, text: &str| scalar::parse_blob(text).map_err(|expected| r.no_value(expected, text));
        *slot = Some(self.with_text(parse)?);
        Ok(())
    }

    fn timestamp(&mut self, slot: &mut Option<Timestamp>, layout: &'static Layout) -> Result<(), XmlError> {
        let format: TimestampFormat = layout.timestamp;
        self.scalar(slot, |text| timestamp::parse(text, format))
    }

    #[inline]
    fn claim(&mut self, bytes: usize) -> Result<(), XmlError> {
        self.cursor.claim(bytes)
    }

    fn sensitive<T: Value>(&mut self, slot: &mut Option<T>, layout: &'static Layout) -> Result<(), XmlError> {
        T::read(slot, self, layout).map_err(XmlError::redacted)
    }
}
