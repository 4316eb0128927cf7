//! Ours, as a user calls it.

use awsquery::http::{HeaderMap, StatusCode};
use awsquery::{Error, Operation, Response};
use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksError, DescribeExportTasksOutput};
use rds_protocol::types::Filter;

pub(crate) const NAME: &str = "rds-protocol";

/// Reads a response.
pub(crate) fn parse<O: Operation>(body: &[u8]) -> Response<O::Output> {
    match O::parse_response(StatusCode::OK, &HeaderMap::new(), body) {
        Ok(response) => response,
        Err(_) => panic!("what is measured can be read"),
    }
}

/// Reads a response to `DescribeExportTasks`.
///
/// # Panics
///
/// Where the response is none: what is measured is known to be readable.
pub fn parse_export_tasks(body: &[u8]) -> Response<DescribeExportTasksOutput> {
    parse::<DescribeExportTasks>(body)
}

pub(crate) fn parse_error(body: &[u8]) -> Error<DescribeExportTasksError> {
    DescribeExportTasks::parse_response(StatusCode::NOT_FOUND, &HeaderMap::new(), body).expect_err("an error")
}

/// A request with these filters.
pub(crate) fn request(filters: &[(&str, &[&str])]) -> DescribeExportTasks {
    DescribeExportTasks::default()
        .filters(filters.iter().map(|(name, values)| Filter::new(*name, values.iter().copied())))
}
