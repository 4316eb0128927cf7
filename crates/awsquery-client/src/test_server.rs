//! An HTTP server in the process, to test against: it answers on the wire as AWS does, or fails as told.
//!
//! It is made of [`awsquery::server`], needs no runtime and no account, and takes requests from any client. In tests that
//! run side by side each has a server of its own.
//!
//! ```
//! use awsquery_client::credentials::Credentials;
//! use awsquery_client::test_server::{TestFault, TestServer};
//! use awsquery_client::{Client, ConfigError};
//! use rds_protocol::Rds;
//! use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksOutput};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = TestServer::start::<Rds>(|request| {
//!     request.on(|_: DescribeExportTasks| Ok(DescribeExportTasksOutput::default()))
//! })?;
//! server.fault(TestFault::ResetBeforeAnswer);
//! let client = Client::builder()
//!     .region("eu-west-1")
//!     .endpoint_url(server.url())
//!     .credentials(Credentials::new("test", "test"))
//!     .build()?;
//!
//! # tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
//! // The first attempt fails, the second one is answered.
//! client.send(DescribeExportTasks::default()).await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! assert_eq!(server.requests().len(), 2);
//! # Ok(())
//! # }
//! ```

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use awsquery::server::Dispatch;
use awsquery::{Service, SignedDuration, Timestamp};
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, DATE, EXPECT, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Version};

/// The tolerance for a request's time, as AWS has it.
const TOLERATED: SignedDuration = SignedDuration::from_mins(5);

/// An HTTP server on this machine. It ends when it is dropped.
pub struct TestServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// A fault of one request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TestFault {
    /// Nothing: for a place in the row of faults.
    Nothing,
    /// The connection is reset before a request comes: when it is accepted, or after the response before.
    ResetWhileIdle,
    /// The connection is reset before the request is read.
    ResetBeforeRequest,
    /// The connection is reset when the request has been read, before any answer.
    ResetBeforeAnswer,
    /// The connection is reset in the middle of the answer's head.
    ResetInHead,
    /// The connection is reset when this many bytes of the answer's body were sent, at most all but the last.
    ResetInBody(usize),
    /// The connection is closed when this many bytes of the answer's body were sent.
    CloseInBody(usize),
    /// The body ends after this many bytes, and `Content-Length` says so: nothing on the connection tells of it.
    Truncate(usize),
    /// `Content-Length` is larger than the body by this much; then the connection is closed.
    LongContentLength(usize),
    /// The answer comes after so long.
    Delay(Duration),
    /// The answer's body comes byte by byte, each after so long.
    Trickle(Duration),
    /// Something else is answered, such as a proxy's HTML page or a throttling error.
    Response(Response<Bytes>),
}

impl TestFault {
    /// An error of the Query protocol, such as `Throttling` with status 400.
    pub fn error(code: &str, status: StatusCode) -> Self {
        Self::Response(error(code, status))
    }

    /// A page, of whatever format.
    pub fn page(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::Response(page(status, body))
    }
}

fn error(code: &str, status: StatusCode) -> Response<Bytes> {
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{code}</Message></Error>\
         <RequestId>test-fault</RequestId></ErrorResponse>"
    );
    page(status, body)
}

fn page(status: StatusCode, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response
}

type Handler = Box<dyn Fn(&Request<Bytes>) -> Response<Bytes> + Send + Sync>;

struct Shared {
    handler: Handler,
    faults: Mutex<VecDeque<TestFault>>,
    requests: Mutex<Vec<Request<Bytes>>>,
    /// The lead of the server's clock, if it checks clocks at all.
    clock: Mutex<Option<SignedDuration>>,
    /// The number of connections.
    accepted: AtomicU64,
    /// The open connections, to be closed at the end.
    connections: Mutex<BTreeMap<u64, TcpStream>>,
    is_over: AtomicBool,
}

impl TestServer {
    /// A server for operations of a service: `POST` by the form, presigned `GET` by the query.
    ///
    /// A handler that panics answers with status 500 and the panic's text, and the server goes on.
    ///
    /// # Errors
    ///
    /// No port of this machine is to be had.
    pub fn start<S: Service + 'static>(
        handler: impl Fn(Dispatch<S>) -> Dispatch<S> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let count = AtomicU64::new(1);
        Self::start_with(move |request| {
            let id = format!("test-{:04}", count.fetch_add(1, Ordering::Relaxed));
            let form = match *request.method() {
                Method::GET => request.uri().query().unwrap_or_default().as_bytes(),
                _ => &request.body()[..],
            };
            let answer = handler(Dispatch::new(form, id)).respond();
            answer.map_or_else(|error| unwritable(&error.to_string()), |answer| answer.map(Bytes::from))
        })
    }

    /// A server that answers each request by a function; when that panics, with status 500 and the panic's text.
    ///
    /// # Errors
    ///
    /// No port of this machine is to be had.
    pub fn start_with(
        handler: impl Fn(&Request<Bytes>) -> Response<Bytes> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            handler: Box::new(handler),
            faults: Mutex::default(),
            requests: Mutex::default(),
            clock: Mutex::default(),
            accepted: AtomicU64::new(0),
            connections: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || accept(&listener, &accepting));
        Ok(Self { address, shared })
    }

    /// Returns the URL: `http://127.0.0.1:PORT/`.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Adds a fault to the row: each request takes the next one.
    pub fn fault(&self, fault: TestFault) -> &Self {
        lock(&self.shared.faults).push_back(fault);
        self
    }

    /// Sets the server's clock so far ahead of this machine's, and refuses requests that are signed for a time more than
    /// five minutes off, as AWS does; presigned ones from when they expire.
    pub fn set_clock_ahead(&self, ahead: SignedDuration) {
        *lock(&self.shared.clock) = Some(ahead);
    }

    /// Returns the number of connections so far.
    pub fn connections(&self) -> u64 {
        self.shared.accepted.load(Ordering::SeqCst)
    }

    /// The number of faults that no request has taken yet.
    pub fn faults_left(&self) -> usize {
        lock(&self.shared.faults).len()
    }

    /// The requests so far. Those that were not read to their end are not among them.
    pub fn requests(&self) -> Vec<Request<Bytes>> {
        lock(&self.shared.requests).clone()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // What waits for a connection gets one, and sees that it is over.
        let _ = TcpStream::connect(self.address);
        for stream in lock(&self.shared.connections).values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl fmt::Debug for TestServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestServer").field("address", &self.address).finish_non_exhaustive()
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for (number, stream) in (0..).zip(listener.incoming()) {
        if shared.is_over.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else {
            // Such as too many open files: that passes, and not sooner for being asked all the time.
            thread::sleep(Duration::from_millis(20));
            continue;
        };
        shared.accepted.fetch_add(1, Ordering::SeqCst);
        if let Ok(other) = stream.try_clone() {
            lock(&shared.connections).insert(number, other);
        }
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            // A client that goes away is none of the server's business.
            let _ = serve(&stream, &shared);
            lock(&shared.connections).remove(&number);
        });
    }
}

/// Answers the requests of a connection, one after the other.
fn serve(stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::new();
    loop {
        if takes(shared, |fault| matches!(fault, TestFault::ResetWhileIdle)) {
            return reset_later(stream);
        }
        if !wait_for_request(stream, &mut buffer)? {
            return Ok(());
        }
        if takes(shared, |fault| matches!(fault, TestFault::ResetBeforeRequest)) {
            return reset(stream);
        }
        let request = match read_request(stream, &mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return refuse(stream, shared, &error);
            }
            request => request?,
        };
        lock(&shared.requests).push(request.clone());
        let fault = lock(&shared.faults).pop_front().unwrap_or(TestFault::Nothing);
        if !answer(stream, shared, &request, fault)? {
            return Ok(());
        }
    }
}

/// Takes the next fault of the row if it is this one.
fn takes(shared: &Shared, is_it: impl Fn(&TestFault) -> bool) -> bool {
    let mut faults = lock(&shared.faults);
    let is_next = faults.front().is_some_and(is_it);
    if is_next {
        faults.pop_front();
    }
    is_next
}

/// Returns true if there is a request, false at the end of the connection.
fn wait_for_request(stream: &TcpStream, buffer: &mut Vec<u8>) -> io::Result<bool> {
    Ok(!buffer.is_empty() || read_more(stream, buffer)? > 0)
}

fn read_request(mut stream: &TcpStream, buffer: &mut Vec<u8>) -> io::Result<Request<Bytes>> {
    let (head, head_length) = loop {
        match parse_head(buffer)? {
            Some(head) => break head,
            None => read_on(stream, buffer)?,
        }
    };
    let mut expects_continue = expects_continue(&head);
    loop {
        if let Some((body, length)) = body(head.headers(), &buffer[head_length..])? {
            buffer.drain(..head_length + length);
            return Ok(head.map(|()| body));
        }
        if std::mem::take(&mut expects_continue) {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        read_on(stream, buffer)?;
    }
}

fn read_on(stream: &TcpStream, buffer: &mut Vec<u8>) -> io::Result<()> {
    match read_more(stream, buffer)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

fn read_more(mut stream: &TcpStream, buffer: &mut Vec<u8>) -> io::Result<usize> {
    let mut bytes = [0; 8192];
    let read = stream.read(&mut bytes)?;
    buffer.extend_from_slice(&bytes[..read]);
    Ok(read)
}

/// Returns true if the client waits to be told to send the body, as curl does with one of a megabyte, for a second. HTTP/1.0 knows no
/// such answer.
fn expects_continue(head: &Request<()>) -> bool {
    let expected = head.headers().get(EXPECT).map(HeaderValue::as_bytes).unwrap_or_default();
    head.version() == Version::HTTP_11 && expected.eq_ignore_ascii_case(b"100-continue")
}

/// Returns the head of a request and its length, if it has arrived as a whole.
fn parse_head(buffer: &[u8]) -> io::Result<Option<(Request<()>, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Request::new(&mut headers);
    let length = match head.parse(buffer).map_err(|error| invalid(&error))? {
        httparse::Status::Complete(length) => length,
        httparse::Status::Partial => return Ok(None),
    };
    let mut request = Request::new(());
    for header in head.headers.iter() {
        let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|error| invalid(&error))?;
        let value = HeaderValue::from_bytes(header.value).map_err(|error| invalid(&error))?;
        request.headers_mut().append(name, value);
    }
    *request.method_mut() = head.method.unwrap_or_default().parse().map_err(|error| invalid(&error))?;
    *request.uri_mut() = head.path.unwrap_or_default().parse().map_err(|error| invalid(&error))?;
    *request.version_mut() = if head.version == Some(0) { Version::HTTP_10 } else { Version::HTTP_11 };
    // As RFC 9112 has it, and as servers do.
    match request.headers().get_all(HOST).iter().count() {
        1 => Ok(Some((request, length))),
        0 if request.version() == Version::HTTP_10 => Ok(Some((request, length))),
        count => Err(invalid(&format!("host: expected one, found {count}"))),
    }
}

/// A body and how many bytes it takes, if it is there as a whole.
fn body(headers: &HeaderMap, buffer: &[u8]) -> io::Result<Option<(Bytes, usize)>> {
    let text = |name| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).to_lowercase());
    let length = match (text(TRANSFER_ENCODING).as_deref(), text(CONTENT_LENGTH)) {
        (Some("chunked"), _) => return chunks(buffer),
        (Some(coding), _) => return Err(invalid(&format!("expected the coding chunked, found {coding:?}"))),
        (None, None) => 0,
        (None, Some(length)) => length
            .parse()
            .map_err(|_| invalid(&format!("content-length: expected a number, found {length:?}")))?,
    };
    Ok(buffer.get(..length).map(|body| (Bytes::copy_from_slice(body), length)))
}

/// A body in chunks, each with its size before it, up to the empty one and what trails it.
fn chunks(buffer: &[u8]) -> io::Result<Option<(Bytes, usize)>> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let size = httparse::parse_chunk_size(&buffer[at..]);
        let (start, size) = match size.map_err(|_| invalid(&"expected the size of a chunk"))? {
            httparse::Status::Complete((start, size)) => {
                (at + start, usize::try_from(size).unwrap_or(usize::MAX))
            }
            httparse::Status::Partial => return Ok(None),
        };
        if size == 0 {
            let mut trailers = [httparse::EMPTY_HEADER; 16];
            let trailers = httparse::parse_headers(&buffer[start..], &mut trailers);
            return Ok(match trailers.map_err(|error| invalid(&error))? {
                httparse::Status::Complete((length, _)) => Some((body.into(), start + length)),
                httparse::Status::Partial => None,
            });
        }
        let end = start.saturating_add(size);
        match (buffer.get(start..end), buffer.get(end..end.saturating_add(2))) {
            (Some(chunk), Some(b"\r\n")) => body.extend_from_slice(chunk),
            (Some(_), Some(_)) => return Err(invalid(&"expected a line break after a chunk")),
            _ => return Ok(None),
        }
        at = end + 2;
    }
}

fn invalid(error: &dyn fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}

/// Answers what is no request, and is done with the connection.
fn refuse(mut stream: &TcpStream, shared: &Shared, error: &io::Error) -> io::Result<()> {
    let response = page(StatusCode::BAD_REQUEST, format!("the request cannot be read: {error}"));
    stream.write_all(&head(&response, response.body().len(), now(shared), "close"))?;
    stream.write_all(response.body())
}

/// Returns the response of the handler, or one that reports its panic: whoever waits for the answer has to know, and the next request is
/// another one.
fn handled(shared: &Shared, request: &Request<Bytes>) -> Response<Bytes> {
    catch_unwind(AssertUnwindSafe(|| (shared.handler)(request))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        page(StatusCode::INTERNAL_SERVER_ERROR, format!("the test server's handler panicked: {text}"))
    })
}

/// Answers a request, and says whether the connection goes on.
fn answer(
    mut stream: &TcpStream,
    shared: &Shared,
    request: &Request<Bytes>,
    fault: TestFault,
) -> io::Result<bool> {
    match fault {
        TestFault::ResetBeforeAnswer => return reset(stream).map(|()| false),
        TestFault::Delay(delay) => thread::sleep(delay),
        _ => {}
    }
    let response = match &fault {
        TestFault::Response(response) => response.clone(),
        _ => refusal(shared, request).unwrap_or_else(|| handled(shared, request)),
    };
    let connection = connection(request, &response);
    let goes_on = connection != "close";
    let mut body = response.body().clone();
    let length = match fault {
        TestFault::Truncate(length) => length.min(body.len()),
        TestFault::LongContentLength(more) => body.len() + more,
        _ => body.len(),
    };
    let head = head(&response, length, now(shared), connection);
    if let TestFault::ResetInHead = fault {
        stream.write_all(&head[..head.len() / 2])?;
        return reset_later(stream).map(|()| false);
    }
    stream.write_all(&head)?;
    if request.method() == Method::HEAD {
        body.clear();
    }
    match fault {
        TestFault::ResetInBody(sent) => {
            stream.write_all(&body[..sent.min(body.len().saturating_sub(1))])?;
            reset_later(stream).map(|()| false)
        }
        TestFault::CloseInBody(sent) => {
            stream.write_all(&body[..sent.min(body.len())])?;
            Ok(false)
        }
        TestFault::Truncate(_) => stream.write_all(&body[..length.min(body.len())]).map(|()| goes_on),
        TestFault::LongContentLength(_) => stream.write_all(&body).map(|()| false),
        TestFault::Trickle(pause) => {
            for byte in body.iter() {
                thread::sleep(pause);
                stream.write_all(&[*byte])?;
            }
            Ok(goes_on)
        }
        _ => stream.write_all(&body).map(|()| goes_on),
    }
}

/// Returns the fate of the connection, as the response states it: HTTP/1.1 keeps it unless either side closes it, HTTP/1.0 closes it
/// unless it is asked to keep it.
fn connection(request: &Request<Bytes>, response: &Response<Bytes>) -> &'static str {
    let says = |headers: &HeaderMap, option: &str| {
        let values = headers.get_all(CONNECTION).into_iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|value| value.trim().eq_ignore_ascii_case(option))
    };
    let is_kept = request.version() != Version::HTTP_10 || says(request.headers(), "keep-alive");
    match is_kept && !says(request.headers(), "close") && !says(response.headers(), "close") {
        true => "keep-alive",
        false => "close",
    }
}

fn head(response: &Response<Bytes>, length: usize, now: Timestamp, connection: &str) -> Vec<u8> {
    let status = response.status();
    let mut head = format!("HTTP/1.1 {} {}\r\n", status.as_u16(), status.canonical_reason().unwrap_or("-"));
    for (name, value) in
        response.headers().iter().filter(|(name, _)| ![CONTENT_LENGTH, CONNECTION].contains(name))
    {
        head.push_str(&format!("{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes())));
    }
    if !response.headers().contains_key(DATE) {
        head.push_str(&format!("date: {}\r\n", now.strftime("%a, %d %b %Y %H:%M:%S GMT")));
    }
    head.push_str(&format!("connection: {connection}\r\ncontent-length: {length}\r\n\r\n"));
    head.into_bytes()
}

/// The response of AWS to a request that is signed for another time.
fn refusal(shared: &Shared, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    (*lock(&shared.clock))?;
    let (signed, lifetime) = signed_for(request)?;
    let age = now(shared).duration_since(signed);
    let is_current = -TOLERATED <= age && age <= lifetime;
    (!is_current).then(|| error("SignatureDoesNotMatch", StatusCode::FORBIDDEN))
}

/// The time that a request is signed for, and how long it is of use from then: by its headers, or by its query if it is presigned.
fn signed_for(request: &Request<Bytes>) -> Option<(Timestamp, SignedDuration)> {
    let query = |name| {
        let mut pairs = request.uri().query()?.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let (date, lifetime) = match request.headers().get("x-amz-date") {
        Some(date) => (date.to_str().ok()?, TOLERATED),
        None => (query("X-Amz-Date")?, SignedDuration::from_secs(query("X-Amz-Expires")?.parse().ok()?)),
    };
    let date = jiff::fmt::strtime::parse("%Y%m%dT%H%M%SZ", date).ok()?.to_datetime().ok()?;
    Some((jiff::tz::Offset::UTC.to_timestamp(date).ok()?, lifetime))
}

fn now(shared: &Shared) -> Timestamp {
    let ahead = lock(&shared.clock).unwrap_or_default();
    let now = Timestamp::now();
    now.checked_add(ahead).unwrap_or(now)
}

/// The output of a handler cannot be written: the one who wrote the test has to know.
fn unwritable(what: &str) -> Response<Bytes> {
    page(StatusCode::IM_A_TEAPOT, format!("the answer cannot be written: {what}"))
}

/// Ends a connection with a reset in place of a goodbye.
fn reset(stream: &TcpStream) -> io::Result<()> {
    socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO))
}

/// The same, when the client has got what is on the way: it would be lost with the reset.
fn reset_later(stream: &TcpStream) -> io::Result<()> {
    thread::sleep(Duration::from_millis(20));
    reset(stream)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
