//! Our reader of XML and quick-xml find the same in every document: for operations of RDS, and for a service that has all
//! that RDS has not, from attributes and unions to maps of lists.

#![no_main]

#[rustfmt::skip]
#[path = "../../hostile/src/generated/mod.rs"]
mod generated;
#[path = "../../src/readers.rs"]
mod readers;

pub use generated::*;

use awsquery::http::StatusCode;
use libfuzzer_sys::fuzz_target;
use rds_protocol::operations::{DescribeDBInstances, DescribeExportTasks, StartExportTask};

use crate::operations::Everything;
use crate::readers::agree;

fuzz_target!(|body: &[u8]| {
    agree::<Everything>(StatusCode::OK, body);
    agree::<DescribeExportTasks>(StatusCode::OK, body);
    agree::<StartExportTask>(StatusCode::OK, body);
    agree::<DescribeDBInstances>(StatusCode::OK, body);
    agree::<DescribeExportTasks>(StatusCode::BAD_REQUEST, body);
});
