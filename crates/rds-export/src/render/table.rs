//! The table of `list`.

use awsquery::Timestamp;
use rds_protocol::types::ExportTask;

use super::{HEADER, Look, QUIET, WARNING, style_of, text};
use crate::task::TaskExt;

const GAP: &str = "  ";
/// An identifier is cut to so much before a column goes, and never to less than the shortest.
const LONG_ID: usize = 32;
const SHORTEST_ID: usize = 12;

/// One column: its cells, and how long it is kept when the window is narrow.
struct Column {
    title: &'static str,
    is_right: bool,
    /// The column with the largest number goes first.
    goes: u8,
    cells: Vec<String>,
}

impl Column {
    fn new(title: &'static str, goes: u8, cells: impl IntoIterator<Item = String>) -> Self {
        Self { title, is_right: false, goes, cells: cells.into_iter().collect() }
    }

    fn right(self) -> Self {
        Self { is_right: true, ..self }
    }

    fn width(&self) -> usize {
        text::widest(self.cells.iter().map(String::as_str).chain([self.title]))
    }

    fn pad(&self, cell: &str, width: usize) -> String {
        if self.is_right { text::right(cell, width) } else { text::left(cell, width) }
    }
}

/// The table, with what is wrong with an export below its row; at its end, where no window limits the row.
pub(crate) fn lines(tasks: &[ExportTask], look: &Look, now: Timestamp) -> Vec<String> {
    let mut columns = columns(tasks, now);
    match look.width {
        Some(width) => fit(&mut columns, width, look),
        None => columns.push(Column::new("NOTE", 0, tasks.iter().map(|task| notes(task).join("; ")))),
    }
    let widths: Vec<usize> = columns.iter().map(Column::width).collect();
    let row = |cell: &dyn Fn(&Column, usize) -> String| {
        let cells: Vec<String> =
            columns.iter().zip(&widths).map(|(column, width)| cell(column, *width)).collect();
        cells.join(GAP).trim_end().to_owned()
    };
    let mut lines = vec![look.paint(HEADER, &row(&|column, width| column.pad(column.title, width)))];
    for (index, task) in tasks.iter().enumerate() {
        let paint = |column: &Column, padded: &str| match column.title {
            "STATUS" => look.paint(style_of(task.phase()), padded),
            _ => padded.to_owned(),
        };
        lines.push(row(&|column, width| paint(column, &column.pad(&column.cells[index], width))));
        if let Some(width) = look.width {
            lines.extend(note_lines(task, look, width));
        }
    }
    lines
}

fn columns(tasks: &[ExportTask], now: Timestamp) -> Vec<Column> {
    let each = |cell: &dyn Fn(&ExportTask) -> Option<String>| -> Vec<String> {
        tasks.iter().map(|task| cell(task).unwrap_or_else(|| "-".into())).collect()
    };
    vec![
        Column::new("EXPORT", 0, each(&|task| Some(task.id()))),
        Column::new("STATUS", 1, each(&|task| Some(task.state()))),
        Column::new("DONE", 2, each(&|task| Some(format!("{} %", task.percent()?)))).right(),
        Column::new("SIZE", 4, each(&|task| Some(format!("{} GB", task.gigabytes()?)))).right(),
        Column::new("STARTED (UTC)", 6, each(&|task| Some(minute(task.task_start_time?)))),
        Column::new("TOOK", 3, each(&|task| task.took(now).map(text::duration))).right(),
        Column::new("SOURCE", 5, each(&|task| Some(source(task.source_arn.as_deref()?)))),
        Column::new("TO", 7, each(&destination)),
    ]
}

fn minute(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M").to_string()
}

/// The part of an ARN that differs within an account and region: `snapshot:orders`.
fn source(arn: &str) -> String {
    text::one_line(arn.splitn(6, ':').nth(5).unwrap_or(arn))
}

fn destination(task: &ExportTask) -> Option<String> {
    let bucket = task.s3_bucket.as_deref()?;
    let prefix = task.s3_prefix.as_deref().map(|prefix| prefix.trim_matches('/')).filter(|it| !it.is_empty());
    Some(text::one_line(&match prefix {
        Some(prefix) => format!("s3://{bucket}/{prefix}"),
        None => format!("s3://{bucket}"),
    }))
}

/// Cuts identifiers and leaves columns out until the rows fit.
fn fit(columns: &mut Vec<Column>, width: usize, look: &Look) {
    if total(columns) > width {
        cut_ids(columns, LONG_ID, look);
    }
    while total(columns) > width {
        let last = columns.iter().enumerate().max_by_key(|(_, column)| column.goes);
        match last.map(|(index, column)| (index, column.goes)) {
            Some((index, goes)) if goes > 2 => drop(columns.remove(index)),
            _ => break,
        }
    }
    let over = total(columns).saturating_sub(width);
    if over > 0 {
        let room = columns.first().map_or(0, Column::width).saturating_sub(over);
        cut_ids(columns, room.max(SHORTEST_ID), look);
    }
    if total(columns) > width {
        columns.retain(|column| column.goes < 2);
    }
}

fn total(columns: &[Column]) -> usize {
    let widths = columns.iter().map(|column| column.width() + GAP.len());
    widths.sum::<usize>().saturating_sub(GAP.len())
}

fn cut_ids(columns: &mut [Column], room: usize, look: &Look) {
    for id in columns.iter_mut().take(1).flat_map(|ids| &mut ids.cells) {
        *id = text::cut(id, room, look.ellipsis());
    }
}

fn notes(task: &ExportTask) -> Vec<String> {
    let cause = task.cause();
    let warning = task.warning().map(|warning| format!("warning: {warning}"));
    cause.into_iter().chain(warning).collect()
}

/// What is wrong with an export, in as many lines as it takes.
pub(crate) fn note_lines(task: &ExportTask, look: &Look, width: usize) -> Vec<String> {
    let (first, next) = if look.is_unicode { ("  └ ", "    ") } else { ("  - ", "    ") };
    let room = width.saturating_sub(text::width(first)).max(SHORTEST_ID);
    let mut lines = Vec::new();
    let cause = task.cause().map(|cause| (style_of(task.phase()), cause));
    let warning = task.warning().map(|warning| (WARNING, format!("warning: {warning}")));
    for (style, note) in cause.into_iter().chain(warning) {
        for (index, part) in text::wrap(&note, room).iter().enumerate() {
            let lead = look.paint(QUIET, if index == 0 { first } else { next });
            lines.push(format!("{lead}{}", look.paint(style, part)));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::render::samples;

    fn table(width: Option<usize>, is_unicode: bool, is_coloured: bool) -> String {
        let look = Look { width, is_unicode, is_coloured };
        lines(&samples::tasks(), &look, samples::now()).join("\n")
    }

    #[test]
    fn a_wide_window_has_all_columns_and_notes_below_rows() {
        assert_snapshot!(table(Some(140), true, false));
    }

    #[test]
    fn narrow_windows_have_fewer_columns() {
        assert_snapshot!([100, 80, 60, 40, 24].map(|width| table(Some(width), true, false)).join("\n\n"));
        for width in 30..160 {
            for line in table(Some(width), true, false).lines() {
                assert!(text::width(line) <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn without_a_window_a_row_is_one_line_and_whole() {
        assert_snapshot!(table(None, true, false));
    }

    #[test]
    fn a_terminal_of_ascii_gets_ascii() {
        let shown = table(Some(50), false, false);
        // Names are shown as they are.
        assert!(shown.replace("日本語", "").is_ascii(), "{shown}");
        assert_snapshot!(shown);
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let coloured = table(Some(80), true, true);
        assert_snapshot!(coloured.replace('\u{1b}', "^"));
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), table(Some(80), true, false));
    }
}
