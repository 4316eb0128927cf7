//! Without any async runtime: requests of `rds-protocol`, the signer of this crate, and a small blocking HTTP client.
//!
//! `cargo run -p rds-client --no-default-features --features test-server --example blocking` calls a server in the process.
//! What it uses of this crate needs none of its features.

use std::error::Error;
use std::thread;

use rds_client::awsquery::Timestamp;
use rds_client::awsquery::http::Response;
use rds_client::awsquery::retry::{FailedAttempt, Retries, RetryPolicy, TokenBucket};
use rds_client::credentials::Credentials;
use rds_client::signing::{Scope, sign};
use rds_client::test_server::{TestFault, TestServer};
use rds_protocol::operations::{DescribeExportTasks, DescribeExportTasksOutput};
use rds_protocol::{Operation, Rds};

fn main() -> Result<(), Box<dyn Error>> {
    let server = TestServer::start::<Rds>(|request| {
        request.on(|_: DescribeExportTasks| Ok(DescribeExportTasksOutput::default()))
    })?;
    server.fault(TestFault::page(http::StatusCode::SERVICE_UNAVAILABLE, "<html>busy</html>"));

    let client = Blocking {
        http: ureq::Agent::new_with_config(ureq::Agent::config_builder().http_status_as_error(false).build()),
        endpoint: server.url().parse()?,
        region: "eu-west-1",
        credentials: Credentials::new("test", "test"),
    };
    let output = client.send(&DescribeExportTasks::default())?;
    println!(
        "{} exports, after {} requests",
        output.export_tasks.iter().flatten().count(),
        server.requests().len()
    );
    Ok(())
}

/// All that a client needs to be.
struct Blocking {
    http: ureq::Agent,
    endpoint: http::Uri,
    region: &'static str,
    credentials: Credentials,
}

impl Blocking {
    fn send<O: Operation<Service = Rds>>(&self, operation: &O) -> Result<O::Output, Box<dyn Error>> {
        let (mut retries, mut bucket) = (Retries::new(RetryPolicy::STANDARD), TokenBucket::default());
        loop {
            let response = self.attempt(operation);
            let (failure, error): (_, Box<dyn Error>) = match response {
                Err(error) => (FailedAttempt::transport(), error.into()),
                Ok(response) => {
                    match O::parse_response(response.status(), response.headers(), response.body()) {
                        Ok(response) => return Ok(response.output),
                        Err(error) => (FailedAttempt::from(error.retry_kind()), error.to_string().into()),
                    }
                }
            };
            let pause = retries.after(&failure, &mut bucket, fastrand::f64()).ok_or(error)?;
            thread::sleep(pause);
        }
    }

    fn attempt<O: Operation<Service = Rds>>(&self, operation: &O) -> Result<Response<Vec<u8>>, ureq::Error> {
        let other = |error: Box<dyn Error + Send + Sync>| ureq::Error::Other(error);
        let mut request = operation.to_request(&self.endpoint).map_err(|error| other(error.into()))?;
        let scope = Scope { region: self.region, service: "rds", time: Timestamp::now() };
        sign(&mut request, &self.credentials, scope).map_err(|error| other(error.into()))?;
        let (parts, mut body) = self.http.run(request)?.into_parts();
        Ok(Response::from_parts(parts, body.read_to_vec()?))
    }
}
