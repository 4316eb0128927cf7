//! A form that the server side reads is written by the client side again, and means the same; every other is an error.

#![no_main]

#[rustfmt::skip]
#[path = "../../hostile/src/generated/mod.rs"]
mod generated;

pub use generated::*;

use std::fmt::Debug;

use awsquery::Operation;
use awsquery::server::QueryRequest;
use libfuzzer_sys::fuzz_target;
use rds_protocol::operations::{CreateDBCluster, DescribeExportTasks, StartExportTask};

use crate::operations::Everything;

/// What was written is compared, not what was read, since NaN differs from itself.
fn read<O: Operation + Debug>(request: &QueryRequest) {
    let input: O = match request.read() {
        Ok(input) => input,
        Err(error) => {
            let _ = format!("{error} {error:?} {} {}", error.code(), error.status());
            return;
        }
    };
    let _ = format!("{input:?}");
    // A service reads what no client may send, such as a year before the first.
    let Ok(body) = input.to_body() else { return };
    let again: O =
        QueryRequest::parse(body.as_bytes()).and_then(|form| form.read()).expect("what was written");
    assert_eq!(again.to_body().expect("a form"), body);
}

fuzz_target!(|body: &[u8]| {
    let request = match QueryRequest::parse(body) {
        Ok(request) => request,
        Err(error) => {
            let _ = format!("{error} {error:?} {} {}", error.code(), error.status());
            return;
        }
    };
    let _ = format!("{request:?}");
    read::<Everything>(&request);
    read::<DescribeExportTasks>(&request);
    read::<StartExportTask>(&request);
    read::<CreateDBCluster>(&request);
});
