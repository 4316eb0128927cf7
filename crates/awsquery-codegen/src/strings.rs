//! The rules for strings of a model, its folder and an overlay.
//!
//! A model is not trusted: its strings reach docs, comments, paths and literals of code that others build and test.
//! Names are identifiers. Text on the wire is printable. Parts of headers and hosts follow a grammar. Prose is not
//! checked here: `prose` converts it to Markdown.

use crate::Diagnostics;
use crate::endpoints::Partition;
use crate::ir;
use crate::model::{Expected, Model, Operation, Reference, Shape, Waiter};
use crate::printable::{Shown, is_unprintable};
use crate::smithy;

/// Checks the caller's strings: the service's folder and the address of its documentation.
pub(crate) fn check_input(id: &str, api_reference: Option<&str>, diagnostics: &mut Diagnostics) {
    if !is_label(id) {
        let what = format!(
            "expected a service's folder or file of ASCII letters, digits and \"-._\", found \"{}\"",
            Shown(id)
        );
        diagnostics.error(if id.is_empty() { "service" } else { id }, what);
    }
    let is_url = |address: &str| {
        let is_part = |c: char| c.is_ascii_graphic() && !"\"'()<>[]\\`".contains(c);
        (address.starts_with("https://") || address.starts_with("http://")) && address.chars().all(is_part)
    };
    if let Some(address) = api_reference.filter(|address| !is_url(address)) {
        let what = format!(
            "expected an address that begins with https:// or http://, without spaces, brackets and quotes, found \"{}\"",
            Shown(address)
        );
        diagnostics.error(format!("{id} api-reference"), what);
    }
}

/// Checks every string of a model except prose.
pub(crate) fn check_model(id: &str, model: &Model, diagnostics: &mut Diagnostics) {
    let mut checker = Checker { diagnostics };
    checker.metadata(id, model);
    for operation in &model.operations {
        checker.operation(&format!("{id}#{}", operation.key), operation);
    }
    for (name, shape) in &model.shapes {
        checker.shape(&format!("{id}#{name}"), name, shape);
    }
    for (name, paginator) in &model.paginators {
        let path = format!("{id}#{name} paginator");
        let tokens = [&paginator.input_token, &paginator.output_token];
        for text in tokens.into_iter().chain(&paginator.result_keys).chain(&paginator.more_results) {
            checker.text(&path, "a path", text);
        }
    }
    for waiter in &model.waiters {
        checker.waiter(&format!("{} waiter", waiter.place(id)), waiter);
    }
    for (_, rules) in model.endpoints.iter().flat_map(ir::Endpoints::lists) {
        for rule in rules {
            checker.endpoint_rule(&format!("{id} endpoint"), rule);
        }
    }
}

/// Checks every string of the table of partitions. They become hosts and credential scopes of all services.
pub(crate) fn check_partitions(file: &str, partitions: &[Partition], diagnostics: &mut Diagnostics) {
    let mut checker = Checker { diagnostics };
    for partition in partitions {
        let path = format!("{file} {}", partition.name);
        checker.label(&path, "the name", &partition.name);
        partition.regions.iter().for_each(|region| checker.label(&path, "a region", region));
        checker.label(&path, "the DNS suffix", &partition.dns_suffix);
        checker.label(&path, "the DNS suffix for dual stack", &partition.dual_stack_dns_suffix);
        checker.label(&path, "the global region", &partition.global_region);
    }
}

/// Checks a text that is sent on the wire.
pub(crate) fn check_text(path: &str, what: &str, text: &str, diagnostics: &mut Diagnostics) {
    if let Some(found) = text.chars().find(|c| is_unprintable(*c)) {
        let shown = Shown(text);
        let found = found.escape_default();
        diagnostics
            .error(path, format!("{what}: expected printable characters, found '{found}' in \"{shown}\""));
    }
}

/// Checks an overlay's docs, which may have several lines.
pub(crate) fn check_words(path: &str, words: &str, diagnostics: &mut Diagnostics) {
    if let Some(found) = words.chars().find(|c| is_unprintable(*c) && *c != '\n') {
        let found = found.escape_default();
        diagnostics.error(path, format!("the docs: expected printable characters, found '{found}'"));
    }
}

/// Returns true for letters, digits and underscores: Smithy's identifiers, and old models' names that begin with a
/// digit.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Returns true if the text is valid in a header, a host name and a credential scope.
fn is_label(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
}

struct Checker<'a> {
    diagnostics: &'a mut Diagnostics,
}

impl Checker<'_> {
    fn name(&mut self, path: &str, name: &str) {
        if !is_name(name) {
            let what = format!(
                "expected a name of ASCII letters, digits and underscores, found \"{}\"",
                Shown(name)
            );
            self.diagnostics.error(path, what);
        }
    }

    fn text(&mut self, path: &str, what: &str, text: &str) {
        check_text(path, what, text, self.diagnostics);
    }

    fn label(&mut self, path: &str, what: &str, text: &str) {
        if !is_label(text) {
            let found = Shown(text);
            let what = format!("{what}: expected ASCII letters, digits and \"-._\", found \"{found}\"");
            self.diagnostics.error(path, what);
        }
    }

    /// Checks a label with the placeholders that the resolver fills.
    fn template(&mut self, path: &str, what: &str, text: &str) {
        let filled = ["{region}", "{suffix}", "{global_region}"];
        let filled = filled.iter().fold(text.to_owned(), |text, placeholder| text.replace(placeholder, "x"));
        if !is_label(&filled) {
            self.label(path, what, text);
        }
    }

    fn endpoint_rule(&mut self, path: &str, rule: &ir::EndpointRule) {
        let ir::EndpointRule { partitions, regions, unchecked: _, host, signing_region, signing_name } = rule;
        partitions.iter().for_each(|name| self.label(path, "a partition", name));
        regions.iter().for_each(|name| self.label(path, "a region", name));
        self.template(path, "the host", host);
        if let Some(region) = signing_region {
            self.template(path, "the signing region", region);
        }
        if let Some(name) = signing_name {
            self.label(path, "the signing name", name);
        }
    }

    fn metadata(&mut self, id: &str, model: &Model) {
        let path = format!("{id} metadata");
        // Absent keys have been reported already.
        for (key, text) in model.metadata.texts().filter(|(_, text)| !text.is_empty()) {
            let (is_sound, expected) = match key {
                "xmlNamespace" => {
                    self.text(&path, "\"xmlNamespace\"", text);
                    continue;
                }
                "serviceId" => {
                    (is_label(&text.replace(' ', "")) && !text.ends_with(' '), "digits, spaces and")
                }
                _ => (is_label(text), "digits and"),
            };
            if !is_sound || text.starts_with(' ') {
                let found = Shown(text);
                let what = format!("{key:?}: expected ASCII letters, {expected} \"-._\", found \"{found}\"");
                self.diagnostics.error(&path, what);
            }
        }
    }

    fn operation(&mut self, path: &str, operation: &Operation) {
        self.name(path, &operation.key);
        for filter in &operation.filters {
            let place = format!("{} {path}", filter.file);
            self.text(&place, "a filter's name", &filter.name);
            check_words(&place, &filter.docs, self.diagnostics);
        }
        if operation.name != operation.key {
            self.name(path, &operation.name);
        }
        if let Some(wrapper) = &operation.result_wrapper {
            self.text(path, "the result wrapper", wrapper);
        }
        let is_host = |prefix: &str| prefix.chars().all(|c| c.is_ascii_alphanumeric() || "-._{}".contains(c));
        if let Some(prefix) = operation.host_prefix.as_deref().filter(|prefix| !is_host(prefix)) {
            let found = Shown(prefix);
            let what = format!(
                "the host prefix: expected ASCII letters, digits, \"-.\" and {{labels}}, found \"{found}\""
            );
            self.diagnostics.error(path, what);
        }
    }

    fn shape(&mut self, path: &str, name: &str, shape: &Shape) {
        // The name of a prelude shape includes its namespace.
        self.name(path, name.strip_prefix(smithy::PRELUDE).unwrap_or(name));
        for (member, reference) in &shape.members {
            let path = format!("{path}${member}");
            self.name(&path, member);
            self.reference(&path, reference);
        }
        for (part, reference) in [("member", &shape.member), ("key", &shape.key), ("value", &shape.value)] {
            if let Some(reference) = reference {
                self.reference(&format!("{path}${part}"), reference);
            }
        }
        for value in shape.enum_.iter().flatten() {
            self.text(path, "a value", value);
        }
        if let Some(code) = shape.error.as_ref().and_then(|error| error.code.as_ref()) {
            self.text(path, "the error code", code);
        }
    }

    fn reference(&mut self, path: &str, reference: &Reference) {
        if let Some(name) = &reference.location_name {
            self.text(path, "the wire name", name);
        }
    }

    fn waiter(&mut self, path: &str, waiter: &Waiter) {
        self.name(path, &waiter.name);
        check_words(path, waiter.docs.as_deref().unwrap_or_default(), self.diagnostics);
        for (index, acceptor) in waiter.acceptors.iter().enumerate() {
            let path = format!("{path} acceptors[{index}]");
            if let Expected::Text(text) = &acceptor.expected {
                self.text(&path, "the expected text", text);
            }
            for (what, text) in [("the argument", &acceptor.argument), ("the message", &acceptor.message)] {
                if let Some(text) = text {
                    self.text(&path, what, text);
                }
            }
        }
    }
}
