//! Conversion of a model's prose: from the HTML of AWS to Markdown for rustdoc.
//!
//! ```text
//! HTML ── html ─> blocks of marked text ── markdown ─> lines
//!                                            └─ inline ─> words, each through escape
//! ```
//!
//! The Markdown has the same text as the HTML, even with broken nesting. It has no HTML, no links but those of the
//! source, and no code that rustdoc would compile.

mod escape;
mod html;
mod inline;
mod markdown;
#[cfg(test)]
mod tests;

pub(crate) use self::escape::{code, plain};

/// Converts a text. Returns `None` if it is empty.
pub(crate) fn to_markdown(html: &str) -> Option<String> {
    let document = html::read(html);
    (!document.blocks.is_empty()).then(|| markdown::write(&document))
}

/// A parsed text.
#[derive(Debug, Default)]
struct Document {
    blocks: Vec<Block>,
    /// The targets of links, by their numbers.
    urls: Vec<String>,
}

/// A paragraph or a listing, and its containers.
#[derive(Debug)]
struct Block {
    /// The containers, from the outermost.
    containers: Vec<Container>,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Paragraph(Vec<Span>),
    /// Preformatted lines.
    Listing(String),
}

/// A container of blocks. Blocks with the same number are in the same container.
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

/// A run of text with the same markup. Markup is a property of the text and not a tree, so nesting cannot be broken.
#[derive(Clone, Debug, Default, PartialEq)]
struct Span {
    text: String,
    emphasis: Option<Emphasis>,
    /// The number of the piece of code that contains it.
    code: Option<usize>,
    /// The numbers of the link that contains it and of the link's target.
    link: Option<(usize, usize)>,
    /// True if a line break follows it.
    ends_line: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Emphasis {
    Weak,
    Strong,
}
