//! Waiting (PROTOCOL 5.2, 5.3).

use std::future::IntoFuture;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use awsquery_client::awsquery::waiter::WaitErrorKind;
use awsquery_client::credentials::{Credentials, CredentialsError, CredentialsErrorKind, ProvideCredentials};
use awsquery_client::http::HttpErrorKind;
use awsquery_client::{BoxFuture, RetryPolicy, WaitFailure};
use rds_protocol::operations::DescribeExportTasks;
use rds_protocol::waiters::ExportTaskComplete;
use tokio::time::Instant;

use crate::support::{Client, Reply, Script, builder, error, ok};

fn export(status: &str, percent: u32, more: &str) -> Reply {
    ok(&format!(
        "<DescribeExportTasksResponse><DescribeExportTasksResult><ExportTasks><ExportTask>\
         <ExportTaskIdentifier>nightly</ExportTaskIdentifier><Status>{status}</Status>\
         <PercentProgress>{percent}</PercentProgress>{more}</ExportTask></ExportTasks>\
         </DescribeExportTasksResult></DescribeExportTasksResponse>"
    ))
}

fn nightly() -> DescribeExportTasks {
    DescribeExportTasks::default().export_task_identifier("nightly")
}

/// A client that does not try again, so that each line of the script is a call.
fn client(lines: impl IntoIterator<Item = Reply>) -> Client {
    let single = RetryPolicy::STANDARD.max_attempts(1);
    builder(&Script::new(lines)).retry_policy(single).build().expect("a client")
}

#[tokio::test(start_paused = true)]
async fn wai_1_it_ends_when_the_export_is_complete() {
    let client = client([
        export("STARTING", 0, ""),
        export("IN_PROGRESS", 40, ""),
        export("COMPLETE", 100, "<WarningMessage>one table was left out</WarningMessage>"),
    ]);
    let (start, mut seen) = (Instant::now(), Vec::new());
    let waited = client
        .wait::<ExportTaskComplete>(nightly())
        .interval(Duration::from_secs(10))
        .on_progress(|progress| {
            let output = progress.response.expect("an answer");
            let percent = output.export_tasks.iter().flatten().find_map(|task| task.percent_progress);
            seen.push((progress.calls, percent, progress.elapsed.as_secs(), progress.next_call_in));
        })
        .await
        .expect("complete");
    assert_eq!(waited.success.calls, 3);
    assert_eq!(waited.success.message.as_deref(), Some("one table was left out"));
    assert_eq!(start.elapsed().as_secs(), 20);
    let ten = Some(Duration::from_secs(10));
    assert_eq!(seen, [(1, Some(0), 0, ten), (2, Some(40), 10, ten), (3, Some(100), 20, None)]);
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_the_export_has_failed_and_tells_why() {
    let client = client([export("FAILED", 3, "<FailureCause>no such bucket</FailureCause>")]);
    let failure = client.wait::<ExportTaskComplete>(nightly()).await.expect_err("failed");
    assert!(
        matches!(failure.kind(), WaitErrorKind::State { message: Some(cause), .. } if cause == "no such bucket")
    );
    let task = failure.output().and_then(|output| output.export_tasks.as_ref()?.first());
    assert_eq!(task.and_then(|task| task.percent_progress), Some(3));
    assert_eq!(
        failure.to_string(),
        "ExportTaskComplete: failed after 1 call: some ExportTasks[].Status is \"FAILED\": no such bucket"
    );
}

#[tokio::test(start_paused = true)]
async fn wai_4_it_gives_up_at_the_deadline_after_a_last_call() {
    let client = client([export("IN_PROGRESS", 40, "")]);
    let start = Instant::now();
    let wait = client.wait::<ExportTaskComplete>(nightly());
    let failure = wait.interval(Duration::from_secs(30)).max_wait(Duration::from_secs(100)).await;
    let failure = failure.expect_err("not yet");
    assert!(failure.is_timeout());
    assert_eq!(start.elapsed().as_secs(), 100);
    // After 0, 30, 60, 90 and 100 s.
    assert_eq!(failure.to_string(), "ExportTaskComplete: not reached within 100 s, 5 calls");
}

#[tokio::test(start_paused = true)]
async fn a_young_export_may_be_unknown_for_a_moment() {
    let lines = || [error(404, "ExportTaskNotFound"), export("COMPLETE", 100, "")];
    let failure = client(lines()).wait::<ExportTaskComplete>(nightly()).await.expect_err("not found");
    assert_eq!(failure.call_error().and_then(|error| error.code()), Some("ExportTaskNotFound"));
    let wait = client(lines()).wait::<ExportTaskComplete>(nightly());
    let waited = wait.started_ago(Duration::ZERO).await.expect("complete");
    assert_eq!(waited.success.calls, 2);
}

#[tokio::test(start_paused = true)]
async fn throttled_calls_make_it_call_less_often_and_do_not_end_it() {
    let client = client([
        error(400, "Throttling"),
        error(400, "Throttling"),
        Reply::Broken(HttpErrorKind::Connect),
        export("COMPLETE", 100, ""),
    ]);
    let start = Instant::now();
    let waited = client.wait::<ExportTaskComplete>(nightly()).interval(Duration::from_secs(10)).await;
    waited.expect("complete");
    assert_eq!(start.elapsed().as_secs(), 20 + 40 + 80);
}

#[tokio::test(start_paused = true)]
async fn responses_that_cannot_be_parsed_do_not_end_it() {
    let client =
        client([ok("<DescribeExportTasksResponse><Descr"), ok("<html>"), export("COMPLETE", 100, "")]);
    let waited = client.wait::<ExportTaskComplete>(nightly()).await.expect("complete");
    assert_eq!(waited.success.calls, 1);
}

/// A credentials provider that fails at first.
#[derive(Debug)]
struct Fickle(CredentialsErrorKind, AtomicU32);

impl ProvideCredentials for Fickle {
    fn provide(&self) -> BoxFuture<'_, Result<Credentials, CredentialsError>> {
        Box::pin(async {
            match self.1.fetch_add(1, Ordering::SeqCst) {
                0 | 1 => Err(CredentialsError::new("test", self.0, "not now")),
                _ => Ok(Credentials::new("AKIDEXAMPLE", "secret")),
            }
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_credentials_provider_that_cannot_be_asked_does_not_end_it() {
    let client = |kind| {
        let provider = Fickle(kind, AtomicU32::new(0));
        builder(&Script::new([export("COMPLETE", 100, "")])).credentials(provider).build().expect("a client")
    };
    let wait = client(CredentialsErrorKind::Failed).wait::<ExportTaskComplete>(nightly());
    wait.await.expect("complete");
    // There are none, and waiting will not bring them.
    let wait = client(CredentialsErrorKind::NotFound).wait::<ExportTaskComplete>(nightly());
    assert!(matches!(wait.await.expect_err("no credentials").kind(), WaitErrorKind::Call(_)));
}

#[tokio::test(start_paused = true)]
async fn it_gives_up_when_nothing_but_failures_come() {
    let client = client([Reply::Broken(HttpErrorKind::Connect)]);
    let failure = client.wait::<ExportTaskComplete>(nightly()).await.expect_err("no service");
    assert_eq!(failure.to_string(), "ExportTaskComplete: failed after 6 calls: cannot connect");
}

#[tokio::test(start_paused = true)]
async fn an_error_that_will_come_again_ends_it() {
    let client = client([error(403, "AccessDenied")]);
    let failure: WaitFailure<_> = client.wait::<ExportTaskComplete>(nightly()).await.expect_err("denied");
    assert!(matches!(failure.kind(), WaitErrorKind::Call(_)));
    assert_eq!(failure.call_error().and_then(|error| error.code()), Some("AccessDenied"));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_does_not_keep_it_from_giving_up() {
    let client = client([Reply::Hang]);
    let start = Instant::now();
    let wait = client.wait::<ExportTaskComplete>(nightly()).max_wait(Duration::from_secs(5));
    let failure = wait.await.expect_err("no answer");
    assert!(failure.is_timeout(), "{failure}");
    assert_eq!(start.elapsed().as_secs(), 15);
}

#[test]
fn what_takes_time_can_be_spawned() {
    fn is_send<T: Send>(_: &T) {}

    let client = client([Reply::Hang]);
    is_send(&client.send(nightly()));
    is_send(&client.pages(nightly()));
    is_send(&client.items(nightly()));
    is_send(&client.wait::<ExportTaskComplete>(nightly()).into_future());
    is_send(&client.call(nightly()).presign(Duration::from_secs(1)));
}
