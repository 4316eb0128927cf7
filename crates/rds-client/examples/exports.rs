//! Lists exports and waits for one of them, with its progress.
//!
//! `cargo run -p rds-client --features test-server --example exports` needs no AWS account: it calls a server in the
//! process. With `-- --aws` it calls AWS, by the environment's region and credentials.

use std::error::Error;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use rds_client::Client;
use rds_client::credentials::Credentials;
use rds_client::test_server::TestServer;
use rds_protocol::Rds;
use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksOutput};
use rds_protocol::types::{ExportTask, ExportTaskStatus};
use rds_protocol::waiters::ExportTaskComplete;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    if std::env::args().any(|argument| argument == "--aws") {
        return list(&Client::from_env().await?).await;
    }
    let server = server()?;
    let client = Client::builder()
        .region("eu-west-1")
        .endpoint_url(server.url())
        .credentials(Credentials::new("test", "test"))
        .build()?;
    list(&client).await?;
    wait(&client, "nightly").await
}

async fn list(client: &Client) -> Result<(), Box<dyn Error>> {
    let mut tasks = client.items(DescribeExportTasks::default());
    while let Some(task) = tasks.next().await {
        let task = task?;
        let status = task.status.as_ref().map_or("?", |status| status.as_str());
        println!("{:<12} {status}", task.export_task_identifier.as_deref().unwrap_or("?"));
    }
    Ok(())
}

async fn wait(client: &Client, export: &str) -> Result<(), Box<dyn Error>> {
    let waited = client
        .wait::<ExportTaskComplete>(DescribeExportTasks::default().export_task_identifier(export))
        .interval(Duration::from_millis(200))
        .max_wait(Duration::from_secs(60))
        .on_progress(|progress| {
            let percent = progress.response.ok().and_then(|output| {
                output.export_tasks.iter().flatten().find_map(|task| task.percent_progress)
            });
            println!("{export:<12} {} %", percent.unwrap_or(0));
        })
        .await?;
    println!("complete after {} calls", waited.success.calls);
    Ok(())
}

/// RDS with one export, which is a quarter further at each call.
fn server() -> std::io::Result<TestServer> {
    let percent = AtomicI32::new(-25);
    TestServer::start::<Rds>(move |request| {
        request.on(|_: DescribeExportTasks| {
            let percent = (percent.fetch_add(25, Ordering::Relaxed) + 25).min(100);
            let mut task = ExportTask::default();
            task.export_task_identifier = Some("nightly".into());
            task.percent_progress = Some(percent);
            task.status = Some(match percent {
                100 => ExportTaskStatus::Complete,
                _ => ExportTaskStatus::InProgress,
            });
            let mut output = DescribeExportTasksOutput::default();
            output.export_tasks = Some(vec![task]);
            Ok(output)
        })
    })
}
