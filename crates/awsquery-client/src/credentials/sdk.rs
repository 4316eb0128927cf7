//! Credentials from what provides them to the AWS SDK.

use std::time::SystemTime;

use awsquery::Timestamp;

use super::{Credentials, CredentialsError, ProvideCredentials};
use crate::future::BoxFuture;

/// Any provider of the AWS SDK, such as the chain of `aws-config`, with all that it knows of: IAM Identity Center,
/// processes, its own caches.
///
/// ```
/// use awsquery_client::Client;
/// use awsquery_client::credentials::SdkCredentials;
/// use rds_protocol::Rds;
///
/// // `aws_config::load_defaults(…).await.credentials_provider()` gives one too.
/// let provider = aws_credential_types::Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let client = Client::<Rds>::builder().region("eu-west-1").credentials(SdkCredentials(provider)).build()?;
/// # Ok::<(), awsquery_client::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SdkCredentials<P>(pub P);

impl<P> ProvideCredentials for SdkCredentials<P>
where
    P: aws_credential_types::provider::ProvideCredentials + 'static,
{
    fn provide(&self) -> BoxFuture<'_, Result<Credentials, CredentialsError>> {
        Box::pin(async {
            let provided = self.0.provide_credentials().await;
            let found = provided
                .map_err(|error| CredentialsError::failed("AWS SDK", "no credentials").with_source(error))?;
            let mut credentials = Credentials::new(found.access_key_id(), found.secret_access_key());
            if let Some(token) = found.session_token() {
                credentials = credentials.with_session_token(token);
            }
            if let Some(expires_at) = found.expiry().and_then(timestamp) {
                credentials = credentials.with_expiry(expires_at);
            }
            Ok(credentials)
        })
    }
}

/// A time that is beyond what can be written is as good as none.
fn timestamp(time: SystemTime) -> Option<Timestamp> {
    Timestamp::try_from(time).ok()
}
