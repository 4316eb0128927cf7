//! Parts that watch a client from inside: its HTTP client, its clock and its credentials provider.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rds_client::awsquery::Timestamp;
use rds_client::awsquery::http::{Request, Response};
use rds_client::credentials::{Credentials, CredentialsError, CredentialsErrorKind, ProvideCredentials};
use rds_client::http::{HttpClient, HttpError, HttpOptions, HyperClient};
use rds_client::{BoxFuture, Clock};

use crate::ledger::{Attempt, Ledger};
use crate::server::{attempt, chance};

/// The default HTTP client, with a note in the ledger of each attempt.
pub(crate) struct Watched {
    pub(crate) http: HyperClient,
    pub(crate) ledger: Arc<Ledger>,
}

impl HttpClient for Watched {
    fn send(
        &self,
        request: Request<Bytes>,
        options: HttpOptions,
    ) -> BoxFuture<'_, Result<Response<Bytes>, HttpError>> {
        let headers = request.headers().iter();
        let head: String = headers
            .map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap_or_default()))
            .collect();
        let attempt = attempt(&head, &String::from_utf8_lossy(request.body()));
        Box::pin(async move {
            self.ledger.begin(attempt.clone());
            let _end = AtEnd { ledger: &self.ledger, attempt };
            self.http.send(request, options).await
        })
    }
}

/// Notes the end of an attempt, one that is dropped included.
struct AtEnd<'a> {
    ledger: &'a Ledger,
    attempt: Attempt,
}

impl Drop for AtEnd<'_> {
    fn drop(&mut self) {
        self.ledger.end(&self.attempt);
    }
}

/// A clock that runs so many times as fast as the real one, so that minutes of waiting take moments.
#[derive(Clone, Debug)]
pub(crate) struct FastClock {
    begun: Instant,
    day: Timestamp,
    pub(crate) rate: u32,
}

impl FastClock {
    pub(crate) fn new(rate: u32) -> Self {
        Self { begun: Instant::now(), day: Timestamp::now(), rate }
    }
}

impl Clock for FastClock {
    fn now(&self) -> Timestamp {
        self.day + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        self.begun.elapsed() * self.rate
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration / self.rate))
    }
}

/// The bad ends of a look-up of credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Failed,
    Panicked,
}

/// The number of failures that a provider remembers.
const REMEMBERED: usize = 1000;

/// The text of the panics of the provider, which are not shown.
pub(crate) const PANIC: &str = "the provider of the soak panics";

/// A provider that takes its time, and fails or panics now and then.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) seed: u64,
    pub(crate) clock: FastClock,
    /// The time for which its credentials are valid, by the clock.
    pub(crate) lifetime: Duration,
    /// The longest delay, in real milliseconds.
    pub(crate) delay: u64,
    /// One in so many fails; 0 is none.
    pub(crate) fails: u64,
    pub(crate) panics: u64,
    pub(crate) count: AtomicU64,
    /// The ends that were no credentials.
    pub(crate) failures: Mutex<Vec<(Instant, Asked)>>,
}

impl Provider {
    pub(crate) fn new(seed: u64, clock: &FastClock, lifetime: Duration, delay: u64) -> Self {
        let (count, failures) = (AtomicU64::new(0), Mutex::default());
        Self { seed, clock: clock.clone(), lifetime, delay, fails: 0, panics: 0, count, failures }
    }

    /// Returns whether it ended so since then.
    pub(crate) fn has(&self, asked: Asked, since: Instant) -> bool {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.iter().rev().take_while(|(at, _)| *at >= since).any(|(_, found)| *found == asked)
    }

    fn note(&self, asked: Asked) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.push((Instant::now(), asked));
        if failures.len() == REMEMBERED {
            failures.drain(..REMEMBERED / 2);
        }
    }
}

/// A provider that the driver keeps a hand on.
#[derive(Debug)]
pub(crate) struct Shared(pub(crate) Arc<Provider>);

impl ProvideCredentials for Shared {
    fn provide(&self) -> BoxFuture<'_, Result<Credentials, CredentialsError>> {
        let provider = &*self.0;
        let count = provider.count.fetch_add(1, Ordering::Relaxed);
        let is = |one_in: u64, what: &str| {
            one_in > 0 && chance(provider.seed, (count, what)).is_multiple_of(one_in)
        };
        let delay = match chance(provider.seed, (count, "delay")) % 4 {
            0 => 0,
            part => provider.delay * part / 3,
        };
        let (fails, panics) = (is(provider.fails, "fails"), is(provider.panics, "panics"));
        Box::pin(async move {
            if delay > 0 {
                tokio::time::sleep(Duration::from_millis(delay)).await;
            }
            if panics {
                provider.note(Asked::Panicked);
                panic!("{PANIC}");
            }
            if fails {
                provider.note(Asked::Failed);
                return Err(CredentialsError::new("soak", CredentialsErrorKind::Failed, "not now"));
            }
            let credentials = Credentials::new(format!("AKID{count}"), "secret");
            Ok(credentials.with_expiry(provider.clock.now() + provider.lifetime))
        })
    }
}
