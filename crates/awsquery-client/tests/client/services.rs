//! Clients for several services: what they share, and which endpoint each has.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use awsquery_client::awsquery::Service;
use awsquery_client::awsquery::endpoint::{Endpoints, Rule, SignatureVersion};
use awsquery_client::awsquery::error::{ErrorShape, ServiceErrorKind};
use awsquery_client::credentials::{Credentials, CredentialsError, ProvideCredentials};
use awsquery_client::{BoxFuture, ConfigError, Environment};
use rds_protocol::operations::DescribeExportTasks;
use sts_protocol::Sts;
use sts_protocol::operations::AssumeRole;

use crate::support::{Client, EMPTY, Script, builder, ok};

const ASSUMED: &str = "<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum NoError {}

impl ServiceErrorKind for NoError {
    const SHAPES: &'static [(Self, ErrorShape)] = &[];
}

/// A service whose name has blanks.
struct AutoScaling;

impl Service for AutoScaling {
    type Error = NoError;
    const SDK_ID: &'static str = "Auto Scaling";
    const API_VERSION: &'static str = "2011-01-01";
    const SIGNING_NAME: &'static str = "autoscaling";
    const ENDPOINT_PREFIX: &'static str = "autoscaling";
    const XML_NAMESPACE: &'static str = "";
    const ENDPOINTS: Endpoints = Endpoints::plain(&[Rule::host("autoscaling.{region}.{suffix}")]);
}

/// A service of old, which takes other signatures.
struct SimpleDb;

impl Service for SimpleDb {
    type Error = NoError;
    const SDK_ID: &'static str = "SimpleDB";
    const API_VERSION: &'static str = "2009-04-15";
    const SIGNING_NAME: &'static str = "sdb";
    const ENDPOINT_PREFIX: &'static str = "sdb";
    const XML_NAMESPACE: &'static str = "";
    const SIGNATURE_VERSION: SignatureVersion = SignatureVersion::V2;
}

/// Counts how often it is asked.
#[derive(Clone, Debug, Default)]
struct Counted(Arc<AtomicUsize>);

impl ProvideCredentials for Counted {
    fn provide(&self) -> BoxFuture<'_, Result<Credentials, CredentialsError>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Ok(Credentials::new("AKIDEXAMPLE", "secret")) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_for_another_service_shares_all_but_the_endpoint() {
    let (script, counted) = (Script::new([ok(EMPTY), ok(ASSUMED)]), Counted::default());
    let rds =
        builder(&script).credentials(counted.clone()).region("eu-west-1").endpoint_url("http://rds.test");
    let rds = rds.build().expect("a client");
    let sts: awsquery_client::Client<Sts> = rds.for_service().expect("a client");
    assert_eq!(sts.region(), rds.region());
    rds.send(DescribeExportTasks::default()).await.expect("a response");
    sts.send(AssumeRole::new("arn:aws:iam::123456789012:role/one", "me")).await.expect("a response");
    assert_eq!(counted.0.load(Ordering::Relaxed), 1, "the credentials are the same");
    let [first, second] = &script.requests()[..] else { panic!("expected two requests") };
    assert_eq!(first.uri(), "http://rds.test/");
    assert_eq!(second.uri(), "https://sts.eu-west-1.amazonaws.com/");
    let authorization = second.headers()["authorization"].to_str().expect("text");
    assert!(authorization.contains("/eu-west-1/sts/aws4_request"), "{authorization}");
}

#[test]
fn end_3_a_service_s_configured_endpoint_goes_by_its_name_among_the_sdks() {
    let own = ("AWS_ENDPOINT_URL_AUTO_SCALING", "http://scaling.test");
    let all = ("AWS_ENDPOINT_URL", "http://all.test");
    for (vars, scaling, rds) in [
        (vec![own], "Some(\"http://scaling.test\")", "None"),
        (vec![own, all], "Some(\"http://scaling.test\")", "Some(\"http://all.test\")"),
        (vec![all], "Some(\"http://all.test\")", "Some(\"http://all.test\")"),
    ] {
        let environment = Environment::from_vars(vars.clone());
        let client = builder(&Script::new([])).environment(environment).build().expect("a client");
        let other = client.for_service::<AutoScaling>().expect("a client");
        assert!(format!("{client:?}").contains(&format!("endpoint_url: {rds}")), "{vars:?}: {client:?}");
        assert!(format!("{other:?}").contains(&format!("endpoint_url: {scaling}")), "{vars:?}: {other:?}");
    }
}

#[test]
fn end_3_an_endpoint_that_is_configured_for_another_service_and_invalid_is_an_error() {
    let environment = Environment::from_vars([("AWS_ENDPOINT_URL_AUTO_SCALING", "ftp://scaling.test")]);
    let client = builder(&Script::new([])).environment(environment).build().expect("a client");
    let error = client.for_service::<AutoScaling>().expect_err("no endpoint");
    assert!(matches!(error, ConfigError::Endpoint(_)), "{error}");
}

#[test]
fn sig_1_no_client_is_made_for_a_service_that_takes_signatures_of_version_2() {
    let client = Client::builder().region("us-east-1").credentials(Credentials::new("AKIDEXAMPLE", "secret"));
    let client = client.http_client(Script::new([])).clock(crate::support::PinnedClock::new());
    let error = client.build().expect("a client").for_service::<SimpleDb>().expect_err("version 2");
    assert!(matches!(error, ConfigError::SignatureVersion { service: "SimpleDB" }), "{error}");
    let error =
        awsquery_client::Client::<SimpleDb>::builder().region("us-east-1").build().expect_err("version 2");
    assert!(error.to_string().starts_with("SimpleDB takes signatures of version 2 only"), "{error}");
}
