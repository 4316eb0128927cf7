//! The table of partitions, as botocore ships it: `partitions.json`.

use serde_json::Value;

use crate::Diagnostics;
use crate::json::{self, Object};

/// A partition.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Partition {
    pub(crate) name: String,
    /// The regions that do not match its prefixes.
    pub(crate) regions: Vec<String>,
    /// The prefixes of its regions' names, each with a hyphen at its end. A word, a hyphen and a number follow.
    pub(crate) prefixes: Vec<String>,
    pub(crate) dns_suffix: String,
    pub(crate) dual_stack_dns_suffix: String,
    pub(crate) global_region: String,
    pub(crate) supports_fips: bool,
    pub(crate) supports_dual_stack: bool,
}

/// The partition of unknown regions.
const DEFAULT: &str = "aws";

/// The end of every pattern of regions.
const WORD_AND_NUMBER: &str = r"\-\w+\-\d+$";

impl Partition {
    /// Reads the table.
    ///
    /// # Errors
    ///
    /// Everything in the table that cannot be expressed as generated facts, each with its place.
    pub(crate) fn view_file(file: &str, text: &[u8]) -> Result<Vec<Self>, Diagnostics> {
        let json = json::parse(file, text)?;
        let mut diagnostics = Diagnostics::default();
        let mut partitions = Vec::new();
        if let Some(mut root) = Object::new(file, &json, &mut diagnostics) {
            root.ignore(&["version"]);
            for (index, json) in root.array("partitions", &mut diagnostics).iter().enumerate() {
                let path = format!("{file} partitions[{index}]");
                partitions.extend(Self::view(&path, json, &mut diagnostics));
            }
            root.finish(&mut diagnostics);
        }
        // Resolution falls back to the first partition.
        if partitions.first().is_none_or(|first| first.name != DEFAULT) {
            diagnostics.error(file, format!("expected {DEFAULT:?} to be the first partition"));
        }
        diagnostics.deny_warnings();
        diagnostics.check(partitions)
    }

    fn view(path: &str, json: &Value, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut object = Object::new(path, json, diagnostics)?;
        let name = object.required_string("id", diagnostics);
        let pattern = object.required_string("regionRegex", diagnostics);
        let prefixes = prefixes(&pattern).unwrap_or_else(|| {
            let what = format!(
                "\"regionRegex\": expected letters or alternatives, then {WORD_AND_NUMBER}, found {pattern:?}"
            );
            diagnostics.error(path, what);
            Vec::new()
        });
        let mut regions = Vec::new();
        for (region, json) in object.entries("regions", diagnostics) {
            if json.as_object().is_none_or(|traits| traits.keys().any(|key| key != "description")) {
                diagnostics.error(
                    format!("{path}.regions.{region}"),
                    "expected no facts of its own, found some: a region has those of its partition",
                );
            }
            if !prefixes.iter().any(|prefix| has_prefix(region, prefix)) {
                regions.push(region.clone());
            }
        }
        let outputs = object.get("outputs").unwrap_or(&Value::Null);
        let mut outputs = Object::new(format!("{path}.outputs"), outputs, diagnostics)?;
        let partition = Self {
            regions,
            prefixes,
            dns_suffix: outputs.required_string("dnsSuffix", diagnostics),
            dual_stack_dns_suffix: outputs.required_string("dualStackDnsSuffix", diagnostics),
            global_region: outputs.required_string("implicitGlobalRegion", diagnostics),
            supports_fips: outputs.boolean("supportsFIPS", diagnostics),
            supports_dual_stack: outputs.boolean("supportsDualStack", diagnostics),
            name: outputs.required_string("name", diagnostics),
        };
        if partition.name != name {
            diagnostics.error(path, format!("expected {name:?} as the name, found {:?}", partition.name));
        }
        outputs.finish(diagnostics);
        object.finish(diagnostics);
        Some(partition)
    }
}

/// Returns the prefixes that a pattern allows: `us-` and `eu-` for `^(us|eu)\-\w+\-\d+$`.
pub(super) fn prefixes(pattern: &str) -> Option<Vec<String>> {
    let mut rest = pattern.strip_prefix('^')?.strip_suffix(WORD_AND_NUMBER)?;
    let mut prefixes = vec![String::new()];
    while !rest.is_empty() {
        let alternatives: Vec<&str>;
        (alternatives, rest) = if let Some(group) = rest.strip_prefix('(') {
            let (group, rest) = group.split_once(')')?;
            (group.split('|').collect(), rest)
        } else if let Some(rest) = rest.strip_prefix(r"\-") {
            (vec!["-"], rest)
        } else {
            let (letter, rest) = rest.split_at_checked(1)?;
            (vec![letter], rest)
        };
        let is_literal = |text: &&str| text.bytes().all(|byte| byte.is_ascii_alphanumeric()) || *text == "-";
        if !alternatives.iter().all(is_literal) {
            return None;
        }
        let joined = |prefix: &String| alternatives.iter().map(|end| format!("{prefix}{end}")).collect();
        prefixes = prefixes.iter().flat_map::<Vec<_>, _>(joined).collect();
    }
    Some(prefixes.into_iter().map(|prefix| prefix + "-").collect())
}

/// Returns true if a region's name consists of the prefix, a word and a number.
fn has_prefix(region: &str, prefix: &str) -> bool {
    let rest = region.strip_prefix(prefix).and_then(|rest| rest.split_once('-'));
    rest.is_some_and(|(word, number)| {
        !word.is_empty() && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}
