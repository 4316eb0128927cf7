//! The choice of a model's format, above both.

use crate::c2j::{self, Files};
use crate::diagnostics::Diagnostics;
use crate::model::Model;
use crate::smithy;

/// Reads the files, in whichever format they are: extras are merged before anything is looked at.
pub(crate) fn model(id: &str, files: &Files, diagnostics: &mut Diagnostics) -> Result<Model, Diagnostics> {
    let service = c2j::merged("service-2", &files.service, files.service_extras.as_deref(), diagnostics)?;
    match smithy::is_smithy(&service) {
        true => Ok(smithy::view(id, service, diagnostics)),
        false => Model::view_files(id, service, files, diagnostics),
    }
}
