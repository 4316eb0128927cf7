//! A waiter's module: its type, its rules, and the paths to the values that they test.

use std::collections::BTreeSet;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::types::with_imports;
use super::{Module, Scope, Section, doc, ident};
use crate::docs::Docs;
use crate::ir::{self, Case, Expected, Matcher, Path, PathStep, Type, WaitLimit};
use crate::names;

/// Emits the module.
pub(super) fn module(service: &ir::Service, waiter: &ir::Waiter, docs: &Docs) -> Module {
    let scope = Scope::of_type(&waiter.type_name, BTreeSet::new());
    let operation = service.operations.iter().find(|operation| operation.name == waiter.operation);
    let request = operation.map_or(&waiter.operation, |operation| &operation.input.type_name);
    let output = match operation.map(|operation| &operation.output) {
        Some(ir::Output::Own(output)) => {
            let name = ident(&output.type_name);
            quote!(crate::operations::#name)
        }
        Some(ir::Output::Shared(name)) => {
            let name = ident(name);
            quote!(crate::types::#name)
        }
        _ => quote!(()),
    };
    let mut paths = Paths::new();
    let mut items = vec![definition(waiter, &doc(&docs.waiter(service, waiter)))];
    items.push(implementation(waiter, request, &output, &scope, &mut paths));
    items.extend(paths.functions(&output, &scope));
    with_imports(format!("waiters/{}.rs", waiter.module), &scope, vec![Section::main(items)])
}

fn definition(waiter: &ir::Waiter, text: &TokenStream) -> TokenStream {
    let name = ident(&waiter.type_name);
    quote! {
        #text
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct #name;
    }
}

fn implementation(
    waiter: &ir::Waiter,
    request: &str,
    output: &TokenStream,
    scope: &Scope,
    paths: &mut Paths,
) -> TokenStream {
    let (name, request, text) = (ident(&waiter.type_name), ident(request), &waiter.name);
    let [trait_, delay, limit, acceptor] =
        ["Waiter", "Delay", "Limit", "Acceptor"].map(|item| scope.runtime(item));
    let (min, max) = (Literal::u64_unsuffixed(waiter.min_delay), Literal::u64_unsuffixed(waiter.max_delay));
    let between = if waiter.min_delay == waiter.max_delay {
        quote!(#delay::fixed(#min))
    } else {
        quote!(#delay::between(#min, #max))
    };
    let until = match waiter.limit {
        WaitLimit::Calls(calls) => {
            let calls = Literal::u32_unsuffixed(calls);
            quote!(#limit::Calls(#calls))
        }
        WaitLimit::Seconds(seconds) => {
            let seconds = Literal::u64_unsuffixed(seconds);
            quote!(#limit::Elapsed(::std::time::Duration::from_secs(#seconds)))
        }
    };
    let acceptors = waiter.acceptors.iter().map(|rule| self::acceptor(rule, output, scope, paths));
    quote! {
        impl #trait_ for #name {
            type Operation = crate::operations::#request;

            const NAME: &'static str = #text;
            const DELAY: #delay = #between;
            const LIMIT: #limit = #until;
            const ACCEPTORS: &'static [#acceptor<#output>] = &[#(#acceptors),*];
        }
    }
}

fn acceptor(acceptor: &ir::Acceptor, output: &TokenStream, scope: &Scope, paths: &mut Paths) -> TokenStream {
    let [type_, state, matcher] = ["Acceptor", "AcceptorState", "Matcher"].map(|item| scope.runtime(item));
    let (which, rule) = (ident(&format!("{:?}", acceptor.state)), &acceptor.rule);
    let test = match &acceptor.matcher {
        Matcher::Status(status) => {
            let status = Literal::u16_unsuffixed(*status);
            quote!(#matcher::Status(#status))
        }
        Matcher::Error(name) => quote!(#matcher::Error(#name)),
        Matcher::AnyError => quote!(#matcher::AnyError),
        Matcher::NoError => quote!(#matcher::NoError),
        Matcher::All(path, expected) => {
            let (values, is) = (paths.function(path), comparison(expected));
            quote!(#matcher::Output(|output| ::awsquery::generated::every(#values(output), |value| #is)))
        }
        Matcher::Any(path, expected) | Matcher::Is(path, expected) => {
            let (values, is) = (paths.function(path), comparison(expected));
            quote!(#matcher::Output(|output| #values(output).any(|value| #is)))
        }
        Matcher::Count(path, comparison, number) => {
            let (values, number) = (chain(path), Literal::u64_unsuffixed(*number));
            // The symbol of a comparison is always a valid token.
            let symbol: TokenStream = comparison.symbol().parse().unwrap_or_default();
            // The closure's type cannot be inferred here.
            quote!(#matcher::Output(|output: &#output| #values.count() #symbol #number))
        }
    };
    let message = acceptor.message.as_ref().map(|path| {
        let values = paths.function(path);
        quote!(.message(|output| ::awsquery::generated::joined(#values(output))))
    });
    let grace = (acceptor.grace > 0).then(|| {
        let seconds = Literal::u64_unsuffixed(acceptor.grace);
        quote!(.grace(#seconds))
    });
    quote!(#type_::new(#state::#which, #rule, #test) #message #grace)
}

/// Emits the comparison of `value` with the expected value.
fn comparison(expected: &Expected) -> TokenStream {
    match expected {
        Expected::Text(text, Case::Sensitive) => quote!(value == #text),
        Expected::Text(text, Case::Insensitive) => quote!(value.eq_ignore_ascii_case(#text)),
        Expected::Boolean(true) => quote!(value),
        Expected::Boolean(false) => quote!(!value),
        Expected::Integer(number) => {
            let magnitude = Literal::u64_unsuffixed(number.unsigned_abs());
            if *number < 0 { quote!(value == -#magnitude) } else { quote!(value == #magnitude) }
        }
    }
}

/// The paths of a waiter's rules. Each is a function, since several rules may use the same path.
struct Paths {
    functions: Vec<(Path, String)>,
    names: names::Scope,
}

impl Paths {
    fn new() -> Self {
        let mut names = names::Scope::default();
        // The names of variables in the rules.
        for taken in ["output", "value"] {
            names.claim(taken.into(), "_");
        }
        Self { functions: Vec::new(), names }
    }

    fn function(&mut self, path: &Path) -> syn::Ident {
        if let Some((_, name)) = self.functions.iter().find(|(other, _)| other == path) {
            return ident(name);
        }
        let fields = path.steps.iter().rev().find_map(|step| match step {
            PathStep::Field(field) => Some(field.clone()),
            _ => None,
        });
        let name = self.names.claim(fields.unwrap_or_else(|| "values".into()), "_");
        self.functions.push((path.clone(), name.clone()));
        ident(&name)
    }

    fn functions(self, output: &TokenStream, scope: &Scope) -> Vec<TokenStream> {
        let function = |(path, name): (Path, String)| {
            let text = doc(&format!("`{}`", path.text.replace('`', "'")));
            let (name, values) = (ident(&name), chain(&path));
            let (type_, convert) = match path.type_ {
                Type::Boolean => (quote!(bool), quote!(.copied())),
                Type::Integer => (quote!(i64), quote!(.map(|value| i64::from(*value)))),
                Type::Long => (quote!(i64), quote!(.copied())),
                _ => (quote!(&str), quote!(.map(|value| value.as_str()))),
            };
            let iterator = scope.prelude("Iterator");
            quote! {
                #text
                #[inline]
                fn #name(output: &#output) -> impl #iterator<Item = #type_> {
                    #values #convert
                }
            }
        };
        self.functions.into_iter().map(function).collect()
    }
}

/// Emits the iterator over the values of a path, by reference.
fn chain(path: &Path) -> TokenStream {
    let mut tokens = quote!(output);
    for (index, step) in path.steps.iter().enumerate() {
        tokens.extend(match step {
            PathStep::Field(field) => {
                let field = ident(field);
                if index == 0 {
                    quote!(.#field.iter())
                } else {
                    quote!(.filter_map(|value| value.#field.as_ref()))
                }
            }
            PathStep::Elements => quote!(.flatten()),
            PathStep::Last => quote!(.filter_map(|value| value.last())),
            PathStep::Values => quote!(.flat_map(|value| value.values())),
        });
    }
    tokens
}
