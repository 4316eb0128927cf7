//! Structures: members, their layout and their scalars. Independent of formats.

pub(crate) mod blob;
pub(crate) mod budget;
pub(crate) mod layout;
pub(crate) mod members;
pub(crate) mod path;
pub(crate) mod scalar;
pub(crate) mod sensitive;
pub(crate) mod string_enum;
pub(crate) mod structure;
pub(crate) mod text;
pub(crate) mod timestamp;
