//! Where a service is called: by region, or where one is told (PROTOCOL 6.2).

mod partition;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;

use awsquery::port::port_of;
use http::Uri;

use self::partition::Partition;
use crate::region::Region;
use crate::shown;

/// Which of a region's endpoints is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Variant {
    pub(crate) fips: bool,
    pub(crate) dual_stack: bool,
}

/// The endpoint of a service in a region. `prefix` is the first label of its host names.
///
/// The rules are those of RDS, and of STS with regional endpoints: the label, the region, the partition's suffix.
pub(crate) fn of_region(prefix: &str, region: &Region, variant: Variant) -> Result<Uri, EndpointError> {
    let partition = Partition::of(region.as_str());
    let suffix = if variant.dual_stack { partition.dual_stack_suffix } else { partition.suffix };
    // GovCloud's plain endpoints are FIPS endpoints, and have no others but for dual stack.
    let is_fips_by_name = partition.plain_is_fips && !variant.dual_stack;
    let fips = if variant.fips && !is_fips_by_name { "-fips" } else { "" };
    let url = format!("https://{prefix}{fips}.{region}.{suffix}/");
    url.parse().map_err(|_| EndpointError::Url { found: shown::url(&url), expected: "a host" })
}

/// An endpoint of one's own. It cannot be combined with a variant: which hosts those are, only AWS knows.
pub(crate) fn custom(url: &str, variant: Variant) -> Result<Uri, EndpointError> {
    match variant {
        Variant { fips: true, .. } => return Err(EndpointError::CustomVariant { variant: "FIPS" }),
        Variant { dual_stack: true, .. } => {
            return Err(EndpointError::CustomVariant { variant: "dual stack" });
        }
        Variant { fips: false, dual_stack: false } => {}
    }
    let refuse = |expected| EndpointError::Url { found: shown::url(url), expected };
    let uri: Uri = url.parse().map_err(|_| refuse("a URL such as http://localhost:5000"))?;
    match uri.scheme_str() {
        Some("http" | "https") if uri.query().is_some() => Err(refuse("no query")),
        Some("http" | "https") if url.contains('@') => Err(refuse("a host without user name and password")),
        Some("http" | "https") if uri.authority().is_none_or(|host| port_of(host).is_err()) => {
            Err(refuse("a port of at most 65535"))
        }
        Some("http" | "https") => Ok(uri),
        _ => Err(refuse("http:// or https://")),
    }
}

/// Why there is no endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointError {
    /// An endpoint of one's own together with FIPS or dual stack, which it cannot be known to have.
    CustomVariant {
        /// Which.
        variant: &'static str,
    },
    /// An endpoint that is none.
    Url {
        /// What was given, without user name, password and query.
        found: String,
        /// What was expected.
        expected: &'static str,
    },
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CustomVariant { variant } => {
                write!(
                    f,
                    "endpoint: {variant} is asked for, and so is an endpoint of one's own: expected one of them"
                )
            }
            Self::Url { found, expected } => write!(f, "endpoint: expected {expected}, found {found:?}"),
        }
    }
}

impl Error for EndpointError {}
