//! The tables, in Markdown that can be read as it is.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::figures::{BOTO3, CLONE, Figures, OURS, SCAN, SDK, SERDE, SMITHY, URLENCODED};

/// The cases of responses, as they are shown.
const RESPONSES: [(&str, &str); 12] = [
    ("export-tasks/1/compact", "1 export task"),
    ("export-tasks/20/compact", "20 export tasks"),
    ("export-tasks/100/compact", "100 export tasks"),
    ("export-tasks/10000/compact", "10,000 export tasks"),
    ("export-tasks/1/reordered", "1, members in another order"),
    ("export-tasks/20/reordered", "20, members in another order"),
    ("export-tasks/100/reordered", "100, members in another order"),
    ("export-tasks/10000/reordered", "10,000, members in another order"),
    ("export-tasks/20/shuffled", "20, each in an order of its own"),
    ("export-tasks/20/pretty", "20, indented, with entities"),
    ("db-instances/20", "20 DB instances, 71 members each"),
    ("error", "an error"),
];

/// All tables, with what they include.
pub(super) fn text(figures: &Figures, botocore: &str) -> String {
    let mut text = format!("{RESPONSES_SAY}\n{}", responses(figures));
    if let Some(whole) = figures.times("whole-process/20", BOTO3) {
        let _ = writeln!(
            text,
            "\nA process that starts, reads 20 tasks and ends is {whole:.0} times as fast as one of boto3's parser."
        );
    }
    let _ = write!(text, "\n{REQUESTS_SAY}\n{}", requests(figures));
    if let Some(build) = &figures.build {
        let _ = write!(text, "\n{BUILDS_SAY}\n{}", builds(build));
    }
    let _ = write!(text, "\n{}", PEERS_SAY.replace("{botocore}", botocore));
    text
}

const RESPONSES_SAY: &str = "\
How many times as fast as each peer `rds-protocol` reads a response: in the processor's time, the freeing of the result
included, all of them in turns in one run. Then the instructions for a byte and the allocations for a task, instance or
error, in brackets those of `aws-sdk-rds`; and the most memory that is held while reading, in sizes of the result:
";

const REQUESTS_SAY: &str = "\
The same for writing a request of two filters with three values each, and for reading a timestamp:
";

const BUILDS_SAY: &str = "\
What a user's build takes. Theirs has a client, though no HTTP client and no runtime to run it on; ours is without one.
Both have all 168 operations. A program that calls one of them, or all, is built when its dependencies have been:
";

const PEERS_SAY: &str = "\
The peers: aws-sdk-rds 1.159.0, its serializer and deserializer in isolation; quick-xml 0.42, which looks at every event
and does nothing (scan), or fills the same structures by serde; the parser of botocore {botocore} in a process that has long
started; and the bound of it all, cloning the finished result. Everything is built as `cargo build --release` does by
default, on the system's allocator. `cargo xtask bench` makes the tables and the picture.
";

fn responses(figures: &Figures) -> String {
    let mut rows = vec![row(&[
        "response",
        SDK,
        SCAN,
        SERDE,
        BOTO3,
        "cloning the result",
        "instructions a byte",
        "allocations each",
        "peak memory",
    ])];
    for (case, shown) in RESPONSES {
        let peers = [SDK, SCAN, SERDE, BOTO3, CLONE].map(|peer| times(figures.times(case, peer)));
        let beside = |figure: &str, unit: &str, digits: usize| {
            let of = |whose| number(figures.per(case, whose, figure, unit), digits);
            match of(SDK).as_str() {
                "" => of(OURS),
                theirs => format!("{} ({theirs})", of(OURS)),
            }
        };
        let peak = figures.of(case, OURS, "peak_bytes").zip(figures.of(case, OURS, "result_bytes"));
        let mut row = vec![shown.to_owned()];
        row.extend(peers);
        row.push(beside("instructions", "bytes", 1));
        row.push(beside("allocations", "items", 1));
        row.push(times(peak.map(|(peak, result)| peak / result)));
        rows.push(row);
    }
    table(&rows)
}

fn requests(figures: &Figures) -> String {
    let allocations = |case: &str, peer: &str| match number(figures.of(case, peer, "allocations"), 0).as_str()
    {
        "" => number(figures.of(case, OURS, "allocations"), 0),
        theirs => format!("{} ({theirs})", number(figures.of(case, OURS, "allocations"), 0)),
    };
    let mut rows = vec![row(&["", "peer", "times as fast", "allocations"])];
    for (case, shown, peer) in [
        ("request/body", "body", SMITHY),
        ("request/body", "body", URLENCODED),
        ("request/http", "request with its headers", SDK),
        ("timestamp", "timestamp", "jiff"),
        ("timestamp", "timestamp", "aws-smithy-types"),
    ] {
        rows.push(vec![shown.into(), peer.into(), times(figures.times(case, peer)), allocations(case, peer)]);
    }
    table(&rows)
}

fn builds(build: &Json) -> String {
    let mut rows = vec![row(&["", OURS, SDK])];
    let mut add = |shown: &str, name: &str, unit: f64, digits: usize, word: &str| {
        let of =
            |side: &str| build[side][name].as_f64().map(|value| number(Some(value / unit), digits) + word);
        rows.push(vec![shown.into(), of("ours").unwrap_or_default(), of("aws_sdk_rds").unwrap_or_default()]);
    };
    add("clean release build", "clean_release_s", 1.0, 1, " s");
    add("of that the crate alone", "crate_release_s", 1.0, 1, " s");
    add("clean debug build", "clean_dev_s", 1.0, 1, " s");
    add("program of one operation, release", "binary_one_operation_s", 1.0, 1, " s");
    add("program of one operation, debug", "binary_one_operation_dev_s", 1.0, 1, " s");
    add("program of all operations, release", "binary_all_operations_s", 1.0, 1, " s");
    add("program of all operations, debug", "binary_all_operations_dev_s", 1.0, 1, " s");
    add("crates that are built", "crates", 1.0, 0, "");
    add("lines of the crate", "lines", 1.0, 0, "");
    add("its rlib", "rlib_bytes", 1e6, 1, " MB");
    add("memory of the largest compiler", "peak_rss_bytes", 1e6, 0, " MB");
    table(&rows)
}

/// Single times, for a feeling: they are of this machine, in the mood it was in.
pub(super) fn speeds(figures: &Figures) -> String {
    const CASE: &str = "export-tasks/20/compact";

    let mut rows = vec![row(&["20 export tasks, on this machine, now", "MB/s", "ns a task"])];
    for peer in [OURS, SDK, SCAN, SERDE, BOTO3, CLONE] {
        let Some((time, bytes)) = figures.of(CASE, peer, "ns").zip(figures.case(CASE, "bytes")) else {
            continue;
        };
        let each = number(figures.per(CASE, peer, "ns", "items"), 0);
        rows.push(vec![peer.into(), number(Some(bytes / time * 1e3), 0), each]);
    }
    table(&rows)
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| String::from(*cell)).collect()
}

/// A ratio with as many digits as say something.
fn times(value: Option<f64>) -> String {
    let Some(value) = value else { return String::new() };
    let digits = match value {
        ..0.995 => 2,
        ..99.5 => 1,
        _ => 0,
    };
    format!("{value:.digits$}×")
}

/// With commas between thousands.
fn number(value: Option<f64>, digits: usize) -> String {
    let Some(value) = value else { return String::new() };
    let text = format!("{value:.digits$}");
    let whole = text.find('.').unwrap_or(text.len());
    let mut shown = String::new();
    for (index, digit) in text.char_indices() {
        if index > 0 && index < whole && (whole - index) % 3 == 0 {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A table of these rows, the first of which is the head; all columns but the first to the right.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widths: Vec<_> = (0..columns)
        .map(|column| {
            rows.iter().filter_map(|row| row.get(column)).map(|it| it.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let _ = match column {
                0 => write!(text, "| {cell:<width$} |"),
                _ => write!(text, " {cell:>width$} |"),
            };
        }
        text.push('\n');
        if index == 0 {
            for (column, width) in widths.iter().enumerate() {
                let _ = match column {
                    0 => write!(text, "|{}|", "-".repeat(width + 2)),
                    _ => write!(text, "{}:|", "-".repeat(width + 1)),
                };
            }
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart_and_fractions_are_not() {
        assert_eq!(number(Some(1_234_567.891), 2), "1,234,567.89");
        assert_eq!(number(Some(999.0), 0), "999");
        assert_eq!(number(None, 0), "");
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [row(&["peer", "times"]), row(&["aws-sdk-rds", "1.5×"])];
        assert_eq!(
            table(&rows),
            "| peer        | times |\n|-------------|------:|\n| aws-sdk-rds |  1.5× |\n"
        );
    }
}
