//! Functions that generated code and the macros call. Hidden, since they change with the generator and nobody else calls them.

use std::collections::BTreeMap;

pub use crate::call::error::support as error;
pub use crate::call::operation::{PrefixPart, host_prefix};
#[cfg(feature = "serde")]
pub use crate::format::serde::support as serde;
pub use crate::value::members::support as structure;
pub use crate::value::string_enum::support as string_enum;

/// The region that a request copies from, unless it has a URL for it already. An empty name is none.
#[inline]
pub fn presign_region(source: Option<&str>, has_url: bool) -> Option<&str> {
    source.filter(|region| !region.is_empty() && !has_url)
}

/// Collects what a setter of a list is given.
#[inline(never)]
pub fn list<T>(items: impl IntoIterator<Item = impl Into<T>>) -> Vec<T> {
    items.into_iter().map(Into::into).collect()
}

/// Collects what a setter of a map is given; the last of equal keys stays.
#[inline(never)]
pub fn map<K: Ord, V>(entries: impl IntoIterator<Item = (impl Into<K>, impl Into<V>)>) -> BTreeMap<K, V> {
    entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect()
}

/// Whether there are values, and each is as it should be: `pathAll` of a waiter.
pub fn every<T>(values: impl IntoIterator<Item = T>, is: impl Fn(T) -> bool) -> bool {
    let mut values = values.into_iter().peekable();
    values.peek().is_some() && values.all(is)
}

/// What several parts of an answer say to people, each thing once.
pub fn joined<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut said: Vec<&str> = Vec::new();
    for text in texts.into_iter().filter(|text| !text.is_empty()) {
        if !said.contains(&text) {
            said.push(text);
        }
    }
    (!said.is_empty()).then(|| said.join("; "))
}
