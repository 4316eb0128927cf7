//! Amazon RDS, sans-IO: requests to sign and send with any HTTP client, and their answers read.
//!
//! A request is a plain structure. [`Operation::to_request`] makes it an `http::Request`,
//! [`Operation::parse_response`] reads the answer's status, headers and body into an output or a typed error. Nothing
//! here opens a socket or needs a runtime.
//!
//! ```
//! use rds_protocol::Operation;
//! use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksFilter};
//! use rds_protocol::types::ExportTaskStatus::{InProgress, Starting};
//!
//! let request = DescribeExportTasks::default()
//!     .max_records(50)
//!     .filters([DescribeExportTasksFilter::status([Starting, InProgress])]);
//! assert_eq!(
//!     request.to_body()?,
//!     "Action=DescribeExportTasks&Version=2014-10-31\
//!      &Filters.Filter.1.Name=status&Filters.Filter.1.Values.Value.1=starting\
//!      &Filters.Filter.1.Values.Value.2=in_progress&MaxRecords=50"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Everything below `src/generated` is made by `cargo xtask codegen` from the service's model.

#[rustfmt::skip]
mod generated;

pub use awsquery::{self, Operation};

pub use crate::generated::*;
