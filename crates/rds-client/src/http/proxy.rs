//! TCP connections, through a proxy where the environment names one.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
#[cfg(feature = "proxy")]
use hyper_util::client::{legacy::connect::proxy::Tunnel, proxy::matcher::Matcher};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

#[cfg(feature = "proxy")]
use super::hyper::Misconfigured;
use crate::environment::Environment;

/// Connects to a host, or to a proxy that connects on.
#[derive(Clone)]
pub(super) struct TcpConnector {
    tcp: HttpConnector,
    #[cfg(feature = "proxy")]
    proxies: Option<std::sync::Arc<Matcher>>,
}

impl TcpConnector {
    /// Connects to the host itself.
    pub(super) fn direct() -> Self {
        let mut tcp = HttpConnector::new();
        // TLS comes on top.
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        Self {
            tcp,
            #[cfg(feature = "proxy")]
            proxies: None,
        }
    }

    /// Goes by `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in either case. By none of them where
    /// `REQUEST_METHOD` is set: then the client of a CGI program may have named the proxy, by a header `Proxy`.
    #[cfg(feature = "proxy")]
    pub(super) fn from_environment(environment: &Environment) -> Self {
        if environment.var("REQUEST_METHOD").is_some() {
            return Self::direct();
        }
        let var =
            |upper, lower| environment.var(upper).or_else(|| environment.var(lower)).unwrap_or_default();
        let matcher = Matcher::builder()
            .https(var("HTTPS_PROXY", "https_proxy"))
            .http(var("HTTP_PROXY", "http_proxy"))
            .all(var("ALL_PROXY", "all_proxy"))
            .no(var("NO_PROXY", "no_proxy"))
            .build();
        Self { proxies: Some(std::sync::Arc::new(matcher)), ..Self::direct() }
    }

    #[cfg(not(feature = "proxy"))]
    pub(super) fn from_environment(_: &Environment) -> Self {
        Self::direct()
    }

    /// Goes by this proxy, if it is the address of one.
    #[cfg(feature = "proxy")]
    pub(super) fn through(proxy: &str) -> Option<Self> {
        let uri: Uri = proxy.parse().ok()?;
        uri.host().filter(|_| uri.scheme_str() == Some("http"))?;
        Some(Self::through_any(proxy))
    }

    /// The same by a proxy that may be of no use, as the environment may have it.
    #[cfg(feature = "proxy")]
    pub(super) fn through_any(proxy: &str) -> Self {
        let matcher = Matcher::builder().all(proxy).build();
        Self { proxies: Some(std::sync::Arc::new(matcher)), ..Self::direct() }
    }
}

type BoxError = Box<dyn Error + Send + Sync>;
type Opening = Pin<Box<dyn Future<Output = Result<TokioIo<TcpStream>, BoxError>> + Send>>;

impl TcpConnector {
    /// The header that a request must bear for the proxy that it passes. Through a tunnel it need not.
    #[cfg(feature = "proxy")]
    pub(super) fn authorization(&self, uri: &Uri) -> Option<http::HeaderValue> {
        self.forwards(uri).then(|| self.intercept(uri)?.basic_auth().cloned()).flatten()
    }

    #[cfg(not(feature = "proxy"))]
    pub(super) fn authorization(&self, _: &Uri) -> Option<http::HeaderValue> {
        None
    }

    /// Whether requests to this address are given to a proxy whole, in place of a tunnel: those without TLS.
    #[cfg(feature = "proxy")]
    pub(super) fn forwards(&self, uri: &Uri) -> bool {
        uri.scheme_str() == Some("http") && self.intercept(uri).is_some()
    }

    #[cfg(not(feature = "proxy"))]
    pub(super) fn forwards(&self, _: &Uri) -> bool {
        false
    }

    #[cfg(feature = "proxy")]
    fn intercept(&self, uri: &Uri) -> Option<hyper_util::client::proxy::matcher::Intercept> {
        self.proxies.as_ref()?.intercept(uri)
    }

    #[cfg(feature = "proxy")]
    fn through_proxy(&self, uri: &Uri) -> Option<Opening> {
        let proxy = self.intercept(uri)?;
        let (mut tcp, uri, forwards) = (self.tcp.clone(), uri.clone(), self.forwards(uri));
        Some(Box::pin(async move {
            let scheme = proxy.uri().scheme_str().unwrap_or_default();
            if scheme != "http" {
                return Err(
                    Misconfigured(format!("expected a proxy at http://, found one at {scheme}://")).into()
                );
            }
            if forwards {
                return Ok(tcp.call(proxy.uri().clone()).await?);
            }
            let mut tunnel = Tunnel::new(proxy.uri().clone(), tcp);
            if let Some(authorization) = proxy.basic_auth() {
                tunnel = tunnel.with_auth(authorization.clone());
            }
            Ok(tunnel.call(uri).await?)
        }))
    }

    #[cfg(not(feature = "proxy"))]
    fn through_proxy(&self, _: &Uri) -> Option<Opening> {
        None
    }
}

impl Service<Uri> for TcpConnector {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Opening;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Opening {
        let mut tcp = self.tcp.clone();
        self.through_proxy(&uri).unwrap_or_else(|| Box::pin(async move { Ok(tcp.call(uri).await?) }))
    }
}

#[cfg(all(test, feature = "proxy"))]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_those_of_the_environment_that_is_given() {
        let proxy = |vars: &[(&str, &str)], uri: &'static str| {
            let connector = TcpConnector::from_environment(&Environment::from_vars(vars.iter().copied()));
            connector.intercept(&Uri::from_static(uri)).map(|proxy| proxy.uri().to_string())
        };
        let (http, https) = ("http://rds.example.com/", "https://rds.example.com/");
        let own =
            [("HTTPS_PROXY", "http://s:1"), ("http_proxy", "http://p:1"), ("NO_PROXY", "sts.example.com")];
        assert_eq!(proxy(&own, https).as_deref(), Some("http://s:1/"));
        assert_eq!(proxy(&own, http).as_deref(), Some("http://p:1/"));
        assert_eq!(proxy(&own, "https://sts.example.com/"), None);
        assert_eq!(proxy(&[("all_proxy", "http://a:1")], https).as_deref(), Some("http://a:1/"));
        assert_eq!(proxy(&[own[0], ("REQUEST_METHOD", "GET")], https), None);
        assert_eq!(proxy(&[], https), None);
    }
}
