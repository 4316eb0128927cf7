//! What a format must know of a member besides its value: names, nesting, bounds.
//!
//! Tables of [`Member`] are written by the generator, in constants; everything here is therefore `const` and small.

/// One member of a structure, as the service model states it.
///
/// ```
/// use awsquery::format::Member;
///
/// const MEMBERS: &[Member] = &[
///     Member::new("ExportTaskIdentifier").required(),
///     Member::new("Filters").list("Filter"),
///     Member::new("MaxRecords").min(20.0).max(100.0),
/// ];
/// assert_eq!(MEMBERS[1].wire_name, "Filters");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Member {
    /// The model's name of the member: the key in JSON, the name in paths of errors.
    pub name: &'static str,
    /// The name on the wire, a form key's segment and an element's name: `locationName` or `xmlName` where the model
    /// has one, else [`name`](Self::name) (PROTOCOL REQ-6).
    pub wire_name: &'static str,
    /// How the value is laid out.
    pub layout: Layout,
    /// Whether the model says that a request must carry the member. Read by validation only, never by the wire.
    pub required: bool,
    /// Whether a response carries the member as an attribute of the element that holds the structure (RSP-8a).
    pub attribute: bool,
    /// Whether a request never carries the member: it is the caller's word to the client, such as the `SourceRegion`
    /// that a presigned URL is made for (PRE-1).
    pub client_only: bool,
    /// The form key of an empty list, where that is not the [`wire_name`](Self::wire_name): a few old models give a
    /// flattened list its element's name, but not where there is no element (REQ-11, REQ-16).
    pub empty_name: Option<&'static str>,
}

impl Member {
    /// A member whose wire name is its own, with a [`Layout::PLAIN`] value.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            wire_name: name,
            layout: Layout::PLAIN,
            required: false,
            attribute: false,
            client_only: false,
            empty_name: None,
        }
    }

    /// Sets a wire name that differs from the member's.
    pub const fn wire_name(mut self, wire_name: &'static str) -> Self {
        self.wire_name = wire_name;
        self
    }

    /// Marks the member as one that a request must carry.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Marks the member as an XML attribute.
    pub const fn attribute(mut self) -> Self {
        self.attribute = true;
        self
    }

    /// Sets the form key of an empty list, where it differs.
    pub const fn empty_name(mut self, empty_name: &'static str) -> Self {
        self.empty_name = Some(empty_name);
        self
    }

    /// Marks the member as one that no request carries.
    pub const fn client_only(mut self) -> Self {
        self.client_only = true;
        self
    }

    /// Makes the value a list of plain elements, each called `element` on the wire; see [`Layout::list`].
    pub const fn list(self, element: &'static str) -> Self {
        self.list_of(element, &Layout::PLAIN)
    }

    /// Makes the value a list whose elements are laid out as `of`; see [`Layout::list`].
    pub const fn list_of(mut self, element: &'static str, of: &'static Layout) -> Self {
        self.layout.collection = Collection::List { element, of };
        self
    }

    /// Makes the value a map of plain values; see [`Layout::map`].
    pub const fn map(self, key: &'static str, value: &'static str) -> Self {
        self.map_of(key, value, &Layout::PLAIN)
    }

    /// Makes the value a map whose values are laid out as `of`; see [`Layout::map`].
    pub const fn map_of(mut self, key: &'static str, value: &'static str, of: &'static Layout) -> Self {
        self.layout.collection = Collection::Map { key, value, of };
        self
    }

    /// Drops the wrapper around the collection; see [`Layout::flattened`].
    pub const fn flattened(mut self) -> Self {
        self.layout.flattened = true;
        self
    }

    /// Sets the format of a timestamp.
    pub const fn timestamp(mut self, format: TimestampFormat) -> Self {
        self.layout.timestamp = format;
        self
    }

    /// Sets the least value, or the least length; see [`Layout::min`].
    pub const fn min(mut self, min: f64) -> Self {
        self.layout.min = min;
        self
    }

    /// Sets the greatest value, or the greatest length; see [`Layout::max`].
    pub const fn max(mut self, max: f64) -> Self {
        self.layout.max = max;
        self
    }
}

/// How a value is laid out on the wire, and within which bounds the model wants it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Layout {
    /// The names that a list or a map adds.
    pub collection: Collection,
    /// Whether a list or map stands without its wrapper: `L.1` for `L.member.1` in a form, repeated elements with the
    /// member's own name in XML (REQ-10, RSP-9).
    pub flattened: bool,
    /// The format of a timestamp; other values ignore it.
    pub timestamp: TimestampFormat,
    /// The least value of a number, or the least length of anything else: characters, bytes or elements.
    /// Minus infinity where the model has none. Read by validation only.
    pub min: f64,
    /// The greatest value or length, as for [`min`](Self::min); infinity where the model has none.
    pub max: f64,
}

impl Layout {
    /// A scalar in its default format, or a structure.
    pub const PLAIN: Self = Self {
        collection: Collection::None,
        flattened: false,
        timestamp: TimestampFormat::DateTime,
        min: f64::NEG_INFINITY,
        max: f64::INFINITY,
    };

    /// A list: `element` is the name of each element, `member` unless the model says otherwise (REQ-8).
    pub const fn list(element: &'static str, of: &'static Layout) -> Self {
        Self { collection: Collection::List { element, of }, ..Self::PLAIN }
    }

    /// A map: `key` and `value` are the names of the two halves of an entry, `key` and `value` unless the model says
    /// otherwise (REQ-9).
    pub const fn map(key: &'static str, value: &'static str, of: &'static Layout) -> Self {
        Self { collection: Collection::Map { key, value, of }, ..Self::PLAIN }
    }

    /// The same, in another timestamp format.
    pub const fn timestamp(mut self, format: TimestampFormat) -> Self {
        self.timestamp = format;
        self
    }

    /// The same, with a least value or length.
    pub const fn min(mut self, min: f64) -> Self {
        self.min = min;
        self
    }

    /// The same, with a greatest value or length.
    pub const fn max(mut self, max: f64) -> Self {
        self.max = max;
        self
    }

    /// How the elements of this list or the values of this map are laid out; [`PLAIN`](Self::PLAIN) for anything else.
    pub const fn elements(&self) -> &'static Layout {
        match self.collection {
            Collection::None => &Self::PLAIN,
            Collection::List { of, .. } | Collection::Map { of, .. } => of,
        }
    }
}

/// The names that a collection adds on the wire.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Collection {
    /// Not a collection.
    None,
    /// A list.
    List {
        /// The name of each element.
        element: &'static str,
        /// How each element is laid out.
        of: &'static Layout,
    },
    /// A map.
    Map {
        /// The name of an entry's key.
        key: &'static str,
        /// The name of an entry's value.
        value: &'static str,
        /// How each value is laid out.
        of: &'static Layout,
    },
}

/// The textual form of a timestamp (REQ-21, RSP-15).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimestampFormat {
    /// RFC 3339 in UTC, `2015-01-25T08:00:00Z`: the protocol's default.
    #[default]
    DateTime,
    /// Seconds since 1970, `1422172800.5`.
    EpochSeconds,
    /// The date of HTTP headers, `Sun, 25 Jan 2015 08:00:00 GMT`.
    HttpDate,
}
