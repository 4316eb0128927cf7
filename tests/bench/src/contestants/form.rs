//! Two ways to write a request's body, each by hand for the one operation.

use aws_smithy_query::QueryWriter;
use form_urlencoded::Serializer;

pub(crate) const SMITHY: &str = "aws-smithy-query";
pub(crate) const URLENCODED: &str = "form_urlencoded";

/// By what the official SDK writes its bodies with.
pub(crate) fn smithy(filters: &[(&str, &[&str])]) -> String {
    let mut body = String::new();
    let mut writer = QueryWriter::new(&mut body, "DescribeExportTasks", "2014-10-31");
    let mut list = writer.prefix("Filters").start_list(false, Some("Filter"));
    for (name, values) in filters {
        let mut filter = list.entry();
        filter.prefix("Name").string(name);
        let mut items = filter.prefix("Values").start_list(false, Some("Value"));
        for value in *values {
            items.entry().string(value);
        }
        items.finish();
    }
    list.finish();
    writer.finish();
    body
}

/// By the `url` crate's form encoder.
pub(crate) fn urlencoded(filters: &[(&str, &[&str])]) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("Action", "DescribeExportTasks").append_pair("Version", "2014-10-31");
    for (filter, (name, values)) in (1..).zip(filters) {
        form.append_pair(&format!("Filters.Filter.{filter}.Name"), name);
        for (value, text) in (1..).zip(*values) {
            form.append_pair(&format!("Filters.Filter.{filter}.Values.Value.{value}"), text);
        }
    }
    form.finish()
}
