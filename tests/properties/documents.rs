//! Responses: rewritten in ways that must not matter, cut, damaged.

use awsquery::http::{HeaderMap, StatusCode};
use awsquery::{Error, Operation, Timestamp, from_json, to_json};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksError, DescribeExportTasksOutput};
use rds_protocol::types::ExportTaskStatus;

use crate::config;

const PAGE: &str = include_str!("../recorded/constructed/describe_page_1.xml");

fn parse(body: &[u8]) -> Result<DescribeExportTasksOutput, Error<DescribeExportTasksError>> {
    DescribeExportTasks::parse_response(StatusCode::OK, &HeaderMap::new(), body)
        .map(|response| response.output)
}

/// Any text that XML 1.0 can carry.
fn text() -> impl Strategy<Value = String> {
    let legal = |c: &char| !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    prop_oneof![any::<String>(), "[<>&'\"\\]\\[ \r\n\tax!?é日;#-]{0,12}"]
        .prop_map(move |text| text.chars().filter(legal).collect())
}

/// Writes each character in one of the ways that XML has for it.
fn escape(text: &str, ways: &[u8]) -> String {
    let mut out = String::new();
    for (index, c) in text.chars().enumerate() {
        let way = ways.get(index % ways.len().max(1)).copied().unwrap_or(0) % 5;
        match (c, way) {
            ('\r', _) | (_, 1) => out.push_str(&format!("&#{};", c as u32)),
            (_, 2) => out.push_str(&format!("&#x{:x};", c as u32)),
            (_, 3) => out.push_str(&format!("<![CDATA[{c}]]>")),
            ('<', _) => out.push_str("&lt;"),
            ('>', _) => out.push_str("&gt;"),
            ('&', _) => out.push_str("&amp;"),
            ('\'', 4) => out.push_str("&apos;"),
            ('"', 4) => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}

/// What may stand between the members of a structure, and says nothing.
fn noise() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "",
        " ",
        "\r\n\t",
        "<!-- c -->",
        "<?pi x?>",
        "<Unknown/>",
        "<Unknown a='1'>text</Unknown>",
        "<p:Unknown xmlns:p='u'><Marker>no</Marker><Status>no</Status></p:Unknown>",
        "<Unknown><ExportTask><ExportTaskIdentifier>no</ExportTaskIdentifier></ExportTask></Unknown>",
    ])
}

/// The members of a task, each with a text of its own, and the element as it stands in the document.
const MEMBERS: [(&str, &str); 5] = [
    ("ExportTaskIdentifier", "<ExportTaskIdentifier>t1</ExportTaskIdentifier>"),
    ("PercentProgress", "<PercentProgress> 50\n</PercentProgress>"),
    ("SnapshotTime", "<SnapshotTime>2026-01-02T03:04:05.678Z</SnapshotTime>"),
    ("ExportOnly", "<ExportOnly><member>a</member><member>b</member></ExportOnly>"),
    ("Status", "<Status>IN_PROGRESS</Status>"),
];

fn document(members: &[&str], noise: &[&str]) -> String {
    let mut noise = noise.iter().copied().cycle();
    let mut out = String::from("<DescribeExportTasksResponse>");
    out += noise.next().unwrap_or_default();
    out += "<DescribeExportTasksResult>";
    out += noise.next().unwrap_or_default();
    out += "<ExportTasks><ExportTask>";
    for member in members {
        out += noise.next().unwrap_or_default();
        out += member;
    }
    out += noise.next().unwrap_or_default();
    out += "</ExportTask></ExportTasks>";
    out += noise.next().unwrap_or_default();
    out += "<Marker>m</Marker></DescribeExportTasksResult>";
    out += noise.next().unwrap_or_default();
    out + "</DescribeExportTasksResponse>"
}

fn plain() -> DescribeExportTasksOutput {
    parse(document(&MEMBERS.map(|(_, element)| element), &[""]).as_bytes()).expect("an output")
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_text_survives_however_it_is_escaped(text in text(), ways in vec(any::<u8>(), 1..8)) {
        let member = format!("<FailureCause>{}</FailureCause>", escape(&text, &ways));
        let output = parse(document(&[&member], &[""]).as_bytes()).expect("an output");
        let tasks = output.export_tasks.expect("tasks");
        prop_assert_eq!(tasks[0].failure_cause.as_deref(), Some(text.as_str()));
    }

    #[test]
    fn what_stands_between_members_changes_nothing(noise in vec(noise(), 1..12)) {
        let body = document(&MEMBERS.map(|(_, element)| element), &noise);
        prop_assert_eq!(parse(body.as_bytes()).expect("an output"), plain(), "{}", body);
    }

    #[test]
    fn members_may_come_in_any_order(order in Just(MEMBERS.map(|(_, element)| element)).prop_shuffle()) {
        prop_assert_eq!(parse(document(&order, &[""]).as_bytes()).expect("an output"), plain());
    }

    #[test]
    fn a_response_that_was_cut_is_an_error(at in any::<Index>()) {
        let end = PAGE.trim_end().len();
        let cut = &PAGE.as_bytes()[..at.index(end)];
        prop_assert!(matches!(parse(cut), Err(Error::Malformed(_))), "{:?}", String::from_utf8_lossy(cut));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..300), status in 100_u16..600) {
        let status = StatusCode::from_u16(status).expect("a status");
        let answer = DescribeExportTasks::parse_response(status, &HeaderMap::new(), &bytes);
        let error = answer.expect_err("no output");
        prop_assert!(error.to_string().len() < 8 * 1024);
        prop_assert_eq!(error.status(), status);
    }

    #[test]
    fn a_damaged_response_never_panics(
        at in any::<Index>(),
        removed in 0_usize..40,
        inserted in prop_oneof![vec(any::<u8>(), 0..8), "[<>/&;!\\[\\]='\"a-c-]{0,8}".prop_map(String::into_bytes)],
        status in proptest::sample::select(vec![200_u16, 404, 500, 503]),
    ) {
        let mut bytes = PAGE.as_bytes().to_vec();
        let start = at.index(bytes.len());
        let end = (start + removed).min(bytes.len());
        bytes.splice(start..end, inserted);
        let status = StatusCode::from_u16(status).expect("a status");
        match DescribeExportTasks::parse_response(status, &HeaderMap::new(), &bytes) {
            Ok(response) => drop(format!("{response:?}")),
            Err(error) => {
                prop_assert_eq!(error.retry_kind().is_some(), status.as_u16() >= 500);
                drop(format!("{error} {error:?}"));
            }
        }
    }

    #[test]
    fn numbers_and_timestamps_survive(percent in any::<i32>(), nanosecond in -62_135_596_800_000_000_000_i128..253_402_207_200_000_000_000) {
        let time = Timestamp::from_nanosecond(nanosecond).expect("a time");
        let members = format!("<PercentProgress>{percent}</PercentProgress><TaskEndTime>{time}</TaskEndTime>");
        let output = parse(document(&[&members], &[""]).as_bytes()).expect("an output");
        let task = &output.export_tasks.as_ref().expect("tasks")[0];
        prop_assert_eq!((task.percent_progress, task.task_end_time), (Some(percent), Some(time)));
        let json = to_json(&output).expect("JSON");
        prop_assert_eq!(from_json::<DescribeExportTasksOutput>(&json).expect("an output"), output);
    }

    #[test]
    fn an_unknown_status_is_kept_and_written_back(text in text(), ways in vec(any::<u8>(), 1..4)) {
        let member = format!("<Status>{}</Status>", escape(&text, &ways));
        let output = parse(document(&[&member], &[""]).as_bytes()).expect("an output");
        let status = output.export_tasks.expect("tasks")[0].status.clone().expect("a status");
        prop_assert_eq!(status.as_str(), text.as_str());
        prop_assert_eq!(ExportTaskStatus::from(text.as_str()), status);
    }
}
