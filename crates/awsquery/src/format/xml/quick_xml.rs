//! A cursor on top of quick-xml, as a reference for the crate's own parser.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use super::cursor::{Cursor, Elements, Members, position};
use super::error::{Kind, XmlError};
use super::lexical::is_xml_char;
use super::scanner::ATTRIBUTE_LIMIT;
use crate::value::budget::DEPTH_LIMIT;
use crate::value::layout::Member;

#[derive(Clone, Debug)]
pub(super) struct QuickXml<'a> {
    reader: Reader<&'a [u8]>,
    /// The number of open elements.
    depth: usize,
    /// The last start tag, which has the attributes.
    start: Option<BytesStart<'a>>,
    /// True if anything has been read. A declaration is then no longer allowed.
    begun: bool,
    /// The number of bytes before the content of the current element.
    content_offset: usize,
    /// The number of bytes before the document: a byte order mark and leading white space.
    skipped: usize,
}

impl<'a> QuickXml<'a> {
    /// Starts a document and reads the root's start tag.
    pub(super) fn new(text: &'a str, skipped: usize) -> Result<Self, XmlError> {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_comments = true;
        let mut cursor = Self { reader, depth: 0, start: None, begun: false, content_offset: 0, skipped };
        cursor.enter_root()?;
        Ok(cursor)
    }

    fn enter_root(&mut self) -> Result<(), XmlError> {
        loop {
            match self.event()? {
                Event::Start(start) => return self.enter(start),
                Event::Text(text) => self.refuse_text(&text)?,
                Event::CData(_) | Event::GeneralRef(_) => self.refuse_text("text")?,
                Event::Eof => return Err(self.error(Kind::Truncated)),
                _ => {}
            }
        }
    }

    fn ill_formed(&self, what: impl Into<String>) -> XmlError {
        self.error(Kind::IllFormed(what.into()))
    }

    fn refuse_text(&self, text: &str) -> Result<(), XmlError> {
        if crate::value::scalar::trim(text).is_empty() {
            Ok(())
        } else {
            Err(self.ill_formed("expected nothing but elements at the top level, found text"))
        }
    }

    /// Returns the next item inside the root. Skips comments and processing instructions.
    fn content(&mut self) -> Result<Content<'a>, XmlError> {
        loop {
            return Ok(match self.event()? {
                Event::Start(start) => {
                    self.enter(start)?;
                    Content::Start
                }
                Event::End(_) => {
                    self.depth -= 1;
                    Content::End
                }
                Event::Text(text) => {
                    if text.contains("]]>") {
                        return Err(self.ill_formed("expected no `]]>` in text"));
                    }
                    Content::Text(self.legal(text.xml10_content())?)
                }
                Event::CData(text) => Content::Text(self.legal(text.xml10_content())?),
                Event::GeneralRef(reference) => Content::Text(self.resolve(&reference)?),
                Event::Eof => return Err(self.error(Kind::Truncated)),
                _ => continue,
            });
        }
    }

    fn enter(&mut self, start: BytesStart<'a>) -> Result<(), XmlError> {
        self.depth += 1;
        self.content_offset = self.offset();
        if self.depth > DEPTH_LIMIT {
            return Err(
                self.ill_formed(format!("expected at most {DEPTH_LIMIT} nested elements, found more"))
            );
        }
        if start.local_name().into_inner().is_empty() {
            return Err(self.ill_formed("expected a tag's name, found none"));
        }
        if start.attributes_raw().contains('<') {
            return Err(self.ill_formed("expected no `<` in a tag, found one"));
        }
        self.start = Some(start);
        if self.has_attributes() {
            self.attributes()?;
        }
        Ok(())
    }

    /// Returns the next event. Rejects document type definitions and encodings other than UTF-8 (RSP-17).
    fn event(&mut self) -> Result<Event<'a>, XmlError> {
        let begun = std::mem::replace(&mut self.begun, true);
        let event = self.reader.read_event().map_err(|error| {
            XmlError::new(Kind::Syntax(error), self.skipped + self.reader.error_position() as usize)
        })?;
        match &event {
            Event::DocType(_) => Err(self.ill_formed("expected no document type definition, found one")),
            Event::Decl(declaration) => self.check_declaration(declaration, begun).map(|()| event),
            Event::PI(instruction) if instruction.target().eq_ignore_ascii_case("xml") => {
                Err(self.ill_formed("expected an XML declaration only at the start, found another"))
            }
            _ => Ok(event),
        }
    }

    fn check_declaration(&self, declaration: &BytesDecl<'_>, begun: bool) -> Result<(), XmlError> {
        if begun {
            return Err(self.ill_formed("expected an XML declaration only at the start, found another"));
        }
        let Some(encoding) = declaration.encoding() else { return Ok(()) };
        let encoding = encoding.map_err(|error| self.ill_formed(error.to_string()))?;
        if ["utf-8", "us-ascii"].iter().any(|known| encoding.eq_ignore_ascii_case(known)) {
            Ok(())
        } else {
            Err(self.ill_formed(format!("expected the encoding UTF-8, found {encoding:?}")))
        }
    }

    /// Resolves a reference: a character's number or one of XML's five predefined names.
    fn resolve(&self, reference: &BytesRef<'_>) -> Result<Cow<'a, str>, XmlError> {
        let character = reference.resolve_char_ref().map_err(|error| self.error(Kind::Syntax(error)))?;
        if let Some(character) = character {
            return self.legal(Cow::Owned(character.to_string()));
        }
        let name: &str = reference;
        match name {
            "lt" => Ok("<".into()),
            "gt" => Ok(">".into()),
            "amp" => Ok("&".into()),
            "apos" => Ok("'".into()),
            "quot" => Ok("\"".into()),
            _ => Err(self.ill_formed(format!("expected an entity that XML defines, found `&{name};`"))),
        }
    }

    fn legal(&self, text: Cow<'a, str>) -> Result<Cow<'a, str>, XmlError> {
        match text.chars().find(|c| !is_xml_char(*c)) {
            None => Ok(text),
            Some(c) => Err(self.ill_formed(format!("expected a character of XML 1.0, found {c:?}"))),
        }
    }
}

/// An item of the document.
enum Content<'a> {
    /// A child was entered.
    Start,
    /// The current element was left.
    End,
    /// Text of the current element.
    Text(Cow<'a, str>),
}

impl<'a> Cursor<'a> for QuickXml<'a> {
    fn name(&self) -> &str {
        self.start.as_ref().map_or("", |start| start.local_name().into_inner())
    }

    fn next_child(&mut self) -> Result<bool, XmlError> {
        loop {
            match self.content()? {
                Content::Start => return Ok(true),
                Content::End => return Ok(false),
                Content::Text(_) => {}
            }
        }
    }

    fn members(&mut self, table: &'static [Member], members: &mut dyn Members) -> Result<(), XmlError> {
        while self.next_child()? {
            match position(table, 0, self.name()) {
                Some(index) => {
                    members.read(index, self, None).map_err(|error| error.within(table[index].wire_name))?
                }
                None => self.skip()?,
            }
        }
        Ok(())
    }

    fn elements(&mut self, _: &'static str, elements: &mut dyn Elements) -> Result<(), XmlError> {
        while self.next_child()? {
            elements.read(self, None)?;
        }
        Ok(())
    }

    fn text(&mut self) -> Result<Cow<'a, str>, XmlError> {
        let (mut text, start) = (Cow::Borrowed(""), self.content_offset);
        loop {
            match self.content()? {
                Content::Text(more) if text.is_empty() => text = more,
                Content::Text(more) => text.to_mut().push_str(&more),
                Content::Start => self.skip()?,
                Content::End => {
                    self.content_offset = start;
                    return Ok(text);
                }
            }
        }
    }

    fn skip(&mut self) -> Result<(), XmlError> {
        let outer = self.depth - 1;
        while self.depth > outer {
            self.content()?;
        }
        Ok(())
    }

    fn attributes(&self) -> Result<Vec<(String, String)>, XmlError> {
        let Some(start) = &self.start else { return Ok(Vec::new()) };
        let attributes = start.attributes().enumerate().map(|(index, attribute)| {
            if index == ATTRIBUTE_LIMIT {
                let what = format!("expected at most {ATTRIBUTE_LIMIT} attributes, found more");
                return Err(self.ill_formed(what));
            }
            let attribute = attribute.map_err(|error| self.ill_formed(error.to_string()))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| self.error(Kind::Syntax(error)))?;
            Ok((attribute.key.into_inner().to_owned(), value.into_owned()))
        });
        attributes.collect()
    }

    fn has_attributes(&self) -> bool {
        self.start.as_ref().is_some_and(|start| !start.attributes_raw().trim_ascii().is_empty())
    }

    fn finish(&mut self) -> Result<(), XmlError> {
        while self.depth > 0 {
            self.content()?;
        }
        loop {
            match self.event()? {
                Event::Eof => return Ok(()),
                Event::Start(_) => return Err(self.ill_formed("expected one root element, found another")),
                Event::Text(text) => self.refuse_text(&text)?,
                Event::CData(_) | Event::GeneralRef(_) => self.refuse_text("text")?,
                _ => {}
            }
        }
    }

    fn offset(&self) -> usize {
        self.skipped + self.reader.buffer_position() as usize
    }

    fn content_offset(&self) -> usize {
        self.content_offset
    }
}
