use std::fs;
use std::net::TcpListener;

#[cfg(unix)]
use crate::support::{Ran, spawn};
use crate::support::{bare, run, running, server};

#[test]
fn what_is_missing_is_named_with_what_to_do() {
    let ran = run(&mut bare(), "list");
    assert_eq!(ran.code, Some(3));
    assert_eq!(
        ran.stderr,
        "rds-export: no region: give --region, or set AWS_REGION, or region in the profile\n"
    );

    let ran = run(&mut bare(), "list --region eu-west-1");
    assert_eq!((ran.code, ran.stderr.lines().count()), (Some(3), 1), "{ran:?}");
    assert!(
        ran.stderr.contains("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give --profile"),
        "{ran:?}"
    );

    let ran = run(&mut bare(), "list --profile nobody");
    assert_eq!((ran.code, ran.stderr.lines().count()), (Some(3), 1), "{ran:?}");
    assert!(ran.stderr.contains("\"nobody\""), "{ran:?}");
}

#[test]
fn a_proxy_that_is_not_there_is_named_and_its_password_is_not() {
    let nobody = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port");
    let mut tool = bare();
    tool.env("HTTPS_PROXY", format!("http://me:hunter2@{nobody}")).env("AWS_MAX_ATTEMPTS", "1");
    tool.env("AWS_ACCESS_KEY_ID", "a").env("AWS_SECRET_ACCESS_KEY", "b");
    let ran = run(&mut tool, "list --region eu-west-1");
    assert_eq!((ran.code, ran.stderr.lines().count()), (Some(3), 1), "{ran:?}");
    assert!(ran.stderr.contains(&format!("through the proxy {nobody}: ")), "{ran:?}");
    assert!(ran.stderr.contains("whether the one that is set is right"), "{ran:?}");
    assert!(!ran.stderr.contains("hunter2"), "{ran:?}");
}

/// Opening a FIFO waits for a writer, and a thread that waits so heeds no signal.
#[cfg(unix)]
#[test]
fn a_fifo_in_a_file_s_place_is_told_at_once() {
    use std::process::Command;
    use std::time::{Duration, Instant};

    let fifo = std::env::temp_dir().join(format!("rds-export-fifo-{}", std::process::id()));
    assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo").success());
    let key = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")];
    let role = [("AWS_ROLE_ARN", "arn:aws:iam::1:role/x")];
    let container = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/")];
    for (variable, others) in [
        ("AWS_CONFIG_FILE", &key[..]),
        ("AWS_SHARED_CREDENTIALS_FILE", &key[..]),
        ("AWS_CA_BUNDLE", &key[..]),
        ("SSL_CERT_FILE", &key[..]),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", &role[..]),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &container[..]),
    ] {
        let mut tool = bare();
        tool.env(variable, &fifo).envs(others.iter().copied()).env("AWS_REGION", "eu-west-1");
        let mut child = spawn(&mut tool, "list --endpoint-url https://127.0.0.1:1");
        let start = Instant::now();
        while child.try_wait().expect("a process").is_none() {
            if start.elapsed() > Duration::from_secs(10) {
                child.kill().expect("a process");
                panic!("{variable}: it waits");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let ran = Ran::from(child.wait_with_output().expect("a process"));
        let expected = format!("{variable}: {}: is a FIFO, must be a regular file", fifo.display());
        assert_eq!((ran.code, ran.stderr.lines().count()), (Some(3), 1), "{variable}: {ran:?}");
        assert!(ran.stderr.contains(&expected), "{variable}: {ran:?}");
    }
    fs::remove_file(fifo).expect("no FIFO");
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    for args in [
        "",
        "lst",
        "list --status running",
        "wait",
        "wait a --timeout soon",
        "watch --interval 1ns",
        "start a",
    ] {
        let ran = run(&mut bare(), args);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{args}: {ran:?}");
    }
    let ran = run(&mut bare(), "wait a --timeout soon");
    assert!(ran.stderr.contains("expected a time such as 30s, 5m or 1h30m, found \"soon\""), "{ran:?}");
}

#[test]
fn options_come_before_the_environment_and_that_before_the_profile() {
    let server = server(vec![vec![running("a", 1)]]);
    let home = std::env::temp_dir().join(format!("rds-export-{}", std::process::id()));
    fs::create_dir_all(home.join(".aws")).expect("a folder");
    let config = format!(
        "[profile demo]\nregion = eu-west-1\nendpoint_url = {}\naws_access_key_id = a\naws_secret_access_key = b\n",
        server.url()
    );
    fs::write(home.join(".aws/config"), config).expect("a file");

    let ran = run(bare().env("HOME", &home), "list --profile demo --output jsonl");
    assert_eq!((ran.code, ran.stdout.lines().count()), (Some(0), 1), "{ran:?}");
    run(bare().env("HOME", &home).env("AWS_REGION", "eu-west-2"), "--profile demo list");
    run(
        bare().env("HOME", &home).env("AWS_PROFILE", "demo").env("AWS_REGION", "eu-west-2"),
        "list --region eu-west-3",
    );
    fs::remove_dir_all(&home).expect("no folder");

    let scopes: Vec<_> = server
        .requests()
        .iter()
        .map(|request| {
            request.headers()["authorization"].to_str().expect("text").split('/').nth(2).map(str::to_owned)
        })
        .collect();
    assert_eq!(scopes, ["eu-west-1", "eu-west-2", "eu-west-3"].map(|region| Some(region.to_owned())));
}

#[test]
fn help_has_examples_and_the_exit_codes() {
    let ran = run(&mut bare(), "--help");
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.contains("Exit codes:\n  0    done"), "{}", ran.stdout);
    for command in ["list", "watch", "wait", "start", "cancel", "demo", "completions"] {
        let ran = run(&mut bare(), &format!("{command} --help"));
        assert!(ran.stdout.contains("Examples:\n  rds-export"), "{command}: {}", ran.stdout);
    }
}

#[test]
fn each_shell_has_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = run(&mut bare(), &format!("completions {shell}"));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{shell}");
        assert!(ran.stdout.contains("source-type") && ran.stdout.contains("cancel"), "{shell}");
    }
}
