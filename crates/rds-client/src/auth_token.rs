//! Passwords for databases that authenticate users by IAM (PROTOCOL 5.5).

use std::error::Error;
use std::fmt;
use std::time::Duration;

use awsquery_client::awsquery::{self, Timestamp};
use awsquery_client::credentials::Credentials;
use awsquery_client::signing::{self, Scope};
use awsquery_client::{InvalidRegion, PresignError, Region};
use http::Uri;
use zeroize::Zeroizing;

use crate::Client;

/// The name that a token is signed for.
const SIGNING_NAME: &str = "rds-db";

/// The lifetime of a token, if the credentials live as long.
const EXPIRES_IN: Duration = Duration::from_secs(900);

/// A password for a database user that IAM authenticates, good for 15 minutes. `Debug` does not show it, and it is zeroized
/// in memory when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthToken(Zeroizing<String>);

impl AuthToken {
    /// The token that a presigned URL is.
    fn of(url: Zeroizing<String>) -> Self {
        Self(Zeroizing::new(url.strip_prefix("https://").unwrap_or(&url).to_owned()))
    }

    /// The token, to be given as the password of a connection with TLS.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The token, out of its wrapper.
    pub fn into_string(mut self) -> String {
        std::mem::take(&mut *self.0)
    }
}

impl fmt::Debug for AuthToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthToken(***)")
    }
}

/// Makes the token: a presigned URL of the database, without its scheme. It holds no longer than the credentials.
///
/// ```
/// use rds_client::credentials::Credentials;
/// use rds_client::generate_db_auth_token;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let time = "2026-01-02T03:04:05Z".parse()?;
/// let host = "mydb.abc123.us-east-1.rds.amazonaws.com";
/// let token = generate_db_auth_token(host, 3306, "jane_doe", "us-east-1", &credentials, time)?;
/// assert!(token.as_str().starts_with("mydb.abc123.us-east-1.rds.amazonaws.com:3306/?Action=connect&DBUser=jane_doe&"));
/// assert_eq!(format!("{token:?}"), "AuthToken(***)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// A region that is none; a host that is none; a user name of more than a URL can carry.
pub fn generate_db_auth_token(
    host: &str,
    port: u16,
    user: &str,
    region: &str,
    credentials: &Credentials,
    time: Timestamp,
) -> Result<AuthToken, AuthTokenError> {
    let region: Region = region.parse().map_err(AuthTokenError::Region)?;
    let url = url(host, port, user)?;
    let scope = Scope { region: region.as_str(), service: SIGNING_NAME, time };
    let url = signing::presign(&url, credentials, scope, EXPIRES_IN)
        .map_err(|error| AuthTokenError::Presign(PresignError::Signing(error)))?;
    Ok(AuthToken::of(Zeroizing::new(url)))
}

/// The URL that is signed: a connection's, as if the database were a service of HTTP.
fn url(host: &str, port: u16, user: &str) -> Result<Uri, AuthTokenError> {
    // Nothing but the host may stand between the slashes and the port.
    let is_host = |url: &Uri| url.authority().is_some_and(|authority| authority.host() == host);
    let is_plain = !host.is_empty() && (!host.contains([':', '@']) || host.starts_with('['));
    let url = format!("https://{host}:{port}/");
    if !url.parse().is_ok_and(|url| is_plain && is_host(&url)) {
        return Err(AuthTokenError::Host { found: awsquery::support::url(host) });
    }
    let query = format!("Action=connect&DBUser={}", signing::encode(user));
    format!("{url}?{query}").parse().map_err(|_| AuthTokenError::User { length: user.len() })
}

/// Methods of a client for RDS besides calls.
pub trait ClientExt: sealed::Sealed {
    /// Returns a password for a database that authenticates users by IAM: valid for 15 minutes, for this user on this host. No
    /// call is made.
    ///
    /// The region is the client's, which must be the database's. The token is dated by the local clock, corrected by RDS's
    /// own endpoint in that region where that has said over TLS that the clock is off; a custom endpoint has no say in it.
    ///
    /// ```no_run
    /// use rds_client::{Client, ClientExt};
    ///
    /// # async fn f(client: Client) -> Result<(), rds_client::AuthTokenError> {
    /// let token = client.generate_db_auth_token("mydb.abc123.us-east-1.rds.amazonaws.com", 5432, "jane_doe").await?;
    /// let password = token.as_str();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// No credentials, or not within the time that the client's calls may take; an invalid host; a user name longer than what a
    /// URL can carry.
    fn generate_db_auth_token(
        &self,
        host: &str,
        port: u16,
        user: &str,
    ) -> impl Future<Output = Result<AuthToken, AuthTokenError>> + Send;
}

mod sealed {
    /// Keeps the trait from being implemented elsewhere, so that a method can be added to it.
    pub trait Sealed {}

    impl Sealed for crate::Client {}
}

impl ClientExt for Client {
    async fn generate_db_auth_token(
        &self,
        host: &str,
        port: u16,
        user: &str,
    ) -> Result<AuthToken, AuthTokenError> {
        let url = url(host, port, user)?;
        let token = self.presign(&url, SIGNING_NAME, EXPIRES_IN).await.map_err(AuthTokenError::Presign)?;
        Ok(AuthToken::of(Zeroizing::new(token.into_string())))
    }
}

/// An error of making a token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AuthTokenError {
    /// The region is invalid.
    Region(InvalidRegion),
    /// The host is invalid: it must be a name alone, without scheme and port.
    Host {
        /// The host, without user name, password and query.
        found: String,
    },
    /// The user's name is longer than what a URL can carry.
    User {
        /// Its length, in bytes.
        length: usize,
    },
    /// There are no credentials, or the token cannot be signed with them.
    Presign(PresignError),
}

impl fmt::Display for AuthTokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Region(error) => error.fmt(f),
            Self::Host { found } => write!(f, "expected the name of a host, found {found:?}"),
            Self::User { length } => {
                write!(f, "expected a user name that a URL can carry, found one of {length} bytes")
            }
            Self::Presign(error) => error.fmt(f),
        }
    }
}

impl Error for AuthTokenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // It says the same as its wrapper.
            Self::Presign(error) => error.source(),
            Self::Region(_) | Self::Host { .. } | Self::User { .. } => None,
        }
    }
}
