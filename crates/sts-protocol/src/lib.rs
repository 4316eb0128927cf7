//! AWS STS as far as credentials are obtained by it, sans-IO: [`AssumeRole`](operations::AssumeRole) and
//! [`AssumeRoleWithWebIdentity`](operations::AssumeRoleWithWebIdentity).
//!
//! ```
//! use sts_protocol::Operation;
//! use sts_protocol::operations::AssumeRole;
//!
//! let request = AssumeRole::new("arn:aws:iam::123456789012:role/reader", "nightly").duration_seconds(900);
//! let http = request.to_request(&"https://sts.eu-west-1.amazonaws.com/".parse()?)?;
//! // Sign it, send it with any HTTP client, and hand status, headers and body to `AssumeRole::parse_response`.
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Everything below `src/generated` is made by `cargo xtask codegen` from the service's model.

#[rustfmt::skip]
mod generated;

pub use awsquery::{self, Operation};

pub use crate::generated::*;
