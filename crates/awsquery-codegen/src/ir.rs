//! The intermediate representation: all facts that emission needs, with every decision made.
//!
//! It is public for inspection only. Semantic versioning does not cover it, and any version may change it.
//!
//! Everything is sorted by name except members. Members keep the model's order, which is the order of form keys.

use std::collections::BTreeSet;

/// A service, reduced to the selected operations and the shapes that they reach.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// The namespace of IR paths, such as `rds`.
    pub id: String,
    /// The type that represents the service, such as `Rds`.
    pub type_name: String,
    /// The enumeration of its errors, such as `RdsError`.
    pub error_kind: String,
    /// The service's id in AWS SDKs, such as `RDS`.
    pub sdk_id: String,
    /// The version of the API, such as `2014-10-31`.
    pub api_version: String,
    /// The name that requests are signed for, such as `rds`.
    pub signing_name: String,
    /// The prefix of the service's hosts, such as `rds`.
    pub endpoint_prefix: String,
    /// The XML namespace. Empty if the model has none.
    pub xml_namespace: String,
    /// The service's endpoints. `None` if the model has no endpoint rule set.
    pub endpoints: Option<Endpoints>,
    /// The version of request signatures.
    pub signature_version: SignatureVersion,
    /// The operations.
    pub operations: Vec<Operation>,
    /// Structures and unions that operations reach, except requests and their own outputs.
    pub structures: Vec<Structure>,
    /// Enumerations that operations reach.
    pub enums: Vec<Enum>,
    /// All errors of the service, including those that no operation lists.
    pub errors: Vec<ErrorShape>,
    /// The waiters of emitted operations.
    pub waiters: Vec<Waiter>,
    /// The model's docs, in Markdown like all texts of the IR.
    pub text: Option<String>,
}

/// An operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The name on the wire.
    pub name: String,
    /// The path, such as `rds#DescribeExportTasks`. It contains the key in the model's map, which is usually the name.
    pub path: String,
    /// The module that holds it.
    pub module: String,
    /// The request.
    pub input: Structure,
    /// The output.
    pub output: Output,
    /// The element that holds the output.
    pub result_wrapper: Option<String>,
    /// The enumeration of the operation's errors.
    pub error_kind: String,
    /// The operation's errors, as positions in [`Service::errors`].
    pub errors: Vec<usize>,
    /// The paginator.
    pub paginator: Option<Paginator>,
    /// The filters that the operation documents.
    pub filters: Option<Filters>,
    /// The effect of a repeated call.
    pub repetition: Repetition,
    /// True if requests are signed.
    pub signed: bool,
    /// The query of the request's URI, usually empty.
    pub query: String,
    /// The request's field for an idempotency token.
    pub idempotency_token: Option<String>,
    /// The prefix of the host, usually empty.
    pub host_prefix: Vec<PrefixPart>,
    /// Rust code of an overlay, shown in the docs.
    pub example: Option<String>,
}

impl Operation {
    /// Returns the types that the operation's module defines.
    pub(crate) fn type_names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::from([self.input.type_name.as_str(), self.error_kind.as_str()]);
        if let Output::Own(output) = &self.output {
            names.insert(&output.type_name);
        }
        names.extend(self.filters.as_ref().map(|filters| filters.type_name.as_str()));
        names
    }

    /// Returns the key in the model's map, to which paginators and waiters refer.
    pub(crate) fn key(&self) -> &str {
        self.path.split_once('#').map_or("", |(_, key)| key)
    }
}

/// A part of a host prefix.
#[derive(Clone, Debug, PartialEq)]
pub enum PrefixPart {
    /// Text.
    Text(String),
    /// The value of a member of the request.
    Label {
        /// The member's name.
        name: String,
        /// The member's field.
        field: String,
    },
}

/// The effect of repeating a call whose response was lost.
#[derive(Clone, Debug, PartialEq)]
pub enum Repetition {
    /// The call only reads, so a repeated call changes nothing.
    ReadOnly,
    /// A repeated call has the same effect, according to the model.
    Idempotent,
    /// The effect is unknown. A repeated call may fail with these errors, as positions in [`Service::errors`], although
    /// the first call succeeded.
    Unknown(Vec<usize>),
}

/// The output of an operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Nothing but the request id.
    Unit,
    /// A structure of its own.
    Own(Structure),
    /// A structure that others refer to as well, by its type name.
    Shared(String),
}

/// The pagination of an operation. A path is a list of nested fields, from the outermost.
#[derive(Clone, Debug, PartialEq)]
pub struct Paginator {
    /// The request's field for the marker.
    pub input_token: String,
    /// The output's marker.
    pub output_token: Vec<String>,
    /// The list whose last element contains the output's marker, if there is one.
    pub token_in_last_of: Vec<String>,
    /// The output's flag for more pages.
    pub more_results: Option<Vec<String>>,
    /// The output's items: a list, or one value.
    pub items: Vec<String>,
    /// The layout of the items.
    pub items_layout: Layout,
    /// All members that are collected over pages, including the items.
    pub aggregates: Vec<Aggregate>,
}

/// A member of an output that is collected over pages.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// The fields that lead to it.
    pub path: Vec<String>,
    /// The way to join the values of two pages.
    pub join: Join,
    /// True if the value must not be shown.
    pub sensitive: bool,
}

/// The way to join the values of two pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// Lists and maps grow.
    Extend,
    /// Texts are appended.
    Append,
    /// Numbers are added.
    Add,
}

/// The filters of an operation, generated as constructors of a separate type.
#[derive(Clone, Debug, PartialEq)]
pub struct Filters {
    /// The type, such as `DescribeExportTasksFilter`.
    pub type_name: String,
    /// The structure that represents a filter on the wire.
    pub filter_type: String,
    /// The filters.
    pub filters: Vec<Filter>,
}

/// A filter.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// The name on the wire, such as `s3-bucket`.
    pub name: String,
    /// The constructor.
    pub function: String,
    /// The enumeration of its values, if there is one.
    pub values: Option<String>,
    /// True if values are sent in lower case.
    pub lower_case: bool,
    /// The overlay's docs.
    pub text: String,
}

/// A structure, or a union.
#[derive(Clone, Debug, PartialEq)]
pub struct Structure {
    /// The path, such as `rds#ExportTask`.
    pub path: String,
    /// The type.
    pub type_name: String,
    /// The module that holds it. Empty for requests and their own outputs, which are in the operation's module.
    pub module: String,
    /// True if exactly one of the members is set.
    pub union: bool,
    /// True if a request reaches it. Such structures have setters.
    pub settable: bool,
    /// The members.
    pub members: Vec<Member>,
    /// The docs of an overlay or of the model.
    pub text: Option<String>,
    /// True if the model marks it as deprecated.
    pub deprecated: bool,
}

/// The wire name of a request's member for a URL that is presigned for the source region.
pub(crate) const PRESIGNED_URL: &str = "PreSignedUrl";

/// A member of a structure.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The path, such as `rds#ExportTask$Status`.
    pub path: String,
    /// The model's name.
    pub name: String,
    /// The field, or a union's variant.
    pub field: String,
    /// The name on the wire.
    pub wire_name: String,
    /// The layout of the value.
    pub layout: Layout,
    /// True if the model requires it.
    pub required: bool,
    /// True if it is an XML attribute in responses.
    pub attribute: bool,
    /// True if requests do not contain it.
    pub client_only: bool,
    /// The form key of an empty list, if it differs.
    pub empty_name: Option<String>,
    /// The docs of an overlay or of the model.
    pub text: Option<String>,
    /// True if the docs are an overlay's, whose first sentence is a noun phrase.
    pub has_words: bool,
    /// True if the model marks it as deprecated.
    pub deprecated: bool,
}

/// The type and layout of a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The type.
    pub type_: Type,
    /// True if the value must not be shown.
    pub sensitive: bool,
    /// The least value or length.
    pub min: Option<f64>,
    /// The greatest value or length.
    pub max: Option<f64>,
}

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Text.
    String,
    /// A boolean.
    Boolean,
    /// A 32-bit integer.
    Integer,
    /// A 64-bit integer.
    Long,
    /// A single-precision number.
    Float,
    /// A double-precision number.
    Double,
    /// Bytes.
    Blob,
    /// A point in time.
    Timestamp(TimestampFormat),
    /// An enumeration, by its type name.
    Enum(String),
    /// A structure or union, by its type name.
    Structure {
        /// The type name.
        name: String,
        /// True if the structure can contain itself through this member.
        boxed: bool,
    },
    /// A list.
    List {
        /// The layout of an element.
        of: Box<Layout>,
        /// The name of each element.
        element: String,
        /// True if it has no wrapper element.
        flattened: bool,
    },
    /// A map.
    Map {
        /// The enumeration of its keys, unless they are plain strings.
        key_enum: Option<String>,
        /// The name of an entry's key.
        key: String,
        /// The name of an entry's value.
        value: String,
        /// The layout of a value.
        of: Box<Layout>,
        /// True if it has no wrapper element.
        flattened: bool,
    },
}

impl Type {
    /// Returns whether values are texts, enumerations among them.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::String | Self::Enum(_))
    }
}

/// The form of a timestamp on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampFormat {
    /// RFC 3339.
    DateTime,
    /// Seconds since 1970.
    EpochSeconds,
    /// The date format of HTTP headers.
    HttpDate,
}

/// An enumeration.
#[derive(Clone, Debug, PartialEq)]
pub struct Enum {
    /// The path, such as `rds#ExportSourceType`.
    pub path: String,
    /// The type.
    pub type_name: String,
    /// The module that holds it.
    pub module: String,
    /// The values, in the model's order.
    pub values: Vec<EnumValue>,
    /// The docs of an overlay or of the model.
    pub text: Option<String>,
    /// True if the model marks it as deprecated.
    pub deprecated: bool,
}

/// A value of an enumeration.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumValue {
    /// The text on the wire.
    pub value: String,
    /// The variant.
    pub variant: String,
    /// The docs of an overlay or of the model.
    pub text: Option<String>,
}

/// An error.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorShape {
    /// The path, such as `rds#ExportTaskNotFoundFault`.
    pub path: String,
    /// The shape's name.
    pub name: String,
    /// The variant.
    pub variant: String,
    /// The code on the wire.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
    /// The model's retry hint.
    pub retry: Option<Retry>,
    /// The type name of the structure with the error's members, if there are any besides a message.
    pub details: Option<String>,
    /// The member that contains the message.
    pub message: Option<String>,
    /// The docs of an overlay or of the model.
    pub text: Option<String>,
    /// True if the model marks it as deprecated.
    pub deprecated: bool,
}

/// A model's retry hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The service asks for fewer calls.
    Throttling,
    /// A transient failure.
    Transient,
}

/// A waiter.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiter {
    /// The path, such as `rds#DBInstanceAvailable`.
    pub path: String,
    /// The model's name.
    pub name: String,
    /// The type.
    pub type_name: String,
    /// The module that holds it.
    pub module: String,
    /// The name of the operation that is called repeatedly.
    pub operation: String,
    /// The shortest delay between calls, in seconds.
    pub min_delay: u64,
    /// The longest delay between calls, in seconds.
    pub max_delay: u64,
    /// The limit of the wait.
    pub limit: WaitLimit,
    /// The rules for responses, in order.
    pub acceptors: Vec<Acceptor>,
    /// The overlay's docs.
    pub text: Option<String>,
}

/// The limit of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitLimit {
    /// A number of calls.
    Calls(u32),
    /// A number of seconds.
    Seconds(u64),
}

/// A rule for a response.
#[derive(Clone, Debug, PartialEq)]
pub struct Acceptor {
    /// The outcome of a match.
    pub state: AcceptorState,
    /// The rule in words.
    pub rule: String,
    /// The matcher.
    pub matcher: Matcher,
    /// The path to a message for people in the response.
    pub message: Option<Path>,
    /// The number of seconds from the start of the wait in which a match is ignored.
    pub grace: u64,
}

/// The outcome of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptorState {
    /// The wait succeeds.
    Success,
    /// The wait fails.
    Failure,
    /// The wait continues.
    Retry,
}

/// The test of a response.
#[derive(Clone, Debug, PartialEq)]
pub enum Matcher {
    /// There are values, and all are equal to the expected one.
    All(Path, Expected),
    /// At least one value is equal to the expected one.
    Any(Path, Expected),
    /// The value is equal to the expected one.
    Is(Path, Expected),
    /// The number of values meets the comparison.
    Count(Path, Comparison, u64),
    /// The HTTP status.
    Status(u16),
    /// An error, by code or shape.
    Error(String),
    /// Any error.
    AnyError,
    /// No error.
    NoError,
}

impl Matcher {
    /// Returns whether it ignores the case of ASCII letters.
    pub(crate) fn ignores_case(&self) -> bool {
        match self {
            Self::All(_, expected) | Self::Any(_, expected) | Self::Is(_, expected) => {
                matches!(expected, Expected::Text(_, Case::Insensitive))
            }
            _ => false,
        }
    }
}

/// A way from an output to values.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// The text in the model.
    pub text: String,
    /// The steps.
    pub steps: Vec<PathStep>,
    /// The type of the values.
    pub type_: Type,
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq)]
pub enum PathStep {
    /// A field of a structure.
    Field(String),
    /// All elements of a list.
    Elements,
    /// To the last element of a list.
    Last,
    /// To each value of a map.
    Values,
}

/// A value to compare with.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// A text, and its case sensitivity.
    Text(String, Case),
    /// A boolean.
    Boolean(bool),
    /// A number.
    Integer(i64),
}

/// The case sensitivity of a comparison, which concerns ASCII letters only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// Upper and lower case differ.
    Sensitive,
    /// Upper and lower case are equal.
    Insensitive,
}

/// The comparison of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
}

impl Comparison {
    /// The comparison that holds where this one does not.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::Greater => Self::LessOrEqual,
            Self::GreaterOrEqual => Self::Less,
        }
    }

    /// As Rust and JMESPath write it.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// The endpoints of a service: for each variant the rules that name its hosts, the first that applies deciding.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Endpoints {
    /// Neither FIPS nor dual stack.
    pub plain: Vec<EndpointRule>,
    /// FIPS.
    pub fips: Vec<EndpointRule>,
    /// Dual stack.
    pub dual_stack: Vec<EndpointRule>,
    /// Both FIPS and dual stack.
    pub fips_dual_stack: Vec<EndpointRule>,
    /// Plain endpoints for callers who choose the global one. Empty if there is no choice.
    pub global: Vec<EndpointRule>,
}

impl Endpoints {
    /// Returns all lists of rules.
    pub(crate) fn lists_mut(&mut self) -> [&mut Vec<EndpointRule>; 5] {
        let Self { plain, fips, dual_stack, fips_dual_stack, global } = self;
        [plain, fips, dual_stack, fips_dual_stack, global]
    }

    /// Returns all lists of rules, each with its name.
    pub(crate) fn lists(&self) -> [(&'static str, &[EndpointRule]); 5] {
        let Self { plain, fips, dual_stack, fips_dual_stack, global } = self;
        [
            ("plain", plain),
            ("fips", fips),
            ("dual_stack", dual_stack),
            ("fips_dual_stack", fips_dual_stack),
            ("global", global),
        ]
    }
}

/// The conditions of a rule and its endpoint. Texts may contain `{region}`, `{suffix}` and `{global_region}`.
#[derive(Clone, Debug, PartialEq)]
pub struct EndpointRule {
    /// The partitions to which it applies. Empty for all.
    pub partitions: Vec<String>,
    /// The regions to which it applies. Empty for all.
    pub regions: Vec<String>,
    /// True if it applies even in a partition that does not support the variant.
    pub unchecked: bool,
    /// The host.
    pub host: String,
    /// The signing region, if it is not the region of the call.
    pub signing_region: Option<String>,
    /// The signing name, if it is not the service's.
    pub signing_name: Option<String>,
}

/// The version of request signatures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignatureVersion {
    /// Version 2.
    V2,
    /// Version 4.
    #[default]
    V4,
}
