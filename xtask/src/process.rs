//! Runs other programs to their end, and returns their output or status.

use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;

/// The timeout of a peer.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(300);

/// Runs a command, which must succeed. There is no timeout, since a build or a download may be slow.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
    success(command, status)
}

/// Runs a peer, which must succeed before the timeout.
pub(crate) fn succeed_in_time(command: &mut Command) -> Result<()> {
    let status = finish(command)?;
    success(command, status)
}

/// Runs a command that speaks for this one: its exit code becomes this process's.
pub(crate) fn speak_through(command: &mut Command) -> Result<ExitCode> {
    let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::from(2), ExitCode::from))
}

fn success(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}").into()) }
}

/// Runs a peer until it ends, or kills it after the timeout.
pub(crate) fn finish(command: &mut Command) -> Result<ExitStatus> {
    let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if start.elapsed() > TIME_LIMIT {
            child.kill()?;
            child.wait()?;
            return Err(format!("{command:?}: no end after {} s", TIME_LIMIT.as_secs()).into());
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Returns the standard output of a command, which must succeed. There is no timeout. Its standard error is shown.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>> {
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(format!("{command:?}: {}", output.status).into())
    }
}
