//! Errors of configuration: of a builder, and of the files that it reads.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::config::file::FileError;
use crate::endpoint::EndpointError;
use crate::endpoint::region::InvalidRegion;
use crate::shown;

/// The reason why there is no client.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// No region is named anywhere, and none is assumed.
    NoRegion,
    /// A setting that code does not make, without an environment to look for it in.
    NoEnvironment {
        /// The setting, such as a region.
        wanted: String,
    },
    /// The region is invalid.
    Region(InvalidRegion),
    /// The endpoint is invalid.
    Endpoint(EndpointError),
    /// A shared file that cannot be read.
    File(SharedConfigError),
    /// A profile that the shared files do not have.
    NoProfile {
        /// Its name.
        name: String,
    },
    /// An invalid value.
    Value {
        /// The variable or the profile's key.
        name: String,
        /// The expected value.
        expected: &'static str,
        /// The actual value.
        found: String,
    },
    /// A file of certificates that cannot be read.
    CaBundle {
        /// The variable or the profile's key that names it.
        name: String,
        /// The file.
        path: String,
        /// The reason.
        reason: String,
    },
    /// A service that takes no signatures of version 4.
    SignatureVersion {
        /// The service's name among the SDKs.
        service: &'static str,
    },
    /// Something that the features of this build do not bring along.
    Missing {
        /// The missing part, and the way to set it.
        what: &'static str,
    },
}

impl ConfigError {
    pub(crate) fn value(name: &str, expected: &'static str, found: &str) -> Self {
        Self::Value { name: name.into(), expected, found: shown::value(found) }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRegion => f.write_str(
                "no region: set it in code, in AWS_REGION or AWS_DEFAULT_REGION, or in the profile's region",
            ),
            Self::NoEnvironment { wanted } => write!(
                f,
                "expected an environment to look for {wanted} in, found none: give `.environment(Environment::current())`, \
                 or say in code what is looked for"
            ),
            Self::Region(error) => error.fmt(f),
            Self::Endpoint(error) => error.fmt(f),
            Self::File(error) => error.fmt(f),
            Self::NoProfile { name } => {
                write!(
                    f,
                    "profile {name:?}: expected in the shared config or credentials file, found in neither"
                )
            }
            Self::Value { name, expected, found } => {
                write!(f, "{name}: expected {expected}, found {found:?}")
            }
            Self::CaBundle { name, path, reason } => write!(f, "{name}: {path}: {reason}"),
            Self::SignatureVersion { service } => write!(
                f,
                "{service} takes signatures of version 2 only, which this client does not make: expected a service that \
                 takes version 4"
            ),
            Self::Missing { what } => write!(f, "expected {what}, since this build has none of its own"),
        }
    }
}

impl Error for ConfigError {}

/// A shared file that cannot be read. The line itself is not quoted: it may hold a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedConfigError {
    pub(crate) path: PathBuf,
    pub(crate) line: usize,
    pub(crate) named_by: Option<&'static str>,
    pub(crate) reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    File(FileError),
    Section,
    Property,
    OutsideSection,
}

impl SharedConfigError {
    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The line, from 1; 0 where the whole file cannot be read.
    pub fn line(&self) -> usize {
        self.line
    }
}

impl fmt::Display for SharedConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        if let Some(variable) = self.named_by {
            write!(f, "{variable}: ")?;
        }
        match &self.reason {
            Reason::File(error) => write!(f, "{path}: {error}"),
            Reason::Section => write!(f, "{path}:{}: expected a section with a ] at its end", self.line),
            Reason::Property => write!(f, "{path}:{}: expected key = value", self.line),
            Reason::OutsideSection => write!(f, "{path}:{}: expected a section before it", self.line),
        }
    }
}

impl Error for SharedConfigError {}
