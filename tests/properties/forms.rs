//! The form says what the request said, and JSON says it too.

use awsquery::{Operation, from_json, to_json};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rds_protocol::operations::{DescribeExportTasks, StartExportTask};
use rds_protocol::types::{ExportSourceType, Filter};

use crate::config;

type Pair = (String, String);

/// Decodes a form by the book: every byte that is not unreserved must have been escaped, in upper-case hex.
fn decode(body: &str) -> Vec<Pair> {
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=').expect("every pair has `=`");
        (decode_part(key), decode_part(value))
    };
    body.split('&').map(pair).collect()
}

fn decode_part(part: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let mut digit = || match rest.next() {
                    Some(c @ b'0'..=b'9') => c - b'0',
                    Some(c @ b'A'..=b'F') => c - b'A' + 10,
                    other => panic!("no upper-case hexadecimal digit: {other:?} in {part}"),
                };
                let high = digit();
                bytes.push(high << 4 | digit());
            }
            b'-' | b'_' | b'.' | b'~' => bytes.push(byte),
            byte if byte.is_ascii_alphanumeric() => bytes.push(byte),
            other => panic!("{:?} should have been escaped in {part}", char::from(other)),
        }
    }
    let text = String::from_utf8(bytes).expect("UTF-8");
    for unreserved in text.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.~".contains(*c)) {
        let escaped = format!("%{:02X}", unreserved as u32);
        assert!(!part.contains(&escaped), "{unreserved} should not have been escaped in {part}");
    }
    text
}

fn push(pairs: &mut Vec<Pair>, key: &str, value: Option<&String>) {
    pairs.extend(value.map(|value| (key.to_owned(), value.clone())));
}

/// What a list must look like: an empty one is a pair of its own (REQ-16).
fn push_list(pairs: &mut Vec<Pair>, key: &str, element: &str, values: Option<&Vec<String>>) {
    let Some(values) = values else { return };
    if values.is_empty() {
        pairs.push((key.to_owned(), String::new()));
    }
    for (index, value) in values.iter().enumerate() {
        pairs.push((format!("{key}.{element}.{}", index + 1), value.clone()));
    }
}

fn envelope(action: &str) -> Vec<Pair> {
    vec![("Action".into(), action.into()), ("Version".into(), "2014-10-31".into())]
}

/// Any text, with a liking for what means something in a form.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[ &=%+*~._/:é日\r\n\u{0}-]{0,8}"]
}

fn filter() -> impl Strategy<Value = Filter> {
    (option::of(text()), option::of(vec(text(), 0..4))).prop_map(|(name, values)| {
        let mut filter = Filter::default();
        filter.name = name;
        filter.values = values;
        filter
    })
}

fn describe() -> impl Strategy<Value = DescribeExportTasks> {
    let texts = (option::of(text()), option::of(text()), option::of(text()), option::of(text()));
    (texts, option::of(vec(filter(), 0..4)), option::of(any::<i32>())).prop_map(
        |((id, source_arn, marker, source_type), filters, max_records)| {
            let mut request = DescribeExportTasks::default();
            request.export_task_identifier = id;
            request.source_arn = source_arn;
            request.marker = marker;
            request.source_type = source_type.map(ExportSourceType::from);
            request.filters = filters;
            request.max_records = max_records;
            request
        },
    )
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_form_says_what_the_request_said(request in describe()) {
        let mut expected = envelope("DescribeExportTasks");
        push(&mut expected, "ExportTaskIdentifier", request.export_task_identifier.as_ref());
        push(&mut expected, "SourceArn", request.source_arn.as_ref());
        if request.filters.as_ref().is_some_and(Vec::is_empty) {
            expected.push(("Filters".into(), String::new()));
        }
        for (index, filter) in request.filters.iter().flatten().enumerate() {
            let prefix = format!("Filters.Filter.{}", index + 1);
            push(&mut expected, &format!("{prefix}.Name"), filter.name.as_ref());
            push_list(&mut expected, &format!("{prefix}.Values"), "Value", filter.values.as_ref());
        }
        push(&mut expected, "Marker", request.marker.as_ref());
        push(&mut expected, "MaxRecords", request.max_records.map(|n| n.to_string()).as_ref());
        push(&mut expected, "SourceType", request.source_type.as_ref().map(|t| t.as_str().to_owned()).as_ref());
        prop_assert_eq!(decode(&request.to_body().expect("a form")), expected);
    }

    #[test]
    fn lists_without_an_element_name_of_their_own_use_the_default(parts in option::of(vec(text(), 0..14))) {
        let mut request = StartExportTask::default();
        request.export_only = parts;
        let mut expected = envelope("StartExportTask");
        push_list(&mut expected, "ExportOnly", "member", request.export_only.as_ref());
        prop_assert_eq!(decode(&request.to_body().expect("a form")), expected);
    }

    #[test]
    fn json_says_what_the_request_said(request in describe()) {
        let json = to_json(&request).expect("JSON");
        prop_assert_eq!(from_json::<DescribeExportTasks>(&json).expect("a request"), request);
    }
}
