//! What the tests have in common: time and dice that stand still, and an HTTP client that plays a script.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use awsquery_client::awsquery::Timestamp;
use awsquery_client::credentials::Credentials;
use awsquery_client::http::{HttpClient, HttpError, HttpErrorKind, HttpOptions};
use awsquery_client::{BoxFuture, Clock, Random};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use rds_protocol::Rds;

/// The client under test, and what makes it.
pub(crate) type Client = awsquery_client::Client<Rds>;
pub(crate) type Builder = awsquery_client::Builder<Rds>;

/// An empty listing of exports.
pub(crate) const EMPTY: &str = "<DescribeExportTasksResponse><DescribeExportTasksResult/><ResponseMetadata>\
    <RequestId>done</RequestId></ResponseMetadata></DescribeExportTasksResponse>";

/// Tokio's time, which tests pause, from a pinned time of day on.
#[derive(Debug)]
pub(crate) struct PinnedClock {
    start: tokio::time::Instant,
    day: Timestamp,
}

impl PinnedClock {
    pub(crate) fn new() -> Self {
        Self { start: tokio::time::Instant::now(), day: "2026-01-02T03:04:05Z".parse().expect("a time") }
    }
}

impl Clock for PinnedClock {
    fn now(&self) -> Timestamp {
        self.day + self.start.elapsed()
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// Dice that always fall in the middle.
#[derive(Debug)]
pub(crate) struct Middle;

impl Random for Middle {
    fn bits(&self) -> u128 {
        1 << 127
    }
}

/// What comes of an attempt.
#[derive(Clone)]
pub(crate) enum Reply {
    Answer(Response<Bytes>),
    Broken(HttpErrorKind),
    /// Nothing, ever.
    Hang,
}

pub(crate) fn page(status: u16, body: &str) -> Reply {
    let mut response = Response::new(Bytes::from(body.to_owned()));
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    Reply::Answer(response)
}

pub(crate) fn ok(body: &str) -> Reply {
    page(200, body)
}

pub(crate) fn error(status: u16, code: &str) -> Reply {
    page(
        status,
        &format!(
            "<ErrorResponse><Error><Code>{code}</Code><Message>No.</Message></Error>\
             <RequestId>refused</RequestId></ErrorResponse>"
        ),
    )
}

impl Reply {
    pub(crate) fn header(self, name: &'static str, value: &str) -> Self {
        match self {
            Self::Answer(mut response) => {
                let value = HeaderValue::from_str(value).expect("a value");
                response.headers_mut().insert(name, value);
                Self::Answer(response)
            }
            other => other,
        }
    }
}

/// An HTTP client that plays a script, the last line of it for ever.
#[derive(Default)]
pub(crate) struct Script {
    replies: Mutex<VecDeque<Reply>>,
    requests: Mutex<Vec<Request<Bytes>>>,
}

impl Script {
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        let replies = Mutex::new(replies.into_iter().collect());
        Arc::new(Self { replies, requests: Mutex::default() })
    }

    pub(crate) fn requests(&self) -> Vec<Request<Bytes>> {
        self.requests.lock().expect("requests").clone()
    }

    pub(crate) fn bodies(&self) -> Vec<String> {
        self.requests().iter().map(|request| String::from_utf8_lossy(request.body()).into_owned()).collect()
    }

    /// A header of each request.
    pub(crate) fn header(&self, name: &str) -> Vec<String> {
        self.requests().iter().map(|request| text(request.headers(), name)).collect()
    }
}

pub(crate) fn text(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).map_or("none", |value| value.to_str().expect("text")).to_owned()
}

impl HttpClient for Script {
    fn send(
        &self,
        request: Request<Bytes>,
        _: HttpOptions,
    ) -> BoxFuture<'_, Result<Response<Bytes>, HttpError>> {
        self.requests.lock().expect("requests").push(request);
        let mut replies = self.replies.lock().expect("replies");
        let reply = match replies.len() {
            1 => replies.front().cloned(),
            _ => replies.pop_front(),
        };
        drop(replies);
        Box::pin(async move {
            match reply.expect("a line of the script") {
                Reply::Answer(response) => Ok(response),
                Reply::Broken(kind) => Err(HttpError::new(kind)),
                Reply::Hang => std::future::pending().await,
            }
        })
    }
}

/// A client of a script, with time and dice that stand still.
pub(crate) fn builder(script: &Arc<Script>) -> Builder {
    Client::builder()
        .region("us-east-1")
        .credentials(Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"))
        .http_client(Arc::clone(script) as Arc<dyn HttpClient>)
        .clock(PinnedClock::new())
        .random(Middle)
}

pub(crate) fn client(script: &Arc<Script>) -> Client {
    builder(script).build().expect("a client")
}
