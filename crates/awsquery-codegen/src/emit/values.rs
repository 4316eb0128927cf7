//! Rust types and layouts of the runtime's tables.

use std::collections::BTreeSet;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::{Scope, ident};
use crate::ir::{Layout, Member, TimestampFormat, Type};

/// Adds the names of the service's types that the layout mentions.
pub(super) fn mentioned(layout: &Layout, names: &mut BTreeSet<String>) {
    match &layout.type_ {
        Type::Enum(name) | Type::Structure { name, .. } => {
            names.insert(name.clone());
        }
        Type::List { of, .. } => mentioned(of, names),
        Type::Map { of, key_enum, .. } => {
            names.extend(key_enum.clone());
            mentioned(of, names);
        }
        _ => {}
    }
}

/// Returns the Rust type of a value.
pub(super) fn rust_type(layout: &Layout, scope: &Scope) -> TokenStream {
    let plain = match &layout.type_ {
        Type::String => scope.prelude("String"),
        Type::Boolean => quote!(bool),
        Type::Integer => quote!(i32),
        Type::Long => quote!(i64),
        Type::Float => quote!(f32),
        Type::Double => quote!(f64),
        Type::Blob => scope.runtime("Blob"),
        Type::Timestamp(_) => scope.runtime("Timestamp"),
        Type::Enum(name) => scope.service_type(name),
        Type::Structure { name, boxed } => {
            let name = scope.service_type(name);
            let pointer = scope.prelude("Box");
            if *boxed { quote!(#pointer<#name>) } else { quote!(#name) }
        }
        Type::List { of, .. } => {
            let (list, of) = (scope.prelude("Vec"), rust_type(of, scope));
            quote!(#list<#of>)
        }
        Type::Map { key_enum, of, .. } => {
            let key = key_type(key_enum.as_deref(), scope);
            let of = rust_type(of, scope);
            quote!(::std::collections::BTreeMap<#key, #of>)
        }
    };
    if layout.sensitive {
        let sensitive = scope.runtime("Sensitive");
        quote!(#sensitive<#plain>)
    } else {
        plain
    }
}

fn key_type(key_enum: Option<&str>, scope: &Scope) -> TokenStream {
    key_enum.map_or_else(|| scope.prelude("String"), |name| scope.service_type(name))
}

/// Returns a setter's parameter type and its conversion to the member's value.
pub(super) fn parameter(
    layout: &Layout,
    scope: &Scope,
    argument: &TokenStream,
) -> (TokenStream, TokenStream) {
    let into = scope.prelude("Into");
    let type_ = rust_type(layout, scope);
    if layout.sensitive {
        return (quote!(impl #into<#type_>), quote!(#argument.into()));
    }
    match &layout.type_ {
        Type::String | Type::Blob | Type::Enum(_) => (quote!(impl #into<#type_>), quote!(#argument.into())),
        Type::Structure { boxed: true, name } => {
            let (name, pointer) = (scope.service_type(name), scope.prelude("Box"));
            (quote!(#name), quote!(#pointer::new(#argument)))
        }
        Type::List { of, .. } => {
            let (items, of) = (scope.prelude("IntoIterator"), rust_type(of, scope));
            (quote!(impl #items<Item = impl #into<#of>>), quote!(::awsquery::generated::list(#argument)))
        }
        Type::Map { key_enum, of, .. } => {
            let key = key_type(key_enum.as_deref(), scope);
            let (items, of) = (scope.prelude("IntoIterator"), rust_type(of, scope));
            let item = quote!((impl #into<#key>, impl #into<#of>));
            (quote!(impl #items<Item = #item>), quote!(::awsquery::generated::map(#argument)))
        }
        _ => (type_, argument.clone()),
    }
}

/// Emits a member's entry in the table, without its name.
pub(super) fn facts(member: &Member, scope: &Scope) -> TokenStream {
    let Member { name, wire_name, layout, .. } = member;
    let mut entry = TokenStream::new();
    if wire_name != name {
        entry.extend(quote!(.wire_name(#wire_name)));
    }
    if member.required {
        entry.extend(quote!(.required()));
    }
    if member.attribute {
        entry.extend(quote!(.attribute()));
    }
    if let Some(name) = &member.empty_name {
        entry.extend(quote!(.empty_name(#name)));
    }
    if member.client_only {
        entry.extend(quote!(.client_only()));
    }
    match &layout.type_ {
        Type::List { of, element, flattened } => {
            entry.extend(match nested_layout(of, scope) {
                None => quote!(.list(#element)),
                Some(of) => quote!(.list_of(#element, &#of)),
            });
            entry.extend(flattened.then(|| quote!(.flattened())));
        }
        Type::Map { key, value, of, flattened, .. } => {
            entry.extend(match nested_layout(of, scope) {
                None => quote!(.map(#key, #value)),
                Some(of) => quote!(.map_of(#key, #value, &#of)),
            });
            entry.extend(flattened.then(|| quote!(.flattened())));
        }
        _ => {}
    }
    entry.extend(modifiers(layout, scope));
    entry
}

/// Emits the layout of an element, or `None` for a plain one.
fn nested_layout(layout: &Layout, scope: &Scope) -> Option<TokenStream> {
    let modifiers = modifiers(layout, scope);
    let is_collection = matches!(layout.type_, Type::List { .. } | Type::Map { .. });
    if modifiers.is_empty() && !is_collection {
        return None;
    }
    let type_ = scope.runtime("Layout");
    let of = |of: &Layout| nested_layout(of, scope).unwrap_or_else(|| quote!(#type_::PLAIN));
    let base = match &layout.type_ {
        Type::List { of: inner, element, .. } => {
            let inner = of(inner);
            quote!(#type_::list(#element, &#inner))
        }
        Type::Map { key, value, of: inner, .. } => {
            let inner = of(inner);
            quote!(#type_::map(#key, #value, &#inner))
        }
        _ => quote!(#type_::PLAIN),
    };
    Some(quote!(#base #modifiers))
}

/// Emits the calls that set a timestamp's format and bounds.
fn modifiers(layout: &Layout, scope: &Scope) -> TokenStream {
    let mut calls = TokenStream::new();
    if let Type::Timestamp(format @ (TimestampFormat::EpochSeconds | TimestampFormat::HttpDate)) =
        layout.type_
    {
        let type_ = scope.runtime("TimestampFormat");
        let variant = ident(&format!("{format:?}"));
        calls.extend(quote!(.timestamp(#type_::#variant)));
    }
    if let Some(min) = layout.min.map(number) {
        calls.extend(quote!(.min(#min)));
    }
    if let Some(max) = layout.max.map(number) {
        calls.extend(quote!(.max(#max)));
    }
    calls
}

fn number(value: f64) -> TokenStream {
    let magnitude = Literal::f64_unsuffixed(value.abs());
    if value < 0.0 { quote!(-#magnitude) } else { quote!(#magnitude) }
}
