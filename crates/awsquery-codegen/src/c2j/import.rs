//! Conversion of an upstream file to the facts in `model/`: the same keys in the same order, without the prose.

use serde_json::{Map, Value};

use crate::Diagnostics;
use crate::json;

/// Keys whose values are prose, at any place with traits.
const PROSE: &[&str] = &[
    "documentation",
    "documentationUrl",
    "deprecatedMessage",
    "examples",
    "description",
    "comment",
    "comments",
    "title",
];

/// Keys whose own keys are names and not traits. A member may be called `documentation`.
const NAMES: &[&str] = &["operations", "shapes", "members", "pagination", "waiters", "parameters", "regions"];

/// Removes all prose from one of botocore's model files and keeps everything else, in its order.
///
/// # Errors
///
/// A file that is invalid JSON.
pub fn strip_prose(file: &str, text: &[u8]) -> Result<String, Diagnostics> {
    let mut value = json::parse(file, text)?;
    strip(&mut value);
    // Serialization of a JSON value cannot fail.
    let mut facts = serde_json::to_string_pretty(&value).unwrap_or_default();
    facts.push('\n');
    Ok(facts)
}

fn strip(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::Object(map) => {
            map.retain(|key, _| !PROSE.contains(&key.as_str()));
            // The `error` of an endpoint rule is prose; the `error` of a shape is not.
            if map.get("type").is_some_and(|type_| type_ == "error") {
                map.remove("error");
            }
            for (key, value) in map {
                match value {
                    Value::Object(named) if NAMES.contains(&key.as_str()) => strip_named(named),
                    _ => strip(value),
                }
            }
        }
        _ => {}
    }
}

fn strip_named(map: &mut Map<String, Value>) {
    map.values_mut().for_each(strip);
}
