//! The errors of resolution.

use std::error::Error;
use std::fmt;

use super::Variant;

/// The reason why a service has no endpoint for the given parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointError {
    /// Neither a region nor a custom endpoint is set.
    NoRegion,
    /// The region cannot be a label of a host name.
    InvalidRegion {
        /// The region.
        found: String,
    },
    /// The service's model has no endpoint rules, and no custom endpoint is set.
    NoRules,
    /// A custom endpoint is set together with FIPS, dual stack or both.
    CustomVariant {
        /// The variant.
        variant: Variant,
    },
    /// The region's partition does not support the variant.
    UnsupportedVariant {
        /// The variant.
        variant: Variant,
        /// The region.
        region: String,
        /// The partition's name.
        partition: &'static str,
    },
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRegion => f.write_str("missing region: must be set, since no custom endpoint is"),
            Self::InvalidRegion { found } => {
                write!(f, "invalid region {found:?}: must be a label of a host name, such as eu-west-1")
            }
            Self::NoRules => f.write_str(
                "no endpoint is known, since the service's model has no endpoint rules: a custom endpoint must be set",
            ),
            Self::CustomVariant { variant } => {
                write!(f, "{variant} cannot be combined with a custom endpoint: only one of them may be set")
            }
            Self::UnsupportedVariant { variant, region, partition } => {
                write!(f, "the partition {partition} of the region {region} does not support {variant}")
            }
        }
    }
}

impl Error for EndpointError {}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain endpoints",
            Self::Fips => "FIPS",
            Self::DualStack => "dual stack",
            Self::FipsDualStack => "FIPS with dual stack",
        })
    }
}
