//! A service in miniature, and structures written by hand as the generator would.

use std::fmt::Debug;
use std::marker::PhantomData;

use awsquery::error::{ErrorShape, OperationErrorKind, ServiceErrorKind};
use awsquery::format::{Layout, Member, Read, Structure, Visit};
use awsquery::http::{HeaderMap, StatusCode};
use awsquery::retry::RetryKind;
use awsquery::{Error, Operation, Response, Service};

/// Declares a structure: its fields, each with its facts.
macro_rules! shape {
    ($($name:ident { $($field:ident: $type:ty = $member:expr),* $(,)? })*) => {$(
        #[derive(Clone, Debug, Default, PartialEq)]
        pub(crate) struct $name {
            $(pub(crate) $field: Option<$type>),*
        }

        impl ::awsquery::format::Structure for $name {
            const MEMBERS: &'static [::awsquery::format::Member] = &[$($member),*];

            fn visit_members<V: ::awsquery::format::Visit>(&self, other: &Self, v: &mut V) {
                $(v.member(&self.$field, &other.$field);)*
            }

            fn read_member<R: ::awsquery::format::Read>(&mut self, index: usize, r: &mut R, layout: &'static ::awsquery::format::Layout) -> Result<(), R::Error> {
                let mut indices = 0..;
                $(if indices.next() == Some(index) {
                    return r.member(&mut self.$field, layout);
                })*
                Ok(())
            }
        }
    )*};
}
pub(crate) use shape;

/// Every error of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnyError {
    SharedElsewhere,
    Clash,
    NotFound,
    Busy,
    Elsewhere,
    Kept,
    Twin,
    Shared,
    ModeledElsewhere,
}

impl ServiceErrorKind for AnyError {
    const SHAPES: &'static [(Self, ErrorShape)] = &[
        (Self::SharedElsewhere, ErrorShape::new("SharedElsewhereFault", "Shared", 400)),
        // Its code is the name of another error's shape.
        (Self::Clash, ErrorShape::new("ClashFault", "Twin", 400)),
        (Self::NotFound, ErrorShape::new("ThingNotFoundFault", "ThingNotFound", 404)),
        (Self::Busy, ErrorShape::new("BusyFault", "Busy", 400).retry(RetryKind::Throttling)),
        (Self::Elsewhere, ErrorShape::new("Elsewhere", "Quota.Elsewhere", 400)),
        (Self::Kept, ErrorShape::new("KeptFault", "KeptFault", 400)),
        (Self::Twin, ErrorShape::new("Twin", "Twin.Code", 400)),
        (Self::Shared, ErrorShape::new("SharedFault", "Shared", 400)),
        (Self::ModeledElsewhere, ErrorShape::new("LaterFault", "Later", 400).retry(RetryKind::Transient)),
    ];
}

/// The errors of the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AskError {
    NotFound,
    Busy,
    Twin,
    Shared,
}

impl OperationErrorKind for AskError {
    type Service = AnyError;
    const KINDS: &'static [(Self, AnyError)] = &[
        (Self::NotFound, AnyError::NotFound),
        (Self::Busy, AnyError::Busy),
        (Self::Twin, AnyError::Twin),
        (Self::Shared, AnyError::Shared),
    ];
}

#[derive(Debug)]
pub(crate) struct Test;

impl Service for Test {
    type Error = AnyError;
    const SDK_ID: &'static str = "Test";
    const API_VERSION: &'static str = "2020-01-08";
    const SIGNING_NAME: &'static str = "test";
    const ENDPOINT_PREFIX: &'static str = "test";
    const XML_NAMESPACE: &'static str = "http://test.example/";
}

/// An operation without input whose output is `T`, in a wrapper or in the root itself.
#[derive(Debug)]
pub(crate) struct Ask<T, const WRAPPED: bool = true>(PhantomData<T>);

impl<T, const WRAPPED: bool> PartialEq for Ask<T, WRAPPED> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T, const WRAPPED: bool> Default for Ask<T, WRAPPED> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T: Structure, const WRAPPED: bool> Structure for Ask<T, WRAPPED> {
    const MEMBERS: &'static [Member] = &[];

    fn visit_members<V: Visit>(&self, _: &Self, _: &mut V) {}

    fn read_member<R: Read>(&mut self, _: usize, _: &mut R, _: &'static Layout) -> Result<(), R::Error> {
        Ok(())
    }
}

impl<T: Structure, const WRAPPED: bool> Operation for Ask<T, WRAPPED> {
    type Service = Test;
    type Output = T;
    type Error = AskError;
    const NAME: &'static str = "Ask";
    const RESULT_WRAPPER: Option<&'static str> = if WRAPPED { Some("AskResult") } else { None };
}

/// What a whole body with status 200 says.
pub(crate) fn answer<T: Structure>(body: impl AsRef<[u8]>) -> Result<Response<T>, Error<AskError>> {
    tests::readers::agree::<Ask<T>>(StatusCode::OK, body.as_ref());
    Ask::<T>::parse_response(StatusCode::OK, &HeaderMap::new(), body.as_ref())
}

/// What the members of a result say.
pub(crate) fn try_read<T: Structure>(members: &str) -> Result<T, Error<AskError>> {
    answer(format!("<AskResponse><AskResult>{members}</AskResult></AskResponse>"))
        .map(|response| response.output)
}

pub(crate) fn read<T: Structure>(members: &str) -> T {
    try_read(members).unwrap_or_else(|error| panic!("{members}: {error}"))
}

/// The complaint about the members of a result.
pub(crate) fn complaint<T: Structure + std::fmt::Debug>(members: &str) -> String {
    match try_read::<T>(members) {
        Err(error @ Error::Malformed(_)) => error.to_string(),
        other => panic!("{members}: expected a malformed response, found {other:?}"),
    }
}
