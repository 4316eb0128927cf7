//! Structures, unions and enumerations.

use std::collections::BTreeSet;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::values::{facts, mentioned, parameter, rust_type};
use super::{Module, Scope, Section, deprecated, doc, ident};
use crate::docs::Docs;
use crate::{ir, names};

/// Emits the module of a shared structure.
pub(super) fn structure_module(
    structure: &ir::Structure,
    error: Option<&ir::ErrorShape>,
    docs: &Docs,
) -> Module {
    let mut names = BTreeSet::new();
    structure.members.iter().for_each(|member| mentioned(&member.layout, &mut names));
    let scope = Scope::of_type(&structure.type_name, names);
    let text = docs.structure(structure);
    let mut sections = if structure.union {
        union(structure, &text, docs, &scope)
    } else {
        self::structure(structure, &text, docs, &scope)
    };
    sections.extend(error.map(|error| {
        let (name, shape) = (ident(&structure.type_name), &error.name);
        Section::main(vec![quote! {
            impl ::awsquery::error::ErrorDetails for #name {
                const SHAPE: &'static str = #shape;
            }
        }])
    }));
    with_imports(format!("types/{}.rs", structure.module), &scope, sections)
}

/// Creates a module of these sections, with its imports first.
pub(super) fn with_imports(path: String, scope: &Scope, sections: Vec<Section>) -> Module {
    let mut all = vec![Section::main(scope.imports())];
    all.extend(sections);
    Module { path, sections: all }
}

/// Emits a structure: its type, its facts, and its setters if a request reaches it.
pub(super) fn structure(structure: &ir::Structure, text: &str, docs: &Docs, scope: &Scope) -> Vec<Section> {
    let name = ident(&structure.type_name);
    let (text, option) = (doc(text), scope.prelude("Option"));
    let mark = deprecated(structure.deprecated);
    let fields = structure.members.iter().map(|member| {
        let (text, field) = (doc(&docs.member(member)), ident(&member.field));
        let mark = deprecated(member.deprecated);
        let (alias, type_) = (alias(member), rust_type(&member.layout, scope));
        quote!(#text #alias #mark pub #field: #option<#type_>)
    });
    let mut sections = vec![Section::main(vec![quote! {
        #text
        #mark
        #[non_exhaustive]
        pub struct #name { #(#fields),* }
    }])];
    if structure.settable && !structure.members.is_empty() {
        sections.push(Section::named("setters", vec![setters(structure, docs, scope)]));
    }
    sections.push(Section::named("members", vec![table(structure, scope)]));
    sections
}

/// Emits the wire name as an alias for rustdoc's search, if it is a word and differs from the field's name.
fn alias(member: &ir::Member) -> Option<TokenStream> {
    let name = &member.wire_name;
    let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (is_word && !name.is_empty() && *name != member.field.trim_start_matches("r#"))
        .then(|| quote!(#[doc(alias = #name)]))
}

/// Emits `new` if one or two members are required, and a setter for each member.
fn setters(structure: &ir::Structure, docs: &Docs, scope: &Scope) -> TokenStream {
    let name = ident(&structure.type_name);
    let setters = structure.members.iter().map(|member| {
        let (field, setter) = (ident(&member.field), ident(&names::setter(&member.field)));
        let text = doc(&docs.setter(member));
        let mark = deprecated(member.deprecated);
        let (type_, value) = parameter(&member.layout, scope, &quote!(value));
        quote! {
            #text
            #mark
            #[inline]
            pub fn #setter(mut self, value: #type_) -> Self {
                self.#field = Some(#value);
                self
            }
        }
    });
    let new = constructor(structure, scope);
    quote!(impl #name { #new #(#setters)* })
}

fn constructor(structure: &ir::Structure, scope: &Scope) -> Option<TokenStream> {
    let required: Vec<_> = structure.members.iter().filter(|member| member.required).collect();
    if !names::CONSTRUCTOR_PARAMETERS.contains(&required.len()) {
        return None;
    }
    let default = scope.prelude("Default");
    let text = doc("With the members that the model requires.");
    let (mut parameters, mut fields) = (Vec::new(), Vec::new());
    for member in required {
        let field = ident(&member.field);
        let (type_, value) = parameter(&member.layout, scope, &quote!(#field));
        parameters.push(quote!(#field: #type_));
        fields.push(quote!(#field: Some(#value)));
    }
    let rest = (structure.members.len() > fields.len()).then(|| quote!(..#default::default()));
    Some(quote! {
        #text
        #[inline]
        pub fn new(#(#parameters),*) -> Self {
            Self { #(#fields,)* #rest }
        }
    })
}

/// Emits the table of members, which the runtime uses for all work with them.
fn table(structure: &ir::Structure, scope: &Scope) -> TokenStream {
    let name = ident(&structure.type_name);
    let entries = structure.members.iter().enumerate().map(|(index, member)| {
        let (index, field) = (Literal::usize_unsuffixed(index), ident(&member.field));
        let (name, facts) = (&member.name, facts(member, scope));
        quote!(#index: #field = #name #facts)
    });
    quote!(::awsquery::structure!(#name { #(#entries),* });)
}

/// Emits a union, which has exactly one of its variants.
fn union(structure: &ir::Structure, text: &str, docs: &Docs, scope: &Scope) -> Vec<Section> {
    let name = ident(&structure.type_name);
    let (text, mark) = (doc(text), deprecated(structure.deprecated));
    let string = scope.prelude("String");
    let definitions = structure.members.iter().map(|member| {
        let variant = ident(&member.field);
        let (text, type_) = (doc(&docs.member(member)), rust_type(&member.layout, scope));
        let mark = deprecated(member.deprecated);
        quote!(#text #mark #variant(#type_))
    });
    let definition = quote! {
        #text
        #mark
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #name {
            #(#definitions,)*
            /// A variant that this version of the model does not name, without its value.
            Unknown(#string),
        }
    };
    let facts = vec![union_facts(structure, &name, scope), quote!(::awsquery::union_value!(#name);)];
    vec![Section::main(vec![definition]), Section::named("members", facts)]
}

/// Emits the table of a union's variants, and the code that writes and reads one.
fn union_facts(structure: &ir::Structure, name: &syn::Ident, scope: &Scope) -> TokenStream {
    let [trait_, member, read, write] = ["Union", "Member", "Read", "Write"].map(|item| scope.runtime(item));
    let (result, option) = (scope.prelude("Result"), scope.prelude("Option"));
    let variants: Vec<_> = structure.members.iter().map(|member| ident(&member.field)).collect();
    let indices: Vec<_> = (0..variants.len()).map(Literal::usize_unsuffixed).collect();
    let table = structure.members.iter().map(|variant| {
        let (name, facts) = (&variant.name, facts(variant, scope));
        quote!(#member::new(#name) #facts)
    });
    quote! {
            impl #trait_ for #name {
                const MEMBERS: &'static [#member] = &[#(#table),*];

                #[inline]
                fn write_variant<W: #write>(&self, w: &mut W) -> #result<(), W::Error> {
                    let m = Self::MEMBERS;
                    match self {
                        #(Self::#variants(value) => w.set_member(&m[#indices], value),)*
                        Self::Unknown(name) => w.unknown_variant(name),
                    }
                }

                #[inline]
                fn read_variant<R: #read>(
                    slot: &mut #option<Self>,
                    index: usize,
                    r: &mut R,
                ) -> #result<(), R::Error> {
                    let m = Self::MEMBERS;
                    match index {
                        #(#indices => {
                            let mut value = match slot.take() {
                                Some(Self::#variants(value)) => Some(value),
                                _ => None,
                            };
                            r.member(&mut value, &m[#indices].layout)?;
                            *slot = value.map(Self::#variants);
                        })*
                        _ => {}
                    }
                    Ok(())
                }

                #[inline]
                fn unknown(name: &str) -> Self {
                    Self::Unknown(name.into())
                }
            }
    }
}

/// Emits the module of an enumeration.
pub(super) fn enum_module(enum_: &ir::Enum, docs: &Docs) -> Module {
    let scope = Scope::of_type(&enum_.type_name, BTreeSet::new());
    let name = ident(&enum_.type_name);
    let (text, mark) = (doc(&docs.enumeration(enum_)), deprecated(enum_.deprecated));
    let unknown = scope.runtime("UnknownValue");
    let variants = enum_.values.iter().map(|value| {
        let (text, variant) = (doc(&docs.value(value)), ident(&value.variant));
        quote!(#text #variant)
    });
    let values = enum_.values.iter().map(|value| {
        let (variant, text) = (ident(&value.variant), &value.value);
        quote!(#variant: #text)
    });
    let definition = quote! {
        #text
        #mark
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            /// A value that this version of the model does not name.
            Unknown(#unknown),
        }
    };
    let facts = vec![quote!(::awsquery::string_enum!(#name { #(#values),* });)];
    let sections = vec![Section::main(vec![definition]), Section::named("values", facts)];
    with_imports(format!("types/{}.rs", enum_.module), &scope, sections)
}
