//! JSON in the shape of boto3's output: the model's member names, RFC 3339 timestamps in UTC, base64 blobs. NaN and the
//! infinities are strings. Absent members are omitted.
//!
//! The shape is that of all serde formats, and a JSON tree is one of them. This module has its own deserializer for the
//! tree, whose errors include the path.

use std::error::Error;
use std::fmt::{self, Display};
use std::slice;

use serde_core::de::value::StrDeserializer;
use serde_core::de::{
    self, DeserializeSeed, Deserializer, Expected, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde_core::forward_to_deserialize_any;
use serde_json::{Value as Json, map};

use crate::format::serde::{deserialize_untold, serialize_exposed};
use crate::value::path::Path;
use crate::value::structure::Structure;
use crate::value::text;

/// Serializes a structure as JSON.
///
/// Members are in the model's order, so equal values give equal texts: `{}` prints one line, `{:#}` several. Sensitive
/// values are included, because the output is for fixtures and for programs that request the value.
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
/// Fails for a union's variant unknown to the model, which has a name but no value, and for a timestamp before the year
/// 1.
pub fn to_json<T: Structure>(value: &T) -> Result<Json, JsonError> {
    serialize_exposed(value, serde_json::value::Serializer).map_err(JsonError::new)
}

/// Parses a structure from JSON. A member that is `null` is absent.
///
/// # Errors
///
/// Fails for a member unknown to the model and for a value of the wrong type. The error includes the path.
pub fn from_json<T: Structure>(json: &Json) -> Result<T, JsonError> {
    deserialize_untold(Tree(json))
}

/// The error of a structure that JSON cannot represent, or of JSON that does not match the structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    path: Path,
    message: String,
}

impl JsonError {
    fn new(message: impl Display) -> Self {
        Self { path: Path::default(), message: text::bounded(message.to_string()) }
    }

    fn within(mut self, member: &str) -> Self {
        self.path.within(member);
        self
    }

    fn at(mut self, index: usize) -> Self {
        self.path.at(index);
        self
    }

    /// Returns the path in the parsed JSON, such as `Filters[0].Values`. Empty for errors of the structure as a whole.
    ///
    /// Also empty for serialization errors, whose messages begin with the path.
    pub fn path(&self) -> String {
        self.path.to_string()
    }
}

impl Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.introduce(f)?;
        f.write_str(&self.message)
    }
}

impl Error for JsonError {}

impl de::Error for JsonError {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message)
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = match found {
            Unexpected::Bool(value) => value.to_string(),
            Unexpected::Signed(value) => value.to_string(),
            Unexpected::Unsigned(value) => value.to_string(),
            Unexpected::Float(value) => Json::from(value).to_string(),
            Unexpected::Str(text) => Json::from(text).to_string(),
            Unexpected::Unit => "null".into(),
            Unexpected::Seq => "an array".into(),
            Unexpected::Map => "an object".into(),
            other => other.to_string(),
        };
        Self::new(format_args!("expected {expected}, found {found}"))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }
}

/// A JSON tree or a part of it.
struct Tree<'a>(&'a Json);

impl<'de> Tree<'de> {
    /// A list or a map cannot represent an absent value of any type (REQ-19).
    fn scalar<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.0 {
            Json::Null => Err(JsonError::new("expected a value, found null")),
            _ => self.deserialize_any(visitor),
        }
    }
}

macro_rules! scalars {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
            self.scalar(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Tree<'de> {
    type Error = JsonError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.0 {
            Json::Null => visitor.visit_unit(),
            Json::Bool(value) => visitor.visit_bool(*value),
            Json::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(value), _) => visitor.visit_u64(value),
                (None, Some(value)) => visitor.visit_i64(value),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => visitor.visit_borrowed_str(text),
            Json::Array(items) => visitor.visit_seq(Elements { items: items.iter(), index: 0 }),
            Json::Object(entries) => visitor.visit_map(Entries { entries: entries.iter(), entry: None }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    scalars! { deserialize_bool deserialize_i32 deserialize_i64 deserialize_str deserialize_string }

    forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct newtype_struct seq tuple tuple_struct
        map struct enum identifier ignored_any
    }
}

/// The elements of an array.
struct Elements<'a> {
    items: slice::Iter<'a, Json>,
    /// The index of the next element.
    index: usize,
}

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = JsonError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, JsonError> {
        let Some(json) = self.items.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        seed.deserialize(Tree(json)).map(Some).map_err(|error| error.at(index))
    }
}

/// The entries of an object.
struct Entries<'a> {
    entries: map::Iter<'a>,
    /// The entry whose key was read.
    entry: Option<(&'a String, &'a Json)>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = JsonError;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, JsonError> {
        self.entry = self.entries.next();
        let Some((key, _)) = self.entry else { return Ok(None) };
        seed.deserialize(StrDeserializer::new(key)).map(Some).map_err(|error: JsonError| error.within(key))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, JsonError> {
        let (key, json) =
            self.entry.take().ok_or_else(|| JsonError::new("expected a key before its value"))?;
        seed.deserialize(Tree(json)).map_err(|error| error.within(key))
    }
}
