//! The one builder of export tasks for tests: those of several crates include this file.

use rds_protocol::types::ExportTask;

/// An export with this identifier and what `set` sets.
pub(crate) fn export_task(id: impl ToString, set: impl FnOnce(&mut ExportTask)) -> ExportTask {
    let mut task = ExportTask::default();
    task.export_task_identifier = Some(id.to_string());
    set(&mut task);
    task
}
