use std::sync::Arc;
use std::time::{Duration, Instant};

use awsquery::http::StatusCode;
use rds_client::test_server::TestFault;
use rds_protocol::types::ExportTaskStatus;

use crate::support::{bodies, complete, failed, run, running, server, task, tool};

/// The lines without their times of day and how long the exports have been running, which no test pins.
fn lines(stdout: &str) -> Vec<String> {
    let is_duration = |word: &&str| {
        let number = word.strip_suffix(['d', 'h', 'm', 's']);
        number.is_some_and(|number| number.parse::<u64>().is_ok())
    };
    let shown = |line: &str| {
        let line = line.split_once("Z  ").map_or(line, |(_, rest)| rest);
        line.split_whitespace().filter(|word| !is_duration(word)).collect::<Vec<_>>().join(" ")
    };
    stdout.lines().map(shown).collect()
}

#[test]
fn each_change_is_a_line_until_all_have_ended() {
    let server = server(vec![
        vec![running("a", 10), running("b", 50)],
        vec![running("a", 10), running("b", 60)],
        vec![complete("a"), running("b", 60)],
        vec![complete("a"), complete("b")],
    ]);
    let ran = run(&mut tool(&server), "watch a b --interval 100ms");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(
        lines(&ran.stdout),
        [
            "a IN_PROGRESS 10 % 10 GB",
            "b IN_PROGRESS 50 % 50 GB",
            "b IN_PROGRESS 60 % 60 GB",
            "a COMPLETE 100 % 100 GB",
            "b COMPLETE 100 % 100 GB",
            "2 complete"
        ]
    );
}

#[test]
fn a_failed_export_ends_with_1_and_its_cause() {
    let server = server(vec![
        vec![running("a", 10), running("b", 50)],
        vec![complete("a"), failed("b", "The role may not write.")],
    ]);
    let ran = run(&mut tool(&server), "watch a b --interval 100ms");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));
    let lines = lines(&ran.stdout);
    assert_eq!(lines[3..], ["b FAILED 12 % 12 GB The role may not write.", "1 complete, 1 failed"]);

    let server = crate::support::server(vec![vec![task("a", ExportTaskStatus::Canceled, 3)]]);
    assert_eq!(run(&mut tool(&server), "watch a").code, Some(1));
}

#[test]
fn without_names_those_that_run_are_watched() {
    let server = Arc::new(server(vec![
        vec![complete("old"), running("new", 5), running("newer", 1)],
        vec![complete("old"), complete("new"), complete("newer")],
    ]));
    let ran = run(&mut tool(&server), "watch --interval 100ms");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(
        lines(&ran.stdout),
        [
            "new IN_PROGRESS 5 % 5 GB",
            "newer IN_PROGRESS 1 % 1 GB",
            "new COMPLETE 100 % 100 GB",
            "newer COMPLETE 100 % 100 GB",
            "2 complete"
        ]
    );
    let asked = bodies(&server);
    assert!(asked[0].contains("Filters.Filter.1.Name=status"), "{asked:?}");
    assert!(
        asked[2].contains("Name=export-task-identifier&Filters.Filter.1.Values.Value.1=new&"),
        "{asked:?}"
    );
}

#[test]
fn without_names_and_with_nothing_running_there_is_nothing_to_watch() {
    for exports in [vec![], vec![complete("old")]] {
        let ran = run(&mut tool(&server(vec![exports])), "watch");
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
        assert_eq!(ran.stderr, "No export is running in eu-west-1.\n");
    }
}

#[test]
fn a_first_listing_that_is_throttled_is_told_and_survived() {
    for (last, expected) in [(vec![complete("a")], "1 complete"), (vec![], "")] {
        let server = server(vec![last.iter().map(|_| running("a", 1)).collect(), last]);
        for _ in 0..2 {
            server.fault(TestFault::error("Throttling", StatusCode::BAD_REQUEST));
        }
        let mut tool = tool(&server);
        let ran = run(tool.env("AWS_MAX_ATTEMPTS", "1"), "watch --interval 100ms");
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stderr.contains("Throttling (request id test-fault); next call in 200ms"), "{ran:?}");
        assert_eq!(lines(&ran.stdout).last().map_or("", String::as_str), expected);
    }
}

#[test]
fn a_first_listing_counts_toward_the_time() {
    // It hangs.
    let server = crate::support::server(vec![vec![running("a", 1)]]);
    server.fault(TestFault::Delay(Duration::from_secs(60)));
    let begun = Instant::now();
    let ran = run(&mut tool(&server), "watch --timeout 200ms");
    assert_eq!(ran.code, Some(124), "{ran:?}");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(ran.stderr, "rds-export: eu-west-1: no answer after 200ms; watch longer with --timeout\n");

    // It is throttled for longer than there is time, or takes much of it.
    for fault in [
        TestFault::error("Throttling", StatusCode::BAD_REQUEST),
        TestFault::Delay(Duration::from_millis(900)),
    ] {
        let server = crate::support::server(vec![vec![running("a", 1)]]);
        server.fault(fault);
        let mut tool = tool(&server);
        let ran = run(tool.env("AWS_MAX_ATTEMPTS", "1"), "watch --interval 30s --timeout 1s");
        assert_eq!(ran.code, Some(124), "{ran:?}");
        // The listing that was missed, or the last look.
        assert_eq!(server.requests().len(), 2);
        assert!(ran.stderr.ends_with("not ended after 1s: a; watch longer with --timeout\n"), "{ran:?}");
    }
}

#[test]
fn a_name_that_nothing_has_is_told_at_once() {
    let server = server(vec![vec![running("a", 1)]]);
    for args in ["watch typo", "watch a typo"] {
        let ran = run(&mut tool(&server), args);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(4), ""));
        assert_eq!(
            ran.stderr,
            "rds-export: eu-west-1: no export \"typo\"; `rds-export list` shows those that are there\n"
        );
    }
}

#[test]
fn throttled_calls_are_told_and_survived() {
    let server = server(vec![vec![running("a", 1)], vec![complete("a")]]);
    // Both of a call's attempts.
    server.fault(TestFault::error("Throttling", StatusCode::BAD_REQUEST));
    server.fault(TestFault::error("Throttling", StatusCode::BAD_REQUEST));
    let mut tool = tool(&server);
    let ran = run(tool.env("AWS_MAX_ATTEMPTS", "2"), "watch a --interval 100ms");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("Throttling"), "{ran:?}");
    assert_eq!(lines(&ran.stdout).last().map(String::as_str), Some("1 complete"));
}

#[test]
fn an_end_of_throttling_that_never_comes_is_not_awaited() {
    let server = server(vec![vec![running("a", 1)]]);
    for _ in 0..6 {
        server.fault(TestFault::error("Throttling", StatusCode::BAD_REQUEST));
    }
    let mut tool = tool(&server);
    let ran = run(tool.env("AWS_MAX_ATTEMPTS", "1"), "watch a --interval 100ms");
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stderr.contains("call less often with --interval"), "{ran:?}");
}

#[test]
fn a_watch_ends_when_its_time_is_over() {
    let server = server(vec![vec![running("a", 1)]]);
    let ran = run(&mut tool(&server), "watch a --interval 100ms --timeout 200ms");
    assert_eq!(ran.code, Some(124), "{ran:?}");
    assert_eq!(ran.stderr, "rds-export: not ended after 200ms: a; watch longer with --timeout\n");
}

#[test]
fn a_call_that_hangs_does_not_outlast_the_time() {
    let server = server(vec![vec![running("a", 1)]]);
    server.fault(TestFault::Nothing).fault(TestFault::Delay(Duration::from_secs(60)));
    let begun = Instant::now();
    let ran = run(&mut tool(&server), "watch a --interval 100ms --timeout 200ms");
    assert_eq!(ran.code, Some(124), "{ran:?}");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}
