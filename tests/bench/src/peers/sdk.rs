//! The official SDK's serializer and deserializer, without the client around them: an operation's configuration holds
//! both, and they are called as the client calls them.

use aws_sdk_rds::operation::describe_export_tasks::DescribeExportTasksError;
use aws_smithy_runtime_api::client::interceptors::context::{Error, Input, Output};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin;
use aws_smithy_runtime_api::client::ser_de::{
    DeserializeResponse, SerializeRequest, SharedRequestSerializer, SharedResponseDeserializer,
};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;

pub(super) const NAME: &str = "aws-sdk-rds";

/// An operation's two halves.
pub(super) struct Sdk {
    config: ConfigBag,
    serializer: SharedRequestSerializer,
}

impl Sdk {
    pub(super) fn of(operation: &dyn RuntimePlugin) -> Self {
        let mut config = ConfigBag::base();
        config.push_shared_layer(operation.config().expect("an operation has a configuration"));
        let serializer = config.load::<SharedRequestSerializer>().expect("an operation has a serializer");
        Self { serializer: serializer.clone(), config }
    }

    pub(super) fn parse(&self, response: &HttpResponse) -> Result<Output, OrchestratorError<Error>> {
        // It cannot be cloned. To find it takes some tens of nanoseconds, and the client does it for each response.
        let deserializer = self.config.load::<SharedResponseDeserializer>();
        let deserializer = deserializer.expect("an operation has a deserializer");
        deserializer.deserialize_nonstreaming_with_config(response, &self.config)
    }

    pub(super) fn serialize(&mut self, input: Input) -> HttpRequest {
        self.serializer.serialize_input(input, &mut self.config).expect("a request")
    }
}

/// A response whose body has arrived.
pub(super) fn response(status: u16, body: &str) -> HttpResponse {
    HttpResponse::new(status.try_into().expect("a status"), SdkBody::from(body))
}

pub(super) fn error(failure: &OrchestratorError<Error>) -> &DescribeExportTasksError {
    failure.as_operation_error().and_then(|error| error.downcast_ref()).expect("the operation's error")
}
