//! Two readers of XML, ours and quick-xml's, find the same in every document.

use std::error::Error as _;

use awsquery::error::OperationErrorKind;
use awsquery::format::Structure;
use awsquery::http::{HeaderMap, StatusCode};
use awsquery::{Error, Operation, Response, reference, to_json};

/// What ours refuses and quick-xml lets pass, each with the rule of XML 1.0 that says so.
const STRICTER: [(&str, &str); 9] = [
    (
        "expected a character of XML 1.0",
        "[2] Char, of which comments, instructions and attributes consist too",
    ),
    ("expected a tag's name", "[5] Name"),
    ("expected an attribute's name", "[5] Name"),
    ("expected a processing instruction's name", "[17] PITarget"),
    ("expected white space before an attribute", "[40] STag"),
    ("standalone in the XML declaration", "[23] XMLDecl"),
    ("expected `>` after `/` in a tag", "[44] EmptyElemTag"),
    ("expected lists and structures that take at most", "none: it is a limit of ours"),
    ("well-formed XML (sensitive, not shown)", "any of these, within a sensitive value"),
];

/// Reads a body by both, and panics if one finds what the other does not.
///
/// # Panics
///
/// That is its purpose.
pub fn agree<O: Operation>(status: StatusCode, body: &[u8]) {
    let headers = HeaderMap::new();
    let ours = O::parse_response(status, &headers, body);
    let complaint = match &ours {
        Err(Error::Malformed(error)) => Some(error.error().to_string()),
        Err(error) => error.source().map(ToString::to_string),
        Ok(_) => None,
    };
    if complaint.is_some_and(|complaint| is_stricter(&complaint)) {
        return;
    }
    let (ours, theirs) = (shown(&ours), shown(&reference::parse_response::<O>(status, &headers, body)));
    assert_eq!(ours, theirs, "{:?}", String::from_utf8_lossy(body));
}

fn is_stricter(message: &str) -> bool {
    STRICTER.iter().any(|(complaint, _)| message.contains(complaint))
}

/// What was found; and not how an error is worded, or where it was noticed.
fn shown<T: Structure, E: OperationErrorKind>(result: &Result<Response<T>, Error<E>>) -> String {
    match result {
        Ok(response) => format!("{:?} {:?}", to_json(&response.output), response.request_id),
        Err(Error::Service(error)) => format!(
            "{:?} {:?} {:?} {:?} {:?}",
            error.kind(),
            error.code(),
            error.message(),
            error.fault(),
            error.request_id()
        ),
        Err(_) => "malformed".into(),
    }
}
