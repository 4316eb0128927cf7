//! Clocks that are off: what an endpoint says of time counts for that endpoint, within a day, and for nothing that others
//! could use without TLS.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use awsquery_client::Environment;
use awsquery_client::http::{HttpClient, from_fn};
use rds_protocol::operations::{CopyDBSnapshot, DescribeExportTasks};

use crate::secrets::record;
use crate::support::{Client, EMPTY, Reply, Script, builder, client, error, ok, text};

const COPIED: &str = "<CopyDBSnapshotResponse><CopyDBSnapshotResult/></CopyDBSnapshotResponse>";
/// Days after the pinned clock's 2026-01-02T03:04:05Z.
const HOUR_AHEAD: &str = "Fri, 02 Jan 2026 04:04:05 GMT";
const DAY_AHEAD: &str = "Sat, 03 Jan 2026 03:04:05 GMT";
const DAY_BEHIND: &str = "Thu, 01 Jan 2026 03:04:05 GMT";

fn skewed(date: &str) -> Reply {
    error(403, "RequestTimeTooSkewed").header("date", date)
}

fn list() -> DescribeExportTasks {
    DescribeExportTasks::default()
}

/// The value of `X-Amz-Date` in a URL.
fn date_of(url: &str) -> String {
    let (_, rest) = url.split_once("X-Amz-Date=").expect("a date");
    rest.split('&').next().expect("a date").to_owned()
}

async fn presigned(client: &Client) -> String {
    let url = client.call(list()).presign(Duration::from_secs(60)).await.expect("a URL");
    date_of(url.as_str())
}

async fn token(client: &Client) -> String {
    let url = "https://mydb:3306/?Action=connect&DBUser=jane".parse().expect("a URL");
    let url = client.presign(&url, "rds-db", Duration::from_secs(900)).await.expect("a URL");
    date_of(url.as_str())
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_s_clock_is_not_another_s() {
    let script = Script::new([skewed(HOUR_AHEAD), ok(EMPTY)]);
    let client = client(&script);
    let other = || client.call(list()).endpoint_url("http://127.0.0.1:5000");
    other().send().await.expect("an answer");
    client.send(list()).await.expect("an answer");
    other().send().await.expect("an answer");
    // The port and the scheme are parts of an endpoint, the path is not.
    for url in ["http://127.0.0.1:5001", "https://127.0.0.1:5000", "http://127.0.0.1:5000/path"] {
        client.call(list()).endpoint_url(url).send().await.expect("an answer");
    }
    assert_eq!(
        script.header("x-amz-date"),
        [
            "20260102T030405Z",
            "20260102T040405Z",
            "20260102T030405Z",
            "20260102T040405Z",
            "20260102T030405Z",
            "20260102T030405Z",
            "20260102T040405Z",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_off_by_more_than_a_day_is_not_believed() {
    for date in
        ["Fri, 01 Jan 2055 00:00:00 GMT", "Sat, 03 Jan 2026 03:05:06 GMT", "Thu, 01 Jan 2026 03:03:04 GMT"]
    {
        let (recorder, _guard) = record();
        let script = Script::new([skewed(date), ok(EMPTY)]);
        let client = client(&script);
        let refused = client.send(list()).await.expect_err("refused");
        assert_eq!(refused.code(), Some("RequestTimeTooSkewed"), "{date}");
        assert_eq!(script.requests().len(), 1, "the same request once more would be refused again");
        client.send(list()).await.expect("an answer");
        assert_eq!(script.header("x-amz-date"), ["20260102T030405Z"; 2], "{date}");
        assert_eq!(presigned(&client).await, "20260102T030405Z");
        let record = recorder.text();
        assert!(record.contains("WARN") && record.contains("ignored"), "{record}");
        assert!(record.contains("endpoint=https://rds.us-east-1.amazonaws.com:443"), "{record}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_correction_of_a_day_is_taken_in_both_directions_and_warned_of() {
    for (date, then) in [(DAY_AHEAD, "20260103T030405Z"), (DAY_BEHIND, "20260101T030405Z")] {
        let (recorder, _guard) = record();
        let script = Script::new([skewed(date), ok(EMPTY)]);
        let client = client(&script);
        client.send(list()).await.expect("an answer");
        assert_eq!(script.header("x-amz-date")[1], then);
        let record = recorder.text();
        assert!(record.contains("WARN") && record.contains("the local clock is off"), "{record}");
        assert!(record.contains("endpoint=https://rds.us-east-1.amazonaws.com:443"), "{record}");
    }
}

/// Steps of less than a day add up to no more than a day.
#[tokio::test(start_paused = true)]
async fn corrections_do_not_add_up_to_more_than_a_day() {
    let script =
        Script::new([skewed(DAY_AHEAD), ok(EMPTY), skewed("Sun, 04 Jan 2026 03:04:05 GMT"), ok(EMPTY)]);
    let client = client(&script);
    client.send(list()).await.expect("an answer");
    client.send(list()).await.expect_err("refused");
    client.send(list()).await.expect("an answer");
    assert_eq!(script.header("x-amz-date")[1..], ["20260103T030405Z"; 3]);
}

#[tokio::test(start_paused = true)]
async fn without_tls_no_answer_dates_what_others_can_use() {
    for url in ["http://rds.example.com", "http://127.0.0.1:5000", "http://localhost"] {
        let script = Script::new([skewed(DAY_AHEAD), ok(EMPTY)]);
        let client = builder(&script).endpoint_url(url).build().expect("a client");
        client.send(list()).await.expect("an answer");
        client.send(list()).await.expect("an answer");
        // The endpoint's own calls go by its clock.
        assert_eq!(script.header("x-amz-date")[1..], ["20260103T030405Z"; 2]);
        assert_eq!(presigned(&client).await, "20260102T030405Z");
        assert_eq!(token(&client).await, "20260102T030405Z");
    }
}

#[tokio::test(start_paused = true)]
async fn a_url_goes_by_the_clock_of_its_own_endpoint_over_tls() {
    let script = Script::new([skewed(DAY_AHEAD), ok(EMPTY)]);
    let client = client(&script);
    client.send(list()).await.expect("an answer");
    assert_eq!(presigned(&client).await, "20260103T030405Z");
    let elsewhere = client.call(list()).region("us-west-2").presign(Duration::from_secs(60)).await;
    assert_eq!(date_of(elsewhere.expect("a URL").as_str()), "20260102T030405Z");
}

#[tokio::test(start_paused = true)]
async fn a_token_goes_by_the_clock_of_rds_in_its_region_and_of_no_custom_endpoint() {
    let script = Script::new([skewed(DAY_AHEAD), ok(EMPTY)]);
    let client = client(&script);
    client.send(list()).await.expect("an answer");
    assert_eq!(token(&client).await, "20260103T030405Z");

    let script = Script::new([skewed(DAY_AHEAD), ok(EMPTY)]);
    let custom = builder(&script).endpoint_url("https://rds.example.com").build().expect("a client");
    custom.send(list()).await.expect("an answer");
    assert_eq!(presigned(&custom).await, "20260103T030405Z");
    assert_eq!(token(&custom).await, "20260102T030405Z");
}

/// The date of the URL in a request that copies from another region.
fn source_date(request: &http::Request<bytes::Bytes>) -> String {
    let body = String::from_utf8_lossy(request.body()).into_owned();
    let (_, url) = body.split_once("PreSignedUrl=").expect("a URL");
    let url = percent_encoding::percent_decode_str(url).decode_utf8().expect("text");
    date_of(&url)
}

#[tokio::test(start_paused = true)]
async fn a_copy_s_url_goes_by_the_source_region_s_clock_else_by_the_called_one_s() {
    let answers = [skewed(DAY_AHEAD), ok(COPIED), skewed(HOUR_AHEAD), ok(EMPTY), ok(COPIED)];
    let script = Script::new(answers);
    let client = client(&script);
    let copy = || client.send(CopyDBSnapshot::new("a", "b").source_region("us-west-2"));
    copy().await.expect("an answer");
    client.call(list()).region("us-west-2").send().await.expect("an answer");
    copy().await.expect("an answer");
    let requests = script.requests();
    let dates = [0, 1, 4].map(|index: usize| source_date(&requests[index]));
    assert_eq!(dates, ["20260102T030405Z", "20260103T030405Z", "20260102T040405Z"]);
    assert_eq!(script.header("x-amz-date")[4], "20260103T030405Z");
}

#[tokio::test(start_paused = true)]
async fn a_copy_s_url_is_not_dated_by_an_answer_without_tls() {
    let script = Script::new([skewed(DAY_AHEAD), ok(COPIED)]);
    let client = builder(&script).endpoint_url("http://127.0.0.1:5000").build().expect("a client");
    client.send(CopyDBSnapshot::new("a", "b").source_region("us-west-2")).await.expect("an answer");
    assert_eq!(source_date(&script.requests()[1]), "20260102T030405Z");
    assert_eq!(script.header("x-amz-date")[1], "20260103T030405Z");
}

type Counts = Arc<Mutex<BTreeMap<String, u32>>>;

/// Answers each endpoint's first request with a refusal, and counts them.
fn refuses_once() -> (Arc<dyn HttpClient>, Counts) {
    let seen = Arc::new(Mutex::new(BTreeMap::new()));
    let counts = Arc::clone(&seen);
    let http = from_fn(move |request, _| {
        let endpoint = request.uri().to_string();
        let is_off = text(request.headers(), "x-amz-date").starts_with("20260102T03");
        *counts.lock().expect("counts").entry(endpoint).or_default() += 1;
        let reply = if is_off { skewed(HOUR_AHEAD) } else { ok(EMPTY) };
        async move {
            let Reply::Answer(answer) = reply else { unreachable!("an answer") };
            Ok(answer)
        }
    });
    (http, seen)
}

#[tokio::test(start_paused = true)]
async fn the_clocks_of_so_many_endpoints_are_kept_and_no_more() {
    let (http, seen) = refuses_once();
    let client = builder(&Script::new([])).http_client(http).build().expect("a client");
    let call = async |port: u16| {
        let call = client.call(list()).endpoint_url(format!("http://127.0.0.1:{port}"));
        call.send().await.expect("an answer");
    };
    for port in 1..=65 {
        call(port).await;
    }
    // The last 64 are known, the first one is not any more.
    for port in 2..=65 {
        call(port).await;
    }
    call(1).await;
    let counts: Vec<u32> =
        (1..=65).map(|port| seen.lock().expect("counts")[&format!("http://127.0.0.1:{port}/")]).collect();
    assert_eq!((counts[0], &counts[1..]), (4, &[3; 64][..]));
}

fn assumed(expiration: &str) -> Reply {
    ok(&format!(
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>TEMP</AccessKeyId>\
         <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
         <Expiration>{expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    ))
}

/// Returns the number of times that a role is assumed in so many calls, a minute apart.
async fn assumptions(sts: Option<&str>, replies: Vec<Reply>, calls: u32) -> usize {
    let name = format!("clock-{}", sts.map_or("none", |url| &url[..5]).replace(':', "-"));
    let config = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let text = "[profile base]\naws_access_key_id = B\naws_secret_access_key = s\n\
        [profile role]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = base\n";
    std::fs::write(&config, text).expect("a file");
    let mut vars = vec![("AWS_CONFIG_FILE", config.to_str().expect("a path")), ("AWS_PROFILE", "role")];
    vars.extend(sts.map(|url| ("AWS_ENDPOINT_URL_STS", url)));
    let script = Script::new(replies);
    let client = Client::builder()
        .region("us-east-1")
        .environment(Environment::from_vars(vars))
        .http_client(Arc::clone(&script) as Arc<dyn HttpClient>)
        .clock(crate::support::PinnedClock::new())
        .random(crate::support::Middle)
        .build()
        .expect("a client");
    for _ in 0..calls {
        client.send(list()).await.expect("an answer");
        tokio::time::advance(Duration::from_secs(60)).await;
    }
    script.bodies().iter().filter(|body| body.contains("AssumeRole")).count()
}

#[tokio::test(start_paused = true)]
async fn credentials_expire_by_the_clock_of_the_endpoint_that_issued_them_over_tls_alone() {
    // By STS's clock, a day ahead of ours, these are of use for an hour, and renewed after 55 minutes.
    let expiration = "2026-01-03T04:04:05Z";
    let replies = || {
        let mut replies = vec![skewed(DAY_AHEAD), assumed(expiration)];
        replies.extend(vec![ok(EMPTY); 55]);
        replies.push(assumed("2026-01-04T04:04:05Z"));
        replies.push(ok(EMPTY));
        replies
    };
    assert_eq!(assumptions(None, replies(), 57).await, 3);
    // Without TLS they are of use for a day and an hour by our own clock.
    assert_eq!(assumptions(Some("http://127.0.0.1:5000"), replies(), 55).await, 2);
}
