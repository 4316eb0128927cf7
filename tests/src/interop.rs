//! The driver of `cargo xtask interop`: repeats boto3's calls through the client and compares the results.
//!
//! xtask generates the services' crates and a program that lists their operations and includes this file. It is a module
//! here too, so that it is formatted and linted.
//!
//! Each line of the answers is a call and what boto3 made of it.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::pin::Pin;
use std::process::ExitCode;

use awsquery::error::{OperationErrorKind, ServiceErrorKind};
use awsquery::retry::RetryPolicy;
use awsquery::{Response, ServiceError, from_json, to_json};
use lexopt::prelude::*;
use rds_client::credentials::Credentials;
use rds_client::{Client, Environment};
use serde_json::{Value as Json, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The least number of operations that must succeed as with boto3, if the server implements as many.
const ENOUGH: usize = 8;

/// An operation that a scenario calls.
pub struct Operation {
    service: &'static str,
    name: &'static str,
    call: for<'a> fn(&'a Json, &'a Client) -> Call<'a>,
}

/// A call in progress, boxed so that one future need not hold the largest operation.
type Call<'a> = Pin<Box<dyn Future<Output = Result<Json>> + 'a>>;

/// Describes the operation `O` of a service, by boto3's name for the service.
pub const fn operation<O>(service: &'static str) -> Operation
where
    O: awsquery::Operation + Send,
    O::Output: Send,
{
    Operation { service, name: O::NAME, call: |step, rds| Box::pin(answer::<O>(step, rds)) }
}

/// Repeats the calls that the command line names. The exit code is 1 if results differ or too few operations succeed.
pub fn main(operations: &[Operation]) -> ExitCode {
    match options().and_then(|options| run(&options, operations)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

#[derive(Default)]
struct Options {
    service: String,
    endpoint: String,
    answers: OsString,
    implemented: Option<OsString>,
    covered: Option<OsString>,
}

fn options() -> Result<Options> {
    let mut options = Options::default();
    let mut args = lexopt::Parser::from_env();
    while let Some(arg) = args.next()? {
        match arg {
            Long("service") => options.service = args.value()?.string()?,
            Long("endpoint") => options.endpoint = args.value()?.string()?,
            Long("answers") => options.answers = args.value()?,
            Long("implemented") => options.implemented = Some(args.value()?),
            Long("covered") => options.covered = Some(args.value()?),
            other => return Err(other.unexpected().into()),
        }
    }
    // Without an endpoint the client would call AWS.
    if options.service.is_empty() || options.endpoint.is_empty() || options.answers.is_empty() {
        return Err("expected --service NAME --endpoint URL --answers FILE".into());
    }
    Ok(options)
}

/// Reports whether all results are the same and enough operations succeed.
fn run(options: &Options, operations: &[Operation]) -> Result<bool> {
    let answers = fs::read_to_string(&options.answers)
        .map_err(|error| format!("--answers {}: {error}", options.answers.display()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let coverage = runtime.block_on(compare(options, operations, &answers))?;
    let (passed, failed, service) = (coverage.passed, coverage.failed, &options.service);
    println!("interop {service}: {passed} passed, {failed} failed");
    let is_enough = match &options.implemented {
        Some(implemented) => {
            let recorded = options.covered.as_ref().map(names).transpose()?;
            coverage.is_enough(service, &names(implemented)?, recorded.as_ref())
        }
        None => true,
    };
    Ok(is_enough && failed == 0)
}

/// The client for RDS, of which `for_service` makes the others. All find the endpoint in `AWS_ENDPOINT_URL`.
fn client(endpoint: &str) -> Result<Client> {
    let environment = Environment::from_vars([("AWS_ENDPOINT_URL", endpoint), ("AWS_REGION", "us-east-1")]);
    let client = Client::builder()
        .environment(environment)
        .credentials(Credentials::new("interop", "interop"))
        // One attempt, as with boto3: the server draws each request id from its seeded randomness.
        .retry_policy(RetryPolicy::STANDARD.max_attempts(1))
        .build()?;
    Ok(client)
}

/// The names in a file, one a line; `#` begins a remark.
fn names(file: &OsString) -> Result<BTreeSet<String>> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let names = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    Ok(names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

/// What was compared.
#[derive(Default)]
struct Coverage {
    passed: usize,
    failed: usize,
    /// The operations of which an output was the same, each with the numbers of its outputs and errors.
    operations: BTreeMap<String, (usize, usize)>,
}

impl Coverage {
    /// Reports whether enough operations succeed: all that moto implements if there is a record of them, else
    /// [`ENOUGH`].
    fn is_enough(
        &self,
        service: &str,
        implemented: &BTreeSet<String>,
        recorded: Option<&BTreeSet<String>>,
    ) -> bool {
        let covered: BTreeSet<_> = self.operations.keys().cloned().collect();
        for (operation, (outputs, errors)) in &self.operations {
            println!("covered   {operation:<40} {outputs} outputs, {errors} errors");
        }
        let is_enough = match recorded {
            Some(recorded) => is_recorded(&covered, implemented, recorded),
            None => covered.len() >= ENOUGH.min(implemented.len()),
        };
        let (common, all) = (covered.intersection(implemented).count(), implemented.len());
        println!("interop {service}: {common} of the {all} operations that moto implements are covered");
        if recorded.is_none() && all < ENOUGH {
            println!(
                "interop {service}: moto implements fewer than {ENOUGH} operations, so all are required"
            );
        } else if recorded.is_none() && !is_enough {
            println!("interop {service}: expected at least {ENOUGH} operations, found {}", covered.len());
        }
        is_enough
    }
}

/// Reports whether all that moto implements is covered, and the record is up to date.
fn is_recorded(
    covered: &BTreeSet<String>,
    implemented: &BTreeSet<String>,
    recorded: &BTreeSet<String>,
) -> bool {
    let complaints = [
        ("implemented by moto, in no step of operations.json that succeeds", implemented - covered),
        ("in covered.txt, and not compared any more", recorded - covered),
        ("compared now, to be added to covered.txt", covered - recorded),
    ];
    for (what, operations) in &complaints {
        for operation in operations {
            println!("{operation}: {what}");
        }
    }
    complaints.iter().all(|(_, operations)| operations.is_empty())
}

/// Repeats boto3's calls and compares the results.
async fn compare(options: &Options, operations: &[Operation], answers: &str) -> Result<Coverage> {
    let client = client(&options.endpoint)?;
    let mut coverage = Coverage::default();
    for line in answers.lines() {
        let step: Json = serde_json::from_str(line)?;
        let (name, op) = (text(&step["name"]), text(&step["op"]));
        let known = operations.iter().find(|known| known.service == options.service && known.name == op);
        let known = known.ok_or_else(|| format!("{name}: unknown operation {op} of {}", options.service))?;
        let ours = (known.call)(&step, &client).await.map_err(|error| format!("{name}: {error}"))?;
        if ours == step["answer"] {
            println!("same      {op:<40} {name}");
            coverage.passed += 1;
            let count = coverage.operations.entry(op.to_owned()).or_default();
            match ours.get("output") {
                Some(_) => count.0 += 1,
                None => count.1 += 1,
            }
        } else {
            println!("DIFFERENT {op:<40} {name}");
            print_differences("", &step["answer"], &ours);
            coverage.failed += 1;
        }
    }
    coverage.operations.retain(|_, (outputs, _)| *outputs > 0);
    match coverage.passed + coverage.failed {
        0 => Err("expected calls to compare, found none".into()),
        _ => Ok(coverage),
    }
}

/// Prints where two answers differ, and what is there.
fn print_differences(path: &str, boto3: &Json, ours: &Json) {
    match (boto3, ours) {
        (Json::Object(one), Json::Object(other)) => {
            for key in one.keys().chain(other.keys().filter(|key| !one.contains_key(*key))) {
                print_differences(&format!("{path}.{key}"), &boto3[key], &ours[key]);
            }
        }
        (Json::Array(one), Json::Array(other)) if one.len() == other.len() => {
            for (index, (one, other)) in one.iter().zip(other).enumerate() {
                print_differences(&format!("{path}[{index}]"), one, other);
            }
        }
        _ if boto3 == ours => {}
        _ => println!("  {path}\n    boto3 {boto3}\n    ours  {ours}"),
    }
}

fn text(json: &Json) -> &str {
    json.as_str().unwrap_or_default()
}

/// Makes the call and describes the result as the answers of boto3 do.
///
/// A step with `"invalid": true` breaks a rule of the model that boto3 leaves to the service; it is sent unchecked.
async fn answer<O>(step: &Json, rds: &Client) -> Result<Json>
where
    O: awsquery::Operation + Send,
    O::Output: Send,
{
    let client = rds.for_service::<O::Service>()?;
    let call = client.call(from_json::<O>(&step["input"])?).validation(step["invalid"] != true);
    match call.send().await {
        Ok(Response { output, request_id, .. }) => {
            Ok(json!({ "output": to_json(&output)?, "request_id": request_id }))
        }
        Err(rds_client::Error::Service(error)) => {
            let request_id = error.request_id().map(str::to_owned);
            Ok(json!({ "error": facts(&error), "request_id": request_id }))
        }
        Err(error) => Err(error.to_string().into()),
    }
}

fn facts<E: OperationErrorKind>(error: &ServiceError<E>) -> Json {
    json!({
        "kind": error.service_kind().and_then(|kind| kind.shape()).map(|shape| shape.name),
        "code": error.code(),
        "message": error.message(),
        "type": error.fault(),
        "status": error.status().as_u16(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> BTreeSet<String> {
        (0..count).map(|number| format!("Operation{number}")).collect()
    }

    fn coverage(count: usize) -> Coverage {
        let operations = names(count).into_iter().map(|name| (name, (1, 0))).collect();
        Coverage { operations, ..Coverage::default() }
    }

    #[test]
    fn eight_operations_are_enough_and_all_where_the_server_has_fewer() {
        for (covered, implemented, is_enough) in [(8, 40, true), (7, 40, false), (7, 7, true), (6, 7, false)]
        {
            let found = coverage(covered).is_enough("a", &names(implemented), None);
            assert_eq!(found, is_enough, "{covered} of {implemented}");
        }
    }

    #[test]
    fn a_record_is_of_all_that_is_compared() {
        for (covered, implemented, recorded, is_enough) in
            [(9, 9, 9, true), (9, 9, 8, false), (8, 8, 9, false), (8, 9, 8, false), (9, 8, 9, true)]
        {
            let found = coverage(covered).is_enough("a", &names(implemented), Some(&names(recorded)));
            assert_eq!(found, is_enough, "{covered} of {implemented}, {recorded} recorded");
        }
    }
}
