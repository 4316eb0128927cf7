//! `list`: the exports that filters admit, page by page.

use std::io::{self, Write};

use rds_client::Error;
use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksError, DescribeExportTasksFilter};
use rds_protocol::types::ExportTask;

use super::{json_of, output_stream, print_lines, table_of, tell};
use crate::args::{List, Output};
use crate::errors::{Failure, explain};
use crate::render::json;
use crate::session::Session;

pub(crate) async fn run(args: &List, session: &Session) -> Result<(), Failure> {
    match args.output.output {
        Output::Jsonl => print_each(args, session).await,
        output => print_all(args, output, session).await,
    }
}

/// One export a line, as they come.
async fn print_each(args: &List, session: &Session) -> Result<(), Failure> {
    let mut tasks = session.client.items(request(args));
    while let Some(task) = tasks.next().await {
        let task = json_of(json::task(&task.map_err(|error| failure(&error, session))?))?;
        json::write_line(&mut io::stdout(), &task)?;
    }
    Ok(())
}

async fn print_all(args: &List, output: Output, session: &Session) -> Result<(), Failure> {
    let tasks = collect(request(args), session).await.map_err(|error| failure(&error, session))?;
    let mut out = output_stream();
    match output {
        Output::Json => json::write_pretty(&mut out, &json_of(json::listing(&tasks))?)?,
        _ if tasks.is_empty() => tell(&format!("No such exports in {}.", session.client.region())),
        _ => print_lines(&mut out, table_of(&tasks, session))?,
    }
    Ok(out.flush()?)
}

/// All exports that a request describes.
pub(crate) async fn collect(
    request: DescribeExportTasks,
    session: &Session,
) -> Result<Vec<ExportTask>, Error<DescribeExportTasksError>> {
    let mut tasks = session.client.items(request);
    let mut collected = Vec::new();
    while let Some(task) = tasks.next().await {
        collected.push(task?);
    }
    Ok(collected)
}

fn failure(error: &Error<DescribeExportTasksError>, session: &Session) -> Failure {
    explain(error, session.client.region())
}

fn request(args: &List) -> DescribeExportTasks {
    let mut filters = Vec::new();
    if !args.status.is_empty() {
        filters.push(DescribeExportTasksFilter::status(args.status.iter().copied()));
    }
    if !args.bucket.is_empty() {
        filters.push(DescribeExportTasksFilter::s3_bucket(&args.bucket));
    }
    let mut request = DescribeExportTasks::default();
    if !filters.is_empty() {
        request = request.filters(filters);
    }
    request.source_arn = args.source_arn.clone();
    request.source_type = args.source_type.map(Into::into);
    request
}

#[cfg(test)]
mod tests {
    use awsquery::to_json;

    use super::*;
    use crate::args::{SourceType, Status};

    #[test]
    fn options_are_filters() {
        let args = List {
            status: vec![Status::InProgress, Status::Failed],
            source_arn: Some("arn".into()),
            bucket: vec!["acme".into()],
            source_type: Some(SourceType::Cluster),
            ..List::default()
        };
        let json = to_json(&request(&args)).expect("JSON").to_string();
        assert_eq!(
            json,
            r#"{"SourceArn":"arn","Filters":[{"Name":"status","Values":["in_progress","failed"]},{"Name":"s3-bucket","Values":["acme"]}],"SourceType":"CLUSTER"}"#
        );
        assert_eq!(request(&List::default()), DescribeExportTasks::default());
    }
}
