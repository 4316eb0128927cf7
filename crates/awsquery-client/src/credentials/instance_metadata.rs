//! Credentials of an EC2 instance's role, by its metadata service, version 2 of it only: version 1 answers whoever can
//! make the instance send a request.

use std::time::Duration;

use awsquery::Secrets;
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode};
use zeroize::Zeroizing;

use super::json::{self, Patience};
use super::{Credentials, CredentialsError};
use crate::call::engine::Engine;
use crate::config::environment::Settings;
use crate::http::HttpError;
use crate::shown;

const PROVIDER: &str = "instance metadata";
const ROLES: &str = "/latest/meta-data/iam/security-credentials/";

/// Asks for the instance's role and its credentials.
pub(super) async fn from_instance_metadata(
    settings: &Settings,
    engine: &Engine,
) -> Result<Credentials, CredentialsError> {
    let disabled = settings.environment.var("AWS_EC2_METADATA_DISABLED");
    if disabled.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Err(CredentialsError::not_found(PROVIDER, "AWS_EC2_METADATA_DISABLED is set"));
    }
    let service = Service { engine, endpoint: endpoint(settings)?, patience: patience(settings)? };
    let token = service.token().await?;
    let roles = service.get(ROLES, &token).await?;
    let role = roles.lines().next().map(str::trim).filter(|role| !role.is_empty());
    let role = role.ok_or_else(|| CredentialsError::not_found(PROVIDER, "the instance has no role"))?;
    let mut secrets = Secrets::default();
    secrets.add(&token);
    let answer = service.get(&format!("{ROLES}{role}"), &token).await?;
    json::parse(PROVIDER, answer.as_bytes(), &secrets)
}

struct Service<'a> {
    engine: &'a Engine,
    endpoint: String,
    patience: Patience,
}

impl Service<'_> {
    /// A session, to be shown with each request.
    async fn token(&self) -> Result<HeaderValue, CredentialsError> {
        let mut request = self.request("/latest/api/token")?;
        *request.method_mut() = Method::PUT;
        let headers = request.headers_mut();
        headers.insert("x-aws-ec2-metadata-token-ttl-seconds", HeaderValue::from_static("21600"));
        let (status, body) = json::fetch(self.engine, request, self.patience).await.map_err(nobody)?;
        let token = HeaderValue::from_bytes(&body).ok().filter(|_| status.is_success());
        let mut token = token.ok_or_else(|| refused("a token", status))?;
        token.set_sensitive(true);
        Ok(token)
    }

    async fn get(&self, path: &str, token: &HeaderValue) -> Result<Zeroizing<String>, CredentialsError> {
        let mut request = self.request(path)?;
        request.headers_mut().insert("x-aws-ec2-metadata-token", token.clone());
        let (status, body) = json::fetch(self.engine, request, self.patience).await.map_err(nobody)?;
        match status {
            StatusCode::NOT_FOUND => Err(CredentialsError::not_found(PROVIDER, "the instance has no role")),
            status if status.is_success() => Ok(Zeroizing::new(String::from_utf8_lossy(&body).into_owned())),
            // Not the path: its end is what the service said of the role.
            status if path.starts_with(ROLES) => Err(refused(ROLES, status)),
            status => Err(refused(path, status)),
        }
    }

    fn request(&self, path: &str) -> Result<http::Request<Bytes>, CredentialsError> {
        let uri = format!("{}{path}", self.endpoint).parse().map_err(|_| {
            CredentialsError::invalid(PROVIDER, "AWS_EC2_METADATA_SERVICE_ENDPOINT: expected a URL")
        })?;
        let mut request = http::Request::new(Bytes::new());
        *request.uri_mut() = uri;
        Ok(request)
    }
}

/// Most machines are no instances: then nobody answers there, and that is no error.
fn nobody(error: HttpError) -> CredentialsError {
    CredentialsError::not_found(PROVIDER, "no answer").with_source(error)
}

fn refused(what: &str, status: StatusCode) -> CredentialsError {
    CredentialsError::failed(PROVIDER, format!("{what}: expected status 200, found {}", status.as_u16()))
}

fn endpoint(settings: &Settings) -> Result<String, CredentialsError> {
    let set = settings.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
    if let Some((_, endpoint)) = set {
        return Ok(endpoint.trim_end_matches('/').to_owned());
    }
    let mode = settings.get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode");
    match mode.map(|(name, mode)| (name, mode.to_ascii_lowercase())) {
        None => Ok("http://169.254.169.254".into()),
        Some((_, mode)) if mode == "ipv4" => Ok("http://169.254.169.254".into()),
        Some((_, mode)) if mode == "ipv6" => Ok("http://[fd00:ec2::254]".into()),
        Some((name, mode)) => {
            let what = format!("{name}: expected IPv4 or IPv6, found {:?}", shown::value(&mode));
            Err(CredentialsError::invalid(PROVIDER, what))
        }
    }
}

fn patience(settings: &Settings) -> Result<Patience, CredentialsError> {
    let number = |variable, key| match settings.get(variable, key) {
        None => Ok(1),
        Some((name, value)) => value.parse::<u32>().map_err(|_| {
            let what = format!("{name}: expected a whole number, found {:?}", shown::value(value));
            CredentialsError::invalid(PROVIDER, what)
        }),
    };
    Ok(Patience {
        attempts: number("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts")?,
        timeout: Duration::from_secs(
            number("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout")?.into(),
        ),
    })
}
