//! Models that are broken one place at a time.
//!
//! A mutation is a place of a document, as a path of keys and indexes, and something to do there. Mutations are listed
//! before any is made, so that all of a small model can be tried and a sample of a large one.

use std::fmt;

use serde_json::{Map, Value as Json, json};

/// A key or an index.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

/// What is done at a place.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// Leaves it out.
    Drop,
    /// Puts something in its place.
    Replace(Json),
    /// Gives the entry another key.
    Rename(String),
    /// Gives the shape another name, wherever it is used.
    RenameShape(String),
    /// Adds the entry again, by another key or at the array's end.
    Double(String),
}

#[derive(Clone, Debug)]
pub(crate) struct Mutation {
    pub(crate) path: Vec<Step>,
    pub(crate) action: Action,
}

impl fmt::Display for Mutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.path {
            match step {
                Step::Key(key) => write!(f, "/{key}")?,
                Step::Index(index) => write!(f, "/{index}")?,
            }
        }
        match &self.action {
            Action::Replace(value) => write!(f, " = {value}"),
            other => write!(f, " {other:?}"),
        }
    }
}

/// Values that are of the wrong type nearly everywhere, or of the right one and at its limits.
fn strangers() -> Vec<Json> {
    let mut strangers = vec![
        Json::Null,
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(0.5),
        json!(1e308),
        json!(u64::MAX),
        json!([]),
        json!({}),
        json!([null]),
        json!([[]]),
        json!({"": null}),
        json!({"shape": "String"}),
    ];
    strangers.extend(TEXTS.iter().map(|text| json!(text)));
    strangers.push(json!("long".repeat(200)));
    strangers
}

/// Texts that mean something to Rust, to Markdown, to XML or to the generator.
const TEXTS: &[&str] = &[
    "",
    " ",
    "a b",
    "a.b",
    "1x",
    "_",
    "__",
    "-",
    "é",
    "日本",
    "ß",
    "self",
    "Self",
    "crate",
    "type",
    "r#type",
    "Option",
    "Result",
    "Vec",
    "String",
    "Unknown",
    "Error",
    "NUL",
    "\"",
    "\\",
    "'",
    "\0",
    "\n",
    "\r\n",
    "*/",
    "/* ",
    "//! x",
    "#[cfg]",
    "{}",
    "{0}",
    "{a",
    "}",
    "<b>&amp;</b>",
    "[x](y)",
    "```",
    "%s",
    "../../x",
    "/",
    "\u{202e}",
    "\u{feff}",
    "structure",
    "list",
    "map",
    "string",
];

/// Every mutation of a document.
pub(crate) fn all(document: &Json) -> Vec<Mutation> {
    let shapes: Vec<&str> = ["shapes"].iter().flat_map(|key| keys(&document[*key])).collect();
    let mut mutations = Vec::new();
    walk(document, &mut Vec::new(), &mut |path, value| {
        let mut push = |action| mutations.push(Mutation { path: path.to_vec(), action });
        push(Action::Drop);
        strangers().into_iter().filter(|stranger| stranger != value).for_each(|it| push(Action::Replace(it)));
        let key = match path.last() {
            Some(Step::Key(key)) => key.as_str(),
            Some(Step::Index(_)) => {
                push(Action::Double(String::new()));
                return;
            }
            None => return,
        };
        for other in ["x", "shape", "type", "members", "Self", "a b", ""] {
            push(Action::Rename(other.into()));
        }
        // Names that only case or an underscore tells apart become one in Rust.
        for other in [key.to_uppercase(), key.to_lowercase(), format!("{key}_"), format!("{key}2")] {
            push(Action::Double(other));
        }
        match key {
            "shape" => shapes.iter().for_each(|shape| push(Action::Replace(json!(shape)))),
            "target" => targets(document).for_each(|shape| push(Action::Replace(json!(shape)))),
            _ => {}
        }
        if path.len() == 2 && matches!(&path[0], Step::Key(key) if key == "shapes") {
            TEXTS.iter().for_each(|text| push(Action::RenameShape((*text).into())));
        }
    });
    mutations
}

/// Every place of a document that a string stands in: a value, or the key at the end of the path.
pub(crate) fn strings(document: &Json) -> Vec<(Vec<Step>, bool)> {
    let mut places = Vec::new();
    walk(document, &mut Vec::new(), &mut |path, value| {
        if value.is_string() {
            places.push((path.to_vec(), false));
        }
        if matches!(path.last(), Some(Step::Key(_))) {
            places.push((path.to_vec(), true));
        }
    });
    places
}

fn keys(value: &Json) -> impl Iterator<Item = &str> {
    value.as_object().into_iter().flat_map(Map::keys).map(String::as_str)
}

/// What a reference in a Smithy model may name.
fn targets(document: &Json) -> impl Iterator<Item = &str> {
    keys(&document["shapes"]).chain(["smithy.api#String", "smithy.api#Document", "smithy.api#Unit"])
}

fn walk(value: &Json, path: &mut Vec<Step>, visit: &mut impl FnMut(&[Step], &Json)) {
    if !path.is_empty() {
        visit(path, value);
    }
    let children: Vec<(Step, &Json)> = match value {
        Json::Object(map) => map.iter().map(|(key, value)| (Step::Key(key.clone()), value)).collect(),
        Json::Array(items) => {
            items.iter().enumerate().map(|(index, value)| (Step::Index(index), value)).collect()
        }
        _ => return,
    };
    for (step, child) in children {
        path.push(step);
        walk(child, path, visit);
        path.pop();
    }
}

impl Mutation {
    /// The document with the one place broken.
    pub(crate) fn of(&self, document: &Json) -> Json {
        let mut document = document.clone();
        let Some((last, way)) = self.path.split_last() else { return document };
        let parent = way.iter().try_fold(&mut document, |value, step| match step {
            Step::Key(key) => value.get_mut(key),
            Step::Index(index) => value.get_mut(index),
        });
        match (parent, last) {
            (Some(Json::Object(map)), Step::Key(key)) => self.in_object(map, key),
            (Some(Json::Array(items)), Step::Index(index)) => match &self.action {
                Action::Replace(value) => items[*index] = value.clone(),
                Action::Double(_) => items.push(items[*index].clone()),
                _ => drop(items.remove(*index)),
            },
            _ => {}
        }
        if let (Action::RenameShape(new), Step::Key(old)) = (&self.action, last) {
            rename_references(&mut document, old, new);
        }
        document
    }

    /// Keeps the order of keys: it decides the order of members.
    fn in_object(&self, map: &mut Map<String, Json>, key: &str) {
        let entries = std::mem::take(map);
        for (name, value) in entries {
            if name != key {
                map.entry(name).or_insert(value);
                continue;
            }
            match &self.action {
                Action::Drop => {}
                Action::Replace(other) => drop(map.insert(name, other.clone())),
                Action::Rename(other) | Action::RenameShape(other) => drop(map.insert(other.clone(), value)),
                Action::Double(other) => {
                    map.entry(other.clone()).or_insert_with(|| value.clone());
                    map.insert(name, value);
                }
            }
        }
    }
}

fn rename_references(value: &mut Json, old: &str, new: &str) {
    match value {
        Json::Object(map) => {
            for (key, value) in map {
                if matches!(key.as_str(), "shape" | "target") && value == old {
                    *value = json!(new);
                }
                rename_references(value, old, new);
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| rename_references(item, old, new)),
        _ => {}
    }
}
