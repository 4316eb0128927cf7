//! `cargo xtask codegen`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use awsquery_codegen::{Differences, Files, Generation, Input, OutputTree, Selection, Services};
use lexopt::prelude::*;

use crate::{Result, new_crate, workspace};

const COMMAND: &str = "cargo xtask codegen";

#[derive(Default)]
struct Options {
    check: bool,
    model: Option<PathBuf>,
    out: Option<PathBuf>,
    operations: Vec<String>,
    awsquery: Option<String>,
    deny_unknown: bool,
}

impl Options {
    /// Returns true if no option is set that applies only to a new crate. Unknown keys are always an error in the
    /// workspace's models, so that option is allowed.
    fn is_of_workspace(&self) -> bool {
        self.operations.is_empty() && self.awsquery.is_none()
    }
}

/// Parses the command line and runs the command.
pub(crate) fn run(mut args: lexopt::Parser) -> Result<ExitCode> {
    let mut options = Options::default();
    while let Some(arg) = args.next()? {
        match arg {
            Long("check") => options.check = true,
            Long("model") => options.model = Some(args.value()?.into()),
            Long("out") => options.out = Some(args.value()?.into()),
            Long("operations") => {
                options.operations = args.value()?.string()?.split(',').map(str::to_owned).collect();
            }
            Long("awsquery") => options.awsquery = Some(args.value()?.string()?),
            Long("deny-unknown") => options.deny_unknown = true,
            other => return Err(other.unexpected().into()),
        }
    }
    match (&options.model, &options.out) {
        (None, None) if options.is_of_workspace() => workspace_run(options.check),
        (Some(model), Some(out)) => crate_run(model, out, &options),
        _ => Err("--model and --out go together, --operations and --awsquery go with them".into()),
    }
}

/// Regenerates, or checks, all files of `model/services.toml`.
fn workspace_run(check: bool) -> Result<ExitCode> {
    let root = workspace();
    let mut report = Report::default();
    let mut trees = Vec::new();
    for (id, service) in &Services::read(&root)?.0 {
        let start = Instant::now();
        let run = service.run(&root, id, COMMAND)?;
        report.add(id, &run.generation, start);
        trees.extend(run.trees);
    }
    trees.push(awsquery_codegen::partitions_tree(&root, COMMAND)?);
    let differences = if check { compare(&trees)? } else { OutputTree::write_all(&trees)? };
    report.print();
    if check { Ok(report_check(&root, &differences)) } else { Ok(report_write(&root, &differences)) }
}

/// Generates a new crate from a user's model.
fn crate_run(model: &Path, out: &Path, options: &Options) -> Result<ExitCode> {
    let start = Instant::now();
    let id = new_crate::service_id(model);
    let selection = match options.operations.as_slice() {
        [] => Selection::All,
        names => Selection::Named(names.to_vec()),
    };
    let input = Input {
        id: id.clone(),
        files: Files::read(model)?,
        selection,
        deny_unknown: options.deny_unknown,
        command: COMMAND.into(),
        ..Input::default()
    };
    let generation = awsquery_codegen::generate(&input)?;
    new_crate::check_folder(out, &id, &generation)?;
    let trees = new_crate::trees(out, &id, &generation, options.awsquery.as_deref())?;
    for warning in &generation.warnings {
        eprintln!("warning: {warning}");
    }
    let differences = if options.check { compare(&trees)? } else { OutputTree::write_all(&trees)? };
    let mut report = Report::default();
    report.add(&id, &generation, start);
    report.print();
    if options.check { Ok(report_check(out, &differences)) } else { Ok(report_write(out, &differences)) }
}

fn compare(trees: &[OutputTree]) -> Result<Differences> {
    let mut differences = Differences::default();
    for tree in trees {
        differences.extend(tree.compare()?);
    }
    Ok(differences)
}

/// The results of a run, with one line for each service.
#[derive(Default)]
struct Report(Vec<[String; 6]>);

impl Report {
    fn add(&mut self, id: &str, generation: &Generation, start: Instant) {
        let shapes = generation.ir.structures.len() + generation.ir.enums.len();
        let lines: usize = generation.files.iter().map(|file| file.text.lines().count()).sum();
        self.0.push([
            id.into(),
            generation.ir.operations.len().to_string(),
            shapes.to_string(),
            generation.files.len().to_string(),
            lines.to_string(),
            format!("{:.0} ms", start.elapsed().as_secs_f64() * 1e3),
        ]);
    }

    fn print(&self) {
        let header = ["service", "operations", "shapes", "files", "lines", "time"].map(str::to_owned);
        for [first, rest @ ..] in std::iter::once(&header).chain(&self.0) {
            print!("{first:<16}");
            for cell in rest {
                print!("{cell:>12}");
            }
            println!();
        }
    }
}

fn report_write(root: &Path, differences: &Differences) -> ExitCode {
    match differences.len() {
        0 => println!("nothing to change"),
        count => {
            let removed = differences.orphaned.len();
            println!("{} files written, {removed} removed below {}", count - removed, root.display());
        }
    }
    ExitCode::SUCCESS
}

fn report_check(root: &Path, differences: &Differences) -> ExitCode {
    let lists = [
        ("stale", &differences.stale),
        ("missing", &differences.missing),
        ("orphaned", &differences.orphaned),
    ];
    for (what, paths) in lists {
        for path in paths {
            println!("{what:<9} {}", path.strip_prefix(root).unwrap_or(path).display());
        }
    }
    if differences.is_empty() {
        println!("up to date");
        return ExitCode::SUCCESS;
    }
    println!("run `{COMMAND}` to mend {} files", differences.len());
    ExitCode::from(1)
}
