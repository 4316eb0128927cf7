//! The names that a generated file can see, so that it says `Option` where that is what it means, and spells it out
//! where the service has a shape of that name.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::ident;

/// The names of one file.
pub(super) struct Scope {
    /// Types that the file defines.
    defined: BTreeSet<String>,
    /// Types of the service that it imports.
    imported: BTreeSet<String>,
    /// Types of the service that it mentions, of the same name as one that it defines itself.
    hidden: BTreeSet<String>,
    /// Items of the runtime that it uses; recorded as they are asked for.
    runtime: RefCell<BTreeSet<&'static str>>,
}

impl Scope {
    /// The module of one of the service's types, which may mention itself.
    pub(super) fn of_type(name: &str, mentioned: BTreeSet<String>) -> Self {
        let defined = BTreeSet::from([name.to_owned()]);
        let imported = mentioned.difference(&defined).cloned().collect();
        Self { defined, imported, hidden: BTreeSet::new(), runtime: RefCell::default() }
    }

    /// The module of an operation, whose own types may hide those of the service that it mentions.
    pub(super) fn of_operation(defined: BTreeSet<String>, mentioned: BTreeSet<String>) -> Self {
        let imported = mentioned.difference(&defined).cloned().collect();
        let hidden = mentioned.intersection(&defined).cloned().collect();
        Self { defined, imported, hidden, runtime: RefCell::default() }
    }

    /// One of the service's types.
    pub(super) fn service_type(&self, name: &str) -> TokenStream {
        let item = ident(name);
        if self.hidden.contains(name) { quote!(crate::types::#item) } else { quote!(#item) }
    }

    fn is_taken(&self, name: &str) -> bool {
        self.defined.contains(name) || self.imported.contains(name)
    }

    /// An item of the runtime, imported unless the service has a type of that name.
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

    /// An item of the standard prelude.
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
        // The paths above are paths.
        path.parse().unwrap_or_default()
    }

    /// The imports of the file, once all of it has been emitted.
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

/// The module of the runtime that has an item; `None` for its root.
fn runtime_module(name: &str) -> Option<&'static str> {
    match name {
        "Layout" | "Member" | "Read" | "TimestampFormat" | "Union" | "Write" => Some("format"),
        "Acceptor" | "AcceptorState" | "Delay" | "Limit" | "Matcher" | "Waiter" => Some("waiter"),
        _ => None,
    }
}
