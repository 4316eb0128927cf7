//! Errors of requests, and the errors that AWS returns for them.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use http::StatusCode;

use crate::value::budget::DEPTH_LIMIT;
use crate::value::scalar::Expected;
use crate::value::text;

/// The maximum number of bytes of a value that an error quotes.
pub(super) const QUOTED: usize = 64;

/// The error of an invalid form: the reason, the key, and the error that AWS returns.
///
/// ```
/// use awsquery::server::QueryRequest;
///
/// let error = QueryRequest::parse(b"Action=DescribeExportTasks&Version=2014-10-31&Marker=%4").unwrap_err();
/// assert_eq!(error.to_string(), "Marker: expected two hexadecimal digits after each %");
/// assert_eq!((error.code(), error.status().as_u16()), ("MalformedQueryString", 404));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRequest {
    reason: InvalidReason,
    key: String,
}

/// The reason why a form is invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidReason {
    /// A `%` is not followed by two hexadecimal digits.
    Escape,
    /// The text is not UTF-8.
    Encoding,
    /// A pair is not `key=value` (REQ-3).
    Pair,
    /// A key occurs twice, in the form or in a map.
    DuplicateKey,
    /// `Action` is missing.
    MissingAction,
    /// `Version` is missing.
    MissingVersion,
    /// The service does not have the operation.
    UnknownAction {
        /// The requested operation.
        action: String,
        /// The requested version.
        version: String,
    },
    /// The service does not have the version.
    UnknownVersion {
        /// The requested operation.
        action: String,
        /// The requested version.
        version: String,
    },
    /// A list's index is invalid. Indices are decimal, start at 1, and have no leading zeros (REQ-8).
    Index {
        /// The text in place of the index.
        found: String,
    },
    /// A list's indices have a gap.
    Gap {
        /// The missing index.
        missing: usize,
    },
    /// An entry of a map has no key.
    EntryWithoutKey,
    /// A union has more than one member.
    SeveralVariants,
    /// Structures are nested deeper than [`DEPTH_LIMIT`](crate::format::DEPTH_LIMIT).
    TooDeep,
    /// Lists and structures would take far more memory than the form.
    TooMuchMemory {
        /// The maximum number of bytes.
        limit: usize,
    },
    /// The operation's input does not have the key.
    UnknownKey,
    /// A value has the wrong type.
    Value {
        /// A description of the expected value.
        expected: &'static str,
        /// The value found, shortened; `None` if it must not be shown.
        found: Option<String>,
    },
}

/// Returns the part of a request's text that errors keep.
pub(super) fn short(text: &str) -> String {
    text::shorten(text, text::SHOWN).into()
}

impl InvalidRequest {
    pub(super) fn new(reason: InvalidReason, key: &str) -> Self {
        Self { reason, key: short(key) }
    }

    pub(super) fn value(expected: Expected, found: &str, key: &str) -> Self {
        let found = Some(text::shorten(found, QUOTED).to_owned());
        Self::new(InvalidReason::Value { expected, found }, key)
    }

    /// Removes the value found.
    pub(super) fn redacted(mut self) -> Self {
        if let InvalidReason::Value { found, .. } = &mut self.reason {
            *found = None;
        }
        self
    }

    /// Returns the reason.
    pub fn reason(&self) -> &InvalidReason {
        &self.reason
    }

    /// Returns the form key of the error, such as `Filters.Filter.2`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns the code of AWS's error, one of those that all its Query services share.
    pub fn code(&self) -> &'static str {
        match &self.reason {
            InvalidReason::Escape | InvalidReason::Encoding | InvalidReason::Pair => "MalformedQueryString",
            InvalidReason::MissingAction => "MissingAction",
            InvalidReason::MissingVersion => "MissingParameter",
            InvalidReason::UnknownAction { .. } | InvalidReason::UnknownVersion { .. } => "InvalidAction",
            InvalidReason::Value { .. } => "InvalidParameterValue",
            InvalidReason::DuplicateKey
            | InvalidReason::Index { .. }
            | InvalidReason::Gap { .. }
            | InvalidReason::EntryWithoutKey
            | InvalidReason::SeveralVariants
            | InvalidReason::TooDeep
            | InvalidReason::TooMuchMemory { .. }
            | InvalidReason::UnknownKey => "InvalidQueryParameter",
        }
    }

    /// Returns the status of AWS's error.
    pub fn status(&self) -> StatusCode {
        match self.code() {
            "MalformedQueryString" => StatusCode::NOT_FOUND,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what: Cow<'_, str> = match &self.reason {
            InvalidReason::Escape => "expected two hexadecimal digits after each %".into(),
            InvalidReason::Encoding => "expected UTF-8".into(),
            InvalidReason::Pair => "expected key=value".into(),
            InvalidReason::DuplicateKey => "expected a key once, found it again".into(),
            InvalidReason::MissingAction | InvalidReason::MissingVersion => "required".into(),
            InvalidReason::UnknownAction { action, version }
            | InvalidReason::UnknownVersion { action, version } => {
                let (action, version) = (Shown(action), Shown(version));
                format!("could not find operation {action} for version {version}").into()
            }
            InvalidReason::Index { found } => {
                format!("expected the number of an element, from 1, found {found:?}").into()
            }
            InvalidReason::Gap { missing } => {
                format!("expected an element {missing}, found only later ones").into()
            }
            InvalidReason::EntryWithoutKey => "expected an entry with a key, found none".into(),
            InvalidReason::SeveralVariants => "expected one member of the union, found several".into(),
            InvalidReason::TooDeep => {
                format!("expected at most {} structures inside each other", DEPTH_LIMIT).into()
            }
            InvalidReason::TooMuchMemory { limit } => {
                format!("expected lists and structures that take at most {limit} bytes of memory").into()
            }
            InvalidReason::UnknownKey => "the operation has no such parameter".into(),
            InvalidReason::Value { expected, found: Some(found) } => {
                format!("expected {expected}, found {found:?}").into()
            }
            InvalidReason::Value { expected, found: None } => {
                format!("expected {expected}, found something else (sensitive, not shown)").into()
            }
        };
        match self.key.as_str() {
            "" => f.write_str(&what),
            key => write!(f, "{}: {what}", Shown(key)),
        }
    }
}

impl Error for InvalidRequest {}

/// A text from the request, short and printable, for use in responses.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::shorten(self.0, 2 * QUOTED).escape_debug().fmt(f)
    }
}
