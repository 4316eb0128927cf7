//! Endpoints: the URL of a service in a region, and the region and name to sign for.
//!
//! A generated [`Service`](crate::Service) has its endpoint facts in [`Service::ENDPOINTS`](crate::Service::ENDPOINTS).
//! The generator reads them from the service's endpoint rule set. [`Endpoints::resolve`] applies them to a region. The
//! partitions of AWS come from the same release as the service models.
//!
//! ```
//! use awsquery::endpoint::{Endpoints, Params, Rule};
//!
//! const ENDPOINTS: Endpoints = Endpoints::plain(&[Rule::host("rds.{region}.{suffix}")])
//!     .fips(&[Rule::host("rds.{region}.amazonaws.com").partitions(&["aws-us-gov"]), Rule::host("rds-fips.{region}.{suffix}")]);
//!
//! let endpoint = ENDPOINTS.resolve(&Params::default().region("cn-north-1"))?;
//! assert_eq!(endpoint.url, "https://rds.cn-north-1.amazonaws.com.cn");
//! let endpoint = ENDPOINTS.resolve(&Params::default().region("us-gov-west-1").use_fips(true))?;
//! assert_eq!(endpoint.url, "https://rds.us-gov-west-1.amazonaws.com");
//! # Ok::<(), awsquery::endpoint::EndpointError>(())
//! ```

mod error;
#[rustfmt::skip]
mod generated;
mod partition;
mod resolve;
#[cfg(test)]
mod tests;

pub use self::error::EndpointError;
pub use self::partition::Partition;
pub use self::resolve::{Endpoint, Params};

/// The endpoints of a service: rules for each [`Variant`]. The first rule that applies decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoints {
    /// Rules for [`Variant::Plain`].
    pub plain: &'static [Rule],
    /// Rules for [`Variant::Fips`].
    pub fips: &'static [Rule],
    /// Rules for [`Variant::DualStack`].
    pub dual_stack: &'static [Rule],
    /// Rules for [`Variant::FipsDualStack`].
    pub fips_dual_stack: &'static [Rule],
    /// Rules for [`Variant::Plain`] with [`Params::use_global_endpoint`]. Empty for all services except STS.
    pub global: &'static [Rule],
}

impl Endpoints {
    /// No endpoints, for a service whose model has no endpoint rules.
    pub const NONE: Self = Self::plain(&[]);

    /// Returns endpoints with these rules for [`Variant::Plain`].
    pub const fn plain(plain: &'static [Rule]) -> Self {
        Self { plain, fips: &[], dual_stack: &[], fips_dual_stack: &[], global: &[] }
    }

    /// Sets the rules for [`Variant::Fips`].
    pub const fn fips(self, fips: &'static [Rule]) -> Self {
        Self { fips, ..self }
    }

    /// Sets the rules for [`Variant::DualStack`].
    pub const fn dual_stack(self, dual_stack: &'static [Rule]) -> Self {
        Self { dual_stack, ..self }
    }

    /// Sets the rules for [`Variant::FipsDualStack`].
    pub const fn fips_dual_stack(self, fips_dual_stack: &'static [Rule]) -> Self {
        Self { fips_dual_stack, ..self }
    }

    /// Sets the rules for [`Variant::Plain`] with [`Params::use_global_endpoint`].
    pub const fn global(self, global: &'static [Rule]) -> Self {
        Self { global, ..self }
    }
}

/// A rule: the regions it applies to, and their endpoint.
///
/// Hosts and signing regions may contain these placeholders: `{region}` is the region, and `{suffix}` is the
/// partition's DNS suffix for the variant. `{global_region}` is the region that signs for the partition's global
/// services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// The partitions that the rule applies to; empty for all.
    pub partitions: &'static [&'static str],
    /// The regions that the rule applies to; empty for all.
    pub regions: &'static [&'static str],
    /// True if the rule applies even if the partition is not known to support FIPS or dual stack.
    pub unchecked: bool,
    /// The host.
    pub host: &'static str,
    /// The region to sign for, if it differs from the called region.
    pub signing_region: Option<&'static str>,
    /// The name to sign for, if it differs from [`Service::SIGNING_NAME`](crate::Service::SIGNING_NAME).
    pub signing_name: Option<&'static str>,
}

impl Rule {
    /// Returns a rule that names this host in every region.
    pub const fn host(host: &'static str) -> Self {
        Self {
            partitions: &[],
            regions: &[],
            unchecked: false,
            host,
            signing_region: None,
            signing_name: None,
        }
    }

    /// Restricts the rule to these partitions.
    pub const fn partitions(self, partitions: &'static [&'static str]) -> Self {
        Self { partitions, ..self }
    }

    /// Restricts the rule to these regions.
    pub const fn regions(self, regions: &'static [&'static str]) -> Self {
        Self { regions, ..self }
    }

    /// Applies the rule even if the partition is not known to support FIPS or dual stack.
    pub const fn unchecked(self) -> Self {
        Self { unchecked: true, ..self }
    }

    /// Sets the region to sign for.
    pub const fn signing_region(self, region: &'static str) -> Self {
        Self { signing_region: Some(region), ..self }
    }

    /// Sets the name to sign for.
    pub const fn signing_name(self, name: &'static str) -> Self {
        Self { signing_name: Some(name), ..self }
    }
}

/// The kind of endpoint to call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Variant {
    /// An endpoint without requirements.
    #[default]
    Plain,
    /// An endpoint whose cryptography is validated for FIPS 140.
    Fips,
    /// An endpoint that is reached over IPv4 and IPv6.
    DualStack,
    /// A FIPS endpoint for IPv4 and IPv6.
    FipsDualStack,
}

impl Variant {
    /// Returns the variant with these properties.
    pub const fn new(use_fips: bool, use_dual_stack: bool) -> Self {
        match (use_fips, use_dual_stack) {
            (false, false) => Self::Plain,
            (true, false) => Self::Fips,
            (false, true) => Self::DualStack,
            (true, true) => Self::FipsDualStack,
        }
    }

    /// Returns true for a FIPS variant.
    pub const fn is_fips(self) -> bool {
        matches!(self, Self::Fips | Self::FipsDualStack)
    }

    /// Returns true for a dual-stack variant.
    pub const fn is_dual_stack(self) -> bool {
        matches!(self, Self::DualStack | Self::FipsDualStack)
    }
}

/// The signature version that a service accepts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureVersion {
    /// Signature Version 2, for a few old services.
    V2,
    /// Signature Version 4.
    #[default]
    V4,
}
