//! Escapes Markdown's special characters, and finds URLs.

/// The greatest length of a URL that becomes a link.
const URL_LIMIT: usize = 2000;

/// Returns a text as code, even if it contains backticks.
pub(crate) fn code(text: &str) -> String {
    // Two backticks alone would begin code instead of being empty code.
    let text = if text.is_empty() { " " } else { text };
    let fence = "`".repeat(longest_run(text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Returns a name for a sentence, with special characters of Markdown and HTML escaped.
pub(crate) fn plain(text: &str) -> String {
    let mut escaped = String::new();
    escape(text, false, &mut escaped);
    escaped
}

/// Escapes a word, and makes links of its URLs unless the word is in a link. `at_end` is true if other text may follow
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

/// Returns the beginning of the first URL. One search for each scheme would be quadratic: at every URL, the search for
/// an absent scheme would read to the end.
fn url_start(text: &str) -> Option<usize> {
    let is_scheme = |rest: &str| rest.starts_with("http://") || rest.starts_with("https://");
    text.match_indices("http").map(|(at, _)| at).find(|at| is_scheme(&text[*at..]))
}

/// Returns the length of a URL in a sentence. It excludes punctuation at the end, and closing brackets whose opening
/// bracket comes before the URL.
fn url_length(text: &str) -> usize {
    let is_part = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '`');
    let mut end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    if end > URL_LIMIT {
        return end;
    }
    // For each kind of bracket, the number of closing brackets minus the number of opening ones.
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

/// Writes a URL: as a link if it is valid, as code if it has placeholders, else as text.
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

/// Escapes characters that are special anywhere in a line.
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
            // Two hyphens become a dash.
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

/// Returns the length of the longest run of backticks.
pub(super) fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
