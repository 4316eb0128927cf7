//! `cancel`: asks for an export's end.

use rds_protocol::operations::{CancelExportTask, CancelExportTaskError};

use super::print_task;
use crate::args::Cancel;
use crate::errors::{Failure, explain, not_found};
use crate::session::Session;

pub(crate) async fn run(args: &Cancel, session: &Session) -> Result<(), Failure> {
    let request = CancelExportTask::default().export_task_identifier(&args.id);
    let region = session.client.region();
    let task = session.client.send(request).await.map_err(|error| match error.kind() {
        Some(CancelExportTaskError::ExportTaskNotFoundFault) => not_found(&[&args.id], region),
        _ => explain(&error, region),
    })?;
    print_task(&task, args.output.output, session)
}
