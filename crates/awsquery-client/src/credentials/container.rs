//! Credentials of a container: Amazon ECS, EKS Pod Identity, and what else sets the same variables.

use std::net::IpAddr;
use std::time::Duration;

use awsquery::Secrets;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderValue, Uri};
use zeroize::Zeroizing;

use super::json::{self, Patience};
use super::{Credentials, CredentialsError};
use crate::call::engine::Engine;
use crate::config::environment::Environment;
use crate::config::file;
use crate::shown;

const PROVIDER: &str = "container";

/// The base of relative URIs.
const HOST: &str = "http://169.254.170.2";

/// Addresses besides those of the machine itself that may be asked without TLS: of ECS and of EKS.
const HOSTS: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];

const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

const PATIENCE: Patience = Patience { attempts: 3, timeout: Duration::from_secs(2) };

/// Asks what `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `AWS_CONTAINER_CREDENTIALS_FULL_URI` names.
pub(super) async fn from_container(
    environment: &Environment,
    engine: &Engine,
) -> Result<Credentials, CredentialsError> {
    let uri = uri(environment)?;
    let mut request = http::Request::new(Bytes::new());
    *request.uri_mut() = uri;
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(token) = token(environment).await? {
        request.headers_mut().insert(AUTHORIZATION, token);
    }
    let secrets = Secrets::of_request(&request);
    let answer = json::fetch(engine, request, PATIENCE).await;
    let (status, body) =
        answer.map_err(|error| CredentialsError::failed(PROVIDER, "no answer").with_source(error))?;
    if !status.is_success() {
        // A refusal says why in the same keys as an answer says its code.
        let why = json::parse(PROVIDER, &body, &secrets)
            .err()
            .filter(|error| error.kind() == super::CredentialsErrorKind::Failed);
        let what = format!("expected status 200, found {}", status.as_u16());
        return Err(why.unwrap_or_else(|| CredentialsError::failed(PROVIDER, what)));
    }
    json::parse(PROVIDER, &body, &secrets)
}

fn uri(environment: &Environment) -> Result<Uri, CredentialsError> {
    let invalid = |what: &str| CredentialsError::invalid(PROVIDER, what);
    if let Some(path) = environment.var("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
        let uri = format!("{HOST}{path}").parse().ok().filter(|_| path.starts_with('/'));
        return uri.ok_or_else(|| {
            invalid("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: expected a path that begins with /")
        });
    }
    let Some(full) = environment.var("AWS_CONTAINER_CREDENTIALS_FULL_URI") else {
        return Err(CredentialsError::not_found(PROVIDER, "AWS_CONTAINER_CREDENTIALS_FULL_URI is not set"));
    };
    let uri: Uri = full.parse().map_err(|_| invalid("AWS_CONTAINER_CREDENTIALS_FULL_URI: expected a URL"))?;
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let is_local = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    match uri.scheme_str() {
        Some("https") => Ok(uri),
        Some("http") if is_local || host == "localhost" || HOSTS.contains(&host) => Ok(uri),
        _ => Err(invalid(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI: expected https://, or http:// and an address of the machine itself",
        )),
    }
}

/// The token that identifies this container.
async fn token(environment: &Environment) -> Result<Option<HeaderValue>, CredentialsError> {
    let invalid = |what: String| CredentialsError::invalid(PROVIDER, what);
    let token = match environment.var(TOKEN_FILE) {
        Some(path) => {
            let token = file::read_token(path).await;
            token.map_err(|error| invalid(format!("{TOKEN_FILE}: {}: {error}", shown::value(path))))?
        }
        None => match environment.var("AWS_CONTAINER_AUTHORIZATION_TOKEN") {
            Some(token) => Zeroizing::new(token.trim().to_owned()),
            None => return Ok(None),
        },
    };
    let value = HeaderValue::try_from(token.as_str());
    let mut value =
        value.map_err(|_| invalid("expected an authorization token that a header can carry".into()))?;
    value.set_sensitive(true);
    Ok(Some(value))
}
