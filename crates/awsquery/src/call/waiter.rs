//! Waiters: a state machine that decides if and when to call again, without a clock or a socket.

use std::error::Error as StdError;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use crate::call::error::{Error, OperationErrorKind, ServiceErrorKind};
use crate::call::operation::Operation;
use crate::call::retry;
use crate::value::text::{self, SHOWN, Shown};

/// A waiter: an operation to repeat and rules for its outcomes. Generated.
pub trait Waiter: Copy + fmt::Debug + Send + Sync + 'static {
    /// The operation to repeat.
    type Operation: Operation;

    /// The waiter's name, such as `DBInstanceAvailable`.
    const NAME: &'static str;
    /// The delay between calls.
    const DELAY: Delay;
    /// The default limit of the wait.
    const LIMIT: Limit;
    /// The rules for outcomes. The first match decides (WAI-1).
    const ACCEPTORS: &'static [Acceptor<WaiterOutput<Self>>];
}

/// The output of a waiter's operation.
pub type WaiterOutput<W> = <<W as Waiter>::Operation as Operation>::Output;

/// The errors of a waiter's operation.
pub type WaiterError<W> = Error<<<W as Waiter>::Operation as Operation>::Error>;

/// The time between two calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delay {
    /// The minimum delay.
    pub min: Duration,
    /// The maximum delay.
    pub max: Duration,
}

impl Delay {
    /// Creates a constant delay (WAI-3).
    pub const fn fixed(seconds: u64) -> Self {
        Self::between(seconds, seconds)
    }

    /// Creates a random delay whose upper bound grows from `min` to `max` seconds (WAI-4).
    pub const fn between(min: u64, max: u64) -> Self {
        Self { min: Duration::from_secs(min), max: Duration::from_secs(max) }
    }

    /// Returns the delay after this number of calls. `jitter` is a random number from 0 to 1.
    fn after(self, calls: u32, jitter: f64) -> Duration {
        // A factor of 2^31 exceeds any practical delay.
        let factor = 1_u32 << calls.saturating_sub(1).min(31);
        // Zero doubled stays zero, which would call without a pause.
        let base = self.min.max(Duration::from_secs(1));
        let high = base.saturating_mul(factor).min(self.max.max(self.min));
        let spread = high.saturating_sub(self.min);
        self.min.saturating_add(retry::part_of(spread, jitter))
    }
}

/// The limit of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// The maximum number of calls, as in models of botocore's format (WAI-3).
    Calls(u32),
    /// The maximum time, with a last call at its end (WAI-4).
    Elapsed(Duration),
}

/// The meaning of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AcceptorState {
    /// The expected state is reached.
    Success,
    /// The expected state cannot be reached.
    Failure,
    /// The expected state may still be reached.
    Retry,
}

/// One rule of a waiter: a condition on the outcome of a call, and its meaning.
#[derive(Debug)]
#[non_exhaustive]
pub struct Acceptor<T: 'static> {
    /// The meaning of a match.
    pub state: AcceptorState,
    /// The condition.
    pub matcher: Matcher<T>,
    /// The rule in words: `some DBInstances[].DBInstanceStatus is "deleted"`.
    pub rule: &'static str,
    /// Returns a message from the output, for people.
    pub message: Option<fn(&T) -> Option<String>>,
    /// The grace period. A failure within this time after [`Wait::started_at`] is ignored.
    pub grace: Duration,
}

impl<T> Acceptor<T> {
    /// Creates a rule.
    pub const fn new(state: AcceptorState, rule: &'static str, matcher: Matcher<T>) -> Self {
        Self { state, matcher, rule, message: None, grace: Duration::ZERO }
    }

    /// Sets the function that returns a message from the output.
    pub const fn message(mut self, message: fn(&T) -> Option<String>) -> Self {
        self.message = Some(message);
        self
    }

    /// Sets the grace period in seconds.
    pub const fn grace(mut self, seconds: u64) -> Self {
        self.grace = Duration::from_secs(seconds);
        self
    }

    /// Returns true if the rule matches. Nothing matches a success that cannot be read.
    fn matches<E: OperationErrorKind>(&self, result: Result<&T, &Error<E>>) -> bool {
        match (&self.matcher, result) {
            (Matcher::Output(test), Ok(output)) => test(output),
            (Matcher::NoError, Ok(_)) | (Matcher::AnyError, Err(Error::Service(_))) => true,
            (Matcher::Status(status), Ok(_)) => *status == 200,
            (Matcher::Status(status), Err(Error::Service(error))) => *status == error.status().as_u16(),
            (Matcher::Error(name), Err(Error::Service(error))) => {
                // Models name errors by code or by shape (WAI-5).
                let shape = error.service_kind().and_then(ServiceErrorKind::shape);
                error.code() == Some(name)
                    || shape.is_some_and(|shape| shape.name == *name || shape.code == *name)
            }
            _ => false,
        }
    }
}

/// The condition of a rule.
#[derive(Debug)]
#[non_exhaustive]
pub enum Matcher<T: 'static> {
    /// An output for which the function returns true. The function is the model's compiled JMESPath expression.
    Output(fn(&T) -> bool),
    /// The HTTP status.
    Status(u16),
    /// An error with this code or shape.
    Error(&'static str),
    /// Any error of the service, except a success that cannot be read.
    AnyError,
    /// Any output.
    NoError,
}

/// A wait in progress.
///
/// The caller provides the clock, the randomness and the socket. It calls the operation, passes the result to
/// [`step`](Self::step), and follows the returned step. `now` is the time since any fixed point, such as
/// `start.elapsed()` of an [`Instant`](std::time::Instant).
///
/// ```text
/// let mut wait = Wait::<ExportTaskComplete>::new(clock.elapsed()).max_wait(Duration::from_secs(7200));
/// loop {
///     let result = /* send the request, parse the response */;
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
    /// The time at which the resource was requested.
    started: Option<Duration>,
    calls: u32,
    delay: Delay,
    limit: Limit,
    waiter: PhantomData<W>,
}

impl<W: Waiter> Wait<W> {
    /// Starts a wait now, with the waiter's own delay and limit. Make the first call at once.
    pub fn new(now: Duration) -> Self {
        Self { begun: now, started: None, calls: 0, delay: W::DELAY, limit: W::LIMIT, waiter: PhantomData }
    }

    /// Sets the maximum time, in place of the waiter's own limit. A last call is made at its end.
    pub fn max_wait(mut self, max_wait: Duration) -> Self {
        self.limit = Limit::Elapsed(max_wait);
        self
    }

    /// Sets the delay between calls, in place of the waiter's own. It starts at `min` and doubles up to `max`.
    pub fn delay(mut self, min: Duration, max: Duration) -> Self {
        self.delay = Delay { min, max: max.max(min) };
        self
    }

    /// Sets the time at which the resource was requested, by the same clock. Services need a moment to know a new
    /// resource, so "not found" is not a failure during the grace period. Without it, there is no grace period.
    pub fn started_at(mut self, started: Duration) -> Self {
        self.started = Some(started);
        self
    }

    /// Returns the number of results so far.
    pub fn calls(&self) -> u32 {
        self.calls
    }

    /// Accepts the result of a call and returns the next step. `jitter` is a random number from 0 to 1: values outside
    /// are clamped.
    ///
    /// Do not pass calls that failed without a response: retry them or give up.
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
                // Waits until the end if the last two calls would be too close together.
                remaining if remaining.saturating_sub(delay) <= self.delay.min => WaitStep::Sleep(remaining),
                _ => WaitStep::Sleep(delay),
            },
        }
    }
}

/// The next step of a wait.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum WaitStep {
    /// The wait succeeded. The output is the one just passed in.
    Done(WaitSuccess),
    /// The wait failed, or its limit was reached.
    Failed(WaitError),
    /// The caller must call again after this delay.
    Sleep(Duration),
}

/// The successful outcome of a wait.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WaitSuccess {
    /// The number of calls.
    pub calls: u32,
    /// The message from the output, such as an export's warning.
    pub message: Option<String>,
}

/// The failed outcome of a wait.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WaitError {
    /// The waiter's name.
    pub waiter: &'static str,
    /// The number of calls.
    pub calls: u32,
    /// The reason for the failure.
    pub kind: WaitErrorKind,
}

/// The reason for the failed outcome of a wait.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitErrorKind {
    /// A result shows that the expected state cannot be reached.
    State {
        /// The rule that matched, in words.
        rule: &'static str,
        /// The message from the output, such as an export's failure cause.
        message: Option<String>,
    },
    /// The call failed with an error that no rule matches. Holds the error's text; the error itself is the one passed
    /// in.
    Call(String),
    /// The maximum number of calls was made.
    Calls,
    /// The maximum time is over.
    Elapsed(Duration),
}

impl WaitError {
    /// Creates an error for the caller's own reasons, such as no connection.
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
            // The text has its own limit, longer than for a single value.
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
