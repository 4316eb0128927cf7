//! The facts about a member that a format needs: names, nesting and bounds.
//!
//! The generator writes tables of [`Member`] as constants, so everything here is `const` and small.

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
    /// The member's name in the model: the key in JSON, and the name in error paths.
    pub name: &'static str,
    /// The name on the wire, in form keys and XML elements. It is the model's `locationName` or `xmlName` if set, else
    /// [`name`](Self::name) (REQ-6).
    pub wire_name: &'static str,
    /// The layout of the value.
    pub layout: Layout,
    /// True if a request must have the member. Only validation uses it; serialization does not.
    pub required: bool,
    /// True if a response has the member as an attribute of the structure's element (RSP-8a).
    pub attribute: bool,
    /// True if no request carries the member. It only informs the client, such as the `SourceRegion` for a presigned
    /// URL (PRE-1).
    pub client_only: bool,
    /// The form key of an empty list, if it differs from [`wire_name`](Self::wire_name). A few old models name a
    /// flattened list after its element, but use another name for an empty list (REQ-11, REQ-16).
    pub empty_name: Option<&'static str>,
}

impl Member {
    /// Creates a member whose wire name equals its name, with a [`Layout::PLAIN`] value.
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

    /// Sets a wire name that differs from the member's name.
    pub const fn wire_name(mut self, wire_name: &'static str) -> Self {
        self.wire_name = wire_name;
        self
    }

    /// Marks the member as required in requests.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Marks the member as an XML attribute.
    pub const fn attribute(mut self) -> Self {
        self.attribute = true;
        self
    }

    /// Sets the form key of an empty list, if it differs.
    pub const fn empty_name(mut self, empty_name: &'static str) -> Self {
        self.empty_name = Some(empty_name);
        self
    }

    /// Marks the member as one that no request carries.
    pub const fn client_only(mut self) -> Self {
        self.client_only = true;
        self
    }

    /// Makes the value a list of plain elements, each named `element` on the wire; see [`Layout::list`].
    pub const fn list(self, element: &'static str) -> Self {
        self.list_of(element, &Layout::PLAIN)
    }

    /// Makes the value a list whose elements have the layout `of`; see [`Layout::list`].
    pub const fn list_of(mut self, element: &'static str, of: &'static Layout) -> Self {
        self.layout.collection = Collection::List { element, of };
        self
    }

    /// Makes the value a map of plain values; see [`Layout::map`].
    pub const fn map(self, key: &'static str, value: &'static str) -> Self {
        self.map_of(key, value, &Layout::PLAIN)
    }

    /// Makes the value a map whose values have the layout `of`; see [`Layout::map`].
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

    /// Sets the minimum value or length; see [`Layout::min`].
    pub const fn min(mut self, min: f64) -> Self {
        self.layout.min = min;
        self
    }

    /// Sets the maximum value or length; see [`Layout::max`].
    pub const fn max(mut self, max: f64) -> Self {
        self.layout.max = max;
        self
    }
}

/// The layout of a value on the wire, and its bounds in the model.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Layout {
    /// The names that a list or a map adds.
    pub collection: Collection,
    /// True if a list or map has no wrapper: `L.1` instead of `L.member.1` in a form, and repeated elements with the
    /// member's name in XML (REQ-10, RSP-9).
    pub flattened: bool,
    /// The format of a timestamp. Ignored for other values.
    pub timestamp: TimestampFormat,
    /// The minimum value of a number, or the minimum length of other values in characters, bytes or elements. Minus
    /// infinity without a bound in the model. Used only by validation.
    pub min: f64,
    /// The maximum value or length, as for [`min`](Self::min). Infinity without a bound in the model.
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

    /// Creates the layout of a list. `element` is the name of each element, by default `member` (REQ-8).
    pub const fn list(element: &'static str, of: &'static Layout) -> Self {
        Self { collection: Collection::List { element, of }, ..Self::PLAIN }
    }

    /// Creates the layout of a map. `key` and `value` are the names of an entry's parts, by default `key` and `value`
    /// (REQ-9).
    pub const fn map(key: &'static str, value: &'static str, of: &'static Layout) -> Self {
        Self { collection: Collection::Map { key, value, of }, ..Self::PLAIN }
    }

    /// Sets the timestamp format.
    pub const fn timestamp(mut self, format: TimestampFormat) -> Self {
        self.timestamp = format;
        self
    }

    /// Sets the minimum value or length.
    pub const fn min(mut self, min: f64) -> Self {
        self.min = min;
        self
    }

    /// Sets the maximum value or length.
    pub const fn max(mut self, max: f64) -> Self {
        self.max = max;
        self
    }

    /// Returns the layout of a list's elements or a map's values; [`PLAIN`](Self::PLAIN) for all other layouts.
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
        /// The layout of each element.
        of: &'static Layout,
    },
    /// A map.
    Map {
        /// The name of an entry's key.
        key: &'static str,
        /// The name of an entry's value.
        value: &'static str,
        /// The layout of each value.
        of: &'static Layout,
    },
}

/// The text format of a timestamp (REQ-21, RSP-15).
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
