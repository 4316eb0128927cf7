//! The test server, as clients of every kind meet it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use awsquery_client::test_server::TestServer;
use bytes::Bytes;
use http::{Request, Response};

/// Says what it was sent; panics when it is told to.
fn echo() -> TestServer {
    TestServer::start_with(|request: &Request<Bytes>| {
        assert_ne!(request.body(), "panic", "as told");
        Response::new(request.body().clone())
    })
    .expect("a server")
}

/// Sends these pieces over one connection, and gives all that comes back until nothing more does.
fn exchange(server: &TestServer, pieces: &[&str]) -> String {
    let mut stream = TcpStream::connect(server.address()).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_millis(300))).expect("a timeout");
    for piece in pieces {
        stream.write_all(piece.as_bytes()).expect("a piece");
        std::thread::sleep(Duration::from_millis(20));
    }
    let (mut seen, mut bytes) = (String::new(), [0; 4096]);
    while let Ok(read @ 1..) = stream.read(&mut bytes) {
        seen.push_str(&String::from_utf8_lossy(&bytes[..read]));
    }
    seen
}

#[test]
fn a_handler_that_panics_is_told_and_the_next_request_answered() {
    let server = echo();
    let seen = exchange(
        &server,
        &[
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\npanic",
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nnext",
        ],
    );
    assert!(seen.starts_with("HTTP/1.1 500 Internal Server Error\r\n"), "{seen}");
    assert!(seen.contains("the test server's handler panicked: ") && seen.contains("as told"), "{seen}");
    assert!(seen.contains("HTTP/1.1 200 OK") && seen.ends_with("next"), "{seen}");
}

/// curl waits a second for it, and only then sends the body.
#[test]
fn who_waits_to_be_told_to_send_the_body_is_told() {
    let server = echo();
    let head = |version| {
        format!("POST / HTTP/{version}\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-Continue\r\n\r\n")
    };
    let exchange = |pieces: &[&str]| exchange(&server, pieces);
    let seen = exchange(&[&head("1.1"), "bo", "dy"]);
    assert!(seen.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"), "{seen}");
    assert!(seen.ends_with("body"), "{seen}");
    // Who has sent it already, or speaks HTTP/1.0, gets the answer alone.
    for pieces in [&[format!("{}body", head("1.1")).as_str()][..], &[&head("1.0"), "body"]] {
        let seen = exchange(pieces);
        assert!(seen.starts_with("HTTP/1.1 200 OK\r\n") && seen.ends_with("body"), "{seen}");
    }
}

#[test]
fn a_body_in_chunks_is_read() {
    let server = echo();
    let chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n";
    let next = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nnext";
    for pieces in [
        &[chunked, "4\r\nActi\r\na;x=y\r\non=", "Describ\r\n0\r\n\r\n", next][..],
        &[chunked, "4\r", "\nActi\r\nA\r\non=Describ\r", "\n0\r\nTrailer: x\r\n", "\r\n", next],
    ] {
        let seen = exchange(&server, pieces);
        assert!(seen.contains("content-length: 14\r\n\r\nAction=Describ"), "{seen}");
        assert!(seen.ends_with("next"), "{seen}");
    }
    assert_eq!(server.requests()[0].body(), "Action=Describ");
}

#[test]
fn a_connection_ends_when_the_client_says_so() {
    let server = echo();
    // The exchange ends with an error, not an end, where the server keeps the connection.
    let read_to_end = |request: &str| {
        let mut stream = TcpStream::connect(server.address()).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_millis(300))).expect("a timeout");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut seen = String::new();
        let is_ended = stream.read_to_string(&mut seen).is_ok();
        (is_ended, seen)
    };
    for (first, is_closed) in [
        ("POST / HTTP/1.1\r\nHost: h\r\nConnection: Close\r\n", true),
        ("POST / HTTP/1.1\r\nHost: h\r\nConnection: te, close\r\n", true),
        ("POST / HTTP/1.0\r\n", true),
        ("POST / HTTP/1.0\r\nConnection: Keep-Alive\r\n", false),
        ("POST / HTTP/1.1\r\nHost: h\r\n", false),
    ] {
        let (is_ended, seen) = read_to_end(&format!("{first}Content-Length: 4\r\n\r\nbody"));
        assert_eq!(is_ended, is_closed, "{first}");
        let says = if is_closed { "\r\nconnection: close\r\n" } else { "\r\nconnection: keep-alive\r\n" };
        assert!(seen.contains(says) && seen.ends_with("\r\n\r\nbody"), "{first}: {seen}");
    }
}

#[test]
fn the_answer_to_head_has_no_body() {
    let server = echo();
    let seen = exchange(
        &server,
        &[
            "HEAD / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody",
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nnext",
        ],
    );
    assert!(
        seen.contains("content-length: 4\r\n\r\nHTTP/1.1 200 OK\r\n") && seen.ends_with("next"),
        "{seen}"
    );
}

#[test]
fn what_is_no_request_is_refused() {
    let server = echo();
    for (head, expected) in [
        ("Transfer-Encoding: gzip, chunked", "expected the coding chunked, found \"gzip, chunked\""),
        ("Content-Length: many", "content-length: expected a number, found \"many\""),
        ("Transfer-Encoding: chunked\r\n\r\nmany", "expected the size of a chunk"),
        ("Transfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n", "expected a line break after a chunk"),
    ] {
        let seen = exchange(&server, &[&format!("POST / HTTP/1.1\r\nHost: h\r\n{head}\r\n\r\n")]);
        assert!(seen.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{seen}");
        assert!(seen.ends_with(expected), "{seen}");
    }
}

#[test]
fn a_request_that_breaks_off_is_not_among_the_requests() {
    let server = echo();
    for part in [
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Le",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo",
    ] {
        let mut stream = TcpStream::connect(server.address()).expect("a connection");
        stream.write_all(part.as_bytes()).expect("a part");
        stream.shutdown(std::net::Shutdown::Write).expect("an end");
        let mut seen = Vec::new();
        // The server has closed the connection when this returns.
        let _ = stream.read_to_end(&mut seen);
        assert_eq!((seen.len(), server.requests().len()), (0, 0), "{part}");
    }
}
