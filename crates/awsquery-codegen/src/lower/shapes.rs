//! Structures, enumerations, and the layouts of their members.

use std::collections::BTreeSet;

use super::{Lowering, text_of};
use crate::ir::{self, Layout, TimestampFormat, Type};
use crate::model;
use crate::names::{self, Scope};

impl<'a> Lowering<'a> {
    pub(super) fn enumeration(
        &self,
        name: &str,
        shape: &model::Shape,
        type_name: String,
        module: String,
    ) -> ir::Enum {
        let mut values = enum_values(shape.enum_.as_deref().unwrap_or_default());
        for value in &mut values {
            value.text = text_of(&shape.value_documentation.get(&value.value).cloned());
        }
        ir::Enum {
            path: self.path(name),
            type_name,
            module,
            values,
            text: text_of(&shape.documentation),
            deprecated: shape.deprecated,
        }
    }

    pub(super) fn structure(
        &mut self,
        name: &'a str,
        type_name: String,
        module: String,
        settable: bool,
    ) -> ir::Structure {
        let path = self.path(name);
        let Some(shape) = self.shapes.get(name).copied() else { return empty_structure(&path, type_name) };
        for key in &shape.unsupported {
            self.diagnostics.error(&path, format!("{key:?} cannot be carried by the Query protocol"));
        }
        if shape.union && shape.members.is_empty() {
            self.diagnostics.error(&path, "expected a union to have members, found none");
        }
        let mut fields = Scope::default();
        // A field's name must not be that of a setter that is renamed.
        for hidden in names::HIDDEN_BY_SETTERS {
            fields.claim(format!("set_{hidden}"), "_");
        }
        let members = shape.members.iter().map(|(member, reference)| {
            let field = if shape.union { names::variant(member) } else { names::field(member) };
            let field = fields.claim(field, if shape.union { "" } else { "_" });
            self.member(name, &path, member, reference, field, shape.required.contains(member))
        });
        let members: Vec<_> = members.collect();
        self.check_wire_names(&members, settable);
        ir::Structure {
            path: path.clone(),
            type_name,
            module,
            union: shape.union,
            settable,
            members,
            text: text_of(&shape.documentation),
            deprecated: shape.deprecated,
        }
    }

    pub(super) fn member(
        &mut self,
        owner: &'a str,
        owner_path: &str,
        name: &str,
        reference: &'a model::Reference,
        field: String,
        required: bool,
    ) -> ir::Member {
        let path = format!("{owner_path}${name}");
        let target = self.shapes.get(reference.shape.as_str()).copied();
        let layout = self.layout(&path, owner, reference, 0);
        if reference.xml_attribute
            && matches!(layout.type_, Type::List { .. } | Type::Map { .. } | Type::Structure { .. })
        {
            self.diagnostics
                .error(&path, "expected an XML attribute to be one value, found a collection or structure");
        }
        let mut wire_name = reference.location_name.clone().unwrap_or_else(|| name.into());
        let mut empty_name = None;
        // A list shape that is itself flattened gives its element's name to the member (REQ-11, world 2).
        if let Some(element) = target
            .filter(|shape| shape.flattened && !reference.flattened)
            .and_then(|shape| shape.member.as_ref().and_then(|member| member.location_name.clone()))
        {
            empty_name = (wire_name != element).then(|| std::mem::replace(&mut wire_name, element));
        }
        ir::Member {
            path,
            name: name.into(),
            field,
            wire_name,
            layout,
            required,
            attribute: reference.xml_attribute,
            client_only: false,
            empty_name,
            text: text_of(&reference.documentation).or_else(|| self.text_of_untyped(&reference.shape)),
            has_words: matches!(reference.documentation, Some(model::Text::Words(_))),
            deprecated: reference.deprecated || target.is_some_and(|shape| shape.deprecated),
        }
    }

    /// Returns the docs of a shape that is not emitted as a type, so that a member can show them.
    pub(super) fn text_of_untyped(&self, shape: &str) -> Option<String> {
        let shape = self.shapes.get(shape).filter(|_| !self.types.contains_key(shape))?;
        text_of(&shape.documentation)
    }

    /// Returns the layout of a reference. Nested lists are limited to 16 levels: deeper than any model, and safe for
    /// the stack.
    pub(super) fn layout(
        &mut self,
        path: &str,
        owner: &'a str,
        reference: &'a model::Reference,
        level: usize,
    ) -> Layout {
        let Some(shape) = self.shapes.get(reference.shape.as_str()).copied() else {
            return Layout { type_: Type::String, sensitive: false, min: None, max: None };
        };
        if level > 16 {
            self.diagnostics.error(path, "expected at most 16 lists or maps inside each other, found more");
            return Layout { type_: Type::String, sensitive: false, min: None, max: None };
        }
        let flattened = reference.flattened || shape.flattened;
        if flattened && level > 0 {
            self.diagnostics
                .error(path, "expected \"flattened\" on a member only, found it inside a collection");
        }
        Layout {
            type_: self.type_of(path, owner, reference, shape, flattened, level),
            sensitive: reference.sensitive || shape.sensitive,
            min: reference.min.or(shape.min),
            max: reference.max.or(shape.max),
        }
    }

    pub(super) fn type_of(
        &mut self,
        path: &str,
        owner: &'a str,
        reference: &'a model::Reference,
        shape: &'a model::Shape,
        flattened: bool,
        level: usize,
    ) -> Type {
        match shape.type_.as_str() {
            "string" | "character" if shape.enum_.is_some() => Type::Enum(self.type_name(&reference.shape)),
            "string" | "character" => Type::String,
            "boolean" => Type::Boolean,
            "byte" | "short" | "integer" => Type::Integer,
            "long" => Type::Long,
            "float" => Type::Float,
            "double" => Type::Double,
            "blob" => Type::Blob,
            "timestamp" => {
                let format = reference.timestamp_format.as_ref().or(shape.timestamp_format.as_ref());
                Type::Timestamp(self.timestamp_format(path, format.map(String::as_str)))
            }
            "structure" => Type::Structure {
                name: self.type_name(&reference.shape),
                boxed: level == 0 && self.holds_itself(owner, &reference.shape),
            },
            "list" | "set" => {
                let Some(member) = &shape.member else { return self.without(path, "member") };
                Type::List {
                    of: Box::new(self.layout(path, owner, member, level + 1)),
                    element: member.location_name.clone().unwrap_or_else(|| "member".into()),
                    flattened,
                }
            }
            "map" => self.map(path, owner, shape, flattened, level),
            other => {
                self.diagnostics
                    .error(path, format!("the type {other:?} cannot be carried by the Query protocol"));
                Type::String
            }
        }
    }

    pub(super) fn map(
        &mut self,
        path: &str,
        owner: &'a str,
        shape: &'a model::Shape,
        flattened: bool,
        level: usize,
    ) -> Type {
        let (Some(key), Some(value)) = (&shape.key, &shape.value) else {
            return self.without(path, "key and value");
        };
        let key_layout = self.layout(path, owner, key, level + 1);
        if key_layout.sensitive {
            self.diagnostics.error(path, "expected a map whose keys may be shown, found sensitive ones");
        }
        let key_type = key_layout.type_;
        let key_enum = match key_type {
            Type::Enum(name) => Some(name),
            Type::String => None,
            _ => {
                self.diagnostics.error(path, "expected a map with strings as keys, found another type");
                None
            }
        };
        Type::Map {
            key_enum,
            key: key.location_name.clone().unwrap_or_else(|| "key".into()),
            value: value.location_name.clone().unwrap_or_else(|| "value".into()),
            of: Box::new(self.layout(path, owner, value, level + 1)),
            flattened,
        }
    }

    pub(super) fn without(&mut self, path: &str, part: &str) -> Type {
        self.diagnostics.error(path, format!("refers to a collection without {part}"));
        Type::String
    }

    pub(super) fn timestamp_format(&mut self, path: &str, format: Option<&str>) -> TimestampFormat {
        match format {
            None | Some("iso8601") => TimestampFormat::DateTime,
            Some("unixTimestamp") => TimestampFormat::EpochSeconds,
            Some("rfc822") => TimestampFormat::HttpDate,
            Some(other) => {
                self.diagnostics.error(path, format!("the timestamp format {other:?} is not known"));
                TimestampFormat::DateTime
            }
        }
    }

    /// Returns true if `target` reaches `owner` without a list or map, which would break the cycle.
    pub(super) fn holds_itself(&self, owner: &str, target: &'a str) -> bool {
        let mut seen = BTreeSet::new();
        let mut pending = vec![target];
        while let Some(name) = pending.pop() {
            if name == owner {
                return true;
            }
            let Some(shape) = self.shapes.get(name).filter(|shape| shape.type_ == "structure") else {
                continue;
            };
            if seen.insert(name) {
                pending.extend(shape.members.iter().map(|(_, reference)| reference.shape.as_str()));
            }
        }
        false
    }
}

fn enum_values(values: &[String]) -> Vec<ir::EnumValue> {
    let mut variants = Scope::default();
    variants.claim("Unknown".into(), "");
    let mut seen = BTreeSet::new();
    values
        .iter()
        .filter(|value| seen.insert(value.as_str()))
        .map(|value| ir::EnumValue {
            value: value.clone(),
            variant: variants.claim(names::variant(value), ""),
            text: None,
        })
        .collect()
}

pub(super) fn empty_structure(path: &str, type_name: String) -> ir::Structure {
    ir::Structure {
        path: path.into(),
        type_name,
        module: String::new(),
        union: false,
        settable: true,
        members: Vec::new(),
        text: None,
        deprecated: false,
    }
}
