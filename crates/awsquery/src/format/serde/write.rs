//! Serialization of values.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_core::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};

use super::Place;
use crate::value::layout::{Layout, Member, TimestampFormat};
use crate::value::structure::{Structure, Union, Value, Write};
use crate::value::{scalar, timestamp};

/// Serializes a value with its sensitive values in clear text.
///
/// Without this wrapper, serializing a sensitive value is an error, because serialized values often end up in logs and
/// files.
///
/// ```
/// # use awsquery::{Exposed, Sensitive};
/// # struct Login { password: Option<Sensitive<String>> }
/// # awsquery::structure!(Login { 0: password = "Password" });
/// let login = Login { password: Some("hunter2".into()) };
/// assert!(serde_json::to_string(&login).is_err());
/// assert_eq!(serde_json::to_string(&Exposed(&login))?, r#"{"Password":"hunter2"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[cfg(feature = "serde")]
#[derive(Clone, Copy, Debug)]
pub struct Exposed<'a, T>(pub &'a T);

#[cfg(feature = "serde")]
impl<T: Value> Serialize for Exposed<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_exposed(self.0, serializer)
    }
}

/// Serializes a value with its sensitive values in clear text.
pub(crate) fn serialize_exposed<T: Value, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    Written { value, layout: &Layout::PLAIN, place: Place::Root, exposed: true }.serialize(serializer)
}

/// Serializes a value. Fails if it holds a sensitive one.
#[cfg(feature = "serde")]
pub fn serialize<T: Value, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    Written { value, layout: &Layout::PLAIN, place: Place::Root, exposed: false }.serialize(serializer)
}

/// A value, with the facts that a serializer does not know.
struct Written<'a, T> {
    value: &'a T,
    layout: &'static Layout,
    place: Place<'a>,
    exposed: bool,
}

impl<T: Value> Serialize for Written<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut writer = Writer { state: State::Value(serializer), place: self.place, exposed: self.exposed };
        self.value.write(&mut writer, self.layout)?;
        match writer.state {
            State::Done(ok) => Ok(ok),
            _ => Err(writer.misused()),
        }
    }
}

/// Writes one value. Writing consumes the serializer, hence the states.
struct Writer<'p, S: Serializer> {
    state: State<S>,
    place: Place<'p>,
    exposed: bool,
}

enum State<S: Serializer> {
    /// The value is not written yet.
    Value(S),
    /// Counts the members that are set. Formats that are not self-describing begin with their number.
    Count(usize),
    /// A structure or union is being written.
    Members(S::SerializeMap),
    /// The value is written.
    Done(S::Ok),
    /// The state is being replaced.
    Taken,
}

impl<'p, S: Serializer> Writer<'p, S> {
    /// Returns another writer at the same path.
    fn with(&self, state: State<S>) -> Self {
        Self { state, ..*self }
    }

    fn error(&self, message: &str) -> S::Error {
        S::Error::custom(self.place.message(message))
    }

    /// Returns the error of an incorrect [`Value`] implementation.
    fn misused(&self) -> S::Error {
        self.error("expected exactly one value to be written")
    }

    fn value(&mut self, write: impl FnOnce(S) -> Result<S::Ok, S::Error>) -> Result<(), S::Error> {
        match std::mem::replace(&mut self.state, State::Taken) {
            State::Value(serializer) => {
                self.state = State::Done(write(serializer)?);
                Ok(())
            }
            _ => Err(self.misused()),
        }
    }

    fn map_of(
        &mut self,
        length: usize,
        write: impl FnOnce(&mut Self) -> Result<(), S::Error>,
    ) -> Result<(), S::Error> {
        let mut inner = self.with(State::Taken);
        self.value(|serializer| {
            inner.state = State::Members(serializer.serialize_map(Some(length))?);
            write(&mut inner)?;
            match inner.state {
                State::Members(map) => map.end(),
                _ => Err(inner.misused()),
            }
        })
    }

    /// Returns NaN or an infinity as a string for human-readable formats.
    fn special<T: Into<f64> + Copy + std::fmt::Debug>(&self, value: T) -> Option<String> {
        let State::Value(serializer) = &self.state else { return None };
        let wide: f64 = value.into();
        (serializer.is_human_readable() && !wide.is_finite()).then(|| {
            let mut text = String::new();
            scalar::format_float(&mut text, value);
            text
        })
    }
}

impl<S: Serializer> Write for Writer<'_, S> {
    type Error = S::Error;

    fn set_member<T: Value>(&mut self, member: &'static Member, value: &T) -> Result<(), S::Error> {
        match &mut self.state {
            State::Count(set) => {
                *set += 1;
                Ok(())
            }
            State::Members(map) => {
                let place = Place::Member(&self.place, member.name);
                let written = Written { value, layout: &member.layout, place, exposed: self.exposed };
                // Written as an option, because readers of formats that are not self-describing read an option.
                map.serialize_entry(member.name, &Some(written))
            }
            _ => Err(self.misused()),
        }
    }

    fn structure<T: Structure>(&mut self, value: &T) -> Result<(), S::Error> {
        let mut counter = self.with(State::Count(0));
        counter.members(value)?;
        let State::Count(length) = counter.state else { return Err(self.misused()) };
        self.map_of(length, |w| w.members(value))
    }

    fn union<T: Union>(&mut self, value: &T) -> Result<(), S::Error> {
        self.map_of(1, |w| value.write_variant(w))
    }

    fn unknown_variant(&mut self, name: &str) -> Result<(), S::Error> {
        Err(self.error(&format!("expected a variant of the model, found {name}, which it does not know")))
    }

    fn list<T: Value>(&mut self, items: &[T], layout: &'static Layout) -> Result<(), S::Error> {
        let Self { place, exposed, .. } = *self;
        self.value(|serializer| {
            let mut sequence = serializer.serialize_seq(Some(items.len()))?;
            for (index, value) in items.iter().enumerate() {
                let place = Place::Element(&place, index);
                sequence.serialize_element(&Written { value, layout: layout.elements(), place, exposed })?;
            }
            sequence.end()
        })
    }

    fn map<K: AsRef<str>, V: Value>(
        &mut self,
        entries: &BTreeMap<K, V>,
        layout: &'static Layout,
    ) -> Result<(), S::Error> {
        let Self { place, exposed, .. } = *self;
        self.value(|serializer| {
            let mut map = serializer.serialize_map(Some(entries.len()))?;
            for (key, value) in entries {
                let place = Place::Member(&place, key.as_ref());
                let written = Written { value, layout: layout.elements(), place, exposed };
                map.serialize_entry(key.as_ref(), &written)?;
            }
            map.end()
        })
    }

    fn string(&mut self, value: &str, _: &'static Layout) -> Result<(), S::Error> {
        self.value(|serializer| serializer.serialize_str(value))
    }

    fn boolean(&mut self, value: bool) -> Result<(), S::Error> {
        self.value(|serializer| serializer.serialize_bool(value))
    }

    fn integer(&mut self, value: i32, _: &'static Layout) -> Result<(), S::Error> {
        self.value(|serializer| serializer.serialize_i32(value))
    }

    fn long(&mut self, value: i64, _: &'static Layout) -> Result<(), S::Error> {
        self.value(|serializer| serializer.serialize_i64(value))
    }

    fn float(&mut self, value: f32, layout: &'static Layout) -> Result<(), S::Error> {
        if let Some(text) = self.special(value) {
            return self.string(&text, layout);
        }
        self.value(|serializer| match serializer.is_human_readable() {
            // Some of these formats store numbers as f64, and widening an f32 would add digits.
            true => serializer.serialize_f64(scalar::widen(value)),
            false => serializer.serialize_f32(value),
        })
    }

    fn double(&mut self, value: f64, layout: &'static Layout) -> Result<(), S::Error> {
        match self.special(value) {
            Some(text) => self.string(&text, layout),
            None => self.value(|serializer| serializer.serialize_f64(value)),
        }
    }

    fn blob(&mut self, value: &[u8], layout: &'static Layout) -> Result<(), S::Error> {
        self.string(&scalar::format_blob(value), layout)
    }

    fn timestamp(&mut self, value: Timestamp, layout: &'static Layout) -> Result<(), S::Error> {
        let mut text = String::new();
        match timestamp::write(&mut text, value, TimestampFormat::DateTime) {
            Ok(()) => self.string(&text, layout),
            Err(expected) => Err(self.error(&format!("expected {expected}, found {value}"))),
        }
    }

    fn sensitive<T: Value>(&mut self, value: &T, layout: &'static Layout) -> Result<(), S::Error> {
        match self.exposed {
            // The original message may quote the value.
            true => value
                .write(self, layout)
                .map_err(|_| self.error("expected another value (sensitive, not shown)")),
            false => {
                Err(self.error("a sensitive value: wrap what holds it in `Exposed` to write it in clear"))
            }
        }
    }
}
