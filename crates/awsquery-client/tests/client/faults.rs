//! What goes wrong between client and server in the middle of work: what is told, within which time, and that no task is lost
//! or doubled. Single answers that break are in [`crate::http`], single attempts in [`crate::retries`].

use std::collections::VecDeque;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use awsquery_client::awsquery::server::{Dispatch, Fault};
use awsquery_client::credentials::{Credentials, CredentialsError, ProvideCredentials};
use awsquery_client::http::{HttpError, HttpErrorKind, from_fn};
use awsquery_client::test_server::{TestFault, TestServer};
use awsquery_client::{BoxFuture, DisplayErrorChain, Error, Random, RetryPolicy};
use bytes::Bytes;
use http::{Request, StatusCode};
use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksOutput, StartExportTask};
use rds_protocol::{Rds, RdsError};

use crate::export_task::export_task;
use crate::support::{Builder, Client, EMPTY, Middle, PinnedClock, Reply, error, page};

/// Dice that always show zero: pauses before other attempts take no time.
#[derive(Debug)]
struct Zero;

impl Random for Zero {
    fn bits(&self) -> u128 {
        0
    }
}

/// Resets at every stage of a request and its response, in their order.
const RESETS: [TestFault; 7] = [
    TestFault::ResetWhileIdle,
    TestFault::ResetBeforeRequest,
    TestFault::ResetBeforeAnswer,
    TestFault::ResetInHead,
    TestFault::ResetInBody(0),
    TestFault::ResetInBody(100),
    // Before the last byte.
    TestFault::ResetInBody(usize::MAX),
];

/// True if the server has the whole request by then.
fn is_after_request(reset: &TestFault) -> bool {
    !matches!(reset, TestFault::ResetWhileIdle | TestFault::ResetBeforeRequest)
}

/// A page of so many exports: a page's marker is the number of its first one.
fn exports(
    request: &DescribeExportTasks,
    count: usize,
    size: usize,
) -> Result<DescribeExportTasksOutput, Fault> {
    let from = request.marker.as_deref().unwrap_or("0").parse::<usize>();
    let from = from.map_err(|_| Fault::of(RdsError::ExportTaskNotFoundFault))?;
    let to = (from + size).min(count);
    let mut output = DescribeExportTasksOutput::default();
    output.export_tasks = Some((from..to).map(|number| export_task(number, |_| {})).collect());
    output.marker = (to < count).then(|| to.to_string());
    Ok(output)
}

fn server(count: usize, size: usize) -> TestServer {
    TestServer::start::<Rds>(move |request| {
        request
            .on(|_: StartExportTask| Ok(export_task(0, |_| {})))
            .on(move |request: DescribeExportTasks| exports(&request, count, size))
    })
    .expect("a server")
}

fn builder(url: String) -> Builder {
    let builder = Client::builder().region("eu-west-1").endpoint_url(url);
    builder.credentials(Credentials::new("test", "test")).random(Zero)
}

fn client(url: String) -> Client {
    builder(url).build().expect("a client")
}

/// Lists all, and expects each export once and in its place.
async fn list(client: &Client, count: usize) {
    let mut items = client.items(DescribeExportTasks::default());
    for number in 0..count {
        let item = items.next().await.unwrap_or_else(|| panic!("the listing ended before {number}"));
        let item = item.unwrap_or_else(|error| panic!("at {number}: {error}"));
        assert_eq!(item.export_task_identifier, Some(number.to_string()));
    }
    assert!(items.next().await.is_none(), "more than {count}");
}

#[tokio::test]
async fn a_reset_at_any_stage_is_told_as_a_lost_connection_at_once() {
    for reset in RESETS {
        let server = server(1, 1);
        server.fault(reset.clone());
        let client = builder(server.url()).retry_policy(RetryPolicy::STANDARD.max_attempts(1));
        let start = Instant::now();
        let answer = client.build().expect("a client").send(DescribeExportTasks::default()).await;
        let error = answer.expect_err("no answer");
        assert!(start.elapsed() < Duration::from_secs(2), "{reset:?}: {:?}", start.elapsed());
        let kind = match &error {
            Error::Http(error) => Some(error.kind()),
            _ => None,
        };
        // What is accepted and reset at once may break while it is still being set up.
        let is_lost = kind == Some(HttpErrorKind::Interrupted)
            || matches!(reset, TestFault::ResetWhileIdle) && kind == Some(HttpErrorKind::Connect);
        assert!(is_lost, "{reset:?}: {}", DisplayErrorChain(&error));
        assert_eq!(server.requests().len(), usize::from(is_after_request(&reset)), "{reset:?}");
    }
}

#[tokio::test]
async fn a_reset_at_any_stage_is_mended_by_another_attempt() {
    for reset in RESETS {
        let server = server(3, 10);
        server.fault(reset.clone()).fault(reset.clone());
        list(&client(server.url()), 3).await;
        assert_eq!(server.faults_left(), 0, "{reset:?}");
        assert_eq!(server.requests().len(), 1 + 2 * usize::from(is_after_request(&reset)), "{reset:?}");
    }
}

#[tokio::test]
async fn a_connection_that_was_kept_and_is_reset_is_replaced() {
    for reset in RESETS {
        let server = server(1, 1);
        server.fault(TestFault::Nothing).fault(TestFault::Nothing).fault(reset.clone());
        let client = client(server.url());
        for _ in 0..4 {
            client
                .send(DescribeExportTasks::default())
                .await
                .unwrap_or_else(|error| panic!("{reset:?}: {error}"));
        }
        assert_eq!(server.faults_left(), 0, "{reset:?}");
    }
}

#[tokio::test]
async fn of_a_thousand_pages_with_resets_at_every_stage_no_task_is_lost_or_doubled() {
    let server = server(100_000, 100);
    // Every third exchange breaks, at one stage after the other.
    for number in 0..1499 {
        server.fault(if number % 3 == 2 {
            RESETS[number / 3 % RESETS.len()].clone()
        } else {
            TestFault::Nothing
        });
    }
    let start = Instant::now();
    list(&client(server.url()), 100_000).await;
    assert_eq!(server.faults_left(), 0);
    assert!(start.elapsed() < Duration::from_secs(120), "{:?}", start.elapsed());
}

#[tokio::test]
async fn of_pages_with_every_kind_of_bad_answer_no_task_is_lost_or_doubled() {
    let server = server(2000, 10);
    let html = "<html><body>503 Service Temporarily Unavailable</body></html>";
    for _ in 0..8 {
        for fault in [
            TestFault::page(StatusCode::SERVICE_UNAVAILABLE, html),
            TestFault::error("Throttling", StatusCode::BAD_REQUEST),
            TestFault::Truncate(200),
            TestFault::LongContentLength(5),
            TestFault::CloseInBody(300),
            TestFault::page(StatusCode::OK, "<html><body>a captive portal</body></html>"),
            TestFault::page(StatusCode::OK, ""),
            TestFault::error("InternalFailure", StatusCode::INTERNAL_SERVER_ERROR),
        ] {
            server.fault(TestFault::Nothing).fault(fault);
        }
    }
    list(&client(server.url()), 2000).await;
    // Each of the 64 cost one attempt more.
    assert_eq!(server.requests().len(), 200 + 64);
}

/// A server of raw answers, one a request, on connections that stay open.
fn raw(answers: impl IntoIterator<Item = Vec<u8>>) -> SocketAddr {
    use std::io::{Read, Write};

    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let answers: Arc<Mutex<VecDeque<_>>> = Arc::new(Mutex::new(answers.into_iter().collect()));
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let answers = Arc::clone(&answers);
            thread::spawn(move || {
                let mut seen = Vec::new();
                let mut part = [0; 16_384];
                while let Ok(read @ 1..) = stream.read(&mut part) {
                    seen.extend_from_slice(&part[..read]);
                    if seen.ends_with(b"Version=2014-10-31") {
                        seen.clear();
                        let answer = answers.lock().expect("answers").pop_front().unwrap_or_default();
                        let _ = stream.write_all(&answer);
                    }
                }
            });
        }
    });
    address
}

fn answer(content_length: usize, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {content_length}\r\n\r\n{body}").into_bytes()
}

#[tokio::test]
async fn what_comes_after_a_content_length_that_is_too_short_is_in_no_other_answer() {
    let later = EMPTY.replace("done", "later");
    let address = raw([answer(100, EMPTY), answer(later.len(), &later)]);
    let client = builder(format!("http://{address}/")).retry_policy(RetryPolicy::STANDARD.max_attempts(1));
    let client = client.build().expect("a client");
    let error = client.send(DescribeExportTasks::default()).await.expect_err("half an answer");
    assert!(matches!(error, Error::Malformed(_)), "{error}");
    assert_eq!(error.body(), Some(&EMPTY.as_bytes()[..100]));
    let response = client.call(DescribeExportTasks::default()).send().await.expect("the other answer");
    assert_eq!(response.request_id.as_deref(), Some("later"));
}

#[tokio::test]
async fn a_content_length_that_is_too_long_ends_with_the_attempt_if_the_connection_stays_open() {
    let address = raw([answer(EMPTY.len() + 1, EMPTY), answer(EMPTY.len(), EMPTY)]);
    let client = builder(format!("http://{address}/")).attempt_timeout(Duration::from_millis(500));
    let start = Instant::now();
    client.build().expect("a client").send(DescribeExportTasks::default()).await.expect("the second answer");
    assert!((500..3000).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_slow_trickle_of_many_answers_ends_with_the_call() {
    let server = server(10, 10);
    for _ in 0..10 {
        server.fault(TestFault::Trickle(Duration::from_millis(50)));
    }
    let client = builder(server.url()).attempt_timeout(Duration::from_millis(150));
    let client =
        client.retry_policy(RetryPolicy::STANDARD.max_attempts(100)).timeout(Duration::from_millis(500));
    let start = Instant::now();
    let error =
        client.build().expect("a client").send(DescribeExportTasks::default()).await.expect_err("no time");
    assert!(matches!(error, Error::DeadlineExceeded(_)), "{error}");
    assert!((500..2000).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
    assert!((2..=4).contains(&server.requests().len()), "{}", server.requests().len());
}

#[tokio::test]
async fn a_clock_that_jumps_by_a_day_within_a_listing_loses_no_task() {
    let server = server(60, 10);
    let client = client(server.url());
    let mut items = client.items(DescribeExportTasks::default());
    for number in 0..60 {
        match number {
            20 => server.set_clock_ahead(awsquery_client::awsquery::SignedDuration::from_hours(24)),
            40 => server.set_clock_ahead(awsquery_client::awsquery::SignedDuration::from_hours(-24)),
            _ => {}
        }
        let item = items.next().await.expect("an item").expect("an item");
        assert_eq!(item.export_task_identifier, Some(number.to_string()));
    }
    assert!(items.next().await.is_none());
    // One was refused at each jump.
    assert_eq!(server.requests().len(), 6 + 2);
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_throttling_is_not_made_worse_and_every_call_ends_in_its_time() {
    const CALLS: usize = 1000;
    let (sent, end) = (Arc::new(AtomicUsize::new(0)), tokio::time::Instant::now() + Duration::from_secs(30));
    let counter = Arc::clone(&sent);
    let http = from_fn(move |_, _| {
        counter.fetch_add(1, Ordering::SeqCst);
        async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            let reply = match tokio::time::Instant::now() < end {
                true => error(400, "Throttling"),
                false => page(200, EMPTY),
            };
            let Reply::Answer(response) = reply else { unreachable!("an answer") };
            Ok::<_, HttpError>(response)
        }
    });
    let client = Client::builder().region("us-east-1").credentials(Credentials::new("test", "test"));
    let client = client.http_client(http).clock(PinnedClock::new()).random(Middle);
    let client = client.timeout(Duration::from_secs(10)).build().expect("a client");

    let start = tokio::time::Instant::now();
    let calls: Vec<_> = (0..CALLS)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(DescribeExportTasks::default()).await })
        })
        .collect();
    for call in calls {
        let error = call.await.expect("a call").expect_err("throttled");
        assert_eq!(error.code(), Some("Throttling"), "{error}");
    }
    assert!(start.elapsed() <= Duration::from_secs(10), "{:?}", start.elapsed());
    // The quota is 500 and a retry costs 5: a tenth more, where three attempts each would be 3000.
    assert_eq!(sent.load(Ordering::SeqCst), CALLS + 100);

    tokio::time::sleep_until(end).await;
    for _ in 0..10 {
        client.send(DescribeExportTasks::default()).await.expect("an answer after the storm");
    }
    assert_eq!(sent.load(Ordering::SeqCst), CALLS + 100 + 10);
}

/// Keys by number; the service takes each for so many requests.
#[derive(Debug, Clone, Default)]
struct Keys(Arc<AtomicUsize>);

impl ProvideCredentials for Keys {
    fn provide(&self) -> BoxFuture<'_, Result<Credentials, CredentialsError>> {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        // Sooner than this says the service has had enough of it.
        let expires_at = "2026-01-03T00:00:00Z".parse().expect("a time");
        Box::pin(
            async move { Ok(Credentials::new(format!("KEY{number}"), "secret").with_expiry(expires_at)) },
        )
    }
}

/// A listing of so many exports, by ten a page, that takes each key for seven requests.
fn fickle(count: usize) -> TestServer {
    let served = AtomicUsize::new(0);
    let answer = move |request: &Request<Bytes>| {
        let header = request.headers()["authorization"].to_str().expect("text");
        let key = header.split("Credential=KEY").nth(1).and_then(|key| key.split('/').next());
        let key = key.and_then(|key| key.parse::<usize>().ok());
        let is_expired = key != Some(served.load(Ordering::SeqCst) / 7);
        let dispatch =
            Dispatch::<Rds>::new(&request.body()[..], "fickle").on(|request: DescribeExportTasks| {
                if is_expired {
                    return Err(Fault::new("ExpiredToken", StatusCode::FORBIDDEN));
                }
                served.fetch_add(1, Ordering::SeqCst);
                exports(&request, count, 10)
            });
        dispatch.respond().expect("an answer").map(Bytes::from)
    };
    TestServer::start_with(answer).expect("a server")
}

#[tokio::test]
async fn credentials_that_expire_within_a_listing_are_renewed_and_no_task_is_lost() {
    let server = fickle(1000);
    let keys = Keys::default();
    let client = builder(server.url()).credentials(keys.clone()).clock(PinnedClock::new());
    list(&client.build().expect("a client"), 1000).await;
    // 100 pages, 7 a key: 15 keys, and one refusal for each but the first.
    assert_eq!(keys.0.load(Ordering::SeqCst), 15);
    assert_eq!(server.requests().len(), 100 + 14);
}

#[tokio::test]
async fn credentials_that_cannot_be_renewed_end_a_listing_that_can_be_resumed() {
    let server = fickle(100);
    let stale = Client::builder().region("eu-west-1").endpoint_url(server.url());
    let stale = stale.credentials(Credentials::new("KEY0", "secret")).build().expect("a client");
    let mut items = stale.items(DescribeExportTasks::default());
    for _ in 0..70 {
        items.next().await.expect("an item").expect("an item");
    }
    let error = items.next().await.expect("an error").expect_err("an error");
    assert_eq!(error.code(), Some("ExpiredToken"));

    let fresh = Client::builder().region("eu-west-1").endpoint_url(server.url());
    let fresh = fresh.credentials(Credentials::new("KEY1", "secret")).build().expect("a client");
    let mut rest = fresh.items(DescribeExportTasks::default()).resume(items.position());
    for number in 70..100 {
        let item = rest.next().await.expect("an item").expect("an item");
        assert_eq!(item.export_task_identifier, Some(number.to_string()));
    }
    assert!(rest.next().await.is_none());
}

#[tokio::test]
async fn an_effect_whose_answer_was_lost_is_found_by_the_attempt_after_it() {
    let started = AtomicUsize::new(0);
    let server = TestServer::start::<Rds>(move |request| {
        request.on(|_: StartExportTask| match started.fetch_add(1, Ordering::SeqCst) {
            0 => Ok(export_task(0, |_| {})),
            _ => Err(Fault::of(RdsError::ExportTaskAlreadyExistsFault)),
        })
    })
    .expect("a server");
    server.fault(TestFault::ResetInBody(50));
    let start = StartExportTask::default()
        .export_task_identifier("nightly")
        .source_arn("arn:aws:rds:eu-west-1:123456789012:snapshot:s")
        .s3_bucket_name("bucket")
        .iam_role_arn("role")
        .kms_key_id("key");
    let error = client(server.url()).send(start).await.expect_err("it was started before");
    assert_eq!(error.service_kind(), Some(RdsError::ExportTaskAlreadyExistsFault));
    assert_eq!(server.requests().len(), 2);
}
