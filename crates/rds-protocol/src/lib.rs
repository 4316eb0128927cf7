//! Amazon RDS, sans-IO: requests to sign and send with any HTTP client, and their answers read.
//!
//! A request is a plain structure. [`Operation::to_request`] makes it an `http::Request`,
//! [`Operation::parse_response`] reads the answer's status, headers and body into an output or a typed error. Nothing
//! here opens a socket or needs a runtime.
//!
//! Import the [`types`] by name and not by `*`: RDS calls one of them `Option`.
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
//! # Waiting
//!
//! [`waiters`] says what answers mean; [`Wait`](awsquery::waiter::Wait) says when to call again. Clock, randomness and socket are the
//! caller's:
//!
//! ```
//! use std::time::{Duration, Instant};
//!
//! use awsquery::waiter::{Wait, WaitStep};
//! # use rds_protocol::Operation;
//! use rds_protocol::operations::DescribeExportTasks;
//! use rds_protocol::waiters::ExportTaskComplete;
//!
//! # fn send(_: &DescribeExportTasks) -> (awsquery::http::StatusCode, awsquery::http::HeaderMap, Vec<u8>) {
//! #     let body = "<R><DescribeExportTasksResult><ExportTasks><ExportTask><Status>COMPLETE</Status></ExportTask></ExportTasks></DescribeExportTasksResult></R>";
//! #     (awsquery::http::StatusCode::OK, Default::default(), body.into())
//! # }
//! # fn random() -> f64 { 0.5 }
//! let request = DescribeExportTasks::default().export_task_identifier("nightly");
//! let clock = Instant::now();
//! let mut wait = Wait::<ExportTaskComplete>::new(clock.elapsed()).max_wait(Duration::from_secs(7200));
//! let reached = loop {
//!     let (status, headers, body) = send(&request);
//!     let answer = DescribeExportTasks::parse_response(status, &headers, &body).map(|response| response.output);
//!     match wait.step(answer.as_ref(), clock.elapsed(), random()) {
//!         WaitStep::Done(reached) => break reached,
//!         WaitStep::Failed(why) => return Err(why.into()),
//!         WaitStep::Sleep(pause) => std::thread::sleep(pause),
//!     }
//! };
//! println!("done; warnings: {:?}", reached.message);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A test double
//!
//! [`awsquery::server`] has the service's side, with the feature `server`. Behind any HTTP server, this answers as RDS would:
//!
//! ```
//! use awsquery::server::{Dispatch, Fault};
//! use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksOutput};
//! use rds_protocol::{Rds, RdsError};
//!
//! fn answer(body: &[u8]) -> Result<awsquery::http::Response<String>, awsquery::server::XmlWriteError> {
//!     Dispatch::<Rds>::new(body, "request-1")
//!         .on(|request: DescribeExportTasks| match request.export_task_identifier {
//!             Some(_) => Err(Fault::of(RdsError::ExportTaskNotFoundFault).message("no such export")),
//!             None => Ok(DescribeExportTasksOutput::default()),
//!         })
//!         .respond()
//! }
//! assert_eq!(answer(b"Action=DescribeExportTasks&Version=2014-10-31")?.status(), 200);
//! # Ok::<(), awsquery::server::XmlWriteError>(())
//! ```
//!
//! Everything below `src/generated` is made by `cargo xtask codegen` from the service's model.

#[rustfmt::skip]
mod generated;

pub use awsquery::{self, Operation};

pub use crate::generated::*;
