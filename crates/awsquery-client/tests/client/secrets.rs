//! No secret, and no signature, in what is shown.

use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use awsquery_client::awsquery::Timestamp;
use awsquery_client::credentials::{Credentials, CredentialsError, CredentialsErrorKind};
use awsquery_client::http::{HttpClient, HttpErrorKind, from_fn};
use awsquery_client::{Environment, Error, RetryPolicy};
use bytes::Bytes;
use rds_protocol::operations::{
    CopyDBSnapshot, DescribeExportTasks, DescribeExportTasksError, ModifyDBInstance,
};
use rds_protocol::waiters::ExportTaskComplete;
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Metadata, Subscriber};

use crate::support::{Client, EMPTY, Middle, PinnedClock, Reply, Script, builder, client, error, ok, page};

const SECRET: &str = "hunter2-secret";

fn credentials() -> Credentials {
    let expires_at: Timestamp = "2099-01-01T00:00:00Z".parse().expect("a time");
    Credentials::new("AKIDEXAMPLE", SECRET).with_session_token(SECRET).with_expiry(expires_at)
}

#[test]
fn debug_shows_no_secret() {
    let credentials = credentials();
    assert_eq!(
        format!("{credentials:?}"),
        "Credentials { access_key_id: \"AKIDEXAMPLE\", secret_access_key: Sensitive(***), \
         session_token: Some(Sensitive(***)), expires_at: Some(2099-01-01T00:00:00Z) }"
    );
    let environment = Environment::from_vars([("AWS_SECRET_ACCESS_KEY", SECRET)]);
    let builder =
        Client::builder().region("eu-west-1").environment(environment.clone()).credentials(credentials);
    let client = builder.clone().build().expect("a client");
    let call = client.call(CopyDBSnapshot::new("a", "b").pre_signed_url(SECRET));
    let shown: [&dyn Debug; 4] = [&environment, &builder, &client, &call];
    for shown in shown {
        assert!(!format!("{shown:#?}").contains(SECRET), "{shown:?}");
    }
}

#[test]
fn urls_are_shown_without_what_lets_one_in() {
    let url = format!("https://me:{SECRET}@localhost:1/?token={SECRET}");
    let client = Client::builder().region("eu-west-1").credentials(credentials()).build().expect("a client");
    let call = client.call(DescribeExportTasks::default()).endpoint_url(&url);
    assert!(format!("{call:?}").contains("***@localhost:1/?***"), "{call:?}");
    let refused = Client::builder().region("eu-west-1").endpoint_url(&url).build().expect_err("a user name");
    for shown in [format!("{call:#?}"), chain(&refused)] {
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

/// A line that is indented by mistake belongs to the value above it.
#[test]
fn lines_below_a_value_that_is_wrong_are_not_shown() {
    for key in [
        "region",
        "endpoint_url",
        "use_fips_endpoint",
        "retry_mode",
        "max_attempts",
        "ca_bundle",
        "sdk_ua_app_id",
        "services",
    ] {
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(key);
        let region = if key == "region" { "" } else { "region = eu-west-1\n" };
        let config = format!("[default]\n{region}{key} = wrong\n aws_secret_access_key = {SECRET}\n");
        std::fs::write(&path, config).expect("a file");
        let environment = Environment::from_vars([("AWS_CONFIG_FILE", path.to_str().expect("a path"))]);
        let error = chain(&Client::builder().environment(environment).build().expect_err(key));
        assert!(error.contains("wrong …") && !error.contains(SECRET), "{key}: {error}");
    }
}

/// Writes down all that is traced.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<String>>);

impl Recorder {
    /// All that was traced so far.
    pub(crate) fn text(&self) -> String {
        self.0.lock().expect("the record").clone()
    }
}

/// Records what this thread traces.
pub(crate) fn record() -> (Recorder, DefaultGuard) {
    // A place that another test comes by first, on a thread where nobody records, would be of no interest ever after.
    static EVERYWHERE: Once = Once::new();
    EVERYWHERE.call_once(|| tracing::subscriber::set_global_default(Recorder::default()).expect("no other"));
    let recorder = Recorder::default();
    let guard = tracing::subscriber::set_default(recorder.clone());
    (recorder, guard)
}

impl Visit for &Recorder {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.lock().expect("the record").push_str(&format!(" {field}={value:?}"));
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.0.lock().expect("the record").push_str(&format!("\nspan {}", span.metadata().name()));
        span.record(&mut &*self);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut &*self);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.0.lock().expect("the record").push_str(&format!("\nevent {}", event.metadata().level()));
        event.record(&mut &*self);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test(start_paused = true)]
async fn traces_tell_what_was_called_and_no_secret() {
    let (recorder, _guard) = record();
    // As AWS does, it quotes what was signed.
    let quoting = format!(
        "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>x-amz-security-token:{SECRET}</Message>\
         </Error><RequestId>refused</RequestId></ErrorResponse>"
    );
    let refused = page(403, &quoting).header("date", "Sat, 03 Jan 2026 03:04:05 GMT");
    let script = Script::new([page(503, ""), refused, error(403, "ExpiredToken"), ok(EMPTY)]);
    let policy = RetryPolicy::STANDARD.max_attempts(5);
    let client = builder(&script).region("us-west-2").credentials(credentials()).retry_policy(policy).build();
    let client = client.expect("a client");
    client.send(DescribeExportTasks::default()).await.expect("an answer");
    let copy = CopyDBSnapshot::new("a", "b").source_region("us-east-1");
    let _ = client.send(copy).await;

    let broken = Script::new([Reply::Broken(HttpErrorKind::Interrupted), ok(EMPTY)]);
    crate::support::client(&broken).send(DescribeExportTasks::default()).await.expect("an answer");

    let record = recorder.0.lock().expect("the record").clone();
    for expected in [
        "span call service=\"RDS\" operation=\"DescribeExportTasks\" region=\"us-west-2\"",
        "span attempt number=1",
        "status=503",
        "reason=Interrupted",
        "request_id=\"refused\"",
        "attempts=4",
        "request_id=\"done\"",
    ] {
        assert!(record.contains(expected), "{expected}: {record}");
    }
    assert!(script.requests().len() >= 5);
    for secret in [SECRET, "AWS4-HMAC", "Signature"] {
        let found = record.replace("SignatureDoesNotMatch", "").contains(secret);
        assert!(!found, "{secret}: {record}");
    }
}

/// Answers that are broken where a secret stands, and calls that cannot be made: their errors, whole chains of them, what is
/// traced meanwhile, and a URL that was made.
#[tokio::test(start_paused = true)]
async fn errors_show_no_secret() {
    let (recorder, _guard) = record();
    let mut shown = String::new();
    for broken in ["", "<", "&hunter2-secret;", "<![CDATA[hunter2-secret", "</hunter2-secret>", "\u{1}"] {
        let body = format!(
            "<R><ModifyDBInstanceResult><DBInstance><PendingModifiedValues><MasterUserPassword>{SECRET}{broken}\
             </MasterUserPassword></PendingModifiedValues></DBInstance></ModifyDBInstanceResult>"
        );
        let script = Script::new([ok(&body)]);
        let client = builder(&script).credentials(credentials()).build().expect("a client");
        let modify = ModifyDBInstance::new("a").master_user_password(SECRET).tde_credential_password(SECRET);
        let error = client.send(modify).await.expect_err("a document without an end");
        shown += &chain(&error);
    }
    let script = Script::new([ok(EMPTY)]);
    let client = builder(&script).credentials(credentials()).build().expect("a client");
    let url =
        client.call(CopyDBSnapshot::new("a", "b").pre_signed_url(SECRET)).presign(Duration::from_secs(60));
    let url = url.await.expect("a URL");
    assert!(url.as_str().contains(SECRET));
    shown += &format!("{url:?} {url:#?}");
    let record = recorder.0.lock().expect("the record").clone();
    for shown in [&shown, &record] {
        let found =
            shown.lines().find(|line| [SECRET, "AWS4-HMAC", "Signature="].iter().any(|it| line.contains(it)));
        assert_eq!(found, None);
    }
    assert!(shown.contains("cannot be read") && record.contains("ModifyDBInstance"));
}

/// Of a signature that it does not agree with, AWS quotes what it expected a signature of, session token and all.
#[tokio::test(start_paused = true)]
async fn what_aws_quotes_of_a_request_is_not_shown() {
    let quoting = format!(
        "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>It does not match.\n\n\
         The Canonical String for this request should have been\n'POST\nx-amz-security-token:{SECRET}\n'</Message>\
         </Error><RequestId>refused</RequestId></ErrorResponse>"
    );
    let hanging = Script::new([page(503, &quoting), Reply::Hang]);
    let script = Script::new([page(403, &quoting)]);
    let client = builder(&script).credentials(credentials()).build().expect("a client");
    let refused = client.send(DescribeExportTasks::default()).await.expect_err("refused");
    assert!(refused.message().is_some_and(|message| message.contains("\nx-amz-security-token:***\n'")));
    let provider =
        CredentialsError::new("vault", CredentialsErrorKind::Failed, "refused").with_source(refused);
    let credentials = Error::<DescribeExportTasksError>::Credentials(provider);
    let client = builder(&hanging).timeout(Duration::from_secs(9)).build().expect("a client");
    let deadline = client.send(DescribeExportTasks::default()).await.expect_err("no time");
    let wait = client.wait::<ExportTaskComplete>(DescribeExportTasks::default());
    let ended = wait.max_wait(Duration::from_secs(1)).await.expect_err("no time");
    let refusing = builder(&script).build().expect("a client");
    let failed =
        refusing.wait::<ExportTaskComplete>(DescribeExportTasks::default()).await.expect_err("refused");
    let errors: [&(dyn std::error::Error + 'static); 4] = [&credentials, &deadline, &ended, &failed];
    for error in errors {
        let shown = chain(error);
        assert!(!shown.contains(SECRET), "{shown}");
    }
    for error in [chain(&credentials), chain(&deadline), chain(&failed)] {
        assert!(
            error.contains("It does not match. (the signed request that it quotes is not shown)"),
            "{error}"
        );
    }
}

/// The secrets of one echoed request: each has characters that forms, URLs, XML and JSON escape.
const KEY: &str = "key-hunter2/+&<\"x";
const TOKEN: &str = "token-hunter2/+&==\"";
const PASSWORD: &str = "p%41ss-hunter2 &'é";

/// All of a request: its form, and each header.
fn all_of(request: &http::Request<Bytes>) -> String {
    let mut all = String::from_utf8_lossy(request.body()).into_owned();
    for (name, value) in request.headers() {
        all += &format!("\n{name}:{}", String::from_utf8_lossy(value.as_bytes()));
    }
    all
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// The ways in which an endpoint says something of a request.
fn echoes(said: &str) -> Vec<String> {
    let said_in_xml = xml(said);
    let error = |code: &str, message: &str, id: &str| {
        format!(
            "<ErrorResponse><Error><Type>{id}</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>{id}</RequestId></ErrorResponse>"
        )
    };
    vec![
        error("Refused", &said_in_xml, "id"),
        error(&said_in_xml, "no", "id"),
        error("Refused", "no", &said_in_xml),
        error("Refused", &said_in_xml, "id").replace("</Message>", ""),
        format!("<a {said_in_xml}"),
        said.to_owned(),
        said_in_xml,
    ]
}

/// An endpoint that echoes all of each request, in turn in each of those ways, with this status.
fn echoing(status: u16) -> Arc<dyn HttpClient> {
    let count = AtomicUsize::new(0);
    from_fn(move |request: http::Request<Bytes>, _| {
        let said = all_of(&request);
        // As it came, and as whoever reads a form sees it.
        let decoded = percent_encoding::percent_decode_str(&said).decode_utf8_lossy().into_owned();
        let mut echoes = echoes(&said);
        echoes.extend(self::echoes(&decoded));
        let body = echoes.swap_remove(count.fetch_add(1, Ordering::Relaxed) % echoes.len());
        let mut response = http::Response::new(Bytes::from(body));
        *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
        let id: String = said.lines().last().unwrap_or_default().into();
        if let Ok(id) = http::HeaderValue::try_from(id) {
            response.headers_mut().insert("x-amzn-requestid", id);
        }
        async { Ok(response) }
    })
}

/// Texts that must not be shown: the secrets as they are and as a form has them, and signatures.
fn leaks(shown: &str) -> Vec<&str> {
    let secrets = ["hunter2", "Signature=", "Signature%3D", "AWS4-HMAC"];
    shown.lines().filter(|line| secrets.iter().any(|secret| line.contains(secret))).collect()
}

#[tokio::test(start_paused = true)]
async fn what_an_endpoint_echoes_of_a_request_is_not_shown() {
    let (recorder, _guard) = record();
    let mut shown = String::new();
    for status in [200, 400, 403, 503] {
        let credentials = Credentials::new("AKIDEXAMPLE", KEY).with_session_token(TOKEN);
        let builder = Client::builder().region("eu-west-1").http_client(echoing(status)).random(Middle);
        let client = builder.clock(PinnedClock::new()).credentials(credentials).build().expect("a client");
        for _ in 0..14 {
            let modify = ModifyDBInstance::new("a").master_user_password(PASSWORD);
            let error = client.send(modify).await.expect_err("an echo");
            shown += &chain(&error);
            for text in [error.code(), error.message(), error.request_id()].into_iter().flatten() {
                shown += &format!("{text}\n");
            }
            shown += &String::from_utf8_lossy(error.body().expect("a body"));
            let copy = CopyDBSnapshot::new("a", "b").source_region("us-east-1");
            let error = client.send(copy).await.expect_err("an echo");
            shown += &format!("{}\n{}", chain(&error), error.message().unwrap_or_default());
            let listing = client.call(DescribeExportTasks::default()).timeout(Duration::from_millis(100));
            shown += &chain(&listing.send().await.expect_err("an echo"));
        }
    }
    assert!(shown.contains("***") && shown.contains("ModifyDBInstance"));
    assert_eq!(leaks(&shown), Vec::<&str>::new());
    let record = recorder.0.lock().expect("the record").clone();
    assert!(record.contains("***"), "{record}");
    assert_eq!(leaks(&record), Vec::<&str>::new());
}

/// The request id of a success is traced.
#[tokio::test(start_paused = true)]
async fn a_request_id_that_is_a_secret_is_not_traced() {
    let (recorder, _guard) = record();
    let script = Script::new([ok(&EMPTY.replace("done", &xml(TOKEN)))]);
    let credentials = Credentials::new("AKIDEXAMPLE", KEY).with_session_token(TOKEN);
    let client = builder(&script).credentials(credentials).build().expect("a client");
    let response = client.call(DescribeExportTasks::default()).send().await.expect("a response");
    assert_eq!(response.request_id.as_deref(), Some("***"));
    assert_eq!(leaks(&recorder.0.lock().expect("the record")), Vec::<&str>::new());
}

#[tokio::test(start_paused = true)]
async fn what_an_endpoint_of_credentials_echoes_is_not_shown() {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("echoed-web-identity");
    std::fs::write(&path, TOKEN).expect("a file");
    let web = Environment::from_vars([
        ("AWS_WEB_IDENTITY_TOKEN_FILE", path.to_str().expect("a path")),
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/web"),
    ]);
    let container = Environment::from_vars([
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Bearer token-hunter2/+&=="),
    ]);
    let (recorder, _guard) = record();
    let mut shown = String::new();
    for status in [200, 400, 500] {
        for _ in 0..14 {
            let builder = Client::builder().region("eu-west-1").clock(PinnedClock::new()).random(Middle);
            let client = builder.http_client(echoing(status)).environment(web.clone()).build();
            let error = client.expect("a client").send(DescribeExportTasks::default()).await;
            shown += &chain(&error.expect_err("an echo"));
        }
        let said = |request: &http::Request<Bytes>| {
            let secret = all_of(request);
            let own =
                json!({ "Code": "Refused", "Message": "of key-hunter2", "SecretAccessKey": "key-hunter2" });
            vec![json!({ "Code": secret, "Message": "no" }), json!({ "Code": "no", "message": secret }), own]
        };
        for index in 0..3 {
            let http = from_fn(move |request: http::Request<Bytes>, _| async move {
                let body = Bytes::from(said(&request)[index].to_string());
                let mut response = http::Response::new(body);
                *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
                Ok(response)
            });
            let builder = Client::builder().region("eu-west-1").clock(PinnedClock::new()).random(Middle);
            let client = builder.http_client(http).environment(container.clone()).build();
            let error = client.expect("a client").send(DescribeExportTasks::default()).await;
            shown += &chain(&error.expect_err("an echo"));
        }
    }
    assert!(shown.contains("container: ***") || shown.contains("authorization:***"), "{shown}");
    assert!(shown.contains("AssumeRoleWithWebIdentity failed"), "{shown}");
    assert_eq!(leaks(&shown), Vec::<&str>::new());
    assert_eq!(leaks(&recorder.0.lock().expect("the record")), Vec::<&str>::new());
}

/// However long what an endpoint says is, what is shown of it is not.
#[tokio::test(start_paused = true)]
async fn what_is_shown_of_an_error_is_bounded() {
    let long = "long & ".repeat(10_000);
    let mut echoes = echoes(&long);
    let marker = format!("<Marker>{}</Marker>", "m".repeat(200_000));
    let page = EMPTY.replace(
        "<DescribeExportTasksResult/>",
        &format!("<DescribeExportTasksResult>{marker}</DescribeExportTasksResult>"),
    );
    echoes.push(page.replace("<DescribeExportTasksResult>", ""));
    for status in [200, 400, 503] {
        for body in &echoes {
            let script = Script::new([self::page(status, body)]);
            let client = builder(&script).build().expect("a client");
            let error = client.send(DescribeExportTasks::default()).await.expect_err("an error");
            assert_eq!(error.body().map(<[u8]>::len), Some(body.len()));
            let wait = client.wait::<ExportTaskComplete>(DescribeExportTasks::default());
            let wait = wait.max_wait(Duration::from_secs(1)).await.expect_err("an error");
            let deadline = client.call(DescribeExportTasks::default()).timeout(Duration::from_millis(1));
            let deadline = deadline.send().await.expect_err("an error");
            let provider = CredentialsError::new("vault", CredentialsErrorKind::Failed, long.clone());
            let provider = provider.with_source(error);
            let errors: [&(dyn std::error::Error + 'static); 3] = [&provider, &wait, &deadline];
            for error in errors {
                let whole = chain(error);
                assert!(whole.len() < 64 * 1024, "{} bytes: {:.2000}", whole.len(), whole);
                assert!(awsquery_client::DisplayErrorChain(error).to_string().len() < 9 * 1024);
            }
        }
    }
    let script = Script::new([ok(&page)]);
    let mut pages = builder(&script).build().expect("a client").pages(DescribeExportTasks::default());
    let mut repeated = None;
    while let Some(page) = pages.next().await {
        repeated = page.err();
    }
    assert!(chain(&repeated.expect("the same marker")).len() < 16 * 1024);
    for key in ["region", "endpoint_url", "retry_mode", "ca_bundle", "services"] {
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("long-{key}"));
        let region = if key == "region" { "" } else { "region = eu-west-1\n" };
        std::fs::write(&path, format!("[default]\n{region}{key} = {long}\n")).expect("a file");
        let environment = Environment::from_vars([("AWS_CONFIG_FILE", path.to_str().expect("a path"))]);
        let error = Client::builder().environment(environment).build().expect_err(key);
        assert!(chain(&error).len() < 16 * 1024, "{key}");
    }
}

/// An error in every way that it can be shown, with its sources.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let source = error.source().map(chain).unwrap_or_default();
    format!("{error} {error:#} {error:?} {error:#?}\n{source}")
}

#[tokio::test(start_paused = true)]
async fn headers_that_hold_secrets_are_marked_so() {
    let script = Script::new([ok(EMPTY)]);
    let client = client(&script);
    client.call(DescribeExportTasks::default()).credentials(credentials()).send().await.expect("an answer");
    let request = &script.requests()[0];
    assert!(!format!("{request:?}").contains(SECRET));
    assert!(!format!("{request:?}").contains("AWS4-HMAC"));
}
