//! `rds-client` with the credentials that `aws-config` finds: `cargo run --manifest-path tests/aws-config/Cargo.toml` from the
//! workspace's folder. It calls a server in the process, by the keys in `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or
//! by whatever else the chain of `aws-config` finds.

use std::error::Error;

use rds_client::Client;
use rds_client::credentials::SdkCredentials;
use rds_client::rds_protocol::Rds;
use rds_client::rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksOutput};
use rds_client::test_server::TestServer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = TestServer::start::<Rds>(|request| {
        request.on(|_: DescribeExportTasks| Ok(DescribeExportTasksOutput::default()))
    })?;
    let config = aws_config::load_from_env().await;
    let provider = config.credentials_provider().ok_or("expected a credentials provider")?;
    let client = Client::builder()
        .region("eu-west-1")
        .endpoint_url(server.url())
        .credentials(SdkCredentials(provider))
        .build()?;
    let response = client.call(DescribeExportTasks::default()).send().await?;
    let authorization = server.requests()[0].headers()["authorization"].to_str()?.to_owned();
    let signed_by = authorization.split("Credential=").nth(1).and_then(|key| key.split('/').next());
    println!("answered as {:?}, signed by {signed_by:?}", response.request_id);
    Ok(())
}
