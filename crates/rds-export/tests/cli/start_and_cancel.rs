use std::sync::Arc;

use crate::support::{bodies, complete, run, running, server, tool};

const START: &str = "start nightly --source-arn arn:aws:rds:eu-west-1:1:snapshot:s --bucket acme --prefix rds \
    --role-arn arn:aws:iam::1:role/r --kms-key-id alias/k --only orders,users.public";

#[test]
fn an_export_is_started() {
    let server = Arc::new(server(vec![vec![]]));
    let ran = run(&mut tool(&server), START);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.contains("nightly  STARTING"), "{ran:?}");
    assert_eq!(
        bodies(&server),
        ["Action=StartExportTask&Version=2014-10-31&ExportTaskIdentifier=nightly\
          &SourceArn=arn%3Aaws%3Ards%3Aeu-west-1%3A1%3Asnapshot%3As&S3BucketName=acme\
          &IamRoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&KmsKeyId=alias%2Fk&S3Prefix=rds\
          &ExportOnly.member.1=orders&ExportOnly.member.2=users.public"]
    );
}

#[test]
fn the_names_of_aws_do_as_well() {
    let server = server(vec![vec![]]);
    let args = "start nightly --source-arn a --s3-bucket-name b --iam-role-arn c --kms-key-id d --s3-prefix e --output json";
    let ran = run(&mut tool(&server), args);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.starts_with("{\n    \"ExportTaskIdentifier\": \"nightly\",\n"), "{ran:?}");
}

#[test]
fn one_export_is_printed_as_such_and_not_as_a_listing() {
    let server = server(vec![vec![complete("nightly")]]);
    for command in [START, "wait nightly --quiet", "cancel nightly"] {
        let ran = run(&mut tool(&server), &format!("{command} --output json"));
        assert!(ran.stdout.starts_with("{\n    \"ExportTaskIdentifier\": \"nightly\",\n"), "{ran:?}");
        let ran = run(&mut tool(&server), &format!("{command} --output jsonl"));
        assert!(ran.stdout.starts_with(r#"{"ExportTaskIdentifier":"nightly","#), "{ran:?}");
        assert_eq!(ran.stdout.lines().count(), 1, "{ran:?}");
    }
}

#[test]
fn an_export_that_was_just_started_is_watched_although_it_is_not_known_yet() {
    let server = server(vec![vec![], vec![running("nightly", 50)], vec![complete("nightly")]]);
    let ran = run(&mut tool(&server), &format!("{START} --watch --interval 100ms"));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.ends_with("1 complete\n"), "{ran:?}");

    // Which prints lines or bars, and no export.
    let ran = run(&mut tool(&server), &format!("{START} --watch --output json"));
    assert_eq!(ran.code, Some(2), "{ran:?}");
}

#[test]
fn an_export_may_be_said_to_be_just_started() {
    for command in ["wait nightly --interval 1s", "watch nightly --interval 100ms"] {
        let server = server(vec![vec![], vec![complete("nightly")]]);
        let ran = run(&mut tool(&server), &format!("{command} --just-started"));
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
}

#[test]
fn an_export_is_cancelled() {
    let server = server(vec![vec![]]);
    let ran = run(&mut tool(&server), "cancel nightly");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.contains("nightly  CANCELING"), "{ran:?}");

    let ran = run(&mut tool(&server), "cancel typo");
    assert_eq!(ran.code, Some(4), "{ran:?}");

    let ran = run(&mut tool(&server), "cancel ended");
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stderr.contains("InvalidExportTaskStateFault: It has ended."), "{ran:?}");
    assert!(ran.stderr.ends_with("it has ended; `rds-export list` shows how\n"), "{ran:?}");
}
