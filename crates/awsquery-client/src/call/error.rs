//! Why a call gave no output: at which stage it ended, and all that is known there.
//!
//! What an error of this crate says itself does not contain what its `source` says: whoever shows it whole walks along the
//! sources, once. Where one error only wraps another of this crate, it says the same as that and has that one's source.

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

/// Why a call gave no output. The variants are in the order of the stages of a call.
///
/// `E` is the operation's own enumeration of errors, such as `DescribeExportTasksError`. What lies below, such as the reason
/// why there is no connection, is in the sources, and [`DisplayErrorChain`] shows them all.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error<E: OperationErrorKind> {
    /// The request lacks what the model requires, or has too much of something. Nothing was sent.
    Invalid(ValidationError),
    /// The region of this one call is none. Nothing was sent.
    Region(InvalidRegion),
    /// There is no endpoint to call. Nothing was sent.
    Endpoint(EndpointError),
    /// The request has a value that the wire cannot carry. Nothing was sent.
    Unwritable(RequestError),
    /// There are no credentials to sign with.
    Credentials(CredentialsError),
    /// The request cannot be signed.
    Signing(SigningError),
    /// There was no answer, at none of the attempts.
    Http(HttpError),
    /// The time for the whole call was over.
    DeadlineExceeded(DeadlineExceeded),
    /// The service, or something between, answered with an error.
    Service(ServiceError<E>),
    /// The answer says success, and cannot be read. The call may have had its effect; the body is in it as it came.
    Malformed(MalformedResponse),
    /// The service answered with a marker that it was sent before: to follow it would never end.
    RepeatedMarker(RepeatedMarker),
}

impl<E: OperationErrorKind> Error<E> {
    /// The operation's own kind of error, if the service answered with one that the model lists for it.
    pub fn kind(&self) -> Option<E> {
        self.as_service_error().and_then(ServiceError::kind)
    }

    /// The service's kind of error, if the service answered with one that the model knows.
    pub fn service_kind(&self) -> Option<E::Service> {
        self.as_service_error().and_then(ServiceError::service_kind)
    }

    /// The error that the service answered with.
    pub fn as_service_error(&self) -> Option<&ServiceError<E>> {
        match self {
            Self::Service(error) => Some(error),
            _ => None,
        }
    }

    /// The code that the service answered with, such as `ExportTaskNotFound`.
    pub fn code(&self) -> Option<&str> {
        self.as_service_error().and_then(ServiceError::code)
    }

    /// The service's message to people, all of it. Secrets of the request that an endpoint echoes, in it or in
    /// [`code`](Self::code), [`request_id`](Self::request_id) or [`body`](Self::body), are replaced by `***`: what the model
    /// marks sensitive, the credentials' secrets and the signature.
    pub fn message(&self) -> Option<&str> {
        self.as_service_error().and_then(ServiceError::message)
    }

    /// The id by which AWS can find the call.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Service(error) => error.request_id(),
            Self::Malformed(error) => error.request_id(),
            _ => None,
        }
    }

    /// The status of the answer, where there was one.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Service(error) => Some(error.status()),
            Self::Malformed(error) => Some(error.status()),
            _ => None,
        }
    }

    /// The body of the answer as it came, where there was one.
    pub fn body(&self) -> Option<&[u8]> {
        match self {
            Self::Service(error) => Some(error.body()),
            Self::Malformed(error) => Some(error.body()),
            _ => None,
        }
    }

    /// Whether time ran out: that of connecting, of an attempt, or of the whole call.
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

/// Shows an error with all that lies below it: `cannot connect: client error (Connect): tcp connect error: …`.
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

/// The time for a whole call was over, attempts, waiting between them and all.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadlineExceeded {
    /// The time that was allowed.
    pub limit: Duration,
    /// The attempt that was under way or to come, from 1.
    pub attempt: u32,
    /// What the last attempt ended with, where there was one before.
    pub last: Option<String>,
    /// What there was to wait for when the time was over.
    pub awaited: Awaited,
}

/// What a call waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Awaited {
    /// Whoever provides credentials.
    Credentials,
    /// The service, or the pause before the next attempt.
    Response,
}

impl fmt::Display for DeadlineExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (limit, attempt) = (self.limit.as_secs_f64(), self.attempt);
        let awaited = match self.awaited {
            Awaited::Credentials => "credentials",
            Awaited::Response => "a response",
        };
        write!(f, "expected {awaited} within {limit} s, which were over at attempt {attempt}")?;
        match &self.last {
            Some(last) => write!(f, "; the one before ended with: {last}"),
            None => Ok(()),
        }
    }
}

impl StdError for DeadlineExceeded {}

/// Why there is no response, for code that is compiled once for all operations.
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
