//! What each side makes of a response, in one neutral form, so that they can be compared member by member. quick-xml's
//! serde reads the neutral form itself.

use aws_smithy_types::DateTime;
use awsquery::{Sensitive, StringEnum, Timestamp};
use serde::Deserialize;

mod ours {
    pub(super) use rds_protocol::operations::*;
    pub(super) use rds_protocol::types::*;
}

mod sdk {
    pub(super) use aws_sdk_rds::operation::describe_db_instances::DescribeDbInstancesOutput;
    pub(super) use aws_sdk_rds::operation::describe_export_tasks::DescribeExportTasksOutput;
    pub(super) use aws_sdk_rds::types::*;
}

/// An element whose children are the items, whatever their name.
#[derive(Debug, PartialEq, Deserialize)]
pub(super) struct List<T> {
    #[serde(rename = "$value", default = "Vec::new")]
    items: Vec<T>,
}

/// A value of one side that has a neutral form.
pub(super) trait Neutral<T> {
    fn neutral(&self) -> T;
}

impl<A: Neutral<B>, B> Neutral<Option<B>> for Option<A> {
    fn neutral(&self) -> Option<B> {
        self.as_ref().map(Neutral::neutral)
    }
}

impl<A: Neutral<B>, B> Neutral<List<B>> for Vec<A> {
    fn neutral(&self) -> List<B> {
        List { items: self.iter().map(Neutral::neutral).collect() }
    }
}

impl<A: Neutral<B>, B> Neutral<B> for Sensitive<A> {
    fn neutral(&self) -> B {
        self.expose().neutral()
    }
}

impl<T: Clone> Neutral<T> for T
where
    T: Scalar,
{
    fn neutral(&self) -> T {
        self.clone()
    }
}

/// A type that is its own neutral form.
trait Scalar {}

impl Scalar for String {}
impl Scalar for i32 {}
impl Scalar for bool {}
impl Scalar for Timestamp {}

impl Neutral<Timestamp> for DateTime {
    fn neutral(&self) -> Timestamp {
        Timestamp::new(self.secs(), self.subsec_nanos() as i32).expect("a year that RDS can send")
    }
}

// `cargo xtask bench` writes it, by `structures.py`: all that the pages of the cases are made of.
include!("../../../../target/bench/structures.rs");
