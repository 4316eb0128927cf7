//! The default client: hyper and rustls, on tokio.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use http::header::PROXY_AUTHORIZATION;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tower_service::Service;

use super::proxy::TcpConnector;
use super::{HttpClient, HttpError, HttpErrorKind, HttpOptions};
use crate::environment::Environment;
use crate::file::{self, BUNDLE_LIMIT, off_thread};
use crate::future::BoxFuture;

/// How long a connection is kept that nobody uses. Services close theirs after a minute or so, and a request on one that
/// is being closed fails.
const IDLE: Duration = Duration::from_secs(20);

/// The HTTP client that is used unless another is given: HTTP/1.1 by hyper, TLS by rustls on ring, on tokio.
///
/// It trusts the operating system's certificates (or, with the feature `webpki-roots` and without `native-roots`, those
/// of Mozilla), which are read when they are first needed, and goes by the proxies that the environment names (feature
/// `proxy`). Connections are kept and used again; the last clone closes them.
///
/// # Panics
///
/// A request panics when it is polled outside a tokio runtime with I/O and timers: `enable_all`.
#[derive(Clone)]
pub struct HyperClient {
    settings: Settings,
    /// By proxy, where there is one.
    proxied: Client<Connector, Full<Bytes>>,
    direct: Client<Connector, Full<Bytes>>,
}

#[derive(Clone)]
struct Settings {
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
        Self::build(Settings { connect_timeout, tls: Arc::default(), proxy })
    }

    /// The same with a TLS configuration of one's own, such as other roots or a client certificate.
    pub fn with_tls(self, config: ClientConfig) -> Self {
        let tls = OnceLock::new();
        let _ = tls.set(config);
        Self::build(Settings { tls: Arc::new(tls), ..self.settings })
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
    /// What is no address of a proxy, which must be at `http://`.
    #[cfg(feature = "proxy")]
    pub fn with_proxy(self, proxy: &str) -> Result<Self, HttpError> {
        let proxy = TcpConnector::through(proxy)
            .map_err(|error| HttpError::new(HttpErrorKind::Unsendable).with_source(error))?;
        Ok(Self::build(Settings { proxy, ..self.settings }))
    }

    fn build(settings: Settings) -> Self {
        let client = |tcp| {
            let (tls, timeout) = (Arc::clone(&settings.tls), settings.connect_timeout);
            Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(IDLE)
                .build(Connector { tcp, tls, timeout })
        };
        let (proxied, direct) = (client(settings.proxy.clone()), client(TcpConnector::direct()));
        Self { settings, proxied, direct }
    }
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
        let client = if options.direct { &self.direct } else { &self.proxied };
        if let Some(value) = self.settings.proxy.authorization(request.uri()).filter(|_| !options.direct) {
            request.headers_mut().insert(PROXY_AUTHORIZATION, value);
        }
        Box::pin(async move {
            let response = client.request(request.map(Full::new)).await.map_err(refused)?;
            let (parts, body) = response.into_parts();
            let limited = Limited::new(body, options.response_limit);
            let body = limited.collect().await.map_err(|error| broken(error, options.response_limit))?;
            Ok(http::Response::from_parts(parts, body.to_bytes()))
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

fn refused(error: legacy::Error) -> HttpError {
    let kind = match find::<ConnectTimeout>(&error) {
        Some(_) => HttpErrorKind::ConnectTimeout,
        None if find::<Misconfigured>(&error).is_some() => HttpErrorKind::Unsendable,
        None if error.is_connect() => HttpErrorKind::Connect,
        None => HttpErrorKind::Interrupted,
    };
    HttpError::new(kind).with_source(error)
}

fn broken(error: Box<dyn Error + Send + Sync>, limit: usize) -> HttpError {
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

/// Opens connections: TCP, by proxy or not, and TLS where the address says so.
#[derive(Clone)]
struct Connector {
    tcp: TcpConnector,
    /// Made when the first `https://` is called, since reading the operating system's certificates takes some
    /// milliseconds.
    tls: Arc<OnceLock<ClientConfig>>,
    timeout: Duration,
}

type BoxError = Box<dyn Error + Send + Sync>;

impl Service<Uri> for Connector {
    type Response = Connection;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Connection, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let Self { mut tcp, tls, timeout } = self.clone();
        Box::pin(async move {
            let (is_forwarded, proxy) = (tcp.forwards(&uri), tcp.proxy(&uri));
            let connect = async move {
                match uri.scheme_str() {
                    Some("http") => Ok(MaybeHttpsStream::Http(tcp.call(uri).await?)),
                    Some("https") => {
                        let config = off_thread(move || tls_config(&tls)).await?;
                        let https = HttpsConnectorBuilder::new().with_tls_config(config).https_only();
                        https.enable_http1().wrap_connector(tcp).call(uri).await
                    }
                    scheme => {
                        let found = scheme.unwrap_or("none");
                        Err(Misconfigured(format!("expected http or https, found the scheme {found}")).into())
                    }
                }
            };
            let connected = tokio::time::timeout(timeout, connect).await;
            let connected = connected.unwrap_or_else(|_| Err(ConnectTimeout(timeout).into()));
            let stream = connected.map_err(|source| match proxy {
                Some(address) => ThroughProxy { address, source }.into(),
                None => source,
            })?;
            Ok(Connection { stream, is_forwarded })
        })
    }
}

/// A connection that knows whether a proxy is at its other end, since requests to a proxy name the whole address.
struct Connection {
    stream: MaybeHttpsStream<TokioIo<TcpStream>>,
    is_forwarded: bool,
}

impl legacy::connect::Connection for Connection {
    fn connected(&self) -> legacy::connect::Connected {
        self.stream.connected().proxy(self.is_forwarded)
    }
}

impl Read for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Write for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

fn tls_config(made: &OnceLock<ClientConfig>) -> Result<ClientConfig, BoxError> {
    if let Some(config) = made.get() {
        return Ok(config.clone());
    }
    let config = default_tls_config().map_err(|error| Misconfigured(format!("roots for https: {error}")))?;
    Ok(made.get_or_init(|| config).clone())
}

#[cfg(feature = "native-roots")]
fn default_tls_config() -> Result<ClientConfig, BoxError> {
    use hyper_rustls::ConfigBuilderExt;
    // Which is read to its end, whatever it is.
    if let Some(path) = std::env::var_os("SSL_CERT_FILE") {
        let path = Path::new(&path);
        file::check(path, BUNDLE_LIMIT)
            .map_err(|error| format!("SSL_CERT_FILE: {}: {error}", path.display()))?;
    }
    let builder = with_ring()?.with_native_roots()?;
    Ok(builder.with_no_client_auth())
}

#[cfg(all(feature = "webpki-roots", not(feature = "native-roots")))]
fn default_tls_config() -> Result<ClientConfig, BoxError> {
    use hyper_rustls::ConfigBuilderExt;
    Ok(with_ring()?.with_webpki_roots().with_no_client_auth())
}

#[cfg(not(any(feature = "webpki-roots", feature = "native-roots")))]
fn default_tls_config() -> Result<ClientConfig, BoxError> {
    Err("expected the feature native-roots or webpki-roots, or HyperClient::with_tls".into())
}

fn with_ring() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, rustls::Error> {
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(ring).with_safe_default_protocol_versions()
}

#[derive(Debug)]
struct ConnectTimeout(Duration);

impl fmt::Display for ConnectTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected a connection within {} s", self.0.as_secs_f64())
    }
}

impl Error for ConnectTimeout {}

/// What failed on the way through a proxy, which may be the one to blame.
#[derive(Debug)]
struct ThroughProxy {
    /// Host and port, without user name and password.
    address: String,
    source: BoxError,
}

impl fmt::Display for ThroughProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "through the proxy {}", self.address)
    }
}

impl Error for ThroughProxy {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

/// What will fail the next time as well.
#[derive(Clone, Debug)]
pub(super) struct Misconfigured(pub(super) String);

impl fmt::Display for Misconfigured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Misconfigured {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Chain;

    async fn failure(settings: Settings, url: &'static str) -> (HttpErrorKind, String) {
        let mut request = http::Request::new(Bytes::new());
        *request.uri_mut() = Uri::from_static(url);
        let sent = HyperClient::build(settings).send(request, HttpOptions::new(1000)).await;
        let error = sent.expect_err("no answer");
        (error.kind(), Chain(&error).to_string())
    }

    fn settings(proxy: TcpConnector) -> Settings {
        Settings { connect_timeout: Duration::from_secs(5), tls: Arc::default(), proxy }
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
            ("http://me:hunter 2@127.0.0.1:9", "\"***@127.0.0.1:9\""),
            ("http://me:hunter@2@127.0.0.1:9", "\"***@127.0.0.1:9\""),
            ("http://me:hunter2|a\"^@127.0.0.1:9", "\"***@127.0.0.1:9\""),
            ("http://me:hunter2@127.0.0.1:99999", "\"***@127.0.0.1:99999\""),
            ("http://me:12/hunter2@127.0.0.1:9", "\"***@127.0.0.1:9\""),
            ("http://me:12?hunter2@127.0.0.1:9", "\"***@127.0.0.1:9\""),
            ("http://me:12#hunter2@127.0.0.1:9", "\"***@127.0.0.1:9\""),
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
            let text = Chain(&client.with_proxy(value).expect_err("no proxy")).to_string();
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
        let settings = Settings {
            connect_timeout: Duration::from_millis(200),
            ..settings(TcpConnector::from_environment(&environment))
        };
        let (kind, text) = failure(settings, "https://rds.example.com/").await;
        assert_eq!(kind, HttpErrorKind::ConnectTimeout, "{text}");
        let expected = format!("through the proxy {address}: expected a connection within 0.2 s");
        assert!(text.ends_with(&expected) && !text.contains("hunter2"), "{text}");
    }
}
