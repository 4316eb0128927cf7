//! What asks the tool to stop: Ctrl-C, and on Unix SIGTERM. Not SIGHUP: to listen to it would undo `nohup`, and with the
//! terminal gone there is nothing to put right.

use crate::errors::Failure;

/// Ends with the signal that came.
#[cfg(unix)]
pub(crate) async fn stop() -> Failure {
    use tokio::signal::unix::{SignalKind, signal};

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
