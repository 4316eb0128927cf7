//! The cases: what is read and written, by whom, and how their results are compared.

use std::fmt::Debug;
use std::rc::Rc;

use aws_sdk_rds::error::ProvideErrorMetadata as _;
use aws_sdk_rds::operation::{describe_db_instances, describe_export_tasks};
use aws_smithy_runtime_api::client::interceptors::context::Input;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use awsquery::http::Uri;
use awsquery::Operation;
use awsquery::format::TimestampFormat;
use rds_protocol::operations::{DescribeDBInstances, DescribeExportTasks};
use serde::Deserialize;

use crate::case::same;
use crate::contestant::{Prepared, called};
use crate::contestants::quick_xml::{self, SCAN, SERDE};
use crate::contestants::sdk::{self, Sdk};
use crate::contestants::{form, ours};
use crate::export_tasks::{self, FILTERS, Style};
use crate::neutral::{self, Neutral};
use crate::{Case, Contestant, Python, Result};

/// A case that has a name and is not made yet: some are large.
pub struct Plan {
    /// What the case is called.
    pub name: String,
    make: Box<Make>,
}

/// Makes a case of a plan's name.
type Make = dyn Fn(&str, Option<&Python>) -> Result<Case>;

impl Plan {
    fn new(name: &str, make: impl Fn(&str, Option<&Python>) -> Result<Case> + 'static) -> Self {
        Self { name: name.into(), make: Box::new(make) }
    }

    /// Makes the case; boto3 takes part where there is a Python.
    ///
    /// # Errors
    ///
    /// A process that does not start.
    pub fn make(&self, python: Option<&Python>) -> Result<Case> {
        (self.make)(&self.name, python)
    }
}

/// All cases, in the order in which they are shown.
pub fn plans() -> Vec<Plan> {
    let mut plans = Vec::new();
    for (style, word) in [(Style::Compact, "compact"), (Style::Reordered, "reordered")] {
        for tasks in [1, 20, 100, 10_000] {
            plans.push(export_tasks_plan(tasks, style, word));
        }
    }
    plans.push(export_tasks_plan(20, Style::Shuffled, "shuffled"));
    plans.push(export_tasks_plan(20, Style::Pretty, "pretty"));
    plans.push(Plan::new("db-instances/20", db_instances));
    plans.push(Plan::new("error", error));
    plans.push(Plan::new("whole-process/20", whole_process));
    plans.push(Plan::new("request/body", request_body));
    plans.push(Plan::new("request/http", request_http));
    plans.push(Plan::new("timestamp", timestamp));
    plans
}

fn export_tasks_plan(tasks: usize, style: Style, word: &str) -> Plan {
    Plan::new(&format!("export-tasks/{tasks}/{word}"), move |name, python| {
        export_tasks(name, tasks, style, python)
    })
}

/// Reads a page of export tasks.
fn export_tasks(name: &str, tasks: usize, style: Style, python: Option<&Python>) -> Result<Case> {
    page::<DescribeExportTasks>(name, tasks, export_tasks::response(tasks, style), python)
}

/// Reads a page of instances: 71 members each, structures in lists in structures.
fn db_instances(name: &str, python: Option<&Python>) -> Result<Case> {
    page::<DescribeDBInstances>(name, 20, db_instances_response(), python)
}

/// An operation that answers with a page of something.
trait Page: Operation<Output: Clone + Neutral<Self::Neutral>> + 'static {
    type Neutral: for<'de> Deserialize<'de> + PartialEq + Debug + 'static;
    type SdkOutput: Neutral<Self::Neutral> + Debug + Send + Sync + 'static;

    fn sdk() -> Sdk;
}

impl Page for DescribeExportTasks {
    type Neutral = neutral::DescribeExportTasksOutput;
    type SdkOutput = describe_export_tasks::DescribeExportTasksOutput;

    fn sdk() -> Sdk {
        Sdk::describe_export_tasks()
    }
}

impl Page for DescribeDBInstances {
    type Neutral = neutral::DescribeDbInstancesOutput;
    type SdkOutput = describe_db_instances::DescribeDbInstancesOutput;

    fn sdk() -> Sdk {
        Sdk::of(&describe_db_instances::DescribeDBInstances::new())
    }
}

fn page<O: Page>(name: &str, items: usize, body: String, python: Option<&Python>) -> Result<Case> {
    let body: Rc<str> = body.into();
    let (sdk, response) = (O::sdk(), sdk::response(200, &body));
    let finished = ours::parse::<O>(body.as_bytes()).output;
    let mut contestants = vec![
        called(ours::NAME, with(&body, |body| ours::parse::<O>(body.as_bytes()))),
        called(sdk::NAME, move || sdk.parse(&response)),
        called(SCAN, with(&body, quick_xml::scan)),
        called(SERDE, with(&body, |body| quick_xml::parse::<O::Neutral>(body.as_bytes()))),
        // What is left to do for one who knows the answer.
        called("clone", move || finished.clone()),
    ];
    // It would take seconds for each turn of a large page, and the others would have few.
    if items <= 100 {
        contestants.extend(boto3(python, name, O::NAME, 200, &body)?);
    }
    Ok(Case { bytes: body.len(), items, contestants, check: Box::new(move || same_page::<O>(&body)) })
}

fn same_page<O: Page>(body: &str) -> Result<()> {
    let ours = ours::parse::<O>(body.as_bytes());
    let neutral = ours.output.neutral();

    let sdk = O::sdk().parse(&sdk::response(200, body)).map_err(|error| format!("{error:?}"))?;
    let sdk: &O::SdkOutput = sdk.downcast_ref().ok_or("aws-sdk-rds answers with another output")?;
    // Without the request id, which the SDK takes from the headers alone.
    same(sdk::NAME, &sdk.neutral(), &neutral)?;

    let serde = quick_xml::parse::<O::Neutral>(body.as_bytes());
    same(SERDE, &serde.result, &neutral)?;
    same(SERDE, &serde.metadata.request_id, &ours.request_id)
}

fn db_instances_response() -> String {
    let instance: String = include_str!("db_instance.xml").lines().map(str::trim_start).collect();
    let instances: String = (0..20).map(|number| instance.replace("{n}", &number.to_string())).collect();
    format!(
        "<DescribeDBInstancesResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><DescribeDBInstancesResult>\
         <DBInstances>{instances}</DBInstances><Marker>b3JkZXJzLTE5</Marker></DescribeDBInstancesResult>\
         <ResponseMetadata><RequestId>7c0f4e8a-51d6-4b0e-9a3f-2d8b6c1e5f70</RequestId></ResponseMetadata>\
         </DescribeDBInstancesResponse>"
    )
}

const ERROR: &str = "<ErrorResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><Error><Type>Sender</Type>\
    <Code>ExportTaskNotFound</Code><Message>Export task orders-nightly-00019 not found.</Message></Error>\
    <RequestId>7c0f4e8a-51d6-4b0e-9a3f-2d8b6c1e5f70</RequestId></ErrorResponse>";

/// Reads an error.
fn error(name: &str, python: Option<&Python>) -> Result<Case> {
    let (sdk, response) = (Sdk::describe_export_tasks(), sdk::response(404, ERROR));
    let mut contestants = vec![
        called(ours::NAME, || ours::parse_error(ERROR.as_bytes())),
        called(sdk::NAME, move || sdk.parse(&response)),
        called(SCAN, || quick_xml::scan(ERROR)),
    ];
    contestants.extend(boto3(python, name, "DescribeExportTasks", 404, ERROR)?);
    Ok(Case { bytes: ERROR.len(), items: 1, contestants, check: Box::new(same_error) })
}

fn same_error() -> Result<()> {
    let awsquery::Error::Service(ours) = ours::parse_error(ERROR.as_bytes()) else {
        return Err("ours finds the error malformed".into());
    };
    let Err(sdk) = Sdk::describe_export_tasks().parse(&sdk::response(404, ERROR)) else {
        return Err("aws-sdk-rds finds a success".into());
    };
    let sdk = sdk::error(&sdk);
    // Without the request id, which the SDK takes from the headers alone.
    same(sdk::NAME, &(sdk.code(), sdk.message()), &(ours.code(), ours.message()))
}

/// A process that starts, reads one page and ends.
fn whole_process(_: &str, python: Option<&Python>) -> Result<Case> {
    let body = export_tasks::response(20, Style::Compact);
    let contestants = python.map(|python| python.whole_processes(&body)).transpose()?.unwrap_or_default();
    Ok(Case { bytes: body.len(), items: 20, contestants, check: Box::new(|| Ok(())) })
}

/// Writes the body of a request with two filters of three values.
fn request_body(_: &str, _: Option<&Python>) -> Result<Case> {
    let request = ours::request(FILTERS);
    let body = request.to_body()?;
    let bytes = body.len();
    let contestants = vec![
        called(ours::NAME, move || request.to_body()),
        called(form::SMITHY, || form::smithy(FILTERS)),
        called(form::URLENCODED, || form::urlencoded(FILTERS)),
    ];
    let check = move || {
        same(form::SMITHY, &form::smithy(FILTERS), &body)?;
        // The same pairs; a space is a plus there, and `%20` in ours.
        same(form::URLENCODED, &pairs(&form::urlencoded(FILTERS)), &pairs(&body))
    };
    Ok(Case { bytes, items: 1, contestants, check: Box::new(check) })
}

fn pairs(form: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(form.as_bytes()).into_owned().collect()
}

/// Writes the whole request, with method, address and headers.
fn request_http(_: &str, _: Option<&Python>) -> Result<Case> {
    let endpoint = Uri::from_static("https://rds.eu-west-1.amazonaws.com/");
    let (request, input) = (ours::request(FILTERS), sdk::request(FILTERS));
    let (body, mut sdk, consumed) = (request.to_body()?, Sdk::describe_export_tasks(), input.clone());
    let bytes = body.len();
    let prepared = Prepared {
        whole: called(sdk::NAME, move || sdk.serialize(Input::erase(consumed.clone()))),
        preparation: called(sdk::NAME, move || Input::erase(input.clone())),
    };
    let contestants: Vec<Box<dyn Contestant>> =
        vec![called(ours::NAME, move || request.to_request(&endpoint)), Box::new(prepared)];
    let check = move || {
        let sdk = Sdk::describe_export_tasks().serialize(Input::erase(sdk::request(FILTERS)));
        let theirs = String::from_utf8_lossy(sdk.body().bytes().unwrap_or_default()).into_owned();
        same(sdk::NAME, &theirs, &body)
    };
    Ok(Case { bytes, items: 1, contestants, check: Box::new(check) })
}

const MOMENT: &str = "2026-01-02T03:04:05.678Z";

/// Reads a timestamp as RDS writes it.
fn timestamp(_: &str, _: Option<&Python>) -> Result<Case> {
    use std::hint::black_box;

    type Moment = awsquery::Timestamp;
    let contestants = vec![
        called(ours::NAME, || TimestampFormat::DateTime.parse(black_box(MOMENT))),
        called("jiff", || black_box(MOMENT).parse::<Moment>()),
        called("aws-smithy-types", || DateTime::from_str(black_box(MOMENT), Format::DateTimeWithOffset)),
    ];
    let check = || {
        let ours = TimestampFormat::DateTime.parse(MOMENT);
        let sdk = DateTime::from_str(MOMENT, Format::DateTimeWithOffset)?;
        same("jiff", &MOMENT.parse::<Moment>().ok(), &ours)?;
        same("aws-smithy-types", &Some(sdk.neutral()), &ours.as_ref().map(Neutral::neutral))
    };
    Ok(Case { bytes: MOMENT.len(), items: 1, contestants, check: Box::new(check) })
}

/// Work on a body that is shared.
fn with<T, W: Fn(&str) -> T>(body: &Rc<str>, work: W) -> impl FnMut() -> T + use<T, W> {
    let body = Rc::clone(body);
    move || work(&body)
}

fn boto3(
    python: Option<&Python>,
    name: &str,
    operation: &str,
    status: u16,
    body: &str,
) -> Result<Option<Box<dyn Contestant>>> {
    python.map(|python| python.parser(name, operation, status, body)).transpose()
}
