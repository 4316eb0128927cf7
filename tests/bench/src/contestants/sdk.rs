//! The official SDK's serializer and deserializer, without the client around them: an operation's configuration holds
//! both, and they are called as the client calls them.

use aws_sdk_rds::operation::describe_export_tasks::{
    DescribeExportTasks, DescribeExportTasksError, DescribeExportTasksInput,
};
use aws_sdk_rds::types::Filter;
use aws_smithy_runtime_api::client::interceptors::context::{Input, Output};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin;
use aws_smithy_runtime_api::client::ser_de::{
    DeserializeResponse, SerializeRequest, SharedRequestSerializer, SharedResponseDeserializer,
};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;

pub(crate) const NAME: &str = "aws-sdk-rds";

type Failure = OrchestratorError<aws_smithy_runtime_api::client::interceptors::context::Error>;

/// An operation's two halves.
pub(crate) struct Sdk {
    config: ConfigBag,
    serializer: SharedRequestSerializer,
}

impl Sdk {
    pub(crate) fn describe_export_tasks() -> Self {
        Self::of(&DescribeExportTasks::new())
    }

    pub(crate) fn of(operation: &dyn RuntimePlugin) -> Self {
        let mut config = ConfigBag::base();
        config.push_shared_layer(operation.config().expect("an operation has a configuration"));
        let serializer =
            config.load::<SharedRequestSerializer>().expect("an operation has a serializer").clone();
        Self { config, serializer }
    }

    pub(crate) fn parse(&self, response: &HttpResponse) -> Result<Output, Failure> {
        // It cannot be cloned. To find it takes some tens of nanoseconds, and the client does it for each response.
        let deserializer = self.config.load::<SharedResponseDeserializer>();
        deserializer
            .expect("an operation has a deserializer")
            .deserialize_nonstreaming_with_config(response, &self.config)
    }

    pub(crate) fn serialize(&mut self, input: Input) -> HttpRequest {
        self.serializer.serialize_input(input, &mut self.config).expect("a request")
    }
}

/// A response whose body has arrived.
pub(crate) fn response(status: u16, body: &str) -> HttpResponse {
    HttpResponse::new(status.try_into().expect("a status"), SdkBody::from(body))
}

pub(crate) fn error(failure: &Failure) -> &DescribeExportTasksError {
    failure.as_operation_error().and_then(|error| error.downcast_ref()).expect("the operation's error")
}

/// A request with these filters.
pub(crate) fn request(filters: &[(&str, &[&str])]) -> DescribeExportTasksInput {
    let filters = filters.iter().map(|(name, values)| {
        let values = values.iter().map(|value| String::from(*value)).collect();
        Filter::builder().name(*name).set_values(Some(values)).build()
    });
    DescribeExportTasksInput::builder().set_filters(Some(filters.collect())).build().expect("an input")
}
