//! The intermediate representation: all that emission may know, nothing left to decide.
//!
//! It is there to be looked at, and no promise: semantic versioning does not cover it, any version may change it.
//!
//! Everything is sorted by name but members, which keep the model's order: it decides the order of form keys.

use std::collections::BTreeSet;

/// A service, reduced to the operations that were asked for and what they reach.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// The namespace of IR paths, such as `rds`.
    pub id: String,
    /// The type that stands for the service, such as `Rds`.
    pub type_name: String,
    /// The enumeration of its errors, such as `RdsError`.
    pub error_kind: String,
    /// The name among the SDKs, such as `RDS`.
    pub sdk_id: String,
    /// Such as `2014-10-31`.
    pub api_version: String,
    /// Such as `rds`.
    pub signing_name: String,
    /// Such as `rds`.
    pub endpoint_prefix: String,
    /// Empty where the model has none.
    pub xml_namespace: String,
    /// Where it is called; none where the model comes without an endpoint rule set.
    pub endpoints: Option<Endpoints>,
    /// How requests are signed.
    pub signature_version: SignatureVersion,
    /// The operations.
    pub operations: Vec<Operation>,
    /// Structures and unions that operations reach, requests and their own outputs aside.
    pub structures: Vec<Structure>,
    /// Enumerations that they reach.
    pub enums: Vec<Enum>,
    /// Every error of the service, whether an operation lists it or not.
    pub errors: Vec<ErrorShape>,
    /// What can be waited for, by operations that are emitted.
    pub waiters: Vec<Waiter>,
    /// What the model says of it, in Markdown as all texts here.
    pub text: Option<String>,
}

/// An operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The name on the wire.
    pub name: String,
    /// `rds#DescribeExportTasks`: the key in the model's map, which mostly is the name.
    pub path: String,
    /// The module that holds it.
    pub module: String,
    /// The request.
    pub input: Structure,
    /// What it answers.
    pub output: Output,
    /// The element that holds the output.
    pub result_wrapper: Option<String>,
    /// The enumeration of its errors.
    pub error_kind: String,
    /// Its errors, as positions in [`Service::errors`].
    pub errors: Vec<usize>,
    /// How its pages follow each other.
    pub paginator: Option<Paginator>,
    /// The filters it documents.
    pub filters: Option<Filters>,
    /// What becomes of a call that is repeated.
    pub repetition: Repetition,
    /// Whether requests are signed.
    pub signed: bool,
    /// The query of the request's URI, mostly empty.
    pub query: String,
    /// The request's field for an idempotency token.
    pub idempotency_token: Option<String>,
    /// What goes before the host, mostly nothing.
    pub host_prefix: Vec<PrefixPart>,
    /// An overlay's Rust, which the docs show.
    pub example: Option<String>,
}

impl Operation {
    /// The types that the operation's module defines.
    pub(crate) fn type_names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::from([self.input.type_name.as_str(), self.error_kind.as_str()]);
        if let Output::Own(output) = &self.output {
            names.insert(&output.type_name);
        }
        names.extend(self.filters.as_ref().map(|filters| filters.type_name.as_str()));
        names
    }

    /// The key in the model's map, by which paginators and waiters know it.
    pub(crate) fn key(&self) -> &str {
        self.path.split_once('#').map_or("", |(_, key)| key)
    }
}

/// A part of what goes before the host.
#[derive(Clone, Debug, PartialEq)]
pub enum PrefixPart {
    /// Text.
    Text(String),
    /// The value of a member of the request.
    Label {
        /// Its name.
        name: String,
        /// Its field.
        field: String,
    },
}

/// What becomes of a call that is repeated because its answer was lost.
#[derive(Clone, Debug, PartialEq)]
pub enum Repetition {
    /// Nothing: the call only reads.
    ReadOnly,
    /// The same, as the model says.
    Idempotent,
    /// Nobody says. These errors, as positions in [`Service::errors`], may answer it although the first call succeeded.
    Unknown(Vec<usize>),
}

/// What an operation answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Nothing but the request id.
    Unit,
    /// A structure of its own.
    Own(Structure),
    /// A structure that others refer to as well, by its type name.
    Shared(String),
}

/// How an operation's pages follow each other. A path is fields, each inside the one before.
#[derive(Clone, Debug, PartialEq)]
pub struct Paginator {
    /// The request's field for the marker.
    pub input_token: String,
    /// The output's marker.
    pub output_token: Vec<String>,
    /// The list in whose last element the output's marker stands, where it does.
    pub token_in_last_of: Vec<String>,
    /// The output's flag that says whether there is more.
    pub more_results: Option<Vec<String>>,
    /// The output's items: a list, or one value.
    pub items: Vec<String>,
    /// What they are, or what it is.
    pub items_layout: Layout,
    /// All that goes over pages, the items among it.
    pub aggregates: Vec<Aggregate>,
}

/// A member of an output that goes over pages.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// The fields that lead to it.
    pub path: Vec<String>,
    /// How pages join.
    pub join: Join,
    /// Whether it must not be shown.
    pub sensitive: bool,
}

/// How the values of two pages become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// Lists and maps grow.
    Extend,
    /// Texts are appended.
    Append,
    /// Numbers are added.
    Add,
}

/// The filters of an operation, which become constructors on a type of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct Filters {
    /// The type, such as `DescribeExportTasksFilter`.
    pub type_name: String,
    /// The structure that a filter is on the wire.
    pub filter_type: String,
    /// The filters.
    pub filters: Vec<Filter>,
}

/// One filter.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// The name on the wire, such as `s3-bucket`.
    pub name: String,
    /// The constructor.
    pub function: String,
    /// The enumeration of its values, where there is one.
    pub values: Option<String>,
    /// Whether values are sent in lower case.
    pub lower_case: bool,
    /// What the overlay says of it.
    pub text: String,
}

/// A structure, or a union.
#[derive(Clone, Debug, PartialEq)]
pub struct Structure {
    /// `rds#ExportTask`.
    pub path: String,
    /// The type.
    pub type_name: String,
    /// The module that holds it; empty for requests and their own outputs, which stand in the operation's.
    pub module: String,
    /// Whether exactly one of the members is set.
    pub union: bool,
    /// Whether a request reaches it: such structures have setters.
    pub settable: bool,
    /// The members.
    pub members: Vec<Member>,
    /// What an overlay says of it, or the model.
    pub text: Option<String>,
    /// Whether the model calls it deprecated.
    pub deprecated: bool,
}

/// The wire name of the member that a request carries a URL for its source region in.
pub(crate) const PRESIGNED_URL: &str = "PreSignedUrl";

/// A member of a structure.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// `rds#ExportTask$Status`.
    pub path: String,
    /// The model's name.
    pub name: String,
    /// The field, or a union's variant.
    pub field: String,
    /// The name on the wire.
    pub wire_name: String,
    /// What it holds.
    pub layout: Layout,
    /// Whether the model requires it.
    pub required: bool,
    /// Whether a response has it as an attribute.
    pub attribute: bool,
    /// Whether no request carries it.
    pub client_only: bool,
    /// The form key of an empty list, where it differs.
    pub empty_name: Option<String>,
    /// What an overlay says of it, or the model.
    pub text: Option<String>,
    /// Whether that is an overlay's, whose first sentence is a noun phrase.
    pub has_words: bool,
    /// Whether the model calls it deprecated.
    pub deprecated: bool,
}

/// A value: its type, and how it is laid out.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The type.
    pub type_: Type,
    /// Whether it must not be shown.
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
    /// A truth value.
    Boolean,
    /// 32 bits.
    Integer,
    /// 64 bits.
    Long,
    /// Single precision.
    Float,
    /// Double precision.
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
        /// Whether the structure can hold itself through this member.
        boxed: bool,
    },
    /// A list.
    List {
        /// What it holds.
        of: Box<Layout>,
        /// The name of each element.
        element: String,
        /// Whether it stands without its wrapper.
        flattened: bool,
    },
    /// A map.
    Map {
        /// The enumeration of its keys, where they are no plain strings.
        key_enum: Option<String>,
        /// The name of an entry's key.
        key: String,
        /// The name of an entry's value.
        value: String,
        /// What it holds.
        of: Box<Layout>,
        /// Whether it stands without its wrapper.
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
    /// The date of HTTP headers.
    HttpDate,
}

/// An enumeration.
#[derive(Clone, Debug, PartialEq)]
pub struct Enum {
    /// `rds#ExportSourceType`.
    pub path: String,
    /// The type.
    pub type_name: String,
    /// The module that holds it.
    pub module: String,
    /// The values, in the model's order.
    pub values: Vec<EnumValue>,
    /// What an overlay says of it, or the model.
    pub text: Option<String>,
    /// Whether the model calls it deprecated.
    pub deprecated: bool,
}

/// A value of an enumeration.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumValue {
    /// The text on the wire.
    pub value: String,
    /// The variant.
    pub variant: String,
    /// What an overlay says of it, or the model.
    pub text: Option<String>,
}

/// An error.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorShape {
    /// `rds#ExportTaskNotFoundFault`.
    pub path: String,
    /// The shape's name.
    pub name: String,
    /// The variant.
    pub variant: String,
    /// The code on the wire.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
    /// What the model says of trying again.
    pub retry: Option<Retry>,
    /// The structure that has its members, by type name, where there are others than a message.
    pub details: Option<String>,
    /// The member that is the message.
    pub message: Option<String>,
    /// What an overlay says of it, or the model.
    pub text: Option<String>,
    /// Whether the model calls it deprecated.
    pub deprecated: bool,
}

/// What a model says of trying again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The service asks for fewer calls.
    Throttling,
    /// A passing failure.
    Transient,
}

/// Something to wait for.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiter {
    /// `rds#DBInstanceAvailable`.
    pub path: String,
    /// The model's name.
    pub name: String,
    /// The type.
    pub type_name: String,
    /// The module that holds it.
    pub module: String,
    /// The name of the operation that is called again and again.
    pub operation: String,
    /// The shortest delay between calls, in seconds.
    pub min_delay: u64,
    /// The longest.
    pub max_delay: u64,
    /// When to give up.
    pub limit: WaitLimit,
    /// What answers mean, in order.
    pub acceptors: Vec<Acceptor>,
    /// What an overlay says of it.
    pub text: Option<String>,
}

/// When to give up waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitLimit {
    /// After so many calls.
    Calls(u32),
    /// After so many seconds.
    Seconds(u64),
}

/// What an answer means.
#[derive(Clone, Debug, PartialEq)]
pub struct Acceptor {
    /// What a match means.
    pub state: AcceptorState,
    /// The rule in words.
    pub rule: String,
    /// What matches.
    pub matcher: Matcher,
    /// Where the answer says something to people.
    pub message: Option<Path>,
    /// For so many seconds after the beginning, a match means nothing.
    pub grace: u64,
}

/// What a match means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptorState {
    /// It has come.
    Success,
    /// It will not come.
    Failure,
    /// It may still come.
    Retry,
}

/// What an answer is held against.
#[derive(Clone, Debug, PartialEq)]
pub enum Matcher {
    /// There are values, and each is the expected one.
    All(Path, Expected),
    /// One of the values is the expected one.
    Any(Path, Expected),
    /// The value is the expected one.
    Is(Path, Expected),
    /// So many values are there.
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
    /// As the model writes it.
    pub text: String,
    /// The way.
    pub steps: Vec<PathStep>,
    /// What the values are.
    pub type_: Type,
}

/// One step of the way.
#[derive(Clone, Debug, PartialEq)]
pub enum PathStep {
    /// Into a field of a structure.
    Field(String),
    /// To each element of a list.
    Elements,
    /// To the last element of a list.
    Last,
    /// To each value of a map.
    Values,
}

/// A value to compare with.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// A text; whether the case of ASCII letters counts.
    Text(String, Case),
    /// A truth value.
    Boolean(bool),
    /// A number.
    Integer(i64),
}

/// Whether the case of ASCII letters counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// It does.
    Sensitive,
    /// It does not.
    Insensitive,
}

/// How a count is compared.
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
    /// Both.
    pub fips_dual_stack: Vec<EndpointRule>,
    /// Plain endpoints for callers who want the global one; empty where that is no choice.
    pub global: Vec<EndpointRule>,
}

impl Endpoints {
    /// All lists of rules.
    pub(crate) fn lists_mut(&mut self) -> [&mut Vec<EndpointRule>; 5] {
        let Self { plain, fips, dual_stack, fips_dual_stack, global } = self;
        [plain, fips, dual_stack, fips_dual_stack, global]
    }

    /// All lists of rules, each with its name.
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

/// A rule: where it applies, and the endpoint there. Texts may have `{region}`, `{suffix}` and `{global_region}` in them.
#[derive(Clone, Debug, PartialEq)]
pub struct EndpointRule {
    /// The partitions that it is for, all where there are none.
    pub partitions: Vec<String>,
    /// The regions that it is for, all where there are none.
    pub regions: Vec<String>,
    /// Whether it applies in a partition without support for the variant.
    pub unchecked: bool,
    /// The host.
    pub host: String,
    /// The region to sign for, where that is another.
    pub signing_region: Option<String>,
    /// The name to sign for, where that is another.
    pub signing_name: Option<String>,
}

/// The version of signatures that a service takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignatureVersion {
    /// Version 2.
    V2,
    /// Version 4.
    #[default]
    V4,
}
