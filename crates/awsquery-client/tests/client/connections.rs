//! Connections that are kept: nothing that arrives on them unasked is in any response, and neither a server that closes them nor
//! a runtime that does not run costs a call anything.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use awsquery_client::credentials::Credentials;
use awsquery_client::http::rustls::{ServerConnection, StreamOwned};
use awsquery_client::http::{HttpErrorKind, HyperClient};
use awsquery_client::{Error, RetryPolicy};
use rds_protocol::operations::DescribeExportTasks;
use tokio::runtime::Runtime;

use crate::http::{ca_bundle, tls_config};
use crate::support::{Builder, Client, EMPTY};

/// An act of a server after a request.
enum Act {
    Write(Vec<u8>),
    Pause(Duration),
    Close,
}

/// A response that echoes the number of its request.
fn response(number: usize) -> Vec<u8> {
    let body = EMPTY.replace("done", &number.to_string());
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

const STALE: usize = 999;

/// Answers each request on a stream, of those that all of the server's connections have had the next one.
fn answer(mut stream: impl Read + Write, requests: &AtomicUsize, acts: impl Fn(usize) -> Vec<Act>) {
    let (mut seen, mut part) = (Vec::new(), [0; 16_384]);
    while let Ok(read @ 1..) = stream.read(&mut part) {
        seen.extend_from_slice(&part[..read]);
        if !seen.ends_with(b"Version=2014-10-31") {
            continue;
        }
        seen.clear();
        for act in acts(requests.fetch_add(1, Ordering::SeqCst)) {
            match act {
                Act::Write(bytes) => {
                    if stream.write_all(&bytes).and_then(|()| stream.flush()).is_err() {
                        return;
                    }
                }
                Act::Pause(time) => thread::sleep(time),
                Act::Close => return,
            }
        }
    }
}

struct Server {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

/// A server that does the same after each request, given its number.
fn server(acts: impl Fn(usize) -> Vec<Act> + Clone + Send + 'static) -> Server {
    serve(move |stream, requests| answer(stream, requests, acts.clone()))
}

fn serve(connection: impl Fn(TcpStream, &AtomicUsize) + Clone + Send + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (connections, requests) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&connections);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = stream.set_nodelay(true);
            count.fetch_add(1, Ordering::SeqCst);
            let (connection, requests) = (connection.clone(), Arc::clone(&requests));
            thread::spawn(move || connection(stream, &requests));
        }
    });
    Server { address, connections }
}

impl Server {
    fn builder(&self) -> Builder {
        Client::builder()
            .region("us-east-1")
            .endpoint_url(format!("http://{}/", self.address))
            .credentials(Credentials::new("test", "test"))
            .retry_policy(RetryPolicy::STANDARD.max_attempts(1))
    }

    fn client(&self) -> Client {
        self.builder().build().expect("a client")
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn current_thread() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// The id of the next response, by a runtime that runs for this call only.
fn next_id(runtime: &Runtime, client: &Client) -> String {
    let response = runtime.block_on(client.call(DescribeExportTasks::default()).send());
    response.expect("a response").request_id.expect("an id")
}

fn ids(client: &Client, pause: Duration) -> Vec<String> {
    let runtime = current_thread();
    let next = |_| {
        let id = next_id(&runtime, client);
        thread::sleep(pause);
        id
    };
    (0..10).map(next).collect()
}

fn in_order() -> Vec<String> {
    (0..10).map(|number| number.to_string()).collect()
}

#[test]
fn bytes_that_arrive_on_an_idle_connection_are_in_no_response() {
    for late in [0, 5] {
        for stale in [response(STALE), b"\r\n".to_vec(), b"HTTP/1.1 408 Request Timeout\r\n\r\n".to_vec()] {
            let server = server(move |number| {
                let pause = Act::Pause(Duration::from_millis(late));
                vec![Act::Write(response(number)), pause, Act::Write(stale.clone())]
            });
            assert_eq!(ids(&server.client(), Duration::from_millis(20)), in_order(), "{late} ms later");
            assert_eq!(server.connections(), 10);
        }
    }
}

#[test]
fn a_response_that_comes_twice_at_once_is_read_once() {
    let server = server(|number| vec![Act::Write([response(number), response(STALE)].concat())]);
    assert_eq!(ids(&server.client(), Duration::ZERO), in_order());
}

#[test]
fn a_connection_that_the_server_has_closed_costs_no_attempt() {
    for late in [0, 5] {
        let server = server(move |number| {
            vec![Act::Write(response(number)), Act::Pause(Duration::from_millis(late)), Act::Close]
        });
        assert_eq!(ids(&server.client(), Duration::from_millis(20)), in_order(), "{late} ms later");
    }
}

#[tokio::test]
async fn a_server_that_closes_every_new_connection_costs_an_attempt_each_time() {
    let server = serve(|stream, _| drop(stream));
    let policy = RetryPolicy::STANDARD.max_attempts(3);
    let client = server.builder().retry_policy(policy).build().expect("a client");
    for _ in 0..5 {
        let before = server.connections();
        let error = client.send(DescribeExportTasks::default()).await.expect_err("no response");
        assert!(matches!(error, Error::Http(_)), "{error}");
        assert!((1..=3).contains(&(server.connections() - before)), "{}", server.connections());
    }
}

#[test]
fn a_connection_without_surprises_is_used_again_by_a_runtime_that_runs_now_and_then() {
    let server = server(|number| vec![Act::Write(response(number))]);
    assert_eq!(ids(&server.client(), Duration::from_millis(5)), in_order());
    assert_eq!(server.connections(), 1);
}

/// Serves TLS; what is to be written after a response goes to the socket in two parts, to end within a record.
fn tls(stale: bool) -> Server {
    let config = tls_config();
    serve(move |stream, requests| {
        let raw = stream.try_clone().expect("a stream");
        let session = ServerConnection::new(Arc::clone(&config)).expect("a session");
        let mut stream = StreamOwned::new(session, stream);
        let (mut seen, mut part) = (Vec::new(), [0; 16_384]);
        while let Ok(read @ 1..) = stream.read(&mut part) {
            seen.extend_from_slice(&part[..read]);
            if !seen.ends_with(b"Version=2014-10-31") {
                continue;
            }
            seen.clear();
            let number = requests.fetch_add(1, Ordering::SeqCst);
            // The whole response, and, in the same segment, the beginning of a record that nobody asked for.
            let mut bytes = Vec::new();
            stream.conn.writer().write_all(&response(number)).expect("a buffer");
            stream.conn.write_tls(&mut bytes).expect("a record");
            let mut unasked = Vec::new();
            if stale {
                stream.conn.writer().write_all(&response(STALE)).expect("a buffer");
                stream.conn.write_tls(&mut unasked).expect("a record");
            }
            let (beginning, rest) = unasked.split_at(unasked.len().min(20));
            bytes.extend_from_slice(beginning);
            (&raw).write_all(&bytes).expect("written");
            if stale {
                let (raw, rest) = (raw.try_clone().expect("a stream"), rest.to_vec());
                // After the next request was written, if the connection were used again.
                thread::spawn(move || {
                    thread::sleep(Duration::from_millis(60));
                    let _ = (&raw).write_all(&rest);
                });
                thread::sleep(Duration::from_millis(100));
            }
        }
    })
}

fn trusting(server: &Server, http: HyperClient) -> Client {
    let url = format!("https://localhost:{}/", server.address.port());
    let http = http.with_ca_bundle(ca_bundle()).expect("a bundle");
    server.builder().endpoint_url(url).http_client(Arc::new(http)).build().expect("a client")
}

#[test]
fn with_tls_the_beginning_of_a_record_is_unread_too() {
    let server = tls(true);
    let client = trusting(&server, HyperClient::new(Duration::from_secs(5)));
    assert_eq!(ids(&client, Duration::from_millis(20)), in_order());
    assert_eq!(server.connections(), 10);
}

#[test]
fn with_tls_a_connection_without_surprises_is_used_again() {
    let server = tls(false);
    let client = trusting(&server, HyperClient::new(Duration::from_secs(5)));
    assert_eq!(ids(&client, Duration::from_millis(5)), in_order());
    assert_eq!(server.connections(), 1);
}

/// A proxy that connects on, whatever address it is asked for, to one server.
#[cfg(feature = "proxy")]
fn tunnel(to: SocketAddr) -> Server {
    serve(move |mut client, _| {
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            client.read_exact(&mut byte).expect("a head");
            head.push(byte[0]);
        }
        let mut server = TcpStream::connect(to).expect("the server");
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").expect("written");
        let (mut from, mut back) =
            (client.try_clone().expect("a stream"), server.try_clone().expect("a stream"));
        thread::spawn(move || std::io::copy(&mut from, &mut back));
        let _ = std::io::copy(&mut server, &mut client);
        let _ = client.shutdown(std::net::Shutdown::Both);
    })
}

#[cfg(feature = "proxy")]
#[test]
fn through_a_proxy_nothing_unread_is_in_any_response_either() {
    let stale = tls(true);
    let proxy = tunnel(stale.address);
    let through = |url: &str| HyperClient::new(Duration::from_secs(5)).with_proxy(url).expect("a proxy");
    let client = trusting(&stale, through(&format!("http://{}", proxy.address)));
    assert_eq!(ids(&client, Duration::from_millis(20)), in_order());

    // Without TLS the proxy is handed the request.
    let proxy = server(|number| {
        let pause = Act::Pause(Duration::from_millis(5));
        vec![Act::Write(response(number)), pause, Act::Write(response(STALE))]
    });
    let http = through(&format!("http://{}", proxy.address));
    let builder = proxy.builder().endpoint_url("http://rds.example.com/").http_client(Arc::new(http));
    assert_eq!(ids(&builder.build().expect("a client"), Duration::from_millis(20)), in_order());
}

#[test]
fn the_connections_of_a_runtime_that_idles_or_has_ended_hold_up_no_other() {
    for has_ended in [false, true] {
        let server = server(|number| vec![Act::Write(response(number))]);
        let client = server.builder().attempt_timeout(Duration::from_secs(2)).build().expect("a client");
        let (first, second) = (current_thread(), current_thread());
        assert_eq!(next_id(&first, &client), "0");
        let idle = (!has_ended).then_some(first);
        let start = Instant::now();
        for number in 1..20 {
            assert_eq!(next_id(&second, &client), number.to_string());
        }
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
        assert_eq!(server.connections(), 2);
        // The one that idled goes on with its own.
        if let Some(first) = idle {
            assert_eq!(next_id(&first, &client), "20");
            assert_eq!(server.connections(), 2);
        }
    }
}

#[test]
fn a_call_that_is_not_looked_at_any_more_keeps_no_other_s_connection() {
    let server = server(|number| vec![Act::Pause(Duration::from_millis(50)), Act::Write(response(number))]);
    let client = server.client();
    let (first, second) = (current_thread(), current_thread());
    let mut begun = Box::pin(client.send(DescribeExportTasks::default()));
    let timed_out =
        first.block_on(async { tokio::time::timeout(Duration::from_millis(20), &mut begun).await });
    assert!(timed_out.is_err());
    assert_eq!(next_id(&second, &client), "1");
}

#[tokio::test]
async fn the_head_of_a_response_has_a_limit_that_is_told() {
    let too_many = "a: b\r\n".repeat(101);
    let too_long = format!("a: {}\r\n", "b".repeat(70_000));
    for fields in [too_many, too_long] {
        let server = server(move |_| {
            let head = format!("HTTP/1.1 200 OK\r\n{fields}content-length: {}\r\n\r\n{EMPTY}", EMPTY.len());
            vec![Act::Write(head.into_bytes())]
        });
        // With attempts to spare, which are not spent.
        let client = server.builder().retry_policy(RetryPolicy::STANDARD).build().expect("a client");
        let error = client.send(DescribeExportTasks::default()).await.expect_err("too much");
        let Error::Http(error) = error else { panic!("{error}") };
        assert_eq!(error.kind(), HttpErrorKind::HeadTooLarge);
        assert_eq!(server.connections(), 1);
    }
}
