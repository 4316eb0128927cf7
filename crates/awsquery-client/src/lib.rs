//! A lean client for AWS services of the Query protocol: it signs and sends the requests of a generated protocol crate, such
//! as `rds-protocol`, and reads their responses.
//!
//! ```no_run
//! use awsquery_client::Client;
//! use rds_protocol::Rds;
//! use rds_protocol::operations::DescribeExportTasks;
//!
//! # async fn f() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::<Rds>::from_env().await?;
//! let output = client.send(DescribeExportTasks::default().max_records(50)).await?;
//! println!("{} exports", output.export_tasks.iter().flatten().count());
//! # Ok(())
//! # }
//! ```
//!
//! `cargo xtask codegen --model FILE --out DIR` generates the protocol crate of a service. `rds-client` is this client for RDS.
//!
//! # A short guide
//!
//! - **Make a client**: [`Client::from_env`] finds what other AWS tools find; [`Client::builder`] knows only what it is told.
//!   A clone is the same client. [`Client::for_service`] makes one for another service with the same connections and credentials.
//! - **Call**: [`Client::send`] gives the output. [`Client::call`] has settings for this one call (region, endpoint, credentials,
//!   limits, retries), and the request id.
//! - **List**: [`Client::pages`] and [`Client::items`] are streams, with a `next` of their own for those who have no use for the
//!   trait. [`ItemStream::position`] is where to go on after an error or a restart.
//! - **Wait**: [`Client::wait`] takes a waiter of the protocol crate, a deadline, an interval and a callback.
//! - **Errors**: [`Error`] says at which stage a call ended. What the service answered with is in [`Error::kind`], typed by the
//!   operation; what could not be read is in [`Error::body`], as it came. [`DisplayErrorChain`] shows an error with all that lies below it.
//! - **Copies from another region** need no more than their `source_region`: the URL that lets the service read there is made and
//!   signed. [`Call::presign`] makes a URL of any call, [`Client::presign`] signs any other URL.
//!
//! # Time
//!
//! | limit | unless said otherwise | |
//! |---|---|---|
//! | [`connect_timeout`](Builder::connect_timeout) | 5 s | of one connection, TLS included |
//! | [`attempt_timeout`](Builder::attempt_timeout) | 60 s | of one attempt, up to the last byte of the answer |
//! | [`credentials_timeout`](Builder::credentials_timeout) | 60 s | of whoever provides credentials, each time that it is asked |
//! | [`timeout`](Builder::timeout) | none | of a call: all attempts and the pauses between them |
//! | [`retry_policy`](Builder::retry_policy) | 3 attempts | pauses of at most 1 s and 2 s, longer with more attempts, never over 20 s |
//!
//! Dropping a future ends its call, at whatever stage, and its asking for credentials unless others wait for them; a request
//! that was sent may have its effect. Nothing goes on in the background but connections, which are closed when they were idle
//! for 20 s or with the last client.
//!
//! When an endpoint refuses a request because the local clock is off, the client dates its next requests to that endpoint (scheme,
//! host and port) by the endpoint's clock, and warns by `tracing`. A clock that is more than a day off is ignored, with a warning
//! too. What others can use is dated by such a correction only where it came over `https://`: a presigned call by its endpoint's,
//! another presigned URL by that of the service in the client's region, the URL of a copy by that of the source region or else of
//! the called one. Credentials expire by the local clock, those of an assumed role by the clock of STS.
//!
//! A call that was repeated may find its own effect, where the service has no idempotency tokens: `StartExportTask` of RDS answers
//! `ExportTaskAlreadyExists` when the first response was lost. [`RetryPolicy::max_attempts`] of 1 leaves the choice to the caller.
//!
//! # Runtime
//!
//! The default HTTP client and clock are tokio's: calls have to be made on a tokio runtime with I/O and timers, such as
//! `#[tokio::main]` makes, or `tokio::runtime::Builder` with `enable_all`. Anywhere else, and so on another executor, the call
//! panics when its future is polled: "there is no reactor running", or "timers are disabled". Making a client needs no runtime.
//!
//! # Bring your own
//!
//! HTTP ([`http::HttpClient`]), credentials ([`credentials::ProvideCredentials`]), time ([`Clock`]) and randomness ([`Random`]) are
//! small traits. Without default features nothing here opens a socket or needs a runtime: give the builder an HTTP client and
//! a clock, or use [`signing`] alone, under a blocking client. With `aws-config`, by the feature `aws-credential-types`:
//!
//! ```ignore
//! let config = aws_config::load_from_env().await;
//! let provider = config.credentials_provider().ok_or("no credentials")?;
//! let client = Client::<Rds>::builder().region("eu-west-1").credentials(SdkCredentials(provider)).build()?;
//! ```
//!
//! # Test
//!
//! The feature `test-server` has an HTTP server for your tests' process: `test_server`. To trace, subscribe to `tracing`: each
//! call is a span with service, operation, region, attempts, status and request id, and each attempt one below it.

mod call;
mod clock;
mod config;
pub mod credentials;
mod endpoint;
mod future;
pub mod http;
mod shown;
pub mod signing;
#[cfg(feature = "test-server")]
pub mod test_server;

pub use awsquery::retry::RetryPolicy;
pub use awsquery::{self, Response};

pub use crate::call::builder::Builder;
pub use crate::call::client::{Call, Client};
pub use crate::call::error::{Awaited, DeadlineExceeded, DisplayErrorChain, Error};
pub use crate::call::pages::{ItemStream, PageStream, Position};
pub use crate::call::presigned_url::{PresignError, PresignedUrl};
pub use crate::call::wait::{WaitBuilder, WaitFailure, WaitOutput, WaitProgress};
#[cfg(feature = "hyper")]
pub use crate::clock::TokioClock;
pub use crate::clock::{Clock, Random, SystemRandom};
pub use crate::config::environment::Environment;
pub use crate::config::error::{ConfigError, SharedConfigError};
pub use crate::endpoint::EndpointError;
pub use crate::endpoint::region::{InvalidRegion, Region};
pub use crate::future::BoxFuture;

/// The README's example, which must compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
