//! An operation's module: its request, its own output, its errors and its filters.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::types::{structure, with_imports};
use super::values::{mentioned, rust_type};
use super::{Module, Scope, Section, deprecated, doc, ident};
use crate::docs::Docs;
use crate::ir;

/// Emits the module.
pub(super) fn module(service: &ir::Service, operation: &ir::Operation, docs: &Docs) -> Module {
    let scope = scope_of(operation);
    let mut sections = structure(&operation.input, &docs.operation(service, operation), docs, &scope);
    if let Some(main) = sections.first_mut() {
        main.example.clone_from(&operation.example);
    }
    let pages = operation.paginator.iter().map(|paginator| pages(operation, paginator, &scope));
    sections
        .push(Section::main([implementation(service, operation, &scope)].into_iter().chain(pages).collect()));
    if let ir::Output::Own(output) = &operation.output {
        let parts = structure(output, &docs.output(operation, output), docs, &scope);
        let items = parts.into_iter().flat_map(|part| part.items).collect();
        sections.push(Section::named("output", items).exporting(&output.type_name));
    }
    let errors = Section::named("errors", errors(service, operation, docs));
    sections.push(Section { stands_alone: true, ..errors.exporting(&operation.error_kind) });
    if let Some(filters) = &operation.filters {
        let items = self::filters(operation, filters, docs, &scope);
        sections.push(Section::named("filters", items).exporting(&filters.type_name));
    }
    with_imports(format!("operations/{}.rs", operation.module), &scope, sections)
}

fn scope_of(operation: &ir::Operation) -> Scope {
    let defined = operation.type_names().into_iter().map(str::to_owned).collect();
    let mut names = BTreeSet::new();
    let mut mention = |structure: &ir::Structure| {
        structure.members.iter().for_each(|member| mentioned(&member.layout, &mut names));
    };
    mention(&operation.input);
    match &operation.output {
        ir::Output::Own(output) => mention(output),
        ir::Output::Shared(name) => names.extend([name.clone()]),
        ir::Output::Unit => {}
    }
    if let Some(paginator) = &operation.paginator {
        mentioned(&paginator.items_layout, &mut names);
    }
    if let Some(filters) = &operation.filters {
        names.insert(filters.filter_type.clone());
        names.extend(filters.filters.iter().filter_map(|filter| filter.values.clone()));
    }
    Scope::of_operation(defined, names)
}

fn implementation(service: &ir::Service, operation: &ir::Operation, scope: &Scope) -> TokenStream {
    let (name, service) = (ident(&operation.input.type_name), ident(&service.type_name));
    let option = scope.prelude("Option");
    let error_kind = ident(&operation.error_kind);
    let output = match &operation.output {
        ir::Output::Unit => quote!(()),
        ir::Output::Own(ir::Structure { type_name, .. }) => {
            let type_name = ident(type_name);
            quote!(#type_name)
        }
        ir::Output::Shared(type_name) => scope.service_type(type_name),
    };
    let action = &operation.name;
    let wrapper = match &operation.result_wrapper {
        Some(wrapper) => quote!(Some(#wrapper)),
        None => quote!(None),
    };
    let unsigned = (!operation.signed).then(|| {
        quote!(
            const SIGNED: bool = false;
        )
    });
    let query = &operation.query;
    let query = (!query.is_empty()).then(|| quote!(const QUERY: &'static str = #query;));
    let token = operation.idempotency_token.as_ref().map(|field| idempotency_token(&ident(field)));
    let prefix = host_prefix(&operation.host_prefix, scope);
    let region = presign_region(&operation.input);
    let read_only = (operation.repetition == ir::Repetition::ReadOnly).then(|| {
        quote!(
            const READ_ONLY: bool = true;
        )
    });
    quote! {
        impl ::awsquery::Operation for #name {
            type Service = crate::#service;
            type Output = #output;
            type Error = #error_kind;

            const NAME: &'static str = #action;
            const RESULT_WRAPPER: #option<&'static str> = #wrapper;
            #read_only
            #unsigned
            #query
            #token
            #region
            #prefix
        }
    }
}

fn idempotency_token(field: &syn::Ident) -> TokenStream {
    quote! {
        #[inline]
        fn ensure_idempotency_token(&mut self, token: impl ::std::ops::FnOnce() -> ::std::string::String) {
            if self.#field.is_none() {
                self.#field = Some(token().into());
            }
        }
    }
}

/// Emits the function that returns the source region of a presigned URL. The request must have both members as texts.
fn presign_region(input: &ir::Structure) -> Option<TokenStream> {
    let texts = || input.members.iter().filter(|member| member.layout.type_ == ir::Type::String);
    let region = ident(&texts().find(|member| member.client_only && !member.layout.sensitive)?.field);
    let url = ident(&texts().find(|member| member.wire_name == ir::PRESIGNED_URL)?.field);
    Some(quote! {
        #[inline]
        fn presign_region(&self) -> ::std::option::Option<&str> {
            ::awsquery::generated::presign_region(self.#region.as_deref(), self.#url.is_some())
        }
    })
}

fn host_prefix(parts: &[ir::PrefixPart], scope: &Scope) -> Option<TokenStream> {
    if parts.is_empty() {
        return None;
    }
    let (result, string) = (scope.prelude("Result"), scope.prelude("String"));
    let parts = parts.iter().map(|part| match part {
        ir::PrefixPart::Text(text) => quote!(::awsquery::generated::PrefixPart::Text(#text)),
        ir::PrefixPart::Label { name, field } => {
            let field = ident(field);
            quote!(::awsquery::generated::PrefixPart::Label(#name, self.#field.as_deref()))
        }
    });
    Some(quote! {
        #[inline]
        fn host_prefix(&self) -> #result<#string, ::awsquery::RequestError> {
            ::awsquery::generated::host_prefix(&[#(#parts),*])
        }
    })
}

/// Emits the expression for the marker at the end of a page.
fn next_marker(paginator: &ir::Paginator) -> TokenStream {
    let inside = |holder: TokenStream, path: &[String]| {
        let fields: Vec<_> = path.iter().map(|field| ident(field)).collect();
        let Some((last, outer)) = fields.split_last() else { return holder };
        quote!(#holder #(.#outer.as_ref()?)* .#last)
    };
    let holder = match paginator.token_in_last_of.as_slice() {
        [] => quote!(output),
        list => {
            let list = inside(quote!(output), list);
            quote!(#list.as_ref()?.last()?)
        }
    };
    inside(holder, &paginator.output_token)
}

/// Returns the type of an item and the expression for a page's items. A value that is not a list is an optional single
/// item.
fn items(paginator: &ir::Paginator, scope: &Scope) -> (TokenStream, TokenStream) {
    let fields: Vec<_> = paginator.items.iter().map(|field| ident(field)).collect();
    let (first, rest) = fields.split_first().map_or((None, &fields[..]), |(first, rest)| (Some(first), rest));
    let value = quote!(output.#first #(.and_then(|inner| inner.#rest))*);
    match &paginator.items_layout.type_ {
        ir::Type::List { of, .. } if !paginator.items_layout.sensitive => {
            (rust_type(of, scope), quote!(#value.unwrap_or_default()))
        }
        _ => (rust_type(&paginator.items_layout, scope), quote!(#value.into_iter().collect())),
    }
}

fn pages(operation: &ir::Operation, paginator: &ir::Paginator, scope: &Scope) -> TokenStream {
    let name = ident(&operation.input.type_name);
    let (option, string, list) = (scope.prelude("Option"), scope.prelude("String"), scope.prelude("Vec"));
    let input = ident(&paginator.input_token);
    let output = next_marker(paginator);
    let more = paginator.more_results.as_ref().map(|path| {
        let flag = by_value(path);
        quote! {
            #[inline]
            fn more_results(output: &Self::Output) -> #option<bool> {
                // An absent flag means false.
                Some(#flag.unwrap_or(false))
            }
        }
    });
    let (item, items) = items(paginator, scope);
    let appends = appends(paginator);
    let mut moved = paginator.aggregates.iter().map(|aggregate| &aggregate.path).chain(replaced(paginator));
    let page = if moved.any(|path| path.len() > 1) { quote!(mut page) } else { quote!(page) };
    quote! {
        impl ::awsquery::pages::Paginated for #name {
            type Item = #item;

            #[inline]

            fn page_marker(&self) -> #option<&str> {
                self.#input.as_deref()
            }

            #[inline]

            fn set_page_marker(&mut self, marker: #option<#string>) {
                self.#input = marker;
            }

            #[inline]

            fn next_marker(output: &Self::Output) -> #option<&str> {
                #output.as_deref()
            }

            #more

            #[inline]

            fn into_items(output: Self::Output) -> #list<Self::Item> {
                #items
            }

            #[inline]

            fn append(whole: &mut Self::Output, #page: Self::Output) {
                #(#appends)*
            }
        }
    }
}

/// Emits the statements that append a page, with replaced members last. Members of one structure are appended
/// separately.
fn appends(paginator: &ir::Paginator) -> Vec<TokenStream> {
    let replaces = replaced(paginator).map(|path| {
        let (slot, value) = (slot_of(path), value_of(path));
        quote!(#slot = #value;)
    });
    paginator.aggregates.iter().map(append).chain(replaces).collect()
}

/// Returns the members that a new page replaces: the flag for more pages and the marker.
fn replaced(paginator: &ir::Paginator) -> impl Iterator<Item = &Vec<String>> {
    // A marker in the last element is appended with the element.
    let marker = paginator.token_in_last_of.is_empty().then_some(&paginator.output_token);
    paginator.more_results.iter().chain(marker)
}

fn append(aggregate: &ir::Aggregate) -> TokenStream {
    let (slot, value) = (slot_of(&aggregate.path), value_of(&aggregate.path));
    let (whole, part) = match aggregate.sensitive {
        true => (quote!(#slot.get_or_insert_default().expose_mut()), quote!(part.into_exposed())),
        false => (quote!(#slot.get_or_insert_default()), quote!(part)),
    };
    let join = match aggregate.join {
        ir::Join::Extend => quote!(#whole.extend(#part);),
        ir::Join::Append => quote!(#whole.push_str(&#part);),
        ir::Join::Add => quote! {
            let sum = #whole;
            *sum = sum.saturating_add(#part);
        },
    };
    quote!(if let Some(part) = #value { #join })
}

/// Emits the expression for a flag of the output. It is absent if an outer structure is.
fn by_value(path: &[String]) -> TokenStream {
    let fields: Vec<_> = path.iter().map(|field| ident(field)).collect();
    match fields.as_slice() {
        [] => TokenStream::new(),
        [only] => quote!(output.#only),
        [first, between @ .., last] => quote! {
            output.#first.as_ref() #(.and_then(|inner| inner.#between.as_ref()))* .and_then(|inner| inner.#last)
        },
    }
}

/// Emits the place of a member in the joined output. Absent outer structures are created.
fn slot_of(path: &[String]) -> TokenStream {
    let fields: Vec<_> = path.iter().map(|field| ident(field)).collect();
    let Some((last, outer)) = fields.split_last() else { return TokenStream::new() };
    quote!(whole #(.#outer.get_or_insert_default())* .#last)
}

/// Emits the expression that takes a member out of a page.
fn value_of(path: &[String]) -> TokenStream {
    let fields: Vec<_> = path.iter().map(|field| ident(field)).collect();
    let Some((last, outer)) = fields.split_last() else { return TokenStream::new() };
    match outer.split_first() {
        None => quote!(page.#last),
        Some((first, rest)) => quote! {
            page.#first.as_mut() #(.and_then(|inner| inner.#rest.as_mut()))* .and_then(|inner| inner.#last.take())
        },
    }
}

fn errors(service: &ir::Service, operation: &ir::Operation, docs: &Docs) -> Vec<TokenStream> {
    let (kind, of_service) = (ident(&operation.error_kind), ident(&service.error_kind));
    let text = doc(&format!("The errors that the model lists for [`{}`].", operation.input.type_name));
    let errors: Vec<_> = operation.errors.iter().filter_map(|index| service.errors.get(*index)).collect();
    let variants = errors.iter().map(|error| {
        let (text, variant) = (doc(&docs.error(error)), ident(&error.variant));
        let mark = deprecated(error.deprecated);
        quote!(#text #mark #variant)
    });
    let kinds = errors.iter().map(|error| ident(&error.variant));
    vec![
        quote! {
            #text
            #[non_exhaustive]
            pub enum #kind { #(#variants),* }
        },
        quote!(::awsquery::operation_error!(#kind { service: crate::#of_service, kinds: [#(#kinds),*] });),
    ]
}

fn filters(operation: &ir::Operation, filters: &ir::Filters, docs: &Docs, scope: &Scope) -> Vec<TokenStream> {
    let (name, filter) = (ident(&filters.type_name), scope.service_type(&filters.filter_type));
    let (from, into, items) = (scope.prelude("From"), scope.prelude("Into"), scope.prelude("IntoIterator"));
    let text = doc(&format!("A filter that [`{}`] documents.", operation.input.type_name));
    let constructors = filters.filters.iter().map(|entry| {
        let (text, function) = (doc(&docs.filter(entry)), ident(&entry.function));
        let name = &entry.name;
        let value = match &entry.values {
            Some(values) => scope.service_type(values),
            None => scope.prelude("String"),
        };
        let values = match (&entry.values, entry.lower_case) {
            (_, true) => quote!(::awsquery::generated::list::<#value>(values).iter().map(|value| value.as_str().to_ascii_lowercase())),
            (Some(_), false) => quote!(::awsquery::generated::list::<#value>(values)),
            (None, false) => quote!(values),
        };
        quote! {
            #text
            #[inline]
            pub fn #function(values: impl #items<Item = impl #into<#value>>) -> Self {
                Self(#filter::new(#name, #values))
            }
        }
    });
    vec![
        quote! {
            #text
            #[derive(Clone, Debug, PartialEq)]
            pub struct #name(#filter);
        },
        quote!(impl #name { #(#constructors)* }),
        quote! {
            impl #from<#name> for #filter {
                #[inline]
                fn from(filter: #name) -> Self {
                    filter.0
                }
            }
        },
    ]
}
