//! What the HTTP client adds to requests by itself, seen by a server that reads bytes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use awsquery_client::awsquery::Timestamp;
use awsquery_client::credentials::{Credentials, CredentialsError, ProvideCredentials};
use awsquery_client::http::{HyperClient, from_fn, rustls};
use awsquery_client::{BoxFuture, DisplayErrorChain, Environment, RetryPolicy};
use rds_protocol::operations::{CopyDBSnapshot, DescribeExportTasks};

use crate::support::{Client, EMPTY, Script, client, page};

/// A server that responds to each connection with what is made of the head of its request, and tells the heads.
fn server(respond: impl Fn(&str) -> String + Send + 'static) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (sender, heads) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let (mut seen, mut part) = (Vec::new(), [0; 4096]);
            while !seen.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
                match stream.read(&mut part) {
                    Ok(read) if read > 0 => seen.extend_from_slice(&part[..read]),
                    _ => break,
                }
            }
            let head = String::from_utf8_lossy(&seen).into_owned();
            let body = respond(&head);
            let head = sender.send(head).map(|()| format!("content-length: {}", body.len()));
            let Ok(head) = head else { return };
            // Whoever has what it wanted may be gone.
            let _ = write!(stream, "HTTP/1.1 407 No\r\nconnection: close\r\n{head}\r\n\r\n{body}");
        }
    });
    (address, heads)
}

fn once() -> RetryPolicy {
    RetryPolicy::STANDARD.max_attempts(1)
}

/// RFC 9112, section 3.2: a server refuses a request without it, as those of Go do, of which agents for credentials are made.
#[tokio::test]
async fn requests_for_credentials_have_a_host_and_a_length() {
    let (address, heads) = server(|_| String::new());
    for (name, path) in
        [("AWS_CONTAINER_CREDENTIALS_FULL_URI", "/creds"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "")]
    {
        let uri = format!("http://{address}{path}");
        let environment = Environment::from_vars([(name, uri.as_str()), ("AWS_REGION", "us-east-1")]);
        let client = Client::builder().environment(environment).build().expect("a client");
        client.send(DescribeExportTasks::default()).await.expect_err("no credentials");
        let head = heads.recv().expect("a request");
        assert!(head.contains(&format!("\r\nhost: {address}\r\n")), "{head}");
        assert!(head.contains("\r\ncontent-length: 0\r\n"), "{head}");
    }
}

#[tokio::test]
async fn a_request_of_one_s_own_gets_a_host() {
    use awsquery_client::http::HttpClient;

    let (address, heads) = server(|_| String::new());
    let http = HyperClient::new(Duration::from_secs(5));
    let options = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&options);
    let spy = from_fn(move |_, options| {
        *seen.lock().expect("options") = Some(options);
        async { Ok(http::Response::new(EMPTY.into())) }
    });
    let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    let client = Client::builder().region("us-east-1").credentials(credentials).http_client(spy);
    client.build().expect("a client").send(DescribeExportTasks::default()).await.expect("a response");
    let options = options.lock().expect("options").expect("options");
    let request =
        http::Request::get(format!("http://{address}/")).body(Default::default()).expect("a request");
    http.send(request, options).await.expect("a response");
    assert!(heads.recv().expect("a request").contains(&format!("\r\nhost: {address}\r\n")));
}

#[tokio::test]
async fn a_proxy_that_echoes_the_request_gives_no_password_away() {
    let (address, heads) = server(|head| format!("denied: {head}"));
    let http = HyperClient::new(Duration::from_secs(5));
    let http = http.with_proxy(&format!("http://me:HUNTER2HUNTER2@{address}")).expect("a proxy");
    let client = Client::builder().region("us-east-1").http_client(Arc::new(http)).retry_policy(once());
    let client =
        client.credentials(Credentials::new("AKIDEXAMPLE", "secret")).endpoint_url("http://rds.example/");
    let error = client.build().expect("a client").send(DescribeExportTasks::default()).await;
    let error = error.expect_err("a proxy's refusal");
    let head = heads.recv().expect("a request");
    let (_, token) = head.split_once("proxy-authorization: Basic ").expect("a password");
    let token = token.split("\r\n").next().expect("a token").to_owned();
    for shown in
        [DisplayErrorChain(&error).to_string(), String::from_utf8_lossy(error.body().expect("a body")).into()]
    {
        assert!(!shown.contains(&token), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_presigned_url_of_the_caller_s_is_a_secret() {
    let url = "https://rds.us-west-2.amazonaws.com/?Action=CopyDBSnapshot&X-Amz-Signature=0123456789abcdef";
    let body = format!(
        "<ErrorResponse><Error><Code>No</Code><Message>{}</Message></Error></ErrorResponse>",
        url.replace('&', "&amp;")
    );
    let script = Script::new([page(400, &body)]);
    let error =
        client(&script).send(CopyDBSnapshot::new("a", "b").pre_signed_url(url)).await.expect_err("an error");
    assert_eq!(error.message(), Some("***"));
    assert!(!String::from_utf8_lossy(error.body().expect("a body")).contains("0123456789abcdef"));
}

/// Gives first what expires at once, after a while, and then what is good for an hour.
#[derive(Debug, Default)]
struct SlowAtFirst(AtomicUsize);

impl ProvideCredentials for SlowAtFirst {
    fn provide(&self) -> BoxFuture<'_, Result<Credentials, CredentialsError>> {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let credentials = Credentials::new(format!("KEY{number}"), "secret");
            match number {
                0 => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    Ok(credentials.with_expiry(Timestamp::now()))
                }
                _ => Ok(credentials.with_expiry(Timestamp::now() + Duration::from_secs(3600))),
            }
        })
    }
}

#[test]
fn credentials_that_come_late_replace_no_fresher_ones() {
    let keys = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&keys);
    let http = from_fn(move |request: http::Request<bytes::Bytes>, _| {
        let authorization = request.headers()["authorization"].to_str().expect("text");
        let key = authorization.split(['=', '/']).nth(1).expect("a key").to_owned();
        seen.lock().expect("keys").push(key);
        async { Ok(http::Response::new(EMPTY.into())) }
    });
    let client = Client::builder().region("us-east-1").http_client(http).credentials(SlowAtFirst::default());
    let client = client.build().expect("a client");
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (slow, fast) = (runtime(), runtime());
    let other = client.clone();
    let first = slow.spawn(async move { other.send(DescribeExportTasks::default()).await.map(drop) });
    slow.block_on(async { tokio::time::sleep(Duration::from_millis(10)).await });
    fast.block_on(client.send(DescribeExportTasks::default())).expect("a response");
    slow.block_on(first).expect("no panic").expect("a response");
    fast.block_on(client.send(DescribeExportTasks::default())).expect("a response");
    assert_eq!(*keys.lock().expect("keys"), ["KEY1", "KEY0", "KEY1"]);
}

/// A configuration for a client of HTTP/2 as well has them.
#[tokio::test]
async fn protocols_of_a_tls_configuration_do_not_matter() {
    let (address, _heads) = server(|_| String::new());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("versions").with_root_certificates(rustls::RootCertStore::empty());
    let mut config = config.with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let http = HyperClient::new(Duration::from_secs(5)).with_tls(config);
    let client = Client::builder().region("us-east-1").http_client(Arc::new(http)).retry_policy(once());
    let client = client.credentials(Credentials::new("AKIDEXAMPLE", "secret"));
    let client = client.endpoint_url(format!("https://{address}/")).build().expect("a client");
    client.send(DescribeExportTasks::default()).await.expect_err("no TLS");
}
