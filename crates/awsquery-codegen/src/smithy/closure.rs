//! The final definitions of a document's shapes, with `apply` statements and mixins merged (AST-3, AST-4), and the
//! operations that a service reaches (AST-5).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Json, name_of};
use crate::Diagnostics;
use crate::json::Object;

/// The keys under which a resource has its lifecycle operations.
const LIFECYCLE: [&str; 6] = ["create", "put", "read", "update", "delete", "list"];

pub(super) struct Shapes(Json);

impl Shapes {
    pub(super) fn load(id: &str, mut json: Value, diagnostics: &mut Diagnostics) -> Self {
        let shapes = json.get_mut("shapes").map(Value::take);
        if let Some(mut root) = Object::new(id, &json, diagnostics) {
            root.ignore(&["smithy", "metadata", "shapes"]);
            root.finish(diagnostics);
        }
        let Some(Value::Object(mut shapes)) = shapes else {
            diagnostics.error(id, "expected an object \"shapes\", found none");
            return Self(Map::new());
        };
        // The target of a statement may be a member that only a mixin adds.
        let late = apply(&mut shapes);
        mix(&mut shapes, id, diagnostics);
        for (target, statement) in late {
            if !apply_to(&mut shapes, &target, &statement) {
                let path = format!("{id}#{}", name_of(&target));
                diagnostics.error(path, "has traits applied, and does not exist");
            }
        }
        rename(&mut shapes, id, diagnostics);
        // Definitions of traits and mixins are not data.
        shapes.retain(|_, shape| {
            let traits = shape.get("traits");
            let has = |id| traits.is_some_and(|traits| traits.get(id).is_some());
            !has("smithy.api#trait") && !has("smithy.api#mixin")
        });
        check_names(&shapes, id, diagnostics);
        Self(shapes)
    }

    pub(super) fn get(&self, id: &str) -> Option<&Value> {
        self.0.get(id)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(id, shape)| (id.as_str(), shape))
    }

    pub(super) fn of_type(&self, type_: &str) -> impl Iterator<Item = (&str, &Value)> {
        self.all().filter(move |(_, shape)| shape.get("type").and_then(Value::as_str) == Some(type_))
    }

    /// Returns the operations of a service, including those of its resources, each once.
    pub(super) fn operations_of(
        &self,
        service: &Value,
        id: &str,
        diagnostics: &mut Diagnostics,
    ) -> BTreeSet<String> {
        let (mut operations, mut seen, mut pending) = (BTreeSet::new(), BTreeSet::new(), vec![service]);
        while let Some(holder) = pending.pop() {
            let single = LIFECYCLE.iter().filter_map(|key| holder.get(*key));
            let lists =
                ["operations", "collectionOperations"].iter().filter_map(|key| holder.get(*key)?.as_array());
            let found = single.chain(lists.flatten()).filter_map(|item| item.get("target")?.as_str());
            operations.extend(found.map(str::to_owned));
            let resources = holder.get("resources").and_then(Value::as_array).into_iter().flatten();
            for resource in resources.filter_map(|item| item.get("target")?.as_str()) {
                if !seen.insert(resource) {
                    continue;
                }
                match self.0.get(resource) {
                    Some(shape) => pending.push(shape),
                    None => diagnostics.error(
                        format!("{id}#{}", name_of(resource)),
                        "is a resource of the service, and does not exist",
                    ),
                }
            }
        }
        operations
    }
}

/// Merges the `apply` statements, which add traits to a shape or member that is defined elsewhere. Returns the
/// statements whose targets do not exist yet.
fn apply(shapes: &mut Json) -> Vec<(String, Value)> {
    let is_apply = |shape: &Value| shape.get("type").and_then(Value::as_str) == Some("apply");
    let targets: Vec<_> =
        shapes.iter().filter(|(_, shape)| is_apply(shape)).map(|(id, _)| id.clone()).collect();
    let statements: Vec<_> =
        targets.into_iter().filter_map(|target| shapes.shift_remove_entry(&target)).collect();
    statements.into_iter().filter(|(target, statement)| !apply_to(shapes, target, statement)).collect()
}

/// Applies a statement. Returns true if its target exists.
fn apply_to(shapes: &mut Json, target: &str, statement: &Value) -> bool {
    let (shape, member) =
        target.split_once('$').map_or((target, None), |(shape, member)| (shape, Some(member)));
    let slot = shapes.get_mut(shape).and_then(|shape| match member {
        None => Some(shape),
        Some(key @ ("member" | "key" | "value")) if shape.get("members").is_none() => shape.get_mut(key),
        Some(member) => shape.get_mut("members")?.get_mut(member),
    });
    slot.map(|slot| merge_traits(slot, statement.get("traits"))).is_some()
}

/// Renames shapes to the names that the service gives them (AST-5). All renames happen at once, since a new name may be
/// the old name of another shape.
fn rename(shapes: &mut Json, id: &str, diagnostics: &mut Diagnostics) {
    let services = shapes.values().filter_map(|shape| shape.get("rename")?.as_object());
    let renamed = |old: &str, name: &Value| {
        let namespace = old.split_once('#').map_or("", |(namespace, _)| namespace);
        Some((old.to_owned(), format!("{namespace}#{}", name.as_str()?)))
    };
    let names: BTreeMap<_, _> = services.flatten().filter_map(|(old, name)| renamed(old, name)).collect();
    let moved: Vec<_> =
        names.iter().filter_map(|(old, new)| Some((old, new, shapes.shift_remove(old)?))).collect();
    for (old, new, shape) in moved {
        if shapes.contains_key(new) {
            let what =
                format!("expected a name that is free, found {:?}, which another shape has", name_of(new));
            diagnostics.error(format!("{id}#{} rename", name_of(old)), what);
        }
        shapes.insert(new.clone(), shape);
    }
    shapes.values_mut().for_each(|shape| retarget(shape, &names));
}

/// Updates references to renamed shapes.
fn retarget(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(target) if key == "target" => {
                        if let Some(new) = names.get(target) {
                            target.clone_from(new);
                        }
                    }
                    value if key != "traits" => retarget(value, names),
                    _ => {}
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| retarget(item, names)),
        _ => {}
    }
}

/// Adds traits. Lists are joined; any other value is replaced.
fn merge_traits(slot: &mut Value, traits: Option<&Value>) {
    let (Some(slot), Some(Value::Object(traits))) = (slot.as_object_mut(), traits) else { return };
    let Value::Object(own) = slot.entry("traits").or_insert_with(|| Value::Object(Map::new())) else {
        return;
    };
    for (id, value) in traits {
        match (own.get_mut(id), value) {
            (Some(Value::Array(mine)), Value::Array(more)) => mine.extend(more.iter().cloned()),
            _ => {
                own.insert(id.clone(), value.clone());
            }
        }
    }
}

/// Merges the mixins of each shape: their members come before its own, and its own traits override theirs.
fn mix(shapes: &mut Json, id: &str, diagnostics: &mut Diagnostics) {
    let mixed: Vec<_> =
        shapes.iter().filter(|(_, shape)| shape.get("mixins").is_some()).map(|(id, _)| id.clone()).collect();
    let (mut done, mut open) = (BTreeSet::new(), Vec::new());
    for shape in mixed {
        mix_shape(shapes, &shape, &mut done, &mut open, id, diagnostics);
    }
}

fn mix_shape(
    shapes: &mut Json,
    shape: &str,
    done: &mut BTreeSet<String>,
    open: &mut Vec<String>,
    id: &str,
    diagnostics: &mut Diagnostics,
) {
    if open.iter().any(|other| other == shape) || open.len() > 64 {
        diagnostics.error(format!("{id}#{}", name_of(shape)), "mixes itself in");
        return;
    }
    if !done.insert(shape.to_owned()) {
        return;
    }
    open.push(shape.to_owned());
    let mixins: Vec<String> = shapes
        .get(shape)
        .and_then(|shape| shape.get("mixins")?.as_array())
        .into_iter()
        .flatten()
        .filter_map(|mixin| mixin.get("target")?.as_str())
        .map(str::to_owned)
        .collect();
    let (mut members, mut traits, mut rest) = (Map::new(), Map::new(), Map::new());
    for mixin in mixins {
        mix_shape(shapes, &mixin, done, open, id, diagnostics);
        match shapes.get(&mixin) {
            Some(mixin) => {
                inherit(mixin, &mut members, &mut traits);
                inherit_rest(mixin, &mut rest);
            }
            None => {
                let what = format!("mixes in {mixin:?}, which does not exist");
                diagnostics.error(format!("{id}#{}", name_of(shape)), what);
            }
        }
    }
    open.pop();
    if let Some(Value::Object(own)) = shapes.get_mut(shape) {
        take_over(own, members, traits, rest);
    }
}

/// Merges members, traits and other keys of mixins into a shape. The shape's own come last.
fn take_over(own: &mut Json, mut members: Json, mut traits: Json, rest: Json) {
    for (key, value) in rest {
        match (own.get_mut(&key), value) {
            (Some(Value::Array(mine)), Value::Array(more)) => mine.extend(more),
            (Some(_), _) => {}
            (None, value) => {
                own.insert(key, value);
            }
        }
    }
    if let Some(Value::Object(own_members)) = own.shift_remove("members") {
        for (name, member) in own_members {
            match members.get_mut(&name) {
                // A repeated member only adds or overrides traits.
                Some(slot) => merge_traits(slot, member.get("traits")),
                None => {
                    members.insert(name, member);
                }
            }
        }
    }
    if !members.is_empty() {
        own.insert("members".into(), Value::Object(members));
    }
    if let Some(Value::Object(own_traits)) = own.shift_remove("traits") {
        traits.extend(own_traits);
    }
    own.insert("traits".into(), Value::Object(traits));
}

/// Adds the other keys of a mixin: errors, operations, and the parts of a list or map.
fn inherit_rest(mixin: &Value, rest: &mut Json) {
    for (key, value) in mixin.as_object().into_iter().flatten() {
        match (rest.get_mut(key), value) {
            _ if matches!(key.as_str(), "type" | "mixins" | "members" | "traits") => {}
            (Some(Value::Array(mine)), Value::Array(more)) => mine.extend(more.iter().cloned()),
            _ => {
                rest.insert(key.clone(), value.clone());
            }
        }
    }
}

fn inherit(mixin: &Value, members: &mut Json, traits: &mut Json) {
    if let Some(Value::Object(more)) = mixin.get("members") {
        members.extend(more.iter().map(|(name, member)| (name.clone(), member.clone())));
    }
    let Some(Value::Object(more)) = mixin.get("traits") else { return };
    let local = more.get("smithy.api#mixin").and_then(|mixin| mixin.get("localTraits")?.as_array());
    let is_local = |id: &str| local.is_some_and(|local| local.iter().any(|other| other.as_str() == Some(id)));
    for (id, value) in more.iter().filter(|(id, _)| *id != "smithy.api#mixin" && !is_local(id)) {
        traits.insert(id.clone(), value.clone());
    }
}

/// Checks that names of shapes are unique without their namespaces.
fn check_names(shapes: &Json, id: &str, diagnostics: &mut Diagnostics) {
    let mut names = BTreeSet::new();
    for shape in shapes.keys() {
        if !names.insert(name_of(shape)) {
            let what = format!("is the name of several shapes, {shape:?} among them");
            diagnostics.error(format!("{id}#{}", name_of(shape)), what);
        }
    }
}
