//! What is printed where nothing can be drawn over: a line for each change.

use awsquery::Timestamp;
use rds_protocol::types::ExportTask;

use super::{Look, QUIET, WARNING, style_of, text};
use crate::task::TaskExt;

/// What stands in a line: when it is the same, there is nothing to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    state: String,
    percent: Option<u8>,
    gigabytes: Option<i32>,
    warning: Option<String>,
    cause: Option<String>,
}

impl Event {
    pub(crate) fn of(task: &ExportTask) -> Self {
        Self {
            state: task.state(),
            percent: task.percent(),
            gigabytes: task.gigabytes(),
            warning: task.warning(),
            cause: task.cause(),
        }
    }
}

/// A line of a log: `2026-01-02T03:04:05Z  nightly  IN_PROGRESS   42 %    168 GB   4m 04s`. What went wrong stands in the
/// first line after it did, and in the last one.
pub(crate) fn line(
    task: &ExportTask,
    last: Option<&Event>,
    id_width: usize,
    look: &Look,
    now: Timestamp,
) -> String {
    let shown = |value: Option<String>, columns: usize| text::right(&value.unwrap_or_default(), columns);
    let mut line = format!(
        "{}  {}  {}  {}  {}  {}",
        look.paint(QUIET, &stamp(now)),
        text::left(&task.id(), id_width),
        look.paint(style_of(task.phase()), &text::left(&task.state(), 11)),
        shown(task.percent().map(|percent| format!("{percent} %")), 5),
        shown(task.gigabytes().map(|size| format!("{size} GB")), 8),
        shown(task.took(now).map(text::duration), 7),
    );
    let is_over = task.phase().is_over();
    let is_news = |note: &String, last: Option<&String>| is_over || last != Some(note);
    if let Some(cause) = task.cause().filter(|it| is_news(it, last.and_then(|last| last.cause.as_ref()))) {
        line.push_str(&format!("  {}", look.paint(style_of(task.phase()), &cause)));
    }
    if let Some(warning) =
        task.warning().filter(|it| is_news(it, last.and_then(|last| last.warning.as_ref())))
    {
        line.push_str(&format!("  {}", look.paint(WARNING, &format!("warning: {warning}"))));
    }
    line.trim_end().to_owned()
}

/// The time of a line, to the second.
pub(crate) fn stamp(now: Timestamp) -> String {
    now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::render::samples::{now, tasks};

    #[test]
    fn a_line_has_all_that_is_known() {
        let look = Look { width: None, is_unicode: true, is_coloured: false };
        let lines: Vec<_> = tasks().iter().map(|task| line(task, None, 41, &look, now())).collect();
        assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn a_warning_is_not_repeated_until_the_end() {
        let look = Look { width: None, is_unicode: true, is_coloured: false };
        let mut task = tasks().swap_remove(2);
        let last = Event::of(&task);
        assert!(!line(&task, Some(&last), 10, &look, now()).contains("warning"));
        task.status = Some("COMPLETE".into());
        assert!(line(&task, Some(&last), 10, &look, now()).contains("warning"));
    }

    #[test]
    fn only_what_stands_in_a_line_makes_an_event() {
        let mut tasks = tasks();
        let before = Event::of(&tasks[2]);
        tasks[2].task_start_time = None;
        assert_eq!(Event::of(&tasks[2]), before);
        tasks[2].percent_progress = Some(63);
        assert_ne!(Event::of(&tasks[2]), before);
    }
}
