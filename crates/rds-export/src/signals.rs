//! What asks the tool to stop: Ctrl-C, and on Unix SIGTERM. Not SIGHUP: to listen to it would undo `nohup`, and with the
//! terminal gone there is nothing to put right. Nor Ctrl-Z's SIGTSTP, which the system heeds where there is a shell to go back
//! to, and only there; that the process goes on is told.

#[cfg(unix)]
use std::task::{Context, Poll, Waker};

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::errors::Failure;

/// Ends with the signal that came.
#[cfg(unix)]
pub(crate) async fn stop() -> Failure {
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        // They cannot be listened to: they end the process in the way of the system.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => Failure::Signal(2),
        _ = terminate.recv() => Failure::Signal(15),
    }
}

/// Ends with the signal that came.
#[cfg(not(unix))]
pub(crate) async fn stop() -> Failure {
    match tokio::signal::ctrl_c().await {
        Ok(()) => Failure::Signal(2),
        Err(_) => std::future::pending().await,
    }
}

/// Tells when the process goes on after it was stopped, as by Ctrl-Z and `fg`.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct Continued(Option<Signal>);

#[cfg(unix)]
impl Continued {
    pub(crate) fn listen() -> Self {
        Self(signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw())).ok())
    }

    /// Whether it did so since this was last asked.
    pub(crate) fn take(&mut self) -> bool {
        let mut at_once = Context::from_waker(Waker::noop());
        self.0.as_mut().is_some_and(|signal| signal.poll_recv(&mut at_once) == Poll::Ready(Some(())))
    }
}

/// Elsewhere nothing stops a process so.
#[cfg(not(unix))]
#[derive(Debug)]
pub(crate) struct Continued;

#[cfg(not(unix))]
impl Continued {
    pub(crate) fn listen() -> Self {
        Self
    }

    pub(crate) fn take(&mut self) -> bool {
        false
    }
}
