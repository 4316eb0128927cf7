//! The tool on a terminal: a pseudo-terminal that the test reads.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::{Child, Command};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rds_client::test_server::{TestFault, TestServer};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::support::{complete, failed, running, server, spawn, tool};

/// A process on a terminal, and what it writes there.
struct OnTerminal {
    child: Child,
    controller: OwnedFd,
    written: JoinHandle<String>,
}

impl OnTerminal {
    fn spawn(command: &mut Command, args: &str, columns: u16) -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&controller).expect("a terminal");
        unlockpt(&controller).expect("a terminal");
        resize(&controller, columns);
        let path = ptsname(&controller, Vec::new()).expect("a name").into_string().expect("text");
        let open = || OpenOptions::new().read(true).write(true).open(&path).expect("a terminal");
        command.args(args.split_whitespace()).stdout(open()).stderr(open());
        let child = command.spawn().expect("a process");
        // The command holds the terminal open as long as it is there.
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let reader = controller.try_clone().expect("a terminal");
        Self { child, controller, written: thread::spawn(move || read(reader)) }
    }

    fn end(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().expect("an end");
        (status.code(), self.written.join().expect("a text"))
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("a process");
    }
}

fn resize(controller: &OwnedFd, columns: u16) {
    let size = Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(controller, size).expect("a size");
}

/// Everything until nobody holds the terminal any more.
fn read(controller: OwnedFd) -> String {
    let mut bytes = Vec::new();
    // Linux ends it with an error, other systems with nothing.
    let _ = File::from(controller).read_to_end(&mut bytes);
    String::from_utf8(bytes).expect("text")
}

fn wait_for_requests(server: &TestServer, count: usize) {
    let begun = Instant::now();
    while server.requests().len() < count {
        assert!(begun.elapsed() < Duration::from_secs(30), "expected {count} requests");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Waits until the process was stopped by a signal, or goes on.
#[cfg(target_os = "linux")]
fn wait_for_state(child: &Child, is_stopped: bool) {
    let begun = Instant::now();
    loop {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).expect("a process");
        if stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T') == is_stopped) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{stat}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn is_cursor_visible(written: &str) -> bool {
    written.rfind("\x1b[?25h") >= written.rfind("\x1b[?25l")
}

#[test]
fn a_terminal_gets_bars_in_colour_that_are_drawn_over() {
    let server = server(vec![
        vec![running("a", 50), running("b", 10)],
        vec![complete("a"), failed("b", "The role may not write.")],
    ]);
    let mut tool = tool(&server);
    let (code, written) =
        OnTerminal::spawn(tool.env("TERM", "xterm"), "watch a b --interval 100ms", 80).end();
    assert_eq!(code, Some(1), "{written}");
    for part in ["━━━", "\x1b[36mIN_PROGRESS\x1b[0m", "\x1b[4A\r", "\x1b[31mThe role may not write.\x1b[0m"]
    {
        assert!(written.contains(part), "{part:?} in {written:?}");
    }
    assert!(written.contains("\x1b[?25l") && is_cursor_visible(&written), "{written:?}");
}

#[test]
fn no_color_means_none() {
    let server = server(vec![vec![running("a", 50)], vec![complete("a")]]);
    let mut tool = tool(&server);
    tool.env("TERM", "xterm").env("NO_COLOR", "1");
    let (code, written) = OnTerminal::spawn(&mut tool, "watch a --interval 100ms", 80).end();
    assert_eq!(code, Some(0), "{written}");
    assert!(written.contains("━━━") && written.contains("\x1b[3A\r"), "{written:?}");
    let is_styled = |text: &str| {
        text.split("\x1b[")
            .skip(1)
            .any(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').starts_with('m'))
    };
    assert!(!is_styled(&written), "{written:?}");
}

#[test]
fn a_dumb_terminal_gets_lines() {
    let server = server(vec![vec![running("a", 50)], vec![complete("a")]]);
    let mut tool = tool(&server);
    let (code, written) = OnTerminal::spawn(tool.env("TERM", "dumb"), "watch a --interval 100ms", 80).end();
    assert_eq!(code, Some(0), "{written}");
    assert!(!written.contains('\x1b') && written.lines().count() == 3, "{written:?}");
}

#[test]
fn a_terminal_without_utf_8_gets_ascii() {
    let server = server(vec![vec![running("a", 50)], vec![complete("a")]]);
    let mut tool = tool(&server);
    let (_, written) =
        OnTerminal::spawn(tool.env("TERM", "xterm").env("LANG", "C"), "watch a --interval 100ms", 80).end();
    assert!(written.is_ascii() && written.contains("####"), "{written:?}");
}

#[test]
fn ctrl_c_leaves_the_terminal_clean() {
    for (signal, expected) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let server = server(vec![vec![running("a", 50)]]);
        let mut tool = tool(&server);
        let running = OnTerminal::spawn(tool.env("TERM", "xterm"), "watch a --interval 100ms", 80);
        wait_for_requests(&server, 2);
        running.signal(signal);
        let (code, written) = running.end();
        assert_eq!(code, Some(expected), "{written:?}");
        assert!(written.contains("\x1b[?25l") && is_cursor_visible(&written), "{written:?}");
        assert!(written.ends_with("\x1b[J\x1b[?25h\r\n"), "{written:?}");
    }
}

/// SIGSTOP, since SIGTSTP stops only what a shell of the same session has started; neither can be told of before.
#[cfg(target_os = "linux")]
#[test]
fn what_was_stopped_goes_on_below_what_others_have_written() {
    let server = server(vec![vec![running("a", 50)]]);
    let mut tool = tool(&server);
    let running = OnTerminal::spawn(tool.env("TERM", "xterm"), "watch a --interval 100ms", 80);
    wait_for_requests(&server, 3);
    running.signal(Signal::STOP);
    wait_for_state(&running.child, true);
    let before = server.requests().len();
    running.signal(Signal::CONT);
    wait_for_state(&running.child, false);
    wait_for_requests(&server, before + 3);
    running.signal(Signal::INT);
    let (code, written) = running.end();
    assert_eq!(code, Some(130), "{written:?}");
    // Each frame hides the cursor and shows it again; the first one, and the first one after the stop, go up no line.
    let frames = frames(&written);
    assert!(frames.iter().all(|frame| frame.ends_with("\x1b[?25h\r\n")), "{written:?}");
    assert_eq!(frames.iter().filter(|frame| !frame.starts_with("\x1b[3A")).count(), 2, "{written:?}");
}

/// The frames, each of which begins with hiding the cursor.
fn frames(written: &str) -> Vec<&str> {
    written.split("\x1b[?25l").skip(1).collect()
}

#[test]
fn a_call_that_takes_long_does_not_stop_what_counts_time() {
    let server = server(vec![vec![running("a", 50)], vec![complete("a")]]);
    server.fault(TestFault::Nothing).fault(TestFault::Delay(Duration::from_secs(3)));
    let mut tool = tool(&server);
    tool.env("TERM", "xterm").env("NO_COLOR", "1");
    let running = OnTerminal::spawn(&mut tool, "watch a --interval 100ms", 80);
    wait_for_requests(&server, 2);
    resize(&running.controller, 40);
    let (code, written) = running.end();
    assert_eq!(code, Some(0), "{written}");
    let frames = frames(&written);
    let running = frames.iter().filter(|frame| frame.contains("IN_PROGRESS"));
    let narrow = running.clone().filter(|frame| frame.lines().all(|line| line.chars().count() < 60));
    // Those of the second call, and before them at least one that is as wide as the window was.
    assert!(running.count() > narrow.clone().count() && narrow.count() >= 3, "{written:?}");
}

#[test]
fn before_the_first_answer_nothing_is_shown() {
    let server = server(vec![vec![running("a", 50)]]);
    server.fault(TestFault::Delay(Duration::from_millis(1200)));
    let mut tool = tool(&server);
    let (code, written) = OnTerminal::spawn(tool.env("TERM", "xterm"), "watch typo", 80).end();
    assert_eq!(code, Some(4), "{written}");
    assert!(!written.contains("WAITING") && written.starts_with("rds-export: "), "{written:?}");
}

#[test]
fn ctrl_c_ends_a_call_that_takes_long() {
    let server = server(vec![vec![running("a", 50)]]);
    server.fault(TestFault::Nothing).fault(TestFault::Delay(Duration::from_secs(60)));
    let mut tool = tool(&server);
    let running = OnTerminal::spawn(tool.env("TERM", "xterm"), "watch a --interval 100ms", 80);
    wait_for_requests(&server, 2);
    running.signal(Signal::INT);
    let begun = Instant::now();
    let (code, written) = running.end();
    assert_eq!(code, Some(130), "{written:?}");
    assert!(begun.elapsed() < Duration::from_secs(10) && is_cursor_visible(&written), "{written:?}");
}

/// A text that takes long to draw if anything is drawn that is not seen.
#[test]
fn ctrl_c_ends_a_watch_of_hostile_texts_at_once() {
    let mut hostile = running("a", 50);
    hostile.warning_message = Some("\u{301}".repeat(500_000));
    for (signal, expected) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let server = server(vec![vec![hostile.clone()]]);
        let mut tool = tool(&server);
        let running = OnTerminal::spawn(tool.env("TERM", "xterm"), "watch a --interval 100ms", 80);
        wait_for_requests(&server, 2);
        running.signal(signal);
        let begun = Instant::now();
        let (code, written) = running.end();
        assert_eq!(code, Some(expected));
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        assert!(is_cursor_visible(&written) && written.len() < 1_000_000, "{}", written.len());
    }
}

#[test]
fn a_signal_ends_what_writes_to_a_reader_that_reads_nothing() {
    let tasks = (0..100).map(|number| failed(&format!("export-{number}"), &"cause ".repeat(300))).collect();
    let server = server(vec![tasks]);
    let mut child = spawn(&mut tool(&server), "list --output json");
    wait_for_requests(&server, 50);
    // Until the pipe is full.
    thread::sleep(Duration::from_millis(500));
    kill_process(Pid::from_child(&child), Signal::TERM).expect("a process");
    let begun = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().expect("a process") {
            break status.code();
        }
        if begun.elapsed() > Duration::from_secs(2) {
            child.kill().expect("a process");
        }
        thread::sleep(Duration::from_millis(10));
    };
    assert_eq!(code, Some(143));
}

#[test]
fn ctrl_c_ends_a_wait_too() {
    let server = server(vec![vec![running("a", 50)]]);
    let child = spawn(&mut tool(&server), "wait a --interval 100ms");
    wait_for_requests(&server, 1);
    kill_process(Pid::from_child(&child), Signal::INT).expect("a process");
    let output = child.wait_with_output().expect("an end");
    assert_eq!(output.status.code(), Some(130));
}

#[test]
fn a_table_is_as_wide_as_the_terminal() {
    let server =
        server(vec![vec![failed("a-name-that-is-longer-than-all-the-others", "The role may not write.")]]);
    let mut tool = tool(&server);
    let (code, written) = OnTerminal::spawn(tool.env("TERM", "xterm").env("NO_COLOR", "1"), "list", 60).end();
    assert_eq!(code, Some(0));
    assert!(written.lines().all(|line| line.chars().count() <= 60), "{written}");
    assert!(written.contains("  └ The role may not write."), "{written}");
}
