//! What stands around an output and around an error (PROTOCOL 3.1, 4.1).

use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

use crate::error::{Error, MalformedResponse, ServiceError};
use crate::operation::{Operation, Response};
use crate::scalar;
use crate::xml::{Cursor, XmlError, XmlErrorKind, XmlReader};
use crate::{Read, Structure, TimestampFormat};

/// The fields of an error, whichever envelope they came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ErrorEnvelope {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    /// `Type`: `Sender` or `Receiver`.
    pub(crate) fault: Option<String>,
    pub(crate) request_id: Option<String>,
}

pub(crate) fn parse_response<O: Operation>(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response<O::Output>, Error<O::Error>> {
    let header_id = || request_id_of(headers);
    let refused = |mut envelope: ErrorEnvelope| {
        envelope.request_id = envelope.request_id.or_else(header_id);
        ServiceError::new(envelope, status, date_of(headers), body)
    };
    if !status.is_success() {
        return Err(Error::Service(match read_error(body) {
            Ok(envelope) => refused(envelope),
            Err(error) => refused(ErrorEnvelope::default()).unreadable(error),
        }));
    }
    match read_success::<O>(body) {
        Ok(Success::Output(output, id)) => Ok(Response { output, request_id: id.or_else(header_id) }),
        Ok(Success::Error(envelope)) => Err(Error::Service(refused(envelope))),
        Err(error) => Err(Error::Malformed(MalformedResponse::new(header_id(), status, body, error))),
    }
}

/// The request id among the headers (RSP-5).
fn request_id_of(headers: &HeaderMap) -> Option<String> {
    ["x-amzn-requestid", "x-amz-request-id", "x-amz-requestid"]
        .iter()
        .find_map(|name| headers.get(*name)?.to_str().ok())
        .map(str::to_owned)
}

/// The service's clock.
fn date_of(headers: &HeaderMap) -> Option<Timestamp> {
    let date = headers.get(http::header::DATE)?.to_str().ok()?;
    scalar::parse_timestamp(date, TimestampFormat::HttpDate).ok()
}

enum Success<T> {
    Output(T, Option<String>),
    /// Some services answer 200 with an error (ERR-10).
    Error(ErrorEnvelope),
}

fn read_success<O: Operation>(body: &[u8]) -> Result<Success<O::Output>, XmlError> {
    let no_members = O::Output::MEMBERS.is_empty();
    if no_members && body.trim_ascii().is_empty() {
        return Ok(Success::Output(O::Output::default(), None));
    }
    match read_root::<O>(body) {
        // Nothing is lost with a body that has nothing to say (RSP-3), unless it began to say that the call failed.
        Err(_) if no_members && !begins_as_error(body) => Ok(Success::Output(O::Output::default(), None)),
        read => read,
    }
}

fn begins_as_error(body: &[u8]) -> bool {
    Cursor::new(body).is_ok_and(|cursor| matches!(cursor.name(), "ErrorResponse" | "Error" | "Response"))
}

fn read_root<O: Operation>(body: &[u8]) -> Result<Success<O::Output>, XmlError> {
    let mut cursor = Cursor::new(body)?;
    let may_be_error = match cursor.name() {
        "ErrorResponse" | "Error" => return read_error(body).map(Success::Error),
        name => name == "Response",
    };
    let Some(wrapper) = O::RESULT_WRAPPER else {
        return read_unwrapped::<O>(cursor, may_be_error.then_some(body));
    };
    let (mut output, mut id, mut others) = (None, None, false);
    while cursor.next_child()? {
        match cursor.name() {
            name if name == wrapper && output.is_none() => {
                let mut value = O::Output::default();
                XmlReader::new(&mut cursor).structure(&mut value).map_err(|error| error.within(wrapper))?;
                output = Some(value);
            }
            "Errors" if may_be_error => return read_error(body).map(Success::Error),
            "ResponseMetadata" => id = read_metadata(&mut cursor)?.or(id),
            _ => {
                others = true;
                cursor.skip()?;
            }
        }
    }
    if output.is_none() && others && !O::Output::MEMBERS.is_empty() {
        return Err(cursor.error(XmlErrorKind::NoResult { wrapper }));
    }
    cursor.finish()?;
    Ok(Success::Output(output.unwrap_or_default(), id))
}

/// Members that stand in the root itself, as in very old models: what else stands there is looked for in a reading of
/// its own. `error` is the body, where `Errors` in it would make it one.
fn read_unwrapped<O: Operation>(
    mut cursor: Cursor<'_>,
    error: Option<&[u8]>,
) -> Result<Success<O::Output>, XmlError> {
    let (mut others, mut id) = (cursor.clone(), None);
    while others.next_child()? {
        match (others.name(), error) {
            ("Errors", Some(body)) => return read_error(body).map(Success::Error),
            ("ResponseMetadata", _) => id = read_metadata(&mut others)?.or(id),
            (name, _) if is_request_id(name) => id = read_request_id(&mut others)?.or(id),
            _ => others.skip()?,
        }
    }
    let mut output = O::Output::default();
    XmlReader::new(&mut cursor).structure(&mut output)?;
    cursor.finish()?;
    Ok(Success::Output(output, id))
}

fn is_request_id(name: &str) -> bool {
    matches!(name, "RequestId" | "RequestID" | "requestId")
}

/// The text of a request id; an empty one is none, so that the headers' counts.
fn read_request_id(cursor: &mut Cursor<'_>) -> Result<Option<String>, XmlError> {
    let id = scalar::trim(&cursor.text()?).to_owned();
    Ok(Some(id).filter(|id| !id.is_empty()))
}

/// The request id inside `ResponseMetadata`; whatever else stands there is skipped (RSP-5).
fn read_metadata(cursor: &mut Cursor<'_>) -> Result<Option<String>, XmlError> {
    let mut id = None;
    while cursor.next_child()? {
        if is_request_id(cursor.name()) {
            id = read_request_id(cursor)?.or(id);
        } else {
            cursor.skip()?;
        }
    }
    Ok(id)
}

/// Reads an error in any of its envelopes: `ErrorResponse/Error`, `Response/Errors/Error`, a bare `Error`, and as a
/// last resort the first `Error` no deeper than the root's grandchildren (ERR-1). The document must be whole: fields
/// that were read before it broke off mean nothing.
pub(crate) fn read_error(body: &[u8]) -> Result<ErrorEnvelope, XmlError> {
    let mut cursor = Cursor::new(body)?;
    let mut envelope = ErrorEnvelope::default();
    let mut found = false;
    if cursor.name() == "Error" {
        read_error_fields(&mut cursor, &mut envelope)?;
        found = true;
    } else {
        let mut nested = None;
        while cursor.next_child()? {
            read_error_child(&mut cursor, &mut envelope, &mut found, &mut nested)?;
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
}

fn read_error_child(
    cursor: &mut Cursor<'_>,
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
            envelope.request_id = read_request_id(cursor)?.or(envelope.request_id.take());
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

/// The fields of `Error` itself (ERR-2). White space around a code is no part of it.
fn read_error_fields(cursor: &mut Cursor<'_>, envelope: &mut ErrorEnvelope) -> Result<(), XmlError> {
    while cursor.next_child()? {
        match cursor.name() {
            "Code" => {
                let code = cursor.text()?.trim().to_owned();
                envelope.code = Some(code).filter(|code| !code.is_empty());
            }
            "Message" => envelope.message = Some(cursor.text()?),
            "message" if envelope.message.is_none() => envelope.message = Some(cursor.text()?),
            "Type" => envelope.fault = Some(cursor.text()?.trim().to_owned()),
            name if is_request_id(name) => {
                envelope.request_id = read_request_id(cursor)?.or(envelope.request_id.take());
            }
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// Reads an error's own members from its `Error` element, by the rules of any structure (ERR-7). The document has been
/// read once, and is whole.
pub(crate) fn read_details<T: Structure>(body: &[u8]) -> Result<T, XmlError> {
    let mut cursor = Cursor::new(body)?;
    let mut found = if cursor.name() == "Error" { Some(cursor.clone()) } else { None };
    while found.is_none() && cursor.next_child()? {
        if cursor.name() == "Error" {
            found = Some(cursor.clone());
        } else {
            cursor.skip()?;
        }
    }
    // No child of the root's: then the first of its grandchildren.
    let mut cursor = Cursor::new(body)?;
    while found.is_none() && cursor.next_child()? {
        while cursor.next_child()? {
            if cursor.name() == "Error" && found.is_none() {
                found = Some(cursor.clone());
            }
            cursor.skip()?;
        }
    }
    let mut error = found.ok_or_else(|| cursor.error(XmlErrorKind::NoError))?;
    let mut details = T::default();
    XmlReader::of_error(&mut error).structure(&mut details).map_err(|error| error.within("Error"))?;
    Ok(details)
}
