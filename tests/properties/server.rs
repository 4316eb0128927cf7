//! The service's side agrees with the client's: what one writes the other reads.

use awsquery::Operation;
use awsquery::format::Structure;
use awsquery::http::HeaderMap;
use awsquery::server::{QueryRequest, to_response};
use proptest::prelude::*;
use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksError, StartExportTask};
use rds_protocol::types::Filter;

use crate::json::{Everything, everything};
use crate::support::{cases, describe, is_xml, output, start, text};

impl Operation for Everything {
    type Service = rds_protocol::Rds;
    type Output = Everything;
    type Error = DescribeExportTasksError;
    const NAME: &'static str = "Everything";
    const RESULT_WRAPPER: Option<&'static str> = Some("EverythingResult");
}

/// What a service reads of a request.
fn received<O: Operation>(request: &O) -> Result<O, String> {
    let body = request.to_body().map_err(|error| error.to_string())?;
    let form = QueryRequest::parse(body.as_bytes()).map_err(|error| error.to_string())?;
    form.read().map_err(|error| error.to_string())
}

/// What a client reads of an answer; `None` where XML cannot carry it.
fn answered<O: Operation>(output: &O::Output) -> Option<O::Output> {
    let response = to_response::<O>(output, "r-1").ok()?;
    let (status, body) = (response.status(), response.body());
    tests::readers::agree::<O>(status, body.as_bytes());
    let response = O::parse_response(status, &HeaderMap::new(), body.as_bytes())
        .unwrap_or_else(|error| panic!("{error}\n{body}"));
    assert_eq!(response.request_id.as_deref(), Some("r-1"));
    Some(response.output)
}

/// What the wire makes of filters: structures without members are no pairs at all (REQ-17), so the last ones vanish, and
/// one before another leaves a gap.
fn on_the_wire(filters: Vec<Filter>) -> Result<Option<Vec<Filter>>, usize> {
    let says_something = |filter: &Filter| filter.name.is_some() || filter.values.is_some();
    match filters.iter().rposition(says_something) {
        None if filters.is_empty() => Ok(Some(filters)),
        None => Ok(None),
        Some(last) => match filters[..last].iter().position(|filter| !says_something(filter)) {
            Some(gap) => Err(gap + 1),
            None => Ok(Some(filters[..=last].to_vec())),
        },
    }
}

/// What the wire makes of a value of everything.
fn form_of(mut value: Everything) -> Everything {
    // Requests carry milliseconds (REQ-21), and no empty maps or structures (REQ-17).
    value.time = value.time.map(|time| {
        let milliseconds = time.as_nanosecond().div_euclid(1_000_000);
        awsquery::Timestamp::from_nanosecond(milliseconds * 1_000_000).expect("in range")
    });
    value.map = value.map.filter(|map| !map.is_empty());
    value.child =
        value.child.map(|child| Box::new(form_of(*child))).filter(|child| **child != Everything::default());
    value
}

/// What a document makes of it: flattened collections have no element of their own that could be empty.
fn xml_of(mut value: Everything) -> Everything {
    value.map = value.map.filter(|map| !map.is_empty());
    value.numbers = value.numbers.filter(|numbers| !numbers.is_empty());
    value.child = value.child.map(|child| Box::new(xml_of(*child)));
    value
}

fn texts(value: &Everything) -> impl Iterator<Item = char> + '_ {
    let own = |value: &Everything| -> Vec<char> {
        value.map.iter().flatten().flat_map(|(key, value)| key.chars().chain(value.chars())).collect()
    };
    own(value).into_iter().chain(value.child.iter().flat_map(move |child| own(child)))
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn requests_are_read_as_they_were_written(request in describe()) {
        let mut expected = request.clone();
        match on_the_wire(request.filters.clone().unwrap_or_default()) {
            Ok(filters) => {
                expected.filters = request.filters.is_some().then_some(filters).flatten();
                prop_assert_eq!(received(&request), Ok(expected));
            }
            Err(gap) => {
                let message = format!("Filters.Filter: expected an element {gap}, found only later ones");
                prop_assert_eq!(received(&request), Err(message));
            }
        }
    }

    #[test]
    fn lists_of_texts_too(request in start()) {
        prop_assert_eq!(received(&request), Ok(request));
    }

    #[test]
    fn every_type_in_a_request(value in everything()) {
        prop_assert_eq!(received(&value), Ok(form_of(value)));
    }

    #[test]
    fn outputs_are_read_as_they_were_written(output in output()) {
        prop_assert_eq!(answered::<DescribeExportTasks>(&output), Some(output));
    }

    #[test]
    fn every_type_in_an_output(value in everything()) {
        let expected = texts(&value).all(is_xml).then(|| xml_of(value.clone()));
        prop_assert_eq!(answered::<Everything>(&value), expected);
    }

    #[test]
    fn what_xml_cannot_carry_is_refused(text in text()) {
        let mut task = rds_protocol::types::ExportTask::default();
        task.failure_cause = Some(text.clone());
        let answer = to_response::<StartExportTask>(&task, "r-1");
        match text.chars().find(|c| !is_xml(*c)) {
            None => prop_assert!(answer.is_ok()),
            Some(c) => {
                let message =
                    format!("StartExportTaskResult.FailureCause: expected characters of XML 1.0, found {c:?}");
                prop_assert_eq!(answer.map(drop).map_err(|error| error.to_string()), Err(message));
            }
        }
    }

    /// Whatever comes in, there is an answer.
    #[test]
    fn no_form_makes_it_panic(
        body in proptest::collection::vec(
            proptest::sample::select(&["Action", "=", "&", "Version", "2014-10-31", "DescribeExportTasks", "Filters", ".",
                "Filter", "1", "2", "0", "x", "Values", "Value", "member", "%", "%41", "%FF", "+", "é", "MaxRecords"][..]), 0..24),
        prefix in any::<bool>(),
    ) {
        let mut text = body.concat();
        if prefix {
            text.insert_str(0, "Action=DescribeExportTasks&Version=2014-10-31&");
        }
        let read = QueryRequest::parse(text.as_bytes()).and_then(|form| form.read::<DescribeExportTasks>());
        if let Ok(request) = read {
            // What was read is written with the same keys.
            prop_assert!(received(&request).is_ok());
        }
    }
}

#[test]
fn a_structure_inside_itself_without_end_is_refused() {
    let key = "Child.".repeat(200) + "Boolean";
    let form = QueryRequest::parse(format!("Action=Everything&Version=2014-10-31&{key}=true").as_bytes());
    let error = form.and_then(|form| form.read::<Everything>()).expect_err("too deep");
    assert!(error.to_string().ends_with("expected at most 128 structures inside each other"), "{error}");
    assert!(Everything::MEMBERS.len() == 9);
}
