//! The facts of endpoints: a service's rules and the table of partitions.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Module, ident};
use crate::endpoints::Partition;
use crate::ir;

/// Emits the constants of a service for its endpoints and signatures, except where they equal the default.
pub(super) fn constants(service: &ir::Service) -> TokenStream {
    let endpoints = service.endpoints.as_ref().map(|endpoints| {
        let lists =
            endpoints.lists().into_iter().filter(|(name, rules)| *name == "plain" || !rules.is_empty());
        let calls = lists.map(|(name, rules)| {
            let (name, rules) = (ident(name), rules.iter().map(rule));
            quote!(#name(&[#(#rules),*]))
        });
        quote!(const ENDPOINTS: endpoint::Endpoints = endpoint::Endpoints::#(#calls).*;)
    });
    let version = match service.signature_version {
        ir::SignatureVersion::V4 => None,
        ir::SignatureVersion::V2 => Some(quote! {
            const SIGNATURE_VERSION: endpoint::SignatureVersion = endpoint::SignatureVersion::V2;
        }),
    };
    quote!(#endpoints #version)
}

/// Returns true if there are such constants.
pub(super) fn has_constants(service: &ir::Service) -> bool {
    service.endpoints.is_some() || service.signature_version != ir::SignatureVersion::V4
}

fn rule(rule: &ir::EndpointRule) -> TokenStream {
    let ir::EndpointRule { partitions, regions, unchecked, host, signing_region, signing_name } = rule;
    let list = |name, items: &[String]| {
        let name = ident(name);
        (!items.is_empty()).then(|| quote!(.#name(&[#(#items),*])))
    };
    let (partitions, regions) = (list("partitions", partitions), list("regions", regions));
    let unchecked = unchecked.then(|| quote!(.unchecked()));
    let signing_region = signing_region.as_ref().map(|region| quote!(.signing_region(#region)));
    let signing_name = signing_name.as_ref().map(|name| quote!(.signing_name(#name)));
    quote!(endpoint::Rule::host(#host) #partitions #regions #unchecked #signing_region #signing_name)
}

/// Emits the module of the table of partitions.
pub(crate) fn partitions(partitions: &[Partition]) -> Module {
    let rows = partitions.iter().map(|partition| {
        let Partition {
            name,
            regions,
            prefixes,
            dns_suffix,
            dual_stack_dns_suffix,
            global_region,
            supports_fips,
            supports_dual_stack,
        } = partition;
        quote! {
            Partition {
                name: #name,
                regions: &[#(#regions),*],
                prefixes: &[#(#prefixes),*],
                dns_suffix: #dns_suffix,
                dual_stack_dns_suffix: #dual_stack_dns_suffix,
                global_region: #global_region,
                supports_fips: #supports_fips,
                supports_dual_stack: #supports_dual_stack,
            }
        }
    });
    let items = vec![
        quote!(
            use crate::endpoint::Partition;
        ),
        quote! {
            /// The partitions of AWS.
            pub(crate) static PARTITIONS: &[Partition] = &[#(#rows),*];
        },
    ];
    Module::of("mod.rs", items)
}
