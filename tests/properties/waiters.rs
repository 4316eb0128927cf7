//! The waiters of the model, compiled, decide as a reference implementation of JMESPath does.

use awsquery::format::Structure;
use awsquery::to_json;
use awsquery::waiter::{Matcher, Waiter, WaiterOutput};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use rds_protocol::operations::{
    DescribeDBClusterSnapshotsOutput, DescribeDBClustersOutput, DescribeDBInstancesOutput,
    DescribeDBSnapshotsOutput, DescribeTenantDatabasesOutput,
};
use rds_protocol::types::{DBCluster, DBClusterSnapshot, DBInstance, DBSnapshot, TenantDatabase};
use rds_protocol::waiters;
use serde_json::Value as Json;

use crate::support::{cases, text};

/// A list that may be absent, of things whose status may be absent.
type Statuses = Option<Vec<Option<String>>>;

fn statuses() -> impl Strategy<Value = Statuses> {
    let known = select(
        &[
            "available",
            "available",
            "deleted",
            "deleting",
            "failed",
            "incompatible-restore",
            "incompatible-parameters",
            "creating",
            "modifying",
            "rebooting",
            "resetting-master-credentials",
            "AVAILABLE",
            "",
        ][..],
    );
    let status = prop_oneof![9 => known.prop_map(str::to_owned), 1 => text()];
    option::weighted(0.9, vec(option::weighted(0.9, status), 0..4))
}

/// Outputs whose items have a status, and nothing else.
macro_rules! outputs {
    ($($output:ident { $list:ident: $item:ident { $field:ident } }),* $(,)?) => {$(
        impl From<Statuses> for Wrapped<$output> {
            fn from(statuses: Statuses) -> Self {
                let item = |status| {
                    let mut item = $item::default();
                    item.$field = status;
                    item
                };
                let mut output = $output::default();
                output.$list = statuses.map(|statuses| statuses.into_iter().map(item).collect());
                Self(output)
            }
        }
    )*};
}

struct Wrapped<T>(T);

outputs! {
    DescribeDBInstancesOutput { db_instances: DBInstance { db_instance_status } },
    DescribeDBClustersOutput { db_clusters: DBCluster { status } },
    DescribeDBSnapshotsOutput { db_snapshots: DBSnapshot { status } },
    DescribeDBClusterSnapshotsOutput { db_cluster_snapshots: DBClusterSnapshot { status } },
    DescribeTenantDatabasesOutput { tenant_databases: TenantDatabase { status } },
}

fn model() -> Json {
    let path = tests::folder().join("../model/rds/waiters-2.json");
    let text = std::fs::read_to_string(path).expect("the model's waiters");
    serde_json::from_str(&text).expect("JSON")
}

/// What the model says of an output, by the reference implementation, with botocore's meaning of the matchers.
fn reference(acceptor: &Json, output: &Json) -> bool {
    let argument = acceptor["argument"].as_str().expect("an argument");
    let found = jmespath::compile(argument).and_then(|path| path.search(output)).expect("a value");
    let found = serde_json::to_value(&*found).expect("JSON");
    let expected = &acceptor["expected"];
    match acceptor["matcher"].as_str() {
        Some("path") => found == *expected,
        Some("pathAll") => found
            .as_array()
            .is_some_and(|items| !items.is_empty() && items.iter().all(|item| item == expected)),
        Some("pathAny") => found.as_array().is_some_and(|items| items.contains(expected)),
        other => panic!("no reference for {other:?}"),
    }
}

/// Compares every acceptor of a waiter; gives how many look at outputs.
fn compare<W: Waiter>(statuses: &Statuses) -> Result<usize, TestCaseError>
where
    Wrapped<WaiterOutput<W>>: From<Statuses>,
{
    let Wrapped(output) = Wrapped::<WaiterOutput<W>>::from(statuses.clone());
    let mut json = to_json(&output).expect("JSON");
    // An absent list counts as empty, where JMESPath has a type error (WAI-2).
    let list = WaiterOutput::<W>::MEMBERS.iter().find(|member| member.name != "Marker").expect("a list");
    if json.get(list.name).is_none() {
        json[list.name] = Json::Array(Vec::new());
    }
    let model = model();
    let acceptors = model["waiters"][W::NAME]["acceptors"].as_array().expect("acceptors");
    prop_assert_eq!(acceptors.len(), W::ACCEPTORS.len());
    let mut compared = 0;
    for (acceptor, compiled) in acceptors.iter().zip(W::ACCEPTORS) {
        let state = acceptor["state"].as_str().expect("a state");
        prop_assert_eq!(format!("{:?}", compiled.state).to_lowercase(), state);
        match &compiled.matcher {
            Matcher::Output(test) => {
                prop_assert_eq!(test(&output), reference(acceptor, &json), "{} on {}", acceptor, json);
                compared += 1;
            }
            Matcher::Error(name) => prop_assert_eq!(acceptor["expected"].as_str(), Some(*name)),
            _ => prop_assert!(false, "{} looks at neither", acceptor),
        }
    }
    Ok(compared)
}

/// Compares these waiters, and checks that the model has no others.
macro_rules! compare_all {
    ($statuses:expr; $($waiter:ident),* $(,)?) => {{
        let names = [$(waiters::$waiter::NAME),*];
        let modeled = model()["waiters"].as_object().expect("waiters").len();
        prop_assert_eq!(names.len(), modeled);
        $(prop_assert!(compare::<waiters::$waiter>($statuses)? > 0);)*
    }};
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn every_modeled_waiter_agrees_with_the_reference(statuses in statuses()) {
        compare_all!(&statuses;
            DBClusterAvailable, DBClusterDeleted, DBClusterSnapshotAvailable, DBClusterSnapshotDeleted,
            DBInstanceAvailable, DBInstanceDeleted, DBSnapshotAvailable, DBSnapshotCompleted, DBSnapshotDeleted,
            TenantDatabaseAvailable, TenantDatabaseDeleted,
        );
    }
}
