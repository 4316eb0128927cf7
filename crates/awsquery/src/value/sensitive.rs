//! Values that the model marks sensitive.

use std::fmt;

use crate::value::layout::Layout;
use crate::value::structure::{Read, Value, Write};

/// A value that must not be shown: `Debug` redacts it, and taking it out is an explicit call. Errors of this crate never
/// quote it; a parser of some format may quote the text around an error, and that it cannot prevent.
///
/// ```
/// use awsquery::Sensitive;
///
/// let password = Sensitive::from("hunter2".to_owned());
/// assert_eq!(format!("{password:?}"), "Sensitive(***)");
/// assert_eq!(password.expose(), "hunter2");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    /// Wraps the value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, to be used and not to be shown.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// The value, to be changed and not to be shown.
    pub fn expose_mut(&mut self) -> &mut T {
        &mut self.0
    }

    /// The value, out of its wrapper.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl From<&str> for Sensitive<String> {
    fn from(value: &str) -> Self {
        Self(value.into())
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sensitive(***)")
    }
}

impl<T: Value> Value for Sensitive<T> {
    #[inline]
    fn write<W: Write>(&self, w: &mut W, layout: &'static Layout) -> Result<(), W::Error> {
        w.sensitive(&self.0, layout)
    }

    #[inline]
    fn read<R: Read>(slot: &mut Option<Self>, r: &mut R, layout: &'static Layout) -> Result<(), R::Error> {
        let mut inner = slot.take().map(Self::into_exposed);
        let result = r.sensitive(&mut inner, layout);
        *slot = inner.map(Self);
        result
    }

    fn missing() -> Option<Self> {
        T::missing().map(Self)
    }
}
