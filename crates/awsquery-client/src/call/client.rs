//! The client, and one call of it.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use awsquery::endpoint::Variant;
use awsquery::pages::Paginated;
use awsquery::retry::RetryPolicy;
use awsquery::waiter::Waiter;
use awsquery::{Operation, RequestError, Response, Service};
use http::Uri;
use zeroize::Zeroizing;

use crate::call::builder::{self, Builder, Config};
use crate::call::engine::{Engine, Limits, Target};
use crate::call::error::{Awaited, Error, NoResponse};
use crate::call::pages::{ItemStream, PageStream};
use crate::call::presigned_url::{self, CrossRegion, PresignError, PresignedUrl};
use crate::call::send::send;
use crate::call::wait::WaitBuilder;
use crate::config::environment::Settings;
use crate::config::error::ConfigError;
use crate::config::file;
use crate::credentials::{CredentialsCache, ProvideCredentials};
use crate::endpoint::region::Region;
use crate::endpoint::{Endpoint, ServiceFacts};
use crate::shown;
use crate::signing::{self, Scope};

/// A client for the service `S`, such as `Client<Rds>`. A clone is the same client: connections, credentials and the retry
/// quota are shared. [`for_service`](Self::for_service) makes a client for another service that shares them too.
///
/// See the [crate's page](crate) for what it does.
///
/// # Panics
///
/// With the default HTTP client or clock, whatever makes a call or asks for credentials panics when it is polled outside a tokio
/// [runtime](crate#runtime) with I/O and timers.
pub struct Client<S> {
    inner: Arc<Inner>,
    service: PhantomData<fn() -> S>,
}

/// The state of a client, for any service.
pub(crate) struct Inner {
    pub(crate) service: ServiceFacts,
    /// The custom endpoint, where there is one.
    pub(crate) endpoint_url: Option<String>,
    pub(crate) shared: Arc<Shared>,
}

/// The state that clients for several services share.
pub(crate) struct Shared {
    pub(crate) engine: Engine,
    pub(crate) region: Region,
    pub(crate) variant: Variant,
    pub(crate) credentials: Arc<CredentialsCache>,
    pub(crate) limits: Limits,
    pub(crate) settings: Settings,
}

impl<S> Clone for Client<S> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), service: PhantomData }
    }
}

impl<S: Service> Client<S> {
    pub(crate) fn new(inner: Inner) -> Self {
        Self { inner: Arc::new(inner), service: PhantomData }
    }

    /// Returns a builder without any settings.
    pub fn builder() -> Builder<S> {
        Builder::default()
    }

    /// Builds a client from the process's environment: region, profile, credentials, endpoints and limits as other AWS tools find
    /// them. A thread for blocking work reads the files. The first call obtains credentials.
    ///
    /// # Errors
    ///
    /// As [`Builder::build`].
    pub async fn from_env() -> Result<Self, ConfigError> {
        // Files may be on a slow disk, or on a network's.
        let service = ServiceFacts::of::<S>();
        file::off_thread(move || Config::from_env(service)).await.map(Self::new)
    }

    /// Returns the region that calls go to by default.
    pub fn region(&self) -> &Region {
        &self.inner.shared.region
    }

    /// Returns a client for another service, with the same region, credentials, connections, retry quota and limits.
    ///
    /// Its endpoint is the one that variables or the profile configure for that service, else the region's. The
    /// [`endpoint_url`](Builder::endpoint_url) of this client's builder is for this client's service only.
    ///
    /// ```no_run
    /// # use rds_protocol::Rds;
    /// use awsquery_client::Client;
    /// use sts_protocol::Sts;
    /// # async fn f() -> Result<(), awsquery_client::ConfigError> {
    /// let rds = Client::<Rds>::from_env().await?;
    /// let sts: Client<Sts> = rds.for_service()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A service that takes signatures of version 2 only; an invalid endpoint in the configuration of that service.
    pub fn for_service<T: Service>(&self) -> Result<Client<T>, ConfigError> {
        let (service, shared) = (ServiceFacts::of::<T>(), Arc::clone(&self.inner.shared));
        let endpoint_url =
            builder::resolve_endpoint_url(&service, None, &shared.settings, &shared.region, shared.variant)?;
        Ok(Client::new(Inner { service, endpoint_url, shared }))
    }

    /// Makes a call and returns its output. [`call`](Self::call) takes per-call settings and returns the request id, too.
    ///
    /// Dropping the future ends the call. A request that was sent may still have its effect.
    ///
    /// # Errors
    ///
    /// See [`Error`], whose variants are in the order of a call's stages.
    pub async fn send<O>(&self, operation: O) -> Result<O::Output, Error<O::Error>>
    where
        O: Operation<Service = S>,
    {
        Ok(self.call(operation).send().await?.output)
    }

    /// Returns a call that takes per-call settings.
    pub fn call<O: Operation<Service = S>>(&self, operation: O) -> Call<O> {
        Call {
            client: self.clone(),
            operation,
            overrides: Overrides {
                region: None,
                endpoint_url: None,
                credentials: None,
                limits: self.inner.shared.limits.clone(),
            },
        }
    }

    /// Returns a stream of all pages of an operation.
    pub fn pages<O>(&self, first: O) -> PageStream<O>
    where
        O: Paginated<Service = S>,
    {
        self.call(first).pages()
    }

    /// Returns a stream of all items of an operation, across its pages.
    pub fn items<O>(&self, first: O) -> ItemStream<O>
    where
        O: Paginated<Service = S>,
    {
        self.call(first).items()
    }

    /// Calls an operation until the waiter reaches its state.
    pub fn wait<'a, W>(&self, operation: W::Operation) -> WaitBuilder<'a, W>
    where
        W: Waiter,
        W::Operation: Operation<Service = S> + Clone,
    {
        self.call(operation).wait()
    }

    /// Presigns a URL other than that of a call. Some services take such a URL, fetched with `GET`, as a proof of identity, such as
    /// databases that take a token in place of a password. No request is sent.
    ///
    /// `signing_name` is the name that the service's requests are signed for, such as `rds-db`. The region is the client's.
    /// The URL is dated by the local clock, corrected if the endpoint of `S` in that region has reported over TLS that the clock is
    /// wrong. A custom endpoint does not count.
    ///
    /// # Errors
    ///
    /// No credentials within the timeout of a call, or a URL or lifetime that cannot be signed.
    pub async fn presign(
        &self,
        url: &Uri,
        signing_name: &str,
        expires_in: Duration,
    ) -> Result<PresignedUrl, PresignError> {
        let Shared { engine, region, variant, credentials, limits, .. } = &*self.inner.shared;
        let asked = engine.within_call(limits.timeout, Awaited::Credentials, credentials.get()).await;
        let credentials =
            asked.map_err(PresignError::DeadlineExceeded)?.map_err(PresignError::Credentials)?;
        // Who checks the URL asks AWS, and a custom endpoint need not be AWS's.
        let time = match Endpoint::of(&self.inner.service, region, *variant, None) {
            Ok(endpoint) => engine.time.authenticated(&[&endpoint.uri]),
            Err(_) => engine.clock.now(),
        };
        let scope = Scope { region: region.as_str(), service: signing_name, time };
        let url = signing::presign(url, &credentials, scope, expires_in).map_err(PresignError::Signing)?;
        Ok(PresignedUrl::new(url))
    }
}

impl<S> fmt::Debug for Client<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("service", &self.inner.service.sdk_id)
            .field("region", &self.inner.shared.region)
            .field("endpoint_url", &self.inner.endpoint_url.as_deref().map(shown::url))
            .finish_non_exhaustive()
    }
}

/// A call: an operation and per-call overrides of the client's settings.
///
/// ```no_run
/// # use std::time::Duration;
/// # use awsquery_client::{Client, Error};
/// # use rds_protocol::Rds;
/// # use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksError};
/// # async fn f(client: Client<Rds>) -> Result<(), Error<DescribeExportTasksError>> {
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
#[must_use = "send makes the call"]
pub struct Call<O: Operation> {
    client: Client<O::Service>,
    operation: O,
    overrides: Overrides,
}

impl<O: Operation + Clone> Clone for Call<O> {
    fn clone(&self) -> Self {
        self.with_operation(self.operation.clone())
    }
}

/// The per-call overrides of the client's settings.
#[derive(Clone)]
struct Overrides {
    region: Option<String>,
    endpoint_url: Option<String>,
    credentials: Option<Arc<CredentialsCache>>,
    limits: Limits,
}

impl<O: Operation> Call<O> {
    /// Overrides the region. The endpoint follows it, unless the client or the call has a custom one.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.overrides.region = Some(region.into());
        self
    }

    /// Overrides the endpoint.
    pub fn endpoint_url(mut self, url: impl Into<String>) -> Self {
        self.overrides.endpoint_url = Some(url.into());
        self
    }

    /// Overrides the credentials provider, for this call and its clones.
    pub fn credentials(mut self, provider: impl ProvideCredentials) -> Self {
        let shared = &self.client.inner.shared;
        let cache =
            CredentialsCache::new(Arc::new(provider), &shared.engine.clock, shared.credentials.limit());
        self.overrides.credentials = Some(Arc::new(cache));
        self
    }

    /// Overrides the retry policy.
    pub fn retry_policy(mut self, policy: RetryPolicy) -> Self {
        self.overrides.limits.retries = policy;
        self
    }

    /// Overrides the timeout of one attempt.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.overrides.limits.attempt_timeout = limit;
        self
    }

    /// Overrides the timeout of the call. For pages and waits, it is the timeout of each of their calls.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.overrides.limits.timeout = Some(limit);
        self
    }

    /// Overrides the maximum length of the response, in bytes.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.overrides.limits.response_limit = bytes;
        self
    }

    /// Turns the validation of the request on or off.
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
        &self.client.inner.shared.engine
    }

    /// Makes the call and returns its output and request id.
    ///
    /// # Errors
    ///
    /// See [`Error`], whose variants are in the order of a call's stages.
    pub async fn send(self) -> Result<Response<O::Output>, Error<O::Error>> {
        let target = self.overrides.target(&self.client.inner, self.operation.presign_region())?;
        send(self.operation, &self.client.inner.shared.engine, &target).await
    }

    /// Returns a stream of all pages, from the marker of the request on.
    pub fn pages(self) -> PageStream<O>
    where
        O: Paginated,
    {
        PageStream::new(self)
    }

    /// Returns a stream of all items across pages, from the marker of the request on.
    pub fn items(self) -> ItemStream<O>
    where
        O: Paginated,
    {
        ItemStream::new(self.pages())
    }

    /// Repeats the call until the waiter reaches its state.
    pub fn wait<'a, W>(self) -> WaitBuilder<'a, W>
    where
        W: Waiter<Operation = O>,
        O: Clone,
    {
        WaitBuilder::new(self)
    }

    /// Presigns the call: whoever has the URL can make the call until it expires. No request is sent. The URL is dated by the local
    /// clock, corrected if the endpoint has reported over TLS that the clock is wrong.
    ///
    /// # Errors
    ///
    /// See [`Error`]. The timeout of the call limits the time for obtaining credentials.
    pub async fn presign(self, expires_in: Duration) -> Result<PresignedUrl, Error<O::Error>> {
        let target = self.overrides.target(&self.client.inner, self.operation.presign_region())?;
        if self.overrides.limits.validate {
            self.operation.validate().map_err(Error::Invalid)?;
        }
        let engine = self.engine();
        let asked = self.overrides.credentials(&self.client.inner).get();
        let asked = engine.within_call(self.overrides.limits.timeout, Awaited::Credentials, asked).await;
        let credentials = asked.map_err(Error::DeadlineExceeded)?.map_err(Error::Credentials)?;
        let body = self.operation.to_body().map_err(|error| Error::Unwritable(RequestError::Form(error)))?;
        let mut body = Zeroizing::new(body);
        if let Some(source) = &target.source {
            let time = engine.time_in_source(source, &target.endpoint);
            let url = source.presigned_url(&body, &credentials, time).map_err(Error::Signing)?;
            body = url.appended_to(&body);
        }
        let time = engine.time.authenticated(&[&target.endpoint.uri]);
        presigned_url::of_query(&target.endpoint, &body, &credentials, time, expires_in)
            .map_err(Error::Signing)
    }
}

/// Code that does not depend on the operation is compiled once.
impl Overrides {
    fn credentials<'a>(&'a self, inner: &'a Inner) -> &'a CredentialsCache {
        self.credentials.as_deref().unwrap_or(&inner.shared.credentials)
    }

    /// Returns the target of the call, with the source region for a copy.
    fn target<'a>(&'a self, inner: &'a Inner, source: Option<&str>) -> Result<Target<'a>, NoResponse> {
        let mut variant = inner.shared.variant;
        let region = match &self.region {
            Some(name) => {
                let (region, is_fips) = Region::parse_with_fips(name).map_err(NoResponse::Region)?;
                variant = with_fips(variant, is_fips);
                region
            }
            None => inner.shared.region.clone(),
        };
        let custom = self.endpoint_url.as_deref().or(inner.endpoint_url.as_deref());
        let endpoint =
            Endpoint::of(&inner.service, &region, variant, custom).map_err(NoResponse::Endpoint)?;
        let source = match source {
            Some(source) => source_of(source, &inner.service, &region, &endpoint, variant)?,
            None => None,
        };
        Ok(Target {
            endpoint,
            region,
            credentials: Some(self.credentials(inner)),
            source,
            limits: &self.limits,
        })
    }
}

/// Returns the source of a copy, for which a URL is presigned. A copy within one region needs none.
fn source_of(
    source: &str,
    service: &ServiceFacts,
    region: &Region,
    endpoint: &Endpoint,
    variant: Variant,
) -> Result<Option<CrossRegion>, NoResponse> {
    let (source, is_fips) = Region::parse_with_fips(source).map_err(NoResponse::Region)?;
    if source == *region {
        return Ok(None);
    }
    // A custom endpoint is one for all regions: a test double, a proxy.
    let endpoint = match endpoint.is_custom {
        true => Endpoint { signing_region: source.as_str().to_owned(), ..endpoint.clone() },
        false => {
            Endpoint::of(service, &source, with_fips(variant, is_fips), None).map_err(NoResponse::Endpoint)?
        }
    };
    Ok(Some(CrossRegion { endpoint, destination: region.clone() }))
}

impl<O: Operation + fmt::Debug> fmt::Debug for Call<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation)
            .field("region", &self.overrides.region)
            .field("endpoint_url", &self.overrides.endpoint_url.as_deref().map(shown::url))
            .finish_non_exhaustive()
    }
}

/// The variant with FIPS, where the region's name asks for it.
fn with_fips(variant: Variant, is_fips: bool) -> Variant {
    Variant::new(variant.is_fips() || is_fips, variant.is_dual_stack())
}
