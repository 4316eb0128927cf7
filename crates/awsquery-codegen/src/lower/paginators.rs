//! Paginators: paths to members, once their types are known.

use crate::ir::{self, Layout, Type};
use crate::{Diagnostics, model};

/// Resolves the paginators of the operations that are emitted.
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
    let of_type = |path: &str, root: &ir::Structure, type_: Type| {
        let (fields, layout) = resolve_path(service, root, path)?;
        match layout.type_ == type_ && !layout.sensitive {
            true => Ok(fields),
            false => Err(format!("expected {path:?} to be {type_:?}, found {:?}", layout.type_)),
        }
    };
    let mut input_token = of_type(&paginator.input_token, &operation.input, Type::String)?;
    if input_token.len() != 1 {
        return Err(format!("expected a member of the request, found {:?}", paginator.input_token));
    }
    let (token_in_last_of, output_token) = output_token(service, output, &paginator.output_token)?;
    let more_results = paginator.more_results.as_ref().map(|path| of_type(path, output, Type::Boolean));
    let items = paginator.result_keys.first().ok_or("expected a result key")?;
    let (items, items_layout) = resolve_path(service, output, items)?;
    let aggregates = paginator.result_keys.iter().map(|key| aggregate(service, output, key));
    Ok(ir::Paginator {
        input_token: input_token.remove(0),
        output_token,
        token_in_last_of,
        more_results: more_results.transpose()?,
        items,
        items_layout: items_layout.clone(),
        aggregates: aggregates.collect::<Result<_, _>>()?,
    })
}

fn aggregate(service: &ir::Service, output: &ir::Structure, key: &str) -> Result<ir::Aggregate, String> {
    let (path, layout) = resolve_path(service, output, key)?;
    let join = match &layout.type_ {
        Type::List { .. } | Type::Map { .. } => ir::Join::Extend,
        Type::String => ir::Join::Append,
        Type::Integer | Type::Long => ir::Join::Add,
        other => return Err(format!("expected {key:?} to be what pages can join, found {other:?}")),
    };
    Ok(ir::Aggregate { path, join, sensitive: layout.sensitive })
}

/// The way to an output's marker, `Jobs[-1].JobId` included: the list in whose last element it stands, if any, and the
/// way from there.
fn output_token(
    service: &ir::Service,
    output: &ir::Structure,
    path: &str,
) -> Result<(Vec<String>, Vec<String>), String> {
    let (root, list, path) = match path.split_once("[-1].") {
        None => (output, Vec::new(), path),
        Some((list, path)) => {
            let (fields, layout) = resolve_path(service, output, list)?;
            let item = match &layout.type_ {
                Type::List { of, .. } if !layout.sensitive && !of.sensitive => match &of.type_ {
                    Type::Structure { name, .. } => service.structure(name),
                    _ => None,
                },
                _ => None,
            };
            (
                item.ok_or_else(|| {
                    format!("expected {list:?} to be a list of structures, not a sensitive one")
                })?,
                fields,
                path,
            )
        }
    };
    let (fields, layout) = resolve_path(service, root, path)?;
    match layout.type_ == Type::String && !layout.sensitive {
        true => Ok((list, fields)),
        false => Err(format!("expected {path:?} to be {:?}, found {:?}", Type::String, layout.type_)),
    }
}

/// Follows member names from a structure, through none that is sensitive; gives the fields, and the layout of the last.
fn resolve_path<'s>(
    service: &'s ir::Service,
    root: &'s ir::Structure,
    path: &str,
) -> Result<(Vec<String>, &'s Layout), String> {
    let (mut structure, mut fields, mut found) = (Some(root), Vec::new(), None);
    for name in path.split('.') {
        if found.is_some_and(|layout: &Layout| layout.sensitive) {
            return Err(format!("expected a path through nothing sensitive, found {path:?}"));
        }
        let member =
            structure.and_then(|structure| structure.members.iter().find(|member| member.name == name));
        let member = member.ok_or_else(|| format!("expected a path of members, found {path:?}"))?;
        fields.push(member.field.clone());
        found = Some(&member.layout);
        structure = match &member.layout.type_ {
            Type::Structure { name, .. } => service.structure(name),
            _ => None,
        };
    }
    found.map(|layout| (fields, layout)).ok_or_else(|| "expected a path, found nothing".into())
}
