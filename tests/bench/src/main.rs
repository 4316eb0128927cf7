//! The speed of ours and its peers; see the library.
//!
//! ```text
//! bench time [--quick] [--python FILE]    check all cases, then time them: JSON on standard output
//! bench repeat CASE CONTESTANT TIMES      do one contestant's work, for callgrind to count instructions
//! bench once                              read a response from standard input and end, to time a whole process
//! ```

use std::io::Read as _;
use std::path::PathBuf;

use bench::{Case, OURS, Result, count_tasks, names, timing};
use lexopt::prelude::*;
use serde_json::{Map, Value as Json, json};

fn main() -> Result<()> {
    let mut args = lexopt::Parser::from_env();
    match args.value()?.string()?.as_str() {
        "time" => time(args),
        "repeat" => {
            let (case, contestant) = (args.value()?.string()?, args.value()?.string()?);
            repeat(&case, &contestant, args.value()?.parse()?)
        }
        "once" => {
            let mut body = Vec::new();
            std::io::stdin().read_to_end(&mut body)?;
            println!("{}", count_tasks(&body)?);
            Ok(())
        }
        other => Err(format!("no command {other:?}").into()),
    }
}

fn time(mut args: lexopt::Parser) -> Result<()> {
    let (mut quick, mut python) = (false, None);
    while let Some(arg) = args.next()? {
        match arg {
            Long("quick") => quick = true,
            Long("python") => python = Some(PathBuf::from(args.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    let cases = names().iter().map(|name| Case::new(name, python.as_deref())).collect::<Result<Vec<_>>>()?;
    eprintln!("all contestants agree on {} cases", cases.len());
    let mut measured = Map::new();
    for mut case in cases {
        eprintln!("timing {}", case.name);
        let timings = timing::measure(&mut case.contestants, quick)?.into_iter().zip(&case.contestants);
        let figures = timings.map(|((ns, times), it)| (it.name.into(), json!({ "ns": ns, "times": times })));
        measured.insert(case.name, figures.collect::<Map<_, _>>().into());
    }
    println!("{}", Json::from(measured));
    Ok(())
}

fn repeat(case: &str, contestant: &str, times: u32) -> Result<()> {
    // The peers take long to start below callgrind.
    let mut case = if contestant == OURS { Case::of_ours(case)? } else { Case::new(case, None)? };
    let found = case.contestants.iter_mut().find(|it| it.name == contestant);
    (found.ok_or_else(|| format!("no contestant {contestant:?} in {}", case.name))?.repeat)(times)?;
    Ok(())
}
