//! Where credentials come from, in which order, and that they are fresh when they are used.

use std::future::poll_fn;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use crate::support::{Builder, Client, EMPTY, Script, builder, ok};
use awsquery_client::awsquery::Timestamp;
use awsquery_client::awsquery::server::Fault;
use awsquery_client::credentials::{Credentials, CredentialsError, CredentialsErrorKind, ProvideCredentials};
use awsquery_client::http::HttpClient;
use awsquery_client::test_server::TestServer;
use awsquery_client::{BoxFuture, ConfigError, DisplayErrorChain, Environment, Error, PresignError};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use rds_protocol::operations::DescribeExportTasks;
use sts_protocol::Sts;
use sts_protocol::operations::{
    AssumeRole, AssumeRoleOutput, AssumeRoleWithWebIdentity, AssumeRoleWithWebIdentityOutput,
};

/// A file of the test's own.
fn file(name: &str, text: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).expect("a file");
    path.to_str().expect("a path").to_owned()
}

/// Variables that lead nowhere but where the test says.
fn environment(vars: &[(&str, &str)]) -> Environment {
    let own = [
        ("AWS_CONFIG_FILE", "/nowhere/config"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_REGION", "us-east-1"),
    ];
    Environment::from_vars(own.iter().chain(vars).copied())
}

/// The key and the token of a request that a client with these variables makes.
async fn used(environment: Environment, profile: Option<&str>) -> Result<(String, String), String> {
    let server =
        TestServer::start_with(|_| Response::new(Bytes::from_static(EMPTY.as_bytes()))).expect("a server");
    let mut builder = Client::builder().environment(environment).endpoint_url(server.url());
    if let Some(profile) = profile {
        builder = builder.profile(profile);
    }
    let client = builder.build().map_err(|error| error.to_string())?;
    client
        .send(DescribeExportTasks::default())
        .await
        .map_err(|error| DisplayErrorChain(&error).to_string())?;
    let requests = server.requests();
    let header = |name| crate::support::text(requests[0].headers(), name);
    let authorization = header("authorization");
    let (_, key) = authorization.split_once("Credential=").expect("a credential");
    Ok((key.split('/').next().expect("a key").to_owned(), header("x-amz-security-token")))
}

fn is(key: &str, token: &str) -> Result<(String, String), String> {
    Ok((key.into(), token.into()))
}

const FILES: &str = "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n\
    [other]\naws_access_key_id = OTHER\naws_secret_access_key = s\naws_session_token = t\n\
    [old]\naws_access_key_id = OLD\naws_secret_access_key = s\naws_security_token = old\n\
    [both]\naws_access_key_id = BOTH\naws_secret_access_key = s\naws_session_token = new\naws_security_token = old\n\
    [none]\naws_access_key_id = NONE\naws_secret_access_key = s\naws_session_token = new\naws_security_token =\n";

#[tokio::test]
async fn variables_come_before_a_profile_unless_it_is_named_in_code() {
    let credentials = file("variables", FILES);
    let files = ("AWS_SHARED_CREDENTIALS_FILE", credentials.as_str());
    let keys = [("AWS_ACCESS_KEY_ID", "ENV"), ("AWS_SECRET_ACCESS_KEY", "s"), files];
    assert_eq!(used(environment(&keys), None).await, is("ENV", "none"));
    assert_eq!(used(environment(&keys), Some("other")).await, is("OTHER", "t"));
    let token = [keys[0], keys[1], ("AWS_SESSION_TOKEN", "session"), ("AWS_PROFILE", "other"), files];
    assert_eq!(used(environment(&token), None).await, is("ENV", "session"));
    assert_eq!(used(environment(&[files]), None).await, is("FILE", "none"));
    assert_eq!(used(environment(&[files, ("AWS_PROFILE", "other")]), None).await, is("OTHER", "t"));
}

/// As with botocore: a variable that is empty is not set, and a property that is empty is there.
#[tokio::test]
async fn what_the_token_was_called_before_comes_first() {
    let keys = [("AWS_ACCESS_KEY_ID", "ENV"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_SESSION_TOKEN", "new")];
    for (old, found) in [("old", "old"), ("", "new")] {
        let vars = [&keys[..], &[("AWS_SECURITY_TOKEN", old)]].concat();
        assert_eq!(used(environment(&vars), None).await, is("ENV", found));
    }
    let only_old = [keys[0], keys[1], ("AWS_SECURITY_TOKEN", "old")];
    assert_eq!(used(environment(&only_old), None).await, is("ENV", "old"));

    let credentials = file("tokens", FILES);
    let files = [("AWS_SHARED_CREDENTIALS_FILE", credentials.as_str())];
    assert_eq!(used(environment(&files), Some("old")).await, is("OLD", "old"));
    assert_eq!(used(environment(&files), Some("both")).await, is("BOTH", "old"));
    assert_eq!(used(environment(&files), Some("none")).await, is("NONE", "none"));
}

#[tokio::test]
async fn what_is_incomplete_is_told() {
    let half = environment(&[("AWS_ACCESS_KEY_ID", "ENV")]);
    let expected = "credentials: environment: AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not";
    assert_eq!(used(half, None).await, Err(expected.into()));

    let credentials = file("incomplete", "[default]\naws_access_key_id = FILE\n");
    let half = environment(&[("AWS_SHARED_CREDENTIALS_FILE", &credentials)]);
    let expected =
        "credentials: profile: \"default\": expected aws_secret_access_key beside aws_access_key_id";
    assert_eq!(used(half, None).await, Err(expected.into()));
}

#[tokio::test]
async fn a_secret_without_an_id_is_no_key() {
    let secret = ("AWS_SECRET_ACCESS_KEY", "s");
    let error = used(environment(&[secret]), None).await.expect_err("no credentials");
    let told = "default chain: environment: AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not; web identity:";
    assert!(error.contains(told), "{error}");

    let credentials = file("beside-a-secret", FILES);
    let files =
        environment(&[secret, ("AWS_SHARED_CREDENTIALS_FILE", &credentials), ("AWS_PROFILE", "none")]);
    assert_eq!(used(files, None).await, is("NONE", "none"));
}

#[tokio::test]
async fn when_there_are_none_every_place_that_was_searched_is_told() {
    let error = used(environment(&[]), None).await.expect_err("no credentials");
    assert_eq!(
        error,
        "credentials: default chain: environment: AWS_ACCESS_KEY_ID is not set; web identity: \
         AWS_WEB_IDENTITY_TOKEN_FILE is not set; profile: there is no profile \"default\"; container: \
         AWS_CONTAINER_CREDENTIALS_FULL_URI is not set; instance metadata: AWS_EC2_METADATA_DISABLED is set"
    );
}

#[tokio::test(start_paused = true)]
async fn a_client_without_an_environment_says_so_and_asks_nobody() {
    let expected = |wanted: &str| {
        format!(
            "expected an environment to look for {wanted} in, found none: give \
             `.environment(Environment::current())`, or say in code what is looked for"
        )
    };
    let told = |builder: Builder| builder.build().expect_err("no environment").to_string();
    assert_eq!(told(Client::builder()), expected("a region"));
    assert_eq!(told(Client::builder().region("eu-west-1").profile("p")), expected("the profile \"p\""));

    let script = Script::new([ok(EMPTY)]);
    let http = Arc::clone(&script) as Arc<dyn HttpClient>;
    let client = Client::builder().region("eu-west-1").http_client(http).build().expect("a client");
    let error = client.send(DescribeExportTasks::default()).await.expect_err("no credentials");
    let expected = format!("credentials: default chain: {}", expected("credentials"));
    assert_eq!(DisplayErrorChain(&error).to_string(), expected);
    assert!(script.requests().is_empty());
}

#[tokio::test]
async fn what_this_client_does_not_do_is_told() {
    for key in ["sso_session", "credential_process"] {
        let config = file(key, &format!("[profile p]\n{key} = x\n"));
        let error = used(environment(&[("AWS_CONFIG_FILE", &config)]), Some("p")).await.expect_err("unknown");
        assert!(error.contains(&format!("{key}: this client does not know")), "{error}");
    }
}

#[test]
fn what_is_configured_wrongly_is_told_before_any_call() {
    let build = |vars: &[(&str, &str)]| {
        let environment = Environment::from_vars(vars.iter().copied());
        Client::builder().environment(environment).build().map(|client| client.region().to_string())
    };
    assert_eq!(build(&[]), Err(ConfigError::NoRegion));
    assert_eq!(build(&[("AWS_REGION", "eu-west-1"), ("AWS_DEFAULT_REGION", "x")]), Ok("eu-west-1".into()));
    assert_eq!(build(&[("AWS_DEFAULT_REGION", "eu-west-2")]), Ok("eu-west-2".into()));
    let message = |vars: &[(&str, &str)]| build(vars).expect_err("wrong").to_string();
    let region = ("AWS_REGION", "eu-west-1");
    assert_eq!(message(&[("AWS_REGION", "a b")]), "invalid region \"a b\": must be a name such as eu-west-1");
    assert_eq!(
        message(&[region, ("AWS_MAX_ATTEMPTS", "0")]),
        "AWS_MAX_ATTEMPTS: expected a number of attempts from 1, found \"0\""
    );
    assert_eq!(
        message(&[region, ("AWS_USE_FIPS_ENDPOINT", "yes")]),
        "AWS_USE_FIPS_ENDPOINT: expected true or false, found \"yes\""
    );
    assert_eq!(
        message(&[region, ("AWS_PROFILE", "p")]),
        "profile \"p\": expected in the shared config or credentials file, found in neither"
    );
    assert_eq!(
        message(&[region, ("AWS_ENDPOINT_URL", "http://x"), ("AWS_USE_DUALSTACK_ENDPOINT", "true")]),
        "dual stack cannot be combined with a custom endpoint"
    );
}

#[tokio::test]
async fn end_3_endpoints_are_configured_in_this_order() {
    let config = file(
        "endpoints",
        "[profile p]\nservices = s\nendpoint_url = http://profile\n[profile q]\nendpoint_url = http://q\n\
         [services s]\nrds =\n  endpoint_url = http://services\n",
    );
    let called = async |vars: &[(&str, &str)]| {
        let script = Script::new([ok(EMPTY)]);
        let files = [("AWS_CONFIG_FILE", config.as_str())];
        let environment = environment(&[vars, &files].concat());
        let client = builder(&script).environment(environment).build().expect("a client");
        client.send(DescribeExportTasks::default()).await.expect("an answer");
        script.requests()[0].uri().to_string()
    };
    let (own, all) = (("AWS_ENDPOINT_URL_RDS", "http://rds"), ("AWS_ENDPOINT_URL", "http://all"));
    let profile = ("AWS_PROFILE", "p");
    assert_eq!(called(&[own, all, profile]).await, "http://rds/");
    assert_eq!(called(&[all, profile]).await, "http://all/");
    assert_eq!(called(&[profile]).await, "http://services/");
    assert_eq!(called(&[("AWS_PROFILE", "q")]).await, "http://q/");
    let ignored = ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    assert_eq!(called(&[own, profile, ignored]).await, "https://rds.us-east-1.amazonaws.com/");
}

/// As botocore has it: where the section is looked for and not there, calls would go to AWS in place of a test double.
#[test]
fn end_3_services_that_are_not_there_are_told_where_they_are_looked_for() {
    let config = file("no-services", "[default]\nservices = nope\nendpoint_url = http://profile\n");
    let build = |vars: &[(&str, &str)]| {
        let files = [("AWS_CONFIG_FILE", config.as_str())];
        Client::builder().environment(environment(&[vars, &files].concat())).build()
    };
    let error = build(&[]).expect_err("no such section").to_string();
    assert_eq!(
        error,
        "services: expected the name of a services section in the shared config file, found \"nope\""
    );
    build(&[("AWS_ENDPOINT_URL", "http://all")]).expect("a client");
    build(&[("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")]).expect("a client");
}

const OBTAINED: &str = r#"{"Code": "Success", "AccessKeyId": "TEMP", "SecretAccessKey": "s", "Token": "t",
    "Expiration": "2099-01-01T00:00:00Z"}"#;

#[tokio::test]
async fn a_container_is_asked_with_its_token() {
    let server = TestServer::start_with(|request: &Request<Bytes>| {
        let is_allowed = request.uri().path() == "/creds"
            && crate::support::text(request.headers(), "authorization") == "let me in";
        let mut response = Response::new(Bytes::from_static(match is_allowed {
            true => OBTAINED.as_bytes(),
            false => br#"{"Code": "AccessDenied", "Message": "who are you?"}"#,
        }));
        if !is_allowed {
            *response.status_mut() = StatusCode::FORBIDDEN;
        }
        response
    })
    .expect("a server");
    let uri = format!("{}creds", server.url());
    let full = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri.as_str());
    let token = file("token", "let me in\n");
    let with_token = environment(&[full, ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &token)]);
    assert_eq!(used(with_token, None).await, is("TEMP", "t"));
    let refused = "credentials: container: AccessDenied: who are you?";
    assert_eq!(used(environment(&[full]), None).await, Err(refused.into()));
    let elsewhere = environment(&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/")]);
    let error = used(elsewhere, None).await.expect_err("no address of this machine");
    assert!(error.contains("expected https://, or http:// and an address of the machine itself"), "{error}");
}

#[tokio::test]
async fn an_instance_is_asked_in_a_session() {
    let server = TestServer::start_with(|request: &Request<Bytes>| {
        let header = |name| crate::support::text(request.headers(), name);
        let (status, body) = match (request.method().as_str(), request.uri().path()) {
            ("PUT", "/latest/api/token") if header("x-aws-ec2-metadata-token-ttl-seconds") == "21600" => {
                (200, "session")
            }
            ("GET", _) if header("x-aws-ec2-metadata-token") != "session" => (401, ""),
            ("GET", "/latest/meta-data/iam/security-credentials/") => (200, "my-role"),
            ("GET", "/latest/meta-data/iam/security-credentials/my-role") => (200, OBTAINED),
            _ => (404, ""),
        };
        let mut response = Response::new(Bytes::from_static(body.as_bytes()));
        *response.status_mut() = StatusCode::from_u16(status).expect("a status");
        response
    })
    .expect("a server");
    let url = server.url();
    let endpoint =
        [("AWS_EC2_METADATA_SERVICE_ENDPOINT", url.as_str()), ("AWS_EC2_METADATA_DISABLED", "false")];
    assert_eq!(used(environment(&endpoint), None).await, is("TEMP", "t"));
}

/// STS, as far as the tests need it: it tells whose key assumed which role.
fn sts() -> TestServer {
    let credentials = |key: String| {
        let mut credentials = sts_protocol::types::Credentials::default();
        credentials.access_key_id = Some(key);
        credentials.secret_access_key = Some("s".into());
        credentials.session_token = Some("assumed".into());
        credentials.expiration = Some("2099-01-01T00:00:00Z".parse().expect("a time"));
        Some(credentials)
    };
    TestServer::start::<Sts>(move |request| {
        request
            .on(|request: AssumeRole| {
                let arn = request.role_arn.unwrap_or_default();
                let name = arn.rsplit('/').next().unwrap_or_default().to_uppercase();
                let mut output = AssumeRoleOutput::default();
                output.credentials = credentials(format!("ASSUMED-BY-KEY-{name}"));
                match name.as_str() {
                    "FORBIDDEN" => Err(Fault::new("AccessDenied", StatusCode::FORBIDDEN).message("not you")),
                    _ => Ok(output),
                }
            })
            .on(|request: AssumeRoleWithWebIdentity| {
                let token = request.web_identity_token.expect("a token").into_exposed();
                let session = request.role_session_name.expect("a session");
                let mut output = AssumeRoleWithWebIdentityOutput::default();
                output.credentials = credentials(format!("ASSUMED-BY-{token}-{session}"));
                Ok(output)
            })
    })
    .expect("a server")
}

#[tokio::test]
async fn roles_are_assumed_by_our_own_sts() {
    let sts = sts();
    let config = file(
        "roles",
        "[profile base]\naws_access_key_id = BASE\naws_secret_access_key = s\n\
         [profile one]\nrole_arn = arn:aws:iam::123456789012:role/one\nsource_profile = base\nexternal_id = ext\n\
         [profile two]\nrole_arn = arn:aws:iam::123456789012:role/two\nsource_profile = one\nrole_session_name = me\n\
         [profile env]\nrole_arn = arn:aws:iam::123456789012:role/env\ncredential_source = Environment\n\
         [profile no]\nrole_arn = arn:aws:iam::123456789012:role/forbidden\nsource_profile = base\n\
         [profile round]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = trip\n\
         [profile trip]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = round\n\
         [profile half]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = base\n\
         aws_secret_access_key = s\n\
         [profile above-half]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = half\n\
         [profile mfa]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = base\nmfa_serial = m\n",
    );
    let url = sts.url();
    let vars = [
        ("AWS_CONFIG_FILE", config.as_str()),
        ("AWS_ENDPOINT_URL_STS", url.as_str()),
        ("AWS_ACCESS_KEY_ID", "ENV"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
    ];
    let by = async |profile| used(environment(&vars), Some(profile)).await;
    assert_eq!(by("one").await, is("ASSUMED-BY-KEY-ONE", "assumed"));
    let body = String::from_utf8_lossy(sts.requests()[0].body()).into_owned();
    assert!(body.contains("&ExternalId=ext") && body.contains("&RoleSessionName=awsquery-client-"), "{body}");
    let signed_by = |index: usize| crate::support::text(sts.requests()[index].headers(), "authorization");
    assert!(
        signed_by(0).contains("Credential=BASE/") && signed_by(0).contains("/us-east-1/sts/aws4_request")
    );

    assert_eq!(by("two").await, is("ASSUMED-BY-KEY-TWO", "assumed"));
    assert!(signed_by(2).contains("Credential=ASSUMED-BY-KEY-ONE/"));
    assert_eq!(by("env").await, is("ASSUMED-BY-KEY-ENV", "assumed"));
    assert!(signed_by(3).contains("Credential=ENV/"));

    let error = by("no").await.expect_err("forbidden");
    assert_eq!(
        error,
        "credentials: assumed role: AssumeRole failed: AccessDenied: not you (request id test-0005)"
    );
    let error = by("round").await.expect_err("a circle");
    assert_eq!(error, "credentials: profile: \"trip\": source_profile \"round\" leads back to it");
    let error = by("above-half").await.expect_err("half a key");
    let expected = "\"half\": expected aws_access_key_id beside aws_secret_access_key";
    assert_eq!(error, format!("credentials: profile: {expected}"));
    let error = by("mfa").await.expect_err("no code");
    assert_eq!(error, "credentials: profile: \"mfa\": mfa_serial: this client cannot ask for a code");
}

#[tokio::test]
async fn a_web_identity_is_shown_without_any_signature() {
    let sts = sts();
    let (token, url) = (file("web-identity", "JWT.JWT\n"), sts.url());
    let vars = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", token.as_str()),
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/web"),
        ("AWS_ROLE_SESSION_NAME", "pod"),
        ("AWS_ENDPOINT_URL_STS", url.as_str()),
    ];
    assert_eq!(used(environment(&vars), None).await, is("ASSUMED-BY-JWT.JWT-pod", "assumed"));
    assert!(!sts.requests()[0].headers().contains_key("authorization"));

    // It comes before a profile's keys and after its role, and not at all when a profile is named in code.
    let config = file(
        "web-config",
        &format!(
            "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n\
             [profile role]\nrole_arn = arn:aws:iam::123456789012:role/one\nsource_profile = default\n\
             [profile web]\nrole_arn = arn:aws:iam::123456789012:role/web\nweb_identity_token_file = {token}\n\
             role_session_name = mine\nsource_profile = default\nduration_seconds = 900\n\
             [profile above]\nrole_arn = arn:aws:iam::123456789012:role/above\nsource_profile = web\n\
             [profile no-role]\nweb_identity_token_file = {token}\n\
             aws_access_key_id = FILE\naws_secret_access_key = s\n\
             [profile above-no-role]\nrole_arn = arn:aws:iam::123456789012:role/above\nsource_profile = no-role\n"
        ),
    );
    let with = |vars: &[(&str, &str)], profile| {
        let more =
            [("AWS_CONFIG_FILE", config.as_str()), ("AWS_ENDPOINT_URL_STS", &url), ("AWS_PROFILE", profile)];
        environment(&[vars, &more].concat())
    };
    assert_eq!(used(with(&vars, ""), None).await, is("ASSUMED-BY-JWT.JWT-pod", "assumed"));
    assert_eq!(used(with(&vars, "role"), None).await, is("ASSUMED-BY-KEY-ONE", "assumed"));
    assert_eq!(used(with(&vars, ""), Some("default")).await, is("FILE", "none"));
    // What variables do not say, the profile may.
    assert_eq!(used(with(&[], "web"), None).await, is("ASSUMED-BY-JWT.JWT-mine", "assumed"));
    assert_eq!(used(with(&vars[2..3], "web"), None).await, is("ASSUMED-BY-JWT.JWT-pod", "assumed"));
    assert_eq!(used(with(&vars[2..3], ""), Some("web")).await, is("ASSUMED-BY-JWT.JWT-mine", "assumed"));
    // A source of other credentials besides does not count, nor how long the session is to be.
    let last = sts.requests().pop().expect("a request");
    assert!(!String::from_utf8_lossy(last.body()).contains("DurationSeconds"));
    assert_eq!(used(with(&[], "above"), None).await, is("ASSUMED-BY-KEY-ABOVE", "assumed"));
    let above = sts.requests().pop().expect("a request");
    let signed_by = crate::support::text(above.headers(), "authorization");
    assert!(signed_by.contains("Credential=ASSUMED-BY-JWT.JWT-mine/"), "{signed_by}");
    let error = used(with(&vars[..1], ""), None).await.expect_err("no role");
    let expected = "AWS_WEB_IDENTITY_TOKEN_FILE is set, but neither AWS_ROLE_ARN nor the profile's role_arn";
    assert_eq!(error, format!("credentials: web identity: {expected}"));
    // Keys of the same profile do not take its place, nor do variables where it is another one's source.
    let error = used(with(&vars, "above-no-role"), None).await.expect_err("no role");
    let expected = "\"no-role\": expected role_arn beside web_identity_token_file";
    assert_eq!(error, format!("credentials: profile: {expected}"));
}

/// Gives what it is told after a while, and counts; panics when it was told nothing.
#[derive(Debug, Default)]
struct Source {
    asked: AtomicU32,
    under_way: AtomicU32,
    next: Mutex<Option<Result<Credentials, CredentialsError>>>,
    delay: Duration,
}

impl Source {
    fn set(&self, next: Option<Result<Credentials, CredentialsError>>) {
        *self.next.lock().expect("credentials") = next;
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }

    fn under_way(&self) -> u32 {
        self.under_way.load(Ordering::SeqCst)
    }
}

/// Counts an asking as under way until it is dropped.
struct UnderWay<'a>(&'a Source);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

#[derive(Debug)]
struct Shared(Arc<Source>);

impl ProvideCredentials for Shared {
    fn provide(&self) -> BoxFuture<'_, Result<Credentials, CredentialsError>> {
        Box::pin(async {
            self.0.asked.fetch_add(1, Ordering::SeqCst);
            self.0.under_way.fetch_add(1, Ordering::SeqCst);
            let _under_way = UnderWay(&self.0);
            let next = self.0.next.lock().expect("credentials").clone();
            tokio::time::sleep(self.0.delay).await;
            next.expect("credentials")
        })
    }
}

fn until(key: &str, time: &str) -> Option<Result<Credentials, CredentialsError>> {
    let expires_at: Timestamp = time.parse().expect("a time");
    Some(Ok(Credentials::new(key, "s").with_expiry(expires_at)))
}

#[tokio::test(start_paused = true)]
async fn credentials_are_renewed_before_they_expire_and_used_on_if_that_fails() {
    let source = Arc::new(Source::default());
    let set = |next| source.set(next);
    let (client, script) = client_of(&source);
    let call = async || client.send(DescribeExportTasks::default()).await.map(drop);
    let last_key = || keys(&script).pop();

    // The pinned clock begins at 03:04:05.
    set(until("ONE", "2026-01-02T03:20:00Z"));
    call().await.expect("an answer");
    call().await.expect("an answer");
    assert_eq!(source.asked(), 1);

    set(Some(Err(CredentialsError::new("test", CredentialsErrorKind::Failed, "not now"))));
    tokio::time::advance(Duration::from_secs(11 * 60)).await;
    call().await.expect("the old ones are of use still");
    call().await.expect("and it is not asked again at once");
    assert_eq!((source.asked(), last_key().as_deref()), (2, Some("ONE")));

    set(until("TWO", "2026-01-02T09:00:00Z"));
    tokio::time::advance(Duration::from_secs(60)).await;
    call().await.expect("an answer");
    assert_eq!((source.asked(), last_key().as_deref()), (3, Some("TWO")));

    set(Some(Err(CredentialsError::new("test", CredentialsErrorKind::Failed, "gone"))));
    tokio::time::advance(Duration::from_secs(6 * 60 * 60)).await;
    let error = call().await.expect_err("expired");
    assert!(matches!(&error, Error::Credentials(error) if error.kind() == CredentialsErrorKind::Failed));
    assert_eq!(error.to_string(), "credentials: test: gone");
}

/// A client of these credentials, whose calls are all answered.
fn client_of(source: &Arc<Source>) -> (Client, Arc<Script>) {
    let script = Script::new([ok(EMPTY)]);
    let client = builder(&script).credentials(Shared(Arc::clone(source))).build().expect("a client");
    (client, script)
}

fn keys(script: &Script) -> Vec<String> {
    let key = |header: String| Some(header.split("Credential=").nth(1)?.split('/').next()?.to_owned());
    script.header("authorization").into_iter().filter_map(key).collect()
}

#[tokio::test(start_paused = true)]
async fn many_calls_ask_for_credentials_once() {
    let source = Arc::new(Source { delay: Duration::from_secs(2), ..Source::default() });
    source.set(until("ONE", "2026-01-02T09:00:00Z"));
    let (client, _) = client_of(&source);
    let call = || {
        let client = client.clone();
        tokio::spawn(async move { client.send(DescribeExportTasks::default()).await.map(drop) })
    };
    let calls = [call(), call(), call()];
    // One of those who wait goes away, and the others wait on.
    tokio::time::sleep(Duration::from_secs(1)).await;
    calls[0].abort();
    for call in calls.into_iter().skip(1) {
        call.await.expect("a task").expect("an answer");
    }
    assert_eq!(source.asked(), 1);
}

#[test]
fn many_threads_ask_for_credentials_once() {
    const ROUNDS: usize = 2000;
    let rounds: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let source = Arc::new(Source::default());
            source.set(until("ONE", "2026-01-02T09:00:00Z"));
            let (client, _) = client_of(&source);
            (source, client)
        })
        .collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let barrier = std::sync::Barrier::new(4);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (rounds, runtime, barrier) = (&rounds, &runtime, &barrier);
            scope.spawn(move || {
                for (round, (_, client)) in rounds.iter().enumerate() {
                    barrier.wait();
                    // Some come while others are at it, and some just when those have ended.
                    for _ in 0..(round * thread) % 997 * 8 {
                        std::hint::spin_loop();
                    }
                    let url = "https://mydb:3306/".parse().expect("a URL");
                    let signed = client.presign(&url, "rds-db", Duration::from_secs(900));
                    runtime.block_on(signed).expect("a URL");
                }
            });
        }
    });
    for (round, (source, _)) in rounds.iter().enumerate() {
        assert_eq!(source.asked(), 1, "round {round}");
    }
}

/// Begins a call in a runtime of its own, and gives both: the call has asked for credentials, and is not looked at again.
fn begun(client: &Client) -> (tokio::runtime::Runtime, BoxFuture<'static, ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let client = client.clone();
    let mut call: BoxFuture<'static, ()> =
        Box::pin(async move { drop(client.send(DescribeExportTasks::default()).await) });
    runtime.block_on(poll_fn(|context| {
        assert!(call.as_mut().poll(context).is_pending());
        Poll::Ready(())
    }));
    (runtime, call)
}

#[tokio::test]
async fn a_runtime_that_is_shut_down_takes_no_other_s_credentials_along() {
    for is_down_before in [true, false] {
        let source = Arc::new(Source { delay: Duration::from_millis(200), ..Source::default() });
        source.set(until("ONE", "2026-01-02T09:00:00Z"));
        let (client, script) = client_of(&source);
        let other = client.clone();
        let (runtime, idle) = std::thread::spawn(move || begun(&other)).join().expect("a thread");
        if is_down_before {
            runtime.shutdown_background();
            client.send(DescribeExportTasks::default()).await.expect("an answer");
        } else {
            let joined = client.send(DescribeExportTasks::default());
            let shut_down = async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                runtime.shutdown_background();
            };
            let (answered, ()) = tokio::join!(joined, shut_down);
            answered.expect("an answer");
        }
        assert_eq!((source.asked(), keys(&script)), (2, vec!["ONE".to_owned()]), "{is_down_before}");
        drop(idle);
    }
}

/// The runtime of the call that asked first is not run again: neither its timers nor its sockets go on.
#[tokio::test]
async fn a_call_does_not_wait_for_a_refresh_of_a_runtime_that_does_not_run() {
    let source = Arc::new(Source { delay: Duration::from_millis(100), ..Source::default() });
    source.set(until("ONE", "2026-01-02T09:00:00Z"));
    let (client, script) = client_of(&source);
    let other = client.clone();
    let (runtime, idle) = std::thread::spawn(move || begun(&other)).join().expect("a thread");
    let call = client.send(DescribeExportTasks::default());
    tokio::time::timeout(Duration::from_secs(5), call).await.expect("in time").expect("a response");
    assert_eq!((source.asked(), keys(&script)), (2, vec!["ONE".to_owned()]));
    // What came of it serves later calls on any runtime.
    client.send(DescribeExportTasks::default()).await.expect("a response");
    assert_eq!(source.asked(), 2);
    drop(idle);
    runtime.shutdown_background();
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_leaves_nothing_of_its_asking_behind() {
    let source = Arc::new(Source { delay: Duration::from_secs(2), ..Source::default() });
    source.set(until("ONE", "2026-01-02T09:00:00Z"));
    let (client, _) = client_of(&source);
    let first = tokio::time::timeout(Duration::from_secs(1), client.send(DescribeExportTasks::default()));
    assert!(first.await.is_err());
    assert_eq!((source.asked(), source.under_way()), (1, 0));
    client.send(DescribeExportTasks::default()).await.expect("an answer");
    assert_eq!((source.asked(), source.under_way()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn what_a_call_began_and_did_not_go_on_with_is_not_taken_for_news() {
    let timed_out = CredentialsError::new("test", CredentialsErrorKind::Failed, "the attempt timed out");
    // It has run out of time, or has aged: the pinned clock begins at 03:04:05.
    for found in [Some(Err(timed_out)), until("ONE", "2026-01-02T03:10:00Z")] {
        let source = Arc::new(Source { delay: Duration::from_secs(30), ..Source::default() });
        source.set(found);
        let (client, script) = client_of(&source);
        let mut idle = Box::pin(client.send(DescribeExportTasks::default()));
        assert!(poll_fn(|context| Poll::Ready(idle.as_mut().poll(context).is_pending())).await);
        tokio::time::advance(Duration::from_secs(120)).await;
        source.set(until("TWO", "2026-01-02T09:00:00Z"));
        client.send(DescribeExportTasks::default()).await.expect("an answer");
        assert_eq!((source.asked(), keys(&script)), (2, vec!["TWO".to_owned()]));
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_panics_fails_its_own_asking_only() {
    let source = Arc::new(Source { delay: Duration::from_secs(1), ..Source::default() });
    let (client, _) = client_of(&source);
    let call = || client.send(DescribeExportTasks::default());
    let (one, two) = tokio::join!(call(), call());
    for failed in [one, two] {
        assert_eq!(failed.expect_err("no credentials").to_string(), "credentials: provider: it panicked");
    }
    source.set(until("ONE", "2026-01-02T09:00:00Z"));
    call().await.expect("an answer");
}

#[tokio::test(start_paused = true)]
async fn stale_credentials_are_not_asked_for_again_at_once_however_they_came() {
    // The pinned clock begins at 03:04:05.
    for expiry in ["2026-01-02T03:08:00Z", "2026-01-02T03:00:00Z"] {
        let source = Arc::new(Source::default());
        source.set(until("ONE", expiry));
        let (client, _) = client_of(&source);
        let call = || client.send(DescribeExportTasks::default());
        for _ in 0..3 {
            call().await.expect("an answer");
        }
        assert_eq!(source.asked(), 1, "{expiry}");
        tokio::time::advance(Duration::from_secs(30)).await;
        call().await.expect("an answer");
        assert_eq!(source.asked(), 2, "{expiry}");
    }
}

/// Any endpoint that is called may say so, and those of a provider are none of its business: STS's are in `clocks`.
#[tokio::test(start_paused = true)]
async fn credentials_of_a_provider_expire_by_the_local_clock() {
    // An hour from the pinned clock, and long ago or a day later by the endpoint's.
    for date in ["Sat, 03 Jan 2026 03:04:05 GMT", "Thu, 01 Jan 2026 03:04:05 GMT"] {
        let source = Arc::new(Source::default());
        source.set(until("ONE", "2026-01-02T04:04:05Z"));
        let skewed = crate::support::error(403, "SignatureDoesNotMatch").header("date", date);
        let script = Script::new([skewed, ok(EMPTY)]);
        let client = builder(&script).credentials(Shared(Arc::clone(&source))).build().expect("a client");
        let call = async || client.send(DescribeExportTasks::default()).await.expect("an answer");
        call().await;
        source.set(until("TWO", "2026-01-03T09:00:00Z"));
        tokio::time::advance(Duration::from_secs(54 * 60)).await;
        call().await;
        tokio::time::advance(Duration::from_secs(2 * 60)).await;
        call().await;
        assert_eq!(keys(&script), ["ONE", "ONE", "ONE", "TWO"], "{date}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_has_so_long_and_no_longer() {
    let source = Arc::new(Source { delay: Duration::from_secs(3600), ..Source::default() });
    let (client, script) = client_of(&source);
    let start = tokio::time::Instant::now();
    let error = client.send(DescribeExportTasks::default()).await.expect_err("no credentials");
    assert_eq!(error.to_string(), "credentials: provider: timed out after 60 s");
    assert_eq!(start.elapsed().as_secs(), 60);

    let hasty = builder(&script).credentials(Shared(source)).credentials_timeout(Duration::from_secs(2));
    let hasty = hasty.timeout(Duration::from_secs(1)).build().expect("a client");
    let start = tokio::time::Instant::now();
    let error = hasty.call(DescribeExportTasks::default()).timeout(Duration::from_secs(9)).send().await;
    assert!(matches!(error, Err(Error::Credentials(_))), "{error:?}");
    assert_eq!(start.elapsed().as_secs(), 2);

    let error = hasty.send(DescribeExportTasks::default()).await.expect_err("no time").to_string();
    assert_eq!(error, "timed out after 1 s while obtaining credentials (attempt 1)");

    let start = tokio::time::Instant::now();
    let error = hasty.call(DescribeExportTasks::default()).presign(Duration::from_secs(60)).await;
    assert!(matches!(error, Err(Error::DeadlineExceeded(_))), "{error:?}");
    let url = "https://mydb:3306/".parse().expect("a URL");
    let error = hasty.presign(&url, "rds-db", Duration::from_secs(900)).await;
    assert!(matches!(error, Err(PresignError::DeadlineExceeded(_))), "{error:?}");
    assert_eq!(start.elapsed().as_secs(), 2);
}
