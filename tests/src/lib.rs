//! What the tests share.

pub mod interop;
pub mod readers;
pub mod soundness;

use std::path::{Path, PathBuf};

/// The folder of this package.
pub fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The workspace's folder.
pub fn workspace() -> PathBuf {
    folder().parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The example in the README, which must compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
