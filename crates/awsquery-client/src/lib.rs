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
//! # Guide
//!
//! - **Make a client.** [`Client::from_env`] uses the configuration that other AWS tools use. [`Client::builder`] uses only explicit
//!   settings. A clone shares everything with its origin. [`Client::for_service`] returns a client for another service.
//! - **Call.** [`Client::send`] returns the output. [`Client::call`] takes per-call overrides (region, endpoint, credentials, limits, retry
//!   policy) and returns the request id, too.
//! - **List.** [`Client::pages`] and [`Client::items`] are streams. Their `next` works without the stream trait. To go on after an error or a
//!   restart, keep [`ItemStream::position`].
//! - **Wait.** [`Client::wait`] takes a waiter of the protocol crate, a deadline, an interval and a callback.
//! - **Handle errors.** The variants of [`Error`] are the stages of a call. [`Error::kind`] is typed by the operation. [`Error::body`] keeps
//!   the body of an error response. [`DisplayErrorChain`] shows an error with its sources.
//! - **Copy from another region.** Set `source_region`: the client presigns the URL that lets the service read there. [`Call::presign`]
//!   presigns any call, [`Client::presign`] any other URL.
//!
//! # Timeouts
//!
//! | setting | default | limits |
//! |---|---|---|
//! | [`connect_timeout`](Builder::connect_timeout) | 5 s | connecting, TLS included |
//! | [`attempt_timeout`](Builder::attempt_timeout) | 60 s | one attempt, up to the last byte of the response |
//! | [`credentials_timeout`](Builder::credentials_timeout) | 60 s | one request to the credentials provider |
//! | [`timeout`](Builder::timeout) | none | a call: all attempts and the pauses between them |
//! | [`retry_policy`](Builder::retry_policy) | 3 attempts | the number of attempts, and the pauses: at most 1 s and 2 s, never over 20 s |
//!
//! Dropping a future cancels its call at any stage. It also cancels its request to the credentials provider, unless other calls wait for
//! the same credentials. A request that was sent may still have its effect. Only idle connections outlive a call. They are closed after 20 s,
//! or with the last client.
//!
//! # Clocks
//!
//! When an endpoint refuses a request because the local clock is wrong, the client dates its next requests to that endpoint (scheme, host and
//! port) by the endpoint's clock. It logs a warning by `tracing`. It ignores a clock that is more than a day off, with a warning, too.
//!
//! Presigned URLs use such a correction only if it came over `https://`: a presigned call uses that of its endpoint, another URL that of the
//! service in the client's region, and a copy that of the source region or else of the called one. Credentials expire by the local clock.
//! Those of an assumed role expire by the clock of STS.
//!
//! # Retries and side effects
//!
//! A retried call may find its own effect if the service has no idempotency tokens. `StartExportTask` of RDS, for example, responds with
//! `ExportTaskAlreadyExists` when the first response was lost. Set [`RetryPolicy::max_attempts`] to 1 to decide yourself.
//!
//! # Runtime
//!
//! The default HTTP client and clock need a tokio runtime with I/O and timers, such as `#[tokio::main]` or `tokio::runtime::Builder` with
//! `enable_all`. On another executor a call panics when its future is polled: "there is no reactor running" or "timers are disabled". Building
//! a client needs no runtime.
//!
//! # Replace parts
//!
//! HTTP ([`http::HttpClient`]), credentials ([`credentials::ProvideCredentials`]), time ([`Clock`]) and randomness ([`Random`]) are small
//! traits. Without default features, the crate opens no socket and needs no runtime: set an HTTP client and a clock, or use [`signing`] alone
//! with a blocking client. The feature `aws-credential-types` takes credentials from `aws-config`:
//!
//! ```ignore
//! let config = aws_config::load_from_env().await;
//! let provider = config.credentials_provider().ok_or("no credentials")?;
//! let client = Client::<Rds>::builder().region("eu-west-1").credentials(SdkCredentials(provider)).build()?;
//! ```
//!
//! # Test and trace
//!
//! The feature `test-server` has an HTTP server for tests: `test_server`. Each call is a `tracing` span with service, operation, region,
//! attempts, status and request id. Each attempt is a span below it.

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
