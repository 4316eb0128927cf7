//! Paginators, which are paths to members of known types.

use super::{Lowering, Types};
use crate::ir::{self, Layout, PathStep, Type};
use crate::{jmespath, model};

impl Lowering<'_> {
    /// Resolves the operation's paginator, if it has one.
    pub(super) fn paginator(
        &mut self,
        path: &str,
        operation: &model::Operation,
        input: &ir::Structure,
        output: &ir::Output,
        types: &Types,
    ) -> Option<ir::Paginator> {
        let (_, paginator) = self.model.paginators.iter().find(|(key, _)| *key == operation.key)?;
        let resolved = match types.output(output) {
            Some(output) => resolve_paginator(types, input, output, paginator),
            None => Err("expected an operation with an output".into()),
        };
        let complain = |message| self.diagnostics.error(format!("{path} paginator"), message);
        resolved.map_err(complain).ok()
    }
}

fn resolve_paginator(
    types: &Types,
    input: &ir::Structure,
    output: &ir::Structure,
    paginator: &model::Paginator,
) -> Result<ir::Paginator, String> {
    let input_token = members_to(&Type::String, &paginator.input_token, types, input)?;
    let [input_token] = <[String; 1]>::try_from(input_token)
        .map_err(|_| format!("expected a member of the request, found {:?}", paginator.input_token))?;
    let (token_in_last_of, output_token) = output_token(types, output, &paginator.output_token)?;
    let more_results =
        paginator.more_results.as_ref().map(|path| members_to(&Type::Boolean, path, types, output));
    let items = paginator.result_keys.first().ok_or("expected a result key")?;
    let (items, items_layout) = members(items, types, output)?;
    let aggregates = paginator.result_keys.iter().map(|key| aggregate(types, output, key));
    Ok(ir::Paginator {
        input_token,
        output_token,
        token_in_last_of,
        more_results: more_results.transpose()?,
        items,
        items_layout: items_layout.clone(),
        aggregates: aggregates.collect::<Result<_, _>>()?,
    })
}

fn aggregate(types: &Types, output: &ir::Structure, key: &str) -> Result<ir::Aggregate, String> {
    let (path, layout) = members(key, types, output)?;
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
    types: &Types,
    output: &ir::Structure,
    path: &str,
) -> Result<(Vec<String>, Vec<String>), String> {
    let (steps, layout) = jmespath::follow(path, types, output)?;
    check_type(&Type::String, path, layout)?;
    let (list, token) = match steps.iter().position(|step| *step == PathStep::Last) {
        Some(last) => (&steps[..last], &steps[last + 1..]),
        None => (&[][..], &steps[..]),
    };
    let token = fields(path, token)?;
    match token.is_empty() {
        true => Err(format!("expected {path:?} to be a member of the last element, found the element")),
        false => Ok((fields(path, list)?, token)),
    }
}

/// The way to a member of this type that may be shown.
fn members_to(type_: &Type, path: &str, types: &Types, root: &ir::Structure) -> Result<Vec<String>, String> {
    let (fields, layout) = members(path, types, root)?;
    check_type(type_, path, layout).map(|()| fields)
}

fn check_type(type_: &Type, path: &str, layout: &Layout) -> Result<(), String> {
    match layout.type_ == *type_ && !layout.sensitive {
        true => Ok(()),
        false => Err(format!("expected {path:?} to be {type_:?}, found {:?}", layout.type_)),
    }
}

/// Follows a path of members alone; gives the fields, and what the last one holds.
fn members<'t>(
    path: &str,
    types: &'t Types,
    root: &'t ir::Structure,
) -> Result<(Vec<String>, &'t Layout), String> {
    let (steps, layout) = jmespath::follow(path, types, root)?;
    Ok((fields(path, &steps)?, layout))
}

fn fields(path: &str, steps: &[PathStep]) -> Result<Vec<String>, String> {
    let field = |step: &PathStep| match step {
        PathStep::Field(field) => Ok(field.clone()),
        _ => Err(format!("expected a path of members, found {path:?}")),
    };
    steps.iter().map(field).collect()
}
