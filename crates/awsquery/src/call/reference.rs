//! A second reader of XML, for comparison in tests.
//!
//! `awsquery` has its own fast XML reader. This module reads the same structures through quick-xml by the same rules.
//! Tests and fuzzers compare the two.

use http::{HeaderMap, StatusCode};

use crate::call::error::Error;
use crate::call::operation::{self, Operation};
use crate::call::response::Response;
use crate::format::xml::Parser;

/// Parses a response through quick-xml, with the same result as [`Operation::parse_response`].
///
/// May accept a document that XML 1.0 does not allow. quick-xml does not check some rules, such as the characters of
/// names and comments, and white space between attributes.
///
/// # Errors
///
/// Fails as [`Operation::parse_response`] does.
pub fn parse_response<O: Operation>(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response<O::Output>, Error<O::Error>> {
    operation::parse_response::<O>(Parser::QuickXml, status, headers, body)
}
