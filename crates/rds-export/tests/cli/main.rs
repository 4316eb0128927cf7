//! The tool as a process, against a server in the test's process.

mod configuration;
mod demo;
#[path = "../../../../tests/shared/export_task.rs"]
mod export_task;
mod list;
mod start_and_cancel;
mod support;
#[cfg(unix)]
mod terminal;
mod wait;
mod watch;
