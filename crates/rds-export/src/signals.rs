//! What asks the tool to stop: Ctrl-C, and on Unix SIGTERM and SIGHUP.

use crate::errors::Failure;

/// Ends with the signal that came.
#[cfg(unix)]
pub(crate) async fn stop() -> Failure {
    use tokio::signal::unix::{SignalKind, signal};

    let signals =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()), signal(SignalKind::hangup()));
    let (Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)) = signals else {
        // They cannot be listened to: they end the process in the way of the system.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => Failure::Signal(2),
        _ = terminate.recv() => Failure::Signal(15),
        _ = hangup.recv() => Failure::Signal(1),
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
