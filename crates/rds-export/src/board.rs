//! What `watch` knows: the exports it follows, and what the last look at each of them showed. No clock, no network.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use rds_protocol::types::ExportTask;

use crate::task::{Phase, TaskExt};

/// The exports that are followed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Board {
    pub(crate) entries: Vec<Entry>,
    /// Whether a listing has yet to say which exports are followed.
    is_unlisted: bool,
    /// What went wrong with the last look, and when the next one will be.
    pub(crate) note: Option<String>,
}

/// An export that is followed.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The identifier that it is asked for by.
    pub(crate) id: String,
    pub(crate) seen: Seen,
}

/// What the last look showed.
#[derive(Clone, Debug)]
pub(crate) enum Seen {
    /// Nothing yet: the service may need a moment before it knows an export that was just started.
    NotYet,
    Task(Box<ExportTask>),
    /// There is no such export, or no longer.
    Nowhere,
}

impl Entry {
    pub(crate) fn task(&self) -> Option<&ExportTask> {
        match &self.seen {
            Seen::Task(task) => Some(task),
            _ => None,
        }
    }

    fn is_over(&self) -> bool {
        match &self.seen {
            Seen::NotYet => false,
            Seen::Task(task) => task.phase().is_over(),
            Seen::Nowhere => true,
        }
    }

    /// The identifier as it is compared.
    fn key(&self) -> String {
        self.id.to_ascii_lowercase()
    }
}

/// How many exports have come to which end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) running: usize,
    pub(crate) complete: usize,
    pub(crate) failed: usize,
    pub(crate) canceled: usize,
    pub(crate) nowhere: usize,
}

impl Board {
    /// To follow the exports of these identifiers.
    pub(crate) fn of_ids(ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut board = Self::default();
        let mut known = HashSet::new();
        for id in ids.into_iter().map(Into::into) {
            let entry = Entry { id, seen: Seen::NotYet };
            // Who names one twice wants it once.
            if known.insert(entry.key()) {
                board.entries.push(entry);
            }
        }
        board
    }

    /// To follow the exports that the first answer shows running.
    pub(crate) fn of_running() -> Self {
        Self { is_unlisted: true, ..Self::default() }
    }

    /// Whether the next look is to list the exports that are running.
    pub(crate) fn is_unlisted(&self) -> bool {
        self.is_unlisted
    }

    /// Takes in those of these exports that have not ended, the one that began first on top.
    fn list(&mut self, tasks: &[ExportTask]) {
        let mut tasks: Vec<_> = tasks.iter().filter(|task| !task.phase().is_over()).collect();
        tasks.sort_by_key(|task| (task.task_start_time.is_none(), task.task_start_time));
        let entries = tasks.into_iter().filter_map(|task| {
            Some(Entry { id: task.export_task_identifier.clone()?, seen: Seen::Task(Box::new(task.clone())) })
        });
        (self.entries, self.is_unlisted) = (entries.collect(), false);
    }

    /// The identifiers that are still to be asked for.
    pub(crate) fn open(&self) -> Vec<&str> {
        self.entries.iter().filter(|entry| !entry.is_over()).map(|entry| entry.id.as_str()).collect()
    }

    /// Takes in the answer for those that are still open. `is_new` says that an export that is missing may come yet.
    pub(crate) fn update(&mut self, tasks: &[ExportTask], is_new: bool) {
        if self.is_unlisted {
            return self.list(tasks);
        }
        // The first one of an identifier counts.
        let named = tasks.iter().rev();
        let named: HashMap<_, _> = named
            .filter_map(|task| Some((task.export_task_identifier.as_ref()?.to_ascii_lowercase(), task)))
            .collect();
        for entry in self.entries.iter_mut().filter(|entry| !entry.is_over()) {
            match named.get(&entry.key()) {
                Some(task) => entry.seen = Seen::Task(Box::new((*task).clone())),
                None if is_new && matches!(entry.seen, Seen::NotYet) => {}
                None => entry.seen = Seen::Nowhere,
            }
        }
    }

    /// The identifiers that no export has.
    pub(crate) fn nowhere(&self) -> Vec<&str> {
        let nowhere = self.entries.iter().filter(|entry| matches!(entry.seen, Seen::Nowhere));
        nowhere.map(|entry| entry.id.as_str()).collect()
    }

    pub(crate) fn is_over(&self) -> bool {
        !self.is_unlisted && self.entries.iter().all(Entry::is_over)
    }

    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for entry in &self.entries {
            *match &entry.seen {
                Seen::Nowhere => &mut counts.nowhere,
                Seen::NotYet => &mut counts.running,
                Seen::Task(task) => match task.phase() {
                    Phase::Running => &mut counts.running,
                    Phase::Complete => &mut counts.complete,
                    Phase::Failed => &mut counts.failed,
                    Phase::Canceled => &mut counts.canceled,
                },
            } += 1;
        }
        counts
    }
}

/// How long to pause before the next look, after so many that failed in a row.
pub(crate) fn pause(interval: Duration, missed: u32) -> Duration {
    interval.saturating_mul(1 << missed.min(6))
}

#[cfg(test)]
mod tests {
    use rds_protocol::types::ExportTaskStatus;

    use super::*;
    use crate::render::samples::{failed, running, task};

    #[test]
    fn an_export_is_asked_for_until_it_has_ended() {
        let mut board = Board::of_ids(["a", "b", "A"]);
        assert_eq!(board.open(), ["a", "b"]);

        board.update(&[running("A", 10), failed("b")], false);
        assert_eq!(board.open(), ["a"]);
        assert_eq!(board.counts(), Counts { running: 1, failed: 1, ..Counts::default() });

        board.update(&[task("a", ExportTaskStatus::Complete)], false);
        assert!(board.is_over());
        assert_eq!(board.counts(), Counts { complete: 1, failed: 1, ..Counts::default() });
    }

    #[test]
    fn many_exports_are_found_in_an_instant() {
        let tasks: Vec<_> = (0..20_000).map(|number| running(&format!("export-{number}"), 1)).collect();
        let mut board = Board::of_running();
        board.update(&tasks, false);
        let begun = std::time::Instant::now();
        board.update(&tasks, false);
        assert_eq!(board.open().len(), tasks.len());
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }

    #[test]
    fn an_export_that_is_missing_is_nowhere_unless_it_is_new() {
        let mut board = Board::of_ids(["a"]);
        board.update(&[], true);
        assert_eq!((board.open(), board.nowhere()), (vec!["a"], vec![]));

        board.update(&[running("a", 1)], true);
        board.update(&[], true);
        assert_eq!(board.nowhere(), ["a"]);
        assert!(board.is_over());
    }

    #[test]
    fn those_that_run_are_followed_in_the_order_of_their_start() {
        let mut late = running("late", 1);
        late.task_start_time = late.task_start_time.map(|time| time + Duration::from_secs(1));
        let new = task("new", ExportTaskStatus::Starting);
        let mut board = Board::of_running();
        assert!(board.is_unlisted() && !board.is_over());

        board.update(&[new, late, failed("f"), running("first", 2)], false);
        assert!(!board.is_unlisted());
        assert_eq!(board.open(), ["first", "late", "new"]);
    }

    #[test]
    fn where_nothing_runs_there_is_nothing_to_follow() {
        let mut board = Board::of_running();
        board.update(&[failed("f")], false);
        assert!(board.is_over() && board.entries.is_empty());
    }

    #[test]
    fn pauses_grow_with_each_miss() {
        let seconds = |missed| pause(Duration::from_secs(10), missed).as_secs();
        assert_eq!([seconds(0), seconds(1), seconds(3)], [10, 20, 80]);
        assert_eq!(pause(Duration::MAX, 99), Duration::MAX);
    }
}
