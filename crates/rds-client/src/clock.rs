//! Time and dice: what a test pins.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use awsquery::{SignedDuration, Timestamp};

use crate::future::BoxFuture;

/// What time it is, and waiting. One trait, since a test that pins time must pin all of it.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time of day, by which requests are signed and credentials expire.
    fn now(&self) -> Timestamp;

    /// The time since any fixed point, never going back: deadlines go by it.
    fn elapsed(&self) -> Duration;

    /// A future that is ready after so long. Dropping it ends the wait.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The services' time of day, as far as we know it: by our clock, and by how far theirs was ahead when they last refused a
/// call for it.
#[derive(Debug)]
pub(crate) struct ServiceTime {
    clock: Arc<dyn Clock>,
    skew: Mutex<SignedDuration>,
}

impl ServiceTime {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, skew: Mutex::default() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now_with(self.skew())
    }

    /// The time by a correction that may be an older one.
    pub(crate) fn now_with(&self, skew: SignedDuration) -> Timestamp {
        let now = self.clock.now();
        now.checked_add(skew).unwrap_or(now)
    }

    pub(crate) fn skew(&self) -> SignedDuration {
        *self.skew.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn correct(&self, skew: SignedDuration) {
        *self.skew.lock().unwrap_or_else(PoisonError::into_inner) = skew;
    }
}

/// Random numbers: for jitter and for the ids of calls, not for secrets.
pub trait Random: fmt::Debug + Send + Sync + 'static {
    /// Any 128 bits.
    fn bits(&self) -> u128;

    /// A number from 0 to 1.
    fn fraction(&self) -> f64 {
        // The 53 bits that a double holds.
        (self.bits() >> 75) as f64 / (1_u64 << 53) as f64
    }
}

/// The dice that are used unless others are given.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn bits(&self) -> u128 {
        fastrand::u128(..)
    }
}

/// A fresh UUID of version 4, in lower case.
pub(crate) fn uuid(random: &dyn Random) -> String {
    let bits = random.bits() & !(0xf << 76) & !(0b11 << 62) | (4 << 76) | (0b10 << 62);
    let hex = format!("{bits:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// The operating system's clock, and tokio's timer: where a test pauses tokio's time, deadlines and sleeps go by that.
///
/// # Panics
///
/// A [sleep](Clock::sleep) panics when it is polled outside a tokio runtime with timers: `enable_time` or `enable_all`.
#[cfg(feature = "hyper")]
#[derive(Clone, Copy, Debug)]
pub struct TokioClock {
    start: tokio::time::Instant,
}

#[cfg(feature = "hyper")]
impl Default for TokioClock {
    fn default() -> Self {
        Self { start: tokio::time::Instant::now() }
    }
}

#[cfg(feature = "hyper")]
impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        // Made when it is first polled: only then there is surely a runtime.
        Box::pin(async move { tokio::time::sleep(duration).await })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Fixed(u128);

    impl Random for Fixed {
        fn bits(&self) -> u128 {
            self.0
        }
    }

    #[test]
    fn an_id_is_a_uuid_of_version_4() {
        assert_eq!(uuid(&Fixed(0)), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid(&Fixed(u128::MAX)), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }

    #[test]
    fn a_fraction_is_from_0_to_1() {
        assert_eq!(Fixed(0).fraction(), 0.0);
        assert!((0.999..1.0).contains(&Fixed(u128::MAX).fraction()));
    }
}
