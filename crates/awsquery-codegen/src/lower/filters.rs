//! Filters that operations document, as constructors of a separate type.

use super::{Lowering, Types};
use crate::{ir, model, names};

impl Lowering<'_> {
    /// The filters of an operation, if it has any.
    pub(super) fn filters(
        &mut self,
        path: &str,
        operation: &model::Operation,
        input: &ir::Structure,
        types: &Types,
    ) -> Option<ir::Filters> {
        let place = format!("{} {path}", operation.filters.first()?.file);
        let mut complain = |what: String| self.diagnostics.error(&place, what);
        let Some(filter_type) = filter_type(input) else {
            complain("the overlay lists filters, but the operation has no list \"Filters\"".into());
            return None;
        };
        if !types.structure(&filter_type).is_some_and(is_made_of_name_and_values) {
            complain(format!(
                "the overlay lists filters, but {filter_type} does not require a name and values alone"
            ));
        }
        for name in operation.filters.iter().filter_map(|filter| filter.values.as_ref()) {
            if !types.enums.iter().any(|enum_| enum_.type_name == *name) {
                complain(format!("the overlay's filter has values of {name}, which is not there"));
            }
        }
        let mut functions = names::Scope::default();
        let filters = operation.filters.iter().map(|filter| ir::Filter {
            name: filter.name.clone(),
            function: functions.claim(names::field(&filter.name), "_"),
            values: filter.values.clone(),
            lower_case: filter.lower_case,
            text: filter.docs.trim().to_owned(),
        });
        let (type_name, filters) = (format!("{}Filter", input.type_name), filters.collect());
        Some(ir::Filters { type_name, filter_type, filters })
    }
}

/// Returns true if `new` takes a text and a list of texts. The constructors of filters call it with both.
fn is_made_of_name_and_values(structure: &ir::Structure) -> bool {
    let is_text = |layout: &ir::Layout| layout.type_ == ir::Type::String && !layout.sensitive;
    let is_texts = |layout: &ir::Layout| match &layout.type_ {
        ir::Type::List { of, .. } => is_text(of) && !layout.sensitive,
        _ => false,
    };
    let required: Vec<_> = structure.members.iter().filter(|member| member.required).collect();
    match required.as_slice() {
        [name, values] => !structure.union && is_text(&name.layout) && is_texts(&values.layout),
        _ => false,
    }
}

fn filter_type(input: &ir::Structure) -> Option<String> {
    let member = input.members.iter().find(|member| member.name == "Filters")?;
    let ir::Type::List { of, .. } = &member.layout.type_ else { return None };
    match &of.type_ {
        ir::Type::Structure { name, .. } => Some(name.clone()),
        _ => None,
    }
}
