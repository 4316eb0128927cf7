//! Responses to `DescribeExportTasks` of any length, the same on every machine.

use crate::Result;

/// An indented response of one task, with placeholders for what differs between tasks.
const RESPONSE: &str = include_str!("export_tasks.xml");

/// Writes a response of this many tasks, each with all 16 members, in about 1,100 bytes if compact.
///
/// The styles: `compact`, as RDS writes it, without space between elements and in the model's order; `pretty`, indented and
/// with texts that need references; `reordered`, all tasks in one other order; `shuffled`, each task in an order of its own.
pub(crate) fn response(tasks: usize, style: &str) -> Result<String> {
    let lines: Vec<_> = RESPONSE.lines().collect();
    let place = |tag| lines.iter().position(|line| line.trim() == tag).ok_or("export_tasks.xml: no task");
    let (start, end) = (place("<ExportTask>")?, place("</ExportTask>")?);
    // A list takes several lines: its items, which stand deeper, and its end.
    let is_within = |line: &str| line.starts_with("         ") || line.trim().starts_with("</");
    let members: Vec<_> = lines[start + 1..end].chunk_by(|_, next| is_within(next)).collect();
    let mut text = String::with_capacity(tasks * 1500 + 1000);
    lines[..start].iter().for_each(|line| write(&mut text, line, 0, style));
    for number in 0..tasks {
        write(&mut text, lines[start], number, style);
        for member in order(number, style)? {
            members[member].iter().for_each(|line| write(&mut text, line, number, style));
        }
        write(&mut text, lines[end], number, style);
    }
    lines[end + 1..].iter().for_each(|line| write(&mut text, line, 0, style));
    text.truncate(text.trim_end().len());
    Ok(text)
}

fn write(text: &mut String, line: &str, number: usize, style: &str) {
    let line = if style == "pretty" { line } else { line.trim_start() };
    for (index, part) in line.split(['{', '}']).enumerate() {
        // Every second part is the name of a placeholder.
        if index % 2 == 0 { text.push_str(part) } else { text.push_str(&value(part, number, style)) }
    }
    if style == "pretty" {
        text.push('\n');
    }
}

fn value(placeholder: &str, number: usize, style: &str) -> String {
    let is_pretty = style == "pretty";
    let and = if is_pretty { "&amp;" } else { "and" };
    match (placeholder, number % 4) {
        ("number", _) => format!("{number:05}"),
        ("month", _) => format!("{:02}", 1 + number % 12),
        ("day", _) => format!("{:02}", 1 + number % 28),
        ("minute", _) => format!("{:02}", number % 60),
        ("gigabytes", _) => (number % 4096).to_string(),
        ("prefix", _) => if is_pretty { "&amp;" } else { "/" }.into(),
        ("tables", _) if is_pretty => "&quot;a&lt;b&quot; and &apos;caf&#233;&apos;".into(),
        ("tables", _) => "orders.drafts and orders.caf\u{e9}".into(),
        ("status", kind) => ["FAILED", "CANCELED", "COMPLETE", "COMPLETE"][kind].into(),
        ("percent", 2 | 3) => "100".into(),
        ("percent", _) => (number % 100).to_string(),
        ("cause", 0) => {
            format!("The role may not write to the bucket {and} the export stopped after 3 attempts.")
        }
        ("cause", 1) => format!("Canceled by an operator {and} not resumed."),
        _ => String::new(),
    }
}

/// Returns the order in which a task's members are written.
fn order(number: usize, style: &str) -> Result<[usize; 16]> {
    // Each step has no divisor in common with 16, so that it meets each member once.
    let (start, step) = match style {
        "compact" | "pretty" => (0, 1),
        "reordered" => (11, 7),
        "shuffled" => (number * 5, [3, 5, 7, 9, 11, 13][number % 6]),
        other => return Err(format!("no style {other:?}").into()),
    };
    Ok(std::array::from_fn(|place| (start + place * step) % 16))
}
