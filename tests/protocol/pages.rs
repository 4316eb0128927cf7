//! Pages as a state machine (PROTOCOL 5.1), run against scripted answers.

use awsquery::pages::{Pages, Paginated};
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
    assert_eq!(error.to_string(), "expected another marker than those that were sent, found \"a\" again");
    assert!(pages.next_request().is_none(), "and there is nothing more to send");
}

#[test]
fn pag_3_markers_that_go_round_in_a_circle_are_noticed() {
    for before in 0..20 {
        for round in 1..20 {
            let mut pages = Pages::new(DescribeExportTasks::default());
            let marker = |call| if call < before { call } else { before + (call - before) % round };
            let end = (0..).find(|call| pages.accept(&answer(Some(&marker(*call).to_string()))).is_err());
            let end = end.expect("an end");
            assert!(end >= before + round, "{before} and {round} were still new");
            assert!(end <= 2 * (before + round) + round, "{before} and {round}: only after {end}");
        }
    }
    let mut pages = Pages::new(DescribeExportTasks::default());
    for call in 0..10_000 {
        assert_eq!(pages.accept(&answer(Some(&call.to_string()))), Ok(()));
    }
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

#[test]
fn pag_2_a_flag_that_says_there_is_no_more_ends_the_pages() {
    use rds_protocol::operations::{DownloadDBLogFilePortion, DownloadDBLogFilePortionOutput};

    let answer = |data: &str, marker: &str, pending: Option<bool>| {
        let mut output = DownloadDBLogFilePortionOutput::default();
        output.log_file_data = Some(data.into());
        output.marker = Some(marker.into());
        output.additional_data_pending = pending;
        output
    };
    for end in [Some(false), None] {
        let mut pages = Pages::new(DownloadDBLogFilePortion::new("db", "log").marker("0"));
        let mut whole = DownloadDBLogFilePortionOutput::default();
        let script = [("a\n", "1", Some(true)), ("b\n", "2", Some(true)), ("c", "3", end)];
        for (data, marker, pending) in script {
            assert!(pages.next_request().is_some());
            let page = answer(data, marker, pending);
            pages.accept(&page).expect("a new marker");
            DownloadDBLogFilePortion::append(&mut whole, page);
        }
        assert!(pages.next_request().is_none(), "although there is a marker to resume from");
        assert_eq!(whole.log_file_data.map(awsquery::Sensitive::into_exposed).as_deref(), Some("a\nb\nc"));
        assert_eq!(whole.marker.as_deref(), Some("3"));
        assert_eq!(whole.additional_data_pending, end, "the whole has no more than its last page says");
    }
}

#[test]
fn pag_5_pages_join_and_what_is_not_aggregated_is_the_first_pages() {
    use rds_protocol::operations::{DescribeCertificates, DescribeCertificatesOutput};
    use rds_protocol::types::Certificate;

    let page = |names: &[&str], default: Option<&str>, marker: Option<&str>| {
        let certificate = |name: &&str| {
            let mut certificate = Certificate::default();
            certificate.certificate_identifier = Some((*name).to_owned());
            certificate
        };
        let mut output = DescribeCertificatesOutput::default();
        output.certificates = Some(names.iter().map(certificate).collect());
        output.default_certificate_for_new_launches = default.map(str::to_owned);
        output.marker = marker.map(str::to_owned);
        output
    };
    let mut whole = page(&["a", "b"], Some("first"), Some("m1"));
    DescribeCertificates::append(&mut whole, page(&[], Some("second"), Some("m2")));
    assert_eq!(whole.marker.as_deref(), Some("m2"), "where to go on");
    DescribeCertificates::append(&mut whole, page(&["c"], None, None));
    assert_eq!(whole, page(&["a", "b", "c"], Some("first"), None));
}

#[test]
fn pag_5_nested_members_join_too() {
    use rds_protocol::operations::{DescribeEngineDefaultParameters, DescribeEngineDefaultParametersOutput};
    use rds_protocol::types::{EngineDefaults, Parameter};

    let page = |count: usize, marker: Option<&str>| {
        let mut defaults = EngineDefaults::default();
        defaults.parameters = Some(vec![Parameter::default(); count]);
        defaults.marker = marker.map(str::to_owned);
        let mut output = DescribeEngineDefaultParametersOutput::default();
        output.engine_defaults = Some(defaults);
        output
    };
    let mut pages = Pages::new(DescribeEngineDefaultParameters::default());
    pages.accept(&page(1, Some("m"))).expect("a new marker");
    assert_eq!(pages.marker(), Some("m"));
    let mut whole = page(2, Some("m"));
    DescribeEngineDefaultParameters::append(&mut whole, page(3, None));
    assert_eq!(whole, page(5, None));
    DescribeEngineDefaultParameters::append(&mut whole, DescribeEngineDefaultParametersOutput::default());
    assert_eq!(whole, page(5, None), "an answer without the structure adds nothing");
}
