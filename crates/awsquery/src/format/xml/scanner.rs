//! A parser for the XML that AWS sends: XML 1.0 without document type definitions.
//!
//! The parser is fast because it does little. It passes over the bytes three times, many at once: to check UTF-8, to
//! find special characters, and to find the end of each text. It compares each start tag as a whole with the expected
//! one, and likewise the end tag after a text.
//!
//! All other syntax, from attributes to references, is in separate functions that are seldom called. They check it as
//! strictly as XML requires.

use std::borrow::Cow;

use memchr::{memchr, memmem};

use super::cursor::{Cursor, Elements, Members, position};
use super::error::{Kind, XmlError};
use super::lexical::{self, Attribute, ill_formed, is_same};
use super::order::{Key, Next, Order};
use super::plain::Plain;
use crate::value::budget::{Budget, DEPTH_LIMIT};
use crate::value::layout::Member;

/// The maximum number of attributes of an element. Finding duplicates takes quadratic time.
pub(super) const ATTRIBUTE_LIMIT: usize = 256;

/// The number of bytes at a response's end in which the end of its main list is searched first.
const SOON: usize = 512;

#[derive(Debug)]
pub(super) struct Scanner<'a> {
    /// The document from its first tag on.
    text: &'a str,
    /// The part that has not been read yet.
    rest: &'a str,
    /// The number of bytes before the text.
    skipped: usize,
    /// The names of the open elements, including prefixes.
    open: Vec<&'a str>,
    /// The name of the current element, without its prefix.
    name: &'a str,
    /// The text after the name in the start tag.
    attributes: &'a str,
    /// The current element's text if it has no other content. The element has then been read to its end and is not in
    /// `open`.
    leaf: Option<&'a str>,
    /// The number of bytes from the current element's content to the document's end.
    content_left: usize,
    /// The part of the document whose texts need no check and no conversion.
    plain: Plain<'a>,
    /// True if anything has been read. A declaration is then no longer allowed.
    begun: bool,
    /// The order of members so far.
    order: Order,
    /// The number of open elements at the start of the first list; 0 after its end.
    first_list: Option<usize>,
    budget: Budget,
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

impl<'a> Scanner<'a> {
    /// Starts a document. `skipped` is the number of bytes before the text.
    #[inline(always)]
    pub(super) fn new(text: &'a str, skipped: usize) -> Self {
        Self {
            text,
            rest: text,
            skipped,
            open: Vec::with_capacity(16),
            name: "",
            attributes: "",
            leaf: None,
            content_left: text.len(),
            plain: Plain::new(text),
            begun: false,
            order: Order::default(),
            first_list: None,
            budget: Budget::of(text.len()),
        }
    }

    /// Reads the root's start tag.
    pub(super) fn enter_root(&mut self) -> Result<(), XmlError> {
        if self.next_root()? { self.start_tag() } else { Err(self.truncated()) }
    }

    /// Returns the offset of the position with this number of bytes after it.
    fn offset_at(&self, left: usize) -> usize {
        self.skipped + self.text.len() - left
    }

    /// Returns an error at the start of `rest`.
    #[cold]
    fn error_at(&self, rest: &str, kind: Kind) -> XmlError {
        XmlError::new(kind, self.offset_at(rest.len()))
    }

    /// Returns the error of a truncated document.
    #[cold]
    fn truncated(&self) -> XmlError {
        self.error_at("", Kind::Truncated)
    }

    /// Reads the content before or after the root. Returns true if an element follows.
    fn next_root(&mut self) -> Result<bool, XmlError> {
        loop {
            self.rest = lexical::skip_space(self.rest);
            match self.rest.as_bytes() {
                [] => return Ok(false),
                [b'<', b'?', ..] => self.instruction()?,
                [b'<', b'!', b'-', ..] => self.comment()?,
                [b'<', b'!', b'[', ..] => return Err(self.text_outside()),
                [b'<', b'!', ..] => return Err(self.declaration()),
                [b'<', b'/', ..] => {
                    return Err(self.error(ill_formed("expected a start tag, found an end tag")));
                }
                [b'<', ..] => return Ok(true),
                _ => return Err(self.text_outside()),
            }
            self.begun = true;
        }
    }

    #[cold]
    fn text_outside(&self) -> XmlError {
        self.error(ill_formed("expected nothing but elements at the top level, found text"))
    }

    /// Returns the next item inside the root. Skips comments and processing instructions.
    fn content(&mut self) -> Result<Content<'a>, XmlError> {
        if let Some(text) = self.leaf.take() {
            self.check_text(text, self.content_left - text.len())?;
            return Ok(Content::End);
        }
        loop {
            match self.rest.as_bytes() {
                [] => return Err(self.truncated()),
                [b'<', b'/', ..] => return self.end_tag().map(|()| Content::End),
                [b'<', b'?', ..] => self.instruction()?,
                [b'<', b'!', b'-', ..] => self.comment()?,
                [b'<', b'!', b'[', ..] => return self.cdata().map(Content::Text),
                [b'<', b'!', ..] => return Err(self.declaration()),
                [b'<', ..] => return self.start_tag().map(|()| Content::Start),
                _ => return self.text_run().map(Content::Text),
            }
        }
    }

    /// Reads the text up to the next tag.
    fn text_run(&mut self) -> Result<Cow<'a, str>, XmlError> {
        let end = memchr(b'<', self.rest.as_bytes()).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        let text = if memchr(b'&', text.as_bytes()).is_some() {
            Cow::Owned(self.resolved(text)?)
        } else {
            self.as_read(text, rest.len())?
        };
        self.rest = rest;
        Ok(text)
    }

    /// Returns the text with its references resolved. Reserves memory once, because references are longer than their
    /// characters. Releases it if more than half is unused.
    #[cold]
    fn resolved(&mut self, text: &'a str) -> Result<String, XmlError> {
        let mut resolved = String::with_capacity(text.len());
        let (mut rest, behind) = (text, self.rest.len() - text.len());
        while let Some(at) = memchr(b'&', rest.as_bytes()) {
            let (plain, references) = rest.split_at(at);
            let left = behind + references.len();
            resolved.push_str(&self.as_read(plain, left)?);
            let (length, c) =
                lexical::reference(references).map_err(|kind| XmlError::new(kind, self.offset_at(left)))?;
            resolved.push(c);
            rest = &references[length..];
        }
        resolved.push_str(&self.as_read(rest, behind)?);
        if resolved.len() < text.len() / 2 {
            resolved.shrink_to_fit();
        }
        Ok(resolved)
    }

    /// Returns the text without markup as a reader must see it. `left` is the number of bytes after it.
    #[inline]
    fn as_read(&mut self, text: &'a str, left: usize) -> Result<Cow<'a, str>, XmlError> {
        if self.plain.is_plain(text, left) {
            return Ok(Cow::Borrowed(text));
        }
        self.check_unusual_text(text, left)?;
        Ok(lexical::line_feeds(text))
    }

    /// Checks text without markup. `left` is the number of bytes after it.
    fn check_text(&mut self, text: &str, left: usize) -> Result<(), XmlError> {
        if self.plain.is_plain(text, left) { Ok(()) } else { self.check_unusual_text(text, left) }
    }

    #[cold]
    fn check_unusual_text(&self, text: &str, left: usize) -> Result<(), XmlError> {
        let checked = match text.contains("]]>") {
            true => Err(ill_formed("expected no `]]>` in text")),
            false => lexical::characters(text),
        };
        checked.map_err(|kind| XmlError::new(kind, self.offset_at(left + text.len())))
    }

    /// Checks the characters of other parts, which are neither text nor a tag's name. `left` is the number of bytes
    /// after them.
    fn check_characters(&mut self, text: &str, left: usize) -> Result<(), XmlError> {
        if self.plain.is_plain(text, left) {
            return Ok(());
        }
        lexical::characters(text).map_err(|kind| self.error(kind))
    }

    /// Enters an element whose start tag has been read. Reads it to its end if it has only text without references. The
    /// caller checks the characters of that text, even if it skips the text.
    fn enter(&mut self, name: &'a str, content: &'a str) {
        self.attributes = "";
        self.content_left = content.len();
        match leaf(name, content) {
            Some((text, after)) => {
                self.leaf = Some(text);
                self.rest = after;
            }
            None => {
                self.open.push(name);
                self.rest = content;
            }
        }
    }

    /// Returns true if the current element may have unread children.
    fn may_have_children(&self) -> bool {
        self.leaf.is_none() && self.open.len() < DEPTH_LIMIT
    }

    /// Returns the text of the current element and the rest after the element, if it has only plain text.
    #[inline(always)]
    fn plain_leaf(&mut self, name: &str) -> Option<(&'a str, &'a str)> {
        let (text, after) = leaf(name, self.rest)?;
        self.plain.is_plain(text, after.len()).then_some((text, after))
    }

    /// Enters the next child if its start tag is exactly `<name>`. The current element must be able to have children.
    #[inline(always)]
    fn next_named(&mut self, name: &'static str) -> bool {
        let content = after_start_tag(lexical::skip_space(self.rest), name);
        let Some(content) = content else { return false };
        self.attributes = "";
        self.rest = content;
        true
    }

    /// Leaves the current element if its end tag is next.
    #[inline(always)]
    fn ends_here(&mut self) -> bool {
        let name = self.open.last().copied().unwrap_or_default();
        let rest = after_end_tag(lexical::skip_space(self.rest), name);
        let Some(rest) = rest else { return false };
        self.rest = rest;
        self.open.pop();
        true
    }

    /// Reads a member's text and the markup after it, if a sibling structure had the same markup there. The member's
    /// start tag has just been read.
    #[inline(always)]
    fn foreseen(&mut self, table: &'static [Member], index: usize) -> Option<(&'a str, Next)> {
        let (length, gap, next) = self.order.foreseen(Key::text(table, index), self.text, self.rest)?;
        let (text, rest) = self.rest.split_at(length);
        if !self.plain.is_plain(text, rest.len()) {
            return None;
        }
        let (gap, rest) = rest.split_at(gap);
        if matches!(next, Next::End) {
            if !self.ends_with_current(gap) {
                return None;
            }
            self.open.pop();
        }
        self.content_left = self.rest.len();
        self.rest = rest;
        Some((text, next))
    }

    /// Reads a member whose start tag has just been read, and the markup after it.
    fn member(
        &mut self,
        table: &'static [Member],
        index: usize,
        members: &mut dyn Members,
    ) -> Result<Next, XmlError> {
        let name = table[index].wire_name;
        let content = self.rest;
        let text = self.enter_named(name);
        members.read(index, self, text).map_err(|error| error.within(name))?;
        let (key, length, gap) = match text {
            Some(text) => (Key::text(table, index), text.len(), &content[text.len()..]),
            None => {
                // The markup after a member with children may have been seen before, too.
                let key = Key::element(table, index);
                if let Some(next) = self.foreseen_after_element(key) {
                    return Ok(Next::Member(next));
                }
                (key, 0, self.rest)
            }
        };
        let Some(next) = self.expected_member(table, index + 1) else {
            return self.unexpected_member(table, index + 1);
        };
        let gap = self.text.len() - gap.len()..self.text.len() - self.rest.len();
        self.order.learn_gap(key, length, gap, next);
        Ok(next)
    }

    /// Reads the start tag after an element with children, if the same markup was seen there before. Returns the
    /// member's index.
    #[inline(never)]
    fn foreseen_after_element(&mut self, key: Key) -> Option<usize> {
        match self.order.foreseen(key, self.text, self.rest)? {
            (0, gap, Next::Member(next)) => {
                self.rest = &self.rest[gap..];
                // Clears the attributes of the last tag inside the previous element.
                self.attributes = "";
                Some(next)
            }
            _ => None,
        }
    }

    /// Enters the element whose start tag `<name>` has just been read. If it has only plain text, reads it to its end
    /// and returns the text.
    #[inline(always)]
    fn enter_named(&mut self, name: &'static str) -> Option<&'a str> {
        self.content_left = self.rest.len();
        match self.plain_leaf(name) {
            Some((text, after)) => {
                self.rest = after;
                Some(text)
            }
            None => {
                self.open.push(name);
                None
            }
        }
    }

    /// Reads the start tag of the expected next member, or the end tag. Returns `None` if neither follows.
    fn expected_member(&mut self, table: &'static [Member], after: usize) -> Option<Next> {
        let index = self.order.after(table, after);
        if let Some(member) = table.get(index) {
            if !member.attribute && self.next_named(member.wire_name) {
                return Some(Next::Member(index));
            }
        }
        self.ends_here().then_some(Next::End)
    }

    /// Returns true if the gap's end tag is that of the current element. Structures of one type may have several names.
    fn ends_with_current(&self, gap: &str) -> bool {
        let name = self.open.last().copied().unwrap_or_default();
        gap.strip_suffix('>').and_then(|gap| gap.strip_suffix(name)).is_some_and(|gap| gap.ends_with("</"))
    }

    /// Enters the next child in the table, by a search for its name.
    #[inline(never)]
    fn unexpected_member(&mut self, table: &'static [Member], after: usize) -> Result<Next, XmlError> {
        while self.next_child()? {
            match position(table, after, self.name) {
                Some(index) => {
                    self.order.learn(table, after, index);
                    return Ok(Next::Entered(index));
                }
                None => self.skip()?,
            }
        }
        Ok(Next::End)
    }

    fn end_tag(&mut self) -> Result<(), XmlError> {
        match after_end_tag(self.rest, self.open.last().copied().unwrap_or_default()) {
            Some(rest) => self.rest = rest,
            None => self.unusual_end_tag()?,
        }
        self.open.pop();
        Ok(())
    }

    /// Reads an end tag with white space in it, or rejects one of another element.
    #[cold]
    fn unusual_end_tag(&mut self) -> Result<(), XmlError> {
        let Some((tag, rest)) = self.rest[2..].split_once('>') else { return Err(self.truncated()) };
        let name = tag.trim_end_matches([' ', '\t', '\r', '\n']);
        let expected = self.open.last().copied().unwrap_or_default();
        if name != expected {
            return Err(self.error(Kind::IllFormed(format!("expected </{expected}>, found </{name}>"))));
        }
        self.rest = rest;
        Ok(())
    }

    fn start_tag(&mut self) -> Result<(), XmlError> {
        if self.open.len() == DEPTH_LIMIT {
            let what = format!("expected at most {DEPTH_LIMIT} nested elements, found more");
            return Err(self.error(Kind::IllFormed(what)));
        }
        let (name, local) = lexical::element_name(&self.rest[1..]).map_err(|kind| self.error(kind))?;
        let rest = &self.rest[1 + name.len()..];
        if rest.is_empty() {
            return Err(self.truncated());
        }
        (self.begun, self.name) = (true, local);
        match rest.strip_prefix('>') {
            Some(rest) => {
                self.enter(name, rest);
                Ok(())
            }
            None => self.rest_of_start_tag(name, rest),
        }
    }

    /// Reads the attributes and the end of the tag.
    #[cold]
    fn rest_of_start_tag(&mut self, name: &'a str, attributes: &'a str) -> Result<(), XmlError> {
        // The last name is separate, so that a single attribute, as on every root, needs no allocation.
        let (mut names, mut last): (Vec<&str>, Option<&str>) = (Vec::new(), None);
        let mut rest = attributes;
        loop {
            let (attribute, after) = Attribute::at(rest).map_err(|kind| self.error(kind))?;
            rest = after;
            let Some(attribute) = attribute else { break };
            names.extend(last.replace(attribute.name));
            if names.len() == ATTRIBUTE_LIMIT {
                let what = format!("expected at most {ATTRIBUTE_LIMIT} attributes, found more");
                return Err(self.error(Kind::IllFormed(what)));
            }
            if names.contains(&attribute.name) {
                let what = format!("expected the attribute {} once, found it again", attribute.name);
                return Err(self.error(Kind::IllFormed(what)));
            }
            attribute.check().map_err(|kind| self.error(kind))?;
        }
        let attributes = &attributes[..attributes.len() - rest.len()];
        self.check_characters(attributes, rest.len())?;
        match rest.as_bytes() {
            [b'>', ..] => self.enter(name, &rest[1..]),
            [b'/', b'>', ..] => {
                self.leaf = Some("");
                self.rest = &rest[2..];
                self.content_left = self.rest.len();
            }
            [] | [b'/'] => return Err(self.truncated()),
            _ => return Err(self.error(ill_formed("expected `>` after `/` in a tag, found none"))),
        }
        self.attributes = attributes;
        Ok(())
    }

    /// Returns the text of the current element from here on, with any content.
    #[cold]
    fn mixed_text(&mut self) -> Result<Cow<'a, str>, XmlError> {
        let (mut text, start) = (Cow::Borrowed(""), self.rest.len());
        loop {
            match self.content()? {
                Content::Text(more) if text.is_empty() => text = more,
                Content::Text(more) => text.to_mut().push_str(&more),
                Content::Start => self.skip()?,
                Content::End => {
                    self.content_left = start;
                    return Ok(text);
                }
            }
        }
    }

    #[cold]
    fn cdata(&mut self) -> Result<Cow<'a, str>, XmlError> {
        let what = "expected a CDATA section after `<![`, found none";
        let (text, rest) = self.between("<![CDATA[", "]]>", what)?;
        self.check_characters(text, rest.len())?;
        self.rest = rest;
        Ok(lexical::line_feeds(text))
    }

    #[cold]
    fn comment(&mut self) -> Result<(), XmlError> {
        let what = "expected a comment after `<!-`, found none";
        let (text, rest) = self.between("<!--", "--", what)?;
        match rest.strip_prefix('>') {
            Some(rest) => {
                self.check_characters(text, rest.len())?;
                self.rest = rest;
                Ok(())
            }
            None if rest.is_empty() => Err(self.truncated()),
            None => Err(self.error(ill_formed("expected no `--` in a comment, found one"))),
        }
    }

    /// Reads a processing instruction and ignores it, or checks the XML declaration's encoding (RSP-17).
    #[cold]
    fn instruction(&mut self) -> Result<(), XmlError> {
        let (whole, rest) = self.between("<?", "?>", "")?;
        let end = whole.bytes().position(lexical::is_space).unwrap_or(whole.len());
        let (target, content) = whole.split_at(end);
        if target == "xml" && !self.begun {
            check_declaration(content).map_err(|kind| self.error(kind))?;
        } else if target.eq_ignore_ascii_case("xml") {
            let what = "expected an XML declaration only at the start, found another";
            return Err(self.error(ill_formed(what)));
        } else if !lexical::is_name(target) {
            let what = format!("expected a processing instruction's name, found {target:?}");
            return Err(self.error(Kind::IllFormed(what)));
        }
        self.check_characters(content, rest.len())?;
        self.rest = rest;
        Ok(())
    }

    /// Returns the error of a document type definition.
    #[cold]
    fn declaration(&self) -> XmlError {
        if self.rest.len() <= 2 {
            return self.truncated();
        }
        self.error(ill_formed("expected no document type definition, found one"))
    }

    /// Returns the text between a start and the first end after it, and the rest. `what` is the error if the start is
    /// missing.
    fn between(&self, start: &str, end: &str, what: &str) -> Result<(&'a str, &'a str), XmlError> {
        let Some(rest) = self.rest.strip_prefix(start) else {
            let broken_off = start.starts_with(self.rest);
            return Err(if broken_off { self.truncated() } else { self.error(ill_formed(what)) });
        };
        match memmem::find(rest.as_bytes(), end.as_bytes()) {
            Some(length) => Ok((&rest[..length], &rest[length + end.len()..])),
            None => Err(self.truncated()),
        }
    }
}

/// Returns the rest after a start tag that has only this name, if one is next.
#[inline(always)]
fn after_start_tag<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (bytes, end) = (text.as_bytes(), name.len() + 1);
    if *bytes.get(end)? == b'>' && bytes[0] == b'<' && is_same(&bytes[1..end], name.as_bytes()) {
        text.get(end + 1..)
    } else {
        None
    }
}

/// Returns the rest after an end tag that has only this name, if one is next.
#[inline(always)]
fn after_end_tag<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (bytes, end) = (text.as_bytes(), name.len() + 2);
    if *bytes.get(end)? == b'>' && bytes[..2] == *b"</" && is_same(&bytes[2..end], name.as_bytes()) {
        text.get(end + 1..)
    } else {
        None
    }
}

/// Returns the text of an element and the rest after the element, if it has only text without references.
#[inline(always)]
fn leaf<'a>(name: &str, content: &'a str) -> Option<(&'a str, &'a str)> {
    let length = lexical::markup(content.as_bytes())?;
    let (text, rest) = content.split_at(length);
    Some((text, after_end_tag(rest, name)?))
}

/// Checks the text after `<?xml`: a version, then an optional encoding and an optional standalone flag (XML 1.0, [23]).
/// Accepts any version, as other parsers do.
fn check_declaration(mut content: &str) -> Result<(), Kind> {
    let mut found = "";
    loop {
        let (attribute, rest) = Attribute::at(content).map_err(|_| no_declaration())?;
        let Some(Attribute { name, raw }) = attribute else {
            return if rest.is_empty() && !found.is_empty() { Ok(()) } else { Err(no_declaration()) };
        };
        match (found, name) {
            ("", "version") => {}
            ("version", "encoding") => check_encoding(raw)?,
            ("version" | "encoding", "standalone") if matches!(raw, "yes" | "no") => {}
            _ => return Err(no_declaration()),
        }
        (found, content) = (name, rest);
    }
}

fn no_declaration() -> Kind {
    ill_formed(
        "expected a version, perhaps an encoding and standalone in the XML declaration, found something else",
    )
}

/// ASCII is a subset of UTF-8 (RSP-17).
fn check_encoding(name: &str) -> Result<(), Kind> {
    match ["utf-8", "us-ascii"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
        true => Ok(()),
        false => Err(Kind::IllFormed(format!("expected the encoding UTF-8, found {name:?}"))),
    }
}

impl<'a> Cursor<'a> for Scanner<'a> {
    fn name(&self) -> &str {
        self.name
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
        let may_have_children = self.may_have_children();
        let next_member = |scanner: &mut Self, after| {
            let expected = if may_have_children { scanner.expected_member(table, after) } else { None };
            expected.map_or_else(|| scanner.unexpected_member(table, after), Ok)
        };
        let mut next = next_member(self, 0)?;
        loop {
            next = match next {
                Next::Member(index) => match self.foreseen(table, index) {
                    Some((text, then)) => {
                        members
                            .read(index, self, Some(text))
                            .map_err(|error| error.within(table[index].wire_name))?;
                        then
                    }
                    None => self.member(table, index, members)?,
                },
                Next::Entered(index) => {
                    members.read(index, self, None).map_err(|error| error.within(table[index].wire_name))?;
                    next_member(self, index + 1)?
                }
                Next::End => return Ok(()),
            };
        }
    }

    fn elements(&mut self, name: &'static str, elements: &mut dyn Elements) -> Result<(), XmlError> {
        let is_first = self.first_list.is_none();
        if is_first {
            self.first_list = Some(self.open.len());
        }
        let may_have_children = self.may_have_children();
        loop {
            let text = if may_have_children && self.next_named(name) {
                self.enter_named(name)
            } else if may_have_children && self.ends_here() || !self.next_child()? {
                break;
            } else {
                None
            };
            elements.read(self, text)?;
        }
        if is_first {
            // No later list is the first one.
            self.first_list = Some(0);
        }
        Ok(())
    }

    fn text(&mut self) -> Result<Cow<'a, str>, XmlError> {
        match self.leaf.take() {
            Some(text) => self.as_read(text, self.content_left - text.len()),
            None => self.mixed_text(),
        }
    }

    fn skip(&mut self) -> Result<(), XmlError> {
        let outer = self.open.len() - usize::from(self.leaf.is_none());
        loop {
            let content = self.content()?;
            if matches!(content, Content::End) && self.open.len() == outer {
                return Ok(());
            }
        }
    }

    fn has_attributes(&self) -> bool {
        !self.attributes.bytes().all(lexical::is_space)
    }

    fn attributes(&self) -> Result<Vec<(String, String)>, XmlError> {
        let (mut attributes, mut rest) = (Vec::new(), self.attributes);
        loop {
            let (attribute, after) = Attribute::at(rest).map_err(|kind| self.error(kind))?;
            let Some(attribute) = attribute else { return Ok(attributes) };
            let value = attribute.value().map_err(|kind| self.error(kind))?;
            attributes.push((attribute.name.to_owned(), value));
            rest = after;
        }
    }

    fn finish(&mut self) -> Result<(), XmlError> {
        while self.leaf.is_some() || !self.open.is_empty() {
            self.content()?;
        }
        if self.next_root()? {
            return Err(self.error(ill_formed("expected one root element, found another")));
        }
        Ok(())
    }

    fn offset(&self) -> usize {
        self.offset_at(self.rest.len())
    }

    fn content_offset(&self) -> usize {
        self.offset_at(self.content_left)
    }

    fn ends(&self) -> bool {
        lexical::skip_space(self.rest).starts_with("</")
    }

    fn remaining(&self) -> Option<usize> {
        let end = format!("</{}", self.open.last().copied().unwrap_or_default());
        let rest = self.rest.as_bytes();
        // A response is mostly its first list and ends soon after it.
        let from = rest.len().saturating_sub(SOON);
        let last = if self.first_list == Some(self.open.len()) {
            memmem::rfind(&rest[from..], end.as_bytes())
        } else {
            None
        };
        last.map(|at| from + at).or_else(|| memmem::find(rest, end.as_bytes()))
    }

    fn claim(&mut self, bytes: usize) -> Result<(), XmlError> {
        self.budget.claim(bytes).map_err(|limit| self.error(Kind::TooMuchMemory { limit }))
    }
}
