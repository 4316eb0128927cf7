//! A raw server on loopback: reads whole requests, and does with each what a row of the table of faults says.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rds_client::http::rustls::pki_types::pem::PemObject;
use rds_client::http::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rds_client::http::rustls::{self, ServerConfig, ServerConnection, StreamOwned};
use socket2::SockRef;

use crate::faults::{Again, FAULTS, Fault, Left, Shape, Step};
use crate::ledger::{Attempt, Leaving, Ledger, Seen};
use crate::response::{Facts, Message, render, render_left};

/// The time after which a client that does not give up is given up.
const STALL: Duration = Duration::from_secs(10);
/// The number of requests after which the task of an identifier is complete.
const UNDER_WAY: usize = 4;

/// A server, which runs until the process ends.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    seed: u64,
    menu: Vec<usize>,
    ledger: Arc<Ledger>,
    tls: Option<Arc<ServerConfig>>,
    open: AtomicUsize,
    /// The faults that are being played.
    playing: AtomicUsize,
    /// The last fault that is over, and when.
    last: Mutex<Option<(usize, Instant)>>,
    /// Bytes and closings that were left out since a request was on the wire.
    skipped: AtomicU64,
}

impl Server {
    /// Starts a server that chooses among these rows of the table.
    pub(crate) fn start(seed: u64, menu: Vec<usize>, ledger: &Arc<Ledger>, tls: bool) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            seed,
            menu,
            ledger: Arc::clone(ledger),
            tls: tls.then(tls_config),
            open: AtomicUsize::new(0),
            playing: AtomicUsize::new(0),
            last: Mutex::default(),
            skipped: AtomicU64::new(0),
        });
        let served = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&served);
                shared.open.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || {
                    // What breaks here is what the soak is about.
                    let _ = Connection::open(stream, &shared).and_then(Connection::serve);
                    shared.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, shared }
    }

    /// Returns the number of open connections.
    pub(crate) fn open(&self) -> usize {
        self.shared.open.load(Ordering::SeqCst)
    }

    /// Returns the last fault that is over, and when it was; nothing while another is being played, which may close the
    /// connection of the next request.
    pub(crate) fn last(&self) -> Option<(usize, Instant)> {
        if self.shared.playing.load(Ordering::SeqCst) > 0 {
            return None;
        }
        *self.shared.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the number of bytes and closings that were left out since a request was on the wire.
    pub(crate) fn skipped(&self) -> u64 {
        self.shared.skipped.load(Ordering::SeqCst)
    }
}

/// Returns a number that depends on these alone, so that a seed fixes the fault of each request.
pub(crate) fn chance(seed: u64, of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    (seed, of).hash(&mut hasher);
    hasher.finish()
}

/// The step after a fault.
#[derive(PartialEq, Eq)]
enum Next {
    Request,
    Close,
}

struct Connection<'a> {
    stream: Stream,
    shared: &'a Shared,
    /// Bytes that were read of the next request.
    unread: Vec<u8>,
    /// The fault that left bytes.
    left: Option<Leaving>,
}

impl<'a> Connection<'a> {
    fn open(stream: TcpStream, shared: &'a Shared) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let stream = match &shared.tls {
            None => Stream::Plain(stream),
            Some(config) => {
                let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
                Stream::Tls(Box::new(StreamOwned::new(connection, stream)))
            }
        };
        Ok(Self { stream, shared, unread: Vec::new(), left: None })
    }

    fn serve(mut self) -> io::Result<()> {
        while let Some((attempt, operation)) = self.request()? {
            let (mut row, mut count) = (0, 0);
            let Shared { seed, menu, ledger, .. } = self.shared;
            ledger.seen(&attempt, |before| {
                count = before;
                row = menu[chance(*seed, (&attempt.identifier, before)) as usize % menu.len()];
                Seen::new(row, self.left)
            });
            // Line ends that raced with a request are skipped before its response: nothing is left for the next one.
            let are_line_ends = |step: &Step| matches!(step, Step::Leave(Left::LineEnds));
            self.left = self.left.filter(|left| !FAULTS[left.fault].steps.iter().any(are_line_ends));
            self.left = self.left.map(|left| Leaving { is_met: true, ..left });
            let status = if count < UNDER_WAY { "IN_PROGRESS" } else { "COMPLETE" };
            let play = Play { row, fault: &FAULTS[row], attempt: &attempt, operation: &operation, status };
            self.shared.playing.fetch_add(1, Ordering::SeqCst);
            let next = self.play(&play);
            let goes_on = matches!(next, Ok(Next::Request));
            if goes_on {
                self.shared.playing.fetch_sub(1, Ordering::SeqCst);
            } else {
                // Closes, before the fault counts as over.
                drop(self.stream);
                self.shared.playing.fetch_sub(1, Ordering::SeqCst);
                *self.shared.last.lock().unwrap_or_else(PoisonError::into_inner) =
                    Some((row, Instant::now()));
                return next.map(drop);
            }
        }
        Ok(())
    }

    fn play(&mut self, play: &Play<'_>) -> io::Result<Next> {
        let serial = self.shared.ledger.document(&play.attempt.identifier, play.row, false);
        let message = render(play.fault.shape, &play.facts(serial));
        let mut response = Response { message, serial, written: 0 };
        for step in play.fault.steps {
            match *step {
                Step::To(point) => {
                    let to = response.message.up_to(point);
                    self.write(play, &mut response, to)?;
                }
                Step::Drip(pause) => self.drip(play, &mut response, pause)?,
                Step::EndWith(left) => {
                    self.leave(play, left, &response.message.bytes)?;
                    self.is_whole(play, &response);
                }
                Step::Pause(pause) => {
                    if self.has_request(pause)? && response.is_written() {
                        return Ok(Next::Request);
                    }
                }
                Step::Stall => {
                    self.stream.peek(STALL)?;
                    return Ok(Next::Close);
                }
                Step::Leave(_) if self.has_request(0)? => return Ok(Next::Request),
                Step::Leave(left) => self.leave(play, left, &[])?,
                Step::Close => {
                    self.stream.say_goodbye();
                    return Ok(Next::Close);
                }
                Step::Reset => {
                    SockRef::from(self.stream.tcp()).set_linger(Some(Duration::ZERO))?;
                    return Ok(Next::Close);
                }
            }
        }
        Ok(Next::Request)
    }

    /// Waits until something arrives, the end of the connection included; counts requests that end a fault early.
    fn has_request(&self, millis: u64) -> io::Result<bool> {
        let arrived = self.stream.peek(Duration::from_millis(millis))?;
        if arrived.is_some_and(|bytes| bytes > 0) {
            self.shared.skipped.fetch_add(1, Ordering::SeqCst);
        }
        Ok(arrived.is_some())
    }

    /// Writes the response up to a place.
    fn write(&mut self, play: &Play<'_>, response: &mut Response, to: usize) -> io::Result<()> {
        self.stream.write_all(&response.message.bytes[response.written..to])?;
        response.written = to;
        if response.is_written() {
            self.is_whole(play, response);
        }
        Ok(())
    }

    fn drip(&mut self, play: &Play<'_>, response: &mut Response, pause: u64) -> io::Result<()> {
        for piece in 1..=8 {
            thread::sleep(Duration::from_millis(pause));
            let to = response.message.bytes.len() * piece / 8;
            self.write(play, response, to)?;
        }
        Ok(())
    }

    /// Notes that the response was written as a whole.
    fn is_whole(&mut self, play: &Play<'_>, response: &Response) {
        self.shared.ledger.written(response.serial);
        if play.fault.shape == Shape::ShortLength {
            self.left = Some(Leaving { fault: play.row, at: Instant::now(), is_met: false });
        }
        if play.fault.again == Again::Never {
            self.shared.ledger.whole(play.attempt);
        }
    }

    /// Writes bytes that belong to no request, after others.
    fn leave(&mut self, play: &Play<'_>, left: Left, after: &[u8]) -> io::Result<()> {
        let serial = self.shared.ledger.document(&play.attempt.identifier, play.row, true);
        let bytes = render_left(left, &play.facts(serial));
        self.stream.write_all(&[after, &bytes].concat())?;
        self.left = Some(Leaving { fault: play.row, at: Instant::now(), is_met: false });
        self.shared.ledger.written(serial);
        Ok(())
    }

    /// Reads a request: its attempt and its operation.
    fn request(&mut self) -> io::Result<Option<(Attempt, String)>> {
        self.stream.tcp().set_read_timeout(None)?;
        let mut part = [0; 16_384];
        loop {
            if let Some(head) = self.unread.windows(4).position(|part| part == b"\r\n\r\n").map(|at| at + 4) {
                let text = String::from_utf8_lossy(&self.unread[..head]).to_ascii_lowercase();
                let length = header(&text, "content-length").parse().unwrap_or(0);
                if self.unread.len() >= head + length {
                    let body = String::from_utf8_lossy(&self.unread[head..head + length]).into_owned();
                    self.unread.drain(..head + length);
                    return Ok(Some((attempt(&text, &body), field(&body, "Action").to_owned())));
                }
            }
            match self.stream.read(&mut part)? {
                0 => return Ok(None),
                read => self.unread.extend_from_slice(&part[..read]),
            }
        }
    }
}

/// A response that is being written.
struct Response {
    message: Message,
    serial: u64,
    written: usize,
}

impl Response {
    fn is_written(&self) -> bool {
        self.written == self.message.bytes.len()
    }
}

/// A fault that is being played.
struct Play<'a> {
    row: usize,
    fault: &'static Fault,
    attempt: &'a Attempt,
    operation: &'a str,
    status: &'a str,
}

impl Play<'_> {
    fn facts(&self, serial: u64) -> Facts<'_> {
        let identifier = &self.attempt.identifier;
        Facts { operation: self.operation, identifier, status: self.status, serial }
    }
}

/// Returns the attempt that a request belongs to; of its head in lower case, and of its body.
pub(crate) fn attempt(head: &str, body: &str) -> Attempt {
    let number = header(head, "amz-sdk-request").trim_start_matches("attempt=");
    Attempt {
        identifier: field(body, "ExportTaskIdentifier").to_owned(),
        invocation: header(head, "amz-sdk-invocation-id").to_owned(),
        number: number.split(';').next().and_then(|number| number.parse().ok()).unwrap_or(0),
    }
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    let of_name = |line: &'a str| line.strip_prefix(name)?.strip_prefix(':');
    head.lines().find_map(of_name).unwrap_or_default().trim()
}

fn field<'a>(body: &'a str, name: &str) -> &'a str {
    let of_name = |pair: &'a str| pair.strip_prefix(name)?.strip_prefix('=');
    body.split('&').find_map(of_name).unwrap_or_default()
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Stream {
    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(tcp) => tcp,
            Self::Tls(stream) => &stream.sock,
        }
    }

    /// Ends TLS as it should be ended, so that the client can tell a closed connection from a broken one.
    fn say_goodbye(&mut self) {
        if let Self::Tls(stream) = self {
            stream.conn.send_close_notify();
            // The client may be gone already.
            let _ = stream.flush();
        }
    }

    /// Waits until something arrives; returns how many bytes there are, at most one, and 0 at the connection's end.
    fn peek(&self, within: Duration) -> io::Result<Option<usize>> {
        let tcp = self.tcp();
        tcp.set_nonblocking(within.is_zero())?;
        tcp.set_read_timeout(Some(within.max(Duration::from_micros(1))))?;
        let peeked = tcp.peek(&mut [0]);
        tcp.set_nonblocking(false)?;
        match peeked {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(tcp) => tcp.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// The folder of the certificates that the client's own tests have.
pub(crate) const CERTIFICATES: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/awsquery-client/tests/client/tls");

fn tls_config() -> Arc<ServerConfig> {
    let file = |name| format!("{CERTIFICATES}/{name}");
    let certificate = CertificateDer::from_pem_file(file("server.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(file("server.key")).expect("a key");
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(ring).with_safe_default_protocol_versions();
    let builder = builder.expect("versions").with_no_client_auth();
    Arc::new(builder.with_single_cert(vec![certificate], key).expect("a configuration"))
}
