//! Conversion of values between the suites and generated code. Timestamps of the suites are numbers, and their blobs
//! plain text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};

/// The shapes of a suite.
pub(super) struct Shapes<'a>(pub(super) &'a Json);

impl Shapes<'_> {
    /// Converts a value of the suite to the format of generated code.
    pub(super) fn to_ours(&self, shape: &str, value: &Json) -> Json {
        let shape = &self.0[shape];
        let target = |reference: &Json| reference["shape"].as_str().unwrap_or_default().to_owned();
        match (shape["type"].as_str().unwrap_or_default(), value) {
            ("structure", Json::Object(members)) => {
                let member = |(name, value): (&String, &Json)| {
                    (name.clone(), self.to_ours(&target(&shape["members"][name]), value))
                };
                Json::Object(members.iter().map(member).collect())
            }
            ("list", Json::Array(items)) => {
                items.iter().map(|item| self.to_ours(&target(&shape["member"]), item)).collect()
            }
            ("map", Json::Object(entries)) => {
                let entry = |(key, value): (&String, &Json)| {
                    (key.clone(), self.to_ours(&target(&shape["value"]), value))
                };
                Json::Object(entries.iter().map(entry).collect::<Map<_, _>>())
            }
            ("timestamp", Json::Number(seconds)) => timestamp(seconds.as_f64().unwrap_or_default()).into(),
            ("blob", Json::String(text)) => STANDARD.encode(text).into(),
            // A case without parameters omits them.
            ("structure", Json::Null) => json!({}),
            _ => value.clone(),
        }
    }
}

/// Returns seconds since 1970 as RFC 3339. The suites have at most milliseconds, which a double represents only
/// approximately.
fn timestamp(seconds: f64) -> String {
    let milliseconds = (seconds * 1000.0).round() as i64;
    jiff::Timestamp::from_millisecond(milliseconds)
        .map_or_else(|error| error.to_string(), |time| time.to_string())
}

/// Returns true if two values are equal. `10` equals `10.0`, and numbers of single precision are equal if they print
/// alike.
pub(super) fn equal(expected: &Json, found: &Json) -> bool {
    match (expected, found) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        (a, b) => a == b,
    }
}

/// Returns the decoded pairs of a form, in their order.
pub(super) fn decoded(body: &str) -> Vec<Vec<String>> {
    let pair = |pair: &str| pair.splitn(2, '=').map(percent_decoded).collect();
    body.split('&').filter(|pair| !pair.is_empty()).map(pair).collect()
}

fn percent_decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}
