//! `watch`: bars until all exports have ended.

use std::collections::HashMap;
use std::io::{self, Stdout, Write};
use std::pin::pin;
use std::time::Duration;

use awsquery::Timestamp;
use awsquery::retry::RetryKind;
use rds_client::Error;
use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksError, DescribeExportTasksFilter};
use rds_protocol::types::{ExportTask, ExportTaskStatus};

use super::list::collect;
use super::tell;
use crate::args::Watch;
use crate::board::{Board, pause};
use crate::errors::{Failure, explain, not_found, said};
use crate::render::events::{self, Event};
use crate::render::screen::Screen;
use crate::render::{bars, text};
use crate::session::Session;
use crate::signals::Continued;
use crate::task::TaskExt;
use crate::terminal::Terminal;

/// How many looks in a row may fail for a passing reason.
const TOLERATED: u32 = 5;
/// How long the service may not know an export that was just started.
const GRACE: Duration = Duration::from_secs(60);
/// How long the call may take that is made when the time is over.
const LAST_CALL: Duration = Duration::from_secs(5);
/// How often what counts time is drawn anew.
const FRAME: Duration = Duration::from_millis(500);

type CallError = Error<DescribeExportTasksError>;

pub(crate) async fn run(args: &Watch, session: &Session) -> Result<(), Failure> {
    let pace = Pace { interval: args.interval, timeout: args.timeout, is_new: args.just_started };
    let board = if args.ids.is_empty() { Board::of_running() } else { Board::of_ids(&args.ids) };
    follow(board, pace, session).await
}

/// When to call, and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) interval: Duration,
    pub(crate) timeout: Option<Duration>,
    /// Whether the exports were just started.
    pub(crate) is_new: bool,
}

/// Shows how the exports go until all have ended.
pub(crate) async fn follow(mut board: Board, pace: Pace, session: &Session) -> Result<(), Failure> {
    let begun = session.clock.elapsed();
    let since = || session.clock.elapsed().saturating_sub(begun);
    let mut view = View::new(&session.terminal);
    let (mut missed, mut is_first, mut failure) = (0, true, None);
    loop {
        board.note = failure.take().map(|failure| format!("{failure}; calling again"));
        let rest = pace.timeout.map(|timeout| timeout.saturating_sub(since()));
        let looked = look_in_time(rest, &board, session);
        let Some(answer) = drawing(looked, &board, &mut view, session).await? else {
            return Err(timed_out(&board, pace, session));
        };
        match answer {
            Ok(tasks) => {
                (missed, board.note) = (0, None);
                board.update(&tasks, pace.is_new && since() < GRACE);
            }
            Err(error) => {
                missed += 1;
                tolerate(&error, missed, is_first, session)?;
                let next = text::limit(pause(pace.interval, missed));
                let said = said(&error);
                board.note = Some(format!("{said}; next call in {next}"));
                failure = Some(said);
            }
        }
        // A name that is mistyped must be told at once, not when the others have ended.
        if is_first && !board.nowhere().is_empty() {
            return Err(not_found(&board.nowhere(), session.client.region()));
        }
        is_first = is_first && missed > 0;
        view.show(&board, session.clock.now())?;
        if board.is_over() {
            return end(&board, view, session);
        }
        let rest = pace.timeout.map(|timeout| timeout.saturating_sub(since()));
        if rest == Some(Duration::ZERO) {
            return Err(timed_out(&board, pace, session));
        }
        let pause = pause(pace.interval, missed).min(rest.unwrap_or(Duration::MAX));
        drawing(session.clock.sleep(pause), &board, &mut view, session).await?;
    }
}

/// Asks for the exports that have not ended, in one call: those that are followed, or whichever there are.
async fn look(board: &Board, session: &Session) -> Result<Vec<ExportTask>, CallError> {
    let request = match board.open()[..] {
        _ if board.is_unlisted() => {
            let running =
                [ExportTaskStatus::Starting, ExportTaskStatus::InProgress, ExportTaskStatus::Canceling];
            DescribeExportTasks::default().filters([DescribeExportTasksFilter::status(running)])
        }
        [id] => DescribeExportTasks::default().export_task_identifier(id),
        ref ids => {
            let ids = DescribeExportTasksFilter::export_task_identifier(ids.iter().copied());
            DescribeExportTasks::default().filters([ids])
        }
    };
    match collect(request, session).await {
        Err(error) if error.kind() == Some(DescribeExportTasksError::ExportTaskNotFoundFault) => {
            Ok(Vec::new())
        }
        answer => answer,
    }
}

/// The same, unless the time is over before there is an answer.
async fn look_in_time(
    rest: Option<Duration>,
    board: &Board,
    session: &Session,
) -> Option<Result<Vec<ExportTask>, CallError>> {
    tokio::select! {
        answer = look(board, session) => Some(answer),
        () = over(rest, session) => None,
    }
}

/// Ends when the time is over, and that of a last call.
async fn over(rest: Option<Duration>, session: &Session) {
    match rest {
        Some(rest) => session.clock.sleep(rest.saturating_add(LAST_CALL)).await,
        None => std::future::pending().await,
    }
}

/// Whether to go on after a look that failed.
fn tolerate(error: &CallError, missed: u32, is_first: bool, session: &Session) -> Result<(), Failure> {
    let is_passing = match error.retry_kind() {
        // Before anything was seen, an address may be wrong for good.
        Some(RetryKind::Throttling) => true,
        Some(_) => !is_first,
        // To ask again does no harm, and may give a whole response.
        None => matches!(error, Error::Malformed(_)) && !is_first,
    };
    match is_passing && missed <= TOLERATED {
        true => Ok(()),
        false => Err(explain(error, session.client.region())),
    }
}

/// Waits for something, and meanwhile draws anew what counts time.
async fn drawing<T>(
    awaited: impl Future<Output = T>,
    board: &Board,
    view: &mut View,
    session: &Session,
) -> Result<T, Failure> {
    let mut awaited = pin!(awaited);
    loop {
        tokio::select! {
            biased;
            output = &mut awaited => return Ok(output),
            () = session.clock.sleep(FRAME), if view.counts_time() => view.tick(board, session.clock.now())?,
        }
    }
}

fn end(board: &Board, view: View, session: &Session) -> Result<(), Failure> {
    view.end(board)?;
    if board.entries.is_empty() {
        tell(&format!("No export is running in {}.", session.client.region()));
        return Ok(());
    }
    let counts = board.counts();
    if counts.failed + counts.canceled > 0 {
        // Which ones, and why, has been shown.
        return Err(Failure::Export(None));
    }
    match board.nowhere() {
        ids if ids.is_empty() => Ok(()),
        ids => Err(not_found(&ids, session.client.region())),
    }
}

fn timed_out(board: &Board, pace: Pace, session: &Session) -> Failure {
    let limit = text::limit(pace.timeout.unwrap_or_default());
    let what = match board.is_unlisted() {
        true => format!("{}: no answer after {limit}", session.client.region()),
        false => format!("not ended after {limit}: {}", board.open().join(", ")),
    };
    Failure::TimedOut(format!("{what}; watch longer with --timeout"))
}

/// Where it is shown.
enum View {
    Live {
        screen: Screen<Stdout>,
        terminal: Terminal,
        continued: Continued,
        /// Whether there is anything on it yet: before the first answer nothing is known.
        is_begun: bool,
    },
    /// A line for each change.
    Log { terminal: Terminal, last: HashMap<String, Event>, note: Option<String> },
}

impl View {
    fn new(terminal: &Terminal) -> Self {
        let terminal = *terminal;
        match terminal.is_live {
            true => Self::Live {
                screen: Screen::new(io::stdout()),
                terminal,
                continued: Continued::listen(),
                is_begun: false,
            },
            false => Self::Log { terminal, last: HashMap::new(), note: None },
        }
    }

    /// Whether what is shown changes with time alone.
    fn counts_time(&self) -> bool {
        matches!(self, Self::Live { is_begun: true, .. })
    }

    fn show(&mut self, board: &Board, now: Timestamp) -> io::Result<()> {
        match self {
            Self::Live { is_begun, .. } => {
                *is_begun = true;
                self.tick(board, now)
            }
            Self::Log { terminal, last, note } => {
                if board.note != *note {
                    note.clone_from(&board.note);
                    if let Some(note) = note {
                        tell(&format!("{}  {note}", events::stamp(now)));
                    }
                }
                log(board, terminal, last, now)
            }
        }
    }

    /// Draws anew what counts time.
    fn tick(&mut self, board: &Board, now: Timestamp) -> io::Result<()> {
        let Self::Live { screen, terminal, continued, .. } = self else { return Ok(()) };
        if continued.take() {
            // The shell has written below.
            screen.leave();
        }
        let size = terminal.size().unwrap_or((80, 24));
        screen.draw(&bars::lines(board, &terminal.look(), now), size)
    }

    fn end(self, board: &Board) -> io::Result<()> {
        match (self, bars::summary(board)) {
            (Self::Log { .. }, Some(summary)) => writeln!(io::stdout(), "{summary}"),
            _ => Ok(()),
        }
    }
}

fn log(
    board: &Board,
    terminal: &Terminal,
    last: &mut HashMap<String, Event>,
    now: Timestamp,
) -> io::Result<()> {
    let tasks = || board.entries.iter().filter_map(|entry| entry.task());
    let widest = text::widest(tasks().map(TaskExt::id));
    let mut out = io::stdout().lock();
    for task in tasks() {
        let event = Event::of(task);
        let before = last.get(&task.id());
        if before != Some(&event) {
            writeln!(out, "{}", events::line(task, before, widest, &terminal.look(), now))?;
            last.insert(task.id(), event);
        }
    }
    out.flush()
}
