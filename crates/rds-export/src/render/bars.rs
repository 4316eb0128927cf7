//! The bars of `watch`: a line for each export, what is wrong with it below, and a line for all of them.

use awsquery::Timestamp;
use rds_protocol::types::ExportTask;

use super::table::note_lines;
use super::{Look, QUIET, style_of, text};
use crate::board::{Board, Entry, Seen};
use crate::task::{Phase, TaskExt};

/// What identifiers may take of a row, at most.
const LONGEST_ID: usize = 32;
/// The number of exports that have a row: no window has room for more, and a frame is not to take long.
const MOST_ROWS: usize = 200;
const LONGEST_BAR: usize = 40;
const SHORTEST_BAR: usize = 8;
const PERCENT: usize = 5;
const SIZE: usize = 8;
const TOOK: usize = 7;

/// The columns of the rows, by what the window has room for.
struct Columns {
    id: usize,
    state: usize,
    bar: usize,
    has_size: bool,
    has_took: bool,
}

/// The window's content; nothing where there is nothing to tell.
pub(crate) fn lines(board: &Board, look: &Look, now: Timestamp) -> Vec<String> {
    // The last column stays free: some terminals begin a new line when it is taken.
    let width = look.width.unwrap_or(80).saturating_sub(1);
    let columns = Columns::fit(board, width);
    let mut lines = Vec::new();
    for entry in shown(board) {
        lines.push(row(entry, &columns, look, now));
        lines.extend(entry.task().map(|task| note_lines(task, look, width)).unwrap_or_default());
    }
    let hidden = board.entries.len().saturating_sub(MOST_ROWS);
    if hidden > 0 {
        lines.push(format!("({hidden} more exports)"));
    }
    let footer = summary(board).into_iter().chain(board.note.clone()).collect::<Vec<_>>().join("; ");
    if footer.is_empty() {
        return lines;
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.extend(text::wrap(&footer, width).iter().map(|line| look.paint(QUIET, line)));
    lines
}

/// The exports that have a row.
fn shown(board: &Board) -> impl Iterator<Item = &Entry> {
    board.entries.iter().take(MOST_ROWS)
}

impl Columns {
    fn fit(board: &Board, width: usize) -> Self {
        let longest = |text: &dyn Fn(&Entry) -> String| text::widest(shown(board).map(text));
        let id = longest(&id).min(LONGEST_ID).min((width / 3).max(SHORTEST_BAR));
        // Wide enough for what comes next, so that bars do not jump.
        let state = longest(&state).max("IN_PROGRESS".len());
        let mut columns = Self { id, state, bar: 0, has_size: true, has_took: true };
        columns.has_took = columns.room(width) >= SHORTEST_BAR;
        columns.has_size = columns.has_took || columns.room(width) >= SHORTEST_BAR;
        let room = columns.room(width);
        columns.bar = if room >= SHORTEST_BAR { room.min(LONGEST_BAR) } else { 0 };
        columns
    }

    /// What is left for the bar.
    fn room(&self, width: usize) -> usize {
        let size = if self.has_size { 2 + SIZE } else { 0 };
        let took = if self.has_took { 2 + TOOK } else { 0 };
        width.saturating_sub(self.id + 2 + self.state + 2 + 1 + PERCENT + size + took)
    }
}

fn id(entry: &Entry) -> String {
    entry.task().map_or_else(|| text::one_line(&entry.id), TaskExt::id)
}

fn state(entry: &Entry) -> String {
    match &entry.seen {
        Seen::NotYet => "WAITING".into(),
        Seen::Task(task) => task.state(),
        Seen::Nowhere => "NOT FOUND".into(),
    }
}

fn row(entry: &Entry, columns: &Columns, look: &Look, now: Timestamp) -> String {
    let phase = match &entry.seen {
        Seen::Nowhere => Phase::Failed,
        _ => entry.task().map_or(Phase::Running, TaskExt::phase),
    };
    let id = text::cut(&id(entry), columns.id, look.ellipsis());
    let state = look.paint(style_of(phase), &text::left(&state(entry), columns.state));
    let mut row = format!("{}  {state}", text::left(&id, columns.id));
    let percent = entry.task().and_then(TaskExt::percent);
    if columns.bar > 0 {
        row.push_str("  ");
        row.push_str(&bar(percent.unwrap_or(0), columns.bar, phase, look));
        row.push(' ');
    }
    let shown = |value: Option<String>| value.unwrap_or_default();
    row.push_str(&text::right(&shown(percent.map(|percent| format!("{percent} %"))), PERCENT));
    let task = entry.task();
    if columns.has_size {
        let size = task.and_then(ExportTask::gigabytes).map(|size| format!("{size} GB"));
        row.push_str(&format!("  {}", text::right(&shown(size), SIZE)));
    }
    if columns.has_took {
        let took = task.and_then(|task| task.took(now)).map(text::duration);
        row.push_str(&format!("  {}", text::right(&shown(took), TOOK)));
    }
    row.trim_end().to_owned()
}

fn bar(percent: u8, columns: usize, phase: Phase, look: &Look) -> String {
    let half_columns = 2 * columns * usize::from(percent) / 100;
    let (full, half) = (half_columns / 2, half_columns % 2);
    let rest = columns - full;
    match look.is_unicode {
        true => {
            let done = format!("{}{}", "━".repeat(full), "╸".repeat(half));
            format!("{}{}", look.paint(style_of(phase), &done), look.paint(QUIET, &"─".repeat(rest - half)))
        }
        false => format!(
            "{}{}",
            look.paint(style_of(phase), &"#".repeat(full)),
            look.paint(QUIET, &".".repeat(rest))
        ),
    }
}

/// How many there are of each kind: `2 running, 1 complete`.
pub(crate) fn summary(board: &Board) -> Option<String> {
    let counts = board.counts();
    let parts = [
        (counts.running, "running"),
        (counts.complete, "complete"),
        (counts.failed, "failed"),
        (counts.canceled, "canceled"),
        (counts.nowhere, "not found"),
    ];
    let parts: Vec<_> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::render::samples::{self, failed, running, task, tasks, warned};

    fn board() -> Board {
        let mut board = Board::of_ids(["nightly", "billing", "orders", "users", "gone"]);
        let mut done = running("nightly", 100);
        done.status = Some("complete".into());
        board.update(&[done, failed("billing"), warned("orders"), running("users", 7)], false);
        board.entries.push(Entry { id: "soon".into(), seen: Seen::NotYet });
        board
    }

    fn shown(board: &Board, width: usize, is_unicode: bool, is_coloured: bool) -> String {
        let look = Look { width: Some(width), is_unicode, is_coloured };
        lines(board, &look, samples::now()).join("\n")
    }

    #[test]
    fn each_export_has_a_bar() {
        assert_snapshot!(shown(&board(), 100, true, false));
    }

    #[test]
    fn narrow_windows_have_shorter_bars_then_fewer_columns() {
        let widths = [80, 60, 50, 40, 30];
        assert_snapshot!(widths.map(|width| shown(&board(), width, true, false)).join("\n\n"));
        let mut all = Board::of_ids(tasks().iter().map(TaskExt::id));
        all.update(&tasks(), false);
        for width in 34..160 {
            for line in shown(&all, width, true, false).lines() {
                assert!(text::width(line) < width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn a_terminal_of_ascii_gets_ascii() {
        let shown = shown(&board(), 80, false, false);
        assert!(shown.is_ascii(), "{shown}");
        assert_snapshot!(shown);
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let coloured = shown(&board(), 80, true, true);
        assert_snapshot!(coloured.replace('\u{1b}', "^"));
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), shown(&board(), 80, true, false));
    }

    #[test]
    fn a_frame_takes_no_longer_for_what_is_not_seen() {
        let mut hostile = warned("a");
        hostile.warning_message = Some("\u{301}".repeat(500_000));
        hostile.failure_cause = Some("word ".repeat(200_000));
        hostile.status = Some("S".repeat(1_000_000).into());
        let mut tasks: Vec<_> = (0..5_000).map(|number| running(&format!("export-{number}"), 1)).collect();
        tasks.insert(0, hostile);
        let mut board = Board::of_running();
        board.update(&tasks, false);
        let begun = std::time::Instant::now();
        let frame = shown(&board, 80, true, false);
        assert!(begun.elapsed() < std::time::Duration::from_secs(2), "{:?}", begun.elapsed());
        assert!(frame.contains("(4801 more exports)") && frame.ends_with("5001 running"), "{frame}");
        assert!(frame.lines().all(|line| text::width(line) < 80), "{frame}");
    }

    #[test]
    fn a_look_that_failed_is_told_below() {
        let note = "Throttling: Rate exceeded; next call in 30s";
        let mut board = Board::of_running();
        assert_eq!(shown(&board, 60, true, false), "");
        board.note = Some(note.into());
        assert_eq!(shown(&board, 60, true, false), note);
        board.update(&[running("nightly", 50)], false);
        assert_snapshot!(shown(&board, 60, true, false));
    }

    #[test]
    fn a_bar_is_filled_by_half_columns() {
        let look = Look { width: None, is_unicode: true, is_coloured: false };
        let bars = [0, 4, 5, 50, 99, 100].map(|percent| bar(percent, 10, Phase::Running, &look));
        assert_eq!(
            bars,
            ["──────────", "──────────", "╸─────────", "━━━━━─────", "━━━━━━━━━╸", "━━━━━━━━━━"]
        );
        let odd = task("odd", "PAUSED".into());
        assert_eq!(odd.percent(), None);
    }
}
