//! Inputs of the generator.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::c2j::Files;
use crate::diagnostics::Diagnostics;
use crate::overlay::Overlay;

/// The input of a run.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// The namespace of IR paths, such as `rds`.
    pub id: String,
    /// The model.
    pub files: Files,
    /// The operations to emit.
    pub selection: Selection,
    /// The facts and docs that this project adds.
    pub overlay: Overlay,
    /// The recorded names of operations' outputs.
    pub outputs: OutputNames,
    /// True if an unknown key stops the run.
    pub deny_unknown: bool,
    /// True if the model's prose is left out.
    pub facts_only: bool,
    /// The greatest number of lines of a generated file, by default [`LINE_LIMIT`](crate::LINE_LIMIT). The definition
    /// of a structure or an enumeration is always one file.
    pub line_limit: Option<usize>,
    /// The address of the service's documentation, with `{}` in place of a page's name.
    pub api_reference: Option<String>,
    /// The command that regenerates the files, for the header of each file.
    pub command: String,
}

/// The operations to emit. The shapes that they reach are emitted too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// Every operation of the model.
    #[default]
    All,
    /// The operations with these names.
    Named(Vec<String>),
}

/// The name of each operation's output. The first decision stays, so that a later model does not rename the output.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct OutputNames(pub BTreeMap<String, String>);

impl OutputNames {
    /// Reads the record.
    ///
    /// # Errors
    ///
    /// A fault of the file, with line and column.
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostics> {
        toml::from_str(text).map_err(|error| Diagnostics::of(file, error.to_string()))
    }

    /// Returns the record as the text of a file.
    pub fn to_text(&self) -> String {
        let text = String::from(
            "# What each operation answers with. The generator adds a line when an operation is first emitted, and keeps\n\
             # to it afterwards: a later model must not rename a type.\n",
        );
        let names = self.0.iter().map(|(operation, output)| (operation.clone(), output.clone().into()));
        text + &names.collect::<toml::Table>().to_string()
    }
}
