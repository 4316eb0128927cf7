//! Why the tool ends otherwise than well: one line that says what, and what to do; and the exit code.

use std::io::{self, Write};

use awsquery::error::OperationErrorKind;
use awsquery::retry::RetryKind;
use rds_client::http::{HttpError, HttpErrorKind};
use rds_client::{ConfigError, DisplayErrorChain, Error, Region};

use crate::render::text::{LONGEST, line_of, one_line};

/// Why the tool ends otherwise than well.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// An export failed or was cancelled. What is to say of it may have been shown already.
    Export(Option<String>),
    /// The call could not be made or was refused: configuration, credentials, network, service.
    Call(String),
    /// There is no such export.
    NotFound(String),
    /// The time that was allowed is over.
    TimedOut(String),
    /// Whoever reads the output went away.
    OutputClosed,
    /// A signal asked to stop.
    Signal(u8),
}

impl Failure {
    pub(crate) fn call(what: impl Into<String>) -> Self {
        Self::Call(what.into())
    }

    /// As the README and `--help` document them.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Export(_) => 1,
            // 2 is a command line that is none, which clap ends with.
            Self::Call(_) => 3,
            Self::NotFound(_) => 4,
            Self::TimedOut(_) => 124,
            Self::Signal(number) => 128 + number,
            Self::OutputClosed => 141,
        }
    }

    fn message(&self) -> Option<&str> {
        match self {
            Self::Export(message) => message.as_deref(),
            Self::Call(message) | Self::NotFound(message) | Self::TimedOut(message) => Some(message),
            Self::OutputClosed | Self::Signal(_) => None,
        }
    }

    /// Says it on standard error.
    pub(crate) fn report(&self) {
        if let Some(message) = self.message() {
            // With nobody to tell, the exit code has to do.
            let _ = writeln!(io::stderr(), "rds-export: {}", one_line(message));
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::OutputClosed,
            _ => Self::Call(format!("cannot write the output: {error}")),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let hint = match &error {
            ConfigError::NoRegion => {
                return Self::call("no region: give --region, or set AWS_REGION, or region in the profile");
            }
            ConfigError::Region(_) => "give one by --region or AWS_REGION",
            ConfigError::Endpoint(_) => "give one such as http://127.0.0.1:4566 by --endpoint-url",
            ConfigError::NoProfile { .. } => "`aws configure list-profiles` names those that are there",
            _ => return Self::Call(error.to_string()),
        };
        Self::Call(format!("{error}; {hint}"))
    }
}

/// What a call that failed means to the one who ran the tool.
pub(crate) fn explain<E: OperationErrorKind>(error: &Error<E>, region: &Region) -> Failure {
    let said = said(error);
    match hint(error) {
        Some(hint) => Failure::Call(format!("{region}: {said}; {hint}")),
        None => Failure::Call(format!("{region}: {said}")),
    }
}

/// The error and what caused it, on one line. What a service quotes of a signed request, the session's token among it, is
/// not in there.
pub(crate) fn said<E: OperationErrorKind>(error: &Error<E>) -> String {
    // What is said of it behind, such as what to do, has its place too.
    line_of(&DisplayErrorChain(error).to_string(), LONGEST / 2)
}

fn hint<E: OperationErrorKind>(error: &Error<E>) -> Option<&'static str> {
    match error {
        Error::Credentials(_) => Some(
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give --profile; for those of IAM Identity Center run: \
             eval \"$(aws configure export-credentials --format env)\"",
        ),
        Error::Http(error) => http_hint(error),
        _ if error.retry_kind() == Some(RetryKind::Throttling) => {
            Some("AWS takes no more calls for now: try again in a minute, or call less often with --interval")
        }
        _ => code_hint(error.code()?),
    }
}

fn http_hint(error: &HttpError) -> Option<&'static str> {
    match error.kind() {
        HttpErrorKind::Connect | HttpErrorKind::ConnectTimeout => Some(
            "check --region and --endpoint-url, and the proxy: whether the network needs HTTPS_PROXY, whether the one that is \
             set is right, and for a local address NO_PROXY",
        ),
        HttpErrorKind::Timeout | HttpErrorKind::Interrupted => Some("try again"),
        _ => None,
    }
}

fn code_hint(code: &str) -> Option<&'static str> {
    match code {
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => Some(
            "the credentials' policies have to allow rds:DescribeExportTasks, rds:StartExportTask or rds:CancelExportTask",
        ),
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => Some("renew the credentials"),
        "InvalidClientTokenId" | "UnrecognizedClientException" | "SignatureDoesNotMatch" => {
            Some("AWS does not take these credentials: check the key, the secret and the region")
        }
        "ExportTaskAlreadyExists" => Some("choose another identifier: those of ended exports stay taken"),
        "InvalidExportTaskStateFault" => Some("it has ended; `rds-export list` shows how"),
        "IamRoleNotFound" | "IamRoleMissingPermissions" => {
            Some("the role has to trust export.rds.amazonaws.com and to allow writing to the bucket")
        }
        "InvalidS3BucketFault" => Some("the bucket has to be there, in the same region as the snapshot"),
        "KMSKeyNotAccessibleFault" => Some("caller and role have to be allowed to use the key"),
        _ => None,
    }
}

/// No export has these identifiers.
pub(crate) fn not_found(ids: &[&str], region: &Region) -> Failure {
    let ids: Vec<_> = ids.iter().map(|id| format!("{id:?}")).collect();
    Failure::NotFound(format!(
        "{region}: no export {}; `rds-export list` shows those that are there",
        ids.join(", ")
    ))
}
