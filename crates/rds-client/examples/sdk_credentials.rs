//! Credentials from a provider of the AWS SDK. `tests/aws-config` does the same with all of `aws-config`.
//!
//! `cargo run -p rds-client --features aws-credential-types,test-server --example sdk_credentials`

use std::error::Error;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use rds_client::Client;
use rds_client::credentials::SdkCredentials;
use rds_client::test_server::TestServer;
use rds_protocol::Rds;
use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksOutput};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = TestServer::start::<Rds>(|request| {
        request.on(|_: DescribeExportTasks| Ok(DescribeExportTasksOutput::default()))
    })?;
    // This is what `aws_config::load_from_env().await.credentials_provider()` gives.
    let provider =
        SharedCredentialsProvider::new(Credentials::new("AKIDEXAMPLE", "secret", None, None, "example"));
    let client = Client::builder()
        .region("eu-west-1")
        .endpoint_url(server.url())
        .credentials(SdkCredentials(provider))
        .build()?;
    let response = client.call(DescribeExportTasks::default()).send().await?;
    println!("answered as {:?}", response.request_id);
    Ok(())
}
