//! Blobs.

use crate::value::layout::Layout;
use crate::value::structure::{Read, Value, Write};

/// A blob: bytes that are sent as base64.
///
/// A separate type, because `Vec<u8>` would be a list like any other.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Blob(Vec<u8>);

impl Blob {
    /// Wraps the bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// Returns the bytes.
    pub fn into_inner(self) -> Vec<u8> {
        self.0
    }
}

impl std::ops::Deref for Blob {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Blob {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Blob {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl From<&str> for Blob {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl Value for Blob {
    #[inline]
    fn write<W: Write>(&self, w: &mut W, layout: &'static Layout) -> Result<(), W::Error> {
        w.blob(&self.0, layout)
    }

    #[inline]
    fn read<R: Read>(slot: &mut Option<Self>, r: &mut R, _: &'static Layout) -> Result<(), R::Error> {
        let mut bytes = None;
        r.blob(&mut bytes)?;
        if let Some(bytes) = bytes {
            *slot = Some(Self(bytes));
        }
        Ok(())
    }
}
