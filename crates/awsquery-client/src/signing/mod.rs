//! Signature Version 4, sans-IO: headers for a request, or a query for a URL that others may call (PROTOCOL 6.1).
//!
//! [`sign`] takes any `http::Request`, so that every HTTP client can send what comes of it, blocking ones too; time is
//! an argument. [`CanonicalRequest`] shows what was signed, for when a service says `SignatureDoesNotMatch`.
//!
//! The signing key is derived anew for each signature, which takes four short HMACs: nothing that is made of a
//! secret is kept (SIG-5 allows a cache), and each derived key is zeroized.
//!
//! # Why not a library
//!
//! `aws-sigv4` is well kept; it is a part of the AWS SDK's runtime and pulls in that runtime's traits, 53 crates, more
//! than the whole HTTP client here. `reqsign` signs for many clouds, and brings credentials and contexts of its own. What
//! RDS needs of the algorithm is some 150 lines that have not changed since 2012 and have published vectors; below them
//! are `hmac` and `sha2`, which everybody keeps well, 14 crates together.

mod canonical;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;
use std::time::Duration;

use awsquery::Timestamp;
use awsquery::port::port_of;
use hmac::{Hmac, KeyInit, Mac};
use http::header::{AUTHORIZATION, HOST};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

pub use self::canonical::{CanonicalRequest, encode};
use crate::credentials::Credentials;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// The beginning of each parameter of a presigned URL.
const AMZ: &[u8] = b"x-amz-";

/// The longest that a presigned URL may hold: a week.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The scope of a signature: region, service and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The region that is called.
    pub region: &'a str,
    /// The service's signing name, such as `rds`.
    pub service: &'a str,
    /// The time of signing. Services accept what is off by a few minutes.
    pub time: Timestamp,
}

impl Scope<'_> {
    /// `20260102T030405Z`.
    fn timestamp(&self) -> String {
        self.time.strftime("%Y%m%dT%H%M%SZ").to_string()
    }

    /// `20260102/us-east-1/rds/aws4_request`.
    fn credential_scope(&self) -> String {
        let day = self.time.strftime("%Y%m%d");
        format!("{day}/{}/{}/aws4_request", self.region, self.service)
    }

    /// The signature of a canonical request, in hexadecimal.
    fn sign(&self, canonical: &CanonicalRequest, credentials: &Credentials) -> String {
        let to_sign =
            format!("{ALGORITHM}\n{}\n{}\n{}", self.timestamp(), self.credential_scope(), canonical.hash());
        let secret = Zeroizing::new([b"AWS4", credentials.secret_access_key().as_bytes()].concat());
        let day = self.time.strftime("%Y%m%d").to_string();
        let key = [&day, self.region, self.service, "aws4_request"]
            .iter()
            .fold(secret, |key, part| hmac(&key, part));
        hex(&hmac(&key, &to_sign))
    }
}

/// Signs a request by its headers: sets `X-Amz-Date`, `Authorization` and, with a session token, `X-Amz-Security-Token`.
/// What an earlier signature set is replaced, so that each attempt can be signed anew (SIG-7); parameters of the query that
/// are named `X-Amz-*`, as of a presigned URL, are left out.
///
/// Every header is signed but those that proxies change (SIG-2). `Host` is added where there is none, or more than one.
///
/// ```
/// use http::Request;
/// use awsquery_client::credentials::Credentials;
/// use awsquery_client::signing::{Scope, sign};
/// use rds_protocol::Operation;
/// use rds_protocol::operations::DescribeExportTasks;
///
/// let mut request = DescribeExportTasks::default().to_request(&"https://rds.us-east-1.amazonaws.com/".parse()?)?;
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let scope = Scope { region: "us-east-1", service: "rds", time: "2026-01-02T03:04:05Z".parse()? };
/// sign(&mut request, &credentials, scope)?;
/// assert_eq!(request.headers()["x-amz-date"], "20260102T030405Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// A URI without a host, or with a port that is none; credentials that no header can carry.
pub fn sign<B: AsRef<[u8]>>(
    request: &mut http::Request<B>,
    credentials: &Credentials,
    scope: Scope<'_>,
) -> Result<(), SigningError> {
    let hash = hash(request.body().as_ref());
    if let Some(uri) = unsigned(request.uri()) {
        *request.uri_mut() = uri?;
    }
    // With two of them, which one the service takes is its own to say.
    if request.headers().get_all(HOST).iter().count() != 1 {
        let host = header(&host_of(request.uri())?, "host")?;
        request.headers_mut().insert(HOST, host);
    }
    let headers = request.headers_mut();
    headers.remove(AUTHORIZATION);
    headers.remove(X_AMZ_SECURITY_TOKEN);
    headers.insert(X_AMZ_DATE, header(&scope.timestamp(), "time")?);
    if let Some(token) = credentials.session_token() {
        headers.insert(X_AMZ_SECURITY_TOKEN, secret_header(token, "session token")?);
    }
    let canonical = CanonicalRequest::of(request, &hash);
    let authorization = format!(
        "{ALGORITHM} Credential={}/{}, SignedHeaders={}, Signature={}",
        credentials.access_key_id(),
        scope.credential_scope(),
        canonical.signed_headers(),
        scope.sign(&canonical, credentials),
    );
    request.headers_mut().insert(AUTHORIZATION, secret_header(&authorization, "access key id")?);
    Ok(())
}

/// Signs a `GET` of this URL by its query, so that whoever has it may call it until it expires (SIG-9). Host and port stay
/// as they are written, whatever is signed of them; a user name is left out. The query that the URL has keeps its order; the
/// signature's parameters come behind. Parameters named `X-Amz-*` that the URL has, in any spelling, are left out: they would
/// be those of another signature.
///
/// # Errors
///
/// A URL without a host, or with a port that is none; a time to expire of more than a week, or of less than a second.
pub fn presign(
    url: &Uri,
    credentials: &Credentials,
    scope: Scope<'_>,
    expires_in: Duration,
) -> Result<String, SigningError> {
    if !(Duration::from_secs(1)..=LONGEST).contains(&expires_in) {
        return Err(SigningError::Expiry { found: expires_in });
    }
    let host = host_of(url)?;
    let mut query = without_signature(url.query().unwrap_or_default());
    let mut add = |name: &str, value: &str| {
        let and = if query.is_empty() { "" } else { "&" };
        query.push_str(&format!("{and}{name}={}", encode(value)));
    };
    add("X-Amz-Algorithm", ALGORITHM);
    add("X-Amz-Credential", &format!("{}/{}", credentials.access_key_id(), scope.credential_scope()));
    add("X-Amz-Date", &scope.timestamp());
    add("X-Amz-Expires", &expires_in.as_secs().to_string());
    add("X-Amz-SignedHeaders", "host");
    if let Some(token) = credentials.session_token() {
        add("X-Amz-Security-Token", token);
    }
    let mut headers = HeaderMap::new();
    headers.insert(HOST, header(&host, "host")?);
    let canonical = CanonicalRequest::new("GET", url.path(), &query, &headers, &hash(b""));
    let signature = scope.sign(&canonical, credentials);
    let scheme = url.scheme_str().unwrap_or("https");
    let address = url.authority().map(without_user).unwrap_or_default();
    Ok(format!("{scheme}://{address}{}?{query}&X-Amz-Signature={signature}", url.path()))
}

/// A query without the parameters of a signature, whatever case and escapes their names are written in.
fn without_signature(query: &str) -> String {
    let pairs = query.split('&').filter(|pair| !is_of_signature(pair));
    pairs.collect::<Vec<_>>().join("&")
}

fn is_of_signature(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default();
    let name: Vec<u8> = percent_decode_str(name).collect();
    name.trim_ascii().get(..AMZ.len()).is_some_and(|start| start.eq_ignore_ascii_case(AMZ))
}

/// A URL without the parameters of a signature; `None` where it has none.
fn unsigned(url: &Uri) -> Option<Result<Uri, SigningError>> {
    let query = url.query().filter(|query| query.split('&').any(is_of_signature))?;
    let query = without_signature(query);
    let mark = if query.is_empty() { "" } else { "?" };
    let mut parts = url.clone().into_parts();
    parts.path_and_query = format!("{}{mark}{query}", url.path()).parse().ok();
    Some(Uri::from_parts(parts).map_err(|_| SigningError::Query))
}

/// The host as it is signed: lower case, the port only where it is not the scheme's own, no user (SIG-3).
pub(crate) fn host_of(url: &Uri) -> Result<String, SigningError> {
    let authority = url.authority().ok_or(SigningError::NoHost)?;
    let host = authority.host().to_ascii_lowercase();
    let default = match url.scheme_str() {
        Some("http") => 80,
        _ => 443,
    };
    Ok(match port_of(authority).map_err(|_| SigningError::Port)? {
        Some(port) if port != default => format!("{host}:{port}"),
        _ => host,
    })
}

/// Host and port as they were written, without user name and password.
fn without_user(authority: &Authority) -> &str {
    let authority = authority.as_str();
    authority.rsplit_once('@').map_or(authority, |(_, address)| address)
}

fn header(value: &str, what: &'static str) -> Result<HeaderValue, SigningError> {
    HeaderValue::from_str(value).map_err(|_| SigningError::Header { what })
}

fn secret_header(value: &str, what: &'static str) -> Result<HeaderValue, SigningError> {
    let mut value = header(value, what)?;
    value.set_sensitive(true);
    Ok(value)
}

/// A derived key, or the signature itself.
fn hmac(key: &[u8], message: &str) -> Zeroizing<Vec<u8>> {
    // A key of any length is one.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Zeroizing::default() };
    mac.update(message.as_bytes());
    let mut code = mac.finalize().into_bytes();
    let derived = Zeroizing::new(code.to_vec());
    code.as_mut_slice().zeroize();
    derived
}

fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An error of signing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SigningError {
    /// The URI names no host.
    NoHost,
    /// The URI names a port that is none, such as one above 65535.
    Port,
    /// A query that no URI can carry: they are at most 65,534 bytes long.
    Query,
    /// A part of the signature that no header can carry, such as a session token with a line break. It is not shown.
    Header {
        /// Which part.
        what: &'static str,
    },
    /// A time to expire that presigned URLs cannot have.
    Expiry {
        /// The time.
        found: Duration,
    },
}

impl fmt::Display for SigningError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHost => f.write_str("expected a URI with a host, found one without"),
            Self::Port => f.write_str("expected a port of at most 65535, found another one"),
            Self::Query => f.write_str("expected a query that a URI can carry, found a longer one"),
            Self::Header { what } => {
                write!(f, "{what}: expected what a header can carry, found other characters")
            }
            Self::Expiry { found } => {
                let found = found.as_secs_f64();
                write!(f, "expected a time to expire from 1 to {} s, found {found} s", LONGEST.as_secs())
            }
        }
    }
}

impl Error for SigningError {}
