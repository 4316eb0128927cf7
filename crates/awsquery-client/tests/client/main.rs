//! The client, as its users have it.

mod clocks;
mod connections;
mod credentials;
#[cfg(feature = "hyper")]
mod echoes;
mod errors;
#[path = "../../../../tests/shared/export_task.rs"]
mod export_task;
mod faults;
#[cfg(unix)]
mod files;
mod http;
mod pages;
mod presigned;
mod retries;
mod secrets;
mod services;
mod support;
mod test_server;
mod wait;
