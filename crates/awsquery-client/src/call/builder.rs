//! The client's builder: settings come from code, then from the environment, then from a profile.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use awsquery::Service;
use awsquery::endpoint::{SignatureVersion, Variant};
use awsquery::retry::RetryPolicy;
use http::HeaderValue;

use crate::call::client::{Client, Inner, Shared};
use crate::call::engine::{Engine, Limits};
use crate::clock::{Clock, Random, ServiceTime, SystemRandom};
use crate::config::environment::{Environment, Settings};
use crate::config::error::ConfigError;
use crate::credentials::{CredentialsCache, DefaultChain, ProvideCredentials, Sources};
use crate::endpoint::region::Region;
use crate::endpoint::{Endpoint, ServiceFacts};
use crate::http::HttpClient;
#[cfg(feature = "hyper")]
use crate::shown;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);
const CREDENTIALS_TIMEOUT: Duration = Duration::from_secs(60);
const RESPONSE_LIMIT: usize = 16 * 1024 * 1024;

/// Builds a [`Client`].
///
/// Settings of the builder come first. With [`environment`](Self::environment), missing settings are looked up in variables and in
/// the profile that they name. Without it, only this builder counts: there is no proxy, and neither the container nor the instance
/// is asked for credentials. The operating system decides which certificates are trusted, unless a file names them.
///
/// ```
/// use std::time::Duration;
///
/// use awsquery_client::credentials::Credentials;
/// use awsquery_client::{Client, ConfigError};
/// use rds_protocol::Rds;
///
/// let client = Client::<Rds>::builder()
///     .region("eu-west-1")
///     .credentials(Credentials::new("AKIDEXAMPLE", "secret"))
///     .timeout(Duration::from_secs(30))
///     .build()?;
/// assert_eq!(client.region().as_str(), "eu-west-1");
///
/// let error = Client::<Rds>::builder().build().unwrap_err();
/// assert!(matches!(error, ConfigError::NoEnvironment { .. }));
/// # Ok::<(), ConfigError>(())
/// ```
#[must_use = "build makes the client"]
pub struct Builder<S> {
    config: Config,
    service: PhantomData<fn() -> S>,
}

/// The settings of a builder, for any service.
#[derive(Clone, Default)]
pub(crate) struct Config {
    environment: Option<Environment>,
    profile: Option<String>,
    region: Option<String>,
    endpoint_url: Option<String>,
    use_fips: Option<bool>,
    use_dual_stack: Option<bool>,
    credentials: Option<Arc<dyn ProvideCredentials>>,
    http: Option<Arc<dyn HttpClient>>,
    clock: Option<Arc<dyn Clock>>,
    random: Option<Arc<dyn Random>>,
    retry_policy: Option<RetryPolicy>,
    connect_timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    timeout: Option<Duration>,
    credentials_timeout: Option<Duration>,
    response_limit: Option<usize>,
    skips_validation: bool,
    app_name: Option<String>,
}

impl<S> Clone for Builder<S> {
    fn clone(&self) -> Self {
        Self { config: self.config.clone(), service: PhantomData }
    }
}

impl<S> Default for Builder<S> {
    fn default() -> Self {
        Self { config: Config::default(), service: PhantomData }
    }
}

impl<S: Service> Builder<S> {
    /// Sets the environment: missing settings are looked up in its variables, and in the shared files and the profile that they
    /// name. The default HTTP client takes its proxies from it, too.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.config.environment = Some(environment);
        self
    }

    /// Sets the profile, in place of `AWS_PROFILE`. Its credentials come before those of the environment's variables.
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.config.profile = Some(name.into());
        self
    }

    /// Sets the region, in place of `AWS_REGION`, `AWS_DEFAULT_REGION` and the profile's `region`.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.config.region = Some(region.into());
        self
    }

    /// Sets a custom endpoint, in place of the region's and of configured ones (END-3). Requests are still signed for the region.
    pub fn endpoint_url(mut self, url: impl Into<String>) -> Self {
        self.config.endpoint_url = Some(url.into());
        self
    }

    /// Sets the use of FIPS endpoints, in place of `AWS_USE_FIPS_ENDPOINT` and the profile's `use_fips_endpoint`.
    pub fn use_fips(mut self, fips: bool) -> Self {
        self.config.use_fips = Some(fips);
        self
    }

    /// Sets the use of dual-stack endpoints, which have IPv6 addresses too, in place of `AWS_USE_DUALSTACK_ENDPOINT` and the profile's
    /// `use_dualstack_endpoint`.
    pub fn use_dual_stack(mut self, dual_stack: bool) -> Self {
        self.config.use_dual_stack = Some(dual_stack);
        self
    }

    /// Sets the credentials provider, in place of the [default chain](crate::credentials), which needs an
    /// [`environment`](Self::environment). Static credentials are a provider, too.
    pub fn credentials(mut self, provider: impl ProvideCredentials) -> Self {
        self.config.credentials = Some(Arc::new(provider));
        self
    }

    /// Sets the HTTP client, in place of hyper.
    pub fn http_client(mut self, http: Arc<dyn HttpClient>) -> Self {
        self.config.http = Some(http);
        self
    }

    /// Sets the clock, in place of the system's clock and tokio's timer.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.config.clock = Some(Arc::new(clock));
        self
    }

    /// Sets the source of randomness for jitter and ids.
    pub fn random(mut self, random: impl Random) -> Self {
        self.config.random = Some(Arc::new(random));
        self
    }

    /// Sets the retry policy, in place of `AWS_MAX_ATTEMPTS` and the profile's `max_attempts`. `AWS_RETRY_MODE` may
    /// name any mode of the AWS SDKs, and is the standard one here.
    pub fn retry_policy(mut self, policy: RetryPolicy) -> Self {
        self.config.retry_policy = Some(policy);
        self
    }

    /// Sets the timeout for connecting, TLS included. Default: 5 s. A client set by [`http_client`](Self::http_client) has a timeout
    /// of its own.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.config.connect_timeout = Some(limit);
        self
    }

    /// Sets the timeout of one attempt, from connecting to the last byte of the response. Default: 60 s.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.config.attempt_timeout = Some(limit);
        self
    }

    /// Sets the timeout of a call, with all its attempts and the pauses between them. Default: none.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.config.timeout = Some(limit);
        self
    }

    /// Sets the timeout of the [credentials provider](Self::credentials) for each request to it. Default: 60 s. The time counts as
    /// part of the call that needs the credentials.
    pub fn credentials_timeout(mut self, limit: Duration) -> Self {
        self.config.credentials_timeout = Some(limit);
        self
    }

    /// Sets the maximum length of a response, in bytes. Default: 16 MiB.
    ///
    /// The worst response of 16 MiB makes a call use up to 256 MiB of memory for a moment, while its list grows. A real response uses
    /// about four times its length. Above 32 MiB, the memory is proportional to the limit.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.config.response_limit = Some(bytes);
        self
    }

    /// Turns the validation of requests before they are sent on or off. Default: on. Services are at times more lenient than their
    /// models.
    pub fn validation(mut self, validates: bool) -> Self {
        self.config.skips_validation = !validates;
        self
    }

    /// Sets the name of the application, which is part of `User-Agent`, in place of `AWS_SDK_UA_APP_ID`.
    pub fn app_name(mut self, name: impl Into<String>) -> Self {
        self.config.app_name = Some(name.into());
        self
    }

    /// Builds the client. Reads the shared files and the CA bundle if there is an environment. Opens no connection.
    ///
    /// The calling thread reads the files. If a slow disk must not block other tasks of a runtime, use
    /// [`Client::from_env`], or call this by `tokio::task::spawn_blocking`.
    ///
    /// # Errors
    ///
    /// No region, an invalid value, an unreadable file, or an unknown profile. No HTTP client or clock, if the default ones are not
    /// compiled in.
    pub fn build(self) -> Result<Client<S>, ConfigError> {
        self.config.build(ServiceFacts::of::<S>()).map(Client::new)
    }
}

impl Config {
    pub(crate) fn from_env(service: ServiceFacts) -> Result<Inner, ConfigError> {
        Self { environment: Some(Environment::current()), ..Self::default() }.build(service)
    }

    fn build(self, service: ServiceFacts) -> Result<Inner, ConfigError> {
        let settings = Settings::load(self.environment.clone(), self.profile.clone())?;
        let (region, variant) = self.resolve_region(&settings)?;
        let endpoint_url =
            resolve_endpoint_url(&service, self.endpoint_url.as_deref(), &settings, &region, variant)?;
        let limits = self.resolve_limits(&settings)?;
        let user_agent = self.resolve_user_agent(&settings)?;
        let Self { credentials, http, clock, random, connect_timeout, credentials_timeout, .. } = self;
        let http = match http {
            Some(http) => http,
            None => default_http(connect_timeout.unwrap_or(CONNECT_TIMEOUT), &settings)?,
        };
        let clock = clock.or_else(default_clock);
        let clock = clock.ok_or(ConfigError::Missing { what: "a clock: Builder::clock" })?;
        let random = random.unwrap_or_else(|| Arc::new(SystemRandom));
        // One for all calls, those to STS as well: each endpoint's clock is kept by itself.
        let time = Arc::new(ServiceTime::new(Arc::clone(&clock)));
        let engine = || {
            let (http, clock, time) = (Arc::clone(&http), Arc::clone(&clock), Arc::clone(&time));
            Engine::new(http, clock, time, Arc::clone(&random), user_agent.clone())
        };
        let provider = match credentials {
            Some(provider) => provider,
            None => {
                let (settings, region) = (settings.clone(), region.clone());
                Arc::new(DefaultChain::new(Sources { settings, engine: engine(), region, variant }))
            }
        };
        let limit = credentials_timeout.unwrap_or(CREDENTIALS_TIMEOUT);
        let credentials = Arc::new(CredentialsCache::new(provider, &clock, limit));
        let shared = Shared { engine: engine(), region, variant, credentials, limits, settings };
        Ok(Inner { service, endpoint_url, shared: Arc::new(shared) })
    }

    fn resolve_region(&self, settings: &Settings) -> Result<(Region, Variant), ConfigError> {
        let named = self.region.as_deref();
        let named = named.or_else(|| settings.environment.var("AWS_REGION"));
        let named = named.or_else(|| settings.get("AWS_DEFAULT_REGION", "region").map(|(_, region)| region));
        let named = named.ok_or_else(|| match settings.is_environment_given {
            true => ConfigError::NoRegion,
            false => ConfigError::NoEnvironment { wanted: "a region".into() },
        })?;
        let (region, is_fips) = Region::parse_with_fips(named).map_err(ConfigError::Region)?;
        let fips = match self.use_fips {
            Some(fips) => Some(fips),
            None => settings.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")?,
        };
        let dual_stack = match self.use_dual_stack {
            Some(dual_stack) => Some(dual_stack),
            None => settings.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")?,
        };
        let variant = Variant::new(is_fips || fips.unwrap_or(false), dual_stack.unwrap_or(false));
        Ok((region, variant))
    }

    fn resolve_limits(&self, settings: &Settings) -> Result<Limits, ConfigError> {
        Ok(Limits {
            retries: match &self.retry_policy {
                Some(policy) => policy.clone(),
                None => retries(settings)?,
            },
            attempt_timeout: self.attempt_timeout.unwrap_or(ATTEMPT_TIMEOUT),
            timeout: self.timeout,
            response_limit: self.response_limit.unwrap_or(RESPONSE_LIMIT),
            validate: !self.skips_validation,
        })
    }

    fn resolve_user_agent(&self, settings: &Settings) -> Result<HeaderValue, ConfigError> {
        let version = env!("CARGO_PKG_VERSION");
        let named = self.app_name.as_deref();
        let named =
            named.or_else(|| settings.get("AWS_SDK_UA_APP_ID", "sdk_ua_app_id").map(|(_, name)| name));
        let agent = match named {
            Some(name) => format!("awsquery-client/{version} {} app/{name}", std::env::consts::OS),
            None => format!("awsquery-client/{version} {}", std::env::consts::OS),
        };
        HeaderValue::try_from(agent).map_err(|_| {
            ConfigError::value("app_name", "a name that a header can carry", named.unwrap_or_default())
        })
    }
}

impl<S> fmt::Debug for Builder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("profile", &self.config.profile)
            .field("region", &self.config.region)
            .finish_non_exhaustive()
    }
}

/// Refuses a service that takes no signatures of version 4, which are the only ones made here.
fn require_v4(service: &ServiceFacts) -> Result<(), ConfigError> {
    match service.signature_version {
        SignatureVersion::V4 => Ok(()),
        _ => Err(ConfigError::SignatureVersion { service: service.sdk_id }),
    }
}

/// The custom endpoint of a service: the one named in code, else the one that is configured for it. It is checked, and so is
/// that the service can be called at all.
pub(crate) fn resolve_endpoint_url(
    service: &ServiceFacts,
    named: Option<&str>,
    settings: &Settings,
    region: &Region,
    variant: Variant,
) -> Result<Option<String>, ConfigError> {
    require_v4(service)?;
    let url = match named {
        Some(url) => Some(url.to_owned()),
        None => settings.endpoint_url(service.sdk_id)?,
    };
    if url.is_some() {
        Endpoint::of(service, region, variant, url.as_deref()).map_err(ConfigError::Endpoint)?;
    }
    Ok(url)
}

fn retries(settings: &Settings) -> Result<RetryPolicy, ConfigError> {
    if let Some((name, mode)) = settings.get("AWS_RETRY_MODE", "retry_mode") {
        // The other two modes of the SDKs are the standard mode here: "legacy" is older, "adaptive" also slows down
        // calls that have not failed.
        if !["standard", "legacy", "adaptive"].contains(&mode.to_ascii_lowercase().as_str()) {
            return Err(ConfigError::value(name, "standard, legacy or adaptive", mode));
        }
    }
    let is_new = settings.environment.var("AWS_NEW_RETRIES_2026").is_some_and(|value| value == "true");
    let policy = if is_new { RetryPolicy::STANDARD_2026 } else { RetryPolicy::STANDARD };
    let Some((name, value)) = settings.get("AWS_MAX_ATTEMPTS", "max_attempts") else { return Ok(policy) };
    match value.parse() {
        Ok(attempts) if attempts > 0 => Ok(policy.max_attempts(attempts)),
        _ => Err(ConfigError::value(name, "a number of attempts from 1", value)),
    }
}

#[cfg(feature = "hyper")]
fn default_http(connect_timeout: Duration, settings: &Settings) -> Result<Arc<dyn HttpClient>, ConfigError> {
    let client = crate::http::HyperClient::with_environment(connect_timeout, &settings.environment);
    let Some((name, path)) = settings.get("AWS_CA_BUNDLE", "ca_bundle") else { return Ok(Arc::new(client)) };
    let client = client.with_ca_bundle(path).map_err(|error| ConfigError::CaBundle {
        name: name.into(),
        path: shown::value(path),
        reason: shown::bounded(error.to_string()),
    })?;
    Ok(Arc::new(client))
}

#[cfg(not(feature = "hyper"))]
fn default_http(_: Duration, _: &Settings) -> Result<Arc<dyn HttpClient>, ConfigError> {
    Err(ConfigError::Missing { what: "an HTTP client: Builder::http_client" })
}

#[cfg(feature = "hyper")]
fn default_clock() -> Option<Arc<dyn Clock>> {
    Some(Arc::new(crate::clock::TokioClock::default()))
}

#[cfg(not(feature = "hyper"))]
fn default_clock() -> Option<Arc<dyn Clock>> {
    None
}

#[cfg(test)]
mod tests {
    use awsquery::error::{ErrorShape, ServiceErrorKind};

    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    enum NoError {}

    impl ServiceErrorKind for NoError {
        const SHAPES: &'static [(Self, ErrorShape)] = &[];
    }

    struct Old;

    impl Service for Old {
        type Error = NoError;
        const SDK_ID: &'static str = "Old";
        const API_VERSION: &'static str = "1";
        const SIGNING_NAME: &'static str = "old";
        const ENDPOINT_PREFIX: &'static str = "old";
        const XML_NAMESPACE: &'static str = "";
        const SIGNATURE_VERSION: SignatureVersion = SignatureVersion::V2;
    }

    #[test]
    fn sig_1_a_service_that_signs_by_version_2_is_refused() {
        assert_eq!(require_v4(&ServiceFacts::of::<rds_protocol::Rds>()), Ok(()));
        let error = require_v4(&ServiceFacts::of::<Old>()).expect_err("version 2").to_string();
        assert!(error.starts_with("Old takes signatures of version 2 only"), "{error}");
    }
}
