//! What visits structures: the form of a request, the XML of a response, JSON, serde, and validation. Knows no call.

pub(crate) mod form;
#[cfg(feature = "json")]
pub(crate) mod json;
#[cfg(feature = "serde")]
pub(crate) mod serde;
pub(crate) mod validate;
pub(crate) mod xml;
