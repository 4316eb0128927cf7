//! Credentials that are asked for over HTTP on the machine itself: a request, and the JSON that comes back.

use std::time::Duration;

use awsquery::{Secrets, Timestamp};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderValue, StatusCode};
use serde_json::Value;

use super::{Credentials, CredentialsError};
use crate::call::engine::Engine;
use crate::future::within;
use crate::http::{HttpError, HttpErrorKind, HttpOptions};
use crate::signing;

/// The maximum length of a response.
const LIMIT: usize = 64 * 1024;

/// The attempts, and the timeout of each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub(super) attempts: u32,
    pub(super) timeout: Duration,
}

/// Sends the request, around any proxy, until an answer comes that is no 5xx.
pub(super) async fn fetch(
    engine: &Engine,
    mut request: http::Request<Bytes>,
    patience: Patience,
) -> Result<(StatusCode, Bytes), HttpError> {
    // As an HTTP client may count on.
    let host = signing::host_of(request.uri()).ok().and_then(|host| HeaderValue::try_from(host).ok());
    let length = HeaderValue::from(request.body().len());
    request.headers_mut().extend(host.map(|host| (HOST, host)));
    request.headers_mut().insert(CONTENT_LENGTH, length);
    let mut attempt = 1;
    loop {
        let options = HttpOptions::new(LIMIT).direct();
        let sending = engine.http.send(request.clone(), options);
        let answer = within(sending, engine.clock.sleep(patience.timeout)).await;
        let answer = answer.unwrap_or_else(|| Err(HttpError::new(HttpErrorKind::Timeout)));
        let is_last = attempt >= patience.attempts.max(1);
        match answer {
            Ok(response) if is_last || !response.status().is_server_error() => {
                return Ok((response.status(), response.into_body()));
            }
            Err(error) if is_last => return Err(error),
            _ => {}
        }
        let pause = engine.random.fraction() * f64::from(1_u32 << attempt.min(4));
        engine.clock.sleep(Duration::from_secs_f64(pause)).await;
        attempt += 1;
    }
}

/// Reads `AccessKeyId`, `SecretAccessKey`, `Token` and `Expiration`. What the request kept secret is not in an error, nor
/// what else the response has of a key.
pub(super) fn parse(
    provider: &'static str,
    body: &[u8],
    secrets: &Secrets,
) -> Result<Credentials, CredentialsError> {
    // Of what is wrong, the place and not the text: it may be a secret.
    let mut json: Value = serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        CredentialsError::invalid(
            provider,
            format!("expected JSON, found none at line {line}, column {column}"),
        )
    })?;
    let text = |key: &str| json[key].as_str().filter(|text| !text.is_empty());
    if let Some(code) = text("Code").filter(|code| *code != "Success") {
        let message = text("Message").or_else(|| text("message")).unwrap_or_default();
        let mut secrets = secrets.clone();
        for key in ["SecretAccessKey", "Token"] {
            secrets.add(text(key).unwrap_or_default());
        }
        let what = format!("{code}: {message}");
        return Err(CredentialsError::failed(provider, secrets.redact(&what)));
    }
    // Taken out, so that no copy of a secret stays behind.
    let [id, secret, token, expiry] =
        ["AccessKeyId", "SecretAccessKey", "Token", "Expiration"].map(|key| take(&mut json, key));
    let mut credentials = Credentials::new(id.unwrap_or_default(), secret.unwrap_or_default());
    if let Some(token) = token {
        credentials = credentials.with_session_token(token);
    }
    for (key, found) in
        [("AccessKeyId", credentials.access_key_id()), ("SecretAccessKey", credentials.secret_access_key())]
    {
        if found.is_empty() {
            return Err(CredentialsError::invalid(provider, format!("expected {key} in the answer")));
        }
    }
    if let Some(expiry) = expiry {
        let expires_at: Timestamp = expiry.parse().map_err(|_| {
            CredentialsError::invalid(provider, "Expiration: expected a time such as 2026-01-02T03:04:05Z")
        })?;
        credentials = credentials.with_expiry(expires_at);
    }
    Ok(credentials)
}

/// A text that is not empty, out of an object.
fn take(json: &mut Value, key: &str) -> Option<String> {
    match json.get_mut(key)? {
        Value::String(text) if !text.is_empty() => Some(std::mem::take(text)),
        _ => None,
    }
}
