//! A request as a service receives it: keys and values, before parsing into a structure.

use super::error::{InvalidReason, InvalidRequest, QUOTED, short};
use super::form::{FormReader, Pair};
use crate::call::operation::{Operation, Service};
use crate::value::text;

/// A decoded form: an action, a version, and the request's members, not parsed yet.
#[derive(Clone, Debug)]
pub struct QueryRequest {
    action: String,
    version: String,
    /// The members, sorted by key, so that all keys with a common prefix are adjacent.
    pairs: Vec<Pair>,
}

impl QueryRequest {
    /// Decodes a request's body or a presigned request's query. Ignores the `X-Amz-` parameters of the query. Decodes
    /// `+` as a space, as many clients send it (REQ-24).
    ///
    /// # Errors
    ///
    /// Fails for invalid percent escapes, invalid UTF-8, pairs without `=`, duplicate keys, and a missing `Action` or
    /// `Version`.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidRequest> {
        let pairs = body.split(|byte| *byte == b'&').filter(|_| !body.is_empty()).map(pair);
        let mut pairs = pairs.collect::<Result<Vec<_>, _>>()?;
        pairs.sort_by(|a, b| a.key.cmp(&b.key));
        if let Some(twice) = pairs.windows(2).find(|two| two[0].key == two[1].key) {
            return Err(InvalidRequest::new(InvalidReason::DuplicateKey, &twice[0].key));
        }
        pairs.retain(|pair| !pair.key.starts_with("X-Amz-"));
        let mut take = |key: &str| {
            let index = pairs.binary_search_by(|pair| pair.key.as_str().cmp(key)).ok()?;
            Some(pairs.remove(index).value).filter(|value| !value.is_empty())
        };
        let action =
            take("Action").ok_or_else(|| InvalidRequest::new(InvalidReason::MissingAction, "Action"))?;
        let version =
            take("Version").ok_or_else(|| InvalidRequest::new(InvalidReason::MissingVersion, "Version"))?;
        Ok(Self { action, version, pairs })
    }

    /// Returns the name of the requested operation.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// Returns the version of the API that the caller uses.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns the sorted keys of the request's members, without `Action` and `Version`.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|pair| pair.key.as_str())
    }

    /// Reads the request into the structure that a client would have sent.
    ///
    /// Stricter than services: a key unknown to the model is an error, because in a test it is a bug.
    ///
    /// # Errors
    ///
    /// Fails for another action or version, a list with gaps or invalid indices, an invalid value, or a key unknown to
    /// the model.
    pub fn read<O: Operation>(&self) -> Result<O, InvalidRequest> {
        if self.action != O::NAME {
            return Err(self.unknown_action());
        }
        self.check_version(<O::Service as Service>::API_VERSION)?;
        FormReader::read_all(&self.pairs)
    }

    /// Returns the error of an unknown action.
    pub fn unknown_action(&self) -> InvalidRequest {
        let reason =
            InvalidReason::UnknownAction { action: short(&self.action), version: short(&self.version) };
        InvalidRequest::new(reason, "Action")
    }

    /// Checks the version of the request.
    ///
    /// # Errors
    ///
    /// Fails if the request has another version.
    pub fn check_version(&self, version: &str) -> Result<(), InvalidRequest> {
        if self.version == version {
            return Ok(());
        }
        let reason =
            InvalidReason::UnknownVersion { action: short(&self.action), version: short(&self.version) };
        Err(InvalidRequest::new(reason, "Version"))
    }
}

fn pair(pair: &[u8]) -> Result<Pair, InvalidRequest> {
    let mut halves = pair.splitn(2, |byte| *byte == b'=');
    let key = halves.next().unwrap_or_default();
    let value = halves.next().filter(|_| !key.is_empty());
    // Values may be sensitive and are not shown. A text without `=` may be the rest of a value.
    let value = value.ok_or_else(|| InvalidRequest::new(InvalidReason::Pair, ""))?;
    let shown = String::from_utf8_lossy(key);
    let shown = text::shorten(&shown, QUOTED);
    let decode = |text| decode(text).map_err(|reason| InvalidRequest::new(reason, shown));
    Ok(Pair { key: decode(key)?, value: decode(value)? })
}

fn decode(text: &[u8]) -> Result<String, InvalidReason> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = rest.next().and_then(|digit| char::from(*digit).to_digit(16));
                let low = rest.next().and_then(|digit| char::from(*digit).to_digit(16));
                let (Some(high), Some(low)) = (high, low) else { return Err(InvalidReason::Escape) };
                (high * 16 + low) as u8
            }
            byte => *byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| InvalidReason::Encoding)
}
