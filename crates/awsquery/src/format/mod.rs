//! Formats, for authors of formats: the traits that visit, read and write structures.
//!
//! Generated code has facts but no logic. A [`Structure`] has a table of [`Member`]s, one per line, and
//! [`structure!`](crate::structure) implements the rest. Serializers implement [`Write`] and parsers implement
//! [`Read`]. A [`Value`] is the content of a member, a list or a map.
//!
//! This crate has the form of a request ([`to_form`]) and the XML of a response. The feature `json` adds JSON in both
//! directions, in the shape of boto3's output. The feature `serde` uses the same shape for serde's formats: every
//! generated type implements `Serialize` and `Deserialize`.

pub(crate) mod form;
#[cfg(feature = "json")]
pub(crate) mod json;
#[cfg(any(feature = "json", feature = "serde"))]
pub(crate) mod serde;
pub(crate) mod validate;
pub(crate) mod xml;

pub use self::form::to_form;
pub use crate::value::budget::DEPTH_LIMIT;
pub use crate::value::layout::{Collection, Layout, Member, TimestampFormat};
pub use crate::value::structure::{Read, Structure, Union, Value, Visit, Write};
