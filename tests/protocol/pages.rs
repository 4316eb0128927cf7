//! Pages as a state machine (PROTOCOL 5.1), run against scripted answers.

use awsquery::Pages;
use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksOutput};

fn answer(marker: Option<&str>) -> DescribeExportTasksOutput {
    let mut output = DescribeExportTasksOutput::default();
    output.marker = marker.map(str::to_owned);
    output
}

/// The markers that are sent while the service answers so.
fn sent(pages: &mut Pages<DescribeExportTasks>, answers: &[Option<&str>]) -> Vec<Option<String>> {
    let mut sent = Vec::new();
    for marker in answers {
        sent.push(pages.next_request().expect("a request").marker.clone());
        pages.accept(&answer(*marker)).expect("a new marker");
    }
    sent
}

#[test]
fn pag_1_absent_and_empty_markers_end_the_pages() {
    for end in [None, Some("")] {
        let mut pages = Pages::new(DescribeExportTasks::default().max_records(20));
        assert_eq!(
            sent(&mut pages, &[Some("a"), Some("b/+="), end]),
            [None, Some("a".into()), Some("b/+=".into())]
        );
        assert!(pages.next_request().is_none() && pages.marker().is_none());
        assert_eq!(
            pages.accept(&answer(Some("z"))),
            Ok(()),
            "an answer that nobody asked for changes nothing"
        );
        assert!(pages.next_request().is_none());
    }
}

#[test]
fn pag_1_the_other_members_stay_as_they_are() {
    let mut pages = Pages::new(DescribeExportTasks::default().max_records(20).source_arn("arn"));
    sent(&mut pages, &[Some("a")]);
    let expected = DescribeExportTasks::default().max_records(20).source_arn("arn").marker("a");
    assert_eq!(pages.next_request(), Some(&expected));
}

#[test]
fn pag_3_a_repeated_marker_is_an_error() {
    let mut pages = Pages::new(DescribeExportTasks::default());
    sent(&mut pages, &[Some("a")]);
    let error = pages.accept(&answer(Some("a"))).expect_err("a repeated marker");
    assert_eq!(error.to_string(), "expected another marker than the one that was sent, found \"a\" again");
    assert!(pages.next_request().is_none(), "and there is nothing more to send");
}

#[test]
fn pag_3_the_callers_own_marker_counts_as_sent() {
    let pages = Pages::new(DescribeExportTasks::default().marker("a"));
    assert_eq!(pages.marker(), Some("a"), "pages can be resumed");
    assert!(pages.clone().accept(&answer(Some("a"))).is_err());
    let mut pages = pages.stop_on_repeated_marker();
    assert_eq!(pages.accept(&answer(Some("a"))), Ok(()));
    assert!(pages.next_request().is_none());
}
