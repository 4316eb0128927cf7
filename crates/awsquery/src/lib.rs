//! The awsQuery protocol, sans-IO: the runtime below generated protocol crates such as `rds-protocol`.
//!
//! A request is a plain structure that implements [`Operation`]. It becomes an [`http::Request`], which any HTTP client
//! can sign and send; what comes back, status, headers and body, becomes an output or an [`Error`]. Nothing here opens
//! a socket, needs an async runtime, or reads a clock.
//!
//! # Limits
//!
//! A response may come from anyone, and a server's double reads requests from anyone. What is read takes time in proportion
//! to its length, whatever it holds, and is bounded:
//!
//! | what | bound |
//! |---|---|
//! | elements inside one another | [`format::DEPTH_LIMIT`] |
//! | attributes of an element | 256 |
//! | memory for the elements of lists and maps, and for structures inside their own kind, in all | 16 MiB, and 4 bytes for each byte of the document |
//! | memory for a text | the text as it is written: no reference stands for more than itself |
//! | what an error quotes of a value | 64 bytes; nothing of a sensitive one |
//! | document type definitions, and entities but the five of XML | none: a document that has one is refused |
//!
//! Nothing is fetched that a document names. **The caller bounds the length of a body**, before it is in memory, since
//! only the HTTP client can: `awsquery-client` has its `response_limit` for that. A list that grows is in memory twice for a
//! moment, and allocators round up; so memory is to be had for twice the bound above. For a document of 16 MiB, which is that
//! limit's default, these are 160 MiB besides the document and the texts in it.
//!
//! # Where things are
//!
//! Here is what users of a protocol crate need; the rest is in modules of its own:
//!
//! - [`error`]: errors of calls, of requests and of documents, and the tables that they are told apart by
//! - [`pages`], [`retry`], [`waiter`]: which request comes next, whether to try again and when, as state machines
//! - [`mod@format`]: the facts of a structure, and what formats implement
//! - `server`: the service's side, with the feature `server`
//!
//! # How responses are read
//!
//! A scanner of our own reads them, since the XML that AWS emits is simpler than XML. It is as strict as XML 1.0, and refuses
//! document type definitions. [`design`] says how it works, how fast it is, and how tests hold it to a second reader, on quick-xml.
//!
//! Rule ids in these pages, such as REQ-16, number the rules of the wire that the tests are named after.

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
    //! What the other crates of this workspace use as well. It may change in any version.

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

/// Errors of calls, requests and documents, and the facts that errors of a service are told apart by.
///
/// A call ends in an [`Error`]: a [`ServiceError`], which a service answers with, or a
/// [`MalformedResponse`](error::MalformedResponse), a success that cannot be read. A request that cannot be sent is a
/// [`RequestError`], one that the model does not allow a [`ValidationError`].
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
