//! The service's side: forms that are no requests, answers as AWS writes them.

use awsquery::format::{Member, TimestampFormat};
use awsquery::http::{HeaderMap, StatusCode};
use awsquery::server::{Dispatch, Fault, InvalidReason, QueryRequest, to_response};
use awsquery::{Operation, Sensitive, Timestamp};
use rds_protocol::operations::{
    CancelExportTask, DescribeExportTasks, DescribeExportTasksOutput, StartExportTask,
};
use rds_protocol::types::ExportTask;
use rds_protocol::{Rds, RdsError};

use crate::support::{Ask, Test, shape};

const BEGIN: &str = "Action=DescribeExportTasks&Version=2014-10-31";

fn read(rest: &str) -> Result<DescribeExportTasks, (String, &'static str, u16)> {
    QueryRequest::parse(format!("{BEGIN}&{rest}").as_bytes())
        .and_then(|request| request.read())
        .map_err(|error| (error.to_string(), error.code(), error.status().as_u16()))
}

#[test]
fn a_request_is_what_the_client_sent() {
    let request = DescribeExportTasks::default()
        .max_records(50)
        .marker("a b+c&d=é")
        .filters([rds_protocol::types::Filter::new("status", ["complete", ""])]);
    let body = request.to_body().expect("a form");
    let form = QueryRequest::parse(body.as_bytes()).expect("a request");
    assert_eq!((form.action(), form.version()), ("DescribeExportTasks", "2014-10-31"));
    assert_eq!(form.keys().count(), 5);
    assert_eq!(form.read(), Ok(request));
    assert!(form.read::<CancelExportTask>().is_err());
}

#[test]
fn req_24_a_plus_is_a_space() {
    assert_eq!(read("Marker=a+b%2Bc").map(|request| request.marker), Ok(Some("a b+c".into())));
}

#[test]
fn req_16_an_empty_list_is_a_list() {
    assert_eq!(read("Filters=").map(|request| request.filters), Ok(Some(Vec::new())));
}

#[test]
fn malformed_forms_are_the_errors_that_aws_answers_with() {
    for (rest, message, code, status) in [
        ("Marker=%4", "Marker: expected two hexadecimal digits after each %", "MalformedQueryString", 404),
        ("Marker=%zz", "Marker: expected two hexadecimal digits after each %", "MalformedQueryString", 404),
        ("M%é=1", "M%é: expected two hexadecimal digits after each %", "MalformedQueryString", 404),
        ("Marker=%FF", "Marker: expected UTF-8", "MalformedQueryString", 404),
        ("Marker", "expected key=value", "MalformedQueryString", 404),
        ("Marker=a&", "expected key=value", "MalformedQueryString", 404),
        ("=a", "expected key=value", "MalformedQueryString", 404),
        ("Marker=a&Marker=a", "Marker: expected a key once, found it again", "InvalidQueryParameter", 400),
        ("Action=x", "Action: expected a key once, found it again", "InvalidQueryParameter", 400),
        (
            "Filters.Filter.2.Name=a",
            "Filters.Filter: expected an element 1, found only later ones",
            "InvalidQueryParameter",
            400,
        ),
        (
            "Filters.Filter.1.Name=a&Filters.Filter.3.Name=b",
            "Filters.Filter: expected an element 2, found only later ones",
            "InvalidQueryParameter",
            400,
        ),
        (
            "Filters.Filter.x.Name=a",
            "Filters.Filter: expected the number of an element, from 1, found \"x\"",
            "InvalidQueryParameter",
            400,
        ),
        (
            "Filters.Filter.01.Name=a",
            "Filters.Filter: expected the number of an element, from 1, found \"01\"",
            "InvalidQueryParameter",
            400,
        ),
        (
            "Filters.Filter.0.Name=a",
            "Filters.Filter: expected the number of an element, from 1, found \"0\"",
            "InvalidQueryParameter",
            400,
        ),
        (
            "Filters.Filter.99999999999999999999.Name=a",
            "Filters.Filter: expected the number of an element, from 1, found \"99999999999999999999\"",
            "InvalidQueryParameter",
            400,
        ),
        (
            "Filters.member.1.Name=a",
            "Filters.member.1.Name: the operation has no such parameter",
            "InvalidQueryParameter",
            400,
        ),
        ("Filters=a", "Filters: the operation has no such parameter", "InvalidQueryParameter", 400),
        (
            "Filters=&Filters.Filter.1.Name=a",
            "Filters: the operation has no such parameter",
            "InvalidQueryParameter",
            400,
        ),
        ("marker=a", "marker: the operation has no such parameter", "InvalidQueryParameter", 400),
        ("Marker.1=a", "Marker.1: the operation has no such parameter", "InvalidQueryParameter", 400),
        (
            "MaxRecords=many",
            "MaxRecords: expected an integer of 32 bits, found \"many\"",
            "InvalidParameterValue",
            400,
        ),
        (
            "MaxRecords=",
            "MaxRecords: expected an integer of 32 bits, found \"\"",
            "InvalidParameterValue",
            400,
        ),
    ] {
        assert_eq!(read(rest), Err((message.to_owned(), code, status)), "{rest}");
    }
}

#[test]
fn actions_and_versions_that_are_not_there() {
    let answer = |body: &str| {
        let response = Dispatch::<Rds>::new(body.as_bytes(), "r-1")
            .on(|_: DescribeExportTasks| Ok(DescribeExportTasksOutput::default()))
            .respond()
            .expect("an answer");
        let error = DescribeExportTasks::parse_response(
            response.status(),
            response.headers(),
            response.body().as_bytes(),
        )
        .expect_err("an error");
        error.to_string()
    };
    for (body, message) in [
        ("", "MissingAction: Action: required (request id r-1)"),
        ("Version=2014-10-31", "MissingAction: Action: required (request id r-1)"),
        ("Action=&Version=2014-10-31", "MissingAction: Action: required (request id r-1)"),
        ("Action=DescribeExportTasks", "MissingParameter: Version: required (request id r-1)"),
        (
            "Action=DescribeMoon&Version=2014-10-31",
            "InvalidAction: Action: could not find operation DescribeMoon for version 2014-10-31 (request id r-1)",
        ),
        (
            "Action=DescribeExportTasks&Version=2013-01-01",
            "InvalidAction: Version: could not find operation DescribeExportTasks for version 2013-01-01 (request id r-1)",
        ),
    ] {
        assert_eq!(answer(body), message, "{body}");
    }
}

#[test]
fn a_sensitive_value_is_not_in_the_error() {
    shape! { Secrets { pin: Sensitive<i32> = Member::new("Pin") } }
    impl Operation for Secrets {
        type Service = Test;
        type Output = ();
        type Error = crate::support::AskError;
        const NAME: &'static str = "Ask";
        const RESULT_WRAPPER: Option<&'static str> = None;
    }
    let form = QueryRequest::parse(b"Action=Ask&Version=2020-01-08&Pin=hunter2").expect("a form");
    assert!(!format!("{form:?}").contains("hunter2"));
    let error = form.read::<Secrets>().expect_err("no number");
    assert_eq!(
        error.to_string(),
        "Pin: expected an integer of 32 bits, found something else (sensitive, not shown)"
    );
    assert!(matches!(error.reason(), InvalidReason::Value { found: None, .. }));
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[test]
fn the_first_handler_of_an_action_answers() {
    let body = "Action=CancelExportTask&Version=2014-10-31&ExportTaskIdentifier=t1";
    let mut asked = Vec::new();
    let response = Dispatch::<Rds>::new(body.as_bytes(), "r-1")
        .on(|_: DescribeExportTasks| unreachable!("another action"))
        .on(|request: CancelExportTask| {
            asked.extend(request.export_task_identifier.clone());
            let mut task = ExportTask::default();
            task.export_task_identifier = request.export_task_identifier;
            Ok(task)
        })
        .on(|_: CancelExportTask| unreachable!("answered already"))
        .respond()
        .expect("an answer");
    assert_eq!(asked, ["t1"]);
    assert_eq!(response.headers()["x-amzn-requestid"], "r-1");
    assert_eq!(response.headers()["content-type"], "text/xml");
    insta::assert_snapshot!(response.body(), @r#"<CancelExportTaskResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><CancelExportTaskResult><ExportTaskIdentifier>t1</ExportTaskIdentifier></CancelExportTaskResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></CancelExportTaskResponse>"#);
}

#[test]
fn a_fault_is_an_error_as_aws_writes_it() {
    let fault = Fault::of(RdsError::ExportTaskNotFoundFault).message("no <export> & no \u{1f980}");
    let response = fault.to_response::<Rds>("r-2").expect("an answer");
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    insta::assert_snapshot!(response.body(), @r#"<ErrorResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><Error><Type>Sender</Type><Code>ExportTaskNotFound</Code><Message>no &lt;export&gt; &amp; no 🦀</Message></Error><RequestId>r-2</RequestId></ErrorResponse>"#);
    let error =
        DescribeExportTasks::parse_response(response.status(), &HeaderMap::new(), response.body().as_bytes())
            .expect_err("an error");
    assert_eq!(error.to_string(), "ExportTaskNotFound: no <export> & no \u{1f980} (request id r-2)");
    let down = Fault::new("InternalFailure", StatusCode::INTERNAL_SERVER_ERROR).to_response::<Rds>("r-3");
    assert!(down.expect("an answer").body().contains("<Type>Receiver</Type>"));
}

#[test]
fn every_error_of_the_service_comes_back_as_itself() {
    for (kind, shape) in <RdsError as awsquery::error::ServiceErrorKind>::SHAPES {
        let response = Fault::of(*kind).to_response::<Rds>("r-1").expect("an answer");
        let error = DescribeExportTasks::parse_response(
            response.status(),
            response.headers(),
            response.body().as_bytes(),
        );
        let Err(awsquery::Error::Service(error)) = error else { panic!("{shape:?}") };
        assert_eq!(
            (error.service_kind(), error.code(), error.message()),
            (Some(*kind), Some(shape.code), None)
        );
        assert_eq!(error.status().as_u16(), shape.status);
    }
}

#[test]
fn what_a_document_cannot_carry_is_an_error_with_its_path() {
    let mut output = DescribeExportTasksOutput::default();
    let mut task = ExportTask::default();
    task.export_only = Some(vec!["fine".into(), "bell \u{7}".into()]);
    output.export_tasks = Some(vec![ExportTask::default(), task]);
    let error = to_response::<DescribeExportTasks>(&output, "r-1").expect_err("a control character");
    assert_eq!(
        error.to_string(),
        "DescribeExportTasksResult.ExportTasks[1].ExportOnly[1]: expected characters of XML 1.0, found '\\u{7}'"
    );
    let mut task = ExportTask::default();
    task.snapshot_time = Some("0000-05-05T00:00:00Z".parse().expect("a timestamp"));
    let error = to_response::<StartExportTask>(&task, "r-1").expect_err("a year before the first");
    assert_eq!(
        error.to_string(),
        "StartExportTaskResult.SnapshotTime: expected a year from 1 to 9999, found 0000-05-05T00:00:00Z"
    );
    assert!(to_response::<StartExportTask>(&ExportTask::default(), "r \u{0}").is_err());
}

shape! {
    Odd {
        id: String = Member::new("Id").wire_name("xsi:id").attribute(),
        rows: Vec<String> = Member::new("Rows").wire_name("row").list("ignored").flattened(),
        time: Timestamp = Member::new("Time").timestamp(TimestampFormat::HttpDate),
        kind: String = Member::new("Kind").attribute(),
        inner: Box<Odd> = Member::new("Inner"),
        secret: Sensitive<String> = Member::new("Secret"),
    }
    Misnamed { field: String = Member::new("no name") }
}

#[test]
fn rsp_8a_attributes_stand_in_the_tag_of_their_structure() {
    let inner = Odd { id: Some("a\"b\n\t<".into()), kind: Some(String::new()), ..Odd::default() };
    let value = Odd {
        rows: Some(vec!["1\r".into(), String::new()]),
        time: Some("2015-01-25T08:00:00.5Z".parse().expect("a timestamp")),
        inner: Some(Box::new(inner)),
        secret: Some("hunter2".into()),
        ..Odd::default()
    };
    let response = to_response::<Ask<Odd>>(&value, "r-1").expect("an answer");
    insta::assert_snapshot!(response.body(), @r#"<AskResponse xmlns="http://test.example/"><AskResult><row>1&#13;</row><row/><Time>Sun, 25 Jan 2015 08:00:00 GMT</Time><Inner xsi:id="a&quot;b&#10;&#9;&lt;" Kind=""/><Secret>hunter2</Secret></AskResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></AskResponse>"#);
    let read = Ask::<Odd>::parse_response(StatusCode::OK, &HeaderMap::new(), response.body().as_bytes())
        .expect("an output");
    let mut expected = value;
    expected.time = Some("2015-01-25T08:00:00Z".parse().expect("a timestamp"));
    assert_eq!(read.output, expected);
}

#[test]
fn a_sensitive_value_is_not_in_the_writers_error_and_names_are_checked() {
    let value = Odd { secret: Some("hunter2\u{0}".into()), ..Odd::default() };
    let error = to_response::<Ask<Odd>>(&value, "r-1").expect_err("a control character");
    assert_eq!(
        error.to_string(),
        "AskResult.Secret: expected characters of XML 1.0, found something else (sensitive, not shown)"
    );
    let error =
        to_response::<Ask<Misnamed>>(&Misnamed { field: Some("x".into()) }, "r-1").expect_err("no name");
    assert_eq!(error.to_string(), "AskResult.no name: expected the name of an element, found \"no name\"");
}

#[test]
fn pre_1_the_source_region_is_never_sent() {
    let request =
        rds_protocol::operations::CopyDBSnapshot::default().source_region("us-east-1").kms_key_id("k");
    assert_eq!(request.to_body().as_deref(), Ok("Action=CopyDBSnapshot&Version=2014-10-31&KmsKeyId=k"));
}

#[test]
fn whatever_a_form_says_it_has_an_answer() {
    let long = format!("Action={}&Version=1", "x".repeat(100_000));
    for body in [
        "Action=%00&Version=1",
        "Action=Op&Version=%01",
        "Action=DescribeExportTasks&Version=2014-10-31&F%01=1",
        &long,
    ] {
        let response = Dispatch::<Rds>::new(body.as_bytes(), "r-1")
            .on(|_: DescribeExportTasks| Ok(DescribeExportTasksOutput::default()))
            .respond()
            .expect("an answer");
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        assert!(response.body().len() < 1000);
    }
}

#[test]
fn the_query_of_a_presigned_request_is_read() {
    let query = "Action=DescribeExportTasks&Version=2014-10-31&Marker=m&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=60";
    let request =
        QueryRequest::parse(query.as_bytes()).and_then(|request| request.read::<DescribeExportTasks>());
    assert_eq!(request, Ok(DescribeExportTasks::default().marker("m")));
}
