//! The default HTTP client against a server that fails in every way: what is told, and within which time.

use crate::support::{Builder, Client};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use awsquery_client::awsquery::SignedDuration;
use awsquery_client::credentials::Credentials;
use awsquery_client::http::HttpErrorKind;
use awsquery_client::http::rustls::pki_types::pem::PemObject;
use awsquery_client::http::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use awsquery_client::http::rustls::{self, ServerConfig, ServerConnection, StreamOwned};
use awsquery_client::test_server::{TestFault, TestServer};
use awsquery_client::{DisplayErrorChain, Environment, Error, RetryPolicy};
use http::StatusCode;
use rds_protocol::Rds;
use rds_protocol::operations::{
    DescribeExportTasks, DescribeExportTasksError, DescribeExportTasksOutput, StartExportTask,
};
use rds_protocol::types::ExportTask;

use crate::export_task::export_task;

fn server() -> TestServer {
    TestServer::start::<Rds>(|request| {
        request.on(|_: StartExportTask| Ok(ExportTask::default())).on(|_: DescribeExportTasks| {
            let mut output = DescribeExportTasksOutput::default();
            output.export_tasks = Some(vec![export_task("nightly", |_| {})]);
            Ok(output)
        })
    })
    .expect("a server")
}

fn builder(server: &TestServer) -> Builder {
    let credentials = Credentials::new("test", "test");
    Client::builder().region("eu-west-1").endpoint_url(server.url()).credentials(credentials)
}

/// A client that does not try again.
fn single(server: &TestServer) -> Client {
    builder(server).retry_policy(RetryPolicy::STANDARD.max_attempts(1)).build().expect("a client")
}

type Answer = Result<DescribeExportTasksOutput, Error<DescribeExportTasksError>>;

async fn with(fault: TestFault) -> Answer {
    let server = server();
    server.fault(fault);
    single(&server).send(DescribeExportTasks::default()).await
}

fn broken(answer: &Answer) -> Option<HttpErrorKind> {
    match answer {
        Err(Error::Http(error)) => Some(error.kind()),
        _ => None,
    }
}

#[tokio::test]
async fn connections_that_break_are_told_as_such() {
    for fault in [
        TestFault::ResetBeforeRequest,
        TestFault::ResetBeforeAnswer,
        TestFault::ResetInBody(50),
        TestFault::CloseInBody(50),
        TestFault::LongContentLength(10),
    ] {
        let answer = with(fault.clone()).await;
        assert_eq!(broken(&answer), Some(HttpErrorKind::Interrupted), "{fault:?}: {answer:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_malformed_and_its_body_at_hand() {
    let answer = with(TestFault::Truncate(100)).await;
    let error = answer.expect_err("half an answer");
    assert!(matches!(error, Error::Malformed(_)), "{error}");
    assert_eq!(error.body().map(<[u8]>::len), Some(100));
    assert_eq!(error.request_id(), Some("test-0001"));
}

#[tokio::test]
async fn err_8_a_page_of_html_is_told_by_its_status() {
    let answer = with(TestFault::page(StatusCode::SERVICE_UNAVAILABLE, "<html>busy</html>")).await;
    let error = answer.expect_err("a page");
    assert_eq!(error.status(), Some(StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(error.to_string(), "status 503 without an error envelope: \"<html>busy</html>\"");
}

#[tokio::test]
async fn every_one_of_these_is_mended_by_another_attempt() {
    for fault in [
        TestFault::ResetBeforeRequest,
        TestFault::ResetBeforeAnswer,
        TestFault::ResetInBody(50),
        TestFault::CloseInBody(50),
        TestFault::LongContentLength(10),
        TestFault::Truncate(100),
        TestFault::page(StatusCode::BAD_GATEWAY, "bad"),
    ] {
        let server = server();
        server.fault(fault.clone());
        let client = builder(&server).build().expect("a client");
        let output = client.send(DescribeExportTasks::default()).await;
        let output = output.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!(output.export_tasks.iter().flatten().count(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_slow_answer_ends_with_the_attempt() {
    let server = server();
    server.fault(TestFault::Trickle(Duration::from_millis(100)));
    let start = Instant::now();
    let call =
        single(&server).call(DescribeExportTasks::default()).attempt_timeout(Duration::from_millis(300));
    let answer = call.send().await.map(|response| response.output);
    assert_eq!(broken(&answer), Some(HttpErrorKind::Timeout), "{answer:?}");
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_late_answer_ends_with_the_call() {
    let server = server();
    server.fault(TestFault::Delay(Duration::from_secs(5)));
    let start = Instant::now();
    let call = single(&server).call(DescribeExportTasks::default()).timeout(Duration::from_millis(300));
    let error = call.send().await.expect_err("no time");
    assert!(matches!(error, Error::DeadlineExceeded(_)) && error.is_timeout(), "{error}");
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn an_answer_may_be_so_long_and_no_longer() {
    let server = server();
    let call = || single(&server).call(DescribeExportTasks::default());
    call().response_limit(10_000).send().await.expect("an answer");
    let answer = call().response_limit(100).send().await.map(|response| response.output);
    assert_eq!(broken(&answer), Some(HttpErrorKind::TooLarge { limit: 100 }), "{answer:?}");
}

#[tokio::test]
async fn nobody_there_is_told_at_once() {
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
    let builder = Client::builder().region("eu-west-1").credentials(Credentials::new("test", "test"));
    let client = builder.endpoint_url(format!("http://127.0.0.1:{port}")).build().expect("a client");
    let answer = client.send(DescribeExportTasks::default()).await;
    assert_eq!(broken(&answer), Some(HttpErrorKind::Connect), "{answer:?}");
    let message = DisplayErrorChain(&answer.expect_err("nobody")).to_string();
    assert!(message.starts_with("cannot connect: ") && message.contains("refused"), "{message}");
}

#[test]
#[should_panic(expected = "there is no reactor running")]
fn a_call_outside_a_runtime_panics_as_documented() {
    let client = single(&server());
    let call = pin!(client.send(DescribeExportTasks::default()));
    let _ = call.poll(&mut Context::from_waker(Waker::noop()));
}

#[test]
#[should_panic(expected = "timers are disabled")]
fn a_call_on_a_runtime_without_timers_panics_as_documented() {
    let server = server();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    let _ = runtime.block_on(single(&server).send(DescribeExportTasks::default()));
}

#[tokio::test]
async fn what_speaks_no_tls_is_no_connection() {
    let server = server();
    let url = server.url().replace("http://", "https://");
    let client =
        builder(&server).endpoint_url(url).retry_policy(RetryPolicy::STANDARD.max_attempts(1)).build();
    let answer = client.expect("a client").send(DescribeExportTasks::default()).await;
    assert_eq!(broken(&answer), Some(HttpErrorKind::Connect), "{answer:?}");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let answer = with(TestFault::page(StatusCode::TEMPORARY_REDIRECT, "")).await;
    let error = answer.expect_err("a redirect");
    assert_eq!(error.to_string(), "status 307 with an empty body");
}

#[tokio::test]
async fn a_clock_that_is_off_by_a_day_is_corrected() {
    for days in [-1, 1] {
        let server = server();
        server.set_clock_ahead(SignedDuration::from_hours(24 * days));
        let client = builder(&server).build().expect("a client");
        for _ in 0..3 {
            client.send(DescribeExportTasks::default()).await.expect("an answer");
        }
        // One was refused, and none after it.
        assert_eq!(server.requests().len(), 4);
    }
}

#[tokio::test]
async fn a_presigned_call_is_answered_to_whoever_has_its_url() {
    let server = server();
    let url = single(&server).call(DescribeExportTasks::default()).presign(Duration::from_secs(60)).await;
    let answer = ureq::get(url.expect("a URL").as_str()).call().expect("an answer");
    let body = answer.into_body().read_to_string().expect("a body");
    assert!(body.contains("<ExportTaskIdentifier>nightly</ExportTaskIdentifier>"), "{body}");
}

#[tokio::test]
async fn a_presigned_call_is_answered_until_it_expires_by_the_server_s_clock() {
    let server = server();
    let call = single(&server).call(DescribeExportTasks::default());
    let url = call.presign(Duration::from_secs(60 * 60)).await.expect("a URL");
    let status = |minutes_ahead| {
        server.set_clock_ahead(SignedDuration::from_mins(minutes_ahead));
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        agent.get(url.as_str()).call().expect("an answer").status()
    };
    assert_eq!([0, 59, -4].map(status), [StatusCode::OK; 3]);
    assert_eq!([61, -6].map(status), [StatusCode::FORBIDDEN; 2]);
}

#[tokio::test]
async fn connections_are_used_again() {
    let server = server();
    let client = builder(&server).build().expect("a client");
    for _ in 0..5 {
        client.clone().send(DescribeExportTasks::default()).await.expect("an answer");
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn dropping_a_call_leaves_nothing_that_goes_on_calling() {
    let server = server();
    for _ in 0..3 {
        server.fault(TestFault::page(StatusCode::SERVICE_UNAVAILABLE, ""));
    }
    let client = builder(&server).build().expect("a client");
    let call = tokio::time::timeout(Duration::from_millis(5), client.send(DescribeExportTasks::default()));
    let _ = call.await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let sent = server.requests().len();
    assert!(sent <= 1, "{sent}");
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(server.requests().len(), sent);
}

/// A proxy that takes one connection, and gives what it was sent first.
fn proxy(answer: &'static str) -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let seen = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut bytes = [0; 16_384];
        let mut seen = String::new();
        while !seen.contains("\r\n\r\n") {
            let read = stream.read(&mut bytes).expect("a request");
            seen.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
        stream.write_all(answer.as_bytes()).expect("an answer");
        seen
    });
    (format!("http://user:pass@{address}"), seen)
}

#[tokio::test]
async fn a_proxy_of_ones_own_is_asked() {
    use awsquery_client::http::HyperClient;

    let call = async |url: &str, proxy: &str| {
        let http = HyperClient::new(Duration::from_secs(5)).with_proxy(proxy).expect("a proxy");
        let builder = Client::builder().region("eu-west-1").credentials(Credentials::new("test", "test"));
        let client = builder.http_client(Arc::new(http)).endpoint_url(url);
        let client = client.retry_policy(RetryPolicy::STANDARD.max_attempts(1)).build().expect("a client");
        client.send(DescribeExportTasks::default()).await
    };
    // Without TLS the proxy gets the request as a whole.
    let (url, seen) = proxy("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let _ = call("http://rds.example.com/", &url).await;
    let seen = seen.join().expect("a request");
    assert!(seen.starts_with("POST http://rds.example.com/ HTTP/1.1\r\n"), "{seen}");
    assert!(seen.contains("proxy-authorization: Basic dXNlcjpwYXNz\r\n"), "{seen}");

    // With TLS it makes a tunnel.
    let (url, seen) = proxy("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
    let answer = call("https://rds.example.com/", &url).await;
    assert_eq!(broken(&answer), Some(HttpErrorKind::Connect), "{answer:?}");
    let address = url.trim_start_matches("http://user:pass@");
    let message = DisplayErrorChain(&answer.expect_err("no tunnel")).to_string();
    assert!(message.contains(&format!(": through the proxy {address}: tunnel error: ")), "{message}");
    let seen = seen.join().expect("a request");
    assert!(seen.starts_with("CONNECT rds.example.com:443 HTTP/1.1\r\n"), "{seen}");
    assert!(!seen.contains("AWS4-HMAC"), "{seen}");
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_told_without_its_password() {
    let nobody = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port");
    let proxy = format!("http://user:hunter2@{nobody}");
    for (name, url) in [("HTTP_PROXY", "http://rds.example.com"), ("HTTPS_PROXY", "https://rds.example.com")]
    {
        let environment = Environment::from_vars([(name, &proxy)]);
        let builder = Client::builder().region("eu-west-1").environment(environment).endpoint_url(url);
        let builder = builder.credentials(Credentials::new("test", "test"));
        let client = builder.retry_policy(RetryPolicy::STANDARD.max_attempts(1)).build().expect("a client");
        let answer = client.send(DescribeExportTasks::default()).await;
        assert_eq!(broken(&answer), Some(HttpErrorKind::Connect), "{answer:?}");
        let message = DisplayErrorChain(&answer.expect_err("nobody")).to_string();
        assert!(message.contains(&format!(": through the proxy {nobody}: ")), "{message}");
        assert!(message.contains("refused") && !message.contains("hunter2"), "{message}");
    }
}

/// The configuration of a server with TLS; the tests' own authority vouches for it.
pub(crate) fn tls_config() -> Arc<ServerConfig> {
    let certificate =
        CertificateDer::from_pem_slice(include_bytes!("tls/server.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key")).expect("a key");
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(ring).with_safe_default_protocol_versions();
    let config = config.expect("versions").with_no_client_auth().with_single_cert(vec![certificate], key);
    Arc::new(config.expect("a configuration"))
}

/// The certificate of the tests' own authority.
pub(crate) fn ca_bundle() -> String {
    format!("{}/tests/client/tls/ca.pem", env!("CARGO_MANIFEST_DIR"))
}

/// A server with TLS, for one connection.
fn tls_server() -> String {
    let config = tls_config();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a connection");
        let connection = ServerConnection::new(config).expect("a connection");
        let mut stream = StreamOwned::new(connection, stream);
        let (mut bytes, mut seen) = ([0; 16_384], String::new());
        while !seen.contains("Version=2014-10-31") {
            match stream.read(&mut bytes) {
                Ok(0) | Err(_) => return,
                Ok(read) => seen.push_str(&String::from_utf8_lossy(&bytes[..read])),
            }
        }
        let body = crate::support::EMPTY;
        let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    });
    format!("https://localhost:{port}")
}

#[tokio::test]
async fn certificates_are_trusted_as_told() {
    let file = |name| format!("{}/tests/client/tls/{name}", env!("CARGO_MANIFEST_DIR"));
    let client = |vars: &[(&str, &str)]| {
        let environment = Environment::from_vars(vars.iter().copied());
        let builder =
            Client::builder().region("eu-west-1").environment(environment).endpoint_url(tls_server());
        let builder = builder.credentials(Credentials::new("test", "test"));
        builder.retry_policy(RetryPolicy::STANDARD.max_attempts(1)).build()
    };
    let trusting = client(&[("AWS_CA_BUNDLE", &file("ca.pem"))]).expect("a client");
    trusting.send(DescribeExportTasks::default()).await.expect("an answer");

    let answer = client(&[]).expect("a client").send(DescribeExportTasks::default()).await;
    assert_eq!(broken(&answer), Some(HttpErrorKind::Connect), "{answer:?}");

    let error = client(&[("AWS_CA_BUNDLE", &file("server.key"))]).expect_err("no certificates").to_string();
    assert!(error.ends_with("server.key: expected certificates in PEM format, found none"), "{error}");
}

/// One has an extension that is not well-formed; OpenSSL, which reads those later, has no objection.
#[tokio::test]
async fn a_bundle_is_trusted_as_far_as_it_can_be_used() {
    let (ca, unusable) = (include_str!("tls/ca.pem"), include_str!("tls/unusable.pem"));
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("bundle.pem");
    let client = |bundle: &str| {
        std::fs::write(&path, bundle).expect("a file");
        let environment = Environment::from_vars([("AWS_CA_BUNDLE", path.to_str().expect("a path"))]);
        let builder = Client::builder().region("eu-west-1").environment(environment);
        builder.endpoint_url(tls_server()).credentials(Credentials::new("test", "test")).build()
    };
    for bundle in [format!("{unusable}{ca}"), format!("{ca}{unusable}")] {
        let client = client(&bundle).expect("a client");
        client.send(DescribeExportTasks::default()).await.expect("an answer");
    }

    let error = client(unusable).expect_err("no certificate of use").to_string();
    let expected =
        "bundle.pem: expected certificates that rustls can use, found none among those that are there";
    assert!(error.starts_with("AWS_CA_BUNDLE: ") && error.ends_with(expected), "{error}");

    // What is broken is no bundle: it may have been cut off.
    let cut_off = &ca[..ca.len() / 2];
    let error = client(&format!("{ca}{cut_off}")).expect_err("half a certificate").to_string();
    assert!(error.contains("bundle.pem: ") && !error.contains("found none"), "{error}");
}
