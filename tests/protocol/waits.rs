//! Waits as a state machine (PROTOCOL 5.2, 5.3), run against scripted answers by a fake clock.

use std::time::Duration;

use awsquery::http::{HeaderMap, StatusCode};
use awsquery::waiter::{Wait, WaitErrorKind, WaitStep, Waiter, WaiterOutput};
use awsquery::{Error, Operation};
use rds_protocol::operations::{DescribeDBInstances, DescribeDBSnapshots, DescribeExportTasks};
use rds_protocol::waiters::{
    DBInstanceAvailable, DBInstanceDeleted, DBSnapshotCompleted, ExportTaskCanceled, ExportTaskComplete,
    TenantDatabaseDeleted,
};

/// What came of a call.
type Answer<O> = Result<<O as Operation>::Output, Error<<O as Operation>::Error>>;

fn answer<O: Operation>(result: &str) -> Answer<O> {
    let name = O::NAME;
    let body = format!("<{name}Response><{name}Result>{result}</{name}Result></{name}Response>");
    O::parse_response(StatusCode::OK, &HeaderMap::new(), body.as_bytes()).map(|response| response.output)
}

fn refusal<O: Operation>(code: &str, status: u16) -> Answer<O> {
    let body = format!("<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>");
    let status = StatusCode::from_u16(status).expect("a status");
    O::parse_response(status, &HeaderMap::new(), body.as_bytes()).map(|response| response.output)
}

fn exports(statuses: &[&str]) -> Answer<DescribeExportTasks> {
    let task = |status: &&str| format!("<ExportTask><Status>{status}</Status></ExportTask>");
    answer::<DescribeExportTasks>(&format!(
        "<ExportTasks>{}</ExportTasks>",
        statuses.iter().map(task).collect::<String>()
    ))
}

fn instances(statuses: &[&str]) -> Answer<DescribeDBInstances> {
    let item =
        |status: &&str| format!("<DBInstance><DBInstanceStatus>{status}</DBInstanceStatus></DBInstance>");
    answer::<DescribeDBInstances>(&format!(
        "<DBInstances>{}</DBInstances>",
        statuses.iter().map(item).collect::<String>()
    ))
}

/// A caller with a clock of its own: sleeps take as long as they are to, calls take a second.
struct Clock<W> {
    wait: Wait<W>,
    now: Duration,
    slept: Vec<u64>,
}

impl<W: Waiter> Clock<W> {
    fn new(configure: impl FnOnce(Wait<W>) -> Wait<W>) -> Self {
        let now = Duration::from_secs(1000);
        Self { wait: configure(Wait::new(now)), now, slept: Vec::new() }
    }

    /// Calls until there is an end; the last answer is repeated.
    fn run(
        &mut self,
        mut answers: impl Iterator<Item = Result<WaiterOutput<W>, Error<<W::Operation as Operation>::Error>>>,
        jitter: f64,
    ) -> WaitStep {
        loop {
            let answer = answers.next().expect("a script that is long enough");
            self.now += Duration::from_secs(1);
            match self.wait.step(answer.as_ref(), self.now, jitter) {
                WaitStep::Sleep(pause) => {
                    self.slept.push(pause.as_secs());
                    self.now += pause;
                }
                end => return end,
            }
        }
    }
}

fn message<W: Waiter>(step: &WaitStep) -> Option<&str> {
    match step {
        WaitStep::Done(reached) => reached.message.as_deref(),
        other => panic!("{}: {other:?}", W::NAME),
    }
}

fn failure(step: WaitStep) -> String {
    match step {
        WaitStep::Failed(error) => error.to_string(),
        other => panic!("expected a failure, found {other:?}"),
    }
}

#[test]
fn an_export_completes() {
    let script = || [exports(&["STARTING"]), exports(&["IN_PROGRESS"]), exports(&["complete"])].into_iter();
    let mut clock = Clock::<ExportTaskComplete>::new(|wait| wait);
    let end = clock.run(script(), 1.0);
    assert_eq!(message::<ExportTaskComplete>(&end), None);
    assert_eq!((clock.wait.calls(), clock.slept), (3, vec![30, 60]));
    let mut quick =
        Clock::<ExportTaskComplete>::new(|wait| wait.delay(Duration::from_secs(1), Duration::from_secs(1)));
    let _ = quick.run(script(), 1.0);
    assert_eq!(quick.slept, [1, 1]);
}

#[test]
fn warnings_and_failure_causes_are_carried_out() {
    let warned = "<ExportTasks><ExportTask><Status>COMPLETE</Status><WarningMessage>2 tables left out</WarningMessage>\
                  </ExportTask><ExportTask><Status>COMPLETE</Status><WarningMessage>2 tables left out</WarningMessage>\
                  </ExportTask></ExportTasks>";
    let mut clock = Clock::<ExportTaskComplete>::new(|wait| wait);
    let end = clock.run([answer::<DescribeExportTasks>(warned)].into_iter(), 0.0);
    assert_eq!(message::<ExportTaskComplete>(&end), Some("2 tables left out"));

    let failed = "<ExportTasks><ExportTask><Status>FAILED</Status><FailureCause>no role</FailureCause></ExportTask>\
                  <ExportTask><Status>COMPLETE</Status></ExportTask></ExportTasks>";
    let mut clock = Clock::<ExportTaskComplete>::new(|wait| wait);
    let end = clock.run([exports(&["IN_PROGRESS"]), answer::<DescribeExportTasks>(failed)].into_iter(), 0.0);
    assert_eq!(
        failure(end),
        "ExportTaskComplete: failed after 2 calls: some ExportTasks[].Status is \"FAILED\": no role"
    );
}

#[test]
fn a_cancelled_export_has_not_completed_and_the_other_way_round() {
    let run = |status: &str| {
        let canceled =
            Clock::<ExportTaskCanceled>::new(|wait| wait).run([exports(&[status])].into_iter(), 0.0);
        let complete =
            Clock::<ExportTaskComplete>::new(|wait| wait).run([exports(&[status])].into_iter(), 0.0);
        (matches!(canceled, WaitStep::Done(_)), matches!(complete, WaitStep::Done(_)))
    };
    assert_eq!(run("CANCELED"), (true, false));
    assert_eq!(run("Canceled"), (true, false));
    assert_eq!(run("COMPLETE"), (false, true));
    assert_eq!(run("FAILED"), (false, false));
}

#[test]
fn an_unknown_status_is_waited_out() {
    let script = ["CANCELING", "QUEUED", "", "COMPLETE"].map(|status| exports(&[status])).into_iter();
    let end = Clock::<ExportTaskComplete>::new(|wait| wait).run(script, 0.5);
    assert!(matches!(end, WaitStep::Done(reached) if reached.calls == 4));
}

#[test]
fn what_is_not_found_is_a_failure_but_for_a_moment_after_the_start() {
    let missing = || [refusal::<DescribeExportTasks>("ExportTaskNotFound", 404)].into_iter();
    let empty = || [exports(&[])].into_iter();
    let absent = || [answer::<DescribeExportTasks>("")].into_iter();
    let shape = || [refusal::<DescribeExportTasks>("ExportTaskNotFoundFault", 404)].into_iter();
    for script in [missing(), empty(), absent(), shape()] {
        let end = Clock::<ExportTaskComplete>::new(|wait| wait).run(script, 0.0);
        assert!(failure(end).starts_with("ExportTaskComplete: failed after 1 call: "));
    }
    // Started as the wait began: the first two calls are within a minute, the third is not.
    let script = missing().chain(empty()).chain(missing());
    let mut clock = Clock::<ExportTaskComplete>::new(|wait| wait.started_at(Duration::from_secs(1000)));
    assert_eq!(
        failure(clock.run(script, 0.0)),
        "ExportTaskComplete: failed after 3 calls: error ExportTaskNotFoundFault"
    );
    assert_eq!(clock.slept, [30, 30]);
    // It appears in time.
    let script = missing().chain([exports(&["COMPLETE"])]);
    let end =
        Clock::<ExportTaskComplete>::new(|wait| wait.started_at(Duration::from_secs(995))).run(script, 0.0);
    assert!(matches!(end, WaitStep::Done(_)));
    // It vanishes long after.
    let script = [exports(&["IN_PROGRESS"]), exports(&["IN_PROGRESS"]), exports(&[])].into_iter();
    let end =
        Clock::<ExportTaskComplete>::new(|wait| wait.started_at(Duration::from_secs(999))).run(script, 1.0);
    assert!(matches!(end, WaitStep::Failed(error) if error.calls == 3));
}

#[test]
fn wai_1_an_error_that_no_rule_knows_ends_the_wait() {
    let script = [exports(&["STARTING"]), refusal::<DescribeExportTasks>("AccessDenied", 403)].into_iter();
    let end = Clock::<ExportTaskComplete>::new(|wait| wait).run(script, 0.0);
    assert_eq!(failure(end), "ExportTaskComplete: failed after 2 calls: AccessDenied (status 403)");
}

/// Neither by its status, which is 200, nor as an error.
#[test]
fn a_success_that_cannot_be_read_ends_the_wait_as_a_failure() {
    use awsquery::waiter::{Acceptor, AcceptorState, Delay, Limit, Matcher};

    #[derive(Clone, Copy, Debug)]
    struct Answered;

    impl Waiter for Answered {
        type Operation = DescribeExportTasks;

        const NAME: &'static str = "Answered";
        const DELAY: Delay = Delay::fixed(1);
        const LIMIT: Limit = Limit::Calls(2);
        const ACCEPTORS: &'static [Acceptor<WaiterOutput<Self>>] = &[
            Acceptor::new(AcceptorState::Success, "status 200", Matcher::Status(200)),
            Acceptor::new(AcceptorState::Success, "any error", Matcher::AnyError),
        ];
    }

    let script = [answer::<DescribeExportTasks>("<ExportTasks>")].into_iter();
    let end = failure(Clock::<Answered>::new(|wait| wait).run(script, 0.0));
    assert!(end.starts_with("Answered: failed after 1 call: status 200, but the response"), "{end}");
    for answered in [exports(&["STARTING"]), refusal::<DescribeExportTasks>("AccessDenied", 403)] {
        let end = Clock::<Answered>::new(|wait| wait).run([answered].into_iter(), 0.0);
        assert!(matches!(end, WaitStep::Done(_)));
    }
}

#[test]
fn wai_3_modeled_waiters_count_their_calls() {
    let mut clock = Clock::<DBInstanceAvailable>::new(|wait| wait);
    let end = clock.run(std::iter::repeat_with(|| instances(&["available", "modifying"])), 0.7);
    assert_eq!(failure(end), "DBInstanceAvailable: not reached within 60 calls");
    assert_eq!(clock.slept, [30; 59]);
    let mut clock = Clock::<DBSnapshotCompleted>::new(|wait| wait);
    let end = clock.run(
        std::iter::repeat_with(|| answer::<DescribeDBSnapshots>("<DBSnapshots><DBSnapshot/></DBSnapshots>")),
        0.7,
    );
    assert!(
        matches!(end, WaitStep::Failed(error) if error.kind == WaitErrorKind::Calls && error.calls == 40)
    );
    assert_eq!(clock.slept, [15; 39]);
}

#[test]
fn wai_4_delays_double_and_the_last_call_is_at_the_end() {
    let mut clock = Clock::<ExportTaskComplete>::new(|wait| wait.max_wait(Duration::from_secs(600)));
    let end = clock.run(std::iter::repeat_with(|| exports(&["IN_PROGRESS"])), 1.0);
    assert_eq!(failure(end), "ExportTaskComplete: not reached within 600 s, 7 calls");
    // 600 s in all, seven of which the calls took, but for the last one that the time had run out before.
    assert_eq!(clock.slept, [30, 60, 120, 120, 120, 144]);
    // Without luck in the dice, the shortest delay each time.
    let mut clock = Clock::<ExportTaskComplete>::new(|wait| wait.max_wait(Duration::from_secs(100)));
    let _ = clock.run(std::iter::repeat_with(|| exports(&["IN_PROGRESS"])), 0.0);
    assert_eq!(clock.slept, [30, 30, 37]);
    // Dice that are no dice.
    for jitter in [f64::NAN, -5.0] {
        let mut clock = Clock::<ExportTaskComplete>::new(|wait| wait.max_wait(Duration::from_secs(100)));
        let _ = clock.run(std::iter::repeat_with(|| exports(&["IN_PROGRESS"])), jitter);
        assert_eq!(clock.slept, [30, 30, 37]);
    }
}

#[test]
fn a_wait_never_ends_later_than_it_may() {
    for (limit, jitter) in [(0, 0.0), (1, 1.0), (29, 0.5), (31, 0.1), (119, 0.9), (5000, 0.33), (43_200, 1.0)]
    {
        let mut clock = Clock::<ExportTaskComplete>::new(|wait| wait.max_wait(Duration::from_secs(limit)));
        let end = clock.run(std::iter::repeat_with(|| exports(&["STARTING"])), jitter);
        assert!(matches!(end, WaitStep::Failed(error) if matches!(error.kind, WaitErrorKind::Elapsed(_))));
        let over = clock.now.as_secs() - 1000;
        assert!((limit..=limit + 2).contains(&over), "{limit}: ended after {over} s");
    }
}

#[test]
fn a_flapping_instance_is_awaited() {
    let script = [
        instances(&["modifying"]),
        instances(&["available", "backing-up"]),
        instances(&[]),
        instances(&["rebooting"]),
        instances(&["available", "available"]),
    ];
    let end = Clock::<DBInstanceAvailable>::new(|wait| wait).run(script.into_iter(), 0.0);
    assert!(matches!(end, WaitStep::Done(reached) if reached.calls == 5));
    let script = [instances(&["creating"]), instances(&["available", "failed"])].into_iter();
    assert_eq!(
        failure(Clock::<DBInstanceAvailable>::new(|wait| wait).run(script, 0.0)),
        "DBInstanceAvailable: failed after 2 calls: some DBInstances[].DBInstanceStatus is \"failed\""
    );
}

#[test]
fn wai_5_errors_match_by_code_and_by_shape() {
    for code in ["DBInstanceNotFound", "DBInstanceNotFoundFault"] {
        let end = Clock::<DBInstanceDeleted>::new(|wait| wait)
            .run([refusal::<DescribeDBInstances>(code, 404)].into_iter(), 0.0);
        assert!(matches!(end, WaitStep::Done(_)), "{code}");
        // The model names the shape here, and the wire has the code.
        let answer = refusal::<<TenantDatabaseDeleted as Waiter>::Operation>(code, 404);
        let end = Clock::<TenantDatabaseDeleted>::new(|wait| wait).run([answer].into_iter(), 0.0);
        assert!(matches!(end, WaitStep::Done(_)), "{code}");
    }
    // WAI-2: no list is an empty list.
    let end = Clock::<DBInstanceDeleted>::new(|wait| wait)
        .run([answer::<DescribeDBInstances>("")].into_iter(), 0.0);
    assert!(matches!(end, WaitStep::Done(_)));
}

#[test]
fn delays_of_any_size_are_delays() {
    let huge = Duration::from_secs(1 << 40);
    let mut wait =
        Wait::<ExportTaskComplete>::new(Duration::ZERO).delay(huge, Duration::MAX).max_wait(Duration::MAX);
    for _ in 0..100 {
        assert!(matches!(
            wait.step(exports(&["STARTING"]).as_ref(), Duration::ZERO, 1.0),
            WaitStep::Sleep(_)
        ));
    }
    // From nothing, delays still grow.
    let mut clock = Clock::<ExportTaskComplete>::new(|wait| {
        wait.delay(Duration::ZERO, Duration::from_secs(30)).max_wait(Duration::from_secs(100))
    });
    let _ = clock.run(std::iter::repeat_with(|| exports(&["STARTING"])), 1.0);
    assert_eq!(clock.slept[..6], [1, 2, 4, 8, 16, 30]);
}
