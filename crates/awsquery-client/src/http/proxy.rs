//! TCP connections, through a proxy where the environment names one.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
#[cfg(feature = "proxy")]
use hyper_util::client::legacy::connect::proxy::Tunnel;
#[cfg(feature = "proxy")]
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

#[cfg(feature = "proxy")]
use super::tcp::Misconfigured;
use super::tcp::Tcp;
use crate::config::environment::Environment;
#[cfg(feature = "proxy")]
use crate::shown;

/// Connects to a host, or to a proxy that connects on.
#[derive(Clone)]
pub(super) struct TcpConnector {
    tcp: HttpConnector,
    #[cfg(feature = "proxy")]
    proxies: Option<std::sync::Arc<Proxies>>,
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
        let var = |names: &[&'static str]| {
            names.iter().find_map(|name| environment.var(name).map(|value| (*name, value)))
        };
        let all = var(&["ALL_PROXY", "all_proxy"]);
        let proxy = |own: &[&'static str]| {
            let (name, value) = var(own).or(all)?;
            Some(proxy(value).map_err(|error| Misconfigured(format!("{name}: {error}"))))
        };
        let (_, no_proxy) = var(&["NO_PROXY", "no_proxy"]).unwrap_or_default();
        Self::by(Proxies {
            https: proxy(&["HTTPS_PROXY", "https_proxy"]),
            http: proxy(&["HTTP_PROXY", "http_proxy"]),
            proxied: all_but(no_proxy),
        })
    }

    #[cfg(not(feature = "proxy"))]
    pub(super) fn from_environment(_: &Environment) -> Self {
        Self::direct()
    }

    /// Goes by this proxy.
    #[cfg(feature = "proxy")]
    pub(super) fn through(value: &str) -> Result<Self, Misconfigured> {
        let proxy = Some(Ok(proxy(value)?));
        Ok(Self::by(Proxies { https: proxy.clone(), http: proxy, proxied: all_but("") }))
    }

    #[cfg(feature = "proxy")]
    fn by(proxies: Proxies) -> Self {
        Self { proxies: Some(std::sync::Arc::new(proxies)), ..Self::direct() }
    }
}

/// The proxies by the scheme of what is called. One that is named and of no use is an error where it is needed, since what
/// goes out directly may go where it should not.
#[cfg(feature = "proxy")]
struct Proxies {
    https: Option<Result<Intercept, Misconfigured>>,
    http: Option<Result<Intercept, Misconfigured>>,
    /// Intercepts what `NO_PROXY` does not except; to which proxy it goes is not its to say.
    proxied: Matcher,
}

#[cfg(feature = "proxy")]
impl Proxies {
    fn intercept(&self, uri: &Uri) -> Option<Result<Intercept, Misconfigured>> {
        self.proxied.intercept(uri)?;
        match uri.scheme_str() {
            Some("https") => self.https.clone(),
            Some("http") => self.http.clone(),
            _ => None,
        }
    }
}

#[cfg(feature = "proxy")]
fn all_but(no_proxy: &str) -> Matcher {
    Matcher::builder().all("http://any").no(no_proxy).build()
}

/// The proxy of a value such as `http://user:password@proxy:3128`, where the scheme may be left out. `Matcher` alone takes
/// what it cannot read for no proxy.
#[cfg(feature = "proxy")]
fn proxy(value: &str) -> Result<Intercept, Misconfigured> {
    let refuse = |found| Misconfigured(format!("expected a proxy at http://, found {found}"));
    let uri = value.parse::<Uri>().ok();
    if let Some(scheme) = uri.as_ref().and_then(Uri::scheme_str).filter(|scheme| *scheme != "http") {
        return Err(refuse(format!("one at {scheme}://")));
    }
    // A `/`, `?` or `#` in a password ends the address early, and makes a host of the user's name.
    let is_whole = !value.contains('@')
        || uri.as_ref().and_then(Uri::authority).is_some_and(|address| address.as_str().contains('@'));
    let read = Matcher::builder().all(value).build().intercept(&Uri::from_static("http://any"));
    read.filter(|proxy| is_whole && proxy.uri().authority().is_some_and(is_address))
        .ok_or_else(|| refuse(format!("{:?}", shown::url(value))))
}

/// Returns true if there is a host, a valid port or none, and no rest of a password with an `@` in it.
#[cfg(feature = "proxy")]
fn is_address(address: &http::uri::Authority) -> bool {
    !address.host().is_empty() && !address.as_str().contains('@') && awsquery::port::port_of(address).is_ok()
}

type BoxError = Box<dyn Error + Send + Sync>;
type Opening = Pin<Box<dyn Future<Output = Result<TokioIo<Tcp>, BoxError>> + Send>>;

impl TcpConnector {
    /// The header that a request must bear for the proxy that it passes. Through a tunnel it need not.
    #[cfg(feature = "proxy")]
    pub(super) fn authorization(&self, uri: &Uri) -> Option<http::HeaderValue> {
        self.forwards(uri).then(|| self.intercept(uri)?.ok()?.basic_auth().cloned()).flatten()
    }

    #[cfg(not(feature = "proxy"))]
    pub(super) fn authorization(&self, _: &Uri) -> Option<http::HeaderValue> {
        None
    }

    /// Returns true if requests to this address are forwarded to a proxy without a tunnel: those without TLS.
    #[cfg(feature = "proxy")]
    pub(super) fn forwards(&self, uri: &Uri) -> bool {
        uri.scheme_str() == Some("http") && self.intercept(uri).is_some()
    }

    #[cfg(not(feature = "proxy"))]
    pub(super) fn forwards(&self, _: &Uri) -> bool {
        false
    }

    /// Host and port of the proxy that this address is called by.
    #[cfg(feature = "proxy")]
    pub(super) fn proxy(&self, uri: &Uri) -> Option<String> {
        let proxy = self.intercept(uri)?.ok()?;
        proxy.uri().authority().map(ToString::to_string)
    }

    #[cfg(not(feature = "proxy"))]
    pub(super) fn proxy(&self, _: &Uri) -> Option<String> {
        None
    }

    #[cfg(feature = "proxy")]
    fn intercept(&self, uri: &Uri) -> Option<Result<Intercept, Misconfigured>> {
        self.proxies.as_ref()?.intercept(uri)
    }

    #[cfg(feature = "proxy")]
    fn through_proxy(&self, uri: &Uri) -> Option<Opening> {
        let proxy = self.intercept(uri)?;
        let (mut tcp, uri, forwards) = (self.tcp.clone(), uri.clone(), self.forwards(uri));
        Some(Box::pin(async move {
            let proxy = proxy?;
            if forwards {
                return Ok(wrapped(tcp.call(proxy.uri().clone()).await?, false));
            }
            let mut tunnel = Tunnel::new(proxy.uri().clone(), tcp);
            if let Some(authorization) = proxy.basic_auth() {
                tunnel = tunnel.with_auth(authorization.clone());
            }
            Ok(wrapped(tunnel.call(uri).await?, true))
        }))
    }

    #[cfg(not(feature = "proxy"))]
    fn through_proxy(&self, _: &Uri) -> Option<Opening> {
        None
    }
}

impl Service<Uri> for TcpConnector {
    type Response = TokioIo<Tcp>;
    type Error = BoxError;
    type Future = Opening;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Opening {
        let mut tcp = self.tcp.clone();
        let is_tls = uri.scheme_str() == Some("https");
        self.through_proxy(&uri)
            .unwrap_or_else(|| Box::pin(async move { Ok(wrapped(tcp.call(uri).await?, is_tls)) }))
    }
}

fn wrapped(stream: TokioIo<TcpStream>, is_tls: bool) -> TokioIo<Tcp> {
    TokioIo::new(Tcp::new(stream.into_inner(), is_tls))
}

#[cfg(all(test, feature = "proxy"))]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_those_of_the_environment_that_is_given() {
        let proxy = |vars: &[(&str, &str)], uri: &'static str| {
            let connector = TcpConnector::from_environment(&Environment::from_vars(vars.iter().copied()));
            let proxy = connector.intercept(&Uri::from_static(uri))?;
            Some(proxy.map_or_else(|error| error.to_string(), |proxy| proxy.uri().to_string()))
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
        assert_eq!(proxy(&[("HTTP_PROXY", "p:1")], http).as_deref(), Some("http://p:1/"));
    }

    #[test]
    fn a_value_that_is_no_proxy_counts_where_it_is_needed_and_nowhere_else() {
        let vars = [
            ("HTTPS_PROXY", "proxy host:3128"),
            ("ALL_PROXY", "http://a:1"),
            ("NO_PROXY", "sts.example.com"),
        ];
        let connector = TcpConnector::from_environment(&Environment::from_vars(vars));
        let is_usable = |uri| connector.intercept(&Uri::from_static(uri)).map(|proxy| proxy.is_ok());
        assert_eq!(is_usable("https://rds.example.com/"), Some(false));
        assert_eq!(is_usable("https://sts.example.com/"), None);
        assert_eq!(is_usable("http://rds.example.com/"), Some(true));
    }
}
