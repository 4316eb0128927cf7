//! The noise of the machine: lost time and the load, which no call is blamed for.

use std::collections::VecDeque;
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

const TICK: Duration = Duration::from_millis(5);
/// The least oversleeping that counts.
const LEAST: Duration = Duration::from_millis(10);
const REMEMBERED: usize = 2000;

/// A clock that measures by how much it oversleeps, and how many threads want to run meanwhile.
#[derive(Clone, Default)]
pub(crate) struct Noise(Arc<Mutex<VecDeque<Tick>>>);

struct Tick {
    at: Instant,
    lost: Duration,
    load: f64,
}

/// The noise of a while.
pub(crate) struct Heard {
    /// The time for which nothing of the process ran.
    pub(crate) lost: Duration,
    /// The threads of the whole machine that wanted to run, for each core; 0 where it is not known.
    pub(crate) load: f64,
}

impl Noise {
    pub(crate) fn start() -> Self {
        let noise = Self::default();
        let kept = noise.clone();
        thread::spawn(move || {
            loop {
                let begun = Instant::now();
                thread::sleep(TICK);
                let over = begun.elapsed() - TICK;
                let lost = if over > LEAST { over } else { Duration::ZERO };
                let mut kept = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
                kept.push_back(Tick { at: Instant::now(), lost, load: load().unwrap_or(0.0) });
                if kept.len() > REMEMBERED {
                    kept.pop_front();
                }
            }
        });
        noise
    }

    /// Returns the noise since then.
    pub(crate) fn since(&self, then: Instant) -> Heard {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut count, mut lost, mut load) = (0_u32, Duration::ZERO, 0.0);
        for tick in kept.iter().rev().take_while(|tick| tick.at >= then) {
            (count, lost, load) = (count + 1, lost + tick.lost, load + tick.load);
        }
        Heard { lost, load: load / f64::from(count.max(1)) }
    }
}

/// The threads that want to run, for each core, on Linux.
fn load() -> Option<f64> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    let (running, _) = text.split_whitespace().nth(3)?.split_once('/')?;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    Some(running.parse::<f64>().ok()? / cores as f64)
}
