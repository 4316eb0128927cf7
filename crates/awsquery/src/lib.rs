//! The awsQuery protocol without I/O: the runtime of generated protocol crates such as `rds-protocol`.
//!
//! A request is a plain structure that implements [`Operation`]. It becomes an [`http::Request`], which any HTTP client
//! can sign and send. The response's status, headers and body become an output or an [`Error`]. This crate opens no
//! socket, needs no async runtime and reads no clock.
//!
//! # Limits
//!
//! Responses, and requests to a test server, may come from untrusted parties. Parsing takes time in proportion to the
//! length of the input, and has these limits:
//!
//! | resource | limit |
//! |---|---|
//! | nesting depth of elements | [`format::DEPTH_LIMIT`] |
//! | attributes of an element | 256 |
//! | total memory for list and map elements and for recursive structures | 16 MiB, plus 4 bytes for each byte of the document |
//! | memory for a text | its length in the document: no reference expands to more text |
//! | quote of a value in an error | 64 bytes; none of a sensitive value |
//! | document type definitions, and entities other than the five of XML | none: a document with one is rejected |
//!
//! Parsing never fetches a resource that a document names. **The caller must limit the length of a body** before it is
//! in memory, because only the HTTP client can. `awsquery-client` has its `response_limit` for that.
//!
//! A growing list is briefly in memory twice, and allocators round up, so plan for twice the limit above. For a
//! document of 16 MiB, the default of `response_limit`, that is 160 MiB plus the document and its texts.
//!
//! # Modules
//!
//! The root has the items that users of a protocol crate need. The modules have the rest:
//!
//! - [`error`]: errors of calls, requests and documents, and the tables that identify errors
//! - [`pages`], [`retry`], [`waiter`]: state machines for pagination, retries and waits
//! - [`mod@format`]: the facts of a structure, and the traits that formats implement
//! - `server`: the service's side, with the feature `server`
//!
//! # XML reader
//!
//! This crate has its own XML scanner, since the XML that AWS sends uses only part of XML. The scanner is as strict as
//! XML 1.0 and rejects document type definitions. [`design`] describes how it works and how fast it is. It also
//! describes how tests compare it with a second reader, based on quick-xml.
//!
//! Rule ids such as REQ-16 refer to the rules of the wire format. Tests are named after them.

mod call;
#[cfg(doc)]
#[doc = include_str!("format/xml/DESIGN.md")]
pub mod design {}
pub mod endpoint;
pub mod format;
#[doc(hidden)]
pub mod generated;
#[doc(hidden)]
pub mod support {
    //! Items that the other crates of this workspace use. They may change in any version.

    pub use crate::call::operation::check_endpoint;
    pub use crate::value::text::{SHOWN, bounded, is_host_label, shorten, url};
}
#[cfg(feature = "server")]
pub mod server;
mod value;

pub use http;
pub use jiff::{SignedDuration, Timestamp};

pub use crate::call::error::{Error, ServiceError};
pub use crate::call::operation::{Operation, RequestError, Service};
#[cfg(feature = "quick-xml")]
pub use crate::call::reference;
pub use crate::call::response::Response;
pub use crate::call::secrets::Secrets;
pub use crate::call::{pages, port, retry, waiter};
#[cfg(feature = "json")]
pub use crate::format::json::{from_json, to_json};
#[cfg(feature = "serde")]
pub use crate::format::serde::Exposed;
pub use crate::format::validate::ValidationError;
pub use crate::value::blob::Blob;
pub use crate::value::sensitive::Sensitive;
pub use crate::value::string_enum::{StringEnum, UnknownValue};

/// Errors of calls, requests and documents, and the tables that identify a service's errors.
///
/// A call ends in an [`Error`]. It is a [`ServiceError`] that the service returned, or a
/// [`MalformedResponse`](error::MalformedResponse), a success that cannot be read. A request that cannot be sent is a
/// [`RequestError`]. A request that the model does not allow is a [`ValidationError`].
pub mod error {
    pub use crate::call::error::{
        Error, ErrorDetails, ErrorShape, MalformedResponse, OperationErrorKind, ServiceError,
        ServiceErrorKind,
    };
    pub use crate::call::operation::RequestError;
    pub use crate::format::form::FormError;
    #[cfg(feature = "json")]
    pub use crate::format::json::JsonError;
    pub use crate::format::validate::{Reason, ValidationError, Violation};
    pub use crate::format::xml::XmlError;
}
