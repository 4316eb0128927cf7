//! What a newer model changes for those who use the generated crate: what breaks their code first.

use std::collections::BTreeMap;
use std::fmt;

use crate::ir::{self, Layout, Output, Type};
use crate::names;

/// How much a change is to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Code that uses the item may no longer compile.
    Breaking,
    /// The same code sends or accepts something else.
    Wire,
    /// The same code is told something else: a bound, a requirement, a deprecation.
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
    /// How much it is.
    pub severity: Severity,
    /// The path in the model, such as `rds#ExportTask$Status`.
    pub path: String,
    /// The Rust item, such as `types::ExportTask::status`.
    pub item: String,
    /// What changes.
    pub what: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<9} {} ({}): {}", self.severity, self.path, self.item, self.what)
    }
}

/// Compares two models of one service, lowered in full; breaking changes first.
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

impl Diff {
    fn add(&mut self, severity: Severity, path: &str, item: impl Into<String>, what: impl Into<String>) {
        self.changes.push(Change { severity, path: path.into(), item: item.into(), what: what.into() });
    }

    /// Says what was removed and what was added, and hands on what is in both.
    fn pairs<'a, T>(
        &mut self,
        old: &'a [T],
        new: &'a [T],
        key: impl Fn(&T) -> &str,
        item: impl Fn(&T) -> (String, String),
        mut both: impl FnMut(&mut Self, &'a T, &'a T),
    ) {
        let index: BTreeMap<&str, &T> = new.iter().map(|it| (key(it), it)).collect();
        let before: BTreeMap<&str, &T> = old.iter().map(|it| (key(it), it)).collect();
        for it in old {
            match index.get(key(it)) {
                Some(other) => both(self, it, other),
                None => {
                    let (path, item) = item(it);
                    self.add(Severity::Breaking, &path, item, "removed");
                }
            }
        }
        for it in new.iter().filter(|it| !before.contains_key(key(it))) {
            let (path, item) = item(it);
            self.add(Severity::Addition, &path, item, "added");
        }
    }

    /// Says that a fact differs.
    fn fact<T: PartialEq + fmt::Debug>(
        &mut self,
        severity: Severity,
        (path, item): (&str, &str),
        name: &str,
        old: &T,
        new: &T,
    ) {
        if old != new {
            self.add(severity, path, item, format!("{name} was {old:?}, is {new:?}"));
        }
    }

    fn service(&mut self, old: &ir::Service, new: &ir::Service) {
        let at = (new.id.as_str(), new.type_name.as_str());
        self.fact(Severity::Breaking, at, "the service's type", &old.type_name, &new.type_name);
        self.fact(Severity::Wire, at, "the API version", &old.api_version, &new.api_version);
        self.fact(Severity::Wire, at, "the signing name", &old.signing_name, &new.signing_name);
        self.fact(Severity::Wire, at, "the endpoint prefix", &old.endpoint_prefix, &new.endpoint_prefix);
        self.fact(Severity::Wire, at, "the XML namespace", &old.xml_namespace, &new.xml_namespace);
    }

    fn operations(&mut self, old: &ir::Service, new: &ir::Service) {
        let item = |operation: &ir::Operation| {
            (operation.path.clone(), format!("operations::{}", operation.input.type_name))
        };
        let (old_errors, new_errors) = (&old.errors, &new.errors);
        self.pairs(
            &old.operations,
            &new.operations,
            |it| &it.name,
            item,
            |diff, before, after| {
                diff.operation(before, after, old_errors, new_errors);
            },
        );
    }

    fn operation(
        &mut self,
        old: &ir::Operation,
        new: &ir::Operation,
        old_errors: &[ir::ErrorShape],
        new_errors: &[ir::ErrorShape],
    ) {
        let item = format!("operations::{}", new.input.type_name);
        let at = (new.path.as_str(), item.as_str());
        self.structure(&old.input, &new.input, "operations");
        match (&old.output, &new.output) {
            (Output::Own(before), Output::Own(after)) => self.structure(before, after, "operations"),
            (before, after) => {
                self.fact(Severity::Breaking, at, "the output", &output_name(before), &output_name(after));
            }
        }
        self.fact(Severity::Wire, at, "the result's element", &old.result_wrapper, &new.result_wrapper);
        self.fact(Severity::Wire, at, "whether it is signed", &old.signed, &new.signed);
        self.fact(Severity::Wire, at, "the URI's query", &old.query, &new.query);
        self.fact(Severity::Wire, at, "the host's prefix", &old.host_prefix, &new.host_prefix);
        self.fact(
            Severity::Wire,
            at,
            "the idempotency token",
            &old.idempotency_token,
            &new.idempotency_token,
        );
        self.fact(Severity::Advice, at, "deprecated", &old.deprecated, &new.deprecated);
        let read_only = |it: &ir::Operation| it.repetition == ir::Repetition::ReadOnly;
        self.fact(Severity::Advice, at, "whether it only reads", &read_only(old), &read_only(new));
        self.paginator(at, old.paginator.as_ref(), new.paginator.as_ref());
        let listed = |errors: &[usize], shapes: &[ir::ErrorShape]| -> Vec<String> {
            errors.iter().filter_map(|index| Some(shapes.get(*index)?.variant.clone())).collect()
        };
        let (before, after) = (listed(&old.errors, old_errors), listed(&new.errors, new_errors));
        let variant = |name: &String| (new.path.clone(), format!("operations::{}::{name}", new.error_kind));
        self.pairs(&before, &after, String::as_str, variant, |_, _, _| {});
    }

    fn paginator(&mut self, at: (&str, &str), old: Option<&ir::Paginator>, new: Option<&ir::Paginator>) {
        match (old, new) {
            (Some(_), None) => self.add(Severity::Breaking, at.0, at.1, "no longer paginated"),
            (None, Some(_)) => self.add(Severity::Addition, at.0, at.1, "paginated"),
            (Some(old), Some(new)) => {
                let items = |it: &ir::Paginator| type_name(&it.items_layout);
                self.fact(Severity::Breaking, at, "what its pages are made of", &items(old), &items(new));
                let rest = |it: &ir::Paginator| {
                    (
                        it.input_token.clone(),
                        it.output_token.clone(),
                        it.more_results.clone(),
                        it.items.clone(),
                    )
                };
                self.fact(Severity::Wire, at, "how its pages follow each other", &rest(old), &rest(new));
            }
            (None, None) => {}
        }
    }

    fn structures(&mut self, old: &ir::Service, new: &ir::Service) {
        let item = |it: &ir::Structure| (it.path.clone(), format!("types::{}", it.type_name));
        self.pairs(
            &old.structures,
            &new.structures,
            |it| &it.type_name,
            item,
            |diff, before, after| {
                diff.structure(before, after, "types");
            },
        );
    }

    fn structure(&mut self, old: &ir::Structure, new: &ir::Structure, module: &str) {
        let item = format!("{module}::{}", new.type_name);
        let at = (new.path.as_str(), item.as_str());
        self.fact(Severity::Breaking, at, "the type", &old.type_name, &new.type_name);
        self.fact(Severity::Breaking, at, "whether it is a union", &old.union, &new.union);
        self.fact(Severity::Advice, at, "deprecated", &old.deprecated, &new.deprecated);
        if old.settable && !new.settable {
            self.add(Severity::Breaking, at.0, at.1, "its setters are gone: no request reaches it any more");
        }
        let (before, after) = (constructor(old), constructor(new));
        match (before.is_empty(), before == after) {
            (_, true) => {}
            (true, false) => self.add(Severity::Addition, at.0, at.1, format!("new({})", after.join(", "))),
            (false, false) => {
                let what = format!("new({}) was new({})", after.join(", "), before.join(", "));
                self.add(Severity::Breaking, at.0, at.1, what);
            }
        }
        let member = |it: &ir::Member| (it.path.clone(), format!("{item}::{}", it.field));
        self.pairs(
            &old.members,
            &new.members,
            |it| &it.field,
            member,
            |diff, before, after| {
                let item = format!("{item}::{}", after.field);
                diff.member((&after.path, &item), before, after);
            },
        );
        let order =
            |it: &ir::Structure| -> Vec<String> { it.members.iter().map(|it| it.field.clone()).collect() };
        let (before, after) = (order(old), order(new));
        let common = |mine: &[String], other: &[String]| -> Vec<String> {
            mine.iter().filter(|name| other.contains(name)).cloned().collect()
        };
        if common(&before, &after) != common(&after, &before) {
            self.add(Severity::Wire, at.0, at.1, "its members stand in another order");
        }
    }

    fn member(&mut self, at: (&str, &str), old: &ir::Member, new: &ir::Member) {
        self.fact(Severity::Breaking, at, "the type", &type_name(&old.layout), &type_name(&new.layout));
        self.fact(Severity::Wire, at, "the wire name", &old.wire_name, &new.wire_name);
        self.fact(Severity::Wire, at, "whether it is an attribute", &old.attribute, &new.attribute);
        self.fact(Severity::Wire, at, "whether it is never sent", &old.unsent, &new.unsent);
        self.fact(Severity::Wire, at, "the layout", &wire_layout(&old.layout), &wire_layout(&new.layout));
        self.fact(Severity::Advice, at, "required", &old.required, &new.required);
        self.fact(Severity::Advice, at, "deprecated", &old.deprecated, &new.deprecated);
        self.fact(Severity::Advice, at, "the bounds", &bounds(&old.layout), &bounds(&new.layout));
    }

    fn enums(&mut self, old: &[ir::Enum], new: &[ir::Enum]) {
        let item = |it: &ir::Enum| (it.path.clone(), format!("types::{}", it.type_name));
        self.pairs(
            old,
            new,
            |it| &it.type_name,
            item,
            |diff, before, after| {
                let value = |it: &ir::EnumValue| {
                    (
                        format!("{}${}", after.path, it.value),
                        format!("types::{}::{}", after.type_name, it.variant),
                    )
                };
                diff.pairs(
                    &before.values,
                    &after.values,
                    |it| &it.value,
                    value,
                    |diff, before, after_value| {
                        let (path, item) = value(after_value);
                        diff.fact(
                            Severity::Breaking,
                            (&path, &item),
                            "the variant",
                            &before.variant,
                            &after_value.variant,
                        );
                    },
                );
            },
        );
    }

    fn errors(&mut self, old: &ir::Service, new: &ir::Service) {
        let kind = &new.error_kind;
        let item = |it: &ir::ErrorShape| (it.path.clone(), format!("{kind}::{}", it.variant));
        self.pairs(
            &old.errors,
            &new.errors,
            |it| &it.variant,
            item,
            |diff, before, after| {
                let (path, item) = item(after);
                let at = (path.as_str(), item.as_str());
                diff.fact(Severity::Wire, at, "the code", &before.code, &after.code);
                diff.fact(Severity::Wire, at, "the status", &before.status, &after.status);
                diff.fact(Severity::Wire, at, "whether to try again", &before.retry, &after.retry);
            },
        );
    }

    fn waiters(&mut self, old: &ir::Service, new: &ir::Service) {
        let item = |it: &ir::Waiter| (it.path.clone(), format!("waiters::{}", it.type_name));
        self.pairs(
            &old.waiters,
            &new.waiters,
            |it| &it.type_name,
            item,
            |diff, before, after| {
                let (path, item) = item(after);
                let at = (path.as_str(), item.as_str());
                diff.fact(Severity::Breaking, at, "the operation", &before.operation, &after.operation);
                diff.fact(
                    Severity::Wire,
                    at,
                    "the delay",
                    &(before.min_delay, before.max_delay),
                    &(after.min_delay, after.max_delay),
                );
                diff.fact(Severity::Wire, at, "the limit", &before.limit, &after.limit);
                let rules = |it: &ir::Waiter| -> Vec<String> {
                    it.acceptors
                        .iter()
                        .map(|acceptor| format!("{:?}: {}", acceptor.state, acceptor.rule))
                        .collect()
                };
                diff.fact(Severity::Wire, at, "the rules", &rules(before), &rules(after));
            },
        );
    }
}

fn output_name(output: &Output) -> String {
    match output {
        Output::Unit => "()".into(),
        Output::Own(output) => format!("operations::{}", output.type_name),
        Output::Shared(name) => format!("types::{name}"),
    }
}

/// The parameters of `new`, none where there is no such function.
fn constructor(structure: &ir::Structure) -> Vec<String> {
    let required = structure.members.iter().filter(|member| member.required);
    let required: Vec<_> = required.map(|member| member.field.clone()).collect();
    if structure.settable && names::CONSTRUCTOR_PARAMETERS.contains(&required.len()) {
        required
    } else {
        Vec::new()
    }
}

/// The Rust type of a value, as users write it.
fn type_name(layout: &Layout) -> String {
    let plain = match &layout.type_ {
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
        Type::List { of, .. } => format!("Vec<{}>", type_name(of)),
        Type::Map { key_enum, of, .. } => {
            format!("BTreeMap<{}, {}>", key_enum.as_deref().unwrap_or("String"), type_name(of))
        }
    };
    if layout.sensitive { format!("Sensitive<{plain}>") } else { plain }
}

/// What a layout puts on the wire besides the value.
fn wire_layout(layout: &Layout) -> String {
    match &layout.type_ {
        Type::Timestamp(format) => format!("{format:?}"),
        Type::List { of, element, flattened } => {
            let flat = if *flattened { "flattened " } else { "" };
            format!("{flat}list of {element} {}", wire_layout(of)).trim_end().into()
        }
        Type::Map { key, value, of, flattened, .. } => {
            let flat = if *flattened { "flattened " } else { "" };
            format!("{flat}map of {key} and {value} {}", wire_layout(of)).trim_end().into()
        }
        _ => String::new(),
    }
}

/// Every bound inside a layout, outermost first.
fn bounds(layout: &Layout) -> Vec<(Option<f64>, Option<f64>)> {
    let mut bounds = vec![(layout.min, layout.max)];
    if let Type::List { of, .. } | Type::Map { of, .. } = &layout.type_ {
        bounds.extend(self::bounds(of));
    }
    bounds
}
