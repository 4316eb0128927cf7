//! Lines that are drawn over: the only place that steers a terminal.

use std::io::{self, Write};

use super::text;

const HIDE_CURSOR: &str = "\x1b[?25l";
const SHOW_CURSOR: &str = "\x1b[?25h";
const ERASE_TO_END_OF_LINE: &str = "\x1b[K";
const ERASE_BELOW: &str = "\x1b[J";

/// Some lines at the end of what is on the terminal. Between frames the terminal is as it was, so that nothing is left behind
/// when the process is stopped or killed.
#[derive(Debug)]
pub(crate) struct Screen<W: Write> {
    out: W,
    /// How many columns each line took that is there.
    drawn: Vec<usize>,
}

impl<W: Write> Screen<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, drawn: Vec::new() }
    }

    /// Draws these lines in place of those before. `size` is that of the window by now, in columns and rows.
    pub(crate) fn draw(&mut self, lines: &[String], size: (usize, usize)) -> io::Result<()> {
        let lines = fit(lines, size.1);
        // Lest it be seen running about.
        let mut frame = String::from(HIDE_CURSOR);
        match self.rows_drawn(size.0) {
            0 if lines.is_empty() => return Ok(()),
            0 => {}
            rows => frame.push_str(&format!("\x1b[{rows}A\r")),
        }
        match lines.split_last() {
            Some((last, others)) => {
                for line in others {
                    frame.push_str(&format!("{line}{ERASE_TO_END_OF_LINE}\n"));
                }
                frame.push_str(&format!("{last}{ERASE_BELOW}{SHOW_CURSOR}\n"));
            }
            None => frame.push_str(&format!("{ERASE_BELOW}{SHOW_CURSOR}")),
        }
        // As one piece, lest it flicker or be cut by a signal.
        self.out.write_all(frame.as_bytes())?;
        self.out.flush()?;
        self.drawn =
            lines.iter().map(|line| text::width(&anstream::adapter::strip_str(line).to_string())).collect();
        Ok(())
    }

    /// Leaves the lines where they are, as when others have written below them; the next ones begin a new place.
    pub(crate) fn leave(&mut self) {
        self.drawn.clear();
    }

    /// A window that has become narrower has broken the lines.
    fn rows_drawn(&self, columns: usize) -> usize {
        self.drawn.iter().map(|width| width.div_ceil(columns.max(1)).max(1)).sum()
    }
}

/// The lines that a window of so many rows can show: what has left it above could not be drawn over.
fn fit(lines: &[String], rows: usize) -> Vec<String> {
    let room = rows.saturating_sub(1).max(1);
    if lines.len() <= room {
        return lines.to_vec();
    }
    // The last line is that of all exports.
    let (last, others) = lines.split_last().map_or((None, lines), |(last, others)| (Some(last), others));
    let kept = room.saturating_sub(2);
    let more = format!("({} more lines)", others.len() - kept.min(others.len()));
    let last = last.filter(|_| room > 1).cloned();
    others.iter().take(kept).cloned().chain([more]).chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(frames: &[&[&str]], size: (usize, usize)) -> String {
        let mut bytes = Vec::new();
        let mut screen = Screen::new(&mut bytes);
        for frame in frames {
            screen.draw(&lines(frame), size).expect("room");
        }
        shown(bytes)
    }

    fn lines(frame: &[&str]) -> Vec<String> {
        frame.iter().map(|line| (*line).to_owned()).collect()
    }

    fn shown(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).expect("text").replace('\u{1b}', "^")
    }

    #[test]
    fn a_frame_is_drawn_over_the_one_before_and_leaves_the_cursor_visible() {
        let first = "^[?25la^[K\nb^[J^[?25h\n";
        assert_eq!(drawn(&[&["a", "b"]], (80, 24)), first);
        assert_eq!(drawn(&[&["a", "b"], &["c"]], (80, 24)), format!("{first}^[?25l^[2A\rc^[J^[?25h\n"));
        assert_eq!(drawn(&[&["a", "b"], &[]], (80, 24)), format!("{first}^[?25l^[2A\r^[J^[?25h"));
        assert_eq!(drawn(&[&[]], (80, 24)), "");
    }

    #[test]
    fn what_was_left_is_not_drawn_over() {
        let mut bytes = Vec::new();
        let mut screen = Screen::new(&mut bytes);
        screen.draw(&lines(&["a"]), (80, 24)).expect("room");
        screen.leave();
        screen.draw(&lines(&["b"]), (80, 24)).expect("room");
        assert_eq!(shown(bytes), "^[?25la^[J^[?25h\n^[?25lb^[J^[?25h\n");
    }

    #[test]
    fn lines_that_a_narrower_window_broke_are_drawn_over_too() {
        assert!(drawn(&[&["12345678"], &["x"]], (4, 24)).contains("^[2A\r"));
    }

    #[test]
    fn a_low_window_shows_what_fits() {
        let lines: Vec<String> = (1..=9).map(|number| number.to_string()).collect();
        assert_eq!(fit(&lines, 10), lines);
        assert_eq!(fit(&lines, 6), ["1", "2", "3", "(5 more lines)", "9"]);
        assert_eq!(fit(&lines, 1), ["(8 more lines)"]);
        assert_eq!(fit(&lines, 2).len(), 1);
    }
}
