//! quick-xml: a scan of every event, and a response read by its serde.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde::Deserialize;
use serde::de::DeserializeOwned;

pub(super) const SCAN: &str = "quick-xml scan";
pub(super) const SERDE: &str = "quick-xml serde";

/// Looks at every event, does nothing with it, and returns their number.
pub(super) fn scan(text: &str) -> usize {
    let mut reader = Reader::from_str(text);
    let mut events = 0;
    while !matches!(reader.read_event().expect("XML"), Event::Eof) {
        events += 1;
    }
    events
}

/// Reads a response into structures that derive serde's `Deserialize`.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<Document<T>, quick_xml::DeError> {
    quick_xml::de::from_str(text)
}

/// A response with the result of an operation.
#[derive(Deserialize)]
pub(super) struct Document<T> {
    #[serde(alias = "DescribeExportTasksResult", alias = "DescribeDBInstancesResult")]
    pub(super) result: T,
    #[serde(rename = "ResponseMetadata")]
    pub(super) metadata: Metadata,
}

#[derive(Deserialize)]
pub(super) struct Metadata {
    #[serde(rename = "RequestId")]
    pub(super) request_id: Option<String>,
}
