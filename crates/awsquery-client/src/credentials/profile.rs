//! Credentials of a profile: keys, or a role and what to assume it with.

use super::assume_role::Role;
use super::container::from_container;
use super::environment::from_environment;
use super::instance_metadata::from_instance_metadata;
use super::sources::Sources;
use super::{Credentials, CredentialsError};
use crate::config::environment::Settings;
use crate::config::shared_config::Profile;
use crate::future::BoxFuture;
use crate::shown;

const PROVIDER: &str = "profile";

/// Settings of profiles that this client does not support.
const UNSUPPORTED: [(&str, &str); 4] = [
    ("sso_session", "IAM Identity Center"),
    ("sso_start_url", "IAM Identity Center"),
    ("credential_process", "a process to ask"),
    ("login_session", "a login session"),
];

/// The role of the settings' profile, if it has one that is assumed by other credentials. One with a web identity is the
/// chain's own matter, whatever else the profile has, since variables may say the rest of it.
pub(super) async fn from_role(sources: &Sources) -> Option<Result<Credentials, CredentialsError>> {
    let profile = sources.settings.profile()?;
    profile.get("role_arn")?;
    if profile.get("web_identity_token_file").is_some() {
        return None;
    }
    Some(assumed(sources, sources.settings.profile_name.clone(), profile, Vec::new()).await)
}

/// The keys of the settings' profile.
pub(super) fn from_keys(settings: &Settings) -> Result<Credentials, CredentialsError> {
    let name = &settings.profile_name;
    match settings.profile() {
        Some(profile) => own(name, profile),
        None => Err(CredentialsError::not_found(PROVIDER, format!("there is no profile {name:?}"))),
    }
}

/// The role of a profile. `above` are the profiles that it is the source of.
fn assumed<'a>(
    sources: &'a Sources,
    name: String,
    profile: &'a Profile,
    above: Vec<String>,
) -> BoxFuture<'a, Result<Credentials, CredentialsError>> {
    Box::pin(async move {
        let role = role(&name, profile)?;
        let source = match (profile.get("source_profile"), profile.get("credential_source")) {
            (None, Some(source)) => named(source, &name, sources).await?,
            (Some(source), None) => of_source(sources, source, name, above).await?,
            _ => {
                let expected =
                    "role_arn: expected one of source_profile, credential_source and web_identity_token_file";
                return Err(invalid(&name, expected));
            }
        };
        role.assume(source, sources).await
    })
}

/// The credentials of a profile that the one of this name has as its source: what it says is all that counts, no variable.
async fn of_source(
    sources: &Sources,
    source: &str,
    name: String,
    mut above: Vec<String>,
) -> Result<Credentials, CredentialsError> {
    let Some(profile) = sources.settings.shared.profile(source) else {
        return Err(invalid(&name, &format!("there is no source_profile {:?}", shown::value(source))));
    };
    // Half of them, too, are meant to be used.
    let has_keys =
        ["aws_access_key_id", "aws_secret_access_key"].iter().any(|key| profile.get(key).is_some());
    let is_round = *source == name || above.iter().any(|above| above == source);
    match (profile.get("role_arn"), profile.get("web_identity_token_file")) {
        (Some(arn), Some(file)) => by_web_identity(arn, profile, file, sources).await,
        // A web identity comes before keys.
        (None, Some(_)) => Err(invalid(source, "expected role_arn beside web_identity_token_file")),
        (Some(_), None) if !has_keys && is_round => {
            Err(invalid(&name, &format!("source_profile {:?} leads back to it", shown::value(source))))
        }
        (Some(_), None) if !has_keys => {
            above.push(name);
            assumed(sources, source.to_owned(), profile, above).await
        }
        _ => own(source, profile),
    }
}

/// The role of a profile that another one has as its source.
async fn by_web_identity(
    arn: &str,
    profile: &Profile,
    token_file: &str,
    sources: &Sources,
) -> Result<Credentials, CredentialsError> {
    let session_name = profile.get("role_session_name");
    let role = Role { arn, session_name, external_id: None, duration_seconds: None };
    role.assume_with_web_identity(("web_identity_token_file", token_file), sources).await
}

fn role<'a>(name: &str, profile: &'a Profile) -> Result<Role<'a>, CredentialsError> {
    if profile.get("mfa_serial").is_some() {
        return Err(invalid(name, "mfa_serial: this client cannot ask for a code"));
    }
    Ok(Role {
        arn: profile.get("role_arn").unwrap_or_default(),
        session_name: profile.get("role_session_name"),
        external_id: profile.get("external_id"),
        duration_seconds: duration_seconds(name, profile)?,
    })
}

fn duration_seconds(name: &str, profile: &Profile) -> Result<Option<i32>, CredentialsError> {
    match profile.get("duration_seconds").map(str::parse) {
        None => Ok(None),
        Some(Ok(seconds)) => Ok(Some(seconds)),
        Some(Err(_)) => Err(invalid(name, "duration_seconds: expected a whole number")),
    }
}

/// Obtains the credentials that `credential_source` names.
async fn named(source: &str, name: &str, sources: &Sources) -> Result<Credentials, CredentialsError> {
    let Sources { settings, engine, .. } = sources;
    match source {
        "Environment" => from_environment(&settings.environment),
        "EcsContainer" => from_container(&settings.environment, engine).await,
        "Ec2InstanceMetadata" => from_instance_metadata(settings, engine).await,
        _ => {
            let expected = "expected Environment, EcsContainer or Ec2InstanceMetadata";
            Err(invalid(name, &format!("credential_source: {expected}, found {:?}", shown::value(source))))
        }
    }
}

/// The keys of a profile.
fn own(name: &str, profile: &Profile) -> Result<Credentials, CredentialsError> {
    let (id, secret) = match (profile.get("aws_access_key_id"), profile.get("aws_secret_access_key")) {
        (Some(id), Some(secret)) => (id, secret),
        (Some(_), None) => {
            return Err(invalid(name, "expected aws_secret_access_key beside aws_access_key_id"));
        }
        (None, Some(_)) => {
            return Err(invalid(name, "expected aws_access_key_id beside aws_secret_access_key"));
        }
        (None, None) => return Err(without_keys(name, profile)),
    };
    let credentials = Credentials::new(id, secret);
    // In botocore's order, in which the first one that is there counts, be it empty.
    let key = ["aws_security_token", "aws_session_token"].into_iter().find(|key| profile.has(key));
    Ok(match key.and_then(|key| profile.get(key)) {
        Some(token) => credentials.with_session_token(token),
        None => credentials,
    })
}

fn without_keys(name: &str, profile: &Profile) -> CredentialsError {
    match UNSUPPORTED.iter().find(|(key, _)| profile.get(key).is_some()) {
        Some((key, what)) => invalid(
            name,
            &format!(
                "{key}: this client does not know {what}; its feature aws-credential-types takes any provider"
            ),
        ),
        None => {
            CredentialsError::not_found(PROVIDER, format!("the profile {name:?} has no keys and no role"))
        }
    }
}

fn invalid(name: &str, what: &str) -> CredentialsError {
    CredentialsError::invalid(PROVIDER, format!("{name:?}: {what}"))
}
