//! `demo`: a server in the process that plays RDS, and what `watch` makes of it.

use std::sync::Arc;
use std::time::Duration;

use rds_client::Client;
use rds_client::credentials::Credentials;
use rds_client::http::{HttpClient, HyperClient, from_fn};

use super::{tell, watch};
use crate::args::Demo;
use crate::board::Board;
use crate::demo::{REGION, World, serve};
use crate::errors::Failure;
use crate::session::Session;
use crate::terminal::Terminal;

pub(crate) async fn run(args: &Demo, terminal: Terminal) -> Result<(), Failure> {
    let world = World::new(args.duration, awsquery::Timestamp::now());
    let ids = world.ids_of_running();
    let server = serve(world)
        .map_err(|error| Failure::call(format!("cannot listen on a port of 127.0.0.1: {error}")))?;
    let url = server.url();
    if args.serve {
        tell(&format!("RDS is played at {url} until Ctrl-C. Try, in another terminal:\n"));
        tell("  export AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo");
        tell(&format!("  rds-export list --region {REGION} --endpoint-url {url}"));
        return std::future::pending().await;
    }
    let client = Client::builder()
        .region(REGION)
        .endpoint_url(&url)
        .credentials(Credentials::new("demo", "demo"))
        .http_client(direct())
        .build()?;
    tell(&format!("A server in this process plays RDS, at {url}.\nNo AWS account is touched.\n"));
    let pace = watch::Pace { interval: args.duration / 40, timeout: None, is_new: false };
    match watch::follow(Board::of_ids(ids), pace, &Session::new(client, terminal)).await {
        // As it should be: one of them fails.
        Err(Failure::Export(None)) => {
            tell("\nThat was the demo. `watch` would end with exit code 1 here: an export failed.");
            tell("To try the other commands on such a server: rds-export demo --serve");
            Ok(())
        }
        ended => ended,
    }
}

/// An HTTP client that passes by the proxies of the environment: the server is in the process.
fn direct() -> Arc<dyn HttpClient> {
    let client = HyperClient::new(Duration::from_secs(5));
    from_fn(move |request, mut options| {
        options.direct = true;
        let client = client.clone();
        async move { client.send(request, options).await }
    })
}
