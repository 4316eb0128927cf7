//! What happens to a call, whatever operation of whatever service it is:
//!
//! ```text
//! operation ── validate ── to_request ─┐
//!                                      ▼
//!                ┌── credentials, presigned URL, signature ◄──┐
//!                ▼                                            │ sleep, correct the clock,
//!              HTTP ── parse_response ── classify ────────────┘ renew credentials
//!                                          │
//!                                  output or error
//! ```
//!
//! What stands below the operation's own types is compiled once: [`Engine`] sees a request, and what an answer means, through
//! [`Exchange`].

use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use awsquery::retry::{FailedAttempt, Retries, RetryKind, RetryPolicy, TokenBucket};
use awsquery::{Operation, Response, Secrets, Service, SignedDuration, Timestamp};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, USER_AGENT};
use http::{HeaderMap, HeaderValue, StatusCode};
use tracing::{Instrument, Span, field};
use zeroize::Zeroizing;

use crate::call::error::{Awaited, Chain, DeadlineExceeded, Error, NoAnswer};
use crate::call::presigned_url::{CrossRegion, PresignedUrl};
use crate::clock::{self, Clock, Random, ServiceTime};
use crate::credentials::{Credentials, CredentialsCache};
use crate::endpoint::Endpoint;
use crate::endpoint::region::Region;
use crate::future::within;
use crate::http::{HttpClient, HttpError, HttpErrorKind, HttpOptions};
use crate::signing;

/// Codes with which services refuse credentials that have been of use before (PROTOCOL 4.6).
const STALE_CREDENTIALS: [&str; 3] = ["ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId"];

/// What makes calls: everything that is shared by all calls of a client.
pub(crate) struct Engine {
    pub(crate) http: Arc<dyn HttpClient>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) user_agent: HeaderValue,
    pub(crate) time: Arc<ServiceTime>,
    bucket: Mutex<TokenBucket>,
}

/// What a call may take, and how often.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) retries: RetryPolicy,
    pub(crate) attempt_timeout: Duration,
    pub(crate) timeout: Option<Duration>,
    pub(crate) response_limit: usize,
    pub(crate) validate: bool,
}

/// Where a call goes.
pub(crate) struct Target<'a> {
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) region: &'a Region,
    /// None are needed by operations that are not signed.
    pub(crate) credentials: Option<&'a CredentialsCache>,
    pub(crate) cross_region: Option<CrossRegion>,
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

    /// Makes a call.
    pub(crate) async fn call<O: Operation>(
        &self,
        operation: O,
        target: Target<'_>,
    ) -> Result<Response<O::Output>, Error<O::Error>> {
        let mut exchange = Exchanged::of(operation);
        self.exchange(&target, &mut exchange).await?;
        exchange.finish()
    }

    /// Sends a request, and has its answer read.
    pub(crate) async fn exchange(
        &self,
        target: &Target<'_>,
        exchange: &mut dyn Exchange,
    ) -> Result<(), NoAnswer> {
        let outgoing = exchange.request(target, &mut || clock::uuid(&*self.random))?;
        let span = tracing::info_span!(
            "call",
            service = outgoing.service_id,
            operation = outgoing.operation,
            region = target.region.as_str(),
            attempts = field::Empty,
            status = field::Empty,
            request_id = field::Empty,
        );
        self.attempts(&outgoing, target, exchange, span.clone()).instrument(span).await
    }

    /// Sends a request until it has an answer that is not worth another attempt, or until its time is over.
    async fn attempts(
        &self,
        outgoing: &Outgoing,
        target: &Target<'_>,
        exchange: &mut dyn Exchange,
        span: Span,
    ) -> Result<(), NoAnswer> {
        let mut progress = Progress::new(&target.limits.retries, clock::uuid(&*self.random), span);
        let work = self.until_done(outgoing, target, exchange, &mut progress);
        self.within_call(target.limits.timeout, Awaited::Answer, work).await.unwrap_or_else(|exceeded| {
            let (attempt, last, awaited) = (progress.sent.max(1), progress.last, progress.awaited);
            Err(NoAnswer::DeadlineExceeded(DeadlineExceeded { attempt, last, awaited, ..exceeded }))
        })
    }

    /// What `work` gives, if it does within the time of a whole call.
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

    async fn until_done(
        &self,
        outgoing: &Outgoing,
        target: &Target<'_>,
        exchange: &mut dyn Exchange,
        progress: &mut Progress,
    ) -> Result<(), NoAnswer> {
        loop {
            progress.sent += 1;
            let span = tracing::debug_span!(
                "attempt",
                number = progress.sent,
                status = field::Empty,
                request_id = field::Empty
            );
            let attempt = self.attempt(outgoing, target, exchange, progress, &span);
            let outcome = attempt.instrument(span.clone()).await?;
            let Some(pause) = self.next(outcome, target, progress)? else { return Ok(()) };
            if !pause.is_zero() {
                self.clock.sleep(pause).await;
            }
        }
    }

    /// One attempt: from credentials to an answer that was read.
    async fn attempt(
        &self,
        outgoing: &Outgoing,
        target: &Target<'_>,
        exchange: &mut dyn Exchange,
        progress: &mut Progress,
        span: &Span,
    ) -> Result<Outcome, NoAnswer> {
        let credentials = match target.credentials.filter(|_| outgoing.is_signed) {
            Some(cache) => {
                progress.awaited = Awaited::Credentials;
                Some(cache.get().await.map_err(NoAnswer::Credentials)?)
            }
            None => None,
        };
        progress.awaited = Awaited::Answer;
        // Of all that happens meanwhile, another call may correct the clock: this one is judged by its own.
        let skew = self.time.skew(&target.endpoint.uri);
        let time = self.time.now_with(skew);
        let (request, presigned) = self.signed(outgoing, target, credentials.as_ref(), progress, time)?;
        let authorization = request.headers().get(AUTHORIZATION).cloned();
        let options = HttpOptions::new(target.limits.response_limit);
        let sending = self.http.send(request, options);
        let limit = self.clock.sleep(target.limits.attempt_timeout);
        let sent = within(sending, limit).await;
        match sent.unwrap_or_else(|| Err(HttpError::new(HttpErrorKind::Timeout))) {
            Ok(response) => {
                let (parts, body) = response.into_parts();
                let now = self.time.now_with(skew);
                // Made where something is to be left out, which is seldom.
                let secrets = || {
                    let presigned = presigned.as_ref();
                    secrets(outgoing, authorization.as_ref(), credentials.as_ref(), presigned)
                };
                let verdict = exchange.read(parts.status, &parts.headers, &body, now, &secrets);
                let id = verdict.request_id.as_deref();
                for span in [span, &progress.span] {
                    span.record("status", parts.status.as_u16()).record("request_id", id);
                }
                let retry_after = retry_after(&parts.headers);
                let is_read_only = outgoing.is_read_only;
                let answered = Answered { verdict, credentials, retry_after, is_read_only, skew };
                Ok(Outcome::Answered(Box::new(answered)))
            }
            Err(error) => Ok(Outcome::Broken(error)),
        }
    }

    /// The request of one attempt: with the headers that say which one it is, and signed for now. And the URL of a source region
    /// in it.
    fn signed(
        &self,
        outgoing: &Outgoing,
        target: &Target<'_>,
        credentials: Option<&Credentials>,
        progress: &Progress,
        time: Timestamp,
    ) -> Result<(http::Request<Bytes>, Option<PresignedUrl>), NoAnswer> {
        let mut request = outgoing.request.clone();
        let mut presigned = None;
        if let (Some(cross_region), Some(credentials)) = (&target.cross_region, credentials) {
            let url_time = self.time_in_source(cross_region, target.endpoint);
            let url = cross_region.presigned_url(request.body(), credentials, url_time);
            let url = presigned.insert(url.map_err(NoAnswer::Signing)?);
            *request.body_mut() = url.appended_to(request.body());
        }
        let length = request.body().len();
        let headers = request.headers_mut();
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        headers.insert(USER_AGENT, self.user_agent.clone());
        headers.insert("amz-sdk-invocation-id", progress.id.clone());
        // An attempt with renewed credentials comes on top of those that the policy allows.
        let max = target.limits.retries.max_attempts.max(progress.sent);
        let number = format!("attempt={}; max={max}", progress.sent);
        if let Ok(number) = HeaderValue::try_from(number) {
            headers.insert("amz-sdk-request", number);
        }
        if let Some(credentials) = credentials {
            let scope = target.endpoint.scope(time);
            signing::sign(&mut request, credentials, scope).map_err(NoAnswer::Signing)?;
        }
        // Whoever drops its last clone zeroizes the body: there are passwords and tokens in some.
        Ok((request.map(Bytes::from_owner), presigned))
    }

    /// The time by which the URL for a copy's source region is signed: by that region's clock, else by that of the region
    /// which is called. Both endpoints are AWS's, or else they are one and the same.
    pub(crate) fn time_in_source(&self, cross_region: &CrossRegion, endpoint: &Endpoint) -> Timestamp {
        self.time.authenticated(&[&cross_region.endpoint.uri, &endpoint.uri])
    }

    /// What comes after an attempt: a pause and another one, or `None` when the answer stands.
    fn next(
        &self,
        outcome: Outcome,
        target: &Target<'_>,
        progress: &mut Progress,
    ) -> Result<Option<Duration>, NoAnswer> {
        progress.span.record("attempts", progress.sent);
        let (failure, what) = match &outcome {
            Outcome::Answered(answered) if answered.verdict.is_success => {
                progress.retries.succeeded(&mut lock(&self.bucket));
                return Ok(None);
            }
            Outcome::Answered(answered) if self.renews_credentials(answered, target, progress) => {
                tracing::debug!("the credentials were refused: trying with others");
                progress.last = Some(answered.verdict.what.clone());
                return Ok(Some(Duration::ZERO));
            }
            Outcome::Answered(answered) => (self.failure(answered, target), answered.verdict.what.clone()),
            Outcome::Broken(error) => (error.failure(), Chain(error).to_string()),
        };
        let pause = progress.retries.after(&failure, &mut lock(&self.bucket), self.random.fraction());
        match pause {
            Some(pause) => {
                // Not what the service says: of a signature that does not match it quotes all that was signed.
                let (code, reason) = match &outcome {
                    Outcome::Answered(answered) => (answered.verdict.code.as_deref(), None),
                    Outcome::Broken(error) => (None, Some(field::debug(error.kind()))),
                };
                tracing::debug!(code, reason, kind = ?failure.kind, ?pause, "the attempt failed: trying again");
                progress.last = Some(what);
                Ok(Some(pause))
            }
            None => match outcome {
                Outcome::Answered(_) => Ok(None),
                Outcome::Broken(error) => Err(NoAnswer::Http(error)),
            },
        }
    }

    /// Forgets credentials that the service refused, once a call: they may have been replaced since they were asked for.
    fn renews_credentials(&self, answered: &Answered, target: &Target<'_>, progress: &mut Progress) -> bool {
        let code = answered.verdict.code.as_deref();
        let is_stale = code.is_some_and(|code| STALE_CREDENTIALS.contains(&code));
        let (Some(used), Some(cache), true) = (&answered.credentials, target.credentials, is_stale) else {
            return false;
        };
        cache.forget(used);
        // What never expires is the same again.
        used.expires_at().is_some() && !std::mem::replace(&mut progress.renewed_credentials, true)
    }

    /// What an error of the service means for trying again. Corrects the clock, if that is what it asks for.
    fn failure(&self, answered: &Answered, target: &Target<'_>) -> FailedAttempt {
        let Answered { verdict, is_read_only, retry_after, .. } = answered;
        if let Some(ahead) = verdict.clock_skew {
            let skew = answered.skew.saturating_add(ahead);
            // Dated as before, the request would be refused as before.
            let is_believed = self.time.correct(&target.endpoint.uri, skew);
            return FailedAttempt::from(is_believed.then_some(RetryKind::ClockSkew));
        }
        let kind = match verdict.is_malformed && *is_read_only {
            // To ask once more does no harm, and may give a whole answer (ERR-9).
            true => Some(RetryKind::Transient),
            false => verdict.retry_kind,
        };
        FailedAttempt::from(kind).retry_after(*retry_after)
    }
}

/// The secrets of a request, which the endpoint may echo.
fn secrets(
    outgoing: &Outgoing,
    authorization: Option<&HeaderValue>,
    credentials: Option<&Credentials>,
    presigned: Option<&PresignedUrl>,
) -> Secrets {
    let mut secrets = Secrets::of_request(&outgoing.request);
    if let Some(authorization) = authorization.and_then(|value| value.to_str().ok()) {
        secrets.add_signed(authorization);
    }
    if let Some(credentials) = credentials {
        secrets.add(credentials.secret_access_key());
        secrets.add(credentials.session_token().unwrap_or_default());
    }
    if let Some(url) = presigned {
        secrets.add_signed(url.as_str());
    }
    secrets
}

/// True for a UUID, as the ids of AWS are: it repeats nothing of a request.
fn is_uuid(id: &str) -> bool {
    id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request before it is signed, and what of its operation matters for sending it.
pub(crate) struct Outgoing {
    request: http::Request<Zeroizing<String>>,
    service_id: &'static str,
    operation: &'static str,
    is_signed: bool,
    is_read_only: bool,
}

/// How far a call has come.
struct Progress {
    retries: Retries,
    /// How many attempts there were.
    sent: u32,
    /// The call's own id, the same for all its attempts.
    id: HeaderValue,
    renewed_credentials: bool,
    /// What the last attempt ended with.
    last: Option<String>,
    awaited: Awaited,
    /// The span of the call.
    span: Span,
}

impl Progress {
    fn new(policy: &RetryPolicy, id: String, span: Span) -> Self {
        Self {
            retries: Retries::new(policy.clone()),
            sent: 0,
            id: HeaderValue::try_from(id).unwrap_or(HeaderValue::from_static("")),
            renewed_credentials: false,
            last: None,
            awaited: Awaited::Answer,
            span,
        }
    }
}

enum Outcome {
    Answered(Box<Answered>),
    Broken(HttpError),
}

/// An attempt that had an answer.
struct Answered {
    verdict: Verdict,
    credentials: Option<Credentials>,
    retry_after: Option<Duration>,
    is_read_only: bool,
    /// What the request's time was corrected by.
    skew: SignedDuration,
}

/// An operation and its answer, without telling of which types.
pub(crate) trait Exchange: Send {
    /// The request to be sent, made once; with an id for it, if it wants one.
    fn request(&mut self, target: &Target<'_>, id: &mut dyn FnMut() -> String) -> Result<Outgoing, NoAnswer>;

    /// Reads and keeps the answer, without secrets in what it says of errors, and says what it means.
    fn read(
        &mut self,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
        secrets: &dyn Fn() -> Secrets,
    ) -> Verdict;
}

/// What an answer means for the call.
#[derive(Default)]
pub(crate) struct Verdict {
    is_success: bool,
    is_malformed: bool,
    retry_kind: Option<RetryKind>,
    clock_skew: Option<SignedDuration>,
    code: Option<String>,
    request_id: Option<String>,
    /// The error in words.
    what: String,
}

impl Verdict {
    fn of_success(request_id: Option<&str>) -> Self {
        Self { is_success: true, request_id: request_id.map(str::to_owned), ..Self::default() }
    }

    fn of_error(request_id: Option<&str>, error: &dyn Display) -> Self {
        Self { request_id: request_id.map(str::to_owned), what: error.to_string(), ..Self::default() }
    }
}

type ParsedAnswer<O> = Result<Response<<O as Operation>::Output>, awsquery::Error<<O as Operation>::Error>>;

/// An operation until it is sent, and its answer, once there is one.
pub(crate) struct Exchanged<O: Operation> {
    operation: O,
    answer: Option<ParsedAnswer<O>>,
}

impl<O: Operation> Exchanged<O> {
    pub(crate) fn of(operation: O) -> Self {
        Self { operation, answer: None }
    }

    pub(crate) fn finish(self) -> Result<Response<O::Output>, Error<O::Error>> {
        match self.answer {
            Some(answer) => Ok(answer?),
            // An exchange is done only once there is an answer.
            None => Err(Error::Http(HttpError::new(HttpErrorKind::Interrupted))),
        }
    }
}

impl<O: Operation> Exchange for Exchanged<O> {
    fn request(&mut self, target: &Target<'_>, id: &mut dyn FnMut() -> String) -> Result<Outgoing, NoAnswer> {
        let mut operation = std::mem::take(&mut self.operation);
        operation.ensure_idempotency_token(id);
        if target.limits.validate {
            operation.validate().map_err(NoAnswer::Invalid)?;
        }
        let request = match target.endpoint.is_custom {
            true => operation.to_request_unprefixed(&target.endpoint.uri),
            false => operation.to_request(&target.endpoint.uri),
        };
        Ok(Outgoing {
            request: request.map_err(NoAnswer::Unwritable)?.map(Zeroizing::new),
            service_id: O::Service::SDK_ID,
            operation: O::NAME,
            is_signed: O::SIGNED,
            is_read_only: O::READ_ONLY,
        })
    }

    fn read(
        &mut self,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
        secrets: &dyn Fn() -> Secrets,
    ) -> Verdict {
        let mut answer = O::parse_response(status, headers, body);
        match &mut answer {
            Ok(response) => {
                if let Some(id) = response.request_id.as_mut().filter(|id| !is_uuid(id)) {
                    *id = secrets().redact(id).into_owned();
                }
            }
            Err(error) => error.redact(&secrets()),
        }
        match &*self.answer.insert(answer) {
            Ok(response) => Verdict::of_success(response.request_id.as_deref()),
            Err(awsquery::Error::Service(error)) => Verdict {
                retry_kind: error.retry_kind(),
                clock_skew: error.clock_skew(now),
                code: error.code().map(str::to_owned),
                ..Verdict::of_error(error.request_id(), error)
            },
            Err(error) => Verdict { is_malformed: true, ..Verdict::of_error(error.request_id(), error) },
        }
    }
}

/// What a service asks for, in milliseconds. Anything else is ignored (PROTOCOL 7.2).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get("x-amz-retry-after")?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_millis)
}
