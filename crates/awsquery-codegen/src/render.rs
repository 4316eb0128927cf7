//! From items to text: prettyplease, item by item, below a header.

use crate::emit::Module;
use crate::{Diagnostics, GeneratedFile};

/// Renders a module. The items that cannot be parsed are a defect of the generator, and are reported as such.
pub(crate) fn render(module: Module, header: &str, diagnostics: &mut Diagnostics) -> GeneratedFile {
    let mut text = format!("{header}\n");
    let mut after_line = false;
    for tokens in module.items {
        let item: syn::Item = match syn::parse2(tokens.clone()) {
            Ok(item) => item,
            Err(error) => {
                diagnostics.error(&module.path, format!("the generator made no item: {error}: {tokens}"));
                continue;
            }
        };
        let file = syn::File { shebang: None, frontmatter: None, attrs: Vec::new(), items: vec![item] };
        let rendered = prettyplease::unparse(&file);
        // Imports and modules of one line stand together, anything longer stands by itself.
        let is_line = rendered.trim_end().lines().count() == 1 && !rendered.starts_with("::");
        if !(is_line && after_line) {
            text.push('\n');
        }
        text.push_str(&rendered);
        after_line = is_line;
    }
    GeneratedFile { path: module.path, text }
}
