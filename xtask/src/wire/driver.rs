//! The driver of `cargo xtask wire`. It converts an input to a form, a response to JSON, and an output to the response
//! of a service.
//!
//! xtask writes this file unchanged into a scratch crate beside the code that it generates from a model. The file must
//! not depend on either. Only three short functions are compiled for each operation. All other code works on JSON, so
//! that a service with hundreds of operations builds fast.

use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader, BufWriter, Read, Write};
use std::process::ExitCode;

use awsquery::error::{FormError, JsonError, Reason, ServiceErrorKind as _};
use awsquery::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use awsquery::{Error, Response, ValidationError};
use serde_json::{Map, Value as Json, json};

/// The size of the buffers for input and output.
const BUFFER: usize = 1 << 16;

/// The fixed idempotency token, which makes results comparable.
const IDEMPOTENCY_TOKEN: &str = "00000000-0000-4000-8000-000000000000";

/// The request id of written responses.
const REQUEST_ID: &str = "00000000-0000-4000-8000-000000000001";

/// The faults of a line.
type Complaints = Vec<String>;

/// The parts of an operation that lines need.
#[derive(Clone, Copy)]
pub(crate) struct Operation {
    name: &'static str,
    errors: &'static [ErrorShape],
    request: fn(&Json, Option<&Uri>) -> Result<Json, Complaints>,
    response: fn(StatusCode, &HeaderMap, &[u8]) -> Json,
    answer: fn(&Json) -> Result<Json, Complaints>,
}

impl Operation {
    /// Renames the operation, for programs with several services.
    #[allow(dead_code, reason = "one service needs no other names")]
    pub(crate) const fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }
}

/// Reads the members of an error from the body of a response.
type Details = fn(&[u8]) -> Option<Json>;

/// An error of the service that has members.
#[derive(Clone, Copy)]
pub(crate) struct ErrorShape {
    name: &'static str,
    /// The member that contains the message.
    message: Option<&'static str>,
    /// The reader of all members, if there are any besides a message.
    details: Option<Details>,
}

impl ErrorShape {
    /// Creates an error with a message.
    pub(crate) const fn new(name: &'static str, message: Option<&'static str>) -> Self {
        Self { name, message, details: None }
    }

    /// Adds a structure for all members.
    pub(crate) const fn details<T: awsquery::error::ErrorDetails>(mut self) -> Self {
        self.details = Some(|body| awsquery::to_json(&T::from_error_body(body).ok()?).ok());
        self
    }

    /// Returns the members of the error in a response.
    fn members(&self, message: &Json, body: &[u8]) -> Json {
        match (self.details, self.message) {
            (Some(details), _) => details(body).unwrap_or_else(|| json!({})),
            (None, Some(name)) if message.is_string() => json!({ name: message }),
            _ => json!({}),
        }
    }
}

/// Returns the table's entry for an operation.
pub(crate) const fn operation<O: awsquery::Operation>(errors: &'static [ErrorShape]) -> Operation {
    Operation {
        name: O::NAME,
        errors,
        request: request::<O>,
        response: response::<O>,
        answer: service_answer::<O>,
    }
}

fn request<O: awsquery::Operation>(input: &Json, endpoint: Option<&Uri>) -> Result<Json, Complaints> {
    let mut request: O = awsquery::from_json(input).map_err(no_input)?;
    request.ensure_idempotency_token(|| IDEMPOTENCY_TOKEN.into());
    request.validate().or_else(missing_only)?;
    match endpoint {
        None => request.to_body().map(|body| json!({ "body": body })).map_err(no_form),
        Some(endpoint) => request.to_request(endpoint).map(whole).map_err(|error| vec![error.to_string()]),
    }
}

/// Returns a whole request: method, URI, headers and body.
fn whole(request: awsquery::http::Request<String>) -> Json {
    let (parts, body) = request.into_parts();
    let uri = parts.uri.path_and_query().map_or("", |uri| uri.as_str());
    json!({ "method": parts.method.as_str(), "uri": uri, "headers": shown(&parts.headers), "body": body })
}

fn shown(headers: &HeaderMap) -> Map<String, Json> {
    let header = |(name, value): (&HeaderName, &HeaderValue)| {
        (name.to_string(), Json::from(String::from_utf8_lossy(value.as_bytes())))
    };
    headers.iter().map(header).collect()
}

fn response<O: awsquery::Operation>(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Json {
    let answer = answered::<O>(O::parse_response(status, headers, body));
    #[cfg(feature = "reference")]
    let answer =
        agreed(answer, answered::<O>(awsquery::reference::parse_response::<O>(status, headers, body)));
    answer
}

/// Returns the result if both XML readers agree. Their messages for malformed responses may differ.
#[cfg(feature = "reference")]
fn agreed(ours: Json, reference: Json) -> Json {
    let malformed = |answer: &Json| answer.get("malformed").is_some();
    if ours == reference || malformed(&ours) && malformed(&reference) {
        return ours;
    }
    json!({ "malformed": format!("the readers disagree: {ours}, by quick-xml {reference}") })
}

fn answered<O: awsquery::Operation>(read: Result<Response<O::Output>, Error<O::Error>>) -> Json {
    match read {
        Ok(Response { output, request_id, .. }) => output_answer(awsquery::to_json(&output), request_id),
        Err(Error::Service(error)) => {
            let shape = error.service_kind().and_then(|kind| kind.shape());
            json!({
                "error": {
                    "kind": shape.map(|shape| shape.name),
                    "code": error.code(),
                    "message": error.message(),
                    "type": error.fault(),
                    "status": error.status().as_u16(),
                    "members": {},
                },
                "request_id": error.request_id(),
            })
        }
        Err(error) => malformed(&error.to_string()),
    }
}

/// Returns a service's response, with the keys of a line that reads it.
fn service_answer<O: awsquery::Operation>(output: &Json) -> Result<Json, Complaints> {
    let output: O::Output = awsquery::from_json(output).map_err(no_input)?;
    let response =
        awsquery::server::to_response::<O>(&output, REQUEST_ID).map_err(|error| vec![error.to_string()])?;
    let (parts, body) = response.into_parts();
    Ok(json!({ "status": parts.status.as_u16(), "headers": shown(&parts.headers), "body": body }))
}

fn no_input(error: JsonError) -> Complaints {
    vec![error.to_string()]
}

/// Keeps only missing members. Services are more lenient than the bounds of their models, so other violations are
/// accepted.
fn missing_only(error: ValidationError) -> Result<(), Complaints> {
    let missing = error.violations().iter().filter(|violation| violation.reason == Reason::Required);
    let missing: Complaints = missing.map(ToString::to_string).collect();
    if missing.is_empty() { Ok(()) } else { Err(missing) }
}

/// Describes the error without the value, which may be sensitive.
fn no_form(error: FormError) -> Complaints {
    vec![format!("{}: expected a value that a form can carry", error.key())]
}

fn output_answer(output: Result<Json, JsonError>, request_id: Option<String>) -> Json {
    match output {
        Ok(output) => json!({ "output": output, "request_id": request_id }),
        Err(error) => malformed(&error.to_string()),
    }
}

fn malformed(message: &str) -> Json {
    json!({ "malformed": message })
}

/// Replies to lines of standard input on standard output, until the input ends.
pub(crate) fn main(operations: &[Operation]) -> ExitCode {
    match serve(operations, io::stdin().lock(), io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        // A closed pipe means that the reader needs no more replies.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wire: {error}");
            ExitCode::from(2)
        }
    }
}

/// Replies to each line of the input with a line of the output.
pub(crate) fn serve(operations: &[Operation], input: impl Read, output: impl Write) -> io::Result<()> {
    let operations: Operations = operations.iter().map(|operation| (operation.name, operation)).collect();
    let mut input = BufReader::with_capacity(BUFFER, input);
    let mut output = BufWriter::with_capacity(BUFFER, output);
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let answer = answer(&operations, &line).unwrap_or_else(|invalid| json!({ "invalid": invalid }));
        // `to_writer` would be compiled in this crate, without optimization. `Display` is optimized as part of
        // serde_json.
        writeln!(output, "{answer}")?;
        // The next read may wait for a peer that itself waits for this reply.
        if !input.buffer().contains(&b'\n') {
            output.flush()?;
        }
        line.clear();
    }
    output.flush()
}

type Operations<'a> = HashMap<&'a str, &'a Operation>;

fn answer(operations: &Operations<'_>, line: &[u8]) -> Result<Json, Complaints> {
    let line = line.trim_ascii_end();
    if line.is_empty() {
        return Err(vec!["expected a JSON object, found a blank line".into()]);
    }
    let text = std::str::from_utf8(line).map_err(|error| vec![format!("not UTF-8: {error}")])?;
    let call: Json = text.parse().map_err(|error| vec![format!("not JSON: {error}")])?;
    let call = call.as_object().ok_or_else(|| vec![expected("a JSON object", Some(&call))])?;
    let mut complaints = unknown_keys(call);
    let operation = keep(find(operations, call.get("op")), &mut complaints);
    match question(call) {
        Ok(question) => question.answer(call, operation, complaints),
        Err(complaint) => {
            complaints.push(complaint);
            Err(complaints)
        }
    }
}

/// The question of a line, which has one of three keys.
#[derive(Clone, Copy)]
enum Question<'a> {
    Input(&'a Json),
    Output(&'a Json),
    Body(&'a Json),
}

fn question(call: &Map<String, Json>) -> Result<Question<'_>, String> {
    match (call.get("input"), call.get("output"), call.get("body")) {
        (Some(input), None, None) => Ok(Question::Input(input)),
        (None, Some(output), None) => Ok(Question::Output(output)),
        (None, None, Some(body)) => Ok(Question::Body(body)),
        (None, None, None) => Err("expected either input or body, found neither".into()),
        (Some(_), None, Some(_)) => Err("expected either input or body, found both".into()),
        _ => Err("output: goes neither with input nor with body".into()),
    }
}

impl Question<'_> {
    /// Returns the keys that are valid in other questions only.
    fn foreign_keys(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Input(_) => {
                &[("status", "goes with body, not with input"), ("headers", "goes with body, not with input")]
            }
            Self::Output(_) => &[
                ("status", "goes with body, not with output"),
                ("headers", "goes with body, not with output"),
                ("endpoint", "goes with input, not with output"),
            ],
            Self::Body(_) => &[("endpoint", "goes with input, not with body")],
        }
    }

    fn answer(
        self,
        call: &Map<String, Json>,
        operation: Option<&Operation>,
        mut complaints: Complaints,
    ) -> Result<Json, Complaints> {
        for (key, complaint) in self.foreign_keys() {
            if call.contains_key(*key) {
                complaints.push(within(key, complaint));
            }
        }
        match self {
            Self::Input(input) => {
                let endpoint = keep(endpoint(call.get("endpoint")), &mut complaints).flatten();
                ensure_object("input", input, &mut complaints);
                let operation = operation.filter(|_| complaints.is_empty()).ok_or(complaints)?;
                (operation.request)(input, endpoint.as_ref())
            }
            Self::Output(output) => {
                ensure_object("output", output, &mut complaints);
                let operation = operation.filter(|_| complaints.is_empty()).ok_or(complaints)?;
                (operation.answer)(output)
            }
            Self::Body(body) => {
                let status = keep(status(call.get("status")), &mut complaints).unwrap_or_default();
                let headers = headers(call.get("headers"), &mut complaints);
                if !body.is_string() {
                    complaints.push(within("body", expected("a string", Some(body))));
                }
                let operation = operation.filter(|_| complaints.is_empty()).ok_or(complaints)?;
                let body = body.as_str().unwrap_or_default().as_bytes();
                let mut answer = (operation.response)(status, &headers, body);
                add_members(operation.errors, &mut answer, body);
                Ok(answer)
            }
        }
    }
}

fn ensure_object(key: &str, value: &Json, complaints: &mut Complaints) {
    if !value.is_object() {
        complaints.push(within(key, expected("an object", Some(value))));
    }
}

fn unknown_keys(call: &Map<String, Json>) -> Complaints {
    let known = ["op", "input", "output", "endpoint", "status", "headers", "body"];
    let unknown = call.keys().filter(|key| !known.contains(&key.as_str()));
    unknown.map(|key| within(key, "a line has no such key")).collect()
}

/// Adds an error's own members to the reply.
fn add_members(errors: &[ErrorShape], answer: &mut Json, body: &[u8]) {
    let Some(error) = answer.get_mut("error") else { return };
    let kind = error["kind"].as_str();
    if let Some(shape) = errors.iter().find(|shape| Some(shape.name) == kind) {
        error["members"] = shape.members(&error["message"], body);
    }
}

fn find<'a>(operations: &Operations<'a>, op: Option<&Json>) -> Result<&'a Operation, String> {
    match op {
        Some(Json::String(name)) => operations
            .get(name.as_str())
            .copied()
            .ok_or_else(|| within("op", format!("the model has no operation {name:?}"))),
        other => Err(within("op", expected("a string", other))),
    }
}

/// Parses the endpoint of a request, which asks for a reply with more than the body.
fn endpoint(endpoint: Option<&Json>) -> Result<Option<Uri>, String> {
    match endpoint {
        None => Ok(None),
        Some(Json::String(text)) => {
            text.parse().map(Some).map_err(|error| within("endpoint", format!("{error}")))
        }
        other => Err(within("endpoint", expected("a string", other))),
    }
}

fn status(status: Option<&Json>) -> Result<StatusCode, String> {
    let Some(status) = status else { return Ok(StatusCode::OK) };
    let number = status.as_u64().and_then(|number| u16::try_from(number).ok());
    number.and_then(|number| StatusCode::from_u16(number).ok()).ok_or_else(|| match status {
        Json::Number(number) => {
            within("status", format!("expected an integer from 100 to 999, found {number}"))
        }
        other => within("status", expected("an integer from 100 to 999", Some(other))),
    })
}

fn headers(headers: Option<&Json>, complaints: &mut Complaints) -> HeaderMap {
    let mut map = HeaderMap::new();
    match headers {
        None => {}
        Some(Json::Object(headers)) => {
            for (name, value) in headers {
                let added = header(&mut map, name, value);
                keep(added.map_err(|error| within(&format!("headers.{name}"), error)), complaints);
            }
        }
        other => complaints.push(within("headers", expected("an object", other))),
    }
    map
}

fn header(map: &mut HeaderMap, name: &str, value: &Json) -> Result<(), String> {
    let text = value.as_str().ok_or_else(|| expected("a string", Some(value)))?;
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| "expected a header's name")?;
    let value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| "expected a header's value")?;
    map.try_append(name, value).map_err(|_| "expected fewer headers")?;
    Ok(())
}

/// Returns the value, or adds a complaint.
fn keep<T>(result: Result<T, String>, complaints: &mut Complaints) -> Option<T> {
    result.map_err(|complaint| complaints.push(complaint)).ok()
}

fn within(path: &str, complaint: impl std::fmt::Display) -> String {
    format!("{path}: {complaint}")
}

/// Describes the kind of the value and not its content, which may be sensitive.
fn expected(what: &str, found: Option<&Json>) -> String {
    let found = match found {
        None => "nothing",
        Some(Json::Null) => "null",
        Some(Json::Bool(_)) => "a boolean",
        Some(Json::Number(_)) => "a number",
        Some(Json::String(_)) => "a string",
        Some(Json::Array(_)) => "an array",
        Some(Json::Object(_)) => "an object",
    };
    format!("expected {what}, found {found}")
}
