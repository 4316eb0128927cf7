//! The final check of docs: as rustdoc parses them, they contain no code that it would compile and no HTML.
//!
//! The check reads finished items, so it covers every doc comment, from any source.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

use crate::Diagnostics;
use crate::printable::Shown;

/// The number of characters of a text that an error shows.
const EXCERPT: usize = 60;

/// Checks each doc comment of an item, including inner ones. `path` is the file's. `example` is the only code that may
/// be compiled; it comes from an overlay.
pub(crate) fn check(tokens: TokenStream, path: &str, example: Option<&str>, diagnostics: &mut Diagnostics) {
    let mut lines = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                if let Some(line) = tokens.peek().and_then(doc_line) {
                    tokens.next();
                    lines.push(line);
                }
            }
            other => {
                check_lines(&std::mem::take(&mut lines), path, example, diagnostics);
                if let TokenTree::Group(group) = other {
                    check(group.stream(), path, example, diagnostics);
                }
            }
        }
    }
    check_lines(&lines, path, example, diagnostics);
}

/// Returns the text of `[doc = "…"]`.
fn doc_line(token: &TokenTree) -> Option<String> {
    let TokenTree::Group(group) = token else { return None };
    let mut inner = group.stream().into_iter();
    match (group.delimiter(), inner.next()?, inner.next()?, inner.next()?) {
        (Delimiter::Bracket, TokenTree::Ident(name), _, TokenTree::Literal(text)) if name == "doc" => {
            match syn::Lit::new(text) {
                syn::Lit::Str(text) => Some(text.value()),
                _ => None,
            }
        }
        _ => None,
    }
}

fn check_lines(lines: &[String], path: &str, example: Option<&str>, diagnostics: &mut Diagnostics) {
    if lines.is_empty() {
        return;
    }
    // rustdoc also removes the space behind the slashes.
    let lines: Vec<_> = lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    let text = lines.join("\n");
    if let Some(found) = violation(&text, example) {
        let excerpt: String = text.chars().take(EXCERPT).collect();
        let what = format!("docs with {found}, in the text that begins \"{}\"", Shown(&excerpt));
        diagnostics.error(path, what);
    }
}

/// Returns the kind of the first content that is not allowed. rustdoc finds code without its Markdown extensions and
/// shows text with them, so both are parsed.
fn violation(text: &str, example: Option<&str>) -> Option<&'static str> {
    // Code and HTML begin with one of these only.
    if !text.contains(['`', '~', '<', '\t']) && !text.contains("    ") {
        return None;
    }
    let shown = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    [Options::empty(), shown].into_iter().find_map(|options| {
        let mut events = Parser::new_ext(text, options);
        while let Some(event) = events.next() {
            match event {
                Event::Html(_) | Event::InlineHtml(_) => return Some("HTML"),
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if &*info == "text" => {}
                Event::Start(Tag::CodeBlock(_)) => {
                    let code = events.by_ref().map_while(|event| match event {
                        Event::Text(code) => Some(code),
                        _ => None,
                    });
                    let code = code.fold(String::new(), |code, part| code + &part);
                    if example.is_none_or(|example| code.trim_end() != example) {
                        return Some("a code block that is not marked as text");
                    }
                }
                _ => {}
            }
        }
        None
    })
}
