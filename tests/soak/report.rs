//! The counts: calls and broken rules, by driver and by fault.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::faults::FAULTS;
use crate::ledger::{Judgement, Rule};

#[derive(Clone, Copy, Default)]
struct Count {
    calls: u64,
    failed: u64,
    races: u64,
    excused: u64,
}

impl Count {
    fn add(&mut self, judgement: &Judgement) {
        self.calls += 1;
        self.failed += u64::from(!judgement.broken.is_empty());
        self.races += u64::from(judgement.broken.is_empty() && judgement.is_race);
        self.excused += u64::from(judgement.broken.is_empty() && judgement.is_excused);
    }
}

#[derive(Default)]
struct State {
    drivers: BTreeMap<&'static str, Count>,
    /// By the fault of the last request.
    faults: BTreeMap<usize, Count>,
    /// With an example of each.
    broken: BTreeMap<(Rule, &'static str, &'static str), (u64, String)>,
}

/// The report of a run.
#[derive(Default)]
pub(crate) struct Report(Mutex<State>);

impl Report {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a call, or another thing that was checked.
    pub(crate) fn add(&self, driver: &'static str, judgement: &Judgement, example: impl FnOnce() -> String) {
        let mut state = self.state();
        state.drivers.entry(driver).or_default().add(judgement);
        if let Some(fault) = judgement.last {
            state.faults.entry(fault).or_default().add(judgement);
        }
        let mut broken = judgement.broken.clone();
        broken.sort_unstable();
        broken.dedup();
        if broken.is_empty() {
            return;
        }
        let example = example();
        for (rule, fault) in broken {
            let new = || (0, example.clone());
            state.broken.entry((rule, driver, fault)).or_insert_with(new).0 += 1;
        }
    }

    /// Adds a check that is no call.
    pub(crate) fn check(&self, driver: &'static str, is_right: bool, what: &'static str, example: String) {
        let broken = if is_right { Vec::new() } else { vec![(Rule::Leftover, what)] };
        self.add(driver, &Judgement { broken, ..Judgement::default() }, || example);
    }

    /// Returns how many calls and checks passed and failed.
    pub(crate) fn totals(&self) -> (u64, u64) {
        let counts = self.state().drivers.clone();
        let failed = counts.values().map(|count| count.failed).sum();
        (counts.values().map(|count| count.calls).sum::<u64>() - failed, failed)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        let head = |f: &mut fmt::Formatter<'_>, name| {
            writeln!(f, "{name:<46} {:>8} {:>8} {:>8} {:>8}", "calls", "failed", "races", "excused")
        };
        let line = |f: &mut fmt::Formatter<'_>, name: &str, count: Count| {
            let Count { calls, failed, races, excused } = count;
            writeln!(f, "{name:<46} {calls:>8} {failed:>8} {races:>8} {excused:>8}")
        };
        head(f, "fault of the last request")?;
        for (fault, count) in &state.faults {
            line(f, FAULTS[*fault].name, *count)?;
        }
        head(f, "\ndriver")?;
        for (driver, count) in &state.drivers {
            line(f, driver, *count)?;
        }
        if !state.broken.is_empty() {
            writeln!(f, "\nbroken rules: rule, driver, fault that led to it, count, example")?;
        }
        for ((rule, driver, fault), (count, example)) in &state.broken {
            writeln!(f, "{rule:?} | {driver} | {fault} | {count} | {example}")?;
        }
        Ok(())
    }
}
