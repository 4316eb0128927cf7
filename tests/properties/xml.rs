//! What a document says does not depend on how it says it.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{Dice, Node, cases, document, is_xml, output, parse, plain, text, xml_text};

/// Writes text by any of the means that XML has.
fn escape(out: &mut String, text: &str, dice: &mut Dice) {
    let start = out.len();
    for c in text.chars() {
        if dice.below(12) == 0 {
            out.push_str(dice.one(&["<!-- & <x> -->", "<?p a > b?>", "<![CDATA[]]>", "<!---->"]));
        }
        // Raw where it may be: `>` not after `]]`, which CDATA or plain text may have left there.
        let raw = match c {
            '<' | '&' | '\r' => false,
            '>' => !out[start..].ends_with(']'),
            _ => true,
        };
        let named = match c {
            '<' => Some("&lt;"),
            '>' => Some("&gt;"),
            '&' => Some("&amp;"),
            '\'' => Some("&apos;"),
            '"' => Some("&quot;"),
            _ => None,
        };
        let code = u32::from(c);
        match dice.below(8) {
            0 => out.push_str(&format!("&#{code};")),
            1 => out.push_str(&format!("&#x{code:x};")),
            2 => out.push_str(&format!("&#x00{code:X};")),
            3 if c != '\r' => out.push_str(&format!("<![CDATA[{c}]]>")),
            4 if named.is_some() => out.push_str(named.unwrap_or_default()),
            _ if raw => out.push(c),
            _ if c == '\r' => out.push_str("&#13;"),
            _ => out.push_str(named.unwrap_or_default()),
        }
    }
}

/// Writes text as a run of CDATA sections, split where they must be.
fn in_cdata(text: &str) -> String {
    let text = text.replace("]]>", "]]]]><![CDATA[>").replace('\r', "]]>&#13;<![CDATA[");
    format!("<![CDATA[{text}]]>")
}

/// Whatever may stand between two elements, and inside a structure also unknown elements.
fn noise(out: &mut String, dice: &mut Dice, unknown: bool) {
    const ANYWHERE: [&str; 6] =
        [" ", "\r\n\t", "<!-- <Marker>no</Marker> & -->", "<?p <Marker>no</Marker>?>", "\n", ""];
    const UNKNOWN: [&str; 7] = [
        "<Zz/>",
        "<Zz a='1' b=\"&lt;\">text</Zz>",
        "<Zz><Marker>no</Marker><ExportTasks><ExportTask><Status>no</Status></ExportTask></ExportTasks></Zz>",
        "<Zz><DescribeExportTasksResult><Marker>no</Marker></DescribeExportTasksResult><Zz><Zz/></Zz></Zz>",
        "<p:Zz xmlns:p='u'><![CDATA[</p:Zz>]]>&amp;<!-- </p:Zz> --></p:Zz>",
        "<marker>no</marker><MARKER/>",
        "<Zz><RequestId>no</RequestId><SnapshotTime>yesterday</SnapshotTime><PercentProgress>x</PercentProgress></Zz>",
    ];
    for _ in 0..dice.below(3) {
        out.push_str(dice.one(&ANYWHERE));
        if unknown && dice.below(2) == 0 {
            out.push_str(dice.one(&UNKNOWN));
        }
    }
}

/// Writes a document in one of the ways that say the same.
fn noisy(out: &mut String, node: &Node, dice: &mut Dice) {
    let (Node::Structure(name, _) | Node::List(name, _) | Node::Text(name, _) | Node::Scalar(name, _)) = node;
    let name = match dice.below(4) {
        0 => format!("p:{name}"),
        _ => (*name).to_owned(),
    };
    let attributes = dice.one(&["", " ", " a='1'", "\n xmlns='u' xmlns:p=\"v\"", " p:Marker='>'"]);
    let inside = match node {
        Node::Structure(_, children) => {
            let mut children: Vec<&Node> = children.iter().collect();
            dice.shuffle(&mut children);
            between(&children, dice, true)
        }
        Node::List(_, children) => between(&children.iter().collect::<Vec<_>>(), dice, false),
        Node::Text(_, text) if dice.below(4) == 0 => in_cdata(text),
        Node::Text(_, text) => {
            let mut inside = String::new();
            escape(&mut inside, text, dice);
            inside
        }
        Node::Scalar(_, text) => {
            let mut inside = dice.one(&["", " ", "\r\n\t"]).to_owned();
            escape(&mut inside, text, dice);
            inside.push_str(dice.one(&["", " ", "&#32;&#10;"]));
            inside
        }
    };
    if inside.is_empty() && dice.below(2) == 0 {
        out.push_str(&format!("<{name}{attributes}/>"));
    } else {
        let end = dice.one(&["", " ", "\n"]);
        out.push_str(&format!("<{name}{attributes}>{inside}</{name}{end}>"));
    }
}

fn between(children: &[&Node], dice: &mut Dice, unknown: bool) -> String {
    let mut inside = String::new();
    noise(&mut inside, dice, unknown);
    for child in children {
        noisy(&mut inside, child, dice);
        noise(&mut inside, dice, unknown);
    }
    inside
}

/// The same, with a beginning and an end that mean nothing.
fn noisy_document(node: &Node, dice: &mut Dice) -> String {
    let mut out = dice
        .one(&[
            "",
            "\u{feff}",
            "\n<?xml version='1.0'?>",
            "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n",
        ])
        .to_owned();
    noise(&mut out, dice, false);
    noisy(&mut out, node, dice);
    noise(&mut out, dice, false);
    out
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_plain_document_says_the_output(output in output(), id in xml_text()) {
        let response = parse(&plain(&document(&output, &id))).map_err(TestCaseError::fail)?;
        prop_assert_eq!(response.output, output);
        prop_assert_eq!(response.request_id.as_deref(), request_id(&id));
    }

    /// Order, unknown elements, comments, instructions, white space, prefixes, attributes, escapes: all at once.
    #[test]
    fn however_it_is_written(output in output(), id in xml_text(), seed in any::<u64>()) {
        let body = noisy_document(&document(&output, &id), &mut Dice::new(seed));
        let response = parse(&body).map_err(TestCaseError::fail)?;
        prop_assert_eq!(response.output, output, "{}", body);
        prop_assert_eq!(response.request_id.as_deref(), request_id(&id), "{}", body);
    }
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn text_survives_every_way_to_escape_it(text in xml_text(), seed in any::<u64>()) {
        let mut escaped = String::new();
        escape(&mut escaped, &text, &mut Dice::new(seed));
        for inside in [escaped, in_cdata(&text)] {
            let response = parse(&marker(&inside)).map_err(TestCaseError::fail)?;
            prop_assert_eq!(response.output.marker.as_ref(), Some(&text), "{}", inside);
        }
    }

    /// XML 1.0, 2.11: a carriage return that is no reference is a line feed, together with one that follows.
    #[test]
    fn raw_line_ends_become_line_feeds(lines in vec("[a-z ]{0,3}", 1..6), seed in any::<u64>()) {
        let mut dice = Dice::new(seed);
        let mut raw = lines[0].clone();
        for line in &lines[1..] {
            // A line feed after nothing would join the carriage return before it.
            raw.push_str(if line.is_empty() { "\r\n" } else { dice.one(&["\r", "\n", "\r\n"]) });
            raw.push_str(line);
        }
        let expected = raw.replace("\r\n", "\n").replace('\r', "\n");
        for inside in [raw.clone(), format!("<![CDATA[{raw}]]>")] {
            let response = parse(&marker(&inside)).map_err(TestCaseError::fail)?;
            prop_assert_eq!(response.output.marker.as_ref(), Some(&expected), "{:?}", inside);
        }
    }

    /// Characters that XML does not have are refused, raw or as a reference.
    #[test]
    fn what_xml_cannot_carry_is_refused(text in text()) {
        let carries = text.chars().all(is_xml);
        let escaped: String = text.chars().map(|c| format!("&#{};", u32::from(c))).collect();
        prop_assert_eq!(parse(&marker(&escaped)).is_ok(), carries);
        let raw = text.replace(['<', '&', '>'], "");
        prop_assert_eq!(parse(&marker(&raw)).is_ok(), raw.chars().all(is_xml));
    }
}

fn marker(inside: &str) -> String {
    format!("<R><DescribeExportTasksResult><Marker>{inside}</Marker></DescribeExportTasksResult></R>")
}

/// What is read of a request id: white space around it is no part of it, and an empty one is none.
fn request_id(text: &str) -> Option<&str> {
    Some(text.trim_matches([' ', '\t', '\r', '\n'])).filter(|id| !id.is_empty())
}
