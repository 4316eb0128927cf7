//! Who takes part.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::Result;

/// One who does the work of a case.
pub trait Contestant {
    /// The contestant's name, one for all cases.
    fn name(&self) -> &'static str;

    /// Does the work this many times, each time freeing what it made, and gives the time that all of it took.
    ///
    /// # Errors
    ///
    /// A contestant of another process that does not answer.
    fn repeat(&mut self, times: u32) -> Result<Duration>;

    /// Does the work once and keeps what it made; `false` where that is not in this process, or not this work alone.
    fn keep(&mut self) -> bool {
        false
    }

    /// Frees what was kept.
    fn free(&mut self) {}
}

/// One that is called in this process.
pub(crate) struct Called<W, T> {
    name: &'static str,
    work: W,
    kept: Option<T>,
}

/// A contestant that does this work.
pub(crate) fn called<T: 'static>(
    name: &'static str,
    work: impl FnMut() -> T + 'static,
) -> Box<dyn Contestant> {
    Box::new(Called { name, work, kept: None })
}

impl<T, W: FnMut() -> T> Contestant for Called<W, T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn repeat(&mut self, times: u32) -> Result<Duration> {
        let start = Instant::now();
        for _ in 0..times {
            black_box((self.work)());
        }
        Ok(start.elapsed())
    }

    fn keep(&mut self) -> bool {
        self.kept = Some((self.work)());
        true
    }

    fn free(&mut self) {
        self.kept = None;
    }
}

/// One whose work consumes what has to be made first: both are timed, and the making alone is subtracted.
pub(crate) struct Prepared {
    /// Makes what is consumed, and does the work.
    pub(crate) whole: Box<dyn Contestant>,
    /// Makes what would be consumed.
    pub(crate) preparation: Box<dyn Contestant>,
}

impl Contestant for Prepared {
    fn name(&self) -> &'static str {
        self.whole.name()
    }

    fn repeat(&mut self, times: u32) -> Result<Duration> {
        Ok(self.whole.repeat(times)?.saturating_sub(self.preparation.repeat(times)?))
    }
}
