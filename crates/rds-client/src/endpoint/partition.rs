//! Partitions: AWS's worlds, each with regions and host names of its own.

/// What endpoints of a partition look like.
#[derive(Debug)]
pub(super) struct Partition {
    /// What the names of its regions begin with, up to the word and the number behind.
    prefixes: &'static [&'static str],
    pub(super) suffix: &'static str,
    pub(super) dual_stack_suffix: &'static str,
    /// Whether the plain names are those of FIPS endpoints.
    pub(super) plain_is_fips: bool,
}

const fn partition(
    prefixes: &'static [&'static str],
    suffix: &'static str,
    dual_stack_suffix: &'static str,
) -> Partition {
    Partition { prefixes, suffix, dual_stack_suffix, plain_is_fips: false }
}

static AWS: Partition =
    partition(&["us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-"], "amazonaws.com", "api.aws");

static GOV_CLOUD: Partition =
    Partition { plain_is_fips: true, ..partition(&["us-gov-"], "amazonaws.com", "api.aws") };

static OTHERS: [Partition; 6] = [
    partition(&["cn-"], "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    partition(&["us-iso-"], "c2s.ic.gov", "api.aws.ic.gov"),
    partition(&["us-isob-"], "sc2s.sgov.gov", "api.aws.scloud"),
    partition(&["eu-isoe-"], "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    partition(&["us-isof-"], "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    partition(&["eusc-de-"], "amazonaws.eu", "api.amazonwebservices.eu"),
];

impl Partition {
    /// The partition of a region. One that fits nowhere is in the largest (END-1).
    pub(super) fn of(region: &str) -> &'static Self {
        let mut all = [&AWS, &GOV_CLOUD].into_iter().chain(&OTHERS);
        all.find(|partition| partition.has(region)).unwrap_or(&AWS)
    }

    /// Whether a region's name is a prefix, a word and a number: `us-` `east` `-1`.
    fn has(&self, region: &str) -> bool {
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
