//! The workspace's commands. `cargo xtask help` lists them.

mod api;
mod bench;
mod botocore;
mod cargo;
mod census;
mod codegen;
mod compare;
mod conformance;
mod differential;
mod endpoints;
mod interop;
mod model;
mod new_crate;
mod process;
mod python;
mod scratch;
mod survey;
mod wire;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lexopt::prelude::*;

const HELP: &str = "\
cargo xtask COMMAND

  codegen [--check]         regenerate all that model/services.toml names; with --check write nothing,
                            list every file that differs, and exit 1 if there is one
  codegen --model FILE --out DIR [--operations A,B] [--awsquery PATH|VERSION] [--deny-unknown]
                            generate a crate of its own from any awsQuery service's model, a service-2.json of
                            botocore's or Smithy's JSON AST
  model import PATH [--service ID] [--source PACKAGE]
                            write to model/ the facts of upstream models. PATH is botocore's wheel, of which all
                            services there are imported, the partitions too, and the release is pinned, with
                            PACKAGE's hash, its source package's; or a folder or one of its JSON files, gzipped
                            or not, for model/ID, by default model/rds
  wire [--model FILE]       answer lines of JSON on standard input: a call's input with the form that goes on the
                            wire, a service's answer with its JSON; of every operation of the RDS model, or of
                            another awsQuery service's model, in either format
  model diff OLD NEW        say what a newer model, in either format, changes for users, breaking changes
                            first; exit 1 if there is one
  conformance [DIR]         run the public suites of the Query protocol, in botocore's test format: DIR's
                            input/query.json and output/query.json, by default those of botocore's source
                            package, which pip fetches
  census                    say what of the services with words = true in model/services.toml has no words of our
                            own, and which words in a row AWS's prose has too; exit 1 if anything lacks words, or
                            more than a few runs are the same
  endpoints [DIR]           resolve the endpoint cases of the Query services, DIR's SERVICE/endpoint-tests-1.json, by
                            default those of botocore's source package, by facts generated from its rule sets
  api [--check]             write what the crates that are written by hand make public to tests/api; with --check write
                            nothing, show what differs, and exit 1 if anything does
  differential [--cases N] [--seed S] [--case K] [--service ID]
                            put random inputs and answers to the generated code and to botocore, by default of
                            RDS, and compare; by default 20,000 cases of a seed of its own, which is printed
  survey [--docs] [DATA]    generate every Query service of a botocore release, by default of the pinned one,
                            which pip fetches, or one model; compile them all, with --docs make their docs too,
                            and exit 1 where one fails or warns
  interop                   call a moto server of seven services by our client and by boto3, and compare
  bench [--quick] [--skip-build] [--skip-boto3]
                            measure ours against its peers, aws-sdk-rds first: print tables of ratios, and write
                            them to .github/BENCHMARKS.md, bench.svg and target/bench.json. It wants an idle
                            machine for a quarter of an hour, or, with --skip-build, which keeps the build costs
                            of the last run, for five minutes; --quick shows rough figures, and leaves the page
                            and the picture as they are; --skip-boto3 does without botocore
  cost [--record]           count what no machine's speed changes, instructions, allocations, dependencies, lines,
                            and exit 1 if one is above tests/bench/budget.json; with --record write them there

Exit codes: 0 done, 1 a difference was found, 2 an error.
";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode> {
    // All commands share one help text, so `--help` may be at any position.
    if std::env::args_os().skip(1).any(|arg| arg == "--help" || arg == "-h") {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    let mut args = lexopt::Parser::from_env();
    let command = match args.next()? {
        Some(Value(command)) => command.string()?,
        None => "help".into(),
        Some(other) => return Err(other.unexpected().into()),
    };
    match command.as_str() {
        "api" => api::run(args),
        "bench" | "cost" => bench::run(&command, args),
        "codegen" => codegen::run(args),
        "survey" => survey::run(args),
        "conformance" => conformance::run(args),
        "differential" => differential::run(args),
        "endpoints" => endpoints::run(args),
        "model" => model::run(args),
        "wire" => wire::run(args),
        "census" => {
            no_more(args)?;
            census::run()
        }
        "interop" => {
            no_more(args)?;
            interop::run()
        }
        "help" => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        other => Err(format!("no command {other:?}; see cargo xtask help").into()),
    }
}

/// The one argument that a command may have.
fn optional_path(mut args: lexopt::Parser) -> Result<Option<PathBuf>> {
    let path = match args.next()? {
        Some(Value(path)) => Some(PathBuf::from(path)),
        Some(other) => return Err(other.unexpected().into()),
        None => None,
    };
    no_more(args)?;
    Ok(path)
}

/// Reads a JSON file.
fn read_json(path: &Path) -> Result<serde_json::Value> {
    let named = |error: &dyn Error| format!("{}: {error}", path.display());
    let text = std::fs::read(path).map_err(|error| named(&error))?;
    Ok(serde_json::from_slice(&text).map_err(|error| named(&error))?)
}

fn no_more(mut args: lexopt::Parser) -> Result<()> {
    match args.next()? {
        Some(other) => Err(other.unexpected().into()),
        None => Ok(()),
    }
}

/// Returns the workspace's folder.
fn workspace() -> PathBuf {
    // The folder of xtask is directly below the workspace.
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().map(PathBuf::from).unwrap_or_default()
}
