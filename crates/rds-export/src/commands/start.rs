//! `start`: asks for an export.

use rds_protocol::operations::StartExportTask;

use super::{print_task, tell, watch};
use crate::args::{Output, Start};
use crate::board::Board;
use crate::errors::{Failure, explain};
use crate::render::text;
use crate::session::Session;

pub(crate) async fn run(args: &Start, session: &Session) -> Result<(), Failure> {
    let task = session.client.send(request(args)).await;
    let task = task.map_err(|error| explain(&error, session.client.region()))?;
    let id = task.export_task_identifier.as_deref().unwrap_or(&args.id);
    if !args.watch {
        print_task(&task, args.output.output, session)?;
        if session.terminal.is_live && args.output.output == Output::Table {
            tell(&format!("\nSee how it goes: rds-export watch {}", text::one_line(id)));
        }
        return Ok(());
    }
    let pace = watch::Pace { interval: args.interval, timeout: None, is_new: true };
    watch::follow(Board::of_ids([id]), pace, session).await
}

fn request(args: &Start) -> StartExportTask {
    let mut request = StartExportTask::default()
        .export_task_identifier(&args.id)
        .source_arn(&args.source_arn)
        .s3_bucket_name(&args.bucket)
        .iam_role_arn(&args.role_arn)
        .kms_key_id(&args.kms_key_id);
    request.s3_prefix = args.prefix.clone();
    if !args.only.is_empty() {
        request = request.export_only(&args.only);
    }
    request
}
