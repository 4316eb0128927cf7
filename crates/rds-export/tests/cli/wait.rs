use awsquery::http::StatusCode;
use rds_client::test_server::TestFault;
use rds_protocol::types::ExportTaskStatus;

use crate::support::{bare, complete, failed, run, running, server, task, tool};

#[test]
fn progress_is_told_besides_and_the_end_is_the_output() {
    let server = server(vec![
        vec![running("a", 10)],
        vec![running("a", 10)],
        vec![running("a", 60)],
        vec![complete("a")],
    ]);
    let ran = run(&mut tool(&server), "wait a --interval 100ms --output jsonl");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.starts_with(r#"{"ExportTaskIdentifier":"a","#), "{ran:?}");
    assert_eq!((ran.stdout.lines().count(), ran.stderr.lines().count()), (1, 2), "{ran:?}");

    let ran = run(&mut tool(&server), "wait a --quiet");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_failed_export_ends_with_1_and_its_cause() {
    let server = server(vec![vec![running("a", 10)], vec![failed("a", "The role may not\nwrite.")]]);
    let ran = run(&mut tool(&server), "wait a --interval 100ms --quiet");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(ran.stderr, "rds-export: export \"a\" failed: The role may not write.\n");
    assert!(ran.stdout.contains("FAILED"), "{ran:?}");

    let server = crate::support::server(vec![vec![task("a", ExportTaskStatus::Canceled, 3)]]);
    let ran = run(&mut tool(&server), "wait a");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), "rds-export: export \"a\" was canceled\n"));
}

#[test]
fn an_export_that_is_not_there_ends_with_4() {
    let server = server(vec![vec![running("a", 10)]]);
    let ran = run(&mut tool(&server), "wait typo");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(4), ""));
    assert!(ran.stderr.contains("no export \"typo\"; `rds-export list`"), "{ran:?}");
}

#[test]
fn a_time_that_is_over_ends_with_124() {
    let server = server(vec![vec![running("a", 10)]]);
    let ran = run(&mut tool(&server), "wait a --timeout 1s --interval 400ms --quiet");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(124), ""), "{ran:?}");
    assert!(
        ran.stderr.contains("not complete after 1s but IN_PROGRESS; wait longer with --timeout"),
        "{ran:?}"
    );
}

#[test]
fn throttled_calls_do_not_end_a_wait() {
    let server = server(vec![vec![complete("a")]]);
    server.fault(TestFault::error("Throttling", StatusCode::BAD_REQUEST));
    let mut tool = tool(&server);
    let ran = run(tool.env("AWS_MAX_ATTEMPTS", "1"), "wait a --interval 1s");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("Throttling"), "{ran:?}");
}

#[test]
fn nobody_at_the_address_ends_it_at_once() {
    let mut tool = bare();
    tool.env("AWS_ACCESS_KEY_ID", "a").env("AWS_SECRET_ACCESS_KEY", "b").env("AWS_MAX_ATTEMPTS", "1");
    let ran = run(&mut tool, "wait a --region eu-west-1 --endpoint-url http://127.0.0.1:9");
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
    assert!(ran.stderr.contains("cannot connect") && ran.stderr.contains("check --region"), "{ran:?}");
}
