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

use crate::value::text;

#[cfg(feature = "json")]
pub(crate) use self::read::deserialize_untold;
#[cfg(feature = "serde")]
pub use self::write::Exposed;
#[cfg(feature = "json")]
pub(crate) use self::write::serialize_exposed;

/// Functions that [`serde_impls!`](crate::serde_impls) expands to calls of, in the crates that use it.
#[cfg(feature = "serde")]
#[doc(hidden)]
pub mod support {
    pub use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

    pub use super::read::deserialize;
    pub use super::write::serialize;
}

/// Implements serde's two traits for a type that implements [`Value`](crate::format::Value). A blanket implementation would be
/// one of a foreign trait for every type.
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

/// Where a value stands in the whole: a list on the stack, since only an error ever needs it as text.
#[derive(Clone, Copy)]
enum Place<'a> {
    Root,
    /// The whole, of a format whose errors say where they are: JSON.
    #[cfg_attr(not(feature = "json"), expect(dead_code))]
    Untold,
    Member(&'a Place<'a>, &'a str),
    Element(&'a Place<'a>, usize),
}

impl Place<'_> {
    /// Whether the format's errors say where they are, so that messages do not.
    fn is_untold(&self) -> bool {
        match self {
            Place::Root => false,
            Place::Untold => true,
            Place::Member(outer, _) | Place::Element(outer, _) => outer.is_untold(),
        }
    }

    /// The message, after the place: `Filters[0].Values: …`.
    fn message(&self, message: impl Display) -> String {
        match self {
            Place::Root => message.to_string(),
            place if place.is_untold() => message.to_string(),
            place => format!("{place}: {message}"),
        }
    }
}

/// A name in a place: a map's key may be as long as the document.
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
