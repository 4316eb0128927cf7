//! The program behind `cargo xtask wire`, on three operations: what it answers, and when.
//!
//! It is compiled here as it stands, so that it is formatted and linted like anything else. `.ci/wire` puts the same
//! lines, and more, to the program that xtask builds of all operations.

#[path = "../../xtask/src/wire/driver.rs"]
mod driver;

use std::cell::RefCell;
use std::io;
use std::process::ExitCode;

use awsquery::error::ErrorDetails;
use rds_protocol::operations::{CancelExportTask, DescribeExportTasks, StartExportTask};

static OPERATIONS: &[driver::Operation] = &[
    driver::operation::<CancelExportTask>(ERRORS),
    driver::operation::<DescribeExportTasks>(ERRORS),
    driver::operation::<StartExportTask>(ERRORS),
];

/// No test calls it; the programs that xtask builds do.
const _: fn(&[driver::Operation]) -> ExitCode = driver::main;

/// The errors of RDS say a message each, and its model does not even list that.
static ERRORS: &[driver::ErrorShape] = &[
    driver::ErrorShape::new("ExportTaskNotFoundFault", None),
    driver::ErrorShape::new("DetailedFault", Some("message")).details::<DetailedFault>(),
];

/// No service answers with it here, but it must compile.
struct DetailedFault {
    field: Option<String>,
}

awsquery::structure!(DetailedFault { 0: field = "Field" });

impl ErrorDetails for DetailedFault {
    const SHAPE: &'static str = "DetailedFault";
}

fn answers(lines: &[u8]) -> String {
    let mut output = Vec::new();
    driver::serve(OPERATIONS, lines, &mut output).expect("memory takes every write");
    String::from_utf8(output).expect("JSON is UTF-8")
}

#[test]
fn every_line_has_its_answer() {
    let lines = include_str!("lines/export_tasks.jsonl");
    let expected = include_str!("answers/export_tasks.jsonl");
    let answers = answers(lines.as_bytes());
    for ((line, expected), answer) in lines.lines().zip(expected.lines()).zip(answers.lines()) {
        assert_eq!(answer, expected, "{line}");
    }
    assert_eq!(answers.lines().count(), expected.lines().count());
}

#[test]
fn lines_end_with_or_without_a_carriage_return_and_the_last_one_as_it_likes() {
    let line = r#"{"op":"DescribeExportTasks","input":{}}"#;
    let body = "{\"body\":\"Action=DescribeExportTasks&Version=2014-10-31\"}\n";
    assert_eq!(answers(format!("{line}\r\n{line}").as_bytes()), body.repeat(2));
    assert_eq!(answers(b""), "");
    assert_eq!(answers(b"\n"), "{\"invalid\":[\"expected a JSON object, found a blank line\"]}\n");
}

#[test]
fn no_line_is_too_strange() {
    let nested = |open: &str, close: &str, depth| [open.repeat(depth), close.repeat(depth)].concat();
    let deep_input = format!(r#"{{"op":"StartExportTask","input":{}}}"#, nested("[", "]", 100_000));
    let deep_body = format!(
        r#"{{"op":"StartExportTask","body":"{}"}}"#,
        nested("<ExportTask>", "</ExportTask>", 100_000)
    );
    let headers: String = (0..40_000).map(|index| format!(r#","h{index}":"""#)).collect();
    let many_headers = format!(r#"{{"op":"StartExportTask","headers":{{{}}},"body":""}}"#, &headers[1..]);
    for (line, expected) in [
        (&b"\xff"[..], r#"{"invalid":["not UTF-8: "#),
        (b"{\"op\":\"\xff\",\"input\":{}}", r#"{"invalid":["not UTF-8: "#),
        (b"\0", r#"{"invalid":["not JSON: "#),
        (deep_input.as_bytes(), r#"{"invalid":["not JSON: recursion limit"#),
        (deep_body.as_bytes(), r#"{"malformed":"#),
        (many_headers.as_bytes(), r#"{"invalid":["headers.h"#),
    ] {
        let answer = answers(line);
        assert!(answer.starts_with(expected), "{}", &answer[..answer.len().min(200)]);
        assert_eq!(answer.lines().count(), 1);
    }
}

/// A peer that sends its next line, or a part of one, only when it has seen all answers to those before.
struct Peer<'a> {
    sent: usize,
    packets: &'a [&'a str],
    seen: &'a RefCell<Vec<u8>>,
}

impl io::Read for Peer<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let lines: usize = self.packets[..self.sent].iter().map(|sent| sent.matches('\n').count()).sum();
        assert_eq!(self.seen.borrow().iter().filter(|byte| **byte == b'\n').count(), lines);
        let Some(packet) = self.packets.get(self.sent) else { return Ok(0) };
        self.sent += 1;
        buffer[..packet.len()].copy_from_slice(packet.as_bytes());
        Ok(packet.len())
    }
}

struct Seen<'a>(&'a RefCell<Vec<u8>>);

impl io::Write for Seen<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_peer_that_waits_for_its_answer_gets_it() {
    let seen = RefCell::default();
    let packets = ["{}\n", "{}\n{}\n{", "}", "\n", "\n\n{}\n{}", "\n"];
    let peer = Peer { sent: 0, packets: &packets, seen: &seen };
    driver::serve(OPERATIONS, peer, Seen(&seen)).expect("memory takes every write");
}

#[test]
fn with_an_endpoint_the_answer_is_the_whole_request() {
    let line = r#"{"op":"DescribeExportTasks","input":{},"endpoint":"https://example.com/custom"}"#;
    let answer: serde_json::Value = serde_json::from_str(&answers(line.as_bytes())).expect("JSON");
    assert_eq!((&answer["method"], &answer["uri"]), (&"POST".into(), &"/custom/".into()));
    assert_eq!(answer["headers"]["host"], "example.com");
    assert_eq!(answer["body"], "Action=DescribeExportTasks&Version=2014-10-31");
    let line = r#"{"op":"DescribeExportTasks","input":{},"endpoint":"ftp://example.com"}"#;
    assert!(answers(line.as_bytes()).starts_with("{\"invalid\":[\"invalid endpoint"));
}
