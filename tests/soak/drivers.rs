//! The drivers: each makes calls in its own way until the time is over, against servers of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rds_client::awsquery::Response;
use rds_client::awsquery::error::OperationErrorKind;
use rds_client::awsquery::waiter::WaitErrorKind;
use rds_client::credentials::Credentials;
use rds_client::http::{HttpErrorKind, HyperClient};
use rds_client::{Builder, Client, DisplayErrorChain, Error, RetryPolicy};
use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksOutput, StartExportTask};
use rds_protocol::waiters::ExportTaskComplete;
use tokio::runtime::{self, Runtime};

use crate::client::{Asked, FastClock, Provider, Shared, Watched};
use crate::faults::{ATTEMPT, Again, End, Fault, Group, RESPONSE_LIMIT, menu};
use crate::ledger::{Called, Ledger, Rule};
use crate::noise::Noise;
use crate::report::Report;
use crate::server::{CERTIFICATES, Server, chance};

/// The drivers, which run at the same time.
pub(crate) const DRIVERS: &[fn(&Arc<Bench>)] = &[
    |bench| many_tasks(bench, "many tasks, plain", Route::Plain),
    |bench| many_tasks(bench, "many tasks, TLS", Route::Tls),
    |bench| many_tasks(bench, "many tasks, proxy", Route::Proxy),
    |bench| block_on_per_call(bench, "a block_on a call, plain", Route::Plain),
    |bench| block_on_per_call(bench, "a block_on a call, TLS", Route::Tls),
    |bench| block_on_per_call(bench, "a block_on a call, proxy", Route::Proxy),
    |bench| after_another_runtime(bench, "after a runtime that idles", Before::Idles),
    |bench| after_another_runtime(bench, "after a runtime that ended", Before::Ended),
    several_runtimes,
    failing_provider,
    |bench| abandoned_refresh(bench, "a refresh left in a runtime that idles", Before::Idles),
    |bench| abandoned_refresh(bench, "a refresh left in a runtime that ended", Before::Ended),
    waits,
    |bench| idle_connections(bench, "idle after a runtime that idles", Before::Idles),
    |bench| idle_connections(bench, "idle after a runtime that ended", Before::Ended),
];

/// The time limit of a call, in real time.
const CALL: Duration = Duration::from_millis(1200);
/// The time after which a call that goes on beyond its limit is ended.
const GIVE_UP: Duration = Duration::from_secs(4);
/// The time within which the client's tasks and connections end after it was dropped.
const SOON: Duration = Duration::from_secs(2);

/// The state that all drivers share.
pub(crate) struct Bench {
    seed: u64,
    until: Instant,
    most_calls: u64,
    calls: AtomicU64,
    skipped: AtomicU64,
    noise: Noise,
    pub(crate) report: Report,
}

impl Bench {
    pub(crate) fn new(seed: u64, until: Instant, most_calls: u64) -> Self {
        let (calls, skipped) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { seed, until, most_calls, calls, skipped, noise: Noise::start(), report: Report::default() }
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.until || self.calls.load(Ordering::Relaxed) >= self.most_calls
    }

    /// The number of left-over bytes and closings that the servers left out since a request was on the wire.
    pub(crate) fn skipped(&self) -> u64 {
        self.skipped.load(Ordering::Relaxed)
    }
}

/// The way to a server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Route {
    Plain,
    Tls,
    Proxy,
}

/// The state of the runtime that was there before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// It exists, and nothing drives it.
    Idles,
    Ended,
}

/// A server, and clients for it.
struct Site {
    bench: Arc<Bench>,
    driver: &'static str,
    ledger: Arc<Ledger>,
    server: Server,
    route: Route,
    max_attempts: u32,
    /// Whether calls are made one after the other: then the server's last closing tells whether a lost connection was closed
    /// before the call or meanwhile.
    is_sequential: bool,
}

impl Site {
    fn new(bench: &Arc<Bench>, driver: &'static str, route: Route, wanted: impl Fn(&Fault) -> bool) -> Self {
        let ledger = Arc::new(Ledger::default());
        let server = Server::start(bench.seed, menu(wanted), &ledger, route == Route::Tls);
        Self { bench: Arc::clone(bench), driver, ledger, server, route, max_attempts: 1, is_sequential: true }
    }

    /// A client with the limits of the soak, by a clock that may be a fast one.
    fn builder(&self, clock: &FastClock) -> Builder {
        let http = HyperClient::new(CALL);
        let (http, url) = match self.route {
            Route::Plain => (http, format!("http://{}", self.server.address)),
            Route::Tls => {
                let http = http.with_ca_bundle(format!("{CERTIFICATES}/ca.pem")).expect("certificates");
                (http, format!("https://localhost:{}", self.server.address.port()))
            }
            Route::Proxy => {
                let proxy = format!("http://{}", self.server.address);
                (http.with_proxy(&proxy).expect("a proxy"), "http://rds.example.com".to_owned())
            }
        };
        Client::builder()
            .region("eu-west-1")
            .endpoint_url(url)
            .credentials(Credentials::new("test", "test"))
            .http_client(Arc::new(Watched { http, ledger: Arc::clone(&self.ledger) }))
            .clock(clock.clone())
            .retry_policy(quick(clock.rate).max_attempts(self.max_attempts))
            .attempt_timeout(ATTEMPT * clock.rate)
            .credentials_timeout(ATTEMPT * clock.rate)
            .response_limit(RESPONSE_LIMIT)
            .validation(false)
    }

    fn client(&self) -> Client {
        self.builder(&FastClock::new(1)).timeout(CALL).build().expect("a client")
    }

    /// Makes a call and judges it.
    async fn call(&self, client: &Client) {
        self.call_with(client, CALL, None).await;
    }

    /// Makes a call with credentials of this provider, which may fail.
    async fn call_with(&self, client: &Client, limit: Duration, provider: Option<&Provider>) {
        let number = self.bench.calls.fetch_add(1, Ordering::Relaxed);
        let identifier = format!("call-{number}");
        let previous = if self.is_sequential { self.server.last() } else { None };
        let begun = Instant::now();
        let got = tokio::time::timeout(limit + GIVE_UP, send(client, &identifier, number)).await;
        let Got { end, serial, shown, text } = got.unwrap_or_else(|_| Got::never());
        let took = begun.elapsed();
        let mut judgement = self.ledger.judge(
            &Called {
                identifier,
                end: Some(end),
                serial,
                shown,
                begun,
                took,
                limit,
                max_attempts: self.max_attempts,
                previous,
                lacks_credentials: provider.is_some_and(|provider| {
                    let is_over = took >= ATTEMPT; // the time that a look-up may take, too
                    is_over || provider.has(Asked::Failed, begun) || provider.has(Asked::Panicked, begun)
                }),
            },
            &self.bench.noise,
        );
        if text.contains("panic") && provider.is_none_or(|provider| !provider.has(Asked::Panicked, begun)) {
            judgement.broken.push((Rule::Unexplained, "the panic of another look-up"));
        }
        let example = || format!("call-{number} ended with {end:?} after {} ms: {text}", took.as_millis());
        self.bench.report.add(self.driver, &judgement, example);
    }

    /// Checks that the client leaves nothing behind, on a runtime that is driven for a while longer.
    fn finish(&self, client: Client, runtime: Runtime) {
        drop(client);
        let tasks = soon(|| {
            drive(&runtime, 10);
            runtime.metrics().num_alive_tasks()
        });
        let report = &self.bench.report;
        report.check(self.driver, tasks == 0, "tasks are left", format!("{tasks} tasks"));
        drop(runtime);
        let open = soon(|| self.server.open());
        report.check(self.driver, open == 0, "connections are left", format!("{open} connections"));
        self.bench.skipped.fetch_add(self.server.skipped(), Ordering::Relaxed);
    }
}

/// Looks again until nothing is left; returns how much there is in the end.
fn soon(look: impl Fn() -> usize) -> usize {
    let begun = Instant::now();
    while look() > 0 && begun.elapsed() < SOON {
        thread::sleep(Duration::from_millis(10));
    }
    look()
}

/// Pauses of 10 and 20 ms, and no retry quota, which so many faults would use up.
fn quick(rate: u32) -> RetryPolicy {
    let mut policy = RetryPolicy::STANDARD;
    policy.transient_base = Duration::from_millis(10) * rate;
    policy.throttling_base = Duration::from_millis(10) * rate;
    (policy.transient_cost, policy.throttling_cost, policy.timeout_cost) = (0, 0, 0);
    policy
}

/// The end of a call, without its types.
struct Got {
    end: End,
    serial: Option<u64>,
    shown: Option<String>,
    text: String,
}

impl Got {
    fn of<T, E>(result: Result<Response<T>, Error<E>>, shown: impl Fn(&T) -> Option<String>) -> Self
    where
        E: OperationErrorKind + 'static,
    {
        match result {
            Ok(response) => Self {
                end: End::Output,
                serial: response.request_id.and_then(|id| id.parse().ok()),
                shown: shown(&response.output),
                text: String::new(),
            },
            Err(error) => Self {
                end: end(&error),
                serial: error.request_id().and_then(|id| id.parse().ok()),
                shown: None,
                text: DisplayErrorChain(&error).to_string().chars().take(300).collect(),
            },
        }
    }

    fn never() -> Self {
        Self { end: End::Other, serial: None, shown: None, text: "it did not end".to_owned() }
    }
}

fn end<E: OperationErrorKind>(error: &Error<E>) -> End {
    match error {
        Error::Service(_) => End::Refused,
        Error::Malformed(_) => End::Malformed,
        Error::Credentials(_) => End::Credentials,
        Error::DeadlineExceeded(_) => End::Deadline,
        Error::Http(error) => match error.kind() {
            HttpErrorKind::Connect | HttpErrorKind::Interrupted => End::Lost,
            HttpErrorKind::Timeout | HttpErrorKind::ConnectTimeout => End::TimedOut,
            _ => End::Unacceptable,
        },
        _ => End::Other,
    }
}

fn identifier(output: &DescribeExportTasksOutput) -> Option<String> {
    output.export_tasks.as_ref()?.first()?.export_task_identifier.clone()
}

async fn send(client: &Client, of: &str, number: u64) -> Got {
    match number.is_multiple_of(2) {
        true => {
            let call = client.call(DescribeExportTasks::default().export_task_identifier(of));
            Got::of(call.send().await, identifier)
        }
        false => {
            let call = client.call(StartExportTask::default().export_task_identifier(of));
            Got::of(call.send().await, |task| task.export_task_identifier.clone())
        }
    }
}

fn current_thread() -> Runtime {
    runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Drives a runtime for so many milliseconds.
fn drive(runtime: &Runtime, millis: u64) {
    runtime.block_on(async { tokio::time::sleep(Duration::from_millis(millis)).await });
}

fn multi_thread() -> Runtime {
    runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// The calls of one task after the other.
async fn calls(site: Arc<Site>, client: Client, task: u64, provider: Option<Arc<Provider>>) {
    let mut random = task;
    while !site.bench.is_over() {
        site.call_with(&client, CALL, provider.as_deref()).await;
        random = chance(site.bench.seed, random);
        tokio::time::sleep(Duration::from_millis(random % 30)).await;
    }
}

/// Runs the calls of so many tasks at a time; a task that panics is a broken rule.
fn run_tasks(
    site: &Arc<Site>,
    client: &Client,
    runtime: &Runtime,
    tasks: u64,
    provider: Option<&Arc<Provider>>,
) {
    let start = |task| runtime.spawn(calls(Arc::clone(site), client.clone(), task, provider.cloned()));
    let tasks: Vec<_> = (0..tasks).map(start).collect();
    for task in tasks {
        let ended = runtime.block_on(task);
        site.bench.report.check(site.driver, ended.is_ok(), "a task panicked", format!("{ended:?}"));
    }
}

/// Many calls at a time on one runtime, with every fault.
fn many_tasks(bench: &Arc<Bench>, driver: &'static str, route: Route) {
    let site = Site::new(bench, driver, route, |_| true);
    let site = Arc::new(Site { max_attempts: 3, is_sequential: false, ..site });
    let (client, runtime) = (site.client(), multi_thread());
    run_tasks(&site, &client, &runtime, 12, None);
    site.finish(client, runtime);
}

/// One `block_on` a call, and a pause between: nothing reads from the connection meanwhile.
fn block_on_per_call(bench: &Arc<Bench>, driver: &'static str, route: Route) {
    let is_wanted = |fault: &Fault| matches!(fault.group, Group::Whole | Group::Left | Group::Closed);
    let site = Site::new(bench, driver, route, is_wanted);
    let (client, runtime) = (site.client(), current_thread());
    while !bench.is_over() {
        runtime.block_on(site.call(&client));
        thread::sleep(Duration::from_millis(25));
    }
    site.finish(client, runtime);
}

/// Calls on a runtime after one on another runtime, with the same client.
fn after_another_runtime(bench: &Arc<Bench>, driver: &'static str, before: Before) {
    let is_wanted = |fault: &Fault| matches!(fault.group, Group::Whole | Group::Closed);
    let site = Site::new(bench, driver, Route::Plain, is_wanted);
    let (client, runtime) = (site.client(), current_thread());
    while !bench.is_over() {
        let first = current_thread();
        first.block_on(site.call(&client));
        let kept = (before == Before::Idles).then_some(first);
        thread::sleep(Duration::from_millis(10));
        runtime.block_on(async {
            site.call(&client).await;
            site.call(&client).await;
        });
        drop(kept);
    }
    site.finish(client, runtime);
}

/// Several runtimes at a time that share a client, each of which idles between its calls and ends after some.
fn several_runtimes(bench: &Arc<Bench>) {
    let is_wanted = |fault: &Fault| matches!(fault.group, Group::Whole | Group::Left | Group::Closed);
    let site = Site::new(bench, "several runtimes that share a client", Route::Plain, is_wanted);
    let site = Site { max_attempts: 2, is_sequential: false, ..site };
    let client = site.client();
    thread::scope(|scope| {
        for thread in 0..4_u64 {
            let (site, client) = (&site, &client);
            scope.spawn(move || {
                let (mut runtime, mut random) = (current_thread(), thread);
                while !site.bench.is_over() {
                    runtime.block_on(site.call(client));
                    random = chance(site.bench.seed, random);
                    if random.is_multiple_of(16) {
                        runtime = current_thread();
                    }
                    thread::sleep(Duration::from_millis(random % 25));
                }
            });
        }
    });
    site.finish(client, current_thread());
}

/// Credentials that expire every few calls, from a provider that is slow, fails and panics.
fn failing_provider(bench: &Arc<Bench>) {
    let site = Site::new(bench, "credentials that fail", Route::Plain, |fault| fault.group == Group::Whole);
    let site = Arc::new(Site { is_sequential: false, ..site });
    // Valid for longer than the five minutes before the end in which a client renews them.
    let clock = FastClock::new(1000);
    let mut provider = Provider::new(bench.seed, &clock, Duration::from_secs(6 * 60), 40);
    (provider.fails, provider.panics) = (8, 12);
    let provider = Arc::new(provider);
    let builder = site.builder(&clock).timeout(CALL * clock.rate);
    let client = builder.credentials(Shared(Arc::clone(&provider))).build().expect("a client");
    let runtime = multi_thread();
    run_tasks(&site, &client, &runtime, 8, Some(&provider));
    site.finish(client, runtime);
}

/// A look-up of credentials that is begun on a runtime which is not driven any more: other calls have their own limits.
fn abandoned_refresh(bench: &Arc<Bench>, driver: &'static str, before: Before) {
    let site = Site::new(bench, driver, Route::Plain, |fault| fault.group == Group::Whole);
    let clock = FastClock::new(1);
    for round in 0_u64.. {
        if bench.is_over() {
            break;
        }
        let seed = chance(bench.seed, round);
        let provider = Arc::new(Provider::new(seed, &clock, Duration::from_secs(3600), 20));
        // No limit for the whole call: that of credentials has to do.
        let builder = site.builder(&clock).credentials(Shared(Arc::clone(&provider)));
        let client = builder.build().expect("a client");
        let first = current_thread();
        let begun = client.clone();
        first.spawn(async move { begun.send(DescribeExportTasks::default()).await });
        drive(&first, 2);
        let kept = (before == Before::Idles).then_some(first);
        let second = current_thread();
        second.block_on(async {
            let call = || site.call_with(&client, 3 * ATTEMPT, Some(&provider));
            tokio::join!(call(), call());
        });
        drop(kept);
        thread::sleep(Duration::from_millis(20));
    }
}

/// Waits whose calls meet faults that another attempt of a call would be made after.
fn waits(bench: &Arc<Bench>) {
    // With refused credentials a call tries once more, and a wait does not; a fast clock knows no right time.
    let is_excluded = |fault: &Fault| ["expired token", "clock skew"].contains(&fault.name);
    let is_wanted = |fault: &Fault| match fault.group {
        Group::Whole | Group::Closed => true,
        Group::Documents | Group::Broken => fault.again == Again::Allowed && !is_excluded(fault),
        _ => false,
    };
    let site = Site::new(bench, "waits", Route::Plain, is_wanted);
    let site = Arc::new(Site { is_sequential: false, ..site });
    // Fast enough for the pauses of a wait, which double from a second on.
    let clock = FastClock::new(200);
    let mut provider = Provider::new(bench.seed, &clock, Duration::from_secs(20), 10);
    provider.fails = 3;
    let builder = site.builder(&clock).credentials(Shared(Arc::new(provider)));
    let (client, runtime) = (builder.build().expect("a client"), multi_thread());
    let start = |_| {
        let (site, client, rate) = (Arc::clone(&site), client.clone(), clock.rate);
        runtime.spawn(async move {
            while !site.bench.is_over() {
                wait(&site, &client, rate).await;
            }
        })
    };
    let tasks: Vec<_> = (0..8).map(start).collect();
    for task in tasks {
        let ended = runtime.block_on(task);
        bench.report.check(site.driver, ended.is_ok(), "a task panicked", format!("{ended:?}"));
    }
    site.finish(client, runtime);
}

/// Makes a wait and judges it: only the sixth failed call in a row may end it.
async fn wait(site: &Site, client: &Client, rate: u32) {
    const MAX_WAIT: Duration = Duration::from_secs(3);
    const TOLERATED: u32 = 5;
    let number = site.bench.calls.fetch_add(1, Ordering::Relaxed);
    let of = format!("call-{number}");
    let begun = Instant::now();
    let mut missed = 0;
    let waited = client
        .wait::<ExportTaskComplete>(DescribeExportTasks::default().export_task_identifier(&of))
        .max_wait(MAX_WAIT * rate)
        .interval(Duration::from_secs(1))
        .on_progress(|progress| missed = if progress.response.is_err() { missed + 1 } else { 0 })
        .await;
    let took = begun.elapsed();
    let shown = waited.as_ref().ok().and_then(|waited| identifier(waited.output.as_ref()?));
    let limit = MAX_WAIT + Duration::from_secs(10) / rate;
    let called = Called { limit, took, shown, ..Called::of_wait(of, begun) };
    let mut judgement = site.ledger.judge(&called, &site.bench.noise);
    let text = match &waited {
        Ok(_) => String::new(),
        Err(failure) => {
            let has_missed = matches!(failure.kind(), WaitErrorKind::Call(_)) && missed > TOLERATED;
            if !failure.is_timeout() && !has_missed {
                let what = match failure.call_error() {
                    Some(Error::Credentials(_)) => "a failed look-up of credentials",
                    Some(Error::Malformed(_)) => "a response that cannot be read",
                    Some(_) => "another failed call",
                    None => "an output",
                };
                judgement.broken.push((Rule::Unexplained, what));
            }
            DisplayErrorChain(failure).to_string()
        }
    };
    let example = || format!("{} ended after {missed} failed calls: {text}", called.identifier);
    site.bench.report.add(site.driver, &judgement, example);
}

/// Connections that nobody uses: closed in time, on whichever runtime the client made its first call.
fn idle_connections(bench: &Arc<Bench>, driver: &'static str, before: Before) {
    /// The documented 20 s, and some.
    const IDLE: Duration = Duration::from_secs(24);
    if bench.until.saturating_duration_since(Instant::now()) < IDLE {
        return;
    }
    let site = Site::new(bench, driver, Route::Plain, |fault| fault.group == Group::Whole);
    let (client, first, second) = (site.client(), current_thread(), current_thread());
    first.block_on(site.call(&client));
    let kept = (before == Before::Idles).then_some(first);
    second.block_on(async {
        tokio::join!(site.call(&client), site.call(&client), site.call(&client));
        tokio::time::sleep(IDLE).await;
    });
    // Nothing can close a connection of a runtime that nothing drives.
    let allowed = usize::from(kept.is_some());
    let open = site.server.open();
    let example = format!("{open} connections are open after {} s", IDLE.as_secs());
    bench.report.check(driver, open <= allowed, "idle connections stay open", example);
    drop(kept);
    site.finish(client, second);
}
