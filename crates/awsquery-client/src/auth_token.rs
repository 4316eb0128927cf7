//! Passwords for databases that take IAM's word (PROTOCOL 5.5).

use std::error::Error;
use std::fmt;
use std::time::Duration;

use awsquery::Timestamp;
use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::credentials::{Credentials, CredentialsError};
use crate::error::DeadlineExceeded;
use crate::presigned_url::with_query;
use crate::region::{InvalidRegion, Region};
use crate::shown;
use crate::signing::{self, Scope, SigningError};

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How long a token holds, if the credentials do.
const EXPIRES_IN: Duration = Duration::from_secs(900);

/// A password for a database user that IAM authenticates, good for 15 minutes. `Debug` does not show it, and it is zeroized
/// in memory when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthToken(Zeroizing<String>);

impl AuthToken {
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
/// use awsquery_client::credentials::Credentials;
/// use awsquery_client::generate_db_auth_token;
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
    // Nothing but the host may stand between the slashes and the port.
    let is_host = |url: &Uri| url.authority().is_some_and(|authority| authority.host() == host);
    let is_plain = !host.is_empty() && (!host.contains([':', '@']) || host.starts_with('['));
    let url = format!("https://{host}:{port}/").parse().ok().filter(|url| is_plain && is_host(url));
    let url = url.ok_or_else(|| AuthTokenError::Host { found: shown::url(host) })?;
    let query = format!("Action=connect&DBUser={}", utf8_percent_encode(user, UNRESERVED));
    let url = with_query(&url, &query).map_err(|_| AuthTokenError::User { length: user.len() })?;
    let scope = Scope { region: region.as_str(), service: "rds-db", time };
    let url = signing::presign(&url, credentials, scope, EXPIRES_IN).map_err(AuthTokenError::Signing)?;
    let url = Zeroizing::new(url);
    Ok(AuthToken(Zeroizing::new(url.strip_prefix("https://").unwrap_or(&url).to_owned())))
}

/// Why there is no token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AuthTokenError {
    /// The region is none.
    Region(InvalidRegion),
    /// The host is none: expected is its name alone, without scheme and port.
    Host {
        /// What was given, without user name, password and query.
        found: String,
    },
    /// The user's name is longer than what a URL can carry.
    User {
        /// How many bytes it has.
        length: usize,
    },
    /// There are no credentials.
    Credentials(CredentialsError),
    /// There were no credentials within the time that a call may take.
    DeadlineExceeded(DeadlineExceeded),
    /// The token cannot be signed.
    Signing(SigningError),
}

impl fmt::Display for AuthTokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Region(error) => error.fmt(f),
            Self::Host { found } => write!(f, "expected the name of a host, found {found:?}"),
            Self::User { length } => {
                write!(f, "expected a user name that a URL can carry, found one of {length} bytes")
            }
            Self::Credentials(error) => write!(f, "credentials: {error}"),
            Self::DeadlineExceeded(error) => error.fmt(f),
            Self::Signing(error) => write!(f, "signature: {error}"),
        }
    }
}

impl Error for AuthTokenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // Each of these says the same as its wrapper.
            Self::Credentials(error) => error.source(),
            Self::Region(_)
            | Self::Host { .. }
            | Self::User { .. }
            | Self::DeadlineExceeded(_)
            | Self::Signing(_) => None,
        }
    }
}
