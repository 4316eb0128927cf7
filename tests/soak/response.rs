//! Responses as bytes.

use rds_client::awsquery::Timestamp;

use crate::faults::{Left, Point, RESPONSE_LIMIT, Shape};

/// A response: its bytes, and how many of them are its head.
pub(crate) struct Message {
    pub(crate) bytes: Vec<u8>,
    head: usize,
}

impl Message {
    /// Returns how many bytes there are up to a point.
    pub(crate) fn up_to(&self, point: Point) -> usize {
        match point {
            Point::HeadHalf => self.head / 2,
            Point::Head => self.head,
            Point::BodyHalf => self.head.midpoint(self.bytes.len()),
            Point::LastByte => self.bytes.len() - 1,
            Point::End => self.bytes.len(),
        }
    }
}

/// The facts that a response depends on.
pub(crate) struct Facts<'a> {
    pub(crate) operation: &'a str,
    pub(crate) identifier: &'a str,
    /// The status of the task that the identifier names.
    pub(crate) status: &'a str,
    /// The request id, which is different for each document that is ever written.
    pub(crate) serial: u64,
}

/// Renders a response.
pub(crate) fn render(shape: Shape, facts: &Facts<'_>) -> Message {
    let document = output(facts);
    let length = document.len();
    let plain = |headers: &str| head("200 OK", facts, headers);
    let sized = |length: usize| format!("content-length: {length}\r\n");
    let (head, body) = match shape {
        Shape::Plain => (plain(&sized(length)), document),
        Shape::ConnectionClose => (plain(&(sized(length) + "connection: close\r\n")), document),
        Shape::Chunked => (plain(CHUNKED), chunks(&document, "")),
        Shape::ChunkedWithTrailers => (plain(CHUNKED), chunks(&document, "x-checksum: 1\r\n")),
        Shape::ShortLength => (plain(&sized(length / 2)), document),
        Shape::LongLength => (plain(&sized(length + 10)), document),
        Shape::NoLength => (plain("connection: close\r\n"), document),
        Shape::After(status) => (format!("HTTP/1.1 {status}\r\n\r\n") + &plain(&sized(length)), document),
        Shape::Empty(status) => (head(status, facts, ""), String::new()),
        Shape::Http10KeepAlive => {
            (plain(&(sized(length) + "connection: keep-alive\r\n")).replacen("1.1", "1.0", 1), document)
        }
        Shape::Http10 => (plain(&sized(length)).replacen("1.1", "1.0", 1), document),
        Shape::TwoLengths => (plain(&(sized(length) + &sized(length / 2))), document),
        Shape::ManyHeaders => {
            let more: String = (0..200).map(|number| format!("x-{number}: 1\r\n")).collect();
            (plain(&(sized(length) + &more)), document)
        }
        Shape::LongHead => {
            (plain(&format!("{}x-long: {}\r\n", sized(length), "a".repeat(600_000))), document)
        }
        Shape::Garbage => ("\u{1}\u{2} this is not HTTP\r\n\r\n".to_owned(), document),
        Shape::Gzip => {
            let body = "\u{1f}\u{8}".to_owned() + &document;
            (plain(&(sized(body.len()) + "content-encoding: gzip\r\n")), body)
        }
        Shape::Truncated => (plain(&sized(length / 2)), document[..length / 2].to_owned()),
        Shape::TooLarge => {
            let body = document + &" ".repeat(RESPONSE_LIMIT);
            (plain(&sized(body.len())), body)
        }
        Shape::Page(status) => (head(status, facts, &sized(4)), "busy".to_owned()),
        Shape::Error(status, code) => refused(status, code, "", facts),
        Shape::Skewed => refused("403 No", "RequestTimeTooSkewed", &in_half_a_minute(), facts),
    };
    Message { head: head.len(), bytes: [head, body].concat().into_bytes() }
}

/// Renders bytes that belong to no request.
pub(crate) fn render_left(left: Left, facts: &Facts<'_>) -> Vec<u8> {
    match left {
        Left::Foreign => render(Shape::Plain, &Facts { identifier: "foreign", ..*facts }).bytes,
        Left::Same => render(Shape::Plain, facts).bytes,
        Left::Few => b"HTTP/1.1 2".to_vec(),
        Left::LineEnds => b"\r\n\r\n".to_vec(),
        Left::RequestTimeout => {
            head("408 Request Timeout", facts, "content-length: 0\r\nconnection: close\r\n").into_bytes()
        }
    }
}

const CHUNKED: &str = "transfer-encoding: chunked\r\ntrailer: x-checksum\r\n";

fn head(status: &str, facts: &Facts<'_>, headers: &str) -> String {
    let serial = facts.serial;
    format!("HTTP/1.1 {status}\r\nx-amzn-requestid: {serial}\r\ncontent-type: text/xml\r\n{headers}\r\n")
}

fn output(facts: &Facts<'_>) -> String {
    let Facts { operation, identifier, status, serial } = facts;
    let task = format!("<ExportTaskIdentifier>{identifier}</ExportTaskIdentifier><Status>{status}</Status>");
    let result = match *operation {
        "DescribeExportTasks" => format!("<ExportTasks><ExportTask>{task}</ExportTask></ExportTasks>"),
        _ => task,
    };
    format!(
        "<{operation}Response><{operation}Result>{result}</{operation}Result>\
         <ResponseMetadata><RequestId>{serial}</RequestId></ResponseMetadata></{operation}Response>"
    )
}

fn refused(status: &str, code: &str, headers: &str, facts: &Facts<'_>) -> (String, String) {
    let body = format!(
        "<ErrorResponse><Error><Code>{code}</Code><Message>No.</Message></Error>\
         <RequestId>{}</RequestId></ErrorResponse>",
        facts.serial
    );
    (head(status, facts, &format!("content-length: {}\r\n{headers}", body.len())), body)
}

fn chunks(document: &str, trailers: &str) -> String {
    let (first, second) = document.split_at(document.len() / 2);
    let chunk = |part: &str| format!("{:x}\r\n{part}\r\n", part.len());
    [&chunk(first), &chunk(second), "0\r\n", trailers, "\r\n"].concat()
}

/// A header `Date` that is a little ahead.
fn in_half_a_minute() -> String {
    let date = (Timestamp::now() + std::time::Duration::from_secs(30)).strftime("%a, %d %b %Y %H:%M:%S GMT");
    format!("date: {date}\r\n")
}
