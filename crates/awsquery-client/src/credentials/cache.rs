//! Credentials that are kept, and renewed before they expire: one refresh at a time on a runtime, driven by every call that waits
//! for it.
//!
//! A refresh waits for timers and sockets of the runtime that it was begun on, and that runtime may not be running any more. So a
//! call joins only a refresh of its own runtime, and waits for it within a limit of its own.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use awsquery::SignedDuration;
use futures_util::future::{FutureExt, Shared, WeakShared};

use super::{Credentials, CredentialsError, ProvideCredentials};
use crate::clock::Clock;
use crate::future::{BoxFuture, Runtime, within};

const PROVIDER: &str = "provider";

/// The time before expiry at which credentials are renewed. They are still used if that fails.
const RENEW: SignedDuration = SignedDuration::from_mins(5);
/// The time before expiry at which credentials count as expired, since a call takes a while.
const EXPIRED: SignedDuration = SignedDuration::from_secs(10);
/// The pause after a renewal without fresh credentials, while there are credentials to go on with.
const PAUSE: Duration = Duration::from_secs(30);

type Refreshed = Result<Credentials, CredentialsError>;
/// `None` where asking panicked.
type Running = BoxFuture<'static, Option<Refreshed>>;
type Refresh = Shared<Running>;

/// A provider's credentials, kept.
pub(crate) struct CredentialsCache {
    provider: Arc<dyn ProvideCredentials>,
    clock: Arc<dyn Clock>,
    /// The timeout of the provider.
    limit: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    kept: Option<Credentials>,
    /// The refreshes that calls wait for, at most one on each runtime. Weak, so that the last call that stops waiting takes its
    /// refresh along.
    refreshes: Vec<(Runtime, WeakShared<Running>)>,
    /// The end of a refresh that brought nothing fresh, until which there is no other.
    pause: Option<Pause>,
}

impl State {
    /// The refresh that is under way on this runtime.
    fn refresh(&mut self, runtime: Runtime) -> Option<Refresh> {
        self.refreshes.retain(|(_, refresh)| refresh.upgrade().is_some());
        let own = self.refreshes.iter().find(|(begun_on, _)| *begun_on == runtime)?;
        own.1.upgrade()
    }

    /// Takes a refresh out, if it is still there.
    fn take(&mut self, refresh: &Refresh) -> bool {
        let is_it = |other: &WeakShared<Running>| other.upgrade().is_some_and(|other| other.ptr_eq(refresh));
        let place = self.refreshes.iter().position(|(_, other)| is_it(other));
        place.map(|place| self.refreshes.swap_remove(place)).is_some()
    }
}

struct Pause {
    until: Duration,
    /// True if the kept credentials come from that refresh, so that there are no better ones.
    has_renewed: bool,
}

/// The freshness of credentials.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Freshness {
    Fresh,
    Stale,
    Expired,
}

/// The state of the cache for a call.
enum Found {
    Kept(Credentials),
    Refresh {
        refresh: Refresh,
        /// True if another call started it.
        is_joined: bool,
        /// The credentials to use if it fails.
        usable: Option<Credentials>,
    },
}

impl CredentialsCache {
    pub(crate) fn new(
        provider: Arc<dyn ProvideCredentials>,
        clock: &Arc<dyn Clock>,
        limit: Duration,
    ) -> Self {
        Self { provider, clock: Arc::clone(clock), limit, state: Mutex::default() }
    }

    /// The timeout of the provider.
    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    /// Credentials that are kept and not expired, or else what the provider gives.
    pub(crate) async fn get(&self) -> Refreshed {
        loop {
            let (refresh, is_joined, usable) = match self.find() {
                Found::Kept(kept) => return Ok(kept),
                Found::Refresh { refresh, is_joined, usable } => (refresh, is_joined, usable),
            };
            // What ends as soon as it is looked at has ended long ago: whoever began it did not go on with it, its time ran
            // out meanwhile or what it got has aged. That says nothing of now.
            let is_news = |ended: Option<Refreshed>| ended.is_some_and(|ended| self.is_fresh(&ended));
            let was_abandoned =
                is_joined && refresh.clone().now_or_never().is_some_and(|ended| !is_news(ended));
            if was_abandoned {
                self.state().take(&refresh);
                continue;
            }
            let limit = async { self.clock.sleep(self.limit).await };
            let refreshed = match within(refresh.clone(), limit).await {
                Some(Some(refreshed)) => refreshed,
                Some(None) => Err(CredentialsError::failed(PROVIDER, "it panicked")),
                None => Err(late(self.limit)),
            };
            self.finish(&refresh, &refreshed);
            return self.or_usable(refreshed, usable);
        }
    }

    /// Forgets these credentials, since the service refused them. They may have been replaced meanwhile.
    pub(crate) fn forget(&self, refused: &Credentials) {
        let mut state = self.state();
        if state.kept.as_ref() == Some(refused) {
            state.kept = None;
        }
    }

    fn find(&self) -> Found {
        let mut state = self.state();
        let pause = state.pause.as_ref().filter(|pause| self.clock.elapsed() < pause.until);
        let usable = state.kept.as_ref().filter(|kept| match (self.freshness(kept), pause) {
            (Freshness::Fresh, _) | (Freshness::Stale, Some(_)) => true,
            (Freshness::Expired, Some(pause)) => pause.has_renewed,
            _ => false,
        });
        if let Some(kept) = usable {
            return Found::Kept(kept.clone());
        }
        let usable = state.kept.clone().filter(|kept| self.freshness(kept) == Freshness::Stale);
        let runtime = Runtime::current();
        if let Some(refresh) = state.refresh(runtime) {
            return Found::Refresh { refresh, is_joined: true, usable };
        }
        let refresh = self.ask().shared();
        state.refreshes.extend(refresh.downgrade().map(|refresh| (runtime, refresh)));
        Found::Refresh { refresh, is_joined: false, usable }
    }

    /// Asks the provider, in bounds: of time, and of what a panic does to others who wait.
    fn ask(&self) -> Running {
        let (provider, clock, limit) = (Arc::clone(&self.provider), Arc::clone(&self.clock), self.limit);
        Box::pin(async move {
            // What is at hand takes no time, and needs no timer. A timer panics when its runtime is shut down.
            let asking = within(async { provider.provide().await }, async { clock.sleep(limit).await });
            let asked = AssertUnwindSafe(asking).catch_unwind().await.ok()?;
            Some(asked.unwrap_or_else(|| Err(late(limit))))
        })
    }

    fn finish(&self, refresh: &Refresh, refreshed: &Refreshed) {
        // In one go: whoever finds neither the refresh nor what came of it asks once more.
        let mut state = self.state();
        // Of all who waited, the first one keeps the result.
        if !state.take(refresh) {
            return;
        }
        let pause = |has_renewed| {
            let until = self.clock.elapsed().saturating_add(PAUSE);
            Some(Pause { until, has_renewed })
        };
        let is_fresh = self.is_fresh(refreshed);
        // Another runtime may have been faster, and what comes late older.
        let is_kept_fresh = |kept: &Credentials| self.freshness(kept) == Freshness::Fresh;
        if !is_fresh && state.kept.as_ref().is_some_and(is_kept_fresh) {
            return;
        }
        match refreshed {
            Ok(credentials) => {
                state.kept = Some(credentials.clone());
                state.pause = if is_fresh { None } else { pause(true) };
            }
            Err(_) => state.pause = pause(false),
        }
    }

    fn or_usable(&self, refreshed: Refreshed, usable: Option<Credentials>) -> Refreshed {
        match (refreshed, usable) {
            (Err(error), Some(kept)) => {
                let (provider, kind) = (error.provider(), error.kind());
                tracing::warn!(
                    provider,
                    ?kind,
                    "credentials were not renewed, and are used on until they expire"
                );
                Ok(kept)
            }
            (refreshed, _) => refreshed,
        }
    }

    fn is_fresh(&self, refreshed: &Refreshed) -> bool {
        refreshed.as_ref().is_ok_and(|credentials| self.freshness(credentials) == Freshness::Fresh)
    }

    /// By the local clock, which no endpoint has a say in: see [`super::assume_role`] for those that issue credentials.
    fn freshness(&self, credentials: &Credentials) -> Freshness {
        let Some(expires_at) = credentials.expires_at() else { return Freshness::Fresh };
        match expires_at.duration_since(self.clock.now()) {
            left if left <= EXPIRED => Freshness::Expired,
            left if left <= RENEW => Freshness::Stale,
            _ => Freshness::Fresh,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn late(limit: Duration) -> CredentialsError {
    let what = format!("timed out after {} s", limit.as_secs_f64());
    CredentialsError::failed(PROVIDER, what)
}

impl fmt::Debug for CredentialsCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialsCache").field("provider", &self.provider).finish_non_exhaustive()
    }
}
