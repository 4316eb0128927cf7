//! Ours against its peers, on the same bytes, in the same run.
//!
//! A [`Case`] is one piece of work on one input; its [`Contestant`]s do that work, ours first. Ours stands alone in
//! `cases`. With the feature `peers`, the module of that name adds the others, and fails if they make something else of
//! the input. Three programs measure: `bench time` the speed, `bench repeat` below callgrind the instructions, and
//! `memory` the allocations, with an allocator that counts and that the other two do without.

use std::error::Error;
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

mod cases;
mod export_tasks;
#[cfg(feature = "peers")]
mod peers;
pub mod timing;

pub use crate::cases::{OURS, count_tasks, names};

/// A value, or an error for a person to read.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// One piece of work on one input.
pub struct Case {
    /// The name, one of [`names`].
    pub name: String,
    /// The text that is read or written.
    pub text: Rc<str>,
    /// The number of tasks, instances or errors in the text.
    pub items: usize,
    /// Those who do the work, ours first.
    pub contestants: Vec<Contestant>,
}

impl Case {
    /// Makes the case of this name. boto3 takes part if there is a Python to run it.
    ///
    /// # Errors
    ///
    /// No such case; contestants that disagree; a process that does not start.
    pub fn new(name: &str, python: Option<&Path>) -> Result<Self> {
        let mut case = Self::of_ours(name)?;
        #[cfg(feature = "peers")]
        peers::join(&mut case, python).map_err(|error| format!("{name}: {error}"))?;
        let _ = (python, &mut case);
        Ok(case)
    }

    /// Makes the case of this name with ours alone.
    ///
    /// # Errors
    ///
    /// No such case.
    pub fn of_ours(name: &str) -> Result<Self> {
        cases::ours(name)
    }
}

/// One who does the work of a case.
pub struct Contestant {
    /// The contestant's name, the same in all cases.
    pub name: &'static str,
    /// Does the work this many times, frees the results, and returns the time: the thread's processor time, or the wall
    /// time of a process that is started.
    pub repeat: Box<dyn FnMut(u32) -> Result<Duration>>,
    /// Does the work once and keeps the result, or frees it again. `None` for work outside of this process, and for work
    /// that consumes what has to be made first.
    pub keep: Option<Box<dyn FnMut(bool)>>,
}

impl Contestant {
    /// A contestant that this function is.
    pub(crate) fn called<T: 'static>(name: &'static str, work: impl Fn() -> T + 'static) -> Self {
        let (work, mut kept) = (Rc::new(work), Vec::new());
        let again = Rc::clone(&work);
        let repeat = move |times| {
            processor_time(|| {
                for _ in 0..times {
                    black_box(work());
                }
            })
        };
        let keep = move |keep| if keep { kept.push(again()) } else { kept.clear() };
        Self { name, repeat: Box::new(repeat), keep: Some(Box::new(keep)) }
    }

    /// A contestant that measures its time itself.
    pub(crate) fn timed(name: &'static str, repeat: impl FnMut(u32) -> Result<Duration> + 'static) -> Self {
        Self { name, repeat: Box::new(repeat), keep: None }
    }

    /// A process that is started each time, with this text to read.
    pub(crate) fn started(name: &'static str, mut command: Command, text: String) -> Self {
        Self::timed(name, move |times| {
            let start = Instant::now();
            for _ in 0..times {
                let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
                // Dropped at once, which tells the process that this was all.
                child.stdin.take().ok_or("no standard input")?.write_all(text.as_bytes())?;
                let status = child.wait()?;
                if !status.success() {
                    return Err(format!("{command:?}: {status}").into());
                }
            }
            Ok(start.elapsed())
        })
    }
}

/// Measures how long this thread has a processor for the work: other programs of the machine do not count.
pub(crate) fn processor_time(work: impl FnOnce()) -> Result<Duration> {
    let start: Duration = clock_gettime(ClockId::ThreadCPUTime).try_into()?;
    work();
    let end: Duration = clock_gettime(ClockId::ThreadCPUTime).try_into()?;
    Ok(end.saturating_sub(start))
}
