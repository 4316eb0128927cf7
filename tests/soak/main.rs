//! A soak of the client: calls that carry an identifier which the response echoes, against a raw server with faults by seed.
//!
//! `cargo run -p tests --bin soak -- [--seed N] [--seconds N] [--calls N]`, or `.ci/soak`. The seed fixes the fault of each
//! request; when things happen is the machine's.
//!
//! - `faults` is the table of faults: what the server does, and how a call that meets it may end.
//! - `server` plays them on plain and TLS connections, and as a proxy; `response` renders what it writes.
//! - `client` has what is put into the client to watch it.
//! - `drivers` make the calls: on one runtime, on one runtime a call, on several, with credentials that fail, in waits.
//! - `ledger` has each attempt as client and server saw it, and judges each call by it; `report` counts.
//!
//! A response of HTTP/1.1 does not name its request: bytes that arrive once the next request is on its way can be taken for its
//! response. The server leaves bytes only while it sees no request; calls that begin meanwhile are counted as races and not
//! judged by their end. Calls that are late while the machine has many more threads to run than cores are excused, and counted.

mod client;
mod drivers;
mod faults;
mod ledger;
mod noise;
mod report;
mod response;
mod server;

use std::error::Error;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::panic;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use lexopt::prelude::*;

use crate::drivers::{Bench, DRIVERS};

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(error) => {
            eprintln!("soak: {error}");
            ExitCode::from(2)
        }
    }
}

/// Runs all drivers; returns how many calls failed.
fn run() -> Result<u64, Box<dyn Error>> {
    let (mut seed, mut seconds, mut calls) = (None, 30, u64::MAX);
    let mut args = lexopt::Parser::from_env();
    while let Some(arg) = args.next()? {
        match arg {
            Long("seed") => seed = Some(args.value()?.parse()?),
            Long("seconds") => seconds = args.value()?.parse()?,
            Long("calls") => calls = args.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    let seed = seed.unwrap_or_else(|| RandomState::new().hash_one(Instant::now()) >> 32);
    println!("soak: seed {seed}, {seconds} s");
    hide_the_panics_of_the_provider();
    let begun = Instant::now();
    let bench = Arc::new(Bench::new(seed, begun + Duration::from_secs(seconds), calls));
    let drivers: Vec<_> = DRIVERS
        .iter()
        .map(|driver| {
            let bench = Arc::clone(&bench);
            thread::spawn(move || driver(&bench))
        })
        .collect();
    let mut memory = Vec::new();
    while drivers.iter().any(|driver| !driver.is_finished()) {
        thread::sleep(Duration::from_millis(200));
        memory.extend(resident());
    }
    for driver in drivers {
        driver.join().map_err(|_| "a driver panicked")?;
    }
    check_memory(&bench, &memory);
    print!("{}", bench.report);
    println!("\nseed {seed}, {:.0} s, {} left out for races", begun.elapsed().as_secs_f64(), bench.skipped());
    let (passed, failed) = bench.report.totals();
    println!("{passed} passed, {failed} failed");
    Ok(failed)
}

fn hide_the_panics_of_the_provider() {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let payload = info.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        if text != Some(client::PANIC) {
            default(info);
        }
    }));
}

/// The resident memory of the process in KiB, on Linux.
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Compares the last third of the run with the one before: in the first one things are still being set up.
fn check_memory(bench: &Bench, samples: &[u64]) {
    let third = samples.len() / 3;
    if third < 10 {
        return;
    }
    let mean = |samples: &[u64]| samples.iter().sum::<u64>() / samples.len() as u64;
    let [first, second, last] =
        [&samples[..third], &samples[third..2 * third], &samples[2 * third..]].map(mean);
    let thirds = format!("{first}, {second} and {last} KiB in the thirds of the run");
    println!("memory: {thirds}");
    bench.report.check("end", last < second + second / 4 + 8192, "memory grows", thirds);
}
