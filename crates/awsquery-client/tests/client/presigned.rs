//! Presigned URLs: for the source region of a copy, of a call, and of anything else (PROTOCOL 5.4).

use std::time::Duration;

use crate::support::{EMPTY, Script, builder, client, ok};
use percent_encoding::percent_decode_str;
use rds_protocol::operations::{CopyDBSnapshot, DescribeExportTasks};

const COPIED: &str = "<R><CopyDBSnapshotResult/></R>";

fn copy() -> CopyDBSnapshot {
    CopyDBSnapshot::new("arn:aws:rds:us-east-1:123456789012:snapshot:snap", "copy")
        .kms_key_id("alias/k")
        .source_region("us-east-1")
}

/// What a request's form has for `PreSignedUrl`.
fn presigned_url(body: &str) -> Option<String> {
    let value = body.split('&').find_map(|pair| pair.strip_prefix("PreSignedUrl="))?;
    Some(percent_decode_str(value).decode_utf8().expect("text").into_owned())
}

#[tokio::test(start_paused = true)]
async fn pre_2_a_copy_from_another_region_carries_a_url_for_it() {
    let script = Script::new([ok(COPIED)]);
    let client = builder(&script).region("us-west-2").build().expect("a client");
    client.send(copy()).await.expect("an answer");
    let [body] = &script.bodies()[..] else { panic!("expected one request") };
    assert_eq!(
        presigned_url(body).as_deref(),
        Some(
            "https://rds.us-east-1.amazonaws.com/?Action=CopyDBSnapshot&Version=2014-10-31\
             &SourceDBSnapshotIdentifier=arn%3Aaws%3Ards%3Aus-east-1%3A123456789012%3Asnapshot%3Asnap\
             &TargetDBSnapshotIdentifier=copy&KmsKeyId=alias%2Fk&DestinationRegion=us-west-2\
             &X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Fus-east-1%2Frds%2Faws4_request\
             &X-Amz-Date=20260102T030405Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host\
             &X-Amz-Signature=a7e2fd82d1d793c880218eb34bbd8a57dad2af135f744d0a3e661f4368c8f7e0"
        )
    );
    assert!(!body.contains("SourceRegion"), "{body}");
    assert!(script.header("authorization")[0].contains("/us-west-2/rds/aws4_request"));
    assert_eq!(script.header("content-length")[0], body.len().to_string());
}

#[tokio::test(start_paused = true)]
async fn pre_1_no_url_is_made_within_a_region_or_where_there_is_one() {
    let script = Script::new([ok(COPIED)]);
    client(&script).send(copy()).await.expect("an answer");
    let elsewhere = client(&script).call(copy().pre_signed_url("mine")).region("us-west-2");
    elsewhere.send().await.expect("an answer");
    let bodies = script.bodies();
    assert_eq!(presigned_url(&bodies[0]), None);
    assert_eq!(presigned_url(&bodies[1]).as_deref(), Some("mine"));
    assert!(bodies.iter().all(|body| !body.contains("SourceRegion")));
}

#[tokio::test(start_paused = true)]
async fn pre_2_the_url_follows_partition_and_variant() {
    let script = Script::new([ok(COPIED)]);
    let china = builder(&script).region("cn-north-1").use_fips(true).build().expect("a client");
    china.send(copy().source_region("cn-northwest-1")).await.expect("an answer");
    let url = presigned_url(&script.bodies()[0]).expect("a URL");
    assert!(url.starts_with("https://rds-fips.cn-northwest-1.amazonaws.com.cn/?Action="), "{url}");
}

#[tokio::test(start_paused = true)]
async fn sig_9_any_call_can_be_made_a_url() {
    let script = Script::new([ok(EMPTY)]);
    let call = client(&script).call(DescribeExportTasks::default().max_records(20));
    let url = call.presign(Duration::from_secs(60)).await.expect("a URL");
    let expected = "https://rds.us-east-1.amazonaws.com/?Action=DescribeExportTasks&Version=2014-10-31&MaxRecords=20\
        &X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Fus-east-1%2Frds%2Faws4_request\
        &X-Amz-Date=20260102T030405Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=";
    assert!(url.as_str().starts_with(expected), "{}", url.as_str());
    assert_eq!(format!("{url:?}"), "PresignedUrl(***)");
    assert!(script.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn pre_2_a_presigned_copy_carries_the_same_url_as_one_that_is_sent() {
    let script = Script::new([ok(COPIED)]);
    let client = builder(&script).region("us-west-2").build().expect("a client");
    client.send(copy()).await.expect("an answer");
    let url = client.call(copy()).presign(Duration::from_secs(60)).await.expect("a URL");
    let (_, query) = url.as_str().split_once('?').expect("a query");
    assert!(presigned_url(query).is_some_and(|url| url.contains("DestinationRegion=us-west-2")));
    assert_eq!(presigned_url(query), presigned_url(&script.bodies()[0]));
    let within =
        client.call(copy()).region("us-east-1").presign(Duration::from_secs(60)).await.expect("a URL");
    assert_eq!(presigned_url(within.as_str()), None);
}

#[tokio::test(start_paused = true)]
async fn other_urls_are_presigned_by_the_client_s_credentials() {
    let script = Script::new([ok(EMPTY)]);
    let url = "https://mydb.example:3306/?Action=connect".parse().expect("a URL");
    let url = client(&script).presign(&url, "rds-db", Duration::from_secs(900)).await.expect("a URL");
    let expected = "https://mydb.example:3306/?Action=connect&X-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Fus-east-1%2Frds-db%2Faws4_request\
        &X-Amz-Date=20260102T030405Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=";
    assert!(url.as_str().starts_with(expected), "{}", url.as_str());
    assert!(script.requests().is_empty());
}
