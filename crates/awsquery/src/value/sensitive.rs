//! Values that the model marks sensitive.

use std::fmt;

use crate::value::layout::Layout;
use crate::value::structure::{Read, Value, Write};

/// A value that must not be shown. `Debug` redacts it, and access to it is an explicit call.
///
/// Errors of this crate never quote the value. A format's parser may quote the text around an error, which this type
/// cannot prevent.
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

    /// Returns the value for use. Do not show it.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// Returns the value for changes. Do not show it.
    pub fn expose_mut(&mut self) -> &mut T {
        &mut self.0
    }

    /// Returns the value without its wrapper.
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
