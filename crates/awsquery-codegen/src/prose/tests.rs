//! Properties of the conversion, for texts of AWS and for random ones.

use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};

use super::to_markdown;

/// Returns the Markdown of a text, empty if there is none.
fn markdown(html: &str) -> String {
    to_markdown(html).unwrap_or_default()
}

#[track_caller]
fn assert_converts(cases: &[(&str, &str)]) {
    for (html, expected) in cases {
        assert_eq!(markdown(html), *expected, "{html}");
    }
}

#[test]
fn paragraphs_are_divided_by_a_line() {
    assert_converts(&[
        ("", ""),
        ("<p></p> <zonbook></zonbook><xhtml></xhtml>", ""),
        ("Lends a book.", "Lends a book."),
        ("<p>Lends\n  a   book.</p><p>Or two.</p>", "Lends a book.\n\nOr two."),
        ("<fullname>Library</fullname> <p>Lends books.</p>", "Library\n\nLends books."),
        ("<p>One.<p>Two.", "One.\n\nTwo."),
        ("One.<p/>Two.", "One.\n\nTwo."),
        ("<b>Important</b><br>Read it.<br/>", "**Important**\\\nRead it."),
        ("<h2>Terms</h2>Few.", "**Terms**\n\nFew."),
        ("<div><!-- not this --><p>Kept.</p></div>", "Kept."),
    ]);
}

#[test]
fn lists_nest() {
    assert_converts(&[
        ("<p>Either:</p><ul> <li> <p>a</p> </li> <li>b</li> </ul><p>End.</p>", "Either:\n\n- a\n- b\n\nEnd."),
        ("<p>Either: <ul><li>a<li>b</ul> End.</p>", "Either:\n\n- a\n- b\n\nEnd."),
        ("<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>", "- a\n  - b\n  - c\n- d"),
        ("<ol><li><p>a</p><p>more</p></li><li>b</li></ol>", "1. a\n\n   more\n\n2. b"),
        ("<ol><li>a</li></ol><ul><li>b</li></ul>", "1. a\n\n- b"),
        ("<ul><li></li><li>a</li></ul>", "- a"),
        ("<ul><li>a<ol><li></li><li>b</li></ol></li></ul>", "- a\n  1. b"),
        ("<li>stray</li>", "- stray"),
        ("<ul><ul><li>a</ul></ul></li></p>b", "- a\n\nb"),
    ]);
}

#[test]
fn terms_and_their_descriptions_are_a_list() {
    assert_converts(&[
        (
            "<dl><dt>hard</dt> <dd> <p>Lasts.</p> <p>Heavy.</p> </dd> <dt>soft</dt><dd>Bends.</dd></dl>",
            "- **hard**: Lasts.\n\n  Heavy.\n\n- **soft**: Bends.",
        ),
        ("<dl><dt>hard</dt><dt>soft</dt></dl>", "- **hard**\n- **soft**"),
        ("<dl><dd>only this</dd></dl>", "- only this"),
    ]);
}

#[test]
fn notes_are_quoted() {
    assert_converts(&[
        (
            "<p>a</p><note> <p>Not on Sundays.</p> <p>Nor at night.</p> </note><p>b</p>",
            "a\n\n> **Note:** Not on Sundays.\n>\n> Nor at night.\n\nb",
        ),
        ("<important>Bring it back.</important>", "> **Important:** Bring it back."),
        ("<note><ul><li>a</li><li>b</li></ul></note>", "> **Note:**\n>\n> - a\n> - b"),
        ("<ul><li><p>a</p><note><p>b</p></note></li><li>c</li></ul>", "- a\n\n  > **Note:** b\n\n- c"),
        ("<note>a</note><note>b</note><note> </note>", "> **Note:** a\n\n> **Note:** b"),
    ]);
}

#[test]
fn tables_are_lists_of_rows() {
    assert_converts(&[(
        "<table><tr><th>Day</th><th>Open</th></tr> <tr><td><p>Monday</p></td><td>no</td></tr></table>",
        "- Day | Open\n- Monday\n\n  no",
    )]);
}

#[test]
fn marked_text_is_marked() {
    assert_converts(&[
        ("the <i>Library Guide</i>.", "the *Library Guide*."),
        ("a<b> bold </b>word, <strong>so</strong>", "a **bold** word, **so**"),
        ("Zone<i>s</i> and <i>Zone</i>s", "Zones and Zones"),
        ("<b>a</b><i>b</i>", "ab"),
        ("<b> <code>standard</code> </b> ( <i>the default</i> )", "**`standard`** ( *the default* )"),
        ("<b>a <i>b</b> c</i> d", "**a b** c d"),
        ("<i>2 * 2</i> and <b>*</b>", "*2 \\* 2* and \\*"),
        ("<u>a</u><copy>b</copy>", "ab"),
    ]);
}

#[test]
fn code_is_code_whatever_is_in_it() {
    assert_converts(&[
        ("<code>a b</code>must", "`a b`must"),
        ("<code> a </code>.", "`a` ."),
        ("<code>arn:<i>region</i>:x</code>", "`arn:region:x`"),
        ("<code>a</code><code>b</code>", "`a` `b`"),
        ("<code>a == `true`</code>", "`` a == `true` ``"),
        ("<code>[*_&lt;x&gt;]</code>", "`[*_<x>]`"),
        ("<code></code>x", "x"),
        ("<a>LendBook</a> lends", "`LendBook` lends"),
        ("<pre>a\n  <b>b</b>\n```\n</pre>", "````text\na\n  b\n```\n````"),
    ]);
}

#[test]
fn links_lead_where_they_led() {
    assert_converts(&[
        (
            "see <a href=\"https://example.com/a_b?c=d&amp;e#f\"> the guide </a>.",
            "see [the guide](https://example.com/a_b?c=d&e#f) .",
        ),
        ("<a href='https://example.com/(x) y'>[1]</a>", "[\\[1\\]](https://example.com/%28x%29%20y)"),
        ("<a href=\"https://example.com\"><code>Lend</code> it</a>", "[`Lend` it](https://example.com)"),
        ("<i><a href=\"https://example.com\">guide</a></i>", "*[guide](https://example.com)*"),
        ("<a href=\"https://example.com/\">https://example.com/</a>", "<https://example.com/>"),
        ("At<a href=\"https://example.com/\"> https://example.com/ </a>.", "At <https://example.com/> ."),
        ("<a href=\"#top\">up</a> <a href=\"\">down</a> <a href=\"javascript:x\">off</a>", "up down off"),
        (
            "<a href=\"https://a.example\">one <a href=\"https://b.example\">two",
            "[one](https://a.example) [two](https://b.example)",
        ),
        ("<a href=\"https://a.example\"></a>", ""),
        ("Wow!<a href=\"https://a.example\">x</a>", "Wow\\![x](https://a.example)"),
    ]);
}

#[test]
fn bare_urls_become_links() {
    assert_converts(&[
        ("At https://example.com/a_b.", "At <https://example.com/a_b>."),
        ("(https://example.com/a)", "(<https://example.com/a>)"),
        ("https://en.example.org/a_(b)", "<https://en.example.org/a_(b)>"),
        ("https://{id}.example.com/ or https://&lt;id&gt;", "`https://{id}.example.com/` or `https://<id>`"),
        ("http:// and https://localhost:80/_x_", "http:// and https://localhost:80/\\_x\\_"),
    ]);
}

#[test]
fn what_would_mean_something_is_escaped() {
    assert_converts(&[
        ("AWS_REGION and _x_", "AWS_REGION and \\_x\\_"),
        ("[Minute] [x](y) `z` *w* ~v~ \\", "\\[Minute\\] \\[x\\](y) \\`z\\` \\*w\\* \\~v\\~ \\\\"),
        ("&lt;b&gt; &amp;amp; R&amp;D &amp; a&lt;b", "\\<b> \\&amp; R\\&D & a\\<b"),
        ("a <bucket-name> b <BucketName>", "a \\<bucket-name> b \\<BucketName>"),
        ("--query", "\\--query"),
    ]);
    for word in ["-", "+", "#", "##", ">", "=", "===", "---", "|", ":", "1.", "23)"] {
        let text = markdown(&format!("<p>{word} a</p>"));
        assert!(text.contains('\\'), "{word}: {text}");
        assert_eq!(shown(&text), format!("{word} a"));
    }
}

#[test]
fn lines_are_wrapped_and_begin_no_block() {
    for count in 15..25 {
        let words = ["1.", "-", "#", "+", "end"].join(&format!(" {} ", ["word"; 30][..count].join(" ")));
        let text = markdown(&words);
        assert!(text.lines().all(|line| line.len() <= 101), "{text}");
        assert_eq!(shown(&text), words);
    }
}

#[test]
fn what_cannot_be_seen_is_not_there() {
    assert_eq!(markdown("a\u{0}\u{7}\u{96}b\u{202e}c\u{a0}d\u{feff}&#150;&#x1;"), "a bc d–");
}

#[test]
fn a_text_that_nests_without_end_is_read_at_once() {
    let html = "<ul><li><b><note>".repeat(20_000) + "deep" + &"</b></li>".repeat(20_000);
    let text = markdown(&html);
    assert!(text.contains("deep") && text.len() < 10_000, "{}", text.len());
}

/// Returns the text of a Markdown document, as rustdoc shows it, without white space at the edges of blocks.
fn shown(markdown: &str) -> String {
    let mut shown = String::new();
    for event in rustdoc(markdown) {
        match event {
            Event::Text(text) | Event::Code(text) => shown.push_str(&text),
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph | TagEnd::Item) => {
                shown.push(' ')
            }
            _ => {}
        }
    }
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn rustdoc(markdown: &str) -> impl Iterator<Item = Event<'_>> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    // Every name in brackets might be an item of Rust.
    Parser::new_with_broken_link_callback(markdown, options, Some(|_| Some(("item".into(), "".into()))))
}

/// Asserts that rustdoc finds no HTML, code to compile, images, bare URLs or other unwanted markup.
fn assert_sound(html: &str) -> Result<(), TestCaseError> {
    let markdown = markdown(html);
    let (mut in_link, mut in_listing) = (false, false);
    for event in rustdoc(&markdown) {
        match &event {
            Event::Html(_)
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_)
            | Event::Rule => {
                prop_assert!(false, "{event:?} in {markdown:?}");
            }
            Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                in_link = true;
                prop_assert!(
                    matches!(link_type, LinkType::Inline | LinkType::Autolink),
                    "{event:?} in {markdown:?}"
                );
                prop_assert!(dest_url.starts_with("http"), "{event:?} in {markdown:?}");
            }
            Event::End(TagEnd::Link) => in_link = false,
            Event::End(TagEnd::CodeBlock) => in_listing = false,
            Event::Start(Tag::CodeBlock(kind)) => {
                in_listing = true;
                let is_text = matches!(kind, CodeBlockKind::Fenced(name) if &**name == "text");
                prop_assert!(is_text, "{event:?} in {markdown:?}");
            }
            Event::Start(
                Tag::Heading { .. } | Tag::HtmlBlock | Tag::Table(_) | Tag::Strikethrough | Tag::Image { .. },
            ) => {
                prop_assert!(false, "{event:?} in {markdown:?}");
            }
            Event::Text(text) if !in_link && !in_listing => {
                prop_assert!(!text.contains("https://example.com"), "a bare URL in {markdown:?}");
            }
            _ => {}
        }
    }
    let is_visible = |c: char| c == '\n' || !c.is_control();
    prop_assert!(markdown.chars().all(is_visible), "{markdown:?}");
    Ok(())
}

/// Pieces of HTML and of Markdown.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "<p>", "</p>", "<ul>", "</ul>", "<ol>", "<li>", "</li>", "<b>", "</b>", "<i>", "</i>", "<code>",
    "</code>", "<note>", "</note>", "<dl>", "<dt>", "</dt>", "<dd>", "</dd>", "<table>", "<tr>", "<td>",
    "</td>", "<pre>", "</pre>", "<br>", "<a>", "<a href=\"https://a.example/b\">", "</a>", "<x>", "</x>",
    "&lt;", "&gt;", "&amp;", "&#60;", " ", "\n", "    ", "a", "B", "_", "*", "**", "`", "```", "~", "[",
    "]", "(", ")", "!", "#", "-", "--", "=", "+", "1.", "2)", "|", ":", ">", "\\", "<!--", "-->",
    "https://example.com", "https://example.com/x_y", "{", "}", "é", "\u{301}", "\u{202e}", "'", "\"",
    "^", "$", ".", ",", "word ", " word",
];

/// The pieces, in any order.
fn snippets() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(PIECES), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_becomes_markdown_that_means_nothing_else(html in ".{0,80}") {
        assert_sound(&html)?;
    }

    #[test]
    fn any_markup_becomes_markdown_that_means_nothing_else(html in snippets()) {
        assert_sound(&html)?;
    }

    /// Text without markup is shown unchanged.
    #[test]
    fn any_text_is_shown_as_it_is(text in snippets()) {
        let html = text.replace('&', "&amp;").replace('<', "&lt;");
        let expected: String = text.chars().filter(|c| *c != '\u{202e}').collect();
        let expected = expected.split_whitespace().collect::<Vec<_>>().join(" ");
        let markdown = markdown(&html);
        prop_assert_eq!(shown(&markdown), expected, "{:?}", markdown);
    }
}
