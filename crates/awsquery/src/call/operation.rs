//! Operations: a request is sent as `http::Request`, its answer read from status, headers and body.

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
    /// Every error that the service's model lists.
    type Error: ServiceErrorKind;

    /// The service's name among the SDKs, such as `RDS`.
    const SDK_ID: &'static str;
    /// The version of its API, which every request carries, such as `2014-10-31`.
    const API_VERSION: &'static str;
    /// The name that requests are signed for, such as `rds`.
    const SIGNING_NAME: &'static str;
    /// The first label of its host names, such as `rds`.
    const ENDPOINT_PREFIX: &'static str;
    /// The namespace of its responses. Clients need not look at it.
    const XML_NAMESPACE: &'static str;
    /// The endpoints. A service whose model has no endpoint rules has none, and is called at custom endpoints only.
    const ENDPOINTS: Endpoints = Endpoints::NONE;
    /// The version of signatures that the service takes.
    const SIGNATURE_VERSION: SignatureVersion = SignatureVersion::V4;
}

/// A request: the operation's input, and all there is to know to send it and to read its answer.
///
/// Nothing here does any input or output. [`to_request`](Self::to_request) gives what is to be signed and sent,
/// [`parse_response`](Self::parse_response) takes what came back.
pub trait Operation: Structure {
    /// The service that the operation belongs to.
    type Service: Service;
    /// What a successful answer says.
    type Output: Structure;
    /// The errors that the model lists for the operation.
    type Error: OperationErrorKind<Service = <Self::Service as Service>::Error>;

    /// The operation's name, which a request carries as its `Action`.
    const NAME: &'static str;
    /// The element of a response that holds the output, `None` where members stand in the root itself (RSP-4).
    const RESULT_WRAPPER: Option<&'static str>;
    /// Whether a call changes nothing, so that it may be repeated whatever became of it. The model says so, or the
    /// operation's name does: it describes, lists or gets.
    const READ_ONLY: bool = false;
    /// Whether requests must be signed; a few that obtain credentials must not be.
    const SIGNED: bool = true;
    /// The query of the request's URI: empty but for a very old service or two.
    const QUERY: &'static str = "";

    /// Sets the idempotency token, where the operation has one and it is absent: a fresh UUID of version 4 in lower
    /// case, once for a call and all its attempts (REQ-20). An empty one counts as set.
    fn ensure_idempotency_token(&mut self, token: impl FnOnce() -> String) {
        let _ = token;
    }

    /// The region for which the caller must presign the request, so that the service may read there: the `SourceRegion`,
    /// which is never sent, where `PreSignedUrl` is absent (PRE-1). `None` for requests that need no such URL.
    fn presign_region(&self) -> Option<&str> {
        None
    }

    /// What goes before the endpoint's host, such as `data.`; mostly nothing (REQ-27).
    ///
    /// # Errors
    ///
    /// A member whose value would be a label of the host, and is none.
    fn host_prefix(&self) -> Result<String, RequestError> {
        Ok(String::new())
    }

    /// Checks what the model wants of the request: required members, lengths and ranges. Sending does not need it, and
    /// services have been more lenient than their models.
    ///
    /// # Errors
    ///
    /// Every violation at once, each with its path: `Filters[0].Values: required`.
    fn validate(&self) -> Result<(), ValidationError> {
        validate::validate(self)
    }

    /// The request's body, a form: `Action=…&Version=…` and the members that are set (PROTOCOL 2).
    ///
    /// # Errors
    ///
    /// A value that the wire cannot carry, such as a timestamp before the year 1.
    fn to_body(&self) -> Result<String, FormError> {
        form::to_form(Self::NAME, Self::Service::API_VERSION, self)
    }

    /// The request as it goes to an endpoint, not yet signed: `POST`, with `Host`, `Content-Type` and
    /// `Content-Length` (REQ-1, REQ-2). A path of the endpoint is kept, with a slash at its end; a query is
    /// refused.
    ///
    /// # Errors
    ///
    /// As [`to_body`](Self::to_body) and [`host_prefix`](Self::host_prefix); and an endpoint that is not `http://` or
    /// `https://` with a host.
    fn to_request(&self, endpoint: &Uri) -> Result<http::Request<String>, RequestError> {
        let form = form::write(Self::NAME, Self::Service::API_VERSION, self);
        post(endpoint, self.host_prefix(), Self::QUERY, form)
    }

    /// The same with the endpoint's host as it is, for an endpoint of one's own.
    ///
    /// # Errors
    ///
    /// As [`to_request`](Self::to_request).
    fn to_request_unprefixed(&self, endpoint: &Uri) -> Result<http::Request<String>, RequestError> {
        let form = form::write(Self::NAME, Self::Service::API_VERSION, self);
        post(endpoint, Ok(String::new()), Self::QUERY, form)
    }

    /// Reads the answer to this operation: 2xx is its output, anything else an error (RSP-1).
    ///
    /// # Errors
    ///
    /// [`Error::Service`] for what the service, or anything between, refused; [`Error::Malformed`] for a success that
    /// cannot be read.
    fn parse_response(
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Response<Self::Output>, Error<Self::Error>> {
        parse_response::<Self>(Parser::Scanner, status, headers, body)
    }
}

/// Reads a response, by the rules of [`Operation::parse_response`].
///
/// Little is compiled for each operation: what reads its output, and this.
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

/// Why there is no request to send.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestError {
    /// A value that the wire cannot carry.
    Form(FormError),
    /// An endpoint that requests cannot go to.
    Endpoint {
        /// The endpoint, as it was given.
        endpoint: String,
        /// What is wrong with it.
        expected: &'static str,
    },
    /// A member whose value would be a label of the host, and is none.
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

/// A request with this body. Not generic, so that little of it is compiled for each operation.
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

/// What requests cannot go to, by what was expected. Public for clients that check an endpoint before there is a request.
pub fn check_endpoint(endpoint: &Uri) -> Result<(), &'static str> {
    Destination::of(endpoint, "").map(drop)
}

/// Where a request goes.
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
        // Host names are compared and signed in lower case, default ports left out (REQ-28, SIG-3).
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

/// The endpoint with a slash at the end of its path, to which the protocol's own path and query are joined (REQ-1).
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

/// The endpoint with something before its host.
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

/// A part of what goes before a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PrefixPart<'a> {
    /// Text.
    Text(&'a str),
    /// A member's name and its value.
    Label(&'static str, Option<&'a str>),
}

/// Joins the parts of what goes before a host.
///
/// # Errors
///
/// A value that is no label of a host.
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
