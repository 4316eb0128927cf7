//! The client, as its users have it.

mod clocks;
mod connections;
mod credentials;
mod customs;
mod errors;
mod fault_proxy;
mod faults;
#[cfg(unix)]
mod files;
mod http;
mod pages;
mod retries;
mod secrets;
mod support;
mod test_server;
mod wait;
