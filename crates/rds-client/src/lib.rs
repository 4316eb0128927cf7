//! A lean client for Amazon RDS.

mod auth_token;
mod client;
mod clock;
mod config;
pub mod credentials;
mod endpoint;
mod engine;
mod environment;
mod error;
mod future;
pub mod http;
mod pages;
mod presigned_url;
mod region;
mod shared_config;
pub mod signing;
#[cfg(feature = "test-server")]
pub mod test_server;
mod wait;

pub use awsquery::{self, Response, RetryPolicy};
pub use rds_protocol;

pub use crate::auth_token::{AuthToken, AuthTokenError, generate_db_auth_token};
pub use crate::client::{Call, Client};
#[cfg(feature = "hyper")]
pub use crate::clock::TokioClock;
pub use crate::clock::{Clock, Random, SystemRandom};
pub use crate::config::{Builder, ConfigError};
pub use crate::endpoint::EndpointError;
pub use crate::environment::Environment;
pub use crate::error::{DeadlineExceeded, Error};
pub use crate::future::BoxFuture;
pub use crate::pages::{ItemStream, PageStream, Position};
pub use crate::presigned_url::PresignedUrl;
pub use crate::region::{InvalidRegion, Region};
pub use crate::shared_config::SharedConfigError;
pub use crate::wait::{Progress, WaitFailure, Waited, Waiting};
