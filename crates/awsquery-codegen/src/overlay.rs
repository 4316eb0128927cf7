//! The facts and docs that this project adds. They join the model by IR path, so they work with every model format.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::model::{Filter, Model, Reference, Shape, Text, Waiter};
use crate::{Diagnostics, names, strings};

/// The entries of an overlay file, by IR path: `"rds#ExportTask$Status"`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Overlay(BTreeMap<String, Entry>);

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Entry {
    /// The file, or several.
    #[serde(skip)]
    file: String,
    /// Markdown, in our own words.
    docs: Option<String>,
    /// For all members of a name, as in `rds#*$Engine`: the docs in structures that requests reach.
    request_docs: Option<String>,
    /// The docs in structures that only responses reach.
    output_docs: Option<String>,
    /// For an operation: Rust code that its docs show and `cargo test` compiles.
    example: Option<String>,
    /// For a string member: an open enumeration of its values.
    #[serde(rename = "enum")]
    enum_: Option<EnumEntry>,
    /// For a member: true if its value must not be shown, although the model does not mark it.
    #[serde(default)]
    sensitive: bool,
    /// For an operation: the filters that it documents.
    #[serde(default)]
    filters: Vec<Filter>,
    /// For an operation: waiters that call it.
    #[serde(default)]
    waiters: Vec<Waiter>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnumEntry {
    name: String,
    values: Vec<String>,
}

impl Overlay {
    /// Reads an overlay.
    ///
    /// # Errors
    ///
    /// A fault of the file, with line and column.
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostics> {
        let mut overlay: Self =
            toml::from_str(text).map_err(|error| Diagnostics::of(file, error.to_string()))?;
        overlay.0.values_mut().for_each(|entry| entry.file = file.into());
        Ok(overlay)
    }

    /// Adds another file's entries. Several files may describe different aspects of the same item.
    ///
    /// # Errors
    ///
    /// Facts that both files define.
    pub(crate) fn join(&mut self, file: &str, other: Self) -> Result<(), Diagnostics> {
        let mut diagnostics = Diagnostics::default();
        for (path, entry) in other.0 {
            let mine = self.0.entry(path.clone()).or_default();
            let twice = (mine.docs.is_some() && entry.docs.is_some())
                || (mine.request_docs.is_some() && entry.request_docs.is_some())
                || (mine.output_docs.is_some() && entry.output_docs.is_some())
                || (mine.example.is_some() && entry.example.is_some())
                || (mine.enum_.is_some() && entry.enum_.is_some())
                || (!mine.filters.is_empty() && !entry.filters.is_empty())
                || (!mine.waiters.is_empty() && !entry.waiters.is_empty());
            if twice {
                diagnostics
                    .error(file, format!("says of {path:?} what another file of the overlay says already"));
            }
            mine.file =
                if mine.file.is_empty() { entry.file } else { format!("{}, {}", mine.file, entry.file) };
            mine.docs = mine.docs.take().or(entry.docs);
            mine.request_docs = mine.request_docs.take().or(entry.request_docs);
            mine.output_docs = mine.output_docs.take().or(entry.output_docs);
            mine.example = mine.example.take().or(entry.example);
            mine.enum_ = mine.enum_.take().or(entry.enum_);
            mine.sensitive |= entry.sensitive;
            mine.filters.extend(entry.filters);
            mine.waiters.extend(entry.waiters);
        }
        diagnostics.check(())
    }

    /// Joins the overlay with the model. Enumerations become shapes first. An overlay may describe operations that were
    /// not selected, but not items that do not exist.
    pub(crate) fn join_model(&self, id: &str, model: &mut Model, diagnostics: &mut Diagnostics) {
        for (path, entry) in &self.0 {
            if let Some(enum_) = &entry.enum_ {
                // The values of what is refused are none of the model's.
                let (place, count) = (entry.place(path), diagnostics.errors.len());
                for value in &enum_.values {
                    strings::check_text(&place, "a value", value, diagnostics);
                }
                if count == diagnostics.errors.len() {
                    add_enum(model, name_of(id, path), enum_)
                        .unwrap_or_else(|what| diagnostics.error(place, what));
                }
            }
        }
        let requests = model.reached_by_requests();
        // Entries for one member come first, since entries for all members of a name fill gaps.
        let (all, one): (Vec<_>, Vec<_>) =
            self.0.iter().partition(|(path, _)| name_of(id, path).starts_with("*$"));
        for (path, entry) in one.into_iter().chain(all) {
            let (place, name) = (entry.place(path), name_of(id, path));
            let all = [&entry.docs, &entry.request_docs, &entry.output_docs, &entry.example];
            for words in all.into_iter().flatten() {
                strings::check_words(&place, words, diagnostics);
            }
            let is_known = match name.strip_prefix("*$") {
                Some(member) => entry.join_members(model, member, &requests),
                None => entry.join(model, name, entry.docs.as_deref().map(str::trim)),
            };
            let what = if is_known {
                entry.misplaced(model, name)
            } else {
                Some(match name.starts_with("*$") {
                    true => "there are words that no member of the name is left for",
                    false => "the overlay speaks of it, but the model has no such thing",
                })
            };
            if let Some(what) = what {
                diagnostics.error(place, what);
            }
        }
    }
}

/// Returns a path without the service's id.
fn name_of<'a>(id: &str, path: &'a str) -> &'a str {
    path.strip_prefix(id).and_then(|rest| rest.strip_prefix('#')).unwrap_or_default()
}

impl Entry {
    /// The place that errors name.
    fn place(&self, path: &str) -> String {
        format!("{} {path}", self.file)
    }

    /// Says what the entry has that things of this name cannot have.
    fn misplaced(&self, model: &Model, name: &str) -> Option<&'static str> {
        let is_operation = model.operations.iter().any(|operation| operation.key == name);
        if !is_operation && (self.example.is_some() || !(self.filters.is_empty() && self.waiters.is_empty()))
        {
            return Some("the overlay has filters, waiters or an example for it, but it is no operation");
        }
        let is_of_all = name.starts_with('*');
        if !is_of_all && (self.request_docs.is_some() || self.output_docs.is_some()) {
            return Some("expected docs, found words for the members of a name, such as rds#*$Engine");
        }
        let is_member = name.split_once('$').is_some_and(|(owner, part)| {
            let shape = model.shapes.iter().find(|(other, _)| other == owner);
            shape.is_some_and(|(_, shape)| shape.members.iter().any(|(member, _)| member == part))
        });
        let is_typed = self.enum_.is_some() || self.sensitive;
        (is_typed && !is_member).then_some("the overlay gives it a type or hides it, but it is no member")
    }

    /// Joins what has this name: an operation, a shape, a member, a value or a waiter, or several of one name. Returns whether
    /// there is any.
    fn join(&self, model: &mut Model, name: &str, docs: Option<&str>) -> bool {
        let (owner, part) = name.split_once('$').map_or((name, None), |(owner, part)| (owner, Some(part)));
        let words = docs.map(|docs| Text::Words(docs.to_owned()));
        let mut is_known = false;
        if let Some(shape) = shape_mut(model, owner) {
            is_known |= match part {
                None => {
                    set(&mut shape.documentation, &words);
                    true
                }
                Some(part) => self.join_part(shape, part, &words),
            };
        }
        if part.is_some() {
            return is_known;
        }
        for operation in model.operations.iter_mut().filter(|operation| operation.key == owner) {
            set(&mut operation.documentation, &words);
            operation.example = self.example.as_deref().map(|example| example.trim().to_owned());
            let file = &self.file;
            operation
                .filters
                .extend(self.filters.iter().map(|it| Filter { file: file.clone(), ..it.clone() }));
            let own = |waiter: &Waiter| Waiter {
                operation: operation.key.clone(),
                file: Some(file.clone()),
                ..waiter.clone()
            };
            model.waiters.extend(self.waiters.iter().map(own));
            is_known = true;
        }
        for waiter in model.waiters.iter_mut().filter(|waiter| waiter.name == owner) {
            waiter.docs = docs.map(str::to_owned).or(waiter.docs.take());
            is_known = true;
        }
        is_known
    }

    /// Joins all members of this name that have no words of their own. Returns whether each of the words is of use.
    fn join_members(&self, model: &mut Model, name: &str, requests: &BTreeSet<String>) -> bool {
        let mut unused = [&self.docs, &self.request_docs, &self.output_docs].map(Option::is_some);
        for (shape_name, shape) in model.shapes.iter_mut().filter(|(_, shape)| shape.type_ == "structure") {
            let (side, words) = match requests.contains(shape_name) {
                true => (1, &self.request_docs),
                false => (2, &self.output_docs),
            };
            let (side, words) = if words.is_some() { (side, words) } else { (0, &self.docs) };
            let words = words.as_ref().map(|words| Text::Words(words.trim().to_owned()));
            let Some(member) = member_mut(shape, name) else { continue };
            if !matches!(member.documentation, Some(Text::Words(_))) {
                set(&mut member.documentation, &words);
                unused[side] = false;
            }
        }
        !unused.contains(&true)
    }

    /// Joins a member of a structure or a value of an enumeration. Returns true if there is one.
    fn join_part(&self, shape: &mut Shape, part: &str, words: &Option<Text>) -> bool {
        let value = shape.enum_.iter().flatten().find(|value| *value == part);
        if let (Some(value), Some(words)) = (value, words) {
            shape.value_documentation.insert(value.clone(), words.clone());
        }
        let is_value = value.is_some();
        let Some(member) = member_mut(shape, part) else { return is_value };
        member.sensitive |= self.sensitive;
        set(&mut member.documentation, words);
        true
    }
}

fn set(documentation: &mut Option<Text>, words: &Option<Text>) {
    if words.is_some() {
        documentation.clone_from(words);
    }
}

fn shape_mut<'a>(model: &'a mut Model, name: &str) -> Option<&'a mut Shape> {
    model.shapes.iter_mut().find(|(other, _)| other == name).map(|(_, shape)| shape)
}

fn member_mut<'a>(shape: &'a mut Shape, name: &str) -> Option<&'a mut Reference> {
    shape.members.iter_mut().find(|(other, _)| other == name).map(|(_, member)| member)
}

/// Turns a string member into an enumeration, which becomes a shape of the model.
fn add_enum(model: &mut Model, name: &str, entry: &EnumEntry) -> Result<(), String> {
    let Some((owner, part)) = name.split_once('$') else { return Ok(()) };
    let is_type = |shape: &Shape| shape.type_ == "structure" || shape.enum_.is_some();
    let names_it = |other: &str, shape: &Shape| {
        other == entry.name || is_type(shape) && names::type_name(other).eq_ignore_ascii_case(&entry.name)
    };
    if model.shapes.iter().any(|(other, shape)| names_it(other, shape)) {
        return Err(format!("the name {} of the overlay's enumeration is taken", entry.name));
    }
    if names::type_name(&entry.name) != entry.name {
        return Err(format!("expected a Rust type's name for the enumeration, found {:?}", entry.name));
    }
    let member = shape_mut(model, owner).and_then(|shape| member_mut(shape, part));
    // A path without a member is reported with the rest of the entry.
    let Some(text) = member.map(|member| member.shape.clone()) else { return Ok(()) };
    let text = model.shapes.iter().find(|(other, _)| *other == text).map(|(_, shape)| shape);
    let Some(text) = text.filter(|shape| shape.type_ == "string" && shape.enum_.is_none()) else {
        return Err("expected a plain string to make an enumeration of, found another type".into());
    };
    let shape = Shape { enum_: Some(entry.values.clone()), documentation: None, ..text.clone() };
    model.shapes.push((entry.name.clone(), shape));
    if let Some(member) = shape_mut(model, owner).and_then(|shape| member_mut(shape, part)) {
        member.shape.clone_from(&entry.name);
    }
    Ok(())
}
