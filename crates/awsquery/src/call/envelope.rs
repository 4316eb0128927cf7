//! The envelopes around outputs and errors.

use crate::format::xml::{Cursor, Members, Parser, XmlError, XmlErrorKind, XmlReader};
use crate::value::layout::Member;
use crate::value::scalar;
use crate::value::structure::Structure;

/// The fields of an error, from any of its envelopes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ErrorEnvelope {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    /// `Type`: `Sender` or `Receiver`.
    pub(crate) fault: Option<String>,
    pub(crate) request_id: Option<String>,
}

/// An operation's output and its place in a document.
pub(super) struct OutputPlace<'o> {
    /// The element that holds the output; `None` if the root holds it.
    pub(super) wrapper: Option<&'static str>,
    pub(super) table: &'static [Member],
    pub(super) members: &'o mut dyn Members,
}

impl OutputPlace<'_> {
    /// Returns true if the output has no members. Such an output may have an empty or unreadable body (RSP-3).
    fn is_optional(&self) -> bool {
        self.table.is_empty()
    }

    /// Reads the output from the current element.
    fn read(&mut self, cursor: &mut dyn Cursor<'_>) -> Result<(), XmlError> {
        XmlReader::new(cursor).members(self.table, self.members)
    }
}

/// The content of a response with a success status.
pub(super) enum Success {
    /// The output was read. Holds the request id from the body.
    Output(Option<String>),
    /// The body is an error: some services send errors with status 200 (ERR-10).
    Error(ErrorEnvelope),
}

pub(super) fn read_success(
    parser: Parser,
    body: &[u8],
    mut place: OutputPlace<'_>,
) -> Result<Success, XmlError> {
    if place.is_optional() && body.trim_ascii().is_empty() {
        return Ok(Success::Output(None));
    }
    let root = match place.wrapper {
        Some(wrapper) => parser.read(body, |cursor| read_wrapped(cursor, wrapper, &mut place)),
        None => read_unwrapped(parser, body, &mut place),
    };
    match root {
        Ok(Root::Output(id)) => Ok(Success::Output(id)),
        Ok(Root::Error) => read_error(parser, body).map(Success::Error),
        // A body that starts as an error is not a success.
        Err(_) if place.is_optional() && !begins_as_error(parser, body) => Ok(Success::Output(None)),
        Err(error) => Err(error),
    }
}

fn begins_as_error(parser: Parser, body: &[u8]) -> bool {
    let begins =
        |cursor: &mut dyn Cursor<'_>| Ok(is_error_root(cursor.name()) || cursor.name() == "Response");
    parser.read(body, begins).unwrap_or(false)
}

fn is_error_root(name: &str) -> bool {
    matches!(name, "ErrorResponse" | "Error")
}

/// The content that the root of a success holds.
enum Root {
    Output(Option<String>),
    /// An error that has not been read yet.
    Error,
}

/// Reads the children of the root. The output may be any of them (RSP-4).
fn read_wrapped(
    cursor: &mut dyn Cursor<'_>,
    wrapper: &'static str,
    place: &mut OutputPlace<'_>,
) -> Result<Root, XmlError> {
    if is_error_root(cursor.name()) {
        return Ok(Root::Error);
    }
    let may_be_error = cursor.name() == "Response";
    // Without a result, the root must be the service's own: a proxy's page is not an empty output.
    let mut is_answer = cursor.name().ends_with("Response");
    let (mut found, mut others, mut id) = (false, false, None);
    while cursor.next_child()? {
        match cursor.name() {
            name if name == wrapper && !found => {
                found = true;
                place.read(cursor).map_err(|error| error.within(wrapper))?;
            }
            "Errors" if may_be_error => return Ok(Root::Error),
            "ResponseMetadata" => {
                is_answer = true;
                id = read_metadata(cursor)?.or(id);
            }
            _ => {
                others = true;
                cursor.skip()?;
            }
        }
    }
    if !found && (others || !is_answer) && !place.is_optional() {
        return Err(cursor.error(XmlErrorKind::NoResult { wrapper }));
    }
    cursor.finish()?;
    Ok(Root::Output(id))
}

/// Reads members from the root itself, as in very old models. A separate pass reads the request id and finds errors.
fn read_unwrapped(parser: Parser, body: &[u8], place: &mut OutputPlace<'_>) -> Result<Root, XmlError> {
    let others = |cursor: &mut dyn Cursor<'_>| {
        if is_error_root(cursor.name()) {
            return Ok(Root::Error);
        }
        let may_be_error = cursor.name() == "Response";
        let mut id = None;
        while cursor.next_child()? {
            match cursor.name() {
                "Errors" if may_be_error => return Ok(Root::Error),
                "ResponseMetadata" => id = read_metadata(cursor)?.or(id),
                name if is_request_id(name) => id = read_trimmed(cursor)?.or(id),
                _ => cursor.skip()?,
            }
        }
        Ok(Root::Output(id))
    };
    let root = parser.read(body, others)?;
    if let Root::Output(_) = root {
        parser.read(body, |cursor| {
            place.read(cursor)?;
            cursor.finish()
        })?;
    }
    Ok(root)
}

fn is_request_id(name: &str) -> bool {
    matches!(name, "RequestId" | "RequestID" | "requestId")
}

/// Returns the trimmed text of the current element. An empty text counts as absent, so the request id of the headers
/// applies.
fn read_trimmed(cursor: &mut dyn Cursor<'_>) -> Result<Option<String>, XmlError> {
    let text = scalar::trim(&cursor.text()?).to_owned();
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// Returns the request id inside `ResponseMetadata`. Skips all other elements (RSP-5).
fn read_metadata(cursor: &mut dyn Cursor<'_>) -> Result<Option<String>, XmlError> {
    let mut id = None;
    while cursor.next_child()? {
        if is_request_id(cursor.name()) {
            id = read_trimmed(cursor)?.or(id);
        } else {
            cursor.skip()?;
        }
    }
    Ok(id)
}

/// Reads an error in any of its envelopes: `ErrorResponse/Error`, `Response/Errors/Error` or a bare `Error`. As a last
/// resort, it takes the first `Error` no deeper than the root's grandchildren (ERR-1). The document must be complete: a
/// truncated error is rejected.
pub(crate) fn read_error(parser: Parser, body: &[u8]) -> Result<ErrorEnvelope, XmlError> {
    parser.read(body, |cursor| {
        let mut envelope = ErrorEnvelope::default();
        let mut found = false;
        if cursor.name() == "Error" {
            read_error_fields(cursor, &mut envelope)?;
            found = true;
        } else {
            let mut nested = None;
            while cursor.next_child()? {
                read_error_child(cursor, &mut envelope, &mut found, &mut nested)?;
            }
            if let (false, Some(fields)) = (found, nested) {
                let request_id = envelope.request_id.take().or(fields.request_id);
                envelope = ErrorEnvelope { request_id, ..fields };
                found = true;
            }
        }
        if !found {
            return Err(cursor.error(XmlErrorKind::NoError));
        }
        cursor.finish()?;
        Ok(envelope)
    })
}

fn read_error_child(
    cursor: &mut dyn Cursor<'_>,
    envelope: &mut ErrorEnvelope,
    found: &mut bool,
    nested: &mut Option<ErrorEnvelope>,
) -> Result<(), XmlError> {
    match cursor.name() {
        "Error" if !*found => {
            *found = true;
            read_error_fields(cursor, envelope)
        }
        "ResponseMetadata" => {
            envelope.request_id = read_metadata(cursor)?.or(envelope.request_id.take());
            Ok(())
        }
        name if is_request_id(name) => {
            envelope.request_id = read_trimmed(cursor)?.or(envelope.request_id.take());
            Ok(())
        }
        _ => {
            while cursor.next_child()? {
                if cursor.name() == "Error" && nested.is_none() {
                    read_error_fields(cursor, nested.insert(ErrorEnvelope::default()))?;
                } else {
                    cursor.skip()?;
                }
            }
            Ok(())
        }
    }
}

/// Reads the fields of `Error` itself (ERR-2). White space around a code is ignored.
fn read_error_fields(cursor: &mut dyn Cursor<'_>, envelope: &mut ErrorEnvelope) -> Result<(), XmlError> {
    while cursor.next_child()? {
        match cursor.name() {
            "Code" => envelope.code = read_trimmed(cursor)?,
            "Message" => envelope.message = Some(cursor.text()?.into_owned()),
            "message" if envelope.message.is_none() => envelope.message = Some(cursor.text()?.into_owned()),
            "Type" => envelope.fault = read_trimmed(cursor)?,
            name if is_request_id(name) => {
                envelope.request_id = read_trimmed(cursor)?.or(envelope.request_id.take());
            }
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// Reads an error's own members from its `Error` element, as for any structure (ERR-7). The document was read before
/// and is complete.
pub(crate) fn read_details<T: Structure>(parser: Parser, body: &[u8]) -> Result<T, XmlError> {
    let mut details = T::default();
    read_error_element(parser, body, T::MEMBERS, &mut details)?;
    Ok(details)
}

/// Reads the element `Error`: the root, else a child of the root, else the first such grandchild.
fn read_error_element(
    parser: Parser,
    body: &[u8],
    table: &'static [Member],
    members: &mut dyn Members,
) -> Result<(), XmlError> {
    let mut read = |cursor: &mut dyn Cursor<'_>| {
        XmlReader::of_error(cursor).members(table, members).map_err(|error| error.within("Error"))
    };
    let found = parser.read(body, |cursor| {
        let mut found = cursor.name() == "Error";
        while !found && cursor.next_child()? {
            found = cursor.name() == "Error";
            if !found {
                cursor.skip()?;
            }
        }
        if found { read(cursor).map(|()| true) } else { Ok(false) }
    })?;
    if found {
        return Ok(());
    }
    parser.read(body, |cursor| {
        while cursor.next_child()? {
            while cursor.next_child()? {
                if cursor.name() == "Error" {
                    return read(cursor);
                }
                cursor.skip()?;
            }
        }
        Err(cursor.error(XmlErrorKind::NoError))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fault {
        message: Option<String>,
    }

    crate::structure!(Fault { 0: message = "message" });

    #[test]
    fn err_6_a_modelled_message_is_that_of_its_own_name_or_else_the_envelope_s() {
        let message = |fields: &str| {
            let body = format!("<ErrorResponse><Error><Code>c</Code>{fields}</Error></ErrorResponse>");
            read_details::<Fault>(Parser::Scanner, body.as_bytes()).expect("an error").message
        };
        let (own, other) = ("<message>own</message>", "<Message>other</Message>");
        assert_eq!(message(other).as_deref(), Some("other"));
        assert_eq!(message(&format!("{own}{other}")).as_deref(), Some("own"));
        assert_eq!(message(&format!("{other}{own}")).as_deref(), Some("own"));
        assert_eq!(message("<MESSAGE>neither</MESSAGE>"), None);
    }
}
