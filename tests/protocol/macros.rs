//! What the macros make compiles wherever they are called, and shows what deriving would.

use awsquery::StringEnum;
use awsquery::error::OperationErrorKind;
use awsquery::format::Structure;

/// Without `Option`, `Into`, `Ord` and the rest in sight; with names that Rust has taken.
#[no_implicit_prelude]
mod bare {
    #[allow(non_camel_case_types)]
    pub(super) struct r#struct {
        pub(super) r#type: ::core::option::Option<i32>,
    }

    ::awsquery::structure!(r#struct { 0: r#type = "Type" });

    #[allow(non_camel_case_types)]
    pub(super) enum Kind {
        Err,
        r#type,
        Unknown(::awsquery::UnknownValue),
    }

    ::awsquery::string_enum!(Kind { Err: "err", r#type: "type" });

    #[deprecated]
    pub(super) struct Old {
        pub(super) kind: ::core::option::Option<Kind>,
    }

    ::awsquery::structure!(Old { 0: kind = "Kind" });

    #[deprecated]
    pub(super) enum Former {
        One,
        Unknown(::awsquery::UnknownValue),
    }

    ::awsquery::string_enum!(Former { One: "one" });

    pub(super) enum AskError {
        Busy,
    }

    ::awsquery::operation_error!(AskError { service: crate::support::AnyError, kinds: [Busy] });

    pub(super) enum NoError {}

    ::awsquery::operation_error!(NoError { service: crate::support::AnyError, kinds: [] });
}

#[test]
#[allow(deprecated)]
fn names_are_shown_as_they_are_called() {
    assert_eq!(format!("{:?}", bare::r#struct { r#type: Some(1) }), "struct { type: Some(1) }");
    assert_eq!(format!("{:?}", bare::Old { kind: Some(bare::Kind::r#type) }), "Old { kind: Some(type) }");
    assert_eq!(format!("{:?}", bare::Kind::from("err")), "Err");
    assert_eq!(format!("{:?}", bare::Former::One), "One");
    assert_eq!(format!("{:?}", bare::AskError::Busy), "Busy");
    assert_eq!((bare::Old::MEMBERS.len(), bare::Kind::VALUES.len()), (1, 2));
    assert!(bare::NoError::KINDS.is_empty());
}
