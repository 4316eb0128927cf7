//! Errors: tables of the model's facts, and one error type for all operations.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};

use crate::call::envelope::{self, ErrorEnvelope};
use crate::call::retry::{self, RetryKind};
use crate::call::secrets::Secrets;
use crate::format::xml::{Parser, XmlError};
use crate::value::structure::Structure;
use crate::value::text::{self, SHOWN, Shown};

/// The model's facts about one error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorShape {
    /// The shape's name, such as `ExportTaskNotFoundFault`.
    pub name: &'static str,
    /// The code on the wire, such as `ExportTaskNotFound`. It often equals the shape's name, but no rule says when
    /// (ERR-4).
    pub code: &'static str,
    /// The HTTP status in the model.
    pub status: u16,
    /// The retry kind in the model.
    pub retry: Option<RetryKind>,
}

impl ErrorShape {
    /// Creates an error from its name, wire code and status.
    pub const fn new(name: &'static str, code: &'static str, status: u16) -> Self {
        Self { name, code, status, retry: None }
    }

    /// Sets the retry kind.
    pub const fn retry(mut self, retry: RetryKind) -> Self {
        self.retry = Some(retry);
        self
    }
}

/// All errors of a service, a generated enumeration named by shape.
pub trait ServiceErrorKind: Copy + Eq + fmt::Debug + Send + Sync + 'static {
    /// The facts of each kind.
    const SHAPES: &'static [(Self, ErrorShape)];

    /// The facts of this kind.
    fn shape(self) -> Option<&'static ErrorShape> {
        Self::SHAPES.iter().find(|(kind, _)| *kind == self).map(|(_, shape)| shape)
    }
}

/// Returns the retry kind that the model gives this error.
fn retry_of<S: ServiceErrorKind>(kind: S) -> Option<RetryKind> {
    kind.shape().and_then(|shape| shape.retry)
}

/// The errors that the model lists for an operation, a generated enumeration named by shape.
pub trait OperationErrorKind: Copy + Eq + fmt::Debug + Send + Sync + 'static {
    /// The service's own enumeration.
    type Service: ServiceErrorKind;

    /// The service's kind for each kind of the operation.
    const KINDS: &'static [(Self, Self::Service)];
}

/// Implements [`OperationErrorKind`](crate::error::OperationErrorKind) for an enumeration. Its variants must be named
/// like the service's, and all must be listed.
///
/// Also implements `Clone`, `Copy`, `Debug`, `PartialEq`, `Eq` and `Hash`, each as a derive would.
///
/// ```
/// use awsquery::error::{ErrorShape, OperationErrorKind, ServiceErrorKind};
///
/// #[derive(Clone, Copy, Debug, PartialEq, Eq)]
/// enum RdsError {
///     ExportTaskNotFoundFault,
///     InvalidExportTaskStateFault,
/// }
///
/// impl ServiceErrorKind for RdsError {
///     const SHAPES: &'static [(Self, ErrorShape)] = &[
///         (Self::ExportTaskNotFoundFault, ErrorShape::new("ExportTaskNotFoundFault", "ExportTaskNotFound", 404)),
///         (Self::InvalidExportTaskStateFault, ErrorShape::new("InvalidExportTaskStateFault", "InvalidExportTaskStateFault", 400)),
///     ];
/// }
///
/// enum DescribeExportTasksError {
///     ExportTaskNotFoundFault,
/// }
///
/// awsquery::operation_error!(DescribeExportTasksError { service: RdsError, kinds: [ExportTaskNotFoundFault] });
///
/// let kind = DescribeExportTasksError::ExportTaskNotFoundFault;
/// assert_eq!(DescribeExportTasksError::KINDS, [(kind, RdsError::ExportTaskNotFoundFault)]);
/// assert_eq!(format!("{kind:?}"), "ExportTaskNotFoundFault");
/// ```
//
// Derives would work too, but cost every user more compile time.
#[macro_export]
macro_rules! operation_error {
    ($type:ident { service: $service:ty, kinds: [$($kind:ident),* $(,)?] $(,)? }) => {
        #[allow(deprecated)]
        impl $crate::error::OperationErrorKind for $type {
            type Service = $service;
            const KINDS: &'static [(Self, $service)] = &[$((Self::$kind, <$service>::$kind)),*];
        }

        #[allow(deprecated, unreachable_code)] // Where nothing is listed.
        impl ::core::clone::Clone for $type {
            #[inline]
            fn clone(&self) -> Self {
                // Rejects a list with a missing kind.
                match *self {
                    $(Self::$kind => {})*
                }
                *self
            }
        }

        #[allow(deprecated)]
        impl ::core::marker::Copy for $type {}

        #[allow(deprecated)]
        impl ::core::fmt::Debug for $type {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::generated::error::debug(self, f)
            }
        }

        #[allow(deprecated)]
        impl ::core::cmp::PartialEq for $type {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                ::core::mem::discriminant(self) == ::core::mem::discriminant(other)
            }
        }

        #[allow(deprecated)]
        impl ::core::cmp::Eq for $type {}

        #[allow(deprecated)]
        impl ::core::hash::Hash for $type {
            #[inline]
            fn hash<H: ::core::hash::Hasher>(&self, state: &mut H) {
                ::core::mem::discriminant(self).hash(state);
            }
        }
    };
}

/// The functions that [`operation_error!`](crate::operation_error) calls. The macro rejects a list with a missing kind:
///
/// ```compile_fail,E0004
/// # use awsquery::error::{ErrorShape, ServiceErrorKind};
/// # #[derive(Clone, Copy, Debug, PartialEq, Eq)]
/// # enum RdsError { NotFound, Busy }
/// # impl ServiceErrorKind for RdsError { const SHAPES: &'static [(Self, ErrorShape)] = &[]; }
/// enum AskError {
///     NotFound,
///     Busy,
/// }
///
/// awsquery::operation_error!(AskError { service: RdsError, kinds: [NotFound] });
/// ```
#[doc(hidden)]
pub mod support {
    use std::fmt;

    use super::OperationErrorKind;

    /// Formats the service's name of the kind, which is the same.
    #[inline(never)]
    pub fn debug<E: OperationErrorKind>(kind: &E, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        E::KINDS.iter().filter(|(own, _)| own == kind).try_for_each(|(_, kind)| fmt::Debug::fmt(kind, f))
    }
}

/// The modeled members of an error, other than its message. Generated for errors that have such members.
pub trait ErrorDetails: Structure {
    /// The error's shape.
    const SHAPE: &'static str;

    /// Reads the members from the body of a response. Ignores the error code in it.
    ///
    /// # Errors
    ///
    /// Fails if the body has no error or a member cannot be read.
    fn from_error_body(body: &[u8]) -> Result<Self, XmlError> {
        envelope::read_details(Parser::Scanner, body)
    }
}

/// The error of a call.
///
/// `E` is the operation's own enumeration of errors.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error<E: OperationErrorKind> {
    /// The service, or a proxy before it, returned an error.
    Service(ServiceError<E>),
    /// The status says success, but the body is unreadable. The call may have taken effect (ERR-9).
    Malformed(MalformedResponse),
}

impl<E: OperationErrorKind> Error<E> {
    /// Returns the operation's own kind of error if the model lists it for the operation.
    pub fn kind(&self) -> Option<E> {
        match self {
            Self::Service(error) => error.kind(),
            Self::Malformed(_) => None,
        }
    }

    /// Returns the request id, by which AWS can find the call.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Service(error) => error.request_id(),
            Self::Malformed(error) => error.request_id(),
        }
    }

    /// Returns the service's error, or else the unreadable success. Use it in clients with their own error type.
    ///
    /// # Errors
    ///
    /// Fails for a success that cannot be read.
    pub fn into_service_error(self) -> Result<ServiceError<E>, MalformedResponse> {
        match self {
            Self::Service(error) => Ok(error),
            Self::Malformed(error) => Err(error),
        }
    }

    /// Redacts the request's secrets in the code, message, fault, request id and body. No accessor returns an echoed
    /// secret after this call.
    pub fn redact(&mut self, secrets: &Secrets) {
        match self {
            Self::Service(error) => error.details.redact(secrets),
            Self::Malformed(error) => error.redact(secrets),
        }
    }

    /// Returns the response's status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Service(error) => error.status(),
            Self::Malformed(error) => error.status(),
        }
    }

    /// Returns the reason why another attempt may succeed; see [`RetryKind`]. `None` for a success that cannot be read.
    pub fn retry_kind(&self) -> Option<RetryKind> {
        match self {
            Self::Service(error) => error.retry_kind(),
            Self::Malformed(_) => None,
        }
    }
}

impl<E: OperationErrorKind> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(error) => error.fmt(f),
            Self::Malformed(error) => error.fmt(f),
        }
    }
}

impl<E: OperationErrorKind> StdError for Error<E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Service(error) => error.source(),
            // `Display` already includes the error of the body.
            Self::Malformed(_) => None,
        }
    }
}

/// An error that the service returned, modeled or not. Also an error status without a readable envelope, such as a
/// proxy's HTML page.
#[derive(Debug)]
pub struct ServiceError<E: OperationErrorKind> {
    kind: Option<E>,
    service_kind: Option<E::Service>,
    details: Box<Details>,
}

/// The parts of an error that do not depend on the operation. Code on this type is compiled once, not once per
/// operation.
pub(crate) struct Details {
    envelope: ErrorEnvelope,
    status: StatusCode,
    /// The service's clock, from the headers.
    date: Option<Timestamp>,
    body: Body,
    unreadable: Option<XmlError>,
}

impl Details {
    /// Creates the details of an error with a readable envelope.
    pub(crate) fn new(
        envelope: ErrorEnvelope,
        status: StatusCode,
        date: Option<Timestamp>,
        body: &[u8],
    ) -> Box<Self> {
        Box::new(Self { envelope, status, date, body: Body(body.into()), unreadable: None })
    }

    /// Sets the reason why the envelope is unreadable (ERR-8). If the body quotes a signed request, the reason is
    /// redacted: its names and references may be parts of the request.
    pub(crate) fn unreadable(mut self: Box<Self>, error: XmlError) -> Box<Self> {
        let is_quoting = start_of_quotes(&self.body.0).is_some();
        self.unreadable = Some(if is_quoting { error.redacted() } else { error });
        self
    }

    /// Redacts the secrets; see [`Error::redact`].
    fn redact(&mut self, secrets: &Secrets) {
        let ErrorEnvelope { code, message, fault, request_id } = &mut self.envelope;
        for text in [code, message, fault, request_id] {
            redact(text, secrets);
        }
        if self.body.redact(secrets) {
            self.unreadable = self.unreadable.take().map(XmlError::redacted);
        }
    }

    fn code(&self) -> Option<&str> {
        self.envelope.code.as_deref()
    }

    fn request_id(&self) -> Option<&str> {
        self.envelope.request_id.as_deref()
    }

    /// Returns the retry kind; see [`ServiceError::retry_kind`]. `modeled` is the retry kind in the model.
    fn retry_kind(&self, modeled: Option<RetryKind>) -> Option<RetryKind> {
        RetryKind::classify(modeled, self.code(), self.status)
    }

    /// Returns the clock skew; see [`ServiceError::clock_skew`].
    fn clock_skew(&self, now: Timestamp) -> Option<SignedDuration> {
        retry::clock_skew(self.code(), self.date, now)
    }
}

impl fmt::Display for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.envelope.message.as_deref().filter(|message| !message.trim().is_empty());
        let status = self.status.as_u16();
        match (self.code().map(Shown), message.map(without_quotes)) {
            (Some(code), Some(message)) => write!(f, "{code}: {message}")?,
            (Some(code), None) => write!(f, "{code} (status {status})")?,
            (None, Some(message)) => write!(f, "status {status}: {message}")?,
            (None, None) if self.unreadable.is_none() => {
                write!(f, "status {status}, an error without code and message")?
            }
            (None, None) => match &*without_quotes(&self.body.snippet()) {
                "" => write!(f, "status {status} with an empty body")?,
                body => write!(f, "status {status} without an error envelope: {body:?}")?,
            },
        }
        write_request_id(f, self.request_id())
    }
}

impl<E: OperationErrorKind> ServiceError<E> {
    /// Creates an error and resolves its kind.
    pub(crate) fn new(details: Box<Details>) -> Self {
        let kind_at = |place: usize| E::KINDS.get(place).map(|(_, kind)| *kind);
        let (place, service_kind) = resolve(details.envelope.code.as_deref(), &kind_at);
        let kind = E::KINDS.get(place).map(|(kind, _)| *kind);
        Self { kind, service_kind, details }
    }

    /// Returns the operation's own kind, or `None` if the model does not list the error for the operation.
    pub fn kind(&self) -> Option<E> {
        self.kind
    }

    /// Returns the service's kind, or `None` if the model does not list the error at all. Services return errors that
    /// their models list for other operations only, or for none (ERR-5).
    pub fn service_kind(&self) -> Option<E::Service> {
        self.service_kind
    }

    /// Returns true if the error is of this kind. Use it instead of comparing codes.
    pub fn is(&self, kind: E) -> bool {
        self.kind == Some(kind)
    }

    /// Returns the code on the wire, such as `ExportTaskNotFound`.
    pub fn code(&self) -> Option<&str> {
        self.details.code()
    }

    /// Returns the error's modeled members, read from the body (ERR-7). Returns `None` if the error has another shape.
    ///
    /// # Errors
    ///
    /// Fails if a member cannot be read.
    pub fn details<T: ErrorDetails>(&self) -> Option<Result<T, XmlError>> {
        let shape = self.service_kind.and_then(ServiceErrorKind::shape)?;
        (shape.name == T::SHAPE).then(|| T::from_error_body(self.body()))
    }

    /// Returns the service's complete message. `Display` and `Debug` show at most 1 KiB of it and omit quotes of a
    /// signed request.
    ///
    /// The message may contain secrets of the request. [`Error::redact`] removes them; a client that knows the request
    /// calls it.
    pub fn message(&self) -> Option<&str> {
        self.details.envelope.message.as_deref()
    }

    /// Returns the party at fault according to the service: usually `Sender` or `Receiver`.
    pub fn fault(&self) -> Option<&str> {
        self.details.envelope.fault.as_deref()
    }

    /// Returns the request id, by which AWS can find the call.
    pub fn request_id(&self) -> Option<&str> {
        self.details.request_id()
    }

    /// Returns the response's status.
    pub fn status(&self) -> StatusCode {
        self.details.status
    }

    /// Returns the body as received.
    pub fn body(&self) -> &[u8] {
        &self.details.body.0
    }

    /// Returns the beginning of the body as text, at most 1 KiB, for logs.
    pub fn snippet(&self) -> String {
        self.details.body.snippet()
    }

    /// Returns the time by which the service's clock is ahead of `now`, if clock skew caused the error. Add it to the
    /// time with which the next attempt is signed.
    ///
    /// The service's time comes from the header `Date`; `None` without one.
    pub fn clock_skew(&self, now: Timestamp) -> Option<SignedDuration> {
        self.details.clock_skew(now)
    }

    /// Returns the reason why another attempt may succeed; see [`RetryKind`]. Excludes errors that clock skew *may*
    /// cause: for those, see [`clock_skew`](Self::clock_skew).
    pub fn retry_kind(&self) -> Option<RetryKind> {
        // The model's retry kind applies to the operation's own errors only.
        let own = self.kind.and(self.service_kind);
        self.details.retry_kind(own.and_then(retry_of))
    }
}

impl<E: OperationErrorKind> fmt::Display for ServiceError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.details.fmt(f)
    }
}

impl<E: OperationErrorKind> StdError for ServiceError<E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.details.unreadable.as_ref().map(|error| error as &(dyn StdError + 'static))
    }
}

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ErrorEnvelope { code, message, fault, request_id } = &self.envelope;
        f.debug_struct("Details")
            .field("code", &code.as_deref().map(Shown))
            .field("message", &message.as_deref().map(without_quotes))
            .field("fault", &fault.as_deref().map(Shown))
            .field("request_id", &request_id.as_deref().map(Shown))
            .field("status", &self.status)
            .field("date", &self.date)
            .field("body", &self.body)
            // Only the offset: the error itself would quote the body. `source` has it.
            .field("unreadable_at", &self.unreadable.as_ref().map(XmlError::offset))
            .finish()
    }
}

/// The beginnings of quotes of a signed request or its signature.
const QUOTES: [&str; 6] = [
    "canonical string",
    "canonical request",
    "security-token",
    "authorization=",
    "credential=",
    "signature=",
];

/// Returns the message without a quote of a signed request. On a signature mismatch, services quote the whole request
/// that they expected.
fn without_quotes(message: &str) -> Cow<'_, str> {
    let shown = text::shorten(message, SHOWN);
    let Some(start) = start_of_quotes(shown.as_bytes()) else {
        return if shown.len() == message.len() { message.into() } else { Shown(message).to_string().into() };
    };
    // Removes the whole sentence, because its beginning is meaningless alone.
    let said = &shown[..start];
    let end = [". ", ": ", "\n"].iter().filter_map(|end| said.rfind(end)).max();
    let said = end.map_or("", |end| said[..=end].trim_end());
    let space = if said.is_empty() { "" } else { " " };
    format!("{said}{space}(the signed request that it quotes is not shown)").into()
}

fn start_of_quotes(message: &[u8]) -> Option<usize> {
    let begins = |at: &usize| {
        // Fast path: most bytes begin no quote.
        matches!(message[*at].to_ascii_lowercase(), b'c' | b's' | b'a')
            && QUOTES.iter().any(|quote| {
                let found = message.get(*at..*at + quote.len());
                found.is_some_and(|found| found.eq_ignore_ascii_case(quote.as_bytes()))
            })
    };
    (0..message.len()).find(begins)
}

/// Redacts the secrets in a text.
fn redact(text: &mut Option<String>, secrets: &Secrets) {
    if let Some(Cow::Owned(redacted)) = text.as_deref().map(|text| secrets.redact(text)) {
        *text = Some(redacted);
    }
}

/// A success that cannot be read.
#[derive(Debug)]
pub struct MalformedResponse(Box<Malformed>);

struct Malformed {
    request_id: Option<String>,
    status: StatusCode,
    body: Body,
    error: XmlError,
}

impl fmt::Debug for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Malformed")
            .field("request_id", &self.request_id.as_deref().map(Shown))
            .field("status", &self.status)
            .field("body", &self.body)
            .field("error", &self.error)
            .finish()
    }
}

impl MalformedResponse {
    pub(crate) fn new(request_id: Option<String>, status: StatusCode, body: &[u8], error: XmlError) -> Self {
        Self(Box::new(Malformed { request_id, status, body: Body(body.into()), error }))
    }

    /// Redacts the secrets; see [`Error::redact`].
    fn redact(&mut self, secrets: &Secrets) {
        redact(&mut self.0.request_id, secrets);
        if self.0.body.redact(secrets) {
            self.0.error.redact();
        }
    }

    /// Returns the error of the body, with its position.
    pub fn error(&self) -> &XmlError {
        &self.0.error
    }

    /// Returns the request id from the headers, by which AWS can find the call.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Returns the response's status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Returns the body as received.
    pub fn body(&self) -> &[u8] {
        &self.0.body.0
    }

    /// Returns the beginning of the body as text, at most 1 KiB, for logs.
    pub fn snippet(&self) -> String {
        self.0.body.snippet()
    }
}

impl fmt::Display for MalformedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status().as_u16();
        write!(f, "status {status}, but the response cannot be read: {}", self.0.error)?;
        write_request_id(f, self.request_id())
    }
}

/// Has no source: the text includes [`error`](MalformedResponse::error).
impl StdError for MalformedResponse {}

fn write_request_id(f: &mut fmt::Formatter<'_>, id: Option<&str>) -> fmt::Result {
    match id {
        Some(id) => write!(f, " (request id {})", Shown(id)),
        None => Ok(()),
    }
}

/// A body as received. `Debug` does not show it.
struct Body(Box<[u8]>);

impl Body {
    /// Redacts the secrets. Returns true if there was one.
    fn redact(&mut self, secrets: &Secrets) -> bool {
        let redacted = secrets.redacted(&self.0);
        let is_echo = redacted.is_some();
        if let Some(redacted) = redacted {
            self.0 = redacted.into();
        }
        is_echo
    }

    fn snippet(&self) -> String {
        let text = String::from_utf8_lossy(&self.0[..self.0.len().min(SHOWN)]);
        text::shorten(text.trim(), SHOWN).to_owned()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The text may hold values that the model marks sensitive. `snippet` is the explicit call.
        write!(f, "({} bytes)", self.0.len())
    }
}

/// The index of an error that is not in the operation's list.
const NOWHERE: usize = usize::MAX;

/// Finds the service's kind for the code, and its index in the operation's list of errors. The operation's errors take
/// precedence over the service's (ERR-5).
///
/// The list is passed as a function, so this is compiled once per service.
fn resolve<S: ServiceErrorKind>(
    code: Option<&str>,
    kind_at: &dyn Fn(usize) -> Option<S>,
) -> (usize, Option<S>) {
    let Some(code) = code else { return (NOWHERE, None) };
    let own = |rule: Rule| {
        let mut kinds = (0..).map_while(|place| Some((place, kind_at(place)?)));
        kinds.find(|(_, kind)| kind.shape().is_some_and(|shape| rule(shape, code)))
    };
    let of_service = |rule: Rule| {
        let found = S::SHAPES.iter().find(|(_, shape)| rule(shape, code));
        found.map(|(kind, _)| (NOWHERE, *kind))
    };
    let found = own(by_code)
        .or_else(|| own(by_name))
        .or_else(|| of_service(by_code))
        .or_else(|| of_service(by_name))
        .or_else(|| own(by_stem))
        .or_else(|| of_service(by_stem));
    found.map_or((NOWHERE, None), |(place, kind)| (place, Some(kind)))
}

type Rule = fn(&ErrorShape, &str) -> bool;

fn by_code(shape: &ErrorShape, code: &str) -> bool {
    shape.code == code
}

/// Emulators and hand-written stubs send the shape's name.
fn by_name(shape: &ErrorShape, code: &str) -> bool {
    shape.name == code
}

/// Matches with `Fault` added or removed, as a last resort.
fn by_stem(shape: &ErrorShape, code: &str) -> bool {
    let stem = |name: &'_ str| name.strip_suffix("Fault").map_or(name.len(), str::len);
    shape.code[..stem(shape.code)] == code[..stem(code)]
}
