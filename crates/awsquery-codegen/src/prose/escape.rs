//! Escapes what would mean something in Markdown, and finds URLs.

/// What is longer than this is no URL that somebody would follow.
const URL_LIMIT: usize = 2000;

/// A text as code, whatever backticks are in it.
pub(crate) fn code(text: &str) -> String {
    // Two backticks alone are no code, but begin some that ends further on.
    let text = if text.is_empty() { " " } else { text };
    let fence = "`".repeat(longest_run(text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// A name in a sentence, with what would mean something in Markdown or HTML escaped.
pub(crate) fn plain(text: &str) -> String {
    let mut escaped = String::new();
    escape(text, false, &mut escaped);
    escaped
}

/// Escapes a word, and makes links of the URLs in it unless it stands in one. `at_end` is whether something may follow
/// without a space.
pub(super) fn escape_word(word: &str, in_link: bool, at_end: bool) -> String {
    let mut escaped = String::new();
    let mut rest = word;
    while let Some(at) = url_start(rest).filter(|_| !in_link) {
        let (before, from) = rest.split_at(at);
        let (url, after) = from.split_at(url_length(from));
        escape(before, false, &mut escaped);
        write_url(url, &mut escaped);
        rest = after;
    }
    escape(rest, at_end, &mut escaped);
    escaped
}

/// The first URL's beginning. One search for both schemes: one for each would read on to the end for the one that is
/// not there, at every URL of the other.
fn url_start(text: &str) -> Option<usize> {
    let is_scheme = |rest: &str| rest.starts_with("http://") || rest.starts_with("https://");
    text.match_indices("http").map(|(at, _)| at).find(|at| is_scheme(&text[*at..]))
}

/// How far a URL goes that stands in a sentence: not over the punctuation that ends the sentence, nor over a bracket that
/// was opened before.
fn url_length(text: &str) -> usize {
    let is_part = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '`');
    let mut end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    if end > URL_LIMIT {
        return end;
    }
    // How many more of each kind of bracket are closed than opened.
    let mut unopened = [0_isize; BRACKETS.len()];
    for c in text[..end].chars() {
        count_bracket(&mut unopened, c, 1);
    }
    while let Some(last) = text[..end].chars().next_back() {
        let is_end = match BRACKETS.iter().position(|(_, close)| *close == last) {
            Some(kind) => unopened[kind] > 0,
            None => matches!(last, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_'),
        };
        if !is_end {
            break;
        }
        count_bracket(&mut unopened, last, -1);
        end -= last.len_utf8();
    }
    end
}

const BRACKETS: [(char, char); 4] = [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>')];

fn count_bracket(unopened: &mut [isize; BRACKETS.len()], c: char, times: isize) {
    for (count, (open, close)) in unopened.iter_mut().zip(BRACKETS) {
        *count += times * (isize::from(c == close) - isize::from(c == open));
    }
}

/// A URL that can be followed is a link; one with placeholders is code; what only looks like one is text.
fn write_url(url: &str, escaped: &mut String) {
    let is_plain = url.chars().all(|c| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=%".contains(c));
    let host = url.split_once("://").map_or("", |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or_default();
    let is_domain = host.starts_with(|c: char| c.is_ascii_alphanumeric())
        && host.split('.').skip(1).any(|label| label.starts_with(|c: char| c.is_ascii_alphabetic()));
    match (is_plain, is_domain, host.is_empty() || url.len() > URL_LIMIT) {
        (true, true, false) => {
            escaped.push('<');
            escaped.push_str(url);
            escaped.push('>');
        }
        (false, _, false) => escaped.push_str(&code(url)),
        _ => escape(url, false, escaped),
    }
}

/// Escapes what would mean something wherever it stands.
fn escape(text: &str, at_end: bool, escaped: &mut String) {
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let means_something = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '~' => true,
            '_' => !(is_letter(before) && is_letter(next)),
            '&' => is_letter(next) || next == Some('#') || (next.is_none() && at_end),
            // A dash of two.
            '-' => next == Some('-'),
            _ => false,
        };
        if means_something {
            escaped.push('\\');
        }
        escaped.push(c);
        before = Some(c);
    }
}

/// The length of the longest run of backticks.
pub(super) fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
