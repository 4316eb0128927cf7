//! Passwords for databases, made of signatures (PROTOCOL 5.5).

use std::time::Duration;

use rds_client::awsquery::Timestamp;
use rds_client::credentials::Credentials;
use rds_client::http::from_fn;
use rds_client::{AuthTokenError, BoxFuture, Client, ClientExt, Clock, Region, generate_db_auth_token};

/// A clock that stands still.
#[derive(Debug)]
struct Pinned;

impl Clock for Pinned {
    fn now(&self) -> Timestamp {
        "2026-01-02T03:04:05Z".parse().expect("a time")
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }
}

fn token(port: u16, user: &str, credentials: Credentials) -> String {
    let time = "2026-01-02T03:04:05Z".parse().expect("a time");
    let host = "mydb.abc123.us-east-1.rds.amazonaws.com";
    let token = generate_db_auth_token(host, port, user, "us-east-1", &credentials, time);
    token.expect("a token").into_string()
}

#[test]
fn tok_1_passwords_made_of_signatures() {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let common = "X-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Fus-east-1%2Frds-db%2Faws4_request\
        &X-Amz-Date=20260102T030405Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host";
    assert_eq!(
        token(3306, "jane_doe", credentials.clone()),
        format!(
            "mydb.abc123.us-east-1.rds.amazonaws.com:3306/?Action=connect&DBUser=jane_doe&{common}\
             &X-Amz-Signature=2bf5fdb6955ddf731c30a645ecf120b1a4213bb38c394736361834ed6735015f"
        )
    );
    assert_eq!(
        token(5432, "jane doe+x@y", credentials.with_session_token("TOK/en+=")),
        format!(
            "mydb.abc123.us-east-1.rds.amazonaws.com:5432/?Action=connect&DBUser=jane%20doe%2Bx%40y&{common}\
             &X-Amz-Security-Token=TOK%2Fen%2B%3D\
             &X-Amz-Signature=9e732670d82fcde40fd4526cf75ad63e05deb58227d10bee0e294650c4971435"
        )
    );
}

/// As botocore 1.44.5 has them: what is signed is the host in lower case, without port 443.
#[test]
fn tok_1_host_and_port_stay_as_they_are_written() {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let time = "2026-01-02T03:04:05Z".parse().expect("a time");
    for (host, port, signature) in [
        ("db.example.com", 3306, "7c8f9e2ff8c92673828e0bad6e032890d11950e5231e750083711c934dbc7ba4"),
        ("DB.Example.com", 3306, "7c8f9e2ff8c92673828e0bad6e032890d11950e5231e750083711c934dbc7ba4"),
        ("db.example.com", 443, "50df7c344c03f34fec4b727fd94ee38ebef9d58710a6ce61f0f585539f26f629"),
        ("DB.Example.com", 443, "50df7c344c03f34fec4b727fd94ee38ebef9d58710a6ce61f0f585539f26f629"),
        ("db.example.com", 80, "ba269f3cbea501ec0d774eaf96604ac3ab1a16703dd8f2b026ba16e3019d5b88"),
        ("db.example.com", 0, "ce31a7e681f25323b643d41f2171adf4216c2a40b377d82d20a4ec94c0b50633"),
        ("[::1]", 5432, "7558b298c771eb3bb43a7776420050b73c2f6f3875388c0f87e601cc4d7d5069"),
    ] {
        let token = generate_db_auth_token(host, port, "jane doe", "us-east-1", &credentials, time);
        let token = token.expect("a token").into_string();
        assert!(token.starts_with(&format!("{host}:{port}/?Action=connect&DBUser=jane%20doe&")), "{token}");
        assert!(token.ends_with(&format!("&X-Amz-Signature={signature}")), "{token}");
    }
}

#[tokio::test]
async fn a_client_makes_passwords_of_its_own_credentials() {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let client = Client::builder().region("us-east-1").credentials(credentials).clock(Pinned);
    let client = client.http_client(from_fn(|_, _| async { panic!("no call is made") }));
    let client = client.build().expect("a client");
    let made =
        client.generate_db_auth_token("MyDb.abc123.us-east-1.rds.amazonaws.com", 3306, "jane_doe").await;
    let made = made.expect("a token");
    assert!(made.as_str().ends_with("2bf5fdb6955ddf731c30a645ecf120b1a4213bb38c394736361834ed6735015f"));
    assert_eq!(format!("{made:?}"), "AuthToken(***)");
    for host in ["https://mydb", "mydb:1", "my db", "", "user@mydb", "mydb/path"] {
        let error = client.generate_db_auth_token(host, 3306, "jane").await.expect_err("no host");
        assert!(matches!(error, AuthTokenError::Host { .. }), "{host}: {error}");
    }
}

#[test]
fn a_user_name_that_is_too_long_is_told_as_such() {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    let time = "2026-01-02T03:04:05Z".parse().expect("a time");
    let user = "j".repeat(70_000);
    let error =
        generate_db_auth_token("mydb", 3306, &user, "us-east-1", &credentials, time).expect_err("too long");
    assert_eq!(error.to_string(), "expected a user name that a URL can carry, found one of 70000 bytes");
}

#[test]
fn a_token_needs_a_region() {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    let time = "2026-01-02T03:04:05Z".parse().expect("a time");
    let error = generate_db_auth_token("mydb", 3306, "jane", "", &credentials, time).expect_err("no region");
    assert_eq!(error.to_string(), "invalid region \"\": must be a name such as eu-west-1");
    assert!("us-east-1".parse::<Region>().is_ok());
}

#[test]
fn neither_a_token_nor_its_error_shows_a_secret() {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret").with_session_token("hunter2");
    let token = |host: &str| {
        generate_db_auth_token(host, 3306, "jane", "eu-west-1", &credentials, Timestamp::UNIX_EPOCH)
    };
    let made = token("db.example").expect("a token");
    assert!(made.as_str().contains("hunter2"), "the URL has the session's token");
    assert!(!format!("{made:#?}").contains("hunter2"));
    for (host, shown) in [
        ("https://me:hunter2@localhost:1/?token=hunter2", "https://***@localhost:1/?***"),
        ("https://me:hunter2?@host/", "https://***@host/"),
        ("host\nhunter2", "host …"),
    ] {
        let error = token(host).expect_err("no host");
        assert_eq!(error.to_string(), format!("expected the name of a host, found {shown:?}"));
    }
    let long = token(&"é".repeat(100_000)).expect_err("no host").to_string();
    assert!(long.len() < 3000 && long.ends_with("… (200000 bytes)\""), "{long}");
}
