//! The position of an error in a value.

use std::fmt;

use crate::value::text;

/// The maximum length of a name in a path. No member's name is as long.
const LONGEST_NAME: usize = 128;

/// Members and indices, such as `ExportTasks[0].SnapshotTime`. Stored from the innermost outwards, as the error passes
/// up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Path(Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Name(String),
    /// The index of a list's element, from 0.
    Index(usize),
}

impl Path {
    #[cold]
    pub(crate) fn within(&mut self, name: &str) {
        // A map's key may be as long as the document.
        self.0.push(Segment::Name(text::shorten(name, LONGEST_NAME).into()));
    }

    #[cold]
    pub(crate) fn at(&mut self, index: usize) {
        self.0.push(Segment::Index(index));
    }

    /// Writes the path and a colon, or nothing for an empty path.
    pub(crate) fn introduce(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, "{self}: ") }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().rev().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Name(name) if position == 0 => f.write_str(name)?,
                Segment::Name(name) => write!(f, ".{name}")?,
            }
        }
        Ok(())
    }
}
