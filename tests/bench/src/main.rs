//! The speed of ours and its peers; see the library.
//!
//! ```text
//! bench time [--quick] [--python FILE --folder DIR]   check all cases, then time them: JSON on standard output
//! bench repeat CASE CONTESTANT TIMES                  do one contestant's work, for callgrind to count instructions
//! bench once FILE                                     read a response and end, for the time of a whole process
//! ```

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use bench::timing::{self, Effort};
use bench::{Plan, Python, Result, parse_export_tasks, plans};
use lexopt::prelude::*;
use serde_json::{Value as Json, json};

const THOROUGH: Effort =
    Effort { rounds: 200, turn: Duration::from_millis(3), patience: Duration::from_secs(15) };
const QUICK: Effort = Effort { rounds: 20, turn: Duration::from_millis(1), patience: Duration::from_secs(1) };

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<()> {
    let mut args = lexopt::Parser::from_env();
    let command = args.value()?.string()?;
    match command.as_str() {
        "time" => time(args),
        "repeat" => {
            let (case, contestant) = (args.value()?.string()?, args.value()?.string()?);
            repeat(&case, &contestant, args.value()?.parse()?)
        }
        "once" => {
            let tasks = parse_export_tasks(&std::fs::read(args.value()?)?).output.export_tasks;
            println!("{}", tasks.map_or(0, |tasks| tasks.len()));
            Ok(())
        }
        other => Err(format!("no command {other:?}").into()),
    }
}

fn time(mut args: lexopt::Parser) -> Result<()> {
    let (mut effort, mut interpreter, mut folder) = (THOROUGH, None, PathBuf::from("."));
    while let Some(arg) = args.next()? {
        match arg {
            Long("quick") => effort = QUICK,
            Long("python") => interpreter = Some(PathBuf::from(args.value()?)),
            Long("folder") => folder = args.value()?.into(),
            other => return Err(other.unexpected().into()),
        }
    }
    let python = interpreter.map(|interpreter| Python { interpreter, folder });
    let mut cases = Vec::new();
    for plan in plans() {
        let case = plan.make(python.as_ref())?;
        (case.check)().map_err(|error| format!("{}: {error}", plan.name))?;
        cases.push((plan.name, case));
    }
    eprintln!("all contestants agree on {} cases", cases.len());
    let mut measured = serde_json::Map::new();
    for (name, mut case) in cases {
        eprintln!("timing {name}");
        let timings = timing::measure(&mut case, effort)?;
        let contestants = case.contestants.iter().zip(timings).map(|(contestant, it)| {
            let (low, high) = it.quartiles;
            let figures = json!({ "ns": it.nanoseconds, "times": it.times, "quartiles": [low, high] });
            (contestant.name().to_owned(), figures)
        });
        let contestants: serde_json::Map<String, Json> = contestants.collect();
        measured
            .insert(name, json!({ "bytes": case.bytes, "items": case.items, "contestants": contestants }));
    }
    println!("{}", Json::from(measured));
    Ok(())
}

fn repeat(case: &str, contestant: &str, times: u32) -> Result<()> {
    let plan = |plan: &Plan| plan.name == case;
    let mut made = plans().into_iter().find(plan).ok_or_else(|| format!("no case {case:?}"))?.make(None)?;
    let found = made.contestants.iter_mut().find(|it| it.name() == contestant);
    found.ok_or_else(|| format!("no contestant {contestant:?} in {case}"))?.repeat(times)?;
    Ok(())
}
