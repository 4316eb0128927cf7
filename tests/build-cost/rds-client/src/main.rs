//! Lists exports by `rds-client`: one side of `.ci/build-cost`.

use rds_client::Client;
use rds_client::rds_protocol::operations::DescribeExportTasks;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_env().await?;
    let output = client.send(DescribeExportTasks::default().max_records(50)).await?;
    for task in output.export_tasks.iter().flatten() {
        println!("{:?} {:?} {:?} %", task.export_task_identifier, task.status, task.percent_progress);
    }
    Ok(())
}
