//! URLs that others may call: of a copy's source region, and of any operation (PROTOCOL 5.4).

use std::error::Error;
use std::fmt;
use std::time::Duration;

use awsquery::Timestamp;
use http::Uri;
use http::uri::PathAndQuery;
use zeroize::Zeroizing;

use crate::call::error::DeadlineExceeded;
use crate::credentials::{Credentials, CredentialsError};
use crate::endpoint::Endpoint;
use crate::endpoint::region::Region;
use crate::signing::{self, SigningError};

/// The lifetime of the URL for a source region, as in boto3 (PRE-2).
const EXPIRES_IN: Duration = Duration::from_secs(3600);

/// A call in one region that the same call in another one has to allow: a copy of what is encrypted there.
#[derive(Clone, Debug)]
pub(crate) struct CrossRegion {
    /// The endpoint in the source region.
    pub(crate) endpoint: Endpoint,
    pub(crate) destination: Region,
}

impl CrossRegion {
    /// The URL that lets the service call the source region in the caller's name, of a request's form.
    pub(crate) fn presigned_url(
        &self,
        body: &str,
        credentials: &Credentials,
        time: Timestamp,
    ) -> Result<PresignedUrl, SigningError> {
        let query = Zeroizing::new(format!("{body}&DestinationRegion={}", self.destination));
        let url = with_query(&self.endpoint.uri, &query)?;
        let url = signing::presign(&url, credentials, self.endpoint.scope(time), EXPIRES_IN)?;
        Ok(PresignedUrl::new(url))
    }
}

/// A URL by which whoever has it can make a call, until it expires. `Debug` does not show it, and it is zeroized
/// in memory when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct PresignedUrl(Zeroizing<String>);

impl PresignedUrl {
    pub(crate) fn new(url: String) -> Self {
        Self(Zeroizing::new(url))
    }

    /// The URL, to be called with `GET`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A form with the URL as its last parameter.
    pub(crate) fn appended_to(&self, form: &str) -> Zeroizing<String> {
        Zeroizing::new(format!("{form}&PreSignedUrl={}", signing::encode(&self.0)))
    }

    /// The URL, out of its wrapper.
    pub fn into_string(mut self) -> String {
        std::mem::take(&mut *self.0)
    }
}

impl fmt::Debug for PresignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PresignedUrl(***)")
    }
}

/// The reason why there is no presigned URL.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum PresignError {
    /// There are no credentials.
    Credentials(CredentialsError),
    /// There were no credentials within the time that a call may take.
    DeadlineExceeded(DeadlineExceeded),
    /// The URL cannot be signed.
    Signing(SigningError),
}

impl fmt::Display for PresignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credentials(error) => write!(f, "credentials: {error}"),
            Self::DeadlineExceeded(error) => error.fmt(f),
            Self::Signing(error) => write!(f, "signature: {error}"),
        }
    }
}

impl Error for PresignError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // It says the same as its wrapper.
            Self::Credentials(error) => error.source(),
            Self::DeadlineExceeded(_) | Self::Signing(_) => None,
        }
    }
}

/// Signs a call of the Query protocol, whose form becomes the URL's query (SIG-9).
pub(crate) fn of_query(
    endpoint: &Endpoint,
    form: &str,
    credentials: &Credentials,
    time: Timestamp,
    expires_in: Duration,
) -> Result<PresignedUrl, SigningError> {
    let url = with_query(&endpoint.uri, form)?;
    let url = signing::presign(&url, credentials, endpoint.scope(time), expires_in)?;
    Ok(PresignedUrl::new(url))
}

/// An endpoint with a query, which is encoded already.
pub(crate) fn with_query(endpoint: &Uri, query: &str) -> Result<Uri, SigningError> {
    let mut parts = endpoint.clone().into_parts();
    let path = endpoint.path();
    let slash = if path.ends_with('/') { "" } else { "/" };
    let joined = PathAndQuery::try_from(format!("{path}{slash}?{query}"));
    parts.path_and_query = Some(joined.map_err(|_| SigningError::Query)?);
    Uri::from_parts(parts).map_err(|_| SigningError::NoHost)
}
