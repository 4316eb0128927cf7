//! Calls: the client and its builder, what happens to one call, and what is made of several.

pub(crate) mod builder;
pub(crate) mod client;
pub(crate) mod engine;
pub(crate) mod error;
mod exchange;
pub(crate) mod pages;
pub(crate) mod presigned_url;
pub(crate) mod send;
pub(crate) mod wait;
