//! Values as the suites write them, and as ours are: their timestamps are numbers and their blobs plain text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};

/// The shapes of a suite.
pub(super) struct Shapes<'a>(pub(super) &'a Json);

impl Shapes<'_> {
    /// A value of the suite as ours is written.
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
            // A case without parameters leaves them out.
            ("structure", Json::Null) => json!({}),
            _ => value.clone(),
        }
    }
}

/// Seconds since 1970 as RFC 3339. The suites have milliseconds at most, which a double holds only nearly.
fn timestamp(seconds: f64) -> String {
    let milliseconds = (seconds * 1000.0).round() as i64;
    jiff::Timestamp::from_millisecond(milliseconds)
        .map_or_else(|error| error.to_string(), |time| time.to_string())
}

/// Whether two values are the same: `10` and `10.0` are, and so are numbers of single precision that print alike.
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

/// The pairs of a form, decoded, in their order.
pub(super) fn decoded(body: &str) -> Vec<Vec<String>> {
    let pair = |pair: &str| pair.splitn(2, '=').map(percent_decoded).collect();
    body.split('&').filter(|pair| !pair.is_empty()).map(pair).collect()
}

fn percent_decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}
