//! What the benchmark and the guard of its figures work on: responses to `DescribeExportTasks`, made up, of any length,
//! and the same on every machine; and what a request asks for.

/// Two filters of three values, some of which need escapes.
pub(crate) const FILTERS: &[(&str, &[&str])] = &[
    ("status", &["starting", "in_progress", "complete"]),
    ("s3-bucket", &["example-exports", "orders & returns", "example/nightly exports"]),
];

/// How a response is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// As RDS writes it: no space between elements, members in the model's order.
    Compact,
    /// Indented, and with texts that need references.
    Pretty,
    /// Compact, with the members of every task in another order than the model's.
    Reordered,
    /// Compact, with the members of each task in an order of its own.
    Shuffled,
}

/// A task has every one of the 16 members that the model knows, in about 1,100 bytes where nothing is indented.
pub(crate) fn response(tasks: usize, style: Style) -> String {
    let pretty = style == Style::Pretty;
    let mut out = Elements { text: String::with_capacity(tasks * 2000 + 1000), depth: 0, pretty };
    out.open("DescribeExportTasksResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"");
    out.open("DescribeExportTasksResult");
    out.open("ExportTasks");
    for number in 0..tasks {
        out.task(members(number, pretty), order(number, style));
    }
    out.close("ExportTasks");
    out.leaf("Marker", "b3JkZXJzL25pZ2h0bHkvMDAwMTk=");
    out.close("DescribeExportTasksResult");
    out.open("ResponseMetadata");
    out.leaf("RequestId", "7c0f4e8a-51d6-4b0e-9a3f-2d8b6c1e5f70");
    out.close("ResponseMetadata");
    out.close("DescribeExportTasksResponse");
    out.text
}

/// What a member holds.
enum Content {
    Text(String),
    Items([String; 3]),
}

type Members = [(&'static str, Content); 16];

fn members(number: usize, pretty: bool) -> Members {
    use Content::{Items, Text};

    let amp = if pretty { " &amp; " } else { " and " };
    let (account, key) = ("123456789012", "1f6b0d3c-9a57-4e0b-8c52-3d0a7be4f6a1");
    let (month, day, minute) = (1 + number % 12, 1 + number % 28, number % 60);
    let (status, cause) = match number % 4 {
        0 => (
            "FAILED",
            format!("The role may not write to the bucket{amp}the export stopped after 3 attempts."),
        ),
        1 => ("CANCELED", format!("Canceled by an operator{amp}not resumed.")),
        _ => ("COMPLETE", String::new()),
    };
    let skipped = match pretty {
        true => {
            "Skipped 2 tables: &quot;a&lt;b&quot; and &apos;caf&#233;&apos; have columns of types that Parquet lacks."
        }
        false => {
            "Skipped 2 tables: orders.drafts and orders.caf\u{e9} have columns of types that Parquet lacks."
        }
    };
    [
        ("ExportTaskIdentifier", Text(format!("orders-nightly-{number:05}"))),
        (
            "SourceArn",
            Text(format!(
                "arn:aws:rds:eu-west-1:{account}:snapshot:rds:orders-2026-{month:02}-{day:02}-02-15"
            )),
        ),
        (
            "ExportOnly",
            Items(["orders.public.customers", "orders.public.order_lines", "orders.audit"].map(String::from)),
        ),
        ("SnapshotTime", Text(format!("2026-{month:02}-{day:02}T02:{minute:02}:27.163Z"))),
        ("TaskStartTime", Text(format!("2026-{month:02}-{day:02}T03:{minute:02}:09.481Z"))),
        ("TaskEndTime", Text(format!("2026-{month:02}-{day:02}T04:{minute:02}:55.120Z"))),
        ("S3Bucket", Text("example-exports-eu-west-1".into())),
        (
            "S3Prefix",
            Text(format!("rds/orders{}nightly/2026/{month:02}", if pretty { "&amp;" } else { "/" })),
        ),
        ("IamRoleArn", Text(format!("arn:aws:iam::{account}:role/service-role/rds-export-to-s3"))),
        ("KmsKeyId", Text(format!("arn:aws:kms:eu-west-1:{account}:key/{key}"))),
        ("Status", Text(status.into())),
        ("PercentProgress", Text(if status == "COMPLETE" { 100 } else { number % 100 }.to_string())),
        ("TotalExtractedDataInGB", Text((number % 4096).to_string())),
        ("FailureCause", Text(cause)),
        ("WarningMessage", Text(skipped.into())),
        ("SourceType", Text("SNAPSHOT".into())),
    ]
}

/// The order in which a task's members are written.
fn order(number: usize, style: Style) -> [usize; 16] {
    // Steps that have no divisor in common with 16, so that each member is met once.
    let (start, step) = match style {
        Style::Compact | Style::Pretty => (0, 1),
        Style::Reordered => (11, 7),
        Style::Shuffled => (number * 5, [3, 5, 7, 9, 11, 13][number % 6]),
    };
    std::array::from_fn(|place| (start + place * step) % 16)
}

struct Elements {
    text: String,
    depth: usize,
    pretty: bool,
}

impl Elements {
    fn task(&mut self, members: Members, order: [usize; 16]) {
        self.open("ExportTask");
        for index in order {
            match &members[index] {
                (name, Content::Text(text)) => self.leaf(name, text),
                (name, Content::Items(items)) => {
                    self.open(name);
                    for item in items {
                        self.leaf("member", item);
                    }
                    self.close(name);
                }
            }
        }
        self.close("ExportTask");
    }

    fn open(&mut self, tag: &str) {
        self.indent();
        self.text.extend(["<", tag, ">"]);
        self.depth += 1;
    }

    fn close(&mut self, name: &str) {
        self.depth -= 1;
        self.indent();
        self.text.extend(["</", name, ">"]);
    }

    fn leaf(&mut self, name: &str, text: &str) {
        self.indent();
        self.text.extend(["<", name, ">", text, "</", name, ">"]);
    }

    fn indent(&mut self) {
        if self.pretty && !self.text.is_empty() {
            self.text.push('\n');
            self.text.extend(std::iter::repeat_n("  ", self.depth));
        }
    }
}
