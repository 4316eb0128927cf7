//! The peers, and the proof that they make the same of each input as ours.

mod boto3;
mod neutral;
mod quick_xml;
mod requests;
mod sdk;

use std::fmt::Debug;
use std::path::Path;
use std::rc::Rc;

use aws_sdk_rds::error::ProvideErrorMetadata as _;
use aws_sdk_rds::operation::{describe_db_instances, describe_export_tasks};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use awsquery::format::TimestampFormat;
use awsquery::http::{HeaderMap, StatusCode};
use awsquery::{Operation, Response};
use rds_protocol::operations::{DescribeDBInstances, DescribeExportTasks};
use serde::de::DeserializeOwned;

use self::neutral::Neutral;
use self::sdk::Sdk;
use crate::cases::MOMENT;
use crate::{Case, Contestant, Result};

/// Adds the peers to a case.
pub(crate) fn join(case: &mut Case, python: Option<&Path>) -> Result<()> {
    match case.name.split('/').collect::<Vec<_>>()[..] {
        ["export-tasks", ..] => {
            type Theirs = describe_export_tasks::DescribeExportTasksOutput;
            read::<DescribeExportTasks, neutral::DescribeExportTasksOutput, Theirs>(
                case,
                python,
                describe_export_tasks(),
            )
        }
        ["db-instances", ..] => {
            type Theirs = describe_db_instances::DescribeDbInstancesOutput;
            let sdk = Sdk::of(&describe_db_instances::DescribeDBInstances::new());
            read::<DescribeDBInstances, neutral::DescribeDbInstancesOutput, Theirs>(case, python, sdk)
        }
        ["error"] => error(case, python),
        ["whole-process", ..] => boto3::whole_process(case, python),
        ["request", "body"] => requests::body(case),
        ["request", ..] => requests::http(case),
        _ => timestamp(case),
    }
}

/// Fails unless a peer made the same as ours.
fn same<T: PartialEq + Debug>(peer: &str, theirs: &T, ours: &T) -> Result<()> {
    if theirs == ours {
        return Ok(());
    }
    let (theirs, ours) = (format!("{theirs:#?}"), format!("{ours:#?}"));
    let equal = theirs.lines().zip(ours.lines()).take_while(|(theirs, ours)| theirs == ours).count();
    // The line that differs, and what leads to it.
    let around = |text: &str| -> Vec<String> {
        text.lines().skip(equal.saturating_sub(2)).take(4).map(|line| line.trim().into()).collect()
    };
    Err(format!("{peer} has {:?} where ours has {:?}", around(&theirs), around(&ours)).into())
}

/// The SDK's halves of the operation that most cases are about.
fn describe_export_tasks() -> Sdk {
    Sdk::of(&describe_export_tasks::DescribeExportTasks::new())
}

/// Adds the peers who read a page: of an operation of ours, into `N`, which is neutral, and by the SDK into `S`.
fn read<O, N, S>(case: &mut Case, python: Option<&Path>, sdk: Sdk) -> Result<()>
where
    O: Operation<Output: Clone + Neutral<N>> + 'static,
    N: DeserializeOwned + PartialEq + Debug + 'static,
    S: Neutral<N> + Debug + Send + Sync + 'static,
{
    let text = Rc::clone(&case.text);
    let response = sdk::response(200, &text);
    let ours: Response<O::Output> =
        match O::parse_response(StatusCode::OK, &HeaderMap::new(), text.as_bytes()) {
            Ok(response) => response,
            Err(_) => return Err("ours cannot read the response".into()),
        };
    let neutral = ours.output.neutral();
    let theirs = sdk.parse(&response).map_err(|error| format!("{error:?}"))?;
    let theirs: &S = theirs.downcast_ref().ok_or("aws-sdk-rds returns another output")?;
    // Without the request id, which the SDK takes from the headers alone.
    same(sdk::NAME, &theirs.neutral(), &neutral)?;
    let serde = quick_xml::parse::<N>(&text)?;
    same(quick_xml::SERDE, &serde.result, &neutral)?;
    same(quick_xml::SERDE, &serde.metadata.request_id, &ours.request_id)?;

    let (scanned, parsed) = (Rc::clone(&text), Rc::clone(&text));
    case.contestants.extend([
        Contestant::called(sdk::NAME, move || sdk.parse(&response)),
        Contestant::called(quick_xml::SCAN, move || quick_xml::scan(&scanned)),
        Contestant::called(quick_xml::SERDE, move || quick_xml::parse::<N>(&parsed)),
        // The part of the work that is left to one who knows the result.
        Contestant::called("clone", move || ours.output.clone()),
    ]);
    // A large page would take it seconds a turn, and leave few turns to the others.
    if case.items <= 100 {
        case.contestants.extend(boto3::parser(python, O::NAME, 200, &text)?);
    }
    Ok(())
}

fn error(case: &mut Case, python: Option<&Path>) -> Result<()> {
    let text = Rc::clone(&case.text);
    let (sdk, response) = (describe_export_tasks(), sdk::response(404, &text));
    let ours = DescribeExportTasks::parse_response(StatusCode::NOT_FOUND, &HeaderMap::new(), text.as_bytes());
    let (Err(awsquery::Error::Service(ours)), Err(theirs)) = (ours, sdk.parse(&response)) else {
        return Err("expected a service error from both sides".into());
    };
    let theirs = sdk::error(&theirs);
    // Without the request id, which the SDK takes from the headers alone.
    same(sdk::NAME, &(theirs.code(), theirs.message()), &(ours.code(), ours.message()))?;
    case.contestants.extend(boto3::parser(python, DescribeExportTasks::NAME, 404, &text)?);
    case.contestants.extend([
        Contestant::called(sdk::NAME, move || sdk.parse(&response)),
        Contestant::called(quick_xml::SCAN, move || quick_xml::scan(&text)),
    ]);
    Ok(())
}

fn timestamp(case: &mut Case) -> Result<()> {
    use std::hint::black_box;

    let smithy = |text: &str| DateTime::from_str(text, Format::DateTimeWithOffset);
    let ours = TimestampFormat::DateTime.parse(MOMENT);
    same("jiff", &MOMENT.parse().ok(), &ours)?;
    same("aws-smithy-types", &Some(smithy(MOMENT)?.neutral()), &ours)?;
    case.contestants.extend([
        Contestant::called("jiff", || black_box(MOMENT).parse::<awsquery::Timestamp>()),
        Contestant::called("aws-smithy-types", move || smithy(black_box(MOMENT))),
    ]);
    Ok(())
}
