//! Lists exports by `aws-sdk-rds` and `aws-config`: one side of `.ci/build-cost`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
    let client = aws_sdk_rds::Client::new(&config);
    let output = client.describe_export_tasks().max_records(50).send().await?;
    for task in output.export_tasks() {
        println!("{:?} {:?} {:?} %", task.export_task_identifier, task.status, task.percent_progress);
    }
    Ok(())
}
