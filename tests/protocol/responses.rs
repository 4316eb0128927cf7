//! What is read of a response: RSP-1 to RSP-17.

use std::collections::BTreeMap;

use awsquery::format::{DEPTH_LIMIT, Layout, Member, Read, TimestampFormat, Union, Write};
use awsquery::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use awsquery::{Blob, Error, Operation, Sensitive, Timestamp};
use rds_protocol::operations::DescribeExportTasks;

use crate::support::{Ask, answer, complaint, read, shape, try_read};

const NAMES: Layout = Layout::list("Name", &Layout::PLAIN);
const PLAIN_LIST: Layout = Layout::list("member", &Layout::PLAIN);
const PLAIN_MAP: Layout = Layout::map("key", "value", &Layout::PLAIN);

type Map<V> = BTreeMap<String, V>;

shape! {
    Text {
        s: String = Member::new("S"),
        t: String = Member::new("T"),
    }
    Tag {
        key: String = Member::new("Key"),
        value: String = Member::new("Value"),
    }
    Collections {
        structure: Tag = Member::new("A"),
        list: Vec<String> = Member::new("L").list("member"),
        numbers: Vec<i32> = Member::new("N").list("member"),
        tags: Vec<Tag> = Member::new("Tags").list("Tag"),
        flat: Vec<String> = Member::new("F").list("item").flattened(),
        flat_numbers: Vec<i32> = Member::new("FN").list("item").flattened(),
        renamed: Vec<String> = Member::new("flatList").wire_name("Hi").list("item").flattened(),
        flat_tags: Vec<Tag> = Member::new("FT").list("item").flattened(),
        map: Map<String> = Member::new("M").map("key", "value"),
        named_map: Map<String> = Member::new("NM").map("Attribute", "Setting"),
        flat_map: Map<String> = Member::new("FM").map("K", "V").flattened(),
        number_map: Map<i32> = Member::new("IM").map("key", "value"),
        tag_map: Map<Tag> = Member::new("TM").map("key", "value"),
    }
    Nested {
        lists: Vec<Vec<String>> = Member::new("LL").list_of("member", &PLAIN_LIST),
        flat_lists: Vec<Vec<String>> = Member::new("FL").list_of("x", &NAMES).flattened(),
        lists_in_map: Map<Vec<String>> = Member::new("ML").map_of("key", "value", &PLAIN_LIST),
        maps_in_list: Vec<Map<String>> = Member::new("LM").list_of("member", &PLAIN_MAP),
        maps_in_flat_map: Map<Map<String>> = Member::new("MM").map_of("K", "V", &PLAIN_MAP).flattened(),
    }
    Scalars {
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
        secret: Sensitive<i32> = Member::new("Secret"),
        secrets: Vec<Sensitive<i32>> = Member::new("Secrets").list("member"),
    }
    Tree {
        name: String = Member::new("Name"),
        child: Box<Tree> = Member::new("Child"),
        children: Vec<Tree> = Member::new("Children").list("member"),
    }
    Attributes {
        kind: String = Member::new("Kind").wire_name("xsi:type").attribute(),
        count: i32 = Member::new("Count").wire_name("count").attribute(),
        id: String = Member::new("Id"),
    }
    Grantee {
        grantee: Attributes = Member::new("Grantee"),
        grantees: Vec<Attributes> = Member::new("Grantees").list("member"),
    }
    Choices {
        choice: Choice = Member::new("Choice"),
        choices: Vec<Choice> = Member::new("Choices").list("member"),
    }
}

const EPOCH: Layout = Layout::PLAIN.timestamp(TimestampFormat::EpochSeconds);

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Choice {
    Text(String),
    Number(i32),
    Tags(Vec<Tag>),
    Unknown(String),
}

impl Union for Choice {
    const MEMBERS: &'static [Member] =
        &[Member::new("Text"), Member::new("Number"), Member::new("Tags").list("item").flattened()];

    fn write_variant<W: Write>(&self, w: &mut W) -> Result<(), W::Error> {
        match self {
            Self::Text(value) => w.set_member(&Self::MEMBERS[0], value),
            Self::Number(value) => w.set_member(&Self::MEMBERS[1], value),
            Self::Tags(value) => w.set_member(&Self::MEMBERS[2], value),
            Self::Unknown(name) => w.unknown_variant(name),
        }
    }

    fn read_variant<R: Read>(slot: &mut Option<Self>, index: usize, r: &mut R) -> Result<(), R::Error> {
        let member = &Self::MEMBERS[index];
        match index {
            0 => {
                let mut inner = None;
                r.member(&mut inner, &member.layout)?;
                *slot = inner.map(Self::Text).or(slot.take());
            }
            1 => {
                let mut inner = None;
                r.member(&mut inner, &member.layout)?;
                *slot = inner.map(Self::Number).or(slot.take());
            }
            _ => {
                let mut inner = match slot.take() {
                    Some(Self::Tags(tags)) => Some(tags),
                    _ => None,
                };
                r.member(&mut inner, &member.layout)?;
                *slot = inner.map(Self::Tags);
            }
        }
        Ok(())
    }

    fn unknown(name: &str) -> Self {
        Self::Unknown(name.into())
    }
}

awsquery::union_value!(Choice);

fn strings<const N: usize>(values: [&str; N]) -> Option<Vec<String>> {
    Some(values.map(String::from).to_vec())
}

fn map<V, const N: usize>(entries: [(&str, V); N]) -> Option<Map<V>> {
    Some(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn tag(key: &str, value: &str) -> Tag {
    Tag { key: Some(key.into()), value: Some(value.into()) }
}

/// The text of a string element with this content.
fn text(content: &str) -> String {
    read::<Text>(&format!("<S>{content}</S>")).s.expect("a string")
}

/// The complaint about a whole body.
fn body_complaint(body: impl AsRef<[u8]>) -> String {
    match answer::<Text>(&body) {
        Err(error @ Error::Malformed(_)) => error.to_string(),
        other => panic!("{}: {other:?}", String::from_utf8_lossy(body.as_ref())),
    }
}

// The envelope.

#[test]
fn rsp_2_the_root_s_name_does_not_matter() {
    for root in ["AskResponse", "Other", "x:AskResponse", "Response"] {
        let response = answer::<Text>(format!("<{root}><AskResult><S>v</S></AskResult></{root}>"));
        assert_eq!(response.expect(root).output.s.as_deref(), Some("v"));
    }
}

#[test]
fn rsp_3_an_operation_without_output_needs_no_body() {
    fn id<const WRAPPED: bool>(body: &str) -> Option<String> {
        let headers = HeaderMap::from_iter([(
            HeaderName::from_static("x-amzn-requestid"),
            HeaderValue::from_static("h"),
        )]);
        Ask::<(), WRAPPED>::parse_response(StatusCode::OK, &headers, body.as_bytes()).expect(body).request_id
    }
    for (body, expected) in [
        ("", "h"),
        (" \n", "h"),
        ("<AskResponse/>", "h"),
        ("<AskResponse><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></AskResponse>", "r"),
        ("<AskResponse><Other/></AskResponse>", "h"),
        ("<AskResponse>", "h"),
        ("not XML", "h"),
    ] {
        assert_eq!(id::<true>(body).as_deref(), Some(expected), "{body}");
        assert_eq!(id::<false>(body).as_deref(), Some(expected), "{body}");
    }
}

#[test]
fn rsp_4_the_wrapper_is_found_anywhere_and_the_first_counts() {
    let metadata = "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>";
    for body in [
        "<R><AskResult><S>v</S></AskResult>M</R>",
        "<R>M<AskResult><S>v</S></AskResult></R>",
        "<R><Z><AskResult><S>no</S></AskResult></Z><AskResult><S>v</S></AskResult>M</R>",
        "<R>M<AskResult><S>v</S></AskResult><AskResult><S>second</S></AskResult></R>",
        "<p:R><p:AskResult><p:S>v</p:S></p:AskResult>M</p:R>",
    ] {
        let response = answer::<Text>(body.replace('M', metadata)).expect(body);
        assert_eq!(response.output, Text { s: Some("v".into()), t: None }, "{body}");
        assert_eq!(response.request_id.as_deref(), Some("r"), "{body}");
    }
}

#[test]
fn rsp_4_a_missing_wrapper_is_an_error_that_names_it() {
    for body in [
        "<AskResponse><S>v</S></AskResponse>",
        "<AskResponse><OtherResult><S>v</S></OtherResult></AskResponse>",
        "<AskResponse><ResponseMetadata/><S>v</S></AskResponse>",
        "<AskResult><S>v</S></AskResult>",
        // A page of something between, which a listing must not take for its end.
        "<html/>",
        "<html>welcome to this network</html>",
    ] {
        let message = body_complaint(body);
        assert!(message.contains("expected an element <AskResult> below the root, found none"), "{message}");
    }
}

#[test]
fn rsp_4_nothing_in_the_root_or_the_wrapper_is_no_member() {
    for body in [
        "<AskResponse/>",
        "<AskResponse> </AskResponse>",
        "<AskResponse><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></AskResponse>",
        "<AskResponse><AskResult/></AskResponse>",
        "<AskResponse><AskResult>\n</AskResult></AskResponse>",
    ] {
        assert_eq!(answer::<Text>(body).expect(body).output, Text::default(), "{body}");
    }
}

#[test]
fn rsp_4_an_empty_body_is_an_error_where_members_are_due() {
    for body in ["", "\n", "\u{feff}", "<?xml version='1.0'?>", "<!-- c -->"] {
        body_complaint(body);
    }
}

#[test]
fn rsp_4_without_a_wrapper_members_stand_in_the_root() {
    let body = b"<R><T>t</T><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata><S>s</S></R>";
    let response =
        Ask::<Text, false>::parse_response(StatusCode::OK, &HeaderMap::new(), body).expect("an output");
    assert_eq!(response.output, Text { s: Some("s".into()), t: Some("t".into()) });
    assert_eq!(response.request_id.as_deref(), Some("r"));
}

#[test]
fn rsp_5_the_request_id() {
    let parse = |metadata: &str, headers: &[(&'static str, &'static str)]| {
        let body = format!("<R>{metadata}<AskResult/></R>");
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        Ask::<Text>::parse_response(StatusCode::OK, &headers, body.as_bytes()).expect("an output").request_id
    };
    let all = [("x-amz-requestid", "3"), ("x-amz-request-id", "2"), ("x-amzn-requestid", "1")];
    for name in ["RequestId", "RequestID", "requestId", "x:RequestId"] {
        let metadata = format!(
            "<ResponseMetadata><BoxUsage>0.1</BoxUsage><{name}>r</{name}><x><RequestId>no</RequestId></x>\
             </ResponseMetadata>"
        );
        assert_eq!(parse(&metadata, &all).as_deref(), Some("r"), "{name}");
    }
    assert_eq!(parse("", &all).as_deref(), Some("1"));
    assert_eq!(parse("<ResponseMetadata/>", &all).as_deref(), Some("1"));
    assert_eq!(parse("", &all[..2]).as_deref(), Some("2"));
    assert_eq!(parse("", &all[..1]).as_deref(), Some("3"));
    assert_eq!(parse("", &[]), None);
}

// Elements.

#[test]
fn rsp_6_prefixes_and_namespaces_mean_nothing_and_case_does() {
    let read = read::<Text>("<p:S xmlns:p='u'>a</p:S><T xmlns='v'>b</T>");
    assert_eq!(read, Text { s: Some("a".into()), t: Some("b".into()) });
    assert_eq!(
        crate::support::read::<Text>("<s>a</s><undeclared:T>b</undeclared:T>").t.as_deref(),
        Some("b")
    );
    assert_eq!(crate::support::read::<Text>("<s>a</s>"), Text::default());
}

#[test]
fn rsp_7_unknown_elements_and_attributes_are_skipped() {
    let members = "<Z><S>no</S><Z/></Z><S a='1' x:b=\"2\">yes</S><Y/><AskResult><S>no</S></AskResult>";
    assert_eq!(read::<Text>(members).s.as_deref(), Some("yes"));
    let entry = "<M><entry><z><key>no</key></z><key>k</key><y/><value>v</value></entry></M>";
    assert_eq!(read::<Collections>(entry).map, map([("k", "v".into())]));
}

#[test]
fn rsp_8_members_come_in_any_order() {
    let expected = Text { s: Some("a".into()), t: Some("b".into()) };
    assert_eq!(read::<Text>("<S>a</S><T>b</T>"), expected);
    assert_eq!(read::<Text>("<T>b</T><S>a</S>"), expected);
    assert_eq!(read::<Text>(""), Text::default());
}

#[test]
fn rsp_8a_attributes() {
    let read_one = |element: &str| read::<Grantee>(element).grantee.expect("a grantee");
    let attributes = |kind: Option<&str>, count, id: Option<&str>| Attributes {
        kind: kind.map(str::to_owned),
        count,
        id: id.map(str::to_owned),
    };
    assert_eq!(
        read_one("<Grantee xmlns:xsi='u' xsi:type='Canonical &amp; &#x41;' count=' 7 '><Id>i</Id></Grantee>"),
        attributes(Some("Canonical & A"), Some(7), Some("i"))
    );
    assert_eq!(read_one("<Grantee xsi:type=\"a\tb\nc\"/>"), attributes(Some("a b c"), None, None));
    assert_eq!(
        read_one("<Grantee type='t' other='o'><Id>i</Id></Grantee>"),
        attributes(None, None, Some("i"))
    );
    // An element of an attribute's name is not the attribute, nor an attribute an element.
    assert_eq!(read_one("<Grantee Id='no'><count>7</count></Grantee>"), attributes(None, None, None));
    assert_eq!(read_one("<Grantee count=''/>"), attributes(None, None, None));
    let both = read::<Grantee>("<Grantees><member count='1'/><member><Id>i</Id></member></Grantees>");
    assert_eq!(both.grantees, Some(vec![attributes(None, Some(1), None), attributes(None, None, Some("i"))]));
    insta::assert_snapshot!(complaint::<Grantee>(
        "<Grantees><member count='1'/><member count='x'/></Grantees>"
    ));
}

#[test]
fn rsp_8b_unions_one_none_several() {
    let read_one = |content: &str| read::<Choices>(&format!("<Choice>{content}</Choice>")).choice;
    assert_eq!(read_one("<Text>t</Text>"), Some(Choice::Text("t".into())));
    assert_eq!(read_one("<Text/>"), Some(Choice::Text(String::new())));
    assert_eq!(read_one(" <!-- c --><Number> 7 </Number> "), Some(Choice::Number(7)));
    assert_eq!(read_one("<New><Text>t</Text></New>"), Some(Choice::Unknown("New".into())));
    assert_eq!(read_one("<New/><Text>t</Text><Newer/>"), Some(Choice::Text("t".into())));
    assert_eq!(read_one(""), None);
    assert_eq!(read_one("<Number/>"), None);
    assert_eq!(
        read_one("<Tags><Key>a</Key></Tags><Tags><Key>b</Key></Tags>"),
        Some(Choice::Tags(vec![
            Tag { key: Some("a".into()), value: None },
            Tag { key: Some("b".into()), value: None }
        ]))
    );
    let list = read::<Choices>("<Choices><member><Text>t</Text></member><member><New/></member></Choices>");
    assert_eq!(list.choices, Some(vec![Choice::Text("t".into()), Choice::Unknown("New".into())]));
    insta::assert_snapshot!(complaint::<Choices>("<Choice><Text>t</Text><Number>7</Number></Choice>"));
}

// Collections.

#[test]
fn rsp_9_and_10_lists() {
    for (members, expected) in [
        ("<L><member>a</member><member/></L>", strings(["a", ""])),
        ("<L/>", strings([])),
        ("<L></L>", strings([])),
        ("<L>\n </L>", strings([])),
        ("", None),
        ("<L><member>a</member><other>b</other><x:member>c</x:member></L>", strings(["a", "b", "c"])),
        ("<L><member>a</member></L><Z/><L><member>b</member></L>", strings(["a", "b"])),
        ("<L/><L><member>b</member></L><L/>", strings(["b"])),
    ] {
        assert_eq!(read::<Collections>(members).list, expected, "{members}");
    }
    let tags = read::<Collections>("<Tags><Tag><Key>a</Key><Value>b</Value></Tag><Tag/></Tags>").tags;
    assert_eq!(tags, Some(vec![tag("a", "b"), Tag::default()]));
}

#[test]
fn rsp_11_flattened_lists_need_not_be_adjacent() {
    for (members, expected) in [
        ("<F>a</F><X><F>no</F></X><F>b</F>", strings(["a", "b"])),
        ("<F/>", strings([""])),
        ("<F>a</F><A><Key>k</Key></A><F/><L/><F>c</F>", strings(["a", "", "c"])),
        ("", None),
    ] {
        assert_eq!(read::<Collections>(members).flat, expected, "{members}");
    }
    assert_eq!(
        read::<Collections>("<Hi>a</Hi><item>no</item><flatList>no</flatList><Hi>b</Hi>").renamed,
        strings(["a", "b"])
    );
    assert_eq!(
        read::<Collections>("<FT/><S/><FT><Key>k</Key><Value>v</Value></FT>").flat_tags,
        Some(vec![Tag::default(), tag("k", "v")])
    );
}

#[test]
fn rsp_9_collections_in_collections() {
    let members = "<LL><member><member>a</member></member><member/></LL>\
        <FL><Name>a</Name><Name>b</Name></FL><FL/>\
        <ML><entry><key>k</key><value><member>a</member><member>b</member></value></entry></ML>\
        <LM><member><entry><key>k</key><value>v</value></entry></member></LM>\
        <MM><K>o</K><V><entry><key>i</key><value>v</value></entry></V></MM><MM><K>p</K><V/></MM>";
    let expected = Nested {
        lists: Some(vec![vec!["a".into()], vec![]]),
        flat_lists: Some(vec![vec!["a".into(), "b".into()], vec![]]),
        lists_in_map: map([("k", vec!["a".to_owned(), "b".to_owned()])]),
        maps_in_list: Some(vec![map([("k", "v".to_owned())]).expect("a map")]),
        maps_in_flat_map: map([("o", map([("i", "v".to_owned())]).expect("a map")), ("p", Map::new())]),
    };
    assert_eq!(read::<Nested>(members), expected);
}

#[test]
fn rsp_3_3_maps() {
    let one = || map([("k", "v".to_owned())]);
    for (members, expected) in [
        ("<M><entry><key>k</key><value>v</value></entry></M>", one()),
        ("<M/>", map([])),
        ("<M> \n</M>", map([])),
        ("", None),
        ("<M><entry><value>v</value><key>k</key></entry></M>", one()),
        ("<M><other><key>k</key><value>v</value></other></M>", one()),
        ("<M><entry><value>v</value></entry></M>", map([])),
        ("<M><entry/></M>", map([])),
        ("<M><entry><key>k</key></entry></M>", map([("k", String::new())])),
        ("<M><entry><key>k</key><value/></entry></M>", map([("k", String::new())])),
        ("<M><entry><key/><value>v</value></entry></M>", map([("", "v".to_owned())])),
        (
            "<M><entry><key>k</key><value>1</value></entry><entry><key>k</key><value>v</value></entry></M>",
            one(),
        ),
        ("<M/><M><entry><key>k</key><value>v</value></entry></M>", one()),
        (
            "<M><entry><key>k</key><value>v</value></entry></M><M><entry><key>l</key><value>w</value></entry></M>",
            map([("k", "v".to_owned()), ("l", "w".to_owned())]),
        ),
    ] {
        assert_eq!(read::<Collections>(members).map, expected, "{members}");
    }
    let named =
        "<NM><entry><Attribute>k</Attribute><Setting>v</Setting></entry><entry><key>no</key></entry></NM>";
    assert_eq!(read::<Collections>(named).named_map, one());
    let flat = "<FM><K>k</K><V>v</V></FM><L/><FM><V>w</V><K>l</K></FM><FM/>";
    assert_eq!(read::<Collections>(flat).flat_map, map([("k", "v".to_owned()), ("l", "w".to_owned())]));
    let numbers = "<IM><entry><key>a</key><value>1</value></entry><entry><key>b</key></entry>\
                   <entry><key>c</key><value/></entry></IM>";
    assert_eq!(read::<Collections>(numbers).number_map, map([("a", 1)]));
    let tags = "<TM><entry><key>a</key><value><Key>k</Key><Value>v</Value></value></entry></TM>";
    assert_eq!(read::<Collections>(tags).tag_map, map([("a", tag("k", "v"))]));
}

#[test]
fn rsp_12_of_several_the_last_wins() {
    assert_eq!(read::<Text>("<S>a</S><T/><S>b</S>").s.as_deref(), Some("b"));
    assert_eq!(read::<Text>("<S>a</S><S/>").s.as_deref(), Some(""));
    assert_eq!(read::<Scalars>("<I>1</I><I>2</I>").integer, Some(2));
    let twice = "<A><Key>k</Key><Value>v</Value></A><A><Key>l</Key></A>";
    assert_eq!(read::<Collections>(twice).structure, Some(Tag { key: Some("l".into()), value: None }));
    let tree = read::<Tree>("<Child><Name>a</Name></Child><Child><Children/></Child>");
    assert_eq!(tree.child, Some(Box::new(Tree { children: Some(vec![]), ..Tree::default() })));
    let choice = read::<Choices>("<Choice><Text>t</Text></Choice><Choice><Number>1</Number></Choice>");
    assert_eq!(choice.choice, Some(Choice::Number(1)));
}

#[test]
fn rsp_8_recursion_through_boxes_and_lists() {
    let members = "<Child><Child><Name>c</Name></Child><Name>b</Name></Child><Name>a</Name>\
                   <Children><member><Children><member><Name>e</Name></member></Children></member></Children>";
    let named = |name: &str| Tree { name: Some(name.into()), ..Tree::default() };
    let expected = Tree {
        child: Some(Box::new(Tree { child: Some(Box::new(named("c"))), ..named("b") })),
        children: Some(vec![Tree { children: Some(vec![named("e")]), ..Tree::default() }]),
        ..named("a")
    };
    assert_eq!(read::<Tree>(members), expected);
}

// Text.

#[test]
fn rsp_13_text_is_all_of_the_character_data() {
    for (content, expected) in [
        ("<![CDATA[x<y]]>", "x<y"),
        ("p<![CDATA[x]]>q", "pxq"),
        ("<![CDATA[a]]><![CDATA[b]]>", "ab"),
        ("<![CDATA[]]>", ""),
        ("<![CDATA[&amp;]]>", "&amp;"),
        ("<![CDATA[]]]]><![CDATA[>]]>", "]]>"),
        ("foo<!-- c -->bar", "foobar"),
        ("f<?x y?>g", "fg"),
        ("&lt;&#65;&#x41;&amp;&apos;&quot;&gt;", "<AA&'\">"),
        ("&#0065;&#x0041;&#x1f980;&#x1F980;", "AA\u{1f980}\u{1f980}"),
        ("&amp;lt;", "&lt;"),
        ("a<b>no</b>c", "ac"),
        ("a<b><b>no</b>no</b>c<b/>d", "acd"),
        ("  a b\n ", "  a b\n "),
        ("   ", "   "),
        ("", ""),
        (" <!-- c --> ", "  "),
        ("\t&#9;&#10;\n", "\t\t\n\n"),
        ("a\r\nb&#13;", "a\nb\r"),
        ("a\rb\r\rc\r\n\r\nd", "a\nb\n\nc\n\nd"),
        ("a\r<!-- c -->\nb", "a\n\nb"),
        ("<![CDATA[a\r\nb\rc]]>", "a\nb\nc"),
        ("&#13;&#10;", "\r\n"),
        ("&#xd;\n", "\r\n"),
        ("a > b", "a > b"),
        ("]]", "]]"),
        ("\u{85}\u{2028}\u{a0}", "\u{85}\u{2028}\u{a0}"),
        ("\u{7f}\u{9f}\u{d7ff}\u{e000}\u{fffd}\u{10ffff}", "\u{7f}\u{9f}\u{d7ff}\u{e000}\u{fffd}\u{10ffff}"),
    ] {
        assert_eq!(text(content), expected, "{content}");
    }
    assert_eq!(read::<Text>("<S/>").s.as_deref(), Some(""));
}

#[test]
fn rsp_13_what_is_no_text_is_refused() {
    for content in [
        "&nbsp;",
        "a & b",
        "&",
        "&;",
        "&#;",
        "&#x;",
        "&#X41;",
        "&#xg;",
        "&#0;",
        "&#8;",
        "&#xfffe;",
        "&#xd800;",
        "&#x110000;",
        "&#99999999999;",
        "&lt",
        "&LT;",
        "]]>",
        "<",
        "a < b",
        "<![CDATA[",
        "<!-- a -- b -->",
        "<!-- a --->",
        "</T>",
        "<b>",
        "<b></c>",
        "<b a=1/>",
        "<b a/>",
        "<b a='1' a='2'/>",
        "<b a='<'/>",
        "<b a='&nbsp;'/>",
        "\u{0}",
        "\u{8}",
        "\u{fffe}",
        "<![CDATA[\u{1}]]>",
        "<?xml version='1.0'?>",
        "<!DOCTYPE x>",
    ] {
        for element in ["S", "Unknown"] {
            let members = format!("<{element}>{content}</{element}>");
            let result = try_read::<Text>(&members);
            assert!(matches!(result, Err(Error::Malformed(_))), "{members:?}: {result:?}");
        }
    }
}

#[test]
fn rsp_13_before_and_after_the_root() {
    let root = "<R><AskResult><S>v</S></AskResult></R>";
    for (before, after) in [
        ("\u{feff}", ""),
        ("\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n", "\n"),
        ("\n<?xml version=\"1.0\"?>", ""),
        ("\r\n \t<?xml version='1.0' encoding='UTF-8' standalone='yes'?>", ""),
        ("\u{feff}\n<?xml version='1.0'?>", ""),
        ("<?xml version='1.0' encoding='US-ASCII'?>", ""),
        ("<?xml version='1.1' standalone='no' ?>", ""),
        ("<!-- c --><?x y?>\n", "<!-- c -->\n<?x y?>\n"),
    ] {
        let response = answer::<Text>(format!("{before}{root}{after}")).expect(before);
        assert_eq!(response.output.s.as_deref(), Some("v"));
    }
    for (before, after) in [
        ("<!DOCTYPE R>", ""),
        ("<!DOCTYPE R [<!ENTITY e 'v'>]>", ""),
        ("text", ""),
        ("<![CDATA[ ]]>", ""),
        ("&amp;", ""),
        ("<?xml version='1.0' encoding='ISO-8859-1'?>", ""),
        ("<?xml version='1.0' encoding='UTF-16'?>", ""),
        ("<?xml?>", ""),
        ("<?xml encoding='utf-8'?>", ""),
        ("<?xml encoding='utf-8' version='1.0'?>", ""),
        ("<?xml version='1.0' version='1.0'?>", ""),
        ("<?xml version='1.0' standalone='maybe'?>", ""),
        ("<?xml version='1.0' standalone='yes' encoding='utf-8'?>", ""),
        ("<?xml version='1.0' other=''?>", ""),
        ("<?xml version='1.0'/?>", ""),
        ("<!-- c --><?xml version='1.0'?>", ""),
        ("<?xml version='1.0'?><?xml version='1.0'?>", ""),
        ("", "text"),
        ("", "<R/>"),
        ("", "</R>"),
        ("", "<"),
        ("", "<!-- c"),
        ("", "&amp;"),
        ("", "<![CDATA[ ]]>"),
        ("", "<?xml version='1.0'?>"),
        ("", "<!DOCTYPE R>"),
    ] {
        body_complaint(format!("{before}{root}{after}"));
    }
}

#[test]
fn rsp_17_what_is_not_utf_8_is_refused() {
    for bytes in [&b"\xff"[..], b"\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80"] {
        let body = [b"<R><AskResult><S>".as_slice(), bytes, b"</S></AskResult></R>"].concat();
        let message = body_complaint(&body);
        assert!(message.contains("expected UTF-8 (byte 17)"), "{message}");
    }
    let utf_16: Vec<u8> = "<R><AskResult/></R>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    body_complaint(&utf_16);
    body_complaint([b"\xff\xfe".as_slice(), &utf_16].concat());
}

#[test]
fn rsp_13_truncated_or_mismatched_documents_are_refused() {
    for body in [
        "<R><AskResult><S>v</S></AskResult>",
        "<R><AskResult><S>v",
        "<R><AskResult><S>v</S></AskResult></R",
        "<R><AskResult><S>v</S></AskResult></Wrong>",
        "<R><AskResult><S>v</T></AskResult></R>",
        "<R><AskResult><S>v</S></R></AskResult>",
        "<R><Z></AskResult></R>",
        "</R>",
        "<R>",
        "<R/",
    ] {
        body_complaint(body);
    }
}

// Depth.

/// A response in which elements nest this deep, the root and the wrapper counted.
fn nested(element: &str, depth: usize) -> String {
    let inside = depth - 2;
    format!(
        "<R><AskResult>{}{}</AskResult></R>",
        format!("<{element}>").repeat(inside),
        format!("</{element}>").repeat(inside)
    )
}

#[test]
fn rsp_13_elements_nest_up_to_a_limit() {
    assert_eq!(DEPTH_LIMIT, 128);
    for element in ["Child", "Unknown", "Name", "Children"] {
        answer::<Tree>(nested(element, DEPTH_LIMIT)).expect(element);
        let message = match answer::<Tree>(nested(element, DEPTH_LIMIT + 1)) {
            Err(Error::Malformed(error)) => error.error().to_string(),
            other => panic!("{element}: {other:?}"),
        };
        assert!(message.contains("expected at most 128 nested elements, found more"), "{message}");
        // Far beyond, and never closed: nothing overflows.
        answer::<Tree>(nested(element, 100_000)).expect_err(element);
        answer::<Tree>(format!("<R><AskResult>{}", format!("<{element}>").repeat(100_000)))
            .expect_err(element);
    }
    let empty = nested("Child", DEPTH_LIMIT).replacen("<Child></Child>", "<Child/>", 1);
    answer::<Tree>(empty).expect("an empty element is one level");
}

#[test]
fn rsp_13_the_limit_holds_outside_of_the_result_too() {
    let deep =
        |levels: usize| format!("<R><AskResult/>{}{}</R>", "<Z>".repeat(levels), "</Z>".repeat(levels));
    answer::<Text>(deep(DEPTH_LIMIT - 1)).expect("at the limit");
    answer::<Text>(deep(DEPTH_LIMIT)).expect_err("beyond the limit");
}

// Scalars.

#[test]
fn rsp_14_an_empty_number_is_absent_and_other_empty_values_are_not() {
    for empty in ["<X/>", "<X></X>", "<X> \n\t</X>", "<X><!-- c --></X>"] {
        let members: String =
            ["B", "I", "G", "F", "D", "TD", "TE", "TH", "Blob"].map(|name| empty.replace('X', name)).concat();
        let expected = Scalars { blob: Some(Blob::default()), ..Scalars::default() };
        assert_eq!(read::<Scalars>(&members), expected, "{empty}");
    }
    let collections = read::<Collections>("<A/><L/><F/><M/><N/>");
    let expected = Collections {
        structure: Some(Tag::default()),
        list: strings([]),
        flat: strings([""]),
        map: map([]),
        numbers: Some(vec![]),
        ..Collections::default()
    };
    assert_eq!(collections, expected);
}

#[test]
fn rsp_14_an_empty_number_does_not_make_a_list_unusable() {
    let read = read::<Collections>(
        "<N><member/><member>1</member><member> </member><member>2</member></N><FN/><FN>3</FN>",
    );
    assert_eq!((read.numbers, read.flat_numbers), (Some(vec![1, 2]), Some(vec![3])));
}

#[test]
fn rsp_3_7_white_space_around_scalars() {
    let members = "<B>\n true\t</B><I> 5 </I><G>\r\n-6 </G><F> 1.5 </F><D>&#32;2.5</D><Blob> dmFs\n dWU= </Blob>\
                   <TD>\n 2015-01-25T08:00:00Z </TD><TE> 1422172800 </TE><TH> Sun, 25 Jan 2015 08:00:00 GMT </TH>";
    let time: Option<Timestamp> = Some("2015-01-25T08:00:00Z".parse().expect("a timestamp"));
    let expected = Scalars {
        boolean: Some(true),
        integer: Some(5),
        long: Some(-6),
        float: Some(1.5),
        double: Some(2.5),
        blob: Some("value".into()),
        date_time: time,
        epoch: time,
        http: time,
        ..Scalars::default()
    };
    assert_eq!(read::<Scalars>(members), expected);
}

#[test]
fn rsp_3_7_scalars_that_are_read() {
    for (text, expected) in [("true", true), ("TRUE", true), ("False", false), ("1", true), ("0", false)] {
        assert_eq!(read::<Scalars>(&format!("<B>{text}</B>")).boolean, Some(expected));
    }
    for (text, expected) in [
        ("+5", 5),
        ("-0", 0),
        ("007", 7),
        ("2147483647", i32::MAX),
        ("-2147483648", i32::MIN),
        ("1<!-- c -->2", 12),
    ] {
        assert_eq!(read::<Scalars>(&format!("<I>{text}</I>")).integer, Some(expected));
    }
    for (text, expected) in [("9223372036854775807", i64::MAX), ("-9223372036854775808", i64::MIN)] {
        assert_eq!(read::<Scalars>(&format!("<G>{text}</G>")).long, Some(expected));
    }
    for (text, expected) in [
        ("10.8", 10.8),
        ("1e16", 1e16),
        ("-1E-7", -1e-7),
        (".5", 0.5),
        ("5.", 5.0),
        ("Infinity", f64::INFINITY),
        ("-Infinity", f64::NEG_INFINITY),
        ("inf", f64::INFINITY),
    ] {
        assert_eq!(read::<Scalars>(&format!("<D>{text}</D>")).double, Some(expected), "{text}");
        assert_eq!(read::<Scalars>(&format!("<F>{text}</F>")).float, Some(expected as f32), "{text}");
    }
    assert!(read::<Scalars>("<D>NaN</D>").double.is_some_and(f64::is_nan));
    assert!(read::<Scalars>("<F>nan</F>").float.is_some_and(f32::is_nan));
    assert_eq!(read::<Scalars>("<F>10.8</F>").float, Some(10.8));
    assert_eq!(read::<Scalars>("<Blob>AP/+Pz4</Blob>").blob, Some(b"\x00\xff\xfe\x3f\x3e"[..].into()));
    let times =
        read::<Scalars>("<TL><member>1422172800.5</member><member>2015-01-25T09:00:00+01:00</member></TL>");
    let seconds: Vec<i64> =
        times.epochs.expect("timestamps").iter().map(|time| time.as_millisecond()).collect();
    assert_eq!(seconds, [1_422_172_800_500, 1_422_172_800_000]);
    let digits = "<TE>1422172800.12345678912345678912345678912</TE>";
    let time = read::<Scalars>(digits).epoch.expect("a timestamp");
    assert_eq!(time.as_nanosecond(), 1_422_172_800_123_456_789, "later digits are dropped");
}

/// Says for each value that is none what is wrong with it, and where.
#[test]
fn rsp_16_a_value_that_is_none_is_an_error_with_path_and_offset() {
    let scalars: Vec<String> = [
        "<I>2147483648</I>",
        "<I>5.0</I>",
        "<I>0x10</I>",
        "<I>1_000</I>",
        "<I>- 1</I>",
        "<G>9223372036854775808</G>",
        "<F>1e39</F>",
        "<D>1e999</D>",
        "<D>1,5</D>",
        "<B>yes</B>",
        "<B>truefalse</B>",
        "<Blob>d!Fs</Blob>",
        "<TD>yesterday</TD>",
        "<TE>1422172800s</TE>",
        "<TH>Sun, 25 Foo 2015 08:00:00 GMT</TH>",
        "<TD>10000-01-01T00:00:00Z</TD>",
        "<TL><member>0</member><member>soon</member></TL>",
        "<Secret>hunter2</Secret>",
        "<Secrets><member>1</member><member>hunter2</member></Secrets>",
    ]
    .map(complaint::<Scalars>)
    .to_vec();
    let long = format!("<I>{}</I>", "é".repeat(100));
    let others = [
        complaint::<Scalars>(&long),
        complaint::<Collections>("<N><member>1</member><member>x</member></N>"),
        complaint::<Collections>("<FN>1</FN><L/><FN>x</FN>"),
        complaint::<Collections>("<IM><entry><key>k</key><value>x</value></entry></IM>"),
        complaint::<Collections>("<L><member>a</member><member>&nbsp;</member></L>"),
        complaint::<Tree>("<Child><Children><member/><member><Name>&</Name></member></Children></Child>"),
    ];
    let describe = "<DescribeExportTasksResponse><DescribeExportTasksResult><ExportTasks><ExportTask/><ExportTask>\
        <SnapshotTime>yesterday</SnapshotTime></ExportTask></ExportTasks></DescribeExportTasksResult>\
        </DescribeExportTasksResponse>";
    let error = DescribeExportTasks::parse_response(StatusCode::OK, &HeaderMap::new(), describe.as_bytes())
        .expect_err("no timestamp");
    let Error::Malformed(malformed) = &error else { panic!("{error:?}") };
    assert_eq!(malformed.error().path(), "DescribeExportTasksResult.ExportTasks[1].SnapshotTime");
    let end_of_start_tag = describe.find("yesterday").expect("a value") as u64;
    assert_eq!(malformed.error().offset(), end_of_start_tag);
    assert_eq!(malformed.body(), describe.as_bytes());
    assert_eq!(error.retry_kind(), None);
    let shown = [scalars, others.to_vec(), vec![error.to_string()]].concat();
    insta::assert_snapshot!(shown.join("\n"));
}

/// An element that is empty, and so absent, is still an element of the list.
#[test]
fn rsp_16_the_index_of_an_error_counts_the_elements() {
    let message = complaint::<Collections>("<N><member/><member>x</member></N>");
    assert!(message.contains("AskResult.N[1]: expected an integer of 32 bits, found \"x\""), "{message}");
}

#[test]
fn rsp_16_offsets_count_from_the_first_byte_of_the_body() {
    let root = "<R><AskResult><S>&nbsp;</S></AskResult></R>";
    for before in ["", "\u{feff}", "\n\n", "\u{feff}\r\n<?xml version='1.0'?>"] {
        let Err(Error::Malformed(error)) = answer::<Text>(format!("{before}{root}")) else {
            panic!("{before:?}")
        };
        let reference = before.len() + "<R><AskResult><S>".len();
        assert_eq!(error.error().offset(), reference as u64, "{before:?}");
        assert_eq!(error.error().path(), "AskResult.S");
    }
}

#[test]
fn sensitive_values_are_read_and_not_shown() {
    let read = read::<Scalars>("<Secret>7</Secret><Secrets><member>8</member></Secrets>");
    assert_eq!(read.secret.as_ref().map(|secret| *secret.expose()), Some(7));
    assert!(!format!("{read:?}").contains('7'));
    for members in ["<Secret>hunter2</Secret>", "<Secrets><member>hunter2</member></Secrets>"] {
        assert!(!complaint::<Scalars>(members).contains("hunter2"));
    }
    for value in ["&hunter2;", "</hunter2>", "<hunter2></hunter3>", "&#xhunter2;"] {
        let complaint = complaint::<Scalars>(&format!("<Secret>7{value}</Secret>"));
        assert!(complaint.contains("AskResult.Secret: not well-formed XML"), "{complaint}");
        assert!(!complaint.contains("hunter"), "{complaint}");
    }
}

#[test]
fn an_element_has_at_most_256_attributes() {
    let body = |count: usize| {
        let attributes: String = (0..count).map(|index| format!(" a{index}=''")).collect();
        format!("<R><AskResult><S{attributes}>v</S></AskResult></R>")
    };
    assert!(answer::<Text>(body(256)).is_ok());
    assert!(answer::<Text>(body(257)).is_err());
}
