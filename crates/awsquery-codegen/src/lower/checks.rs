//! Checks of a whole model and of the resulting IR.

use std::collections::BTreeMap;

use super::Lowering;
use crate::{ir, model};

impl<'a> Lowering<'a> {
    /// Checks the whole model, independent of the selected operations.
    pub(super) fn check_whole_model(&mut self) {
        let metadata = &self.model.metadata;
        if !metadata.protocols.iter().any(|protocol| protocol == "query") {
            let found = metadata.protocols.join(", ");
            self.diagnostics.error(self.id, format!("expected the protocol \"query\", found \"{found}\""));
        }
        for (name, shape) in &self.model.shapes {
            self.check_shape(name, shape);
        }
        self.check_operations();
        let is_operation = |key: &str| self.model.operations.iter().any(|operation| operation.key == key);
        for (key, _) in self.model.paginators.iter().filter(|(key, _)| !is_operation(key)) {
            self.diagnostics
                .error(format!("{} paginator", self.path(key)), "is of no operation of the model");
        }
        for waiter in self.model.waiters.iter().filter(|waiter| !is_operation(&waiter.operation)) {
            let what = format!("is of {:?}, which is no operation of the model", waiter.operation);
            self.diagnostics.error(format!("{} waiter", waiter.place(self.id)), what);
        }
    }

    fn check_operations(&mut self) {
        let mut names = BTreeMap::new();
        for operation in &self.model.operations {
            let path = self.path(&operation.key);
            if let Some(other) = names.insert(&operation.name, &operation.key) {
                let what = format!("has the name {:?} of {}", operation.name, self.path(other));
                self.diagnostics.error(&path, what);
            }
            for shape in operation.input.iter().chain(&operation.output).chain(&operation.errors) {
                self.check_target(&path, shape);
            }
            for shape in operation.input.iter().chain(&operation.output) {
                if self.shapes.get(shape.as_str()).is_some_and(|shape| shape.type_ != "structure") {
                    self.diagnostics
                        .error(&path, format!("expected the structure {shape}, found another type"));
                }
            }
        }
    }

    pub(super) fn check_shape(&mut self, name: &str, shape: &'a model::Shape) {
        let path = self.path(name);
        for (member, reference) in &shape.members {
            self.check_target(&format!("{path}${member}"), &reference.shape);
        }
        for (part, reference) in [("member", &shape.member), ("key", &shape.key), ("value", &shape.value)] {
            if let Some(reference) = reference {
                self.check_target(&format!("{path}${part}"), &reference.shape);
            }
        }
        for required in &shape.required {
            if !shape.members.iter().any(|(member, _)| member == required) {
                self.diagnostics.error(&path, format!("the required member {required:?} does not exist"));
            }
        }
        for (bound, value) in [("min", shape.min), ("max", shape.max)] {
            if value.is_some_and(|value| !value.is_finite()) {
                self.diagnostics.error(&path, format!("{bound:?}: expected a finite number"));
            }
        }
    }

    pub(super) fn check_target(&mut self, path: &str, shape: &str) {
        // A missing key has been reported already, and its name is empty.
        if !shape.is_empty() && !self.shapes.contains_key(shape) {
            self.diagnostics.error(path, format!("refers to the shape {shape:?}, which does not exist"));
        }
    }

    /// Checks that wire names of members are unique. XML distinguishes attributes from elements, but a form does not.
    pub(super) fn check_wire_names(&mut self, members: &[ir::Member], settable: bool) {
        let mut names = BTreeMap::new();
        for member in members {
            let is_apart = member.attribute && !settable;
            if let Some(other) = names.insert((is_apart, &member.wire_name), &member.name) {
                let what = format!("has the wire name {:?} of ${other}", member.wire_name);
                self.diagnostics.error(&member.path, what);
            }
        }
    }

    /// Checks that no two types of a module have one name: those that the generator makes up may meet the model's.
    pub(super) fn check_type_names(&mut self, operations: &[ir::Operation]) {
        let mut owners = BTreeMap::new();
        for operation in operations {
            for name in operation.type_names() {
                if let Some(other) = owners.insert(name, &operation.path) {
                    let what = format!("the type name {name} is taken by {other}");
                    self.diagnostics.error(&operation.path, what);
                }
            }
        }
    }
}
