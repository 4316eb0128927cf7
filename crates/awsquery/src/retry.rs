//! Whether a failed call is worth another attempt (PROTOCOL 4.6). The answer is pure: waiting and sending are the
//! caller's.

use http::StatusCode;

/// Why another attempt may succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryKind {
    /// The service asks for fewer calls: wait longer. Told by the code alone, never by the status.
    Throttling,
    /// A passing failure of the service or of something in between.
    Transient,
    /// The clock is off by more than the service allows: correct it by the response's `Date`, sign again.
    ClockSkew,
}

const THROTTLING: [&str; 14] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
];

const TRANSIENT: [&str; 2] = ["RequestTimeout", "RequestTimeoutException"];

const CLOCK_SKEW: [&str; 3] = ["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"];

/// Classifies an error: what the model says of it, else its code, else the status. A body that could not be read
/// never hides a status that says retry (ERR-8).
pub(crate) fn classify(
    modeled: Option<RetryKind>,
    code: Option<&str>,
    status: StatusCode,
) -> Option<RetryKind> {
    let is = |codes: &[&str]| code.is_some_and(|code| codes.contains(&code));
    if modeled.is_some() {
        modeled
    } else if is(&THROTTLING) {
        Some(RetryKind::Throttling)
    } else if is(&CLOCK_SKEW) {
        Some(RetryKind::ClockSkew)
    } else if is(&TRANSIENT) || matches!(status.as_u16(), 500 | 502 | 503 | 504) {
        Some(RetryKind::Transient)
    } else {
        None
    }
}
