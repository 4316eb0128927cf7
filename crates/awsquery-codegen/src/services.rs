//! `model/services.toml`: the services, the operations to generate and the crates that hold them.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::Diagnostics;

/// The services, by id.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct Services(#[serde(deserialize_with = "by_id")] pub BTreeMap<String, ServiceEntry>);

/// One service.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ServiceEntry {
    /// The folder of the model, relative to the workspace.
    #[serde(deserialize_with = "folder")]
    pub model: String,
    /// The folder of the generated crate, relative to the workspace.
    #[serde(rename = "crate", deserialize_with = "folder")]
    pub crate_: String,
    /// The address of the service's documentation, with `{}` in place of a page's name.
    pub api_reference: Option<String>,
    /// The greatest number of lines of a generated file; default: [`LINE_LIMIT`](crate::LINE_LIMIT).
    pub line_limit: Option<usize>,
    /// True if an overlay must document every item, which `cargo xtask census` checks.
    #[serde(default)]
    pub words: bool,
    /// The operations to emit, with the shapes that they reach; default: all of them.
    pub operations: Option<Vec<String>>,
}

impl Services {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// A fault of the file, with line and column; a folder outside of the workspace; a crate of two services.
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostics> {
        let services: Self =
            toml::from_str(text).map_err(|error| Diagnostics::of(file, error.to_string()))?;
        let mut diagnostics = Diagnostics::default();
        let mut crates = BTreeMap::new();
        for (id, entry) in &services.0 {
            // Some file systems ignore case.
            if let Some(other) = crates.insert(entry.crate_.to_ascii_lowercase(), id) {
                let message = format!("[{id}]: invalid crate {:?}: [{other}] has it already", entry.crate_);
                diagnostics.error(file, message);
            }
        }
        diagnostics.check(services)
    }
}

/// Deserializes the services. Their ids are names of folders.
fn by_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, ServiceEntry>, D::Error> {
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    struct Id(String);

    impl<'de> Deserialize<'de> for Id {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let id = String::deserialize(deserializer)?;
            check_service_id(&id).map_err(D::Error::custom)?;
            Ok(Self(id))
        }
    }

    let services = BTreeMap::<Id, ServiceEntry>::deserialize(deserializer)?;
    Ok(services.into_iter().map(|(id, entry)| (id.0, entry)).collect())
}

/// Deserializes a folder below the workspace's.
fn folder<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let folder = String::deserialize(deserializer)?;
    if folder.split('/').all(is_name) {
        return Ok(folder);
    }
    Err(D::Error::custom(format!(
        "invalid folder {folder:?}: must be a path below the workspace such as \"crates/rds-protocol\", of names that \
         {NAME_RULE}"
    )))
}

/// The greatest length of a name: longer than the name of any service, and short enough for file systems.
const NAME_LENGTH: usize = 64;

const NAME_RULE: &str = "begin with an ASCII letter or digit and go on with letters, digits, \"-\", \"_\" and \".\", at most \
                         64 in all";

fn is_name(name: &str) -> bool {
    name.len() <= NAME_LENGTH
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// Checks a service's id, which is the name of a folder.
///
/// # Errors
///
/// The requirement that the id does not meet.
pub fn check_service_id(id: &str) -> Result<(), String> {
    if is_name(id) {
        return Ok(());
    }
    Err(format!("invalid service {id:?}: must be the name of one folder such as \"rds\": must {NAME_RULE}"))
}
