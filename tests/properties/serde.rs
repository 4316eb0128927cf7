//! serde's formats say what JSON says, and what they say is read back: text, trees, and a format that is not
//! self-describing.

use std::collections::BTreeMap;
use std::fmt::Debug;

use ::serde::de::DeserializeOwned;
use ::serde::{Deserialize, Serialize};
use awsquery::format::{Member, Read, Structure, Union, Write};
use awsquery::{Exposed, Sensitive, Timestamp, from_json, to_json};
use proptest::prelude::*;
use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksOutput};
use rds_protocol::types::{ExportTask, ExportTaskStatus, Filter};
use serde_json::{Value as Json, json};

use crate::json::{Everything, everything};
use crate::support::{Dice, cases, describe, output, start};

/// What neither RDS nor `Everything` has: a union, and what is sensitive in every place.
struct Account {
    password: Option<Sensitive<String>>,
    pins: Option<Vec<Sensitive<i32>>>,
    keys: Option<BTreeMap<String, Sensitive<f64>>>,
    owner: Option<Sensitive<Filter>>,
    children: Option<Vec<Account>>,
    status: Option<ExportTaskStatus>,
    choice: Option<Choice>,
}

awsquery::structure!(Account {
    0: password = "Password",
    1: pins = "Pins".list("member"),
    2: keys = "Keys".map("key", "value"),
    3: owner = "Owner",
    4: children = "Children".list("member"),
    5: status = "Status",
    6: choice = "Choice",
});

#[derive(Clone, Debug, PartialEq)]
enum Choice {
    Number(i32),
    Names(Vec<String>),
    Unknown(String),
}

impl Union for Choice {
    const MEMBERS: &'static [Member] = &[Member::new("Number"), Member::new("Names").list("member")];

    fn write_variant<W: Write>(&self, w: &mut W) -> Result<(), W::Error> {
        match self {
            Self::Number(value) => w.set_member(&Self::MEMBERS[0], value),
            Self::Names(value) => w.set_member(&Self::MEMBERS[1], value),
            Self::Unknown(name) => w.unknown_variant(name),
        }
    }

    fn read_variant<R: Read>(slot: &mut Option<Self>, index: usize, r: &mut R) -> Result<(), R::Error> {
        let m = Self::MEMBERS;
        match index {
            0 => {
                let mut value = None;
                r.member(&mut value, &m[0].layout)?;
                *slot = value.map(Self::Number);
            }
            1 => {
                let mut value = None;
                r.member(&mut value, &m[1].layout)?;
                *slot = value.map(Self::Names);
            }
            _ => {}
        }
        Ok(())
    }

    fn unknown(name: &str) -> Self {
        Self::Unknown(name.into())
    }
}

awsquery::union_value!(Choice);

/// An account with everything in it.
fn account() -> Account {
    let child = Account {
        pins: Some(vec![Sensitive::new(1), Sensitive::new(77_177)]),
        keys: Some(BTreeMap::from([("a".into(), Sensitive::new(f64::INFINITY))])),
        choice: Some(Choice::Names(vec!["x".into(), String::new()])),
        status: Some("NEW".into()),
        ..Account::default()
    };
    Account {
        password: Some("hush".into()),
        owner: Some(Filter::default().name("hush").into()),
        children: Some(vec![Account::default(), child]),
        status: Some(ExportTaskStatus::Failed),
        choice: Some(Choice::Number(5)),
        ..Account::default()
    }
}

fn fail(error: impl ToString) -> TestCaseError {
    TestCaseError::fail(error.to_string())
}

/// The same tree and the same text as JSON's; the same value out of every format.
fn round_trip<T>(value: &T) -> Result<(), TestCaseError>
where
    T: Structure + Serialize + DeserializeOwned + PartialEq + Debug,
{
    let json = to_json(value).map_err(fail)?;
    let tree = serde_json::to_value(Exposed(value)).map_err(fail)?;
    prop_assert_eq!(&tree, &json);
    let text = serde_json::to_string(&Exposed(value)).map_err(fail)?;
    prop_assert_eq!(&text, &json.to_string());
    prop_assert_eq!(&serde_json::from_str::<T>(&text).map_err(fail)?, value, "{}", text);
    prop_assert_eq!(&serde_json::from_value::<T>(tree).map_err(fail)?, value, "{}", text);
    let bytes = postcard::to_stdvec(&Exposed(value)).map_err(fail)?;
    prop_assert_eq!(&postcard::from_bytes::<T>(&bytes).map_err(fail)?, value, "{:?}", bytes);
    Ok(())
}

/// As above, without anything sensitive: exposing changes nothing.
fn round_trip_plain<T>(value: &T) -> Result<(), TestCaseError>
where
    T: Structure + Serialize + DeserializeOwned + PartialEq + Debug,
{
    round_trip(value)?;
    let text = serde_json::to_string(value).map_err(fail)?;
    prop_assert_eq!(text, serde_json::to_string(&Exposed(value)).map_err(fail)?);
    Ok(())
}

/// Whatever stands in a text, both read the same value of it, or both refuse it.
fn agree<T: Structure + DeserializeOwned + Debug>(text: &str) -> Result<(), TestCaseError> {
    let tree: Result<Json, _> = serde_json::from_str(text);
    let expected = tree.as_ref().ok().and_then(|tree| from_json::<T>(tree).ok());
    // NaN is not itself, but it looks the same.
    let expected = expected.map(|value| format!("{value:?}"));
    let shown = |value: T| format!("{value:?}");
    let found = serde_json::from_str::<T>(text);
    if found.as_ref().is_err_and(|error| error.to_string().contains("expected once, found again")) {
        return Ok(());
    }
    prop_assert_eq!(&found.ok().map(shown), &expected, "{}", text);
    if let Ok(tree) = tree {
        prop_assert_eq!(&serde_json::from_value::<T>(tree).ok().map(shown), &expected, "{}", text);
    }
    Ok(())
}

/// Puts something else somewhere.
fn damage(json: &mut Json, dice: &mut Dice) {
    let deeper = dice.below(4) > 0;
    match json {
        Json::Object(members) if deeper && !members.is_empty() => {
            let key = members.keys().nth(dice.below(members.len())).expect("a key").clone();
            if dice.below(6) == 0 {
                let value = members.remove(&key).expect("a value");
                let name = dice.one(&["Marker", "NoSuchMember", "number", "Number", ""]);
                members.insert(name.into(), value);
            } else {
                damage(&mut members[&key], dice);
            }
        }
        Json::Array(items) if deeper && !items.is_empty() => {
            let index = dice.below(items.len());
            damage(&mut items[index], dice);
        }
        other => {
            let mut choices = vec![
                json!(null),
                json!(true),
                json!(5),
                json!(-1),
                json!(i64::from(i32::MAX) + 1),
                json!(u64::MAX),
                json!(1.5),
                json!(-0.0),
                json!(1e300),
                json!("text"),
                json!("NaN"),
                json!("-inf"),
                json!("12"),
                json!("AA=="),
                json!("2015-01-25T08:00:00+01:00"),
                json!([]),
                json!([null]),
                json!(["a", 1]),
                json!({}),
                json!({ "a": null }),
                json!({ "Number": 1, "Names": null }),
                json!({ "Number": 1, "Names": [] }),
            ];
            *other = choices.swap_remove(dice.below(choices.len()));
        }
    }
}

/// A character gone, doubled or another.
fn damage_text(text: &str, dice: &mut Dice) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let index = dice.below(characters.len());
    match dice.below(4) {
        0 => drop(characters.remove(index)),
        1 => characters.insert(index, characters[index]),
        2 => characters[index] = dice.one(&['"', ',', ':', '{', ']', '0', 'e', '\\', '\u{1f980}', 'n', '-']),
        _ => characters.truncate(index),
    }
    characters.into_iter().collect()
}

fn agree_on_damaged<T: Structure + DeserializeOwned + Debug>(
    value: &T,
    seed: u64,
) -> Result<(), TestCaseError> {
    let mut dice = Dice::new(seed);
    let mut json = to_json(value).map_err(fail)?;
    for _ in 0..8 {
        agree::<T>(&damage_text(&json.to_string(), &mut dice))?;
        damage(&mut json, &mut dice);
        agree::<T>(&json.to_string())?;
        json = to_json(value).map_err(fail)?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn requests_and_outputs(describe in describe(), start in start(), output in output()) {
        round_trip_plain(&describe)?;
        round_trip_plain(&start)?;
        round_trip_plain(&output)?;
    }

    #[test]
    fn damaged(describe in describe(), output in output(), everything in everything(), seed: u64) {
        agree_on_damaged(&describe, seed)?;
        agree_on_damaged(&output, seed)?;
        agree_on_damaged(&everything, seed)?;
        agree_on_damaged(&account(), seed)?;
    }
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn everything_there_is(value in everything()) {
        round_trip_plain(&value)?;
    }
}

#[test]
fn what_has_no_digits() {
    let value: Everything =
        from_json(&json!({ "Float": "NaN", "Double": "-Infinity", "Child": { "Double": "NaN" } }))
            .expect("a value");
    let text = serde_json::to_string(&value).expect("JSON");
    assert_eq!(text, r#"{"Float":"NaN","Double":"-Infinity","Child":{"Double":"NaN"}}"#);
    let bytes = postcard::to_stdvec(&value).expect("bytes");
    let shown = format!("{value:?}");
    assert_eq!(format!("{:?}", serde_json::from_str::<Everything>(&text).expect("a value")), shown);
    assert_eq!(format!("{:?}", postcard::from_bytes::<Everything>(&bytes).expect("a value")), shown);
}

#[test]
fn single_precision_is_not_widened() {
    let value: Everything = from_json(&json!({ "Float": 10.8 })).expect("a value");
    assert_eq!(serde_json::to_string(&value).expect("JSON"), r#"{"Float":10.8}"#);
    assert_eq!(serde_json::to_value(&value).expect("JSON"), json!({ "Float": 10.8 }));
    // One member, its name, that there is a value, and four bytes of it.
    assert_eq!(postcard::to_stdvec(&value).expect("bytes"), b"\x01\x05Float\x01\xcd\xcc\x2c\x41");
}

#[test]
fn sensitive_values_are_written_only_when_exposed() {
    let account = account();
    round_trip(&account).expect("a round trip");
    for (part, path) in [
        (json!({ "Password": "hush" }), "Password"),
        (json!({ "Children": [{}, { "Pins": [77177] }] }), "Children[1].Pins[0]"),
        (json!({ "Keys": { "a": 1.5 } }), "Keys.a"),
        (json!({ "Owner": { "Name": "hush" } }), "Owner"),
    ] {
        let account: Account = from_json(&part).expect("an account");
        let message =
            format!("{path}: a sensitive value: wrap what holds it in `Exposed` to write it in clear");
        assert_eq!(serde_json::to_string(&account).expect_err("a refusal").to_string(), message);
        assert_eq!(serde_json::to_value(&account).expect_err("a refusal").to_string(), message);
        assert!(postcard::to_stdvec(&account).is_err());
        assert_eq!(serde_json::to_value(Exposed(&account)).expect("JSON"), part);
    }
    let none = Account { pins: Some(Vec::new()), ..Account::default() };
    assert_eq!(serde_json::to_value(&none).expect("JSON"), json!({ "Pins": [] }));
}

#[test]
fn errors_do_not_quote_what_is_sensitive() {
    for (json, path) in [
        (json!({ "Password": 77177 }), "Password"),
        (json!({ "Password": ["hush"] }), "Password"),
        (json!({ "Children": [{ "Pins": [1, "hush"] }] }), "Children[0].Pins[1]"),
        (json!({ "Pins": [77177.5] }), "Pins[0]"),
        (json!({ "Keys": { "a": "hush" } }), "Keys.a"),
        (json!({ "Owner": "hush" }), "Owner"),
        (json!({ "Owner": { "Name": 77177 } }), "Owner"),
        (json!({ "Owner": { "Values": ["a", 77177] } }), "Owner"),
    ] {
        let message = format!("{path}: expected another value (sensitive, not shown)");
        let tree = serde_json::from_value::<Account>(json.clone()).expect_err("an error").to_string();
        assert_eq!(tree, message);
        let text = serde_json::from_str::<Account>(&json.to_string()).expect_err("an error").to_string();
        assert!(text.starts_with(&message) && !text.contains("hush") && !text.contains("77177"), "{text}");
    }
}

#[test]
fn errors_of_writing_do_not_quote_what_is_sensitive() {
    struct Moment {
        at: Option<Sensitive<Timestamp>>,
    }
    awsquery::structure!(Moment { 0: at = "At" });
    let before_year_1 = "-000001-01-01T00:00:00Z".parse::<Timestamp>().expect("a timestamp");
    let moment = Moment { at: Some(before_year_1.into()) };
    let message = "At: expected another value (sensitive, not shown)";
    assert_eq!(to_json(&moment).expect_err("a refusal").to_string(), message);
    assert_eq!(serde_json::to_string(&Exposed(&moment)).expect_err("a refusal").to_string(), message);
}

#[test]
fn errors_say_what_and_where() {
    let message =
        |json: Json| serde_json::from_value::<DescribeExportTasks>(json).expect_err("an error").to_string();
    for (json, expected) in [
        (json!([]), "invalid type: sequence, expected an object"),
        (json!({ "Filters": [{}, { "Nome": 1 }] }), "Filters[1].Nome: the model has no such member"),
        (
            json!({ "Filters": [{ "Values": ["a", 5] }] }),
            "invalid type: integer `5`, expected a string for Filters[0].Values[1]",
        ),
        (json!({ "Filters": [null] }), "invalid type: null, expected an object for Filters[0]"),
        (json!({ "Filters": "a" }), "invalid type: a string, expected an array for Filters"),
        (
            json!({ "MaxRecords": 2_147_483_648_u32 }),
            "invalid value: integer `2147483648`, expected an integer of 32 bits for MaxRecords",
        ),
    ] {
        assert_eq!(message(json), expected);
    }
    let everything =
        |json: Json| serde_json::from_value::<Everything>(json).expect_err("an error").to_string();
    assert_eq!(
        everything(json!({ "Child": { "Time": "noon" } })),
        "invalid value: string \"noon\", expected a timestamp as of RFC 3339 for Child.Time"
    );
    assert_eq!(
        everything(json!({ "Map": { "a": null } })),
        "invalid type: null, expected a string for Map.a"
    );
    let twice = serde_json::from_str::<ExportTask>("{\n\"S3Bucket\": null, \"S3Bucket\": \"b\"}");
    assert_eq!(
        twice.expect_err("an error").to_string(),
        "S3Bucket: expected once, found again at line 2 column 28"
    );
    let cut = serde_json::from_str::<DescribeExportTasks>(r#"{"Filters":[{"Values":["a"#);
    assert!(cut.expect_err("an error").is_eof());
}

#[test]
fn null_is_absent() {
    let json = r#"{"Marker":null,"Filters":[{"Name":null}],"MaxRecords":20}"#;
    let request: DescribeExportTasks = serde_json::from_str(json).expect("a request");
    assert_eq!(request, DescribeExportTasks::default().max_records(20).filters([Filter::default()]));
    assert_eq!(serde_json::to_string(&request).expect("JSON"), r#"{"Filters":[{}],"MaxRecords":20}"#);
}

#[test]
fn unions_have_exactly_one_member() {
    for (choice, text) in
        [(Choice::Number(5), r#"{"Number":5}"#), (Choice::Names(vec!["a".into()]), r#"{"Names":["a"]}"#)]
    {
        assert_eq!(serde_json::to_string(&choice).expect("JSON"), text);
        assert_eq!(serde_json::from_str::<Choice>(text).expect("a choice"), choice);
        let bytes = postcard::to_stdvec(&choice).expect("bytes");
        assert_eq!(postcard::from_bytes::<Choice>(&bytes).expect("a choice"), choice);
    }
    let read = |json: Json| serde_json::from_value::<Choice>(json).map_err(|error| error.to_string());
    assert_eq!(read(json!({ "Number": 5, "Names": null })), Ok(Choice::Number(5)));
    for (json, message) in [
        (json!({}), "expected exactly one member of the union, found 0"),
        (json!({ "Number": null }), "expected exactly one member of the union, found 0"),
        (json!({ "Number": 5, "Names": [] }), "expected exactly one member of the union, found 2"),
        (json!({ "Other": null, "Number": 5 }), "Other: the model has no such member"),
    ] {
        assert_eq!(read(json), Err(message.to_owned()));
    }
    let unknown = Account { choice: Some(Choice::unknown("Other")), ..Account::default() };
    assert_eq!(
        serde_json::to_string(&unknown).expect_err("an error").to_string(),
        "Choice: expected a variant of the model, found Other, which it does not know"
    );
}

#[test]
fn values_that_no_enumeration_names_are_kept() {
    for text in ["FAILED", "failed", "NEW", ""] {
        let status: ExportTaskStatus = serde_json::from_value(json!(text)).expect("a status");
        assert_eq!((status.as_str(), serde_json::to_value(&status).expect("JSON")), (text, json!(text)));
        let bytes = postcard::to_stdvec(&status).expect("bytes");
        assert_eq!(postcard::from_bytes::<ExportTaskStatus>(&bytes).expect("a status"), status);
    }
    assert!(serde_json::from_value::<ExportTaskStatus>(json!(null)).is_err());
}

#[test]
fn generated_types_stand_within_others() {
    #[derive(Deserialize, PartialEq, Debug)]
    struct Read {
        by_status: BTreeMap<String, Vec<ExportTask>>,
        last: Option<DescribeExportTasksOutput>,
        account: Account,
    }
    #[derive(Serialize)]
    struct Written<'a> {
        by_status: &'a BTreeMap<String, Vec<ExportTask>>,
        last: &'a Option<DescribeExportTasksOutput>,
        account: Exposed<'a, Account>,
    }
    let mut task = ExportTask::default();
    task.percent_progress = Some(5);
    let read = Read {
        by_status: BTreeMap::from([("FAILED".into(), vec![task])]),
        last: Some(DescribeExportTasksOutput::default()),
        account: account(),
    };
    let Read { by_status, last, account } = &read;
    let written = Written { by_status, last, account: Exposed(account) };
    let text = serde_json::to_string(&written).expect("JSON");
    assert!(
        text.starts_with(r#"{"by_status":{"FAILED":[{"PercentProgress":5}]},"last":{},"account":{"#),
        "{text}"
    );
    assert_eq!(serde_json::from_str::<Read>(&text).expect("what was written"), read);
    let bytes = postcard::to_stdvec(&written).expect("bytes");
    assert_eq!(postcard::from_bytes::<Read>(&bytes).expect("what was written"), read);
}

#[test]
fn what_stands_in_place_of_a_sensitive_collection_is_not_shown() {
    for member in ["Password", "Pins", "Keys", "Owner", "Children"] {
        for wrong in [json!(77177.5), json!(["77177"]), json!({"77177x": [77177]}), json!("77177")] {
            if member == "Password" && wrong.is_string() || member == "Keys" && wrong.is_object() {
                continue;
            }
            let json = json!({ member: wrong });
            let by_value = from_json::<Account>(&json).expect_err("another type").to_string();
            let by_text =
                serde_json::from_str::<Account>(&json.to_string()).expect_err("another type").to_string();
            for error in [by_value, by_text] {
                // An object's own keys are names, and shown.
                assert!(!error.replace("77177x", "").contains("77177"), "{json}: {error}");
            }
        }
    }
}

#[test]
fn what_could_not_be_read_back_is_not_written() {
    let mut task = ExportTask::default();
    task.snapshot_time = Some("-000001-01-01T00:00:00Z".parse().expect("a year before the first"));
    let error = serde_json::to_string(&task).expect_err("the wire has no such year");
    assert_eq!(
        error.to_string(),
        "SnapshotTime: expected a year from 1 to 9999, found -000001-01-01T00:00:00Z"
    );
    assert!(to_json(&task).is_err());
}
