//! serde for generated types, in the shape that JSON has here: the model's member names, absent members left out,
//! timestamps as RFC 3339 in UTC, blobs in base64.
//!
//! One format more that visits the facts: `write` has a [`Write`](crate::format::Write) over any serializer, `read` a
//! [`Read`](crate::format::Read) over any deserializer. Generated types only forward to them.
//!
//! What JSON cannot say is a string (NaN and the infinities), in formats that people read; others have them as numbers,
//! since a reader of such a format must know beforehand what comes.

mod read;
mod write;

use std::fmt::{self, Display};

pub use self::write::Exposed;

/// What [`serde_impls!`](crate::serde_impls) expands to calls, in the crates that it is used in.
#[doc(hidden)]
pub mod support {
    pub use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

    pub use super::read::deserialize;
    pub use super::write::serialize;
}

/// Implements serde's two traits for a type that implements [`Value`](crate::format::Value). A blanket implementation would be
/// one of a foreign trait for every type.
#[doc(hidden)]
#[macro_export]
macro_rules! serde_impls {
    ($type:ty) => {
        #[allow(deprecated)]
        impl $crate::generated::serde::Serialize for $type {
            fn serialize<S: $crate::generated::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::generated::serde::serialize(self, serializer)
            }
        }

        #[allow(deprecated)]
        impl<'de> $crate::generated::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::generated::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::generated::serde::deserialize(deserializer)
            }
        }
    };
}

/// Where a value stands in the whole: a list on the stack, since only an error ever needs it as text.
#[derive(Clone, Copy)]
enum Path<'a> {
    Root,
    Member(&'a Path<'a>, &'a str),
    Element(&'a Path<'a>, usize),
}

impl Path<'_> {
    /// The message, after the path: `Filters[0].Values: …`.
    fn message(&self, message: impl Display) -> String {
        match self {
            Path::Root => message.to_string(),
            path => format!("{path}: {message}"),
        }
    }
}

impl Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Member(Path::Root, name) => f.write_str(name),
            Path::Member(outer, name) => write!(f, "{outer}.{name}"),
            Path::Element(outer, index) => write!(f, "{outer}[{index}]"),
        }
    }
}
