//! Files that settings name: regular ones of a bounded size, whatever a path leads to.

use std::fs;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::support::{Client, EMPTY, Script, ok};
use awsquery_client::http::HyperClient;
use awsquery_client::{DisplayErrorChain, Environment};
use rds_protocol::operations::DescribeExportTasks;

/// A folder of the test's own, empty.
fn folder(name: &str) -> PathBuf {
    // A socket's path has at most 108 bytes.
    let path = std::env::temp_dir().join(format!("awsquery-client-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("a folder");
    path
}

/// Everything that a path can lead to and that is no regular file of a reasonable size, with what is said of it.
fn hostile(folder: &Path, limit: usize) -> Vec<(PathBuf, String)> {
    let fifo = folder.join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo").success());
    let socket = folder.join("socket");
    drop(UnixListener::bind(&socket).expect("a socket"));
    let (link, large) = (folder.join("link"), folder.join("large"));
    std::os::unix::fs::symlink(&fifo, &link).expect("a link");
    fs::write(&large, vec![b'#'; limit + 1]).expect("a file");
    let is = |what| format!("is {what}, must be a regular file");
    let too_large = format!("is too large, must have at most {} KiB", limit / 1024);
    vec![
        (fifo, is("a FIFO")),
        (link, is("a FIFO")),
        (socket, is("a socket")),
        ("/dev/zero".into(), is("a device")),
        (folder.to_owned(), is("a directory")),
        (large, too_large),
    ]
}

fn environment(vars: &[(&str, &str)]) -> Environment {
    let own = [("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_REGION", "us-east-1")];
    Environment::from_vars(own.iter().chain(vars).copied())
}

/// Runs the test off this thread: what waits for ever is to fail.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, wait) = std::sync::mpsc::channel();
    std::thread::spawn(move || done.send(work()));
    wait.recv_timeout(Duration::from_secs(10)).expect("an end within 10 s")
}

/// The error of a client with these variables, made or called.
fn error(vars: &[(&str, &str)]) -> String {
    let environment = environment(vars);
    in_time(move || {
        let client =
            match Client::builder().environment(environment).endpoint_url("http://127.0.0.1:1").build() {
                Ok(client) => client,
                Err(error) => return error.to_string(),
            };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let called = runtime.block_on(client.send(DescribeExportTasks::default()));
        DisplayErrorChain(&called.expect_err("no answer")).to_string()
    })
}

#[test]
fn a_token_file_is_a_regular_file_of_a_bounded_size() {
    let folder = folder("token");
    for (path, expected) in hostile(&folder, 64 * 1024) {
        let file = path.to_str().expect("a path");
        let role = ("AWS_ROLE_ARN", "arn:aws:iam::1:role/x");
        let told = error(&[("AWS_WEB_IDENTITY_TOKEN_FILE", file), role]);
        let variable = "AWS_WEB_IDENTITY_TOKEN_FILE";
        assert_eq!(told, format!("credentials: assumed role: {variable}: {file}: {expected}"));

        let uri = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/");
        let variable = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
        let told = error(&[uri, (variable, file)]);
        assert_eq!(told, format!("credentials: container: {variable}: {file}: {expected}"));

        let config = folder.join("config");
        let text = format!("[default]\nrole_arn = arn:aws:iam::1:role/x\nweb_identity_token_file = {file}\n");
        fs::write(&config, text).expect("a file");
        let told = error(&[("AWS_CONFIG_FILE", config.to_str().expect("a path"))]);
        assert_eq!(told, format!("credentials: assumed role: web_identity_token_file: {file}: {expected}"));
    }
    let missing =
        error(&[("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere"), ("AWS_ROLE_ARN", "arn:aws:iam::1:role/x")]);
    let expected = "credentials: assumed role: AWS_WEB_IDENTITY_TOKEN_FILE: /nowhere: no such file";
    assert_eq!(missing, expected);
    fs::remove_dir_all(folder).expect("no folder");
}

#[test]
fn a_shared_file_is_a_regular_file_of_a_bounded_size() {
    let folder = folder("shared");
    for (path, expected) in hostile(&folder, 1024 * 1024) {
        let file = path.to_str().expect("a path");
        for variable in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
            assert_eq!(error(&[(variable, file)]), format!("{variable}: {file}: {expected}"));
        }
    }
    // At its default place a directory is no file, and anything else is an error.
    let home = folder.join("home");
    fs::create_dir_all(home.join(".aws/config")).expect("a folder");
    let told = error(&[("HOME", home.to_str().expect("a path"))]);
    assert!(told.starts_with("credentials: default chain: "), "{told}");
    fs::remove_dir(home.join(".aws/config")).expect("no folder");
    fs::rename(folder.join("fifo"), home.join(".aws/config")).expect("a FIFO");
    let told = error(&[("HOME", home.to_str().expect("a path"))]);
    assert!(told.ends_with(".aws/config: is a FIFO, must be a regular file"), "{told}");
    fs::remove_dir_all(folder).expect("no folder");
}

#[test]
fn a_bundle_of_certificates_is_a_regular_file_of_a_bounded_size() {
    let folder = folder("bundle");
    for (path, expected) in hostile(&folder, 16 * 1024 * 1024) {
        let file = path.to_str().expect("a path");
        assert_eq!(error(&[("AWS_CA_BUNDLE", file)]), format!("AWS_CA_BUNDLE: {file}: {expected}"));
        let given = path.clone();
        let told = in_time(move || HyperClient::new(Duration::from_secs(1)).with_ca_bundle(given));
        assert_eq!(told.expect_err("no bundle").to_string(), expected);
    }
    fs::remove_dir_all(folder).expect("no folder");
}

/// Kubernetes mounts a token as a link to a link, which it replaces.
#[tokio::test(start_paused = true)]
async fn a_token_is_read_through_links() {
    let folder = folder("links");
    fs::create_dir(folder.join("..2026")).expect("a folder");
    fs::write(folder.join("..2026/token"), "JWT.JWT\n").expect("a file");
    std::os::unix::fs::symlink("..2026", folder.join("..data")).expect("a link");
    std::os::unix::fs::symlink("..data/token", folder.join("token")).expect("a link");
    let token = folder.join("token");
    let vars = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", token.to_str().expect("a path")),
        ("AWS_ROLE_ARN", "arn:aws:iam::1:role/x"),
    ];
    let assumed = "<R><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>TEMP</AccessKeyId>\
        <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
        <Expiration>2026-01-02T09:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></R>";
    let script = Script::new([ok(assumed), ok(EMPTY)]);
    let client = Client::builder()
        .environment(environment(&vars))
        .http_client(script.clone())
        .clock(crate::support::PinnedClock::new())
        .build()
        .expect("a client");
    client.send(DescribeExportTasks::default()).await.expect("an answer");
    assert!(
        script.bodies()[0].contains("&WebIdentityToken=JWT.JWT&") || script.bodies()[0].ends_with("=JWT.JWT")
    );
    fs::remove_dir_all(folder).expect("no folder");
}
