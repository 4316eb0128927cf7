//! An answer to a call that failed is an error, whatever it holds: with its status, and never with a panic.

#![no_main]

use awsquery::Operation;
use awsquery::http::{HeaderMap, HeaderValue, StatusCode};
use libfuzzer_sys::fuzz_target;
use rds_protocol::operations::{CancelExportTask, StartExportTask};

fn read<O: Operation>(status: StatusCode, headers: &HeaderMap, body: &[u8]) {
    let Err(error) = O::parse_response(status, headers, body) else { panic!("{status} is no success") };
    assert_eq!(error.status(), status);
    let _ = format!("{error} {error:?} {:?} {:?} {:?}", error.kind(), error.retry_kind(), error.request_id());
    let _ = std::error::Error::source(&error).map(|source| format!("{source} {source:?}"));
}

// The first byte chooses the status; what stands before a NUL is the id in the headers, as gateways send it.
fuzz_target!(|data: &[u8]| {
    let (choice, rest) = data.split_first().unwrap_or((&0, &[]));
    let status = [400, 403, 404, 413, 429, 500, 502, 503][usize::from(*choice % 8)];
    let status = StatusCode::from_u16(status).expect("a status");
    let mut headers = HeaderMap::new();
    let body = match rest.iter().position(|byte| *byte == 0) {
        Some(end) => {
            if let Ok(id) = HeaderValue::from_bytes(&rest[..end]) {
                headers.insert("x-amzn-requestid", id.clone());
                headers.insert("content-type", id);
            }
            &rest[end + 1..]
        }
        None => rest,
    };
    read::<StartExportTask>(status, &headers, body);
    read::<CancelExportTask>(status, &headers, body);
});
