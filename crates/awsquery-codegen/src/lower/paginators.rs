//! Paginators, which are paths to members of known types.

use crate::ir::{self, Type};
use crate::jmespath::{self, Members};
use crate::{Diagnostics, model};

/// Resolves the paginators of emitted operations.
pub(super) fn paginators(model: &model::Model, service: &mut ir::Service, diagnostics: &mut Diagnostics) {
    for (name, paginator) in &model.paginators {
        let Some(index) = service.operations.iter().position(|operation| operation.key() == name) else {
            if !model.operations.iter().any(|operation| operation.key == *name) {
                diagnostics
                    .error(format!("{}#{name} paginator", service.id), "is of no operation of the model");
            }
            continue;
        };
        match resolve_paginator(service, &service.operations[index], paginator) {
            Ok(paginator) => service.operations[index].paginator = Some(paginator),
            Err(message) => {
                diagnostics.error(format!("{} paginator", service.operations[index].path), message)
            }
        }
    }
}

fn resolve_paginator(
    service: &ir::Service,
    operation: &ir::Operation,
    paginator: &model::Paginator,
) -> Result<ir::Paginator, String> {
    let output = service.output_of(operation).ok_or("expected an operation with an output")?;
    let of_type = |path: &str, root, type_: Type| {
        let members = jmespath::members(path, service, root)?;
        match members.layout.type_ == type_ && !members.layout.sensitive {
            true => Ok(members),
            false => Err(format!("expected {path:?} to be {type_:?}, found {:?}", members.layout.type_)),
        }
    };
    let fields = |path: &str, members: Members<'_>| match members.last_of.is_empty() {
        true => Ok(members.fields),
        false => Err(format!("expected {path:?} to be of the page itself, found a list's last element")),
    };
    let input_token = of_type(&paginator.input_token, &operation.input, Type::String)?;
    let [input_token] = &fields(&paginator.input_token, input_token)?[..] else {
        return Err(format!("expected a member of the request, found {:?}", paginator.input_token));
    };
    let output_token = of_type(&paginator.output_token, output, Type::String)?;
    let more_results = match &paginator.more_results {
        Some(path) => Some(fields(path, of_type(path, output, Type::Boolean)?)?),
        None => None,
    };
    let items_path = paginator.result_keys.first().ok_or("expected a result key")?;
    let items = jmespath::members(items_path, service, output)?;
    let aggregates = paginator.result_keys.iter().map(|key| {
        let members = jmespath::members(key, service, output)?;
        let join = join(key, &members.layout.type_)?;
        Ok(ir::Aggregate { join, sensitive: members.layout.sensitive, path: fields(key, members)? })
    });
    Ok(ir::Paginator {
        input_token: input_token.clone(),
        output_token: output_token.fields,
        token_in_last_of: output_token.last_of,
        more_results,
        items_layout: items.layout.clone(),
        items: fields(items_path, items)?,
        aggregates: aggregates.collect::<Result<_, String>>()?,
    })
}

/// Returns the way to join the values of two pages.
fn join(key: &str, type_: &Type) -> Result<ir::Join, String> {
    match type_ {
        Type::List { .. } | Type::Map { .. } => Ok(ir::Join::Extend),
        Type::String => Ok(ir::Join::Append),
        Type::Integer | Type::Long => Ok(ir::Join::Add),
        other => Err(format!("expected {key:?} to be what pages can join, found {other:?}")),
    }
}
