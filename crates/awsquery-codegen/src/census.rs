//! A census of docs: the items of a service that have text, and those that have none.

use crate::ir;

/// The items of a service with and without docs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// The texts, each by the path of the item that it documents.
    pub texts: Vec<(String, String)>,
    /// The paths of items without text.
    pub missing: Vec<String>,
    /// The number of setters. Each setter has the first sentence of its member.
    pub setters: usize,
}

impl Census {
    /// Counts the operations, structures, members, enumerations, values and errors of a service.
    pub fn of(service: &ir::Service) -> Self {
        let mut census = Self::default();
        for operation in &service.operations {
            census.add(&operation.path, &operation.input.text);
            census.members(&operation.input);
            if let ir::Output::Own(output) = &operation.output {
                census.members(output);
            }
        }
        for structure in &service.structures {
            census.add(&structure.path, &structure.text);
            census.members(structure);
        }
        for enum_ in &service.enums {
            census.add(&enum_.path, &enum_.text);
            for value in &enum_.values {
                census.add(&format!("{}${}", enum_.path, value.value), &value.text);
            }
        }
        for error in &service.errors {
            census.add(&error.path, &error.text);
        }
        census
    }

    fn members(&mut self, structure: &ir::Structure) {
        for member in &structure.members {
            self.add(&member.path, &member.text);
        }
        if structure.settable {
            self.setters += structure.members.len();
        }
    }

    fn add(&mut self, path: &str, text: &Option<String>) {
        match text {
            Some(text) => self.texts.push((path.to_owned(), text.clone())),
            None => self.missing.push(path.to_owned()),
        }
    }
}
