//! Errors: ERR-1 to ERR-11, and what they say of retries.

use std::error::Error as _;

use awsquery::error::OperationErrorKind;
use awsquery::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use awsquery::retry::RetryKind;
use awsquery::{Error, Operation, ServiceError};
use rds_protocol::RdsError;
use rds_protocol::operations::{
    CancelExportTask, CancelExportTaskError, DescribeExportTasks, DescribeExportTasksError, StartExportTask,
    StartExportTaskError,
};

use crate::support::{AnyError, Ask, AskError, shape};

shape! {
    Output {
        value: String = awsquery::format::Member::new("Value"),
    }
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).expect("a status")
}

fn headers<const N: usize>(pairs: [(&'static str, &'static str); N]) -> HeaderMap {
    pairs
        .into_iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .collect()
}

fn error_of<O: Operation>(code: u16, headers: &HeaderMap, body: &[u8]) -> ServiceError<O::Error> {
    tests::readers::agree::<O>(status(code), body);
    match O::parse_response(status(code), headers, body) {
        Err(Error::Service(error)) => error,
        Err(other) => panic!("expected a service error, found {other:?}"),
        Ok(_) => panic!("expected a service error, found an output"),
    }
}

fn error(code: u16, body: &str) -> ServiceError<AskError> {
    error_of::<Ask<Output>>(code, &HeaderMap::new(), body.as_bytes())
}

/// An envelope with the code.
fn envelope(code: &str) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>m</Message></Error>\
         <RequestId>r</RequestId></ErrorResponse>"
    )
}

fn kinds(code: &str) -> (Option<AskError>, Option<AnyError>) {
    let error = error(400, &envelope(code));
    assert_eq!(error.code(), Some(code));
    (error.kind(), error.service_kind())
}

#[test]
fn err_1_every_envelope_is_read() {
    for body in [
        "<ErrorResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><Error><Type>Sender</Type>\
         <Code>ThingNotFound</Code><Message>M</Message></Error><RequestId>r-1</RequestId></ErrorResponse>",
        "<ErrorResponse><RequestId>r-1</RequestId><Error><Message>M</Message><Code>ThingNotFound</Code>\
         <Type>Sender</Type><Detail/></Error></ErrorResponse>",
        "<Response><Errors><Error><Code>ThingNotFound</Code><Message>M</Message><BoxUsage>1</BoxUsage>\
         <Type>Sender</Type></Error><Error><Code>Second</Code></Error></Errors><RequestID>r-1</RequestID></Response>",
        "<Response><RequestID>r-1</RequestID><Errors><Error><Code>ThingNotFound</Code><Message>M</Message>\
         <Type>Sender</Type></Error></Errors></Response>",
        "<Error><Code>ThingNotFound</Code><Message>M</Message><Type>Sender</Type><RequestId>r-1</RequestId></Error>",
        "<x:ErrorResponse xmlns:x='u'><x:Error><x:Type>Sender</x:Type><x:Code>ThingNotFound</x:Code>\
         <x:Message>M</x:Message></x:Error><x:RequestId>r-1</x:RequestId></x:ErrorResponse>",
        "<Other><Failure><Error><Code>ThingNotFound</Code><Message>M</Message><Type>Sender</Type></Error></Failure>\
         <RequestId>r-1</RequestId></Other>",
        "<ErrorResponse><Error><Type>Sender</Type><Code>ThingNotFound</Code><Message>M</Message></Error>\
         <ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></ErrorResponse>",
        "\u{feff}\n<?xml version=\"1.0\"?><ErrorResponse><Error><Type> Sender </Type><Code>\n ThingNotFound\t</Code>\
         <message>M</message></Error><RequestId>r-1</RequestId></ErrorResponse>\n",
    ] {
        let error = error(404, body);
        assert_eq!(error.code(), Some("ThingNotFound"), "{body}");
        assert_eq!(error.message(), Some("M"), "{body}");
        assert_eq!(error.fault(), Some("Sender"), "{body}");
        assert_eq!(error.request_id(), Some("r-1"), "{body}");
        assert_eq!(error.status(), StatusCode::NOT_FOUND);
        assert_eq!(error.kind(), Some(AskError::NotFound));
        assert!(error.is(AskError::NotFound) && !error.is(AskError::Busy));
        assert_eq!(error.service_kind(), Some(AnyError::NotFound));
        assert_eq!(error.body(), body.as_bytes());
        assert!(error.source().is_none());
    }
}

#[test]
fn err_1_an_error_deeper_than_the_grandchildren_is_none() {
    let error = error(500, "<a><b><c><Error><Code>ThingNotFound</Code></Error></c></b></a>");
    assert_eq!((error.code(), error.kind()), (None, None));
}

#[test]
fn err_2_only_white_space_around_the_code_is_dropped() {
    let body = "<ErrorResponse><Error><Code> a b </Code><Message>  m\n </Message></Error></ErrorResponse>";
    let error = error(400, body);
    assert_eq!(error.code(), Some("a b"));
    assert_eq!(error.message(), Some("  m\n "));
    assert_eq!(error.fault(), None);
}

#[test]
fn err_3_the_request_id_of_the_body_comes_before_the_headers() {
    let all = headers([("x-amz-requestid", "h3"), ("x-amz-request-id", "h2"), ("x-amzn-requestid", "h1")]);
    let without = "<ErrorResponse><Error><Code>c</Code></Error></ErrorResponse>";
    for (headers, body, expected) in [
        (&all, envelope("c").as_str(), Some("r")),
        (&all, without, Some("h1")),
        (&headers([("x-amz-request-id", "h2"), ("x-amz-requestid", "h3")]), without, Some("h2")),
        (&headers([("x-amz-requestid", "h3")]), without, Some("h3")),
        (&HeaderMap::new(), without, None),
        (&all, "<html>", Some("h1")),
        (&all, "", Some("h1")),
    ] {
        let error = error_of::<Ask<Output>>(400, headers, body.as_bytes());
        assert_eq!(error.request_id(), expected, "{body}");
    }
}

#[test]
fn err_4_codes_are_compared_whole_and_by_case() {
    assert_eq!(kinds("ThingNotFound"), (Some(AskError::NotFound), Some(AnyError::NotFound)));
    assert_eq!(kinds("Quota.Elsewhere"), (None, Some(AnyError::Elsewhere)));
    for code in
        ["thingnotfound", "a.ThingNotFound", "x#ThingNotFound", "ThingNotFound:u", "Quota", "ThingNotFoun"]
    {
        assert_eq!(kinds(code), (None, None), "{code}");
    }
}

#[test]
fn err_5_by_code_then_by_name_then_the_service_s_then_with_or_without_fault() {
    // By the shape's name.
    assert_eq!(kinds("ThingNotFoundFault"), (Some(AskError::NotFound), Some(AnyError::NotFound)));
    // Not listed on the operation: by code, and by name.
    assert_eq!(kinds("KeptFault"), (None, Some(AnyError::Kept)));
    assert_eq!(kinds("Elsewhere"), (None, Some(AnyError::Elsewhere)));
    // Neither code nor name, but for `Fault`.
    assert_eq!(kinds("Kept"), (None, Some(AnyError::Kept)));
    assert_eq!(kinds("Quota.ElsewhereFault"), (None, Some(AnyError::Elsewhere)));
    assert_eq!(kinds("Nothing"), (None, None));
    assert_eq!(kinds("Fault"), (None, None));
}

/// One code on two shapes, as CloudWatch has it.
#[test]
fn err_5_the_operation_s_own_error_is_preferred_to_another_with_its_code() {
    assert_eq!(kinds("Shared"), (Some(AskError::Shared), Some(AnyError::Shared)));
}

/// Step 2 of ERR-5 comes before step 3.
#[test]
fn err_5_the_operation_s_own_shape_name_is_preferred_to_another_s_code() {
    assert_eq!(kinds("Twin.Code"), (Some(AskError::Twin), Some(AnyError::Twin)));
    assert_eq!(kinds("Twin"), (Some(AskError::Twin), Some(AnyError::Twin)));
}

#[test]
fn err_5_the_errors_of_rds() {
    fn kind<O: Operation>(
        code: &str,
    ) -> (Option<O::Error>, Option<<O::Error as OperationErrorKind>::Service>) {
        let error = error_of::<O>(400, &HeaderMap::new(), envelope(code).as_bytes());
        (error.kind(), error.service_kind())
    }
    let describe = Some(DescribeExportTasksError::ExportTaskNotFoundFault);
    for code in ["ExportTaskNotFound", "ExportTaskNotFoundFault"] {
        assert_eq!(kind::<DescribeExportTasks>(code), (describe, Some(RdsError::ExportTaskNotFoundFault)));
    }
    let cancel = Some(CancelExportTaskError::InvalidExportTaskStateFault);
    for code in ["InvalidExportTaskState", "InvalidExportTaskStateFault"] {
        assert_eq!(kind::<CancelExportTask>(code), (cancel, Some(RdsError::InvalidExportTaskStateFault)));
    }
    let start = Some(StartExportTaskError::InvalidS3BucketFault);
    assert_eq!(
        kind::<StartExportTask>("InvalidS3BucketFault"),
        (start, Some(RdsError::InvalidS3BucketFault))
    );
    assert_eq!(
        kind::<StartExportTask>("QuotaExceeded.DBSecurityGroup"),
        (None, Some(RdsError::DBSecurityGroupQuotaExceededFault))
    );
    assert_eq!(kind::<StartExportTask>("AccessDenied"), (None, None));
}

#[test]
fn err_6_no_message_is_none_and_an_empty_one_is_empty() {
    let error_with = |message: &str| {
        error(400, &format!("<ErrorResponse><Error><Code>c</Code>{message}</Error></ErrorResponse>"))
            .message()
            .map(str::to_owned)
    };
    assert_eq!(error_with(""), None);
    assert_eq!(error_with("<Message/>"), Some(String::new()));
    assert_eq!(error_with("<message>lower</message><Message>upper</Message>").as_deref(), Some("upper"));
    assert_eq!(error_with("<Message>upper</Message><message>lower</message>").as_deref(), Some("upper"));
    assert_eq!(error_with("<Message>a &lt; b<![CDATA[ & c]]></Message>").as_deref(), Some("a < b & c"));
}

#[test]
fn err_8_a_body_that_is_no_envelope_keeps_status_and_retry_kind() {
    let bodies: [&[u8]; 11] = [
        b"",
        b"  \n",
        b"<html><body><h1>503</h1></body></html>",
        b"<!DOCTYPE html><html><p>unclosed<br></html>",
        b"<HTML></HTML>",
        b"upstream connect error",
        b"{\"message\": \"no\"}",
        b"<ErrorResponse><Error><Code>ThingNotFound</Code><Message>half",
        b"<ErrorResponse><Error><Code>ThingNotFound</Code></Error></Wrong>",
        b"<ErrorResponse><RequestId>r</RequestId></ErrorResponse>",
        b"\xff\xfe<\0",
    ];
    for body in bodies {
        for (code, retry) in [
            (300, None),
            (400, None),
            (403, None),
            (404, None),
            (429, None),
            (500, Some(RetryKind::Transient)),
            (501, None),
            (502, Some(RetryKind::Transient)),
            (503, Some(RetryKind::Transient)),
            (504, Some(RetryKind::Transient)),
        ] {
            let error = error_of::<Ask<Output>>(code, &headers([("x-amzn-requestid", "h")]), body);
            let shown = String::from_utf8_lossy(body);
            assert_eq!(error.status(), status(code));
            assert_eq!(error.retry_kind(), retry, "{code} {shown}");
            assert_eq!((error.code(), error.message(), error.fault()), (None, None, None), "{shown}");
            assert_eq!((error.kind(), error.service_kind()), (None, None), "{shown}");
            assert_eq!((error.request_id(), error.body()), (Some("h"), body));
            assert!(error.source().is_some(), "{shown}");
        }
    }
}

#[test]
fn err_9_a_broken_success_is_malformed_and_not_worth_a_retry() {
    let body = b"<AskResponse><AskResult><Value>v</Value>";
    let headers = headers([("x-amzn-requestid", "h")]);
    let error = Ask::<Output>::parse_response(StatusCode::OK, &headers, body).expect_err("truncated");
    assert!(matches!(error, Error::Malformed(_)), "{error:?}");
    assert_eq!((error.kind(), error.retry_kind()), (None, None));
    assert_eq!((error.status(), error.request_id()), (StatusCode::OK, Some("h")));
    let Error::Malformed(malformed) = &error else { panic!("{error:?}") };
    assert_eq!(malformed.body(), body);
    assert_eq!(malformed.error().offset(), 40);
    // It is said once: in the text, and not by a source again.
    assert!(error.to_string().contains(&malformed.error().to_string()) && error.source().is_none());
}

#[test]
fn err_10_a_success_with_an_error_envelope_is_that_error() {
    fn check<O: Operation<Error = AskError>>() {
        for body in [
            envelope("ThingNotFound").as_str(),
            "<Response><Errors><Error><Code>ThingNotFound</Code></Error></Errors><RequestID>r</RequestID></Response>",
            "<Response><RequestID>r</RequestID><Errors><Error><Code>ThingNotFound</Code></Error></Errors></Response>",
            "<Error><Code>ThingNotFound</Code><RequestId>r</RequestId></Error>",
        ] {
            let error = error_of::<O>(200, &HeaderMap::new(), body.as_bytes());
            assert_eq!(error.kind(), Some(AskError::NotFound), "{body}");
            assert_eq!((error.status(), error.request_id()), (StatusCode::OK, Some("r")), "{body}");
        }
    }
    check::<Ask<Output>>();
    check::<Ask<()>>();
}

#[test]
fn err_10_holds_without_a_wrapper_too() {
    for body in [
        envelope("ThingNotFound").as_str(),
        "<Response><Errors><Error><Code>ThingNotFound</Code></Error></Errors><RequestID>r</RequestID></Response>",
    ] {
        let unit = Ask::<(), false>::parse_response(StatusCode::OK, &HeaderMap::new(), body.as_bytes());
        assert!(
            matches!(&unit, Err(Error::Service(error)) if error.is(AskError::NotFound)),
            "{body}: {unit:?}"
        );
        let output = Ask::<Output, false>::parse_response(StatusCode::OK, &HeaderMap::new(), body.as_bytes());
        assert!(
            matches!(&output, Err(Error::Service(error)) if error.is(AskError::NotFound)),
            "{body}: {output:?}"
        );
    }
}

/// An output without members forgives a body that cannot be read, but not one whose root says that it is an error.
#[test]
fn err_10_an_error_envelope_that_breaks_off_is_no_success() {
    let body = b"<ErrorResponse><Error><Code>ThingNotFound</Code>";
    let result = Ask::<()>::parse_response(StatusCode::OK, &HeaderMap::new(), body);
    assert!(result.is_err(), "{result:?}");
}

#[test]
fn err_11_a_redirect_is_an_error() {
    for code in [300, 301, 302, 307, 304] {
        assert_eq!(error(code, "").status(), status(code));
    }
}

#[test]
fn rsp_1_every_2xx_is_a_success() {
    let body = b"<AskResponse><AskResult><Value>v</Value></AskResult></AskResponse>";
    for code in [200, 201, 202, 204, 206, 299] {
        let response =
            Ask::<Output>::parse_response(status(code), &HeaderMap::new(), body).expect("a success");
        assert_eq!(response.output.value.as_deref(), Some("v"));
    }
    for code in [100, 300, 400, 599] {
        error_of::<Ask<Output>>(code, &HeaderMap::new(), body);
    }
}

#[test]
fn retries_are_told_by_code_before_status() {
    for (code, status, retry) in [
        ("Throttling", 400, Some(RetryKind::Throttling)),
        ("ThrottlingException", 503, Some(RetryKind::Throttling)),
        ("EC2ThrottledException", 503, Some(RetryKind::Throttling)),
        ("RequestLimitExceeded", 503, Some(RetryKind::Throttling)),
        ("SlowDown", 503, Some(RetryKind::Throttling)),
        ("PriorRequestNotComplete", 400, Some(RetryKind::Throttling)),
        ("RequestTimeout", 400, Some(RetryKind::Transient)),
        ("RequestTimeoutException", 400, Some(RetryKind::Transient)),
        ("RequestExpired", 400, Some(RetryKind::ClockSkew)),
        ("RequestTimeTooSkewed", 403, Some(RetryKind::ClockSkew)),
        ("RequestInTheFuture", 403, Some(RetryKind::ClockSkew)),
        ("SignatureDoesNotMatch", 403, None),
        ("ExpiredToken", 403, None),
        ("InternalFailure", 500, Some(RetryKind::Transient)),
        ("InternalFailure", 400, None),
        ("ServiceUnavailable", 503, Some(RetryKind::Transient)),
        ("throttling", 400, None),
        ("TooManyRequests", 429, None),
        ("ThingNotFound", 404, None),
        ("ThingNotFound", 500, Some(RetryKind::Transient)),
        // What the model says of the operation's own error, by its code or its name.
        ("Busy", 400, Some(RetryKind::Throttling)),
        ("BusyFault", 503, Some(RetryKind::Throttling)),
        // What it says of another operation's does not count.
        ("Later", 400, None),
    ] {
        assert_eq!(error(status, &envelope(code)).retry_kind(), retry, "{code} {status}");
    }
}

#[test]
fn display() {
    let body = "<ErrorResponse><Error><Code>ExportTaskNotFound</Code><Message>ExportTask x not found.</Message></Error>\
                <RequestId>r-2</RequestId></ErrorResponse>";
    let not_found = DescribeExportTasks::parse_response(status(404), &HeaderMap::new(), body.as_bytes())
        .expect_err("an error");
    assert_eq!(not_found.kind(), Some(DescribeExportTasksError::ExportTaskNotFoundFault));
    assert_eq!(not_found.to_string(), "ExportTaskNotFound: ExportTask x not found. (request id r-2)");
    let show = |code, body: &str| {
        error_of::<Ask<Output>>(code, &headers([("x-amzn-requestid", "h")]), body.as_bytes()).to_string()
    };
    let long = format!("<html>{}</html>", "é".repeat(2000));
    let shown = [
        show(404, "<Error><Code>c</Code></Error>"),
        show(404, "<Error><Code>c</Code><Message/></Error>"),
        show(404, "<Error><Message>only a message</Message></Error>"),
        show(503, ""),
        show(503, " \n"),
        show(503, "<html>\n<h1>\"Service\" Unavailable</h1></html>"),
        show(502, "{\"a\": 1}"),
        show(500, "<Error/>"),
    ];
    insta::assert_snapshot!(shown.join("\n"));
    let shown = show(503, &long);
    assert!(shown.starts_with("status 503 without an error envelope: \"<html>é"), "{shown}");
    assert!(shown.len() < 1200, "{}", shown.len());
}

/// As AWS has them, and a gateway; the session token is in each.
#[test]
fn what_a_service_quotes_of_a_signed_request_is_not_shown() {
    let said = "The request signature we calculated does not match the signature you provided.";
    let quoted = "'POST\n/\n\nhost:h\nx-amz-security-token:hunter2\n'";
    for (message, shown) in [
        (
            format!("{said}\n\nThe Canonical String for this request should have been\n{quoted}"),
            format!("{said} "),
        ),
        (format!("{said} X-Amz-Security-Token=hunter2"), format!("{said} ")),
        (
            "Authorization header requires 'Date'. Authorization=AWS4-HMAC-SHA256 Signature=hunter2"
                .to_owned(),
            "Authorization header requires 'Date'. ".to_owned(),
        ),
        ("x-amz-security-token:hunter2".to_owned(), String::new()),
    ] {
        let body = envelope("SignatureDoesNotMatch").replace("<Message>m<", &format!("<Message>{message}<"));
        let error = error(403, &body);
        assert_eq!(
            error.to_string(),
            format!(
                "SignatureDoesNotMatch: {shown}(the signed request that it quotes is not shown) (request id r)"
            )
        );
        assert!(!format!("{error:?} {error:#?}").contains("hunter2"), "{error:?}");
        assert_eq!(error.message(), Some(message.as_str()), "whoever asks for it gets it");
    }
    let gateway = error(403, "{\"message\":\"… The Canonical String … x-amz-security-token:hunter2\"}");
    assert!(!format!("{gateway} {gateway:?}").contains("hunter2"), "{gateway}");
    let plain = envelope("InvalidClientTokenId").replace(">m<", ">The security token is invalid<");
    assert!(
        error(403, &plain).to_string().starts_with("InvalidClientTokenId: The security token is invalid (")
    );
}

#[test]
fn errors_can_be_sent_to_other_threads_and_kept() {
    fn check<T: std::error::Error + Send + Sync + 'static>() {}
    check::<Error<DescribeExportTasksError>>();
    check::<Error<AskError>>();
    check::<ServiceError<StartExportTaskError>>();
    check::<awsquery::error::MalformedResponse>();
    check::<awsquery::error::XmlError>();
    check::<awsquery::error::FormError>();
    check::<awsquery::RequestError>();
    check::<awsquery::error::JsonError>();
}

/// `Error` below the root comes before one that stands in another child (ERR-1).
#[test]
fn err_1_the_envelopes_own_error_wins_over_a_deeper_one() {
    let body = "<ErrorResponse><Foo><Error><Code>Wrong</Code><Message>w</Message></Error></Foo>\
        <Error><Code>ThingNotFound</Code></Error><RequestId>r</RequestId></ErrorResponse>";
    let error = error_of::<Ask<()>>(404, &HeaderMap::new(), body.as_bytes());
    assert_eq!((error.code(), error.message(), error.request_id()), (Some("ThingNotFound"), None, Some("r")));
}
