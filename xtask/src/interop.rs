//! `cargo xtask interop`: the client and boto3 make the same calls to a moto server and must agree. The calls cover RDS
//! and services whose crates are generated for this run. Then boto3 calls a server that is built on the generated crate
//! of RDS.

mod program;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::botocore::installed_models;
use crate::cargo::{build, cargo};
use crate::process::{TIME_LIMIT, finish, succeed_in_time};
use crate::{Result, python, workspace};

/// The services whose crates are generated from botocore's models.
const SERVICES: [&str; 6] = ["sts", "sns", "iam", "cloudformation", "elbv2", "autoscaling"];

/// A file of calls that boto3 and the client make from the same state of the server.
struct Scenario {
    /// boto3's name for the service.
    service: &'static str,
    file: PathBuf,
    /// True if enough of the service's operations must succeed.
    covers_service: bool,
}

impl Scenario {
    fn all(scripts: &Path) -> Vec<Self> {
        let rds =
            |name: &str, covers_service| Self { service: "rds", file: scripts.join(name), covers_service };
        let of_service = |service| {
            let file = scripts.join("services").join(service).with_extension("json");
            Self { service, file, covers_service: true }
        };
        let rds = [rds("scenario.json", false), rds("operations.json", true)];
        rds.into_iter().chain(SERVICES.map(of_service)).collect()
    }
}

/// Installs the peers and compares the calls of boto3 and the client. Then boto3 calls a server that is built on the
/// generated crate.
pub(crate) fn run() -> Result<ExitCode> {
    let root = workspace();
    let target = root.join("target/interop");
    fs::create_dir_all(&target)?;
    let python = python::environment(&target, &root.join("tests/interop/requirements.txt"))?;
    let peers = Peers { scripts: root.join("tests/interop"), root, target, python };
    let same = peers.client_against_moto()?;
    let accepted = peers.boto3_against_double()?;
    peers.migrating()?;
    Ok(if same && accepted { ExitCode::SUCCESS } else { ExitCode::from(1) })
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

    /// Runs all scenarios. Returns true if the client agrees with boto3 in each.
    fn client_against_moto(&self) -> Result<bool> {
        let scenarios = Scenario::all(&self.scripts);
        let program = program::build(&scenarios, &installed_models(&self.python)?)?;
        let server = Server::start(self.script("moto_server.py").args(["--port", "0"]))?;
        let mut same = 0;
        for scenario in &scenarios {
            same += usize::from(self.compare(&server, &program, scenario)?);
        }
        println!("interop: {same} of {} scenarios passed", scenarios.len());
        Ok(same == scenarios.len())
    }

    /// Runs the steps of a scenario with boto3 and then with the client. Returns true if they agree.
    fn compare(&self, server: &Server, program: &Path, scenario: &Scenario) -> Result<bool> {
        let Scenario { service, file, covers_service } = scenario;
        let file_for =
            |name: &str| self.target.join(file.file_stem().unwrap_or_default()).with_extension(name);
        let answers = file_for("boto3.jsonl");
        let mut boto3 = self.script("boto3_answers.py");
        boto3.args(["--endpoint", &server.endpoint, "--service", service, "--scenario"]).arg(file);
        succeed_in_time(boto3.stdout(fs::File::create(&answers)?))?;
        let mut driver = Command::new(program);
        driver.args(["--service", service, "--endpoint", &server.endpoint, "--answers"]).arg(&answers);
        if *covers_service {
            let implemented = file_for("implemented.txt");
            let mut operations = self.script("moto_operations.py");
            succeed_in_time(operations.arg(service).stdout(fs::File::create(&implemented)?))?;
            driver.arg("--implemented").arg(implemented);
            if *service == "rds" {
                driver.arg("--covered").arg(self.scripts.join("covered.txt"));
            }
        }
        Ok(finish(&mut driver)?.success())
    }

    /// Runs the boto3 code of `MIGRATING.md`.
    fn migrating(&self) -> Result<()> {
        let server = Server::start(self.script("moto_server.py").args(["--port", "0"]))?;
        let page = self.root.join("crates/rds-client/MIGRATING.md");
        succeed_in_time(
            self.script("migrating.py").args(["--endpoint", &server.endpoint, "--page"]).arg(page),
        )
    }

    /// Runs boto3 against a service that uses the runtime's server direction. Returns true if boto3 accepts the
    /// responses.
    fn boto3_against_double(&self) -> Result<bool> {
        let mut tests = cargo();
        tests.current_dir(&self.root).args(["build", "--quiet", "--package", "tests", "--bin", "double"]);
        let mut double = Command::new(build(&mut tests)?);
        let server = Server::start(double.arg("--cases").arg(self.scripts.join("double.json")))?;
        let mut script = self.script("boto3_accepts.py");
        Ok(finish(script.args(["--endpoint", &server.endpoint]))?.success())
    }
}

/// A server on a free port of the loopback interface, ended on drop. It runs until its standard input closes, so it
/// does not outlive this process, even after a crash.
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
            // The receiver no longer exists after the timeout.
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
        // A server that does not end by itself is killed.
        while matches!(self.child.try_wait(), Ok(None)) {
            if patience.elapsed() > Duration::from_secs(10) {
                let _ = self.child.kill();
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}
