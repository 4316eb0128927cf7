//! Writes blocks as Markdown, every character of the text escaped that would mean something.

use super::{Block, Container, Content, Document, Emphasis, Marker, Span};

/// How wide lines become, as far as words allow.
const WIDTH: usize = 100;

/// What is longer than this is no URL that somebody would follow.
const URL_LIMIT: usize = 2000;

/// Writes a text.
pub(super) fn write(document: &Document) -> String {
    let mut text = String::new();
    let (mut before, mut after_item_start): (&[Container], bool) = (&[], false);
    for block in &document.blocks {
        let containers = block.containers.as_slice();
        let common = containers.iter().zip(before).take_while(|(one, other)| one == other).count();
        let starts_item = starts_item(&containers[common..]);
        let is_next_item = after_item_start && starts_item && goes_on(before, containers, common);
        if !text.is_empty() && !is_next_item {
            text.push_str(indentation(&before[..common]).trim_end());
            text.push('\n');
        }
        write_block(block, common, &document.urls, &mut text);
        (before, after_item_start) =
            (containers, starts_item && matches!(block.content, Content::Paragraph(_)));
    }
    text.truncate(text.trim_end().len());
    text
}

/// Whether these containers, which a block is the first to stand in, are items alone.
fn starts_item(new: &[Container]) -> bool {
    !new.is_empty() && new.iter().all(|container| matches!(container, Container::Item { .. }))
}

/// Whether the list that one block stands in goes on with the other, deeper or not: no blank line between.
fn goes_on(before: &[Container], after: &[Container], common: usize) -> bool {
    let list = |containers: &[Container]| match containers.get(common) {
        Some(Container::Item { list, .. }) => Some(*list),
        _ => None,
    };
    starts_item(&before[common..]) && list(before) == list(after) || before.len() == common
}

fn write_block(block: &Block, common: usize, urls: &[String], text: &mut String) {
    let rest = indentation(&block.containers);
    let mut prefix = indentation(&block.containers[..common]);
    prefix.extend(block.containers[common..].iter().map(|container| container.opening()));
    let lines = match &block.content {
        Content::Paragraph(spans) => paragraph(spans, urls, WIDTH.saturating_sub(rest.len())),
        Content::Listing(listing) => self::listing(listing),
    };
    for line in lines {
        text.push_str(&prefix);
        text.push_str(&line);
        text.truncate(text.trim_end().len());
        text.push('\n');
        prefix.clone_from(&rest);
    }
}

impl Container {
    /// What the first line of its first block begins with.
    fn opening(&self) -> String {
        match self {
            Self::Quote { .. } => "> ".into(),
            Self::Item { marker: Marker::Bullet, .. } => "- ".into(),
            Self::Item { marker: Marker::Ordinal(number), .. } => format!("{number}. "),
        }
    }
}

/// What lines begin with that go on in these containers.
fn indentation(containers: &[Container]) -> String {
    let of_one = |container: &Container| match container {
        Container::Quote { .. } => container.opening(),
        Container::Item { .. } => " ".repeat(container.opening().len()),
    };
    containers.iter().map(of_one).collect()
}

/// A listing, in a fence that none of its lines ends, and as text: rustdoc would run what it takes for Rust.
fn listing(text: &str) -> Vec<String> {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(0);
    let last = lines.iter().rposition(|line| !line.is_empty()).map_or(first, |index| index + 1);
    let mut fenced = vec![format!("{fence}text")];
    fenced.extend(lines[first..last].iter().map(|line| (*line).to_owned()));
    fenced.push(fence);
    fenced
}

/// The length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A part of a paragraph. Texts that stand beside each other are one word.
#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Text(String),
    Space,
    NewLine,
}

/// A paragraph's lines.
fn paragraph(spans: &[Span], urls: &[String], width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut length = 0;
    for word in words(emphasized(atoms(spans, urls))) {
        let Some(word) = word else {
            if let Some(line) = lines.last_mut().filter(|line| !line.is_empty()) {
                line.push('\\');
                lines.push(String::new());
                length = 0;
            }
            continue;
        };
        let word_length = word.chars().count();
        match lines.last_mut() {
            Some(line) if length > 0 && length + 1 + word_length <= width => {
                line.push(' ');
                line.push_str(&word);
                length += 1 + word_length;
            }
            Some(line) if length == 0 => {
                line.push_str(&at_line_start(&word));
                length = word_length;
            }
            _ => {
                lines.push(at_line_start(&word));
                length = word_length;
            }
        }
    }
    if lines.last().is_some_and(String::is_empty) {
        // A new line at the end of a paragraph is none.
        lines.pop();
        if let Some(line) = lines.last_mut() {
            line.pop();
        }
    }
    lines
}

/// Words; none for a new line.
fn words(pieces: Vec<Piece>) -> Vec<Option<String>> {
    let (mut words, mut open) = (Vec::new(), false);
    for piece in pieces {
        match (piece, words.last_mut()) {
            (Piece::Text(text), Some(Some(word))) if open => String::push_str(word, &text),
            (Piece::Text(text), _) => {
                words.push(Some(text));
                open = true;
            }
            (Piece::Space, _) => open = false,
            (Piece::NewLine, _) => {
                words.push(None);
                open = false;
            }
        }
    }
    words
}

/// A word that a line begins with, where it would begin a list, a heading, a quote, a table or a rule.
fn at_line_start(word: &str) -> String {
    if word.starts_with(['-', '+', '=', '#', '>', ':', '|']) {
        return format!("\\{word}");
    }
    let digits = word.chars().take_while(char::is_ascii_digit).count();
    match &word[digits..] {
        "." | ")" if digits > 0 => format!("{}\\{}", &word[..digits], &word[digits..]),
        _ => word.to_owned(),
    }
}

/// A text, a piece of code or a link, with the emphasis that all of it has.
struct Atom {
    emphasis: Option<Emphasis>,
    pieces: Vec<Piece>,
}

fn atoms(spans: &[Span], urls: &[String]) -> Vec<Atom> {
    let parts = spans.chunk_by(|one, other| {
        one.link == other.link && (one.link.is_some() || one.code.is_some() && one.code == other.code)
    });
    parts.map(|part| Atom { emphasis: common_emphasis(part), pieces: atom(part, urls) }).collect()
}

fn common_emphasis(spans: &[Span]) -> Option<Emphasis> {
    let mut visible = spans.iter().filter(|span| !span.text.trim().is_empty());
    let first = visible.next()?.emphasis;
    first.filter(|_| visible.all(|span| span.emphasis == first))
}

fn atom(part: &[Span], urls: &[String]) -> Vec<Piece> {
    let link = part.first().and_then(|span| span.link).and_then(|(_, url)| urls.get(url));
    let mut pieces = Vec::new();
    match link {
        Some(url) => link_pieces(part, url, &mut pieces),
        None => text_pieces(part, false, &mut pieces),
    }
    pieces
}

/// A link, the space at its ends left outside.
fn link_pieces(part: &[Span], url: &str, pieces: &mut Vec<Piece>) {
    let text: String = part.iter().map(|span| span.text.as_str()).collect();
    if text.trim() == url && url.is_ascii() {
        return pieces.push(Piece::Text(format!("<{url}>")));
    }
    let mut inner = Vec::new();
    for spans in part.chunk_by(|one, other| one.code.is_some() && one.code == other.code) {
        text_pieces(spans, true, &mut inner);
    }
    // A new line in a link is a space.
    inner.iter_mut().filter(|piece| **piece == Piece::NewLine).for_each(|piece| *piece = Piece::Space);
    let (before, inner, after) = trimmed(&inner);
    pieces.extend_from_slice(before);
    if !inner.is_empty() {
        pieces.push(Piece::Text("[".into()));
        pieces.extend_from_slice(inner);
        pieces.push(Piece::Text(format!("]({url})")));
    }
    pieces.extend_from_slice(after);
}

/// The space at the beginning, the pieces, the space at the end.
fn trimmed(pieces: &[Piece]) -> (&[Piece], &[Piece], &[Piece]) {
    let is_text = |piece: &Piece| matches!(piece, Piece::Text(_));
    let first = pieces.iter().position(is_text).unwrap_or(pieces.len());
    let last = pieces.iter().rposition(is_text).map_or(first, |index| index + 1);
    (&pieces[..first], &pieces[first..last], &pieces[last..])
}

/// A piece of code, which may have several spans, or a span of text.
fn text_pieces(part: &[Span], in_link: bool, pieces: &mut Vec<Piece>) {
    for span in part.iter().filter(|span| span.code.is_none()) {
        escaped(&span.text, in_link, pieces);
    }
    if part.iter().any(|span| span.code.is_some()) {
        let text: String = part.iter().map(|span| span.text.as_str()).collect();
        let edge = |is_edge: bool| is_edge.then_some(Piece::Space);
        pieces.extend(edge(text.starts_with(' ')));
        if !text.trim().is_empty() {
            let words: Vec<_> = text.split_whitespace().collect();
            pieces.push(Piece::Text(code(&words.join(" "))));
        }
        pieces.extend(edge(text.ends_with(' ')));
    }
    pieces.extend(part.iter().any(|span| span.ends_line).then_some(Piece::NewLine));
}

/// Joins atoms, with marks around what is emphasized, where Markdown would take them for marks.
fn emphasized(atoms: Vec<Atom>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut runs = atoms.chunk_by(|one, other| one.emphasis == other.emphasis).peekable();
    while let Some(run) = runs.next() {
        let mut all = Vec::new();
        run.iter().for_each(|atom| extend(&mut all, &atom.pieces));
        let (before, inner, after) = trimmed(&all);
        let mark = match run.first().and_then(|atom| atom.emphasis) {
            Some(Emphasis::Weak) => "*",
            Some(Emphasis::Strong) => "**",
            None => "",
        };
        extend(&mut pieces, before);
        let next = if after.is_empty() { runs.peek().map(|run| first_char(run)) } else { None };
        let can_stand = is_edge(last_char(&pieces))
            && is_edge(next.unwrap_or(' '))
            && first_of(inner) != '*'
            && last_char(inner) != '*';
        if mark.is_empty() || inner.is_empty() || !can_stand {
            extend(&mut pieces, inner);
        } else {
            pieces.push(Piece::Text(mark.into()));
            pieces.extend_from_slice(inner);
            pieces.push(Piece::Text(mark.into()));
        }
        extend(&mut pieces, after);
    }
    pieces
}

/// Adds pieces that another atom begins with: code does not touch code, and no `!` makes a picture of a link.
fn extend(pieces: &mut Vec<Piece>, more: &[Piece]) {
    if let (Some(Piece::Text(last)), Some(Piece::Text(first))) = (pieces.last_mut(), more.first()) {
        if last.ends_with('`') && first.starts_with('`') {
            pieces.push(Piece::Space);
        } else if last.ends_with('!') && first.starts_with('[') {
            last.pop();
            last.push_str("\\!");
        }
    }
    pieces.extend_from_slice(more);
}

/// Whether marks of emphasis may stand beside it.
fn is_edge(c: char) -> bool {
    c == ' ' || (c.is_ascii_punctuation() && c != '*')
}

fn first_char(run: &[Atom]) -> char {
    let first = run.iter().find_map(|atom| Some((atom.pieces.first()?, atom.emphasis)));
    match first {
        Some((Piece::Text(_), Some(_))) => '*',
        Some((Piece::Text(text), None)) => text.chars().next().unwrap_or(' '),
        _ => ' ',
    }
}

fn first_of(pieces: &[Piece]) -> char {
    match pieces.first() {
        Some(Piece::Text(text)) => text.chars().next().unwrap_or(' '),
        _ => ' ',
    }
}

fn last_char(pieces: &[Piece]) -> char {
    match pieces.last() {
        Some(Piece::Text(text)) => text.chars().next_back().unwrap_or(' '),
        _ => ' ',
    }
}

/// A text as code, whatever backticks are in it.
pub(crate) fn code(text: &str) -> String {
    let fence = "`".repeat(longest_run(text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Splits a text into words and escapes each.
fn escaped(text: &str, in_link: bool, pieces: &mut Vec<Piece>) {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first == ' ' {
            pieces.push(Piece::Space);
            rest = rest.trim_start();
            continue;
        }
        let (word, after) = rest.split_at(rest.find(' ').unwrap_or(rest.len()));
        let mut escaped = String::new();
        escape_word(word, in_link, after.is_empty(), &mut escaped);
        pieces.push(Piece::Text(escaped));
        rest = after;
    }
}

fn escape_word(word: &str, in_link: bool, at_end: bool, escaped: &mut String) {
    let mut rest = word;
    while let Some(at) = url_start(rest).filter(|_| !in_link) {
        let (before, from) = rest.split_at(at);
        let (url, after) = from.split_at(url_length(from));
        escape(before, false, escaped);
        write_url(url, escaped);
        rest = after;
    }
    escape(rest, at_end, escaped);
}

fn url_start(text: &str) -> Option<usize> {
    ["https://", "http://"].iter().filter_map(|scheme| text.find(scheme)).min()
}

/// How far a URL goes that stands in a sentence: not over the punctuation that ends the sentence, nor over a bracket that
/// was opened before.
fn url_length(text: &str) -> usize {
    let is_part = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '`');
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    if end > URL_LIMIT {
        return end;
    }
    let mut url = &text[..end];
    loop {
        let last = url.chars().next_back();
        let is_end = match last {
            Some('.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_') => true,
            Some(')') => url.matches('(').count() < url.matches(')').count(),
            Some(']') => url.matches('[').count() < url.matches(']').count(),
            Some('}') => url.matches('{').count() < url.matches('}').count(),
            Some('>') => url.matches('<').count() < url.matches('>').count(),
            _ => false,
        };
        if !is_end {
            return url.len();
        }
        url = &url[..url.len() - 1];
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

/// Escapes what would mean something wherever it stands. `at_end` is whether something may follow without a space.
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
