//! Puts boto3's calls to the same server through `rds-client`, and compares the answers.
//!
//! Each line of the answers is a call and what boto3 made of it. `cargo xtask interop` makes them, and runs this. With
//! `--implemented` and `--covered` it also holds what was compared against the operations that the server implements, and
//! against those that were compared before.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::process::ExitCode;

use awsquery::error::ServiceErrorKind;
use awsquery::retry::RetryPolicy;
use awsquery::{Operation, Response, ServiceError, from_json, to_json};
use lexopt::prelude::*;
use rds_client::Client;
use rds_client::credentials::Credentials;
use rds_protocol::operations::*;
use rds_protocol::{Rds, RdsError};
use serde_json::{Value as Json, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

#[derive(Default)]
struct Options {
    endpoint: Option<String>,
    answers: Option<OsString>,
    implemented: Option<OsString>,
    covered: Option<OsString>,
}

fn options() -> Result<Options> {
    let mut options = Options::default();
    let mut args = lexopt::Parser::from_env();
    while let Some(arg) = args.next()? {
        match arg {
            Long("endpoint") => options.endpoint = Some(args.value()?.string()?),
            Long("answers") => options.answers = Some(args.value()?),
            Long("implemented") => options.implemented = Some(args.value()?),
            Long("covered") => options.covered = Some(args.value()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(options)
}

/// Whether all is the same, and as much of it as should be.
async fn run() -> Result<bool> {
    let options = options()?;
    // One attempt, as boto3 makes: the server numbers the requests by its dice.
    let client = Client::builder()
        .region("us-east-1")
        .endpoint_url(options.endpoint.ok_or("expected --endpoint URL")?)
        .credentials(Credentials::new("interop", "interop"))
        .retry_policy(RetryPolicy::STANDARD.max_attempts(1))
        .build()?;
    let answers = fs::read_to_string(options.answers.ok_or("expected --answers FILE")?)?;
    let coverage = compare(&client, &answers).await?;
    match (options.implemented, options.covered) {
        (Some(implemented), Some(covered)) => {
            let (implemented, recorded) = (names(&implemented)?, names(&covered)?);
            Ok(coverage.is_enough(&implemented, &recorded) && coverage.failed == 0)
        }
        _ => Ok(coverage.failed == 0),
    }
}

/// The names in a file, one a line; `#` begins a remark.
fn names(file: &OsString) -> Result<BTreeSet<String>> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let names = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    Ok(names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

/// What was compared.
#[derive(Default)]
struct Coverage {
    passed: usize,
    failed: usize,
    /// The operations of which an output was the same, each with the numbers of its outputs and errors.
    operations: BTreeMap<String, (usize, usize)>,
}

impl Coverage {
    /// Whether every operation that the server implements was compared, and every one that was before.
    fn is_enough(&self, implemented: &BTreeSet<String>, recorded: &BTreeSet<String>) -> bool {
        let covered: BTreeSet<_> = self.operations.keys().cloned().collect();
        for (operation, (outputs, errors)) in &self.operations {
            println!("covered   {operation:<40} {outputs} outputs, {errors} errors");
        }
        let complaints = [
            ("implemented by moto, in no step of operations.json that succeeds", implemented - &covered),
            ("in covered.txt, and not compared any more", recorded - &covered),
            ("compared now, to be added to covered.txt", &covered - recorded),
        ];
        for (what, operations) in &complaints {
            for operation in operations {
                println!("{operation}: {what}");
            }
        }
        println!(
            "interop: {} of the {} operations that moto implements are covered",
            covered.intersection(implemented).count(),
            implemented.len()
        );
        complaints.iter().all(|(_, operations)| operations.is_empty())
    }
}

async fn compare(client: &Client, answers: &str) -> Result<Coverage> {
    let mut coverage = Coverage::default();
    for line in answers.lines() {
        let step: Json = serde_json::from_str(line)?;
        let (name, op) = (text(&step["name"]), text(&step["op"]));
        let ours = call(op, &step["input"], client).await.map_err(|error| format!("{name}: {error}"))?;
        if ours == step["answer"] {
            println!("same      {op:<40} {name}");
            coverage.passed += 1;
            let count = coverage.operations.entry(op.to_owned()).or_default();
            match ours.get("output") {
                Some(_) => count.0 += 1,
                None => count.1 += 1,
            }
        } else {
            println!("DIFFERENT {op:<40} {name}");
            print_differences("", &step["answer"], &ours);
            coverage.failed += 1;
        }
    }
    coverage.operations.retain(|_, (outputs, _)| *outputs > 0);
    let Coverage { passed, failed, .. } = coverage;
    println!("interop: {passed} passed, {failed} failed");
    if passed + failed == 0 { Err("expected calls to compare, found none".into()) } else { Ok(coverage) }
}

/// Prints where two answers differ, and what is there.
fn print_differences(path: &str, boto3: &Json, ours: &Json) {
    match (boto3, ours) {
        (Json::Object(one), Json::Object(other)) => {
            for key in one.keys().chain(other.keys().filter(|key| !one.contains_key(*key))) {
                print_differences(&format!("{path}.{key}"), &boto3[key], &ours[key]);
            }
        }
        (Json::Array(one), Json::Array(other)) if one.len() == other.len() => {
            for (index, (one, other)) in one.iter().zip(other).enumerate() {
                print_differences(&format!("{path}[{index}]"), one, other);
            }
        }
        _ if boto3 == ours => {}
        _ => println!("  {path}\n    boto3 {boto3}\n    ours  {ours}"),
    }
}

fn text(json: &Json) -> &str {
    json.as_str().unwrap_or_default()
}

macro_rules! calls {
    ($($operation:ident)*) => {
        /// Makes the call that is named so.
        async fn call(op: &str, input: &Json, client: &Client) -> Result<Json> {
            match op {
                // Boxed, so that this function's future is not as large as the largest of them.
                $($operation::NAME => Box::pin(answer::<$operation>(input, client)).await,)*
                _ => Err(format!("this does not know the operation {op}").into()),
            }
        }
    };
}

calls! {
    AddRoleToDBCluster AddRoleToDBInstance AddTagsToResource AuthorizeDBSecurityGroupIngress CancelExportTask
    CopyDBClusterParameterGroup CopyDBClusterSnapshot CopyDBParameterGroup CopyDBSnapshot CreateBlueGreenDeployment
    CreateDBCluster CreateDBClusterParameterGroup CreateDBClusterSnapshot CreateDBInstance CreateDBInstanceReadReplica
    CreateDBParameterGroup CreateDBProxy CreateDBSecurityGroup CreateDBShardGroup CreateDBSnapshot CreateDBSubnetGroup
    CreateEventSubscription CreateGlobalCluster CreateOptionGroup DeleteBlueGreenDeployment DeleteDBCluster
    DeleteDBClusterParameterGroup DeleteDBClusterSnapshot DeleteDBInstance DeleteDBParameterGroup DeleteDBProxy
    DeleteDBSecurityGroup DeleteDBSnapshot DeleteDBSubnetGroup DeleteEventSubscription DeleteGlobalCluster DeleteOptionGroup
    DeregisterDBProxyTargets DescribeBlueGreenDeployments DescribeDBClusterParameterGroups DescribeDBClusterParameters
    DescribeDBClusterSnapshotAttributes DescribeDBClusterSnapshots DescribeDBClusters DescribeDBInstanceAutomatedBackups
    DescribeDBInstances DescribeDBLogFiles DescribeDBParameterGroups DescribeDBParameters DescribeDBProxies
    DescribeDBProxyTargetGroups DescribeDBProxyTargets DescribeDBSecurityGroups DescribeDBShardGroups
    DescribeDBSnapshotAttributes DescribeDBSnapshots DescribeDBSubnetGroups DescribeEventSubscriptions DescribeEvents
    DescribeExportTasks DescribeGlobalClusters DescribeOptionGroupOptions DescribeOptionGroups
    DescribeOrderableDBInstanceOptions FailoverDBCluster ListTagsForResource ModifyDBCluster ModifyDBClusterParameterGroup
    ModifyDBClusterSnapshotAttribute ModifyDBInstance ModifyDBParameterGroup ModifyDBProxyTargetGroup
    ModifyDBSnapshotAttribute ModifyDBSubnetGroup ModifyOptionGroup PromoteReadReplica PromoteReadReplicaDBCluster
    RebootDBInstance RegisterDBProxyTargets RemoveFromGlobalCluster RemoveTagsFromResource RestoreDBClusterFromSnapshot
    RestoreDBClusterToPointInTime RestoreDBInstanceFromDBSnapshot RestoreDBInstanceToPointInTime StartDBCluster
    StartDBInstance StartExportTask StopDBCluster StopDBInstance SwitchoverBlueGreenDeployment
}

/// Makes the call, and says what came back as the answers of boto3 do.
async fn answer<O>(input: &Json, client: &Client) -> Result<Json>
where
    O: Operation<Service = Rds> + Send,
    O::Output: Send,
{
    match client.call(from_json::<O>(input)?).send().await {
        Ok(Response { output, request_id, .. }) => {
            Ok(json!({ "output": to_json(&output)?, "request_id": request_id }))
        }
        Err(rds_client::Error::Service(error)) => {
            let request_id = error.request_id().map(str::to_owned);
            Ok(json!({ "error": facts(&error), "request_id": request_id }))
        }
        Err(error) => Err(error.to_string().into()),
    }
}

fn facts<E: awsquery::error::OperationErrorKind<Service = RdsError>>(error: &ServiceError<E>) -> Json {
    json!({
        "kind": error.service_kind().and_then(RdsError::shape).map(|shape| shape.name),
        "code": error.code(),
        "message": error.message(),
        "type": error.fault(),
        "status": error.status().as_u16(),
    })
}
