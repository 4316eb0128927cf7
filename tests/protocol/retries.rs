//! Retries as a pure policy (PROTOCOL 4.6, 7).

use std::time::Duration;

use awsquery::http::{HeaderMap, StatusCode};
use awsquery::retry::{FailedAttempt, Retries, RetryKind, RetryPolicy, TokenBucket};
use awsquery::{Error, Operation, ServiceError, SignedDuration, Timestamp};
use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksError};

const TRANSIENT: Option<RetryKind> = Some(RetryKind::Transient);

fn delays(policy: RetryPolicy, failure: &FailedAttempt, jitter: f64) -> Vec<u128> {
    let (mut retries, mut bucket) = (Retries::new(policy), TokenBucket::new(u32::MAX));
    std::iter::from_fn(|| retries.after(failure, &mut bucket, jitter))
        .map(|delay| delay.as_millis())
        .collect()
}

#[test]
fn ret_1_three_attempts_in_all() {
    assert_eq!(delays(RetryPolicy::STANDARD, &FailedAttempt::transport(), 1.0), [1000, 2000]);
    assert_eq!(delays(RetryPolicy::STANDARD.max_attempts(1), &FailedAttempt::transport(), 1.0), [0; 0]);
    assert_eq!(delays(RetryPolicy::STANDARD.max_attempts(0), &FailedAttempt::transport(), 1.0), [0; 0]);
    assert_eq!(delays(RetryPolicy::STANDARD, &FailedAttempt::from(None), 1.0), [0; 0]);
}

#[test]
fn ret_3_delays_double_up_to_the_greatest_and_are_random_from_zero() {
    let policy = RetryPolicy::STANDARD.max_attempts(8);
    assert_eq!(
        delays(policy.clone(), &TRANSIENT.into(), 1.0),
        [1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]
    );
    assert_eq!(delays(policy.clone(), &TRANSIENT.into(), 0.25), [250, 500, 1000, 2000, 4000, 5000, 5000]);
    assert_eq!(delays(policy.clone(), &TRANSIENT.into(), 0.0), [0; 7]);
    for dice in [f64::NAN, -1.0, f64::NEG_INFINITY] {
        assert_eq!(delays(policy.clone(), &TRANSIENT.into(), dice), [0; 7]);
    }
    let many = delays(RetryPolicy::STANDARD.max_attempts(200), &TRANSIENT.into(), 7.0);
    assert_eq!((many.len(), many.last()), (199, Some(&20_000)), "2 to the 198th does not overflow");
}

#[test]
fn ret_3_no_setting_is_too_large() {
    let mut policy = RetryPolicy::STANDARD;
    (policy.transient_base, policy.max_delay) = (Duration::MAX, Duration::MAX);
    assert_eq!(delays(policy, &TRANSIENT.into(), 1.0), [Duration::MAX.as_millis(); 2]);
}

#[test]
fn ret_4_the_worked_example_of_a_hundred_failing_calls() {
    let mut bucket = TokenBucket::default();
    let mut attempts = Vec::new();
    for _ in 0..100 {
        let mut retries = Retries::new(RetryPolicy::STANDARD);
        while retries.after(&TRANSIENT.into(), &mut bucket, 0.0).is_some() {}
        attempts.push(retries.attempt());
    }
    assert_eq!(attempts[..50], [3; 50]);
    assert_eq!(attempts[50..], [1; 50]);
    assert_eq!(bucket.available(), 0);
}

#[test]
fn ret_4_timeouts_cost_more_and_successes_give_back() {
    let mut bucket = TokenBucket::default();
    let mut retries = Retries::new(RetryPolicy::STANDARD);
    retries.after(&FailedAttempt::transport(), &mut bucket, 0.0);
    assert_eq!(bucket.available(), 495);
    retries.after(&FailedAttempt::timeout(), &mut bucket, 0.0);
    assert_eq!((bucket.available(), retries.attempt()), (485, 3));
    retries.succeeded(&mut bucket);
    assert_eq!(bucket.available(), 495, "what the last retry took");
    Retries::new(RetryPolicy::STANDARD).succeeded(&mut bucket);
    assert_eq!(bucket.available(), 496, "one for a success at once");
    for _ in 0..10 {
        Retries::new(RetryPolicy::STANDARD).succeeded(&mut bucket);
    }
    assert_eq!(bucket.available(), 500, "never more than it holds");
}

#[test]
fn the_newer_mode_is_quick_after_failures_and_heeds_the_service() {
    let policy = RetryPolicy::STANDARD_2026;
    assert_eq!(delays(policy.clone(), &TRANSIENT.into(), 1.0), [50, 100]);
    assert_eq!(delays(policy.clone(), &Some(RetryKind::Throttling).into(), 1.0), [1000, 2000]);
    let asked =
        |milliseconds| FailedAttempt::transport().retry_after(Some(Duration::from_millis(milliseconds)));
    assert_eq!(delays(policy.clone(), &asked(10), 1.0), [50, 100], "not sooner than the policy says");
    assert_eq!(delays(policy.clone(), &asked(3000), 1.0), [3000, 3000]);
    assert_eq!(delays(policy, &asked(60_000), 1.0), [5050, 5100], "and not for ever");
    assert_eq!(delays(RetryPolicy::STANDARD, &asked(3000), 1.0), [1000, 2000], "RET-5");
    let mut bucket = TokenBucket::default();
    let mut retries = Retries::new(RetryPolicy::STANDARD_2026);
    retries.after(&TRANSIENT.into(), &mut bucket, 0.0);
    retries.after(&Some(RetryKind::Throttling).into(), &mut bucket, 0.0);
    assert_eq!(bucket.available(), 500 - 14 - 5);
}

#[test]
fn a_clock_is_corrected_once() {
    let mut bucket = TokenBucket::default();
    let mut retries = Retries::new(RetryPolicy::STANDARD);
    let skew = FailedAttempt::from(Some(RetryKind::ClockSkew));
    assert_eq!(retries.after(&skew, &mut bucket, 1.0), Some(Duration::ZERO));
    assert_eq!(retries.after(&skew, &mut bucket, 1.0), None);
}

fn refused(code: &str, status: u16, date: Option<&str>) -> ServiceError<DescribeExportTasksError> {
    let body = format!("<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>");
    let mut headers = HeaderMap::new();
    if let Some(date) = date {
        headers.insert("date", date.parse().expect("a header"));
    }
    let status = StatusCode::from_u16(status).expect("a status");
    match DescribeExportTasks::parse_response(status, &headers, body.as_bytes()) {
        Err(Error::Service(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_clock_that_is_off_is_told_by_code_and_date() {
    let now: Timestamp = "2026-01-02T03:04:05Z".parse().expect("a timestamp");
    let (near, far) = ("Fri, 02 Jan 2026 03:05:05 GMT", "Fri, 02 Jan 2026 04:04:05 GMT");
    for (code, date, skew) in [
        ("RequestTimeTooSkewed", Some(near), Some(60)),
        ("RequestExpired", Some(far), Some(3600)),
        ("RequestInTheFuture", Some("Fri, 02 Jan 2026 02:04:05 GMT"), Some(-3600)),
        ("RequestInTheFuture", None, None),
        ("RequestInTheFuture", Some("soon"), None),
        ("SignatureDoesNotMatch", Some(near), None),
        ("SignatureDoesNotMatch", Some(far), Some(3600)),
        ("AuthFailure", Some(far), Some(3600)),
        ("AccessDenied", Some(far), None),
    ] {
        let error = refused(code, 403, date);
        assert_eq!(error.clock_skew(now), skew.map(SignedDuration::from_secs), "{code} {date:?}");
    }
}

#[test]
fn classification_is_public_and_pure() {
    let ok = StatusCode::BAD_REQUEST;
    assert_eq!(RetryKind::classify(None, Some("Throttling"), ok), Some(RetryKind::Throttling));
    assert_eq!(RetryKind::classify(None, Some("RequestExpired"), ok), Some(RetryKind::ClockSkew));
    assert_eq!(RetryKind::classify(None, Some("RequestTimeout"), ok), TRANSIENT);
    assert_eq!(RetryKind::classify(None, Some("AccessDenied"), ok), None);
    for (status, kind) in
        [(500, TRANSIENT), (502, TRANSIENT), (503, TRANSIENT), (504, TRANSIENT), (501, None), (429, None)]
    {
        let status = StatusCode::from_u16(status).expect("a status");
        assert_eq!(RetryKind::classify(None, None, status), kind, "{status}");
    }
    assert_eq!(
        RetryKind::classify(TRANSIENT, Some("Throttling"), ok),
        TRANSIENT,
        "what the model says comes first"
    );
}
