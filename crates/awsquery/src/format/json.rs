//! JSON in the shape that boto3's users know: the model's member names, timestamps as RFC 3339 in UTC, blobs in base64,
//! NaN and the infinities as strings. Absent members are left out.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use jiff::Timestamp;
use serde_json::{Map, Number, Value as Json};

use crate::value::layout::{Layout, Member, TimestampFormat};
use crate::value::path::Path;
use crate::value::scalar::{self, Expected};
use crate::value::structure::{Read, Structure, Union, Value, Write};
use crate::value::timestamp;

/// The JSON of a structure.
///
/// Members stand in the model's order, so that the same value always gives the same text: `{}` prints it in one line,
/// `{:#}` in several. Sensitive values are written like any other: this is for fixtures and for programs that asked for
/// the value.
///
/// ```
/// # struct Task { status: Option<String> }
/// # awsquery::structure!(Task { 0: status = "Status" });
/// # let task = Task { status: Some("COMPLETE".into()) };
/// assert_eq!(awsquery::to_json(&task)?.to_string(), r#"{"Status":"COMPLETE"}"#);
/// # Ok::<(), awsquery::error::JsonError>(())
/// ```
///
/// # Errors
///
/// A union's variant that the model does not know, since it has a name and no value; a timestamp before the year 1.
pub fn to_json<T: Structure>(value: &T) -> Result<Json, JsonError> {
    let mut writer = JsonWriter::default();
    writer.structure(value)?;
    Ok(writer.value)
}

/// Reads a structure from JSON. A member that is `null` is absent.
///
/// # Errors
///
/// A member that the model does not have, or a value of another type, with its path.
pub fn from_json<T: Structure>(json: &Json) -> Result<T, JsonError> {
    let mut value = T::default();
    JsonReader { json }.structure(&mut value)?;
    Ok(value)
}

/// Why a structure has no JSON, or JSON is no structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    path: Path,
    message: String,
}

impl JsonError {
    fn new(message: impl Into<String>) -> Self {
        Self { path: Path::default(), message: message.into() }
    }

    fn within(mut self, member: &str) -> Self {
        self.path.within(member);
        self
    }

    fn at(mut self, index: usize) -> Self {
        self.path.at(index);
        self
    }

    /// Where it is, such as `Filters[0].Values`; empty for the structure as a whole.
    pub fn path(&self) -> String {
        self.path.to_string()
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.introduce(f)?;
        f.write_str(&self.message)
    }
}

impl Error for JsonError {}

/// Leaves in `value` what was written last.
#[derive(Debug, Default)]
struct JsonWriter {
    value: Json,
    /// The members of the structure that is being written.
    members: Map<String, Json>,
}

impl JsonWriter {
    fn object(&mut self, write: impl FnOnce(&mut Self) -> Result<(), JsonError>) -> Result<(), JsonError> {
        let outer = std::mem::take(&mut self.members);
        write(self)?;
        self.value = Json::Object(std::mem::replace(&mut self.members, outer));
        Ok(())
    }

    fn number(&mut self, value: f64, text: impl FnOnce(&mut String)) {
        self.value = Number::from_f64(value).map_or_else(
            || {
                let mut special = String::new();
                text(&mut special);
                Json::String(special)
            },
            Json::Number,
        );
    }
}

impl Write for JsonWriter {
    type Error = JsonError;

    fn set_member<T: Value>(&mut self, member: &'static Member, value: &T) -> Result<(), JsonError> {
        value.write(self, &member.layout).map_err(|error| error.within(member.name))?;
        self.members.insert(member.name.into(), self.value.take());
        Ok(())
    }

    fn structure<T: Structure>(&mut self, value: &T) -> Result<(), JsonError> {
        self.object(|w| w.members(value))
    }

    fn union<T: Union>(&mut self, value: &T) -> Result<(), JsonError> {
        self.object(|w| value.write_variant(w))
    }

    fn unknown_variant(&mut self, name: &str) -> Result<(), JsonError> {
        Err(JsonError::new(format!("expected a variant of the model, found {name}, which it does not know")))
    }

    fn list<T: Value>(&mut self, items: &[T], layout: &'static Layout) -> Result<(), JsonError> {
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            item.write(self, layout.elements()).map_err(|error| error.at(index))?;
            values.push(self.value.take());
        }
        self.value = Json::Array(values);
        Ok(())
    }

    fn map<K: AsRef<str>, V: Value>(
        &mut self,
        entries: &BTreeMap<K, V>,
        layout: &'static Layout,
    ) -> Result<(), JsonError> {
        let mut object = Map::new();
        for (key, value) in entries {
            value.write(self, layout.elements()).map_err(|error| error.within(key.as_ref()))?;
            object.insert(key.as_ref().into(), self.value.take());
        }
        self.value = Json::Object(object);
        Ok(())
    }

    fn string(&mut self, value: &str, _: &'static Layout) -> Result<(), JsonError> {
        self.value = value.into();
        Ok(())
    }

    fn boolean(&mut self, value: bool) -> Result<(), JsonError> {
        self.value = value.into();
        Ok(())
    }

    fn long(&mut self, value: i64, _: &'static Layout) -> Result<(), JsonError> {
        self.value = value.into();
        Ok(())
    }

    fn float(&mut self, value: f32, _: &'static Layout) -> Result<(), JsonError> {
        self.number(scalar::widen(value), |text| scalar::format_float(text, value));
        Ok(())
    }

    fn double(&mut self, value: f64, _: &'static Layout) -> Result<(), JsonError> {
        self.number(value, |text| scalar::format_float(text, value));
        Ok(())
    }

    fn blob(&mut self, value: &[u8], _: &'static Layout) -> Result<(), JsonError> {
        self.value = scalar::format_blob(value).into();
        Ok(())
    }

    fn timestamp(&mut self, value: Timestamp, _: &'static Layout) -> Result<(), JsonError> {
        let mut text = String::new();
        timestamp::write(&mut text, value, TimestampFormat::DateTime)
            .map_err(|expected| JsonError::new(format!("expected {expected}, found {value}")))?;
        self.value = text.into();
        Ok(())
    }

    fn sensitive<T: Value>(&mut self, value: &T, layout: &'static Layout) -> Result<(), JsonError> {
        value.write(self, layout).map_err(|_| JsonError::new("expected another value (sensitive, not shown)"))
    }
}

#[derive(Clone, Copy, Debug)]
struct JsonReader<'a> {
    json: &'a Json,
}

impl<'a> JsonReader<'a> {
    fn expected(&self, what: &str) -> JsonError {
        match self.json {
            Json::Bool(_) | Json::Number(_) | Json::String(_) => {
                JsonError::new(format!("expected {what}, found {}", self.json))
            }
            _ => self.expected_collection(what),
        }
    }

    /// The same, of a collection. What stands in its place is not shown: the elements may be sensitive.
    fn expected_collection(&self, what: &str) -> JsonError {
        let found = match self.json {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::String(_) => "a string",
            Json::Array(_) => "an array",
            Json::Object(_) => "an object",
        };
        JsonError::new(format!("expected {what}, found {found}"))
    }

    /// A value that is converted, or `None` for `null`.
    fn scalar<T>(
        &self,
        slot: &mut Option<T>,
        expected: Expected,
        convert: impl FnOnce(&'a Json) -> Option<T>,
    ) -> Result<(), JsonError> {
        if !self.json.is_null() {
            *slot = Some(convert(self.json).ok_or_else(|| self.expected(expected))?);
        }
        Ok(())
    }

    fn object(&self) -> Result<&'a Map<String, Json>, JsonError> {
        self.json.as_object().ok_or_else(|| self.expected_collection("an object"))
    }

    fn members<T>(
        &self,
        members: &'static [Member],
        value: &mut T,
        read: impl Fn(&mut T, usize, &mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        for (name, json) in self.object()? {
            let Some(index) = members.iter().position(|member| member.name == name) else {
                return Err(JsonError::new("the model has no such member").within(name));
            };
            if !json.is_null() {
                read(value, index, &mut JsonReader { json }).map_err(|error| error.within(name))?;
            }
        }
        Ok(())
    }
}

impl Read for JsonReader<'_> {
    type Error = JsonError;

    fn structure<T: Structure>(&mut self, value: &mut T) -> Result<(), JsonError> {
        self.members(T::MEMBERS, value, |value, index, r| r.member_of(value, index))
    }

    fn union<T: Union>(&mut self) -> Result<Option<T>, JsonError> {
        if self.json.is_null() {
            return Ok(None);
        }
        let set = self.object()?.values().filter(|json| !json.is_null()).count();
        if set != 1 {
            return Err(self.expected_collection("exactly one member of the union"));
        }
        let mut slot = None;
        self.members(T::MEMBERS, &mut slot, T::read_variant)?;
        Ok(slot)
    }

    fn list<T: Value>(&mut self, items: &mut Vec<T>, layout: &'static Layout) -> Result<(), JsonError> {
        let array = self.json.as_array().ok_or_else(|| self.expected_collection("an array"))?;
        for (index, json) in array.iter().enumerate() {
            let mut slot = None;
            let mut reader = JsonReader { json };
            T::read(&mut slot, &mut reader, layout.elements()).map_err(|error| error.at(index))?;
            // A list has no way to say that an element is absent (REQ-19).
            items.push(slot.ok_or_else(|| reader.expected("a value").at(index))?);
        }
        Ok(())
    }

    fn map<K: From<String> + Ord, V: Value>(
        &mut self,
        entries: &mut BTreeMap<K, V>,
        layout: &'static Layout,
    ) -> Result<(), JsonError> {
        for (key, json) in self.object()? {
            let mut slot = None;
            let mut reader = JsonReader { json };
            V::read(&mut slot, &mut reader, layout.elements()).map_err(|error| error.within(key))?;
            let value = slot.ok_or_else(|| reader.expected("a value").within(key))?;
            entries.insert(key.clone().into(), value);
        }
        Ok(())
    }

    fn string(&mut self, slot: &mut Option<String>) -> Result<(), JsonError> {
        self.scalar(slot, "a string", |json| json.as_str().map(str::to_owned))
    }

    fn boolean(&mut self, slot: &mut Option<bool>) -> Result<(), JsonError> {
        self.scalar(slot, "true or false", Json::as_bool)
    }

    fn integer(&mut self, slot: &mut Option<i32>) -> Result<(), JsonError> {
        self.scalar(slot, "an integer of 32 bits", |json| json.as_i64()?.try_into().ok())
    }

    fn long(&mut self, slot: &mut Option<i64>) -> Result<(), JsonError> {
        self.scalar(slot, "an integer of 64 bits", Json::as_i64)
    }

    fn float(&mut self, slot: &mut Option<f32>) -> Result<(), JsonError> {
        self.scalar(slot, "a number, NaN, Infinity or -Infinity", |json| match json {
            Json::String(text) => scalar::parse_float(text).ok().filter(|value| !value.is_finite()),
            number => number.as_f64().map(|wide| wide as f32).filter(|value| value.is_finite()),
        })
    }

    fn double(&mut self, slot: &mut Option<f64>) -> Result<(), JsonError> {
        self.scalar(slot, "a number, NaN, Infinity or -Infinity", |json| match json {
            Json::String(text) => scalar::parse_double(text).ok().filter(|value| !value.is_finite()),
            number => number.as_f64(),
        })
    }

    fn blob(&mut self, slot: &mut Option<Vec<u8>>) -> Result<(), JsonError> {
        self.scalar(slot, "base64", |json| scalar::parse_blob(json.as_str()?).ok())
    }

    fn sensitive<T: Value>(
        &mut self,
        slot: &mut Option<T>,
        layout: &'static Layout,
    ) -> Result<(), JsonError> {
        // Without the path inside: keys of a sensitive map are sensitive too.
        T::read(slot, self, layout)
            .map_err(|_| JsonError::new("expected another value (sensitive, not shown)"))
    }

    fn timestamp(&mut self, slot: &mut Option<Timestamp>, _: &'static Layout) -> Result<(), JsonError> {
        self.scalar(slot, "a timestamp as of RFC 3339", |json| {
            timestamp::parse(json.as_str()?, TimestampFormat::DateTime).ok()
        })
    }
}
