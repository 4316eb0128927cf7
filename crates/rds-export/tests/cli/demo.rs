use std::io::{BufRead, BufReader};

use crate::support::{bare, run, spawn};

#[test]
fn the_demo_shows_an_export_of_each_kind_and_ends_well() {
    // A proxy that is not there must not be asked for what is in the process.
    let ran = run(bare().env("HTTP_PROXY", "http://127.0.0.1:9"), "demo --duration 800ms");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.ends_with("\n3 complete, 1 failed\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("warning: Table audit_log"), "{}", ran.stdout);
    assert!(ran.stdout.contains("The role rds-exporter is not allowed"), "{}", ran.stdout);
    assert!(ran.stderr.contains("No AWS account is touched"), "{ran:?}");
}

#[test]
fn the_other_commands_can_be_tried_on_its_server() {
    let mut serving = spawn(&mut bare(), "demo --serve --duration 300ms");
    let lines = BufReader::new(serving.stderr.take().expect("a pipe")).lines();
    let lines: Vec<_> = lines.map(|line| line.expect("text")).take(4).collect();
    let args = lines[3].trim().strip_prefix("rds-export list ").expect("a command").to_owned();
    let tool = |command: &str| {
        let mut tool = bare();
        tool.env("AWS_ACCESS_KEY_ID", "demo").env("AWS_SECRET_ACCESS_KEY", "demo");
        run(&mut tool, &format!("{command} {args}"))
    };
    assert_eq!(tool("list --status complete").code, Some(0));
    let start = "start mine --source-arn a:b --bucket c --role-arn d --kms-key-id e --output jsonl";
    assert_eq!(tool(start).code, Some(0));
    assert_eq!(tool("wait mine --interval 100ms").code, Some(0));
    assert_eq!(tool("cancel mine").code, Some(3));
    serving.kill().expect("an end");
    serving.wait().expect("an end");
}
