//! What the tests share.

pub mod readers;

use std::path::{Path, PathBuf};

use awsquery::http::header::AUTHORIZATION;
use awsquery::http::{HeaderValue, Request, Response};

/// The folder of this package.
pub fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The workspace's folder.
pub fn workspace() -> PathBuf {
    folder().parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Sends a request to a loopback server and reads all of the answer, whatever its status.
///
/// The signature is none: moto looks at the credential's scope only, to tell services apart.
///
/// # Errors
///
/// What the HTTP client has to say of the connection.
pub fn send(mut request: Request<String>) -> Result<Response<Vec<u8>>, ureq::Error> {
    let scope = "AWS4-HMAC-SHA256 Credential=test/20260102/us-east-1/rds/aws4_request, SignedHeaders=host, Signature=0";
    request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_static(scope));
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let (parts, mut body) = ureq::Agent::new_with_config(config).run(request)?.into_parts();
    Ok(Response::from_parts(parts, body.read_to_vec()?))
}

/// The example in the README, which must compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
