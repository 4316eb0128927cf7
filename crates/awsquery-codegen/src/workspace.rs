//! A workspace of generated crates: `model/services.toml`, its models, and the trees of their files.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

use crate::{
    Diagnostics, Files, GeneratedFile, Generation, Input, OutputNames, OutputTree, Overlay, Selection,
    ServiceEntry, Services,
};

/// Larger than any model file and much smaller than a machine's memory. A gzipped file can expand to any size.
const SIZE_LIMIT: u64 = 64 << 20;

/// The generated files of one service, and their trees.
#[derive(Clone, Debug)]
pub struct ServiceRun {
    /// The service's id.
    pub id: String,
    /// The result of the run.
    pub generation: Generation,
    /// The crate's tree, and the record of names beside the model.
    pub trees: [OutputTree; 2],
}

impl ServiceEntry {
    /// Generates the service. `root` is the workspace's folder. The files' headers name `command`.
    ///
    /// # Errors
    ///
    /// A fault of the model or the overlay, or a file that cannot be read.
    pub fn run(&self, root: &Path, id: &str, command: &str) -> Result<ServiceRun, Diagnostics> {
        let folder = root.join(&self.model);
        let text = |name: &str| read_text(&folder.join(name));
        let outputs = text("outputs.toml")?
            .map(|text| OutputNames::parse(&format!("{}/outputs.toml", self.model), &text));
        let generation = crate::generate(&Input {
            id: id.into(),
            files: Files::read(&folder.join("service-2.json"))?,
            selection: self.operations.clone().map_or(Selection::All, Selection::Named),
            overlay: self.overlay(&folder.join("overlay"))?,
            outputs: outputs.transpose()?.unwrap_or_default(),
            deny_unknown: true,
            facts_only: false,
            line_limit: self.line_limit,
            api_reference: self.api_reference.clone(),
            command: command.into(),
        })?;
        let trees = self.trees(root, &generation);
        Ok(ServiceRun { id: id.into(), generation, trees })
    }

    /// Reads the overlay's files and joins them to one overlay.
    fn overlay(&self, folder: &Path) -> Result<Overlay, Diagnostics> {
        let mut paths = Vec::new();
        match fs::read_dir(folder) {
            Ok(entries) => {
                for entry in entries {
                    paths.push(entry.map_err(|error| io_error(folder, &error.to_string()))?.path());
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(io_error(folder, &error.to_string())),
        }
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        paths.sort();
        let mut overlay = Overlay::default();
        for path in paths {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let file = format!("{}/overlay/{name}", self.model);
            overlay.join(&file, Overlay::parse(&file, &read_text(&path)?.unwrap_or_default())?)?;
        }
        Ok(overlay)
    }

    fn trees(&self, root: &Path, generation: &Generation) -> [OutputTree; 2] {
        let record = GeneratedFile::new("outputs.toml", generation.outputs.to_text());
        [
            OutputTree::exclusive(root, format!("{}/src/generated", self.crate_), generation.files.clone()),
            OutputTree::shared(root, &self.model, vec![record]),
        ]
    }
}

impl Services {
    /// Reads a workspace's `model/services.toml`.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or is invalid.
    pub fn read(root: &Path) -> Result<Self, Diagnostics> {
        let path = root.join("model/services.toml");
        match read_text(&path)? {
            Some(text) => Self::parse("model/services.toml", &text),
            None => Err(io_error(&path, "expected a file, found none")),
        }
    }
}

/// Returns the tree of the table of partitions, from which the runtime resolves endpoints.
///
/// # Errors
///
/// A table that cannot be read, or cannot be expressed as generated facts.
pub fn partitions_tree(root: &Path, command: &str) -> Result<OutputTree, Diagnostics> {
    let path = root.join("model/partitions.json");
    let text = read_optional(&path)?.ok_or_else(|| io_error(&path, "expected a file, found none"))?;
    let files = crate::generate_partitions(&text, command)?;
    Ok(OutputTree::exclusive(root, "crates/awsquery/src/endpoint/generated", files))
}

impl Files {
    /// Reads a `service-2.json` and the files beside it, gzipped or not.
    ///
    /// # Errors
    ///
    /// A file that is missing or cannot be read.
    pub fn read(service: &Path) -> Result<Self, Diagnostics> {
        let folder = service.parent().unwrap_or(Path::new("."));
        let beside = |name: &str| read_model_file(&folder.join(name));
        let text =
            read_model_file(service)?.ok_or_else(|| io_error(service, "expected a file, found none"))?;
        Ok(Self {
            service: text,
            service_extras: beside("service-2.sdk-extras.json")?,
            paginators: beside("paginators-1.json")?,
            paginators_extras: beside("paginators-1.sdk-extras.json")?,
            waiters: beside("waiters-2.json")?,
            endpoints: beside("endpoint-rule-set-1.json")?,
        })
    }
}

fn read_model_file(path: &Path) -> Result<Option<Vec<u8>>, Diagnostics> {
    let mut gzipped = path.as_os_str().to_owned();
    gzipped.push(".gz");
    for path in [path.to_owned(), PathBuf::from(gzipped)] {
        if let Some(bytes) = read_optional(&path)? {
            return gunzip(bytes).map(Some).map_err(|error| io_error(&path, &error.to_string()));
        }
    }
    Ok(None)
}

/// Unpacks gzipped bytes and returns others unchanged.
///
/// # Errors
///
/// A file that is damaged, or larger than the limit.
pub fn gunzip(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    read_limited(GzDecoder::new(bytes.as_slice()))
}

/// Reads an unpacked model file to its end.
///
/// # Errors
///
/// A file that is damaged, or larger than any model.
pub fn read_limited(packed: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    packed.take(SIZE_LIMIT + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > SIZE_LIMIT {
        true => Err(io::Error::other(format!("expected a file of at most {SIZE_LIMIT} bytes, found more"))),
        false => Ok(bytes),
    }
}

fn read_optional(path: &Path) -> Result<Option<Vec<u8>>, Diagnostics> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error(path, &error.to_string())),
    }
}

fn read_text(path: &Path) -> Result<Option<String>, Diagnostics> {
    let Some(bytes) = read_optional(path)? else { return Ok(None) };
    String::from_utf8(bytes).map(Some).map_err(|_| io_error(path, "expected UTF-8"))
}

fn io_error(path: &Path, message: &str) -> Diagnostics {
    Diagnostics::of(path.display().to_string(), message)
}
