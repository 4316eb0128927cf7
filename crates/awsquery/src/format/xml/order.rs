//! In which order a document's structures have their members, and what stands between them: siblings are alike in both,
//! and seldom as the model would have it.

use super::lexical::{self, is_same};
use crate::value::layout::Member;

/// Enough for what one document has to do with to seldom share an entry.
const FOLLOWERS: usize = 256;
const GAPS: usize = 64;

/// Behind a gap: what follows the structure.
const END: u8 = u8::MAX;

/// What followed what so far, as processors remember where branches went. A guess that is wrong costs a look at the tag
/// and is mended by it; never more, since the document is asked whenever a guess is used.
#[derive(Debug)]
pub(super) struct Order {
    /// One more than the index of the member that came next; 0 where nothing is known. By the place's address, few bits of
    /// it, without asking whose entry it is.
    followers: [u8; FOLLOWERS],
    gaps: [Gap; GAPS],
}

/// What stood between a member's text and the next content: an end tag, a start tag, and white space that may be around
/// them. Where the same stands again, both tags have been read by one comparison.
#[derive(Clone, Copy, Debug)]
struct Gap {
    /// Where: the number of a [`Key`]; 0 where nothing is known.
    key: usize,
    /// Where in the document it stood.
    start: u32,
    length: u8,
    /// What is behind it: the member with this index, or the end.
    next: u8,
    /// How long the text was: siblings' times, ARNs and buckets mostly are as long as each other.
    text_length: u16,
}

/// What comes next in a structure.
#[derive(Clone, Copy, Debug)]
pub(super) enum Next {
    /// The member with this index: its start tag, which is nothing but the name, has been read.
    Member(usize),
    /// The member with this index, which has been entered.
    Entered(usize),
    /// What follows the structure, which has been left.
    End,
}

impl Default for Order {
    fn default() -> Self {
        // All bytes 0, which is the quickest to write.
        let unknown = Gap { key: 0, start: 0, length: 0, next: 0, text_length: 0 };
        Self { followers: [0; FOLLOWERS], gaps: [unknown; GAPS] }
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

    /// The lengths of a text, with which `rest` begins, and of the gap that follows it, and what is behind that: if the gap
    /// that stood at such a place before stands there again.
    #[inline(always)]
    pub(super) fn foreseen(
        &mut self,
        Key(key): Key,
        document: &str,
        rest: &str,
    ) -> Option<(usize, usize, Next)> {
        let gap = &mut self.gaps[key % GAPS];
        if gap.key != key {
            return None;
        }
        let rest = rest.as_bytes();
        let (start, length) = (gap.start as usize, usize::from(gap.length));
        let before = document.as_bytes().get(start..start + length)?;
        let stands_at = |at: usize| rest.get(at..at + length).is_some_and(|bytes| is_same(bytes, before));
        let text_length = usize::from(gap.text_length);
        let next = if gap.next == END { Next::End } else { Next::Member(gap.next.into()) };
        if stands_at(text_length) && !lexical::has_markup(&rest[..text_length]) {
            return Some((text_length, length, next));
        }
        let text_length = lexical::markup(rest)?;
        if !stands_at(text_length) {
            return None;
        }
        gap.text_length = text_length.try_into().unwrap_or(0);
        Some((text_length, length, next))
    }

    /// Remembers the gap that followed a text, which was so long. A long one, or one far into a very large document,
    /// is not worth it.
    pub(super) fn learn_gap(
        &mut self,
        Key(key): Key,
        text_length: usize,
        gap: std::ops::Range<usize>,
        next: Next,
    ) {
        let next = match next {
            Next::Member(index) => index.try_into().ok().filter(|index| *index < END),
            Next::End => Some(END),
            Next::Entered(_) => None,
        };
        if let (Ok(start), Ok(length), Some(next)) = (gap.start.try_into(), gap.len().try_into(), next) {
            let text_length = text_length.try_into().unwrap_or(0);
            // Who was first stays: two that took the entry from each other in turns would both find nothing.
            let entry = &mut self.gaps[key % GAPS];
            if entry.key == 0 || entry.key == key {
                *entry = Gap { key, start, length, next, text_length };
            }
        }
    }
}

#[inline]
fn entry(members: &'static [Member], after: usize) -> usize {
    (members.as_ptr() as usize / align_of::<Member>()).wrapping_add(after) % FOLLOWERS
}

/// A place where gaps are remembered: a number of its own for each, and none is 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key(usize);

impl Key {
    /// Behind the text of a member: gaps begin with its end tag. A member is larger than one byte, so each member of each
    /// table has an address for itself.
    #[inline]
    pub(super) fn text(members: &'static [Member], index: usize) -> Self {
        Self((members.as_ptr() as usize).wrapping_add(index))
    }

    /// Behind a member that holds more than text: its end tag has been read, and the text before the gap is empty. The table is
    /// more than two bytes long for each member, so these numbers are no other table's.
    #[inline]
    pub(super) fn element(members: &'static [Member], index: usize) -> Self {
        Self::text(members, members.len() + index)
    }
}
