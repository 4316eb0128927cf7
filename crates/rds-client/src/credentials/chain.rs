//! The chain of sources that the AWS tools look through.

use std::fmt;

use super::assume_role::Role;
use super::container::from_container;
use super::environment::from_environment;
use super::instance_metadata::from_instance_metadata;
use super::profile::from_profile;
use super::{Credentials, CredentialsError, CredentialsErrorKind, ProvideCredentials};
use crate::endpoint::Variant;
use crate::engine::Engine;
use crate::environment::Settings;
use crate::future::BoxFuture;
use crate::region::Region;

/// What credentials are obtained with.
pub(crate) struct Sources {
    pub(crate) settings: Settings,
    pub(crate) engine: Engine,
    pub(crate) region: Region,
    pub(crate) variant: Variant,
}

/// The environment's variables, the profile, a web identity, the container, the instance: the first that has credentials.
/// One that claims to have some and fails ends the search.
pub(crate) struct DefaultChain(Sources);

impl DefaultChain {
    pub(crate) fn new(sources: Sources) -> Self {
        Self(sources)
    }

    async fn search(&self) -> Result<Credentials, CredentialsError> {
        let Sources { settings, engine, .. } = &self.0;
        let mut searched = Searched::default();
        // A profile that is named in code is meant.
        if !settings.is_profile_explicit {
            if let Some(done) = searched.take(from_environment(&settings.environment)) {
                return done;
            }
        }
        if let Some(done) = searched.take(from_profile(&self.0).await) {
            return done;
        }
        if let Some(done) = searched.take(self.web_identity().await) {
            return done;
        }
        if let Some(done) = searched.take(from_container(&settings.environment, engine).await) {
            return done;
        }
        if let Some(done) = searched.take(from_instance_metadata(settings, engine).await) {
            return done;
        }
        Err(CredentialsError::not_found("default chain", searched.0.join("; ")))
    }

    /// As EKS has it for service accounts.
    async fn web_identity(&self) -> Result<Credentials, CredentialsError> {
        let environment = &self.0.settings.environment;
        let Some(file) = environment.var("AWS_WEB_IDENTITY_TOKEN_FILE") else {
            let what = "AWS_WEB_IDENTITY_TOKEN_FILE is not set";
            return Err(CredentialsError::not_found("web identity", what));
        };
        let Some(arn) = environment.var("AWS_ROLE_ARN") else {
            let what = "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not";
            return Err(CredentialsError::invalid("web identity", what));
        };
        let session_name = environment.var("AWS_ROLE_SESSION_NAME");
        let role = Role { arn, session_name, external_id: None, duration_seconds: None };
        role.assume_with_web_identity(file, &self.0).await
    }
}

/// What those who had none said.
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
                self.0.push(error.to_string());
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
