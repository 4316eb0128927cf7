//! Time and randomness, which a test pins.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use awsquery::port::port_of;
use awsquery::{SignedDuration, Timestamp};
use http::Uri;
use http::uri::Scheme;

use crate::future::BoxFuture;

/// The time, and sleeping. One trait, since a test that pins time must pin all of it.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time of day, by which requests are signed and credentials expire.
    fn now(&self) -> Timestamp;

    /// The time since any fixed point, never going back: deadlines go by it.
    fn elapsed(&self) -> Duration;

    /// A future that is ready after so long. Dropping it ends the wait.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The most that an endpoint's clock may be off the local one, either way, to be believed: a day. A signature of a later date
/// could be kept until it is valid. The minute on top is for measuring: a date has whole seconds, and a response takes a while.
const MAX_SKEW: SignedDuration = SignedDuration::from_mins(24 * 60 + 1);

/// The number of endpoints whose clocks are remembered. A client that calls more forgets the one that it corrected first.
const MAX_ENDPOINTS: usize = 64;

/// The time of day at each endpoint: the local clock, corrected by the endpoint's own where that refused a request for its
/// date.
///
/// A correction counts for requests to the same scheme, host and port. What others can use, a presigned URL or a token, is
/// dated by [`authenticated`](Self::authenticated), which believes no endpoint without TLS, loopback addresses included.
#[derive(Debug)]
pub(crate) struct ServiceTime {
    clock: Arc<dyn Clock>,
    /// In the order in which they were first corrected.
    skews: Mutex<VecDeque<(Origin, SignedDuration)>>,
}

impl ServiceTime {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, skews: Mutex::default() }
    }

    /// The local time corrected by this much, which may be an older correction.
    pub(crate) fn now_with(&self, skew: SignedDuration) -> Timestamp {
        let now = self.clock.now();
        now.checked_add(skew).unwrap_or(now)
    }

    /// The correction for requests to this endpoint: zero unless it asked for one.
    pub(crate) fn skew(&self, endpoint: &Uri) -> SignedDuration {
        self.known(endpoint).unwrap_or_default()
    }

    /// The correction by the first of these endpoints that has TLS and asked for one, else zero.
    pub(crate) fn authenticated_skew(&self, endpoints: &[&Uri]) -> SignedDuration {
        let mut known =
            endpoints.iter().filter(|endpoint| has_tls(endpoint)).filter_map(|uri| self.known(uri));
        known.next().unwrap_or_default()
    }

    /// The time by the clock of the first of these endpoints that has TLS and asked for a correction, else the local time.
    pub(crate) fn authenticated(&self, endpoints: &[&Uri]) -> Timestamp {
        self.now_with(self.authenticated_skew(endpoints))
    }

    /// Takes in how far an endpoint's clock is ahead of the local one. Returns whether it is believed.
    pub(crate) fn correct(&self, endpoint: &Uri, skew: SignedDuration) -> bool {
        let Some(origin) = Origin::of(endpoint) else { return false };
        if skew.abs() > MAX_SKEW {
            tracing::warn!(
                endpoint = %origin,
                %skew,
                "the endpoint's clock is ignored: it must be within a day of the local one"
            );
            return false;
        }
        tracing::warn!(
            endpoint = %origin,
            %skew,
            "the local clock is off: requests to this endpoint are dated by the endpoint's"
        );
        let mut skews = self.skews();
        match skews.iter_mut().find(|(known, _)| *known == origin) {
            Some((_, known)) => *known = skew,
            None => {
                if skews.len() >= MAX_ENDPOINTS {
                    skews.pop_front();
                }
                skews.push_back((origin, skew));
            }
        }
        true
    }

    fn known(&self, endpoint: &Uri) -> Option<SignedDuration> {
        let skews = self.skews();
        // Nearly all clocks are right.
        if skews.is_empty() {
            return None;
        }
        let origin = Origin::of(endpoint)?;
        skews.iter().find(|(known, _)| *known == origin).map(|(_, skew)| *skew)
    }

    fn skews(&self) -> MutexGuard<'_, VecDeque<(Origin, SignedDuration)>> {
        self.skews.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn has_tls(endpoint: &Uri) -> bool {
    endpoint.scheme() == Some(&Scheme::HTTPS)
}

/// The server behind a URI, whatever the path.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Origin {
    has_tls: bool,
    /// In lower case.
    host: String,
    port: u16,
}

impl Origin {
    fn of(uri: &Uri) -> Option<Self> {
        let authority = uri.authority()?;
        let (has_tls, host) = (has_tls(uri), authority.host().to_ascii_lowercase());
        let port = port_of(authority).ok()?;
        Some(Self { has_tls, host, port: port.unwrap_or(if has_tls { 443 } else { 80 }) })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.has_tls { "https" } else { "http" };
        write!(f, "{scheme}://{}:{}", self.host, self.port)
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

/// The default source of randomness.
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
