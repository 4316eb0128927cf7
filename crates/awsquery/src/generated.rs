//! Functions that generated code and the macros call. Hidden, because they change with the generator and have no other
//! callers.

use std::collections::BTreeMap;

pub use crate::call::error::support as error;
pub use crate::call::operation::{PrefixPart, host_prefix};
#[cfg(feature = "serde")]
pub use crate::format::serde::support as serde;
pub use crate::value::members::support as structure;
pub use crate::value::string_enum::support as string_enum;

/// Returns the region that a request copies from, unless the request already has a presigned URL. An empty name counts
/// as absent.
#[inline]
pub fn presign_region(source: Option<&str>, has_url: bool) -> Option<&str> {
    source.filter(|region| !region.is_empty() && !has_url)
}

/// Collects the elements passed to a list's setter.
#[inline(never)]
pub fn list<T>(items: impl IntoIterator<Item = impl Into<T>>) -> Vec<T> {
    items.into_iter().map(Into::into).collect()
}

/// Collects the entries passed to a map's setter. The last of equal keys wins.
#[inline(never)]
pub fn map<K: Ord, V>(entries: impl IntoIterator<Item = (impl Into<K>, impl Into<V>)>) -> BTreeMap<K, V> {
    entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect()
}

/// Returns true if there are values and all of them match: `pathAll` of a waiter.
pub fn every<T>(values: impl IntoIterator<Item = T>, is: impl Fn(T) -> bool) -> bool {
    let mut values = values.into_iter().peekable();
    values.peek().is_some() && values.all(is)
}

/// Joins the messages in an output, without duplicates.
pub fn joined<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut said: Vec<&str> = Vec::new();
    for text in texts.into_iter().filter(|text| !text.is_empty()) {
        if !said.contains(&text) {
            said.push(text);
        }
    }
    (!said.is_empty()).then(|| said.join("; "))
}
