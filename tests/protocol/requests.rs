//! What a request says on the wire: REQ-1 to REQ-24.

use std::collections::BTreeMap;

use awsquery::error::FormError;
use awsquery::format::{Layout, Member, Read, Structure, TimestampFormat, Union, Write, to_form};
use awsquery::http::{Method, Uri};
use awsquery::{Blob, Operation, RequestError, Timestamp};
use rds_protocol::operations::{CancelExportTask, DescribeExportTasks, StartExportTask};
use rds_protocol::types::Filter;

use crate::support::shape;

const NAMES: Layout = Layout::list("Name", &Layout::PLAIN);
const PLAIN_LIST: Layout = Layout::list("member", &Layout::PLAIN);
const PLAIN_MAP: Layout = Layout::map("key", "value", &Layout::PLAIN);

type Map<V> = BTreeMap<String, V>;

shape! {
    Tag {
        key: String = Member::new("Key"),
        value: String = Member::new("Value"),
    }
    Collections {
        structure: Tag = Member::new("A"),
        list: Vec<String> = Member::new("L").list("member"),
        tags: Vec<Tag> = Member::new("Tags").list("Tag"),
        flat: Vec<String> = Member::new("F").list("item").flattened(),
        renamed: Vec<String> = Member::new("flatList").wire_name("Hi").list("item").flattened(),
        flat_tags: Vec<Tag> = Member::new("FT").list("item").flattened(),
        map: Map<String> = Member::new("M").map("key", "value"),
        named_map: Map<String> = Member::new("NM").map("K", "V"),
        flat_map: Map<String> = Member::new("FM").map("K", "V").flattened(),
        flat_map_plain: Map<String> = Member::new("fmp").wire_name("FMP").map("key", "value").flattened(),
        tag_map: Map<Tag> = Member::new("TM").map("key", "value"),
    }
    Nested {
        lists: Vec<Vec<String>> = Member::new("LL").list_of("member", &PLAIN_LIST),
        named_lists: Vec<Vec<String>> = Member::new("NL").list_of("Group", &NAMES),
        flat_lists: Vec<Vec<String>> = Member::new("FL").list_of("x", &NAMES).flattened(),
        lists_in_map: Map<Vec<String>> = Member::new("ML").map_of("key", "value", &PLAIN_LIST),
        maps_in_list: Vec<Map<String>> = Member::new("LM").list_of("member", &PLAIN_MAP),
        maps_in_flat_map: Map<Map<String>> = Member::new("MM").map_of("K", "V", &PLAIN_MAP).flattened(),
    }
    Scalars {
        string: String = Member::new("S"),
        boolean: bool = Member::new("B"),
        integer: i32 = Member::new("I"),
        long: i64 = Member::new("G"),
        float: f32 = Member::new("F"),
        double: f64 = Member::new("D"),
        blob: Blob = Member::new("Blob"),
        date_time: Timestamp = Member::new("TD"),
        epoch: Timestamp = Member::new("TE").timestamp(TimestampFormat::EpochSeconds),
        http: Timestamp = Member::new("TH").timestamp(TimestampFormat::HttpDate),
        epochs: Vec<Timestamp> = Member::new("TL").list_of("member", &EPOCH),
    }
    Tree {
        name: String = Member::new("Name"),
        child: Box<Tree> = Member::new("Child"),
        children: Vec<Tree> = Member::new("Children").list("member"),
    }
    Odd {
        value: String = Member::new("we ird&k").wire_name("we ird&k=é"),
    }
    WithChoice {
        choice: Choice = Member::new("Choice"),
        choices: Vec<Choice> = Member::new("Choices").list("member"),
    }
}

const EPOCH: Layout = Layout::PLAIN.timestamp(TimestampFormat::EpochSeconds);

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Choice {
    Text(String),
    Tag(Tag),
    Unknown(String),
}

impl Union for Choice {
    const MEMBERS: &'static [Member] = &[Member::new("Text"), Member::new("Tag")];

    fn write_variant<W: Write>(&self, w: &mut W) -> Result<(), W::Error> {
        match self {
            Self::Text(value) => w.set_member(&Self::MEMBERS[0], value),
            Self::Tag(value) => w.set_member(&Self::MEMBERS[1], value),
            Self::Unknown(name) => w.unknown_variant(name),
        }
    }

    fn read_variant<R: Read>(slot: &mut Option<Self>, _: usize, r: &mut R) -> Result<(), R::Error> {
        let mut text = None;
        r.member(&mut text, &Self::MEMBERS[0].layout)?;
        *slot = text.map(Self::Text);
        Ok(())
    }

    fn unknown(name: &str) -> Self {
        Self::Unknown(name.into())
    }
}

awsquery::union_value!(Choice);

fn try_form<T: Structure>(value: &T) -> Result<String, FormError> {
    let body = to_form("Do", "2020-01-08", value)?;
    let members = body.strip_prefix("Action=Do&Version=2020-01-08").expect("action and version come first");
    Ok(members.strip_prefix('&').unwrap_or(members).to_owned())
}

fn form<T: Structure>(value: &T) -> String {
    try_form(value).expect("a form")
}

fn strings<const N: usize>(values: [&str; N]) -> Vec<String> {
    values.map(String::from).to_vec()
}

fn map<V, const N: usize>(entries: [(&str, V); N]) -> Map<V> {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn tag(key: &str, value: &str) -> Tag {
    Tag { key: Some(key.into()), value: Some(value.into()) }
}

fn time(text: &str) -> Option<Timestamp> {
    Some(text.parse().expect("a timestamp"))
}

fn parse(endpoint: &str) -> Uri {
    endpoint.parse().expect("a URI")
}

#[test]
fn req_1_and_2_method_headers_and_path() {
    let request =
        CancelExportTask::new("é").to_request(&parse("https://rds.us-east-1.amazonaws.com")).expect("ok");
    assert_eq!(request.method(), Method::POST);
    assert_eq!(request.uri().path(), "/");
    assert_eq!(request.uri().query(), None);
    let mut headers: Vec<_> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().expect("ASCII")))
        .collect();
    headers.sort_unstable();
    let length = request.body().len().to_string();
    assert_eq!(
        headers,
        [
            ("content-length", length.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
            ("host", "rds.us-east-1.amazonaws.com"),
        ]
    );
    assert_eq!(request.body(), "Action=CancelExportTask&Version=2014-10-31&ExportTaskIdentifier=%C3%A9");
}

#[test]
fn req_1_a_path_of_the_endpoint_is_kept() {
    for (endpoint, path) in [
        ("http://h", "/"),
        ("http://h/", "/"),
        ("http://h/custom/", "/custom/"),
        ("http://h/custom", "/custom/"),
        ("http://h/a%20b/c/", "/a%20b/c/"),
    ] {
        let request = DescribeExportTasks::default().to_request(&parse(endpoint)).expect(endpoint);
        assert_eq!(request.uri().path(), path, "{endpoint}");
    }
}

#[test]
fn req_28_the_host_header_leaves_default_ports_out() {
    for (endpoint, host) in [
        ("https://EXAMPLE.com", "example.com"),
        ("https://example.com:443/", "example.com"),
        ("http://example.com:80/", "example.com"),
        ("https://example.com:80/", "example.com:80"),
        ("http://example.com:443/", "example.com:443"),
        ("http://127.0.0.1:5000", "127.0.0.1:5000"),
        ("http://[::1]:5000", "[::1]:5000"),
        ("http://[::1]", "[::1]"),
    ] {
        let request = DescribeExportTasks::default().to_request(&parse(endpoint)).expect(endpoint);
        assert_eq!(request.headers()["host"], host, "{endpoint}");
    }
}

#[test]
fn req_1_an_endpoint_that_requests_cannot_go_to_is_refused() {
    for (endpoint, message) in [
        ("/relative", "invalid endpoint \"/relative\": must start with http:// or https://"),
        ("ftp://h/", "invalid endpoint \"ftp://h/\": must start with http:// or https://"),
        ("example.com", "invalid endpoint \"example.com\": must start with http:// or https://"),
        ("http://h/?a=b", "invalid endpoint \"http://h/?***\": must have no query"),
        ("http://u:p@h/", "invalid endpoint \"http://***@h/\": must have no user name and password"),
    ] {
        let error = DescribeExportTasks::default().to_request(&parse(endpoint)).expect_err(endpoint);
        assert!(matches!(error, RequestError::Endpoint { .. }), "{endpoint}: {error:?}");
        assert_eq!(error.to_string(), message);
        assert!(std::error::Error::source(&error).is_none());
    }
}

/// A port beyond 65535 must not silently become the default one.
#[test]
fn req_28_a_port_that_is_none_is_refused() {
    for endpoint in ["http://example.com:99999/", "http://example.com:+80/", "http://example.com:-1/"] {
        let Ok(endpoint) = endpoint.parse::<Uri>() else { continue };
        let request = DescribeExportTasks::default().to_request(&endpoint);
        assert!(matches!(request, Err(RequestError::Endpoint { .. })), "{request:?}");
    }
}

#[test]
fn req_3_an_operation_without_members_still_has_a_body() {
    let body = DescribeExportTasks::default().to_body().expect("a body");
    assert_eq!(body, "Action=DescribeExportTasks&Version=2014-10-31");
    assert_eq!(to_form("A b", "1&2", &()).expect("a body"), "Action=A%20b&Version=1%262");
}

#[test]
fn req_4_the_example_of_start_export_task() {
    let request = StartExportTask::default()
        .export_only(["db1", "db2.t"])
        .s3_prefix("p/é")
        .kms_key_id("alias/k")
        .iam_role_arn("arn:aws:iam::123456789012:role/exp")
        .s3_bucket_name("bkt")
        .source_arn("arn:aws:rds:us-east-1:123456789012:snapshot:s1")
        .export_task_identifier("nightly 1");
    assert_eq!(
        request.to_body().expect("a body"),
        "Action=StartExportTask&Version=2014-10-31&ExportTaskIdentifier=nightly%201\
         &SourceArn=arn%3Aaws%3Ards%3Aus-east-1%3A123456789012%3Asnapshot%3As1&S3BucketName=bkt\
         &IamRoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fexp&KmsKeyId=alias%2Fk\
         &S3Prefix=p%2F%C3%A9&ExportOnly.member.1=db1&ExportOnly.member.2=db2.t"
    );
}

#[test]
fn req_7_to_10_collections() {
    let value = Collections {
        structure: Some(Tag { key: None, value: Some("x".into()) }),
        list: Some(strings(["a", "b"])),
        tags: Some(vec![tag("a", "b&c"), tag("d", "")]),
        flat: Some(strings(["a", "b"])),
        renamed: Some(strings(["a", "b"])),
        flat_tags: Some(vec![tag("k", "v")]),
        map: Some(map([("k", "v".into()), ("a b", "é".into())])),
        named_map: Some(map([("k", "v".into())])),
        flat_map: Some(map([("k", "v".into()), ("l", "w".into())])),
        flat_map_plain: Some(map([("k", "v".into())])),
        tag_map: Some(map([("k", tag("a", "b"))])),
    };
    let expected = [
        "A.Value=x",
        "L.member.1=a",
        "L.member.2=b",
        "Tags.Tag.1.Key=a",
        "Tags.Tag.1.Value=b%26c",
        "Tags.Tag.2.Key=d",
        "Tags.Tag.2.Value=",
        "F.1=a",
        "F.2=b",
        "Hi.1=a",
        "Hi.2=b",
        "FT.1.Key=k",
        "FT.1.Value=v",
        "M.entry.1.key=a%20b",
        "M.entry.1.value=%C3%A9",
        "M.entry.2.key=k",
        "M.entry.2.value=v",
        "NM.entry.1.K=k",
        "NM.entry.1.V=v",
        "FM.1.K=k",
        "FM.1.V=v",
        "FM.2.K=l",
        "FM.2.V=w",
        "FMP.1.key=k",
        "FMP.1.value=v",
        "TM.entry.1.key=k",
        "TM.entry.1.value.Key=a",
        "TM.entry.1.value.Value=b",
    ];
    assert_eq!(form(&value).split('&').collect::<Vec<_>>(), expected);
}

#[test]
fn req_8_lists_in_structures_in_lists() {
    let request = DescribeExportTasks::default()
        .filters([Filter::new("status", ["complete", "failed"]), Filter::default()]);
    assert_eq!(
        form(&request),
        "Filters.Filter.1.Name=status&Filters.Filter.1.Values.Value.1=complete\
         &Filters.Filter.1.Values.Value.2=failed"
    );
}

#[test]
fn req_8_indices_are_not_padded() {
    let list: Vec<String> = (1..=12).map(|index| index.to_string()).collect();
    let body = form(&Collections { list: Some(list), ..Collections::default() });
    for (index, pair) in body.split('&').enumerate() {
        assert_eq!(pair, format!("L.member.{0}={0}", index + 1));
    }
}

#[test]
fn req_12_collections_in_collections() {
    let value = Nested {
        lists: Some(vec![strings(["a", "b"]), strings(["c"])]),
        named_lists: Some(vec![strings(["a"]), strings(["b", "c"])]),
        flat_lists: Some(vec![strings(["a"]), strings(["b"])]),
        lists_in_map: Some(map([("k", strings(["a", "b"]))])),
        maps_in_list: Some(vec![map([("k", "v".into())])]),
        maps_in_flat_map: Some(map([("o", map([("i", "v".into())]))])),
    };
    let expected = [
        "LL.member.1.member.1=a",
        "LL.member.1.member.2=b",
        "LL.member.2.member.1=c",
        "NL.Group.1.Name.1=a",
        "NL.Group.2.Name.1=b",
        "NL.Group.2.Name.2=c",
        "FL.1.Name.1=a",
        "FL.2.Name.1=b",
        "ML.entry.1.key=k",
        "ML.entry.1.value.member.1=a",
        "ML.entry.1.value.member.2=b",
        "LM.member.1.entry.1.key=k",
        "LM.member.1.entry.1.value=v",
        "MM.1.K=o",
        "MM.1.V.entry.1.key=i",
        "MM.1.V.entry.1.value=v",
    ];
    assert_eq!(form(&value).split('&').collect::<Vec<_>>(), expected);
}

#[test]
fn req_13_recursion() {
    let named = |name: &str| Tree { name: Some(name.into()), ..Tree::default() };
    let tree = Tree {
        name: Some("a".into()),
        child: Some(Box::new(Tree { child: Some(Box::new(named("c"))), ..named("b") })),
        children: Some(vec![named("d"), Tree { children: Some(vec![named("e")]), ..Tree::default() }]),
    };
    assert_eq!(
        form(&tree),
        "Name=a&Child.Name=b&Child.Child.Name=c&Children.member.1.Name=d&Children.member.2.Children.member.1.Name=e"
    );
}

#[test]
fn req_14_what_is_absent_is_not_there() {
    assert_eq!(form(&Collections::default()), "");
    assert_eq!(form(&Scalars::default()), "");
}

#[test]
fn req_15_an_empty_string_is_a_value() {
    assert_eq!(form(&Scalars { string: Some(String::new()), ..Scalars::default() }), "S=");
}

#[test]
fn req_16_and_17_what_is_empty() {
    let value = Collections {
        structure: Some(Tag::default()),
        list: Some(Vec::new()),
        tags: Some(Vec::new()),
        flat: Some(Vec::new()),
        renamed: Some(Vec::new()),
        map: Some(Map::new()),
        named_map: Some(Map::new()),
        flat_map: Some(Map::new()),
        ..Collections::default()
    };
    assert_eq!(form(&value), "L=&Tags=&F=&Hi=");
    let nested = Nested {
        lists: Some(vec![Vec::new(), strings(["a"])]),
        lists_in_map: Some(map([("k", Vec::new())])),
        maps_in_list: Some(vec![Map::new(), map([("k", "v".into())])]),
        ..Nested::default()
    };
    assert_eq!(
        form(&nested),
        "LL.member.1=&LL.member.2.member.1=a&ML.entry.1.key=k&ML.entry.1.value=\
         &LM.member.2.entry.1.key=k&LM.member.2.entry.1.value=v"
    );
    assert_eq!(form(&DescribeExportTasks::default().filters([] as [Filter; 0])), "Filters=");
}

#[test]
fn req_17_an_empty_structure_in_a_list_keeps_its_index() {
    let tags = vec![Tag::default(), tag("k", "v")];
    let value = Collections { tags: Some(tags.clone()), flat_tags: Some(tags), ..Collections::default() };
    assert_eq!(form(&value), "Tags.Tag.2.Key=k&Tags.Tag.2.Value=v&FT.2.Key=k&FT.2.Value=v");
}

#[test]
fn req_17_an_empty_structure_in_a_map_keeps_its_key() {
    let value = Collections { tag_map: Some(map([("k", Tag::default())])), ..Collections::default() };
    assert_eq!(form(&value), "TM.entry.1.key=k");
}

#[test]
fn req_18_false_and_zero_are_values() {
    let value = Scalars {
        boolean: Some(false),
        integer: Some(0),
        long: Some(0),
        float: Some(0.0),
        double: Some(0.0),
        ..Scalars::default()
    };
    assert_eq!(form(&value), "B=false&I=0&G=0&F=0.0&D=0.0");
}

#[test]
fn req_2_4_numbers() {
    let number =
        |float, double| form(&Scalars { float: Some(float), double: Some(double), ..Scalars::default() });
    assert_eq!(number(10.8, 10.8), "F=10.8&D=10.8");
    assert_eq!(number(f32::NAN, f64::NAN), "F=NaN&D=NaN");
    assert_eq!(number(f32::INFINITY, f64::INFINITY), "F=Infinity&D=Infinity");
    assert_eq!(number(f32::NEG_INFINITY, f64::NEG_INFINITY), "F=-Infinity&D=-Infinity");
    assert_eq!(number(-0.5, 0.1 + 0.2), "F=-0.5&D=0.30000000000000004");
    let value =
        Scalars { boolean: Some(true), integer: Some(i32::MIN), long: Some(i64::MAX), ..Scalars::default() };
    assert_eq!(form(&value), "B=true&I=-2147483648&G=9223372036854775807");
}

#[test]
fn req_2_4_blobs_are_base64_and_then_encoded() {
    for (bytes, text) in [
        (&b"value"[..], "dmFsdWU%3D"),
        (b"", ""),
        (b"\x00\xff\xfe\x3f\x3e", "AP%2F%2BPz4%3D"),
        (&[0; 60], &"A".repeat(80)),
    ] {
        assert_eq!(form(&Scalars { blob: Some(bytes.into()), ..Scalars::default() }), format!("Blob={text}"));
    }
}

#[test]
fn req_21_timestamps_in_every_format() {
    let value = time("2015-01-25T08:00:00Z");
    let half = time("2015-01-25T08:00:00.5Z");
    let all = |value| Scalars { date_time: value, epoch: value, http: value, ..Scalars::default() };
    assert_eq!(
        form(&all(value)),
        "TD=2015-01-25T08%3A00%3A00Z&TE=1422172800&TH=Sun%2C%2025%20Jan%202015%2008%3A00%3A00%20GMT"
    );
    assert_eq!(
        form(&all(half)),
        "TD=2015-01-25T08%3A00%3A00.5Z&TE=1422172800.5&TH=Sun%2C%2025%20Jan%202015%2008%3A00%3A00%20GMT"
    );
    assert_eq!(
        form(&all(time("1969-12-31T23:59:59.5Z"))),
        "TD=1969-12-31T23%3A59%3A59.5Z&TE=-0.5&TH=Wed%2C%2031%20Dec%201969%2023%3A59%3A59%20GMT"
    );
    let list = Scalars { epochs: Some(value.into_iter().collect()), ..Scalars::default() };
    assert_eq!(form(&list), "TL.member.1=1422172800");
}

#[test]
fn req_21_a_year_that_the_wire_cannot_carry_names_its_key() {
    let early = time("-000001-01-01T00:00:00Z");
    let error = try_form(&Scalars { epochs: Some(early.into_iter().collect()), ..Scalars::default() })
        .expect_err("a year before 1");
    assert_eq!(error.key(), "TL.member.1");
    assert_eq!(
        error.to_string(),
        "TL.member.1: expected a year from 1 to 9999, found -000001-01-01T00:00:00Z"
    );
}

#[test]
fn req_22_unreserved_bytes_alone_are_left() {
    let all: String = (0_u8..=127).map(char::from).collect();
    let body = form(&Scalars { string: Some(all.clone()), ..Scalars::default() });
    let expected: String = all
        .chars()
        .map(|c| match c {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '_' | '.' | '~' => c.to_string(),
            c => format!("%{:02X}", u32::from(c)),
        })
        .collect();
    assert_eq!(body, format!("S={expected}"));
    let unicode = Scalars { string: Some("é日\u{1f980}".into()), ..Scalars::default() };
    assert_eq!(form(&unicode), "S=%C3%A9%E6%97%A5%F0%9F%A6%80");
}

#[test]
fn req_23_keys_are_encoded_too() {
    assert_eq!(form(&Odd { value: Some("v".into()) }), "we%20ird%26k%3D%C3%A9=v");
}

#[test]
fn req_7_unions() {
    let value = WithChoice {
        choice: Some(Choice::Text("t".into())),
        choices: Some(vec![Choice::Tag(tag("k", "v")), Choice::Text(String::new())]),
    };
    assert_eq!(
        form(&value),
        "Choice.Text=t&Choices.member.1.Tag.Key=k&Choices.member.1.Tag.Value=v&Choices.member.2.Text="
    );
    let unknown = WithChoice { choice: None, choices: Some(vec![Choice::Unknown("New".into())]) };
    let error = try_form(&unknown).expect_err("an unknown variant");
    assert_eq!(
        error.to_string(),
        "Choices.member.1: expected a variant of the model, found New, which it does not know"
    );
}

#[test]
fn a_form_error_is_the_source_of_a_request_error() {
    let error = RequestError::Form(
        try_form(&WithChoice { choice: Some(Choice::Unknown("New".into())), choices: None })
            .expect_err("unknown"),
    );
    assert!(std::error::Error::source(&error).is_some());
    assert!(error.to_string().starts_with("Choice: "));
}
