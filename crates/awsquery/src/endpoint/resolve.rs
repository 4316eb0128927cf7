//! Resolution of a service's facts and a caller's parameters to an endpoint.

use super::{EndpointError, Endpoints, Partition, Rule, Variant};
use crate::value::text::is_host_label;

/// The caller's parameters for the endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Params<'a> {
    /// The region.
    pub region: Option<&'a str>,
    /// The custom endpoint, which takes precedence over the service's rules.
    pub custom: Option<&'a str>,
    /// The variant.
    pub variant: Variant,
    /// True if STS is called at its global endpoint from the regions that have long used it by default; default: false.
    pub use_global_endpoint: bool,
}

impl<'a> Params<'a> {
    /// Sets the region.
    pub const fn region(self, region: &'a str) -> Self {
        Self { region: Some(region), ..self }
    }

    /// Sets a custom endpoint.
    pub const fn custom(self, endpoint: &'a str) -> Self {
        Self { custom: Some(endpoint), ..self }
    }

    /// Sets the variant.
    pub const fn variant(self, variant: Variant) -> Self {
        Self { variant, ..self }
    }

    /// Sets the requirement for a FIPS endpoint.
    pub const fn use_fips(self, use_fips: bool) -> Self {
        let variant = Variant::new(use_fips, self.variant.is_dual_stack());
        Self { variant, ..self }
    }

    /// Sets the requirement for a dual-stack endpoint.
    pub const fn use_dual_stack(self, use_dual_stack: bool) -> Self {
        let variant = Variant::new(self.variant.is_fips(), use_dual_stack);
        Self { variant, ..self }
    }

    /// Sets the use of STS's global endpoint in the regions that have long used it by default.
    pub const fn use_global_endpoint(self, use_global_endpoint: bool) -> Self {
        Self { use_global_endpoint, ..self }
    }
}

/// A resolved endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoint {
    /// The URL. Has no path, unless a custom endpoint has one.
    pub url: String,
    /// The region to sign for. Absent for a custom endpoint without a region.
    pub signing_region: Option<String>,
    /// The name to sign for, if it differs from [`Service::SIGNING_NAME`](crate::Service::SIGNING_NAME).
    pub signing_name: Option<&'static str>,
}

impl Endpoints {
    /// Returns the endpoint for these parameters.
    ///
    /// # Errors
    ///
    /// Fails if the parameters contradict each other or have no endpoint. A custom endpoint is not parsed.
    pub fn resolve(&self, params: &Params<'_>) -> Result<Endpoint, EndpointError> {
        let variant = params.variant;
        if let Some(custom) = params.custom {
            return match variant {
                Variant::Plain => Ok(Endpoint {
                    url: custom.to_owned(),
                    signing_region: params.region.map(str::to_owned),
                    signing_name: None,
                }),
                _ => Err(EndpointError::CustomVariant { variant }),
            };
        }
        if *self == Self::NONE {
            return Err(EndpointError::NoRules);
        }
        let region = params.region.ok_or(EndpointError::NoRegion)?;
        if !is_host_label(region) {
            return Err(EndpointError::InvalidRegion { found: region.to_owned() });
        }
        let partition = Partition::of(region);
        let mut rules = self.rules(params).iter();
        let unsupported = || EndpointError::UnsupportedVariant {
            variant,
            region: region.into(),
            partition: partition.name,
        };
        let rule = rules.find(|rule| rule.applies(region, partition)).ok_or_else(unsupported)?;
        if rule.unchecked || partition.supports(variant) {
            Ok(rule.endpoint(region, partition, variant))
        } else {
            Err(unsupported())
        }
    }

    fn rules(&self, params: &Params<'_>) -> &'static [Rule] {
        match params.variant {
            Variant::Plain if params.use_global_endpoint && !self.global.is_empty() => self.global,
            Variant::Plain => self.plain,
            Variant::Fips => self.fips,
            Variant::DualStack => self.dual_stack,
            Variant::FipsDualStack => self.fips_dual_stack,
        }
    }
}

impl Partition {
    pub(super) fn supports(&self, variant: Variant) -> bool {
        (!variant.is_fips() || self.supports_fips) && (!variant.is_dual_stack() || self.supports_dual_stack)
    }
}

impl Rule {
    fn applies(&self, region: &str, partition: &Partition) -> bool {
        (self.partitions.is_empty() || self.partitions.contains(&partition.name))
            && (self.regions.is_empty() || self.regions.contains(&region))
    }

    fn endpoint(&self, region: &str, partition: &Partition, variant: Variant) -> Endpoint {
        let suffix = match variant.is_dual_stack() {
            true => partition.dual_stack_dns_suffix,
            false => partition.dns_suffix,
        };
        let filled = |template: &str| {
            let text = template.replace("{region}", region).replace("{suffix}", suffix);
            text.replace("{global_region}", partition.global_region)
        };
        Endpoint {
            url: format!("https://{}", filled(self.host)),
            signing_region: Some(self.signing_region.map_or_else(|| region.to_owned(), filled)),
            signing_name: self.signing_name,
        }
    }
}
