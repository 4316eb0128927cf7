//! How deep what is read may nest, and how much memory it may have: a text of a few bytes for each element of a list could ask
//! for much of it.

/// How deep elements may nest, far beyond what any service sends: a reader that recurses needs a limit.
pub const DEPTH_LIMIT: usize = 128;

/// So many bytes for any text, and so many more for each byte of it. Responses of RDS ask for one byte or two for each of
/// theirs; those of emulators, with a few members of each structure, for up to 30, and are short.
const FOR_ANY: usize = 16 << 20;
const FOR_EACH_BYTE: usize = 4;

/// What lists, maps and boxes have asked for so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    claimed: usize,
    limit: usize,
}

impl Budget {
    /// For what is read from a text of this length.
    #[inline]
    pub(crate) fn of(length: usize) -> Self {
        Self { claimed: 0, limit: FOR_ANY.saturating_add(length.saturating_mul(FOR_EACH_BYTE)) }
    }

    /// Asks for so many bytes; the error is the limit.
    #[inline]
    pub(crate) fn claim(&mut self, bytes: usize) -> Result<(), usize> {
        self.claimed = self.claimed.saturating_add(bytes);
        if self.claimed > self.limit { Err(self.limit) } else { Ok(()) }
    }
}
