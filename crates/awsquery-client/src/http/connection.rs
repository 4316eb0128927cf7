//! Connections: TCP, through a proxy or not, and TLS where the address asks for it.
//!
//! A connection is driven by the call that uses it, and by nobody while it is idle: no task of a runtime owns it. Before a
//! call uses an idle connection, [`Connection::is_fit`] looks at everything that has arrived on it meanwhile.

use std::error::Error;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};
use std::task::Context;
use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tower_service::Service;

use super::HEAD_LIMIT;
use super::proxy::TcpConnector;
use super::tcp::{Misconfigured, Probe, Tcp};
#[cfg(feature = "native-roots")]
use crate::config::file;
use crate::config::file::off_thread;

pub(super) type BoxError = Box<dyn Error + Send + Sync>;
pub(super) type Sender = http1::SendRequest<Full<Bytes>>;

/// Opens connections.
#[derive(Clone)]
pub(super) struct Connector {
    pub(super) tcp: TcpConnector,
    /// Made when the first `https://` is called, since reading the operating system's certificates takes some
    /// milliseconds.
    pub(super) tls: Arc<OnceLock<ClientConfig>>,
    pub(super) timeout: Duration,
}

impl Connector {
    /// Opens a connection to the host of an address.
    pub(super) async fn open(&self, uri: &Uri) -> Result<Connection, BoxError> {
        let opened = tokio::time::timeout(self.timeout, self.stream(uri)).await;
        let opened = opened.unwrap_or_else(|_| Err(ConnectTimeout(self.timeout).into()));
        let stream = opened.map_err(|source| match self.tcp.proxy(uri) {
            Some(address) => ThroughProxy { address, source }.into(),
            None => source,
        })?;
        Connection::new(stream).await
    }

    async fn stream(&self, uri: &Uri) -> Result<Stream, BoxError> {
        let mut tcp = self.tcp.clone();
        match uri.scheme_str() {
            Some("http") => Ok(MaybeHttpsStream::Http(tcp.call(uri.clone()).await?)),
            Some("https") => {
                let tls = Arc::clone(&self.tls);
                let config = off_thread(move || tls_config(&tls)).await?;
                let https = HttpsConnectorBuilder::new().with_tls_config(config).https_only();
                https.enable_http1().wrap_connector(tcp).call(uri.clone()).await
            }
            scheme => {
                let found = scheme.unwrap_or("none");
                Err(Misconfigured(format!("expected http or https, found the scheme {found}")).into())
            }
        }
    }
}

type Stream = MaybeHttpsStream<TokioIo<Tcp>>;

/// An HTTP/1.1 connection.
pub(super) struct Connection {
    sender: Sender,
    /// `None` once it has ended: it must not be polled again.
    driver: Option<http1::Connection<Stream, Full<Bytes>>>,
    probe: Arc<Probe>,
}

impl Connection {
    async fn new(stream: Stream) -> Result<Self, BoxError> {
        let tcp = match &stream {
            MaybeHttpsStream::Http(tcp) => tcp,
            MaybeHttpsStream::Https(tls) => tls.inner().get_ref().0.inner(),
        };
        let probe = tcp.inner().probe();
        let (sender, driver) = http1::Builder::new().max_header_size(HEAD_LIMIT).handshake(stream).await?;
        Ok(Self { sender, driver: Some(driver), probe })
    }

    /// Drives the connection until `work` on it is done.
    pub(super) async fn drive<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|context| {
            self.poll(context);
            work.as_mut().poll(context)
        })
        .await
    }

    pub(super) fn sender(&mut self) -> &mut Sender {
        &mut self.sender
    }

    /// Returns true if the connection is idle: the last response is whole, and the server keeps the connection.
    pub(super) fn is_idle(&mut self, context: &mut Context<'_>) -> bool {
        self.poll(context);
        self.driver.is_some() && self.sender.is_ready()
    }

    /// Returns true if a request may be sent: the connection is idle, and the socket has nothing unread.
    pub(super) fn is_fit(&mut self, context: &mut Context<'_>) -> bool {
        self.probe.look(true);
        let is_idle = self.is_idle(context);
        self.probe.look(false);
        is_idle
    }

    fn poll(&mut self, context: &mut Context<'_>) {
        if self.driver.as_mut().is_some_and(|driver| Pin::new(driver).poll(context).is_ready()) {
            // Its error, if it has one, is what the request ends with.
            self.driver = None;
        }
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
        let path = std::path::Path::new(&path);
        file::check(path, file::BUNDLE_LIMIT)
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

pub(super) fn with_ring() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, rustls::Error>
{
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(ring).with_safe_default_protocol_versions()
}

#[derive(Debug)]
pub(super) struct ConnectTimeout(Duration);

impl fmt::Display for ConnectTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected a connection within {} s", self.0.as_secs_f64())
    }
}

impl Error for ConnectTimeout {}

/// An error on the way through a proxy, which may be its cause.
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
