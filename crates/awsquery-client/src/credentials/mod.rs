//! Credentials, their providers, and the default chain.
//!
//! Without an explicit provider, the client tries these sources in order, by the variables and files of its
//! [`Environment`](crate::Environment), and uses the first that returns credentials. A source that should have credentials and fails
//! ends the search. So does half a key, except a secret alone in the environment. A client without an environment tries none.
//!
//! 1. `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN` (before it what it once was called,
//!    `AWS_SECURITY_TOKEN`); not when a profile is named in code.
//! 2. The profile's role in `role_arn`, assumed by `source_profile` or `credential_source`, unless it has a
//!    `web_identity_token_file`.
//! 3. The role in `AWS_ROLE_ARN`, assumed by the token in `AWS_WEB_IDENTITY_TOKEN_FILE`; what the variables do not say of it,
//!    the profile may, by `role_arn`, `web_identity_token_file` and `role_session_name`. When a profile is named in code, it alone.
//! 4. The profile's keys. They are of one file: the credentials file if it has an `aws_access_key_id`, else the config file.
//! 5. The container, by `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `AWS_CONTAINER_CREDENTIALS_FULL_URI`.
//! 6. The instance's role, by version 2 of its metadata service.
//!
//! The order is botocore's, without what this client does not do.
//!
//! Files must be regular files, symbolic links followed: shared files of at most 1 MiB, tokens of at most 64 KiB. Anything else at
//! their path is an error that names the setting. Token files are read anew for each renewal, off the runtime's threads.
//!
//! The client caches credentials. It renews them from five minutes before they expire, once at a time on each runtime while other
//! calls of that runtime wait. If the renewal fails, valid credentials are still used. Expiry goes by the local clock; for an assumed
//! role, by the clock of STS if STS has reported over TLS that the local clock is wrong. A renewal without fresh credentials is not
//! repeated for half a minute. Credentials that a service refuses as expired are renewed at once.

mod assume_role;
mod cache;
mod chain;
mod container;
mod environment;
mod instance_metadata;
mod json;
mod profile;
#[cfg(feature = "aws-credential-types")]
mod sdk;
mod sources;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use awsquery::{Sensitive, Timestamp};
use zeroize::{ZeroizeOnDrop, Zeroizing};

pub(crate) use self::cache::CredentialsCache;
pub(crate) use self::chain::DefaultChain;
#[cfg(feature = "aws-credential-types")]
pub use self::sdk::SdkCredentials;
pub(crate) use self::sources::Sources;
use crate::future::BoxFuture;
use crate::shown;

/// An access key, and what belongs to it. `Debug` shows the access key's id, which is no secret, and nothing else of it.
///
/// Secret and token are zeroized in memory when the value is dropped; so is each clone's copy.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    access_key_id: String,
    secret_access_key: Sensitive<Zeroizing<String>>,
    session_token: Option<Sensitive<Zeroizing<String>>>,
    expires_at: Option<Timestamp>,
}

impl Credentials {
    /// Returns credentials that do not expire.
    pub fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<String>) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret_access_key: Sensitive::new(Zeroizing::new(secret_access_key.into())),
            session_token: None,
            expires_at: None,
        }
    }

    /// Adds the session token of temporary credentials.
    pub fn with_session_token(mut self, token: impl Into<String>) -> Self {
        self.session_token = Some(Sensitive::new(Zeroizing::new(token.into())));
        self
    }

    /// Sets the time of expiry. The client renews the credentials some minutes before.
    pub fn with_expiry(mut self, expires_at: Timestamp) -> Self {
        self.expires_at = Some(expires_at);
        self
    }

    /// Returns the ID of the access key, which goes over the wire.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Returns the secret, which does not go over the wire.
    pub fn secret_access_key(&self) -> &str {
        self.secret_access_key.expose()
    }

    /// Returns the session token of temporary credentials.
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_ref().map(|token| token.expose().as_str())
    }

    /// Returns the time of expiry. `None` if they do not expire.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}

/// By its fields: both secrets are [`Zeroizing`].
impl ZeroizeOnDrop for Credentials {}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("secret_access_key", &self.secret_access_key)
            .field("session_token", &self.session_token)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

/// A credentials provider. The client caches the credentials until shortly before they expire, and then asks again. On one runtime it
/// asks once at a time, for at most [`Builder::credentials_timeout`](crate::Builder::credentials_timeout). The future is dropped when no
/// call waits for the result any more.
pub trait ProvideCredentials: fmt::Debug + Send + Sync + 'static {
    /// Obtains credentials.
    fn provide(&self) -> BoxFuture<'_, Result<Credentials, CredentialsError>>;
}

/// Static credentials are a provider.
impl ProvideCredentials for Credentials {
    fn provide(&self) -> BoxFuture<'_, Result<Credentials, CredentialsError>> {
        Box::pin(async { Ok(self.clone()) })
    }
}

/// An error of a credentials provider. It quotes no secret. [`DisplayErrorChain`](crate::DisplayErrorChain) shows what lies below it, too.
#[derive(Clone, Debug)]
pub struct CredentialsError(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    provider: &'static str,
    kind: CredentialsErrorKind,
    what: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// The kind of a credentials error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialsErrorKind {
    /// The source has no credentials. A chain tries its next source.
    NotFound,
    /// The credentials are incomplete or cannot be parsed.
    Invalid,
    /// The request for credentials failed.
    Failed,
}

impl CredentialsError {
    /// Returns an error of this provider, such as `my vault`.
    pub fn new(provider: &'static str, kind: CredentialsErrorKind, what: impl Into<String>) -> Self {
        Self(Arc::new(Inner { provider, kind, what: shown::bounded(what.into()), source: None }))
    }

    /// Adds the cause.
    pub fn with_source(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let Inner { provider, kind, what, .. } = &*self.0;
        let what = what.clone();
        Self(Arc::new(Inner { provider, kind: *kind, what, source: Some(source.into()) }))
    }

    pub(crate) fn not_found(provider: &'static str, what: impl Into<String>) -> Self {
        Self::new(provider, CredentialsErrorKind::NotFound, what)
    }

    pub(crate) fn invalid(provider: &'static str, what: impl Into<String>) -> Self {
        Self::new(provider, CredentialsErrorKind::Invalid, what)
    }

    pub(crate) fn failed(provider: &'static str, what: impl Into<String>) -> Self {
        Self::new(provider, CredentialsErrorKind::Failed, what)
    }

    /// Returns the name of the provider.
    pub fn provider(&self) -> &str {
        self.0.provider
    }

    /// Returns the kind.
    pub fn kind(&self) -> CredentialsErrorKind {
        self.0.kind
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.provider, self.0.what)
    }
}

impl Error for CredentialsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as &(dyn Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_zeroized<T: ZeroizeOnDrop>(_: &T) {}

    /// It compiles: a field that is not zeroized would not, and one that is new has to be looked at.
    #[test]
    fn each_secret_of_credentials_is_zeroized() {
        let credentials = Credentials::new("AKIDEXAMPLE", "secret").with_session_token("token");
        assert_zeroized(&credentials);
        let Credentials { access_key_id: _, secret_access_key, session_token, expires_at: _ } = credentials;
        assert_zeroized(secret_access_key.expose());
        assert_zeroized(session_token.as_ref().expect("a token").expose());
    }
}
