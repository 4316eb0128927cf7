//! The exports of the demo, as a function of time.

use std::time::Duration;

use awsquery::Timestamp;
use awsquery::server::Fault;
use rds_protocol::RdsError;
use rds_protocol::operations::{
    CancelExportTask, DescribeExportTasks, DescribeExportTasksOutput, StartExportTask,
};
use rds_protocol::types::{ExportSourceType, ExportTask, ExportTaskStatus};

const ACCOUNT: &str = "arn:aws:rds:eu-west-1:123456789012";
const ROLE: &str = "arn:aws:iam::123456789012:role/rds-exporter";
const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-4333-8444-555555555555";

/// All exports, and how long the longest takes.
#[derive(Debug)]
pub(crate) struct World {
    duration: Duration,
    exports: Vec<Export>,
}

/// An export that runs by a script.
#[derive(Debug)]
struct Export {
    /// What does not change.
    facts: ExportTask,
    start: Timestamp,
    /// How long it is being prepared, and how long it then runs.
    prepares: Duration,
    runs: Duration,
    /// How much there is to export.
    gigabytes: i32,
    fate: Fate,
    warning: Option<&'static str>,
    canceled: Option<Timestamp>,
}

/// How it ends.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Complete,
    /// At so many percent, for this reason.
    Fails(i32, &'static str),
}

impl World {
    /// A world whose running exports begin now and are over after so long.
    pub(crate) fn new(duration: Duration, now: Timestamp) -> Self {
        let script = |id: &str, source: &str, from: f64, to: f64, gigabytes: i32, fate: Fate| Export {
            prepares: duration.mul_f64(from),
            runs: duration.mul_f64(to - from),
            ..Export::new(facts(id, source), now, gigabytes, fate)
        };
        let denied = "The role rds-exporter is not allowed to call s3:PutObject on acme-exports/rds/billing.";
        let mut orders =
            script("nightly-orders", "snapshot:orders-2026-01-02", 0.06, 1.0, 412, Fate::Complete);
        orders.warning = Some("Table audit_log was skipped: a column has a type that Parquet lacks.");
        let before = Timestamp::from_second(now.as_second() - 86_400).unwrap_or(now);
        let hour = Duration::from_secs(3600);
        let yesterday = |id: &str, source: &str, runs: f64, gigabytes: i32, fate: Fate| Export {
            prepares: hour.mul_f64(0.1),
            runs: hour.mul_f64(runs),
            ..Export::new(facts(id, source), before, gigabytes, fate)
        };
        let exports = vec![
            yesterday("orders-2026-01-01", "snapshot:orders-2026-01-01", 2.4, 398, Fate::Complete),
            yesterday(
                "sessions-2026-01-01",
                "cluster:sessions",
                0.7,
                64,
                Fate::Fails(31, "The snapshot was deleted."),
            ),
            orders,
            script("nightly-users", "snapshot:users-2026-01-02", 0.03, 0.55, 87, Fate::Complete),
            script("billing", "cluster:billing", 0.05, 0.4, 150, Fate::Fails(38, denied)),
            script("analytics-backfill", "cluster:analytics", 0.2, 0.85, 1630, Fate::Complete),
        ];
        Self { duration, exports }
    }

    /// Those that have a script to run.
    pub(crate) fn ids_of_running(&self) -> Vec<String> {
        let newest = self.exports.iter().map(|export| export.start).max();
        let running = self.exports.iter().filter(|export| Some(export.start) == newest);
        running.filter_map(|export| export.facts.export_task_identifier.clone()).collect()
    }

    pub(crate) fn describe(
        &self,
        request: DescribeExportTasks,
        now: Timestamp,
    ) -> Result<DescribeExportTasksOutput, Fault> {
        let tasks = self.exports.iter().map(|export| export.at(now));
        let tasks: Vec<_> = tasks.filter(|task| admits(&request, task)).collect();
        match &request.export_task_identifier {
            Some(id) if tasks.is_empty() => Err(unknown(id)),
            _ => {
                let mut output = DescribeExportTasksOutput::default();
                output.export_tasks = Some(tasks);
                Ok(output)
            }
        }
    }

    pub(crate) fn start(&mut self, request: StartExportTask, now: Timestamp) -> Result<ExportTask, Fault> {
        let id = request.export_task_identifier.unwrap_or_default();
        if self.find(&id).is_some() {
            let message = format!("An export task named {id} exists already.");
            return Err(Fault::of(RdsError::ExportTaskAlreadyExistsFault).message(message));
        }
        let mut facts = ExportTask::default();
        facts.export_task_identifier = Some(id);
        facts.source_type = request.source_arn.as_deref().map(source_type);
        facts.source_arn = request.source_arn;
        facts.export_only = request.export_only;
        facts.s3_bucket = request.s3_bucket_name;
        facts.s3_prefix = request.s3_prefix;
        facts.iam_role_arn = request.iam_role_arn;
        facts.kms_key_id = request.kms_key_id;
        let mut export = Export::new(facts, now, 120, Fate::Complete);
        (export.prepares, export.runs) = (self.duration / 10, self.duration);
        let task = export.at(now);
        self.exports.push(export);
        Ok(task)
    }

    pub(crate) fn cancel(&mut self, request: CancelExportTask, now: Timestamp) -> Result<ExportTask, Fault> {
        let id = request.export_task_identifier.unwrap_or_default();
        let export = self.find(&id).ok_or_else(|| unknown(&id))?;
        if export.is_over(now) || export.canceled.is_some() {
            let message = format!("The export task {id} has ended or is being canceled.");
            return Err(Fault::of(RdsError::InvalidExportTaskStateFault).message(message));
        }
        export.canceled = Some(now);
        Ok(export.at(now))
    }

    fn find(&mut self, id: &str) -> Option<&mut Export> {
        self.exports.iter_mut().find(|export| is(export.facts.export_task_identifier.as_deref(), id))
    }
}

impl Export {
    fn new(facts: ExportTask, start: Timestamp, gigabytes: i32, fate: Fate) -> Self {
        let (prepares, runs) = (Duration::ZERO, Duration::ZERO);
        Self { facts, start, prepares, runs, gigabytes, fate, warning: None, canceled: None }
    }

    /// How much of its run is behind it, in percent; `None` while it is prepared.
    fn percent(&self, now: Timestamp) -> Option<i32> {
        let passed = Duration::try_from(now.duration_since(self.start)).unwrap_or_default();
        let runs = passed.checked_sub(self.prepares)?;
        let part = runs.as_secs_f64() / self.runs.as_secs_f64().max(f64::EPSILON);
        Some((part.min(1.0) * f64::from(self.last_percent())) as i32)
    }

    fn last_percent(&self) -> i32 {
        match self.fate {
            Fate::Complete => 100,
            Fate::Fails(percent, _) => percent,
        }
    }

    fn is_over(&self, now: Timestamp) -> bool {
        self.percent(now) == Some(self.last_percent())
    }

    /// As it is described at this moment.
    fn at(&self, now: Timestamp) -> ExportTask {
        let mut task = self.facts.clone();
        // What was cancelled stays as it was then.
        let percent = self.percent(self.canceled.unwrap_or(now));
        task.task_start_time = percent.map(|_| self.start + self.prepares);
        task.percent_progress = Some(percent.unwrap_or(0));
        task.total_extracted_data_in_gb =
            Some(i64::from(self.gigabytes) * i64::from(percent.unwrap_or(0)) / 100)
                .and_then(|it| it.try_into().ok());
        task.warning_message = self.warning.filter(|_| percent >= Some(35)).map(Into::into);
        let end = self.start + self.prepares + self.runs;
        let (status, end) = match (self.canceled, self.fate) {
            (Some(canceled), _) => match now.duration_since(canceled).as_secs() {
                ..2 => (ExportTaskStatus::Canceling, None),
                _ => (ExportTaskStatus::Canceled, Some(canceled)),
            },
            _ if percent.is_none() => (ExportTaskStatus::Starting, None),
            _ if !self.is_over(now) => (ExportTaskStatus::InProgress, None),
            (None, Fate::Complete) => (ExportTaskStatus::Complete, Some(end)),
            (None, Fate::Fails(_, cause)) => {
                task.failure_cause = Some(cause.into());
                (ExportTaskStatus::Failed, Some(end))
            }
        };
        task.status = Some(status);
        task.task_end_time = end;
        task
    }
}

fn facts(id: &str, source: &str) -> ExportTask {
    let mut task = ExportTask::default();
    let arn = format!("{ACCOUNT}:{source}");
    task.export_task_identifier = Some(id.into());
    task.source_type = Some(source_type(&arn));
    task.source_arn = Some(arn);
    task.s3_bucket = Some("acme-exports".into());
    task.s3_prefix = Some("rds".into());
    task.iam_role_arn = Some(ROLE.into());
    task.kms_key_id = Some(KEY.into());
    task
}

fn source_type(arn: &str) -> ExportSourceType {
    if arn.contains(":cluster:") { ExportSourceType::Cluster } else { ExportSourceType::Snapshot }
}

fn is(found: Option<&str>, wanted: &str) -> bool {
    found.is_some_and(|found| found.eq_ignore_ascii_case(wanted))
}

fn unknown(id: &str) -> Fault {
    Fault::of(RdsError::ExportTaskNotFoundFault).message(format!("There is no export task {id}."))
}

/// Whether a request asks for this export.
fn admits(request: &DescribeExportTasks, task: &ExportTask) -> bool {
    let by_id = |id: &str| is(task.export_task_identifier.as_deref(), id);
    let by_source = |arn: &str| task.source_arn.as_deref() == Some(arn);
    let filters = request.filters.iter().flatten().all(|filter| {
        let mut values = filter.values.iter().flatten().map(String::as_str);
        match filter.name.as_deref() {
            Some("export-task-identifier") => values.any(by_id),
            Some("s3-bucket") => values.any(|bucket| task.s3_bucket.as_deref() == Some(bucket)),
            Some("source-arn") => values.any(by_source),
            Some("status") => values.any(|value| {
                task.status.as_ref().is_some_and(|status| status.as_str().to_ascii_lowercase() == value)
            }),
            _ => false,
        }
    });
    filters
        && request.export_task_identifier.as_deref().is_none_or(by_id)
        && request.source_arn.as_deref().is_none_or(by_source)
        && request.source_type.as_ref().is_none_or(|wanted| task.source_type.as_ref() == Some(wanted))
}

#[cfg(test)]
mod tests {
    use rds_protocol::operations::DescribeExportTasksFilter;

    use super::*;
    use crate::render::samples;

    fn states(world: &World, now: Timestamp) -> Vec<String> {
        let output = world.describe(DescribeExportTasks::default(), now).expect("exports");
        let tasks = output.export_tasks.unwrap_or_default();
        tasks
            .iter()
            .map(|task| {
                let status = task.status.as_ref().map_or("?", |status| status.as_str());
                format!("{status} {}", task.percent_progress.unwrap_or(-1))
            })
            .collect()
    }

    #[test]
    fn exports_run_by_their_scripts() {
        let start = samples::now();
        let world = World::new(Duration::from_secs(100), start);
        let at = |seconds| states(&world, start + Duration::from_secs(seconds))[2..].to_vec();
        assert_eq!(at(0), ["STARTING 0", "STARTING 0", "STARTING 0", "STARTING 0"]);
        assert_eq!(at(53), ["IN_PROGRESS 50", "IN_PROGRESS 96", "FAILED 38", "IN_PROGRESS 50"]);
        assert_eq!(at(100), ["COMPLETE 100", "COMPLETE 100", "FAILED 38", "COMPLETE 100"]);
    }

    #[test]
    fn filters_narrow_what_is_described() {
        let start = samples::now();
        let world = World::new(Duration::from_secs(100), start);
        let count = |request| {
            let output = world.describe(request, start + Duration::from_secs(50)).expect("exports");
            output.export_tasks.unwrap_or_default().len()
        };
        let by = |filter| DescribeExportTasks::default().filters([filter]);
        assert_eq!(count(by(DescribeExportTasksFilter::status([ExportTaskStatus::Failed]))), 2);
        assert_eq!(count(by(DescribeExportTasksFilter::s3_bucket(["other"]))), 0);
        assert_eq!(count(by(DescribeExportTasksFilter::export_task_identifier(["billing", "x"]))), 1);
        assert_eq!(count(DescribeExportTasks::default().source_type(ExportSourceType::Cluster)), 3);
    }

    #[test]
    fn an_export_is_cancelled_once() {
        let start = samples::now();
        let mut world = World::new(Duration::from_secs(100), start);
        let cancel = |world: &mut World, id: &str, seconds| {
            let request = CancelExportTask::default().export_task_identifier(id);
            world.cancel(request, start + Duration::from_secs(seconds))
        };
        let code = |fault: Result<ExportTask, Fault>| fault.expect_err("a fault").code().to_owned();
        assert_eq!(code(cancel(&mut world, "unknown", 50)), "ExportTaskNotFound");
        assert_eq!(code(cancel(&mut world, "billing", 50)), "InvalidExportTaskStateFault");
        let task = cancel(&mut world, "nightly-orders", 53).expect("a task");
        assert_eq!(task.status, Some(ExportTaskStatus::Canceling));
        assert_eq!(states(&world, start + Duration::from_secs(90))[2], "CANCELED 50");
    }
}
