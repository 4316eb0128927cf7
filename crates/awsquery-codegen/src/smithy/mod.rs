//! The Smithy format: the JSON AST in which AWS publishes its models.
//!
//! Shapes become shapes of the format-neutral [`Model`], under their names without the namespace. Namespaces do not
//! appear on the wire.

mod closure;
mod traits;

use serde_json::{Map, Value};

use self::closure::Shapes;
use self::traits::Traits;
use crate::Diagnostics;
use crate::json::{Object, kind_of};
use crate::model::{
    Acceptor, ErrorTrait, Expected, Metadata, Model, Operation, Paginator, Reference, Retryable, Shape, Text,
    Waiter,
};
use crate::{endpoints, ir};

/// The namespace of shapes that every model has implicitly.
pub(crate) const PRELUDE: &str = "smithy.api#";

/// Shapes of the prelude and their types.
const PRELUDE_SHAPES: &[(&str, &str)] = &[
    ("String", "string"),
    ("Blob", "blob"),
    ("Boolean", "boolean"),
    ("PrimitiveBoolean", "boolean"),
    ("Byte", "byte"),
    ("PrimitiveByte", "byte"),
    ("Short", "short"),
    ("PrimitiveShort", "short"),
    ("Integer", "integer"),
    ("PrimitiveInteger", "integer"),
    ("Long", "long"),
    ("PrimitiveLong", "long"),
    ("Float", "float"),
    ("PrimitiveFloat", "float"),
    ("Double", "double"),
    ("PrimitiveDouble", "double"),
    ("BigInteger", "string"),
    ("BigDecimal", "string"),
    ("Timestamp", "timestamp"),
    ("Document", "document"),
    ("Unit", "structure"),
];

/// The default of a waiter's longest wait, in seconds, since the format does not define one (WAI-4).
const MAX_WAIT: u64 = 3600;

/// Returns true if a document is in this format.
pub(crate) fn is_smithy(json: &Value) -> bool {
    json.get("smithy").is_some()
}

/// Reads a model.
pub(crate) fn view(id: &str, json: Value, diagnostics: &mut Diagnostics) -> Model {
    let shapes = Shapes::load(id, json, diagnostics);
    let mut view = View { id, shapes: &shapes, model: Model::default(), diagnostics };
    let services: Vec<_> = shapes.of_type("service").collect();
    match services.as_slice() {
        [(service, json)] => view.service(service, json),
        found => {
            let names: Vec<_> = found.iter().map(|(name, _)| *name).collect();
            view.diagnostics.error(id, format!("expected one service, found {}: {names:?}", found.len()));
        }
    }
    view.shapes();
    view.model
}

struct View<'a> {
    id: &'a str,
    shapes: &'a Shapes,
    model: Model,
    diagnostics: &'a mut Diagnostics,
}

/// Traits of a service that have no meaning here, or that are read elsewhere.
const IGNORED_OF_SERVICES: &[&str] = &[
    "smithy.rules#endpointTests",
    "smithy.rules#endpointBdd",
    "smithy.rules#clientContextParams",
    "smithy.api#paginated",
    "smithy.api#auth",
    "smithy.api#cors",
    "aws.auth#sigv4a",
    "aws.endpoints#standardRegionalEndpoints",
    "aws.endpoints#standardPartitionalEndpoints",
    "aws.protocols#awsQueryCompatible",
];

impl<'a> View<'a> {
    fn path(&self, shape: &str) -> String {
        format!("{}#{}", self.id, name_of(shape))
    }

    fn service(&mut self, service: &str, json: &'a Value) {
        let path = self.path(service);
        let Some(mut object) = Object::new(&path, json, self.diagnostics) else { return };
        object.ignore(&["type", "operations", "resources", "errors", "rename", "mixins"]);
        let mut traits = Traits::of(&path, &mut object, self.diagnostics);
        traits.ignore_meaningless();
        traits.ignore(IGNORED_OF_SERVICES);
        let mut protocols = Vec::new();
        for (id, protocol) in [("aws.protocols#awsQuery", "query"), ("aws.protocols#ec2Query", "ec2")] {
            if traits.get(id).is_some() {
                protocols.push(protocol.to_owned());
            }
        }
        let named = |value: Option<&Value>, key: &str| Some(value?.get(key)?.as_str()?.to_owned());
        let aws = traits.get("aws.api#service");
        let endpoint_prefix = named(aws, "endpointPrefix").or_else(|| named(aws, "arnNamespace"));
        self.model.metadata = Metadata {
            api_version: object.required_string("version", self.diagnostics),
            endpoint_prefix: endpoint_prefix.unwrap_or_else(|| self.id.to_owned()),
            signing_name: named(traits.get("aws.auth#sigv4"), "name"),
            service_id: named(aws, "sdkId").unwrap_or_else(|| name_of(service).to_owned()),
            protocols,
            xml_namespace: named(traits.get("smithy.api#xmlNamespace"), "uri"),
            signature_version: match traits.get("aws.auth#sigv2") {
                Some(_) => ir::SignatureVersion::V2,
                None => ir::SignatureVersion::V4,
            },
        };
        if let Some(rules) = traits.get("smithy.rules#endpointRuleSet") {
            let name = self.model.metadata.signing_name();
            self.model.endpoints = endpoints::read(self.id, rules, name, self.diagnostics);
        } else if traits.get("smithy.rules#endpointBdd").is_some() {
            let what =
                "has its endpoint rules as a decision diagram only, which is not read: endpoints are unknown";
            self.diagnostics.warning(&path, what);
        }
        self.model.documentation = traits.documentation(self.diagnostics);
        traits.finish(self.diagnostics);
        object.finish(self.diagnostics);
        let shared_errors = targets(json.get("errors"));
        let pages = json.get("traits").and_then(|traits| traits.get("smithy.api#paginated"));
        for operation in self.shapes.operations_of(json, self.id, self.diagnostics) {
            self.operation(&operation, &shared_errors, pages);
        }
    }

    fn operation(&mut self, id: &str, shared_errors: &[String], pages: Option<&Value>) {
        let path = self.path(id);
        let Some(json) = self.shapes.get(id) else {
            self.diagnostics.error(&path, "is an operation of the service, and does not exist");
            return;
        };
        let Some(mut object) = Object::new(&path, json, self.diagnostics) else { return };
        object.ignore(&["type", "mixins"]);
        let target = |value: Option<&Value>| {
            let target = value?.get("target")?.as_str()?;
            (target != "smithy.api#Unit").then(|| name_of(target).to_owned())
        };
        let name = name_of(id).to_owned();
        let mut operation = Operation {
            key: name.clone(),
            name: name.clone(),
            input: target(object.get("input")),
            output: target(object.get("output")),
            errors: targets(object.get("errors")),
            ..Operation::default()
        };
        operation.errors.extend(shared_errors.iter().cloned());
        operation.result_wrapper = operation.output.is_some().then(|| format!("{name}Result"));
        let mut traits = Traits::of(&path, &mut object, self.diagnostics);
        self.operation_traits(&mut operation, &mut traits, pages);
        traits.finish(self.diagnostics);
        object.finish(self.diagnostics);
        self.model.operations.push(operation);
    }

    fn operation_traits(
        &mut self,
        operation: &mut Operation,
        traits: &mut Traits<'_>,
        pages: Option<&Value>,
    ) {
        traits.ignore_meaningless();
        traits.ignore(&[
            "smithy.rules#staticContextParams",
            "smithy.rules#operationContextParams",
            "aws.auth#unsignedPayload",
            "aws.api#clientDiscoveredEndpoint",
        ]);
        operation.documentation = traits.documentation(self.diagnostics);
        operation.deprecated = traits.get("smithy.api#deprecated").is_some();
        operation.idempotent = traits.get("smithy.api#idempotent").is_some();
        operation.read_only = traits.get("smithy.api#readonly").is_some();
        let no_auth = traits.get("smithy.api#auth").and_then(Value::as_array).is_some_and(Vec::is_empty);
        operation.unsigned = traits.get("smithy.api#optionalAuth").is_some() | no_auth;
        operation.compression = traits.get("smithy.api#requestCompression").is_some();
        operation.host_prefix = traits
            .get("smithy.api#endpoint")
            .and_then(|endpoint| endpoint.get("hostPrefix")?.as_str())
            .map(str::to_owned);
        for (id, key) in [
            ("smithy.api#httpChecksumRequired", "httpChecksumRequired"),
            ("aws.protocols#httpChecksum", "httpChecksum"),
        ] {
            if traits.get(id).is_some() {
                operation.unsupported.push(key);
            }
        }
        if let Some(paginated) = traits.get("smithy.api#paginated") {
            self.paginator(operation, paginated, pages);
        }
        if let Some(Value::Object(waiters)) = traits.get("smithy.waiters#waitable") {
            for (name, json) in waiters {
                let path = format!("{}#{name} waiter", self.id);
                let waiter = waiter(&path, name, &operation.key, json, self.diagnostics);
                self.model.waiters.push(waiter);
            }
        }
    }

    /// Reads a paginator. Keys that the operation omits come from the service.
    fn paginator(&mut self, operation: &Operation, paginated: &Value, service: Option<&Value>) {
        let path = format!("{} paginator", self.path(&operation.key));
        let key = |key: &str| {
            let own = paginated.get(key).or_else(|| service?.get(key));
            own.and_then(Value::as_str).map(str::to_owned)
        };
        let Some(items) = key("items") else {
            self.diagnostics.warning(path, "says not what its pages are made of, and is left out");
            return;
        };
        let mut required = |name: &str| {
            key(name).unwrap_or_else(|| {
                self.diagnostics.error(&path, format!("expected a key {name:?}, found none"));
                String::new()
            })
        };
        let paginator = Paginator {
            input_token: required("inputToken"),
            output_token: required("outputToken"),
            result_keys: vec![items],
            more_results: None,
        };
        self.model.paginators.push((operation.key.clone(), paginator));
    }

    fn shapes(&mut self) {
        for (name, type_) in PRELUDE_SHAPES {
            let shape = Shape { type_: (*type_).into(), ..Shape::default() };
            self.model.shapes.push((format!("{PRELUDE}{name}"), shape));
        }
        for (id, json) in self.shapes.all() {
            let type_ = json.get("type").and_then(Value::as_str).unwrap_or_default();
            if !matches!(type_, "service" | "operation" | "resource") {
                let shape = self.shape(id, type_, json);
                self.model.shapes.push((name_of(id).to_owned(), shape));
            }
        }
    }

    fn shape(&mut self, id: &str, type_: &str, json: &'a Value) -> Shape {
        let path = self.path(id);
        let Some(mut object) = Object::new(&path, json, self.diagnostics) else { return Shape::default() };
        object.ignore(&["type", "mixins"]);
        let is_enum = matches!(type_, "enum" | "intEnum");
        let mut shape = Shape {
            type_: match type_ {
                "union" => "structure",
                "enum" => "string",
                "intEnum" => "integer",
                "set" => "list",
                "bigInteger" | "bigDecimal" => "string",
                other => other,
            }
            .into(),
            union: type_ == "union",
            ..Shape::default()
        };
        if type_ == "document" {
            shape.unsupported.push("document");
        }
        for (name, member) in object.entries("members", self.diagnostics) {
            let member_path = format!("{path}${name}");
            if is_enum {
                let (value, documentation) = enum_value(&member_path, name, member, self.diagnostics);
                shape.value_documentation.extend(documentation.map(|text| (value.clone(), text)));
                shape.enum_.get_or_insert_default().push(value);
            } else {
                let (reference, required) = self.reference(&member_path, member);
                if required {
                    shape.required.push(name.clone());
                }
                shape.members.push((name.clone(), reference));
            }
        }
        if type_ == "intEnum" {
            // The set of numbers is open, so they stay plain numbers.
            shape.enum_ = None;
        }
        let mut part = |key: &'static str| {
            let json = object.get(key)?;
            Some(self.reference(&format!("{path}${key}"), json).0)
        };
        (shape.member, shape.key, shape.value) = (part("member"), part("key"), part("value"));
        let mut traits = Traits::of(&path, &mut object, self.diagnostics);
        shape_traits(&mut shape, &mut traits, self.diagnostics);
        traits.finish(self.diagnostics);
        object.finish(self.diagnostics);
        shape
    }

    /// Returns a member, and true if it is required.
    fn reference(&mut self, path: &str, json: &Value) -> (Reference, bool) {
        let Some(mut object) = Object::new(path, json, self.diagnostics) else {
            return (Reference::default(), false);
        };
        let target = object.required_string("target", self.diagnostics);
        let mut traits = Traits::of(path, &mut object, self.diagnostics);
        traits.ignore_meaningless();
        let (min, max) = traits.bounds();
        let reference = Reference {
            shape: if target.starts_with(PRELUDE) { target } else { name_of(&target).into() },
            location_name: traits.string("smithy.api#xmlName", self.diagnostics),
            flattened: traits.get("smithy.api#xmlFlattened").is_some(),
            xml_attribute: traits.get("smithy.api#xmlAttribute").is_some(),
            sensitive: traits.get("smithy.api#sensitive").is_some(),
            timestamp_format: traits.timestamp_format(self.diagnostics),
            deprecated: traits.get("smithy.api#deprecated").is_some(),
            idempotency_token: traits.get("smithy.api#idempotencyToken").is_some(),
            host_label: traits.get("smithy.api#hostLabel").is_some(),
            min,
            max,
            documentation: traits.documentation(self.diagnostics),
        };
        let required = traits.get("smithy.api#required").is_some();
        traits.finish(self.diagnostics);
        object.finish(self.diagnostics);
        (reference, required)
    }
}

fn shape_traits(shape: &mut Shape, traits: &mut Traits<'_>, diagnostics: &mut Diagnostics) {
    traits.ignore_meaningless();
    // The Query protocols ignore these traits on a structure.
    traits.ignore(&["smithy.api#xmlName", "smithy.api#xmlFlattened"]);
    shape.documentation = traits.documentation(diagnostics);
    (shape.min, shape.max) = traits.bounds();
    shape.sensitive = traits.get("smithy.api#sensitive").is_some();
    shape.timestamp_format = traits.timestamp_format(diagnostics);
    shape.deprecated = traits.get("smithy.api#deprecated").is_some();
    if traits.get("smithy.api#streaming").is_some() {
        shape.unsupported.push("eventstream");
    }
    if let Some(Value::Array(values)) = traits.get("smithy.api#enum") {
        let text = |value: &Value, key: &str| Some(value.get(key)?.as_str()?.to_owned());
        let documented = values
            .iter()
            .filter_map(|value| Some((text(value, "value")?, Text::Html(text(value, "documentation")?))));
        shape.value_documentation.extend(documented);
        shape.enum_ = Some(values.iter().filter_map(|value| text(value, "value")).collect());
    }
    let http = traits.get("smithy.api#httpError").and_then(Value::as_f64);
    let query = traits.get("aws.protocols#awsQueryError");
    let retryable = traits.get("smithy.api#retryable");
    if let Some(fault) = traits.get("smithy.api#error") {
        let status = query.and_then(|query| query.get("httpResponseCode")?.as_f64()).or(http);
        shape.exception = true;
        shape.error = Some(ErrorTrait {
            code: query.and_then(|query| query.get("code")?.as_str()).map(str::to_owned),
            status,
            server: fault.as_str() == Some("server"),
        });
        shape.retryable = retryable.map(|retryable| Retryable {
            throttling: retryable.get("throttling").and_then(Value::as_bool).unwrap_or(false),
        });
    }
}

/// Returns a value's text, which is its name by default (AST-2), and its prose.
fn enum_value(path: &str, name: &str, json: &Value, diagnostics: &mut Diagnostics) -> (String, Option<Text>) {
    let Some(mut object) = Object::new(path, json, diagnostics) else { return (name.into(), None) };
    object.ignore(&["target"]);
    let mut traits = Traits::of(path, &mut object, diagnostics);
    traits.ignore_meaningless();
    traits.ignore(&["smithy.api#deprecated"]);
    let value = match traits.get("smithy.api#enumValue") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => name.into(),
    };
    let documentation = traits.documentation(diagnostics);
    traits.finish(diagnostics);
    object.finish(diagnostics);
    (value, documentation)
}

fn waiter(path: &str, name: &str, operation: &str, json: &Value, diagnostics: &mut Diagnostics) -> Waiter {
    let mut waiter = Waiter {
        name: name.into(),
        operation: operation.into(),
        min_delay: 2,
        max_delay: 120,
        max_wait: Some(MAX_WAIT),
        ..Waiter::default()
    };
    let Some(mut object) = Object::new(path, json, diagnostics) else { return waiter };
    object.ignore(&["documentation", "deprecated", "tags"]);
    for (key, delay) in [("minDelay", &mut waiter.min_delay), ("maxDelay", &mut waiter.max_delay)] {
        if object.get(key).is_some() {
            *delay = object.count(key, diagnostics).unwrap_or(*delay);
        }
    }
    waiter.max_delay = waiter.max_delay.max(waiter.min_delay);
    for (index, json) in object.array("acceptors", diagnostics).iter().enumerate() {
        waiter.acceptors.extend(acceptor(&format!("{path} acceptors[{index}]"), json, diagnostics));
    }
    object.finish(diagnostics);
    waiter
}

/// Returns a waiter's rule in the terms of C2J.
fn acceptor(path: &str, json: &Value, diagnostics: &mut Diagnostics) -> Option<Acceptor> {
    let mut object = Object::new(path, json, diagnostics)?;
    let state = object.required_string("state", diagnostics);
    let matcher = object.get("matcher").and_then(Value::as_object).and_then(|matcher| matcher.iter().next());
    object.finish(diagnostics);
    let text =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (matcher, argument, expected) = match matcher {
        Some((key, value)) if key == "output" => {
            let (expected, comparator) = (text(value, "expected"), text(value, "comparator"));
            let (matcher, expected) = match comparator.as_str() {
                "booleanEquals" => ("path", Expected::Boolean(expected == "true")),
                "stringEquals" => ("path", Expected::Text(expected)),
                "allStringEquals" => ("pathAll", Expected::Text(expected)),
                "anyStringEquals" => ("pathAny", Expected::Text(expected)),
                other => {
                    diagnostics.error(path, format!("the comparator {other:?} is not known"));
                    return None;
                }
            };
            (matcher, Some(text(value, "path")), expected)
        }
        Some((key, Value::Bool(success))) if key == "success" => ("error", None, Expected::Boolean(!success)),
        Some((key, Value::String(error))) if key == "errorType" => {
            ("error", None, Expected::Text(name_of(error).into()))
        }
        other => {
            let found =
                other.map_or("none".to_owned(), |(key, value)| format!("{key:?} with {}", kind_of(value)));
            diagnostics
                .error(path, format!("expected a matcher output, success or errorType, found {found}"));
            return None;
        }
    };
    Some(Acceptor { state, matcher: matcher.into(), argument, expected, ..Default::default() })
}

/// Returns a shape's name, without its namespace and member.
fn name_of(id: &str) -> &str {
    id.split_once('#').map_or(id, |(_, name)| name)
}

/// Returns the names in a list of targets.
fn targets(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|item| item.get("target")?.as_str()).map(|target| name_of(target).to_owned()).collect()
}

type Json = Map<String, Value>;
