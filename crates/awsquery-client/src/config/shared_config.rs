//! The shared config and credentials files, `~/.aws/config` and `~/.aws/credentials`, by the rules that the AWS tools
//! have for them: profiles, sections of other kinds, properties below properties, comments.
//!
//! They look like INI files, and no crate for those has these rules: a line that is indented deeper than the property above
//! goes on with it, the two files name their sections in different ways, and a later line adds to an earlier section.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::config::error::{ConfigError, Reason, SharedConfigError};
use crate::config::file::{self, FileError};

/// Both files, read.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedConfig {
    profiles: BTreeMap<String, Profile>,
    services: BTreeMap<String, Profile>,
}

/// The properties that are one access key, and of no use one by one.
const KEYS: [&str; 4] =
    ["aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token"];

/// A section's properties. `Debug` shows their names only: there are secrets among them.
#[derive(Clone, Default)]
pub(crate) struct Profile {
    properties: BTreeMap<String, Property>,
}

#[derive(Clone, Default)]
struct Property {
    value: Zeroizing<String>,
    /// Properties that stand below this one, indented, where it has no value of its own.
    nested: BTreeMap<String, String>,
}

impl Profile {
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.properties.get(key).map(|property| property.value.as_str()).filter(|value| !value.is_empty())
    }

    /// Returns true if the property is there, with or without a value.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.properties.contains_key(key)
    }

    /// Adds what the credentials file says of the profile, which counts more. The access key is one file's, as botocore has
    /// it: that file's if it has the key's id, else the one that is here. An id with another's secret opens nothing.
    fn overlay(&mut self, credentials: Self) {
        let is_key_ours = credentials.get(KEYS[0]).is_none() && self.get(KEYS[0]).is_some();
        if credentials.get(KEYS[0]).is_some() {
            self.properties.retain(|key, _| !KEYS.contains(&key.as_str()));
        }
        let added = credentials.properties.into_iter();
        self.properties.extend(added.filter(|(key, _)| !is_key_ours || !KEYS.contains(&key.as_str())));
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

/// The place of a shared file.
pub(crate) struct SharedFile {
    pub(crate) path: PathBuf,
    /// The variable that says where it is; `None` where such a file is looked for anyway.
    pub(crate) named_by: Option<&'static str>,
}

/// Which file it is: they name their sections in different ways.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Config,
    Credentials,
}

/// The kind of a section.
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
    /// Reads the files. One that is not there is empty; so is a directory at a default place, which Docker makes there to mount;
    /// and one that is there for others to read, unless it was asked for: by a variable that names it, or by a profile's name.
    pub(crate) fn load(
        config: Option<SharedFile>,
        credentials: Option<SharedFile>,
        is_profile_named: bool,
    ) -> Result<Self, ConfigError> {
        let mut shared = Self::default();
        for (file, kind) in [(config, Kind::Config), (credentials, Kind::Credentials)] {
            let Some(SharedFile { path, named_by }) = file else { continue };
            let refuse = |(line, reason)| {
                ConfigError::File(SharedConfigError { path: path.clone(), line, named_by, reason })
            };
            let bytes = match file::read(&path, file::SHARED_FILE_LIMIT) {
                Ok(bytes) => bytes,
                Err(FileError::Io(kind)) if is_absent(kind, named_by.is_some() || is_profile_named) => {
                    continue;
                }
                Err(error) if error.is_directory() && named_by.is_none() => continue,
                Err(error) => return Err(refuse((0, Reason::File(error)))),
            };
            let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
            shared.overlay(Self::read(&text, kind).map_err(refuse)?);
        }
        Ok(shared)
    }

    pub(crate) fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.get(name)
    }

    pub(crate) fn services(&self, name: &str) -> Option<&Profile> {
        self.services.get(name)
    }

    /// Adds another file, which counts more.
    fn overlay(&mut self, file: Self) {
        for (name, profile) in file.profiles {
            self.profiles.entry(name).or_default().overlay(profile);
        }
        self.services.extend(file.services);
    }

    fn read(text: &str, kind: Kind) -> Result<Self, (usize, Reason)> {
        let (mut shared, mut file) = (Self::default(), Sections::default());
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            file.line(line, kind).map_err(|reason| (index + 1, reason))?;
        }
        let has_full_default =
            file.sections.iter().any(|(section, _)| *section == Section::Profile("default".into()));
        for (section, properties) in file.sections {
            let into = match section {
                Section::Profile(name) => shared.profiles.entry(name).or_default(),
                Section::PlainDefault if !has_full_default => {
                    shared.profiles.entry("default".into()).or_default()
                }
                Section::Services(name) => shared.services.entry(name).or_default(),
                Section::PlainDefault | Section::Other => continue,
            };
            into.properties.extend(properties.properties);
        }
        Ok(shared)
    }
}

/// A file as it is read, line by line.
#[derive(Default)]
struct Sections {
    sections: Vec<(Section, Profile)>,
    /// The property that a line which is indented deeper goes on with.
    open: Option<Open>,
}

struct Open {
    key: String,
    indent: usize,
}

impl Sections {
    fn line(&mut self, line: &str, kind: Kind) -> Result<(), Reason> {
        let text = line.trim();
        if text.is_empty() || text.starts_with(['#', ';']) {
            return Ok(());
        }
        // Blanks are counted, tabs as one, as Python's configparser does for the other tools.
        let indent = line.chars().take_while(|char| char.is_whitespace()).count();
        if self.open.as_ref().is_some_and(|open| indent > open.indent) {
            return self.continuation(text);
        }
        match text.strip_prefix('[') {
            Some(rest) => self.section(rest, kind),
            None => self.property(text, indent),
        }
    }

    fn section(&mut self, rest: &str, kind: Kind) -> Result<(), Reason> {
        let (name, _) = rest.split_once(']').ok_or(Reason::Section)?;
        self.sections.push((section(name.trim(), kind), Profile::default()));
        self.open = None;
        Ok(())
    }

    fn property(&mut self, text: &str, indent: usize) -> Result<(), Reason> {
        // Whichever comes first, as configparser has it.
        let (key, value) = key_and_value(text, &['=', ':'])?;
        let (_, profile) = self.sections.last_mut().ok_or(Reason::OutsideSection)?;
        profile
            .properties
            .insert(key.clone(), Property { value: Zeroizing::new(value), nested: BTreeMap::new() });
        self.open = Some(Open { key, indent });
        Ok(())
    }

    /// A line that is indented deeper: a property below the one above, if that has no value, else more of its value.
    fn continuation(&mut self, text: &str) -> Result<(), Reason> {
        let properties = self.sections.last_mut().map(|(_, profile)| &mut profile.properties);
        let open =
            properties.zip(self.open.as_ref()).and_then(|(properties, open)| properties.get_mut(&open.key));
        let property = open.ok_or(Reason::OutsideSection)?;
        if property.value.is_empty() {
            let (key, value) = key_and_value(text, &['='])?;
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

fn key_and_value(text: &str, separators: &[char]) -> Result<(String, String), Reason> {
    let (key, value) = text.split_once(separators).ok_or(Reason::Property)?;
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

fn is_absent(error: io::ErrorKind, is_asked_for: bool) -> bool {
    match error {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => true,
        io::ErrorKind::PermissionDenied => !is_asked_for,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> SharedConfig {
        SharedConfig::read(text, Kind::Config).expect("a config file")
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
    fn a_key_ends_at_the_first_equals_sign_or_colon_and_below_another_at_an_equals_sign() {
        let shared = config(
            "[default]\nregion: eu-west-1\nrole_arn = arn:aws:iam::1:role/x\nendpoint_url:http://x/?a=b\n\
             [services s]\nrds :\n  endpoint_url = http://rds\n  a:b = c\n",
        );
        let default = shared.profile("default").expect("a profile");
        assert_eq!(default.get("region"), Some("eu-west-1"));
        assert_eq!(default.get("role_arn"), Some("arn:aws:iam::1:role/x"));
        assert_eq!(default.get("endpoint_url"), Some("http://x/?a=b"));
        let services = shared.services("s").expect("services");
        assert_eq!(services.nested("rds", "endpoint_url"), Some("http://rds"));
        assert_eq!(services.nested("rds", "a:b"), Some("c"));
    }

    #[test]
    fn a_directory_at_a_default_place_is_no_file_and_neither_is_one_for_others_to_read_unless_asked_for() {
        let directory = |named_by| Some(SharedFile { path: std::env::temp_dir(), named_by });
        let shared = SharedConfig::load(directory(None), directory(None), true).expect("no files");
        assert!(shared.profile("default").is_none());
        let error = SharedConfig::load(directory(Some("AWS_CONFIG_FILE")), None, false).expect_err("no file");
        let path = std::env::temp_dir();
        let expected = format!("AWS_CONFIG_FILE: {}: is a directory, must be a regular file", path.display());
        assert_eq!(error.to_string(), expected);
        for (kind, expected) in [
            (io::ErrorKind::NotFound, [true, true]),
            (io::ErrorKind::PermissionDenied, [true, false]),
            (io::ErrorKind::InvalidInput, [false, false]),
        ] {
            let is_absent = |is_asked_for| super::is_absent(kind, is_asked_for);
            assert_eq!([false, true].map(is_absent), expected, "{kind}");
        }
    }

    #[test]
    fn a_line_goes_on_with_the_one_above_only_if_it_is_indented_deeper() {
        let shared = config(
            "[default]\n  region = eu-west-1\n  role_arn = r\n\t source_profile = s\n  long = one\n     two\n\n   three\nx = 1\n\
             [services s]\n  rds =\n    endpoint_url = http://rds\n  s3 =\n      endpoint_url = http://s3\n",
        );
        let default = shared.profile("default").expect("a profile");
        let get = |key| default.get(key);
        assert_eq!(
            (get("region"), get("role_arn"), get("source_profile")),
            (Some("eu-west-1"), Some("r"), Some("s"))
        );
        assert_eq!((get("long"), get("x")), (Some("one\ntwo\nthree"), Some("1")));
        let services = shared.services("s").expect("services");
        assert_eq!(services.nested("rds", "endpoint_url"), Some("http://rds"));
        assert_eq!(services.nested("s3", "endpoint_url"), Some("http://s3"));
    }

    #[test]
    fn an_access_key_is_of_one_file() {
        let merged = |config: &str, credentials: &str| {
            let mut shared = self::config(&format!("[default]\nregion = here\n{config}"));
            let credentials = format!("[default]\n{credentials}");
            shared.overlay(SharedConfig::read(&credentials, Kind::Credentials).expect("a credentials file"));
            let default = shared.profile("default").cloned().expect("a profile");
            assert_eq!(default.get("region"), Some("here"));
            KEYS.map(|key| default.get(key).unwrap_or("-").to_owned())[..3].join(" ")
        };
        let whole = "aws_access_key_id = C\naws_secret_access_key = c\naws_session_token = t\n";
        assert_eq!(merged(whole, "aws_access_key_id = K\naws_secret_access_key = k\n"), "K k -");
        assert_eq!(merged(whole, "aws_access_key_id = K\n"), "K - -");
        assert_eq!(merged(whole, "aws_secret_access_key = k\naws_session_token = u\n"), "C c t");
        assert_eq!(merged("", "aws_secret_access_key = k\n"), "- k -");
        assert_eq!(merged("aws_access_key_id = C\n", "aws_secret_access_key = k\n"), "C - -");
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
        let secret = "[default]\naws_secret_access_key hunter2\n";
        let Err((line, reason)) = SharedConfig::read(secret, Kind::Credentials) else { panic!("read") };
        let error = SharedConfigError { path: "credentials".into(), line, named_by: None, reason };
        assert_eq!(error.to_string(), "credentials:2: expected key = value");
    }

    #[test]
    fn any_text_is_read_or_refused() {
        let mut random = fastrand::Rng::with_seed(7);
        let parts = [
            "[",
            "]",
            "=",
            ":",
            "#",
            ";",
            " ",
            "\t",
            "\n",
            "a",
            "é",
            "'",
            "profile ",
            "services ",
            "\u{feff}",
        ];
        for _ in 0..5000 {
            let text: String = (0..random.usize(..40)).filter_map(|_| random.choice(parts)).collect();
            for kind in [Kind::Config, Kind::Credentials] {
                let _ = SharedConfig::read(&text, kind);
            }
        }
    }
}
