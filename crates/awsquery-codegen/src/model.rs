//! A service model, independent of its format: names, references and traits. `lower` interprets them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::ir;

/// A service model. Names keep the model's order, which decides the order of form keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) metadata: Metadata,
    pub(crate) operations: Vec<Operation>,
    pub(crate) shapes: Vec<(String, Shape)>,
    /// The paginators, by operation.
    pub(crate) paginators: Vec<(String, Paginator)>,
    pub(crate) waiters: Vec<Waiter>,
    /// The service's endpoints, if the model has them.
    pub(crate) endpoints: Option<ir::Endpoints>,
    pub(crate) documentation: Option<Text>,
}

/// The docs of an item.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Text {
    /// The model's prose.
    Html(String),
    /// An overlay's docs, in Markdown.
    Words(String),
}

impl Model {
    /// Returns the names of shapes that requests reach. Iterative, since a hostile model may nest without end.
    pub(crate) fn reached_by_requests(&self) -> BTreeSet<String> {
        let shapes: BTreeMap<_, _> = self.shapes.iter().map(|(name, shape)| (name.as_str(), shape)).collect();
        let mut pending: Vec<_> =
            self.operations.iter().filter_map(|operation| operation.input.as_deref()).collect();
        let mut reached = BTreeSet::new();
        while let Some(name) = pending.pop() {
            if reached.insert(name.to_owned()) {
                let references = shapes.get(name).into_iter().flat_map(|shape| shape.references());
                pending.extend(references.map(|reference| reference.shape.as_str()));
            }
        }
        reached
    }

    /// Drops all prose and keeps the facts.
    pub(crate) fn drop_prose(&mut self) {
        self.documentation = None;
        self.operations.iter_mut().for_each(|operation| operation.documentation = None);
        for (_, shape) in &mut self.shapes {
            shape.documentation = None;
            shape.value_documentation.clear();
            shape.members.iter_mut().for_each(|(_, member)| member.documentation = None);
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Metadata {
    pub(crate) api_version: String,
    pub(crate) endpoint_prefix: String,
    pub(crate) signing_name: Option<String>,
    pub(crate) service_id: String,
    pub(crate) protocols: Vec<String>,
    pub(crate) xml_namespace: Option<String>,
    pub(crate) signature_version: ir::SignatureVersion,
}

impl Metadata {
    /// Returns the name that requests are signed for.
    pub(crate) fn signing_name(&self) -> &str {
        self.signing_name.as_ref().unwrap_or(&self.endpoint_prefix)
    }

    /// Returns the texts of the metadata, by their keys in C2J.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let texts = [
            ("apiVersion", Some(&self.api_version)),
            ("endpointPrefix", Some(&self.endpoint_prefix)),
            ("signingName", self.signing_name.as_ref()),
            ("serviceId", Some(&self.service_id)),
            ("xmlNamespace", self.xml_namespace.as_ref()),
        ];
        texts.into_iter().filter_map(|(key, text)| Some((key, text?.as_str())))
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Operation {
    /// The key in the model's map.
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) input: Option<String>,
    pub(crate) output: Option<String>,
    pub(crate) result_wrapper: Option<String>,
    pub(crate) errors: Vec<String>,
    pub(crate) http_method: String,
    pub(crate) request_uri: String,
    pub(crate) deprecated: bool,
    pub(crate) unsigned: bool,
    /// True if the model states that a call may be repeated.
    pub(crate) idempotent: bool,
    /// True if the model states that a call changes nothing.
    pub(crate) read_only: bool,
    /// The prefix of the host, with `{labels}` for members.
    pub(crate) host_prefix: Option<String>,
    /// True if large requests may be compressed.
    pub(crate) compression: bool,
    /// Keys that change the wire and are not supported yet.
    pub(crate) unsupported: Vec<&'static str>,
    /// The filters that the operation documents. They come from an overlay only.
    pub(crate) filters: Vec<Filter>,
    /// Rust code for the docs. It comes from an overlay only.
    pub(crate) example: Option<String>,
    pub(crate) documentation: Option<Text>,
}

/// A filter of an operation's list `Filters`, as an overlay defines it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Filter {
    /// The overlay's file.
    #[serde(skip)]
    pub(crate) file: String,
    pub(crate) name: String,
    /// The docs, in Markdown.
    pub(crate) docs: String,
    /// The enumeration of its values, by type name.
    pub(crate) values: Option<String>,
    #[serde(default)]
    pub(crate) lower_case: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Shape {
    pub(crate) type_: String,
    pub(crate) members: Vec<(String, Reference)>,
    pub(crate) required: Vec<String>,
    pub(crate) member: Option<Reference>,
    pub(crate) key: Option<Reference>,
    pub(crate) value: Option<Reference>,
    pub(crate) enum_: Option<Vec<String>>,
    /// The docs of an enumeration's values, which only one of the formats has.
    pub(crate) value_documentation: BTreeMap<String, Text>,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) flattened: bool,
    pub(crate) union: bool,
    pub(crate) exception: bool,
    pub(crate) error: Option<ErrorTrait>,
    pub(crate) retryable: Option<Retryable>,
    pub(crate) sensitive: bool,
    pub(crate) timestamp_format: Option<String>,
    pub(crate) deprecated: bool,
    pub(crate) unsupported: Vec<&'static str>,
    pub(crate) documentation: Option<Text>,
}

impl Shape {
    /// Returns the references to other shapes.
    pub(crate) fn references(&self) -> impl Iterator<Item = &Reference> {
        let members = self.members.iter().map(|(_, reference)| reference);
        members.chain(&self.member).chain(&self.key).chain(&self.value)
    }
}

/// A use of a shape, with the traits that the use adds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reference {
    pub(crate) shape: String,
    pub(crate) location_name: Option<String>,
    pub(crate) flattened: bool,
    pub(crate) xml_attribute: bool,
    pub(crate) sensitive: bool,
    pub(crate) timestamp_format: Option<String>,
    pub(crate) deprecated: bool,
    pub(crate) idempotency_token: bool,
    pub(crate) host_label: bool,
    /// Bounds of the reference itself, which only one of the formats has.
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) documentation: Option<Text>,
}

/// Members by name; a dot leads into a structure.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paginator {
    pub(crate) input_token: String,
    pub(crate) output_token: String,
    /// The result keys. If an operation has several, the first is the main one (PAG-5).
    pub(crate) result_keys: Vec<String>,
    pub(crate) more_results: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct ErrorTrait {
    pub(crate) code: Option<String>,
    pub(crate) status: Option<f64>,
    /// True if the service is at fault, not the sender.
    pub(crate) server: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Retryable {
    pub(crate) throttling: bool,
}

/// A waiter as a model or an overlay defines it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Waiter {
    pub(crate) name: String,
    /// The operation, by its key in the model's map. An overlay has it in the entry's path.
    #[serde(skip)]
    pub(crate) operation: String,
    /// The overlay's file that defines it; none where the model does.
    #[serde(skip)]
    pub(crate) file: Option<String>,
    /// In seconds.
    pub(crate) min_delay: u64,
    /// The longest delay, in seconds.
    pub(crate) max_delay: u64,
    #[serde(skip)]
    pub(crate) max_calls: u32,
    /// The longest wait, in seconds, instead of a number of calls.
    #[serde(default)]
    pub(crate) max_wait: Option<u64>,
    pub(crate) acceptors: Vec<Acceptor>,
    /// The docs, in Markdown.
    #[serde(default)]
    pub(crate) docs: Option<String>,
}

impl Waiter {
    /// The place that errors name.
    pub(crate) fn place(&self, id: &str) -> String {
        let file = self.file.as_ref().map_or(String::new(), |file| format!("{file} "));
        format!("{file}{id}#{}", self.name)
    }
}

/// A rule of a waiter.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Acceptor {
    pub(crate) state: String,
    pub(crate) matcher: String,
    #[serde(default)]
    pub(crate) argument: Option<String>,
    pub(crate) expected: Expected,
    /// True if the case of ASCII letters is ignored.
    #[serde(default)]
    pub(crate) ignore_case: bool,
    /// A JMESPath to a message for people in the response.
    #[serde(default)]
    pub(crate) message: Option<String>,
    /// The number of seconds from the start of the wait in which a match is ignored.
    #[serde(default)]
    pub(crate) grace: u64,
}

/// The expected value of an acceptor.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Expected {
    Boolean(bool),
    Integer(i64),
    Text(String),
}

impl Default for Expected {
    fn default() -> Self {
        Self::Boolean(true)
    }
}
