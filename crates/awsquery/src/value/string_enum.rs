//! Open enumerations: the values in the model, and any other value.

use std::fmt;
use std::mem::discriminant;

/// An enumeration of strings. Unknown values are kept and serialized unchanged, because services add values without
/// notice. Parsing is case-sensitive.
///
/// Generated enumerations implement it with [`string_enum!`](crate::string_enum).
pub trait StringEnum: Sized + Clone + PartialEq + 'static {
    /// The values in the model, each with its text.
    const VALUES: &'static [(Self, &'static str)];

    /// Wraps a value that the model does not have.
    fn unknown(value: UnknownValue) -> Self;

    /// Returns the unknown value if this is one.
    fn as_unknown(&self) -> Option<&UnknownValue>;

    /// Parses a value.
    fn parse(text: &str) -> Self {
        Self::named(text).unwrap_or_else(|| Self::unknown(UnknownValue(text.into())))
    }

    /// Returns the value in the model with this text, if any.
    fn named(text: &str) -> Option<Self> {
        Self::VALUES.iter().find(|(_, name)| *name == text).map(|(value, _)| value.clone())
    }

    /// Returns the value's text.
    fn text(&self) -> &str {
        match self.as_unknown() {
            Some(UnknownValue(text)) => text,
            None => Self::VALUES.get(position(self)).map_or("", |(_, text)| text),
        }
    }
}

/// Returns the index of a value in the model, or the number of values for others.
fn position<T: StringEnum>(value: &T) -> usize {
    let kind = discriminant(value);
    T::VALUES.iter().position(|(named, _)| discriminant(named) == kind).unwrap_or(T::VALUES.len())
}

/// The text of a value that the model does not have.
///
/// Only parsing creates it. An enumeration therefore never holds one of its own named values as unknown, unless it is
/// given the unknown value of another enumeration.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    /// Returns the text as received.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The functions that [`string_enum!`](crate::string_enum) calls. Never inlined, so that only the calls are compiled
/// into each use.
#[doc(hidden)]
pub mod support {
    use std::cmp::Ordering;
    use std::fmt;
    use std::hash::{Hash, Hasher};
    use std::mem::discriminant;

    use super::position;
    use crate::value::members::unraw;
    use crate::value::string_enum::StringEnum;

    /// Formats a value. `names` are the names of the variants, separated by white space.
    #[inline(never)]
    pub fn debug<T: StringEnum>(value: &T, f: &mut fmt::Formatter<'_>, names: &str) -> fmt::Result {
        match value.as_unknown() {
            Some(unknown) => f.debug_tuple("Unknown").field(unknown).finish(),
            None => {
                f.write_str(unraw(names.split_ascii_whitespace().nth(position(value)).unwrap_or_default()))
            }
        }
    }

    #[inline(never)]
    pub fn eq<T: StringEnum>(one: &T, other: &T) -> bool {
        discriminant(one) == discriminant(other) && one.as_unknown() == other.as_unknown()
    }

    #[inline(never)]
    pub fn cmp<T: StringEnum>(one: &T, other: &T) -> Ordering {
        let order = position(one).cmp(&position(other));
        order.then_with(|| one.as_unknown().cmp(&other.as_unknown()))
    }

    #[inline(never)]
    pub fn hash<T: StringEnum>(value: &T, state: &mut impl Hasher) {
        discriminant(value).hash(state);
        value.as_unknown().hash(state);
    }
}

/// Implements [`StringEnum`] from a table. Each line has a variant and its text on the wire. All variants are listed
/// except `Unknown`, which holds an [`UnknownValue`](crate::UnknownValue).
///
/// Also implements `Clone`, `Debug`, `PartialEq`, `Eq`, `PartialOrd`, `Ord` and `Hash`, each as a derive with `Unknown`
/// as the last variant. Adds the usual conversions of texts: `as_str`, `AsRef<str>`, `Display`, `FromStr`, and `From`
/// in both directions. With the feature `serde`, it implements serde's traits.
///
/// ```
/// use awsquery::UnknownValue;
///
/// enum State {
///     Creating,
///     Available,
///     Unknown(UnknownValue),
/// }
///
/// awsquery::string_enum!(State {
///     Creating: "creating",
///     Available: "available",
/// });
///
/// assert_eq!(State::from("available"), State::Available);
/// assert_eq!(State::from("Available").to_string(), "Available");
/// assert_eq!(format!("{:?}", State::from("Available")), r#"Unknown("Available")"#);
/// assert!(State::Creating < State::Available && State::Available < State::from("a"));
/// ```
//
// Derives would work, but cost more compile time; see `structure!`.
#[macro_export]
macro_rules! string_enum {
    ($type:ident { $($variant:ident: $text:literal),* $(,)? }) => {
        #[allow(deprecated)]
        impl $crate::StringEnum for $type {
            const VALUES: &'static [(Self, &'static str)] = &[$((Self::$variant, $text)),*];

            #[inline]
            fn unknown(value: $crate::UnknownValue) -> Self {
                Self::Unknown(value)
            }

            #[inline]
            fn as_unknown(&self) -> ::core::option::Option<&$crate::UnknownValue> {
                match self {
                    Self::Unknown(value) => ::core::option::Option::Some(value),
                    #[allow(unreachable_patterns)]
                    _ => ::core::option::Option::None,
                }
            }
        }

        #[allow(deprecated)]
        impl ::core::clone::Clone for $type {
            #[inline]
            fn clone(&self) -> Self {
                match self {
                    $(Self::$variant => Self::$variant,)*
                    Self::Unknown(value) => Self::Unknown(::core::clone::Clone::clone(value)),
                }
            }
        }

        #[allow(deprecated)]
        impl ::core::fmt::Debug for $type {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::generated::string_enum::debug(self, f, ::core::stringify!($($variant)*))
            }
        }

        #[allow(deprecated)]
        impl ::core::cmp::PartialEq for $type {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::generated::string_enum::eq(self, other)
            }
        }

        #[allow(deprecated)]
        impl ::core::cmp::Eq for $type {}

        #[allow(deprecated)]
        impl ::core::cmp::PartialOrd for $type {
            #[inline]
            fn partial_cmp(&self, other: &Self) -> ::core::option::Option<::core::cmp::Ordering> {
                ::core::option::Option::Some(::core::cmp::Ord::cmp(self, other))
            }
        }

        #[allow(deprecated)]
        impl ::core::cmp::Ord for $type {
            #[inline]
            fn cmp(&self, other: &Self) -> ::core::cmp::Ordering {
                $crate::generated::string_enum::cmp(self, other)
            }
        }

        #[allow(deprecated)]
        impl ::core::hash::Hash for $type {
            #[inline]
            fn hash<H: ::core::hash::Hasher>(&self, state: &mut H) {
                $crate::generated::string_enum::hash(self, state);
            }
        }

        #[allow(deprecated)]
        impl $type {
            /// Returns the value's text on the wire.
            #[inline]
            pub fn as_str(&self) -> &str {
                $crate::StringEnum::text(self)
            }
        }

        #[allow(deprecated)]
        impl ::core::convert::From<&str> for $type {
            #[inline]
            fn from(text: &str) -> Self {
                $crate::StringEnum::parse(text)
            }
        }

        #[allow(deprecated)]
        impl ::core::convert::From<::std::string::String> for $type {
            #[inline]
            fn from(text: ::std::string::String) -> Self {
                $crate::StringEnum::parse(&text)
            }
        }

        #[allow(deprecated)]
        impl ::core::str::FromStr for $type {
            type Err = ::core::convert::Infallible;

            #[inline]
            fn from_str(text: &str) -> ::core::result::Result<Self, ::core::convert::Infallible> {
                ::core::result::Result::Ok($crate::StringEnum::parse(text))
            }
        }

        #[allow(deprecated)]
        impl ::core::convert::AsRef<str> for $type {
            #[inline]
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        #[allow(deprecated)]
        impl ::core::convert::From<$type> for ::std::string::String {
            #[inline]
            fn from(value: $type) -> Self {
                ::std::string::String::from(value.as_str())
            }
        }

        #[allow(deprecated)]
        impl ::core::fmt::Display for $type {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        #[allow(deprecated)]
        impl $crate::format::Value for $type {
            #[inline]
            fn write<W: $crate::format::Write>(
                &self,
                w: &mut W,
                layout: &'static $crate::format::Layout,
            ) -> ::core::result::Result<(), W::Error> {
                w.string(self.as_str(), layout)
            }

            #[inline]
            fn read<R: $crate::format::Read>(
                slot: &mut ::core::option::Option<Self>,
                r: &mut R,
                _: &'static $crate::format::Layout,
            ) -> ::core::result::Result<(), R::Error> {
                r.text_as(slot, $crate::StringEnum::parse)
            }

            #[inline]
            fn missing() -> ::core::option::Option<Self> {
                ::core::option::Option::Some($crate::StringEnum::parse(""))
            }
        }

        $crate::serde_impls!($type);
    };
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use crate::value::string_enum::UnknownValue;

    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    enum Derived {
        Second,
        First,
        Unknown(&'static str),
    }

    #[allow(unreachable_pub)] // Of generated enumerations it is not.
    mod listed {
        use super::UnknownValue;

        pub(super) enum Derived {
            Second,
            First,
            Unknown(UnknownValue),
        }

        crate::string_enum!(Derived { Second: "b", First: "a" });

        pub(super) enum Empty {
            Unknown(UnknownValue),
        }

        crate::string_enum!(Empty {});
    }

    #[test]
    fn a_listed_enumeration_is_as_a_derived_one() {
        let texts = ["a", "b", "c", "", "A", "d"];
        let derived = texts.map(|text| match text {
            "a" => Derived::First,
            "b" => Derived::Second,
            other => Derived::Unknown(other),
        });
        let listed = texts.map(listed::Derived::from);
        for (i, j) in (0..texts.len()).flat_map(|i| (0..texts.len()).map(move |j| (i, j))) {
            assert_eq!(listed[i].cmp(&listed[j]), derived[i].cmp(&derived[j]), "{i} {j}");
            assert_eq!(listed[i] == listed[j], derived[i] == derived[j], "{i} {j}");
        }
        assert_eq!(format!("{listed:?}"), format!("{derived:?}"));
        assert_eq!(listed.clone(), listed);
        assert_eq!(listed.iter().map(listed::Derived::as_str).collect::<Vec<_>>(), texts);
        assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), texts.len());
        assert_eq!(listed.iter().chain(&listed.clone()).collect::<HashSet<_>>().len(), texts.len());
        assert_eq!(format!("{:?}", listed::Empty::from("a")), "Unknown(\"a\")");
    }
}
