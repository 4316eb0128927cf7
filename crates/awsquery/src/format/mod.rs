//! Formats, for those who write one: what visits structures and reads or writes them.
//!
//! Generated code states facts and has no logic: a [`Structure`] has a table of [`Member`]s, one line a member, and
//! [`structure!`](crate::structure) makes the rest of it. Formats visit it: what writes implements [`Write`], what reads
//! implements [`Read`], and [`Value`] is what a member, a list or a map holds.
//!
//! The formats of this crate are the form of a request ([`to_form`]), the XML of a response, and, with the feature `json`, JSON
//! both ways in the shape that boto3's users know. The feature `serde` has the same shape for serde's formats: every
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
