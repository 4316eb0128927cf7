//! The content of documentation: the docs of an overlay or the model, then the facts, then the link.

use crate::ir::{self, Layout, Type};
use crate::prose::{code, plain};

/// The address of the service's documentation, with `{}` in place of a page's name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Docs {
    pub(crate) api_reference: Option<String>,
}

impl Docs {
    /// Returns the documentation of the service's type.
    pub(crate) fn service(&self, service: &ir::Service) -> String {
        let mut facts =
            format!("The service {}, version {} of its API.", plain(&service.sdk_id), service.api_version);
        if service.endpoints.is_none() {
            facts.push_str(
                "\n\nThe model has no endpoint rules, so requests need a custom endpoint: in a client, set \
                 `endpoint_url`.",
            );
        }
        match &service.text {
            Some(text) => format!("{text}\n\n{facts}"),
            None => facts,
        }
    }

    /// Returns the documentation of an operation's request.
    pub(crate) fn operation(&self, service: &ir::Service, operation: &ir::Operation) -> String {
        let text = operation.input.text.clone();
        let mut text = text.unwrap_or_else(|| format!("The operation `{}`.", operation.name));
        if let ir::Repetition::Unknown(errors) = &operation.repetition {
            text.push_str("\n\n");
            text.push_str(&repetition(service, errors));
        }
        if let Some(example) = &operation.example {
            text.push_str(&format!("\n\n```\n{example}\n```"));
        }
        self.with_link(text, &operation.name)
    }

    /// Returns the documentation of a waiter: its text, its rules in order and its limits.
    pub(crate) fn waiter(&self, service: &ir::Service, waiter: &ir::Waiter) -> String {
        let operation = service.operations.iter().find(|operation| operation.name == waiter.operation);
        let request = operation.map_or(&waiter.operation, |operation| &operation.input.type_name);
        let mut text = waiter.text.clone().unwrap_or_else(|| until(waiter));
        text.push_str(&format!(
            "\n\nCalls [`{request}`](crate::operations::{request}). What an answer means, the first that applies:\n\n"
        ));
        for acceptor in &waiter.acceptors {
            let state = match acceptor.state {
                ir::AcceptorState::Success => "done",
                ir::AcceptorState::Failure => "failed",
                ir::AcceptorState::Retry => "call again",
            };
            text.push_str(&format!("- `{}`: {state}", acceptor.rule.replace('`', "'")));
            if acceptor.grace > 0 {
                text.push_str(&format!(", but not within {} s of the start", acceptor.grace));
            }
            text.push('\n');
        }
        text.push_str("- any other error: failed; any other output: call again\n\n");
        text.push_str(&match (waiter.min_delay, waiter.max_delay) {
            (min, max) if min == max => format!("A call every {min} s"),
            (min, max) => format!("{min} s to {max} s between calls"),
        });
        text.push_str(&match waiter.limit {
            ir::WaitLimit::Calls(calls) => format!(", at most {calls} calls."),
            ir::WaitLimit::Seconds(seconds) => {
                format!(", for at most {seconds} s unless the caller says otherwise.")
            }
        });
        text
    }

    /// Returns the documentation of an operation's own output.
    pub(crate) fn output(&self, operation: &ir::Operation, output: &ir::Structure) -> String {
        let text = output.text.clone();
        text.unwrap_or_else(|| format!("What [`{}`] answers.", operation.input.type_name))
    }

    /// Returns the documentation of a shared structure.
    pub(crate) fn structure(&self, structure: &ir::Structure) -> String {
        let name = shape_name(&structure.path);
        let kind = if structure.union { "union" } else { "structure" };
        self.with_link(structure.text.clone().unwrap_or_else(|| format!("The {kind} `{name}`.")), name)
    }

    /// Returns the documentation of an enumeration, including values that the model does not name.
    pub(crate) fn enumeration(&self, enum_: &ir::Enum) -> String {
        let name = shape_name(&enum_.path);
        let text = enum_.text.clone().unwrap_or_else(|| format!("The enumeration `{name}`."));
        format!(
            "{text}\n\nOpen: a value that is not listed here is kept in `Unknown`, and written back unchanged."
        )
    }

    /// Returns the documentation of an enumeration's value.
    pub(crate) fn value(&self, value: &ir::EnumValue) -> String {
        let name = code(&value.value);
        match &value.text {
            // Markdown that is special at the start of a line must stay at the start of a line.
            Some(text)
                if text.starts_with(['-', '>', '`']) || text.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                format!("{name}.\n\n{text}")
            }
            Some(text) => format!("{name}: {text}"),
            None => format!("{name}."),
        }
    }

    /// Returns the documentation of a filter's constructor.
    pub(crate) fn filter(&self, filter: &ir::Filter) -> String {
        format!("{}: {}", code(&filter.name), filter.text)
    }

    /// Returns the documentation of an error.
    pub(crate) fn error(&self, error: &ir::ErrorShape) -> String {
        let facts = format!("Wire code {}, status {}.", code(&error.code), error.status);
        match &error.text {
            Some(text) => format!("{text}\n\n{facts}"),
            None => facts,
        }
    }

    /// Returns the documentation of a member: its text, if there is any, and one line of facts.
    pub(crate) fn member(&self, member: &ir::Member) -> String {
        let mut facts = Vec::new();
        // The wire name lets rustdoc's search find a field, and documents a member without text.
        if member.wire_name != member.name || member.text.is_none() {
            facts.push(format!("Wire name {}", code(&member.wire_name)));
        }
        if member.required {
            facts.push("Required".to_owned());
        }
        facts.extend(bounds(&member.layout));
        if member.client_only {
            facts.push("Never sent".to_owned());
        }
        let facts = facts.iter().map(|fact| format!("{}.", capitalized(fact))).collect::<Vec<_>>().join(" ");
        match &member.text {
            Some(text) if facts.is_empty() => text.clone(),
            Some(text) => format!("{text}\n\n{facts}"),
            None => facts,
        }
    }

    /// Returns the documentation of a member's setter: one line, from the member's first sentence if that is a noun
    /// phrase.
    pub(crate) fn setter(&self, member: &ir::Member) -> String {
        let plain = member.field.trim_start_matches("r#");
        match member.text.as_deref().map(first_sentence) {
            // The model's prose may begin in any way.
            Some(sentence)
                if member.has_words || ["The ", "A ", "An "].iter().any(|a| sentence.starts_with(a)) =>
            {
                format!("Sets {}", uncapitalized(&sentence))
            }
            _ => format!("Sets [`{plain}`](field@Self::{plain})."),
        }
    }

    fn with_link(&self, text: String, page: &str) -> String {
        match &self.api_reference {
            Some(address) => format!("{text}\n\n[API reference]({})", address.replace("{}", page)),
            None => text,
        }
    }
}

/// Returns the condition for which a waiter waits, from its rules.
fn until(waiter: &ir::Waiter) -> String {
    let done = waiter.acceptors.iter().filter(|acceptor| acceptor.state == ir::AcceptorState::Success);
    let rules: Vec<_> = done.map(|acceptor| code(&acceptor.rule)).collect();
    match rules.as_slice() {
        [] => format!("The waiter `{}`.", waiter.name),
        rules => format!("Waits until {}.", rules.join(" or ")),
    }
}

/// Returns the warning about repeating a call whose response was lost.
fn repetition(service: &ir::Service, errors: &[usize]) -> String {
    let names: Vec<_> = errors.iter().filter_map(|index| service.errors.get(*index)).collect();
    let names: Vec<_> = names.iter().map(|error| format!("`{}`", error.name)).collect();
    let refused = match names.as_slice() {
        [] => "or refuse it".to_owned(),
        names => format!("or refuse it with {}", names.join(", ")),
    };
    wrap(&format!(
        "Not known to be idempotent: when an answer is lost and the call is repeated, the service may carry out the \
         second one too, {refused} although the first one succeeded."
    ))
}

/// Breaks a paragraph into lines of at most 110 characters.
fn wrap(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + 1 + word.len() <= 110 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.into()),
        }
    }
    lines.join("\n")
}

fn shape_name(path: &str) -> &str {
    path.split_once('#').map_or(path, |(_, name)| name)
}

/// Returns a text's first sentence, on one line.
fn first_sentence(text: &str) -> String {
    let paragraph = text.split("\n\n").next().unwrap_or(text).replace('\n', " ");
    // Neither a short word ends a sentence, nor does a stop inside code or a link.
    let is_end = |(at, _): &(usize, &str)| {
        let before = &paragraph[..*at];
        let count = |c: char| before.matches(c).count();
        !["e.g", "i.e", "etc"].iter().any(|short| before.ends_with(short))
            && count('`') % 2 == 0
            && count('[') == count(']')
            && count('(') == count(')')
    };
    let end = paragraph.match_indices(". ").find(is_end).map_or(paragraph.len(), |(at, _)| at + 1);
    let sentence = paragraph[..end].trim_end().trim_end_matches(':');
    if sentence.ends_with('.') { sentence.to_owned() } else { format!("{sentence}.") }
}

/// Returns a sentence as a continuation of another: an initial article or ordinary word is in lower case.
fn uncapitalized(sentence: &str) -> String {
    let word = sentence.split([' ', ',', ':', '.']).next().unwrap_or_default();
    let mut letters = word.chars();
    let is_ordinary = letters.next().is_some_and(|c| c.is_ascii_uppercase())
        && (word == "A" || !word[1..].is_empty() && letters.all(|c| c.is_ascii_lowercase() || c == '-'));
    match is_ordinary && !PROPER_NAMES.contains(&word) {
        true => sentence[..1].to_ascii_lowercase() + &sentence[1..],
        false => sentence.to_owned(),
    }
}

/// Names that keep their capital at the beginning of an overlay's sentence.
const PROPER_NAMES: [&str; 7] =
    ["Amazon", "Aurora", "Kerberos", "Microsoft", "Oracle", "Performance", "Secrets"];

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Returns the range of a number or a length: `20 to 100`, `at least 1 element`.
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
