//! Waiting: calls that are made again until what is waited for has come (PROTOCOL 5.2).

use std::error::Error as StdError;
use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use awsquery::Operation;
use awsquery::waiter::{
    Delay, Limit, Wait, WaitError, WaitErrorKind, WaitStep, WaitSuccess, Waiter, WaiterOutput,
};

use crate::call::client::Call;
use crate::call::error::Error;
use crate::future::BoxFuture;

/// The timeout of the last call, when the time of the wait is over.
const LAST_CALL: Duration = Duration::from_secs(10);

/// The number of calls in a row that may fail for a transient reason, after all their attempts.
const TOLERATED: u32 = 5;

type CallError<W> = Error<<<W as Waiter>::Operation as Operation>::Error>;
type OnProgress<'a, W> = Box<dyn FnMut(WaitProgress<'_, <W as Waiter>::Operation>) + Send + 'a>;

/// A wait: `.await` starts it, and dropping the future ends it.
///
/// Calls that are throttled, or fail for another passing reason after all their attempts, do not end the wait: it calls
/// less often, and gives up at the sixth of them in a row. A credentials provider that could not be asked, and a response that
/// cannot be parsed, are passing reasons.
///
/// ```no_run
/// # use std::time::Duration;
/// # use awsquery_client::{Client, WaitFailure};
/// use rds_protocol::Rds;
/// use rds_protocol::operations::DescribeExportTasks;
/// use rds_protocol::waiters::ExportTaskComplete;
///
/// # async fn f(client: Client<Rds>) -> Result<(), WaitFailure<DescribeExportTasks>> {
/// let waited = client
///     .wait::<ExportTaskComplete>(DescribeExportTasks::default().export_task_identifier("nightly"))
///     .max_wait(Duration::from_secs(7200))
///     .interval(Duration::from_secs(30))
///     .on_progress(|progress| println!("{} calls, {:?}", progress.calls, progress.response))
///     .await?;
/// println!("done; warnings: {:?}", waited.success.message);
/// # Ok(())
/// # }
/// ```
#[must_use = "awaiting it makes the calls"]
pub struct WaitBuilder<'a, W: Waiter> {
    call: Call<W::Operation>,
    max_wait: Option<Duration>,
    interval: Option<Duration>,
    started_ago: Option<Duration>,
    on_progress: Option<OnProgress<'a, W>>,
}

/// The progress of a wait, after each call.
#[derive(Debug)]
#[non_exhaustive]
pub struct WaitProgress<'a, O: Operation> {
    /// The number of calls.
    pub calls: u32,
    /// The time since the wait began.
    pub elapsed: Duration,
    /// The result of the call.
    pub response: Result<&'a O::Output, &'a Error<O::Error>>,
    /// The pause before the next call. `None` after the last call.
    pub next_call_in: Option<Duration>,
}

/// The successful outcome of a wait.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WaitOutput<T> {
    /// The number of calls, and the message of the response for people.
    pub success: WaitSuccess,
    /// The last response, where it was an output: what is waited for may be that there is none, and an error says so.
    pub output: Option<T>,
}

impl<'a, W> WaitBuilder<'a, W>
where
    W: Waiter,
    W::Operation: Clone,
{
    pub(crate) fn new(call: Call<W::Operation>) -> Self {
        Self { call, max_wait: None, interval: None, started_ago: None, on_progress: None }
    }

    /// Gives up after so long, in place of the waiter's own limit. A last call is made when the time is over; it, or one
    /// that is still under way then, may take 10 s more.
    pub fn max_wait(mut self, max_wait: Duration) -> Self {
        self.max_wait = Some(max_wait);
        self
    }

    /// Waits so long between calls, each time the same, in place of the waiter's own delay; before the last call, when the
    /// time is over, only for what is left.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// Says how long ago the thing that is waited for was asked for: services need a moment before they know it, and for
    /// that moment "there is no such thing" is no failure.
    pub fn started_ago(mut self, ago: Duration) -> Self {
        self.started_ago = Some(ago);
        self
    }

    /// Sets a function that runs after each call, for example to draw a bar.
    pub fn on_progress(
        mut self,
        on_progress: impl FnMut(WaitProgress<'_, W::Operation>) + Send + 'a,
    ) -> Self {
        self.on_progress = Some(Box::new(on_progress));
        self
    }

    async fn run(mut self) -> Result<WaitOutput<WaiterOutput<W>>, WaitFailure<W::Operation>> {
        let mut state = State::<W>::new(&self);
        loop {
            let call = state.limited(self.call.clone());
            let response = call.send().await.map(|response| response.output);
            let (response, next) = state
                .step(response, self.call.engine().clock.elapsed(), || self.call.engine().random.fraction());
            if let Some(on_progress) = &mut self.on_progress {
                on_progress(WaitProgress {
                    calls: state.calls,
                    elapsed: self.call.engine().clock.elapsed().saturating_sub(state.begun),
                    response: response.as_ref(),
                    next_call_in: match next {
                        WaitStep::Sleep(pause) => Some(pause),
                        _ => None,
                    },
                });
            }
            match next {
                WaitStep::Done(success) => return Ok(WaitOutput { success, output: response.ok() }),
                WaitStep::Failed(error) => return Err(WaitFailure(Box::new(Ended { error, response }))),
                WaitStep::Sleep(pause) => self.call.engine().clock.sleep(pause).await,
            }
        }
    }
}

/// The state machine of the waiter, and calls without a response, which it does not know of.
struct State<W> {
    wait: Wait<W>,
    begun: Duration,
    calls: u32,
    /// The number of calls in a row that failed for a transient reason.
    missed: u32,
    delay: Duration,
    /// The maximum pause while calls get a response: an interval is kept to, while a waiter's own delay may grow by what
    /// is left at the end (WAI-4).
    longest: Duration,
    limit: Option<Duration>,
}

impl<W: Waiter> State<W> {
    fn new(waiting: &WaitBuilder<'_, W>) -> Self {
        let begun = waiting.call.engine().clock.elapsed();
        let mut wait = Wait::<W>::new(begun);
        if let Some(max_wait) = waiting.max_wait {
            wait = wait.max_wait(max_wait);
        }
        if let Some(interval) = waiting.interval {
            wait = wait.delay(interval, interval);
        }
        if let Some(ago) = waiting.started_ago {
            wait = wait.started_at(begun.saturating_sub(ago));
        }
        let Delay { min, .. } = W::DELAY;
        let limit = waiting.max_wait.or(match W::LIMIT {
            Limit::Elapsed(limit) => Some(limit),
            _ => None,
        });
        let (delay, longest) = (waiting.interval.unwrap_or(min), waiting.interval.unwrap_or(Duration::MAX));
        Self { wait, begun, calls: 0, missed: 0, delay, longest, limit }
    }

    /// A call that ends soon after the wait has to.
    fn limited(&self, call: Call<W::Operation>) -> Call<W::Operation> {
        let Some(limit) = self.limit else { return call };
        let elapsed = call.engine().clock.elapsed().saturating_sub(self.begun);
        call.timeout_at_most(limit.saturating_add(LAST_CALL).saturating_sub(elapsed))
    }

    /// Takes in what came of a call, gives it back, and says what to do.
    fn step(
        &mut self,
        response: Result<WaiterOutput<W>, CallError<W>>,
        now: Duration,
        jitter: impl FnOnce() -> f64,
    ) -> (Result<WaiterOutput<W>, CallError<W>>, WaitStep) {
        self.calls += 1;
        let (response, step) = match response {
            Ok(output) => {
                let step = self.wait.step(Ok(&output), now, jitter());
                (Ok(output), Some(step))
            }
            Err(Error::Service(error)) => {
                let error = awsquery::Error::Service(error);
                let step = self.wait.step(Err(&error), now, jitter());
                (Err(Error::from(error)), Some(step))
            }
            Err(error) => (Err(error), None),
        };
        let is_call = |step: &WaitStep| matches!(step, WaitStep::Failed(error) if matches!(error.kind, WaitErrorKind::Call(_)));
        let step = match (step, &response) {
            // No rule of the waiter's is for this error.
            (None, Err(error)) => self.missed(error, now),
            (Some(step), Err(error)) if is_call(&step) => self.missed(error, now),
            (Some(step), _) => {
                self.missed = 0;
                match step {
                    WaitStep::Sleep(pause) => WaitStep::Sleep(pause.min(self.longest)),
                    end => end,
                }
            }
            (None, Ok(_)) => self.pause(now),
        };
        (response, step)
    }

    /// A call failed in a way that the waiter does not know.
    fn missed(&mut self, error: &CallError<W>, now: Duration) -> WaitStep {
        self.missed += 1;
        let is_repeatable = matches!(error, Error::Malformed(_)) && W::Operation::READ_ONLY;
        if !(is_repeatable || error.retry_kind().is_some()) || self.missed > TOLERATED {
            return self.failed(WaitErrorKind::Call(error.to_string()));
        }
        let (code, missed) = (error.code(), self.missed);
        tracing::debug!(code, missed, "a call of the wait failed: calling less often");
        self.pause(now)
    }

    /// Twice as long after each miss, and no longer than until the end.
    fn pause(&self, now: Duration) -> WaitStep {
        let delay = self.delay.max(Duration::from_secs(1)).saturating_mul(1 << self.missed.min(31));
        let Some(limit) = self.limit else { return WaitStep::Sleep(delay) };
        match limit.saturating_sub(now.saturating_sub(self.begun)) {
            Duration::ZERO => self.failed(WaitErrorKind::Elapsed(limit)),
            remaining => WaitStep::Sleep(delay.min(remaining)),
        }
    }

    fn failed(&self, kind: WaitErrorKind) -> WaitStep {
        WaitStep::Failed(WaitError::new(W::NAME, self.calls, kind))
    }
}

impl<'a, W> IntoFuture for WaitBuilder<'a, W>
where
    W: Waiter,
    W::Operation: Clone,
{
    type Output = Result<WaitOutput<WaiterOutput<W>>, WaitFailure<W::Operation>>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<W: Waiter> fmt::Debug for WaitBuilder<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitBuilder")
            .field("waiter", &W::NAME)
            .field("max_wait", &self.max_wait)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

/// A failed wait: the reason, and the last response.
pub struct WaitFailure<O: Operation>(Box<Ended<O>>);

struct Ended<O: Operation> {
    error: WaitError,
    response: Result<O::Output, Error<O::Error>>,
}

impl<O: Operation> WaitFailure<O> {
    /// Returns the reason.
    pub fn kind(&self) -> &WaitErrorKind {
        &self.0.error.kind
    }

    /// The number of calls.
    pub fn calls(&self) -> u32 {
        self.0.error.calls
    }

    /// Returns true if the time or the number of calls ran out.
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind(), WaitErrorKind::Elapsed(_) | WaitErrorKind::Calls)
    }

    /// Returns the output of the last call, if it had one.
    pub fn output(&self) -> Option<&O::Output> {
        self.0.response.as_ref().ok()
    }

    /// Returns the error of the last call, if it failed.
    pub fn call_error(&self) -> Option<&Error<O::Error>> {
        self.0.response.as_ref().err()
    }
}

impl<O: Operation> fmt::Debug for WaitFailure<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the response, which is long: `output` has it.
        f.debug_struct("WaitFailure")
            .field("error", &self.0.error)
            .field("call_error", &self.call_error())
            .finish_non_exhaustive()
    }
}

impl<O: Operation> fmt::Display for WaitFailure<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.error.fmt(f)
    }
}

impl<O: Operation> StdError for WaitFailure<O> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        // What it says stands in `why` already.
        self.call_error().and_then(StdError::source)
    }
}
