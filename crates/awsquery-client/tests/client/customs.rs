//! What RDS has besides calls: URLs for a source region, presigned calls, passwords made of signatures (PROTOCOL 5.4, 5.5).

use std::time::Duration;

use crate::support::{EMPTY, Script, builder, client, ok};
use awsquery_client::Region;
use awsquery_client::credentials::Credentials;
use awsquery_client::{AuthTokenError, generate_db_auth_token};
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
    let china = builder(&script).region("cn-north-1").fips(true).build().expect("a client");
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

fn token(port: u16, user: &str, credentials: Credentials) -> String {
    let time = "2026-01-02T03:04:05Z".parse().expect("a time");
    let host = "mydb.abc123.us-east-1.rds.amazonaws.com";
    let token = generate_db_auth_token(host, port, user, "us-east-1", &credentials, time);
    token.expect("a token").into_string()
}

#[test]
fn tok_1_passwords_made_of_signatures() {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let common = "X-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Fus-east-1%2Frds-db%2Faws4_request\
        &X-Amz-Date=20260102T030405Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host";
    assert_eq!(
        token(3306, "jane_doe", credentials.clone()),
        format!(
            "mydb.abc123.us-east-1.rds.amazonaws.com:3306/?Action=connect&DBUser=jane_doe&{common}\
             &X-Amz-Signature=2bf5fdb6955ddf731c30a645ecf120b1a4213bb38c394736361834ed6735015f"
        )
    );
    assert_eq!(
        token(5432, "jane doe+x@y", credentials.with_session_token("TOK/en+=")),
        format!(
            "mydb.abc123.us-east-1.rds.amazonaws.com:5432/?Action=connect&DBUser=jane%20doe%2Bx%40y&{common}\
             &X-Amz-Security-Token=TOK%2Fen%2B%3D\
             &X-Amz-Signature=9e732670d82fcde40fd4526cf75ad63e05deb58227d10bee0e294650c4971435"
        )
    );
}

/// As botocore 1.44.5 has them: what is signed is the host in lower case, without port 443.
#[test]
fn tok_1_host_and_port_stay_as_they_are_written() {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let time = "2026-01-02T03:04:05Z".parse().expect("a time");
    for (host, port, signature) in [
        ("db.example.com", 3306, "7c8f9e2ff8c92673828e0bad6e032890d11950e5231e750083711c934dbc7ba4"),
        ("DB.Example.com", 3306, "7c8f9e2ff8c92673828e0bad6e032890d11950e5231e750083711c934dbc7ba4"),
        ("db.example.com", 443, "50df7c344c03f34fec4b727fd94ee38ebef9d58710a6ce61f0f585539f26f629"),
        ("DB.Example.com", 443, "50df7c344c03f34fec4b727fd94ee38ebef9d58710a6ce61f0f585539f26f629"),
        ("db.example.com", 80, "ba269f3cbea501ec0d774eaf96604ac3ab1a16703dd8f2b026ba16e3019d5b88"),
        ("db.example.com", 0, "ce31a7e681f25323b643d41f2171adf4216c2a40b377d82d20a4ec94c0b50633"),
        ("[::1]", 5432, "7558b298c771eb3bb43a7776420050b73c2f6f3875388c0f87e601cc4d7d5069"),
    ] {
        let token = generate_db_auth_token(host, port, "jane doe", "us-east-1", &credentials, time);
        let token = token.expect("a token").into_string();
        assert!(token.starts_with(&format!("{host}:{port}/?Action=connect&DBUser=jane%20doe&")), "{token}");
        assert!(token.ends_with(&format!("&X-Amz-Signature={signature}")), "{token}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_makes_passwords_of_its_own_credentials() {
    let script = Script::new([ok(EMPTY)]);
    let client = client(&script);
    let made =
        client.generate_db_auth_token("MyDb.abc123.us-east-1.rds.amazonaws.com", 3306, "jane_doe").await;
    let made = made.expect("a token");
    assert!(made.as_str().ends_with("2bf5fdb6955ddf731c30a645ecf120b1a4213bb38c394736361834ed6735015f"));
    assert_eq!(format!("{made:?}"), "AuthToken(***)");
    for host in ["https://mydb", "mydb:1", "my db", "", "user@mydb", "mydb/path"] {
        let error = client.generate_db_auth_token(host, 3306, "jane").await.expect_err("no host");
        assert!(matches!(error, AuthTokenError::Host { .. }), "{host}: {error}");
    }
}

#[test]
fn a_user_name_that_is_too_long_is_told_as_such() {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    let time = "2026-01-02T03:04:05Z".parse().expect("a time");
    let user = "j".repeat(70_000);
    let error =
        generate_db_auth_token("mydb", 3306, &user, "us-east-1", &credentials, time).expect_err("too long");
    assert_eq!(error.to_string(), "expected a user name that a URL can carry, found one of 70000 bytes");
}

#[test]
fn a_token_needs_a_region() {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    let time = "2026-01-02T03:04:05Z".parse().expect("a time");
    let error = generate_db_auth_token("mydb", 3306, "jane", "", &credentials, time).expect_err("no region");
    assert_eq!(error.to_string(), "expected a region such as eu-west-1, found \"\"");
    assert!("us-east-1".parse::<Region>().is_ok());
}
