//! Hostile responses: each becomes what the index says, in bounded time, and its error is bounded.

use std::fs;

use awsquery::http::{HeaderMap, StatusCode};
use awsquery::{Error, Operation};
use rds_protocol::operations::DescribeExportTasks;

fn becomes(status: u16, body: &[u8]) -> (&'static str, String) {
    let status = StatusCode::from_u16(status).expect("a status");
    match DescribeExportTasks::parse_response(status, &HeaderMap::new(), body) {
        Ok(_) => ("output", String::new()),
        Err(error) => {
            let what = match &error {
                Error::Service(error) if error.code().is_some() => "error with a code",
                Error::Service(_) => "error without a code",
                _ => "malformed",
            };
            (what, format!("{error} {error:?}"))
        }
    }
}

#[test]
fn hostile_responses_become_what_the_index_says() {
    let folder = tests::folder().join("robustness/hostile/responses");
    let index = fs::read_to_string(folder.join("index.toml")).expect("an index");
    let index: toml::Table = index.parse().expect("TOML");
    assert_eq!(index.len() + 1, fs::read_dir(&folder).expect("a folder").count(), "each file has a line");
    for (name, line) in &index {
        let body = fs::read(folder.join(name)).expect("a response");
        let status = line["status"].as_integer().and_then(|status| u16::try_from(status).ok());
        let (what, shown) = becomes(status.expect("a status"), &body);
        assert_eq!(Some(what), line["becomes"].as_str(), "{name}: {shown}");
        assert!(shown.len() < 16 * 1024, "{name}: {} bytes", shown.len());
    }
}
