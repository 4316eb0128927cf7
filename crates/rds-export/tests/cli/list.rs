use std::sync::Arc;
use std::time::Duration;

use awsquery::http::StatusCode;
use rds_client::test_server::TestFault;

use crate::support::{bodies, complete, failed, run, running, server, spawn, tool};

#[test]
fn json_is_as_aws_prints_it_with_pages_joined() {
    let mut first = complete("a");
    first.export_only = Some(vec!["orders".into()]);
    let server = server(vec![vec![first, running("b", 5), failed("c\u{e9}", "No.")]]);
    let ran = run(&mut tool(&server), "list --output json");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.stdout, @r#"
    {
        "ExportTasks": [
            {
                "ExportTaskIdentifier": "a",
                "ExportOnly": [
                    "orders"
                ],
                "TaskStartTime": "2026-01-02T01:00:00.250000+00:00",
                "TaskEndTime": "2026-01-02T03:00:00+00:00",
                "Status": "COMPLETE",
                "PercentProgress": 100,
                "TotalExtractedDataInGB": 100
            },
            {
                "ExportTaskIdentifier": "b",
                "TaskStartTime": "2026-01-02T01:00:00.250000+00:00",
                "Status": "IN_PROGRESS",
                "PercentProgress": 5,
                "TotalExtractedDataInGB": 5
            },
            {
                "ExportTaskIdentifier": "cé",
                "TaskStartTime": "2026-01-02T01:00:00.250000+00:00",
                "Status": "FAILED",
                "PercentProgress": 12,
                "TotalExtractedDataInGB": 12,
                "FailureCause": "No."
            }
        ]
    }
    "#);
}

#[test]
fn jsonl_has_an_export_a_line() {
    let server = server(vec![vec![running("a", 1), running("b", 2), running("c", 3)]]);
    let ran = run(&mut tool(&server), "list --output jsonl");
    let ids: Vec<_> = ran.stdout.lines().map(|line| &line[..28]).collect();
    assert_eq!(ids, ["a", "b", "c"].map(|id| format!(r#"{{"ExportTaskIdentifier":"{id}","#)));
}

#[test]
fn a_table_that_is_piped_has_no_colours_and_whole_rows() {
    let server = server(vec![vec![complete("nightly"), failed("billing", "The role may not\nwrite.")]]);
    let ran = run(&mut tool(&server), "list");
    insta::assert_snapshot!(ran.stdout, @r"
    EXPORT   STATUS     DONE    SIZE  STARTED (UTC)       TOOK  SOURCE  TO  NOTE
    nightly  COMPLETE  100 %  100 GB  2026-01-02 01:00  1h 59m  -       -
    billing  FAILED     12 %   12 GB  2026-01-02 01:00       -  -       -   The role may not write.
    ");
}

#[test]
fn nothing_is_no_error() {
    let server = server(vec![vec![]]);
    let ran = run(&mut tool(&server), "list");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    assert_eq!(ran.stderr, "No such exports in eu-west-1.\n");

    let ran = run(&mut tool(&server), "list --output json");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "{\n    \"ExportTasks\": []\n}\n"));
    assert_eq!(run(&mut tool(&server), "list --output jsonl").stdout, "");
}

#[test]
fn options_reach_the_service() {
    let server = Arc::new(server(vec![vec![]]));
    let ran =
        run(&mut tool(&server), "list --status IN_PROGRESS,failed --bucket acme --source-type snapshot");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(
        bodies(&server),
        ["Action=DescribeExportTasks&Version=2014-10-31&Filters.Filter.1.Name=status\
          &Filters.Filter.1.Values.Value.1=in_progress&Filters.Filter.1.Values.Value.2=failed\
          &Filters.Filter.2.Name=s3-bucket&Filters.Filter.2.Values.Value.1=acme&SourceType=SNAPSHOT"]
    );
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    for args in ["list", "list --output json", "list --output jsonl", "watch a"] {
        let server = server(vec![vec![complete("a")]]);
        server.fault(TestFault::Delay(Duration::from_millis(300)));
        let mut child = spawn(&mut tool(&server), args);
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("an end");
        assert_eq!(output.status.code(), Some(141), "{args}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args}");
    }
}

#[test]
fn what_is_said_of_a_signature_does_not_quote_the_session_token() {
    const TOKEN: &str = "FwoGZXIvYXdzEHUaDPlanted";
    let message = format!(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and \
         signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have \
         been\n'POST\n/\n\ncontent-type:application/x-www-form-urlencoded\nx-amz-security-token:{TOKEN}\n'"
    );
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>{message}</Message></Error>\
         <RequestId>r-1</RequestId></ErrorResponse>"
    );
    for command in ["list", "list --output jsonl", "watch", "watch a", "wait a", "cancel a"] {
        let server = server(vec![vec![running("a", 1)]]);
        for _ in 0..3 {
            server.fault(TestFault::page(StatusCode::FORBIDDEN, body.clone()));
        }
        let ran = run(tool(&server).env("AWS_SESSION_TOKEN", TOKEN), command);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(3), ""), "{ran:?}");
        let sent = server.requests()[0].headers()["x-amz-security-token"].clone();
        assert_eq!(sent, TOKEN);
        assert!(!ran.stderr.contains(TOKEN), "{command}: {ran:?}");
        assert_eq!(
            ran.stderr,
            "rds-export: eu-west-1: SignatureDoesNotMatch: The request signature we calculated does not match the signature \
             you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for \
             details. (the signed request that it quotes is not shown) (request id r-1); AWS does not take these credentials: check the key, the secret and the region\n",
            "{command}"
        );
    }
}
