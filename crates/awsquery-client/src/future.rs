//! Helpers for futures: a box, a race, and the current runtime.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

/// A future behind a pointer, as the traits of this crate return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Awaits `work`. Returns `None` when `limit` is first. The loser is dropped.
pub(crate) async fn within<T>(work: impl Future<Output = T>, limit: impl Future<Output = ()>) -> Option<T> {
    let (mut work, mut limit) = (pin!(work), pin!(limit));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => limit.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// The runtime that drives a future, as far as it can be told: without tokio, all are one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Runtime(#[cfg(feature = "hyper")] Option<tokio::runtime::Id>);

impl Runtime {
    pub(crate) fn current() -> Self {
        #[cfg(feature = "hyper")]
        return Self(tokio::runtime::Handle::try_current().ok().map(|runtime| runtime.id()));
        #[cfg(not(feature = "hyper"))]
        return Self();
    }
}
