//! Limits on nesting depth and memory. Without them, a few bytes for each element of a list could allocate much memory.

/// The maximum nesting depth of elements, far above what any service sends. A recursive reader needs a limit.
pub const DEPTH_LIMIT: usize = 128;

/// Memory for any text, and additional memory for each byte of it. RDS responses need one or two bytes for each of
/// theirs. Emulators' responses have few members per structure and need up to 30, but are short.
const FOR_ANY: usize = 16 << 20;
const FOR_EACH_BYTE: usize = 4;

/// The memory that lists, maps and boxes have claimed so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    claimed: usize,
    limit: usize,
}

impl Budget {
    /// Creates the budget for a text of this length.
    #[inline]
    pub(crate) fn of(length: usize) -> Self {
        Self { claimed: 0, limit: FOR_ANY.saturating_add(length.saturating_mul(FOR_EACH_BYTE)) }
    }

    /// Claims this number of bytes. The error is the limit.
    #[inline]
    pub(crate) fn claim(&mut self, bytes: usize) -> Result<(), usize> {
        self.claimed = self.claimed.saturating_add(bytes);
        if self.claimed > self.limit { Err(self.limit) } else { Ok(()) }
    }
}
