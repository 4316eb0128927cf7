//! The command line.

use std::time::Duration;

use awsquery::SignedDuration;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use rds_protocol::types::{ExportSourceType, ExportTaskStatus};

/// How short a pause between calls may be. Above it lies what a local server can take; AWS throttles much sooner.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);

/// The longest that a demonstration takes.
const LONGEST_DEMO: Duration = Duration::from_secs(3600);

const AFTER_HELP: &str = "\
Examples:
  rds-export demo                                      see it work; needs no AWS account
  rds-export list --status in_progress
  rds-export watch                                     a bar for each export that runs
  rds-export wait nightly --timeout 2h && ./load.sh";

const AFTER_LONG_HELP: &str = "\
Examples:
  rds-export demo                                      see it work; needs no AWS account
  rds-export list --status in_progress
  rds-export watch                                     a bar for each export that runs
  rds-export wait nightly --timeout 2h && ./load.sh

Region, credentials and endpoint are found as `aws` finds them: AWS_REGION, AWS_PROFILE,
AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, ~/.aws/config, roles of containers and instances.
NO_COLOR is respected.

Exit codes:
  0    done
  1    an export that was watched or awaited failed or was canceled
  2    the command line is wrong
  3    the call could not be made or was refused: configuration, credentials, network, AWS
  4    there is no such export
  124  --timeout is over
  130  Ctrl-C (128 + the signal's number)
  141  whoever reads the output went away";

/// List, watch and await exports of Amazon RDS snapshots and clusters to S3.
#[derive(Debug, Parser)]
#[command(name = "rds-export", version, after_help = AFTER_HELP, after_long_help = AFTER_LONG_HELP)]
#[command(max_term_width = 100, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) connection: Connection,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where to call.
#[derive(Clone, Debug, Default, ClapArgs)]
#[command(next_help_heading = "AWS")]
pub(crate) struct Connection {
    /// Call this address in place of the region's
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    /// The region, in place of AWS_REGION and the profile's
    #[arg(long, global = true, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// The profile of ~/.aws, in place of AWS_PROFILE
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(List),
    Watch(Watch),
    Wait(WaitFor),
    Start(Start),
    Cancel(Cancel),
    Demo(Demo),
    Completions(Completions),
}

/// List exports, running and ended ones
#[derive(Debug, Default, ClapArgs)]
#[command(after_help = "\
Examples:
  rds-export list --status in_progress,starting
  rds-export list --bucket acme-exports --output json
  rds-export list --output jsonl | jq -r 'select(.Status == \"FAILED\") | .FailureCause'")]
pub(crate) struct List {
    /// Only exports in these states
    #[arg(long, value_name = "STATUS", value_delimiter = ',', ignore_case = true)]
    pub(crate) status: Vec<Status>,
    /// Only exports of the snapshot or cluster with this ARN
    #[arg(long, value_name = "ARN")]
    pub(crate) source_arn: Option<String>,
    /// Only exports to these buckets
    #[arg(long, value_name = "BUCKET", value_delimiter = ',', visible_alias = "s3-bucket")]
    pub(crate) bucket: Vec<String>,
    /// Only exports of this kind of source
    #[arg(long, value_name = "TYPE", ignore_case = true)]
    pub(crate) source_type: Option<SourceType>,
    #[command(flatten)]
    pub(crate) output: OutputArg,
}

/// Watch exports until they have ended, with a bar for each
///
/// Without identifiers it watches the exports that are running now. Where the output is no terminal, it prints a line for
/// each change. Exit code 1 if an export failed or was canceled, 4 if there is no such export, 124 if the time is over.
/// Calls that are throttled are made less often; only the sixth in a row ends it.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  rds-export watch
  rds-export watch nightly-orders nightly-users --interval 5s
  rds-export watch nightly | tee export.log")]
pub(crate) struct Watch {
    /// The exports to watch; those that are running, if none is named
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// How long to pause between calls: 10s, 1m; at least 100ms
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = interval)]
    pub(crate) interval: Duration,
    /// Give up after so long, with exit code 124: 45m, 2h
    ///
    /// A last call is made when the time is over, lest an export that has just ended be missed. That call may take 5 s more.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) timeout: Option<Duration>,
    /// The exports were started a moment ago: for a minute, it is no error that RDS does not know them
    #[arg(long, requires = "ids")]
    pub(crate) just_started: bool,
}

/// Wait until an export is complete: for scripts
///
/// Tells of progress on standard error, and of the end on standard output. Exit code 0 if it is complete, 1 if it failed or
/// was canceled, 4 if there is no such export, 124 if the time is over. Calls that are throttled are made less often; only the
/// sixth in a row ends it.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  rds-export wait nightly --timeout 2h --interval 30s
  rds-export start nightly --source-arn ... && rds-export wait nightly --just-started
  rds-export wait nightly --quiet --output json | jq .TotalExtractedDataInGB")]
pub(crate) struct WaitFor {
    /// The export
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Give up after so long, with exit code 124: 45m, 2h
    ///
    /// A last call is made when the time is over, lest an export that has just ended be missed. That call may take 10 s more.
    #[arg(long, value_name = "TIME", default_value = "12h", value_parser = time)]
    pub(crate) timeout: Duration,
    /// How long to pause between calls: 10s, 1m; at least 100ms
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = interval)]
    pub(crate) interval: Duration,
    /// The export was started a moment ago: for a minute, it is no error that RDS does not know it
    #[arg(long)]
    pub(crate) just_started: bool,
    /// Tell of no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) output: OutputArg,
}

/// Start an export
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  rds-export start nightly \\
    --source-arn arn:aws:rds:eu-west-1:123456789012:snapshot:orders-2026-01-02 \\
    --bucket acme-exports --prefix rds \\
    --role-arn arn:aws:iam::123456789012:role/rds-exporter --kms-key-id alias/exports \\
    --only orders.public --watch")]
pub(crate) struct Start {
    /// A name for the export, new in the account and region
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// The snapshot or cluster to export
    #[arg(long, value_name = "ARN")]
    pub(crate) source_arn: String,
    /// The bucket to export to
    #[arg(long, value_name = "BUCKET", visible_alias = "s3-bucket-name")]
    pub(crate) bucket: String,
    /// The folder in the bucket
    #[arg(long, value_name = "PREFIX", visible_alias = "s3-prefix")]
    pub(crate) prefix: Option<String>,
    /// The IAM role by which RDS writes to the bucket
    #[arg(long, value_name = "ARN", visible_alias = "iam-role-arn")]
    pub(crate) role_arn: String,
    /// The KMS key that encrypts what is exported
    #[arg(long, value_name = "KEY")]
    pub(crate) kms_key_id: String,
    /// Only these databases, schemas or tables, such as orders.public.users
    #[arg(long, value_name = "NAME", value_delimiter = ',', visible_alias = "export-only")]
    pub(crate) only: Vec<String>,
    /// Watch the export until it has ended, as `watch` does, in place of printing it
    #[arg(long, conflicts_with = "output")]
    pub(crate) watch: bool,
    /// How long to pause between calls when watching: 10s, 1m; at least 100ms
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = interval, requires = "watch")]
    pub(crate) interval: Duration,
    #[command(flatten)]
    pub(crate) output: OutputArg,
}

/// Cancel an export
///
/// It has ended only when it is CANCELED; `watch` shows when. What was written to the bucket stays there.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  rds-export cancel nightly
  rds-export cancel nightly && rds-export watch nightly")]
pub(crate) struct Cancel {
    /// The export
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) output: OutputArg,
}

/// Watch exports of a server in this process: no AWS account, no network
///
/// It plays RDS on a port of this machine. Four exports run, and one of them fails. The options of AWS change nothing.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  rds-export demo
  rds-export demo --serve        leave it running, and try the other commands on it")]
pub(crate) struct Demo {
    /// How long the exports take, an hour at most
    #[arg(long, value_name = "TIME", default_value = "20s", value_parser = demo_time)]
    pub(crate) duration: Duration,
    /// Only serve, until Ctrl-C
    #[arg(long)]
    pub(crate) serve: bool,
}

/// Print completions for a shell
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  rds-export completions bash > ~/.local/share/bash-completion/completions/rds-export
  rds-export completions zsh > \"${fpath[1]}/_rds-export\"
  rds-export completions fish > ~/.config/fish/completions/rds-export.fish")]
pub(crate) struct Completions {
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

#[derive(Clone, Copy, Debug, Default, ClapArgs)]
pub(crate) struct OutputArg {
    /// How to print exports
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) output: Output,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    #[default]
    Table,
    /// As `aws` prints it: from `list` a listing, from other commands one export
    Json,
    /// In JSON, an export a line; `list` prints each as soon as it is known
    Jsonl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Status {
    Starting,
    InProgress,
    Complete,
    Canceling,
    Canceled,
    Failed,
}

impl From<Status> for ExportTaskStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Starting => Self::Starting,
            Status::InProgress => Self::InProgress,
            Status::Complete => Self::Complete,
            Status::Canceling => Self::Canceling,
            Status::Canceled => Self::Canceled,
            Status::Failed => Self::Failed,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SourceType {
    Snapshot,
    Cluster,
}

impl From<SourceType> for ExportSourceType {
    fn from(source_type: SourceType) -> Self {
        match source_type {
            SourceType::Snapshot => Self::Snapshot,
            SourceType::Cluster => Self::Cluster,
        }
    }
}

/// A duration such as `30s`, `1h 30m` or, in seconds, `30`.
fn time(text: &str) -> Result<Duration, String> {
    let expected = || format!("expected a time such as 30s, 5m or 1h30m, found {text:?}");
    let duration = match text.parse::<u32>() {
        Ok(seconds) => SignedDuration::from_secs(seconds.into()),
        Err(_) => text.parse().map_err(|_| expected())?,
    };
    match Duration::try_from(duration) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err(expected()),
    }
}

/// A time within which someone watches a demonstration.
fn demo_time(text: &str) -> Result<Duration, String> {
    match time(text)? {
        time if time > LONGEST_DEMO => Err(format!("expected an hour at most, found {text:?}")),
        time => Ok(time),
    }
}

/// A time that leaves the service, which takes few calls a second, some rest.
fn interval(text: &str) -> Result<Duration, String> {
    match time(text)? {
        interval if interval < SHORTEST_INTERVAL => {
            Err(format!("expected at least {SHORTEST_INTERVAL:?}, found {text:?}"))
        }
        interval => Ok(interval),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Args::command().debug_assert();
    }

    /// What it says of `json` has to hold for each: `start`, `cancel` and `wait` print no listing.
    #[test]
    fn the_help_of_output_is_true_of_every_command_that_has_it() {
        let mut command = Args::command();
        command.build();
        for name in ["list", "wait", "start", "cancel"] {
            let help = command.find_subcommand_mut(name).expect(name).render_long_help().to_string();
            let json = "from `list` a listing, from other commands one export";
            assert!(help.contains(json), "{help}");
        }
    }

    #[test]
    fn a_time_has_a_unit_or_is_in_seconds() {
        let seconds = |text| time(text).map(|duration| duration.as_secs_f64());
        assert_eq!([seconds("30"), seconds("30s"), seconds("1h30m")], [Ok(30.0), Ok(30.0), Ok(5400.0)]);
        assert_eq!([seconds("2h"), seconds("200ms")], [Ok(7200.0), Ok(0.2)]);
        for wrong in ["", "0", "0s", "-5s", "soon", "1 month", "5 m s"] {
            let error = time(wrong).expect_err("no time");
            assert_eq!(error, format!("expected a time such as 30s, 5m or 1h30m, found {wrong:?}"));
        }
    }

    #[test]
    fn pauses_between_calls_have_a_least_length() {
        assert_eq!(interval("100ms"), Ok(SHORTEST_INTERVAL));
        assert_eq!(interval("99ms"), Err("expected at least 100ms, found \"99ms\"".into()));
        assert_eq!(interval("soon"), time("soon"));
    }
}
