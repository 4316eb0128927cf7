//! The canonical request: what is hashed and signed.

use std::fmt;

use http::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

use super::hash;

/// The characters that are not encoded in a query and in a path (REQ-22).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Headers that proxies add, drop or change, or that are no part of what is asked for (SIG-2).
const UNSIGNED: [&str; 12] = [
    "authorization",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

/// Percent-encodes all but letters, digits and `-._~`, as signatures want values of a query to be.
///
/// ```
/// assert_eq!(awsquery_client::signing::encode("jane doe+x@y"), "jane%20doe%2Bx%40y");
/// ```
pub fn encode(text: &str) -> String {
    percent_encode(text.as_bytes(), ENCODED).to_string()
}

/// A request in the one form that it is signed in (SIG-1).
///
/// `Display` gives its text, which a service quotes in the message of `SignatureDoesNotMatch`. It has the session token,
/// if there is one; `Debug` shows the names of the headers only.
#[derive(Clone, PartialEq, Eq)]
pub struct CanonicalRequest {
    text: String,
    signed_headers: String,
}

impl CanonicalRequest {
    /// The canonical form of a request, with the SHA-256 of its body in hexadecimal.
    pub fn of<B>(request: &http::Request<B>, body_hash: &str) -> Self {
        let uri = request.uri();
        let query = uri.query().unwrap_or_default();
        Self::new(request.method().as_str(), uri.path(), query, request.headers(), body_hash)
    }

    /// The canonical form of a request in parts: path and query as they stand in its first line.
    pub fn new(method: &str, path: &str, query: &str, headers: &HeaderMap, body_hash: &str) -> Self {
        let (headers, signed_headers) = canonical_headers(headers);
        let (path, query) = (canonical_path(path), canonical_query(query));
        let text = format!("{method}\n{path}\n{query}\n{headers}\n{signed_headers}\n{body_hash}");
        Self { text, signed_headers }
    }

    /// The names of the headers that are signed, `;` between them.
    pub fn signed_headers(&self) -> &str {
        &self.signed_headers
    }

    /// The SHA-256 of the text, in hexadecimal.
    pub fn hash(&self) -> String {
        hash(self.text.as_bytes())
    }
}

impl fmt::Display for CanonicalRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for CanonicalRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CanonicalRequest")
            .field("signed_headers", &self.signed_headers)
            .finish_non_exhaustive()
    }
}

/// The path without `.`, `..` and empty segments, each segment encoded once more than it is on the wire.
fn canonical_path(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let is_folder = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
    let mut canonical = String::from("/");
    canonical.push_str(&segments.iter().map(|segment| encode(segment)).collect::<Vec<_>>().join("/"));
    if is_folder && canonical.len() > 1 {
        canonical.push('/');
    }
    canonical
}

/// The pairs, each half encoded in one way, sorted by name and then by value. A `+` stays one: a space is `%20` (REQ-22).
fn canonical_query(query: &str) -> String {
    let once =
        |text: &str| percent_encode(&percent_decode_str(text).collect::<Vec<_>>(), ENCODED).to_string();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<(String, String)> = pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (once(name), once(value))
        })
        .collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// One line a header, sorted by name, with spaces trimmed and joined; and the names.
fn canonical_headers(headers: &HeaderMap) -> (String, String) {
    let mut names: Vec<&str> = headers.keys().map(|name| name.as_str()).collect();
    names.retain(|name| !UNSIGNED.contains(name));
    names.sort_unstable();
    let mut lines = String::new();
    for name in &names {
        let values: Vec<String> = headers
            .get_all(*name)
            .iter()
            .map(|value| {
                let text = String::from_utf8_lossy(value.as_bytes());
                text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
            })
            .collect();
        lines.push_str(&format!("{name}:{}\n", values.join(",")));
    }
    (lines, names.join(";"))
}
