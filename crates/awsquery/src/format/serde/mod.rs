//! serde for generated types, in the same shape as JSON: the model's member names, RFC 3339 timestamps in UTC, base64
//! blobs. Absent members are omitted.
//!
//! Works like any other format: `write` implements [`Write`](crate::format::Write) for any serializer, and `read`
//! implements [`Read`](crate::format::Read) for any deserializer. Generated types only forward to them.
//!
//! Human-readable formats represent NaN and the infinities as strings, because JSON has no such numbers. Other formats
//! use numbers, because their readers must know the type in advance.

mod read;
mod write;

use std::fmt::{self, Display};

use crate::value::text;

#[cfg(feature = "json")]
pub(crate) use self::read::deserialize_untold;
#[cfg(feature = "serde")]
pub use self::write::Exposed;
#[cfg(feature = "json")]
pub(crate) use self::write::serialize_exposed;

/// Functions that [`serde_impls!`](crate::serde_impls) calls in the crates that use it.
#[cfg(feature = "serde")]
#[doc(hidden)]
pub mod support {
    pub use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

    pub use super::read::deserialize;
    pub use super::write::serialize;
}

/// Implements serde's two traits for a type that implements [`Value`](crate::format::Value). A blanket implementation
/// of a foreign trait is not allowed.
#[cfg(feature = "serde")]
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

/// The path of a value: a linked list on the stack, because only errors need it as text.
#[derive(Clone, Copy)]
enum Place<'a> {
    Root,
    /// The root in a format whose errors include the path, such as JSON.
    #[cfg_attr(not(feature = "json"), expect(dead_code))]
    Untold,
    Member(&'a Place<'a>, &'a str),
    Element(&'a Place<'a>, usize),
}

impl Place<'_> {
    /// Returns true if the format's errors include the path, so messages must not.
    fn is_untold(&self) -> bool {
        match self {
            Place::Root => false,
            Place::Untold => true,
            Place::Member(outer, _) | Place::Element(outer, _) => outer.is_untold(),
        }
    }

    /// Returns the message after the path: `Filters[0].Values: …`.
    fn message(&self, message: impl Display) -> String {
        match self {
            Place::Root => message.to_string(),
            place if place.is_untold() => message.to_string(),
            place => format!("{place}: {message}"),
        }
    }
}

/// Returns a name for a path. A map's key may be as long as the document.
fn shown(name: &str) -> &str {
    text::shorten(name, 128)
}

impl Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Root | Place::Untold => Ok(()),
            Place::Member(Place::Root, name) => f.write_str(shown(name)),
            Place::Member(outer, name) => write!(f, "{outer}.{}", shown(name)),
            Place::Element(outer, index) => write!(f, "{outer}[{index}]"),
        }
    }
}
