//! quick-xml: what it takes to look at every event, and what its serde makes of a response.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde::Deserialize;

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

/// Reads a response into structures that derive serde's `Deserialize`.
pub(crate) fn parse<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Document<T> {
    let body = std::str::from_utf8(body).expect("UTF-8");
    quick_xml::de::from_str(body).expect("a response")
}

/// A response with the result of an operation.
#[derive(Debug, Deserialize)]
pub(crate) struct Document<T> {
    #[serde(alias = "DescribeExportTasksResult", alias = "DescribeDBInstancesResult")]
    pub(crate) result: T,
    #[serde(rename = "ResponseMetadata")]
    pub(crate) metadata: Metadata,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    #[serde(rename = "RequestId")]
    pub(crate) request_id: Option<String>,
}
