//! The vectors: AWS's own suite, and those of RDS's requests, which botocore and an independent implementation gave.

use std::time::Duration;

use awsquery::Timestamp;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, Request};

use super::*;

const SUITE: &str = include_str!("aws4_suite.txt");

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

struct Case<'a> {
    name: &'a str,
    method: &'a str,
    path: &'a str,
    query: &'a str,
    headers: HeaderMap,
    body: &'a str,
    signature: &'a str,
}

impl<'a> Case<'a> {
    fn parse(text: &'a str) -> Self {
        let (name, rest) = text.split_once('\n').expect("a name");
        let (request, signature) = rest.split_once("\n=> ").expect("a signature");
        let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
        let (line, fields) = head.split_once('\n').expect("headers");
        let (method, target) = line.split_once(' ').expect("a method");
        let target = target.strip_suffix(" HTTP/1.1").expect("a version");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (method, signature) = (method.trim(), signature.trim());
        Self { name, method, path, query, headers: headers(fields), body, signature }
    }
}

/// A line that begins with blanks goes on with the one before, as HTTP once had it.
fn headers(fields: &str) -> HeaderMap {
    let unfolded = fields.replace("\n ", " ");
    let mut headers = HeaderMap::new();
    for line in unfolded.lines().filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').expect("a header");
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        headers.append(name, HeaderValue::from_str(value.trim()).expect("a value"));
    }
    headers
}

#[test]
fn sig_1_the_suite_of_aws() {
    let cases: Vec<_> = SUITE.split("\n## ").skip(1).map(Case::parse).collect();
    assert_eq!(cases.len(), 34);
    let scope = Scope { region: "us-east-1", service: "service", time: time("2015-08-30T12:36:00Z") };
    for case in cases {
        let hash = hash(case.body.as_bytes());
        let canonical = CanonicalRequest::new(case.method, case.path, case.query, &case.headers, &hash);
        let signature = scope.sign(&canonical, &credentials());
        assert_eq!(signature, case.signature, "{}\n{canonical}", case.name);
    }
}

const BODY: &str = "Action=DescribeExportTasks&Version=2014-10-31&ExportTaskIdentifier=t1";
const LONG_BODY: &str = "Action=DescribeExportTasks&Version=2014-10-31&Filters.Filter.1.Name=status\
    &Filters.Filter.1.Values.Value.1=complete&Filters.Filter.1.Values.Value.2=in_progress&MaxRecords=20";
const PLAIN: &str = "application/x-www-form-urlencoded";
const WITH_CHARSET: &str = "application/x-www-form-urlencoded; charset=utf-8";

fn at() -> Scope<'static> {
    Scope { region: "us-east-1", service: "rds", time: time("2026-01-02T03:04:05Z") }
}

fn request(content_type: &'static str, body: String) -> Request<String> {
    let mut request = Request::new(body);
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = "https://rds.us-east-1.amazonaws.com/".parse().expect("a URI");
    request.headers_mut().insert("content-type", HeaderValue::from_static(content_type));
    request
}

#[test]
fn sig_6_requests_of_rds() {
    let with_token = credentials().with_session_token("SESSTOK");
    let plus = format!("{LONG_BODY}&Marker=a+b%2F%2B%3D");
    let percent = format!("{LONG_BODY}&Marker=a%20b%2F%2B%3D");
    let cases = [
        (
            WITH_CHARSET,
            BODY,
            credentials(),
            "57da2675fedde1be638aa8eb358c6eae4bed87bf4a1e8731a40bb1ec87e631ca",
        ),
        (
            WITH_CHARSET,
            &plus,
            credentials(),
            "464910da746b1d4716d5abf6df8cbc69a89dfdb4feda95bc745ddc80f9797774",
        ),
        (
            WITH_CHARSET,
            &plus,
            with_token.clone(),
            "6c230e735af6baee5e841eef452898460fe59721aae8741a622b7faeb1db03ca",
        ),
        (PLAIN, BODY, credentials(), "61c48e195b730e6a485be95e195505e0e8bfb8bf7651531a046519753c509b2e"),
        (PLAIN, &percent, credentials(), "20d6279d2e13fe4ccb3985d51969227e2ddde6fbf23ec917d2388a448a0d71df"),
        (PLAIN, &percent, with_token, "d9d021c85a892e2c76c4a77235a2a1bb1cef412b0403d3c01870bfb357a87262"),
    ];
    for (content_type, body, credentials, signature) in cases {
        let mut request = request(content_type, body.to_owned());
        sign(&mut request, &credentials, at()).expect("signed");
        let token = if credentials.session_token().is_some() { ";x-amz-security-token" } else { "" };
        let expected = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/rds/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date{token}, Signature={signature}"
        );
        assert_eq!(request.headers()[AUTHORIZATION], *expected);
    }
}

#[test]
fn sig_7_signing_again_replaces_the_signature() {
    let mut twice = request(PLAIN, BODY.into());
    let earlier = Scope { time: time("2026-01-02T03:00:00Z"), ..at() };
    sign(&mut twice, &credentials().with_session_token("old"), earlier).expect("signed");
    sign(&mut twice, &credentials(), at()).expect("signed");
    let mut once = request(PLAIN, BODY.into());
    sign(&mut once, &credentials(), at()).expect("signed");
    assert_eq!(twice.headers(), once.headers());
    assert!(twice.headers()[AUTHORIZATION].is_sensitive());
}

#[test]
fn sig_3_the_host_is_in_lower_case_and_has_a_port_of_its_own_only() {
    let host = |url: &str| host_of(&url.parse().expect("a URL"));
    assert_eq!(host("https://RDS.Example.com:443/"), Ok("rds.example.com".into()));
    assert_eq!(host("http://localhost:80/"), Ok("localhost".into()));
    assert_eq!(host("http://user:secret@[::1]:5000/"), Ok("[::1]:5000".into()));
    assert_eq!(host("/path"), Err(SigningError::NoHost));
}

#[test]
fn a_presigned_url_leads_where_the_url_did_and_has_no_password() {
    let url = "https://user:secret@RDS.Example.com:443/p".parse().expect("a URL");
    let presigned = presign(&url, &credentials(), at(), Duration::from_secs(60)).expect("signed");
    assert!(presigned.starts_with("https://RDS.Example.com:443/p?X-Amz-Algorithm="), "{presigned}");
}

#[test]
fn a_presigned_url_has_the_parameters_of_one_signature() {
    let presigned = |url: &str| {
        let url = url.parse().expect("a URL");
        let credentials = credentials().with_session_token("token");
        presign(&url, &credentials, at(), Duration::from_secs(60)).expect("signed")
    };
    let plain = presigned("https://h/p?Action=X&b=%2B&a=1&a=2");
    for url in [
        "https://h/p?X-Amz-Expires=604800&X-Amz-Signature=0&Action=X&b=%2B&a=1&a=2",
        "https://h/p?Action=X&x-amz-expires=604800&b=%2B&a=1&X-AMZ-SIGNATURE=0&a=2&X-Amz-Credential",
        "https://h/p?Action=X&%58%2Damz%2dExpires=604800&b=%2B&a=1&a=2&X-Amz-Security-Token=t&X-Amz-Date=1",
    ] {
        assert_eq!(presigned(url), plain, "{url}");
    }
    assert_eq!(presigned(&plain), plain);
    assert!(plain.starts_with("https://h/p?Action=X&b=%2B&a=1&a=2&X-Amz-Algorithm="), "{plain}");
    for name in ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Security-Token", "Signature"]
    {
        assert_eq!(plain.matches(&format!("X-Amz-{name}=")).count(), 1, "{plain}");
    }
    assert!(presigned("https://h/p?X-Amz-Date=1").starts_with("https://h/p?X-Amz-Algorithm="));
}

#[test]
fn a_signed_request_has_one_signature_and_one_host() {
    let signed = |url: &str, twice: &[(&'static str, &'static str)]| {
        let mut request = request(PLAIN, BODY.into());
        *request.uri_mut() = url.parse().expect("a URL");
        request.headers_mut().remove(HOST);
        for (name, value) in twice {
            request.headers_mut().append(*name, HeaderValue::from_static(value));
        }
        sign(&mut request, &credentials(), at()).expect("signed");
        request
    };
    let plain = signed("https://h/?a=1", &[]);
    let earlier = [
        ("authorization", "Bearer x"),
        ("authorization", "AWS4-HMAC-SHA256 x"),
        ("x-amz-date", "20200101T000000Z"),
        ("x-amz-date", "20200101T000001Z"),
        ("x-amz-security-token", "t"),
        ("host", "elsewhere"),
        ("host", "nowhere"),
    ];
    let replaced = signed("https://h/?X-Amz-Signature=0&a=1&x-amz-expires=9", &earlier);
    assert_eq!(replaced.headers(), plain.headers());
    assert_eq!(replaced.uri(), plain.uri());
    assert_eq!(signed("https://h/?X-Amz-Signature=0", &[]).uri(), "https://h/");
}

#[test]
fn a_port_that_is_none_is_not_left_out() {
    for url in ["http://h:99999/p", "https://h:+80/"] {
        let url: Uri = url.parse().expect("a URL");
        let presigned = presign(&url, &credentials().with_session_token("t"), at(), Duration::from_secs(60));
        assert_eq!(presigned, Err(SigningError::Port), "{url}");
        let mut request = request(PLAIN, BODY.into());
        *request.uri_mut() = url;
        assert_eq!(sign(&mut request, &credentials(), at()), Err(SigningError::Port));
    }
    assert_eq!(SigningError::Port.to_string(), "expected a port of at most 65535, found another one");
}

#[test]
fn a_url_holds_at_most_a_week() {
    let url = "https://rds.us-east-1.amazonaws.com/?Action=X".parse().expect("a URL");
    for seconds in [0, 604_801] {
        let found = Duration::from_secs(seconds);
        assert_eq!(presign(&url, &credentials(), at(), found), Err(SigningError::Expiry { found }));
    }
    let error = SigningError::Expiry { found: Duration::ZERO }.to_string();
    assert_eq!(error, "expected a time to expire from 1 to 604800 s, found 0 s");
}

#[test]
fn what_no_header_can_carry_is_told_and_not_shown() {
    let mut request = request(PLAIN, BODY.into());
    let credentials = credentials().with_session_token("line\nbreak");
    let error = sign(&mut request, &credentials, at()).expect_err("a line break");
    assert_eq!(error.to_string(), "session token: expected what a header can carry, found other characters");
}
