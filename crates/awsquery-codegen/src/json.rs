//! Strict JSON: a duplicate key is an error, and every key of an object is either read or reported.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::Diagnostics;

/// Parses a document. Syntax errors include line and column.
pub(crate) fn parse(file: &str, text: &[u8]) -> Result<Value, Diagnostics> {
    serde_json::from_slice(text)
        .map(|NoDuplicates(value)| value)
        .map_err(|error| Diagnostics::of(file, format!("not a JSON document: {error}")))
}

/// A JSON value whose objects have no duplicate keys. serde_json would keep only the last.
struct NoDuplicates(Value);

impl<'de> Deserialize<'de> for NoDuplicates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NoDuplicatesVisitor).map(Self)
    }
}

struct NoDuplicatesVisitor;

impl<'de> Visitor<'de> for NoDuplicatesVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(NoDuplicates(value)) = seq.next_element()? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((key, NoDuplicates(value))) = map.next_entry::<String, _>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(format!("the key {key:?} stands here twice")));
            }
            object.insert(key, value);
        }
        Ok(object.into())
    }
}

/// An object that is being read. Keys are read by name, and unread keys are reported at the end.
pub(crate) struct Object<'a> {
    path: String,
    map: &'a Map<String, Value>,
    read: BTreeSet<&'static str>,
}

/// Returns the kind of a JSON value, as errors name it.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

impl<'a> Object<'a> {
    /// Creates a reader for a value that must be an object.
    pub(crate) fn new(
        path: impl Into<String>,
        value: &'a Value,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let path = path.into();
        let Value::Object(map) = value else {
            diagnostics.error(path, format!("expected an object, found {}", kind_of(value)));
            return None;
        };
        Some(Self { path, map, read: BTreeSet::new() })
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Returns the value of a key.
    pub(crate) fn get(&mut self, key: &'static str) -> Option<&'a Value> {
        self.read.insert(key);
        self.map.get(key)
    }

    /// Declares keys that are known but have no meaning here.
    pub(crate) fn ignore(&mut self, keys: &[&'static str]) {
        self.read.extend(keys);
    }

    fn typed<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        diagnostics: &mut Diagnostics,
        convert: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.get(key)?;
        let converted = convert(value);
        if converted.is_none() {
            diagnostics.error(&self.path, format!("{key:?}: expected {expected}, found {}", kind_of(value)));
        }
        converted
    }

    pub(crate) fn string(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<String> {
        self.typed(key, "a string", diagnostics, |value| value.as_str().map(str::to_owned))
    }

    /// Returns a required string.
    pub(crate) fn required_string(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> String {
        if !self.map.contains_key(key) {
            diagnostics.error(&self.path, format!("expected a key {key:?}, found none"));
        }
        self.string(key, diagnostics).unwrap_or_default()
    }

    /// Returns a flag; default: false.
    pub(crate) fn boolean(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> bool {
        self.typed(key, "a boolean", diagnostics, Value::as_bool).unwrap_or(false)
    }

    pub(crate) fn number(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<f64> {
        self.typed(key, "a number", diagnostics, Value::as_f64)
    }

    /// Returns a required number of seconds or calls.
    pub(crate) fn count<T: TryFrom<u64>>(
        &mut self,
        key: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Option<T> {
        if !self.map.contains_key(key) {
            diagnostics.error(&self.path, format!("expected a key {key:?}, found none"));
        }
        self.typed(key, "a count", diagnostics, |value| T::try_from(value.as_u64()?).ok())
    }

    pub(crate) fn strings(
        &mut self,
        key: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Vec<String>> {
        self.typed(key, "an array of strings", diagnostics, |value| {
            value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
        })
    }

    pub(crate) fn array(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> &'a [Value] {
        self.typed(key, "an array", diagnostics, |value| value.as_array().map(Vec::as_slice)).unwrap_or(&[])
    }

    /// Returns the entries of an object whose keys are names, in their order.
    pub(crate) fn entries(
        &mut self,
        key: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        self.typed(key, "an object", diagnostics, Value::as_object).into_iter().flatten()
    }

    /// Reports each unread key, since the generator must not silently ignore unknown keys.
    pub(crate) fn finish(self, diagnostics: &mut Diagnostics) {
        for key in self.map.keys().filter(|key| !self.read.contains(key.as_str())) {
            diagnostics.warning(&self.path, format!("the key {key:?} is not known to this generator"));
        }
    }
}
