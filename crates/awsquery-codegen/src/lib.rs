//! Generates protocol crates for AWS services of the Query protocol.
//!
//! ```text
//! service-2.json ── parse ─> c2j ── lower ─> ir ── emit ─> items ── render ─> files ── write, or compare
//! ```
//!
//! [`generate`] does all but the last step and touches no file; [`OutputTree`] writes or compares. Same input, same
//! bytes: no clock, no environment, no hash map's order.

mod c2j;
mod diagnostics;
mod diff;
mod doc_check;
mod docs;
mod emit;
mod endpoints;
pub mod ir;
mod jmespath;
mod json;
mod lower;
mod model;
mod names;
mod output;
mod overlay;
mod printable;
mod prose;
mod render;
mod services;
mod smithy;
mod strings;
mod waiters;
mod workspace;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use sha2::{Digest, Sha256};

pub use crate::c2j::{Files, strip_prose};
pub use crate::diagnostics::{Diagnostic, Diagnostics};
pub use crate::diff::{Change, Severity, diff};
pub use crate::output::{Differences, GeneratedFile, OutputTree, replace};
pub use crate::overlay::Overlay;
pub use crate::render::LINE_LIMIT;
pub use crate::services::{ServiceEntry, Services, check_service_id};
pub use crate::workspace::{ServiceRun, gunzip, partitions_tree};

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
    /// How many lines a generated file has at most, [`LINE_LIMIT`] by default; a structure's or enumeration's definition
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
        toml::from_str(text).map_err(|error| {
            let mut diagnostics = Diagnostics::default();
            diagnostics.error(file, error.to_string());
            diagnostics
        })
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

/// What came of it.
#[derive(Clone, Debug)]
pub struct Generation {
    /// The files, below `src/generated`.
    pub files: Vec<GeneratedFile>,
    /// The record of output names, new operations included.
    pub outputs: OutputNames,
    /// What stood between the model and the files.
    pub ir: ir::Service,
    /// What the user should know.
    pub warnings: Vec<Diagnostic>,
}

/// Generates a service's protocol modules.
///
/// # Errors
///
/// Everything that is wrong with the model or the overlay, each with its path.
pub fn generate(input: &Input) -> Result<Generation, Diagnostics> {
    let (service, warnings) = lower(input)?;
    let docs = docs::Docs { api_reference: input.api_reference.clone() };
    let header = format!(
        "{}{}` from {} {}. Do not edit.",
        output::GENERATED,
        input.command,
        service.id,
        service.api_version
    );
    let line_limit = input.line_limit.unwrap_or(LINE_LIMIT);
    let mut diagnostics = Diagnostics::default();
    let mut files: Vec<_> = emit::service(&service, &docs)
        .into_iter()
        .flat_map(|module| render::render(module, &header, line_limit, &mut diagnostics))
        .collect();
    check_paths(&files, &mut diagnostics);
    files[0].text.push_str(&provenance(&input.files));
    let outputs = record_outputs(&service, &input.outputs);
    diagnostics.check(Generation { files, outputs, ir: service, warnings })
}

/// Generates the table of partitions from botocore's `partitions.json`. `command` stands in the header.
///
/// # Errors
///
/// Everything in the file that the facts cannot express.
pub fn generate_partitions(text: &[u8], command: &str) -> Result<Vec<GeneratedFile>, Diagnostics> {
    let partitions = endpoints::Partition::view_file("partitions.json", text)?;
    let mut diagnostics = Diagnostics::default();
    let header = format!("// @generated by `{command}` from partitions.json. Do not edit.");
    let module = emit::partitions(&partitions);
    let files = render::render(module, &header, LINE_LIMIT, &mut diagnostics);
    diagnostics.check(files)
}

/// Lowers a model to the IR, overlay included.
///
/// # Errors
///
/// As [`generate`].
pub fn lower(input: &Input) -> Result<(ir::Service, Vec<Diagnostic>), Diagnostics> {
    let mut diagnostics = Diagnostics::default();
    let mut model = model::Model::parse(&input.id, &input.files, &mut diagnostics)?;
    if input.facts_only {
        model.drop_prose();
    }
    strings::check_input(&input.id, input.api_reference.as_deref(), &mut diagnostics);
    strings::check_model(&input.id, &model, &mut diagnostics);
    let mut service = lower::lower(&input.id, &model, &input.selection, &input.outputs, &mut diagnostics);
    let own = input.overlay.apply_types(&mut service, &mut diagnostics);
    lower::resolve_paths(&model, &mut service, &mut diagnostics);
    let known = model.paths(&input.id).into_iter().chain(own).collect();
    input.overlay.apply_rest(&mut service, &known, &mut diagnostics);
    lower::check_names(&service, &mut diagnostics);
    if input.deny_unknown {
        diagnostics.deny_warnings();
    }
    let warnings = diagnostics.warnings.clone();
    diagnostics.check((service, warnings))
}

/// Checks that no file takes another's place, nor where a file system knows no case: names of an overlay and of waiters
/// may meet others.
fn check_paths(files: &[GeneratedFile], diagnostics: &mut Diagnostics) {
    let mut taken = BTreeSet::new();
    for file in files {
        if !taken.insert(file.path.to_ascii_lowercase()) {
            diagnostics.error(&file.path, "expected to be the module of one type, found two");
        }
    }
}

/// Names the facts and the generator, in one place, so that the same facts give the same bytes elsewhere.
fn provenance(files: &Files) -> String {
    let mut hash = Sha256::new();
    let parts = [Some(&files.service), files.service_extras.as_ref(), files.paginators.as_ref()];
    let more = [files.paginators_extras.as_ref(), files.waiters.as_ref(), files.endpoints.as_ref()];
    for part in parts.into_iter().chain(more).flatten() {
        hash.update(part);
    }
    let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\n// Facts: SHA-256 {hash}.\n// Generator: awsquery-codegen {}.\n", env!("CARGO_PKG_VERSION"))
}

fn record_outputs(service: &ir::Service, before: &OutputNames) -> OutputNames {
    let mut names = before.clone();
    for operation in &service.operations {
        let name = match &operation.output {
            ir::Output::Unit => continue,
            ir::Output::Own(output) => &output.type_name,
            ir::Output::Shared(name) => name,
        };
        names.0.insert(operation.name.clone(), name.clone());
    }
    names
}
