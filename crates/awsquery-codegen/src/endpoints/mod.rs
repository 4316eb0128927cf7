//! Endpoints: the conversion of a service's endpoint rule set and the table of partitions to generated facts.
//!
//! Rule sets are programs, but those of the Query services are small and similar. [`reduce`] runs one for every variant
//! of endpoint with an unknown region, and keeps the rest as a list of rules. Anything that does not fit is an error
//! that names its place.

mod partitions;
mod reduce;
mod rule_set;

use serde_json::Value;

pub(crate) use self::partitions::Partition;
use self::rule_set::RuleSet;
use crate::{Diagnostics, ir};

/// Reads a service's rule set. `signing_name` is the default name that requests are signed for.
pub(crate) fn read(
    id: &str,
    json: &Value,
    signing_name: &str,
    diagnostics: &mut Diagnostics,
) -> Option<ir::Endpoints> {
    let before = diagnostics.errors.len();
    let rules = RuleSet::view(&format!("{id} endpoint"), json, diagnostics);
    if diagnostics.errors.len() > before {
        return None;
    }
    match reduce::reduce(&rules) {
        Ok(endpoints) => Some(without_default_name(endpoints, signing_name)),
        Err(error) => {
            diagnostics.errors.push(error);
            None
        }
    }
}

fn without_default_name(mut endpoints: ir::Endpoints, signing_name: &str) -> ir::Endpoints {
    for rule in endpoints.lists_mut().into_iter().flatten() {
        rule.signing_name.take_if(|name| name == signing_name);
    }
    endpoints
}
