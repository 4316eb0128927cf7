//! Structures and the traits that connect them to formats.
//!
//! Generated code implements [`Structure`] with [`structure!`](crate::structure). A format implements [`Write`] or
//! [`Read`]. [`Value`] connects the two. Users of a protocol crate do not need these traits.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::slice;

use jiff::Timestamp;

use crate::value::layout::{Layout, Member};

/// A structure of the service model. Every structure is also a [`Value`].
pub trait Structure: Debug + Default + PartialEq + Send + Sync + 'static {
    /// The structure's members, in the model's order. The index of each is its number in
    /// [`read_member`](Self::read_member).
    const MEMBERS: &'static [Member];
    /// The heap memory of the structure in bytes, without its members. Non-zero for a box only.
    const BOXED: usize = 0;

    /// Passes every member to a visitor, together with the other structure's, in the order of
    /// [`MEMBERS`](Self::MEMBERS). Formats call [`Write::members`] instead.
    fn visit_members<V: Visit>(&self, other: &Self, v: &mut V);

    /// Reads the member with this index. The caller takes its layout from the table. Formats call [`Read::member_of`]
    /// instead.
    ///
    /// # Errors
    ///
    /// Returns the reader's errors.
    fn read_member<R: Read>(
        &mut self,
        index: usize,
        r: &mut R,
        layout: &'static Layout,
    ) -> Result<(), R::Error>;
}

/// Visits the members of two values of one type in table order, including members that are not set. Pass the same value
/// twice to visit one.
pub trait Visit {
    /// Visits the next member of both structures.
    fn member<T: Value>(&mut self, value: &Option<T>, other: &Option<T>);
}

/// A union of the service model: exactly one of its members is set.
pub trait Union: Value {
    /// The union's members, in the model's order.
    const MEMBERS: &'static [Member];

    /// Writes the member that is set.
    ///
    /// # Errors
    ///
    /// Returns the writer's errors, and that of [`Write::unknown_variant`] for a variant unknown to this version of the
    /// model.
    fn write_variant<W: Write>(&self, w: &mut W) -> Result<(), W::Error>;

    /// Reads the member with this index into the slot.
    ///
    /// # Errors
    ///
    /// Returns the reader's errors.
    fn read_variant<R: Read>(slot: &mut Option<Self>, index: usize, r: &mut R) -> Result<(), R::Error>;

    /// Returns the value for a member unknown to this version of the model (RSP-8b).
    fn unknown(name: &str) -> Self;
}

/// A value that a member, a list or a map can hold.
pub trait Value: Debug + PartialEq + Sized {
    /// Writes the value.
    ///
    /// # Errors
    ///
    /// Returns the writer's errors.
    fn write<W: Write>(&self, w: &mut W, layout: &'static Layout) -> Result<(), W::Error>;

    /// Reads a value into the slot. Collections append to the previous value (RSP-11), all others replace it (RSP-12).
    /// The slot stays unchanged if the input holds no value, such as an empty element for a number (RSP-14).
    ///
    /// # Errors
    ///
    /// Returns the reader's errors.
    fn read<R: Read>(slot: &mut Option<Self>, r: &mut R, layout: &'static Layout) -> Result<(), R::Error>;

    /// Returns the value of a map's entry without a value element: an empty string for strings, `None` for all others.
    fn missing() -> Option<Self> {
        None
    }
}

/// A format to serialize values to.
pub trait Write: Sized {
    /// The format's errors.
    type Error;

    /// Writes one member of a structure. Most formats write nothing for an absent member.
    ///
    /// # Errors
    ///
    /// Returns the errors that the format documents, as every method of this trait does.
    #[inline]
    fn member<T: Value>(&mut self, member: &'static Member, value: &Option<T>) -> Result<(), Self::Error> {
        match value {
            Some(value) => self.set_member(member, value),
            None => Ok(()),
        }
    }

    /// Writes the members of a structure in order. Stops at the first error.
    #[inline]
    fn members<T: Structure>(&mut self, value: &T) -> Result<(), Self::Error> {
        write_members(self, value)
    }

    /// Writes a member that is set.
    fn set_member<T: Value>(&mut self, member: &'static Member, value: &T) -> Result<(), Self::Error>;

    /// Writes a structure, usually by [`members`](Self::members) alone.
    fn structure<T: Structure>(&mut self, value: &T) -> Result<(), Self::Error>;

    /// Writes a union by calling its [`write_variant`](Union::write_variant).
    fn union<T: Union>(&mut self, value: &T) -> Result<(), Self::Error>;

    /// Rejects a union's variant that the model does not have: it has a name but no value (REQ-7).
    fn unknown_variant(&mut self, name: &str) -> Result<(), Self::Error>;

    /// Writes a list.
    fn list<T: Value>(&mut self, items: &[T], layout: &'static Layout) -> Result<(), Self::Error>;

    /// Writes a map.
    fn map<K: AsRef<str>, V: Value>(
        &mut self,
        entries: &BTreeMap<K, V>,
        layout: &'static Layout,
    ) -> Result<(), Self::Error>;

    /// Writes a string, or the value of an enumeration.
    fn string(&mut self, value: &str, layout: &'static Layout) -> Result<(), Self::Error>;

    /// Writes a boolean.
    fn boolean(&mut self, value: bool) -> Result<(), Self::Error>;

    /// Writes an integer of at most 32 bits.
    fn integer(&mut self, value: i32, layout: &'static Layout) -> Result<(), Self::Error> {
        self.long(value.into(), layout)
    }

    /// Writes an integer of 64 bits.
    fn long(&mut self, value: i64, layout: &'static Layout) -> Result<(), Self::Error>;

    /// Writes a single-precision number. Its shortest text differs from that of the same number widened.
    fn float(&mut self, value: f32, layout: &'static Layout) -> Result<(), Self::Error>;

    /// Writes a double-precision number.
    fn double(&mut self, value: f64, layout: &'static Layout) -> Result<(), Self::Error>;

    /// Writes bytes.
    fn blob(&mut self, value: &[u8], layout: &'static Layout) -> Result<(), Self::Error>;

    /// Writes a timestamp in the layout's format.
    fn timestamp(&mut self, value: Timestamp, layout: &'static Layout) -> Result<(), Self::Error>;

    /// Writes a sensitive value. Override this for formats that people read.
    fn sensitive<T: Value>(&mut self, value: &T, layout: &'static Layout) -> Result<(), Self::Error> {
        value.write(self, layout)
    }
}

/// Writes all members in order. Stops at the first error.
#[inline]
fn write_members<W: Write, T: Structure>(w: &mut W, value: &T) -> Result<(), W::Error> {
    let mut members = Written { w, table: T::MEMBERS.iter(), written: Ok(()) };
    value.visit_members(value, &mut members);
    members.written
}

/// A visitor that writes members. Holds the rest of the table and the first error.
struct Written<'w, W: Write> {
    w: &'w mut W,
    table: slice::Iter<'static, Member>,
    written: Result<(), W::Error>,
}

impl<W: Write> Visit for Written<'_, W> {
    #[inline]
    fn member<T: Value>(&mut self, value: &Option<T>, _: &Option<T>) {
        if let (Ok(()), Some(member)) = (&self.written, self.table.next()) {
            self.written = self.w.member(member, value);
        }
    }
}

/// A format to parse values from.
///
/// Methods for scalars leave the slot unchanged if the input holds no value.
pub trait Read: Sized {
    /// The format's errors.
    type Error;

    /// Reads the value of one member into its field.
    ///
    /// # Errors
    ///
    /// Returns the errors that the format documents, as every method of this trait does.
    #[inline]
    fn member<T: Value>(&mut self, slot: &mut Option<T>, layout: &'static Layout) -> Result<(), Self::Error> {
        T::read(slot, self, layout)
    }

    /// Reads the member of a structure with this index. Reads nothing for an index outside the table.
    #[inline]
    fn member_of<T: Structure>(&mut self, value: &mut T, index: usize) -> Result<(), Self::Error> {
        match T::MEMBERS.get(index) {
            Some(member) => value.read_member(index, self, &member.layout),
            None => Ok(()),
        }
    }

    /// Reads a structure by calling [`member_of`](Self::member_of) for each member it finds.
    fn structure<T: Structure>(&mut self, value: &mut T) -> Result<(), Self::Error>;

    /// Reads a union by calling its [`read_variant`](Union::read_variant) for the member it finds.
    fn union<T: Union>(&mut self) -> Result<Option<T>, Self::Error>;

    /// Reads a list's elements and appends them.
    fn list<T: Value>(&mut self, items: &mut Vec<T>, layout: &'static Layout) -> Result<(), Self::Error>;

    /// Reads a map's entries and inserts them. The last of equal keys wins.
    fn map<K: From<String> + Ord, V: Value>(
        &mut self,
        entries: &mut BTreeMap<K, V>,
        layout: &'static Layout,
    ) -> Result<(), Self::Error>;

    /// Reads a string.
    fn string(&mut self, slot: &mut Option<String>) -> Result<(), Self::Error>;

    /// Reads a string and converts it, such as to the value of an enumeration.
    fn text_as<T>(&mut self, slot: &mut Option<T>, make: impl Fn(&str) -> T) -> Result<(), Self::Error> {
        let mut text = None;
        self.string(&mut text)?;
        if let Some(text) = text {
            *slot = Some(make(&text));
        }
        Ok(())
    }

    /// Reads a boolean.
    fn boolean(&mut self, slot: &mut Option<bool>) -> Result<(), Self::Error>;

    /// Reads an integer of at most 32 bits.
    fn integer(&mut self, slot: &mut Option<i32>) -> Result<(), Self::Error>;

    /// Reads an integer of 64 bits.
    fn long(&mut self, slot: &mut Option<i64>) -> Result<(), Self::Error>;

    /// Reads a single-precision number.
    fn float(&mut self, slot: &mut Option<f32>) -> Result<(), Self::Error>;

    /// Reads a double-precision number.
    fn double(&mut self, slot: &mut Option<f64>) -> Result<(), Self::Error>;

    /// Reads bytes.
    fn blob(&mut self, slot: &mut Option<Vec<u8>>) -> Result<(), Self::Error>;

    /// Reads a timestamp in the layout's format.
    fn timestamp(&mut self, slot: &mut Option<Timestamp>, layout: &'static Layout)
    -> Result<(), Self::Error>;

    /// Claims memory for a box. Override this for formats with untrusted input.
    #[inline]
    fn claim(&mut self, bytes: usize) -> Result<(), Self::Error> {
        let _ = bytes;
        Ok(())
    }

    /// Reads a sensitive value. Override this for formats whose errors quote the input.
    fn sensitive<T: Value>(
        &mut self,
        slot: &mut Option<T>,
        layout: &'static Layout,
    ) -> Result<(), Self::Error> {
        T::read(slot, self, layout)
    }
}

impl Value for String {
    fn write<W: Write>(&self, w: &mut W, layout: &'static Layout) -> Result<(), W::Error> {
        w.string(self, layout)
    }

    fn read<R: Read>(slot: &mut Option<Self>, r: &mut R, _: &'static Layout) -> Result<(), R::Error> {
        r.string(slot)
    }

    fn missing() -> Option<Self> {
        Some(Self::new())
    }
}

impl Value for bool {
    fn write<W: Write>(&self, w: &mut W, _: &'static Layout) -> Result<(), W::Error> {
        w.boolean(*self)
    }

    fn read<R: Read>(slot: &mut Option<Self>, r: &mut R, _: &'static Layout) -> Result<(), R::Error> {
        r.boolean(slot)
    }
}

/// Implements [`Value`] for scalars with methods of equal names.
macro_rules! numbers {
    ($($type:ty => $method:ident),* $(,)?) => {$(
        impl Value for $type {
            #[inline]
            fn write<W: Write>(&self, w: &mut W, layout: &'static Layout) -> Result<(), W::Error> {
                w.$method(*self, layout)
            }

            #[inline]
            fn read<R: Read>(
                slot: &mut Option<Self>,
                r: &mut R,
                _: &'static Layout,
            ) -> Result<(), R::Error> {
                r.$method(slot)
            }
        }
    )*};
}

numbers! {
    i32 => integer,
    i64 => long,
    f32 => float,
    f64 => double,
}

impl Value for Timestamp {
    fn write<W: Write>(&self, w: &mut W, layout: &'static Layout) -> Result<(), W::Error> {
        w.timestamp(*self, layout)
    }

    fn read<R: Read>(slot: &mut Option<Self>, r: &mut R, layout: &'static Layout) -> Result<(), R::Error> {
        r.timestamp(slot, layout)
    }
}

impl<T: Structure> Value for T {
    #[inline]
    fn write<W: Write>(&self, w: &mut W, _: &'static Layout) -> Result<(), W::Error> {
        w.structure(self)
    }

    #[inline]
    fn read<R: Read>(slot: &mut Option<Self>, r: &mut R, _: &'static Layout) -> Result<(), R::Error> {
        if Self::BOXED > 0 {
            r.claim(Self::BOXED)?;
        }
        r.structure(slot.insert(Self::default()))
    }
}

/// Recursive structures are boxed at the recursion (REQ-13). Since the box of a structure is a structure itself, every
/// structure can be a value.
impl<T: Structure> Structure for Box<T> {
    const MEMBERS: &'static [Member] = T::MEMBERS;
    const BOXED: usize = size_of::<T>();

    #[inline]
    fn visit_members<V: Visit>(&self, other: &Self, v: &mut V) {
        (**self).visit_members(other, v);
    }

    #[inline]
    fn read_member<R: Read>(
        &mut self,
        index: usize,
        r: &mut R,
        layout: &'static Layout,
    ) -> Result<(), R::Error> {
        (**self).read_member(index, r, layout)
    }
}

impl<T: Value> Value for Vec<T> {
    #[inline]
    fn write<W: Write>(&self, w: &mut W, layout: &'static Layout) -> Result<(), W::Error> {
        w.list(self, layout)
    }

    #[inline]
    fn read<R: Read>(slot: &mut Option<Self>, r: &mut R, layout: &'static Layout) -> Result<(), R::Error> {
        r.list(slot.get_or_insert_with(Self::new), layout)
    }
}

impl<K: AsRef<str> + Debug + From<String> + Ord, V: Value> Value for BTreeMap<K, V> {
    #[inline]
    fn write<W: Write>(&self, w: &mut W, layout: &'static Layout) -> Result<(), W::Error> {
        w.map(self, layout)
    }

    #[inline]
    fn read<R: Read>(slot: &mut Option<Self>, r: &mut R, layout: &'static Layout) -> Result<(), R::Error> {
        r.map(slot.get_or_insert_with(Self::new), layout)
    }
}

/// An output without members, for operations without an output shape in the model (RSP-3).
impl Structure for () {
    const MEMBERS: &'static [Member] = &[];

    #[inline]
    fn visit_members<V: Visit>(&self, _: &Self, _: &mut V) {}

    #[inline]
    fn read_member<R: Read>(&mut self, _: usize, _: &mut R, _: &'static Layout) -> Result<(), R::Error> {
        Ok(())
    }
}

/// Implements [`Value`](crate::format::Value) for types that implement [`Union`](crate::format::Union). Also implements
/// serde's traits with the feature `serde`.
#[macro_export]
macro_rules! union_value {
    ($($type:ty),* $(,)?) => {$(
        #[allow(deprecated)]
        impl $crate::format::Value for $type {
            #[inline]
            fn write<W: $crate::format::Write>(
                &self,
                w: &mut W,
                _: &'static $crate::format::Layout,
            ) -> ::core::result::Result<(), W::Error> {
                w.union(self)
            }

            #[inline]
            fn read<R: $crate::format::Read>(
                slot: &mut ::core::option::Option<Self>,
                r: &mut R,
                _: &'static $crate::format::Layout,
            ) -> ::core::result::Result<(), R::Error> {
                if let ::core::option::Option::Some(read) = r.union()? {
                    *slot = ::core::option::Option::Some(read);
                }
                ::core::result::Result::Ok(())
            }
        }

        /// Recursive unions are boxed at the recursion (REQ-13).
        #[allow(deprecated)]
        impl $crate::format::Value for ::std::boxed::Box<$type> {
            #[inline]
            fn write<W: $crate::format::Write>(
                &self,
                w: &mut W,
                layout: &'static $crate::format::Layout,
            ) -> ::core::result::Result<(), W::Error> {
                (**self).write(w, layout)
            }

            #[inline]
            fn read<R: $crate::format::Read>(
                slot: &mut ::core::option::Option<Self>,
                r: &mut R,
                layout: &'static $crate::format::Layout,
            ) -> ::core::result::Result<(), R::Error> {
                r.claim(::core::mem::size_of::<$type>())?;
                let mut inner = slot.take().map(|boxed| *boxed);
                let result = $crate::format::Value::read(&mut inner, r, layout);
                *slot = inner.map(Self::new);
                result
            }
        }

        $crate::serde_impls!($type);
    )*};
}

/// Expands to nothing without the feature `serde`. A `cfg` in the macro's body would refer to a feature of the calling
/// crate.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! serde_impls {
    ($type:ty) => {};
}
