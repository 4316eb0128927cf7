//! The engine: the state that all calls of a client share, and the target of a call.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use awsquery::Timestamp;
use awsquery::retry::{RetryPolicy, TokenBucket};
use http::HeaderValue;

use crate::call::error::{Awaited, DeadlineExceeded};
use crate::call::presigned_url::CrossRegion;
use crate::clock::{Clock, Random, ServiceTime};
use crate::credentials::CredentialsCache;
use crate::endpoint::Endpoint;
use crate::endpoint::region::Region;
use crate::future::within;
use crate::http::HttpClient;

/// The state that all calls of a client share.
pub(crate) struct Engine {
    pub(crate) http: Arc<dyn HttpClient>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) user_agent: HeaderValue,
    pub(crate) time: Arc<ServiceTime>,
    bucket: Mutex<TokenBucket>,
}

/// The limits of a call.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) retries: RetryPolicy,
    pub(crate) attempt_timeout: Duration,
    pub(crate) timeout: Option<Duration>,
    pub(crate) response_limit: usize,
    pub(crate) validate: bool,
}

/// The target of a call, and its credentials.
pub(crate) struct Target<'a> {
    pub(crate) endpoint: Endpoint,
    pub(crate) region: Region,
    /// None are needed by operations that are not signed.
    pub(crate) credentials: Option<&'a CredentialsCache>,
    /// Of a copy from another region, how it is allowed there.
    pub(crate) source: Option<CrossRegion>,
    pub(crate) limits: &'a Limits,
}

impl Engine {
    pub(crate) fn new(
        http: Arc<dyn HttpClient>,
        clock: Arc<dyn Clock>,
        time: Arc<ServiceTime>,
        random: Arc<dyn Random>,
        user_agent: HeaderValue,
    ) -> Self {
        Self { http, clock, random, user_agent, time, bucket: Mutex::default() }
    }

    /// The quota of retries, which all calls share.
    pub(crate) fn bucket(&self) -> MutexGuard<'_, TokenBucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time by which the URL for a copy's source region is signed: by that region's clock, else by that of the region
    /// which is called. Both endpoints are AWS's, or else they are one and the same.
    pub(crate) fn time_in_source(&self, source: &CrossRegion, endpoint: &Endpoint) -> Timestamp {
        self.time.authenticated(&[&source.endpoint.uri, &endpoint.uri])
    }

    /// Awaits `work`, within the timeout of a call.
    pub(crate) async fn within_call<T>(
        &self,
        limit: Option<Duration>,
        awaited: Awaited,
        work: impl Future<Output = T>,
    ) -> Result<T, DeadlineExceeded> {
        let Some(limit) = limit else { return Ok(work.await) };
        let done = within(work, async { self.clock.sleep(limit).await }).await;
        done.ok_or(DeadlineExceeded { limit, attempt: 1, last: None, awaited })
    }
}
