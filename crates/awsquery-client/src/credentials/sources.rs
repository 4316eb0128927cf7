//! Everything that credentials are obtained with.

use awsquery::endpoint::Variant;

use crate::engine::Engine;
use crate::environment::Settings;
use crate::region::Region;

/// Everything that credentials are obtained with.
pub(crate) struct Sources {
    pub(crate) settings: Settings,
    pub(crate) engine: Engine,
    pub(crate) region: Region,
    pub(crate) variant: Variant,
}
