//! Lowering of the model to the IR: resolves, checks and sorts. Collects every error, each with its shape's path.

mod checks;
mod filters;
mod operations;
mod paginators;
mod shapes;
mod waiters;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::Diagnostics;
use crate::input::{OutputNames, Selection};
use crate::names::{self, Scope};
use crate::{ir, model, prose};

/// Lowers the selected operations of a model and the shapes that they reach. The resulting IR is complete.
pub(crate) fn lower(
    id: &str,
    model: &model::Model,
    selection: &Selection,
    recorded: &OutputNames,
    diagnostics: &mut Diagnostics,
) -> ir::Service {
    let mut lowering = Lowering::new(id, model, recorded, diagnostics);
    lowering.check_whole_model();
    let selected = lowering.select(selection);
    lowering.assign_type_names(&selected);
    let types = lowering.types();
    let operations = selected.iter().map(|operation| lowering.operation(operation, &types)).collect();
    lowering.service(types, operations)
}

/// The types that operations reach, for what leads to their members.
pub(crate) struct Types {
    structures: Vec<ir::Structure>,
    enums: Vec<ir::Enum>,
}

impl Types {
    /// The structure with this type name.
    pub(crate) fn structure(&self, type_name: &str) -> Option<&ir::Structure> {
        self.structures.iter().find(|structure| structure.type_name == type_name)
    }

    /// The structure of an operation's output.
    fn output<'t>(&'t self, output: &'t ir::Output) -> Option<&'t ir::Structure> {
        match output {
            ir::Output::Own(output) => Some(output),
            ir::Output::Shared(name) => self.structure(name),
            ir::Output::Unit => None,
        }
    }
}

struct Lowering<'a> {
    id: &'a str,
    model: &'a model::Model,
    shapes: BTreeMap<&'a str, &'a model::Shape>,
    recorded: &'a OutputNames,
    diagnostics: &'a mut Diagnostics,
    /// Shapes of the whole model that another shape refers to. The selection of operations must not change a name.
    referred: BTreeSet<&'a str>,
    /// The structures and enumerations to emit, with their type and module names.
    types: BTreeMap<&'a str, (String, String)>,
    settable: BTreeSet<&'a str>,
    operation_modules: Scope,
    /// All error shapes of the model, sorted. An error's number in the IR is its position here.
    error_names: Vec<&'a str>,
}

impl<'a> Lowering<'a> {
    fn new(
        id: &'a str,
        model: &'a model::Model,
        recorded: &'a OutputNames,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        let shapes = model.shapes.iter().map(|(name, shape)| (name.as_str(), shape)).collect();
        let referred =
            model.shapes.iter().flat_map(|(_, shape)| shape.references()).map(|r| r.shape.as_str()).collect();
        Self {
            id,
            model,
            shapes,
            recorded,
            diagnostics,
            referred,
            types: BTreeMap::new(),
            settable: BTreeSet::new(),
            operation_modules: Scope::default(),
            error_names: error_names(model),
        }
    }

    fn path(&self, name: &str) -> String {
        format!("{}#{name}", self.id)
    }

    fn types(&mut self) -> Types {
        let (mut structures, mut enums) = (Vec::new(), Vec::new());
        for (name, (type_name, module)) in self.types.clone() {
            match self.shapes.get(name).filter(|shape| shape.enum_.is_some()) {
                Some(shape) => enums.push(self.enumeration(name, shape, type_name, module)),
                None => {
                    let settable = self.settable.contains(name);
                    structures.push(self.structure(name, type_name, module, settable));
                }
            }
        }
        Types { structures, enums }
    }

    fn service(mut self, types: Types, operations: Vec<ir::Operation>) -> ir::Service {
        let metadata = &self.model.metadata;
        let type_name = names::service_type(&metadata.service_id);
        let waiters = self.waiters(&types, &operations);
        self.check_type_names(&operations);
        ir::Service {
            id: self.id.into(),
            error_kind: format!("{type_name}Error"),
            type_name,
            sdk_id: metadata.service_id.clone(),
            api_version: metadata.api_version.clone(),
            signing_name: metadata.signing_name().to_owned(),
            endpoint_prefix: metadata.endpoint_prefix.clone(),
            xml_namespace: metadata.xml_namespace.clone().unwrap_or_default(),
            endpoints: self.model.endpoints.clone(),
            signature_version: metadata.signature_version,
            operations,
            structures: types.structures,
            enums: types.enums,
            errors: self.errors(),
            waiters,
            text: text_of(&self.model.documentation),
        }
    }

    fn type_name(&self, shape: &str) -> String {
        self.types.get(shape).map_or_else(String::new, |(type_name, _)| type_name.clone())
    }
}

/// Returns the names of all errors, including those that no operation lists.
fn error_names(model: &model::Model) -> Vec<&str> {
    let exceptions = model.shapes.iter().filter(|(_, shape)| shape.exception);
    let mut names: Vec<_> = exceptions.map(|(name, _)| name.as_str()).collect();
    let listed = model.operations.iter().flat_map(|operation| &operation.errors);
    names.extend(listed.map(String::as_str));
    names.sort_unstable();
    names.dedup();
    names
}

fn text_of(text: &Option<model::Text>) -> Option<String> {
    match text.as_ref()? {
        model::Text::Html(html) => prose::to_markdown(html),
        model::Text::Words(words) => Some(words.clone()),
    }
}
