//! What does not depend on how fast a machine is: instructions and allocations, counted by valgrind.

use std::io;
use std::path::Path;
use std::process::Command;

use crate::Result;

/// Fails where there is no valgrind.
pub(crate) fn check() -> Result<()> {
    let found = Command::new("valgrind").arg("--version").output();
    found.map(|_| ()).map_err(|error| missing(error).into())
}

fn missing(error: io::Error) -> String {
    format!("valgrind: {error}; it counts instructions and allocations (Debian: apt-get install valgrind)")
}

/// How a program is told how often to do its work.
pub(crate) struct Repeated<'a> {
    pub(crate) program: &'a Path,
    /// The arguments before the number.
    pub(crate) arguments: &'a [&'a str],
    /// Two numbers: what happens once, such as starting, is as much with either, and is subtracted.
    pub(crate) times: (u32, u32),
}

impl Repeated<'_> {
    /// The instructions that the work takes once.
    pub(crate) fn instructions(&self) -> Result<f64> {
        // ==1== Collected : 4446671
        self.once(|times| {
            self.run(&["--tool=callgrind", "--callgrind-out-file=/dev/null"], times, |line| {
                line.split_once("Collected :").map(|(_, number)| number.to_owned())
            })
        })
    }

    /// The allocations that the work makes once; a reallocation is one.
    pub(crate) fn allocations(&self) -> Result<f64> {
        // ==1==   total heap usage: 1,612 allocs, 1,611 frees, 211,816 bytes allocated
        self.once(|times| {
            self.run(&["--tool=memcheck", "--leak-check=no", "--undef-value-errors=no"], times, |line| {
                let (_, rest) = line.split_once("total heap usage:")?;
                rest.split_once("allocs").map(|(number, _)| number.replace(',', ""))
            })
        })
    }

    fn once(&self, count: impl Fn(u32) -> Result<u64>) -> Result<f64> {
        let (few, many) = self.times;
        let (less, more) = (count(few)?, count(many)?);
        Ok((more as f64 - less as f64) / f64::from(many - few))
    }

    fn run(&self, tool: &[&str], times: u32, find: impl Fn(&str) -> Option<String>) -> Result<u64> {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(tool).arg(self.program).args(self.arguments).arg(times.to_string());
        let output = valgrind.output().map_err(|error| {
            format!(
                "valgrind: {error}; it counts instructions and allocations (Debian: apt-get install valgrind)"
            )
        })?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(format!("{valgrind:?}: {}\n{said}", output.status).into());
        }
        let number = said.lines().find_map(find).and_then(|number| number.trim().parse().ok());
        number.ok_or_else(|| format!("{valgrind:?}: no count in what it said:\n{said}").into())
    }
}
