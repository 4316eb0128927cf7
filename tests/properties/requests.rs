//! The form of a request says what the request says, and nothing else.

use awsquery::Operation;
use proptest::prelude::*;
use rds_protocol::operations::{DescribeExportTasks, StartExportTask};

use crate::support::{cases, describe, start};

type Pairs = Vec<(String, String)>;

/// Reads a form as strictly as its writer promises: bytes that are not unreserved as `%XX` in upper case, nothing
/// else encoded, a space never `+`, a `=` in each pair.
fn decode(body: &str) -> Result<Pairs, String> {
    body.split('&')
        .map(|pair| {
            let (key, value) = pair.split_once('=').ok_or_else(|| format!("no `=` in {pair:?}"))?;
            Ok((decode_part(key)?, decode_part(value)?))
        })
        .collect()
}

fn decode_part(text: &str) -> Result<String, String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let mut digit = || match bytes.next() {
                    Some(digit @ b'0'..=b'9') => Ok(digit - b'0'),
                    Some(digit @ b'A'..=b'F') => Ok(digit - b'A' + 10),
                    other => Err(format!("{other:?} is no hexadecimal digit in {text:?}")),
                };
                let byte = digit()? * 16 + digit()?;
                if is_unreserved(byte) {
                    return Err(format!("{byte:02X} needs no encoding in {text:?}"));
                }
                decoded.push(byte);
            }
            byte if is_unreserved(byte) => decoded.push(byte),
            byte => return Err(format!("{byte:02X} needs encoding in {text:?}")),
        }
    }
    String::from_utf8(decoded).map_err(|error| error.to_string())
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)
}

/// What a request should say.
struct Expected(Pairs);

impl Expected {
    fn new(action: &str) -> Self {
        Self(vec![("Action".into(), action.into()), ("Version".into(), "2014-10-31".into())])
    }

    fn pair(&mut self, key: impl Into<String>, value: Option<&str>) {
        if let Some(value) = value {
            self.0.push((key.into(), value.into()));
        }
    }

    fn list(&mut self, key: &str, element: &str, items: Option<&Vec<String>>) {
        for (index, item) in items.into_iter().flatten().enumerate() {
            self.pair(format!("{key}.{element}.{}", index + 1), Some(item));
        }
        if items.is_some_and(Vec::is_empty) {
            self.pair(key, Some(""));
        }
    }
}

fn expected_describe(request: &DescribeExportTasks) -> Pairs {
    let mut expected = Expected::new("DescribeExportTasks");
    expected.pair("ExportTaskIdentifier", request.export_task_identifier.as_deref());
    expected.pair("SourceArn", request.source_arn.as_deref());
    for (index, filter) in request.filters.iter().flatten().enumerate() {
        let key = format!("Filters.Filter.{}", index + 1);
        expected.pair(format!("{key}.Name"), filter.name.as_deref());
        expected.list(&format!("{key}.Values"), "Value", filter.values.as_ref());
    }
    if request.filters.as_ref().is_some_and(Vec::is_empty) {
        expected.pair("Filters", Some(""));
    }
    expected.pair("Marker", request.marker.as_deref());
    expected.pair("MaxRecords", request.max_records.map(|max| max.to_string()).as_deref());
    expected.pair("SourceType", request.source_type.as_ref().map(|kind| kind.as_str()));
    expected.0
}

fn expected_start(request: &StartExportTask) -> Pairs {
    let mut expected = Expected::new("StartExportTask");
    expected.pair("ExportTaskIdentifier", request.export_task_identifier.as_deref());
    expected.pair("SourceArn", request.source_arn.as_deref());
    expected.pair("S3BucketName", request.s3_bucket_name.as_deref());
    expected.pair("IamRoleArn", request.iam_role_arn.as_deref());
    expected.pair("KmsKeyId", request.kms_key_id.as_deref());
    expected.pair("S3Prefix", request.s3_prefix.as_deref());
    expected.list("ExportOnly", "member", request.export_only.as_ref());
    expected.0
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn describe_export_tasks_says_what_was_set(request in describe()) {
        let body = request.to_body().expect("a body");
        prop_assert_eq!(decode(&body), Ok(expected_describe(&request)), "{}", body);
    }

    #[test]
    fn start_export_task_says_what_was_set(request in start()) {
        let body = request.to_body().expect("a body");
        prop_assert_eq!(decode(&body), Ok(expected_start(&request)), "{}", body);
    }

    #[test]
    fn the_request_carries_the_body_and_its_length(request in start()) {
        let body = request.to_body().expect("a body");
        let sent = request.to_request(&"http://localhost:5000".parse().expect("a URI")).expect("a request");
        let length = body.len().to_string();
        prop_assert_eq!(sent.headers()["content-length"].to_str().ok(), Some(length.as_str()));
        prop_assert_eq!(sent.body(), &body);
    }
}

#[test]
fn the_decoder_refuses_what_it_should() {
    for body in
        ["a", "a=b&", "a=+", "a=%2f", "a=%41", "a=é", "a=b=c", "a=%4", "a=%", "a=%ZZ", "a=*", "a=%FF", "a =b"]
    {
        assert!(decode(body).is_err(), "{body}");
    }
    assert_eq!(decode("a.1=%20~&b="), Ok(vec![("a.1".into(), " ~".into()), ("b".into(), String::new())]));
}
