//! The chain of sources that the AWS tools look through.

use std::fmt;

use super::assume_role::Role;
use super::container::from_container;
use super::environment::from_environment;
use super::instance_metadata::from_instance_metadata;
use super::profile::{from_keys, from_role};
use super::sources::Sources;
use super::{Credentials, CredentialsError, CredentialsErrorKind, ProvideCredentials};
use crate::call::error::DisplayErrorChain;
use crate::config::error::ConfigError;
use crate::future::BoxFuture;

const PROVIDER: &str = "default chain";

/// The environment's variables, the profile's role, a web identity, the profile's keys, the container, the instance: the
/// first that has credentials, in the order of botocore. One that claims to have some and fails ends the search. Without an
/// environment there is none: nobody asked for the machine's own.
pub(crate) struct DefaultChain(Sources);

impl DefaultChain {
    pub(crate) fn new(sources: Sources) -> Self {
        Self(sources)
    }

    async fn search(&self) -> Result<Credentials, CredentialsError> {
        let Sources { settings, engine, .. } = &self.0;
        if !settings.is_environment_given {
            let why = ConfigError::NoEnvironment { wanted: "credentials".into() };
            return Err(CredentialsError::not_found(PROVIDER, why.to_string()));
        }
        let mut searched = Searched::default();
        // A profile that is named in code is meant.
        if !settings.is_profile_explicit {
            if let Some(done) = searched.take(from_environment(&settings.environment)) {
                return done;
            }
        }
        // A role comes before keys that the same profile has: they may be what it is assumed with.
        if let Some(done) = from_role(&self.0).await {
            return done;
        }
        if let Some(done) = searched.take(self.web_identity().await) {
            return done;
        }
        if let Some(done) = searched.take(from_keys(settings)) {
            return done;
        }
        if let Some(done) = searched.take(from_container(&settings.environment, engine).await) {
            return done;
        }
        if let Some(done) = searched.take(from_instance_metadata(settings, engine).await) {
            return done;
        }
        Err(CredentialsError::not_found(PROVIDER, searched.0.join("; ")))
    }

    /// A token of an identity provider: what a variable does not say of it, as EKS does for service accounts, the profile may.
    async fn web_identity(&self) -> Result<Credentials, CredentialsError> {
        let settings = &self.0.settings;
        let get = |variable, key| match settings.is_profile_explicit {
            true => Some((key, settings.profile()?.get(key)?)),
            false => settings.get(variable, key),
        };
        let Some((set, file)) = get("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file") else {
            let what = "AWS_WEB_IDENTITY_TOKEN_FILE is not set";
            return Err(CredentialsError::not_found("web identity", what));
        };
        let Some((_, arn)) = get("AWS_ROLE_ARN", "role_arn") else {
            let what = format!("{set} is set, but neither AWS_ROLE_ARN nor the profile's role_arn");
            return Err(CredentialsError::invalid("web identity", what));
        };
        let session_name = get("AWS_ROLE_SESSION_NAME", "role_session_name").map(|(_, name)| name);
        let role = Role { arn, session_name, external_id: None, duration_seconds: None };
        role.assume_with_web_identity((set, file), &self.0).await
    }
}

/// The messages of the sources without credentials.
#[derive(Default)]
struct Searched(Vec<String>);

impl Searched {
    /// Ends the search, unless there was nothing to be found.
    fn take(
        &mut self,
        result: Result<Credentials, CredentialsError>,
    ) -> Option<Result<Credentials, CredentialsError>> {
        match result {
            Err(error) if error.kind() == CredentialsErrorKind::NotFound => {
                self.0.push(DisplayErrorChain(&error).to_string());
                None
            }
            result => Some(result),
        }
    }
}

impl ProvideCredentials for DefaultChain {
    fn provide(&self) -> BoxFuture<'_, Result<Credentials, CredentialsError>> {
        Box::pin(self.search())
    }
}

impl fmt::Debug for DefaultChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DefaultChain").field("profile", &self.0.settings.profile_name).finish_non_exhaustive()
    }
}
