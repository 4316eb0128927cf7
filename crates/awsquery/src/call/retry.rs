//! Retries: decides if and when to retry a failed call. Does no I/O: the caller waits and sends.

use std::time::Duration;

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};

/// The reason why another attempt may succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryKind {
    /// The service asks for fewer calls: wait longer. Determined by the error code, never by the status.
    Throttling,
    /// A temporary failure of the service or of the network.
    Transient,
    /// The clock differs by more than the service allows. Correct it by the response's `Date` and sign again.
    ClockSkew,
}

const THROTTLING: [&str; 14] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
];

const TRANSIENT: [&str; 2] = ["RequestTimeout", "RequestTimeoutException"];

const CLOCK_SKEW: [&str; 3] = ["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"];

/// Codes that clock skew may cause, among other reasons.
const MAYBE_CLOCK_SKEW: [&str; 3] = ["InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure"];

/// The smallest skew that can explain one of those codes. Services allow five minutes.
const TOLERATED_SKEW: SignedDuration = SignedDuration::from_mins(4);

impl RetryKind {
    /// Classifies an error by the model, else by its code, else by the status. `None` means not to retry.
    ///
    /// An unreadable body has no code, so its status decides (ERR-8).
    pub fn classify(modeled: Option<Self>, code: Option<&str>, status: StatusCode) -> Option<Self> {
        let is = |codes: &[&str]| code.is_some_and(|code| codes.contains(&code));
        if modeled.is_some() {
            modeled
        } else if is(&THROTTLING) {
            Some(Self::Throttling)
        } else if is(&CLOCK_SKEW) {
            Some(Self::ClockSkew)
        } else if is(&TRANSIENT) || matches!(status.as_u16(), 500 | 502 | 503 | 504) {
            Some(Self::Transient)
        } else {
            None
        }
    }
}

/// Returns a random part of a duration. `jitter` is a number from 0 to 1: values outside are clamped, and NaN counts as
/// 0.
pub(crate) fn part_of(time: Duration, jitter: f64) -> Duration {
    // `clamp` keeps NaN; `max` turns it into a number.
    let part = time.as_secs_f64() * jitter.clamp(0.0, 1.0).max(0.0);
    Duration::try_from_secs_f64(part).unwrap_or(time).min(time)
}

/// Returns the time by which the service's clock is ahead of ours, if skew caused the error. Some codes always mean
/// skew. Others may mean it, and count if the difference is large.
pub(crate) fn clock_skew(
    code: Option<&str>,
    date: Option<Timestamp>,
    now: Timestamp,
) -> Option<SignedDuration> {
    let (code, skew) = (code?, date?.duration_since(now));
    let is_large = skew.abs() > TOLERATED_SKEW;
    (CLOCK_SKEW.contains(&code) || (MAYBE_CLOCK_SKEW.contains(&code) && is_large)).then_some(skew)
}

/// The limits and delays of retries. The default is the standard mode of the AWS SDKs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The number of attempts, including the first (RET-1). 0 counts as 1.
    pub max_attempts: u32,
    /// The maximum first delay after a transient failure. It doubles with each attempt (RET-3).
    pub transient_base: Duration,
    /// The maximum first delay after throttling.
    pub throttling_base: Duration,
    /// The maximum delay.
    pub max_delay: Duration,
    /// The tokens that a retry after a transient failure takes (RET-4).
    pub transient_cost: u32,
    /// The tokens that a retry after throttling takes.
    pub throttling_cost: u32,
    /// The tokens that a retry after a timeout takes.
    pub timeout_cost: u32,
    /// The maximum time that `x-amz-retry-after` may add to the delay; `None` ignores the header (RET-5).
    pub retry_after_spread: Option<Duration>,
}

impl RetryPolicy {
    /// The standard mode as deployed today.
    pub const STANDARD: Self = Self {
        max_attempts: 3,
        transient_base: Duration::from_secs(1),
        throttling_base: Duration::from_secs(1),
        max_delay: Duration::from_secs(20),
        transient_cost: 5,
        throttling_cost: 5,
        timeout_cost: 10,
        retry_after_spread: None,
    };

    /// The newer form of the standard mode, to which the SDKs are moving. It retries transient failures sooner than
    /// throttling.
    pub const STANDARD_2026: Self = Self {
        transient_base: Duration::from_millis(50),
        transient_cost: 14,
        timeout_cost: 14,
        retry_after_spread: Some(Duration::from_secs(5)),
        ..Self::STANDARD
    };

    /// Sets the number of attempts, including the first.
    pub fn max_attempts(mut self, max_attempts: u32) -> Self {
        self.max_attempts = max_attempts;
        self
    }

    fn cost(&self, failure: &FailedAttempt) -> u32 {
        match failure.kind {
            Some(RetryKind::Throttling) => self.throttling_cost,
            _ if failure.timeout => self.timeout_cost,
            _ => self.transient_cost,
        }
    }

    /// Returns the delay before retry `number`, from 1: a random part of a limit that doubles each time (RET-3).
    fn delay(&self, failure: &FailedAttempt, number: u32, jitter: f64) -> Duration {
        let base = match failure.kind {
            Some(RetryKind::Throttling) => self.throttling_base,
            _ => self.transient_base,
        };
        let factor = 1_u32 << number.saturating_sub(1).min(31);
        let delay = part_of(base.saturating_mul(factor).min(self.max_delay), jitter);
        match self.retry_after_spread.zip(failure.retry_after) {
            Some((spread, asked)) => asked.clamp(delay, delay.saturating_add(spread)),
            None => delay,
        }
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::STANDARD
    }
}

/// The facts about a failed attempt that decide about a retry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedAttempt {
    /// The reason why another attempt may succeed, `None` for a permanent error; see
    /// [`Error::retry_kind`](crate::Error::retry_kind).
    pub kind: Option<RetryKind>,
    /// True if the attempt timed out while connecting or reading.
    pub timeout: bool,
    /// The delay that the service requests in its header `x-amz-retry-after`.
    pub retry_after: Option<Duration>,
}

impl FailedAttempt {
    /// Creates a failure without a response, such as a lost connection. It is transient.
    pub fn transport() -> Self {
        Self { kind: Some(RetryKind::Transient), ..Self::default() }
    }

    /// Creates a failure without a connection or response in time.
    pub fn timeout() -> Self {
        Self { timeout: true, ..Self::transport() }
    }

    /// Sets the delay that the service requests.
    pub fn retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.retry_after = retry_after;
        self
    }
}

impl From<Option<RetryKind>> for FailedAttempt {
    fn from(kind: Option<RetryKind>) -> Self {
        Self { kind, ..Self::default() }
    }
}

/// A token bucket that limits the retries of many calls. Each retry takes tokens, and successes return some (RET-4).
///
/// All calls of a client share one bucket, behind a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenBucket {
    available: u32,
    capacity: u32,
}

impl TokenBucket {
    /// Creates a full bucket of this capacity.
    pub const fn new(capacity: u32) -> Self {
        Self { available: capacity, capacity }
    }

    /// Returns the number of available tokens.
    pub fn available(&self) -> u32 {
        self.available
    }

    fn take(&mut self, tokens: u32) -> bool {
        match self.available.checked_sub(tokens) {
            Some(rest) => {
                self.available = rest;
                true
            }
            None => false,
        }
    }

    fn give(&mut self, tokens: u32) {
        self.available = self.available.saturating_add(tokens).min(self.capacity);
    }
}

/// Creates a bucket of 500 tokens, as the AWS SDKs do.
impl Default for TokenBucket {
    fn default() -> Self {
        Self::new(500)
    }
}

/// The attempts of one call, as a state machine without a clock or a socket.
///
/// ```
/// use std::time::Duration;
///
/// use awsquery::retry::{FailedAttempt, Retries, RetryKind, RetryPolicy, TokenBucket};
///
/// let mut bucket = TokenBucket::default();
/// let mut retries = Retries::new(RetryPolicy::STANDARD);
/// // The first attempt was throttled; half of the first delay, by a random number of 0.5:
/// let failure = FailedAttempt::from(Some(RetryKind::Throttling));
/// assert_eq!(retries.after(&failure, &mut bucket, 0.5), Some(Duration::from_millis(500)));
/// // The second one succeeds.
/// retries.succeeded(&mut bucket);
/// assert_eq!(bucket.available(), 500);
/// ```
#[derive(Clone, Debug)]
pub struct Retries {
    policy: RetryPolicy,
    /// The number of the current attempt.
    attempt: u32,
    /// The tokens that the last retry took.
    paid: u32,
    corrected_clock: bool,
}

impl Retries {
    /// Starts with the first attempt.
    pub fn new(policy: RetryPolicy) -> Self {
        Self { policy, attempt: 1, paid: 0, corrected_clock: false }
    }

    /// Returns the number of the current attempt, from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Records a failed attempt. Returns the delay before the next attempt, or `None` to give up. `jitter` is a random
    /// number from 0 to 1.
    ///
    /// Clock skew is corrected once. If the clock is still wrong then, waiting does not help.
    pub fn after(
        &mut self,
        failure: &FailedAttempt,
        bucket: &mut TokenBucket,
        jitter: f64,
    ) -> Option<Duration> {
        let kind = failure.kind?;
        if self.attempt >= self.policy.max_attempts {
            return None;
        }
        let is_clock = kind == RetryKind::ClockSkew;
        if is_clock && std::mem::replace(&mut self.corrected_clock, true) {
            return None;
        }
        let cost = self.policy.cost(failure);
        if !bucket.take(cost) {
            return None;
        }
        self.paid = cost;
        let delay = self.policy.delay(failure, self.attempt, jitter);
        self.attempt += 1;
        // A corrected clock needs no delay.
        Some(if is_clock { Duration::ZERO } else { delay })
    }

    /// Records a successful attempt. Returns the tokens of the last retry to the bucket, or else one token.
    pub fn succeeded(&mut self, bucket: &mut TokenBucket) {
        bucket.give(if self.paid == 0 { 1 } else { self.paid });
    }
}
