//! `model/services.toml`: which services there are, what is generated of them, and where to.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Diagnostics;

/// The services, by id.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct Services(pub BTreeMap<String, ServiceEntry>);

/// One service.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ServiceEntry {
    /// The folder of the model, below the workspace's.
    pub model: String,
    /// The folder of the crate to emit into, below the workspace's.
    #[serde(rename = "crate")]
    pub crate_: String,
    /// Where AWS documents the service: a page's address with `{}` for its name.
    pub api_reference: Option<String>,
    /// How many lines a generated file has at most, where that is not [`LINE_LIMIT`](crate::LINE_LIMIT).
    pub line_limit: Option<usize>,
    /// The operations to emit, all of them unless some are named; what they reach comes along.
    pub operations: Option<Vec<String>>,
}

impl Services {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// What is no such file, with line and column.
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostics> {
        toml::from_str(text).map_err(|error| {
            let mut diagnostics = Diagnostics::default();
            diagnostics.error(file, error.to_string());
            diagnostics
        })
    }
}
