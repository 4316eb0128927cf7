//! The commands.

mod cancel;
mod completions;
mod demo;
mod list;
mod start;
mod wait;
mod watch;

use std::io::{self, BufWriter, StdoutLock, Write};

use rds_protocol::types::ExportTask;
use serde_json::Value;

use crate::args::{Args, Command, Output};
use crate::errors::Failure;
use crate::render::{json, table};
use crate::session::Session;
use crate::terminal::Terminal;

/// Runs the command that was asked for.
pub(crate) async fn run(args: &Args) -> Result<(), Failure> {
    let terminal = Terminal::detect();
    let session = || Session::connect(&args.connection, terminal);
    match &args.command {
        Command::List(list) => list::run(list, &session().await?).await,
        Command::Watch(watch) => watch::run(watch, &session().await?).await,
        Command::Wait(wait) => wait::run(wait, &session().await?).await,
        Command::Start(start) => start::run(start, &session().await?).await,
        Command::Cancel(cancel) => cancel::run(cancel, &session().await?).await,
        Command::Demo(demo) => demo::run(demo, terminal).await,
        Command::Completions(completions) => completions::run(completions),
    }
}

/// Prints one export.
fn print_task(task: &ExportTask, output: Output, session: &Session) -> Result<(), Failure> {
    let mut out = output_stream();
    match output {
        Output::Table => print_lines(&mut out, table_of(std::slice::from_ref(task), session))?,
        Output::Json => json::write_pretty(&mut out, &json_of(json::task(task))?)?,
        Output::Jsonl => json::write_line(&mut out, &json_of(json::task(task))?)?,
    }
    Ok(out.flush()?)
}

/// Standard output for what is printed in one piece, not line by line. It has to be flushed, lest an error be lost.
fn output_stream() -> BufWriter<StdoutLock<'static>> {
    BufWriter::new(io::stdout().lock())
}

fn table_of(tasks: &[ExportTask], session: &Session) -> Vec<String> {
    table::lines(tasks, &session.terminal.look(), session.clock.now())
}

fn print_lines(out: &mut impl Write, lines: Vec<String>) -> io::Result<()> {
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn json_of(json: Result<Value, awsquery::error::JsonError>) -> Result<Value, Failure> {
    json.map_err(|error| Failure::call(format!("an export has no JSON: {error}")))
}

/// Says something besides the output. Nobody may be there to hear it.
fn tell(message: &str) {
    let _ = writeln!(io::stderr(), "{message}");
}
