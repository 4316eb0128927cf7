//! The environment: variables, and the files that they name.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::config::error::ConfigError;
use crate::config::shared_config::{Profile, SharedConfig, SharedFile};
use crate::shown;

/// The environment's variables, as they were at one moment. A variable that is empty counts as not set.
///
/// ```
/// use awsquery_client::Environment;
///
/// let environment = Environment::from_vars([("AWS_REGION", "eu-west-1"), ("AWS_PROFILE", "")]);
/// assert_eq!(environment.var("AWS_REGION"), Some("eu-west-1"));
/// assert_eq!(environment.var("AWS_PROFILE"), None);
/// ```
#[derive(Clone, Default)]
pub struct Environment {
    vars: Arc<BTreeMap<String, Zeroizing<String>>>,
}

impl Environment {
    /// The process's own. Variables whose names or values are no UTF-8 are left out.
    pub fn current() -> Self {
        let utf8 = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self::from_vars(std::env::vars_os().filter_map(utf8))
    }

    /// These variables and no others.
    pub fn from_vars(vars: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Self {
        let vars = vars.into_iter().map(|(name, value)| (name.into(), Zeroizing::new(value.into())));
        Self { vars: Arc::new(vars.collect()) }
    }

    /// A variable's value.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(|value| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Returns the place of the shared config file, if there is one.
    pub(crate) fn config_file(&self) -> Option<SharedFile> {
        self.file("AWS_CONFIG_FILE", "config")
    }

    /// Returns the place of the shared credentials file.
    pub(crate) fn credentials_file(&self) -> Option<SharedFile> {
        self.file("AWS_SHARED_CREDENTIALS_FILE", "credentials")
    }

    fn file(&self, variable: &'static str, name: &str) -> Option<SharedFile> {
        let (path, named_by) = match (self.var(variable), self.home()) {
            (Some(path), Some(home)) => match path.strip_prefix("~/") {
                Some(below) => (home.join(below), Some(variable)),
                None => (path.into(), Some(variable)),
            },
            (Some(path), None) => (path.into(), Some(variable)),
            (None, home) => (home?.join(".aws").join(name), None),
        };
        Some(SharedFile { path, named_by })
    }

    fn home(&self) -> Option<PathBuf> {
        self.var("HOME").or_else(|| self.var("USERPROFILE")).map(PathBuf::from)
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the values: there are secrets among them.
        f.debug_set().entries(self.vars.keys()).finish()
    }
}

/// Environment and profile together, for what can be said in either.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Empty where none was given.
    pub(crate) environment: Environment,
    pub(crate) is_environment_given: bool,
    pub(crate) shared: Arc<SharedConfig>,
    /// The profile's name.
    pub(crate) profile_name: String,
    /// True if the profile was named in code, so that it comes before credentials of the environment.
    pub(crate) is_profile_explicit: bool,
}

impl Settings {
    /// Reads the shared files. A profile that was named must be in them.
    pub(crate) fn load(
        environment: Option<Environment>,
        profile: Option<String>,
    ) -> Result<Self, ConfigError> {
        let is_environment_given = environment.is_some();
        let environment = environment.unwrap_or_default();
        let is_profile_explicit = profile.is_some();
        let named = profile.or_else(|| environment.var("AWS_PROFILE").map(str::to_owned));
        let named = named.or_else(|| environment.var("AWS_DEFAULT_PROFILE").map(str::to_owned));
        let (config, credentials) = (environment.config_file(), environment.credentials_file());
        let shared = SharedConfig::load(config, credentials, named.is_some())?;
        if let Some(name) = named.as_ref().filter(|name| shared.profile(name).is_none()) {
            // "default" need not be there to be named.
            if name != "default" && !is_environment_given {
                return Err(ConfigError::NoEnvironment { wanted: format!("the profile {name:?}") });
            }
            if name != "default" {
                return Err(ConfigError::NoProfile { name: shown::bounded(name.clone()) });
            }
        }
        let profile_name = named.unwrap_or_else(|| "default".into());
        Ok(Self {
            environment,
            is_environment_given,
            shared: Arc::new(shared),
            profile_name,
            is_profile_explicit,
        })
    }

    pub(crate) fn profile(&self) -> Option<&Profile> {
        self.shared.profile(&self.profile_name)
    }

    /// Returns the value of a variable, else of a key of the profile, with the name of the source.
    pub(crate) fn get<'a>(&'a self, variable: &'a str, key: &'a str) -> Option<(&'a str, &'a str)> {
        let of_variable = self.environment.var(variable).map(|value| (variable, value));
        of_variable.or_else(|| Some((key, self.profile()?.get(key)?)))
    }

    /// The same for what is true or false.
    pub(crate) fn flag(&self, variable: &str, key: &str) -> Result<Option<bool>, ConfigError> {
        let Some((name, value)) = self.get(variable, key) else { return Ok(None) };
        match value.to_ascii_lowercase().as_str() {
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            _ => Err(ConfigError::value(name, "true or false", value)),
        }
    }

    /// The endpoint that is configured for a service, by its name among the SDKs, such as `Auto Scaling`, in the order of END-3.
    pub(crate) fn endpoint_url(&self, sdk_id: &str) -> Result<Option<String>, ConfigError> {
        let ignored = self.flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls")?;
        if ignored == Some(true) {
            return Ok(None);
        }
        let service = sdk_id.to_ascii_lowercase().replace([' ', '-'], "_");
        let own = format!("AWS_ENDPOINT_URL_{}", service.to_ascii_uppercase());
        let variable = self.environment.var(&own).or_else(|| self.environment.var("AWS_ENDPOINT_URL"));
        let found = match variable {
            Some(url) => Some(url),
            None => self.profile_endpoint_url(&service)?,
        };
        Ok(found.map(str::to_owned))
    }

    /// The profile's endpoint for a service: of the section that its `services` names, else its own.
    fn profile_endpoint_url(&self, service: &str) -> Result<Option<&str>, ConfigError> {
        let Some(profile) = self.profile() else { return Ok(None) };
        let of_services = match profile.get("services") {
            Some(name) => {
                let services = self.shared.services(name);
                let expected = "the name of a services section in the shared config file";
                let services = services.ok_or_else(|| ConfigError::value("services", expected, name))?;
                services.nested(service, "endpoint_url")
            }
            None => None,
        };
        Ok(of_services.or_else(|| profile.get("endpoint_url")))
    }
}
