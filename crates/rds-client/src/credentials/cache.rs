//! Credentials that are kept, and renewed before they expire: one refresh at a time, run by whoever waits for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use awsquery::SignedDuration;
use futures_util::future::{FutureExt, Shared};

use super::{Credentials, CredentialsError, ProvideCredentials};
use crate::clock::Clock;
use crate::future::BoxFuture;

/// So long before they expire, credentials are renewed, and used on if that fails.
const RENEW: SignedDuration = SignedDuration::from_mins(5);
/// So long before they expire, they count as expired: a call takes a while.
const EXPIRED: SignedDuration = SignedDuration::from_secs(10);
/// How long a failed renewal is not tried again while what is kept is still of use.
const PAUSE: Duration = Duration::from_secs(30);

type Refresh = Shared<BoxFuture<'static, Result<Credentials, CredentialsError>>>;

/// A provider's credentials, kept.
#[derive(Debug)]
pub(crate) struct CredentialsCache {
    provider: Arc<dyn ProvideCredentials>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    kept: Option<Credentials>,
    /// A refresh that somebody began. It goes on when the next one waits for it, should the first one be dropped.
    refresh: Option<Refresh>,
    /// Until when a failed renewal is not tried again.
    paused_until: Option<Duration>,
}

/// How fresh credentials are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Freshness {
    Fresh,
    Stale,
    Expired,
}

impl CredentialsCache {
    pub(crate) fn new(provider: Arc<dyn ProvideCredentials>, clock: Arc<dyn Clock>) -> Self {
        Self { provider, clock, state: Mutex::default() }
    }

    /// Credentials that are not expired: those that are kept, or new ones.
    pub(crate) async fn get(&self) -> Result<Credentials, CredentialsError> {
        let (usable, refresh) = {
            let mut state = self.state();
            let freshness = state.kept.as_ref().map(|kept| self.freshness(kept));
            let is_paused = state.paused_until.is_some_and(|until| self.clock.elapsed() < until);
            match (&state.kept, freshness) {
                (Some(kept), Some(Freshness::Fresh)) => return Ok(kept.clone()),
                (Some(kept), Some(Freshness::Stale)) if is_paused => return Ok(kept.clone()),
                _ => {}
            }
            let usable = state.kept.clone().filter(|_| freshness == Some(Freshness::Stale));
            (usable, self.begin(&mut state))
        };
        let refreshed = refresh.clone().await;
        self.finish(&refresh, &refreshed);
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

    /// Forgets these credentials, since the service refused them. They may have been replaced meanwhile.
    pub(crate) fn forget(&self, refused: &Credentials) {
        let mut state = self.state();
        if state.kept.as_ref() == Some(refused) {
            state.kept = None;
        }
    }

    fn begin(&self, state: &mut State) -> Refresh {
        let begin = || {
            let provider = Arc::clone(&self.provider);
            let refresh: BoxFuture<'static, _> = Box::pin(async move { provider.provide().await });
            refresh.shared()
        };
        state.refresh.get_or_insert_with(begin).clone()
    }

    fn finish(&self, refresh: &Refresh, refreshed: &Result<Credentials, CredentialsError>) {
        let mut state = self.state();
        // Of all who waited, the first one keeps the result.
        if !state.refresh.as_ref().is_some_and(|current| current.ptr_eq(refresh)) {
            return;
        }
        state.refresh = None;
        match refreshed {
            Ok(credentials) => {
                state.kept = Some(credentials.clone());
                state.paused_until = None;
            }
            Err(_) => state.paused_until = Some(self.clock.elapsed().saturating_add(PAUSE)),
        }
    }

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
