//! Everything that credentials are obtained with.

use awsquery::endpoint::Variant;

use crate::call::engine::Engine;
use crate::config::environment::Settings;
use crate::endpoint::region::Region;

/// Everything that credentials are obtained with.
pub(crate) struct Sources {
    pub(crate) settings: Settings,
    pub(crate) engine: Engine,
    pub(crate) region: Region,
    pub(crate) variant: Variant,
}
