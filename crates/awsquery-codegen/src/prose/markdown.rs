//! Writes blocks as Markdown, with all special characters of the text escaped.

use super::escape::longest_run;
use super::{Block, Container, Content, Document, Marker, Span, inline};

/// The greatest width of a line, unless a word is longer.
const WIDTH: usize = 100;

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

/// Returns true if the containers that a block opens are all items.
fn starts_item(new: &[Container]) -> bool {
    !new.is_empty() && new.iter().all(|container| matches!(container, Container::Item { .. }))
}

/// Returns true if both blocks are in the same list, at any depth. No blank line separates them then.
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
    /// Returns the beginning of the first line in the container.
    fn opening(&self) -> String {
        match self {
            Self::Quote { .. } => "> ".into(),
            Self::Item { marker: Marker::Bullet, .. } => "- ".into(),
            Self::Item { marker: Marker::Ordinal(number), .. } => format!("{number}. "),
        }
    }
}

/// Returns the beginning of further lines in these containers.
fn indentation(containers: &[Container]) -> String {
    let of_one = |container: &Container| match container {
        Container::Quote { .. } => container.opening(),
        Container::Item { .. } => " ".repeat(container.opening().len()),
    };
    containers.iter().map(of_one).collect()
}

/// Returns a listing in a fence that none of its lines ends. It is marked as text, since rustdoc would run Rust code.
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

/// Returns a paragraph's lines.
fn paragraph(spans: &[Span], urls: &[String], width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut length = 0;
    for word in inline::words(spans, urls) {
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
        // A line break at the end of a paragraph has no effect.
        lines.pop();
        if let Some(line) = lines.last_mut() {
            line.pop();
        }
    }
    lines
}

/// Escapes a word at the start of a line, where it would begin a list, a heading, a quote, a table or a rule.
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
