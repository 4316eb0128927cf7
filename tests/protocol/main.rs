//! The rules of the wire, by their ids in PROTOCOL.md, with shapes that RDS does not have.

mod errors;
mod macros;
mod pages;
mod recorded;
mod requests;
mod responses;
mod retries;
mod server;
mod support;
mod waits;
