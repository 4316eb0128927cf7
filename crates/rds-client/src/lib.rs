//! A lean client for Amazon RDS: [`awsquery_client`] with the operations of [`rds_protocol`].
//!
//! ```no_run
//! use rds_client::Client;
//! use rds_client::rds_protocol::operations::DescribeExportTasks;
//!
//! # async fn f() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::from_env().await?;
//! let output = client.send(DescribeExportTasks::default().max_records(50)).await?;
//! println!("{} exports", output.export_tasks.iter().flatten().count());
//! # Ok(())
//! # }
//! ```
//!
//! The [guide](awsquery_client) of `awsquery-client` tells what a client does: settings, pages, waits, errors, limits, tests. This
//! crate names its types for RDS, and adds what RDS alone has: [`ClientExt::generate_db_auth_token`], a password for a database
//! that authenticates users by IAM.

mod auth_token;

pub use awsquery_client::*;
pub use rds_protocol;

pub use crate::auth_token::{AuthToken, AuthTokenError, ClientExt, generate_db_auth_token};

/// A client for RDS.
pub type Client = awsquery_client::Client<rds_protocol::Rds>;

/// Makes a [`Client`].
pub type Builder = awsquery_client::Builder<rds_protocol::Rds>;

/// The README's example, which must compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The code of the page for those who come from elsewhere, which must compile too.
#[cfg(all(doctest, feature = "test-server"))]
#[doc = include_str!("../MIGRATING.md")]
struct Migrating;
