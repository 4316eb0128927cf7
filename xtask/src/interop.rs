//! `cargo xtask interop`: `rds-client` and boto3 put the same calls to a moto server, and must agree; and boto3 talks to a
//! service that the generated crate plays.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::cargo::cargo;
use crate::process::{TIME_LIMIT, finish, succeed, succeed_in_time};
use crate::{Result, python, workspace};

/// Installs the peers; runs the calls once by boto3 and once by the client, and compares; lets boto3 talk to a service
/// that the generated crate plays.
pub(crate) fn run() -> Result<ExitCode> {
    let root = workspace();
    let target = root.join("target/interop");
    fs::create_dir_all(&target)?;
    let python = python::environment(&target, &root.join("tests/interop/requirements.txt"))?;
    succeed(tests(&root, "build").args(["--bin", "interop", "--bin", "double"]))?;
    let peers = Peers { scripts: root.join("tests/interop"), root, target, python };
    let same = peers.client_against_moto()?;
    let accepted = peers.boto3_against_double()?;
    peers.migrating()?;
    Ok(if same && accepted { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// A cargo command on the package of the tests.
fn tests(root: &Path, command: &str) -> Command {
    let mut cargo = cargo();
    cargo.current_dir(root).args([command, "--quiet", "--package", "tests"]);
    cargo
}

struct Peers {
    root: PathBuf,
    target: PathBuf,
    python: PathBuf,
    scripts: PathBuf,
}

impl Peers {
    fn script(&self, name: &str) -> Command {
        let mut command = Command::new(&self.python);
        command.arg("-B").arg(self.scripts.join(name));
        command
    }

    /// boto3 and `rds-client` put the same calls to a moto server. Whether they agree, on every operation that moto
    /// implements.
    fn client_against_moto(&self) -> Result<bool> {
        let implemented = self.target.join("implemented.txt");
        succeed_in_time(self.script("moto_operations.py").stdout(fs::File::create(&implemented)?))?;
        let server = Server::start(self.script("moto_server.py").args(["--port", "0"]))?;
        let in_depth = self.compare(&server, "scenario.json", &[])?;
        let covered = self.scripts.join("covered.txt");
        let coverage =
            ["--implemented".as_ref(), implemented.as_os_str(), "--covered".as_ref(), covered.as_os_str()];
        let in_breadth = self.compare(&server, "operations.json", &coverage)?;
        Ok(in_depth && in_breadth)
    }

    /// Both perform the steps of a scenario from the same state. Whether they agree.
    fn compare(&self, server: &Server, scenario: &str, coverage: &[&OsStr]) -> Result<bool> {
        let answers = self.target.join(scenario).with_extension("boto3.jsonl");
        let script = |mode: &str| {
            let mut command = self.script("boto3_answers.py");
            command.args(["--endpoint", &server.endpoint, "--mode", mode, "--scenario"]);
            command.arg(self.scripts.join(scenario));
            command
        };
        succeed_in_time(script("boto3").stdout(fs::File::create(&answers)?))?;
        succeed_in_time(&mut script("prepare"))?;
        let mut driver = tests(&self.root, "run");
        driver.args(["--bin", "interop", "--", "--endpoint", &server.endpoint, "--answers"]).arg(&answers);
        Ok(finish(driver.args(coverage))?.success())
    }

    /// Runs what `MIGRATING.md` says of boto3.
    fn migrating(&self) -> Result<()> {
        let server = Server::start(self.script("moto_server.py").args(["--port", "0"]))?;
        let page = self.root.join("crates/rds-client/MIGRATING.md");
        succeed_in_time(
            self.script("migrating.py").args(["--endpoint", &server.endpoint, "--page"]).arg(page),
        )
    }

    /// boto3 talks to a service made of the runtime's own server direction. Whether it accepts the answers.
    fn boto3_against_double(&self) -> Result<bool> {
        let mut double = tests(&self.root, "run");
        double.args(["--bin", "double", "--", "--cases"]).arg(self.scripts.join("double.json"));
        let server = Server::start(&mut double)?;
        let mut script = self.script("boto3_accepts.py");
        Ok(finish(script.args(["--endpoint", &server.endpoint]))?.success())
    }
}

/// A server on a free port of the loopback interface, ended when this is dropped: it runs until its standard input
/// closes, so it does not outlive this process however that ends.
struct Server {
    child: Child,
    input: Option<ChildStdin>,
    endpoint: String,
}

impl Server {
    /// Starts a program that prints `ready PORT`.
    fn start(command: &mut Command) -> Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.take();
        let output = child.stdout.take();
        let mut server = Self { child, input, endpoint: String::new() };
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let read = output.map(|output| BufReader::new(output).read_line(&mut line));
            // Nobody is there to hear of it once the time is over.
            let _ = sender.send(read.transpose().map(|_| line));
        });
        let line =
            receiver.recv_timeout(TIME_LIMIT).map_err(|_| format!("{command:?}: not ready in time"))??;
        let port =
            line.strip_prefix("ready ").ok_or_else(|| format!("{command:?}: did not start: {line:?}"))?;
        server.endpoint = format!("http://127.0.0.1:{}", port.trim());
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.input.take());
        let patience = Instant::now();
        // One that does not end by itself is ended.
        while matches!(self.child.try_wait(), Ok(None)) {
            if patience.elapsed() > Duration::from_secs(10) {
                let _ = self.child.kill();
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}
