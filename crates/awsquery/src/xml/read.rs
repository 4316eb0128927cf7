//! XML as a format that structures are read from.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::cursor::Cursor;
use super::error::{Kind, XmlError};
use crate::scalar::{self, Expected};
use crate::{Collection, Layout, Member, Read, Structure, TimestampFormat, Union, Value};

/// Reads the member with an index.
type ReadMember<'f, R> = &'f mut dyn FnMut(usize, &mut R) -> Result<(), XmlError>;

/// Reads values from the element that its cursor has just entered, to that element's end.
#[derive(Debug)]
pub(crate) struct XmlReader<'c, 'a> {
    cursor: &'c mut Cursor<'a>,
    /// The value of an attribute, while one is read as a member (RSP-8a).
    attribute: Option<String>,
    /// Whether the structure that is read next is an error, whose message may be written in either case (ERR-6).
    is_error: bool,
}

impl<'c, 'a> XmlReader<'c, 'a> {
    pub(crate) fn new(cursor: &'c mut Cursor<'a>) -> Self {
        Self { cursor, attribute: None, is_error: false }
    }

    /// Reads the members of an error.
    pub(crate) fn of_error(cursor: &'c mut Cursor<'a>) -> Self {
        Self { is_error: true, ..Self::new(cursor) }
    }

    fn text(&mut self) -> Result<String, XmlError> {
        match self.attribute.take() {
            Some(value) => Ok(value),
            None => self.cursor.text(),
        }
    }

    /// A value that white space may surround. An empty element is none: one of them must not make a whole list
    /// unusable (RSP-14).
    fn scalar<T>(&mut self, parse: impl FnOnce(&str) -> Result<T, Expected>) -> Result<Option<T>, XmlError> {
        let offset = self.cursor.offset();
        let text = self.text()?;
        match scalar::trim(&text) {
            "" => Ok(None),
            text => match parse(text) {
                Ok(value) => Ok(Some(value)),
                Err(expected) => Err(XmlError::value(expected, text, offset)),
            },
        }
    }

    /// Enters the next child that the table knows and skips the others (RSP-7, RSP-8); `None` at the element's end.
    ///
    /// Members mostly come in the table's order, so the search starts after the one found last.
    fn next_member(
        &mut self,
        members: &'static [Member],
        after: usize,
        is_error: bool,
    ) -> Result<Option<usize>, XmlError> {
        while self.cursor.next_child()? {
            let name = match self.cursor.name() {
                "Message" | "message" if is_error => message_member(members),
                name => name,
            };
            let is_it = |index: &usize| members[*index].wire_name == name && !members[*index].attribute;
            match (after..members.len()).chain(0..after).find(is_it) {
                Some(index) => return Ok(Some(index)),
                None => self.cursor.skip()?,
            }
        }
        Ok(None)
    }

    /// Reads a structure's members by their indices. Not generic: what is compiled for each structure is `read` alone.
    fn members(&mut self, members: &'static [Member], read: ReadMember<'_, Self>) -> Result<(), XmlError> {
        if self.cursor.has_attributes() && members.iter().any(|member| member.attribute) {
            self.attributes(members, read)?;
        }
        let mut after = 0;
        let is_error = std::mem::take(&mut self.is_error);
        while let Some(index) = self.next_member(members, after, is_error)? {
            read(index, self).map_err(|error| error.within(members[index].wire_name))?;
            after = index + 1;
        }
        Ok(())
    }

    fn attributes(&mut self, members: &'static [Member], read: ReadMember<'_, Self>) -> Result<(), XmlError> {
        for (name, text) in self.cursor.attributes()? {
            let known = |member: &Member| member.attribute && member.wire_name == name;
            if let Some(index) = members.iter().position(known) {
                self.attribute = Some(text);
                read(index, self).map_err(|error| error.within(&name))?;
                self.attribute = None;
            }
        }
        Ok(())
    }

    fn item<T: Value>(
        &mut self,
        items: &mut Vec<T>,
        index: usize,
        layout: &'static Layout,
    ) -> Result<(), XmlError> {
        let mut slot = None;
        T::read(&mut slot, self, layout).map_err(|error| error.at(index))?;
        items.extend(slot);
        Ok(())
    }

    /// Reads an entry of a map: key and value in any order; without a key there is no entry (PROTOCOL 3.3).
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
        while self.cursor.next_child()? {
            let name = self.cursor.name();
            if name == key_name {
                key = Some(self.cursor.text()?);
            } else if name == value_name {
                V::read(&mut value, self, layout.elements()).map_err(|error| error.within(value_name))?;
            } else {
                self.cursor.skip()?;
            }
        }
        if let (Some(key), Some(value)) = (key, value.or_else(V::missing)) {
            entries.insert(key.into(), value);
        }
        Ok(())
    }
}

/// The name under which an error's message is a member, if it is one.
fn message_member(members: &'static [Member]) -> &'static str {
    let is_message = |member: &&Member| member.wire_name.eq_ignore_ascii_case("message");
    members.iter().find(is_message).map_or("Message", |member| member.wire_name)
}

impl Read for XmlReader<'_, '_> {
    type Error = XmlError;

    fn structure<T: Structure>(&mut self, value: &mut T) -> Result<(), XmlError> {
        self.members(T::MEMBERS, &mut |index, r| value.read_member(index, r))
    }

    /// Exactly one member must be there (RSP-8b).
    fn union<T: Union>(&mut self) -> Result<Option<T>, XmlError> {
        let (mut slot, mut variant, mut unknown) = (None, None, None);
        while self.cursor.next_child()? {
            let name = self.cursor.name();
            let Some(index) = T::MEMBERS.iter().position(|member| member.wire_name == name) else {
                unknown.get_or_insert_with(|| name.to_owned());
                self.cursor.skip()?;
                continue;
            };
            // A flattened list comes as several elements of one variant.
            if variant.replace(index).is_some_and(|earlier| earlier != index) {
                return Err(self.cursor.error(Kind::SeveralVariants));
            }
            T::read_variant(&mut slot, index, self)
                .map_err(|error| error.within(T::MEMBERS[index].wire_name))?;
        }
        Ok(slot.or_else(|| unknown.map(|name| T::unknown(&name))))
    }

    /// Every child is an element of the list, whatever its name (RSP-10).
    fn list<T: Value>(&mut self, items: &mut Vec<T>, layout: &'static Layout) -> Result<(), XmlError> {
        if layout.flattened {
            return self.item(items, items.len(), layout.elements());
        }
        for index in items.len().. {
            if !self.cursor.next_child()? {
                break;
            }
            self.item(items, index, layout.elements())?;
        }
        Ok(())
    }

    fn map<K: From<String> + Ord, V: Value>(
        &mut self,
        entries: &mut BTreeMap<K, V>,
        layout: &'static Layout,
    ) -> Result<(), XmlError> {
        if layout.flattened {
            return self.entry(entries, layout);
        }
        while self.cursor.next_child()? {
            self.entry(entries, layout)?;
        }
        Ok(())
    }

    fn string(&mut self) -> Result<Option<String>, XmlError> {
        self.text().map(Some)
    }

    fn boolean(&mut self) -> Result<Option<bool>, XmlError> {
        self.scalar(scalar::parse_boolean)
    }

    fn integer(&mut self) -> Result<Option<i32>, XmlError> {
        self.scalar(scalar::parse_integer)
    }

    fn long(&mut self) -> Result<Option<i64>, XmlError> {
        self.scalar(scalar::parse_long)
    }

    fn float(&mut self) -> Result<Option<f32>, XmlError> {
        self.scalar(scalar::parse_float)
    }

    fn double(&mut self) -> Result<Option<f64>, XmlError> {
        self.scalar(scalar::parse_double)
    }

    /// Unlike a number, an empty blob is a value.
    fn blob(&mut self) -> Result<Option<Vec<u8>>, XmlError> {
        let offset = self.cursor.offset();
        let text = self.text()?;
        scalar::parse_blob(&text).map(Some).map_err(|expected| XmlError::value(expected, &text, offset))
    }

    fn timestamp(&mut self, layout: &'static Layout) -> Result<Option<Timestamp>, XmlError> {
        let format: TimestampFormat = layout.timestamp;
        self.scalar(|text| scalar::parse_timestamp(text, format))
    }

    fn sensitive<T: Value>(&mut self, slot: &mut Option<T>, layout: &'static Layout) -> Result<(), XmlError> {
        T::read(slot, self, layout).map_err(XmlError::redacted)
    }
}
