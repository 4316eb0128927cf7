//! All that was measured, and the summary of it that other things read.

use std::path::Path;

use serde_json::{Map, Value as Json, json};

use crate::Result;

pub(super) const OURS: &str = "rds-protocol";
pub(super) const SDK: &str = "aws-sdk-rds";
pub(super) const SCAN: &str = "quick-xml scan";
pub(super) const SERDE: &str = "quick-xml serde";
pub(super) const BOTO3: &str = "boto3";
/// What is left to do for one who knows the answer.
pub(super) const CLONE: &str = "clone";
pub(super) const SMITHY: &str = "aws-smithy-query";
pub(super) const URLENCODED: &str = "form_urlencoded";

/// What the summary has of each side's builds.
const SUMMARY_OF_BUILD: [&str; 9] = [
    "clean_release_s",
    "clean_dev_s",
    "crate_release_s",
    "crates",
    "lines",
    "rlib_bytes",
    "binary_one_operation_s",
    "binary_all_operations_s",
    "peak_rss_bytes",
];

/// The figures of each contestant of each case: `ns`, `times` (as long as ours), `allocations`, `peak_bytes`,
/// `result_bytes` and `instructions`, where there are such.
pub(super) struct Figures {
    cases: Json,
    /// What the builds cost, by side and figure, where that is known.
    pub(super) build: Option<Json>,
}

impl Figures {
    /// The figures as the program writes them.
    pub(super) fn new(timed: &[u8]) -> Result<Self> {
        Ok(Self { cases: serde_json::from_slice(timed)?, build: None })
    }

    /// Adds further figures of contestants that are known.
    pub(super) fn add(&mut self, measured: &[u8]) -> Result<()> {
        let measured: Map<String, Json> = serde_json::from_slice(measured)?;
        for (case, contestants) in measured {
            for (contestant, figures) in contestants.as_object().into_iter().flatten() {
                for (figure, value) in figures.as_object().into_iter().flatten() {
                    self.cases[&case]["contestants"][contestant][figure] = value.clone();
                }
            }
        }
        Ok(())
    }

    pub(super) fn set(&mut self, case: &str, contestant: &str, figure: &str, value: f64) {
        self.cases[case]["contestants"][contestant][figure] = value.into();
    }

    /// Cases and contestants whose work is done in one process, all of it and nothing else: those of which allocations
    /// are known. A timestamp is too small to be counted.
    pub(super) fn countable(&self) -> Vec<(String, String)> {
        let cases = self.cases.as_object().into_iter().flatten().filter(|(name, _)| *name != "timestamp");
        cases
            .flat_map(|(case, it)| {
                let contestants = it["contestants"].as_object().into_iter().flatten();
                let counted = contestants.filter(|(_, figures)| figures.get("allocations").is_some());
                counted.map(|(contestant, _)| (case.clone(), contestant.clone()))
            })
            .collect()
    }

    /// A figure of a contestant.
    pub(super) fn of(&self, case: &str, contestant: &str, figure: &str) -> Option<f64> {
        self.cases[case]["contestants"][contestant][figure].as_f64()
    }

    /// A figure of a case: its `bytes` or its `items`.
    pub(super) fn case(&self, case: &str, figure: &str) -> Option<f64> {
        self.cases[case][figure].as_f64()
    }

    /// How many times as fast as this contestant ours is.
    pub(super) fn times(&self, case: &str, contestant: &str) -> Option<f64> {
        self.of(case, contestant, "times")
    }

    /// A figure of a contestant by the unit of its case: bytes or items.
    pub(super) fn per(&self, case: &str, contestant: &str, figure: &str, unit: &str) -> Option<f64> {
        Some(self.of(case, contestant, figure)? / self.case(case, unit)?)
    }

    pub(super) fn all(&self) -> Json {
        json!({ "cases": self.cases, "build": self.build })
    }

    /// What `target/bench.json` holds.
    pub(super) fn summary(&self) -> Json {
        let parse: Map<String, Json> =
            [1, 20, 100, 10_000].into_iter().map(|tasks| (tasks.to_string(), self.parse(tasks))).collect();
        let mut summary = json!({
            "parse": parse,
            "serialize": {
                "times_aws_smithy_query": self.times("request/body", SMITHY),
                "times_aws_sdk_rds": self.times("request/http", SDK),
                "allocations": self.of("request/body", OURS, "allocations"),
            },
            "timestamp": { "ns": self.of("timestamp", OURS, "ns") },
        });
        if let Some(build) = &self.build {
            for side in ["ours", "aws_sdk_rds"] {
                let figures =
                    SUMMARY_OF_BUILD.iter().map(|name| (String::from(*name), build[side][name].clone()));
                summary["build"][side] = figures.collect::<Map<_, _>>().into();
            }
        }
        summary
    }

    fn parse(&self, tasks: usize) -> Json {
        let case = format!("export-tasks/{tasks}/compact");
        json!({
            "times_aws_sdk_rds": self.times(&case, SDK),
            "times_quick_xml_scan": self.times(&case, SCAN),
            "instructions_per_byte": self.per(&case, OURS, "instructions", "bytes"),
            "allocations_per_task": self.per(&case, OURS, "allocations", "items"),
            // As many times as fast as the SDK, both on members that are not in the model's order.
            "reordered": self.times(&format!("export-tasks/{tasks}/reordered"), SDK),
        })
    }
}

/// What the builds cost when they were last measured, from all that was measured then.
pub(super) fn last_build(all: &Path) -> Option<Json> {
    let all: Json = serde_json::from_slice(&std::fs::read(all).ok()?).ok()?;
    all.get("build").filter(|build| !build.is_null()).cloned()
}
