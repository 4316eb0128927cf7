//! Those who write a request of two filters with three values each.

use aws_sdk_rds::operation::describe_export_tasks::DescribeExportTasksInput;
use aws_sdk_rds::types::Filter;
use aws_smithy_query::QueryWriter;
use aws_smithy_runtime_api::client::interceptors::context::Input;
use form_urlencoded::Serializer;

use super::{describe_export_tasks, same, sdk};
use crate::cases::FILTERS;
use crate::{Case, Contestant, Result, processor_time};

const SMITHY: &str = "aws-smithy-query";
const URLENCODED: &str = "form_urlencoded";

/// Adds those who write the body.
pub(super) fn body(case: &mut Case) -> Result<()> {
    same(SMITHY, &smithy().as_str(), &&*case.text)?;
    // The same pairs: a space is `+` there, and `%20` in ours.
    let pairs = |form: &str| form_urlencoded::parse(form.as_bytes()).into_owned().collect::<Vec<_>>();
    same(URLENCODED, &pairs(&urlencoded()), &pairs(&case.text))?;
    case.contestants.extend([Contestant::called(SMITHY, smithy), Contestant::called(URLENCODED, urlencoded)]);
    Ok(())
}

/// Adds the SDK's serializer, which makes the whole request: method, path, headers and body.
pub(super) fn http(case: &mut Case) -> Result<()> {
    let mut sdk = describe_export_tasks();
    let filters = FILTERS.map(|(name, values)| {
        Filter::builder().name(name).set_values(Some(values.map(String::from).to_vec())).build()
    });
    let input = DescribeExportTasksInput::builder().set_filters(Some(filters.to_vec())).build()?;
    let request = sdk.serialize(Input::erase(input.clone()));
    let theirs = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
    same(sdk::NAME, &theirs.as_str(), &&*case.text)?;
    case.contestants.push(Contestant::timed(sdk::NAME, move |times| {
        // It consumes its input, which is made beforehand.
        let inputs: Vec<_> = (0..times).map(|_| Input::erase(input.clone())).collect();
        processor_time(|| {
            inputs.into_iter().for_each(|input| drop(std::hint::black_box(sdk.serialize(input))))
        })
    }));
    Ok(())
}

/// Writes the body with the writer of the official SDK.
fn smithy() -> String {
    let mut body = String::new();
    let mut writer = QueryWriter::new(&mut body, "DescribeExportTasks", "2014-10-31");
    let mut list = writer.prefix("Filters").start_list(false, Some("Filter"));
    for (name, values) in FILTERS {
        let mut filter = list.entry();
        filter.prefix("Name").string(name);
        let mut items = filter.prefix("Values").start_list(false, Some("Value"));
        values.iter().for_each(|value| items.entry().string(value));
        items.finish();
    }
    list.finish();
    writer.finish();
    body
}

/// Writes the body with the form encoder of the `url` crate.
fn urlencoded() -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("Action", "DescribeExportTasks").append_pair("Version", "2014-10-31");
    for (filter, (name, values)) in (1..).zip(FILTERS) {
        form.append_pair(&format!("Filters.Filter.{filter}.Name"), name);
        for (value, text) in (1..).zip(values) {
            form.append_pair(&format!("Filters.Filter.{filter}.Values.Value.{value}"), text);
        }
    }
    form.finish()
}
