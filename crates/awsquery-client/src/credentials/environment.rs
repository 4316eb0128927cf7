//! Credentials from the environment's variables.

use super::{Credentials, CredentialsError};
use crate::config::environment::Environment;

const PROVIDER: &str = "environment";

/// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, with the session's token where there is one: of its two names botocore asks
/// for the older one first. Without an id there is no key, and the chain goes on, as botocore's does.
pub(super) fn from_environment(environment: &Environment) -> Result<Credentials, CredentialsError> {
    let secret = environment.var("AWS_SECRET_ACCESS_KEY");
    let Some(id) = environment.var("AWS_ACCESS_KEY_ID") else {
        let what = match secret {
            Some(_) => "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not",
            None => "AWS_ACCESS_KEY_ID is not set",
        };
        return Err(CredentialsError::not_found(PROVIDER, what));
    };
    let Some(secret) = secret else {
        let what = "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not";
        return Err(CredentialsError::invalid(PROVIDER, what));
    };
    let credentials = Credentials::new(id, secret);
    let token = environment.var("AWS_SECURITY_TOKEN").or_else(|| environment.var("AWS_SESSION_TOKEN"));
    Ok(match token {
        Some(token) => credentials.with_session_token(token),
        None => credentials,
    })
}
