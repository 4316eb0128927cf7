//! Selection of a model's format.

use crate::c2j::{self, Files};
use crate::diagnostics::Diagnostics;
use crate::model::Model;
use crate::smithy;

/// Reads the files in either format. Extras are merged first.
pub(crate) fn model(id: &str, files: &Files, diagnostics: &mut Diagnostics) -> Result<Model, Diagnostics> {
    let service = c2j::merged("service-2", &files.service, files.service_extras.as_deref(), diagnostics)?;
    match smithy::is_smithy(&service) {
        true => Ok(smithy::view(id, service, diagnostics)),
        false => Model::view_files(id, service, files, diagnostics),
    }
}
