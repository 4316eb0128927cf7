//! Texts in columns.

use std::time::Duration;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The most characters of a text that are shown: a cell, a note, an error. Longer than any S3 address.
pub(crate) const LONGEST: usize = 2048;

/// The widest that a column makes room for. A longer text stands out of it.
const WIDEST: usize = 256;

/// The most marks that are shown on one character. No language needs as many.
const MOST_MARKS: usize = 8;

/// How many columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The width of a column with these texts.
pub(crate) fn widest<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> usize {
    texts.into_iter().map(|text| width(text.as_ref())).max().unwrap_or(0).min(WIDEST)
}

/// The text on one line, without what could steer a terminal: services quote what users wrote. At most [`LONGEST`]
/// characters of it.
pub(crate) fn one_line(text: &str) -> String {
    line_of(text, LONGEST)
}

/// The same with at most so many characters.
pub(crate) fn line_of(text: &str, longest: usize) -> String {
    // Whatever the rest holds, it is not looked at: a frame takes no longer for it.
    let end = text.char_indices().nth(4 * longest).map_or(text.len(), |(end, _)| end);
    let start = &text[..end];
    let mut line = String::new();
    let (mut count, mut marks, mut is_cut) = (0, 0, start.len() < text.len());
    for c in anstream::adapter::strip_str(start).to_string().chars() {
        let c = if c.is_control() || c.is_whitespace() { ' ' } else { c };
        marks = if c.width() == Some(0) { marks + 1 } else { 0 };
        if is_format(c) || marks > MOST_MARKS || c == ' ' && (line.is_empty() || line.ends_with(' ')) {
            continue;
        }
        if count == longest {
            is_cut = true;
            break;
        }
        line.push(c);
        count += 1;
    }
    line.truncate(line.trim_end().len());
    if is_cut {
        line.push_str("...");
    }
    line
}

/// A character that is not seen and changes how others are shown, such as their direction: Unicode's category Cf, the
/// separators of lines and paragraphs, and the letters that are blank.
pub(crate) fn is_format(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}'
        | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}'
        | '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{3164}' | '\u{ffa0}'
    )
}

/// The text filled up with spaces on its right.
pub(crate) fn left(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The text filled up with spaces on its left.
pub(crate) fn right(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The text cut to so many columns, with a mark where something is missing.
pub(crate) fn cut(text: &str, columns: usize, ellipsis: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut room = columns.saturating_sub(width(ellipsis));
    let mut kept = String::new();
    for c in text.chars() {
        let Some(rest) = room.checked_sub(width_of(c)) else { break };
        room = rest;
        kept.push(c);
    }
    kept.push_str(ellipsis);
    kept
}

/// The text in lines of so many columns, broken between words where that can be.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    // The line so far, and how many columns it takes.
    let (mut line, mut used) = (String::new(), 0);
    for word in text.split(' ') {
        let gap = usize::from(!line.is_empty());
        let word_width: usize = word.chars().map(width_of).sum();
        if used + gap + word_width <= columns {
            line.push_str(if gap == 1 { " " } else { "" });
            line.push_str(word);
            used += gap + word_width;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        // A word that is longer than a line, such as an ARN.
        for c in word.chars() {
            if used + width_of(c) > columns {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += width_of(c);
        }
    }
    lines.push(line);
    lines
}

/// The greatest number of columns of a character: the selector of an emoji's form makes the character before it wider.
fn width_of(c: char) -> usize {
    if c == '\u{fe0f}' { 1 } else { c.width().unwrap_or(0) }
}

/// A duration in its two largest units: `42s`, `3m 12s`, `2h 05m`, `1d 03h`.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{minutes}m {:02}s", seconds % 60),
        3600..86_400 => format!("{hours}h {:02}m", minutes % 60),
        _ => format!("{days}d {:02}h", hours % 24),
    }
}

/// The same of what may be shorter than a second.
pub(crate) fn limit(limit: Duration) -> String {
    if limit < Duration::from_secs(1) { format!("{limit:?}") } else { duration(limit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_nothing_that_steers_a_terminal() {
        assert_eq!(one_line("a\n\tb \u{1b}[2Jc\u{7f}\u{8}d \u{1b}]0;title\u{7}e"), "a b cd e");
        assert!(!one_line("\u{1b}\u{9b}31m\u{1b}").contains(char::is_control));
    }

    #[test]
    fn a_line_has_nothing_that_is_not_seen_and_changes_what_is() {
        assert_eq!(one_line("a\u{202e}b\u{2028}c\u{ad}d\u{200b}e\u{e0041}f"), "ab cdef");
        assert_eq!(one_line("nai\u{308}ve \u{5e9}\u{5dc}"), "nai\u{308}ve \u{5e9}\u{5dc}");
        let is_seen = |c: char| !format!("a{c}").escape_debug().to_string().ends_with('}');
        let seen = (' '..=char::MAX).filter(|c| is_format(*c) && is_seen(*c));
        // Those that are letters and marks by their category, and blank.
        let blank = "\u{34f}\u{115f}\u{1160}\u{17b4}\u{17b5}\u{3164}\u{ffa0}";
        assert_eq!(seen.collect::<String>(), blank);
    }

    #[test]
    fn a_line_is_bounded_in_length_and_marks() {
        assert_eq!(one_line(&"x".repeat(LONGEST)), "x".repeat(LONGEST));
        assert_eq!(one_line(&"x".repeat(10_000_000)), "x".repeat(LONGEST) + "...");
        assert_eq!(
            one_line(&format!("a{}b", "\u{301}".repeat(100))),
            format!("a{}b", "\u{301}".repeat(MOST_MARKS))
        );
        assert_eq!(line_of("nightly", 3), "nig...");
        assert_eq!(widest(["x".repeat(LONGEST)]), WIDEST);
    }

    #[test]
    fn a_megabyte_of_marks_is_wrapped_in_an_instant() {
        let begun = std::time::Instant::now();
        for text in ["\u{301}".repeat(500_000), "a\u{301}".repeat(300_000), " \u{301}".repeat(300_000)] {
            wrap(&text, 80);
            cut(&text, 80, "…");
        }
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }

    #[test]
    fn a_text_is_cut_by_columns_not_by_characters() {
        assert_eq!(cut("nightly", 7, "…"), "nightly");
        assert_eq!(cut("nightly-orders", 8, "…"), "nightly…");
        assert_eq!(cut("日本語の名前", 6, "…"), "日本…");
        assert_eq!(cut("nightly", 5, "..."), "ni...");
    }

    #[test]
    fn lines_break_between_words_and_long_words_anywhere() {
        assert_eq!(wrap("the role may not write", 10), ["the role", "may not", "write"]);
        assert_eq!(wrap("see arn:aws:iam::1:role/x", 10), ["see", "arn:aws:ia", "m::1:role/", "x"]);
        assert_eq!(wrap("", 10), [""]);
    }

    #[test]
    fn a_duration_has_two_units() {
        let shown = |seconds| duration(Duration::from_secs(seconds));
        assert_eq!([shown(0), shown(59), shown(60)], ["0s", "59s", "1m 00s"]);
        assert_eq!([shown(3599), shown(3600), shown(86_399)], ["59m 59s", "1h 00m", "23h 59m"]);
        assert_eq!(shown(90_000), "1d 01h");
        assert_eq!([limit(Duration::from_millis(200)), limit(Duration::from_secs(90))], ["200ms", "1m 30s"]);
    }
}
