//! The whole way, against the test server.

use rds_client::Client;
use rds_client::credentials::Credentials;
use rds_client::test_server::{TestFault, TestServer};
use rds_protocol::Rds;
use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksOutput};

fn client(server: &TestServer) -> Client {
    Client::builder()
        .region("eu-west-1")
        .endpoint_url(server.url())
        .credentials(Credentials::new("test", "test"))
        .build()
        .expect("a client")
}

#[tokio::test]
async fn a_call_is_signed_sent_and_answered() {
    let server = TestServer::start::<Rds>(|request| {
        request.on(|_: DescribeExportTasks| Ok(DescribeExportTasksOutput::default()))
    })
    .expect("a server");
    server.fault(TestFault::ResetBeforeAnswer);
    let response = client(&server).call(DescribeExportTasks::default()).send().await.expect("an answer");
    assert_eq!(response.request_id.as_deref(), Some("test-0001"));
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[1].headers().contains_key("authorization"), "{:?}", requests[1]);
}
