//! Deserialization of values.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use serde_core::de::{
    DeserializeSeed, Deserializer, Error, Expected as Expecting, MapAccess, SeqAccess, Unexpected, Visitor,
};

use super::Place;
use crate::value::layout::{Layout, Member, TimestampFormat};
use crate::value::scalar::{self, Expected};
use crate::value::structure::{Read, Structure, Union, Value};
use crate::value::text;
use crate::value::timestamp;

/// Deserializes a value.
#[cfg(feature = "serde")]
pub fn deserialize<'de, T: Value, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    Element { layout: &Layout::PLAIN, place: Place::Root, of: PhantomData }.deserialize(deserializer)
}

/// Deserializes a value from a format whose errors include the path.
#[cfg(feature = "json")]
pub(crate) fn deserialize_untold<'de, T: Value, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Element { layout: &Layout::PLAIN, place: Place::Untold, of: PhantomData }.deserialize(deserializer)
}

/// The expected type and the path. Formats show it in type errors.
#[derive(Clone, Copy)]
struct Wanted<'p> {
    expected: Expected,
    place: Place<'p>,
}

impl Expecting for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Root => f.write_str(self.expected),
            place if place.is_untold() => f.write_str(self.expected),
            place => write!(f, "{} for {place}", self.expected),
        }
    }
}

/// Reads one value. Reading consumes the deserializer.
struct Reader<'de, 'p, D> {
    deserializer: Option<D>,
    place: Place<'p>,
    input: PhantomData<&'de ()>,
}

impl<'de, 'p, D: Deserializer<'de>> Reader<'de, 'p, D> {
    fn new(deserializer: D, place: Place<'p>) -> Self {
        Self { deserializer: Some(deserializer), place, input: PhantomData }
    }

    /// Takes the deserializer. Fails for an incorrect [`Value`] implementation that reads twice.
    fn take(&mut self) -> Result<D, D::Error> {
        let again = || D::Error::custom(self.place.message("expected to be read once"));
        self.deserializer.take().ok_or_else(again)
    }

    fn wanted(&self, expected: Expected) -> Wanted<'p> {
        Wanted { expected, place: self.place }
    }

    /// Reads a scalar by its type, as formats that are not self-describing require.
    fn scalar<T>(
        &mut self,
        slot: &mut Option<T>,
        expected: Expected,
        convert: fn(Unexpected<'_>) -> Option<T>,
        ask: impl FnOnce(D, Scalar<'p, T>) -> Result<T, D::Error>,
    ) -> Result<(), D::Error> {
        let visitor = Scalar { wanted: self.wanted(expected), convert };
        *slot = Some(ask(self.take()?, visitor)?);
        Ok(())
    }
}

impl<'de, D: Deserializer<'de>> Read for Reader<'de, '_, D> {
    type Error = D::Error;

    fn structure<T: Structure>(&mut self, value: &mut T) -> Result<(), D::Error> {
        let wanted = self.wanted("an object");
        collection(self.take()?, D::deserialize_map, Object { members: &mut Fields(value), wanted })
    }

    fn union<T: Union>(&mut self) -> Result<Option<T>, D::Error> {
        let mut variant = Variant { slot: None, set: 0 };
        let wanted = self.wanted("an object");
        collection(self.take()?, D::deserialize_map, Object { members: &mut variant, wanted })?;
        match variant.set {
            1 => Ok(variant.slot),
            set => Err(D::Error::custom(
                self.place.message(format_args!("expected exactly one member of the union, found {set}")),
            )),
        }
    }

    fn list<T: Value>(&mut self, items: &mut Vec<T>, layout: &'static Layout) -> Result<(), D::Error> {
        let wanted = self.wanted("an array");
        collection(self.take()?, D::deserialize_seq, List { items, layout: layout.elements(), wanted })
    }

    fn map<K: From<String> + Ord, V: Value>(
        &mut self,
        entries: &mut BTreeMap<K, V>,
        layout: &'static Layout,
    ) -> Result<(), D::Error> {
        let wanted = self.wanted("an object");
        collection(self.take()?, D::deserialize_map, Map { entries, layout: layout.elements(), wanted })
    }

    fn string(&mut self, slot: &mut Option<String>) -> Result<(), D::Error> {
        self.scalar(slot, "a string", |found| text(found).map(str::to_owned), D::deserialize_string)
    }

    fn boolean(&mut self, slot: &mut Option<bool>) -> Result<(), D::Error> {
        let convert = |found: Unexpected<'_>| match found {
            Unexpected::Bool(value) => Some(value),
            _ => None,
        };
        self.scalar(slot, "true or false", convert, D::deserialize_bool)
    }

    fn integer(&mut self, slot: &mut Option<i32>) -> Result<(), D::Error> {
        self.scalar(slot, "an integer of 32 bits", |found| long(found)?.try_into().ok(), D::deserialize_i32)
    }

    fn long(&mut self, slot: &mut Option<i64>) -> Result<(), D::Error> {
        self.scalar(slot, "an integer of 64 bits", long, D::deserialize_i64)
    }

    fn float(&mut self, slot: &mut Option<f32>) -> Result<(), D::Error> {
        let convert = |found: Unexpected<'_>| match found {
            Unexpected::Str(text) => scalar::parse_float(text).ok().filter(|value| !value.is_finite()),
            number => {
                let wide = double(number)?;
                let value = wide as f32;
                (value.is_infinite() == wide.is_infinite()).then_some(value)
            }
        };
        self.scalar(slot, NUMBER, convert, |deserializer, visitor| match deserializer.is_human_readable() {
            true => deserializer.deserialize_any(visitor),
            false => deserializer.deserialize_f32(visitor),
        })
    }

    fn double(&mut self, slot: &mut Option<f64>) -> Result<(), D::Error> {
        let convert = |found: Unexpected<'_>| match found {
            Unexpected::Str(text) => scalar::parse_double(text).ok().filter(|value| !value.is_finite()),
            number => double(number),
        };
        self.scalar(slot, NUMBER, convert, |deserializer, visitor| match deserializer.is_human_readable() {
            true => deserializer.deserialize_any(visitor),
            false => deserializer.deserialize_f64(visitor),
        })
    }

    fn blob(&mut self, slot: &mut Option<Vec<u8>>) -> Result<(), D::Error> {
        self.scalar(slot, "base64", |found| scalar::parse_blob(text(found)?).ok(), D::deserialize_str)
    }

    fn timestamp(&mut self, slot: &mut Option<Timestamp>, _: &'static Layout) -> Result<(), D::Error> {
        let convert = |found: Unexpected<'_>| timestamp::parse(text(found)?, TimestampFormat::DateTime).ok();
        self.scalar(slot, "a timestamp as of RFC 3339", convert, D::deserialize_str)
    }

    /// Drops the format's own error, which may quote the value.
    fn sensitive<T: Value>(&mut self, slot: &mut Option<T>, layout: &'static Layout) -> Result<(), D::Error> {
        let place = self.place;
        T::read(slot, self, layout)
            .map_err(|_| D::Error::custom(place.message("expected another value (sensitive, not shown)")))
    }
}

/// Human-readable formats represent some numbers as strings, so any type is accepted there.
const NUMBER: Expected = "a number, NaN, Infinity or -Infinity";

fn text(found: Unexpected<'_>) -> Option<&str> {
    match found {
        Unexpected::Str(text) => Some(text),
        _ => None,
    }
}

fn long(found: Unexpected<'_>) -> Option<i64> {
    match found {
        Unexpected::Signed(value) => Some(value),
        Unexpected::Unsigned(value) => value.try_into().ok(),
        _ => None,
    }
}

fn double(found: Unexpected<'_>) -> Option<f64> {
    match found {
        Unexpected::Float(value) => Some(value),
        Unexpected::Signed(value) => Some(value as f64),
        Unexpected::Unsigned(value) => Some(value as f64),
        _ => None,
    }
}

/// A visitor that accepts any type a format may use for a scalar.
struct Scalar<'p, T> {
    wanted: Wanted<'p>,
    convert: fn(Unexpected<'_>) -> Option<T>,
}

impl<T> Scalar<'_, T> {
    fn found<E: Error>(&self, found: Unexpected<'_>) -> Result<T, E> {
        (self.convert)(found).ok_or_else(|| {
            let found = match found {
                Unexpected::Str(found) => Unexpected::Str(text::shorten(found, text::SHOWN)),
                found => found,
            };
            E::invalid_value(found, &self.wanted)
        })
    }
}

impl<T> Visitor<'_> for Scalar<'_, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.wanted.fmt(f)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        self.found(Unexpected::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        self.found(Unexpected::Signed(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        self.found(Unexpected::Unsigned(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        self.found(Unexpected::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
        self.found(Unexpected::Str(value))
    }
}

/// Reads a collection. Human-readable formats are asked for any type, because a type error of their own would quote the
/// value.
fn collection<'de, D: Deserializer<'de>, V: Visitor<'de>>(
    deserializer: D,
    of_kind: impl FnOnce(D, V) -> Result<V::Value, D::Error>,
    visitor: V,
) -> Result<V::Value, D::Error> {
    if deserializer.is_human_readable() {
        deserializer.deserialize_any(visitor)
    } else {
        of_kind(deserializer, visitor)
    }
}

/// Rejects scalars without showing them. They may be sensitive, which only the model knows.
macro_rules! refuse_scalars {
    () => {
        refuse_scalars! {
            visit_bool(bool) is "a boolean",
            visit_i64(i64) is "a number",
            visit_u64(u64) is "a number",
            visit_f64(f64) is "a number",
            visit_str(&str) is "a string",
        }
    };
    ($($method:ident($type:ty) is $what:literal),+ $(,)?) => {$(
        fn $method<E: Error>(self, _: $type) -> Result<(), E> {
            Err(E::invalid_type(Unexpected::Other($what), &self))
        }
    )+};
}

/// The members of a structure or union.
trait Members {
    const MEMBERS: &'static [Member];

    fn read<R: Read>(&mut self, index: usize, r: &mut R) -> Result<(), R::Error>;
}

struct Fields<'a, T>(&'a mut T);

impl<T: Structure> Members for Fields<'_, T> {
    const MEMBERS: &'static [Member] = T::MEMBERS;

    fn read<R: Read>(&mut self, index: usize, r: &mut R) -> Result<(), R::Error> {
        r.member_of(self.0, index)
    }
}

struct Variant<T> {
    slot: Option<T>,
    /// The number of members found. Must be one.
    set: usize,
}

impl<T: Union> Members for Variant<T> {
    const MEMBERS: &'static [Member] = T::MEMBERS;

    fn read<R: Read>(&mut self, index: usize, r: &mut R) -> Result<(), R::Error> {
        self.set += 1;
        T::read_variant(&mut self.slot, index, r)
    }
}

/// A visitor for a structure or union.
struct Object<'a, 'p, M> {
    members: &'a mut M,
    wanted: Wanted<'p>,
}

impl<'de, M: Members> Visitor<'de> for Object<'_, '_, M> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.wanted.fmt(f)
    }

    refuse_scalars!();

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let outer = &self.wanted.place;
        let mut seen = Vec::new();
        while let Some((index, member)) = entries.next_key_seed(Key { of: M::MEMBERS, outer })? {
            let place = Place::Member(outer, member.name);
            // Duplicates are not simply overwritten: lists append, and null changes nothing.
            if seen.contains(&index) {
                return Err(A::Error::custom(place.message("expected once, found again")));
            }
            seen.push(index);
            entries.next_value_seed(Field { members: &mut *self.members, index, place })?;
        }
        Ok(())
    }
}

/// The name of a member.
struct Key<'p> {
    of: &'static [Member],
    outer: &'p Place<'p>,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = (usize, &'static Member);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = (usize, &'static Member);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Wanted { expected: "the name of a member", place: *self.outer }.fmt(f)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        let known = self.of.iter().enumerate().find(|(_, member)| member.name == name);
        let unknown = || Place::Member(self.outer, name).message("the model has no such member");
        known.ok_or_else(|| E::custom(unknown()))
    }
}

/// The value of a member, which may be absent.
struct Field<'a, 'p, M> {
    members: &'a mut M,
    index: usize,
    place: Place<'p>,
}

impl<'de, M: Members> DeserializeSeed<'de> for Field<'_, '_, M> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, M: Members> Visitor<'de> for Field<'_, '_, M> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Wanted { expected: "a value or none", place: self.place }.fmt(f)
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.members.read(self.index, &mut Reader::new(deserializer, self.place))
    }
}

/// A value that must not be absent: the root, an element of a list, or an entry of a map.
struct Element<'p, T> {
    layout: &'static Layout,
    place: Place<'p>,
    of: PhantomData<T>,
}

impl<'de, T: Value> DeserializeSeed<'de> for Element<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        let mut slot = None;
        T::read(&mut slot, &mut Reader::new(deserializer, self.place), self.layout)?;
        slot.ok_or_else(|| D::Error::custom(self.place.message("expected a value, found none")))
    }
}

struct List<'a, 'p, T> {
    items: &'a mut Vec<T>,
    layout: &'static Layout,
    wanted: Wanted<'p>,
}

impl<'de, T: Value> Visitor<'de> for List<'_, '_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.wanted.fmt(f)
    }

    refuse_scalars!();

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let mut element = |index| {
            let place = Place::Element(&self.wanted.place, index);
            elements.next_element_seed(Element { layout: self.layout, place, of: PhantomData })
        };
        while let Some(item) = element(self.items.len())? {
            self.items.push(item);
        }
        Ok(())
    }
}

struct Map<'a, 'p, K, V> {
    entries: &'a mut BTreeMap<K, V>,
    layout: &'static Layout,
    wanted: Wanted<'p>,
}

impl<'de, K: From<String> + Ord, V: Value> Visitor<'de> for Map<'_, '_, K, V> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.wanted.fmt(f)
    }

    refuse_scalars!();

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(key) = entries.next_key::<String>()? {
            let place = Place::Member(&self.wanted.place, &key);
            let value = entries.next_value_seed(Element { layout: self.layout, place, of: PhantomData })?;
            self.entries.insert(key.into(), value);
        }
        Ok(())
    }
}
