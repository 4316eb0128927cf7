//! The default client: hyper and rustls, on tokio.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use http::header::{HOST, PROXY_AUTHORIZATION};
use http::uri::{PathAndQuery, Uri};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::connection::{BoxError, ConnectTimeout, Connection, Connector, with_ring};
use super::pool::{IDLE, Key, Pool};
use super::proxy::TcpConnector;
use super::tcp::Misconfigured;
use super::{HttpClient, HttpError, HttpErrorKind, HttpOptions, ProxySecret};
use crate::config::environment::Environment;
use crate::config::file::{self, BUNDLE_LIMIT};
use crate::future::BoxFuture;
use crate::signing;

/// The HTTP client that is used unless another is given: HTTP/1.1 by hyper, TLS by rustls on ring, on tokio.
///
/// It trusts the operating system's certificates (or, with the feature `webpki-roots` and without `native-roots`, those
/// of Mozilla), which are read when they are first needed, and goes by the proxies that the environment names (feature
/// `proxy`).
///
/// Connections are kept and used again, each on the runtime that it was opened on. They are closed when they were idle for 20 s,
/// when the server closes them or sends something unasked, and with the last clone. A small thread sees to that as long as
/// some are idle: a runtime may not be running meanwhile.
///
/// Before a request is sent on a kept connection, whatever has arrived on it is looked at: a connection with unread bytes, or one
/// that the server has closed, is replaced by another, which counts as no attempt. What HTTP/1.1 leaves possible is that a server
/// sends something unasked, or closes the connection, just after the request was written: the first is taken for the response,
/// the second is [`HttpErrorKind::Interrupted`].
///
/// The head of a response has at most 100 header fields and 64 KiB.
///
/// # Panics
///
/// A request panics when it is polled outside a tokio runtime with I/O and timers: `enable_all`.
#[derive(Clone)]
pub struct HyperClient {
    settings: HyperOptions,
    /// By proxy, where there is one.
    proxied: Connector,
    direct: Connector,
    pool: Arc<Pool>,
}

#[derive(Clone)]
struct HyperOptions {
    connect_timeout: Duration,
    tls: Arc<OnceLock<ClientConfig>>,
    proxy: TcpConnector,
}

impl HyperClient {
    /// A client that gives up connecting after so long, TLS included. Its proxies are those of the process's environment.
    pub fn new(connect_timeout: Duration) -> Self {
        Self::with_environment(connect_timeout, &Environment::current())
    }

    /// The same, with the proxies of this environment.
    pub(crate) fn with_environment(connect_timeout: Duration, environment: &Environment) -> Self {
        let proxy = TcpConnector::from_environment(environment);
        Self::build(HyperOptions { connect_timeout, tls: Arc::default(), proxy })
    }

    /// The same with a TLS configuration of one's own, such as other roots or a client certificate.
    pub fn with_tls(self, mut config: ClientConfig) -> Self {
        // Which protocol it is, is not the configuration's to say: this client speaks HTTP/1.1.
        config.alpn_protocols.clear();
        let tls = OnceLock::new();
        let _ = tls.set(config);
        Self::build(HyperOptions { tls: Arc::new(tls), ..self.settings })
    }

    /// The same, trusting the certificates in this PEM file and no others, as `AWS_CA_BUNDLE` has it. Those that rustls cannot
    /// use are left out, as of the operating system's: large bundles have one now and then.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, is no regular file of at most 16 MiB, is no sound PEM, or has no certificates in it that can
    /// be used.
    pub fn with_ca_bundle(self, path: impl AsRef<Path>) -> io::Result<Self> {
        let roots = usable_roots(path.as_ref())?;
        let builder = with_ring().map_err(|error| invalid(&error))?;
        Ok(self.with_tls(builder.with_root_certificates(roots).with_no_client_auth()))
    }

    /// The same by way of this proxy, such as `http://user:password@proxy:3128`, whatever the environment says. What serves
    /// credentials on the machine itself is not asked through it.
    ///
    /// # Errors
    ///
    /// An invalid address of a proxy, which must be at `http://`.
    #[cfg(feature = "proxy")]
    pub fn with_proxy(self, proxy: &str) -> Result<Self, HttpError> {
        let proxy = TcpConnector::through(proxy)
            .map_err(|error| HttpError::new(HttpErrorKind::Unsendable).with_source(error))?;
        Ok(Self::build(HyperOptions { proxy, ..self.settings }))
    }

    fn build(settings: HyperOptions) -> Self {
        let connector = |tcp| {
            let (tls, timeout) = (Arc::clone(&settings.tls), settings.connect_timeout);
            Connector { tcp, tls, timeout }
        };
        let (proxied, direct) = (connector(settings.proxy.clone()), connector(TcpConnector::direct()));
        Self { settings, proxied, direct, pool: Arc::new(Pool::new(IDLE)) }
    }

    async fn exchange(
        &self,
        mut request: http::Request<Full<Bytes>>,
        options: HttpOptions,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let connector = if options.direct { &self.direct } else { &self.proxied };
        let address = request.uri().clone();
        let key = Key::new(&address, options.direct).ok_or_else(|| {
            HttpError::new(HttpErrorKind::Unsendable).with_source("expected an absolute URI, found no host")
        })?;
        // HTTP/1.1 wants it, and a request that is not signed may come without.
        if let (false, Ok(host)) = (request.headers().contains_key(HOST), signing::host_of(&address)) {
            let host = HeaderValue::try_from(host)
                .map_err(|error| HttpError::new(HttpErrorKind::Unsendable).with_source(error))?;
            request.headers_mut().insert(HOST, host);
        }
        // A proxy that the request is handed to needs all of the address, the service itself only its path.
        if !connector.tcp.forwards(&address) {
            *request.uri_mut() = origin_form(&address);
        }
        loop {
            let kept = poll_fn(|context| Poll::Ready(self.pool.take(&key, context))).await;
            let is_kept = kept.is_some();
            let mut connection = match kept {
                Some(kept) => kept,
                None => connector.open(&address).await.map_err(not_connected)?,
            };
            let sending = connection.sender().try_send_request(request);
            let response = match connection.drive(sending).await {
                Ok(response) => response,
                Err(mut error) => match error.take_message().filter(|_| is_kept) {
                    // Nothing of it was written: the connection was closed since it was looked at.
                    Some(unsent) => {
                        request = unsent;
                        continue;
                    }
                    // A server that closes each new connection is not asked for another one at once.
                    None => return Err(interrupted(error.into_error())),
                },
            };
            let (parts, body) = response.into_parts();
            let collecting = Limited::new(body, options.response_limit).collect();
            let body = connection.drive(collecting).await;
            let body = body.map_err(|error| broken(error, options.response_limit))?;
            self.keep(key, connection).await;
            return Ok(http::Response::from_parts(parts, body.to_bytes()));
        }
    }

    /// Keeps a connection whose response is whole, if the server does.
    async fn keep(&self, key: Key, mut connection: Connection) {
        if poll_fn(|context| Poll::Ready(connection.is_idle(context))).await {
            self.pool.put(key, connection);
        }
    }
}

fn origin_form(address: &Uri) -> Uri {
    Uri::from(address.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/")))
}

impl fmt::Debug for HyperClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperClient").finish_non_exhaustive()
    }
}

impl HttpClient for HyperClient {
    fn send(
        &self,
        mut request: http::Request<Bytes>,
        options: HttpOptions,
    ) -> BoxFuture<'_, Result<http::Response<Bytes>, HttpError>> {
        let proxy = self.settings.proxy.authorization(request.uri()).filter(|_| !options.direct);
        if let Some(value) = &proxy {
            request.headers_mut().insert(PROXY_AUTHORIZATION, value.clone());
        }
        Box::pin(async move {
            let mut response = self.exchange(request.map(Full::new), options).await?;
            // Whoever sees the request may echo it.
            if let Some(value) = proxy {
                response.extensions_mut().insert(ProxySecret(value));
            }
            Ok(response)
        })
    }
}

/// The certificates of a PEM file that rustls can use, at least one.
fn usable_roots(path: &Path) -> io::Result<RootCertStore> {
    let bundle = file::read(path, BUNDLE_LIMIT)?;
    let certificates = CertificateDer::pem_slice_iter(&bundle).collect::<Result<Vec<_>, _>>();
    let mut roots = RootCertStore::empty();
    match roots.add_parsable_certificates(certificates.map_err(|error| invalid(&error))?) {
        (0, 0) => Err(invalid(&"expected certificates in PEM format, found none")),
        (0, _) => {
            Err(invalid(&"expected certificates that rustls can use, found none among those that are there"))
        }
        (_, 0) => Ok(roots),
        (_, unusable) => {
            tracing::debug!(bundle = %path.display(), unusable, "certificates that rustls cannot use are left out");
            Ok(roots)
        }
    }
}

fn invalid(error: &dyn fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}

fn not_connected(error: BoxError) -> HttpError {
    let kind = match find::<ConnectTimeout>(&*error) {
        Some(_) => HttpErrorKind::ConnectTimeout,
        None if find::<Misconfigured>(&*error).is_some() => HttpErrorKind::Unsendable,
        None => HttpErrorKind::Connect,
    };
    HttpError::new(kind).with_source(error)
}

fn interrupted(error: hyper::Error) -> HttpError {
    // Hyper has a predicate for it in servers only.
    let is_too_large = error.is_parse() && error.to_string() == "message head is too large";
    let kind = if is_too_large { HttpErrorKind::HeadTooLarge } else { HttpErrorKind::Interrupted };
    HttpError::new(kind).with_source(error)
}

fn broken(error: BoxError, limit: usize) -> HttpError {
    match error.is::<LengthLimitError>() {
        true => HttpError::new(HttpErrorKind::TooLarge { limit }),
        false => HttpError::new(HttpErrorKind::Interrupted).with_source(error),
    }
}

/// The error of this type among an error and its sources.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // What an `io::Error` wraps is not among its sources.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = wrapped.and_then(|wrapped| find(wrapped)) {
            return Some(found);
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::error::DisplayErrorChain;

    async fn failure(settings: HyperOptions, url: &'static str) -> (HttpErrorKind, String) {
        let mut request = http::Request::new(Bytes::new());
        *request.uri_mut() = Uri::from_static(url);
        let sent = HyperClient::build(settings).send(request, HttpOptions::new(1000)).await;
        let error = sent.expect_err("no answer");
        (error.kind(), DisplayErrorChain(&error).to_string())
    }

    fn settings(proxy: TcpConnector) -> HyperOptions {
        HyperOptions { connect_timeout: Duration::from_secs(5), tls: Arc::default(), proxy }
    }

    #[tokio::test]
    async fn a_scheme_that_is_none_of_ours_will_not_be_tried_again() {
        let (kind, text) = failure(settings(TcpConnector::direct()), "ftp://127.0.0.1:1/").await;
        assert_eq!(kind, HttpErrorKind::Unsendable, "{text}");
        assert!(text.starts_with("the request cannot be sent: "), "{text}");
        assert!(text.ends_with("expected http or https, found the scheme ftp"), "{text}");
    }

    #[cfg(feature = "proxy")]
    #[tokio::test]
    async fn a_proxy_that_cannot_be_used_is_an_error_and_will_not_be_tried_again() {
        let cases = [
            ("socks5://me:hunter2@127.0.0.1:1080", "one at socks5://"),
            ("https://me:hunter2@127.0.0.1:9", "one at https://"),
            ("proxy host:3128", "\"proxy host:3128\""),
            ("http://", "\"http://\""),
            ("http://:3128", "\"http://:3128\""),
            (":::", "\":::\""),
            ("http://me:hunter 2@127.0.0.1:9", "\"http://***@127.0.0.1:9\""),
            ("http://me:hunter@2@127.0.0.1:9", "\"http://***@127.0.0.1:9\""),
            ("http://me:hunter2|a\"^@127.0.0.1:9", "\"http://***@127.0.0.1:9\""),
            ("http://me:hunter2@127.0.0.1:99999", "\"http://***@127.0.0.1:99999\""),
            ("http://me:12/hunter2@127.0.0.1:9", "\"http://***@127.0.0.1:9\""),
            ("http://me:12?hunter2@127.0.0.1:9", "\"http://***@127.0.0.1:9\""),
            ("http://me:12#hunter2@127.0.0.1:9", "\"http://***@127.0.0.1:9\""),
        ];
        for (value, found) in cases {
            for (name, url) in
                [("HTTP_PROXY", "http://127.0.0.1:1/"), ("HTTPS_PROXY", "https://127.0.0.1:1/")]
            {
                let environment = Environment::from_vars([(name, value)]);
                let (kind, text) = failure(settings(TcpConnector::from_environment(&environment)), url).await;
                assert_eq!(kind, HttpErrorKind::Unsendable, "{text}");
                assert!(
                    text.ends_with(&format!("{name}: expected a proxy at http://, found {found}")),
                    "{text}"
                );
                assert!(!text.contains("hunter"), "{text}");
            }
            let client = HyperClient::build(settings(TcpConnector::direct()));
            let text = DisplayErrorChain(&client.with_proxy(value).expect_err("no proxy")).to_string();
            assert_eq!(
                text,
                format!("the request cannot be sent: expected a proxy at http://, found {found}")
            );
        }
    }

    #[cfg(feature = "proxy")]
    #[tokio::test]
    async fn a_proxy_that_says_nothing_is_named_when_the_time_is_over() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = silent.local_addr().expect("an address");
        let environment = Environment::from_vars([("ALL_PROXY", format!("http://me:hunter2@{address}"))]);
        let settings = HyperOptions {
            connect_timeout: Duration::from_millis(200),
            ..settings(TcpConnector::from_environment(&environment))
        };
        let (kind, text) = failure(settings, "https://rds.example.com/").await;
        assert_eq!(kind, HttpErrorKind::ConnectTimeout, "{text}");
        let expected = format!("through the proxy {address}: expected a connection within 0.2 s");
        assert!(text.ends_with(&expected) && !text.contains("hunter2"), "{text}");
    }

    /// Makes one call on a runtime, and says how long after it the server sees the end of the connection.
    fn closed_after(limit: Duration, use_runtime: impl FnOnce(tokio::runtime::Runtime)) -> Duration {
        use std::io::{Read, Write};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let _ = stream.read(&mut [0; 1024]).expect("a request");
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").expect("written");
            let start = std::time::Instant::now();
            assert_eq!(stream.read(&mut [0; 1024]).expect("the end"), 0);
            start.elapsed()
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let pool = Arc::new(Pool::new(limit));
        let client = HyperClient { pool, ..HyperClient::build(settings(TcpConnector::direct())) };
        let mut request = http::Request::new(Bytes::new());
        *request.uri_mut() = url.parse().expect("a URL");
        runtime.block_on(client.send(request, HttpOptions::new(1000))).expect("a response");
        use_runtime(runtime);
        server.join().expect("a server")
    }

    #[test]
    fn an_idle_connection_is_closed_in_time_whether_or_not_its_runtime_runs() {
        let limit = Duration::from_millis(1500);
        let is_in_time = |after: Duration| (limit..limit * 3).contains(&after);
        let mut kept = None;
        let after = closed_after(limit, |runtime| kept = Some(runtime));
        assert!(is_in_time(after), "{after:?}");
        // The rest of a runtime's connections goes with it.
        let after = closed_after(Duration::from_secs(20), drop);
        assert!(after < Duration::from_secs(5), "{after:?}");
    }
}
