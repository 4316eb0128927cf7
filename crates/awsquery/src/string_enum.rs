//! Open enumerations: values that the model names, and any other.

use std::fmt;

/// An enumeration of strings. Values that the model does not name are kept and written back unchanged, since services
/// add values without notice; they parse exactly, case included.
///
/// Generated enumerations implement this by a table; `as_str`, `From<&str>`, `Display` and the rest stand on it, by
/// [`string_enum!`](crate::string_enum).
pub trait StringEnum: Sized + Clone + PartialEq + 'static {
    /// The values that the model names, each with its text.
    const VALUES: &'static [(Self, &'static str)];

    /// Wraps a value that the model does not name.
    fn unknown(value: UnknownValue) -> Self;

    /// The value that the model does not name, if this is one.
    fn as_unknown(&self) -> Option<&UnknownValue>;

    /// The value with this text.
    fn parse(text: &str) -> Self {
        Self::named(text).unwrap_or_else(|| Self::unknown(UnknownValue(text.into())))
    }

    /// The value that the model names so, if it names one.
    fn named(text: &str) -> Option<Self> {
        Self::VALUES.iter().find(|(_, name)| *name == text).map(|(value, _)| value.clone())
    }

    /// The value's text.
    fn text(&self) -> &str {
        match self.as_unknown() {
            Some(UnknownValue(text)) => text,
            None => Self::VALUES.iter().find(|(value, _)| value == self).map_or("", |(_, text)| text),
        }
    }
}

/// The text of a value that the model does not name.
///
/// Only parsing makes one, so that an enumeration never holds a named value in disguise.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    /// The text, as it came.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Implements what users call on an enumeration that implements [`StringEnum`].
#[macro_export]
macro_rules! string_enum {
    ($type:ident) => {
        impl $type {
            /// The value's text, as the wire has it.
            #[inline]
            pub fn as_str(&self) -> &str {
                $crate::StringEnum::text(self)
            }
        }

        impl ::core::convert::From<&str> for $type {
            #[inline]
            fn from(text: &str) -> Self {
                $crate::StringEnum::parse(text)
            }
        }

        impl ::core::convert::From<::std::string::String> for $type {
            #[inline]
            fn from(text: ::std::string::String) -> Self {
                $crate::StringEnum::parse(&text)
            }
        }

        impl ::core::str::FromStr for $type {
            type Err = ::core::convert::Infallible;

            #[inline]

            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                ::core::result::Result::Ok($crate::StringEnum::parse(text))
            }
        }

        impl ::core::convert::AsRef<str> for $type {
            #[inline]
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::core::convert::From<$type> for ::std::string::String {
            #[inline]
            fn from(value: $type) -> Self {
                value.as_str().into()
            }
        }

        impl ::core::fmt::Display for $type {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::Value for $type {
            #[inline]
            fn write<W: $crate::Write>(
                &self,
                w: &mut W,
                layout: &'static $crate::Layout,
            ) -> ::core::result::Result<(), W::Error> {
                w.string(self.as_str(), layout)
            }

            #[inline]
            fn read<R: $crate::Read>(
                slot: &mut ::core::option::Option<Self>,
                r: &mut R,
                _: &'static $crate::Layout,
            ) -> ::core::result::Result<(), R::Error> {
                r.text_as(slot, $crate::StringEnum::parse)
            }

            #[inline]

            fn missing() -> ::core::option::Option<Self> {
                ::core::option::Option::Some("".into())
            }
        }

        $crate::serde_impls!($type);
    };
}
