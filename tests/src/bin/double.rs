//! A service made of `awsquery`'s server direction, for boto3 to talk to.
//!
//! It plays the cases of a file in their order: each request must be the case's input, each answer is the case's
//! output or error. What is posted to `/raw` is answered whatever it is. Prints `ready PORT`, and ends when its standard
//! input does.

use std::error::Error;
use std::fmt::Debug;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use awsquery::error::ServiceErrorKind;
use awsquery::http::{Response, StatusCode};
use awsquery::server::{Dispatch, Fault};
use awsquery::{Operation, from_json};
use bytes::Bytes;
use lexopt::prelude::*;
use rds_client::test_server::TestServer;
use rds_protocol::operations::{
    CancelExportTask, DescribeDBInstances, DescribeDBSnapshots, DescribeExportTasks,
    DescribeExportTasksOutput, StartExportTask,
};
use rds_protocol::types::ExportTask;
use rds_protocol::{Rds, RdsError};
use serde_json::Value as Json;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("double: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<()> {
    let mut args = lexopt::Parser::from_env();
    let mut cases = None;
    while let Some(arg) = args.next()? {
        match arg {
            Long("cases") => cases = Some(PathBuf::from(args.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    let script: Json = serde_json::from_slice(&fs::read(cases.ok_or("expected --cases FILE")?)?)?;
    let part = |key: &str| script[key].as_array().cloned().unwrap_or_default();
    let cases = [part("cases"), part("pages")].concat();
    let next = AtomicUsize::new(0);
    let server = TestServer::start_with(move |request| {
        let body = &request.body()[..];
        let answer = match request.uri().path() {
            "/raw" => raw(body),
            _ => {
                let number = next.fetch_add(1, Ordering::SeqCst);
                let case = cases.get(number).ok_or_else(|| "a request after the last case".into());
                case.and_then(|case| play(number, case, body))
            }
        };
        // What went wrong here is an answer too, so that the other side can print it.
        answer.map_or_else(|error| teapot(&error.to_string()), |answer| answer.map(Bytes::from))
    })?;
    println!("ready {}", server.address().port());
    io::stdout().flush()?;
    // Whoever started this holds the other end.
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

fn teapot(text: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(text.to_owned()));
    *response.status_mut() = StatusCode::IM_A_TEAPOT;
    response
}

/// Answers any form, with nothing much.
fn raw(body: &[u8]) -> Result<Response<String>> {
    let answer = Dispatch::<Rds>::new(body, "double-raw")
        .on(|_: DescribeExportTasks| Ok(DescribeExportTasksOutput::default()))
        .on(|_: StartExportTask| Ok(ExportTask::default()))
        .on(|_: CancelExportTask| Ok(ExportTask::default()));
    Ok(answer.respond()?)
}

fn play(number: usize, case: &Json, body: &[u8]) -> Result<Response<String>> {
    match case["op"].as_str() {
        Some("DescribeExportTasks") => answer::<DescribeExportTasks>(number, case, body),
        Some("DescribeDBInstances") => answer::<DescribeDBInstances>(number, case, body),
        Some("DescribeDBSnapshots") => answer::<DescribeDBSnapshots>(number, case, body),
        Some("StartExportTask") => answer::<StartExportTask>(number, case, body),
        Some("CancelExportTask") => answer::<CancelExportTask>(number, case, body),
        other => Err(format!("no operation {other:?}").into()),
    }
}

fn answer<O>(number: usize, case: &Json, body: &[u8]) -> Result<Response<String>>
where
    O: Operation<Service = Rds> + PartialEq + Debug,
{
    let expected: O = from_json(&case["input"])?;
    let output = from_json::<O::Output>(case.get("output").unwrap_or(&Json::Object(Default::default())))?;
    let fault = case.get("error").map(fault).transpose()?;
    let handler = |request: O| match fault {
        _ if request != expected => {
            let what = format!("expected {expected:?}, found {request:?}");
            Err(Fault::new("InteropMismatch", StatusCode::BAD_REQUEST).message(what))
        }
        Some(fault) => Err(fault),
        None => Ok(output),
    };
    Ok(Dispatch::<Rds>::new(body, format!("double-{number}")).on(handler).respond()?)
}

/// A modeled error by its shape, or any other by code and status.
fn fault(error: &Json) -> Result<Fault> {
    let fault = match error["kind"].as_str() {
        Some(name) => {
            let kind = RdsError::SHAPES.iter().find(|(_, shape)| shape.name == name);
            Fault::of(kind.ok_or_else(|| format!("no error {name}"))?.0)
        }
        None => {
            let status = error["status"].as_u64().and_then(|status| u16::try_from(status).ok());
            let status = StatusCode::from_u16(status.ok_or("expected a status")?)?;
            Fault::new(error["code"].as_str().ok_or("expected a code")?, status)
        }
    };
    Ok(match error["message"].as_str() {
        Some(message) => fault.message(message),
        None => fault,
    })
}
