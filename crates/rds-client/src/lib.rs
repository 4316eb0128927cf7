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

pub use awsquery_client::*;
pub use rds_protocol;

/// The README's example, which must compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The code of the page for those who come from elsewhere, which must compile too.
#[cfg(all(doctest, feature = "test-server"))]
#[doc = include_str!("../MIGRATING.md")]
struct Migrating;
