//! Values, and documents that say them, written without the runtime's help.

use awsquery::http::{HeaderMap, StatusCode};
use awsquery::{Operation, Response, Timestamp};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksOutput, StartExportTask};
use rds_protocol::types::{ExportTask, Filter};

/// So many cases, and no file of failures: what fails prints the values that made it fail.
pub(crate) fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Any characters, mostly those that some format gives a meaning to.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let special: Vec<char> =
        " +&=?%#*~-_./:;<>\"'!()[]\0\t\r\n\u{7f}\u{85}\u{a0}é日\u{2028}\u{fffd}\u{feff}\u{1f980}"
            .chars()
            .collect();
    let character = prop_oneof![
        3 => select(special),
        2 => proptest::char::range(' ', '~'),
        2 => any::<char>(),
    ];
    vec(character, 0..12).prop_map(String::from_iter)
}

/// Whether XML 1.0 has the character: production 2 of its grammar.
pub(crate) fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Any characters that XML can carry.
pub(crate) fn xml_text() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.chars().filter(|c| is_xml(*c)).collect())
}

pub(crate) fn timestamp() -> impl Strategy<Value = Timestamp> {
    // Years 1 to 9999, but for a day at either end, so that an offset stays inside.
    let second = -62_135_510_400_i64..253_402_100_000;
    let nanosecond = prop_oneof![Just(0), (0..1000).prop_map(|ms| ms * 1_000_000), 0..1_000_000_000];
    (second, nanosecond)
        .prop_map(|(second, nanosecond)| Timestamp::new(second, nanosecond).expect("in range"))
}

fn status() -> impl Strategy<Value = String> {
    prop_oneof![
        select(
            &["STARTING", "IN_PROGRESS", "COMPLETE", "FAILED", "complete", "SNAPSHOT", "CLUSTER", "NEW"][..]
        )
        .prop_map(str::to_owned),
        xml_text(),
    ]
}

prop_compose! {
    pub(crate) fn export_task()(
        strings in vec(option::of(xml_text()), 8),
        export_only in option::of(vec(xml_text(), 0..3)),
        times in vec(option::of(timestamp()), 3),
        enumerations in vec(option::of(status()), 2),
        numbers in vec(option::of(any::<i32>()), 2),
    ) -> ExportTask {
        let mut strings = strings.into_iter();
        let mut string = || strings.next().flatten();
        let mut task = ExportTask::default();
        task.export_task_identifier = string();
        task.source_arn = string();
        task.export_only = export_only;
        task.snapshot_time = times[0];
        task.task_start_time = times[1];
        task.task_end_time = times[2];
        task.s3_bucket = string();
        task.s3_prefix = string();
        task.iam_role_arn = string();
        task.kms_key_id = string();
        task.status = enumerations[0].as_deref().map(Into::into);
        task.percent_progress = numbers[0];
        task.total_extracted_data_in_gb = numbers[1];
        task.failure_cause = string();
        task.warning_message = string();
        task.source_type = enumerations[1].as_deref().map(Into::into);
        task
    }
}

prop_compose! {
    pub(crate) fn output()(
        marker in option::of(xml_text()),
        export_tasks in option::of(vec(export_task(), 0..3)),
    ) -> DescribeExportTasksOutput {
        let mut output = DescribeExportTasksOutput::default();
        output.marker = marker;
        output.export_tasks = export_tasks;
        output
    }
}

prop_compose! {
    fn filter()(name in option::of(text()), values in option::of(vec(text(), 0..4))) -> Filter {
        let mut filter = Filter::default();
        filter.name = name;
        filter.values = values;
        filter
    }
}

prop_compose! {
    pub(crate) fn describe()(
        export_task_identifier in option::of(text()),
        source_arn in option::of(text()),
        filters in option::of(vec(filter(), 0..4)),
        marker in option::of(text()),
        max_records in option::of(any::<i32>()),
        source_type in option::of(prop_oneof![Just("SNAPSHOT".to_owned()), text()]),
    ) -> DescribeExportTasks {
        let mut request = DescribeExportTasks::default();
        request.export_task_identifier = export_task_identifier;
        request.source_arn = source_arn;
        request.filters = filters;
        request.marker = marker;
        request.max_records = max_records;
        request.source_type = source_type.map(Into::into);
        request
    }
}

prop_compose! {
    pub(crate) fn start()(
        strings in vec(option::of(text()), 6),
        export_only in option::of(vec(text(), 0..13)),
    ) -> StartExportTask {
        let mut strings = strings.into_iter();
        let mut string = || strings.next().flatten();
        let mut request = StartExportTask::default();
        request.export_task_identifier = string();
        request.source_arn = string();
        request.s3_bucket_name = string();
        request.iam_role_arn = string();
        request.kms_key_id = string();
        request.s3_prefix = string();
        request.export_only = export_only;
        request
    }
}

/// A source of choices for what a document leaves open. Not random, but far from any pattern (xorshift).
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % limit as u64) as usize
    }

    pub(crate) fn one<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }
}

/// An element, and what may stand between its children.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// A structure: children in any order, unknown ones among them.
    Structure(&'static str, Vec<Node>),
    /// A list: every child is an element of it.
    List(&'static str, Vec<Node>),
    /// Text that is kept as it is.
    Text(&'static str, String),
    /// Text that white space may surround.
    Scalar(&'static str, String),
}

/// The elements of a task.
fn task_members(task: &ExportTask) -> Vec<Node> {
    let text = |name, value: &Option<String>| value.clone().map(|value| Node::Text(name, value));
    let time = |name, value: &Option<Timestamp>| value.map(|value| Node::Scalar(name, date_time(value, 0)));
    let number = |name, value: &Option<i32>| value.map(|value| Node::Scalar(name, value.to_string()));
    let list = task.export_only.as_ref().map(|items| {
        Node::List("ExportOnly", items.iter().map(|item| Node::Text("member", item.clone())).collect())
    });
    [
        text("ExportTaskIdentifier", &task.export_task_identifier),
        text("SourceArn", &task.source_arn),
        list,
        time("SnapshotTime", &task.snapshot_time),
        time("TaskStartTime", &task.task_start_time),
        time("TaskEndTime", &task.task_end_time),
        text("S3Bucket", &task.s3_bucket),
        text("S3Prefix", &task.s3_prefix),
        text("IamRoleArn", &task.iam_role_arn),
        text("KmsKeyId", &task.kms_key_id),
        task.status.as_ref().map(|value| Node::Text("Status", value.as_str().to_owned())),
        number("PercentProgress", &task.percent_progress),
        number("TotalExtractedDataInGB", &task.total_extracted_data_in_gb),
        text("FailureCause", &task.failure_cause),
        text("WarningMessage", &task.warning_message),
        task.source_type.as_ref().map(|value| Node::Text("SourceType", value.as_str().to_owned())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The document that says an output, with a request id.
pub(crate) fn document(output: &DescribeExportTasksOutput, request_id: &str) -> Node {
    let marker = output.marker.clone().map(|marker| Node::Text("Marker", marker));
    let tasks = output.export_tasks.as_ref().map(|tasks| {
        Node::List(
            "ExportTasks",
            tasks.iter().map(|task| Node::Structure("ExportTask", task_members(task))).collect(),
        )
    });
    let result = Node::Structure("DescribeExportTasksResult", tasks.into_iter().chain(marker).collect());
    let id = Node::Text("RequestId", request_id.to_owned());
    let metadata = Node::Structure("ResponseMetadata", vec![id]);
    Node::Structure("DescribeExportTasksResponse", vec![result, metadata])
}

/// RFC 3339 at an offset in minutes, by the civil calendar's own arithmetic.
pub(crate) fn date_time(value: Timestamp, offset: i64) -> String {
    let nanoseconds = value.as_nanosecond() + i128::from(offset) * 60_000_000_000;
    let second = nanoseconds.div_euclid(1_000_000_000) as i64;
    let fraction = nanoseconds.rem_euclid(1_000_000_000);
    let (day, second) = (second.div_euclid(86_400), second.rem_euclid(86_400));
    // Days from 0000-03-01, by eras of 400 years.
    let day = day + 719_468;
    let (era, day_of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if fraction > 0 {
        text.push_str(format!(".{fraction:09}").trim_end_matches('0'));
    }
    match offset {
        0 => text.push('Z'),
        _ => {
            let sign = if offset < 0 { '-' } else { '+' };
            text.push_str(&format!("{sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60));
        }
    }
    text
}

/// A document as simple as can be: no white space, everything special as an entity.
pub(crate) fn plain(node: &Node) -> String {
    match node {
        Node::Structure(name, children) | Node::List(name, children) => {
            let inside: String = children.iter().map(plain).collect();
            format!("<{name}>{inside}</{name}>")
        }
        Node::Text(name, text) | Node::Scalar(name, text) => {
            let inside: String = text
                .chars()
                .map(|c| match c {
                    '<' => "&lt;".into(),
                    '>' => "&gt;".into(),
                    '&' => "&amp;".into(),
                    '\r' => "&#13;".into(),
                    c => c.to_string(),
                })
                .collect();
            format!("<{name}>{inside}</{name}>")
        }
    }
}

pub(crate) fn parse(body: &str) -> Result<Response<DescribeExportTasksOutput>, String> {
    tests::readers::agree::<DescribeExportTasks>(StatusCode::OK, body.as_bytes());
    DescribeExportTasks::parse_response(StatusCode::OK, &HeaderMap::new(), body.as_bytes())
        .map_err(|error| format!("{error}\n{body}"))
}
