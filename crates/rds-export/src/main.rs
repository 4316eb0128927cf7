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

use std::process::ExitCode;

use clap::Parser;

use crate::args::Args;
use crate::errors::Failure;

fn main() -> ExitCode {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let ended = match runtime {
        Ok(runtime) => {
            let ended = runtime.block_on(async {
                tokio::select! {
                    // Between frames the terminal is as it was, so that a command can be dropped.
                    ended = commands::run(&args) => ended,
                    signal = signals::stop() => Err(signal),
                }
            });
            // A look-up of a name cannot be stopped; nobody is to wait for it.
            runtime.shutdown_background();
            ended
        }
        Err(error) => Err(Failure::call(format!("cannot start: {error}"))),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report();
            ExitCode::from(failure.exit_code())
        }
    }
}
