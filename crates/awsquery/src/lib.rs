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
//! | elements inside one another | [`DEPTH_LIMIT`] |
//! | attributes of an element | 256 |
//! | memory for the elements of lists and maps, and for structures inside their own kind, in all | 16 MiB, and 64 bytes for each byte of the document |
//! | memory for a text | the text as it is written: no reference stands for more than itself |
//! | what an error quotes of a value | 64 bytes; nothing of a sensitive one |
//! | document type definitions, and entities but the five of XML | none: a document that has one is refused |
//!
//! Nothing is fetched that a document names. **The caller bounds the length of a body**, before it is in memory, since
//! only the HTTP client can: `rds-client` has its `response_limit` for that. A list that grows is in memory twice for a
//! moment, and allocators round up; so memory is to be had for twice the bound above.
//!
//! # For those who write formats
//!
//! Generated code states facts and has no logic: a [`Structure`] has a table of [`Member`]s, one line a member, and
//! [`structure!`] makes the rest of it. The formats visit it: what writes implements [`Write`], what reads implements
//! [`Read`]. They live here: the form of a request, the XML of a response, and, with the feature `json`, JSON both ways
//! in the shape that boto3's users know. The feature `serde` has the same shape for serde's formats: every generated type
//! implements `Serialize` and `Deserialize`.
//!
//! # How responses are read
//!
//! By a scanner of our own, since the XML that AWS emits is simpler than XML: it compares the tags that are expected as a
//! whole, and learns from the first structures of a list what stands between the texts of the others. What is unusual,
//! from comments to entities, is as allowed as before and checked as strictly, skipped elements included; a document type
//! definition is refused. The module `reference` (feature `quick-xml`) reads the same through quick-xml: the tests compare
//! the two on whatever they read.
//!
//! Texts are `String`s, an allocation each. Slices that share the response's bytes would be read faster by the system's
//! allocator, and no faster by one made for it; they would keep the whole response alive for the sake of one name, and
//! every user's signature would have to name a type of ours.
//!
//! Rule ids in these pages, such as REQ-16, number the rules of the wire that the tests are named after.

mod blob;
mod budget;
pub mod endpoint;
mod envelope;
mod error;
mod form;
#[rustfmt::skip]
mod generated;
#[cfg(feature = "json")]
mod json;
mod layout;
mod members;
mod operation;
mod pages;
mod path;
mod port;
#[cfg(feature = "quick-xml")]
pub mod reference;
mod retry;
mod scalar;
mod sensitive;
#[cfg(feature = "serde")]
mod serde;
pub mod server;
mod string_enum;
mod structure;
mod text;
mod timestamp;
mod validate;
mod waiter;
mod xml;

pub use http;
pub use jiff::{SignedDuration, Timestamp};

pub use crate::blob::Blob;
#[doc(hidden)]
pub use crate::error::support as __error;
pub use crate::error::{
    Error, ErrorDetails, ErrorShape, MalformedResponse, OperationErrorKind, ServiceError, ServiceErrorKind,
};
pub use crate::form::{FormError, to_form};
#[cfg(feature = "json")]
pub use crate::json::{JsonError, from_json, to_json};
pub use crate::layout::{Collection, Layout, Member, TimestampFormat};
pub use crate::members::Visit;
#[doc(hidden)]
pub use crate::members::support as __structure;
pub use crate::operation::{Operation, PrefixPart, RequestError, Response, Service, host_prefix};
pub use crate::pages::{Pages, Paginated, RepeatedMarker};
pub use crate::port::{InvalidPort, port_of};
pub use crate::retry::{Failure, Retries, RetryKind, RetryPolicy, TokenBucket};
pub use crate::sensitive::Sensitive;
#[cfg(feature = "serde")]
pub use crate::serde::Exposed;
#[cfg(feature = "serde")]
#[doc(hidden)]
pub use crate::serde::support as __serde;
#[doc(hidden)]
pub use crate::string_enum::support as __string_enum;
pub use crate::string_enum::{StringEnum, UnknownValue};
pub use crate::structure::{Read, Structure, Union, Value, Write, list, map};
pub use crate::validate::{Reason, ValidationError, Violation};
pub use crate::waiter::{
    Acceptor, AcceptorState, Delay, Limit, Matcher, Reached, Step, Wait, WaitError, Waiter, WaiterError,
    WaiterOutput, Why, every, joined,
};
pub use crate::xml::{DEPTH_LIMIT, XmlError, XmlWriteError};
