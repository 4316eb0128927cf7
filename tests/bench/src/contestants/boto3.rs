//! boto3's parser, in a Python process of its own.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{Contestant, Result};

pub(crate) const NAME: &str = "boto3";

/// Where botocore is.
#[derive(Clone, Debug)]
pub struct Python {
    /// The interpreter of an environment that has botocore.
    pub interpreter: PathBuf,
    /// A folder for the bodies that it reads.
    pub folder: PathBuf,
}

impl Python {
    /// The script, to parse one kind of body.
    fn script(&self, mode: &str, operation: &str, status: u16, body: &Path) -> Command {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("boto3_parser.py");
        let mut command = Command::new(&self.interpreter);
        command.arg("-B").arg(script).args([mode, operation, &status.to_string()]).arg(body);
        command
    }

    fn save(&self, name: &str, body: &str) -> Result<PathBuf> {
        std::fs::create_dir_all(&self.folder)?;
        let path = self.folder.join(name);
        std::fs::write(&path, body)?;
        Ok(path)
    }

    /// Parses in a process that has started long ago, and times it there.
    pub(crate) fn parser(
        &self,
        name: &str,
        operation: &str,
        status: u16,
        body: &str,
    ) -> Result<Box<dyn Contestant>> {
        let body = self.save(&format!("{}.xml", name.replace('/', "-")), body)?;
        let mut command = self.script("serve", operation, status, &body);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (Some(requests), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(format!("{command:?}: no standard input and output").into());
        };
        Ok(Box::new(Parser { process, requests: Some(requests), answers: BufReader::new(answers) }))
    }

    /// A process that starts, parses once and ends: that of boto3, and one of ours.
    pub(crate) fn whole_processes(&self, body: &str) -> Result<Vec<Box<dyn Contestant>>> {
        let body = self.save("once.xml", body)?;
        let mut ours = Command::new(std::env::current_exe()?);
        ours.arg("once").arg(&body);
        let theirs = self.script("once", "DescribeExportTasks", 200, &body);
        Ok(vec![
            Box::new(Process { name: super::ours::NAME, command: ours }),
            Box::new(Process { name: NAME, command: theirs }),
        ])
    }
}

/// A process that parses when asked to.
struct Parser {
    process: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Contestant for Parser {
    fn name(&self) -> &'static str {
        NAME
    }

    fn repeat(&mut self, times: u32) -> Result<Duration> {
        let requests = self.requests.as_mut().ok_or("boto3's process has been ended")?;
        writeln!(requests, "{times}")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        let nanoseconds =
            answer.trim().parse().map_err(|_| format!("boto3's process ended; it said {answer:?}"))?;
        Ok(Duration::from_nanos(nanoseconds))
    }
}

impl Drop for Parser {
    fn drop(&mut self) {
        // It ends when there is nothing more to read.
        self.requests = None;
        let _ = self.process.wait();
    }
}

/// A process that is started each time.
struct Process {
    name: &'static str,
    command: Command,
}

impl Contestant for Process {
    fn name(&self) -> &'static str {
        self.name
    }

    fn repeat(&mut self, times: u32) -> Result<Duration> {
        let start = Instant::now();
        for _ in 0..times {
            let status = self.command.stdout(Stdio::null()).status()?;
            if !status.success() {
                return Err(format!("{:?}: {status}", self.command).into());
            }
        }
        Ok(start.elapsed())
    }
}
