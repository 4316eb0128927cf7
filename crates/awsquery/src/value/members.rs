//! The macro [`structure!`](crate::structure), which implements a structure from its table, and its support functions.

use std::{fmt, str};

use crate::value::structure::{Value, Visit};

/// A visitor that formats members with their field names, as a derived `Debug` would.
struct Shown<'s, 'a, 'b> {
    fields: fmt::DebugStruct<'a, 'b>,
    names: str::SplitAsciiWhitespace<'s>,
}

impl Visit for Shown<'_, '_, '_> {
    fn member<T: Value>(&mut self, value: &Option<T>, _: &Option<T>) {
        self.fields.field(unraw(self.names.next().unwrap_or_default()), value);
    }
}

/// Returns an identifier without `r#`.
pub(crate) fn unraw(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// A visitor that compares members. Holds true if all members so far are equal.
struct Equal(bool);

impl Visit for Equal {
    fn member<T: Value>(&mut self, value: &Option<T>, other: &Option<T>) {
        self.0 = self.0 && value == other;
    }
}

/// The functions that [`structure!`](crate::structure) calls. Never inlined, so that only the calls are compiled into
/// each use.
#[doc(hidden)]
pub mod support {
    use std::fmt;

    use super::{Equal, Shown, unraw};
    use crate::value::structure::Structure;

    /// Rejects, at compile time, a table whose numbers are not 0, 1, 2 and so on as written:
    ///
    /// ```compile_fail,E0080
    /// struct Pair {
    ///     one: Option<i32>,
    ///     other: Option<i32>,
    /// }
    ///
    /// awsquery::structure!(Pair { 1: one = "One", 0: other = "Other" });
    ///
    /// awsquery::format::to_form("Ask", "2020-01-08", &Pair::default());
    /// ```
    pub const fn assert_numbered(numbers: &str) {
        let (numbers, mut expected, mut at) = (numbers.as_bytes(), 0, 0);
        while at < numbers.len() {
            let mut number = 0;
            while at < numbers.len() && numbers[at].is_ascii_digit() {
                number = number * 10 + (numbers[at] - b'0') as usize;
                at += 1;
            }
            assert!(number == expected, "expected the members to be numbered from 0, one after the other");
            expected += 1;
            at += 1;
        }
    }

    #[inline(never)]
    pub fn clone<T: Clone>(value: &Option<T>) -> Option<T> {
        value.clone()
    }

    #[inline(never)]
    pub fn eq<T: Structure>(one: &T, other: &T) -> bool {
        let mut equal = Equal(true);
        one.visit_members(other, &mut equal);
        equal.0
    }

    /// Formats a structure. `fields` are the field names, separated by white space.
    #[inline(never)]
    pub fn debug<T: Structure>(
        value: &T,
        f: &mut fmt::Formatter<'_>,
        name: &str,
        fields: &str,
    ) -> fmt::Result {
        let mut shown = Shown { fields: f.debug_struct(unraw(name)), names: fields.split_ascii_whitespace() };
        value.visit_members(value, &mut shown);
        shown.fields.finish()
    }
}

/// Implements [`Structure`](crate::format::Structure) from a table. Each line has a member's number, its field, its
/// name in the model, and calls of [`Member`](crate::format::Member)'s methods.
///
/// Every field is an `Option`, and all fields are listed, numbered from 0. The macro also implements `Clone`, `Debug`,
/// `Default` and `PartialEq`, each as a derive would. With the feature `serde`, it implements serde's traits.
///
/// ```
/// struct DescribeThings {
///     marker: Option<String>,
///     max_records: Option<i32>,
///     names: Option<Vec<String>>,
/// }
///
/// awsquery::structure!(DescribeThings {
///     0: marker = "Marker",
///     1: max_records = "MaxRecords".min(20.0).max(100.0),
///     2: names = "Names".list("member"),
/// });
///
/// let request = DescribeThings { max_records: Some(50), ..DescribeThings::default() };
/// assert_eq!(
///     awsquery::format::to_form("DescribeThings", "2020-01-08", &request)?,
///     "Action=DescribeThings&Version=2020-01-08&MaxRecords=50",
/// );
/// assert_eq!(format!("{request:?}"), "DescribeThings { marker: None, max_records: Some(50), names: None }");
/// # Ok::<(), awsquery::error::FormError>(())
/// ```
//
// Derives would work, but cost more compile time. Every user compiles a protocol crate with hundreds of structures, and
// rustc keeps the bodies of all these functions for dependent crates. Derived functions would inline `Option`'s own
// `eq` and `clone` for each member.
//
// The table has its own block because rustc would create a constant for each part of an array that a constant borrows.
#[macro_export]
macro_rules! structure {
    ($type:ident {
        $($index:literal: $field:ident = $name:literal $(.$fact:ident($($argument:tt)*))*),* $(,)?
    }) => {
        #[allow(deprecated, unused_variables)]
        impl $crate::format::Structure for $type {
            const MEMBERS: &'static [$crate::format::Member] = &{
                $crate::generated::structure::assert_numbered(::core::stringify!($($index)*));
                let members = [$($crate::format::Member::new($name)$(.$fact($($argument)*))*),*];
                members
            };

            #[inline]
            fn visit_members<V: $crate::format::Visit>(&self, other: &Self, v: &mut V) {
                $(v.member(&self.$field, &other.$field);)*
            }

            #[inline]
            fn read_member<R: $crate::format::Read>(
                &mut self,
                index: usize,
                r: &mut R,
                layout: &'static $crate::format::Layout,
            ) -> ::core::result::Result<(), R::Error> {
                match index {
                    $($index => r.member(&mut self.$field, layout),)*
                    _ => ::core::result::Result::Ok(()),
                }
            }
        }

        #[allow(deprecated)]
        impl ::core::clone::Clone for $type {
            #[inline]
            fn clone(&self) -> Self {
                Self { $($field: $crate::generated::structure::clone(&self.$field)),* }
            }
        }

        #[allow(deprecated)]
        impl ::core::fmt::Debug for $type {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::generated::structure::debug(self, f, ::core::stringify!($type), ::core::stringify!($($field)*))
            }
        }

        #[allow(deprecated)]
        impl ::core::default::Default for $type {
            #[inline]
            fn default() -> Self {
                Self { $($field: ::core::option::Option::None),* }
            }
        }

        #[allow(deprecated)]
        impl ::core::cmp::PartialEq for $type {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::generated::structure::eq(self, other)
            }
        }

        $crate::serde_impls!($type);
    };
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    #[derive(Clone, Debug, Default, PartialEq)]
    #[allow(dead_code)]
    struct Derived {
        r#type: Option<String>,
        ratio: Option<f64>,
        times: Option<Vec<Timestamp>>,
    }

    mod listed {
        pub(super) struct Derived {
            pub(super) r#type: Option<String>,
            pub(super) ratio: Option<f64>,
            pub(super) times: Option<Vec<super::Timestamp>>,
        }

        crate::structure!(Derived {
            0: r#type = "Type",
            1: ratio = "Ratio",
            2: times = "Times".list("member"),
        });

        pub(super) struct Empty {}

        crate::structure!(Empty {});
    }

    #[test]
    fn a_listed_structure_is_as_a_derived_one() {
        let (type_, ratio, times) = (Some("a \"b\"".to_owned()), Some(f64::NAN), Some(vec![Timestamp::MAX]));
        let derived = Derived { r#type: type_.clone(), ratio, times: times.clone() };
        let listed = listed::Derived { r#type: type_, ratio, times };
        assert_eq!(format!("{listed:?}"), format!("{derived:?}"));
        assert_eq!(format!("{listed:#?}"), format!("{derived:#?}"));
        assert_eq!(format!("{:?}", listed::Empty {}), "Empty");
        assert_eq!(listed == listed.clone(), derived == derived.clone(), "NaN equals nothing");
        assert!(listed::Derived::default() == listed::Derived::default());
        assert!(listed != listed::Derived { ratio: Some(1.0), ..listed.clone() });
    }
}
