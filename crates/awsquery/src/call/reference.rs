//! Another reader of XML, to hold the one that is used against.
//!
//! `awsquery` reads XML by a reader of its own, which is fast. Here the same structures are read through quick-xml, by
//! the same rules: tests and fuzzers compare the two.

use http::{HeaderMap, StatusCode};

use crate::call::error::Error;
use crate::call::operation::{self, Operation};
use crate::call::response::Response;
use crate::format::xml::Parser;

/// Reads the answer to an operation through quick-xml; else as [`Operation::parse_response`], and with the same result.
///
/// A document that XML 1.0 does not allow may be read here and refused there: quick-xml leaves some of it unchecked, such
/// as which characters names and comments have, and that white space stands between attributes.
///
/// # Errors
///
/// As [`Operation::parse_response`].
pub fn parse_response<O: Operation>(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response<O::Output>, Error<O::Error>> {
    operation::parse_response::<O>(Parser::QuickXml, status, headers, body)
}
