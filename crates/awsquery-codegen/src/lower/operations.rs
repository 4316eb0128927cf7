//! Operations: the selection, the names of their types and their errors.

use std::collections::BTreeSet;

use super::shapes::empty_structure;
use super::{Lowering, Types, text_of};
use crate::input::Selection;
use crate::ir::Type;
use crate::names::{self, Scope};
use crate::{ir, model};

impl<'a> Lowering<'a> {
    pub(super) fn select(&mut self, selection: &Selection) -> Vec<&'a model::Operation> {
        let mut selected: Vec<_> = match selection {
            Selection::All => self.model.operations.iter().collect(),
            Selection::Named(names) => {
                let mut found = Vec::new();
                for name in names {
                    match self.model.operations.iter().find(|operation| operation.key == *name) {
                        Some(operation) => found.push(operation),
                        None => self.diagnostics.error(self.path(name), "is no operation of the model"),
                    }
                }
                found
            }
        };
        selected.sort_by(|a, b| a.name.cmp(&b.name));
        // A selection may name an operation twice.
        selected.dedup_by(|a, b| a.key == b.key);
        selected
    }

    /// Selects the shapes to emit as types, and assigns their names.
    pub(super) fn assign_type_names(&mut self, operations: &[&'a model::Operation]) {
        let mut reached = BTreeSet::new();
        for operation in operations {
            if let Some(input) = &operation.input {
                let mut from_input = BTreeSet::new();
                self.reach_members(input, &mut from_input);
                self.settable.extend(&from_input);
                reached.append(&mut from_input);
            }
            if let Some(output) = &operation.output {
                if self.is_shared_output(operation, output) {
                    self.reach(output, &mut reached);
                } else {
                    self.reach_members(output, &mut reached);
                }
            }
        }
        // An error with members besides a message has a type of its own.
        for &name in &self.error_names {
            let says_more = |(name, _): &(String, _)| !name.eq_ignore_ascii_case("message");
            if self.shapes.get(name).is_some_and(|shape| shape.members.iter().any(says_more)) {
                self.reach(name, &mut reached);
            }
        }
        // All shapes of the model claim names, so that the selection does not change a name.
        let (mut types, mut modules) = (Scope::default(), Scope::default());
        for (name, shape) in &self.shapes {
            if shape.type_ == "structure" || shape.enum_.is_some() {
                let type_name = types.claim(names::type_name(name), "");
                let module = modules.claim(names::module(name), "_");
                if reached.contains(name) {
                    self.types.insert(name, (type_name, module));
                }
            }
        }
    }

    /// Adds the shape and all that it refers to. Iterative, since a hostile model may nest without end.
    pub(super) fn reach(&self, name: &'a str, reached: &mut BTreeSet<&'a str>) {
        let mut pending = vec![name];
        while let Some(name) = pending.pop() {
            let Some(shape) = self.shapes.get(name) else { continue };
            if reached.insert(name) {
                pending.extend(shape.references().map(|reference| reference.shape.as_str()));
            }
        }
    }

    pub(super) fn reach_members(&self, name: &str, reached: &mut BTreeSet<&'a str>) {
        for reference in self.shapes.get(name).into_iter().flat_map(|shape| shape.references()) {
            self.reach(&reference.shape, reached);
        }
    }

    /// Returns true if an output keeps its shape's name because another shape refers to it. A recorded decision takes
    /// precedence.
    pub(super) fn is_shared_output(&self, operation: &model::Operation, output: &str) -> bool {
        match self.recorded.0.get(&operation.name) {
            Some(name) => *name != own_output(&names::type_name(&operation.name)),
            None => self.referred.contains(output),
        }
    }

    pub(super) fn operation(&mut self, operation: &'a model::Operation, types: &Types) -> ir::Operation {
        let path = self.path(&operation.key);
        for key in &operation.unsupported {
            self.diagnostics.error(&path, format!("{key:?} changes the wire and is not supported"));
        }
        if operation.compression {
            self.diagnostics.warning(&path, "may be sent compressed, and is not: nothing here compresses");
        }
        let query = self.request_query(&path, operation);
        let type_name = names::type_name(&operation.name);
        let input = self.request(&path, operation, &type_name);
        let output = self.output(operation, &type_name);
        let errors = self.listed_errors(operation);
        let repetition = self.repetition(operation, &errors);
        let references = operation.input.as_ref().and_then(|name| self.shapes.get(name.as_str()));
        let references = references.map_or(&[][..], |shape| &shape.members);
        let idempotency_token = references
            .iter()
            .zip(&input.members)
            .find(|((_, reference), _)| reference.idempotency_token)
            .map(|(_, member)| member.field.clone());
        let host_prefix = self.host_prefix(&path, operation, references, &input);
        ir::Operation {
            name: operation.name.clone(),
            module: self.operation_modules.claim(names::module(&operation.name), "_"),
            result_wrapper: operation.result_wrapper.clone(),
            error_kind: format!("{type_name}Error"),
            paginator: self.paginator(&path, operation, &input, &output, types),
            filters: self.filters(&path, operation, &input, types),
            signed: !operation.unsigned,
            path,
            input,
            output,
            errors,
            repetition,
            query,
            idempotency_token,
            host_prefix,
            example: operation.example.clone(),
        }
    }

    fn output(&mut self, operation: &'a model::Operation, type_name: &str) -> ir::Output {
        match &operation.output {
            None => ir::Output::Unit,
            Some(shape) if self.is_shared_output(operation, shape) => {
                ir::Output::Shared(self.type_name(shape))
            }
            Some(shape) => {
                let name = own_output(type_name);
                ir::Output::Own(self.structure(shape, name, String::new(), false))
            }
        }
    }

    /// The errors that the operation lists, as positions among all of the service's.
    fn listed_errors(&self, operation: &model::Operation) -> Vec<usize> {
        let position = |name: &String| self.error_names.binary_search(&name.as_str()).ok();
        let positions: BTreeSet<_> = operation.errors.iter().filter_map(position).collect();
        positions.into_iter().collect()
    }

    fn request(&mut self, path: &str, operation: &'a model::Operation, type_name: &str) -> ir::Structure {
        let mut input = match &operation.input {
            Some(shape) => self.structure(shape, type_name.to_owned(), String::new(), true),
            None => empty_structure(path, type_name.to_owned()),
        };
        input.text = self.request_text(operation).or(input.text);
        input.deprecated |= operation.deprecated;
        // The client presigns a URL for the source region, so the region itself is not sent (PRE-1).
        let presigned = input.members.iter().any(|member| member.wire_name == ir::PRESIGNED_URL);
        for member in input.members.iter_mut().filter(|member| presigned && member.name == "SourceRegion") {
            member.client_only = true;
            if member.layout.type_ != ir::Type::String || member.layout.sensitive {
                let what =
                    "expected a plain string, whose region a client can presign for, found another type";
                self.diagnostics.error(&member.path, what);
            }
        }
        for member in &input.members {
            if matches!(member.wire_name.as_str(), "Action" | "Version") {
                let what =
                    format!("has the wire name {:?}, which every request has already", member.wire_name);
                self.diagnostics.error(&member.path, what);
            }
        }
        input
    }

    /// Returns the query of the request's URI. The protocol defines its path and method.
    pub(super) fn request_query(&mut self, path: &str, operation: &model::Operation) -> String {
        let (uri, query) = operation.request_uri.split_once('?').unwrap_or((&operation.request_uri, ""));
        let is_uri = |c: char| c.is_ascii_graphic() && !"\"<>#\\^`{|}".contains(c);
        if !matches!((operation.http_method.as_str(), uri), ("POST" | "", "/" | ""))
            || !query.chars().all(is_uri)
        {
            let found = format!("{} {}", operation.http_method, operation.request_uri);
            self.diagnostics
                .error(path, format!("expected POST / as the Query protocol has it, found {found}"));
        }
        query.into()
    }

    /// Parses a host prefix. `{label}` is a member of the request that the model marks as such (REQ-27).
    pub(super) fn host_prefix(
        &mut self,
        path: &str,
        operation: &model::Operation,
        references: &[(String, model::Reference)],
        input: &ir::Structure,
    ) -> Vec<ir::PrefixPart> {
        let mut parts = Vec::new();
        let mut rest = operation.host_prefix.as_deref().unwrap_or_default();
        while let Some((text, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let label = references.iter().zip(&input.members).find(|((member, reference), member_)| {
                member == name
                    && reference.host_label
                    && member_.layout.type_ == Type::String
                    && !member_.layout.sensitive
            });
            parts.push(ir::PrefixPart::Text(text.into()));
            match label {
                Some((_, member)) => {
                    parts.push(ir::PrefixPart::Label { name: name.into(), field: member.field.clone() });
                }
                None => {
                    let what = format!(
                        "the host prefix wants the string {name:?} as a label, which the input has not"
                    );
                    self.diagnostics.error(path, what);
                }
            }
            rest = after;
        }
        parts.push(ir::PrefixPart::Text(rest.into()));
        parts.retain(|part| !matches!(part, ir::PrefixPart::Text(text) if text.is_empty()));
        parts
    }

    /// Returns the effect of a repeated call, from the model or else from the operation's name.
    pub(super) fn repetition(&self, operation: &model::Operation, errors: &[usize]) -> ir::Repetition {
        const READING: [&str; 6] = ["Describe", "List", "Get", "Download", "Select", "Search"];
        const ENDING: [&str; 4] = ["Delete", "Remove", "Deregister", "Cancel"];
        let begins = |words: &[&str]| words.iter().any(|word| names::begins_with_word(&operation.name, word));
        if operation.read_only || begins(&READING) {
            return ir::Repetition::ReadOnly;
        }
        if operation.idempotent {
            return ir::Repetition::Idempotent;
        }
        let telling = if begins(&ENDING) { "NotFound" } else { "AlreadyExist" };
        let tells = |index: &&usize| self.error_names.get(**index).is_some_and(|name| name.contains(telling));
        ir::Repetition::Unknown(errors.iter().filter(tells).copied().collect())
    }

    /// Returns a request's docs. The operation's docs take precedence over the input shape's, and an overlay's over the
    /// model's.
    fn request_text(&self, operation: &model::Operation) -> Option<String> {
        let shape = operation.input.as_ref().and_then(|input| self.shapes.get(input.as_str()));
        match (&operation.documentation, shape.map(|shape| &shape.documentation)) {
            (Some(model::Text::Html(_)), Some(words @ Some(model::Text::Words(_)))) => text_of(words),
            (text, _) => text_of(text),
        }
    }

    pub(super) fn errors(&mut self) -> Vec<ir::ErrorShape> {
        let mut variants = Scope::default();
        let mut errors = Vec::new();
        for name in self.error_names.clone() {
            let Some(shape) = self.shapes.get(name).copied() else { continue };
            let traits = shape.error.as_ref();
            let message = shape.members.iter().find(|(name, _)| name.eq_ignore_ascii_case("message"));
            errors.push(ir::ErrorShape {
                path: self.path(name),
                name: name.into(),
                variant: variants.claim(names::type_name(name), ""),
                code: traits.and_then(|error| error.code.clone()).unwrap_or_else(|| name.into()),
                status: self.error_status(name, traits),
                details: self.types.get(name).map(|(type_name, _)| type_name.clone()),
                message: message.map(|(name, _)| name.clone()),
                retry: shape.retryable.map(|retryable| match retryable.throttling {
                    true => ir::Retry::Throttling,
                    false => ir::Retry::Transient,
                }),
                text: text_of(&shape.documentation),
                deprecated: shape.deprecated,
            });
        }
        errors
    }

    /// Returns an error's status. Without one in the model, it depends on who is at fault.
    pub(super) fn error_status(&mut self, name: &str, error: Option<&model::ErrorTrait>) -> u16 {
        let by_fault = if error.is_some_and(|error| error.server) { 500 } else { 400 };
        let Some(found) = error.and_then(|error| error.status) else { return by_fault };
        let status = (100..1000).find(|status| f64::from(*status) == found);
        status.unwrap_or_else(|| {
            self.diagnostics.error(self.path(name), format!("expected an HTTP status, found {found}"));
            by_fault
        })
    }
}

fn own_output(operation: &str) -> String {
    format!("{operation}Output")
}
