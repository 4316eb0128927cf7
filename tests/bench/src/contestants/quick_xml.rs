//! quick-xml: what it takes to look at every event, and what its serde makes of a response.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde::Deserialize;

use crate::neutral::{DbInstance, ExportTask, List};

pub(crate) const SCAN: &str = "quick-xml scan";
pub(crate) const SERDE: &str = "quick-xml serde";

/// Looks at every event and makes nothing of it; gives their number.
pub(crate) fn scan(body: &str) -> usize {
    let mut reader = Reader::from_str(body);
    let mut events = 0;
    loop {
        match reader.read_event().expect("XML") {
            Event::Eof => return events,
            _ => events += 1,
        }
    }
}

/// Reads a response into a structure that derives serde's `Deserialize`.
pub(crate) fn parse<T: for<'de> Deserialize<'de>>(body: &[u8]) -> T {
    let body = std::str::from_utf8(body).expect("UTF-8");
    quick_xml::de::from_str(body).expect("a response")
}

/// The document of a response to `DescribeExportTasks`.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ExportTasksResponse {
    pub(crate) describe_export_tasks_result: ExportTasks,
    pub(crate) response_metadata: ResponseMetadata,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ExportTasks {
    pub(crate) export_tasks: Option<List<ExportTask>>,
    pub(crate) marker: Option<String>,
}

/// The document of a response to `DescribeDBInstances`.
#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct InstancesResponse {
    #[serde(rename = "DescribeDBInstancesResult")]
    pub(crate) result: Instances,
    #[serde(rename = "ResponseMetadata")]
    pub(crate) response_metadata: ResponseMetadata,
}

#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct Instances {
    #[serde(rename = "DBInstances")]
    pub(crate) instances: Option<List<DbInstance>>,
    #[serde(rename = "Marker")]
    pub(crate) marker: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ResponseMetadata {
    pub(crate) request_id: Option<String>,
}
