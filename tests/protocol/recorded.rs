//! Every recorded response: what is read of it.

use std::fmt::{Debug, Write as _};
use std::path::Path;

use awsquery::error::OperationErrorKind;
use awsquery::http::header::CONTENT_TYPE;
use awsquery::http::{HeaderMap, HeaderValue, StatusCode};
use awsquery::{Error, Operation};
use rds_protocol::operations::{CancelExportTask, DescribeExportTasks, StartExportTask};
use serde_json::Value as Json;

#[test]
fn moto() {
    check("moto");
}

#[test]
fn constructed() {
    check("constructed");
}

/// Parses every file of the index and compares what is read with the snapshot of the file's name.
fn check(source: &str) {
    let folder = tests::folder().join("recorded").join(source);
    let index = std::fs::read_to_string(folder.join("index.json")).expect("an index");
    let index: Json = serde_json::from_str(&index).expect("JSON");
    let entries = index.as_array().expect("an array of files");
    let mut files: Vec<_> = entries.iter().map(|entry| text(entry, "file")).collect();
    files.sort_unstable();
    assert_eq!(files, recorded_files(&folder), "the index names each file once");
    for entry in entries {
        let file = text(entry, "file");
        let shown = show(entry, &std::fs::read(folder.join(file)).expect("a recorded body"));
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            omit_expression => true,
            description => text(entry, "source"),
        }, {
            insta::assert_snapshot!(format!("{source}__{file}"), shown);
        });
    }
}

fn recorded_files(folder: &Path) -> Vec<String> {
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .filter(|name| name != "index.json")
        .collect();
    files.sort_unstable();
    files
}

fn text<'a>(entry: &'a Json, key: &str) -> &'a str {
    entry[key].as_str().unwrap_or_else(|| panic!("{entry}: no {key}"))
}

fn show(entry: &Json, body: &[u8]) -> String {
    match text(entry, "op") {
        "CancelExportTask" => show_as::<CancelExportTask>(entry, body),
        "DescribeExportTasks" => show_as::<DescribeExportTasks>(entry, body),
        "StartExportTask" => show_as::<StartExportTask>(entry, body),
        other => panic!("no such operation: {other}"),
    }
}

fn show_as<O: Operation<Output: Debug>>(entry: &Json, body: &[u8]) -> String {
    let status = entry["status"].as_u64().and_then(|status| u16::try_from(status).ok()).expect("a status");
    let status = StatusCode::from_u16(status).expect("a status");
    let mut headers = HeaderMap::new();
    if let Some(kind) = entry["content_type"].as_str() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_str(kind).expect("a content type"));
    }
    tests::readers::agree::<O>(status, body);
    match O::parse_response(status, &headers, body) {
        Ok(response) => format!("{response:#?}"),
        Err(error) => show_error(&error),
    }
}

fn show_error<E: OperationErrorKind>(error: &Error<E>) -> String {
    let mut shown = format!("{error}\n");
    let kind = match error {
        Error::Service(error) => {
            let _ = write!(shown, "\nservice kind: {:?}", error.service_kind());
            let _ = write!(shown, "\nfault: {:?}", error.fault());
            "service"
        }
        _ => "malformed",
    };
    let _ = write!(shown, "\nkind: {kind} {:?}\nretry: {:?}", error.kind(), error.retry_kind());
    let _ = write!(shown, "\nstatus: {}\nrequest id: {:?}", error.status(), error.request_id());
    shown
}
