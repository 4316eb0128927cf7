//! JSON as `aws` prints it: four spaces, the model's order, times with an offset and six digits where there is a fraction.

use std::io::{self, Write};

use awsquery::error::JsonError;
use awsquery::{Timestamp, to_json};
use rds_protocol::types::ExportTask;
use serde_core::Serialize;
use serde_json::ser::PrettyFormatter;
use serde_json::{Serializer, Value, json};

/// An export.
pub(crate) fn task(task: &ExportTask) -> Result<Value, JsonError> {
    let mut value = to_json(task)?;
    let times = [
        ("SnapshotTime", task.snapshot_time),
        ("TaskStartTime", task.task_start_time),
        ("TaskEndTime", task.task_end_time),
    ];
    for (name, time) in times {
        if let (Some(member), Some(time)) = (value.get_mut(name), time) {
            *member = iso_format(time).into();
        }
    }
    Ok(value)
}

/// What `aws rds describe-export-tasks` prints.
pub(crate) fn listing(tasks: &[ExportTask]) -> Result<Value, JsonError> {
    let tasks = tasks.iter().map(task).collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "ExportTasks": tasks }))
}

/// On several lines.
pub(crate) fn write_pretty(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    let formatter = PrettyFormatter::with_indent(b"    ");
    value.serialize(&mut Serializer::with_formatter(&mut *out, formatter))?;
    writeln!(out)
}

/// As Python's `datetime.isoformat` does, which is what `aws` goes by.
fn iso_format(time: Timestamp) -> String {
    match time.subsec_microsecond() == 0 {
        true => time.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string(),
        false => time.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string(),
    }
}
