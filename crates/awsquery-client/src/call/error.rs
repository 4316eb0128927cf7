//! Errors of calls, by the stage at which a call ended.
//!
//! The message of an error does not contain that of its `source`: walk along the sources to show everything once. An error that only
//! wraps another one of this crate has the message and the source of that one.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};
use std::time::Duration;

use awsquery::error::{MalformedResponse, OperationErrorKind};
use awsquery::http::StatusCode;
use awsquery::pages::RepeatedMarker;
use awsquery::retry::RetryKind;
use awsquery::{RequestError, ServiceError, ValidationError};

use crate::credentials::{CredentialsError, CredentialsErrorKind};
use crate::endpoint::EndpointError;
use crate::endpoint::region::InvalidRegion;
use crate::http::{HttpError, HttpErrorKind};
use crate::shown;
use crate::signing::SigningError;

/// An error of a call. The variants are in the order of the stages of a call.
///
/// `E` is the operation's enumeration of errors, such as `DescribeExportTasksError`. The sources have the cause, such as the reason for
/// a failed connection, and [`DisplayErrorChain`] shows them all.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error<E: OperationErrorKind> {
    /// The request violates the model, for example by lacking a required member. Nothing was sent.
    Invalid(ValidationError),
    /// The region of this call is invalid. Nothing was sent.
    Region(InvalidRegion),
    /// There is no endpoint to call. Nothing was sent.
    Endpoint(EndpointError),
    /// The request has a value that the wire cannot carry. Nothing was sent.
    Unwritable(RequestError),
    /// There are no credentials to sign with.
    Credentials(CredentialsError),
    /// The request cannot be signed.
    Signing(SigningError),
    /// No attempt got a response.
    Http(HttpError),
    /// The call timed out.
    DeadlineExceeded(DeadlineExceeded),
    /// The service, or something between, responded with an error.
    Service(ServiceError<E>),
    /// The response reports success and cannot be parsed. The call may have had its effect. The body is kept.
    Malformed(MalformedResponse),
    /// The service returned a marker that it had been sent before. To follow it would never end.
    RepeatedMarker(RepeatedMarker),
}

impl<E: OperationErrorKind> Error<E> {
    /// Returns the kind of error, if the model lists the service's error code for the operation.
    pub fn kind(&self) -> Option<E> {
        self.as_service_error().and_then(ServiceError::kind)
    }

    /// Returns the kind of error, if the model knows the service's error code.
    pub fn service_kind(&self) -> Option<E::Service> {
        self.as_service_error().and_then(ServiceError::service_kind)
    }

    /// Returns the service's error.
    pub fn as_service_error(&self) -> Option<&ServiceError<E>> {
        match self {
            Self::Service(error) => Some(error),
            _ => None,
        }
    }

    /// Returns the error code, such as `ExportTaskNotFound`.
    pub fn code(&self) -> Option<&str> {
        self.as_service_error().and_then(ServiceError::code)
    }

    /// The service's message to people, all of it. Secrets of the request that an endpoint echoes, in it or in
    /// [`code`](Self::code), [`request_id`](Self::request_id) or [`body`](Self::body), are replaced by `***`: what the model
    /// marks sensitive, the credentials' secrets and the signature.
    pub fn message(&self) -> Option<&str> {
        self.as_service_error().and_then(ServiceError::message)
    }

    /// Returns the request id, by which AWS can find the call.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Service(error) => error.request_id(),
            Self::Malformed(error) => error.request_id(),
            _ => None,
        }
    }

    /// Returns the status of the response, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Service(error) => Some(error.status()),
            Self::Malformed(error) => Some(error.status()),
            _ => None,
        }
    }

    /// Returns the body of the response, if there was one.
    pub fn body(&self) -> Option<&[u8]> {
        match self {
            Self::Service(error) => Some(error.body()),
            Self::Malformed(error) => Some(error.body()),
            _ => None,
        }
    }

    /// Returns true if connecting, an attempt or the call timed out.
    pub fn is_timeout(&self) -> bool {
        match self {
            Self::DeadlineExceeded(_) => true,
            Self::Http(error) => {
                matches!(error.kind(), HttpErrorKind::Timeout | HttpErrorKind::ConnectTimeout)
            }
            _ => false,
        }
    }

    /// The kind of failure if the same call may succeed later, although all its attempts are used up. Waits go by it; of an
    /// operation that only reads they repeat [`Malformed`](Self::Malformed) responses as well, as a call does.
    pub fn retry_kind(&self) -> Option<RetryKind> {
        match self {
            Self::Credentials(error) => {
                (error.kind() == CredentialsErrorKind::Failed).then_some(RetryKind::Transient)
            }
            Self::Service(error) => error.retry_kind(),
            Self::Http(error) => error.failure().kind,
            Self::DeadlineExceeded(_) => Some(RetryKind::Transient),
            _ => None,
        }
    }
}

impl<E: OperationErrorKind> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(error) => write!(f, "invalid request: {error}"),
            Self::Region(error) => error.fmt(f),
            Self::Endpoint(error) => error.fmt(f),
            Self::Unwritable(error) => write!(f, "request: {error}"),
            Self::Credentials(error) => write!(f, "credentials: {error}"),
            Self::Signing(error) => write!(f, "signature: {error}"),
            Self::Http(error) => error.fmt(f),
            Self::DeadlineExceeded(error) => error.fmt(f),
            Self::Service(error) => error.fmt(f),
            Self::Malformed(error) => error.fmt(f),
            Self::RepeatedMarker(error) => error.fmt(f),
        }
    }
}

impl<E: OperationErrorKind> StdError for Error<E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Credentials(error) => error.source(),
            Self::Http(error) => error.source(),
            Self::Service(error) => error.source(),
            // These say all that there is.
            Self::Invalid(_)
            | Self::Region(_)
            | Self::Endpoint(_)
            | Self::Unwritable(_)
            | Self::Signing(_)
            | Self::DeadlineExceeded(_)
            | Self::Malformed(_)
            | Self::RepeatedMarker(_) => None,
        }
    }
}

impl<E: OperationErrorKind> From<awsquery::Error<E>> for Error<E> {
    fn from(error: awsquery::Error<E>) -> Self {
        match error.into_service_error() {
            Ok(error) => Self::Service(error),
            Err(error) => Self::Malformed(error),
        }
    }
}

/// Shows an error with all its sources: `cannot connect: client error (Connect): tcp connect error: …`.
///
/// ```
/// use awsquery_client::DisplayErrorChain;
/// use awsquery_client::http::{HttpError, HttpErrorKind};
///
/// let error = HttpError::new(HttpErrorKind::Connect).with_source("no such host");
/// assert_eq!(error.to_string(), "cannot connect");
/// assert_eq!(DisplayErrorChain(&error).to_string(), "cannot connect: no such host");
/// ```
///
/// It is at most some 8 KiB long, however much the errors say.
#[derive(Clone, Copy, Debug)]
pub struct DisplayErrorChain<'a>(
    /// The error.
    pub &'a (dyn StdError + 'static),
);

impl fmt::Display for DisplayErrorChain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Bounded { room: CHAIN, to: f };
        let mut next = Some(self.0);
        let mut colon = "";
        while let Some(error) = next.filter(|_| text.room > 0) {
            write!(text, "{colon}{error}")?;
            (next, colon) = (error.source(), ": ");
        }
        match text.room {
            0 => f.write_str("…"),
            _ => Ok(()),
        }
    }
}

/// The most bytes that [`DisplayErrorChain`] shows.
const CHAIN: usize = 8 * 1024;

/// Writes so many bytes, and drops what is more.
struct Bounded<'a, 'f> {
    room: usize,
    to: &'a mut fmt::Formatter<'f>,
}

impl fmt::Write for Bounded<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let shown = shown::shorten(text, self.room);
        self.room = if shown.len() < text.len() { 0 } else { self.room - shown.len() };
        self.to.write_str(shown)
    }
}

/// A call timed out, with its attempts and the pauses between them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadlineExceeded {
    /// The timeout.
    pub limit: Duration,
    /// The attempt that was running or next, from 1.
    pub attempt: u32,
    /// The error of the previous attempt, if there was one.
    pub last: Option<String>,
    /// The step that the call was waiting for.
    pub awaited: Awaited,
}

/// A step that a call waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Awaited {
    /// The credentials provider.
    Credentials,
    /// The service, or the pause before the next attempt.
    Response,
}

impl fmt::Display for DeadlineExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (limit, attempt) = (self.limit.as_secs_f64(), self.attempt);
        let awaited = match self.awaited {
            Awaited::Credentials => " while obtaining credentials",
            Awaited::Response => "",
        };
        write!(f, "timed out after {limit} s{awaited} (attempt {attempt})")?;
        match &self.last {
            Some(last) => write!(f, "; the previous attempt failed: {last}"),
            None => Ok(()),
        }
    }
}

impl StdError for DeadlineExceeded {}

/// The errors without a response, for code that is compiled once for all operations.
#[derive(Debug)]
pub(crate) enum NoResponse {
    Region(InvalidRegion),
    Endpoint(EndpointError),
    Credentials(CredentialsError),
    Signing(SigningError),
    Http(HttpError),
    DeadlineExceeded(DeadlineExceeded),
}

impl<E: OperationErrorKind> From<NoResponse> for Error<E> {
    fn from(reason: NoResponse) -> Self {
        match reason {
            NoResponse::Region(error) => Self::Region(error),
            NoResponse::Endpoint(error) => Self::Endpoint(error),
            NoResponse::Credentials(error) => Self::Credentials(error),
            NoResponse::Signing(error) => Self::Signing(error),
            NoResponse::Http(error) => Self::Http(error),
            NoResponse::DeadlineExceeded(error) => Self::DeadlineExceeded(error),
        }
    }
}
