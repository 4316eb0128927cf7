//! The cases with ours alone, called as a user calls it.

use std::process::Command;
use std::rc::Rc;

use awsquery::Operation;
use awsquery::format::TimestampFormat;
use awsquery::http::{HeaderMap, StatusCode, Uri};
use rds_protocol::operations::{DescribeDBInstances, DescribeExportTasks};
use rds_protocol::types::Filter;

use crate::{Case, Contestant, Result, export_tasks};

/// The name of ours.
pub const OURS: &str = "rds-protocol";

/// The names of all cases but the pages of export tasks in two orders.
const OTHERS: &str = "export-tasks/20/shuffled export-tasks/20/pretty db-instances/20 error whole-process/20 \
                      request/body request/http timestamp";

/// Returns the names of all cases.
pub fn names() -> Vec<String> {
    let of = |order: &str| [1, 20, 100, 10_000].map(|tasks| format!("export-tasks/{tasks}/{order}"));
    let orders = ["compact", "reordered"].iter().flat_map(|order| of(order));
    orders.chain(OTHERS.split(' ').map(String::from)).collect()
}

/// Two filters of three values, some of which need escapes.
pub(crate) const FILTERS: [(&str, [&str; 3]); 2] = [
    ("status", ["starting", "in_progress", "complete"]),
    ("s3-bucket", ["example-exports", "orders & returns", "example/nightly exports"]),
];

pub(crate) const ENDPOINT: &str = "https://rds.eu-west-1.amazonaws.com/";

pub(crate) const MOMENT: &str = "2026-01-02T03:04:05.678Z";

const ERROR: &str = "<ErrorResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><Error><Type>Sender</Type>\
    <Code>ExportTaskNotFound</Code><Message>Export task orders-nightly-00019 not found.</Message></Error>\
    <RequestId>7c0f4e8a-51d6-4b0e-9a3f-2d8b6c1e5f70</RequestId></ErrorResponse>";

pub(crate) fn ours(name: &str) -> Result<Case> {
    let (text, items, contestant) = match name.split('/').collect::<Vec<_>>()[..] {
        ["export-tasks", tasks, style] => {
            let tasks = tasks.parse()?;
            let text = Rc::from(export_tasks::response(tasks, style)?);
            (Rc::clone(&text), tasks, read::<DescribeExportTasks>(StatusCode::OK, text))
        }
        ["db-instances", _] => {
            let text = Rc::from(db_instances());
            (Rc::clone(&text), 20, read::<DescribeDBInstances>(StatusCode::OK, text))
        }
        ["error"] => (ERROR.into(), 1, read::<DescribeExportTasks>(StatusCode::NOT_FOUND, ERROR.into())),
        ["whole-process", _] => (export_tasks::response(20, "compact")?.into(), 20, whole_process()?),
        ["request", what] => {
            let filters = FILTERS.map(|(name, values)| Filter::new(name, values));
            let request = DescribeExportTasks::default().filters(filters);
            let (text, endpoint) = (request.to_body()?, Uri::from_static(ENDPOINT));
            let contestant = match what {
                "body" => Contestant::called(OURS, move || request.to_body()),
                _ => Contestant::called(OURS, move || request.to_request(&endpoint)),
            };
            (text.into(), 1, contestant)
        }
        ["timestamp"] => {
            let read = || TimestampFormat::DateTime.parse(std::hint::black_box(MOMENT));
            (MOMENT.into(), 1, Contestant::called(OURS, read))
        }
        _ => return Err(format!("no case {name:?}").into()),
    };
    Ok(Case { name: name.into(), text, items, contestants: vec![contestant] })
}

fn read<O: Operation + 'static>(status: StatusCode, text: Rc<str>) -> Contestant {
    Contestant::called(OURS, move || O::parse_response(status, &HeaderMap::new(), text.as_bytes()))
}

/// Instances of 71 members each, with structures in lists in structures.
fn db_instances() -> String {
    let instance: String = include_str!("db_instance.xml").lines().map(str::trim_start).collect();
    let instances: String = (0..20).map(|number| instance.replace("{n}", &number.to_string())).collect();
    format!(
        "<DescribeDBInstancesResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><DescribeDBInstancesResult>\
         <DBInstances>{instances}</DBInstances><Marker>b3JkZXJzLTE5</Marker></DescribeDBInstancesResult>\
         <ResponseMetadata><RequestId>7c0f4e8a-51d6-4b0e-9a3f-2d8b6c1e5f70</RequestId></ResponseMetadata>\
         </DescribeDBInstancesResponse>"
    )
}

/// A process that starts, reads one page and ends.
fn whole_process() -> Result<Contestant> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("once");
    Ok(Contestant::started(OURS, command, export_tasks::response(20, "compact")?))
}

/// Reads a response and counts its tasks.
///
/// # Errors
///
/// A response that cannot be read.
pub fn count_tasks(body: &[u8]) -> Result<usize> {
    let response = DescribeExportTasks::parse_response(StatusCode::OK, &HeaderMap::new(), body)?;
    Ok(response.output.export_tasks.map_or(0, |tasks| tasks.len()))
}
