//! The attempts of one call, whatever operation of whatever service it is.

use std::time::Duration;

use awsquery::error::OperationErrorKind;
use awsquery::retry::{FailedAttempt, Retries, RetryKind};
use awsquery::{Operation, Response, Secrets, Service, SignedDuration, Timestamp};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, USER_AGENT};
use http::{HeaderMap, HeaderValue, StatusCode};
use percent_encoding::percent_decode_str;
use tracing::{Instrument, Span, field};
use zeroize::Zeroizing;

use crate::call::engine::{Engine, Target};
use crate::call::error::{Awaited, DeadlineExceeded, DisplayErrorChain, NoResponse};
use crate::call::presigned_url::PresignedUrl;
use crate::clock;
use crate::credentials::Credentials;
use crate::future::{BoxFuture, within};
use crate::http::{HttpError, HttpErrorKind, HttpOptions, ProxySecret};
use crate::signing;

/// Codes with which services refuse credentials that have been of use before (PROTOCOL 4.6).
const STALE_CREDENTIALS: [&str; 3] = ["ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId"];

/// A request before it is signed, and what of its operation matters for sending it.
pub(crate) struct Prepared {
    request: http::Request<Zeroizing<String>>,
    sdk_id: &'static str,
    operation: &'static str,
    is_signed: bool,
    is_read_only: bool,
}

impl Prepared {
    pub(crate) fn of<O: Operation>(request: http::Request<String>) -> Self {
        Self {
            request: request.map(Zeroizing::new),
            sdk_id: O::Service::SDK_ID,
            operation: O::NAME,
            is_signed: O::SIGNED,
            is_read_only: O::READ_ONLY,
        }
    }
}

/// A call that is under way.
pub(crate) struct Exchange<'a> {
    attempts: Attempts<'a>,
    /// Comes when the time for the whole call is over.
    deadline: Option<(Duration, BoxFuture<'static, ()>)>,
}

impl<'a> Exchange<'a> {
    pub(crate) fn new(engine: &'a Engine, prepared: Prepared, target: &'a Target<'a>) -> Self {
        let span = tracing::info_span!(
            "call",
            service = prepared.sdk_id,
            operation = prepared.operation,
            region = target.region.as_str(),
            attempts = field::Empty,
            status = field::Empty,
            request_id = field::Empty,
        );
        let deadline = target.limits.timeout.map(|limit| (limit, engine.clock.sleep(limit)));
        Self { attempts: Attempts::new(engine, prepared, target, span), deadline }
    }

    /// Sends the request until there is a response.
    pub(crate) async fn send(&mut self) -> Result<Received, NoResponse> {
        let span = self.attempts.span.clone();
        let received = in_time(&mut self.deadline, self.attempts.until_received()).instrument(span).await;
        received.unwrap_or_else(|limit| Err(self.exceeded(limit)))
    }

    /// Takes in what a response means. Sends the request again if that is worth it, until there is another response.
    pub(crate) async fn again(
        &mut self,
        received: Received,
        verdict: Verdict,
    ) -> Result<Option<Received>, NoResponse> {
        let span = self.attempts.span.clone();
        let again = self.attempts.again(received, verdict);
        let received = in_time(&mut self.deadline, again).instrument(span).await;
        received.unwrap_or_else(|limit| Err(self.exceeded(limit)))
    }

    fn exceeded(&mut self, limit: Duration) -> NoResponse {
        let Attempts { sent, last, awaited, .. } = &mut self.attempts;
        let (attempt, last, awaited) = ((*sent).max(1), last.take(), *awaited);
        NoResponse::DeadlineExceeded(DeadlineExceeded { limit, attempt, last, awaited })
    }

    /// The response of an attempt, as its operation has it: without secrets of the request, which the endpoint may echo.
    pub(crate) fn read<O: Operation>(&self, received: &Received) -> ReadResponse<O> {
        let mut read = O::parse_response(received.status, &received.headers, &received.body);
        // They are looked for where there is something to be left out, which is seldom.
        let secrets = || received.secrets(&self.attempts.prepared.request);
        match &mut read {
            Ok(response) => {
                if let Some(id) = response.request_id.as_mut().filter(|id| !is_uuid(id)) {
                    *id = secrets().redact(id).into_owned();
                }
            }
            Err(error) => error.redact(&secrets()),
        }
        read
    }
}

/// Awaits `work`. Returns the timeout if that is over before.
async fn in_time<T>(
    deadline: &mut Option<(Duration, BoxFuture<'static, ()>)>,
    work: impl Future<Output = T>,
) -> Result<T, Duration> {
    match deadline {
        Some((limit, over)) => within(work, over).await.ok_or(*limit),
        None => Ok(work.await),
    }
}

/// The attempts of a call, and how far it has come.
struct Attempts<'a> {
    engine: &'a Engine,
    prepared: Prepared,
    target: &'a Target<'a>,
    retries: Retries,
    /// The number of attempts.
    sent: u32,
    /// The call's own id, the same for all its attempts.
    id: HeaderValue,
    renewed_credentials: bool,
    /// The error of the last attempt.
    last: Option<String>,
    awaited: Awaited,
    /// The span of the call.
    span: Span,
}

impl<'a> Attempts<'a> {
    fn new(engine: &'a Engine, prepared: Prepared, target: &'a Target<'a>, span: Span) -> Self {
        let id = HeaderValue::try_from(clock::uuid(&*engine.random));
        Self {
            engine,
            prepared,
            target,
            retries: Retries::new(target.limits.retries.clone()),
            sent: 0,
            id: id.unwrap_or(HeaderValue::from_static("")),
            renewed_credentials: false,
            last: None,
            awaited: Awaited::Response,
            span,
        }
    }

    async fn until_received(&mut self) -> Result<Received, NoResponse> {
        loop {
            self.sent += 1;
            let span = tracing::debug_span!(
                "attempt",
                number = self.sent,
                status = field::Empty,
                request_id = field::Empty
            );
            match self.attempt(span.clone()).instrument(span).await? {
                Ok(received) => return Ok(received),
                Err(error) => {
                    let pause = self.after_broken(error)?;
                    self.pause(pause).await;
                }
            }
        }
    }

    async fn again(&mut self, received: Received, verdict: Verdict) -> Result<Option<Received>, NoResponse> {
        let pause = self.after_response(&received, verdict);
        // Its body is of no use any more, and its span ends here.
        drop(received);
        let Some(pause) = pause else { return Ok(None) };
        self.pause(pause).await;
        self.until_received().await.map(Some)
    }

    async fn pause(&self, pause: Duration) {
        if !pause.is_zero() {
            self.engine.clock.sleep(pause).await;
        }
    }

    /// One attempt: from credentials to a response, or to a connection that broke.
    async fn attempt(&mut self, span: Span) -> Result<Result<Received, HttpError>, NoResponse> {
        let Self { engine, target, .. } = *self;
        let credentials = match target.credentials.filter(|_| self.prepared.is_signed) {
            Some(cache) => {
                self.awaited = Awaited::Credentials;
                Some(cache.get().await.map_err(NoResponse::Credentials)?)
            }
            None => None,
        };
        self.awaited = Awaited::Response;
        // Of all that happens meanwhile, another call may correct the clock: this one is judged by its own.
        let skew = engine.time.skew(&target.endpoint.uri);
        let (request, presigned) = self.signed(credentials.as_ref(), engine.time.now_with(skew))?;
        let authorization = request.headers().get(AUTHORIZATION).cloned();
        let sending = engine.http.send(request, HttpOptions::new(target.limits.response_limit));
        let sent = within(sending, engine.clock.sleep(target.limits.attempt_timeout)).await;
        let sent = sent.unwrap_or_else(|| Err(HttpError::new(HttpErrorKind::Timeout)));
        Ok(sent.map(|response| {
            let (parts, body) = response.into_parts();
            let (status, headers) = (parts.status, parts.headers);
            let proxy = parts.extensions.get::<ProxySecret>().map(|ProxySecret(value)| value.clone());
            let now = engine.time.now_with(skew);
            Received { status, headers, body, now, skew, credentials, authorization, proxy, presigned, span }
        }))
    }

    /// The request of one attempt: with the headers that say which one it is, and signed for now. And the URL of a source region
    /// in it.
    fn signed(
        &self,
        credentials: Option<&Credentials>,
        time: Timestamp,
    ) -> Result<(http::Request<Bytes>, Option<PresignedUrl>), NoResponse> {
        let Self { engine, target, .. } = self;
        let mut request = self.prepared.request.clone();
        let mut presigned = None;
        if let (Some(source), Some(credentials)) = (&target.source, credentials) {
            let url_time = engine.time_in_source(source, &target.endpoint);
            let url = source.presigned_url(request.body(), credentials, url_time);
            let url = presigned.insert(url.map_err(NoResponse::Signing)?);
            *request.body_mut() = url.appended_to(request.body());
        }
        let length = request.body().len();
        let headers = request.headers_mut();
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        headers.insert(USER_AGENT, engine.user_agent.clone());
        headers.insert("amz-sdk-invocation-id", self.id.clone());
        // An attempt with renewed credentials comes on top of those that the policy allows.
        let max = target.limits.retries.max_attempts.max(self.sent);
        let number = format!("attempt={}; max={max}", self.sent);
        if let Ok(number) = HeaderValue::try_from(number) {
            headers.insert("amz-sdk-request", number);
        }
        if let Some(credentials) = credentials {
            let scope = target.endpoint.scope(time);
            signing::sign(&mut request, credentials, scope).map_err(NoResponse::Signing)?;
        }
        // Whoever drops its last clone zeroizes the body: there are passwords and tokens in some.
        Ok((request.map(Bytes::from_owner), presigned))
    }

    /// The pause before another attempt, after one without a response.
    fn after_broken(&mut self, error: HttpError) -> Result<Duration, NoResponse> {
        self.span.record("attempts", self.sent);
        match self.retry(&error.failure()) {
            Some(pause) => {
                let (reason, kind) = (error.kind(), error.failure().kind);
                tracing::debug!(?reason, ?kind, ?pause, "the attempt failed: trying again");
                self.last = Some(DisplayErrorChain(&error).to_string());
                Ok(pause)
            }
            None => Err(NoResponse::Http(error)),
        }
    }

    /// The pause before another attempt, or `None` when the response stands.
    fn after_response(&mut self, received: &Received, verdict: Verdict) -> Option<Duration> {
        self.span.record("attempts", self.sent);
        for span in [&received.span, &self.span] {
            span.record("status", received.status.as_u16())
                .record("request_id", verdict.request_id.as_deref());
        }
        let Some(failure) = verdict.failure else {
            self.retries.succeeded(&mut self.engine.bucket());
            return None;
        };
        if self.renews_credentials(received, &failure) {
            tracing::debug!("the credentials were refused: trying with others");
            self.last = Some(failure.what);
            return Some(Duration::ZERO);
        }
        let attempt = self.failed(received, &failure);
        let pause = self.retry(&attempt)?;
        // Not what the service says: of a signature that does not match it quotes all that was signed.
        let (code, kind) = (failure.code.as_deref(), attempt.kind);
        tracing::debug!(code, ?kind, ?pause, "the attempt failed: trying again");
        self.last = Some(failure.what);
        Some(pause)
    }

    fn retry(&mut self, failure: &FailedAttempt) -> Option<Duration> {
        self.retries.after(failure, &mut self.engine.bucket(), self.engine.random.fraction())
    }

    /// Forgets credentials that the service refused, once a call: they may have been replaced since they were asked for.
    fn renews_credentials(&mut self, received: &Received, failure: &Failure) -> bool {
        let is_stale = failure.code.as_deref().is_some_and(|code| STALE_CREDENTIALS.contains(&code));
        let (Some(used), Some(cache), true) = (&received.credentials, self.target.credentials, is_stale)
        else {
            return false;
        };
        cache.forget(used);
        // What never expires is the same again.
        used.expires_at().is_some() && !std::mem::replace(&mut self.renewed_credentials, true)
    }

    /// Returns the meaning of an error for a retry. Corrects the clock, if the error asks for that.
    fn failed(&self, received: &Received, failure: &Failure) -> FailedAttempt {
        if let Some(ahead) = failure.clock_skew {
            let skew = received.skew.saturating_add(ahead);
            // Dated as before, the request would be refused as before.
            let is_believed = self.engine.time.correct(&self.target.endpoint.uri, skew);
            return FailedAttempt::from(is_believed.then_some(RetryKind::ClockSkew));
        }
        let kind = match failure.is_malformed && self.prepared.is_read_only {
            // To ask once more does no harm, and may give a whole response (ERR-9).
            true => Some(RetryKind::Transient),
            false => failure.retry_kind,
        };
        FailedAttempt::from(kind).retry_after(retry_after(&received.headers))
    }
}

/// A response as it came, and what its request was made with.
pub(crate) struct Received {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    /// When it came, by the clock that the request was dated by.
    pub(crate) now: Timestamp,
    /// The correction of the request's time.
    skew: SignedDuration,
    credentials: Option<Credentials>,
    authorization: Option<HeaderValue>,
    /// The value of `Proxy-Authorization`.
    proxy: Option<HeaderValue>,
    presigned: Option<PresignedUrl>,
    /// The span of the attempt.
    span: Span,
}

impl Received {
    fn secrets(&self, request: &http::Request<Zeroizing<String>>) -> Secrets {
        let mut secrets = Secrets::of_request(request);
        if let Some(authorization) = self.authorization.as_ref().and_then(|value| value.to_str().ok()) {
            secrets.add_signed(authorization);
        }
        if let Some(authorization) = self.proxy.as_ref().and_then(|value| value.to_str().ok()) {
            secrets.add(authorization);
            secrets.add(authorization.split_once(' ').map_or("", |(_, token)| token));
        }
        // The caller's own, which is no member that the model marks.
        for value in request.body().split('&').filter_map(|pair| pair.strip_prefix("PreSignedUrl=")) {
            secrets.add_signed(&percent_decode_str(value).decode_utf8_lossy());
        }
        if let Some(credentials) = &self.credentials {
            secrets.add(credentials.secret_access_key());
            secrets.add(credentials.session_token().unwrap_or_default());
        }
        if let Some(url) = &self.presigned {
            secrets.add_signed(url.as_str());
        }
        secrets
    }
}

/// The parsed response of the operation `O`.
pub(crate) type ReadResponse<O> =
    Result<Response<<O as Operation>::Output>, awsquery::Error<<O as Operation>::Error>>;

/// The meaning of a response for the call.
pub(crate) struct Verdict {
    request_id: Option<String>,
    /// `None` for a success.
    failure: Option<Failure>,
}

#[derive(Default)]
struct Failure {
    /// The error in words.
    what: String,
    code: Option<String>,
    retry_kind: Option<RetryKind>,
    /// The lead of the service's clock, if that is why it refused the call.
    clock_skew: Option<SignedDuration>,
    is_malformed: bool,
}

impl Verdict {
    /// Judges a response that arrived at this time.
    pub(crate) fn of<T, E: OperationErrorKind>(
        read: &Result<Response<T>, awsquery::Error<E>>,
        now: Timestamp,
    ) -> Self {
        let (request_id, failure) = match read {
            Ok(response) => (response.request_id.as_deref(), None),
            Err(error) => {
                let what = error.to_string();
                let failure = match error {
                    awsquery::Error::Service(error) => Failure {
                        what,
                        code: error.code().map(str::to_owned),
                        retry_kind: error.retry_kind(),
                        clock_skew: error.clock_skew(now),
                        is_malformed: false,
                    },
                    _ => Failure { what, is_malformed: true, ..Failure::default() },
                };
                (error.request_id(), Some(failure))
            }
        };
        Self { request_id: request_id.map(str::to_owned), failure }
    }
}

/// True for a UUID, as the ids of AWS are: it repeats nothing of a request.
fn is_uuid(id: &str) -> bool {
    id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Returns the pause that the service asks for, in milliseconds. Anything else is ignored.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get("x-amz-retry-after")?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_millis)
}
