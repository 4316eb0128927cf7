//! Configuration from outside: the environment's variables, and the files that they name.

pub(crate) mod environment;
pub(crate) mod error;
pub(crate) mod file;
pub(crate) mod shared_config;
