//! The service's side of the protocol, for test servers, emulators and tests of clients.
//!
//! [`QueryRequest`] reads a request's form into the structure that a client would have sent. [`to_response`] and
//! [`Fault`] serialize an output or an error as the XML that AWS would return. [`Dispatch`] does both for a service:
//!
//! ```
//! use awsquery::server::{Dispatch, Fault};
//! # use awsquery::{Operation, Service, error::{ErrorShape, OperationErrorKind, ServiceErrorKind}};
//! # #[derive(Clone, Copy, Debug, PartialEq, Eq)] pub enum RdsError { ExportTaskNotFoundFault }
//! # impl ServiceErrorKind for RdsError {
//! #     const SHAPES: &'static [(Self, ErrorShape)] =
//! #         &[(Self::ExportTaskNotFoundFault, ErrorShape::new("ExportTaskNotFoundFault", "ExportTaskNotFound", 404))];
//! # }
//! # #[derive(Clone, Copy, Debug, PartialEq, Eq)] pub enum NoError {}
//! # impl OperationErrorKind for NoError { type Service = RdsError; const KINDS: &'static [(Self, RdsError)] = &[]; }
//! # pub struct Rds;
//! # impl Service for Rds {
//! #     type Error = RdsError;
//! #     const SDK_ID: &'static str = "RDS";
//! #     const API_VERSION: &'static str = "2014-10-31";
//! #     const SIGNING_NAME: &'static str = "rds";
//! #     const ENDPOINT_PREFIX: &'static str = "rds";
//! #     const XML_NAMESPACE: &'static str = "http://rds.amazonaws.com/doc/2014-10-31/";
//! # }
//! # pub struct CancelExportTask { export_task_identifier: Option<String> }
//! # awsquery::structure!(CancelExportTask { 0: export_task_identifier = "ExportTaskIdentifier" });
//! # impl Operation for CancelExportTask {
//! #     type Service = Rds; type Output = (); type Error = NoError;
//! #     const NAME: &'static str = "CancelExportTask";
//! #     const RESULT_WRAPPER: Option<&'static str> = Some("CancelExportTaskResult");
//! # }
//! // The body that a client sent:
//! let body = "Action=CancelExportTask&Version=2014-10-31&ExportTaskIdentifier=nightly";
//! let response = Dispatch::<Rds>::new(body.as_bytes(), "request-1")
//!     .on(|request: CancelExportTask| match request.export_task_identifier.as_deref() {
//!         Some("weekly") => Ok(()),
//!         other => Err(Fault::of(RdsError::ExportTaskNotFoundFault).message(format!("no export {other:?}"))),
//!     })
//!     .respond()?;
//! assert_eq!(response.status(), 404);
//! assert!(response.body().contains("<Code>ExportTaskNotFound</Code>"));
//! # Ok::<(), awsquery::server::XmlWriteError>(())
//! ```
//!
//! This module opens no socket: an HTTP server passes in the body and sends the response.
//!
//! Most users of this crate only call services, so this module requires the feature `server`.

mod error;
mod form;
mod request;
mod respond;

use std::marker::PhantomData;

pub use self::error::{InvalidReason, InvalidRequest};
pub use self::request::QueryRequest;
pub use self::respond::{Fault, to_response};
use crate::call::operation::{Operation, Service};
pub use crate::format::xml::XmlWriteError;

/// Handles one request with the first handler whose operation is the request's `Action`.
///
/// Returns AWS's errors for an invalid body, an action without a handler, and another version than the service's; see
/// [`InvalidRequest`].
#[derive(Debug)]
#[must_use = "the answer is what respond gives"]
pub struct Dispatch<S> {
    state: State,
    request_id: String,
    service: PhantomData<S>,
}

#[derive(Debug)]
enum State {
    Waiting(QueryRequest),
    Answered(Result<http::Response<String>, XmlWriteError>),
}

impl<S: Service> Dispatch<S> {
    /// Parses a request's body. `request_id` is the id for the response.
    pub fn new(body: &[u8], request_id: impl Into<String>) -> Self {
        let request_id = request_id.into();
        let request = QueryRequest::parse(body)
            .and_then(|request| request.check_version(S::API_VERSION).map(|()| request));
        let state = match request {
            Ok(request) => State::Waiting(request),
            Err(invalid) => State::Answered(Fault::from(invalid).to_response::<S>(&request_id)),
        };
        Self { state, request_id, service: PhantomData }
    }

    /// Handles the request if it is for this operation.
    pub fn on<O: Operation<Service = S>>(
        mut self,
        handler: impl FnOnce(O) -> Result<O::Output, Fault>,
    ) -> Self {
        let State::Waiting(request) = &self.state else { return self };
        if request.action() != O::NAME {
            return self;
        }
        let output = request.read::<O>().map_err(Fault::from).and_then(handler);
        self.state = State::Answered(match output {
            Ok(output) => to_response::<O>(&output, &self.request_id),
            Err(fault) => fault.to_response::<S>(&self.request_id),
        });
        self
    }

    /// Returns the response.
    ///
    /// # Errors
    ///
    /// Fails if XML cannot represent the output or the message.
    pub fn respond(self) -> Result<http::Response<String>, XmlWriteError> {
        match self.state {
            State::Answered(answer) => answer,
            State::Waiting(request) => {
                Fault::from(request.unknown_action()).to_response::<S>(&self.request_id)
            }
        }
    }
}
