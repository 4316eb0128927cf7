//! Conversion of marked text to words of Markdown: code, links, and emphasis where Markdown recognizes its marks.

use super::escape::{code, escape_word};
use super::{Emphasis, Span};

/// A part of a paragraph. Adjacent texts form one word.
#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Text(String),
    Space,
    NewLine,
}

/// Returns the words of a paragraph, with `None` for a line break.
pub(super) fn words(spans: &[Span], urls: &[String]) -> Vec<Option<String>> {
    let (mut words, mut open) = (Vec::new(), false);
    for piece in emphasized(&atoms(spans, urls)) {
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

/// A text, a piece of code or a link, with the emphasis of all its text.
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

/// Writes a link, with the spaces at its ends outside of it.
fn link_pieces(part: &[Span], url: &str, pieces: &mut Vec<Piece>) {
    let text: String = part.iter().map(|span| span.text.as_str()).collect();
    let mut inner = Vec::new();
    for spans in part.chunk_by(|one, other| one.code.is_some() && one.code == other.code) {
        text_pieces(spans, true, &mut inner);
    }
    // A line break in a link becomes a space.
    inner.iter_mut().filter(|piece| **piece == Piece::NewLine).for_each(|piece| *piece = Piece::Space);
    let (before, inner, after) = trimmed(&inner);
    pieces.extend_from_slice(before);
    if text.trim() == url && url.is_ascii() {
        pieces.push(Piece::Text(format!("<{url}>")));
    } else if !inner.is_empty() {
        pieces.push(Piece::Text("[".into()));
        pieces.extend_from_slice(inner);
        pieces.push(Piece::Text(format!("]({url})")));
    }
    pieces.extend_from_slice(after);
}

/// Returns the leading space, the pieces and the trailing space.
fn trimmed(pieces: &[Piece]) -> (&[Piece], &[Piece], &[Piece]) {
    let is_text = |piece: &Piece| matches!(piece, Piece::Text(_));
    let first = pieces.iter().position(is_text).unwrap_or(pieces.len());
    let last = pieces.iter().rposition(is_text).map_or(first, |index| index + 1);
    (&pieces[..first], &pieces[first..last], &pieces[last..])
}

/// Writes a piece of code, which may consist of several spans, or a span of text.
fn text_pieces(part: &[Span], in_link: bool, pieces: &mut Vec<Piece>) {
    for span in part.iter().filter(|span| span.code.is_none()) {
        pieces.extend(text_words(&span.text, in_link));
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

/// Joins atoms, and adds marks of emphasis where Markdown recognizes them.
fn emphasized(atoms: &[Atom]) -> Vec<Piece> {
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
        let next = if after.is_empty() { runs.peek().map(|run| first_char_of(run)) } else { None };
        let can_stand = is_edge(last_char(&pieces))
            && is_edge(next.unwrap_or(' '))
            && first_char(inner) != '*'
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

/// Appends the first pieces of another atom. Separates adjacent code, and escapes a `!` that would turn a link into an
/// image.
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

/// Returns true if marks of emphasis may be adjacent to the character.
fn is_edge(c: char) -> bool {
    c == ' ' || (c.is_ascii_punctuation() && c != '*')
}

fn first_char_of(run: &[Atom]) -> char {
    let first = run.iter().find_map(|atom| Some((atom.pieces.first()?, atom.emphasis)));
    match first {
        Some((Piece::Text(_), Some(_))) => '*',
        Some((Piece::Text(text), None)) => text.chars().next().unwrap_or(' '),
        _ => ' ',
    }
}

fn first_char(pieces: &[Piece]) -> char {
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

/// Returns a text's words, each escaped, and the spaces between them.
fn text_words(text: &str, in_link: bool) -> Vec<Piece> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.find(' ').unwrap_or(rest.len()));
        if word.is_empty() {
            pieces.push(Piece::Space);
            rest = rest.trim_start_matches(' ');
        } else {
            pieces.push(Piece::Text(escape_word(word, in_link, after.is_empty())));
            rest = after;
        }
    }
    pieces
}
