//! Whatever a server answers becomes an output or an error, and both can be shown; what was read can be written as JSON
//! and read again.

#![no_main]

use awsquery::http::{HeaderMap, StatusCode};
use awsquery::{Operation, from_json, to_json};
use libfuzzer_sys::fuzz_target;
use rds_protocol::operations::{
    CreateDBCluster, DescribeDBInstances, DescribeExportTasks, DescribeOrderableDBInstanceOptions,
    StartExportTask,
};

fn read<O: Operation<Output: std::fmt::Debug>>(body: &[u8]) {
    let response = match O::parse_response(StatusCode::OK, &HeaderMap::new(), body) {
        Ok(response) => response,
        Err(error) => {
            let _ = format!("{error} {error:?} {:?}", error.retry_kind());
            return;
        }
    };
    let _ = format!("{response:?}");
    let json = to_json(&response.output).expect("JSON has a form for what was read");
    let again = from_json::<O::Output>(&json).expect("what was written");
    assert_eq!(to_json(&again).expect("JSON"), json);
}

fuzz_target!(|body: &[u8]| {
    read::<DescribeExportTasks>(body);
    read::<StartExportTask>(body);
    read::<DescribeDBInstances>(body);
    read::<DescribeOrderableDBInstanceOptions>(body);
    read::<CreateDBCluster>(body);
});
