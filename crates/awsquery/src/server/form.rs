//! The form of a request as a format to read structures from.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::ops::Range;

use jiff::Timestamp;

use super::error::{InvalidReason, InvalidRequest};
use crate::value::budget::{Budget, DEPTH_LIMIT};
use crate::value::layout::{Collection, Layout, Member};
use crate::value::scalar::{self, Expected};
use crate::value::structure::{Read, Structure, Union, Value};
use crate::value::timestamp;

/// The maximum number of mentioned members for which the lookup by segments is faster.
const FEW: usize = 8;

/// A decoded key and value.
#[derive(Clone)]
pub(super) struct Pair {
    pub(super) key: String,
    pub(super) value: String,
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The value is omitted, because only the model knows the sensitive ones.
        f.write_str(&self.key)
    }
}

/// Reads values from the pairs whose keys begin with the prefix.
#[derive(Debug)]
pub(super) struct FormReader<'a> {
    /// The pairs, sorted by key.
    pairs: &'a [Pair],
    /// True for each pair that was read. Others belong to no member.
    read: Vec<bool>,
    prefix: String,
    /// The number of open structures.
    depth: usize,
    budget: Budget,
}

impl<'a> FormReader<'a> {
    /// Reads a structure from all pairs. Each pair must belong to it.
    pub(super) fn read_all<T: Structure>(pairs: &'a [Pair]) -> Result<T, InvalidRequest> {
        let length = pairs.iter().map(|pair| pair.key.len() + pair.value.len()).sum();
        let (read, budget) = (vec![false; pairs.len()], Budget::of(length));
        let mut reader = Self { pairs, read, prefix: String::new(), depth: 0, budget };
        let mut value = T::default();
        reader.structure(&mut value)?;
        match reader.read.iter().position(|read| !read) {
            Some(index) => Err(InvalidRequest::new(InvalidReason::UnknownKey, &pairs[index].key)),
            None => Ok(value),
        }
    }

    fn error(&self, reason: InvalidReason) -> InvalidRequest {
        InvalidRequest::new(reason, &self.prefix)
    }

    /// Calls `inside` with a segment appended to the prefix.
    fn within<T>(
        &mut self,
        segment: impl std::fmt::Display,
        inside: impl FnOnce(&mut Self) -> Result<T, InvalidRequest>,
    ) -> Result<T, InvalidRequest> {
        let outer = self.prefix.len();
        let dot = if outer > 0 { "." } else { "" };
        // Writing to a `String` never fails.
        let _ = write!(self.prefix, "{dot}{segment}");
        let result = inside(self);
        self.prefix.truncate(outer);
        result
    }

    /// Returns the index of the pair whose key is the prefix.
    fn exact(&self) -> Option<usize> {
        self.pairs.binary_search_by(|pair| pair.key.as_str().cmp(&self.prefix)).ok()
    }

    /// Returns the range of pairs whose keys begin with the prefix and a dot, or all pairs without a prefix.
    fn below(&self) -> Range<usize> {
        if self.prefix.is_empty() {
            return 0..self.pairs.len();
        }
        let dotted = format!("{}.", self.prefix);
        let start = self.pairs.partition_point(|pair| pair.key < dotted);
        let length = self.pairs[start..].partition_point(|pair| pair.key.starts_with(&dotted));
        start..start + length
    }

    /// Returns true if there is a pair for the prefix or below it.
    fn is_set(&self) -> bool {
        self.exact().is_some() || !self.below().is_empty()
    }

    /// Returns true for each member that may be set, by comparing the first segments of keys and names. This is faster
    /// than a search for each member if few are set. Otherwise, it returns true for all members.
    fn mentioned(&self, members: &[Member]) -> Vec<bool> {
        let first = |text: &'a str| text.split('.').next().unwrap_or_default();
        let begin = self.prefix.len() + usize::from(!self.prefix.is_empty());
        let (mut mentioned, mut segment, mut segments) = (vec![false; members.len()], None, 0);
        for pair in &self.pairs[self.below()] {
            let next = first(&pair.key[begin..]);
            if segment.replace(next) == Some(next) {
                continue;
            }
            segments += 1;
            if segments > FEW {
                return vec![true; members.len()];
            }
            for (member, mentioned) in members.iter().zip(&mut mentioned) {
                *mentioned |= names(member).any(|name| first(name) == next);
            }
        }
        mentioned
    }

    /// Returns the value of the prefix itself.
    fn text(&mut self) -> Option<&'a str> {
        let index = self.exact()?;
        self.read[index] = true;
        Some(&self.pairs[index].value)
    }

    fn scalar<T>(
        &mut self,
        slot: &mut Option<T>,
        parse: impl FnOnce(&str) -> Result<T, Expected>,
    ) -> Result<(), InvalidRequest> {
        if let Some(text) = self.text() {
            let value =
                parse(text).map_err(|expected| InvalidRequest::value(expected, text, &self.prefix))?;
            *slot = Some(value);
        }
        Ok(())
    }

    /// Returns the number of elements below the prefix.
    fn count(&self) -> Result<usize, InvalidRequest> {
        let mut numbers = Vec::new();
        for pair in &self.pairs[self.below()] {
            let rest = &pair.key[self.prefix.len() + 1..];
            let segment = rest.split('.').next().unwrap_or_default();
            let number = segment.parse::<usize>().ok().filter(|number| number.to_string() == segment);
            let number = number.filter(|number| *number > 0).ok_or_else(|| {
                self.error(InvalidReason::Index {
                    found: crate::value::text::shorten(segment, 64).to_owned(),
                })
            })?;
            numbers.push(number);
        }
        numbers.sort_unstable();
        numbers.dedup();
        match numbers.iter().zip(1..).find(|(number, expected)| **number != *expected) {
            Some((_, missing)) => Err(self.error(InvalidReason::Gap { missing })),
            None => Ok(numbers.len()),
        }
    }

    /// Returns true if the prefix has the empty value of an empty list (REQ-16).
    fn is_empty_list(&mut self) -> bool {
        let empty = self.exact().filter(|index| self.pairs[*index].value.is_empty());
        if let Some(index) = empty {
            // With elements below it, the pair stays unread and is rejected.
            self.read[index] = self.below().is_empty();
        }
        empty.is_some()
    }

    /// Calls `inside` one level deeper.
    fn nested<T>(
        &mut self,
        inside: impl FnOnce(&mut Self) -> Result<T, InvalidRequest>,
    ) -> Result<T, InvalidRequest> {
        if self.depth == DEPTH_LIMIT {
            return Err(self.error(InvalidReason::TooDeep));
        }
        self.depth += 1;
        let result = inside(self);
        self.depth -= 1;
        result
    }

    fn entry<K: From<String> + Ord, V: Value>(
        &mut self,
        entries: &mut BTreeMap<K, V>,
        layout: &'static Layout,
    ) -> Result<(), InvalidRequest> {
        let (key_name, value_name) = match layout.collection {
            Collection::Map { key, value, .. } => (key, value),
            _ => ("key", "value"),
        };
        let key = self.within(key_name, |r| Ok(r.text().map(str::to_owned)))?;
        let key = key.ok_or_else(|| self.error(InvalidReason::EntryWithoutKey))?;
        let mut value = None;
        self.within(value_name, |r| match r.is_set() {
            true => V::read(&mut value, r, layout.elements()),
            false => Ok(()),
        })?;
        if let Some(value) = value.or_else(V::missing) {
            // Map nodes have room for 11 entries and are seldom full.
            let room = if entries.is_empty() { 11 } else { 2 };
            self.claim(room * size_of::<(K, V)>())?;
            if entries.insert(key.into(), value).is_some() {
                return Err(self.error(InvalidReason::DuplicateKey));
            }
        }
        Ok(())
    }
}

/// Returns the names of a member in keys.
fn names(member: &Member) -> impl Iterator<Item = &'static str> {
    [member.wire_name].into_iter().chain(member.empty_name)
}

impl Read for FormReader<'_> {
    type Error = InvalidRequest;

    fn structure<T: Structure>(&mut self, value: &mut T) -> Result<(), InvalidRequest> {
        self.nested(|r| {
            let mentioned = r.mentioned(T::MEMBERS);
            let members = T::MEMBERS.iter().enumerate();
            for (index, member) in members.filter(|(index, member)| mentioned[*index] && !member.client_only)
            {
                for name in names(member) {
                    r.within(name, |r| match r.is_set() {
                        true => r.member_of(value, index),
                        false => Ok(()),
                    })?;
                }
            }
            Ok(())
        })
    }

    fn union<T: Union>(&mut self) -> Result<Option<T>, InvalidRequest> {
        self.nested(|r| {
            let (mut slot, mut found) = (None, false);
            for (index, member) in T::MEMBERS.iter().enumerate() {
                r.within(member.wire_name, |r| match (r.is_set(), found) {
                    (false, _) => Ok(()),
                    (true, true) => Err(r.error(InvalidReason::SeveralVariants)),
                    (true, false) => {
                        found = true;
                        T::read_variant(&mut slot, index, r)
                    }
                })?;
            }
            Ok(slot)
        })
    }

    fn list<T: Value>(&mut self, items: &mut Vec<T>, layout: &'static Layout) -> Result<(), InvalidRequest> {
        if self.is_empty_list() {
            return Ok(());
        }
        let mut read = |r: &mut Self| {
            for number in 1..=r.count()? {
                let mut slot = None;
                r.within(number, |r| T::read(&mut slot, r, layout.elements()))?;
                let Some(item) = slot else { continue };
                if items.len() == items.capacity() {
                    let room = items.len().max(1);
                    r.claim(room * size_of::<T>())?;
                    items.reserve_exact(room);
                }
                items.push(item);
            }
            Ok(())
        };
        match layout.collection {
            Collection::List { element, .. } if !layout.flattened => self.within(element, read),
            _ => read(self),
        }
    }

    fn map<K: From<String> + Ord, V: Value>(
        &mut self,
        entries: &mut BTreeMap<K, V>,
        layout: &'static Layout,
    ) -> Result<(), InvalidRequest> {
        let mut read = |r: &mut Self| {
            for number in 1..=r.count()? {
                r.within(number, |r| r.entry(entries, layout))?;
            }
            Ok(())
        };
        if layout.flattened { read(self) } else { self.within("entry", read) }
    }

    fn string(&mut self, slot: &mut Option<String>) -> Result<(), InvalidRequest> {
        *slot = self.text().map(str::to_owned).or(slot.take());
        Ok(())
    }

    fn boolean(&mut self, slot: &mut Option<bool>) -> Result<(), InvalidRequest> {
        self.scalar(slot, scalar::parse_boolean)
    }

    fn integer(&mut self, slot: &mut Option<i32>) -> Result<(), InvalidRequest> {
        self.scalar(slot, scalar::parse_integer)
    }

    fn long(&mut self, slot: &mut Option<i64>) -> Result<(), InvalidRequest> {
        self.scalar(slot, scalar::parse_long)
    }

    fn float(&mut self, slot: &mut Option<f32>) -> Result<(), InvalidRequest> {
        self.scalar(slot, scalar::parse_float)
    }

    fn double(&mut self, slot: &mut Option<f64>) -> Result<(), InvalidRequest> {
        self.scalar(slot, scalar::parse_double)
    }

    fn blob(&mut self, slot: &mut Option<Vec<u8>>) -> Result<(), InvalidRequest> {
        self.scalar(slot, scalar::parse_blob)
    }

    fn timestamp(
        &mut self,
        slot: &mut Option<Timestamp>,
        layout: &'static Layout,
    ) -> Result<(), InvalidRequest> {
        self.scalar(slot, |text| timestamp::parse(text, layout.timestamp))
    }

    fn claim(&mut self, bytes: usize) -> Result<(), InvalidRequest> {
        self.budget.claim(bytes).map_err(|limit| self.error(InvalidReason::TooMuchMemory { limit }))
    }

    fn sensitive<T: Value>(
        &mut self,
        slot: &mut Option<T>,
        layout: &'static Layout,
    ) -> Result<(), InvalidRequest> {
        T::read(slot, self, layout).map_err(InvalidRequest::redacted)
    }
}
