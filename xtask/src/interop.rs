//! `cargo xtask interop`: the generated crate and boto3 put the same calls to a moto server, and must agree.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};

use crate::{Result, workspace};

/// Installs the peers, runs the calls once by boto3 and once by the crate, and compares.
pub(crate) fn run() -> Result<ExitCode> {
    let root = workspace();
    let target = root.join("target/interop");
    fs::create_dir_all(&target)?;
    let python = virtual_environment(&root, &target)?;
    let scripts = root.join("tests/interop");
    let server = Server::start(&python, &scripts)?;
    let answers = target.join("boto3.jsonl");
    let script = |mode: &str| {
        let mut command = Command::new(&python);
        command.arg("-B").arg(scripts.join("boto3_answers.py"));
        command.args(["--endpoint", &server.endpoint, "--mode", mode]);
        command
    };
    succeed(script("boto3").stdout(fs::File::create(&answers)?))?;
    succeed(&mut script("prepare"))?;
    let mut driver = Command::new(env!("CARGO"));
    driver.current_dir(&root).args(["run", "--quiet", "--package", "tests", "--bin", "interop", "--"]);
    driver.args(["--endpoint", &server.endpoint, "--answers"]).arg(&answers);
    let status = driver.status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The Python of a virtual environment with the pinned peers, made anew when the pins change.
fn virtual_environment(root: &Path, target: &Path) -> Result<PathBuf> {
    let venv = target.join("venv");
    let python = venv.join("bin/python");
    let pins = fs::read_to_string(root.join("tests/interop/requirements.txt"))?;
    let stamp = venv.join("requirements.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == pins) {
        return Ok(python);
    }
    eprintln!("installing moto and boto3 below {}", venv.display());
    succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    let requirements = root.join("tests/interop/requirements.txt");
    succeed(Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(requirements))?;
    fs::write(stamp, pins)?;
    Ok(python)
}

fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}").into()) }
}

/// A moto server on a free port of the loopback interface, ended when this is dropped: it runs until its standard
/// input closes, so it does not outlive this process however that ends.
struct Server {
    child: Child,
    input: Option<ChildStdin>,
    endpoint: String,
}

impl Server {
    fn start(python: &Path, scripts: &Path) -> Result<Self> {
        let mut command = Command::new(python);
        command.arg("-B").arg(scripts.join("moto_server.py")).args(["--port", "0"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.take();
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let mut server = Self { child, input, endpoint: String::new() };
        let port = line.strip_prefix("ready ").ok_or_else(|| format!("moto did not start: {line:?}"))?;
        server.endpoint = format!("http://127.0.0.1:{}", port.trim());
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.input.take());
        // Nothing is left to do if it is gone already.
        let _ = self.child.wait();
    }
}
