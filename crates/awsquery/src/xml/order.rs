//! In which order a document's structures have their members: siblings have the same, and it is seldom the model's.

use crate::Member;

/// Enough for the tables that one document has to do with to seldom share an entry.
const ENTRIES: usize = 1024;

/// What followed what so far, as processors remember where branches went: by the place's address, few bits of it, without
/// asking whose entry it is. A guess that is wrong costs a look at the tag and is mended by it; never more, since the
/// document is asked whenever a guess is used.
#[derive(Debug)]
pub(super) struct Order {
    /// One more than the index of the member that came next; 0 where nothing is known.
    followers: [u8; ENTRIES],
}

impl Default for Order {
    fn default() -> Self {
        Self { followers: [0; ENTRIES] }
    }
}

impl Order {
    /// The index of the member that is expected after so many: what came there before, or else the table's next.
    #[inline]
    pub(super) fn after(&self, members: &'static [Member], after: usize) -> usize {
        match self.followers[entry(members, after)] {
            0 => after,
            follower => usize::from(follower) - 1,
        }
    }

    /// Remembers what came there. Of tables that are larger than any service has, the first 255 members.
    pub(super) fn learn(&mut self, members: &'static [Member], after: usize, index: usize) {
        self.followers[entry(members, after)] = u8::try_from(index + 1).unwrap_or(0);
    }
}

#[inline]
fn entry(members: &'static [Member], after: usize) -> usize {
    (members.as_ptr() as usize / align_of::<Member>()).wrapping_add(after) % ENTRIES
}
