//! The tool as a process, against a server in the test's process.

mod configuration;
mod demo;
mod list;
mod start_and_cancel;
mod support;
#[cfg(unix)]
mod terminal;
mod wait;
mod watch;
