//! Operations: requests, responses and their errors; retries, pages and waiters.

mod envelope;
pub(crate) mod error;
pub(crate) mod operation;
pub(crate) mod pages;
pub(crate) mod port;
#[cfg(feature = "quick-xml")]
pub mod reference;
pub(crate) mod response;
pub(crate) mod retry;
pub(crate) mod waiter;
