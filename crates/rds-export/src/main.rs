//! Lists, watches and awaits exports of Amazon RDS snapshots and clusters to S3. The README has its use; `--help` too.

mod args;
mod board;
mod commands;
mod demo;
mod errors;
mod render;
mod session;
mod signals;
mod task;
mod terminal;

use std::future::Future;
use std::io;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Parser;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::args::Args;
use crate::errors::Failure;

/// The time in which a command that was told to stop must do so. A frame takes less, unless nobody takes the output.
const TO_STOP: Duration = Duration::from_millis(300);

fn main() -> ExitCode {
    let args = Args::parse();
    let ended = run(args).unwrap_or_else(|error| Err(Failure::call(format!("cannot start: {error}"))));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report();
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Runs the command in a thread of its own: whatever it is busy with, and even if nobody takes what it writes, this one hears
/// the signal that asks to stop.
fn run(args: Args) -> io::Result<Result<(), Failure>> {
    let listening = runtime()?;
    let (stop, stopped) = oneshot::channel();
    let (end, mut ended) = oneshot::channel();
    thread::Builder::new().spawn(move || {
        // Nobody may be there to hear of it any more.
        let _ = end.send(work(&args, stopped));
    })?;
    Ok(listening.block_on(async {
        tokio::select! {
            biased;
            ended = &mut ended => ended.unwrap_or_else(|_| Err(Failure::call("the command panicked"))),
            signal = signals::stop() => {
                let _ = stop.send(());
                // Between frames the terminal is as it was. Whether the command ends one in time or not, this is the end.
                let _ = tokio::time::timeout(TO_STOP, ended).await;
                Err(signal)
            }
        }
    }))
}

/// Runs the command, until it ends or is told to stop.
fn work(args: &Args, stopped: impl Future) -> Result<(), Failure> {
    let runtime = runtime().map_err(|error| Failure::call(format!("cannot start: {error}")))?;
    let ended = runtime.block_on(async {
        tokio::select! {
            // Between frames, so that a command can be dropped.
            ended = commands::run(args) => ended,
            _ = stopped => Ok(()),
        }
    });
    // A look-up of a name cannot be stopped; nobody is to wait for it.
    runtime.shutdown_background();
    ended
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}
