//! boto3's parser, in a Python process of its own.

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::{Case, Contestant, Result};

const NAME: &str = "boto3";

fn script(python: &Path, mode: &str, operation: &str, status: u16) -> Command {
    let mut command = Command::new(python);
    command.arg("-B").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("boto3_parser.py"));
    command.args([mode, operation, &status.to_string()]);
    command
}

/// A parser in a process that has long started, which measures its own time.
pub(super) fn parser(
    python: Option<&Path>,
    operation: &str,
    status: u16,
    text: &str,
) -> Result<Option<Contestant>> {
    let Some(python) = python else { return Ok(None) };
    let mut command = script(python, "serve", operation, status);
    let process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let (Some(mut input), Some(output)) = (process.stdin, process.stdout) else {
        return Err(format!("{command:?}: no standard input and output").into());
    };
    write!(input, "{}\n{text}", text.len())?;
    let mut output = BufReader::new(output);
    // The process ends when its input does, that is when this is dropped.
    Ok(Some(Contestant::timed(NAME, move |times| {
        writeln!(input, "{times}")?;
        let mut line = String::new();
        output.read_line(&mut line)?;
        let nanoseconds = line.trim().parse().map_err(|_| format!("boto3's process ended with {line:?}"))?;
        Ok(Duration::from_nanos(nanoseconds))
    })))
}

/// A process that starts, parses once and ends.
pub(super) fn whole_process(case: &mut Case, python: Option<&Path>) -> Result<()> {
    let command = python.map(|python| script(python, "once", "DescribeExportTasks", 200));
    case.contestants.extend(command.map(|command| Contestant::started(NAME, command, case.text.to_string())));
    Ok(())
}
