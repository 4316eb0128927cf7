//! What an error says itself does not contain what its sources say, so that the chain of them says each thing once.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use awsquery_client::credentials::{Credentials, CredentialsError, CredentialsErrorKind, ProvideCredentials};
use awsquery_client::http::{HttpClient, HttpError, HttpErrorKind, HyperClient, from_fn};
use awsquery_client::{BoxFuture, DisplayErrorChain, RetryPolicy};
use rds_protocol::operations::{DescribeExportTasks, StartExportTask};
use rds_protocol::waiters::ExportTaskComplete;

use crate::support::{Builder, Client, EMPTY, Script, builder, client, error, ok, page};

/// Holds an error to it, and gives the whole chain.
fn checked(error: &(dyn StdError + 'static)) -> String {
    let mut above: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let said = error.to_string();
        let doubled = above.iter().find(|above| above.contains(&said));
        assert_eq!(doubled, None, "{said:?} is said twice");
        above.push(said);
        next = error.source();
    }
    let chain = DisplayErrorChain(error).to_string();
    assert_eq!(chain, above.join(": "));
    chain
}

async fn of(builder: Builder) -> String {
    let client = builder.retry_policy(RetryPolicy::STANDARD.max_attempts(1)).build().expect("a client");
    checked(&client.send(DescribeExportTasks::default()).await.expect_err("no answer"))
}

#[derive(Debug)]
struct Vault;

impl ProvideCredentials for Vault {
    fn provide(&self) -> BoxFuture<'_, Result<Credentials, CredentialsError>> {
        let http = HttpError::new(HttpErrorKind::Connect).with_source("no such host");
        let error =
            CredentialsError::new("vault", CredentialsErrorKind::Failed, "no answer").with_source(http);
        Box::pin(async { Err(error) })
    }
}

#[tokio::test(start_paused = true)]
async fn each_thing_is_said_once() {
    let broken = from_fn(|_, _| async {
        Err(HttpError::new(HttpErrorKind::Interrupted).with_source(std::io::Error::other("cable pulled")))
    });
    let script = || Script::new([ok(EMPTY)]);
    assert_eq!(of(builder(&script()).http_client(broken)).await, "the connection was lost: cable pulled");
    let vault = builder(&script()).credentials(Vault);
    assert_eq!(of(vault.clone()).await, "credentials: vault: no answer: cannot connect: no such host");
    let url = "https://mydb:3306/".parse().expect("a URL");
    let signed = vault.build().expect("a client").presign(&url, "rds-db", Duration::from_secs(900)).await;
    let signed = checked(&signed.expect_err("no credentials"));
    assert_eq!(signed, "credentials: vault: no answer: cannot connect: no such host");
    let unsignable = builder(&script()).credentials(Credentials::new("a\nb", "s"));
    assert!(of(unsignable).await.starts_with("signature: access key id: expected"));
    let malformed = of(builder(&Script::new([ok("<a><b>")]))).await;
    assert!(malformed.contains("but the response cannot be read: "), "{malformed}");
    let html = of(builder(&Script::new([page(503, "<html>busy</html>")]))).await;
    assert!(html.starts_with("status 503 without an error envelope: \"<html>busy</html>\""), "{html}");
    of(builder(&Script::new([error(403, "AccessDenied")]))).await;

    let invalid = client(&script()).send(StartExportTask::default()).await.expect_err("nothing in it");
    assert!(checked(&invalid).starts_with("invalid request: "));
    for (region, url) in [("a b", "http://localhost"), ("eu-west-1", "localhost")] {
        let call = client(&script()).call(DescribeExportTasks::default()).region(region).endpoint_url(url);
        checked(&call.send().await.expect_err("nowhere to go"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_s_end_and_a_wait_s_tell_all_of_the_last_attempt() {
    let broken =
        from_fn(|_, _| async { Err(HttpError::new(HttpErrorKind::Connect).with_source("no such host")) });
    let policy = RetryPolicy::STANDARD.max_attempts(9);
    let client =
        builder(&Script::new([])).http_client(broken).retry_policy(policy).build().expect("a client");
    let call = client.call(DescribeExportTasks::default()).timeout(Duration::from_millis(600));
    let ended = checked(&call.send().await.expect_err("no service"));
    assert!(ended.ends_with("the previous attempt failed: cannot connect: no such host"), "{ended}");
    let wait = client.wait::<ExportTaskComplete>(DescribeExportTasks::default());
    let failure = checked(&wait.await.expect_err("no service"));
    assert!(failure.ends_with("failed after 6 calls: cannot connect: no such host"), "{failure}");
}

#[tokio::test]
async fn a_connection_that_fails_says_why() {
    let http: Arc<dyn HttpClient> = Arc::new(HyperClient::new(Duration::from_secs(5)));
    let with = |url: &str| {
        Client::builder()
            .region("eu-west-1")
            .credentials(Vault)
            .endpoint_url(url)
            .http_client(Arc::clone(&http))
    };
    let refused = of(with("http://127.0.0.1:1").credentials(Credentials::new("a", "s"))).await;
    assert!(refused.starts_with("cannot connect: ") && refused.contains("refused"), "{refused}");
}
