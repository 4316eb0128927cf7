//! A model's prose: from the HTML that AWS writes to the Markdown that rustdoc reads.
//!
//! ```text
//! HTML ── html ─> blocks of marked text ── markdown ─> lines
//!                                            └─ inline ─> words, each through escape
//! ```
//!
//! Whatever the HTML is, broken nesting included, the Markdown says the same text and means nothing else by it: no
//! HTML, no links but those of the source, no code that rustdoc would compile.

mod escape;
mod html;
mod inline;
mod markdown;
#[cfg(test)]
mod tests;

pub(crate) use self::escape::{code, plain};

/// Converts a text; gives none where it says nothing.
pub(crate) fn to_markdown(html: &str) -> Option<String> {
    let document = html::read(html);
    (!document.blocks.is_empty()).then(|| markdown::write(&document))
}

/// A text, taken apart.
#[derive(Debug, Default)]
struct Document {
    blocks: Vec<Block>,
    /// The targets of links, by their numbers.
    urls: Vec<String>,
}

/// A paragraph or a listing, and what it stands in.
#[derive(Debug)]
struct Block {
    /// From the outermost.
    containers: Vec<Container>,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Paragraph(Vec<Span>),
    /// Lines as they are.
    Listing(String),
}

/// What blocks can stand in. Two blocks stand in the same one if its number is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    Quote { number: usize },
    Item { number: usize, list: usize, marker: Marker },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Marker {
    Bullet,
    Ordinal(usize),
}

/// A run of text that is marked alike. Markup is a property of the text and not a tree of its own, so that no nesting
/// can be broken.
#[derive(Clone, Debug, Default, PartialEq)]
struct Span {
    text: String,
    emphasis: Option<Emphasis>,
    /// Which piece of code it belongs to.
    code: Option<usize>,
    /// Which link it belongs to: a number that is its own, and that of its target.
    link: Option<(usize, usize)>,
    /// Whether a new line begins after it.
    ends_line: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Emphasis {
    Weak,
    Strong,
}
