//! Ours against its peers, on the same bytes, in the same run.
//!
//! A [`Case`] is one piece of work on one input; its [`Contestant`]s do that work, ours first. Before anything is measured
//! a case checks that all of them made the same of its input. Three programs measure: `bench time` the speed,
//! `bench repeat` below callgrind the instructions, and `memory` the allocations, by an allocator that counts and that the
//! other two do without.

use std::error::Error;

mod case;
mod cases;
mod contestant;
mod contestants;
#[path = "../../cost/src/export_tasks.rs"]
mod export_tasks;
mod neutral;
pub mod timing;

pub use crate::case::Case;
pub use crate::cases::{Plan, plans};
pub use crate::contestant::Contestant;
pub use crate::contestants::boto3::Python;
pub use crate::contestants::ours::parse_export_tasks;

/// A value, or what went wrong, for a person.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;
