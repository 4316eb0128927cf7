//! Attempts: which are made, when, and what they look like on the wire (PROTOCOL 4.6, 7).

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::{EMPTY, Reply, Script, builder, client, error, ok, page, text};
use awsquery_client::awsquery::Timestamp;
use awsquery_client::credentials::{Credentials, CredentialsError, ProvideCredentials};
use awsquery_client::http::{HttpErrorKind, from_fn};
use awsquery_client::{BoxFuture, Error, RetryPolicy};
use rds_protocol::operations::{DescribeExportTasks, StartExportTask};
use tokio::time::Instant;

const HTML: &str = "<!DOCTYPE html><html><body>503</body></html>";

#[tokio::test(start_paused = true)]
async fn ret_3_a_passing_failure_is_tried_again_after_a_part_of_a_second() {
    let script = Script::new([page(503, HTML), ok(EMPTY)]);
    let start = Instant::now();
    let response = client(&script).call(DescribeExportTasks::default()).send().await.expect("an answer");
    assert_eq!(response.request_id.as_deref(), Some("done"));
    assert_eq!(start.elapsed(), Duration::from_millis(500));
    assert_eq!(script.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn ret_1_three_attempts_and_no_more() {
    let script = Script::new([error(400, "Throttling")]);
    let start = Instant::now();
    let failed = client(&script).send(DescribeExportTasks::default()).await.expect_err("throttled");
    assert_eq!(failed.code(), Some("Throttling"));
    assert_eq!(failed.request_id(), Some("refused"));
    assert_eq!(script.requests().len(), 3);
    // Half of 1 s, half of 2 s.
    assert_eq!(start.elapsed().as_secs_f64().round(), 2.0);
}

#[tokio::test(start_paused = true)]
async fn ret_2_what_will_come_again_is_not_tried_again() {
    let script = Script::new([error(404, "ExportTaskNotFound")]);
    let failed = client(&script).send(DescribeExportTasks::default()).await.expect_err("not found");
    let kind = rds_protocol::operations::DescribeExportTasksError::ExportTaskNotFoundFault;
    assert_eq!(failed.kind(), Some(kind));
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn without_any_answer_the_last_error_is_told() {
    let script = Script::new([
        Reply::Broken(HttpErrorKind::Connect),
        Reply::Broken(HttpErrorKind::ConnectTimeout),
        Reply::Broken(HttpErrorKind::Interrupted),
    ]);
    let failed = client(&script).send(DescribeExportTasks::default()).await.expect_err("no answer");
    assert_eq!(failed.to_string(), "the connection was lost");
    assert!(matches!(&failed, Error::Http(error) if error.kind() == HttpErrorKind::Interrupted));
    assert_eq!(script.requests().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_too_long_is_not_asked_for_again() {
    let script = Script::new([Reply::Broken(HttpErrorKind::TooLarge { limit: 10 })]);
    let failed = client(&script).send(DescribeExportTasks::default()).await.expect_err("too long");
    assert_eq!(failed.to_string(), "the response is longer than 10 bytes");
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_the_http_client_is_configured_wrongly_for_is_not_tried_again() {
    let script = Script::new([Reply::Broken(HttpErrorKind::Unsendable)]);
    let failed = client(&script).send(DescribeExportTasks::default()).await.expect_err("unsendable");
    assert_eq!(failed.to_string(), "the request cannot be sent");
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_ends_when_its_time_is_over() {
    let script = Script::new([Reply::Hang, ok(EMPTY)]);
    let start = Instant::now();
    client(&script).send(DescribeExportTasks::default()).await.expect("the second answer");
    assert_eq!(start.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn ret_6_a_call_ends_when_its_time_is_over_whatever_it_is_doing() {
    let script = Script::new([page(503, HTML), Reply::Hang]);
    let start = Instant::now();
    let call = client(&script).call(DescribeExportTasks::default()).timeout(Duration::from_secs(10));
    let failed = call.send().await.expect_err("no time");
    assert_eq!(start.elapsed().as_secs(), 10);
    assert!(failed.is_timeout());
    assert_eq!(
        failed.to_string(),
        "timed out after 10 s (attempt 2); the previous attempt failed: \
         status 503 without an error envelope: \"<!DOCTYPE html><html><body>503</body></html>\""
    );
}

#[tokio::test(start_paused = true)]
async fn sig_7_each_attempt_is_signed_anew_and_says_which_one_it_is() {
    let script = Script::new([error(500, "InternalFailure"), error(500, "InternalFailure"), ok(EMPTY)]);
    client(&script).send(DescribeExportTasks::default()).await.expect("an answer");
    let numbers = script.header("amz-sdk-request");
    assert_eq!(numbers, ["attempt=1; max=3", "attempt=2; max=3", "attempt=3; max=3"]);
    let ids = script.header("amz-sdk-invocation-id");
    assert_eq!(ids[0], "80000000-0000-4000-8000-000000000000");
    assert!(ids.iter().all(|id| *id == ids[0]));
    let dates = script.header("x-amz-date");
    assert_eq!(dates, ["20260102T030405Z", "20260102T030405Z", "20260102T030406Z"]);
    let signatures = script.header("authorization");
    assert!(signatures[0] != signatures[1] && signatures[1] != signatures[2]);
    assert!(signatures[0].contains("SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;content-length;"));
    assert!(script.header("user-agent")[0].starts_with("awsquery-client/0."));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_off_is_corrected_once_for_all_calls_to_the_endpoint() {
    let refused = error(403, "SignatureDoesNotMatch").header("date", "Sat, 03 Jan 2026 03:04:05 GMT");
    let script = Script::new([refused, ok(EMPTY)]);
    let client = client(&script);
    client.send(DescribeExportTasks::default()).await.expect("an answer");
    client.send(DescribeExportTasks::default()).await.expect("an answer");
    let dates = script.header("x-amz-date");
    assert_eq!(dates, ["20260102T030405Z", "20260103T030405Z", "20260103T030405Z"]);
}

#[tokio::test(start_paused = true)]
async fn calls_at_the_same_time_correct_the_clock_each_for_itself() {
    let http = from_fn(|request, _| async move {
        // One is answered after the other: the second refusal comes when the clock has been corrected.
        let delay = if text(request.headers(), "x-amz-date").starts_with("20260102") { 1 } else { 0 };
        tokio::time::sleep(Duration::from_secs(delay)).await;
        let refused = error(403, "SignatureDoesNotMatch").header("date", "Sat, 03 Jan 2026 03:04:06 GMT");
        let Reply::Answer(answer) = (if delay > 0 { refused } else { ok(EMPTY) }) else { unreachable!() };
        Ok(answer)
    });
    let client = builder(&Script::new([])).http_client(http).build().expect("a client");
    let call = || client.send(DescribeExportTasks::default());
    let (one, two, three) = tokio::join!(call(), call(), call());
    for answer in [one, two, three] {
        answer.expect("an answer");
    }
}

#[tokio::test(start_paused = true)]
async fn a_signature_that_is_wrong_for_another_reason_is_not_tried_again() {
    let refused = error(403, "SignatureDoesNotMatch").header("date", "Fri, 02 Jan 2026 03:04:00 GMT");
    let script = Script::new([refused]);
    let failed = client(&script).send(DescribeExportTasks::default()).await.expect_err("refused");
    assert_eq!(failed.code(), Some("SignatureDoesNotMatch"));
    assert_eq!(script.requests().len(), 1);
}

/// New credentials each time, numbered.
#[derive(Debug, Default)]
struct Numbered {
    asked: AtomicU32,
    expires_at: Mutex<Option<Timestamp>>,
}

#[derive(Debug)]
struct Shared(Arc<Numbered>);

impl ProvideCredentials for Shared {
    fn provide(&self) -> BoxFuture<'_, Result<Credentials, CredentialsError>> {
        let number = self.0.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let credentials = Credentials::new(format!("KEY{number}"), "secret");
        let expires_at = *self.0.expires_at.lock().expect("an expiry");
        Box::pin(async move {
            Ok(match expires_at {
                Some(expires_at) => credentials.with_expiry(expires_at),
                None => credentials,
            })
        })
    }
}

fn keys(script: &Script) -> Vec<String> {
    let key = |header: String| {
        let (_, rest) = header.split_once("Credential=").expect("a credential");
        rest.split('/').next().expect("a key").to_owned()
    };
    script.header("authorization").into_iter().map(key).collect()
}

#[tokio::test(start_paused = true)]
async fn credentials_that_were_refused_are_asked_for_anew_once() {
    let script = Script::new([error(403, "ExpiredToken"), ok(EMPTY)]);
    let numbered = Arc::new(Numbered::default());
    *numbered.expires_at.lock().expect("an expiry") = Some("2026-01-02T09:00:00Z".parse().expect("a time"));
    let client = builder(&script).credentials(Shared(Arc::clone(&numbered))).build().expect("a client");
    client.send(DescribeExportTasks::default()).await.expect("an answer");
    assert_eq!(keys(&script), ["KEY1", "KEY2"]);

    let lines = [page(503, HTML), page(503, HTML), error(403, "ExpiredToken"), ok(EMPTY)];
    let script = Script::new(lines);
    let client = builder(&script).credentials(Shared(Arc::clone(&numbered))).build().expect("a client");
    client.send(DescribeExportTasks::default()).await.expect("an answer");
    let numbers = ["attempt=1; max=3", "attempt=2; max=3", "attempt=3; max=3", "attempt=4; max=4"];
    assert_eq!(script.header("amz-sdk-request"), numbers);

    // What the attempt before the renewal ended with is told.
    let script = Script::new([error(403, "ExpiredToken"), Reply::Hang]);
    let client = builder(&script).credentials(Shared(Arc::clone(&numbered))).timeout(Duration::from_secs(1));
    let client = client.build().expect("a client");
    let late = client.send(DescribeExportTasks::default()).await.expect_err("no answer").to_string();
    let expected = "timed out after 1 s (attempt 2); the previous attempt failed: ";
    assert!(late.starts_with(expected) && late.contains("ExpiredToken"), "{late}");

    let script = Script::new([error(403, "ExpiredToken")]);
    let client = builder(&script).credentials(Shared(numbered)).build().expect("a client");
    let failed = client.send(DescribeExportTasks::default()).await.expect_err("refused");
    assert_eq!(failed.code(), Some("ExpiredToken"));
    assert_eq!(script.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn credentials_that_never_expire_are_not_tried_twice() {
    let script = Script::new([error(403, "InvalidClientTokenId")]);
    let failed = client(&script).send(DescribeExportTasks::default()).await.expect_err("refused");
    assert_eq!(failed.code(), Some("InvalidClientTokenId"));
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn err_9_half_an_answer_is_asked_for_again_only_if_that_does_no_harm() {
    let half = &EMPTY[..60];
    let script = Script::new([ok(half), ok(EMPTY)]);
    client(&script).send(DescribeExportTasks::default()).await.expect("the whole answer");
    assert_eq!(script.requests().len(), 2);

    let script = Script::new([ok("<StartExportTaskResponse><StartExportTaskResult>")]);
    let start = StartExportTask::default();
    let failed = client(&script).call(start).validation(false).send().await.expect_err("half an answer");
    assert!(matches!(failed, Error::Malformed(_)));
    assert_eq!(failed.body(), Some(&b"<StartExportTaskResponse><StartExportTaskResult>"[..]));
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn ret_4_the_quota_of_a_client_ends_retries() {
    let script = Script::new([page(503, HTML)]);
    let client = client(&script);
    for _ in 0..50 {
        client.send(DescribeExportTasks::default()).await.expect_err("no service");
    }
    assert_eq!(script.requests().len(), 150);
    client.clone().send(DescribeExportTasks::default()).await.expect_err("no service");
    assert_eq!(script.requests().len(), 151);
}

#[tokio::test(start_paused = true)]
async fn what_a_service_asks_for_is_kept_to_by_the_newer_policy() {
    let throttled = error(400, "Throttling").header("x-amz-retry-after", "3000");
    let script = Script::new([throttled, ok(EMPTY)]);
    let client = builder(&script).retry_policy(RetryPolicy::STANDARD_2026).build().expect("a client");
    let start = Instant::now();
    client.send(DescribeExportTasks::default()).await.expect("an answer");
    assert_eq!(start.elapsed().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_call_has_settings_of_its_own() {
    let script = Script::new([page(503, HTML)]);
    let call = client(&script)
        .call(DescribeExportTasks::default())
        .region("cn-north-1")
        .credentials(Credentials::new("OTHER", "secret"))
        .retry_policy(RetryPolicy::STANDARD.max_attempts(1));
    call.send().await.expect_err("no service");
    let [request] = &script.requests()[..] else { panic!("expected one request") };
    assert_eq!(request.uri(), "https://rds.cn-north-1.amazonaws.com.cn/");
    assert!(script.header("authorization")[0].contains("Credential=OTHER/20260102/cn-north-1/rds/"));
}

#[tokio::test(start_paused = true)]
async fn what_is_invalid_is_not_sent_unless_asked_to() {
    let script = Script::new([ok("<R><StartExportTaskResult/></R>")]);
    let client = client(&script);
    let failed = client.send(StartExportTask::default()).await.expect_err("nothing in it");
    assert!(failed.to_string().starts_with("invalid request: "), "{failed}");
    assert!(script.requests().is_empty());
    client.call(StartExportTask::default()).validation(false).send().await.expect("an answer");
    assert_eq!(script.bodies(), ["Action=StartExportTask&Version=2014-10-31"]);
}
