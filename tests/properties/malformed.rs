//! What is broken is an error, and nothing panics.

use std::fmt::Debug;

use awsquery::format::Structure;
use awsquery::http::{HeaderMap, StatusCode};
use awsquery::{Error, Operation, from_json};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rds_protocol::operations::{CancelExportTask, DescribeExportTasks, StartExportTask};

use crate::support::{Dice, cases, document, output, plain};

const ERROR: &str = "<?xml version=\"1.0\"?>\n<ErrorResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\">\n<Error>\
    <Type>Sender</Type><Code>ExportTaskNotFound</Code><Message>x &amp; <![CDATA[y]]></Message></Error>\
    <RequestId>r-1</RequestId></ErrorResponse>";

const TASKS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c --><p:R xmlns:p='u'><DescribeExportTasksResult>\
    <ExportTasks><ExportTask a=\"&lt;\"><Status>COMPLETE</Status><SnapshotTime>2026-01-02T01:00:00.250Z</SnapshotTime>\
    <PercentProgress> 100 </PercentProgress><ExportOnly><member>a&#13;b</member><member/></ExportOnly><Zz><Zz/>é</Zz>\
    </ExportTask></ExportTasks><Marker>m<![CDATA[<]]>n</Marker></DescribeExportTasksResult><?p i?>\
    <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></p:R>";

/// Reads a body in every way there is, and shows what was read: nothing of it may panic.
fn read_all(body: &[u8]) {
    for status in [200, 500] {
        let status = StatusCode::from_u16(status).expect("a status");
        read::<DescribeExportTasks>(status, body);
        read::<StartExportTask>(status, body);
        read::<CancelExportTask>(status, body);
    }
}

fn read<O: Operation<Output: Debug>>(status: StatusCode, body: &[u8]) {
    tests::readers::agree::<O>(status, body);
    match O::parse_response(status, &HeaderMap::new(), body) {
        Ok(response) => {
            assert!(status.is_success());
            let _ = format!("{response:?}");
        }
        Err(error) => {
            let _ = format!("{error} {error:?} {:?} {:?}", error.kind(), error.retry_kind());
            let _ = std::error::Error::source(&error).map(|source| format!("{source} {source:?}"));
            assert_eq!(error.status(), status);
        }
    }
}

/// Everything up to the root's end tag, exclusively of its last byte.
fn cuts(document: &str) -> usize {
    document.rfind('>').expect("an end tag")
}

fn assert_malformed(body: &[u8]) {
    let result = DescribeExportTasks::parse_response(StatusCode::OK, &HeaderMap::new(), body);
    assert!(matches!(result, Err(Error::Malformed(_))), "{}: {result:?}", String::from_utf8_lossy(body));
}

#[test]
fn a_success_that_breaks_off_is_malformed_wherever_it_does() {
    for end in 0..=cuts(TASKS) {
        assert_malformed(&TASKS.as_bytes()[..end]);
    }
    DescribeExportTasks::parse_response(StatusCode::OK, &HeaderMap::new(), TASKS.as_bytes())
        .expect("the whole");
}

#[test]
fn an_error_that_breaks_off_says_nothing_wherever_it_does() {
    for end in 0..=cuts(ERROR) {
        let body = &ERROR.as_bytes()[..end];
        let error = DescribeExportTasks::parse_response(StatusCode::NOT_FOUND, &HeaderMap::new(), body);
        let Err(Error::Service(error)) = error else { panic!("{end}: {error:?}") };
        assert_eq!(
            (error.code(), error.message(), error.kind(), error.request_id()),
            (None, None, None, None)
        );
        assert_malformed(body);
    }
    let error =
        DescribeExportTasks::parse_response(StatusCode::NOT_FOUND, &HeaderMap::new(), ERROR.as_bytes());
    assert!(error.expect_err("an error").kind().is_some());
}

/// A change to a document.
#[derive(Clone, Debug)]
enum Edit {
    Delete(usize, usize),
    Insert(usize, Vec<u8>),
    Set(usize, u8),
    Copy(usize, usize, usize),
}

fn tokens() -> impl Strategy<Value = Vec<u8>> {
    let token = select(
        &[
            "<",
            ">",
            "/",
            "/>",
            "</",
            "&",
            ";",
            "&#",
            "&#x",
            "&amp;",
            "\"",
            "'",
            "=",
            "<!",
            "<!--",
            "-->",
            "--",
            "<![CDATA[",
            "]]>",
            "]]",
            "<?",
            "?>",
            "<?xml",
            "<!DOCTYPE x [",
            "<!ENTITY",
            "xmlns:p='u'",
            " ",
            "\r",
            "\n",
            "\t",
            "\0",
            "\u{feff}",
            "é",
            "p:",
            ":",
            "<Marker>",
            "</Marker>",
            "<Marker/>",
            "<Error>",
            "<Errors>",
            "<DescribeExportTasksResult>",
            "</DescribeExportTasksResult>",
            "<ExportTasks>",
            "</ExportTasks>",
            "<ExportTask>",
            "</ExportTask>",
            "<ExportOnly>",
            "<member>",
            "<Response>",
            "</Response>",
            "<ErrorResponse>",
            "<SnapshotTime>",
            "</SnapshotTime>",
            "<PercentProgress>",
            "</PercentProgress>",
            "-",
            "+",
            ".",
            "e",
            "9999999999",
            "2026-01-02T01:00:00",
            "Z",
            "<ResponseMetadata>",
            "<RequestId>",
            "<Code>",
            "<Message>",
            "x",
        ][..],
    );
    vec(token, 0..40).prop_map(|tokens| tokens.concat().into_bytes())
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = || any::<usize>();
    prop_oneof![
        (at(), 0..40_usize).prop_map(|(at, length)| Edit::Delete(at, length)),
        (at(), vec(any::<u8>(), 1..4)).prop_map(|(at, bytes)| Edit::Insert(at, bytes)),
        (at(), tokens()).prop_map(|(at, bytes)| Edit::Insert(at, bytes)),
        (at(), any::<u8>()).prop_map(|(at, byte)| Edit::Set(at, byte)),
        (at(), 0..80_usize, at()).prop_map(|(from, length, to)| Edit::Copy(from, length, to)),
    ]
}

fn apply(body: &mut Vec<u8>, edit: Edit) {
    let place = |at: usize| at % (body.len() + 1);
    match edit {
        Edit::Delete(at, length) => {
            let at = place(at);
            body.drain(at..(at + length).min(body.len()));
        }
        Edit::Insert(at, bytes) => {
            let at = place(at);
            body.splice(at..at, bytes);
        }
        Edit::Set(at, byte) => {
            let at = place(at);
            body.truncate(body.len().max(at));
            if let Some(old) = body.get_mut(at) {
                *old = byte;
            }
        }
        Edit::Copy(from, length, to) => {
            let (from, to) = (place(from), place(to));
            let copied = body[from..(from + length).min(body.len())].to_vec();
            body.splice(to..to, copied);
        }
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn any_success_that_breaks_off_is_malformed(output in output(), at in vec(any::<usize>(), 16)) {
        let body = plain(&document(&output, "r"));
        for at in at {
            assert_malformed(&body.as_bytes()[..at % (cuts(&body) + 1)]);
        }
    }
}

/// A member as it may be written, or miswritten.
fn member(name: &str, dice: &mut Dice) -> String {
    match dice.below(24) {
        0 => format!("<{name}/>"),
        1 => format!("<{name}></{name}>"),
        2 => format!("<{name}>a&amp;b</{name}>"),
        3 => format!("<{name}>a<x>b</x>c</{name}>"),
        4 => format!("<{name} a='1'>a</{name}>"),
        5 => format!("<{name}>a</{name} >"),
        6 => format!("<p:{name}>a</p:{name}>"),
        7 => format!("<{name}><member>a</member></{name}>"),
        8 => format!("<{name}><![CDATA[a]]></{name}>"),
        9 => format!(" <{name}>a</{name}><!-- -->"),
        10 => format!("<{name}>a"),
        11 => format!("<{name}>"),
        12 => format!("a</{name}>"),
        13 => format!("<{name}><{name}>a</{name}>"),
        14 => String::new(),
        15 => format!("<{name}>a]b\r</{name}>"),
        16 => format!("<{name}>]]></{name}>"),
        _ => format!("<{name}>{}</{name}>", "a".repeat(1 + dice.below(40))),
    }
}

/// Tasks that are much alike, which a reader may come to rely on, but for a member here and there.
fn siblings(dice: &mut Dice) -> String {
    const NAMES: [&str; 7] =
        ["ExportTaskIdentifier", "SourceArn", "ExportOnly", "S3Bucket", "Zz", "Status", "FailureCause"];
    let mut names = NAMES[..1 + dice.below(NAMES.len())].to_vec();
    if dice.below(2) == 0 {
        dice.shuffle(&mut names);
    }
    let usual: Vec<_> = names.iter().map(|name| member(name, dice)).collect();
    let mut tasks = String::new();
    for _ in 0..2 + dice.below(6) {
        tasks.push_str("<ExportTask>");
        for (name, usual) in names.iter().zip(&usual) {
            tasks.push_str(&if dice.below(12) == 0 { member(name, dice) } else { usual.clone() });
        }
        tasks.push_str(dice.one(&["</ExportTask>", "</ExportTask>", "</ExportTask>", "</ExportTask >", ""]));
    }
    format!(
        "<DescribeExportTasksResponse><DescribeExportTasksResult><ExportTasks>{tasks}</ExportTasks>\
         </DescribeExportTasksResult></DescribeExportTasksResponse>"
    )
}

/// The same behind so much else that what is usual and what is not meet where a reader may look at one block or the next.
fn far_siblings(dice: &mut Dice) -> String {
    let filler = dice.one(&["a", "\n", "\t", "\u{e9}", "\u{ff01}", "\u{10ffff}"]);
    let odd = dice.one(&["", "", "]", "]]>", "\r", "\u{1}", "\u{fffe}", "\u{fffd}", "&lt;", "<!-- ] -->"]);
    let length = 8192 * (1 + dice.below(2)) - dice.below(200);
    let before = filler.repeat(length / filler.len());
    let result = "<DescribeExportTasksResult>";
    siblings(dice).replacen(result, &format!("{result}<x>{before}{odd}</x>"), 1)
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn where_a_document_is_divided_decides_nothing(seed: u64) {
        read::<DescribeExportTasks>(StatusCode::OK, far_siblings(&mut Dice::new(seed)).as_bytes());
    }
}

proptest! {
    #![proptest_config(cases(2048))]

    #[test]
    fn arbitrary_bytes_never_panic(body in vec(any::<u8>(), 0..256)) {
        read_all(&body);
    }

    #[test]
    fn what_siblings_had_decides_nothing(seed: u64) {
        read::<DescribeExportTasks>(StatusCode::OK, siblings(&mut Dice::new(seed)).as_bytes());
    }

    #[test]
    fn arbitrary_tokens_never_panic(body in tokens()) {
        read_all(&body);
    }

    #[test]
    fn arbitrary_texts_of_scalars_never_panic(
        text in prop_oneof!["[-+0-9.eETZ:, ]{0,30}", "\\PC{0,12}", "[0-9]{1,5}-[0-9]{2}-[0-9]{2}T[0-9:.+-]{0,24}Z?"],
    ) {
        let text = text.replace(['<', '&'], "");
        for member in ["SnapshotTime", "PercentProgress", "Status"] {
            let task = format!("<{member}>{text}</{member}>");
            read_all(format!("<R><StartExportTaskResult>{task}</StartExportTaskResult></R>").as_bytes());
        }
    }

    #[test]
    fn edited_documents_never_panic(
        document in select(&[ERROR, TASKS][..]),
        edits in vec(edit(), 1..8),
    ) {
        let mut body = document.as_bytes().to_vec();
        for edit in edits {
            apply(&mut body, edit);
        }
        read_all(&body);
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let name = || {
        select(&["Marker", "ExportTasks", "Filters", "Name", "Values", "MaxRecords", "SnapshotTime", "x"][..])
    };
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        "[-0-9TZ:. a]{0,20}".prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 32, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Into::into),
            vec((name(), inner), 0..4).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn arbitrary_json_never_panics(json in json()) {
        fn check<T: Structure>(json: &serde_json::Value) {
            if let Err(error) = from_json::<T>(json) {
                let _ = format!("{error} {error:?}");
            }
        }
        check::<DescribeExportTasks>(&json);
        check::<<DescribeExportTasks as Operation>::Output>(&json);
        check::<StartExportTask>(&json);
    }
}
