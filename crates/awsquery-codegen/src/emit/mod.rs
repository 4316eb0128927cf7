//! Emission of items from the IR with `quote!`. All decisions have been made before.

mod endpoints;
mod operation;
mod scope;
mod types;
mod values;
mod waiter;

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;

pub(crate) use self::endpoints::partitions;
use self::scope::Scope;
use crate::docs::Docs;
use crate::ir;
use crate::prose;

/// A module to write: its path below `src/generated` and its sections.
pub(crate) struct Module {
    pub(crate) path: String,
    pub(crate) sections: Vec<Section>,
}

/// A group of related items. A named section becomes a file of its own if the module would be too long.
pub(crate) struct Section {
    pub(crate) name: &'static str,
    /// The types that it defines and that users of the module name.
    pub(crate) exports: Vec<String>,
    /// True if it needs no imports or definitions of the module.
    pub(crate) stands_alone: bool,
    /// The only code block of its docs that is compiled as Rust.
    pub(crate) example: Option<String>,
    pub(crate) items: Vec<TokenStream>,
}

impl Section {
    fn main(items: Vec<TokenStream>) -> Self {
        Self::named("", items)
    }

    fn named(name: &'static str, items: Vec<TokenStream>) -> Self {
        Self { name, exports: Vec::new(), stands_alone: false, example: None, items }
    }

    fn exporting(self, name: &str) -> Self {
        Self { exports: vec![name.to_owned()], ..self }
    }
}

impl Module {
    fn of(path: impl Into<String>, items: Vec<TokenStream>) -> Self {
        Self { path: path.into(), sections: vec![Section::main(items)] }
    }
}

/// Emits every module of a service.
pub(crate) fn service(service: &ir::Service, docs: &Docs) -> Vec<Module> {
    let mut modules = vec![root(service), service_type(service, docs), errors(service, docs)];
    modules.push(operations(service));
    modules.extend(service.operations.iter().map(|operation| operation::module(service, operation, docs)));
    modules.push(types_root(service));
    modules.extend(service.structures.iter().map(|structure| {
        let error = service.errors.iter().find(|error| error.details.as_ref() == Some(&structure.type_name));
        types::structure_module(structure, error, docs)
    }));
    modules.extend(service.enums.iter().map(|enum_| types::enum_module(enum_, docs)));
    if !service.waiters.is_empty() {
        modules.push(waiters(service));
        modules.extend(service.waiters.iter().map(|waiter| waiter::module(service, waiter, docs)));
    }
    modules
}

/// Creates an identifier, raw if the name begins with `r#`. Lowering has already replaced invalid names.
fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}

/// Emits doc comments, one for each line.
fn doc(text: &str) -> TokenStream {
    // Rust rejects carriage returns in doc comments, and characters that change the direction of text.
    let is_refused = |c: char| matches!(c, '\r' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = |c: char| if is_refused(c) { c.escape_default().to_string() } else { c.to_string() };
    let text: String = text.chars().map(shown).collect();
    let lines = text.lines().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote!(#(#[doc = #lines])*)
}

fn deprecated(deprecated: bool) -> TokenStream {
    if deprecated { quote!(#[deprecated]) } else { TokenStream::new() }
}

fn root(service: &ir::Service) -> Module {
    let (type_name, error_kind) = (ident(&service.type_name), ident(&service.error_kind));
    // Generated code reads and writes deprecated items too.
    let allow = service.has_deprecated().then(|| quote!(#[allow(deprecated)]));
    let allow_in_errors =
        service.errors.iter().any(|error| error.deprecated).then(|| quote!(#[allow(deprecated)]));
    let mut items = vec![
        quote!(
            #allow_in_errors
            mod errors;
        ),
        quote! {
            /// The operations: each is a request, and knows its output and its errors.
            #allow
            pub mod operations;
        },
        quote!(
            mod service;
        ),
        quote! {
            /// The structures and enumerations that requests and outputs are made of.
            #allow
            pub mod types;
        },
    ];
    if !service.waiters.is_empty() {
        items.push(quote! {
            /// What can be waited for, with [`Wait`](awsquery::waiter::Wait).
            #allow
            pub mod waiters;
        });
    }
    items.push(quote!(pub use self::errors::#error_kind;));
    items.push(quote!(pub use self::service::#type_name;));
    Module::of("mod.rs", items)
}

fn service_type(service: &ir::Service, docs: &Docs) -> Module {
    let (type_name, error_kind) = (ident(&service.type_name), ident(&service.error_kind));
    let ir::Service { sdk_id, api_version, signing_name, endpoint_prefix, xml_namespace, .. } = service;
    let text = doc(&docs.service(service));
    let endpoints = endpoints::constants(service);
    let import = endpoints::has_constants(service).then(|| {
        quote!(
            use awsquery::endpoint;
        )
    });
    let mut items: Vec<_> = import.into_iter().collect();
    items.extend([
        quote! {
            #text
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            #[non_exhaustive]
            pub struct #type_name;
        },
        quote! {
            impl ::awsquery::Service for #type_name {
                type Error = crate::#error_kind;

                const SDK_ID: &'static str = #sdk_id;
                const API_VERSION: &'static str = #api_version;
                const SIGNING_NAME: &'static str = #signing_name;
                const ENDPOINT_PREFIX: &'static str = #endpoint_prefix;
                const XML_NAMESPACE: &'static str = #xml_namespace;
                #endpoints
            }
        },
    ]);
    Module::of("service.rs", items)
}

fn errors(service: &ir::Service, docs: &Docs) -> Module {
    let kind = ident(&service.error_kind);
    let text = doc(&format!(
        "Every error that the model of {} lists, named by its shape.\n\nServices answer with errors that their models \
         do not list for the operation, or at all.",
        prose::plain(&service.sdk_id)
    ));
    let variants = service.errors.iter().map(|error| {
        let (text, variant) = (doc(&docs.error(error)), ident(&error.variant));
        let mark = deprecated(error.deprecated);
        quote!(#text #mark #variant)
    });
    let shapes = service.errors.iter().map(|error| {
        let variant = ident(&error.variant);
        let ir::ErrorShape { name, code, status, .. } = error;
        let status = proc_macro2::Literal::u16_unsuffixed(*status);
        let retry = match error.retry {
            Some(ir::Retry::Throttling) => quote!(.retry(::awsquery::retry::RetryKind::Throttling)),
            Some(ir::Retry::Transient) => quote!(.retry(::awsquery::retry::RetryKind::Transient)),
            None => TokenStream::new(),
        };
        quote!((Self::#variant, ErrorShape::new(#name, #code, #status) #retry))
    });
    let definition = vec![
        quote!(
            use awsquery::error::ErrorShape;
        ),
        quote! {
            #text
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum #kind { #(#variants),* }
        },
    ];
    let table = quote! {
        impl ::awsquery::error::ServiceErrorKind for #kind {
            const SHAPES: &'static [(Self, ErrorShape)] = &[#(#shapes),*];
        }
    };
    let sections = vec![Section::main(definition), Section::named("shapes", vec![table])];
    Module { path: "errors.rs".into(), sections }
}

fn operations(service: &ir::Service) -> Module {
    let modules = service.operations.iter().map(|operation| operation.module.as_str());
    modules_with_all("operations/mod.rs", modules.collect())
}

fn waiters(service: &ir::Service) -> Module {
    modules_with_all("waiters/mod.rs", service.waiters.iter().map(|waiter| waiter.module.as_str()).collect())
}

fn types_root(service: &ir::Service) -> Module {
    let structures = service.structures.iter().map(|structure| structure.module.as_str());
    let enums = service.enums.iter().map(|enum_| enum_.module.as_str());
    modules_with_all("types/mod.rs", structures.chain(enums).collect())
}

/// Emits a module that re-exports the types of other modules.
fn modules_with_all(path: &str, modules: BTreeSet<&str>) -> Module {
    let modules = modules.iter().map(|module| ident(module));
    let uses = modules.clone().map(|module| quote!(pub use self::#module::*;));
    Module::of(path, modules.map(|module| quote!(mod #module;)).chain(uses).collect())
}

impl ir::Service {
    fn has_deprecated(&self) -> bool {
        let of_operations = self.operations.iter().flat_map(|operation| {
            let output = match &operation.output {
                ir::Output::Own(output) => Some(output),
                _ => None,
            };
            std::iter::once(&operation.input).chain(output)
        });
        let is_deprecated = |structure: &ir::Structure| {
            structure.deprecated || structure.members.iter().any(|member| member.deprecated)
        };
        of_operations.chain(&self.structures).any(is_deprecated)
            || self.enums.iter().any(|enum_| enum_.deprecated)
            || self.errors.iter().any(|error| error.deprecated)
    }
}
