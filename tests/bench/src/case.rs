//! What is measured.

use crate::{Contestant, Result};

/// One piece of work on one input.
pub struct Case {
    /// How many bytes are read, or written.
    pub bytes: usize,
    /// How many of what people count, such as tasks, they hold.
    pub items: usize,
    /// Who does the work, ours first.
    pub contestants: Vec<Box<dyn Contestant>>,
    /// Fails unless all make the same of the input.
    pub check: Box<dyn Fn() -> Result<()>>,
}

/// Fails, and says both, unless what a contestant made is what ours made.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(who: &str, theirs: &T, ours: &T) -> Result<()> {
    if theirs == ours {
        return Ok(());
    }
    let (theirs, ours) = (format!("{theirs:#?}"), format!("{ours:#?}"));
    let equal = theirs.lines().zip(ours.lines()).take_while(|(theirs, ours)| theirs == ours).count();
    // The line that differs, and what leads to it.
    let around = |text: &str| -> Vec<String> {
        text.lines().skip(equal.saturating_sub(2)).take(4).map(|line| line.trim().to_owned()).collect()
    };
    Err(format!("{who} has {:?} where ours has {:?}", around(&theirs), around(&ours)).into())
}
