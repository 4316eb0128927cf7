//! Exports for the snapshots: one of each kind, and with members that are absent, long or hostile.

use awsquery::Timestamp;
use rds_protocol::types::{ExportTask, ExportTaskStatus};

use self::export_task::export_task;

#[path = "../../../../tests/shared/export_task.rs"]
mod export_task;

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub(crate) fn now() -> Timestamp {
    time("2026-01-02T03:04:05Z")
}

pub(crate) fn task(id: &str, status: ExportTaskStatus) -> ExportTask {
    export_task(id, |task| task.status = Some(status))
}

/// One that is under way.
pub(crate) fn running(id: &str, percent: i32) -> ExportTask {
    let mut task = task(id, ExportTaskStatus::InProgress);
    task.source_arn = Some(format!("arn:aws:rds:eu-west-1:123456789012:snapshot:{id}"));
    task.s3_bucket = Some("acme-exports".into());
    task.s3_prefix = Some("rds/".into());
    task.task_start_time = Some(time("2026-01-02T03:00:00.25Z"));
    task.percent_progress = Some(percent);
    task.total_extracted_data_in_gb = Some(percent * 4);
    task
}

/// One that has ended.
pub(crate) fn ended(id: &str, status: ExportTaskStatus, percent: i32) -> ExportTask {
    let mut task = running(id, percent);
    task.status = Some(status);
    task.task_start_time = Some(time("2026-01-01T01:00:00Z"));
    task.task_end_time = Some(time("2026-01-01T03:07:09Z"));
    task
}

pub(crate) fn failed(id: &str) -> ExportTask {
    let mut task = ended(id, ExportTaskStatus::Failed, 3);
    task.failure_cause = Some(
        "The role arn:aws:iam::123456789012:role/exporter may not write\nto \u{1b}[31mthe bucket acme-exports.".into(),
    );
    task
}

pub(crate) fn warned(id: &str) -> ExportTask {
    let mut task = running(id, 62);
    task.warning_message = Some("Table sessions was skipped: it has no primary key.".into());
    task
}

pub(crate) fn tasks() -> Vec<ExportTask> {
    vec![
        ended("nightly-2026-01-01", ExportTaskStatus::Complete, 100),
        failed("billing"),
        warned("orders-eu-with-a-name-that-is-rather-long"),
        task("just-begun", ExportTaskStatus::Starting),
        task("of-moto", "complete".into()),
        ended("stopped", ExportTaskStatus::Canceled, 41),
        task("日本語", "PAUSED".into()),
    ]
}
