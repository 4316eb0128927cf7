//! Partitions: groups of regions that share DNS suffixes.

use super::generated::PARTITIONS;

/// A partition of AWS, such as `aws` or `aws-cn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Partition {
    /// The name.
    pub name: &'static str,
    /// The regions that belong to the partition although their names do not show it.
    pub(crate) regions: &'static [&'static str],
    /// The prefixes of its regions' names. A word, a hyphen and a number follow.
    pub(crate) prefixes: &'static [&'static str],
    /// The DNS suffix, such as `amazonaws.com`.
    pub dns_suffix: &'static str,
    /// The DNS suffix of dual-stack endpoints, such as `api.aws`.
    pub dual_stack_dns_suffix: &'static str,
    /// The region that signs for the partition's global services.
    pub global_region: &'static str,
    /// True if the partition has FIPS endpoints.
    pub supports_fips: bool,
    /// True if the partition has dual-stack endpoints.
    pub supports_dual_stack: bool,
}

impl Partition {
    /// Returns the partition of a region: the one that lists it, else the one whose name pattern it matches, else
    /// `aws`. New regions therefore have endpoints without an update.
    ///
    /// ```
    /// use awsquery::endpoint::Partition;
    ///
    /// assert_eq!(Partition::of("cn-south-7").name, "aws-cn");
    /// assert_eq!(Partition::of("aws-iso-global").name, "aws-iso");
    /// assert_eq!(Partition::of("moon-base-1").name, "aws");
    /// ```
    pub fn of(region: &str) -> &'static Self {
        let listed = PARTITIONS.iter().find(|partition| partition.regions.contains(&region));
        let named = || PARTITIONS.iter().find(|partition| partition.has_named(region));
        listed.or_else(named).unwrap_or(&PARTITIONS[0])
    }

    /// Returns true if a region's name is a prefix, a word and a number: `us-` `east` `-1`.
    fn has_named(&self, region: &str) -> bool {
        let is_rest = |rest: &str| {
            let Some((word, number)) = rest.split_once('-') else { return false };
            let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            !word.is_empty()
                && word.bytes().all(is_word)
                && !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit())
        };
        self.prefixes.iter().any(|prefix| region.strip_prefix(prefix).is_some_and(is_rest))
    }
}
