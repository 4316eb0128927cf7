//! Credentials of a role that is assumed: by other credentials, or by a token of an identity provider. STS is called by
//! the same engine as RDS, with requests from the same generator.

use std::sync::Arc;
use std::time::Duration;

use awsquery::endpoint::Variant;
use awsquery::retry::RetryPolicy;
use awsquery::{Operation, Service, SignedDuration};
use sts_protocol::operations::{AssumeRole, AssumeRoleWithWebIdentity};
use sts_protocol::types;

use super::sources::Sources;
use super::{Credentials, CredentialsCache, CredentialsError};
use crate::call::engine::{Limits, Target};
use crate::call::send::send;
use crate::config::file;
use crate::endpoint::{Endpoint, ServiceFacts};
use crate::shown;

const PROVIDER: &str = "assumed role";

/// The timeout of a call.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The settings of a role.
#[derive(Debug)]
pub(super) struct Role<'a> {
    pub(super) arn: &'a str,
    pub(super) session_name: Option<&'a str>,
    pub(super) external_id: Option<&'a str>,
    pub(super) duration_seconds: Option<i32>,
}

impl Role<'_> {
    /// Assumes the role by other credentials.
    pub(super) async fn assume(
        &self,
        source: Credentials,
        sources: &Sources,
    ) -> Result<Credentials, CredentialsError> {
        let mut request = AssumeRole::new(self.arn, self.session_name(sources));
        request.external_id = self.external_id.map(str::to_owned);
        request.duration_seconds = self.duration_seconds;
        let source = CredentialsCache::new(Arc::new(source), &sources.engine.clock, TIMEOUT);
        let (output, ahead) = call(request, Some(&source), sources).await?;
        obtained(output.credentials, ahead)
    }

    /// Assumes the role by the token in a file, which this setting names. As with the AWS tools, nothing else that is said of the role counts but the
    /// session's name.
    pub(super) async fn assume_with_web_identity(
        &self,
        (setting, token_file): (&str, &str),
        sources: &Sources,
    ) -> Result<Credentials, CredentialsError> {
        let token = file::read_token(token_file).await.map_err(|error| {
            let file = shown::value(token_file);
            CredentialsError::failed(PROVIDER, format!("{setting}: {file}: {error}"))
        })?;
        let request = AssumeRoleWithWebIdentity::default()
            .role_arn(self.arn)
            .role_session_name(self.session_name(sources))
            .web_identity_token(token.as_str());
        let (output, ahead) = call(request, None, sources).await?;
        obtained(output.credentials, ahead)
    }

    fn session_name(&self, sources: &Sources) -> String {
        match self.session_name {
            Some(name) => name.to_owned(),
            None => format!("awsquery-client-{}", sources.engine.clock.now().as_second()),
        }
    }
}

/// Calls STS. Returns its output, and how far its clock is ahead of the local one, by what it says over TLS.
async fn call<O>(
    request: O,
    credentials: Option<&CredentialsCache>,
    sources: &Sources,
) -> Result<(O::Output, SignedDuration), CredentialsError>
where
    O: Operation,
{
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
        CredentialsError::failed(PROVIDER, format!("{} failed", O::NAME)).with_source(error)
    };
    let url = sources.settings.endpoint_url(O::Service::SDK_ID).map_err(|error| failed(error.into()))?;
    // FIPS and dual stack are said of the service's endpoints, and a custom endpoint is one.
    let variant = if url.is_some() { Variant::Plain } else { sources.variant };
    let endpoint = Endpoint::of(&ServiceFacts::of::<O::Service>(), &sources.region, variant, url.as_deref());
    let limits = Limits {
        retries: RetryPolicy::STANDARD,
        attempt_timeout: Duration::from_secs(10),
        timeout: Some(TIMEOUT),
        response_limit: 256 * 1024,
        validate: true,
    };
    let endpoint = endpoint.map_err(|error| failed(error.into()))?;
    let region = sources.region.clone();
    let target = Target { endpoint, region, credentials, source: None, limits: &limits };
    let response = send(request, &sources.engine, &target).await;
    let output = response.map_err(|error| failed(error.into()))?.output;
    Ok((output, sources.engine.time.authenticated_skew(&[&target.endpoint.uri])))
}

/// Credentials that STS issued, whose clock is ahead of the local one by so much. They expire by the local clock.
fn obtained(
    credentials: Option<types::Credentials>,
    ahead: SignedDuration,
) -> Result<Credentials, CredentialsError> {
    let missing = |what| CredentialsError::invalid(PROVIDER, format!("expected {what} in the answer"));
    let credentials = credentials.ok_or_else(|| missing("Credentials"))?;
    let id = credentials.access_key_id.ok_or_else(|| missing("AccessKeyId"))?;
    let secret = credentials.secret_access_key.ok_or_else(|| missing("SecretAccessKey"))?;
    let token = credentials.session_token.ok_or_else(|| missing("SessionToken"))?;
    let expires_at = credentials.expiration.ok_or_else(|| missing("Expiration"))?;
    Ok(Credentials::new(id, secret.into_exposed())
        .with_session_token(token.into_exposed())
        .with_expiry(expires_at.checked_sub(ahead).unwrap_or(expires_at)))
}
