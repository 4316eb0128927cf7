//! Operations: create an `http::Request` and parse the response from status, headers and body.

use std::error::Error as StdError;
use std::fmt;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};

use crate::call::envelope::OutputPlace;
use crate::call::error::{Error, OperationErrorKind, ServiceError, ServiceErrorKind};
use crate::call::port::port_of;
use crate::call::response::{NoOutput, Response, read_response};
use crate::call::secrets::SensitiveValues;
use crate::endpoint::{Endpoints, SignatureVersion};
use crate::format::form::{self, Form, FormError};
use crate::format::validate::{self, ValidationError};
use crate::format::xml::Parser;
use crate::value::structure::Structure;
use crate::value::text::{self, is_host_label};

/// A service that speaks the awsQuery protocol.
pub trait Service {
    /// All errors that the service's model lists.
    type Error: ServiceErrorKind;

    /// The service's name in the SDKs, such as `RDS`.
    const SDK_ID: &'static str;
    /// The API version that each request carries, such as `2014-10-31`.
    const API_VERSION: &'static str;
    /// The service name in signatures, such as `rds`.
    const SIGNING_NAME: &'static str;
    /// The first label of the service's host names, such as `rds`.
    const ENDPOINT_PREFIX: &'static str;
    /// The XML namespace of the service's responses. Clients need not check it.
    const XML_NAMESPACE: &'static str;
    /// The service's endpoints. A service without endpoint rules in its model has none and needs a custom endpoint.
    const ENDPOINTS: Endpoints = Endpoints::NONE;
    /// The signature version that the service accepts.
    const SIGNATURE_VERSION: SignatureVersion = SignatureVersion::V4;
}

/// A request: the operation's input, and the facts needed to send it and parse its response.
///
/// These methods do no I/O. [`to_request`](Self::to_request) returns the request to sign and send.
/// [`parse_response`](Self::parse_response) takes the response.
pub trait Operation: Structure {
    /// The service that the operation belongs to.
    type Service: Service;
    /// The output of a successful call.
    type Output: Structure;
    /// The errors that the model lists for the operation.
    type Error: OperationErrorKind<Service = <Self::Service as Service>::Error>;

    /// The operation's name, sent as the request's `Action`.
    const NAME: &'static str;
    /// The element of a response that holds the output; `None` if the root holds it (RSP-4).
    const RESULT_WRAPPER: Option<&'static str>;
    /// True if a call changes nothing and may be repeated after any failure. Set if the model says so or if the
    /// operation's name begins with a verb for reading, such as `Describe`, `List` or `Get`.
    const READ_ONLY: bool = false;
    /// True if requests must be signed. A few operations that obtain credentials must not be signed.
    const SIGNED: bool = true;
    /// The query of the request's URI. Empty except for a few very old services.
    const QUERY: &'static str = "";

    /// Sets the idempotency token if the operation has one and it is absent. The token must be a fresh lowercase
    /// version 4 UUID, generated once per call and reused for all its attempts (REQ-20). An empty token counts as set.
    fn ensure_idempotency_token(&mut self, token: impl FnOnce() -> String) {
        let _ = token;
    }

    /// Returns the region for which the caller must presign the request, so that the service may read there. It is
    /// `SourceRegion`, which is never sent, if `PreSignedUrl` is absent (PRE-1). `None` for requests that need no such
    /// URL.
    fn presign_region(&self) -> Option<&str> {
        None
    }

    /// Returns the prefix of the endpoint's host, such as `data.`. Usually empty (REQ-27).
    ///
    /// # Errors
    ///
    /// Fails if a member's value must be a host label and is invalid.
    fn host_prefix(&self) -> Result<String, RequestError> {
        Ok(String::new())
    }

    /// Checks the request against the model: required members, lengths and ranges. Sending does not require it, because
    /// services may be more lenient than their models.
    ///
    /// # Errors
    ///
    /// Returns all violations, each with its path: `Filters[0].Values: required`.
    fn validate(&self) -> Result<(), ValidationError> {
        validate::validate(self)
    }

    /// Returns the request's body as a form: `Action=…&Version=…` and the members that are set.
    ///
    /// # Errors
    ///
    /// Fails for a value that a form cannot represent, such as a timestamp before the year 1.
    fn to_body(&self) -> Result<String, FormError> {
        form::to_form(Self::NAME, Self::Service::API_VERSION, self)
    }

    /// Returns the unsigned request for an endpoint: `POST`, with `Host`, `Content-Type` and `Content-Length` (REQ-1,
    /// REQ-2). Keeps the endpoint's path and adds a trailing slash.
    ///
    /// # Errors
    ///
    /// Fails as [`to_body`](Self::to_body) and [`host_prefix`](Self::host_prefix) do. Also fails if the endpoint is not
    /// `http://` or `https://` with a host, or has a query.
    fn to_request(&self, endpoint: &Uri) -> Result<http::Request<String>, RequestError> {
        let form = form::write(Self::NAME, Self::Service::API_VERSION, self);
        post(endpoint, self.host_prefix(), Self::QUERY, form)
    }

    /// Returns the request without a host prefix, for a custom endpoint.
    ///
    /// # Errors
    ///
    /// Fails as [`to_request`](Self::to_request) does.
    fn to_request_unprefixed(&self, endpoint: &Uri) -> Result<http::Request<String>, RequestError> {
        let form = form::write(Self::NAME, Self::Service::API_VERSION, self);
        post(endpoint, Ok(String::new()), Self::QUERY, form)
    }

    /// Parses the response to this operation. Status 2xx is an output, all others are errors (RSP-1).
    ///
    /// # Errors
    ///
    /// Returns [`Error::Service`] if the service or a proxy rejected the call. Returns [`Error::Malformed`] for a
    /// success that cannot be read.
    fn parse_response(
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Response<Self::Output>, Error<Self::Error>> {
        parse_response::<Self>(Parser::Scanner, status, headers, body)
    }
}

/// Parses a response by the rules of [`Operation::parse_response`].
///
/// Only this function and the reader of the output are compiled per operation.
pub(crate) fn parse_response<O: Operation>(
    parser: Parser,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response<O::Output>, Error<O::Error>> {
    let mut output = O::Output::default();
    let place = OutputPlace { wrapper: O::RESULT_WRAPPER, table: O::Output::MEMBERS, members: &mut output };
    match read_response(parser, status, headers, body, place) {
        Ok(request_id) => Ok(Response { output, request_id }),
        Err(NoOutput::Service(details)) => Err(Error::Service(ServiceError::new(details))),
        Err(NoOutput::Malformed(malformed)) => Err(Error::Malformed(malformed)),
    }
}

/// The error of a request that cannot be created.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestError {
    /// A form cannot represent a value.
    Form(FormError),
    /// The endpoint is invalid.
    Endpoint {
        /// The endpoint as given.
        endpoint: String,
        /// The expected form of the endpoint.
        expected: &'static str,
    },
    /// A member's value must be a host label and is invalid.
    HostLabel {
        /// The member.
        member: &'static str,
        /// Its value.
        found: Option<String>,
    },
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(error) => error.fmt(f),
            Self::Endpoint { endpoint, expected } => {
                write!(f, "invalid endpoint {endpoint:?}: must {expected}")
            }
            Self::HostLabel { member, found } => {
                let found = found.as_deref().map_or("none".into(), |found| format!("{found:?}"));
                write!(
                    f,
                    "{member}: expected 1 to 63 letters, digits and inner hyphens for a host, found {found}"
                )
            }
        }
    }
}

impl StdError for RequestError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Form(error) => Some(error),
            Self::Endpoint { .. } | Self::HostLabel { .. } => None,
        }
    }
}

/// Creates a request with this body. Not generic, to reduce code per operation.
fn post(
    endpoint: &Uri,
    prefix: Result<String, RequestError>,
    query: &str,
    form: Result<Form, FormError>,
) -> Result<http::Request<String>, RequestError> {
    let endpoint = prefixed(endpoint, &prefix?)?;
    let refuse = |expected| RequestError::Endpoint { endpoint: text::url(&endpoint.to_string()), expected };
    let destination = Destination::of(&endpoint, query).map_err(refuse)?;
    let Form { body, sensitive } = form.map_err(RequestError::Form)?;
    let mut request = http::Request::new(body);
    if !sensitive.is_empty() {
        request.extensions_mut().insert(SensitiveValues(sensitive.into()));
    }
    *request.method_mut() = Method::POST;
    *request.uri_mut() = destination.uri;
    let length = request.body().len();
    let headers = request.headers_mut();
    headers.insert(HOST, destination.host);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    Ok(request)
}

/// Checks an endpoint. Returns the expected form of an invalid one. Public for clients that check an endpoint before
/// any request.
pub fn check_endpoint(endpoint: &Uri) -> Result<(), &'static str> {
    Destination::of(endpoint, "").map(drop)
}

/// The destination of a request.
struct Destination {
    uri: Uri,
    host: HeaderValue,
}

impl Destination {
    fn of(endpoint: &Uri, query: &str) -> Result<Self, &'static str> {
        let default_port = match endpoint.scheme_str() {
            Some("http") => 80,
            Some("https") => 443,
            _ => return Err("start with http:// or https://"),
        };
        let authority = endpoint.authority().ok_or("have a host")?;
        if endpoint.query().is_some() {
            return Err("have no query");
        }
        if authority.as_str().contains('@') {
            return Err("have no user name and password");
        }
        // Host names are compared and signed in lower case, without default ports (REQ-28, SIG-3).
        let mut host = authority.host().to_ascii_lowercase();
        match port_of(authority) {
            Ok(Some(port)) if port != default_port => host.push_str(&format!(":{port}")),
            Ok(_) => {}
            Err(_) => return Err("have a port of at most 65535"),
        }
        let host = HeaderValue::try_from(host).map_err(|_| "have a valid host")?;
        let uri = with_slash(endpoint, query).ok_or("have a valid path")?;
        Ok(Self { uri, host })
    }
}

/// Returns the endpoint with a trailing slash on its path and the protocol's query (REQ-1).
fn with_slash(endpoint: &Uri, query: &str) -> Option<Uri> {
    let path = endpoint.path();
    if path.ends_with('/') && query.is_empty() {
        return Some(endpoint.clone());
    }
    let slash = if path.ends_with('/') { "" } else { "/" };
    let mark = if query.is_empty() { "" } else { "?" };
    let mut parts = endpoint.clone().into_parts();
    parts.path_and_query = Some(format!("{path}{slash}{mark}{query}").parse().ok()?);
    Uri::from_parts(parts).ok()
}

/// Returns the endpoint with a prefix before its host.
fn prefixed(endpoint: &Uri, prefix: &str) -> Result<Uri, RequestError> {
    let Some(authority) = endpoint.authority().filter(|_| !prefix.is_empty()) else {
        return Ok(endpoint.clone());
    };
    let host = format!("{prefix}{authority}");
    let mut parts = endpoint.clone().into_parts();
    parts.authority = host.parse().ok();
    Uri::from_parts(parts).map_err(|_| RequestError::Endpoint {
        endpoint: host,
        expected: "have a host that can follow a prefix",
    })
}

/// A part of a host prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PrefixPart<'a> {
    /// Fixed text.
    Text(&'a str),
    /// A member's name and its value.
    Label(&'static str, Option<&'a str>),
}

/// Joins the parts of a host prefix.
///
/// # Errors
///
/// Fails for an invalid host label.
pub fn host_prefix(parts: &[PrefixPart<'_>]) -> Result<String, RequestError> {
    let mut prefix = String::new();
    for part in parts {
        match *part {
            PrefixPart::Text(text) => prefix.push_str(text),
            PrefixPart::Label(_, Some(value)) if is_host_label(value) => prefix.push_str(value),
            PrefixPart::Label(member, value) => {
                return Err(RequestError::HostLabel {
                    member,
                    found: value.map(|value| text::bounded(value.to_owned())),
                });
            }
        }
    }
    Ok(prefix)
}
