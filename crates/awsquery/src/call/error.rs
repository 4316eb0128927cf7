//! Errors by table: the model's facts in constants, one error type for every operation.

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

/// What the model says of one error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorShape {
    /// The shape's name, such as `ExportTaskNotFoundFault`.
    pub name: &'static str,
    /// The code on the wire, such as `ExportTaskNotFound`: often the shape's name, often not, and no rule says which
    /// (ERR-4).
    pub code: &'static str,
    /// The HTTP status that the model gives for it.
    pub status: u16,
    /// What the model says of trying again.
    pub retry: Option<RetryKind>,
}

impl ErrorShape {
    /// An error with its wire code and status.
    pub const fn new(name: &'static str, code: &'static str, status: u16) -> Self {
        Self { name, code, status, retry: None }
    }

    /// The same, worth another attempt.
    pub const fn retry(mut self, retry: RetryKind) -> Self {
        self.retry = Some(retry);
        self
    }
}

/// Every error of a service: an enumeration named by shape, generated.
pub trait ServiceErrorKind: Copy + Eq + fmt::Debug + Send + Sync + 'static {
    /// The facts of each kind.
    const SHAPES: &'static [(Self, ErrorShape)];

    /// The facts of this kind.
    fn shape(self) -> Option<&'static ErrorShape> {
        Self::SHAPES.iter().find(|(kind, _)| *kind == self).map(|(_, shape)| shape)
    }
}

/// What the model says of trying again after an error of this kind.
fn retry_of<S: ServiceErrorKind>(kind: S) -> Option<RetryKind> {
    kind.shape().and_then(|shape| shape.retry)
}

/// The errors that the model lists for an operation: an enumeration named by shape, generated.
pub trait OperationErrorKind: Copy + Eq + fmt::Debug + Send + Sync + 'static {
    /// The service's own enumeration.
    type Service: ServiceErrorKind;

    /// What each kind is called among the service's.
    const KINDS: &'static [(Self, Self::Service)];
}

/// Implements [`OperationErrorKind`](crate::error::OperationErrorKind) for an enumeration whose kinds are called as the service's are, all of them listed; and
/// `Clone`, `Copy`, `Debug`, `PartialEq`, `Eq` and `Hash`, each as deriving would.
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
// As with structures, deriving would do and cost every user more.
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
                // Refuses a list with a kind left out.
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

/// What [`operation_error!`](crate::operation_error) expands to calls of. It refuses a list with a kind left out:
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

    /// The service's name of the kind, which is the same.
    #[inline(never)]
    pub fn debug<E: OperationErrorKind>(kind: &E, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        E::KINDS.iter().filter(|(own, _)| own == kind).try_for_each(|(_, kind)| fmt::Debug::fmt(kind, f))
    }
}

/// What an error of the model says besides its message: a structure, generated where a model has such members.
pub trait ErrorDetails: Structure {
    /// The error's shape.
    const SHAPE: &'static str;

    /// Reads the members from the body of an answer, whatever error it says that it is.
    ///
    /// # Errors
    ///
    /// A body without an error, or a member that cannot be read.
    fn from_error_body(body: &[u8]) -> Result<Self, XmlError> {
        envelope::read_details(Parser::Scanner, body)
    }
}

/// Why there is no output.
///
/// `E` is the operation's own enumeration of errors.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error<E: OperationErrorKind> {
    /// The service, or something between, answered with an error.
    Service(ServiceError<E>),
    /// The status says success, and the body cannot be read. The call may have had its effect (ERR-9).
    Malformed(MalformedResponse),
}

impl<E: OperationErrorKind> Error<E> {
    /// The operation's own kind of error, if it is one that the model lists for it.
    pub fn kind(&self) -> Option<E> {
        match self {
            Self::Service(error) => error.kind(),
            Self::Malformed(_) => None,
        }
    }

    /// The id by which AWS can find the call.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Service(error) => error.request_id(),
            Self::Malformed(error) => error.request_id(),
        }
    }

    /// The service's error, or else the success that cannot be read: for clients with an error type of their own.
    ///
    /// # Errors
    ///
    /// A success that cannot be read.
    pub fn into_service_error(self) -> Result<ServiceError<E>, MalformedResponse> {
        match self {
            Self::Service(error) => Ok(error),
            Self::Malformed(error) => Err(error),
        }
    }

    /// Leaves the request's secrets out of all that the error has, wherever the endpoint echoes them: code, message, request
    /// id and body. After it, no accessor gives one either.
    pub fn redact(&mut self, secrets: &Secrets) {
        match self {
            Self::Service(error) => error.details.redact(secrets),
            Self::Malformed(error) => error.redact(secrets),
        }
    }

    /// The response's status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Service(error) => error.status(),
            Self::Malformed(error) => error.status(),
        }
    }

    /// Whether another attempt may succeed; see [`RetryKind`]. Never for a success that cannot be read.
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
            // It has said itself what is wrong with the body.
            Self::Malformed(_) => None,
        }
    }
}

/// An error that the service answered with, modeled or not; or an error status without any envelope that could be
/// read, such as a proxy's HTML page.
#[derive(Debug)]
pub struct ServiceError<E: OperationErrorKind> {
    kind: Option<E>,
    service_kind: Option<E::Service>,
    details: Box<Details>,
}

/// What an answer says of an error, whichever operation it answers. What can be done with that alone is done here, compiled once
/// and not for each operation.
pub(crate) struct Details {
    envelope: ErrorEnvelope,
    status: StatusCode,
    /// The service's clock, from the headers.
    date: Option<Timestamp>,
    body: Body,
    unreadable: Option<XmlError>,
}

impl Details {
    /// Of an error whose envelope was read.
    pub(crate) fn new(
        envelope: ErrorEnvelope,
        status: StatusCode,
        date: Option<Timestamp>,
        body: &[u8],
    ) -> Box<Self> {
        Box::new(Self { envelope, status, date, body: Body(body.into()), unreadable: None })
    }

    /// The same, of an error status without an envelope (ERR-8). What is wrong with a body that quotes a signed request is told
    /// without the text: a part of the request may be taken for a name or a reference.
    pub(crate) fn unreadable(mut self: Box<Self>, error: XmlError) -> Box<Self> {
        let is_quoting = start_of_quotes(&self.body.0).is_some();
        self.unreadable = Some(if is_quoting { error.redacted() } else { error });
        self
    }

    /// See [`Error::redact`].
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

    /// See [`ServiceError::retry_kind`]; given what the model says.
    fn retry_kind(&self, modeled: Option<RetryKind>) -> Option<RetryKind> {
        RetryKind::classify(modeled, self.code(), self.status)
    }

    /// See [`ServiceError::clock_skew`].
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
    /// Finds out what the operation calls the error.
    pub(crate) fn new(details: Box<Details>) -> Self {
        let kind_at = |place: usize| E::KINDS.get(place).map(|(_, kind)| *kind);
        let (place, service_kind) = resolve(details.envelope.code.as_deref(), &kind_at);
        let kind = E::KINDS.get(place).map(|(kind, _)| *kind);
        Self { kind, service_kind, details }
    }

    /// The operation's own kind, `None` for an error that the model does not list for it.
    pub fn kind(&self) -> Option<E> {
        self.kind
    }

    /// The service's kind, `None` for an error that the model does not know at all: services answer with errors that
    /// their models do not list for the operation, and with ones that they list nowhere (ERR-5).
    pub fn service_kind(&self) -> Option<E::Service> {
        self.service_kind
    }

    /// Whether it is this kind of error, so that nobody compares codes.
    pub fn is(&self, kind: E) -> bool {
        self.kind == Some(kind)
    }

    /// The code on the wire, such as `ExportTaskNotFound`.
    pub fn code(&self) -> Option<&str> {
        self.details.code()
    }

    /// What the error says besides its message: its modeled members, read from the body (ERR-7). `None` when it is not an
    /// error of this shape.
    ///
    /// # Errors
    ///
    /// A member that cannot be read.
    pub fn details<T: ErrorDetails>(&self) -> Option<Result<T, XmlError>> {
        let shape = self.service_kind.and_then(ServiceErrorKind::shape)?;
        (shape.name == T::SHAPE).then(|| T::from_error_body(self.body()))
    }

    /// The service's message to people, all of it. `Display` and `Debug` show 1 KiB of it, and leave out what a service quotes
    /// of a signed request that it refuses. Whether a secret of the request is in it, [`Error::redact`] decides: a client
    /// that knows the request calls it.
    pub fn message(&self) -> Option<&str> {
        self.details.envelope.message.as_deref()
    }

    /// Who is at fault as the service sees it: mostly `Sender` or `Receiver`.
    pub fn fault(&self) -> Option<&str> {
        self.details.envelope.fault.as_deref()
    }

    /// The id by which AWS can find the call.
    pub fn request_id(&self) -> Option<&str> {
        self.details.request_id()
    }

    /// The response's status.
    pub fn status(&self) -> StatusCode {
        self.details.status
    }

    /// The body as it came.
    pub fn body(&self) -> &[u8] {
        &self.details.body.0
    }

    /// The beginning of the body as text, at most 1 KiB of it, for logs.
    pub fn snippet(&self) -> String {
        self.details.body.snippet()
    }

    /// How far the service's clock is ahead of `now`, if a clock that is off is why it refused the call: add it to the
    /// time that the next attempt is signed with. From the response's `Date`; `None` without one.
    pub fn clock_skew(&self, now: Timestamp) -> Option<SignedDuration> {
        self.details.clock_skew(now)
    }

    /// Whether another attempt may succeed; see [`RetryKind`]. Errors that a clock which is off *may* cause are not in it:
    /// whether they are, [`clock_skew`](Self::clock_skew) says.
    pub fn retry_kind(&self) -> Option<RetryKind> {
        // What the model says holds on the operation's own errors only (PROTOCOL 4.6).
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
            // Not what is wrong there, which would quote the body; `source` has it.
            .field("unreadable_at", &self.unreadable.as_ref().map(XmlError::offset))
            .finish()
    }
}

/// What begins the part of a message that quotes a signed request, or its signature.
const QUOTES: [&str; 6] = [
    "canonical string",
    "canonical request",
    "security-token",
    "authorization=",
    "credential=",
    "signature=",
];

/// A message without the signed request that it quotes, if it does: services quote what they expected a signature of, all of
/// it, when they found another one.
fn without_quotes(message: &str) -> Cow<'_, str> {
    let shown = text::shorten(message, SHOWN);
    let Some(start) = start_of_quotes(shown.as_bytes()) else {
        return if shown.len() == message.len() { message.into() } else { Shown(message).to_string().into() };
    };
    // The whole sentence, since its beginning says nothing alone.
    let said = &shown[..start];
    let end = [". ", ": ", "\n"].iter().filter_map(|end| said.rfind(end)).max();
    let said = end.map_or("", |end| said[..=end].trim_end());
    let space = if said.is_empty() { "" } else { " " };
    format!("{said}{space}(the signed request that it quotes is not shown)").into()
}

fn start_of_quotes(message: &[u8]) -> Option<usize> {
    let begins = |at: &usize| {
        // Most bytes begin none, which is found out in no time.
        matches!(message[*at].to_ascii_lowercase(), b'c' | b's' | b'a')
            && QUOTES.iter().any(|quote| {
                let found = message.get(*at..*at + quote.len());
                found.is_some_and(|found| found.eq_ignore_ascii_case(quote.as_bytes()))
            })
    };
    (0..message.len()).find(begins)
}

/// Leaves the secrets out of a text.
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

    /// See [`Error::redact`].
    fn redact(&mut self, secrets: &Secrets) {
        redact(&mut self.0.request_id, secrets);
        if self.0.body.redact(secrets) {
            self.0.error.redact();
        }
    }

    /// What is wrong with the body, and where.
    pub fn error(&self) -> &XmlError {
        &self.0.error
    }

    /// The id by which AWS can find the call, from the headers.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The response's status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The body as it came.
    pub fn body(&self) -> &[u8] {
        &self.0.body.0
    }

    /// The beginning of the body as text, at most 1 KiB of it, for logs.
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

/// Without a source: what is wrong with the body, [`error`](MalformedResponse::error), is in the text.
impl StdError for MalformedResponse {}

fn write_request_id(f: &mut fmt::Formatter<'_>, id: Option<&str>) -> fmt::Result {
    match id {
        Some(id) => write!(f, " (request id {})", Shown(id)),
        None => Ok(()),
    }
}

/// A body as it came, not shown.
struct Body(Box<[u8]>);

impl Body {
    /// Leaves the secrets out, and says whether there was one.
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
        // Not the text: it may hold what the model marks sensitive. `snippet` is the explicit call.
        write!(f, "({} bytes)", self.0.len())
    }
}

/// No place in the list of an operation's errors.
const NOWHERE: usize = usize::MAX;

/// What the service calls the code, and its place in the list of the operation's errors. Those come first, then all of the
/// service's (ERR-5). The list is given place by place, so that this is compiled once for a service.
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

/// As a last resort, with `Fault` added or removed.
fn by_stem(shape: &ErrorShape, code: &str) -> bool {
    let stem = |name: &'_ str| name.strip_suffix("Fault").map_or(name.len(), str::len);
    shape.code[..stem(shape.code)] == code[..stem(code)]
}
