//! Puts boto3's calls to the same server through the generated crate, and compares the answers.
//!
//! Each line of the answers is a call and what boto3 made of it. `cargo xtask interop` makes them, and runs this.

use std::error::Error;
use std::fs;
use std::process::ExitCode;

use awsquery::{Operation, OperationErrorKind, Response, from_json, to_json};
use lexopt::prelude::*;
use rds_protocol::operations::{CancelExportTask, DescribeExportTasks, StartExportTask};
use serde_json::{Value as Json, json};
use tests::send;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Gives the number of answers that differ.
fn run() -> Result<usize> {
    let (mut endpoint, mut answers) = (None, None);
    let mut args = lexopt::Parser::from_env();
    while let Some(arg) = args.next()? {
        match arg {
            Long("endpoint") => endpoint = Some(args.value()?.string()?),
            Long("answers") => answers = Some(args.value()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let endpoint = endpoint.ok_or("expected --endpoint URL")?;
    let answers = fs::read_to_string(answers.ok_or("expected --answers FILE")?)?;
    let (mut passed, mut failed) = (0, 0);
    for line in answers.lines() {
        let step: Json = serde_json::from_str(line)?;
        let (name, op) = (text(&step["name"]), text(&step["op"]));
        let ours = call(op, &step["input"], &endpoint)?;
        if ours == step["answer"] {
            println!("same      {op:<20} {name}");
            passed += 1;
        } else {
            println!("DIFFERENT {op:<20} {name}\n  boto3 {}\n  ours  {ours}", step["answer"]);
            failed += 1;
        }
    }
    println!("interop: {passed} passed, {failed} failed");
    if passed + failed == 0 { Err("expected calls to compare, found none".into()) } else { Ok(failed) }
}

fn text(json: &Json) -> &str {
    json.as_str().unwrap_or_default()
}

fn call(op: &str, input: &Json, endpoint: &str) -> Result<Json> {
    match op {
        CancelExportTask::NAME => answer(&from_json::<CancelExportTask>(input)?, endpoint),
        DescribeExportTasks::NAME => answer(&from_json::<DescribeExportTasks>(input)?, endpoint),
        StartExportTask::NAME => answer(&from_json::<StartExportTask>(input)?, endpoint),
        _ => Err(format!("this does not know the operation {op}").into()),
    }
}

/// Sends the request, and says what came back as the answers of boto3 do.
fn answer<O: Operation>(request: &O, endpoint: &str) -> Result<Json> {
    let response = send(request.to_request(&endpoint.parse()?)?)?;
    match O::parse_response(response.status(), response.headers(), response.body()) {
        Ok(Response { output, request_id, .. }) => {
            Ok(json!({ "output": to_json(&output)?, "request_id": request_id }))
        }
        Err(awsquery::Error::Service(error)) => {
            check_kind(&error)?;
            let (code, message, status) = (error.code(), error.message(), error.status().as_u16());
            let facts = json!({ "code": code, "message": message, "type": error.fault(), "status": status });
            Ok(json!({ "error": facts, "request_id": error.request_id() }))
        }
        Err(error) => Err(error.to_string().into()),
    }
}

/// Every error of the scenario is modeled, so a kind must be found.
fn check_kind<E: OperationErrorKind>(error: &awsquery::ServiceError<E>) -> Result<()> {
    if error.service_kind().is_some() { Ok(()) } else { Err(format!("no kind for {error}").into()) }
}
