//! Redaction of a request's secrets in its response.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::Request;
use http::header::AUTHORIZATION;

/// The minimum length of a secret to search for. Shorter ones occur in too many words.
const SHORTEST: usize = 6;

/// The number of nested escapes that are decoded, such as a URL in a form in a document.
const DEPTH: usize = 4;

/// The replacement for a secret.
const REDACTED: &str = "***";

/// The minimum size of the part of a text that is searched at once.
const WINDOW: usize = 256 * 1024;

/// The secrets of a request, to redact in its response. An endpoint may echo any part of a request in an error's code,
/// message, request id and body.
///
/// Finds secrets as they are, percent-encoded, escaped for XML or JSON, or in several nested escapes. Ignores secrets
/// of fewer than 6 bytes. `Debug` shows no secret.
///
/// ```
/// use awsquery::Secrets;
///
/// let mut secrets = Secrets::default();
/// secrets.add("hunter2&more");
/// let said = "hunter2&more is wrong (hunter2%26more, hunter2&amp;more)";
/// assert_eq!(secrets.redact(said), "*** is wrong (***, ***)");
/// ```
#[derive(Clone, Default)]
pub struct Secrets(Vec<Vec<u8>>);

/// The values of a request's form that the model marks sensitive, stored as an extension of the request.
#[derive(Clone)]
pub(crate) struct SensitiveValues(pub(crate) Arc<[String]>);

impl Secrets {
    /// Returns the secrets of a request: sensitive members and [sensitive](http::HeaderValue::is_sensitive) headers.
    /// Sensitive members are known for requests that [`Operation::to_request`](crate::Operation::to_request) created.
    /// The signature in `Authorization` is also a secret of its own.
    pub fn of_request<B>(request: &Request<B>) -> Self {
        let mut secrets = Self::default();
        if let Some(SensitiveValues(values)) = request.extensions().get() {
            values.iter().for_each(|value| secrets.add(value));
        }
        for (name, value) in request.headers().iter().filter(|(_, value)| value.is_sensitive()) {
            secrets.add(value);
            if let (Ok(text), &AUTHORIZATION) = (value.to_str(), name) {
                secrets.add_signature(text);
                // A scheme such as `Bearer` is not part of the secret.
                secrets.add(text.split_once(' ').map_or("", |(_, token)| token));
            }
        }
        secrets
    }

    /// Adds a secret. Ignores white space around it.
    pub fn add(&mut self, secret: impl AsRef<[u8]>) {
        let secret = secret.as_ref().trim_ascii();
        if secret.len() < SHORTEST {
            return;
        }
        // Any echo of the secret decodes to one of these forms.
        let mut form = Layer::of(secret, 0);
        for _ in 0..=DEPTH {
            if form.bytes.len() >= SHORTEST && !self.0.contains(&form.bytes) {
                self.0.push(form.bytes.clone());
            }
            form = form.decoded();
        }
    }

    /// Adds a text with a signature, such as a presigned URL, and the signature by itself.
    pub fn add_signed(&mut self, text: &str) {
        self.add(text);
        self.add_signature(text);
    }

    fn add_signature(&mut self, text: &str) {
        if let Some((_, signature)) = text.split_once("Signature=") {
            self.add(signature.split(['&', ',', ' ']).next().unwrap_or_default());
        }
    }

    /// Returns the text with `***` in place of each secret.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.redacted(text.as_bytes()) {
            // A secret may begin or end inside a character.
            Some(redacted) => String::from_utf8_lossy(&redacted).into_owned().into(),
            None => text.into(),
        }
    }

    /// Returns the bytes with `***` in place of each secret; `None` without a secret.
    pub fn redacted(&self, text: &[u8]) -> Option<Vec<u8>> {
        let longest = self.0.iter().map(Vec::len).max()?;
        // An escape takes up to nine bytes, such as `&#x00e9;`, and a nested one up to twice that. Each window
        // therefore extends beyond its step, far enough for an escaped secret. Windows bound the memory for any length
        // of text.
        let overlap = 40 * longest;
        let step = WINDOW.max(overlap);
        let (mut redacted, mut end, mut found) = (Vec::new(), 0, Vec::new());
        for start in (0..text.len()).step_by(step) {
            let window = &text[start..text.len().min(start + step + overlap)];
            self.find_in(window, start, &mut found);
            found.sort_unstable();
            for (from, until) in found.drain(..) {
                // A secret that begins after the step belongs to the next window.
                if from >= start + step {
                    continue;
                }
                if from >= end {
                    redacted.extend_from_slice(&text[end..from]);
                    redacted.extend_from_slice(REDACTED.as_bytes());
                }
                end = end.max(until);
            }
        }
        if end == 0 {
            return None;
        }
        redacted.extend_from_slice(&text[end..]);
        Some(redacted)
    }

    fn find_in(&self, window: &[u8], start: usize, found: &mut Vec<(usize, usize)>) {
        let mut layer = Layer::of(window, start);
        for depth in 0..=DEPTH {
            for secret in &self.0 {
                layer.find(secret, found);
            }
            if depth == DEPTH || !layer.has_escapes() {
                break;
            }
            let decoded = layer.decoded();
            if decoded.bytes == layer.bytes {
                break;
            }
            layer = decoded;
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(***)")
    }
}

/// A text, or the text after decoding its escapes.
struct Layer {
    bytes: Vec<u8>,
    /// The offset in the original text for each byte. Empty if no byte was decoded.
    starts: Vec<usize>,
    /// The start and end of the text within a longer one.
    start: usize,
    end: usize,
}

impl Layer {
    fn of(text: &[u8], start: usize) -> Self {
        Self { bytes: text.into(), starts: Vec::new(), start, end: start + text.len() }
    }

    /// Returns the offset of a byte in the original text.
    fn origin(&self, index: usize) -> usize {
        match self.starts.is_empty() {
            true => self.start + index,
            false => self.starts.get(index).copied().unwrap_or(self.end),
        }
    }

    fn has_escapes(&self) -> bool {
        self.bytes.iter().any(|byte| matches!(byte, b'%' | b'&' | b'\\' | b'+'))
    }

    fn find(&self, secret: &[u8], found: &mut Vec<(usize, usize)>) {
        let mut index = 0;
        while let Some(next) = self.bytes[index..].iter().position(|byte| Some(byte) == secret.first()) {
            index += next;
            if self.bytes[index..].starts_with(secret) {
                found.push((self.origin(index), self.origin(index + secret.len())));
                index += secret.len();
            } else {
                index += 1;
            }
        }
    }

    /// Returns the text with its escapes decoded once.
    fn decoded(&self) -> Self {
        let mut bytes = Vec::with_capacity(self.bytes.len());
        let mut starts = Vec::with_capacity(self.bytes.len());
        let mut index = 0;
        while index < self.bytes.len() {
            let before = bytes.len();
            let length = unescape(&self.bytes[index..], &mut bytes);
            starts.resize(starts.len() + bytes.len() - before, self.origin(index));
            index += length;
        }
        Self { bytes, starts, start: self.start, end: self.end }
    }
}

/// Decodes the first byte or escape of a text, appends the result, and returns its original length.
fn unescape(text: &[u8], to: &mut Vec<u8>) -> usize {
    let escape = match text {
        [b'%', high, low, ..] => hex(&[*high, *low]).and_then(|byte| u8::try_from(byte).ok()).map(|byte| {
            to.push(byte);
            3
        }),
        [b'+', ..] => {
            to.push(b' ');
            Some(1)
        }
        [b'&', rest @ ..] => entity(rest).map(|(c, length)| append(c, length, to)),
        [b'\\', rest @ ..] => backslash(rest).map(|(c, length)| append(c, length, to)),
        _ => None,
    };
    escape.unwrap_or_else(|| {
        to.extend(text.first());
        1
    })
}

fn append(c: char, length: usize, to: &mut Vec<u8>) -> usize {
    to.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    length
}

fn hex(digits: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(digits).ok().filter(|_| digits.iter().all(u8::is_ascii_hexdigit))?;
    u32::from_str_radix(text, 16).ok()
}

/// Decodes an XML or HTML reference without its `&`. Returns the character and the length.
fn entity(text: &[u8]) -> Option<(char, usize)> {
    let end = text.iter().take(10).position(|byte| *byte == b';')?;
    let c = match &text[..end] {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(hex(digits)?)?,
        [b'#', digits @ ..] => char::from_u32(std::str::from_utf8(digits).ok()?.parse().ok()?)?,
        _ => return None,
    };
    Some((c, end + 2))
}

/// Decodes a JSON escape without its backslash.
fn backslash(text: &[u8]) -> Option<(char, usize)> {
    match text {
        [b'u', digits @ ..] if digits.len() >= 4 => Some((char::from_u32(hex(&digits[..4])?)?, 6)),
        [c @ (b'"' | b'\'' | b'\\' | b'/'), ..] => Some((char::from(*c), 2)),
        [b'n', ..] => Some(('\n', 2)),
        [b'r', ..] => Some(('\r', 2)),
        [b't', ..] => Some(('\t', 2)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "p+ss/w%41rd&\"é\\x";

    fn secrets() -> Secrets {
        let mut secrets = Secrets::default();
        secrets.add(SECRET);
        secrets
    }

    fn percent(text: &str, upper: bool) -> String {
        let hex = |byte: u8| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
        let keep = |byte: &u8| byte.is_ascii_alphanumeric();
        text.bytes().map(|byte| if keep(&byte) { char::from(byte).to_string() } else { hex(byte) }).collect()
    }

    fn xml(text: &str) -> String {
        text.replace('&', "&amp;").replace('"', "&quot;")
    }

    #[test]
    fn a_secret_is_found_in_any_spelling() {
        let numeric_of =
            |text: &str| text.chars().map(|c| format!("&#x{:x};", u32::from(c))).collect::<String>();
        let numeric: String = SECRET.chars().map(|c| format!("&#{};", u32::from(c))).collect();
        let json =
            SECRET.replace('\\', "\\\\").replace('"', "\\\"").replace('/', "\\/").replace('é', "\\u00e9");
        for spelled in [
            SECRET.to_owned(),
            percent(SECRET, true),
            percent(SECRET, false),
            percent(&percent(SECRET, true), true),
            percent(&percent(&percent(SECRET, true), false), true),
            xml(SECRET),
            xml(&percent(SECRET, true)),
            xml(&xml(SECRET)),
            numeric.clone(),
            xml(&numeric),
            json.clone(),
            xml(&json),
            xml(&numeric_of(&percent(SECRET, true))),
        ] {
            let text = format!("é{spelled}= & 100% {spelled}\\");
            assert_eq!(secrets().redact(&text), "é***= & 100% ***\\", "{spelled}");
        }
        assert_eq!(
            secrets().redact("p+ss/w%41rd& nothing \\ here %zz &#xzz; &unknown;"),
            "p+ss/w%41rd& nothing \\ here %zz &#xzz; &unknown;"
        );
    }

    #[test]
    fn a_long_text_is_looked_through_wherever_the_secret_stands() {
        let numeric: String =
            percent(SECRET, true).chars().map(|c| format!("&#x{:x};", u32::from(c))).collect();
        let spelled = xml(&numeric);
        for place in [0, 1, WINDOW - 30, WINDOW - 1, WINDOW, WINDOW + 200, 2 * WINDOW + 7] {
            let text = format!("{}{spelled}{}", "x".repeat(place), "y".repeat(WINDOW));
            let expected = format!("{}***{}", "x".repeat(place), "y".repeat(WINDOW));
            assert!(secrets().redact(&text) == expected, "{place}");
        }
    }

    #[test]
    fn nothing_is_too_short_to_be_shown() {
        let mut secrets = Secrets::default();
        secrets.add("test");
        secrets.add("");
        assert_eq!(secrets.redact("a test"), "a test");
        assert_eq!(format!("{:?}", self::secrets()), "Secrets(***)");
    }
}
