//! Checks of a whole model and of the resulting IR.

use std::collections::BTreeMap;

use super::Lowering;
use crate::{Diagnostics, ir, model};

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
}

/// Checks that names of types are unique in a module. Names that the generator creates may collide with the model's.
pub(super) fn check_names(service: &ir::Service, diagnostics: &mut Diagnostics) {
    let mut owners = BTreeMap::new();
    for operation in &service.operations {
        for name in operation.type_names() {
            if let Some(other) = owners.insert(name, &operation.path) {
                diagnostics.error(&operation.path, format!("the type name {name} is taken by {other}"));
            }
        }
    }
}
