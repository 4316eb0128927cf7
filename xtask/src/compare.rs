//! `cargo xtask model diff` and `model same`: two models of one service, in either format, held against each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;

use awsquery_codegen::ir::{self, Layout, Output, Type};
use awsquery_codegen::{Change, Files, Generation, Input, Severity};

use crate::{Result, new_crate};

/// Says what a newer model changes for users. Exit code 1 when their code may break.
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
    // Models of different dates, and our own, which have none, differ in every sentence.
    let facts_only = true;
    Ok(Input { id: id.into(), files, facts_only, command: "cargo xtask codegen".into(), ..Input::default() })
}

/// Shows that two models lower to the same IR and generate the same bytes wherever they say the same; names each
/// difference that is theirs. Exit code 1 when what is lowered alike is generated otherwise.
pub(crate) fn same(one: &Path, other: &Path) -> Result<ExitCode> {
    let id = new_crate::service_id(one);
    let (one, other) =
        (awsquery_codegen::generate(&input(&id, one)?)?, awsquery_codegen::generate(&input(&id, other)?)?);
    let (left, right) = (Side::of(&one), Side::of(&other));
    let changes = awsquery_codegen::diff(&one.ir, &other.ir);
    let (mut alike, mut differing, mut broken) = (0, 0, 0);
    for (name, operation) in &left.operations {
        let Some(twin) = right.operations.get(name) else { continue };
        let reached = left.reached(operation);
        if !left.says_the_same(operation, &right, twin, &reached) {
            differing += 1;
            print_differences(operation, &one.ir.errors, &reached, &changes);
            continue;
        }
        let files = left.files(operation, &reached);
        let unequal: Vec<_> = files
            .iter()
            .filter(|path| left.texts.get(path.as_str()) != right.texts.get(path.as_str()))
            .collect();
        if unequal.is_empty() {
            alike += 1;
        } else {
            broken += 1;
            println!("{name}: the same IR, but other bytes: {unequal:?}");
        }
    }
    let only = |a: &Side<'_>, b: &Side<'_>| {
        a.operations.keys().filter(|name| !b.operations.contains_key(*name)).count()
    };
    println!(
        "{alike} operations are described alike and generated alike, {broken} alike but not generated so, {differing} are \
         described differently, {} only by the first, {} only by the second",
        only(&left, &right),
        only(&right, &left)
    );
    Ok(if broken > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn print_differences(
    operation: &ir::Operation,
    errors: &[ir::ErrorShape],
    reached: &BTreeSet<String>,
    changes: &[Change],
) {
    println!("{}:", operation.name);
    let of_operation = |change: &&Change| {
        let owner = change.item.split("::").nth(1).unwrap_or_default();
        let own = [&operation.input.type_name, &operation.error_kind];
        let output = match &operation.output {
            Output::Own(output) => Some(&output.type_name),
            _ => None,
        };
        let of_error = |index: &usize| errors.get(*index).is_some_and(|error| error.variant == owner);
        (change.item.contains("Error::") && operation.errors.iter().any(of_error))
            || own.contains(&&owner.to_owned())
            || output.is_some_and(|name| name == owner)
            || reached.contains(owner)
    };
    for change in changes.iter().filter(of_operation) {
        println!("  {change}");
    }
}

/// One of the two models, and what was generated of it.
struct Side<'a> {
    service: &'a ir::Service,
    operations: BTreeMap<&'a str, &'a ir::Operation>,
    structures: BTreeMap<&'a str, &'a ir::Structure>,
    enums: BTreeMap<&'a str, &'a ir::Enum>,
    texts: BTreeMap<&'a str, &'a str>,
}

impl<'a> Side<'a> {
    fn of(generation: &'a Generation) -> Self {
        let service = &generation.ir;
        Self {
            service,
            operations: service.operations.iter().map(|it| (it.name.as_str(), it)).collect(),
            structures: service.structures.iter().map(|it| (it.type_name.as_str(), it)).collect(),
            enums: service.enums.iter().map(|it| (it.type_name.as_str(), it)).collect(),
            texts: generation.files.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect(),
        }
    }

    /// The names of all types that an operation reaches.
    fn reached(&self, operation: &ir::Operation) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        let mut pending = Vec::new();
        mention(&operation.input, &mut pending);
        match &operation.output {
            Output::Own(output) => mention(output, &mut pending),
            Output::Shared(name) => pending.push(name.clone()),
            Output::Unit => {}
        }
        while let Some(name) = pending.pop() {
            let structure = self.structures.get(name.as_str());
            if let (true, Some(structure)) = (reached.insert(name), structure) {
                mention(structure, &mut pending);
            }
        }
        reached
    }

    /// What is generated of an operation's errors.
    fn errors(&self, indices: &[usize]) -> Vec<(&'a str, &'a str, u16, Option<ir::Retry>, bool)> {
        let errors = indices.iter().filter_map(|index| self.service.errors.get(*index));
        errors
            .map(|error| {
                (error.name.as_str(), error.code.as_str(), error.status, error.retry, error.deprecated)
            })
            .collect()
    }

    fn says_the_same(
        &self,
        operation: &ir::Operation,
        other: &Side<'_>,
        twin: &ir::Operation,
        reached: &BTreeSet<String>,
    ) -> bool {
        // Errors are numbered, and the numbers are each model's own.
        let unnumbered = |it: &ir::Operation| {
            let repetition = match &it.repetition {
                ir::Repetition::Unknown(_) => ir::Repetition::Unknown(Vec::new()),
                known => known.clone(),
            };
            ir::Operation { errors: Vec::new(), repetition, ..it.clone() }
        };
        let telling = |side: &Side<'_>, it: &ir::Operation| -> Vec<String> {
            match &it.repetition {
                ir::Repetition::Unknown(errors) => {
                    side.errors(errors).iter().map(|(name, ..)| (*name).to_owned()).collect()
                }
                _ => Vec::new(),
            }
        };
        unnumbered(operation) == unnumbered(twin)
            && telling(self, operation) == telling(other, twin)
            && self.errors(&operation.errors) == other.errors(&twin.errors)
            && reached.iter().all(|name| {
                self.structures.get(name.as_str()) == other.structures.get(name.as_str())
                    && self.enums.get(name.as_str()) == other.enums.get(name.as_str())
            })
    }

    /// The files that say the operation and what it reaches.
    fn files(&self, operation: &ir::Operation, reached: &BTreeSet<String>) -> Vec<String> {
        let module = |name: &String| {
            let structure = self.structures.get(name.as_str()).map(|it| &it.module);
            structure.or_else(|| self.enums.get(name.as_str()).map(|it| &it.module))
        };
        let types = reached.iter().filter_map(module).map(|module| format!("types/{module}.rs"));
        let files: Vec<_> = types.chain([format!("operations/{}.rs", operation.module)]).collect();
        // A module of many lines has files below it.
        let belongs = |path: &str| {
            let stem = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            files.iter().any(|file| file == path || file.strip_suffix(".rs") == Some(stem))
        };
        self.texts.keys().filter(|path| belongs(path)).map(|path| (*path).to_owned()).collect()
    }
}

fn mention(structure: &ir::Structure, names: &mut Vec<String>) {
    structure.members.iter().for_each(|member| mention_layout(&member.layout, names));
}

fn mention_layout(layout: &Layout, names: &mut Vec<String>) {
    match &layout.type_ {
        Type::Enum(name) | Type::Structure { name, .. } => names.push(name.clone()),
        Type::List { of, .. } => mention_layout(of, names),
        Type::Map { key_enum, of, .. } => {
            names.extend(key_enum.clone());
            mention_layout(of, names);
        }
        _ => {}
    }
}
