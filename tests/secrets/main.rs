//! Secrets are planted wherever the model says that one may stand, and nothing that is shown has one. What the client
//! shows of its own, and what it traces, a URL that was presigned among that, is looked through in `crates/awsquery-client/tests/client/secrets.rs`.

use std::error::Error;
use std::fmt::Debug;
use std::fs;
use std::path::Path;
use std::time::Duration;

use awsquery::http::{HeaderMap, StatusCode};
use awsquery::server::QueryRequest;
use awsquery::{Operation, from_json};
use rds_client::Client;
use rds_client::credentials::Credentials;
use rds_client::http::{HttpError, HttpErrorKind, from_fn};
use rds_protocol::operations as rds;
use rds_protocol::types::ConnectionPoolConfiguration;
use serde_json::{Map, Value, json};

/// The secret: nothing else has this in it.
const SECRET: &str = "hunter2";

/// All that is shown.
#[derive(Default)]
struct Shown(String);

impl Shown {
    fn debug(&mut self, value: &impl Debug) {
        self.0 += &format!("{value:?}\n{value:#?}\n");
    }

    fn error(&mut self, error: &(dyn Error + 'static)) {
        self.0 += &format!("{error}\n{error:#}\n{error:?}\n{error:#?}\n");
        if let Some(source) = error.source() {
            self.error(source);
        }
    }
}

/// Plants the input's members, and shows the request as a client and as a service has it: sound, invalid and broken.
fn request<O: Operation + Debug>(shown: &mut Shown, members: &[&str]) {
    input::<O>(shown, &|secret| {
        members.iter().map(|member| ((*member).to_owned(), secret.clone())).collect::<Map<_, _>>().into()
    });
}

/// The same of an input that has the secret anywhere.
fn input<O: Operation + Debug>(shown: &mut Shown, with: &dyn Fn(Value) -> Value) {
    let start = shown.0.len();
    for secret in [SECRET.to_owned(), format!("\u{1}{SECRET}"), SECRET.repeat(1000)] {
        let input: O = from_json(&with(secret.into())).expect("members of the model");
        shown.debug(&input);
        if let Err(error) = input.validate() {
            shown.error(&error);
        }
        let body = input.to_body().expect("a form");
        assert!(body.contains(SECRET), "it is on the wire");
        for body in [
            body.clone(),
            format!("{body}%"),
            format!("{body}%ff"),
            format!("{body}&{SECRET}"),
            body.replace('=', ".1="),
        ] {
            match QueryRequest::parse(body.as_bytes()) {
                Ok(form) => {
                    shown.debug(&form);
                    match form.read::<O>() {
                        Ok(input) => shown.debug(&input),
                        Err(error) => shown.error(&error),
                    }
                }
                Err(error) => shown.error(&error),
            }
        }
    }
    for wrong in [json!([SECRET]), json!({ "x": SECRET })] {
        match from_json::<O>(&with(wrong)) {
            Ok(input) => shown.debug(&input),
            Err(error) => shown.error(&error),
        }
    }
    assert!(shown.0.len() > start);
}

/// Plants what an answer's element holds, whole and damaged, in a success and in a failure.
fn answer<O: Operation<Output: Debug>>(shown: &mut Shown, before: &str, member: &str) {
    let ends = before.rsplit('<').filter_map(|tag| Some(format!("</{}>", tag.strip_suffix('>')?)));
    let ends: String = ends.collect();
    for secret in [
        SECRET.to_owned(),
        format!("{SECRET}<{SECRET}/>"),
        format!("&{SECRET};"),
        format!("{SECRET}<"),
        format!("{SECRET}<![CDATA[{SECRET}"),
        format!("{SECRET}<!-- {SECRET} -- -->"),
        format!("{SECRET}]]>"),
        format!("{SECRET}\u{1}"),
        format!("{SECRET}</{SECRET}>"),
    ] {
        let whole = format!("{before}<{member}>{secret}</{member}>{ends}");
        for body in [whole.as_str(), whole.split_once("</").map_or("", |(cut, _)| cut)] {
            match O::parse_response(StatusCode::OK, &HeaderMap::new(), body.as_bytes()) {
                Ok(response) => shown.debug(&response),
                Err(error) => shown.error(&error),
            }
        }
    }
}

#[test]
fn no_secret_is_shown() {
    let mut shown = Shown::default();
    request::<rds::CopyDBClusterSnapshot>(&mut shown, &["PreSignedUrl"]);
    request::<rds::CopyDBSnapshot>(&mut shown, &["PreSignedUrl"]);
    request::<rds::CreateDBCluster>(&mut shown, &["MasterUserPassword", "PreSignedUrl"]);
    request::<rds::CreateDBInstance>(&mut shown, &["MasterUserPassword", "TdeCredentialPassword"]);
    request::<rds::CreateDBInstanceReadReplica>(&mut shown, &["PreSignedUrl"]);
    request::<rds::CreateTenantDatabase>(&mut shown, &["MasterUserPassword"]);
    request::<rds::ModifyDBCluster>(&mut shown, &["MasterUserPassword"]);
    request::<rds::ModifyDBInstance>(&mut shown, &["MasterUserPassword", "TdeCredentialPassword"]);
    request::<rds::ModifyTenantDatabase>(&mut shown, &["MasterUserPassword"]);
    request::<rds::RestoreDBClusterFromS3>(&mut shown, &["MasterUserPassword"]);
    request::<rds::RestoreDBInstanceFromDBSnapshot>(&mut shown, &["TdeCredentialPassword"]);
    request::<rds::RestoreDBInstanceFromS3>(&mut shown, &["MasterUserPassword"]);
    request::<rds::RestoreDBInstanceToPointInTime>(&mut shown, &["TdeCredentialPassword"]);
    request::<rds::StartDBInstanceAutomatedBackupsReplication>(&mut shown, &["PreSignedUrl"]);

    input::<rds::ModifyOptionGroup>(&mut shown, &|secret| {
        let settings = json!([{ "Name": "SQLNET.CRYPTO_SEED", "Value": secret }]);
        json!({ "OptionGroupName": "g", "OptionsToInclude": [{ "OptionName": "o", "OptionSettings": settings }] })
    });
    input::<rds::ModifyDBProxyTargetGroup>(
        &mut shown,
        &|secret| json!({ "ConnectionPoolConfig": { "InitQuery": secret } }),
    );

    let instance = "<R><ModifyDBInstanceResult><DBInstance><PendingModifiedValues>";
    answer::<rds::ModifyDBInstance>(&mut shown, instance, "MasterUserPassword");
    let cluster = "<R><ModifyDBClusterResult><DBCluster><PendingModifiedValues>";
    answer::<rds::ModifyDBCluster>(&mut shown, cluster, "MasterUserPassword");
    let tenant = "<R><ModifyTenantDatabaseResult><TenantDatabase><PendingModifiedValues>";
    answer::<rds::ModifyTenantDatabase>(&mut shown, tenant, "MasterUserPassword");
    let log = "<R><DownloadDBLogFilePortionResult>";
    answer::<rds::DownloadDBLogFilePortion>(&mut shown, log, "LogFileData");
    let option = "<R><ModifyOptionGroupResult><OptionGroup><Options><Option><OptionSettings><OptionSetting>";
    answer::<rds::ModifyOptionGroup>(&mut shown, option, "Value");
    let pool = "<R><DescribeDBProxyTargetGroupsResult><TargetGroups><member><ConnectionPoolConfig>";
    answer::<rds::DescribeDBProxyTargetGroups>(&mut shown, pool, "InitQuery");

    let lines = shown.0.lines().filter(|line| line.contains(SECRET));
    assert_eq!(lines.collect::<Vec<_>>(), Vec::<&str>::new());
    assert!(shown.0.contains("Sensitive(***)") && shown.0.contains("not shown"));
}

/// The answers that damage makes of one that quotes a signed request: what is no reference, name or attribute is the token.
const DAMAGE: [&str; 6] = ["&TOKEN;", "<TOKEN", "</TOKEN>", "<a TOKEN>", "<a b='&TOKEN;'/>", "<?TOKEN"];

#[test]
fn a_refusal_that_quotes_the_token_and_cannot_be_read_shows_none() {
    let mut shown = Shown::default();
    for damage in DAMAGE.map(|damage| damage.replace("TOKEN", SECRET)) {
        let answer = |said: &str| {
            let body = format!("<ErrorResponse><Error><Message>{said}:{damage}</Message></Error>");
            let answer = rds::DescribeExportTasks::parse_response(
                StatusCode::FORBIDDEN,
                &HeaderMap::new(),
                body.as_bytes(),
            );
            answer.expect_err("a refusal")
        };
        let quoting = answer("x-amz-security-token");
        assert!(quoting.source().is_some(), "it cannot be read: {damage}");
        shown.error(&quoting);
        // Whatever it is that cannot be read, `Debug` says where it stands.
        shown.debug(&answer("x"));
    }
    let lines = shown.0.lines().filter(|line| line.contains(SECRET));
    assert_eq!(lines.collect::<Vec<_>>(), Vec::<&str>::new());
    assert!(shown.0.contains("unreadable_at: Some("));
}

/// Calls that are refused before they are sent, and what is made in place of a call.
#[tokio::test]
async fn what_the_client_refuses_shows_no_secret() {
    let unanswered = from_fn(|_, _| async { Err(HttpError::new(HttpErrorKind::Connect)) });
    let builder = Client::builder().region("eu-west-1").http_client(unanswered);
    let client = |token: &str| {
        let credentials = Credentials::new("AKIDEXAMPLE", SECRET).with_session_token(token);
        builder.clone().credentials(credentials).build().expect("a client")
    };
    let mut shown = Shown::default();

    // What the model requires is missing.
    let mut replication = rds::StartDBInstanceAutomatedBackupsReplication::default();
    replication.pre_signed_url = Some(SECRET.to_owned().into());
    refused(&mut shown, client(SECRET).send(replication).await, "invalid request");
    let mut pool = ConnectionPoolConfiguration::default();
    pool.init_query = Some(SECRET.to_owned().into());
    let mut group = rds::ModifyDBProxyTargetGroup::default();
    group.connection_pool_config = Some(pool);
    refused(&mut shown, client(SECRET).send(group).await, "invalid request");

    // No header holds the token.
    let copy = rds::CopyDBSnapshot::new("a", "b").pre_signed_url(SECRET);
    refused(&mut shown, client(&format!("{SECRET}\n")).send(copy.clone()).await, "signature");
    // Nobody answers.
    refused(&mut shown, client(SECRET).send(copy.clone()).await, "cannot connect");

    // The address has a password, and is sound or not.
    for url in [format!("http://jane:{SECRET}@127.0.0.1:1/"), format!("http://jane:{SECRET}@127.0.0.1:x/")] {
        refused(&mut shown, builder.clone().endpoint_url(&url).build(), "invalid endpoint");
    }

    let url = client(SECRET).call(copy).presign(Duration::from_secs(60)).await.expect("a URL");
    assert!(url.as_str().contains(SECRET) && url.as_str().contains("X-Amz-Signature="), "{url:?}");
    shown.debug(&url);

    let lines = shown
        .0
        .lines()
        .filter(|line| [SECRET, "X-Amz-Signature", "AWS4-HMAC"].iter().any(|it| line.contains(it)));
    assert_eq!(lines.collect::<Vec<_>>(), Vec::<&str>::new());
}

/// Shows why something was refused.
fn refused<T: Debug, E: Error + 'static>(shown: &mut Shown, answer: Result<T, E>, why: &str) {
    let error = answer.expect_err("a refusal");
    assert!(error.to_string().starts_with(why), "expected {why:?}, found {error}");
    shown.error(&error);
}

/// What is called as a secret and is none: the name of one, or how large one is.
const NO_SECRETS: [&str; 6] = ["arn", "kms_key_id", "type", "status", "size", "utilization"];

/// The model may forget to say that something is a secret; an overlay's `sensitive = true` says it then.
#[test]
fn what_is_called_as_a_secret_is_sensitive() {
    let mut found = 0;
    for generated in ["rds-protocol", "sts-protocol"] {
        walk(&tests::workspace().join("crates").join(generated).join("src/generated"), &mut |file, line| {
            let Some((name, type_)) = line.trim().strip_prefix("pub ").and_then(|line| line.split_once(": "))
            else {
                return;
            };
            let is_called_so =
                ["password", "secret", "token", "pre_signed"].iter().any(|word| name.contains(word));
            let is_none = NO_SECRETS.iter().any(|end| name.ends_with(end));
            if !is_called_so || is_none || !type_.contains("Option<String>") && !type_.contains("Sensitive<")
            {
                return;
            }
            found += 1;
            // STS gives back the name of the token's owner.
            let is_known = name == "subject_from_web_identity_token" || type_.contains("Sensitive<");
            assert!(is_known, "{}: {line}", file.display());
        });
    }
    assert!(found > 20, "{found}");
}

fn walk(folder: &Path, check: &mut dyn FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, check);
        } else {
            fs::read_to_string(&path).expect("a file").lines().for_each(|line| check(&path, line));
        }
    }
}
