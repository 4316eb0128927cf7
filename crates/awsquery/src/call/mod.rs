//! Operations: requests, responses, errors, retries, pages and waiters.

mod envelope;
pub(crate) mod error;
pub(crate) mod operation;
pub mod pages;
pub mod port;
#[cfg(feature = "quick-xml")]
pub mod reference;
pub(crate) mod response;
pub mod retry;
pub(crate) mod secrets;
pub mod waiter;
