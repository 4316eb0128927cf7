//! Changes between two models, as they affect users of the generated crate. Breaking changes come first.

use std::collections::BTreeMap;
use std::fmt;

use crate::ir::{self, Layout, Output, Type};
use crate::names;

/// The effect of a change on users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Code that uses the item may no longer compile.
    Breaking,
    /// Unchanged code sends or accepts something else.
    Wire,
    /// Unchanged code works as before, but its facts change: a bound, a requirement or a deprecation.
    Advice,
    /// Something new.
    Addition,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Breaking => "breaking",
            Self::Wire => "wire",
            Self::Advice => "advice",
            Self::Addition => "addition",
        })
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The severity.
    pub severity: Severity,
    /// The path in the model, such as `rds#ExportTask$Status`.
    pub path: String,
    /// The Rust item, such as `types::ExportTask::status`.
    pub item: String,
    /// The description of the change.
    pub what: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<9} {} ({}): {}", self.severity, self.path, self.item, self.what)
    }
}

/// Compares two models of one service, lowered in full. Breaking changes come first.
pub fn diff(old: &ir::Service, new: &ir::Service) -> Vec<Change> {
    let mut diff = Diff { changes: Vec::new() };
    diff.service(old, new);
    diff.operations(old, new);
    diff.structures(old, new);
    diff.enums(&old.enums, &new.enums);
    diff.errors(old, new);
    diff.waiters(old, new);
    diff.changes.sort();
    diff.changes.dedup();
    diff.changes
}

struct Diff {
    changes: Vec<Change>,
}

/// The place of a change: the path in the model, and the Rust item.
#[derive(Clone)]
struct Place {
    path: String,
    item: String,
}

impl Place {
    fn new(path: &str, item: impl Into<String>) -> Self {
        Self { path: path.into(), item: item.into() }
    }
}

impl Diff {
    fn add(&mut self, severity: Severity, at: &Place, what: impl Into<String>) {
        let Place { path, item } = at.clone();
        self.changes.push(Change { severity, path, item, what: what.into() });
    }

    /// Says what was removed and what was added; gives what is in both, each with its place.
    fn pairs<'a, T>(
        &mut self,
        old: &'a [T],
        new: &'a [T],
        key: impl Fn(&T) -> &str,
        place: impl Fn(&T) -> Place,
    ) -> Vec<(Place, &'a T, &'a T)> {
        let index = |all: &'a [T]| -> BTreeMap<String, &'a T> {
            all.iter().map(|it| (key(it).to_owned(), it)).collect()
        };
        let (before, after) = (index(old), index(new));
        for (_, it) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
            self.add(Severity::Breaking, &place(it), "removed");
        }
        for (_, it) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
            self.add(Severity::Addition, &place(it), "added");
        }
        let both = before.iter().filter_map(|(key, old)| Some((*old, *after.get(key)?)));
        both.map(|(old, new)| (place(new), old, new)).collect()
    }

    /// Reports a fact that differs.
    fn fact<T: PartialEq + fmt::Debug>(
        &mut self,
        severity: Severity,
        at: &Place,
        name: &str,
        old: &T,
        new: &T,
    ) {
        if old != new {
            self.add(severity, at, format!("{name} was {old:?}, is {new:?}"));
        }
    }

    fn service(&mut self, old: &ir::Service, new: &ir::Service) {
        // The parts are compared separately. Changes of text have no effect. The errors' enumeration is named after the
        // type.
        let ir::Service {
            id,
            type_name,
            error_kind: _,
            sdk_id,
            api_version,
            signing_name,
            endpoint_prefix,
            xml_namespace,
            endpoints,
            signature_version,
            operations: _,
            structures: _,
            enums: _,
            errors: _,
            waiters: _,
            text: _,
        } = new;
        let at = &Place::new(id, type_name);
        self.fact(Severity::Breaking, at, "the service's type", &old.type_name, type_name);
        self.fact(Severity::Advice, at, "the name among the SDKs", &old.sdk_id, sdk_id);
        self.fact(Severity::Wire, at, "the API version", &old.api_version, api_version);
        self.fact(Severity::Wire, at, "the signing name", &old.signing_name, signing_name);
        self.fact(Severity::Wire, at, "the endpoint prefix", &old.endpoint_prefix, endpoint_prefix);
        self.fact(Severity::Wire, at, "the XML namespace", &old.xml_namespace, xml_namespace);
        self.fact(Severity::Wire, at, "the version of signatures", &old.signature_version, signature_version);
        self.endpoints(at, old.endpoints.as_ref(), endpoints.as_ref());
    }

    /// A model that comes without endpoints does not say that there are none.
    fn endpoints(&mut self, at: &Place, old: Option<&ir::Endpoints>, new: Option<&ir::Endpoints>) {
        let (Some(old), Some(new)) = (old, new) else { return };
        for ((name, old), (_, new)) in old.lists().into_iter().zip(new.lists()) {
            if old != new {
                let what = format!("the endpoint rules {name:?} were {old:?}, are {new:?}");
                self.add(Severity::Wire, at, what);
            }
        }
    }

    fn operations(&mut self, old: &ir::Service, new: &ir::Service) {
        let place = |it: &ir::Operation| Place::new(&it.path, format!("operations::{}", it.input.type_name));
        for (at, before, after) in self.pairs(&old.operations, &new.operations, |it| &it.name, place) {
            self.operation(&at, before, after, (&old.errors, &new.errors));
        }
    }

    fn operation(
        &mut self,
        at: &Place,
        old: &ir::Operation,
        new: &ir::Operation,
        (old_errors, new_errors): (&[ir::ErrorShape], &[ir::ErrorShape]),
    ) {
        // Modules are private, and the errors' enumeration is named after the request.
        let ir::Operation {
            name: _,
            path,
            module: _,
            input,
            output,
            result_wrapper,
            error_kind,
            errors,
            paginator,
            filters,
            repetition,
            signed,
            query,
            idempotency_token,
            host_prefix,
            example: _,
        } = new;
        self.structure(&old.input, input, "operations");
        match (&old.output, output) {
            (Output::Own(before), Output::Own(after)) => self.structure(before, after, "operations"),
            (before, after) => {
                self.fact(Severity::Breaking, at, "the output", &output_name(before), &output_name(after));
            }
        }
        self.fact(Severity::Wire, at, "the result's element", &old.result_wrapper, result_wrapper);
        self.fact(Severity::Wire, at, "whether it is signed", &old.signed, signed);
        self.fact(Severity::Wire, at, "the URI's query", &old.query, query);
        self.fact(Severity::Wire, at, "the host's prefix", &old.host_prefix, host_prefix);
        self.fact(Severity::Wire, at, "the idempotency token", &old.idempotency_token, idempotency_token);
        let (before, after) = (repeated(&old.repetition), repeated(repetition));
        self.fact(Severity::Advice, at, "what becomes of a repeated call", &before, &after);
        self.paginator(at, old.paginator.as_ref(), paginator.as_ref());
        self.filters(at, old.filters.as_ref(), filters.as_ref());
        let listed = |errors: &[usize], shapes: &[ir::ErrorShape]| -> Vec<String> {
            errors.iter().filter_map(|index| Some(shapes.get(*index)?.variant.clone())).collect()
        };
        let (before, after) = (listed(&old.errors, old_errors), listed(errors, new_errors));
        let variant = |name: &String| Place::new(path, format!("operations::{error_kind}::{name}"));
        self.pairs(&before, &after, String::as_str, variant);
    }

    fn paginator(&mut self, at: &Place, old: Option<&ir::Paginator>, new: Option<&ir::Paginator>) {
        match (old, new) {
            (Some(_), None) => self.add(Severity::Breaking, at, "no longer paginated"),
            (None, Some(_)) => self.add(Severity::Addition, at, "paginated"),
            (Some(old), Some(new)) => {
                let ir::Paginator {
                    input_token,
                    output_token,
                    token_in_last_of,
                    more_results,
                    items,
                    items_layout,
                    aggregates,
                } = new;
                let (before, after) = (type_name(&old.items_layout), type_name(items_layout));
                self.fact(Severity::Breaking, at, "what its pages are made of", &before, &after);
                let before = (
                    &old.input_token,
                    &old.output_token,
                    &old.token_in_last_of,
                    &old.more_results,
                    &old.items,
                );
                let after = (input_token, output_token, token_in_last_of, more_results, items);
                self.fact(Severity::Wire, at, "how its pages follow each other", &before, &after);
                let (before, after) = (joins(&old.aggregates), joins(aggregates));
                self.fact(Severity::Wire, at, "what goes over its pages", &before, &after);
            }
            (None, None) => {}
        }
    }

    fn filters(&mut self, at: &Place, old: Option<&ir::Filters>, new: Option<&ir::Filters>) {
        let constructors = |it: Option<&'_ ir::Filters>| it.map(|it| it.filters.clone()).unwrap_or_default();
        let (before, after) = (constructors(old), constructors(new));
        if let (Some(old), Some(new)) = (old, new) {
            let ir::Filters { type_name, filter_type, filters: _ } = new;
            self.fact(Severity::Breaking, at, "the filters' type", &old.type_name, type_name);
            self.fact(Severity::Breaking, at, "the type behind filters", &old.filter_type, filter_type);
        }
        let type_name = old.or(new).map(|it| it.type_name.as_str()).unwrap_or_default();
        let place =
            |it: &ir::Filter| Place::new(&at.path, format!("operations::{type_name}::{}", it.function));
        for (at, before, after) in self.pairs(&before, &after, |it| &it.function, place) {
            let ir::Filter { name, function: _, values, lower_case, text: _ } = after;
            self.fact(Severity::Breaking, &at, "the type of its values", &before.values, values);
            self.fact(Severity::Wire, &at, "the wire name", &before.name, name);
            self.fact(Severity::Wire, &at, "whether it is in lower case", &before.lower_case, lower_case);
        }
    }

    fn structures(&mut self, old: &ir::Service, new: &ir::Service) {
        let place = |it: &ir::Structure| Place::new(&it.path, format!("types::{}", it.type_name));
        for (_, before, after) in self.pairs(&old.structures, &new.structures, |it| &it.type_name, place) {
            self.structure(before, after, "types");
        }
    }

    fn structure(&mut self, old: &ir::Structure, new: &ir::Structure, module: &str) {
        let ir::Structure { path, type_name, module: _, union, settable, members, text: _, deprecated } = new;
        let item = format!("{module}::{type_name}");
        let at = &Place::new(path, &item);
        self.fact(Severity::Breaking, at, "the type", &old.type_name, type_name);
        self.fact(Severity::Breaking, at, "whether it is a union", &old.union, union);
        self.fact(Severity::Advice, at, "deprecated", &old.deprecated, deprecated);
        if old.settable && !settable {
            self.add(Severity::Breaking, at, "its setters are gone: no request reaches it any more");
        }
        let (before, after) = (constructor(old), constructor(new));
        match (before.is_empty(), before == after) {
            (_, true) => {}
            (true, false) => self.add(Severity::Addition, at, format!("new({})", after.join(", "))),
            (false, false) => {
                let what = format!("new({}) was new({})", after.join(", "), before.join(", "));
                self.add(Severity::Breaking, at, what);
            }
        }
        let place = |it: &ir::Member| Place::new(&it.path, format!("{item}::{}", it.field));
        for (at, before, after) in self.pairs(&old.members, members, |it| &it.field, place) {
            self.member(&at, before, after);
        }
        let order =
            |members: &[ir::Member]| -> Vec<String> { members.iter().map(|it| it.field.clone()).collect() };
        let (before, after) = (order(&old.members), order(members));
        let common = |mine: &[String], other: &[String]| -> Vec<String> {
            mine.iter().filter(|name| other.contains(name)).cloned().collect()
        };
        if common(&before, &after) != common(&after, &before) {
            self.add(Severity::Wire, at, "its members stand in another order");
        }
    }

    fn member(&mut self, at: &Place, old: &ir::Member, new: &ir::Member) {
        let ir::Member {
            path: _,
            name,
            field: _,
            wire_name,
            layout,
            required,
            attribute,
            client_only,
            empty_name,
            text: _,
            has_words: _,
            deprecated,
        } = new;
        self.fact(Severity::Breaking, at, "the type", &type_name(&old.layout), &type_name(layout));
        self.fact(Severity::Wire, at, "the name in JSON", &old.name, name);
        self.fact(Severity::Wire, at, "the wire name", &old.wire_name, wire_name);
        self.fact(Severity::Wire, at, "the wire name of an empty list", &old.empty_name, empty_name);
        self.fact(Severity::Wire, at, "whether it is an attribute", &old.attribute, attribute);
        self.fact(Severity::Wire, at, "whether it is never sent", &old.client_only, client_only);
        self.fact(Severity::Wire, at, "the layout", &wire_layout(&old.layout), &wire_layout(layout));
        self.fact(Severity::Advice, at, "required", &old.required, required);
        self.fact(Severity::Advice, at, "deprecated", &old.deprecated, deprecated);
        self.fact(Severity::Advice, at, "the bounds", &bounds(&old.layout), &bounds(layout));
    }

    fn enums(&mut self, old: &[ir::Enum], new: &[ir::Enum]) {
        let place = |it: &ir::Enum| Place::new(&it.path, format!("types::{}", it.type_name));
        for (at, before, after) in self.pairs(old, new, |it| &it.type_name, place) {
            let ir::Enum { path, type_name: _, module: _, values, text: _, deprecated } = after;
            self.fact(Severity::Advice, &at, "deprecated", &before.deprecated, deprecated);
            let place = |it: &ir::EnumValue| {
                Place::new(&format!("{path}${}", it.value), format!("{}::{}", at.item, it.variant))
            };
            for (at, before, after) in self.pairs(&before.values, values, |it| &it.value, place) {
                let ir::EnumValue { value: _, variant, text: _ } = after;
                self.fact(Severity::Breaking, &at, "the variant", &before.variant, variant);
            }
        }
    }

    fn errors(&mut self, old: &ir::Service, new: &ir::Service) {
        let kind = &new.error_kind;
        let place = |it: &ir::ErrorShape| Place::new(&it.path, format!("{kind}::{}", it.variant));
        for (at, before, after) in self.pairs(&old.errors, &new.errors, |it| &it.variant, place) {
            // A structure of the members that comes or goes is a structure that comes or goes.
            let ir::ErrorShape {
                path: _,
                name,
                variant: _,
                code,
                status,
                retry,
                details: _,
                message,
                text: _,
                deprecated,
            } = after;
            self.fact(Severity::Wire, &at, "the shape's name", &before.name, name);
            self.fact(Severity::Wire, &at, "the code", &before.code, code);
            self.fact(Severity::Wire, &at, "the status", &before.status, status);
            self.fact(Severity::Wire, &at, "whether to try again", &before.retry, retry);
            self.fact(Severity::Advice, &at, "the member that is the message", &before.message, message);
            self.fact(Severity::Advice, &at, "deprecated", &before.deprecated, deprecated);
        }
    }

    fn waiters(&mut self, old: &ir::Service, new: &ir::Service) {
        let place = |it: &ir::Waiter| Place::new(&it.path, format!("waiters::{}", it.type_name));
        for (at, before, after) in self.pairs(&old.waiters, &new.waiters, |it| &it.type_name, place) {
            let ir::Waiter {
                path: _,
                name,
                type_name: _,
                module: _,
                operation,
                min_delay,
                max_delay,
                limit,
                acceptors,
                text: _,
            } = after;
            self.fact(Severity::Advice, &at, "the name", &before.name, name);
            self.fact(Severity::Breaking, &at, "the operation", &before.operation, operation);
            let delay = (before.min_delay, before.max_delay);
            self.fact(Severity::Wire, &at, "the delay", &delay, &(*min_delay, *max_delay));
            self.fact(Severity::Wire, &at, "the limit", &before.limit, limit);
            let rules = |acceptors: &[ir::Acceptor]| -> Vec<_> { acceptors.iter().map(rule).collect() };
            self.fact(Severity::Wire, &at, "the rules", &rules(&before.acceptors), &rules(acceptors));
        }
    }
}

fn output_name(output: &Output) -> String {
    match output {
        Output::Unit => "()".into(),
        Output::Own(output) => format!("operations::{}", output.type_name),
        Output::Shared(name) => format!("types::{name}"),
    }
}

/// Describes the effect of a repeated call. The error variants show which errors may follow.
fn repeated(repetition: &ir::Repetition) -> &'static str {
    match repetition {
        ir::Repetition::ReadOnly => "it only reads",
        ir::Repetition::Idempotent => "the same",
        ir::Repetition::Unknown(_) => "unknown",
    }
}

/// Returns the way to join each member. Sensitivity is part of the member's type.
fn joins(aggregates: &[ir::Aggregate]) -> Vec<(&[String], ir::Join)> {
    let joins = aggregates.iter().map(|ir::Aggregate { path, join, sensitive: _ }| (path.as_slice(), *join));
    joins.collect()
}

/// Describes a waiter's rule.
fn rule(acceptor: &ir::Acceptor) -> String {
    let ir::Acceptor { state, rule, matcher, message, grace } = acceptor;
    let mut text = format!("{state:?}: {rule}");
    if matcher.ignores_case() {
        text.push_str(", in any case");
    }
    if let Some(message) = message {
        text.push_str(&format!(", says {}", message.text));
    }
    if *grace > 0 {
        text.push_str(&format!(", not in the first {grace} s"));
    }
    text
}

/// Returns the parameters of `new`. Empty if there is no such function.
fn constructor(structure: &ir::Structure) -> Vec<String> {
    let required = structure.members.iter().filter(|member| member.required);
    let required: Vec<_> = required.map(|member| member.field.clone()).collect();
    if structure.settable && names::CONSTRUCTOR_PARAMETERS.contains(&required.len()) {
        required
    } else {
        Vec::new()
    }
}

/// Returns the Rust type of a value, as users write it.
fn type_name(layout: &Layout) -> String {
    let Layout { type_, sensitive, min: _, max: _ } = layout;
    let plain = match type_ {
        Type::String => "String".into(),
        Type::Boolean => "bool".into(),
        Type::Integer => "i32".into(),
        Type::Long => "i64".into(),
        Type::Float => "f32".into(),
        Type::Double => "f64".into(),
        Type::Blob => "Blob".into(),
        Type::Timestamp(_) => "Timestamp".into(),
        Type::Enum(name) | Type::Structure { name, boxed: false } => name.clone(),
        Type::Structure { name, boxed: true } => format!("Box<{name}>"),
        Type::List { of, element: _, flattened: _ } => format!("Vec<{}>", type_name(of)),
        Type::Map { key_enum, of, key: _, value: _, flattened: _ } => {
            format!("BTreeMap<{}, {}>", key_enum.as_deref().unwrap_or("String"), type_name(of))
        }
    };
    if *sensitive { format!("Sensitive<{plain}>") } else { plain }
}

/// Returns the part of a layout that is visible on the wire besides the value.
fn wire_layout(layout: &Layout) -> String {
    match &layout.type_ {
        Type::Timestamp(format) => format!("{format:?}"),
        Type::List { of, element, flattened } => {
            let flat = if *flattened { "flattened " } else { "" };
            format!("{flat}list of {element} {}", wire_layout(of)).trim_end().into()
        }
        Type::Map { key_enum: _, key, value, of, flattened } => {
            let flat = if *flattened { "flattened " } else { "" };
            format!("{flat}map of {key} and {value} {}", wire_layout(of)).trim_end().into()
        }
        _ => String::new(),
    }
}

/// Returns all bounds inside a layout, outermost first.
fn bounds(layout: &Layout) -> Vec<(Option<f64>, Option<f64>)> {
    let mut bounds = vec![(layout.min, layout.max)];
    if let Type::List { of, .. } | Type::Map { of, .. } = &layout.type_ {
        bounds.extend(self::bounds(of));
    }
    bounds
}
