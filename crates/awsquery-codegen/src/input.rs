//! Inputs of the generator.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::c2j::Files;
use crate::diagnostics::Diagnostics;
use crate::overlay::Overlay;

/// What to generate from.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// The namespace of IR paths, such as `rds`.
    pub id: String,
    /// The model.
    pub files: Files,
    /// Which operations to emit.
    pub selection: Selection,
    /// Our own facts and words.
    pub overlay: Overlay,
    /// What operations' outputs were called before.
    pub outputs: OutputNames,
    /// Whether a key that the generator does not know stops the run.
    pub deny_unknown: bool,
    /// Whether the model's prose is left out, as far as it has any.
    pub facts_only: bool,
    /// How many lines a generated file has at most, [`LINE_LIMIT`](crate::LINE_LIMIT) by default; a structure's or enumeration's definition
    /// is one file, however long.
    pub line_limit: Option<usize>,
    /// Where AWS documents the service: a page's address with `{}` for its name.
    pub api_reference: Option<String>,
    /// The command that regenerates, for the header of each file.
    pub command: String,
}

/// Which operations to emit. What they reach comes along.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// Every operation of the model.
    #[default]
    All,
    /// These.
    Named(Vec<String>),
}

/// What each operation's output is called: decided once, so that a later model does not rename it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct OutputNames(pub BTreeMap<String, String>);

impl OutputNames {
    /// Reads the record.
    ///
    /// # Errors
    ///
    /// What is no such record, with line and column.
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostics> {
        toml::from_str(text).map_err(|error| Diagnostics::of(file, error.to_string()))
    }

    /// The record as a file.
    pub fn to_text(&self) -> String {
        let text = String::from(
            "# What each operation answers with. The generator adds a line when an operation is first emitted, and keeps\n\
             # to it afterwards: a later model must not rename a type.\n",
        );
        let names = self.0.iter().map(|(operation, output)| (operation.clone(), output.clone().into()));
        text + &names.collect::<toml::Table>().to_string()
    }
}
