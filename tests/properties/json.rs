//! JSON and back is the same value.

use std::collections::BTreeMap;
use std::fmt::Debug;

use awsquery::format::{Structure, TimestampFormat};
use awsquery::{Blob, Timestamp, from_json, to_json};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use rds_protocol::types::ExportTask;

use crate::support::{cases, describe, export_task, output, start, text, timestamp};

/// What RDS does not have.
pub(crate) struct Everything {
    pub(crate) boolean: Option<bool>,
    pub(crate) long: Option<i64>,
    pub(crate) float: Option<f32>,
    pub(crate) double: Option<f64>,
    pub(crate) blob: Option<Blob>,
    pub(crate) time: Option<Timestamp>,
    pub(crate) map: Option<BTreeMap<String, String>>,
    pub(crate) numbers: Option<Vec<i32>>,
    pub(crate) child: Option<Box<Everything>>,
}

awsquery::structure!(Everything {
    0: boolean = "Boolean",
    1: long = "Long".wire_name("other"),
    2: float = "Float",
    3: double = "Double",
    4: blob = "Blob",
    5: time = "Time".timestamp(TimestampFormat::EpochSeconds),
    6: map = "Map".map("K", "V").flattened(),
    7: numbers = "Numbers".list("item").flattened(),
    8: child = "Child",
});

/// A value with everything but a child, or with one.
pub(crate) fn everything() -> impl Strategy<Value = Everything> {
    (level(), option::of(level()))
        .prop_map(|(outer, inner)| Everything { child: inner.map(Box::new), ..outer })
}

prop_compose! {
    fn level()(
        boolean in any::<Option<bool>>(),
        long in any::<Option<i64>>(),
        float in option::of(any::<u32>().prop_map(f32::from_bits).prop_filter("NaN is not itself", |f| !f.is_nan())),
        double in option::of(any::<u64>().prop_map(f64::from_bits).prop_filter("NaN is not itself", |f| !f.is_nan())),
        blob in option::of(vec(any::<u8>(), 0..20).prop_map(Blob::from)),
        time in option::of(timestamp()),
        map in option::of(btree_map(text(), text(), 0..4)),
        numbers in option::of(vec(any::<i32>(), 0..4)),
    ) -> Everything {
        Everything { boolean, long, float, double, blob, time, map, numbers, child: None }
    }
}

/// And through text, as a fixture goes.
fn round_trip<T: Structure + PartialEq + Debug>(value: &T) -> Result<(), TestCaseError> {
    let json = to_json(value).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let text = json.to_string();
    let reread = serde_json::from_str(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
    for json in [json, reread] {
        let read: T = from_json(&json).map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
        prop_assert_eq!(&read, value, "{}", text);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn outputs(output in output()) {
        round_trip(&output)?;
    }

    #[test]
    fn tasks(task in export_task()) {
        round_trip(&task)?;
    }

    #[test]
    fn requests(describe in describe(), start in start()) {
        round_trip(&describe)?;
        round_trip(&start)?;
    }

    #[test]
    fn absent_members_are_left_out_and_null_is_absent(task in export_task()) {
        let mut json = to_json(&task).expect("JSON");
        let members = json.as_object_mut().expect("an object");
        prop_assert!(members.values().all(|value| !value.is_null()));
        for member in ExportTask::MEMBERS {
            members.entry(member.name).or_insert(serde_json::Value::Null);
        }
        prop_assert_eq!(from_json::<ExportTask>(&json), Ok(task));
    }
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn everything_there_is(value in everything()) {
        round_trip(&value)?;
    }
}
