//! Outputs and errors, as a service answers with them (PROTOCOL 3.1, 4.1).

use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};

use super::error::InvalidRequest;
use crate::call::error::ServiceErrorKind;
use crate::call::operation::{Operation, Service};
use crate::format::xml::{XmlWriteError, XmlWriter};
use crate::value::structure::Write;

/// The answer to a call that succeeded: status 200, the output in its envelope, the request id in metadata and header.
///
/// # Errors
///
/// A value that XML cannot carry, such as a control character, with the path of its element.
pub fn to_response<O: Operation>(
    output: &O::Output,
    request_id: &str,
) -> Result<http::Response<String>, XmlWriteError> {
    let document = document::<O::Service>(&format!("{}Response", O::NAME), |w| {
        match O::RESULT_WRAPPER {
            Some(wrapper) => {
                w.element(wrapper, |w| w.structure(output)).map_err(|error| error.within(wrapper))?;
            }
            None => w.structure(output)?,
        }
        w.element("ResponseMetadata", |w| w.element("RequestId", |w| w.text(request_id)))
    })?;
    Ok(response(StatusCode::OK, request_id, document))
}

/// An error, as a service answers with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    code: String,
    message: Option<String>,
    status: StatusCode,
}

impl Fault {
    /// An error that no model has, such as `Throttling`. A status from 500 on is the service's fault, any other the
    /// caller's.
    pub fn new(code: impl Into<String>, status: StatusCode) -> Self {
        Self { code: code.into(), message: None, status }
    }

    /// An error of the service's model: its wire code and its status.
    pub fn of(kind: impl ServiceErrorKind) -> Self {
        match kind.shape() {
            Some(shape) => {
                Self::new(shape.code, StatusCode::from_u16(shape.status).unwrap_or(StatusCode::BAD_REQUEST))
            }
            None => Self::new("InternalFailure", StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// Adds a message to people.
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// The code on the wire.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The answer, in the envelope of the Query protocol.
    ///
    /// # Errors
    ///
    /// A message that XML cannot carry.
    pub fn to_response<S: Service>(&self, request_id: &str) -> Result<http::Response<String>, XmlWriteError> {
        let fault = if self.status.as_u16() >= 500 { "Receiver" } else { "Sender" };
        let document = document::<S>("ErrorResponse", |w| {
            w.element("Error", |w| {
                w.element("Type", |w| w.text(fault))?;
                w.element("Code", |w| w.text(&self.code))?;
                match &self.message {
                    Some(message) => {
                        w.element("Message", |w| w.text(message)).map_err(|error| error.within("Message"))
                    }
                    None => Ok(()),
                }
            })?;
            w.element("RequestId", |w| w.text(request_id))
        })?;
        Ok(response(self.status, request_id, document))
    }
}

impl From<InvalidRequest> for Fault {
    fn from(invalid: InvalidRequest) -> Self {
        Self::new(invalid.code(), invalid.status()).message(invalid.to_string())
    }
}

fn document<S: Service>(
    root: &str,
    content: impl FnOnce(&mut XmlWriter) -> Result<(), XmlWriteError>,
) -> Result<String, XmlWriteError> {
    let mut writer = XmlWriter::default();
    writer.element(root, |w| {
        if !S::XML_NAMESPACE.is_empty() {
            w.attribute("xmlns", S::XML_NAMESPACE)?;
        }
        content(w)
    })?;
    Ok(writer.into_document())
}

fn response(status: StatusCode, request_id: &str, document: String) -> http::Response<String> {
    let mut response = http::Response::new(document);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    response
}
