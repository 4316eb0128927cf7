//! Validation of a request before it is sent.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::{self, Display};

use jiff::Timestamp;

use crate::value::layout::{Layout, Member};
use crate::value::structure::{Structure, Union, Value, Write};
use crate::value::text;

/// The maximum number of violations that `Display` and `Debug` show.
const MOST_SHOWN: usize = 32;

/// The maximum number of bytes of a map's key in a path.
const LONGEST_KEY: usize = 64;

/// All violations in a request: missing members, lengths and ranges.
///
/// Patterns and enumeration values are not checked, because services relax both without notice.
#[derive(Clone, PartialEq)]
pub struct ValidationError {
    violations: Vec<Violation>,
}

/// One violation: `Filters[0].Values: required`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Violation {
    /// The path of the member in the model's names. List indices start at 0.
    pub path: String,
    /// The reason.
    pub reason: Reason,
}

/// The reason for a violation.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// A required member is absent.
    Required,
    /// The length in characters, bytes or elements is out of bounds.
    Length {
        /// The minimum length; minus infinity without a bound.
        min: f64,
        /// The maximum length; infinity without a bound.
        max: f64,
        /// The actual length.
        found: usize,
    },
    /// The number is out of bounds.
    Range {
        /// The minimum value; minus infinity without a bound.
        min: f64,
        /// The maximum value; infinity without a bound.
        max: f64,
        /// The number; `None` if it is sensitive.
        found: Option<f64>,
    },
}

impl ValidationError {
    /// Returns all violations, in the model's order.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }
}

impl fmt::Debug for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.violations[..self.violations.len().min(MOST_SHOWN)];
        let count = self.violations.len();
        f.debug_struct("ValidationError").field("violations", &shown).field("count", &count).finish()
    }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.violations.iter().take(MOST_SHOWN).enumerate() {
            write!(f, "{}{violation}", if index == 0 { "" } else { "; " })?;
        }
        match self.violations.len() {
            count if count > MOST_SHOWN => write!(f, "; and {} more", count - MOST_SHOWN),
            _ => Ok(()),
        }
    }
}

impl Error for ValidationError {}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Required => f.write_str("required"),
            Self::Length { min, max, found } => bounds(f, "a length", *min, *max, found),
            Self::Range { min, max, found: Some(found) } => bounds(f, "a value", *min, *max, found),
            Self::Range { min, max, found: None } => {
                bounds(f, "a value", *min, *max, &"another (sensitive, not shown)")
            }
        }
    }
}

fn bounds(f: &mut fmt::Formatter<'_>, what: &str, min: f64, max: f64, found: &dyn Display) -> fmt::Result {
    match (min.is_finite(), max.is_finite()) {
        (true, true) => write!(f, "expected {what} from {min} to {max}, found {found}"),
        (true, false) => write!(f, "expected {what} of at least {min}, found {found}"),
        _ => write!(f, "expected {what} of at most {max}, found {found}"),
    }
}

/// Validates a structure.
///
/// # Errors
///
/// Returns all violations at once.
pub(crate) fn validate<T: Structure>(value: &T) -> Result<(), ValidationError> {
    let mut validator = Validator::default();
    let Ok(()) = validator.members(value);
    match validator.violations.is_empty() {
        true => Ok(()),
        false => Err(ValidationError { violations: validator.violations }),
    }
}

/// Visits a structure like a format and collects violations.
#[derive(Default)]
struct Validator {
    path: String,
    violations: Vec<Violation>,
    /// True while visiting a sensitive value.
    is_sensitive: bool,
}

type Done = Result<(), std::convert::Infallible>;

impl Validator {
    fn within(&mut self, segment: impl Display, visit: impl FnOnce(&mut Self) -> Done) -> Done {
        let outer = self.path.len();
        self.path.push_str(&segment.to_string());
        let done = visit(self);
        self.path.truncate(outer);
        done
    }

    fn violation(&mut self, reason: Reason) {
        self.violations.push(Violation { path: self.path.clone(), reason });
    }

    fn length(&mut self, found: usize, layout: &Layout) -> Done {
        let &Layout { min, max, .. } = layout;
        if (found as f64) < min || found as f64 > max {
            self.violation(Reason::Length { min, max, found });
        }
        Ok(())
    }

    fn range(&mut self, found: f64, layout: &Layout) -> Done {
        let &Layout { min, max, .. } = layout;
        if found < min || found > max {
            let found = Some(found).filter(|_| !self.is_sensitive);
            self.violation(Reason::Range { min, max, found });
        }
        Ok(())
    }

    /// Returns the path segment of a member, with its separator.
    fn member_segment(&self, member: &Member) -> String {
        format!("{}{}", if self.path.is_empty() { "" } else { "." }, member.name)
    }
}

impl Write for Validator {
    type Error = std::convert::Infallible;

    fn member<T: Value>(&mut self, member: &'static Member, value: &Option<T>) -> Done {
        match value {
            Some(value) => self.set_member(member, value),
            None if member.required => self.within(self.member_segment(member), |v| {
                v.violation(Reason::Required);
                Ok(())
            }),
            None => Ok(()),
        }
    }

    fn set_member<T: Value>(&mut self, member: &'static Member, value: &T) -> Done {
        self.within(self.member_segment(member), |v| value.write(v, &member.layout))
    }

    fn structure<T: Structure>(&mut self, value: &T) -> Done {
        self.members(value)
    }

    fn union<T: Union>(&mut self, value: &T) -> Done {
        value.write_variant(self)
    }

    /// The form writer rejects an unknown variant. The model has no facts about it to check.
    fn unknown_variant(&mut self, _: &str) -> Done {
        Ok(())
    }

    fn list<T: Value>(&mut self, items: &[T], layout: &'static Layout) -> Done {
        self.length(items.len(), layout)?;
        for (index, item) in items.iter().enumerate() {
            self.within(format_args!("[{index}]"), |v| item.write(v, layout.elements()))?;
        }
        Ok(())
    }

    fn map<K: AsRef<str>, V: Value>(&mut self, entries: &BTreeMap<K, V>, layout: &'static Layout) -> Done {
        self.length(entries.len(), layout)?;
        for (key, value) in entries {
            let segment = if self.is_sensitive {
                "[…]".into()
            } else {
                format!("[{:?}]", text::shorten(key.as_ref(), LONGEST_KEY))
            };
            self.within(segment, |v| value.write(v, layout.elements()))?;
        }
        Ok(())
    }

    fn string(&mut self, value: &str, layout: &'static Layout) -> Done {
        self.length(value.chars().count(), layout)
    }

    fn boolean(&mut self, _: bool) -> Done {
        Ok(())
    }

    fn long(&mut self, value: i64, layout: &'static Layout) -> Done {
        self.range(value as f64, layout)
    }

    fn float(&mut self, value: f32, layout: &'static Layout) -> Done {
        self.range(value.into(), layout)
    }

    fn double(&mut self, value: f64, layout: &'static Layout) -> Done {
        self.range(value, layout)
    }

    fn blob(&mut self, value: &[u8], layout: &'static Layout) -> Done {
        self.length(value.len(), layout)
    }

    /// Reports violations without the value, which includes map keys.
    fn sensitive<T: Value>(&mut self, value: &T, layout: &'static Layout) -> Done {
        let outer = std::mem::replace(&mut self.is_sensitive, true);
        let done = value.write(self, layout);
        self.is_sensitive = outer;
        done
    }

    fn timestamp(&mut self, _: Timestamp, _: &'static Layout) -> Done {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::sensitive::Sensitive;

    struct Secrets {
        number: Option<Sensitive<i32>>,
        named: Option<Sensitive<BTreeMap<String, String>>>,
    }

    const LONG: Layout = Layout::PLAIN.min(3.0);

    crate::structure!(Secrets {
        0: number = "Number".min(1000.0).max(9999.0),
        1: named = "Named".map_of("key", "value", &LONG),
    });

    #[test]
    fn nothing_of_a_sensitive_value_is_shown() {
        let named = BTreeMap::from([("hunter2".to_owned(), "a".to_owned())]);
        let secrets = Secrets { number: Some(5.into()), named: Some(named.into()) };
        let error = validate(&secrets).expect_err("two violations");
        assert_eq!(
            error.to_string(),
            "Number: expected a value from 1000 to 9999, found another (sensitive, not shown); \
             Named[…]: expected a length of at least 3, found 1"
        );
        assert_eq!(error, error.clone());
    }
}
