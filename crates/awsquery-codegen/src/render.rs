//! Rendering of items to text: prettyplease formats each item, below a header. A module that is too long becomes
//! several files.

use crate::doc_check;
use crate::emit::{Module, Section};
use crate::{Diagnostics, GeneratedFile};

/// The greatest number of lines of a generated file by default.
pub const LINE_LIMIT: usize = 2000;

/// Renders a module as one file. If that has too many lines, the longest sections become files of their own.
pub(crate) fn render(
    module: Module,
    header: &str,
    line_limit: usize,
    diagnostics: &mut Diagnostics,
) -> Vec<GeneratedFile> {
    let Module { path, sections } = module;
    let mut parts: Vec<_> =
        sections.into_iter().map(|section| Part::render(section, &path, diagnostics)).collect();
    let lines = parts.iter().map(|part| part.lines).sum();
    let (mut files, mut uses) = (Vec::new(), Vec::new());
    for index in to_move(&parts, lines, line_limit) {
        let Part { name, exports, imports, items, .. } = std::mem::take(&mut parts[index]);
        let own_path = format!("{}/{name}.rs", path.trim_end_matches(".rs"));
        files.push(GeneratedFile::new(own_path, file_text(header, imports.iter().chain(&items))));
        let exports = exports.iter().map(|export| format!("pub use self::{name}::{export};\n"));
        uses.extend(exports.chain([format!("mod {name};\n")]));
    }
    // Modules come before re-exports.
    uses.sort();
    let items = uses.iter().chain(parts.iter().flat_map(|part| &part.items));
    files.insert(0, GeneratedFile::new(path, file_text(header, items)));
    files
}

/// A section as text.
#[derive(Default)]
struct Part {
    name: &'static str,
    exports: Vec<String>,
    /// The imports that it needs in a file of its own.
    imports: Option<String>,
    items: Vec<String>,
    lines: usize,
}

impl Part {
    /// Renders a section. Items that cannot be parsed are a defect of the generator and are reported as such.
    fn render(section: Section, path: &str, diagnostics: &mut Diagnostics) -> Self {
        let Section { name, exports, stands_alone, example, items } = section;
        let imports = (!stands_alone).then(|| "use super::*;\n".into());
        let mut part = Self { name, exports, imports, ..Self::default() };
        for tokens in items {
            match syn::parse2::<syn::Item>(tokens.clone()) {
                Ok(item) => {
                    doc_check::check(tokens, path, example.as_deref(), diagnostics);
                    part.items.push(item_text(item));
                }
                Err(error) => {
                    diagnostics.error(path, format!("the generator made no item: {error}: {tokens}"));
                }
            }
        }
        // Each item has a blank line before it.
        part.lines = part.items.iter().map(|item| item.lines().count() + 1).sum();
        part
    }
}

/// Formats an item with prettyplease, which does not format a macro's input. Input that parses as an expression is
/// formatted as the value of a constant.
fn item_text(item: syn::Item) -> String {
    let (before, after) = ("const _: () = ", ";\n");
    let syn::Item::Macro(mut item) = item else { return unparse(item) };
    let text = syn::parse_str(&format!("{before}{}{after}", item.mac.tokens)).map(unparse);
    let text = text.unwrap_or_default();
    let Some(input) = text.strip_prefix(before).and_then(|text| text.strip_suffix(after)) else {
        return unparse(syn::Item::Macro(item));
    };
    item.mac.tokens = proc_macro2::TokenStream::new();
    let call = unparse(syn::Item::Macro(item));
    format!("{}{input});\n", call.trim_end_matches(");\n"))
}

fn unparse(item: syn::Item) -> String {
    prettyplease::unparse(&syn::File {
        shebang: None,
        frontmatter: None,
        attrs: Vec::new(),
        items: vec![item],
    })
}

/// Returns the parts that get files of their own: the longest, as many as necessary.
fn to_move(parts: &[Part], mut lines: usize, limit: usize) -> Vec<usize> {
    let mut movable: Vec<_> = (0..parts.len()).filter(|index| !parts[*index].name.is_empty()).collect();
    movable.sort_by_key(|index| std::cmp::Reverse(parts[*index].lines));
    // The header, and the lines for modules and re-exports.
    let limit = limit.saturating_sub(2 + 2 * parts.len());
    let count = movable
        .iter()
        .take_while(|index| {
            let is_too_long = lines > limit;
            lines = lines.saturating_sub(parts[**index].lines);
            is_too_long
        })
        .count();
    movable.truncate(count);
    movable
}

/// Returns items below a header. Imports and modules of one line are grouped; longer items are separated by blank
/// lines.
fn file_text<'a>(header: &str, items: impl Iterator<Item = &'a String>) -> String {
    let mut text = format!("{header}\n");
    let mut after_line = false;
    for item in items {
        let is_line = item.trim_end().lines().count() == 1 && !item.starts_with("::");
        if !(is_line && after_line) {
            text.push('\n');
        }
        text.push_str(item);
        after_line = is_line;
    }
    text
}
