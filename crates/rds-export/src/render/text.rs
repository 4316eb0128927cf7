//! Texts in columns.

use std::time::Duration;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The text on one line, without what could steer a terminal: services quote what users wrote.
pub(crate) fn one_line(text: &str) -> String {
    let shown = anstream::adapter::strip_str(text).to_string();
    let shown: String = shown.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
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
        let Some(rest) = room.checked_sub(c.width().unwrap_or(0)) else { break };
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
    let mut line = String::new();
    for word in text.split(' ') {
        let gap = usize::from(!line.is_empty());
        if width(&line) + gap + width(word) <= columns {
            line.push_str(if gap == 1 { " " } else { "" });
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        // A word that is longer than a line, such as an ARN.
        for c in word.chars() {
            if width(&line) + c.width().unwrap_or(0) > columns {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line);
    lines
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
