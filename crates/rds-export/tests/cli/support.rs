//! A server that plays a script of exports, and the tool run on it.

use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use awsquery::server::Fault;
use rds_client::test_server::TestServer;
use rds_protocol::operations::{
    CancelExportTask, DescribeExportTasks, DescribeExportTasksOutput, StartExportTask,
};
use rds_protocol::types::{ExportTask, ExportTaskStatus};
use rds_protocol::{Rds, RdsError};

use crate::export_task::export_task;

/// Exports as they are at one call of `DescribeExportTasks`; the last one stays.
pub(crate) type Steps = Vec<Vec<ExportTask>>;

pub(crate) fn task(id: &str, status: ExportTaskStatus, percent: i32) -> ExportTask {
    export_task(id, |task| {
        task.status = Some(status);
        task.percent_progress = Some(percent);
        task.total_extracted_data_in_gb = Some(percent);
        task.task_start_time = Some("2026-01-02T01:00:00.25Z".parse().expect("a time"));
    })
}

pub(crate) fn running(id: &str, percent: i32) -> ExportTask {
    task(id, ExportTaskStatus::InProgress, percent)
}

pub(crate) fn complete(id: &str) -> ExportTask {
    let mut task = task(id, ExportTaskStatus::Complete, 100);
    task.task_end_time = Some("2026-01-02T03:00:00Z".parse().expect("a time"));
    task
}

pub(crate) fn failed(id: &str, cause: &str) -> ExportTask {
    let mut task = task(id, ExportTaskStatus::Failed, 12);
    task.failure_cause = Some(cause.into());
    task
}

/// A server that takes a step at each call, answers in pages of two, and knows identifiers and the filters by them.
pub(crate) fn server(steps: Steps) -> TestServer {
    let steps = Mutex::new((0, steps));
    TestServer::start::<Rds>(move |request| {
        request
            .on(|request: DescribeExportTasks| {
                let mut steps = steps.lock().expect("steps");
                // Later pages are of the same step.
                if request.marker.is_none() {
                    steps.0 += 1;
                }
                let step = steps.0.min(steps.1.len()) - 1;
                describe(request, &steps.1[step])
            })
            .on(|request: StartExportTask| {
                let id = request.export_task_identifier.unwrap_or_default();
                Ok(task(&id, ExportTaskStatus::Starting, 0))
            })
            .on(|request: CancelExportTask| match request.export_task_identifier.as_deref() {
                Some("nightly") => Ok(task("nightly", ExportTaskStatus::Canceling, 40)),
                Some("ended") => {
                    Err(Fault::of(RdsError::InvalidExportTaskStateFault).message("It has ended."))
                }
                _ => Err(Fault::of(RdsError::ExportTaskNotFoundFault).message("No such export.")),
            })
    })
    .expect("a server")
}

fn describe(request: DescribeExportTasks, tasks: &[ExportTask]) -> Result<DescribeExportTasksOutput, Fault> {
    let is = |task: &ExportTask, id: &str| task.export_task_identifier.as_deref() == Some(id);
    let wanted: Vec<ExportTask> = tasks
        .iter()
        .filter(|task| request.export_task_identifier.as_deref().is_none_or(|id| is(task, id)))
        .filter(|task| {
            request.filters.iter().flatten().all(|filter| {
                let mut values = filter.values.iter().flatten();
                filter.name.as_deref() != Some("export-task-identifier") || values.any(|id| is(task, id))
            })
        })
        .cloned()
        .collect();
    if request.export_task_identifier.is_some() && wanted.is_empty() {
        return Err(Fault::of(RdsError::ExportTaskNotFoundFault).message("No such export."));
    }
    let begin: usize = request.marker.map_or(0, |marker| marker.parse().expect("a marker"));
    let mut output = DescribeExportTasksOutput::default();
    output.export_tasks = Some(wanted.iter().skip(begin).take(2).cloned().collect());
    output.marker = (begin + 2 < wanted.len()).then(|| (begin + 2).to_string());
    Ok(output)
}

/// The tool with no environment but this one.
pub(crate) fn tool(server: &TestServer) -> Command {
    let mut command = bare();
    command
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ENDPOINT_URL", server.url())
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test");
    command
}

pub(crate) fn bare() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rds-export"));
    command.env_clear().env("AWS_EC2_METADATA_DISABLED", "true").env("LANG", "C.UTF-8").stdin(Stdio::null());
    command
}

/// How a run ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

pub(crate) fn run(command: &mut Command, args: &str) -> Ran {
    command.args(args.split_whitespace()).output().expect("a process").into()
}

pub(crate) fn spawn(command: &mut Command, args: &str) -> Child {
    let piped = command.args(args.split_whitespace()).stdout(Stdio::piped()).stderr(Stdio::piped());
    piped.spawn().expect("a process")
}

/// The server's requests, as forms.
pub(crate) fn bodies(server: &Arc<TestServer>) -> Vec<String> {
    server.requests().iter().map(|request| String::from_utf8_lossy(request.body()).into_owned()).collect()
}
