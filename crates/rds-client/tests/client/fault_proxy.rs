//! A proxy between client and server that breaks connections at a chosen stage.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

/// At which stage a connection is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// At none: all goes through.
    Never,
    /// When it is accepted, before anything is read.
    Accept,
    /// The server gets the request's head, and no byte of its body.
    RequestHead,
    /// The server gets the request's head and half of its body.
    RequestBody,
    /// The server has got the whole request and answers; the client gets nothing.
    Request,
    /// The client gets some of the answer's head.
    AnswerHead,
    /// The client gets the answer's head, and no byte of its body.
    AnswerBodyStart,
    /// The client gets half of the answer's body.
    AnswerBody,
    /// The client gets the answer but for its last byte.
    AnswerEnd,
}

impl Stage {
    /// All that break something, in their order.
    pub(crate) const BREAKING: [Self; 8] = [
        Self::Accept,
        Self::RequestHead,
        Self::RequestBody,
        Self::Request,
        Self::AnswerHead,
        Self::AnswerBodyStart,
        Self::AnswerBody,
        Self::AnswerEnd,
    ];

    /// Whether the server has got the whole request by then.
    pub(crate) fn is_after_request(self) -> bool {
        !matches!(self, Self::Accept | Self::RequestHead | Self::RequestBody)
    }
}

/// The proxy: each exchange takes the next stage of the row, and all go through when it is empty.
pub(crate) struct FaultProxy {
    address: SocketAddr,
    stages: Arc<Mutex<VecDeque<Stage>>>,
}

impl FaultProxy {
    pub(crate) fn start(server: SocketAddr, stages: impl IntoIterator<Item = Stage>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let stages = Arc::new(Mutex::new(stages.into_iter().collect::<VecDeque<_>>()));
        let row = Arc::clone(&stages);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let row = Arc::clone(&row);
                // What breaks here is what the test is about.
                thread::spawn(move || drop(serve(client, server, &row)));
            }
        });
        Self { address, stages }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// How many stages are left in the row.
    pub(crate) fn left(&self) -> usize {
        self.stages.lock().expect("stages").len()
    }
}

/// Hands on exchanges, until one is to break.
fn serve(mut client: TcpStream, server: SocketAddr, row: &Mutex<VecDeque<Stage>>) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut server = TcpStream::connect(server)?;
    loop {
        // A stage of its own, since all others read the request first.
        if row.lock().expect("stages").front() == Some(&Stage::Accept) {
            row.lock().expect("stages").pop_front();
            return reset(&client);
        }
        let Some(request) = message(&mut client)? else { return Ok(()) };
        let stage = row.lock().expect("stages").pop_front().unwrap_or(Stage::Never);
        match stage {
            Stage::RequestHead => server.write_all(&request.bytes[..request.head])?,
            Stage::RequestBody => server.write_all(&request.bytes[..request.middle()])?,
            _ => server.write_all(&request.bytes)?,
        }
        if !stage.is_after_request() && stage != Stage::Never {
            return reset(&client);
        }
        let Some(answer) = message(&mut server)? else { return Ok(()) };
        let sent = match stage {
            Stage::Request => 0,
            Stage::AnswerHead => answer.head / 2,
            Stage::AnswerBodyStart => answer.head,
            Stage::AnswerBody => answer.middle(),
            Stage::AnswerEnd => answer.bytes.len() - 1,
            _ => answer.bytes.len(),
        };
        client.write_all(&answer.bytes[..sent])?;
        if stage != Stage::Never {
            // What is on the way would be lost with the reset.
            thread::sleep(Duration::from_millis(2));
            return reset(&client);
        }
    }
}

/// A request or an answer: its bytes, and how many of them are its head.
struct Message {
    bytes: Vec<u8>,
    head: usize,
}

impl Message {
    fn middle(&self) -> usize {
        self.head.midpoint(self.bytes.len())
    }
}

/// Reads a message, or nothing at the connection's end.
fn message(stream: &mut TcpStream) -> io::Result<Option<Message>> {
    let (mut bytes, mut part) = (Vec::new(), [0; 16_384]);
    loop {
        if let Some(head) = bytes.windows(4).position(|part| part == b"\r\n\r\n").map(|at| at + 4) {
            if bytes.len() >= head + content_length(&bytes[..head]) {
                return Ok(Some(Message { bytes, head }));
            }
        }
        match stream.read(&mut part)? {
            0 => return Ok(None),
            read => bytes.extend_from_slice(&part[..read]),
        }
    }
}

fn content_length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    length.map_or(0, |length| length.trim().parse().expect("a length"))
}

/// Has the connection end with a reset in place of a goodbye, when it is dropped.
fn reset(stream: &TcpStream) -> io::Result<()> {
    SockRef::from(stream).set_linger(Some(Duration::ZERO))
}
