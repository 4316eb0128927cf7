//! JSON as `aws` prints it: four spaces, the model's order, times with an offset and six digits where there is a fraction.

use std::io::{self, Write};

use awsquery::error::JsonError;
use awsquery::{Timestamp, to_json};
use rds_protocol::types::ExportTask;
use serde_core::Serialize;
use serde_json::ser::PrettyFormatter;
use serde_json::{Serializer, Value, json};

use super::text;

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
    let mut text = Vec::new();
    let formatter = PrettyFormatter::with_indent(b"    ");
    value.serialize(&mut Serializer::with_formatter(&mut text, formatter))?;
    write_escaped(out, &String::from_utf8_lossy(&text))
}

/// On one line.
pub(crate) fn write_line(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    write_escaped(out, &value.to_string())
}

/// Writes JSON with escapes for what a terminal or an editor would obey or not show. In JSON, such characters stand in
/// strings only, so that an escape means the same.
fn write_escaped(out: &mut dyn Write, json: &str) -> io::Result<()> {
    let mut written = 0;
    let unseen = |c: char| c.is_control() && c != '\n' || text::is_format(c);
    for (start, found) in json.match_indices(unseen) {
        out.write_all(&json.as_bytes()[written..start])?;
        for unit in found.encode_utf16() {
            write!(out, "\\u{unit:04x}")?;
        }
        written = start + found.len();
    }
    out.write_all(&json.as_bytes()[written..])?;
    writeln!(out)
}

/// As Python's `datetime.isoformat` does, which is what `aws` goes by.
fn iso_format(time: Timestamp) -> String {
    match time.subsec_microsecond() == 0 {
        true => time.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string(),
        false => time.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_escapes_for_what_steers_a_terminal_or_is_not_seen() {
        let text = "a\u{7f}\u{9b}31m\u{2028}\u{202e}\u{ad}\u{feff}\u{e0041}\n\u{1b}é日";
        let value = json!({ "WarningMessage": [text] });
        let (mut line, mut pretty) = (Vec::new(), Vec::new());
        write_line(&mut line, &value).expect("room");
        write_pretty(&mut pretty, &value).expect("room");
        let escaped = r"a\u007f\u009b31m\u2028\u202e\u00ad\ufeff\udb40\udc41\n\u001bé日";
        assert_eq!(String::from_utf8_lossy(&line), format!("{{\"WarningMessage\":[\"{escaped}\"]}}\n"));
        for written in [line, pretty] {
            let text = String::from_utf8(written).expect("text");
            assert!(text.contains(escaped), "{text}");
            assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), value);
        }
    }
}
