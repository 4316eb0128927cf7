//! The cost of the worst documentation of a model: time in proportion to its length, from the model's text to the modules.

use std::time::{Duration, Instant};

use awsquery_codegen::{Files, GeneratedFile, Input, generate};
use serde_json::json;

use crate::{numbered, repeated};

/// Of an optimized build, the size in question; else a tenth of it.
const LARGE: usize = if cfg!(debug_assertions) { 100_000 } else { 1_000_000 };
const SMALL: usize = LARGE / 10;

/// How many times as long the tenfold may take: ten, with some room for a busy machine.
const RATIO: u32 = 20;

/// Time below this is not compared: the clock and the machine's other work decide it.
const FLOOR: Duration = Duration::from_millis(10);

/// The time limit for the largest.
const TIME_LIMIT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 8 } else { 3 });

/// The greatest ratio of generated documentation to its text, escapes and line prefixes included.
const GROWTH: usize = 16;

type Make = fn(usize) -> String;

/// Texts that would be slow or large if anything were, each of about so many bytes.
const WORST: &[(&str, Make)] = &[
    ("words", |size| repeated("", "word ", "", size)),
    ("one word", |size| repeated("", "word", "", size)),
    ("spaces", |size| repeated("a", " ", "b", size)),
    ("spaces in front of cells", |size| repeated("<table><tr>", "<td>    ", "", size)),
    ("lines", |size| repeated("", "a\n", "", size)),
    ("URLs", |size| repeated("", "http://a.b ", "", size)),
    ("secure URLs", |size| repeated("", "https://a.b ", "", size)),
    ("URLs without a space", |size| repeated("", "http://a.b\"", "", size)),
    ("secure URLs without a space", |size| repeated("", "https://a.b\"", "", size)),
    ("URLs of 1900 characters that end in brackets", |size| {
        repeated("", &format!("http://a.b/{}{} ", "(".repeat(900), ")".repeat(1000)), "", size)
    }),
    ("URLs that end in full stops", |size| {
        repeated("", &format!("http://a.b{}\"", ".".repeat(1900)), "", size)
    }),
    ("one huge URL", |size| repeated("http://a.b/", "a(", "", size)),
    ("schemes", |size| repeated("", "http:", "", size)),
    ("schemes with slashes", |size| repeated("", "http://", "", size)),
    ("links", |size| repeated("", "<a href='http://a.b'>a</a>", "", size)),
    ("links without a text", |size| repeated("", "<a href='http://a.b'>", "", size)),
    ("links without an address", |size| repeated("", "<a>a", "", size)),
    ("one huge address over many paragraphs", |size| {
        let address = repeated("<a href='http://a.b/", "a", "'>", size / 2);
        repeated(&address, "<p>a", "", size)
    }),
    ("one huge address over many cells", |size| {
        let address = repeated("<table><tr><a href='http://a.b/", "a", "'>", size / 2);
        repeated(&address, "a<td>", "", size)
    }),
    ("addresses of 1900 characters over many paragraphs", |size| {
        let address = format!("<a href='http://a.b/{}'>{}</a>", "a".repeat(1900), "<p>a".repeat(500));
        repeated("", &address, "", size)
    }),
    ("bold text without end", |size| repeated("", "<b>a", "", size)),
    ("bold text", |size| repeated("", "<b>a</b> ", "", size)),
    ("bold and weak text", |size| repeated("", "<b>a</b><i>b</i>", "", size)),
    ("bold spaces", |size| repeated("", "<b> </b>", "", size)),
    ("empty elements", |size| repeated("", "<b></b>", "", size)),
    ("end tags alone", |size| repeated("", "</b>", "", size)),
    ("lists without end", |size| repeated("", "<ul>", "a", size)),
    ("items without end", |size| repeated("<ul>", "<li>a", "", size)),
    ("lists in lists", |size| repeated("", "<ul><li>a", "", size)),
    ("ordered lists in lists", |size| repeated("", "<ol><li>a", "", size)),
    ("terms and descriptions", |size| repeated("<dl>", "<dt>a<dd>b", "", size)),
    ("terms", |size| repeated("<dl>", "<dt>", "", size)),
    ("descriptions", |size| repeated("<dl>", "<dd>a", "", size)),
    ("tables in tables", |size| repeated("", "<table><tr><td>a", "", size)),
    ("cells", |size| repeated("<table><tr>", "<td>a", "", size)),
    ("empty cells", |size| repeated("<table><tr>a", "<td>", "", size)),
    ("notes in notes", |size| repeated("", "<note>", "a", size)),
    ("notes with a text", |size| repeated("", "<note>a", "", size)),
    ("paragraphs", |size| repeated("", "<p>a", "", size)),
    ("empty paragraphs", |size| repeated("", "<p>", "", size)),
    ("line breaks", |size| repeated("", "<br>", "", size)),
    ("line breaks with a text", |size| repeated("", "a<br>", "", size)),
    ("code without end", |size| repeated("", "<code>a", "", size)),
    ("code", |size| repeated("", "<code>`</code>", "", size)),
    ("one huge piece of code", |size| repeated("<code>", "a` ", "</code>", size)),
    ("listings", |size| repeated("", "<pre>a</pre>", "", size)),
    ("one huge listing", |size| repeated("<pre>", "a ```\n\n", "</pre>", size)),
    ("a listing of empty lines", |size| repeated("<pre>a", "\n", "b</pre>", size)),
    ("backticks", |size| repeated("", "`", "", size)),
    ("backticks in code", |size| repeated("<code>", "`", "</code>", size)),
    ("backticks in a listing", |size| repeated("<pre>", "`", "</pre>", size)),
    ("underscores", |size| repeated("", "_", "", size)),
    ("asterisks", |size| repeated("", "*", "", size)),
    ("brackets", |size| repeated("", "[", "", size)),
    ("links of Markdown", |size| repeated("", "[a](b)", "", size)),
    ("exclamation marks in front of links", |size| repeated("", "!<a href='http://a.b'>a</a>", "", size)),
    ("backslashes", |size| repeated("", "\\", "", size)),
    ("dashes", |size| repeated("", "-", "", size)),
    ("digits", |size| repeated("", "1", ".", size)),
    ("entities", |size| repeated("", "&amp;", "", size)),
    ("entities of characters", |size| repeated("", "&#x41;", "", size)),
    ("entities without end", |size| repeated("", "&am", "", size)),
    ("unknown entities", |size| repeated("", "&abcdef;", "", size)),
    ("ampersands", |size| repeated("", "&", "", size)),
    ("one huge entity", |size| repeated("&", "a", ";", size)),
    ("one huge entity of a character", |size| repeated("&#", "1", ";", size)),
    ("opening angle brackets", |size| repeated("", "<", "", size)),
    ("unfinished tags", |size| repeated("", "<a ", "", size)),
    ("unknown tags", |size| repeated("", "<abc-def>", "", size)),
    ("unknown tags of many names", |size| {
        numbered("", |text, number| text.push_str(&format!("<a{number}>")), "", size)
    }),
    ("tags of many names with ends", |size| {
        numbered("", |text, number| text.push_str(&format!("<a{number}></a{number}>")), "", size)
    }),
    ("one huge name of a tag", |size| repeated("<", "a", ">", size)),
    ("attributes", |size| {
        numbered("<a", |text, number| text.push_str(&format!(" a{number}='b'")), ">", size)
    }),
    ("equal attributes", |size| repeated("<a", " a='b'", ">", size)),
    ("one huge attribute", |size| repeated("<a href='", "&amp;", "'>", size)),
    ("an attribute without end", |size| repeated("<a href='", "a", "", size)),
    ("comments", |size| repeated("", "<!---->", "", size)),
    ("comments without end", |size| repeated("", "<!--", "", size)),
    ("a comment of dashes", |size| repeated("<!--", "- ", "", size)),
    ("document types", |size| repeated("", "<!DOCTYPE a>", "", size)),
    ("CDATA sections", |size| repeated("", "<![CDATA[a]]>", "", size)),
    ("instructions", |size| repeated("", "<?a?>", "", size)),
    ("zeros", |size| repeated("", "\0", "", size)),
    ("zero-width marks", |size| repeated("", "\u{200b}", "a", size)),
    ("marks that combine", |size| repeated("a", "\u{301}", "", size)),
];

/// The modules of a service with a member of this documentation.
fn modules(text: &str) -> Vec<GeneratedFile> {
    let model = json!({
        "version": "2.0",
        "metadata": {
            "apiVersion": "2026-01-01",
            "endpointPrefix": "library",
            "protocol": "query",
            "serviceId": "Library",
            "xmlNamespace": "http://library.example.com/doc/2026-01-01/"
        },
        "operations": {
            "Lend": {
                "name": "Lend", "http": { "method": "POST", "requestUri": "/" }, "input": { "shape": "LendMessage" }
            }
        },
        "shapes": {
            "String": { "type": "string" },
            "LendMessage": {
                "type": "structure", "members": { "Isbn": { "shape": "String", "documentation": text } }
            }
        }
    });
    let files = Files { service: model.to_string().into(), ..Files::default() };
    generate(&Input { id: "library".into(), files, ..Input::default() }).expect("a sound model").files
}

/// The time that a text takes, and the length of what comes of it.
fn time(text: &str) -> (Duration, usize) {
    let start = Instant::now();
    let files = modules(text);
    (start.elapsed(), files.iter().map(|file| file.text.len()).sum())
}

#[test]
fn time_is_in_proportion_to_the_documentation() {
    for (name, make) in WORST {
        let (small, large) = (make(SMALL), make(LARGE));
        let ((mut quick, _), (mut slow, length)) = (time(&small), time(&large));
        let is_linear = |quick: Duration, slow| slow <= quick.max(FLOOR) * RATIO && slow <= TIME_LIMIT;
        // Another program may have had the processor: only what is so again is so.
        for _ in 0..4 {
            if is_linear(quick, slow) {
                break;
            }
            (quick, slow) = (quick.max(time(&small).0), slow.min(time(&large).0));
        }
        println!("{name:50} {quick:10.1?} {slow:10.1?} {length:10}");
        assert!(is_linear(quick, slow), "{name}: {quick:?} of {SMALL} bytes, {slow:?} of {LARGE}");
        assert!(length <= GROWTH * large.len(), "{name}: {length} bytes of {}", large.len());
    }
}
