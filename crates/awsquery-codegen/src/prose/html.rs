//! Parses HTML into blocks: paragraphs of marked text, with the lists and notes that contain them.

use std::collections::BTreeSet;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{EndTag, StartTag, Token, Tokenizer};

use super::{Block, Container, Content, Document, Emphasis, Marker, Span};

/// The greatest depth of open elements, deeper than in any known text. Markup beyond it is ignored.
const DEPTH_LIMIT: usize = 64;

/// The greatest depth of lists and notes in the output.
const CONTAINER_LIMIT: usize = 6;

/// Reads a text.
pub(super) fn read(html: &str) -> Document {
    let tokens: Vec<Token<usize>> =
        Tokenizer::new_with_emitter(html, DefaultEmitter::<usize>::new_with_span())
            .map(|token| token.unwrap_or_else(|never| match never {}))
            .collect();
    let closed = tokens.iter().filter_map(|token| match token {
        Token::EndTag(tag) => Some(name_of(&tag.name)),
        _ => None,
    });
    let mut reader = Reader { closed: closed.collect(), ..Reader::default() };
    for token in &tokens {
        match token {
            Token::StartTag(tag) => reader.start(tag, html.get(tag.span.start..tag.span.end)),
            Token::EndTag(tag) => reader.end(tag),
            Token::String(text) => reader.text(&String::from_utf8_lossy(text)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    reader.close_to(0);
    reader.flush();
    reader.document
}

fn name_of(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// The meaning of an element.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Paragraph,
    Heading,
    Quote {
        number: usize,
    },
    /// A list: the number of shown items, the number of the latest item, and true if that item is shown.
    List {
        number: usize,
        ordered: bool,
        items: usize,
        item: usize,
        is_shown: bool,
    },
    Item,
    Term,
    Description,
    Cell,
    Preformatted,
    Emphasis(Emphasis),
    Code {
        number: usize,
    },
    /// A link. `target` has the numbers of the link and of its address, until the link has ended. `has_text` is true
    /// once some of its text has been read.
    Link {
        target: Option<(usize, usize)>,
        has_text: bool,
    },
    /// Markup that Markdown does not support. Its text is kept.
    Transparent,
}

impl Kind {
    /// Returns true if the text inside is in another block than the text around it.
    fn is_block(self) -> bool {
        !matches!(self, Self::Emphasis(_) | Self::Code { .. } | Self::Link { .. } | Self::Transparent)
    }

    /// Returns true if an end tag inside cannot end markup that began outside.
    fn is_boundary(self) -> bool {
        self.is_block() && !matches!(self, Self::Paragraph | Self::Heading)
    }
}

#[derive(Default)]
struct Reader {
    document: Document,
    /// The names of all end tags of the text.
    closed: BTreeSet<String>,
    /// The open elements, from the outermost.
    open: Vec<(String, Kind)>,
    /// The current paragraph.
    spans: Vec<Span>,
    listing: String,
    /// True if the current paragraph only introduces the next text, as a note's label does.
    leads_in: bool,
    numbers: usize,
}

impl Reader {
    fn next_number(&mut self) -> usize {
        self.numbers += 1;
        self.numbers
    }

    fn start(&mut self, tag: &StartTag<usize>, source: Option<&str>) {
        let name = name_of(&tag.name);
        match name.as_str() {
            "br" => self.end_line(),
            "hr" => self.flush(),
            "img" | "wbr" | "input" => {}
            "p" | "div" | "section" | "article" | "body" | "fullname" | "zonbook" | "xhtml" | "title"
            | "caption" | "center" => self.open_block(name, Kind::Paragraph),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.open_block(name, Kind::Heading),
            "note" | "important" | "caution" | "warning" | "tip" | "blockquote" => self.open_quote(name),
            "ul" | "ol" | "dl" | "table" => self.open_list(name),
            "li" | "tr" => self.open_item(name, Kind::Item),
            "dt" => self.open_item(name, Kind::Term),
            "dd" => self.open_description(name),
            "td" | "th" => self.open_cell(name),
            "pre" => self.open_block(name, Kind::Preformatted),
            "b" | "strong" => self.push(name, Kind::Emphasis(Emphasis::Strong)),
            "i" | "em" | "cite" | "dfn" | "replaceable" => {
                self.push(name, Kind::Emphasis(Emphasis::Weak));
            }
            "code" | "tt" | "samp" | "kbd" | "var" => self.open_code(name),
            "a" => self.open_link(name, tag),
            _ if is_known(&name) || self.closed.contains(&name) => {
                if !tag.self_closing {
                    self.push(name, Kind::Transparent);
                }
            }
            // Unknown elements are unescaped placeholders, such as `<account-id>`.
            _ => self.text(source.unwrap_or_default()),
        }
    }

    fn end(&mut self, tag: &EndTag<usize>) {
        let name = name_of(&tag.name);
        // A term stays open until its description begins.
        let Some(index) = self.open.iter().rposition(|(other, kind)| *other == name && *kind != Kind::Term)
        else {
            return;
        };
        // The end of bold text does not end a list inside it.
        let is_inline = !self.open[index].1.is_block();
        if !(is_inline && self.open[index..].iter().any(|(_, kind)| kind.is_boundary())) {
            self.close_to(index);
        }
    }

    fn push(&mut self, name: String, kind: Kind) {
        if self.open.len() < DEPTH_LIMIT {
            self.open.push((name, kind));
        }
    }

    /// Closes elements until `count` are left.
    fn close_to(&mut self, count: usize) {
        while self.open.len() > count {
            match self.open.last().map(|(_, kind)| *kind) {
                Some(Kind::Quote { .. }) if self.leads_in => {
                    // The note is empty.
                    self.spans.clear();
                    self.leads_in = false;
                }
                // The next cell continues the line.
                Some(Kind::Cell) => {}
                Some(kind) if kind.is_block() => self.flush(),
                _ => {}
            }
            self.open.pop();
        }
    }

    /// Closes the open paragraph, since it cannot contain a block.
    fn close_paragraph(&mut self) {
        let block = self.open.iter().rposition(|(_, kind)| kind.is_block());
        if let Some(index) = block.filter(|index| self.open[*index].0 == "p") {
            self.close_to(index);
        }
    }

    fn open_block(&mut self, name: String, kind: Kind) {
        self.close_paragraph();
        if !std::mem::take(&mut self.leads_in) {
            self.flush();
        }
        self.push(name, kind);
    }

    fn open_quote(&mut self, name: String) {
        self.close_paragraph();
        self.flush();
        let number = self.next_number();
        let label = (name != "blockquote").then(|| {
            let (first, rest) = name.split_at(1);
            format!("{}{rest}:", first.to_uppercase())
        });
        self.push(name, Kind::Quote { number });
        // A note that is nested too deeply has no label.
        if let Some(text) = label.filter(|_| self.open.len() < DEPTH_LIMIT) {
            self.spans.push(Span { text, emphasis: Some(Emphasis::Strong), ..Span::default() });
            self.spans.push(Span { text: " ".into(), ..Span::default() });
            self.leads_in = true;
        }
    }

    fn open_list(&mut self, name: String) {
        self.close_paragraph();
        self.flush();
        let number = self.next_number();
        let ordered = name == "ol";
        self.push(name, Kind::List { number, ordered, items: 0, item: 0, is_shown: false });
    }

    /// Closes the previous item if it has no end tag, and begins the next.
    fn open_item(&mut self, name: String, kind: Kind) {
        self.close_siblings();
        self.flush();
        let number = self.next_number();
        if let Some((_, Kind::List { item, is_shown, .. })) = self.latest_list() {
            (*item, *is_shown) = (number, false);
        }
        self.push(name, kind);
    }

    /// Opens a description, which continues the line of its term.
    fn open_description(&mut self, name: String) {
        let term = self.sibling().filter(|index| self.open[*index].1 == Kind::Term);
        match term {
            Some(index) if self.goes_on(":") => self.open.truncate(index),
            _ => self.close_siblings(),
        }
        match self.latest_list() {
            Some((_, Kind::List { item: 1.., .. })) => self.push(name, Kind::Description),
            _ => self.open_item(name, Kind::Description),
        }
    }

    fn open_cell(&mut self, name: String) {
        let cell = self.open.iter().rposition(|(_, kind)| matches!(kind, Kind::Cell | Kind::List { .. }));
        if let Some(index) = cell.filter(|index| self.open[*index].1 == Kind::Cell) {
            self.close_to(index);
        }
        self.goes_on(" |");
        self.push(name, Kind::Cell);
    }

    /// Continues the current paragraph after a separator. Returns false if there is no paragraph.
    fn goes_on(&mut self, separator: &str) -> bool {
        let last = self.spans.iter().rposition(|span| !span.text.trim().is_empty());
        self.spans.truncate(last.map_or(0, |index| index + 1));
        let Some(last) = self.spans.last_mut() else { return false };
        last.text.truncate(last.text.trim_end().len());
        self.end_links();
        self.spans.push(Span { text: format!("{separator} "), ..Span::default() });
        self.leads_in = true;
        true
    }

    fn latest_list(&mut self) -> Option<&mut (String, Kind)> {
        self.open.iter_mut().rfind(|(_, kind)| matches!(kind, Kind::List { .. }))
    }

    /// Returns the open item of the latest list.
    fn sibling(&self) -> Option<usize> {
        let list = self.open.iter().rposition(|(_, kind)| matches!(kind, Kind::List { .. }));
        let from = list.map_or(0, |index| index + 1);
        let is_item = |kind: &Kind| matches!(kind, Kind::Item | Kind::Term | Kind::Description);
        self.open[from..].iter().position(|(_, kind)| is_item(kind)).map(|index| from + index)
    }

    fn close_siblings(&mut self) {
        if let Some(index) = self.sibling() {
            self.close_to(index);
        }
    }

    fn open_code(&mut self, name: String) {
        let number = self.next_number();
        self.push(name, Kind::Code { number });
    }

    fn open_link(&mut self, name: String, tag: &StartTag<usize>) {
        // Links cannot be nested.
        if let Some(index) = self.open.iter().rposition(|(_, kind)| matches!(kind, Kind::Link { .. })) {
            self.close_to(index);
        }
        let Some(target) = tag.attributes.get(&b"href"[..]) else {
            // AWS marks names of the model with links without address.
            return self.open_code(name);
        };
        match clean_url(&String::from_utf8_lossy(target)) {
            Some(url) => {
                let number = self.next_number();
                self.document.urls.push(url);
                let url = self.document.urls.len() - 1;
                self.push(name, Kind::Link { target: Some((number, url)), has_text: false });
            }
            None => self.push(name, Kind::Transparent),
        }
    }

    fn end_line(&mut self) {
        if let Some(span) = self.spans.last_mut() {
            span.ends_line = true;
        }
    }

    fn text(&mut self, text: &str) {
        let mut span = Span::default();
        let says_something = !text.trim().is_empty();
        for (_, kind) in &mut self.open {
            match kind {
                Kind::Preformatted => {
                    let visible = text.chars().filter_map(|c| if c == '\n' { Some(c) } else { visible(c) });
                    return self.listing.extend(visible);
                }
                Kind::Heading | Kind::Term => span.emphasis = Some(Emphasis::Strong),
                // The outermost emphasis counts.
                Kind::Emphasis(emphasis) => span.emphasis = span.emphasis.or(Some(*emphasis)),
                Kind::Code { number } => span.code = span.code.or(Some(*number)),
                Kind::Link { target, has_text } => {
                    span.link = *target;
                    *has_text |= says_something;
                }
                _ => {}
            }
        }
        span.text = text.chars().filter_map(visible).collect();
        self.leads_in &= span.text.trim().is_empty();
        self.spans.push(span);
    }

    /// Ends the links that have a text. A link covers only one block: a model's address may be long, and would be
    /// repeated in each block.
    fn end_links(&mut self) {
        for (_, kind) in &mut self.open {
            if let Kind::Link { target, has_text: true } = kind {
                *target = None;
            }
        }
    }

    /// Ends the current block.
    fn flush(&mut self) {
        self.leads_in = false;
        self.end_links();
        let spans = std::mem::take(&mut self.spans);
        if spans.iter().any(|span| !span.text.trim().is_empty()) {
            self.add(Content::Paragraph(spans));
        }
        let listing = std::mem::take(&mut self.listing);
        if !listing.trim().is_empty() {
            self.add(Content::Listing(listing));
        }
    }

    fn add(&mut self, content: Content) {
        let (mut containers, mut latest) = (Vec::new(), None);
        for (_, kind) in &mut self.open {
            match kind {
                Kind::Quote { number } => containers.push(Container::Quote { number: *number }),
                Kind::List { .. } => latest = Some(kind),
                Kind::Item | Kind::Term | Kind::Description => {
                    containers.push(container(latest.as_deref_mut()))
                }
                _ => {}
            }
        }
        containers.truncate(CONTAINER_LIMIT);
        self.document.blocks.push(Block { containers, content });
    }
}

/// Returns the latest item of a list. An item is numbered when it is first shown, so empty items have no number.
fn container(list: Option<&mut Kind>) -> Container {
    let Some(Kind::List { number, ordered, items, item, is_shown }) = list else {
        return Container::Item { number: 0, list: 0, marker: Marker::Bullet };
    };
    *items += usize::from(!std::mem::replace(is_shown, true));
    let marker = if *ordered { Marker::Ordinal(*items) } else { Marker::Bullet };
    Container::Item { number: *item, list: *number, marker }
}

/// Returns true for HTML elements of which only the text is kept.
fn is_known(name: &str) -> bool {
    const NAMES: [&str; 27] = [
        "abbr", "acronym", "address", "big", "col", "colgroup", "data", "del", "font", "form", "html", "ins",
        "label", "main", "mark", "nav", "q", "s", "small", "span", "strike", "sub", "sup", "tbody", "tfoot",
        "thead", "u",
    ];
    NAMES.contains(&name)
}

/// Returns the visible form of a character. Control characters become spaces. Invisible formatting marks are removed;
/// the compiler rejects some of them in comments.
fn visible(c: char) -> Option<char> {
    match c {
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}' => None,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
        c if c.is_whitespace() || c.is_control() => Some(' '),
        c => Some(c),
    }
}

/// Returns the address for a link. It must be a web address without characters that would end the link.
fn clean_url(url: &str) -> Option<String> {
    let url: String = url.chars().filter_map(visible).collect();
    let url = url.trim();
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    if !rest.starts_with(|c: char| c.is_alphanumeric()) {
        return None;
    }
    let mut clean = String::with_capacity(url.len());
    for c in url.chars() {
        match c {
            ' ' | '"' | '\'' | '(' | ')' | '<' | '>' | '[' | ']' | '\\' | '`' | '{' | '}' | '|' | '^'
            | '*' => {
                clean.push_str(&format!("%{:02X}", u32::from(c)));
            }
            _ => clean.push(c),
        }
    }
    Some(clean)
}
