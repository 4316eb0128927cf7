//! Our own facts and words, laid over the IR: keyed by IR path, so that they serve every model format.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::Diagnostics;
use crate::ir;
use crate::lower::enum_values;
use crate::names;
use crate::strings;
use crate::waiters;

/// What an overlay file says, by IR path: `"rds#ExportTask$Status"`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Overlay(BTreeMap<String, Entry>);

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Markdown, in our own words.
    docs: Option<String>,
    /// On a string member: the open enumeration behind it.
    #[serde(rename = "enum")]
    enum_: Option<EnumEntry>,
    /// On a member: that its value must not be shown, where the model forgot to say so.
    #[serde(default)]
    sensitive: bool,
    /// On an operation: the filters that it documents.
    #[serde(default)]
    filters: Vec<FilterEntry>,
    /// On an operation: what can be waited for by calling it.
    #[serde(default)]
    waiters: Vec<waiters::Definition>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnumEntry {
    name: String,
    values: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FilterEntry {
    name: String,
    docs: String,
    /// The enumeration of its values, by type name.
    values: Option<String>,
    #[serde(default)]
    lower_case: bool,
}

impl Overlay {
    /// Reads an overlay.
    ///
    /// # Errors
    ///
    /// What is no overlay, with line and column.
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostics> {
        toml::from_str(text).map_err(|error| {
            let mut diagnostics = Diagnostics::default();
            diagnostics.error(file, error.to_string());
            diagnostics
        })
    }

    /// Adds another file's entries. Files may speak of the same thing, each of another side of it.
    ///
    /// # Errors
    ///
    /// What both files say.
    pub(crate) fn join(&mut self, file: &str, other: Self) -> Result<(), Diagnostics> {
        let mut diagnostics = Diagnostics::default();
        for (path, entry) in other.0 {
            let mine = self.0.entry(path.clone()).or_default();
            let twice = (mine.docs.is_some() && entry.docs.is_some())
                || (mine.enum_.is_some() && entry.enum_.is_some())
                || (!mine.filters.is_empty() && !entry.filters.is_empty())
                || (!mine.waiters.is_empty() && !entry.waiters.is_empty());
            if twice {
                diagnostics
                    .error(file, format!("says of {path:?} what another file of the overlay says already"));
            }
            mine.docs = mine.docs.take().or(entry.docs);
            mine.enum_ = mine.enum_.take().or(entry.enum_);
            mine.sensitive |= entry.sensitive;
            mine.filters.extend(entry.filters);
            mine.waiters.extend(entry.waiters);
        }
        diagnostics.check(())
    }

    /// Changes members' types in the IR, before anything leads to a member; gives the paths that this adds.
    pub(crate) fn apply_types(
        &self,
        service: &mut ir::Service,
        diagnostics: &mut Diagnostics,
    ) -> BTreeSet<String> {
        let mut own = BTreeSet::new();
        for (path, entry) in &self.0 {
            if let Some(enum_) = &entry.enum_ {
                own.extend(add_enum(service, path, enum_, diagnostics));
            }
            if entry.sensitive {
                let members = structures_mut(service).flat_map(|structure| &mut structure.members);
                members
                    .filter(|member| member.path == *path)
                    .for_each(|member| member.layout.sensitive = true);
            }
        }
        own
    }

    /// Lays the rest over the IR. `known` says which paths the whole model has, and the overlay's own enumerations: an
    /// overlay may speak of operations that were not asked for, but not of what does not exist.
    pub(crate) fn apply_rest(
        &self,
        service: &mut ir::Service,
        known: &BTreeSet<String>,
        diagnostics: &mut Diagnostics,
    ) {
        for (path, entry) in &self.0 {
            if !known.contains(path) && !self.is_of_absent_enum(path) {
                diagnostics.error(path, "the overlay speaks of it, but the model has no such thing");
            }
            if let Some(docs) = &entry.docs {
                strings::check_words(path, docs, diagnostics);
                self.set_text(service, path, docs.trim());
            }
            add_filters(service, path, &entry.filters, diagnostics);
            add_waiters(service, path, &entry.waiters, diagnostics);
        }
    }

    fn set_text(&self, service: &mut ir::Service, path: &str, docs: &str) {
        let text = || Some(docs.to_owned());
        for operation in &mut service.operations {
            // A request's words are the operation's, where there are any; the shape behind it is nobody's business.
            let is_said = || self.0.get(&operation.path).is_some_and(|entry| entry.docs.is_some());
            if operation.path == path || (operation.input.path == path && !is_said()) {
                operation.input.text = text();
            }
            match &mut operation.output {
                ir::Output::Own(output) if output.path == path => output.text = text(),
                _ => {}
            }
        }
        for structure in service.structures.iter_mut().filter(|structure| structure.path == path) {
            structure.text = text();
        }
        let members = structures_mut(service).flat_map(|structure| &mut structure.members);
        members.filter(|member| member.path == path).for_each(|member| member.text = text());
        for enum_ in &mut service.enums {
            if enum_.path == path {
                enum_.text = text();
            }
            let prefix = format!("{}$", enum_.path);
            for value in &mut enum_.values {
                if path.strip_prefix(&prefix) == Some(&value.value) {
                    value.text = text();
                }
            }
        }
        for error in service.errors.iter_mut().filter(|error| error.path == path) {
            error.text = text();
        }
        for waiter in service.waiters.iter_mut().filter(|waiter| waiter.path == path) {
            waiter.text = text();
        }
    }

    /// Whether the path belongs to an enumeration of ours whose member is not emitted in this run.
    fn is_of_absent_enum(&self, path: &str) -> bool {
        let name = path.split(['#', '$']).nth(1).unwrap_or_default();
        self.0.values().filter_map(|entry| entry.enum_.as_ref()).any(|enum_| enum_.name == name)
    }
}

/// Turns a string member into an enumeration, and gives the paths that this adds.
fn add_enum(
    service: &mut ir::Service,
    path: &str,
    entry: &EnumEntry,
    diagnostics: &mut Diagnostics,
) -> Vec<String> {
    let enum_path = format!("{}#{}", service.id, entry.name);
    let mut found = false;
    for member in structures_mut(service).flat_map(|structure| &mut structure.members) {
        if member.path == path {
            if member.layout.type_ != ir::Type::String {
                diagnostics
                    .error(path, "expected a plain string to make an enumeration of, found another type");
            }
            member.layout.type_ = ir::Type::Enum(entry.name.clone());
            found = true;
        }
    }
    let taken = service.structures.iter().map(|structure| &structure.type_name);
    if !found {
        return Vec::new();
    }
    if taken.chain(service.enums.iter().map(|other| &other.type_name)).any(|name| *name == entry.name) {
        diagnostics.error(path, format!("the name {} of the overlay's enumeration is taken", entry.name));
    }
    if names::type_name(&entry.name) != entry.name {
        diagnostics
            .error(path, format!("expected a Rust type's name for the enumeration, found {:?}", entry.name));
        return Vec::new();
    }
    for value in &entry.values {
        strings::check_text(path, "a value", value, diagnostics);
    }
    let values = enum_values(&entry.values);
    let paths = values.iter().map(|value| format!("{enum_path}${}", value.value)).collect::<Vec<_>>();
    let module = names::module(&entry.name);
    service.enums.push(ir::Enum {
        path: enum_path.clone(),
        type_name: entry.name.clone(),
        module,
        values,
        text: None,
        deprecated: false,
    });
    service.enums.sort_by(|a, b| a.type_name.cmp(&b.type_name));
    paths.into_iter().chain([enum_path]).collect()
}

fn structures_mut(service: &mut ir::Service) -> impl Iterator<Item = &mut ir::Structure> {
    let of_operations = service.operations.iter_mut().flat_map(|operation| {
        let output = match &mut operation.output {
            ir::Output::Own(output) => Some(output),
            _ => None,
        };
        [Some(&mut operation.input), output].into_iter().flatten()
    });
    of_operations.chain(&mut service.structures)
}

/// Adds the waiters of an operation, if it is emitted.
fn add_waiters(
    service: &mut ir::Service,
    path: &str,
    entries: &[waiters::Definition],
    diagnostics: &mut Diagnostics,
) {
    let operation = service.operations.iter().find(|operation| operation.path == path);
    let Some(operation) = operation.map(|operation| operation.key().to_owned()) else { return };
    let of_operation =
        |entry: &waiters::Definition| waiters::Definition { operation: operation.clone(), ..entry.clone() };
    let definitions: Vec<_> = entries.iter().map(of_operation).collect();
    for definition in &definitions {
        strings::check_waiter(&format!("{}#{} waiter", service.id, definition.name), definition, diagnostics);
        strings::check_words(path, definition.docs.as_deref().unwrap_or_default(), diagnostics);
    }
    waiters::add(service, &definitions, diagnostics);
}

fn add_filters(
    service: &mut ir::Service,
    path: &str,
    entries: &[FilterEntry],
    diagnostics: &mut Diagnostics,
) {
    if entries.is_empty() {
        return;
    }
    let Some(index) = service.operations.iter().position(|operation| operation.path == path) else { return };
    let input = &service.operations[index].input;
    let Some(filter_type) = filter_type(input) else {
        diagnostics.error(path, "the overlay lists filters, but the operation has no list \"Filters\"");
        return;
    };
    if !service.structure(&filter_type).is_some_and(is_made_of_name_and_values) {
        let what =
            format!("the overlay lists filters, but {filter_type} does not require a name and values alone");
        diagnostics.error(path, what);
    }
    for name in entries.iter().filter_map(|entry| entry.values.as_ref()) {
        if !service.enums.iter().any(|enum_| enum_.type_name == *name) {
            diagnostics.error(path, format!("the overlay's filter has values of {name}, which is not there"));
        }
    }
    for entry in entries {
        strings::check_text(path, "a filter's name", &entry.name, diagnostics);
        strings::check_words(path, &entry.docs, diagnostics);
    }
    let mut functions = names::Scope::default();
    let filters = entries.iter().map(|entry| ir::Filter {
        name: entry.name.clone(),
        function: functions.claim(names::field(&entry.name), "_"),
        values: entry.values.clone(),
        lower_case: entry.lower_case,
        text: entry.docs.trim().to_owned(),
    });
    service.operations[index].filters = Some(ir::Filters {
        type_name: format!("{}Filter", input.type_name),
        filter_type,
        filters: filters.collect(),
    });
}

/// Whether `new` takes a text and a list of texts, as the constructors of filters call it.
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
