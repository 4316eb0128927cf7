//! The shared config and credentials files, `~/.aws/config` and `~/.aws/credentials`, by the rules that the AWS tools
//! have for them: profiles, sections of other kinds, properties below properties, comments.
//!
//! They look like INI files, and no crate for those has these rules: a line that begins with a blank goes on with the
//! property above, the two files name their sections in different ways, and a later line adds to an earlier section.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::config::ConfigError;

/// Both files, read.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedConfig {
    profiles: BTreeMap<String, Profile>,
    services: BTreeMap<String, Profile>,
}

/// A section's properties. `Debug` shows their names only: there are secrets among them.
#[derive(Clone, Default)]
pub(crate) struct Profile {
    properties: BTreeMap<String, Property>,
}

#[derive(Clone, Default)]
struct Property {
    value: String,
    /// Properties that stand below this one, indented, where it has no value of its own.
    nested: BTreeMap<String, String>,
}

impl Profile {
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.properties.get(key).map(|property| property.value.as_str()).filter(|value| !value.is_empty())
    }

    /// A property below a property.
    pub(crate) fn nested(&self, key: &str, below: &str) -> Option<&str> {
        let nested = &self.properties.get(key)?.nested;
        nested.get(below).map(String::as_str).filter(|value| !value.is_empty())
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.properties.keys()).finish()
    }
}

/// Which file it is: they name their sections in different ways.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Config,
    Credentials,
}

/// What a section holds the properties of.
#[derive(Clone, PartialEq, Eq)]
enum Section {
    Profile(String),
    /// `[default]` where `[profile default]` has the last word.
    PlainDefault,
    Services(String),
    /// Of no use here, such as `[sso-session x]`.
    Other,
}

impl SharedConfig {
    /// Reads the files. One that is not there is empty.
    pub(crate) fn load(config: Option<PathBuf>, credentials: Option<PathBuf>) -> Result<Self, ConfigError> {
        let mut shared = Self::default();
        // What the credentials file says replaces what the config file says.
        for (path, kind) in [(config, Kind::Config), (credentials, Kind::Credentials)] {
            let Some(path) = path else { continue };
            let text = match std::fs::read(&path) {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(error) if is_absent(&error) => continue,
                Err(error) => {
                    return Err(ConfigError::File(SharedConfigError::new(
                        &path,
                        0,
                        Reason::Io(error.kind()),
                    )));
                }
            };
            shared
                .read(&text, kind)
                .map_err(|(line, reason)| ConfigError::File(SharedConfigError::new(&path, line, reason)))?;
        }
        Ok(shared)
    }

    pub(crate) fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.get(name)
    }

    pub(crate) fn services(&self, name: &str) -> Option<&Profile> {
        self.services.get(name)
    }

    fn read(&mut self, text: &str, kind: Kind) -> Result<(), (usize, Reason)> {
        let mut file = Sections::default();
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            file.line(line, kind).map_err(|reason| (index + 1, reason))?;
        }
        let has_full_default =
            file.sections.iter().any(|(section, _)| *section == Section::Profile("default".into()));
        for (section, properties) in file.sections {
            let into = match section {
                Section::Profile(name) => self.profiles.entry(name).or_default(),
                Section::PlainDefault if !has_full_default => {
                    self.profiles.entry("default".into()).or_default()
                }
                Section::Services(name) => self.services.entry(name).or_default(),
                Section::PlainDefault | Section::Other => continue,
            };
            into.properties.extend(properties.properties);
        }
        Ok(())
    }
}

/// A file as it is read, line by line.
#[derive(Default)]
struct Sections {
    sections: Vec<(Section, Profile)>,
    /// The property that an indented line goes on with.
    open: Option<String>,
}

impl Sections {
    fn line(&mut self, line: &str, kind: Kind) -> Result<(), Reason> {
        let text = line.trim();
        if text.is_empty() || text.starts_with(['#', ';']) {
            return Ok(());
        }
        if line.starts_with([' ', '\t']) && self.open.is_some() {
            return self.continuation(text);
        }
        match text.strip_prefix('[') {
            Some(rest) => self.section(rest, kind),
            None => self.property(text),
        }
    }

    fn section(&mut self, rest: &str, kind: Kind) -> Result<(), Reason> {
        let (name, _) = rest.split_once(']').ok_or(Reason::Section)?;
        self.sections.push((section(name.trim(), kind), Profile::default()));
        self.open = None;
        Ok(())
    }

    fn property(&mut self, text: &str) -> Result<(), Reason> {
        let (key, value) = key_and_value(text)?;
        let (_, profile) = self.sections.last_mut().ok_or(Reason::OutsideSection)?;
        profile.properties.insert(key.clone(), Property { value, nested: BTreeMap::new() });
        self.open = Some(key);
        Ok(())
    }

    /// An indented line: a property below the one above, if that has no value, else more of its value.
    fn continuation(&mut self, text: &str) -> Result<(), Reason> {
        let properties = self.sections.last_mut().map(|(_, profile)| &mut profile.properties);
        let open = properties.zip(self.open.as_ref()).and_then(|(properties, open)| properties.get_mut(open));
        let property = open.ok_or(Reason::OutsideSection)?;
        if property.value.is_empty() {
            let (key, value) = key_and_value(text)?;
            property.nested.insert(key, value);
        } else {
            property.value.push('\n');
            property.value.push_str(text);
        }
        Ok(())
    }
}

fn section(name: &str, kind: Kind) -> Section {
    let unquoted = |name: &str| name.trim().trim_matches(['"', '\'']).trim().to_owned();
    if kind == Kind::Credentials {
        return Section::Profile(unquoted(name));
    }
    match name.split_once([' ', '\t']) {
        None if name == "default" => Section::PlainDefault,
        Some(("profile", name)) => Section::Profile(unquoted(name)),
        Some(("services", name)) => Section::Services(unquoted(name)),
        _ => Section::Other,
    }
}

fn key_and_value(text: &str) -> Result<(String, String), Reason> {
    let (key, value) = text.split_once('=').ok_or(Reason::Property)?;
    let key = key.trim().to_ascii_lowercase();
    if key.is_empty() {
        return Err(Reason::Property);
    }
    Ok((key, without_comment(value).trim().to_owned()))
}

/// A value up to a comment: a `#` or `;` that has a blank before it.
fn without_comment(value: &str) -> &str {
    let starts = value.char_indices().zip(value.char_indices().skip(1));
    let comment = starts
        .filter(|((_, before), (_, mark))| before.is_whitespace() && matches!(mark, '#' | ';'))
        .map(|(_, (at, _))| at)
        .next();
    &value[..comment.unwrap_or(value.len())]
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// A shared file that cannot be read. The line itself is not quoted: it may hold a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedConfigError {
    path: PathBuf,
    line: usize,
    reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    Io(io::ErrorKind),
    Section,
    Property,
    OutsideSection,
}

impl SharedConfigError {
    fn new(path: &Path, line: usize, reason: Reason) -> Self {
        Self { path: path.into(), line, reason }
    }

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
        match &self.reason {
            Reason::Io(kind) => write!(f, "{path}: {kind}"),
            Reason::Section => write!(f, "{path}:{}: expected a section with a ] at its end", self.line),
            Reason::Property => write!(f, "{path}:{}: expected key = value", self.line),
            Reason::OutsideSection => write!(f, "{path}:{}: expected a section before it", self.line),
        }
    }
}

impl Error for SharedConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> SharedConfig {
        let mut shared = SharedConfig::default();
        shared.read(text, Kind::Config).expect("a config file");
        shared
    }

    #[test]
    fn profiles_keys_and_comments() {
        let shared = config(
            "# one\n[default]\nregion = eu-west-1 # here\n; two\n\n[profile 'my own'] # three\nREGION=us-east-1\n\
             key=a#b\n[other]\nregion=no\n",
        );
        assert_eq!(shared.profile("default").and_then(|p| p.get("region")), Some("eu-west-1"));
        assert_eq!(shared.profile("my own").and_then(|p| p.get("region")), Some("us-east-1"));
        assert_eq!(shared.profile("my own").and_then(|p| p.get("key")), Some("a#b"));
        assert!(shared.profile("other").is_none());
    }

    #[test]
    fn properties_below_properties_and_long_values() {
        let shared = config(
            "[services here]\nrds =\n  endpoint_url = http://localhost:1\n  other = x\ns3 =\n  endpoint_url = http://s3\n\
             [profile a]\nlong = one\n  two\n",
        );
        let services = shared.services("here").expect("services");
        assert_eq!(services.nested("rds", "endpoint_url"), Some("http://localhost:1"));
        assert_eq!(services.get("rds"), None);
        assert_eq!(shared.profile("a").and_then(|p| p.get("long")), Some("one\ntwo"));
    }

    #[test]
    fn the_full_name_of_default_wins_and_sections_add_up() {
        let shared = config(
            "[default]\nregion = no\n[profile default]\nregion = yes\n[profile a]\nx = 1\ny = 1\n[profile a]\ny = 2\n",
        );
        assert_eq!(shared.profile("default").and_then(|p| p.get("region")), Some("yes"));
        let a = shared.profile("a").expect("a profile");
        assert_eq!((a.get("x"), a.get("y")), (Some("1"), Some("2")));
    }

    #[test]
    fn what_cannot_be_read_is_told_by_line_and_not_shown() {
        let mut shared = SharedConfig::default();
        let secret = "[default]\naws_secret_access_key hunter2\n";
        let Err((line, reason)) = shared.read(secret, Kind::Credentials) else { panic!("read") };
        let error = SharedConfigError::new(Path::new("credentials"), line, reason).to_string();
        assert_eq!(error, "credentials:2: expected key = value");
    }

    #[test]
    fn any_text_is_read_or_refused() {
        let mut random = fastrand::Rng::with_seed(7);
        let parts =
            ["[", "]", "=", "#", ";", " ", "\t", "\n", "a", "é", "'", "profile ", "services ", "\u{feff}"];
        for _ in 0..5000 {
            let text: String = (0..random.usize(..40)).filter_map(|_| random.choice(parts)).collect();
            for kind in [Kind::Config, Kind::Credentials] {
                let _ = SharedConfig::default().read(&text, kind);
            }
        }
    }
}
