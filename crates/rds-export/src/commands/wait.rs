//! `wait`: until an export is complete.

use std::future::IntoFuture;
use std::time::Duration;

use awsquery::retry::RetryKind;
use awsquery::waiter::WaitErrorKind;
use rds_client::{Error, WaitFailure, WaitOutput, WaitProgress};
use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksError, DescribeExportTasksOutput};
use rds_protocol::types::ExportTask;
use rds_protocol::waiters::ExportTaskComplete;
use tokio::sync::oneshot;

use super::{print_task, tell};
use crate::args::WaitFor;
use crate::errors::{Failure, explain, not_found, said};
use crate::render::events::{self, Event};
use crate::render::text;
use crate::session::Session;
use crate::task::{Phase, TaskExt};

pub(crate) async fn run(args: &WaitFor, session: &Session) -> Result<(), Failure> {
    let request = DescribeExportTasks::default().export_task_identifier(&args.id);
    let (give_up, given_up) = oneshot::channel();
    let mut progress = Teller { args, session, last: None, give_up: Some(give_up) };
    let mut waiting = session.client.wait::<ExportTaskComplete>(request);
    if args.just_started {
        waiting = waiting.started_ago(Duration::ZERO);
    }
    let waiting =
        waiting.max_wait(args.timeout).interval(args.interval).on_progress(|step| progress.tell(&step));
    tokio::select! {
        biased;
        Ok(failure) = given_up => Err(failure),
        waited = waiting.into_future() => end(&waited, args, session),
    }
}

type Ended = Result<WaitOutput<DescribeExportTasksOutput>, WaitFailure<DescribeExportTasks>>;

fn end(waited: &Ended, args: &WaitFor, session: &Session) -> Result<(), Failure> {
    let output = match waited {
        Ok(waited) => waited.output.as_ref(),
        Err(failure) => failure.output(),
    };
    let task = output.and_then(|output| output.export_tasks.iter().flatten().next());
    // An export that ended badly is an answer too.
    if let Some(task) = task.filter(|task| task.phase().is_over()) {
        print_task(task, args.output.output, session)?;
    }
    match waited {
        Ok(_) => Ok(()),
        Err(failure) => Err(why(failure, task, args, session)),
    }
}

fn why(
    failure: &WaitFailure<DescribeExportTasks>,
    task: Option<&ExportTask>,
    args: &WaitFor,
    session: &Session,
) -> Failure {
    let region = session.client.region();
    let error = failure.call_error();
    if let Some(DescribeExportTasksError::ExportTaskNotFoundFault) = error.and_then(|error| error.kind()) {
        return not_found(&[&args.id], region);
    }
    match (failure.kind(), task) {
        (WaitErrorKind::State { .. }, None) => not_found(&[&args.id], region),
        (WaitErrorKind::State { .. }, Some(task)) => {
            let ended = if task.phase() == Phase::Canceled { "was canceled" } else { "failed" };
            let cause = task.cause().map(|cause| format!(": {cause}")).unwrap_or_default();
            Failure::Export(Some(format!("export {:?} {ended}{cause}", args.id)))
        }
        _ if failure.is_timeout() => {
            let (id, limit) = (&args.id, text::limit(args.timeout));
            let state = task.map(|task| format!(" but {}", task.state())).unwrap_or_default();
            Failure::TimedOut(format!(
                "export {id:?} is not complete after {limit}{state}; wait longer with --timeout, or end it: rds-export cancel {id}"
            ))
        }
        _ => match error {
            Some(error) => explain(error, region),
            None => Failure::call(failure.to_string()),
        },
    }
}

/// Tells of what has changed, on standard error.
struct Teller<'a> {
    args: &'a WaitFor,
    session: &'a Session,
    last: Option<Event>,
    /// Ends the wait: before anything was seen, an address may be wrong for good, and calling again would hide that.
    give_up: Option<oneshot::Sender<Failure>>,
}

impl Teller<'_> {
    fn tell(&mut self, progress: &WaitProgress<'_, DescribeExportTasks>) {
        let give_up = self.give_up.take();
        match (progress.response, give_up) {
            (Err(error), Some(give_up)) if is_unreachable(error) => {
                // It is gone only when the wait has ended.
                let _ = give_up.send(explain(error, self.session.client.region()));
                return;
            }
            // While calls are throttled, nothing was seen.
            (Err(_), give_up) => self.give_up = give_up,
            (Ok(_), _) => {}
        }
        // The last answer is the command's output.
        let Some(pause) = progress.next_call_in.filter(|_| !self.args.quiet) else { return };
        let now = self.session.clock.now();
        match progress.response {
            Ok(output) => {
                for task in output.export_tasks.iter().flatten().take(1) {
                    let event = Event::of(task);
                    if self.last.as_ref() != Some(&event) {
                        let look = self.session.terminal.look_of_stderr();
                        let last = self.last.as_ref();
                        tell(&events::line(task, last, text::width(&task.id()), &look, now));
                        self.last = Some(event);
                    }
                }
            }
            Err(error) => {
                let error = said(error);
                tell(&format!("{}  {error}; next call in {}", events::stamp(now), text::limit(pause)));
            }
        }
    }
}

/// Whether there may be nobody to answer.
fn is_unreachable(error: &Error<DescribeExportTasksError>) -> bool {
    error.retry_kind().is_some_and(|kind| kind != RetryKind::Throttling)
}
