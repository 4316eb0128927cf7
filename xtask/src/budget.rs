//! `tests/cost/budget.toml`: what reading, writing and building may cost, and what it costs the peer.

use std::fs;
use std::path::PathBuf;

use awsquery_codegen::replace;
use toml::{Table, Value};

use crate::{Result, workspace};

const HEADER: &str = "\
# What `cargo xtask cost` compares with: responses of 20 tasks, and a request of two filters with three values each.
# `cargo xtask cost --record` writes the tables below `ours`, `cargo xtask bench` the one of the peer.

";

/// Figures by the path of their keys, such as `ours.compact.instructions_per_byte`.
pub(crate) struct Budget(Table);

impl Budget {
    fn path() -> PathBuf {
        workspace().join("tests/cost/budget.toml")
    }

    /// Reads the file; an empty budget where there is none.
    pub(crate) fn read() -> Result<Self> {
        let path = Self::path();
        if !path.exists() {
            return Ok(Self(Table::new()));
        }
        let table = fs::read_to_string(&path)?.parse();
        table.map(Self).map_err(|error| format!("{}: {error}", path.display()).into())
    }

    /// Writes the file.
    pub(crate) fn write(&self) -> Result<()> {
        Ok(replace(&Self::path(), format!("{HEADER}{}", toml::to_string(&self.0)?).as_bytes())?)
    }

    /// The figure at a path.
    pub(crate) fn get(&self, path: &[&str]) -> Option<f64> {
        let (first, rest) = path.split_first()?;
        let value = rest.iter().try_fold(self.0.get(*first)?, |value, key| value.get(key))?;
        value.as_float().or_else(|| value.as_integer().map(|number| number as f64))
    }

    /// Sets the figure at a path of three keys.
    pub(crate) fn set(&mut self, [whose, what, figure]: [&str; 3], value: f64) -> Result<()> {
        let figures = table(table(&mut self.0, whose)?, what)?;
        // Two digits are enough for a comparison, and stay the same from run to run.
        let value = (value * 100.0).round() / 100.0;
        let whole = value.fract() == 0.0;
        figures.insert(figure.into(), if whole { Value::Integer(value as i64) } else { Value::Float(value) });
        Ok(())
    }

    /// Forgets all of one's figures.
    pub(crate) fn clear(&mut self, whose: &str) {
        self.0.remove(whose);
    }
}

fn table<'a>(parent: &'a mut Table, key: &str) -> Result<&'a mut Table> {
    let value = parent.entry(key).or_insert_with(|| Table::new().into());
    value.as_table_mut().ok_or_else(|| format!("{}: {key} is no table", Budget::path().display()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_found_where_it_was_set() {
        let mut budget = Budget(Table::new());
        budget.set(["ours", "compact", "instructions_per_byte"], 56.7349).expect("tables");
        budget.set(["aws-sdk-rds", "compact", "instructions_per_byte"], 73.0).expect("tables");
        assert_eq!(budget.get(&["ours", "compact", "instructions_per_byte"]), Some(56.73));
        budget.clear("ours");
        assert_eq!(budget.get(&["ours", "compact", "instructions_per_byte"]), None);
        assert_eq!(budget.get(&["aws-sdk-rds", "compact", "instructions_per_byte"]), Some(73.0));
    }
}
