//! The names in scope of a generated file. The file uses `Option` if the name is free, and the full path if the service
//! has a shape of that name.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::ident;

/// The names in scope of one file.
pub(super) struct Scope {
    /// Types that the file defines.
    defined: BTreeSet<String>,
    /// Types of the service that the file imports.
    imported: BTreeSet<String>,
    /// Types of the service that the file mentions, with the name of a type that it defines.
    hidden: BTreeSet<String>,
    /// Items of the runtime that the file uses, recorded on use.
    runtime: RefCell<BTreeSet<&'static str>>,
}

impl Scope {
    /// Creates the scope of the module of a type of the service, which may mention itself.
    pub(super) fn of_type(name: &str, mentioned: BTreeSet<String>) -> Self {
        let defined = BTreeSet::from([name.to_owned()]);
        let imported = mentioned.difference(&defined).cloned().collect();
        Self { defined, imported, hidden: BTreeSet::new(), runtime: RefCell::default() }
    }

    /// Creates the scope of an operation's module. Its types may hide types of the service that it mentions.
    pub(super) fn of_operation(defined: BTreeSet<String>, mentioned: BTreeSet<String>) -> Self {
        let imported = mentioned.difference(&defined).cloned().collect();
        let hidden = mentioned.intersection(&defined).cloned().collect();
        Self { defined, imported, hidden, runtime: RefCell::default() }
    }

    /// Emits the name of a type of the service.
    pub(super) fn service_type(&self, name: &str) -> TokenStream {
        let item = ident(name);
        if self.hidden.contains(name) { quote!(crate::types::#item) } else { quote!(#item) }
    }

    fn is_taken(&self, name: &str) -> bool {
        self.defined.contains(name) || self.imported.contains(name)
    }

    /// Emits the name of an item of the runtime, which is imported unless the service has a type of that name.
    pub(super) fn runtime(&self, name: &'static str) -> TokenStream {
        let item = ident(name);
        if self.is_taken(name) {
            match runtime_module(name) {
                Some(module) => {
                    let module = ident(module);
                    quote!(::awsquery::#module::#item)
                }
                None => quote!(::awsquery::#item),
            }
        } else {
            self.runtime.borrow_mut().insert(name);
            quote!(#item)
        }
    }

    /// Emits the name of an item of the standard prelude.
    pub(super) fn prelude(&self, name: &'static str) -> TokenStream {
        if !self.is_taken(name) {
            let item = ident(name);
            return quote!(#item);
        }
        let path = match name {
            "Option" => "::std::option::Option",
            "Result" => "::std::result::Result",
            "String" => "::std::string::String",
            "Vec" => "::std::vec::Vec",
            "Box" => "::std::boxed::Box",
            "Default" => "::std::default::Default",
            "Into" => "::std::convert::Into",
            "From" => "::std::convert::From",
            "Iterator" => "::std::iter::Iterator",
            _ => "::std::iter::IntoIterator",
        };
        // The paths above are valid, so parsing cannot fail.
        path.parse().unwrap_or_default()
    }

    /// Returns the imports of the file, once all of it has been emitted.
    pub(super) fn imports(&self) -> Vec<TokenStream> {
        let idents = |names: &mut dyn Iterator<Item = &str>| names.map(ident).collect::<Vec<Ident>>();
        let types = idents(&mut self.imported.iter().map(String::as_str));
        let mut imports = Vec::new();
        let mut runtime: BTreeMap<_, Vec<Ident>> = BTreeMap::new();
        for name in self.runtime.borrow().iter() {
            runtime.entry(runtime_module(name)).or_default().push(ident(name));
        }
        for (module, items) in runtime {
            let module = module.map(ident).into_iter();
            imports.push(quote!(use awsquery::#(#module::)*{#(#items),*};));
        }
        if !types.is_empty() {
            imports.push(quote!(use crate::types::{#(#types),*};));
        }
        imports
    }
}

/// Returns the module of the runtime that contains an item, or `None` for its root.
fn runtime_module(name: &str) -> Option<&'static str> {
    match name {
        "Layout" | "Member" | "Read" | "TimestampFormat" | "Union" | "Write" => Some("format"),
        "Acceptor" | "AcceptorState" | "Delay" | "Limit" | "Matcher" | "Waiter" => Some("waiter"),
        _ => None,
    }
}
