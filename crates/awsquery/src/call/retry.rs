//! Whether a failed call is worth another attempt, and when (PROTOCOL 4.6, 7). All answers are pure: waiting and sending
//! are the caller's.

use std::time::Duration;

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};

/// Why another attempt may succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryKind {
    /// The service asks for fewer calls: wait longer. Told by the code alone, never by the status.
    Throttling,
    /// A passing failure of the service or of something in between.
    Transient,
    /// The clock is off by more than the service allows: correct it by the response's `Date`, sign again.
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

/// Codes that a clock which is off may cause, among other things.
const MAYBE_CLOCK_SKEW: [&str; 3] = ["InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure"];

/// How far off a clock must be for one of those codes to be its fault. Services allow five minutes.
const TOLERATED_SKEW: SignedDuration = SignedDuration::from_mins(4);

impl RetryKind {
    /// Classifies an error: what the model says of it, else its code, else the status. `None` is "do not try again".
    ///
    /// A body that could not be read has no code, and never hides a status that says retry (ERR-8).
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

/// A random part of a time. `jitter` is a number from 0 to 1; what is outside counts as the nearer end, no number as 0.
pub(crate) fn part_of(time: Duration, jitter: f64) -> Duration {
    // A clamped NaN is NaN, and `max` is what turns it into a number.
    let part = time.as_secs_f64() * jitter.clamp(0.0, 1.0).max(0.0);
    Duration::try_from_secs_f64(part).unwrap_or(time).min(time)
}

/// How far the service's clock is ahead of ours, if that is why it refused the call: always for codes that say so, and
/// for codes that may mean it when the difference is large enough.
pub(crate) fn clock_skew(
    code: Option<&str>,
    date: Option<Timestamp>,
    now: Timestamp,
) -> Option<SignedDuration> {
    let (code, skew) = (code?, date?.duration_since(now));
    let is_large = skew.abs() > TOLERATED_SKEW;
    (CLOCK_SKEW.contains(&code) || (MAYBE_CLOCK_SKEW.contains(&code) && is_large)).then_some(skew)
}

/// When to try again, in numbers. The default is the standard mode of the AWS SDKs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Attempts in total, the first included (RET-1). 0 counts as 1.
    pub max_attempts: u32,
    /// The longest first delay after a transient failure; it doubles with each attempt (RET-3).
    pub transient_base: Duration,
    /// The same after throttling.
    pub throttling_base: Duration,
    /// What no delay exceeds.
    pub max_delay: Duration,
    /// Tokens that a retry after a transient failure takes (RET-4).
    pub transient_cost: u32,
    /// Tokens that a retry after throttling takes.
    pub throttling_cost: u32,
    /// Tokens that a retry after a timeout takes.
    pub timeout_cost: u32,
    /// How much longer than its own delay a service may make us wait by `x-amz-retry-after`; `None` ignores it (RET-5).
    pub retry_after_spread: Option<Duration>,
}

impl RetryPolicy {
    /// The standard mode as deployed today (PROTOCOL 7.1).
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

    /// The standard mode in its newer form, to which the SDKs move: quick after transient failures, slow after
    /// throttling (PROTOCOL 7.2).
    pub const STANDARD_2026: Self = Self {
        transient_base: Duration::from_millis(50),
        transient_cost: 14,
        timeout_cost: 14,
        retry_after_spread: Some(Duration::from_secs(5)),
        ..Self::STANDARD
    };

    /// The same, with another number of attempts, the first included.
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

    /// The delay before retry `number`, from 1: a random part of what doubles each time (RET-3).
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

/// Why an attempt failed, as far as trying again is concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedAttempt {
    /// Why another attempt may succeed, `None` for an error that will come again; see [`Error::retry_kind`](crate::Error::retry_kind).
    pub kind: Option<RetryKind>,
    /// Whether the attempt ran into a timeout of connecting or reading.
    pub timeout: bool,
    /// What the service asks for in its header `x-amz-retry-after`.
    pub retry_after: Option<Duration>,
}

impl FailedAttempt {
    /// A failure without an answer: no connection, a connection lost. It is transient.
    pub fn transport() -> Self {
        Self { kind: Some(RetryKind::Transient), ..Self::default() }
    }

    /// No connection, or no answer, in time.
    pub fn timeout() -> Self {
        Self { timeout: true, ..Self::transport() }
    }

    /// The same, with what the service asks for.
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

/// What keeps many calls from retrying all at once: every retry takes tokens, successes bring some back (RET-4).
///
/// One for all calls of a client; share it behind a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenBucket {
    available: u32,
    capacity: u32,
}

impl TokenBucket {
    /// A full bucket of this capacity.
    pub const fn new(capacity: u32) -> Self {
        Self { available: capacity, capacity }
    }

    /// The tokens that are there.
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

/// A bucket of 500 tokens, as the AWS SDKs have it.
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
    /// The number of the attempt that is under way.
    attempt: u32,
    /// What the last retry took.
    paid: u32,
    corrected_clock: bool,
}

impl Retries {
    /// Begins with the first attempt.
    pub fn new(policy: RetryPolicy) -> Self {
        Self { policy, attempt: 1, paid: 0, corrected_clock: false }
    }

    /// The number of the attempt that is under way, from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Takes in that the attempt failed: how long to wait before the next one, or `None` to give up. `jitter` is a random
    /// number from 0 to 1.
    ///
    /// A clock is corrected once: when it is still off, waiting does not help.
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
        // With the clock corrected there is nothing to wait for.
        Some(if is_clock { Duration::ZERO } else { delay })
    }

    /// Takes in that the attempt succeeded: one token comes back, or what the last retry took.
    pub fn succeeded(&mut self, bucket: &mut TokenBucket) {
        bucket.give(if self.paid == 0 { 1 } else { self.paid });
    }
}
