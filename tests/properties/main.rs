//! What holds for every input: of requests, decoded by a decoder that knows nothing of the writer; of responses,
//! rewritten in ways that must not matter, cut, and damaged.

mod json;
mod malformed;
mod requests;
mod serde;
mod server;
mod support;
mod values;
mod waiters;
mod xml;
