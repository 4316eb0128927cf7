//! The ledger: each attempt as the client began it and as the server saw it, and what that says of a call.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::faults::{ATTEMPT, Again, EXPIRED_TOKEN, End, FAULTS, Group, Shape};
use crate::noise::{Heard, Noise};

/// The time that bytes on loopback need, generously: what was written this long ago has arrived. Multiplied where threads wait for
/// a core, since the kernel's thread that delivers is one of them.
const ARRIVAL: Duration = Duration::from_millis(2);
/// The time that a call may be over its limit, on a machine with a thread for each core.
const SLACK: Duration = Duration::from_millis(250);
/// The threads for each core with which timeouts say nothing of the client.
const OVERLOADED: f64 = 4.0;
/// A response that was written so long before the attempt timeout is one that the client has read.
const AMPLE: Duration = Duration::from_millis(100);
/// The number of documents that are remembered.
const DOCUMENTS: u64 = 2000;

/// One attempt of a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Attempt {
    /// The identifier of the call, which no other call has.
    pub(crate) identifier: String,
    pub(crate) invocation: String,
    pub(crate) number: u32,
}

/// An attempt in the ledger.
struct Entry {
    attempt: Attempt,
    begun: Instant,
    ended: Option<Instant>,
    seen: Vec<Seen>,
}

/// A request as the server saw it.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) fault: usize,
    /// The fault that left bytes on this connection before.
    pub(crate) before: Option<Leaving>,
    /// The time at which the response was written as a whole.
    whole_at: Option<Instant>,
}

/// Bytes that a fault left on a connection.
#[derive(Clone, Copy)]
pub(crate) struct Leaving {
    pub(crate) fault: usize,
    pub(crate) at: Instant,
    /// Whether a request has come since. If that one raced with the bytes, the connection is one response behind, which the client
    /// cannot know before its own response arrives: later requests are judged by what they get.
    pub(crate) is_met: bool,
}

/// A document that the server wrote.
#[derive(Clone)]
struct Document {
    identifier: String,
    fault: usize,
    /// Whether it was written after the response, for nobody.
    is_left: bool,
    /// The time since which it is on the wire as a whole.
    written_at: Option<Instant>,
}

/// A broken rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// The call got the response of another one.
    Swapped,
    /// The request was written to a connection on which unread bytes had arrived before.
    Dirty,
    /// The call or an attempt took longer than its limit.
    OverLimit,
    /// The request was sent again after a whole response.
    Repeated,
    /// There were more attempts than the retry policy allows.
    TooOften,
    /// The call ended in a way that the fault does not explain.
    Unexplained,
    /// Connections, tasks or memory are left at the end.
    Leftover,
}

/// A call and its end, to be judged.
pub(crate) struct Called {
    pub(crate) identifier: String,
    /// `None` where the driver judges it itself.
    pub(crate) end: Option<End>,
    /// The request id of the response that it got.
    pub(crate) serial: Option<u64>,
    /// The identifier in the output that it got.
    pub(crate) shown: Option<String>,
    pub(crate) begun: Instant,
    pub(crate) took: Duration,
    pub(crate) limit: Duration,
    pub(crate) max_attempts: u32,
    /// The fault of the call before, and its time, where one call is made after the other: what happened to its connection.
    pub(crate) previous: Option<(usize, Instant)>,
    /// Whether a look-up of credentials failed meanwhile.
    pub(crate) lacks_credentials: bool,
}

impl Called {
    /// A wait, which makes calls of one attempt.
    pub(crate) fn of_wait(identifier: String, begun: Instant) -> Self {
        Self {
            identifier,
            end: None,
            serial: None,
            shown: None,
            begun,
            took: Duration::ZERO,
            limit: Duration::ZERO,
            max_attempts: 1,
            previous: None,
            lacks_credentials: false,
        }
    }
}

/// The ledger's judgement of a call.
#[derive(Default)]
pub(crate) struct Judgement {
    /// The broken rules, each with the fault that led to it.
    pub(crate) broken: Vec<(Rule, &'static str)>,
    /// Whether bytes or a closing came while the request was on its way, which HTTP/1.1 cannot tell from a response.
    pub(crate) is_race: bool,
    /// Whether it was late on a machine that is too busy to blame the client.
    pub(crate) is_excused: bool,
    /// The fault of the last request.
    pub(crate) last: Option<usize>,
    /// The time after which bytes have arrived.
    pub(crate) arrival: Duration,
}

#[derive(Default)]
struct State {
    calls: HashMap<String, Vec<Entry>>,
    documents: HashMap<u64, Document>,
}

/// The ledger of one server and its clients.
#[derive(Default)]
pub(crate) struct Ledger {
    state: Mutex<State>,
    serials: AtomicU64,
}

impl Ledger {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that the client begins an attempt.
    pub(crate) fn begin(&self, attempt: Attempt) {
        let entry = Entry { attempt, begun: Instant::now(), ended: None, seen: Vec::new() };
        self.state().calls.entry(entry.attempt.identifier.clone()).or_default().push(entry);
    }

    /// Notes that the client is done with an attempt.
    pub(crate) fn end(&self, attempt: &Attempt) {
        if let Some(entry) = self.state().entry(attempt) {
            entry.ended = Some(Instant::now());
        }
    }

    /// Notes that the server has a whole request; hands over how many it had with this identifier before.
    pub(crate) fn seen(&self, attempt: &Attempt, seen: impl FnOnce(usize) -> Seen) {
        let mut state = self.state();
        let before = state.calls.get(&attempt.identifier);
        let before = before.map_or(0, |entries| entries.iter().map(|entry| entry.seen.len()).sum());
        let seen = seen(before);
        if let Some(entry) = state.entry(attempt) {
            entry.seen.push(seen);
        }
    }

    /// Notes that the response to a request was written as a whole.
    pub(crate) fn whole(&self, attempt: &Attempt) {
        if let Some(seen) = self.state().entry(attempt).and_then(|entry| entry.seen.last_mut()) {
            seen.whole_at = Some(Instant::now());
        }
    }

    /// Notes that a document is being written; returns its request id.
    pub(crate) fn document(&self, identifier: &str, fault: usize, is_left: bool) -> u64 {
        let serial = self.serials.fetch_add(1, Ordering::Relaxed);
        let document = Document { identifier: identifier.to_owned(), fault, is_left, written_at: None };
        let mut state = self.state();
        state.documents.insert(serial, document);
        if let Some(old) = serial.checked_sub(DOCUMENTS) {
            state.documents.remove(&old);
        }
        serial
    }

    /// Notes that a document was written as a whole.
    pub(crate) fn written(&self, serial: u64) {
        if let Some(document) = self.state().documents.get_mut(&serial) {
            document.written_at = Some(Instant::now());
        }
    }

    /// Takes a call out of the ledger and judges it.
    pub(crate) fn judge(&self, call: &Called, noise: &Noise) -> Judgement {
        let (entries, document) = {
            let mut state = self.state();
            let entries = state.calls.remove(&call.identifier).unwrap_or_default();
            (entries, call.serial.and_then(|serial| state.documents.get(&serial).cloned()))
        };
        let noise = noise.since(call.begun);
        let arrival = ARRIVAL.mul_f64(noise.load.max(1.0)) + noise.lost;
        let mut judgement = Judgement { arrival, ..Judgement::default() };
        judgement.connections(&entries);
        judgement.swaps(call, &entries, document);
        judgement.limits(call, &entries, &noise);
        judgement.attempts(call, &entries);
        judgement.end(call, &entries, &noise);
        judgement
    }
}

impl State {
    fn entry(&mut self, attempt: &Attempt) -> Option<&mut Entry> {
        let entries = self.calls.get_mut(&attempt.identifier)?;
        entries.iter_mut().rev().find(|entry| entry.attempt == *attempt)
    }
}

impl Seen {
    pub(crate) fn new(fault: usize, before: Option<Leaving>) -> Self {
        Self { fault, before, whole_at: None }
    }
}

impl Judgement {
    fn breaks(&mut self, rule: Rule, fault: Option<usize>) {
        let name = fault.map_or("no request was seen", |fault| FAULTS[fault].name);
        self.broken.push((rule, name));
    }

    /// Finds requests on connections that had bytes left on them.
    fn connections(&mut self, entries: &[Entry]) {
        for entry in entries {
            let before = entry.seen.iter().filter_map(|seen| seen.before);
            for Leaving { fault, at, is_met } in before {
                match !is_met && at + self.arrival < entry.begun {
                    true => self.breaks(Rule::Dirty, Some(fault)),
                    false => self.is_race = true,
                }
            }
        }
        self.last = entries.last().and_then(|entry| entry.seen.last()).map(|seen| seen.fault);
    }

    fn swaps(&mut self, call: &Called, entries: &[Entry], document: Option<Document>) {
        let is_foreign = |identifier: &str| identifier != call.identifier;
        let is_swapped = call.shown.as_deref().is_some_and(is_foreign)
            || document.as_ref().is_some_and(|found| found.is_left || is_foreign(&found.identifier));
        if !is_swapped {
            return;
        }
        let begun = entries.last().map_or(call.begun, |entry| entry.begun);
        match document {
            Some(found) if found.written_at.is_none_or(|at| at + self.arrival >= begun) => {
                self.is_race = true
            }
            Some(found) if found.is_left => self.breaks(Rule::Swapped, Some(found.fault)),
            // The connection is one response behind, after a swap.
            _ => self.broken.push((Rule::Swapped, "the response to an earlier request")),
        }
    }

    fn limits(&mut self, call: &Called, entries: &[Entry], noise: &Heard) {
        let allowed = SLACK.mul_f64(noise.load.max(1.0)) + noise.lost;
        for entry in entries {
            let took = entry.ended.map_or(Duration::ZERO, |ended| ended.duration_since(entry.begun));
            if took > ATTEMPT + allowed {
                self.breaks(Rule::OverLimit, entry.seen.last().map(|seen| seen.fault));
            }
        }
        if call.took > call.limit + allowed {
            self.breaks(Rule::OverLimit, self.last);
        }
    }

    fn attempts(&mut self, call: &Called, entries: &[Entry]) {
        let mut by_invocation = HashMap::<&str, Vec<&Entry>>::new();
        for entry in entries {
            by_invocation.entry(&entry.attempt.invocation).or_default().push(entry);
        }
        for attempts in by_invocation.values() {
            for pair in attempts.windows(2) {
                let whole = pair[0].seen.iter().find(|seen| {
                    let in_time = |at| at + AMPLE < pair[0].begun + ATTEMPT;
                    FAULTS[seen.fault].again == Again::Never && seen.whole_at.is_some_and(in_time)
                });
                let is_raced = pair[0].seen.iter().any(|seen| seen.before.is_some());
                if let Some(seen) = whole.filter(|_| !is_raced) {
                    self.breaks(Rule::Repeated, Some(seen.fault));
                }
            }
            let seen = || attempts.iter().flat_map(|entry| &entry.seen);
            let is_renewed = seen().any(
                |seen| matches!(FAULTS[seen.fault].shape, Shape::Error(_, code) if code == EXPIRED_TOKEN),
            );
            let allowed = call.max_attempts as usize + usize::from(is_renewed);
            if attempts.len() > allowed || attempts.iter().any(|entry| entry.seen.len() > 1) {
                self.breaks(Rule::TooOften, seen().next().map(|seen| seen.fault));
            }
        }
    }

    /// Compares the end of the call with the fault that its last request met.
    fn end(&mut self, call: &Called, entries: &[Entry], noise: &Heard) {
        let Some(end) = call.end else { return };
        let seen = entries.last().and_then(|entry| entry.seen.last());
        let is_slow = seen.is_some_and(|seen| FAULTS[seen.fault].group == Group::Slow);
        let is_late = (is_slow || matches!(end, End::TimedOut | End::Deadline))
            && (noise.lost > AMPLE || noise.load > OVERLOADED);
        let is_explained = match end {
            End::Deadline => call.took + AMPLE > call.limit,
            End::Credentials => call.lacks_credentials,
            end => seen.is_some_and(|seen| FAULTS[seen.fault].ends.contains(&end)),
        };
        self.is_excused = is_late && !is_explained;
        if is_explained || is_late || self.is_race || !self.broken.is_empty() {
            return;
        }
        let begun = entries.last().map_or(call.begun, |entry| entry.begun);
        match (seen, call.previous) {
            (Some(seen), _) => self.breaks(Rule::Unexplained, Some(seen.fault)),
            // The connection was closed long before.
            (None, Some((fault, at))) if at + self.arrival < begun => {
                self.breaks(Rule::Unexplained, Some(fault))
            }
            // It may have been closed while the request was on its way.
            (None, _) if end == End::Lost => self.is_race = true,
            (None, _) => self.breaks(Rule::Unexplained, None),
        }
    }
}
