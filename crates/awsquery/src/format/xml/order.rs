//! The order of members in a document, and the markup between them. Both are usually the same for sibling structures,
//! but often differ from the model's order.

use super::lexical::{self, is_same};
use crate::value::layout::Member;

/// Large enough that the members in one document rarely share an entry.
const FOLLOWERS: usize = 256;
const GAPS: usize = 64;

/// Stands for the end of the structure after a gap.
const END: u8 = u8::MAX;

/// Predictions of the next member, similar to a processor's branch prediction. A wrong prediction costs one comparison
/// of a tag and is then corrected. It never causes an error, because each prediction is checked against the document.
#[derive(Debug)]
pub(super) struct Order {
    /// The index of the member that came next, plus 1; 0 if unknown. Indexed by a few bits of the position's address.
    /// Different positions may share an entry.
    followers: [u8; FOLLOWERS],
    gaps: [Gap; GAPS],
}

/// The markup between a member's text and the next content: an end tag, a start tag, and white space around them. If
/// the same markup follows again, one comparison reads both tags.
#[derive(Clone, Copy, Debug)]
struct Gap {
    /// The number of the gap's [`Key`]; 0 if unknown.
    key: usize,
    /// The position in the document.
    start: u32,
    length: u8,
    /// The index of the next member, or the end.
    next: u8,
    /// The length of the text before it. Siblings' times, ARNs and buckets usually have equal lengths.
    text_length: u16,
}

/// The next item in a structure.
#[derive(Clone, Copy, Debug)]
pub(super) enum Next {
    /// The member with this index. Its start tag, which has no attributes, has been read.
    Member(usize),
    /// The member with this index, whose element has been entered.
    Entered(usize),
    /// The end of the structure. Its element has been left.
    End,
}

impl Default for Order {
    fn default() -> Self {
        // All zero bytes are the fastest to write.
        let unknown = Gap { key: 0, start: 0, length: 0, next: 0, text_length: 0 };
        Self { followers: [0; FOLLOWERS], gaps: [unknown; GAPS] }
    }
}

impl Order {
    /// Returns the expected index of the next member: the one that came there before, or else the next in the table.
    #[inline]
    pub(super) fn after(&self, members: &'static [Member], after: usize) -> usize {
        match self.followers[entry(members, after)] {
            0 => after,
            follower => usize::from(follower) - 1,
        }
    }

    /// Records the next member. Ignores members after the first 255, which no service has.
    pub(super) fn learn(&mut self, members: &'static [Member], after: usize, index: usize) {
        self.followers[entry(members, after)] = u8::try_from(index + 1).unwrap_or(0);
    }

    /// Compares the text at `rest` with the gap seen at this position. If the gap follows again, returns the lengths of
    /// the text and of the gap, and the next item.
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

    /// Records the gap after a text of this length. Ignores long gaps and gaps far into a very large document.
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
            // The first entry stays: two that replaced each other in turn would never match.
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

/// The position of a gap. Each has a unique non-zero number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key(usize);

impl Key {
    /// Returns the position after a member's text, at which gaps begin with its end tag. A member is larger than one
    /// byte, so each member of each table has a unique address.
    #[inline]
    pub(super) fn text(members: &'static [Member], index: usize) -> Self {
        Self((members.as_ptr() as usize).wrapping_add(index))
    }

    /// Returns the position after a member with children. Its end tag has been read, and the text before the gap is
    /// empty. Tables have more than two bytes per member, so the numbers are unique among tables.
    #[inline]
    pub(super) fn element(members: &'static [Member], index: usize) -> Self {
        Self::text(members, members.len() + index)
    }
}
