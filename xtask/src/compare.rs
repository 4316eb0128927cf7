//! `cargo xtask model diff`: the comparison of two models of one service, in either format.

use std::path::Path;
use std::process::ExitCode;

use awsquery_codegen::{Files, Input, Severity, ir};

use crate::{Result, new_crate};

/// Prints the changes that a newer model makes for users. Returns exit code 1 if their code may break.
pub(crate) fn diff(old: &Path, new: &Path) -> Result<ExitCode> {
    let id = new_crate::service_id(new);
    let lower = |path| -> Result<ir::Service> { Ok(awsquery_codegen::lower(&input(&id, path)?)?.0) };
    let changes = awsquery_codegen::diff(&lower(old)?, &lower(new)?);
    for change in &changes {
        println!("{change}");
    }
    let count = |severity| changes.iter().filter(|change| change.severity == severity).count();
    let [breaking, wire, advice, additions] =
        [Severity::Breaking, Severity::Wire, Severity::Advice, Severity::Addition].map(count);
    println!("{breaking} breaking, {wire} on the wire, {advice} advice, {additions} additions");
    Ok(if breaking > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn input(id: &str, model: &Path) -> Result<Input> {
    let files = Files::read(model)?;
    // Prose is excluded: it differs between models of different dates, and the workspace's models have none.
    let facts_only = true;
    Ok(Input { id: id.into(), files, facts_only, command: "cargo xtask codegen".into(), ..Input::default() })
}
