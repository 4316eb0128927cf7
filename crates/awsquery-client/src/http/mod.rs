//! HTTP, behind a trait so that any client fits.

#[cfg(feature = "hyper")]
mod connection;
#[cfg(feature = "hyper")]
mod hyper;
#[cfg(feature = "hyper")]
mod pool;
#[cfg(feature = "hyper")]
mod proxy;
#[cfg(feature = "hyper")]
mod tcp;

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use awsquery::retry::FailedAttempt as Failure;
use bytes::Bytes;

#[cfg(feature = "hyper")]
pub use rustls;

#[cfg(feature = "hyper")]
pub use self::hyper::HyperClient;
use crate::future::BoxFuture;

/// The greatest number of bytes in the head of a response.
#[cfg(feature = "hyper")]
const HEAD_LIMIT: usize = 64 * 1024;

/// An HTTP client: sends one request and collects its response.
///
/// The request is complete and signed: its URI is absolute, `Host` and `Content-Length` are set, and no header but
/// those of the connection may be added or changed. Redirects must not be followed (ERR-11), and nothing is retried
/// that may have reached the service. Dropping the future must end the call.
///
/// [`from_fn`] makes one of a function.
pub trait HttpClient: Send + Sync + 'static {
    /// Sends the request.
    fn send(
        &self,
        request: http::Request<Bytes>,
        options: HttpOptions,
    ) -> BoxFuture<'_, Result<http::Response<Bytes>, HttpError>>;
}

/// The secret that a request carried to a proxy, kept beside the response so that errors do not show it.
#[derive(Clone)]
pub(crate) struct ProxySecret(pub(crate) http::HeaderValue);

/// The options that an HTTP client must obey. Its timeout for connecting is its own. It need not know the timeout of the attempt, since its
/// future is dropped then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpOptions {
    /// The maximum length of a body, in bytes. A longer one is [`HttpErrorKind::TooLarge`].
    pub response_limit: usize,
    /// True if the request must bypass any proxy, since credentials are served on the machine itself.
    pub direct: bool,
}

impl HttpOptions {
    pub(crate) const fn new(response_limit: usize) -> Self {
        Self { response_limit, direct: false }
    }

    pub(crate) const fn direct(mut self) -> Self {
        self.direct = true;
        self
    }
}

/// An HTTP client of a function.
///
/// ```
/// use bytes::Bytes;
/// use awsquery_client::http::{HttpError, from_fn};
///
/// let client = from_fn(|request: http::Request<Bytes>, _options| async move {
///     // Hand the request to any client, and collect the answer.
///     let answer = format!("<html>nobody at {}</html>", request.uri());
///     Ok::<_, HttpError>(http::Response::new(Bytes::from(answer)))
/// });
/// # let _ = client;
/// ```
pub fn from_fn<F, R>(send: F) -> Arc<dyn HttpClient>
where
    F: Fn(http::Request<Bytes>, HttpOptions) -> R + Send + Sync + 'static,
    R: Future<Output = Result<http::Response<Bytes>, HttpError>> + Send + 'static,
{
    Arc::new(FromFn(send))
}

struct FromFn<F>(F);

impl<F, R> HttpClient for FromFn<F>
where
    F: Fn(http::Request<Bytes>, HttpOptions) -> R + Send + Sync + 'static,
    R: Future<Output = Result<http::Response<Bytes>, HttpError>> + Send + 'static,
{
    fn send(
        &self,
        request: http::Request<Bytes>,
        options: HttpOptions,
    ) -> BoxFuture<'_, Result<http::Response<Bytes>, HttpError>> {
        Box::pin((self.0)(request, options))
    }
}

/// An error without a response. [`DisplayErrorChain`](crate::DisplayErrorChain) shows what the HTTP client says below it, too.
#[derive(Debug)]
pub struct HttpError {
    kind: HttpErrorKind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// At which stage an attempt broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpErrorKind {
    /// There is no connection: no address, refused, TLS not agreed on. The service has not seen the request.
    Connect,
    /// Connecting took too long. The service has not seen the request.
    ConnectTimeout,
    /// The whole attempt took too long.
    Timeout,
    /// The connection was lost while the request was sent or the answer read. The call may have had its effect.
    Interrupted,
    /// The answer is longer than this many bytes.
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The head of the response is longer than the HTTP client reads: of the default one, more than 100 header fields or 64 KiB.
    HeadTooLarge,
    /// The request cannot be sent at all by this client as it is configured, such as a scheme that it does not know, a proxy
    /// that it cannot use, certificates that are not there. It is not tried again.
    Unsendable,
}

impl HttpError {
    /// An error of this kind.
    pub fn new(kind: HttpErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// The same, with what the HTTP client says.
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// At which stage it broke.
    pub fn kind(&self) -> HttpErrorKind {
        self.kind
    }

    /// Returns the meaning for a retry.
    pub(crate) fn failure(&self) -> Failure {
        match self.kind {
            HttpErrorKind::Connect | HttpErrorKind::Interrupted => Failure::transport(),
            HttpErrorKind::ConnectTimeout | HttpErrorKind::Timeout => Failure::timeout(),
            HttpErrorKind::TooLarge { .. } | HttpErrorKind::HeadTooLarge | HttpErrorKind::Unsendable => {
                Failure::from(None)
            }
        }
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            HttpErrorKind::Connect => f.write_str("cannot connect"),
            HttpErrorKind::ConnectTimeout => f.write_str("cannot connect in time"),
            HttpErrorKind::Timeout => f.write_str("the attempt timed out"),
            HttpErrorKind::Interrupted => f.write_str("the connection was lost"),
            HttpErrorKind::TooLarge { limit } => {
                write!(f, "the response is longer than {limit} bytes")
            }
            HttpErrorKind::HeadTooLarge => f.write_str("response head too large"),
            HttpErrorKind::Unsendable => f.write_str("the request cannot be sent"),
        }
    }
}

impl Error for HttpError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn Error + 'static))
    }
}
