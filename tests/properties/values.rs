//! Values survive the wire.

use awsquery::{Operation, StringEnum, Timestamp};
use proptest::prelude::*;
use rds_protocol::operations::DescribeExportTasks;
use rds_protocol::types::{ExportSourceType, ExportTask, ExportTaskStatus};

use crate::support::{cases, date_time, parse, plain, text, timestamp, xml_text};

/// What is read of a task with this member.
fn task(member: &str, content: &str) -> Result<ExportTask, TestCaseError> {
    let body = format!(
        "<R><DescribeExportTasksResult><ExportTasks><ExportTask><{member}>{content}</{member}></ExportTask>\
         </ExportTasks></DescribeExportTasksResult></R>"
    );
    let response = parse(&body).map_err(TestCaseError::fail)?;
    let mut tasks = response.output.export_tasks.unwrap_or_default();
    tasks.pop().ok_or_else(|| TestCaseError::fail("no task"))
}

fn read_time(content: &str) -> Result<Option<Timestamp>, TestCaseError> {
    task("SnapshotTime", content).map(|task| task.snapshot_time)
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn timestamps(time in timestamp(), offset in prop_oneof![Just(0_i64), -1439..1440_i64]) {
        let text = date_time(time, offset);
        prop_assert_eq!(read_time(&text)?, Some(time), "{}", text);
        prop_assert_eq!(read_time(&format!(" {}\n", text.to_ascii_lowercase()))?, Some(time), "{}", text);
        if offset == 0 {
            prop_assert_eq!(read_time(text.trim_end_matches('Z'))?, Some(time), "{}", text);
        }
    }

    /// Services have been seen to send another format than their model says.
    #[test]
    fn timestamps_in_seconds(time in timestamp()) {
        let nanoseconds = time.as_nanosecond();
        let sign = if nanoseconds < 0 { "-" } else { "" };
        let (whole, fraction) = (nanoseconds.abs() / 1_000_000_000, nanoseconds.abs() % 1_000_000_000);
        let text = format!("{sign}{whole}.{fraction:09}");
        prop_assert_eq!(read_time(&text)?, Some(time), "{}", text);
        if fraction == 0 {
            prop_assert_eq!(read_time(&format!("{sign}{whole}"))?, Some(time), "{}", text);
        }
    }

    #[test]
    fn integers(number in any::<i32>(), zeros in 0..4_usize) {
        let sign = if number < 0 { "-" } else { "" };
        let padded = format!("{sign}{}{}", "0".repeat(zeros), number.unsigned_abs());
        for text in [number.to_string(), padded, format!("\r\n {number}\t")] {
            prop_assert_eq!(task("PercentProgress", &text)?.percent_progress, Some(number), "{}", text);
        }
    }

    #[test]
    fn integers_out_of_range_are_refused(number in any::<i64>()) {
        let fits = i32::try_from(number).is_ok();
        prop_assert_eq!(task("PercentProgress", &number.to_string()).is_ok(), fits);
    }

    #[test]
    fn unknown_values_are_kept(value in xml_text()) {
        let status = ExportTaskStatus::from(value.as_str());
        prop_assert_eq!(status.as_str(), value.as_str());
        prop_assert_eq!(status.to_string(), value.as_str());
        let named = ExportTaskStatus::VALUES.iter().any(|(_, name)| *name == value);
        prop_assert_eq!(status.as_unknown().is_none(), named);
        let element = plain(&crate::support::Node::Text("Status", value.clone()));
        let content = element.trim_start_matches("<Status>").trim_end_matches("</Status>");
        prop_assert_eq!(task("Status", content)?.status, Some(status));
    }

    #[test]
    fn unknown_values_are_written_back(value in text()) {
        let kind = ExportSourceType::from(value.clone());
        let with = |kind: ExportSourceType| DescribeExportTasks::default().source_type(kind).to_body();
        // As an identifier that is a plain string is written.
        let plain = DescribeExportTasks::default().export_task_identifier(value).to_body().expect("a body");
        prop_assert_eq!(with(kind), Ok(plain.replace("&ExportTaskIdentifier=", "&SourceType=")));
    }
}

#[test]
fn the_calendar_of_these_tests_is_right() {
    for text in [
        "1970-01-01T00:00:00Z",
        "2000-02-29T23:59:59.5Z",
        "1900-03-01T00:00:00Z",
        "0001-01-02T00:00:00Z",
        "2015-01-25T08:00:00.000000001Z",
        "9999-12-29T12:34:56Z",
    ] {
        assert_eq!(date_time(text.parse().expect("a timestamp"), 0), text);
    }
    let time: Timestamp = "2019-12-16T23:48:18Z".parse().expect("a timestamp");
    assert_eq!(date_time(time, -60), "2019-12-16T22:48:18-01:00");
    assert_eq!(date_time(time, 60), "2019-12-17T00:48:18+01:00");
}
