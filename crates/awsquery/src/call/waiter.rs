//! Waits: whether to call again, and when, as a state machine without a clock or a socket (PROTOCOL 5.2).

use std::error::Error as StdError;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use crate::call::error::{Error, OperationErrorKind, ServiceErrorKind};
use crate::call::operation::Operation;
use crate::call::retry;
use crate::value::text::{self, SHOWN, Shown};

/// What is waited for: an operation to repeat, and what its answers mean. Generated.
pub trait Waiter: Copy + fmt::Debug + Send + Sync + 'static {
    /// The operation that is called until it says so.
    type Operation: Operation;

    /// The waiter's name, such as `DBInstanceAvailable`.
    const NAME: &'static str;
    /// How long to wait between calls.
    const DELAY: Delay;
    /// When to give up, unless the caller says otherwise.
    const LIMIT: Limit;
    /// What answers mean: the first that matches decides (WAI-1).
    const ACCEPTORS: &'static [Acceptor<WaiterOutput<Self>>];
}

/// What the operation of a waiter answers.
pub type WaiterOutput<W> = <<W as Waiter>::Operation as Operation>::Output;

/// The errors of a waiter's operation.
pub type WaiterError<W> = Error<<<W as Waiter>::Operation as Operation>::Error>;

/// The time between two calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delay {
    /// The shortest.
    pub min: Duration,
    /// The longest.
    pub max: Duration,
}

impl Delay {
    /// The same each time (WAI-3).
    pub const fn fixed(seconds: u64) -> Self {
        Self::between(seconds, seconds)
    }

    /// Longer each time, from `min` seconds to `max`, and random in between (WAI-4).
    pub const fn between(min: u64, max: u64) -> Self {
        Self { min: Duration::from_secs(min), max: Duration::from_secs(max) }
    }

    /// The delay after so many calls. `jitter` is a random number from 0 to 1.
    fn after(self, calls: u32, jitter: f64) -> Duration {
        // 2^31 times any delay is more than anybody waits.
        let factor = 1_u32 << calls.saturating_sub(1).min(31);
        // Nothing doubled stays nothing, and would call without a pause.
        let base = self.min.max(Duration::from_secs(1));
        let high = base.saturating_mul(factor).min(self.max.max(self.min));
        let spread = high.saturating_sub(self.min);
        self.min.saturating_add(retry::part_of(spread, jitter))
    }
}

/// When to give up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// After so many calls, as the models of botocore's format have it (WAI-3).
    Calls(u32),
    /// After so long, with one last call at the end (WAI-4).
    Elapsed(Duration),
}

/// What a match means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AcceptorState {
    /// What was waited for has come.
    Success,
    /// It will never come.
    Failure,
    /// It may still come.
    Retry,
}

/// One rule of a waiter: what an answer looks like, and what that means.
#[derive(Debug)]
#[non_exhaustive]
pub struct Acceptor<T: 'static> {
    /// What a match means.
    pub state: AcceptorState,
    /// What matches.
    pub matcher: Matcher<T>,
    /// The rule in words, for people: `some DBInstances[].DBInstanceStatus is "deleted"`.
    pub rule: &'static str,
    /// What the answer has to say to people besides.
    pub message: Option<fn(&T) -> Option<String>>,
    /// While the thing is younger than this, a match means nothing yet; see [`Wait::started_at`].
    pub grace: Duration,
}

impl<T> Acceptor<T> {
    /// A rule.
    pub const fn new(state: AcceptorState, rule: &'static str, matcher: Matcher<T>) -> Self {
        Self { state, matcher, rule, message: None, grace: Duration::ZERO }
    }

    /// The same, with what the answer has to say to people.
    pub const fn message(mut self, message: fn(&T) -> Option<String>) -> Self {
        self.message = Some(message);
        self
    }

    /// The same, to be believed only after so many seconds.
    pub const fn grace(mut self, seconds: u64) -> Self {
        self.grace = Duration::from_secs(seconds);
        self
    }

    /// A success that cannot be read is neither an output nor an error of the service: nothing matches it.
    fn matches<E: OperationErrorKind>(&self, result: Result<&T, &Error<E>>) -> bool {
        match (&self.matcher, result) {
            (Matcher::Output(test), Ok(output)) => test(output),
            (Matcher::NoError, Ok(_)) | (Matcher::AnyError, Err(Error::Service(_))) => true,
            (Matcher::Status(status), Ok(_)) => *status == 200,
            (Matcher::Status(status), Err(Error::Service(error))) => *status == error.status().as_u16(),
            (Matcher::Error(name), Err(Error::Service(error))) => {
                // Models name errors by code here and by shape there (WAI-5).
                let shape = error.service_kind().and_then(ServiceErrorKind::shape);
                error.code() == Some(name)
                    || shape.is_some_and(|shape| shape.name == *name || shape.code == *name)
            }
            _ => false,
        }
    }
}

/// What an answer is held against.
#[derive(Debug)]
#[non_exhaustive]
pub enum Matcher<T: 'static> {
    /// An output for which this is true: the model's JMESPath, compiled.
    Output(fn(&T) -> bool),
    /// The HTTP status.
    Status(u16),
    /// An error with this code, or of this shape.
    Error(&'static str),
    /// Any error of the service; a success that cannot be read is none.
    AnyError,
    /// Any output.
    NoError,
}

/// A wait in progress.
///
/// The caller has the clock, the randomness and the socket: it calls the operation, hands in what came of it, and does as
/// [`step`](Self::step) says. `now` is the time since any fixed point, such as `start.elapsed()` of an
/// [`Instant`](std::time::Instant).
///
/// ```text
/// let mut wait = Wait::<ExportTaskComplete>::new(clock.elapsed()).max_wait(Duration::from_secs(7200));
/// loop {
///     let result = /* send the request, parse the answer */;
///     match wait.step(result.as_ref(), clock.elapsed(), random()) {
///         WaitStep::Done(success) => return Ok(success),
///         WaitStep::Failed(error) => return Err(error.into()),
///         WaitStep::Sleep(pause) => sleep(pause),
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Wait<W> {
    begun: Duration,
    /// When the thing came into being.
    started: Option<Duration>,
    calls: u32,
    delay: Delay,
    limit: Limit,
    waiter: PhantomData<W>,
}

impl<W: Waiter> Wait<W> {
    /// Begins to wait now, with the waiter's own delay and limit. The first call is to be made at once.
    pub fn new(now: Duration) -> Self {
        Self { begun: now, started: None, calls: 0, delay: W::DELAY, limit: W::LIMIT, waiter: PhantomData }
    }

    /// Gives up after so long, in place of the waiter's own limit. A last call is made when the time is over.
    pub fn max_wait(mut self, max_wait: Duration) -> Self {
        self.limit = Limit::Elapsed(max_wait);
        self
    }

    /// Waits so long between calls, in place of the waiter's own delay: from `min`, doubled each time up to `max`.
    pub fn delay(mut self, min: Duration, max: Duration) -> Self {
        self.delay = Delay { min, max: max.max(min) };
        self
    }

    /// Says when the thing that is waited for was asked for, by the same clock: services need a moment before they
    /// know it, and for that moment "there is no such thing" is no failure. Without it, it is one at once.
    pub fn started_at(mut self, started: Duration) -> Self {
        self.started = Some(started);
        self
    }

    /// How many answers there have been.
    pub fn calls(&self) -> u32 {
        self.calls
    }

    /// Takes in what came of a call, and says what to do. `jitter` is a random number from 0 to 1; what is outside
    /// counts as the nearer end.
    ///
    /// A call that failed without an answer is none of the waiter's business: try it again, or give up.
    pub fn step(
        &mut self,
        result: Result<&WaiterOutput<W>, &WaiterError<W>>,
        now: Duration,
        jitter: f64,
    ) -> WaitStep {
        self.calls = self.calls.saturating_add(1);
        let elapsed = now.saturating_sub(self.begun);
        let Some(acceptor) = W::ACCEPTORS.iter().find(|acceptor| acceptor.matches(result)) else {
            return match result {
                Ok(_) => self.pause(elapsed, jitter),
                Err(error) => self.failed(WaitErrorKind::Call(error.to_string())),
            };
        };
        let message = || acceptor.message.zip(result.ok()).and_then(|(message, output)| message(output));
        match acceptor.state {
            AcceptorState::Success => WaitStep::Done(WaitSuccess { calls: self.calls, message: message() }),
            AcceptorState::Failure if !self.is_young(acceptor.grace, now) => {
                self.failed(WaitErrorKind::State { rule: acceptor.rule, message: message() })
            }
            AcceptorState::Failure | AcceptorState::Retry => self.pause(elapsed, jitter),
        }
    }

    fn is_young(&self, grace: Duration, now: Duration) -> bool {
        self.started.is_some_and(|started| now.saturating_sub(started) < grace)
    }

    fn failed(&self, kind: WaitErrorKind) -> WaitStep {
        WaitStep::Failed(WaitError { waiter: W::NAME, calls: self.calls, kind })
    }

    fn pause(&self, elapsed: Duration, jitter: f64) -> WaitStep {
        let delay = self.delay.after(self.calls, jitter);
        match self.limit {
            Limit::Calls(limit) if self.calls >= limit => self.failed(WaitErrorKind::Calls),
            Limit::Calls(_) => WaitStep::Sleep(delay),
            Limit::Elapsed(limit) => match limit.saturating_sub(elapsed) {
                Duration::ZERO => self.failed(WaitErrorKind::Elapsed(limit)),
                // Rather one call at the very end than two of which the last is hurried.
                remaining if remaining.saturating_sub(delay) <= self.delay.min => WaitStep::Sleep(remaining),
                _ => WaitStep::Sleep(delay),
            },
        }
    }
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum WaitStep {
    /// What was waited for has come. The answer is the one just handed in.
    Done(WaitSuccess),
    /// It will not come, or not in time.
    Failed(WaitError),
    /// Call again after this long.
    Sleep(Duration),
}

/// The successful outcome of a wait.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WaitSuccess {
    /// How many calls it took.
    pub calls: u32,
    /// What the answer has to say to people, such as an export's warning.
    pub message: Option<String>,
}

/// The failed outcome of a wait.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WaitError {
    /// The waiter's name.
    pub waiter: &'static str,
    /// How many calls there were.
    pub calls: u32,
    /// Why it ended.
    pub kind: WaitErrorKind,
}

/// The reason for the failed outcome of a wait.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitErrorKind {
    /// An answer says that it will never come.
    State {
        /// What the answer looks like.
        rule: &'static str,
        /// What the answer has to say to people, such as an export's failure cause.
        message: Option<String>,
    },
    /// The call failed, in a way that the waiter does not know: what it says. The error itself is the one handed in.
    Call(String),
    /// As many calls as the model allows were made.
    Calls,
    /// The time that was allowed is over.
    Elapsed(Duration),
}

impl WaitError {
    /// An end that the one who makes the calls has to tell of, such as no connection.
    pub fn new(waiter: &'static str, calls: u32, kind: WaitErrorKind) -> Self {
        Self { waiter, calls, kind }
    }
}

impl fmt::Display for WaitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls = if self.calls == 1 { "1 call".to_owned() } else { format!("{} calls", self.calls) };
        write!(f, "{}: ", self.waiter)?;
        match &self.kind {
            WaitErrorKind::State { rule, message: None } => write!(f, "failed after {calls}: {rule}"),
            WaitErrorKind::State { rule, message: Some(message) } => {
                write!(f, "failed after {calls}: {rule}: {}", Shown(message))
            }
            // It has a bound of its own, of more than one text.
            WaitErrorKind::Call(error) => {
                write!(f, "failed after {calls}: {}", text::shorten(error, 4 * SHOWN))
            }
            WaitErrorKind::Calls => write!(f, "not reached within {calls}"),
            WaitErrorKind::Elapsed(limit) => {
                write!(f, "not reached within {} s, {calls}", limit.as_secs_f64())
            }
        }
    }
}

impl fmt::Debug for WaitErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State { rule, message } => {
                let message = message.as_deref().map(Shown);
                f.debug_struct("State").field("rule", rule).field("message", &message).finish()
            }
            Self::Call(error) => f.debug_tuple("Call").field(&text::shorten(error, 4 * SHOWN)).finish(),
            Self::Calls => f.write_str("Calls"),
            Self::Elapsed(limit) => f.debug_tuple("Elapsed").field(limit).finish(),
        }
    }
}

impl StdError for WaitError {}
