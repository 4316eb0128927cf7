//! The endpoint of a call: by the service's facts and the region, or a custom one (PROTOCOL 6.2).

pub(crate) mod region;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;

use awsquery::endpoint::{self, Endpoints, Params, SignatureVersion, Variant};
use awsquery::support::check_endpoint;
use awsquery::{Service, Timestamp};
use http::Uri;

use crate::endpoint::region::Region;
use crate::shown;
use crate::signing::Scope;

/// The facts of a service that calls go by, for code that is compiled once for all services.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServiceFacts {
    pub(crate) sdk_id: &'static str,
    pub(crate) signature_version: SignatureVersion,
    signing_name: &'static str,
    endpoints: Endpoints,
}

impl ServiceFacts {
    /// Returns the facts that a generated crate states.
    pub(crate) const fn of<S: Service>() -> Self {
        Self {
            sdk_id: S::SDK_ID,
            signature_version: S::SIGNATURE_VERSION,
            signing_name: S::SIGNING_NAME,
            endpoints: S::ENDPOINTS,
        }
    }
}

/// An endpoint, and what requests to it are signed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) uri: Uri,
    /// True for a custom endpoint, whose host is not changed.
    pub(crate) is_custom: bool,
    pub(crate) signing_region: String,
    pub(crate) signing_name: &'static str,
}

impl Endpoint {
    /// Returns the endpoint of a service in a region, or the custom one.
    pub(crate) fn of(
        service: &ServiceFacts,
        region: &Region,
        variant: Variant,
        custom: Option<&str>,
    ) -> Result<Self, EndpointError> {
        let mut params = Params::default().region(region.as_str()).variant(variant);
        params.custom = custom;
        let resolved = service.endpoints.resolve(&params).map_err(EndpointError::of)?;
        Ok(Self {
            uri: parse(&resolved.url)?,
            is_custom: custom.is_some(),
            signing_region: resolved.signing_region.unwrap_or_else(|| region.as_str().to_owned()),
            signing_name: resolved.signing_name.unwrap_or(service.signing_name),
        })
    }

    /// Returns the scope of signatures at a time.
    pub(crate) fn scope(&self, time: Timestamp) -> Scope<'_> {
        Scope { region: &self.signing_region, service: self.signing_name, time }
    }
}

/// Parses a URL that requests can be sent to.
fn parse(url: &str) -> Result<Uri, EndpointError> {
    let refuse = |expected| EndpointError::Url { found: shown::url(url), expected };
    let uri: Uri = url.parse().map_err(|_| refuse("be a URL such as http://localhost:5000"))?;
    check_endpoint(&uri).map_err(refuse)?;
    Ok(uri)
}

/// The reason why there is no endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointError {
    /// A custom endpoint together with FIPS or dual stack.
    CustomVariant {
        /// The variant.
        variant: &'static str,
    },
    /// An invalid endpoint.
    Url {
        /// The URL, without user name, password and query.
        found: String,
        /// The requirement.
        expected: &'static str,
    },
    /// A service, a region and a variant for which no endpoint is known.
    Unresolved(endpoint::EndpointError),
}

impl EndpointError {
    fn of(error: endpoint::EndpointError) -> Self {
        match error {
            endpoint::EndpointError::CustomVariant { variant: Variant::DualStack } => {
                Self::CustomVariant { variant: "dual stack" }
            }
            endpoint::EndpointError::CustomVariant { .. } => Self::CustomVariant { variant: "FIPS" },
            error => Self::Unresolved(error),
        }
    }
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CustomVariant { variant } => {
                write!(f, "{variant} cannot be combined with a custom endpoint")
            }
            Self::Url { found, expected } => write!(f, "invalid endpoint {found:?}: must {expected}"),
            Self::Unresolved(error) => write!(f, "endpoint: {error}"),
        }
    }
}

impl Error for EndpointError {}
