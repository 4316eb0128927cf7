//! Who takes part.

use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::Result;

/// One who does the work of a case.
pub trait Contestant {
    /// The contestant's name, one for all cases.
    fn name(&self) -> &'static str;

    /// Does the work this many times, each time freeing what it made, and gives the processor's time
    /// that all of it took; of processes that are started, the time on the wall.
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
        let start = processor_time()?;
        for _ in 0..times {
            black_box((self.work)());
        }
        Ok(processor_time()?.saturating_sub(start))
    }

    fn keep(&mut self) -> bool {
        self.kept = Some((self.work)());
        true
    }

    fn free(&mut self) {
        self.kept = None;
    }
}

/// How long this thread has had a processor: what else the machine does takes nobody's time.
fn processor_time() -> Result<Duration> {
    Ok(clock_gettime(ClockId::ThreadCPUTime).try_into()?)
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
