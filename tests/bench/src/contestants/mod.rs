//! How each contestant is called.

pub(crate) mod boto3;
pub(crate) mod form;
pub(crate) mod ours;
pub(crate) mod quick_xml;
pub(crate) mod sdk;
