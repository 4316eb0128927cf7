//! Complaints about a request, and the errors that AWS answers them with.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use http::StatusCode;

use crate::value::budget::DEPTH_LIMIT;
use crate::value::scalar::Expected;
use crate::value::text;

/// Bytes of a value that an error quotes.
pub(super) const QUOTED: usize = 64;

/// Why a form is no request: what is wrong, at which key, and the error that AWS answers with.
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

/// What is wrong with a form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidReason {
    /// A `%` without two hexadecimal digits behind it.
    Escape,
    /// Bytes that are no UTF-8.
    Encoding,
    /// A pair that is not `key=value` (REQ-3).
    Pair,
    /// A key that comes twice: in the form, or in a map.
    DuplicateKey,
    /// No `Action`.
    MissingAction,
    /// No `Version`.
    MissingVersion,
    /// An operation that the service does not have.
    UnknownAction {
        /// What was asked for.
        action: String,
        /// In which version.
        version: String,
    },
    /// A version that the service does not have.
    UnknownVersion {
        /// What was asked for.
        action: String,
        /// In which version.
        version: String,
    },
    /// Where the number of a list's element should stand, something else: numbers are decimal, from 1, without zeros in
    /// front (REQ-8).
    Index {
        /// What stands there.
        found: String,
    },
    /// A list whose elements are not numbered one after the other.
    Gap {
        /// The number that is missing.
        missing: usize,
    },
    /// An entry of a map that has no key.
    EntryWithoutKey,
    /// A union with more than one member.
    SeveralVariants,
    /// Structures inside each other beyond [`DEPTH_LIMIT`](crate::format::DEPTH_LIMIT).
    TooDeep,
    /// Lists and structures that would take far more memory than the form does.
    TooMuchMemory {
        /// How many bytes they may take.
        limit: usize,
    },
    /// A key that the operation's input does not have.
    UnknownKey,
    /// A value of another type.
    Value {
        /// What was expected.
        expected: &'static str,
        /// What was found, shortened; `None` where it must not be shown.
        found: Option<String>,
    },
}

/// The part of a request's text that errors keep.
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

    /// Forgets what was found.
    pub(super) fn redacted(mut self) -> Self {
        if let InvalidReason::Value { found, .. } = &mut self.reason {
            *found = None;
        }
        self
    }

    /// What is wrong.
    pub fn reason(&self) -> &InvalidReason {
        &self.reason
    }

    /// The form key where it was noticed, such as `Filters.Filter.2`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The code that AWS answers with, one of the errors that all its Query services have in common.
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

    /// The status that AWS answers with.
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

/// What came from outside, short and printable: it goes into answers.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::shorten(self.0, 2 * QUOTED).escape_debug().fmt(f)
    }
}
