//! The form of a request: `Action=…&Version=…&Name.member.1=…`.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use crate::value::layout::{Collection, Layout, Member};
use crate::value::scalar;
use crate::value::structure::{Structure, Union, Value, Write};
use crate::value::text::Shown;
use crate::value::timestamp;

/// The error of a value that a form cannot represent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormError {
    key: String,
    expected: &'static str,
    found: String,
}

impl FormError {
    /// Returns the form key of the value, such as `Filters.Filter.1.Name`.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, found {}", self.key, self.expected, self.found)
    }
}

impl std::error::Error for FormError {}

/// Serializes a request as a form: action and version, then the members in the model's order (REQ-3, REQ-4).
///
/// # Errors
///
/// Fails for a value that a form cannot represent: a year before 1, or a union variant unknown to the model.
pub fn to_form<T: Structure>(action: &str, version: &str, input: &T) -> Result<String, FormError> {
    write(action, version, input).map(|form| form.body)
}

/// Serializes a request as a form. Also returns the values that the model marks sensitive.
pub(crate) fn write<T: Structure>(action: &str, version: &str, input: &T) -> Result<Form, FormError> {
    let mut writer = FormWriter::new(action, version);
    let written = writer.structure(input);
    writer.finish(written)
}

/// A request's form.
pub(crate) struct Form {
    pub(crate) body: String,
    /// The values that the model marks sensitive, without encoding.
    pub(crate) sensitive: Vec<String>,
}

/// Writes members as percent-encoded `key=value` pairs.
struct FormWriter {
    body: String,
    /// The key so far, already encoded.
    prefix: String,
    /// The start of the key's last segment, and its replacement for an empty list.
    empty_name: Option<(usize, &'static str)>,
    /// True if no name in the current structure needs an escape.
    is_plain: bool,
    /// True while writing a value that is marked sensitive. The list holds all such values so far.
    is_sensitive: bool,
    sensitive: Vec<String>,
}

impl FormWriter {
    /// Creates a writer with capacity for most requests, so that its texts rarely move.
    fn new(action: &str, version: &str) -> Self {
        let mut body = String::with_capacity(1024);
        for (key, value) in [("Action=", action), ("&Version=", version)] {
            body.push_str(key);
            percent_encode(&mut body, value);
        }
        Self {
            body,
            prefix: String::with_capacity(128),
            empty_name: None,
            is_plain: false,
            is_sensitive: false,
            sensitive: Vec::new(),
        }
    }

    /// Returns the form, unless writing failed.
    fn finish(self, written: Result<(), FormError>) -> Result<Form, FormError> {
        written.map(|()| Form { body: self.body, sensitive: self.sensitive })
    }

    /// Appends a segment to the key and returns the previous length.
    fn enter(&mut self, segment: &str) -> usize {
        let outer = self.prefix.len();
        if outer > 0 {
            self.prefix.push('.');
        }
        match self.is_plain {
            true => self.prefix.push_str(segment),
            false => percent_encode(&mut self.prefix, segment),
        }
        outer
    }

    fn enter_index(&mut self, index: usize) -> usize {
        let outer = self.prefix.len();
        match INDICES.get(index) {
            Some(segment) => self.prefix.push_str(segment),
            None => {
                self.prefix.push('.');
                self.prefix.push_str(itoa::Buffer::new().format(index));
            }
        }
        outer
    }

    #[inline]
    fn leave(&mut self, outer: usize) {
        self.prefix.truncate(outer);
    }

    /// Writes `&prefix=`. The value must follow.
    fn begin_pair(&mut self) -> Encoded<'_> {
        self.body.push('&');
        self.body.push_str(&self.prefix);
        self.body.push('=');
        Encoded(&mut self.body)
    }

    /// Writes `&prefix=value`.
    fn pair(&mut self, value: &str) {
        let value_to_come = self.begin_pair();
        percent_encode(value_to_come.0, value);
        if self.is_sensitive {
            self.sensitive.push(value.to_owned());
        }
    }

    fn error(&self, expected: &'static str, found: String) -> FormError {
        FormError { key: self.prefix.clone(), expected, found }
    }

    /// Writes each item below `prefix.1`, `prefix.2` and so on.
    fn each<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut item: impl FnMut(&mut Self, T) -> Result<(), FormError>,
    ) -> Result<(), FormError> {
        for (index, value) in items.into_iter().enumerate() {
            let outer = self.enter_index(index + 1);
            item(self, value)?;
            self.leave(outer);
        }
        Ok(())
    }
}

impl Write for FormWriter {
    type Error = FormError;

    fn set_member<T: Value>(&mut self, member: &'static Member, value: &T) -> Result<(), FormError> {
        if member.client_only {
            return Ok(());
        }
        let outer = self.enter(member.wire_name);
        self.empty_name = member.empty_name.map(|name| (outer, name));
        value.write(self, &member.layout)?;
        self.leave(outer);
        Ok(())
    }

    fn structure<T: Structure>(&mut self, value: &T) -> Result<(), FormError> {
        let outer = std::mem::replace(&mut self.is_plain, const { are_plain(T::MEMBERS) });
        let written = self.members(value);
        self.is_plain = outer;
        written
    }

    fn union<T: Union>(&mut self, value: &T) -> Result<(), FormError> {
        let outer = std::mem::replace(&mut self.is_plain, const { are_plain(T::MEMBERS) });
        let written = value.write_variant(self);
        self.is_plain = outer;
        written
    }

    fn unknown_variant(&mut self, name: &str) -> Result<(), FormError> {
        Err(self.error("a variant of the model", format!("{}, which it does not know", Shown(name))))
    }

    /// Writes an empty list as one pair with the list's key, the only way to send an empty list (REQ-16).
    fn list<T: Value>(&mut self, items: &[T], layout: &'static Layout) -> Result<(), FormError> {
        let empty_name = self.empty_name.take();
        if items.is_empty() {
            if let Some((outer, name)) = empty_name {
                self.leave(outer);
                self.enter(name);
            }
            self.pair("");
            return Ok(());
        }
        let outer = match layout.collection {
            Collection::List { element, .. } if !layout.flattened => self.enter(element),
            _ => self.prefix.len(),
        };
        self.each(items, |w, item| item.write(w, layout.elements()))?;
        self.leave(outer);
        Ok(())
    }

    /// Writes nothing for an empty map (REQ-17).
    fn map<K: AsRef<str>, V: Value>(
        &mut self,
        entries: &BTreeMap<K, V>,
        layout: &'static Layout,
    ) -> Result<(), FormError> {
        let (key_name, value_name) = match layout.collection {
            Collection::Map { key, value, .. } => (key, value),
            _ => ("key", "value"),
        };
        let outer = if layout.flattened { self.prefix.len() } else { self.enter("entry") };
        self.each(entries, |w, (key, value)| {
            let entry = w.enter(key_name);
            w.pair(key.as_ref());
            w.leave(entry);
            let entry = w.enter(value_name);
            value.write(w, layout.elements())?;
            w.leave(entry);
            Ok(())
        })?;
        self.leave(outer);
        Ok(())
    }

    fn string(&mut self, value: &str, _: &'static Layout) -> Result<(), FormError> {
        self.pair(value);
        Ok(())
    }

    fn boolean(&mut self, value: bool) -> Result<(), FormError> {
        self.pair(if value { "true" } else { "false" });
        Ok(())
    }

    fn long(&mut self, value: i64, _: &'static Layout) -> Result<(), FormError> {
        self.pair(itoa::Buffer::new().format(value));
        Ok(())
    }

    fn float(&mut self, value: f32, _: &'static Layout) -> Result<(), FormError> {
        scalar::format_float(&mut self.begin_pair(), value);
        Ok(())
    }

    fn double(&mut self, value: f64, _: &'static Layout) -> Result<(), FormError> {
        scalar::format_float(&mut self.begin_pair(), value);
        Ok(())
    }

    fn blob(&mut self, value: &[u8], _: &'static Layout) -> Result<(), FormError> {
        self.pair(&scalar::format_blob(value));
        Ok(())
    }

    fn timestamp(&mut self, value: Timestamp, layout: &'static Layout) -> Result<(), FormError> {
        timestamp::to_milliseconds(value)
            .and_then(|cut| timestamp::write(&mut self.begin_pair(), cut, layout.timestamp))
            .map_err(|expected| self.error(expected, value.to_string()))
    }

    fn sensitive<T: Value>(&mut self, value: &T, layout: &'static Layout) -> Result<(), FormError> {
        let outer = std::mem::replace(&mut self.is_sensitive, true);
        let written = value.write(self, layout).map_err(|mut error| {
            error.found = "something else (sensitive, not shown)".into();
            error
        });
        self.is_sensitive = outer;
        written
    }
}

/// Returns true if no name of these members needs an escape, including names in their layouts. Evaluated at compile
/// time.
const fn are_plain(members: &[Member]) -> bool {
    let mut at = 0;
    while at < members.len() {
        let Member { wire_name, layout, empty_name, .. } = &members[at];
        let empty_name = match empty_name {
            Some(name) => name,
            None => "",
        };
        if !(is_plain(wire_name) && is_plain(empty_name) && has_plain_names(layout)) {
            return false;
        }
        at += 1;
    }
    true
}

const fn has_plain_names(layout: &Layout) -> bool {
    match layout.collection {
        Collection::None => true,
        Collection::List { element, of } => is_plain(element) && has_plain_names(of),
        Collection::Map { key, value, of } => is_plain(key) && is_plain(value) && has_plain_names(of),
    }
}

const fn is_plain(name: &str) -> bool {
    let (bytes, mut at) = (name.as_bytes(), 0);
    while at < bytes.len() && UNRESERVED[bytes[at] as usize] {
        at += 1;
    }
    at == bytes.len()
}

/// The segments of the indices in nearly all lists.
const INDICES: [&str; 10] = [".0", ".1", ".2", ".3", ".4", ".5", ".6", ".7", ".8", ".9"];

/// A writer that percent-encodes everything written to it.
struct Encoded<'b>(&'b mut String);

impl fmt::Write for Encoded<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        percent_encode(self.0, text);
        Ok(())
    }
}

/// Appends the text and encodes every byte as `%XX`, except RFC 3986's unreserved ones (REQ-22). A space becomes `%20`,
/// never `+`.
#[inline]
fn percent_encode(out: &mut String, text: &str) {
    match unreserved(text.as_bytes()) {
        length if length == text.len() => out.push_str(text),
        length => escape(out, text, length),
    }
}

/// Appends and encodes a text whose first `length` bytes are unreserved.
#[inline(never)]
fn escape(out: &mut String, mut text: &str, mut length: usize) {
    loop {
        // Unreserved bytes are ASCII, so a character begins after them.
        let (run, rest) = text.split_at(length);
        out.push_str(run);
        let Some(first) = rest.chars().next() else { return };
        let (escaped, rest) = rest.split_at(first.len_utf8());
        for byte in escaped.bytes() {
            let place = 3 * usize::from(byte);
            out.push_str(&ESCAPES[place..place + 3]);
        }
        text = rest;
        length = unreserved(text.as_bytes());
    }
}

/// Returns the number of unreserved bytes at the start.
fn unreserved(bytes: &[u8]) -> usize {
    let mut length = 0;
    // Four at a time, because nearly all bytes are unreserved.
    while let Some([a, b, c, d]) = bytes[length..].first_chunk() {
        let [a, b, c, d] = [a, b, c, d].map(|byte| UNRESERVED[usize::from(*byte)]);
        if !(a & b & c & d) {
            break;
        }
        length += 4;
    }
    while bytes.get(length).is_some_and(|byte| UNRESERVED[usize::from(*byte)]) {
        length += 1;
    }
    length
}

/// True for each unreserved byte.
const UNRESERVED: [bool; 256] = {
    let mut unreserved = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        unreserved[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
        byte += 1;
    }
    unreserved
};

/// `%00%01…%FF`.
const ESCAPES: &str = {
    const BYTES: [u8; 3 * 256] = {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        let mut bytes = [b'%'; 3 * 256];
        let mut byte = 0;
        while byte < 256 {
            bytes[3 * byte + 1] = HEX[byte >> 4];
            bytes[3 * byte + 2] = HEX[byte & 15];
            byte += 1;
        }
        bytes
    };
    match std::str::from_utf8(&BYTES) {
        Ok(text) => text,
        Err(_) => "",
    }
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_22_only_unreserved_bytes_are_left_alone() {
        let mut out = String::new();
        percent_encode(&mut out, "aZ09-_.~!*'()/: +&=?%#é\n日");
        assert_eq!(out, "aZ09-_.~%21%2A%27%28%29%2F%3A%20%2B%26%3D%3F%25%23%C3%A9%0A%E6%97%A5");
    }

    struct Times {
        times: Option<Vec<Timestamp>>,
    }

    crate::structure!(Times { 0: times = "Times".list("member") });

    #[test]
    fn the_first_error_is_the_one_that_is_told() {
        let times = Some(vec!["-000001-01-01T00:00:00Z".parse().expect("a year before the first"); 2]);
        let error = to_form("Do", "2020-01-08", &Times { times }).expect_err("the wire has no such year");
        assert_eq!(error.key(), "Times.member.1");
    }
}
