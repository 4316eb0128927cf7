//! An export as the tool looks at it: what its members mean, in whatever spelling and however few there are.

use std::time::Duration;

use awsquery::{SignedDuration, Timestamp};
use rds_protocol::types::{ExportTask, ExportTaskStatus};

use crate::render::text::{line_of, one_line};

/// The most characters of a state that are shown: no state that is known has as many.
const LONGEST_STATE: usize = 24;

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Not ended, or in a state that is not known.
    Running,
    Complete,
    Failed,
    Canceled,
}

impl Phase {
    pub(crate) fn is_over(self) -> bool {
        self != Self::Running
    }
}

/// An export as the tool looks at it.
pub(crate) trait TaskExt {
    fn id(&self) -> String;
    fn phase(&self) -> Phase;
    /// The state as the service spells it, in upper case.
    fn state(&self) -> String;
    fn percent(&self) -> Option<u8>;
    fn gigabytes(&self) -> Option<i32>;
    /// From its start to its end, or until now.
    fn took(&self, now: Timestamp) -> Option<Duration>;
    fn warning(&self) -> Option<String>;
    fn cause(&self) -> Option<String>;
}

impl TaskExt for ExportTask {
    fn id(&self) -> String {
        one_line(self.export_task_identifier.as_deref().unwrap_or("?"))
    }

    fn phase(&self) -> Phase {
        let is = |state: &ExportTaskStatus| {
            self.status.as_ref().is_some_and(|status| status.as_str().eq_ignore_ascii_case(state.as_str()))
        };
        if is(&ExportTaskStatus::Complete) {
            Phase::Complete
        } else if is(&ExportTaskStatus::Failed) {
            Phase::Failed
        } else if is(&ExportTaskStatus::Canceled) {
            Phase::Canceled
        } else {
            Phase::Running
        }
    }

    fn state(&self) -> String {
        let state = self.status.as_ref().map_or("?", |status| status.as_str());
        line_of(state, LONGEST_STATE).to_ascii_uppercase()
    }

    fn percent(&self) -> Option<u8> {
        let percent = self.percent_progress.and_then(|percent| u8::try_from(percent.clamp(0, 100)).ok());
        percent.or_else(|| (self.phase() == Phase::Complete).then_some(100))
    }

    fn gigabytes(&self) -> Option<i32> {
        self.total_extracted_data_in_gb
    }

    fn took(&self, now: Timestamp) -> Option<Duration> {
        let start = self.task_start_time?;
        let end = match self.phase() {
            // An end that is not told is not now.
            phase if phase.is_over() => self.task_end_time?,
            _ => now,
        };
        // A clock that is off must not show a start in the future.
        let took = end.duration_since(start).max(SignedDuration::ZERO);
        Duration::try_from(took).ok()
    }

    fn warning(&self) -> Option<String> {
        self.warning_message.as_deref().map(one_line).filter(|text| !text.is_empty())
    }

    fn cause(&self) -> Option<String> {
        self.failure_cause.as_deref().map(one_line).filter(|text| !text.is_empty())
    }
}
