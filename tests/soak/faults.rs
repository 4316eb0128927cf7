//! The table of faults: each row is what the server does with one request, and what may become of it.

use std::time::Duration;

/// The attempt timeout of every driver, in real time.
pub(crate) const ATTEMPT: Duration = Duration::from_millis(300);

/// The response limit of every driver, in bytes.
pub(crate) const RESPONSE_LIMIT: usize = 20_000;

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    pub(crate) group: Group,
    pub(crate) shape: Shape,
    pub(crate) steps: &'static [Step],
    /// The ends that a call may have whose last request met this fault.
    pub(crate) ends: &'static [End],
    pub(crate) again: Again,
}

/// Kinds of faults, for drivers to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// A whole response, and nothing else.
    Whole,
    /// Bytes after a whole response.
    Left,
    /// A connection that ends after a whole response.
    Closed,
    /// A connection that ends before a whole response.
    Broken,
    /// Too late, or in pieces.
    Slow,
    /// Unusual framing of a response.
    Framed,
    /// Documents other than the expected output.
    Documents,
}

/// The ends of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The output.
    Output,
    /// An error response.
    Refused,
    /// A response that cannot be read.
    Malformed,
    /// A lost connection.
    Lost,
    /// An attempt that timed out.
    TimedOut,
    /// A response over a limit, or another HTTP error that is not tried again.
    Unacceptable,
    /// A failed look-up of credentials.
    Credentials,
    /// The timeout of the whole call.
    Deadline,
    /// Anything else, which is never right here.
    Other,
}

/// Permission to send a request again after this response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// The response is whole, and does not ask for it.
    Never,
    /// There is no whole response, or it asks for another attempt.
    Allowed,
}

/// The form of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Plain,
    ConnectionClose,
    Chunked,
    ChunkedWithTrailers,
    ShortLength,
    LongLength,
    NoLength,
    After(&'static str),
    Empty(&'static str),
    Http10KeepAlive,
    Http10,
    TwoLengths,
    ManyHeaders,
    LongHead,
    Garbage,
    Gzip,
    Truncated,
    TooLarge,
    Page(&'static str),
    Error(&'static str, &'static str),
    Skewed,
}

/// One action of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Writes the response up to here.
    To(Point),
    /// Writes the rest of the response in eight pieces, with pauses of so many milliseconds.
    Drip(u64),
    /// Waits so many milliseconds; until then, the next request ends the fault.
    Pause(u64),
    /// Waits until the client gives up.
    Stall,
    /// Writes bytes after the response.
    Leave(Left),
    /// Writes the rest of the response and more bytes at once.
    EndWith(Left),
    Close,
    Reset,
}

/// Places in a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    HeadHalf,
    Head,
    BodyHalf,
    LastByte,
    End,
}

/// Bytes that belong to no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// A whole response with the identifier of no call.
    Foreign,
    /// The response again, but for its request id.
    Same,
    /// The start of a response.
    Few,
    LineEnds,
    /// The response of servers that tell why they close an idle connection.
    RequestTimeout,
}

use Again::{Allowed, Never};
use End::{Lost, Malformed, Output, Refused, TimedOut, Unacceptable};
use Group::{Broken, Closed, Documents, Framed, Slow, Whole};
use Left::{Few, Foreign, LineEnds, RequestTimeout, Same};
use Point::{BodyHalf, Head, HeadHalf, LastByte};
use Shape::Plain;
use Step::{Close, Drip, EndWith, Leave, Pause, Reset, Stall, To};

const WHOLE: Step = To(Point::End);
const SERVICE_ERROR: &[End] = &[Refused];

const fn row(
    name: &'static str,
    group: Group,
    shape: Shape,
    steps: &'static [Step],
    ends: &'static [End],
    again: Again,
) -> Fault {
    Fault { name, group, shape, steps, ends, again }
}

/// A whole response, and what the server does after it: nothing that concerns the call.
const fn after(name: &'static str, group: Group, steps: &'static [Step]) -> Fault {
    row(name, group, Plain, steps, &[Output], Never)
}

/// A response that is broken off.
const fn broken(name: &'static str, group: Group, steps: &'static [Step], ends: &'static [End]) -> Fault {
    row(name, group, Plain, steps, ends, Allowed)
}

/// A response in another form, written at once.
const fn shaped(name: &'static str, group: Group, shape: Shape, ends: &'static [End], again: Again) -> Fault {
    row(name, group, shape, &[WHOLE], ends, again)
}

/// The faults.
pub(crate) static FAULTS: &[Fault] = &[
    after("none", Whole, &[WHOLE]),
    after("foreign response in the same segment", Group::Left, &[EndWith(Foreign)]),
    after("foreign response at once", Group::Left, &[WHOLE, Leave(Foreign)]),
    after("foreign response after 1 ms", Group::Left, &[WHOLE, Pause(1), Leave(Foreign)]),
    after("foreign response after 5 ms", Group::Left, &[WHOLE, Pause(5), Leave(Foreign)]),
    after("foreign response after 20 ms", Group::Left, &[WHOLE, Pause(20), Leave(Foreign)]),
    after("foreign response after 100 ms", Group::Left, &[WHOLE, Pause(100), Leave(Foreign)]),
    after("foreign response after 5 ms, then closed", Group::Left, &[WHOLE, Pause(5), Leave(Foreign), Close]),
    after("response twice in one segment", Group::Left, &[EndWith(Same)]),
    after("response twice", Group::Left, &[WHOLE, Pause(5), Leave(Same)]),
    after("a few bytes at once", Group::Left, &[WHOLE, Leave(Few)]),
    after("a few bytes after 5 ms", Group::Left, &[WHOLE, Pause(5), Leave(Few)]),
    after("line ends at once", Group::Left, &[WHOLE, Leave(LineEnds)]),
    after("line ends after 5 ms", Group::Left, &[WHOLE, Pause(5), Leave(LineEnds)]),
    after("408 after 5 ms", Group::Left, &[WHOLE, Pause(5), Leave(RequestTimeout)]),
    after("408 after 20 ms, then closed", Group::Left, &[WHOLE, Pause(20), Leave(RequestTimeout), Close]),
    after("closed at once", Closed, &[WHOLE, Close]),
    after("closed after 1 ms", Closed, &[WHOLE, Pause(1), Close]),
    after("closed after 5 ms", Closed, &[WHOLE, Pause(5), Close]),
    after("closed after 20 ms", Closed, &[WHOLE, Pause(20), Close]),
    after("reset after 5 ms", Closed, &[WHOLE, Pause(5), Reset]),
    row("close announced, then closed", Closed, Shape::ConnectionClose, &[WHOLE, Close], &[Output], Never),
    row("close announced, left to the client", Closed, Shape::ConnectionClose, &[WHOLE], &[Output], Never),
    // A reset takes along what was not read yet.
    broken("reset at once after the response", Broken, &[WHOLE, Reset], &[Output, Lost]),
    broken("closed before the response", Broken, &[Close], &[Lost]),
    broken("reset before the response", Broken, &[Reset], &[Lost]),
    broken("closed in the head", Broken, &[To(HeadHalf), Pause(1), Close], &[Lost]),
    broken("closed after the head", Broken, &[To(Head), Pause(1), Close], &[Lost]),
    broken("closed in the body", Broken, &[To(BodyHalf), Pause(1), Close], &[Lost]),
    broken("reset in the body", Broken, &[To(BodyHalf), Pause(1), Reset], &[Lost]),
    broken("closed before the last byte", Broken, &[To(LastByte), Close], &[Lost]),
    broken("stall before the head", Slow, &[Stall], &[TimedOut]),
    broken("stall in the head", Slow, &[To(HeadHalf), Stall], &[TimedOut]),
    broken("stall in the body", Slow, &[To(BodyHalf), Stall], &[TimedOut]),
    broken("response after the timeout", Slow, &[Pause(600), WHOLE], &[TimedOut]),
    broken("slow drip", Slow, &[Drip(80)], &[TimedOut]),
    after("drip in time", Slow, &[Drip(4)]),
    after("response after 40 ms", Slow, &[Pause(40), WHOLE]),
    shaped("chunked", Framed, Shape::Chunked, &[Output], Never),
    shaped("chunked, with trailers", Framed, Shape::ChunkedWithTrailers, &[Output], Never),
    row("chunked, cut off", Framed, Shape::Chunked, &[To(BodyHalf), Close], &[Lost], Allowed),
    shaped("length too short", Framed, Shape::ShortLength, &[Malformed], Allowed),
    row("length too long", Framed, Shape::LongLength, &[WHOLE, Stall], &[TimedOut], Allowed),
    row("length too long, then closed", Framed, Shape::LongLength, &[WHOLE, Close], &[Lost], Allowed),
    row("no length", Framed, Shape::NoLength, &[WHOLE, Close], &[Output], Never),
    shaped("100 before", Framed, Shape::After("100 Continue"), &[Output], Never),
    shaped("103 before", Framed, Shape::After("103 Early Hints"), &[Output], Never),
    shaped("204", Framed, Shape::Empty("204 No Content"), &[Malformed], Allowed),
    shaped("304", Framed, Shape::Empty("304 Not Modified"), SERVICE_ERROR, Never),
    shaped("HTTP/1.0, kept", Framed, Shape::Http10KeepAlive, &[Output], Never),
    row("HTTP/1.0, closed", Framed, Shape::Http10, &[WHOLE, Close], &[Output], Never),
    row("two different lengths", Framed, Shape::TwoLengths, &[WHOLE, Close], &[Lost, Unacceptable], Allowed),
    row("garbage", Framed, Shape::Garbage, &[WHOLE, Close], &[Lost, Unacceptable], Allowed),
    shaped("200 headers", Framed, Shape::ManyHeaders, &[Unacceptable], Never),
    shaped("head of 600 kB", Framed, Shape::LongHead, &[Unacceptable], Never),
    shaped("body over the limit", Framed, Shape::TooLarge, &[Unacceptable], Never),
    shaped("gzip", Documents, Shape::Gzip, &[Malformed], Allowed),
    shaped("truncated document", Documents, Shape::Truncated, &[Malformed], Allowed),
    shaped("500", Documents, Shape::Error("500 Internal", "InternalFailure"), SERVICE_ERROR, Allowed),
    shaped("503 page", Documents, Shape::Page("503 Busy"), SERVICE_ERROR, Allowed),
    shaped("throttled", Documents, Shape::Error("400 Bad", "Throttling"), SERVICE_ERROR, Allowed),
    shaped("clock skew", Documents, Shape::Skewed, SERVICE_ERROR, Allowed),
    shaped("expired token", Documents, Shape::Error("403 No", EXPIRED_TOKEN), SERVICE_ERROR, Allowed),
    shaped("access denied", Documents, Shape::Error("403 No", "AccessDenied"), SERVICE_ERROR, Never),
];

/// The error code after which a client may make one attempt more, with other credentials.
pub(crate) const EXPIRED_TOKEN: &str = "ExpiredToken";

/// The rows that satisfy a condition.
pub(crate) fn menu(wanted: impl Fn(&Fault) -> bool) -> Vec<usize> {
    (0..FAULTS.len()).filter(|row| wanted(&FAULTS[*row])).collect()
}
