//! Outputs and errors in the form that a service returns.

use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};

use super::error::InvalidRequest;
use crate::call::error::ServiceErrorKind;
use crate::call::operation::{Operation, Service};
use crate::format::xml::{XmlWriteError, XmlWriter};
use crate::value::structure::Write;

/// Creates the response to a successful call. It has status 200, the output in its envelope, and the request id in
/// metadata and header.
///
/// # Errors
///
/// Fails for a value that XML cannot represent, such as a control character. The error has the path of its element.
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

/// An error that a service returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    code: String,
    message: Option<String>,
    status: StatusCode,
}

impl Fault {
    /// Creates an error that no model has, such as `Throttling`. A status of 500 or above means the service is at
    /// fault, any other the caller.
    pub fn new(code: impl Into<String>, status: StatusCode) -> Self {
        Self { code: code.into(), message: None, status }
    }

    /// Creates an error of the service's model, with its wire code and status.
    pub fn of(kind: impl ServiceErrorKind) -> Self {
        match kind.shape() {
            Some(shape) => {
                Self::new(shape.code, StatusCode::from_u16(shape.status).unwrap_or(StatusCode::BAD_REQUEST))
            }
            None => Self::new("InternalFailure", StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// Sets the message.
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Returns the code on the wire.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Returns the status of the response.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Creates the response, in the envelope of the Query protocol.
    ///
    /// # Errors
    ///
    /// Fails if XML cannot represent the message.
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
