//! The client, and one call of it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use awsquery::endpoint::Variant;
use awsquery::pages::Paginated;
use awsquery::retry::RetryPolicy;
use awsquery::waiter::Waiter;
use awsquery::{Operation, RequestError, Response};
use rds_protocol::Rds;
use zeroize::Zeroizing;

use crate::auth_token::{self, AuthToken, AuthTokenError};
use crate::config::Builder;
use crate::config_error::ConfigError;
use crate::credentials::{CredentialsCache, ProvideCredentials};
use crate::endpoint::Endpoint;
use crate::engine::{Engine, Exchange, Exchanged, Limits, Target};
use crate::environment::Environment;
use crate::error::{Awaited, Error, NoAnswer};
use crate::file;
use crate::pages::{ItemStream, PageStream};
use crate::presigned_url::{self, CrossRegion, PresignedUrl};
use crate::region::Region;
use crate::shown;
use crate::wait::Waiting;

/// A client for Amazon RDS. A clone is the same client: connections, credentials and the retry quota are shared.
///
/// See the [crate's page](crate) for what it does.
///
/// # Panics
///
/// With the default HTTP client or clock, whatever makes a call or asks for credentials panics when it is polled outside a tokio
/// [runtime](crate#runtime) with I/O and timers.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) engine: Engine,
    pub(crate) region: Region,
    pub(crate) endpoint_url: Option<String>,
    pub(crate) variant: Variant,
    pub(crate) credentials: Arc<CredentialsCache>,
    pub(crate) limits: Limits,
}

impl Client {
    pub(crate) fn new(inner: Inner) -> Self {
        Self { inner: Arc::new(inner) }
    }

    /// A builder that knows nothing yet.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A client by the process's environment: region, profile, credentials, endpoints and limits as other AWS tools find
    /// them. Files are read on a thread of the runtime's for what blocks. Credentials are asked for at the first call.
    ///
    /// # Errors
    ///
    /// As [`Builder::build`].
    pub async fn from_env() -> Result<Self, ConfigError> {
        // Files may be on a slow disk, or on a network's.
        file::off_thread(|| Self::builder().environment(Environment::current()).build()).await
    }

    /// The region that is called, unless a call says otherwise.
    pub fn region(&self) -> &Region {
        &self.inner.region
    }

    /// Makes a call, and gives what it answers; [`call`](Self::call) has more to choose, and the request id.
    ///
    /// Dropping the future ends the call. What was sent by then may have its effect.
    ///
    /// # Errors
    ///
    /// As [`Error`] tells, stage by stage.
    pub async fn send<O>(&self, operation: O) -> Result<O::Output, Error<O::Error>>
    where
        O: Operation<Service = Rds>,
    {
        Ok(self.call(operation).send().await?.output)
    }

    /// A call to be made, with settings of its own.
    pub fn call<O: Operation<Service = Rds>>(&self, operation: O) -> Call<O> {
        Call {
            client: self.clone(),
            operation,
            overrides: Overrides {
                region: None,
                endpoint_url: None,
                credentials: None,
                limits: self.inner.limits.clone(),
            },
        }
    }

    /// All pages of an operation, one after the other.
    pub fn pages<O>(&self, first: O) -> PageStream<O>
    where
        O: Paginated<Service = Rds>,
    {
        self.call(first).pages()
    }

    /// All items of an operation, whichever page they are on.
    pub fn items<O>(&self, first: O) -> ItemStream<O>
    where
        O: Paginated<Service = Rds>,
    {
        self.call(first).items()
    }

    /// Calls an operation until what is waited for has come.
    pub fn wait<'a, W>(&self, operation: W::Operation) -> Waiting<'a, W>
    where
        W: Waiter,
        W::Operation: Operation<Service = Rds> + Clone,
    {
        self.call(operation).wait()
    }

    /// A password for a database that takes IAM's word: good for 15 minutes, for this user on this host. No call is made.
    ///
    /// The region is the client's, which must be the database's. The token is dated by the local clock, corrected by RDS's
    /// own endpoint in that region where that has said over TLS that the clock is off; a custom endpoint has no say in it.
    ///
    /// # Errors
    ///
    /// No credentials, or not within the time that the client's calls may take; a host that is none.
    pub async fn generate_db_auth_token(
        &self,
        host: &str,
        port: u16,
        user: &str,
    ) -> Result<AuthToken, AuthTokenError> {
        let Inner { engine, region, variant, credentials, limits, .. } = &*self.inner;
        let asked = engine.within_call(limits.timeout, Awaited::Credentials, credentials.get()).await;
        let credentials =
            asked.map_err(AuthTokenError::DeadlineExceeded)?.map_err(AuthTokenError::Credentials)?;
        // The database asks AWS, and a custom endpoint need not be AWS's.
        let time = match Endpoint::of::<Rds>(region, *variant, None) {
            Ok(endpoint) => engine.time.authenticated(&[&endpoint.uri]),
            Err(_) => engine.clock.now(),
        };
        auth_token::generate_db_auth_token(host, port, user, region.as_str(), &credentials, time)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("region", &self.inner.region)
            .field("endpoint_url", &self.inner.endpoint_url.as_deref().map(shown::url))
            .finish_non_exhaustive()
    }
}

/// A call to be made: an operation, and what is to be otherwise than with the client's other calls.
///
/// ```no_run
/// # use std::time::Duration;
/// # use awsquery_client::{Client, Error};
/// # use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksError};
/// # async fn f(client: Client) -> Result<(), Error<DescribeExportTasksError>> {
/// let response = client
///     .call(DescribeExportTasks::default())
///     .region("us-gov-west-1")
///     .timeout(Duration::from_secs(10))
///     .send()
///     .await?;
/// println!("{:?} {:?}", response.output.export_tasks, response.request_id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "send makes the call"]
pub struct Call<O> {
    client: Client,
    operation: O,
    overrides: Overrides,
}

/// What is otherwise than with the client's other calls.
#[derive(Clone)]
struct Overrides {
    region: Option<String>,
    endpoint_url: Option<String>,
    credentials: Option<Arc<CredentialsCache>>,
    limits: Limits,
}

impl<O: Operation<Service = Rds>> Call<O> {
    /// Another region. The endpoint follows, unless the client's or the call's own is set.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.overrides.region = Some(region.into());
        self
    }

    /// Another endpoint.
    pub fn endpoint_url(mut self, url: impl Into<String>) -> Self {
        self.overrides.endpoint_url = Some(url.into());
        self
    }

    /// Other credentials. They are kept with this call and its clones only.
    pub fn credentials(mut self, provider: impl ProvideCredentials) -> Self {
        let inner = &self.client.inner;
        let cache = CredentialsCache::new(Arc::new(provider), &inner.engine.clock, inner.credentials.limit());
        self.overrides.credentials = Some(Arc::new(cache));
        self
    }

    /// Another retry policy.
    pub fn retries(mut self, policy: RetryPolicy) -> Self {
        self.overrides.limits.retries = policy;
        self
    }

    /// How long one attempt may take.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.overrides.limits.attempt_timeout = limit;
        self
    }

    /// How long the whole call may take; of pages and waits, each call of theirs.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.overrides.limits.timeout = Some(limit);
        self
    }

    /// How many bytes the answer may have.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.overrides.limits.response_limit = bytes;
        self
    }

    /// Whether the request is checked before it is sent.
    pub fn validation(mut self, validates: bool) -> Self {
        self.overrides.limits.validate = validates;
        self
    }

    /// The operation.
    pub(crate) fn operation(&self) -> &O {
        &self.operation
    }

    /// The same call of another request.
    pub(crate) fn with_operation(&self, operation: O) -> Self {
        Self { client: self.client.clone(), operation, overrides: self.overrides.clone() }
    }

    /// The same call within a time that no limit of its own exceeds.
    pub(crate) fn timeout_at_most(mut self, limit: Duration) -> Self {
        let own = self.overrides.limits.timeout;
        self.overrides.limits.timeout = Some(own.map_or(limit, |own| own.min(limit)));
        self
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.client.inner.engine
    }

    /// Makes the call.
    ///
    /// # Errors
    ///
    /// As [`Error`] tells, stage by stage.
    pub async fn send(self) -> Result<Response<O::Output>, Error<O::Error>> {
        let source = presigned_url::wanted_source(&self.operation);
        let mut exchange = Exchanged::of(self.operation);
        self.overrides.exchange(&self.client.inner, source, &mut exchange).await?;
        exchange.finish()
    }

    /// All pages, one after the other. Starts where the request's own marker says.
    pub fn pages(self) -> PageStream<O>
    where
        O: Paginated,
    {
        PageStream::new(self)
    }

    /// All items, whichever page they are on. Starts where the request's own marker says.
    pub fn items(self) -> ItemStream<O>
    where
        O: Paginated,
    {
        ItemStream::new(self.pages())
    }

    /// Makes the call again and again until what is waited for has come.
    pub fn wait<'a, W>(self) -> Waiting<'a, W>
    where
        W: Waiter<Operation = O>,
        O: Clone,
    {
        Waiting::new(self)
    }

    /// A URL by which whoever has it can make this call, until it expires. No call is made. The URL is dated by the local clock,
    /// corrected by the endpoint's where that has said over TLS that the clock is off.
    ///
    /// # Errors
    ///
    /// As [`Error`] tells; nothing is sent. The call's time limit is one for its credentials.
    pub async fn presign(self, expires_in: Duration) -> Result<PresignedUrl, Error<O::Error>> {
        let route = self.overrides.route(&self.client.inner)?;
        if self.overrides.limits.validate {
            self.operation.validate().map_err(Error::Invalid)?;
        }
        let cache = self.overrides.credentials(&self.client.inner);
        let engine = self.engine();
        let asked =
            engine.within_call(self.overrides.limits.timeout, Awaited::Credentials, cache.get()).await;
        let credentials = asked.map_err(Error::DeadlineExceeded)?.map_err(Error::Credentials)?;
        let body = self.operation.to_body().map_err(|error| Error::Unwritable(RequestError::Form(error)))?;
        let mut body = Zeroizing::new(body);
        let time = engine.time.authenticated(&[&route.endpoint.uri]);
        if let Some(cross_region) = route.cross_region(presigned_url::wanted_source(&self.operation))? {
            let time = engine.time_in_source(&cross_region, &route.endpoint);
            let url = cross_region.presigned_url(&body, &credentials, time).map_err(Error::Signing)?;
            body = url.appended_to(&body);
        }
        presigned_url::of_query(&route.endpoint, &body, &credentials, time, expires_in)
            .map_err(Error::Signing)
    }
}

/// What needs not know which operation is called, compiled once.
impl Overrides {
    /// Makes a call, of a copy with the source region that it names.
    async fn exchange(
        &self,
        inner: &Inner,
        source: Option<String>,
        exchange: &mut dyn Exchange,
    ) -> Result<(), NoAnswer> {
        let route = self.route(inner)?;
        let target = Target {
            endpoint: &route.endpoint,
            region: &route.region,
            credentials: Some(self.credentials(inner)),
            cross_region: route.cross_region(source)?,
            limits: &self.limits,
        };
        inner.engine.exchange(&target, exchange).await
    }

    fn credentials<'a>(&'a self, inner: &'a Inner) -> &'a CredentialsCache {
        self.credentials.as_deref().unwrap_or(&inner.credentials)
    }

    fn route(&self, inner: &Inner) -> Result<Route, NoAnswer> {
        let mut variant = inner.variant;
        let region = match &self.region {
            Some(name) => {
                let (region, is_fips) = Region::parse_with_fips(name).map_err(NoAnswer::Region)?;
                variant = with_fips(variant, is_fips);
                region
            }
            None => inner.region.clone(),
        };
        let custom = self.endpoint_url.as_deref().or(inner.endpoint_url.as_deref());
        let endpoint = Endpoint::of::<Rds>(&region, variant, custom).map_err(NoAnswer::Endpoint)?;
        Ok(Route { region, endpoint, variant })
    }
}

impl Route {
    /// How a copy gets the URL that it needs, given the source region that it names. Within one region it needs none.
    fn cross_region(&self, source: Option<String>) -> Result<Option<CrossRegion>, NoAnswer> {
        let Some(source) = source else { return Ok(None) };
        let (source, is_fips) = Region::parse_with_fips(&source).map_err(NoAnswer::Region)?;
        if source == self.region {
            return Ok(None);
        }
        // A custom endpoint is one for all regions: a test double, a proxy.
        let endpoint = match self.endpoint.is_custom {
            true => Endpoint { signing_region: source.as_str().to_owned(), ..self.endpoint.clone() },
            false => Endpoint::of::<Rds>(&source, with_fips(self.variant, is_fips), None)
                .map_err(NoAnswer::Endpoint)?,
        };
        Ok(Some(CrossRegion { endpoint, destination: self.region.clone() }))
    }
}

impl<O: fmt::Debug> fmt::Debug for Call<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation)
            .field("region", &self.overrides.region)
            .field("endpoint_url", &self.overrides.endpoint_url.as_deref().map(shown::url))
            .finish_non_exhaustive()
    }
}

/// Where a call goes.
struct Route {
    region: Region,
    endpoint: Endpoint,
    variant: Variant,
}

/// The variant with FIPS, where the region's name asks for it.
fn with_fips(variant: Variant, is_fips: bool) -> Variant {
    Variant::new(variant.is_fips() || is_fips, variant.is_dual_stack())
}
