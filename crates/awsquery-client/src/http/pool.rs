//! Connections that are kept for the next call.
//!
//! A connection belongs to the runtime that it was opened on, since that runtime has to run for anything to be read. So a call
//! only gets connections of its own runtime.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use http::Uri;
use http::uri::Authority;
use tokio::runtime::{Handle, Id};

use super::connection::Connection;

/// The time for which an idle connection is kept. Services close theirs after a minute or so, and a request on one that
/// is being closed fails.
pub(super) const IDLE: Duration = Duration::from_secs(20);

/// The interval at which idle connections are looked at.
const SWEEP: Duration = Duration::from_secs(1);

/// The requests that a connection can be used for.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    runtime: Id,
    is_tls: bool,
    /// True if there is no proxy between.
    is_direct: bool,
    host: Authority,
}

impl Key {
    /// The connections of this runtime to the host of an address.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub(super) fn new(uri: &Uri, is_direct: bool) -> Option<Self> {
        let is_tls = uri.scheme_str() == Some("https");
        Some(Self { runtime: Handle::current().id(), is_tls, is_direct, host: uri.authority()?.clone() })
    }
}

/// The idle connections of a client.
pub(super) struct Pool {
    limit: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    idle: HashMap<Key, Vec<Idle>>,
    is_swept: bool,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

impl Pool {
    /// A pool that keeps connections idle for so long.
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, state: Mutex::default() }
    }

    /// The connection that was used last, of those on which a request may be sent.
    pub(super) fn take(&self, key: &Key, context: &mut Context<'_>) -> Option<Connection> {
        loop {
            // Not held while the socket is looked at, since others want theirs.
            let Idle { mut connection, since } = self.state().idle.get_mut(key)?.pop()?;
            if since.elapsed() < self.limit && connection.is_fit(context) {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection.
    pub(super) fn put(self: &Arc<Self>, key: Key, connection: Connection) {
        let mut state = self.state();
        state.idle.entry(key).or_default().push(Idle { connection, since: Instant::now() });
        if !state.is_swept {
            let pool = Arc::downgrade(self);
            // Of a runtime that does not run, or has ended, nothing would close them: so not a task. Without a thread they are
            // closed by the next call, or with the client.
            let thread = thread::Builder::new().name("idle-connections".into());
            state.is_swept = thread.spawn(move || sweep_until_empty(&pool)).is_ok();
        }
    }

    /// Closes connections that have been idle for too long, or are of no use any more. Says whether some are left.
    fn sweep(&self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        let mut state = self.state();
        state.idle.retain(|_, idle| {
            idle.retain_mut(|idle| idle.since.elapsed() < self.limit && idle.connection.is_fit(&mut context));
            !idle.is_empty()
        });
        state.is_swept = !state.idle.is_empty();
        state.is_swept
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sweep_until_empty(pool: &Weak<Pool>) {
    loop {
        thread::sleep(SWEEP);
        match pool.upgrade() {
            Some(pool) if pool.sweep() => {}
            _ => return,
        }
    }
}
