//! The one place that decides what documentation says: our words or the model's, then the facts, then the link.

use crate::ir::{self, Layout, Type};

/// Where AWS documents the service: a page's address with `{}` for its name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Docs {
    pub(crate) api_reference: Option<String>,
}

impl Docs {
    /// The documentation of an operation's request.
    pub(crate) fn operation(&self, operation: &ir::Operation) -> String {
        let text = operation.input.text.clone();
        let text = text.unwrap_or_else(|| format!("The operation `{}`.", operation.name));
        self.with_link(text, &operation.name)
    }

    /// The documentation of an operation's own output.
    pub(crate) fn output(&self, operation: &ir::Operation, output: &ir::Structure) -> String {
        let text = output.text.clone();
        text.unwrap_or_else(|| format!("What [`{}`] answers.", operation.input.type_name))
    }

    /// The documentation of a structure that others refer to.
    pub(crate) fn structure(&self, structure: &ir::Structure) -> String {
        let name = shape_name(&structure.path);
        let kind = if structure.union { "union" } else { "structure" };
        self.with_link(structure.text.clone().unwrap_or_else(|| format!("The {kind} `{name}`.")), name)
    }

    /// The documentation of an enumeration, values that the model does not name included.
    pub(crate) fn enumeration(&self, enum_: &ir::Enum) -> String {
        let name = shape_name(&enum_.path);
        let text = enum_.text.clone().unwrap_or_else(|| format!("The enumeration `{name}`."));
        format!(
            "{text}\n\nOpen: a value that is not listed here is kept in `Unknown`, and written back unchanged."
        )
    }

    /// The documentation of an enumeration's value.
    pub(crate) fn value(&self, value: &ir::EnumValue) -> String {
        match &value.text {
            Some(text) => format!("`{}`: {text}", value.value),
            None => format!("`{}`.", value.value),
        }
    }

    /// The documentation of an error.
    pub(crate) fn error(&self, error: &ir::ErrorShape) -> String {
        let facts = format!("Wire code `{}`, status {}.", error.code, error.status);
        match &error.text {
            Some(text) => format!("{text}\n\n{facts}"),
            None => facts,
        }
    }

    /// The documentation of a member: its words, if there are any, and one line of facts.
    pub(crate) fn member(&self, member: &ir::Member) -> String {
        let mut facts = format!("Wire name `{}`", member.wire_name);
        if member.required {
            facts.push_str("; required");
        }
        if let Some(bounds) = bounds(&member.layout) {
            facts.push_str("; ");
            facts.push_str(&bounds);
        }
        facts.push('.');
        match &member.text {
            Some(text) => format!("{text}\n\n{facts}"),
            None => facts,
        }
    }

    fn with_link(&self, text: String, page: &str) -> String {
        match &self.api_reference {
            Some(address) => format!("{text}\n\n[API reference]({})", address.replace("{}", page)),
            None => text,
        }
    }
}

fn shape_name(path: &str) -> &str {
    path.split_once('#').map_or(path, |(_, name)| name)
}

/// The range of a number, or of a length: `20 to 100`, `at least 1 element`.
fn bounds(layout: &Layout) -> Option<String> {
    let unit = match layout.type_ {
        Type::Integer | Type::Long | Type::Float | Type::Double => "",
        Type::List { .. } => " elements",
        Type::Map { .. } => " entries",
        Type::Blob => " bytes",
        _ => " characters",
    };
    match (layout.min, layout.max) {
        (Some(min), Some(max)) => Some(format!("{min} to {max}{unit}")),
        (Some(min), None) => Some(format!("at least {min}{unit}")),
        (None, Some(max)) => Some(format!("at most {max}{unit}")),
        (None, None) => None,
    }
}
