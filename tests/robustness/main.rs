//! The generator on broken models: an error with a path or Rust that parses, and of that a sample that compiles. Never a
//! panic.
//!
//! Each key of small models is broken in every way; of large ones a sample is, by a seed. What `cargo test` runs takes
//! seconds; `.ci/robustness` runs more of it with a fresh seed, and compiles.

mod hostile;
mod mutations;
mod responses;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::Command;

use awsquery_codegen::{Diagnostics, Files, GeneratedFile, Generation, Input, OutputTree, generate};
use serde_json::Value as Json;
use tests::soundness;

use self::mutations::Mutation;

/// A model's files, and which of them is broken.
struct Subject {
    id: &'static str,
    files: Files,
    document: Json,
    part: Part,
    /// The files of the sound model: what they hold is known to parse.
    sound: BTreeSet<String>,
}

#[derive(Clone, Copy)]
enum Part {
    Service,
    Paginators,
    Waiters,
    Endpoints,
}

impl Subject {
    fn new(id: &'static str, files: Files, part: Part) -> Self {
        let text = match part {
            Part::Service => Some(&files.service),
            Part::Paginators => files.paginators.as_ref(),
            Part::Waiters => files.waiters.as_ref(),
            Part::Endpoints => files.endpoints.as_ref(),
        };
        let document = serde_json::from_slice(text.expect("a file to break")).expect("a JSON document");
        let mut subject = Self { id, files, document, part, sound: BTreeSet::new() };
        let sound = subject.generate(&subject.files).expect("a sound model");
        subject.sound = sound.files.into_iter().map(|file| file.text).collect();
        subject
    }

    fn generate(&self, files: &Files) -> Result<Generation, Diagnostics> {
        generate(&Input {
            id: self.id.into(),
            files: files.clone(),
            command: "cargo test".into(),
            ..Input::default()
        })
    }

    fn mutated(&self, mutation: &Mutation) -> Files {
        let text = mutation.of(&self.document).to_string().into_bytes();
        let mut files = self.files.clone();
        match self.part {
            Part::Service => files.service = text,
            Part::Paginators => files.paginators = Some(text),
            Part::Waiters => files.waiters = Some(text),
            Part::Endpoints => files.endpoints = Some(text),
        }
        files
    }

    /// Tries a mutation; gives what was generated, if it is sound and says anything new.
    fn attempt(&self, mutation: &Mutation) -> Result<Option<Generation>, String> {
        let files = self.mutated(mutation);
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| self.generate(&files)));
        let complaint = |what: &str| format!("{} {mutation}: {what}", self.id);
        match outcome {
            Err(_) => Err(complaint("panicked")),
            Ok(Err(errors)) => self.check_errors(&errors).map(|()| None).map_err(|what| complaint(&what)),
            Ok(Ok(generation)) => {
                let is_new = |file: &&GeneratedFile| !self.sound.contains(&file.text);
                let new: Vec<_> = generation.files.iter().filter(is_new).collect();
                soundness::check(&generation.files).map_err(|what| complaint(&what))?;
                for file in &new {
                    syn::parse_file(&file.text)
                        .map_err(|error| complaint(&format!("{} is no Rust: {error}", file.path)))?;
                }
                // One file names the facts' hash, and always differs.
                Ok((new.len() > 1).then_some(generation))
            }
        }
    }

    /// Each error says where it is: at a path of the service, or in one of its files.
    fn check_errors(&self, errors: &Diagnostics) -> Result<(), String> {
        if errors.errors.is_empty() {
            return Err("failed without an error".into());
        }
        for error in &errors.errors {
            let at_file = error.path.ends_with(".json");
            if !(error.path.starts_with(self.id) || at_file) || error.message.trim().is_empty() {
                return Err(format!("an error without a path: {error}"));
            }
        }
        Ok(())
    }
}

fn read(path: &str) -> Files {
    Files::read(&tests::folder().join(path)).expect("a model")
}

/// Tries some mutations, and gives what was generated of them, with what was done.
fn attempt_sample(subject: &Subject, count: usize) -> Vec<(String, Generation)> {
    let mutations = sample(subject, count);
    let (mut sound, mut failures) = (Vec::new(), Vec::new());
    for mutation in &mutations {
        match subject.attempt(mutation) {
            Ok(generation) => {
                sound.extend(generation.map(|it| (format!("{} {mutation}", subject.id), it)));
            }
            Err(failure) => failures.push(failure),
        }
    }
    let shown = failures.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} of {} mutations:\n{shown}", failures.len(), mutations.len());
    println!("{}: {} mutations, {} generate something else", subject.id, mutations.len(), sound.len());
    sound
}

/// Some of all mutations of a subject, which the seed decides.
fn sample(subject: &Subject, count: usize) -> Vec<Mutation> {
    let seed = seed();
    let all = mutations::all(&subject.document).into_iter().enumerate();
    let mut all: Vec<_> = all.map(|(index, it)| (scatter(seed ^ scatter(index as u64)), it)).collect();
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().take(count).map(|(_, mutation)| mutation).collect()
}

/// The seed of a run: a fixed one, or the environment's.
fn seed() -> u64 {
    std::env::var("AWSQUERY_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0)
}

/// SplitMix64: another number for each, and no order left.
fn scatter(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

fn library(part: Part) -> Subject {
    Subject::new("library", read("codegen/fixtures/small/service-2.json"), part)
}

fn smithy() -> Subject {
    Subject::new("library", read("codegen/fixtures/smithy/library.json"), Part::Service)
}

/// A model of all that models can say.
fn everything() -> Subject {
    Subject::new("differential", read("differential/model/service-2.json"), Part::Service)
}

fn service(id: &'static str, part: Part) -> Subject {
    Subject::new(id, read(&format!("../model/{id}/service-2.json")), part)
}

#[test]
fn a_small_model_broken_anywhere() {
    attempt_sample(&library(Part::Service), 500);
    attempt_sample(&library(Part::Paginators), 100);
}

#[test]
fn endpoint_rules_broken_anywhere() {
    let rules = fs::read(tests::folder().join("codegen/fixtures/endpoints/endpoint-rule-set-1.json"));
    let small = read("codegen/fixtures/small/service-2.json");
    let files = Files { endpoints: Some(rules.expect("a fixture")), ..small };
    attempt_sample(&Subject::new("library", files, Part::Endpoints), 500);
}

#[test]
fn a_model_in_smithy_broken_anywhere() {
    attempt_sample(&smithy(), 500);
}

#[test]
fn services_broken_anywhere() {
    attempt_sample(&everything(), 40);
    for id in ["sdb", "sts", "importexport"] {
        attempt_sample(&service(id, Part::Service), 40);
    }
}

#[test]
#[ignore = "takes minutes; `.ci/robustness` runs it"]
fn small_models_broken_everywhere_in_every_way() {
    for subject in [library(Part::Service), library(Part::Paginators), smithy()] {
        attempt_sample(&subject, usize::MAX);
    }
}

#[test]
#[ignore = "takes minutes; `.ci/robustness` runs it"]
fn services_broken_in_many_places() {
    attempt_sample(&everything(), 500);
    for id in ["sdb", "sts", "importexport"] {
        attempt_sample(&service(id, Part::Service), 500);
    }
    attempt_sample(&service("rds", Part::Service), 15);
    attempt_sample(&service("rds", Part::Waiters), 15);
}

/// How many of the broken models are compiled.
const COMPILED: usize = 50;

#[test]
#[ignore = "builds a crate; `.ci/robustness` runs it"]
fn what_parses_of_broken_models_compiles() {
    let services = ["sdb", "sts", "importexport"].map(|id| (service(id, Part::Service), 7));
    let small = [(library(Part::Service), 10), (smithy(), 10), (everything(), 7)];
    let rds = [(service("rds", Part::Service), 2)];
    let mut sound = Vec::new();
    for (subject, wanted) in small.into_iter().chain(services).chain(rds) {
        // About one in five generates anything else than the sound model does; names that are refused make it fewer.
        let mut found = attempt_sample(&subject, 32 * wanted);
        found.truncate(wanted);
        sound.append(&mut found);
    }
    assert_eq!(sound.len(), COMPILED, "too few of the broken models generate anything else");
    compile(&sound);
}

/// Compiles all of them as modules of one crate.
fn compile(sound: &[(String, Generation)]) {
    let target = tests::workspace().join("target/robustness");
    let mut files = Vec::new();
    let mut root = String::from("#![forbid(unsafe_code)]\n#![allow(dead_code, deprecated, unused)]\n\n");
    let mut origins = BTreeMap::new();
    for (index, (what, generation)) in sound.iter().enumerate() {
        let module = format!("m{index}");
        root.push_str(&format!("mod {module};\n"));
        // Generated code takes itself for a crate's root, and stands in a module here.
        let text = |file: &GeneratedFile| file.text.replace("crate::", &format!("crate::{module}::"));
        for file in &generation.files {
            let path = format!("src/{module}/{}", file.path);
            files.push(GeneratedFile { path, text: text(file) });
        }
        origins.insert(module, what.as_str());
    }
    let awsquery = tests::workspace().join("crates/awsquery");
    let manifest = format!(
        "[package]\nname = \"robustness\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         awsquery = {{ path = {awsquery:?} }}\n\n[workspace]\n"
    );
    files.push(GeneratedFile { path: "Cargo.toml".into(), text: manifest });
    files.push(GeneratedFile { path: "src/lib.rs".into(), text: root });
    let source = target.join("src");
    fs::remove_dir_all(&source).or_else(not_there).expect("the last run's modules");
    OutputTree { root: target.clone(), folder: String::new(), files, exclusive: false }
        .write()
        .expect("the crate's files");
    fs::copy(tests::workspace().join("Cargo.lock"), target.join("Cargo.lock")).expect("a lock file");
    let said = check(&target);
    // By the module that it is about, what was broken.
    let broken: Vec<_> = origins
        .iter()
        .filter(|(module, _)| said.contains(&format!("src/{module}/")))
        .map(|(module, what)| format!("{module}: {what}"))
        .collect();
    assert!(said.is_empty(), "{said}\n{}", broken.join("\n"));
}

fn not_there(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// What the compiler says.
fn check(target: &Path) -> String {
    let cargo: PathBuf = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()).into();
    let mut cargo = Command::new(cargo);
    cargo.current_dir(target).args(["check", "--quiet", "--target-dir"]).arg(target.join("build"));
    let output = cargo.output().expect("cargo");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() || !said.is_empty(), "{cargo:?}: {}", output.status);
    said
}
