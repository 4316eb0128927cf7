//! Lists the exports that have not ended: prints the request that it would send, and reads a recorded answer. With
//! `--endpoint http://127.0.0.1:PORT` it calls a local server, such as moto's, for real. (AWS itself wants requests
//! signed; any signer of `http::Request` does.)

use std::error::Error;

use lexopt::prelude::*;
use rds_protocol::Operation;
use rds_protocol::awsquery::http::header::AUTHORIZATION;
use rds_protocol::awsquery::http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri};
use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksFilter};
use rds_protocol::types::{ExportTask, ExportTaskStatus};

const HELP: &str = "\
describe_export_tasks [--endpoint URL]

Prints the request that it would send, and reads a recorded answer; with --endpoint it calls a local server.";

const RECORDED: &str = include_str!("describe_export_tasks.xml");

fn main() -> Result<(), Box<dyn Error>> {
    let endpoint = endpoint()?;
    let request = DescribeExportTasks::default().max_records(50).filters([
        DescribeExportTasksFilter::status([ExportTaskStatus::Starting, ExportTaskStatus::InProgress]),
    ]);

    let address = endpoint.clone().unwrap_or(Uri::from_static("https://rds.us-east-1.amazonaws.com/"));
    let http = request.to_request(&address)?;
    println!("{} {}", http.method(), http.uri());
    for (name, value) in http.headers() {
        println!("{name}: {}", value.to_str()?);
    }
    println!("\n{}\n", http.body());

    let response = match endpoint {
        Some(_) => send(http)?,
        None => Response::new(RECORDED.into()),
    };
    show(response.status(), response.headers(), response.body())
}

fn endpoint() -> Result<Option<Uri>, Box<dyn Error>> {
    let mut args = lexopt::Parser::from_env();
    let mut endpoint = None;
    while let Some(arg) = args.next()? {
        match arg {
            Long("help") | Short('h') => {
                println!("{HELP}");
                std::process::exit(0);
            }
            Long("endpoint") => endpoint = Some(args.value()?.parse()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(endpoint)
}

fn show(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Result<(), Box<dyn Error>> {
    let response = DescribeExportTasks::parse_response(status, headers, body)?;
    let output = response.output;
    for task in output.export_tasks.iter().flatten() {
        println!("{}", line(task));
    }
    if let Some(marker) = output.marker.filter(|marker| !marker.is_empty()) {
        println!("and more behind the marker {marker:?}");
    }
    println!("request id {}", response.request_id.as_deref().unwrap_or("unknown"));
    Ok(())
}

fn line(task: &ExportTask) -> String {
    let name = task.export_task_identifier.as_deref().unwrap_or("?");
    let status = task.status.as_ref().map_or("?", |status| status.as_str());
    let progress = task.percent_progress.map_or_else(String::new, |percent| format!("{percent:>4} %"));
    let note = task.failure_cause.as_deref().or(task.warning_message.as_deref()).unwrap_or_default();
    format!("{name:<24} {status:<12} {progress:<6}  {note}")
}

/// Sends the request with a small blocking client. A local server looks at the credential's scope at most.
fn send(mut request: Request<String>) -> Result<Response<Vec<u8>>, Box<dyn Error>> {
    let scope = "AWS4-HMAC-SHA256 Credential=test/20260102/us-east-1/rds/aws4_request, SignedHeaders=host, Signature=0";
    request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_static(scope));
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let (parts, mut body) = ureq::Agent::new_with_config(config).run(request)?.into_parts();
    Ok(Response::from_parts(parts, body.read_to_vec()?))
}
