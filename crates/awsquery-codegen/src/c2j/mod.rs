//! The C2J format, as botocore ships it: `service-2.json` and the files beside it.
//!
//! This module only reads the format. `lower` interprets it.

mod import;

use std::collections::BTreeMap;

use serde_json::Value;

pub use self::import::strip_prose;
use crate::Diagnostics;
use crate::json::{self, Object};
use crate::model::{
    Acceptor, ErrorTrait, Expected, Metadata, Model, Operation, Paginator, Reference, Retryable, Shape, Text,
    Waiter,
};
use crate::{endpoints, ir};

/// The files of one service's model, as bytes.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// `service-2.json`.
    pub service: Vec<u8>,
    /// `service-2.sdk-extras.json`, which is merged into the service.
    pub service_extras: Option<Vec<u8>>,
    /// `paginators-1.json`.
    pub paginators: Option<Vec<u8>>,
    /// `paginators-1.sdk-extras.json`.
    pub paginators_extras: Option<Vec<u8>>,
    /// `waiters-2.json`.
    pub waiters: Option<Vec<u8>>,
    /// `endpoint-rule-set-1.json`.
    pub endpoints: Option<Vec<u8>>,
}

/// Keys that do not affect the wire of the Query protocol.
const MEANINGLESS: &[&str] = &[
    "documentationUrl",
    "deprecatedMessage",
    "deprecatedSince",
    "box",
    "pattern",
    "wrapper",
    "xmlNamespace",
    "xmlOrder",
    "location",
    "payload",
    "streaming",
    "jsonvalue",
    "requiresLength",
    "contextParam",
    "internal",
    "internalonly",
    "synthetic",
    "queryName",
];

/// Keys of an error's shape that old models have at each reference to the error.
const INLINED: &[&str] = &["error", "exception", "fault", "documentation"];

/// Keys that change the wire and are not supported yet.
const UNSUPPORTED_OPERATION: &[&str] = &["httpChecksumRequired", "httpChecksum", "endpointdiscovery"];
const UNSUPPORTED_SHAPE: &[&str] = &["document", "eventstream", "event", "eventpayload", "eventheader"];

impl Model {
    /// Reads the files of this format. The first is parsed already.
    pub(crate) fn view_files(
        id: &str,
        mut service: Value,
        files: &Files,
        diagnostics: &mut Diagnostics,
    ) -> Result<Self, Diagnostics> {
        overlay_errors(&mut service);
        let mut model = Self::view(id, &service, diagnostics);
        if let Some(paginators) = &files.paginators {
            let json = merged("paginators-1", paginators, files.paginators_extras.as_deref(), diagnostics)?;
            model.paginators = Paginator::view_file(id, &json, diagnostics);
        }
        if let Some(waiters) = &files.waiters {
            model.waiters = Waiter::view_file(id, &json::parse("waiters-2.json", waiters)?, diagnostics);
        }
        if let Some(rules) = &files.endpoints {
            let json = json::parse("endpoint-rule-set-1.json", rules)?;
            model.endpoints = endpoints::read(id, &json, model.metadata.signing_name(), diagnostics);
        }
        Ok(model)
    }

    fn view(id: &str, json: &Value, diagnostics: &mut Diagnostics) -> Self {
        let mut model = Self::default();
        let Some(mut root) = Object::new(id, json, diagnostics) else { return model };
        root.ignore(&["version", "examples", "clientContextParams"]);
        match root.get("metadata") {
            Some(metadata) => model.metadata = Metadata::view(id, metadata, diagnostics),
            None => diagnostics.error(id, "expected a key \"metadata\", found none"),
        }
        for (name, json) in root.entries("operations", diagnostics) {
            model.operations.push(Operation::view(&format!("{id}#{name}"), name, json, diagnostics));
        }
        for (name, json) in root.entries("shapes", diagnostics) {
            model.shapes.push((name.clone(), Shape::view(&format!("{id}#{name}"), json, diagnostics)));
        }
        model.documentation = root.string("documentation", diagnostics).map(Text::Html);
        root.finish(diagnostics);
        model
    }
}

impl Metadata {
    fn view(id: &str, json: &Value, diagnostics: &mut Diagnostics) -> Self {
        let Some(mut object) = Object::new(format!("{id} metadata"), json, diagnostics) else {
            return Self::default();
        };
        object.ignore(&[
            "auth",
            "serviceAbbreviation",
            "serviceFullName",
            "uid",
            "jsonVersion",
            "targetPrefix",
            "globalEndpoint",
            "awsQueryCompatible",
            "ripServiceName",
            "protocolSettings",
        ]);
        let protocol = object.string("protocol", diagnostics);
        let signature_version = match object.string("signatureVersion", diagnostics).as_deref() {
            None | Some("v4") => ir::SignatureVersion::V4,
            Some("v2") => ir::SignatureVersion::V2,
            Some(other) => {
                let what = format!("\"signatureVersion\": expected \"v2\" or \"v4\", found {other:?}");
                diagnostics.error(object.path(), what);
                ir::SignatureVersion::default()
            }
        };
        let metadata = Self {
            api_version: object.required_string("apiVersion", diagnostics),
            endpoint_prefix: object.required_string("endpointPrefix", diagnostics),
            signing_name: object.string("signingName", diagnostics),
            service_id: object.string("serviceId", diagnostics).unwrap_or_else(|| id.to_owned()),
            protocols: object
                .strings("protocols", diagnostics)
                .unwrap_or_else(|| protocol.into_iter().collect()),
            xml_namespace: object.string("xmlNamespace", diagnostics),
            signature_version,
        };
        object.finish(diagnostics);
        metadata
    }
}

impl Operation {
    fn view(path: &str, key: &str, json: &Value, diagnostics: &mut Diagnostics) -> Self {
        let mut operation = Self { key: key.into(), name: key.into(), ..Self::default() };
        let Some(mut object) = Object::new(path, json, diagnostics) else { return operation };
        object.ignore(&[
            "documentationUrl",
            "deprecatedMessage",
            "deprecatedSince",
            "staticContextParams",
            "operationContextParams",
            "alias",
            "endpointoperation",
            "unsignedPayload",
        ]);
        if let Some(name) = object.string("name", diagnostics) {
            operation.name = name;
        }
        operation.documentation = object.string("documentation", diagnostics).map(Text::Html);
        operation.deprecated = object.boolean("deprecated", diagnostics);
        operation.idempotent = object.boolean("idempotent", diagnostics);
        operation.read_only = object.boolean("readonly", diagnostics);
        operation.unsigned = object.string("authtype", diagnostics).is_some_and(|kind| kind == "none")
            | object
                .strings("auth", diagnostics)
                .is_some_and(|kinds| kinds.iter().any(|k| k == "smithy.api#noAuth"));
        operation.unsupported =
            UNSUPPORTED_OPERATION.iter().copied().filter(|key| object.get(key).is_some()).collect();
        operation.compression = object.get("requestcompression").is_some();
        operation.host_prefix = object.get("endpoint").and_then(|json| {
            let mut endpoint = Object::new(format!("{path} endpoint"), json, diagnostics)?;
            let prefix = endpoint.string("hostPrefix", diagnostics);
            endpoint.finish(diagnostics);
            prefix
        });
        operation.view_http(&mut object, diagnostics);
        if let Some(input) = object.get("input") {
            operation.input = shape_name(&format!("{path} input"), input, diagnostics);
        }
        if let Some(output) = object.get("output") {
            operation.view_output(&format!("{path} output"), output, diagnostics);
        }
        for (index, error) in object.array("errors", diagnostics).iter().enumerate() {
            operation.errors.extend(shape_name(&format!("{path} errors[{index}]"), error, diagnostics));
        }
        object.finish(diagnostics);
        operation
    }

    fn view_http(&mut self, object: &mut Object<'_>, diagnostics: &mut Diagnostics) {
        let path = format!("{} http", object.path());
        let Some(http) = object.get("http") else { return };
        let Some(mut http) = Object::new(path, http, diagnostics) else { return };
        http.ignore(&["responseCode"]);
        self.http_method = http.required_string("method", diagnostics);
        self.request_uri = http.required_string("requestUri", diagnostics);
        http.finish(diagnostics);
    }

    fn view_output(&mut self, path: &str, json: &Value, diagnostics: &mut Diagnostics) {
        let Some(mut output) = Object::new(path, json, diagnostics) else { return };
        output.ignore(MEANINGLESS);
        output.ignore(&["documentation"]);
        self.output = Some(output.required_string("shape", diagnostics));
        self.result_wrapper = output.string("resultWrapper", diagnostics);
        output.finish(diagnostics);
    }
}

/// Returns the name of a reference of which only the shape matters: an operation's input, or one of its errors.
fn shape_name(path: &str, json: &Value, diagnostics: &mut Diagnostics) -> Option<String> {
    let mut object = Object::new(path, json, diagnostics)?;
    object.ignore(MEANINGLESS);
    object.ignore(&["locationName"]);
    object.ignore(INLINED);
    let name = object.required_string("shape", diagnostics);
    object.finish(diagnostics);
    Some(name)
}

impl Shape {
    fn view(path: &str, json: &Value, diagnostics: &mut Diagnostics) -> Self {
        let Some(mut object) = Object::new(path, json, diagnostics) else { return Self::default() };
        object.ignore(MEANINGLESS);
        // Upstream also drops a list shape's own name when it converts its models.
        object.ignore(&["locationName"]);
        let unsupported = UNSUPPORTED_SHAPE.iter().copied().filter(|key| object.get(key).is_some()).collect();
        let members = object.entries("members", diagnostics);
        let members = members
            .map(|(name, json)| (name.clone(), Reference::view(&format!("{path}${name}"), json, diagnostics)))
            .collect();
        let mut part = |key: &'static str, diagnostics: &mut Diagnostics| {
            object.get(key).map(|json| Reference::view(&format!("{path}${key}"), json, diagnostics))
        };
        let (member, key, value) =
            (part("member", diagnostics), part("key", diagnostics), part("value", diagnostics));
        let shape = Self {
            type_: object.required_string("type", diagnostics),
            members,
            member,
            key,
            value,
            required: object.strings("required", diagnostics).unwrap_or_default(),
            enum_: object.strings("enum", diagnostics),
            value_documentation: BTreeMap::new(),
            min: object.number("min", diagnostics),
            max: object.number("max", diagnostics),
            flattened: object.boolean("flattened", diagnostics),
            union: object.boolean("union", diagnostics),
            exception: object.boolean("exception", diagnostics),
            error: ErrorTrait::view(&mut object, diagnostics),
            retryable: Retryable::view(&mut object, diagnostics),
            sensitive: object.boolean("sensitive", diagnostics),
            timestamp_format: object.string("timestampFormat", diagnostics),
            deprecated: object.boolean("deprecated", diagnostics),
            unsupported,
            documentation: object.string("documentation", diagnostics).map(Text::Html),
        };
        object.finish(diagnostics);
        shape
    }
}

impl ErrorTrait {
    fn view(shape: &mut Object<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let path = format!("{} error", shape.path());
        let fault = shape.boolean("fault", diagnostics);
        let Some(error) = shape.get("error") else {
            return fault.then_some(Self { code: None, status: None, server: true });
        };
        let mut object = Object::new(path, error, diagnostics)?;
        let of_sender = object.get("senderFault").is_none() | object.boolean("senderFault", diagnostics);
        let error = Self {
            code: object.string("code", diagnostics),
            status: object.number("httpStatusCode", diagnostics),
            server: fault | object.boolean("fault", diagnostics) | !of_sender,
        };
        object.finish(diagnostics);
        Some(error)
    }
}

impl Retryable {
    fn view(shape: &mut Object<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let path = format!("{} retryable", shape.path());
        let mut object = Object::new(path, shape.get("retryable")?, diagnostics)?;
        let retryable = Self { throttling: object.boolean("throttling", diagnostics) };
        object.finish(diagnostics);
        Some(retryable)
    }
}

impl Reference {
    fn view(path: &str, json: &Value, diagnostics: &mut Diagnostics) -> Self {
        let Some(mut object) = Object::new(path, json, diagnostics) else { return Self::default() };
        object.ignore(MEANINGLESS);
        let reference = Self {
            shape: object.required_string("shape", diagnostics),
            location_name: object.string("locationName", diagnostics),
            flattened: object.boolean("flattened", diagnostics),
            xml_attribute: object.boolean("xmlAttribute", diagnostics),
            sensitive: object.boolean("sensitive", diagnostics),
            timestamp_format: object.string("timestampFormat", diagnostics),
            deprecated: object.boolean("deprecated", diagnostics),
            idempotency_token: object.boolean("idempotencyToken", diagnostics),
            host_label: object.boolean("hostLabel", diagnostics),
            min: None,
            max: None,
            documentation: object.string("documentation", diagnostics).map(Text::Html),
        };
        object.finish(diagnostics);
        reference
    }
}

impl Paginator {
    fn view_file(id: &str, json: &Value, diagnostics: &mut Diagnostics) -> Vec<(String, Self)> {
        let Some(mut root) = Object::new("paginators-1.json", json, diagnostics) else { return Vec::new() };
        root.ignore(&["version"]);
        let entries = root.entries("pagination", diagnostics);
        let paginators = entries
            .map(|(name, json)| {
                (name.clone(), Self::view(&format!("{id}#{name} paginator"), json, diagnostics))
            })
            .collect();
        root.finish(diagnostics);
        paginators
    }

    fn view(path: &str, json: &Value, diagnostics: &mut Diagnostics) -> Self {
        let Some(mut object) = Object::new(path, json, diagnostics) else { return Self::default() };
        // The page size is a plain member. Keys that are not aggregated stay in their output.
        object.ignore(&["limit_key", "non_aggregate_keys", "py_input_token"]);
        let result_keys = match object.get("result_key") {
            Some(Value::Array(_)) => object.strings("result_key", diagnostics).unwrap_or_default(),
            _ => vec![object.required_string("result_key", diagnostics)],
        };
        let paginator = Self {
            input_token: object.required_string("input_token", diagnostics),
            output_token: object.required_string("output_token", diagnostics),
            result_keys,
            more_results: object.string("more_results", diagnostics),
        };
        object.finish(diagnostics);
        paginator
    }
}

impl Waiter {
    fn view_file(id: &str, json: &Value, diagnostics: &mut Diagnostics) -> Vec<Self> {
        let Some(mut root) = Object::new("waiters-2.json", json, diagnostics) else { return Vec::new() };
        root.ignore(&["version"]);
        let entries = root.entries("waiters", diagnostics);
        let waiters = entries
            .map(|(name, json)| Self::view(&format!("{id}#{name} waiter"), name, json, diagnostics))
            .collect();
        root.finish(diagnostics);
        waiters
    }

    fn view(path: &str, name: &str, json: &Value, diagnostics: &mut Diagnostics) -> Self {
        let mut waiter = Self { name: name.into(), ..Self::default() };
        let Some(mut object) = Object::new(path, json, diagnostics) else { return waiter };
        object.ignore(&["description", "type"]);
        waiter.operation = object.required_string("operation", diagnostics);
        waiter.min_delay = object.count("delay", diagnostics).unwrap_or_default();
        waiter.max_delay = waiter.min_delay;
        waiter.max_calls = object.count("maxAttempts", diagnostics).unwrap_or_default();
        for (index, json) in object.array("acceptors", diagnostics).iter().enumerate() {
            let path = format!("{path} acceptors[{index}]");
            waiter.acceptors.extend(Acceptor::view(&path, json, diagnostics));
        }
        object.finish(diagnostics);
        waiter
    }
}

impl Acceptor {
    fn view(path: &str, json: &Value, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut object = Object::new(path, json, diagnostics)?;
        let expected = match object.get("expected") {
            Some(Value::String(text)) => Some(Expected::Text(text.clone())),
            Some(Value::Bool(value)) => Some(Expected::Boolean(*value)),
            Some(Value::Number(number)) => number.as_i64().map(Expected::Integer),
            _ => None,
        };
        if expected.is_none() {
            diagnostics.error(path, "\"expected\": expected a string, a boolean or an integer, found none");
        }
        let acceptor = Self {
            matcher: object.required_string("matcher", diagnostics),
            argument: object.string("argument", diagnostics),
            expected: expected?,
            state: object.required_string("state", diagnostics),
            ..Self::default()
        };
        object.finish(diagnostics);
        Some(acceptor)
    }
}

/// Returns a file with its extras merged in.
pub(crate) fn merged(
    name: &str,
    text: &[u8],
    extras: Option<&[u8]>,
    diagnostics: &mut Diagnostics,
) -> Result<Value, Diagnostics> {
    let mut json = json::parse(&format!("{name}.json"), text)?;
    if let Some(extras) = extras {
        let name = format!("{name}.sdk-extras.json");
        match json::parse(&name, extras)?.get_mut("merge") {
            Some(merge) => deep_merge(&mut json, merge.take()),
            None => diagnostics.error(name, "expected a key \"merge\", found none"),
        }
    }
    Ok(json)
}

/// Copies keys that old models have only at references to errors into the errors' shapes.
fn overlay_errors(service: &mut Value) {
    let operations = service.get("operations").and_then(Value::as_object).into_iter().flatten();
    let errors = operations.filter_map(|(_, operation)| operation.get("errors")?.as_array()).flatten();
    let named = errors.filter_map(|error| Some((error.get("shape")?.as_str()?, error)));
    let facts: Vec<_> = named
        .flat_map(|(shape, error)| {
            let facts = INLINED.iter().filter_map(|key| Some((*key, error.get(*key)?.clone())));
            facts.map(|(key, fact)| (shape.to_owned(), key, fact))
        })
        .collect();
    let Some(shapes) = service.get_mut("shapes") else { return };
    for (shape, key, fact) in facts {
        if let Some(Value::Object(shape)) = shapes.get_mut(&shape) {
            shape.entry(key).or_insert(fact);
        }
    }
}

/// Merges like botocore: objects are merged, and any other value is replaced.
fn deep_merge(base: &mut Value, extra: Value) {
    match (base, extra) {
        (Value::Object(base), Value::Object(extra)) => {
            for (key, value) in extra {
                match base.get_mut(&key) {
                    Some(slot) => deep_merge(slot, value),
                    None => {
                        base.insert(key, value);
                    }
                }
            }
        }
        (base, extra) => *base = extra,
    }
}
