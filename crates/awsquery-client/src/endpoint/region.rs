//! Regions.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use awsquery::support::is_host_label;

use crate::shown;

/// A region's name, such as `eu-west-1`. Any label of a host is one: new regions need no new client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Region(String);

impl Region {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A region, and whether it was named in the old way that asks for FIPS endpoints: `fips-us-east-1`,
    /// `us-east-1-fips` (END-2).
    pub(crate) fn parse_with_fips(name: &str) -> Result<(Self, bool), InvalidRegion> {
        let plain = name.strip_prefix("fips-").or_else(|| name.strip_suffix("-fips"));
        let region =
            plain.unwrap_or(name).parse().map_err(|_| InvalidRegion { found: shown::value(name) })?;
        Ok((region, plain.is_some()))
    }
}

impl FromStr for Region {
    type Err = InvalidRegion;

    fn from_str(name: &str) -> Result<Self, InvalidRegion> {
        match is_host_label(name) {
            true => Ok(Self(name.to_ascii_lowercase())),
            false => Err(InvalidRegion { found: shown::value(name) }),
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRegion {
    found: String,
}

impl fmt::Display for InvalidRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid region {:?}: must be a name such as eu-west-1", self.found)
    }
}

impl Error for InvalidRegion {}
