//! Responses: an output or an error, parsed from status, headers and body.

use http::{HeaderMap, HeaderName, StatusCode};
use jiff::Timestamp;

use crate::call::envelope::{ErrorEnvelope, OutputPlace, Success, read_error, read_success};
use crate::call::error::{Details, MalformedResponse};
use crate::format::xml::Parser;
use crate::value::layout::TimestampFormat;

/// An operation's output, and the id by which AWS can find the call.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Response<T> {
    /// The output.
    pub output: T,
    /// The request id, from the body or else from the headers (RSP-5).
    pub request_id: Option<String>,
}

/// A response without an output.
pub(super) enum NoOutput {
    Service(Box<Details>),
    Malformed(MalformedResponse),
}

/// Reads a response into its place. Returns the request id of a success.
pub(super) fn read_response(
    parser: Parser,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    place: OutputPlace<'_>,
) -> Result<Option<String>, NoOutput> {
    let header_id = || request_id_of(headers);
    let refused = |mut envelope: ErrorEnvelope| {
        envelope.request_id = envelope.request_id.or_else(header_id);
        Details::new(envelope, status, date_of(headers), body)
    };
    if !status.is_success() {
        return Err(NoOutput::Service(match read_error(parser, body) {
            Ok(envelope) => refused(envelope),
            Err(error) => refused(ErrorEnvelope::default()).unreadable(error),
        }));
    }
    match read_success(parser, body, place) {
        Ok(Success::Output(id)) => Ok(id.or_else(header_id)),
        Ok(Success::Error(envelope)) => Err(NoOutput::Service(refused(envelope))),
        Err(error) => Err(NoOutput::Malformed(MalformedResponse::new(header_id(), status, body, error))),
    }
}

/// Returns the request id from the headers (RSP-5).
fn request_id_of(headers: &HeaderMap) -> Option<String> {
    static NAMES: [HeaderName; 3] = [
        HeaderName::from_static("x-amzn-requestid"),
        HeaderName::from_static("x-amz-request-id"),
        HeaderName::from_static("x-amz-requestid"),
    ];
    NAMES
        .iter()
        .filter_map(|name| headers.get(name)?.to_str().ok())
        .map(str::trim)
        .find(|id| !id.is_empty())
        .map(str::to_owned)
}

/// Returns the service's time from the headers.
fn date_of(headers: &HeaderMap) -> Option<Timestamp> {
    let date = headers.get(http::header::DATE)?.to_str().ok()?;
    TimestampFormat::HttpDate.parse(date)
}
