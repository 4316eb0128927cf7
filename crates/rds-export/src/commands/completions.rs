//! `completions`: a script for a shell.

use std::io::{self, Write};

use clap::CommandFactory;

use crate::args::{Args, Completions};
use crate::errors::Failure;

pub(crate) fn run(args: &Completions) -> Result<(), Failure> {
    // The generator ends in a panic when it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "rds-export", &mut script);
    Ok(io::stdout().lock().write_all(&script)?)
}
