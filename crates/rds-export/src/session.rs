//! What a command works with: the client, time, and the terminal.

use std::sync::Arc;

use rds_client::{Client, Clock, Environment, TokioClock};

use crate::args::Connection;
use crate::errors::Failure;
use crate::terminal::Terminal;

/// What a command works with.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) terminal: Terminal,
}

impl Session {
    /// With this client, by the system's clock.
    pub(crate) fn new(client: Client, terminal: Terminal) -> Self {
        Self { client, clock: Arc::new(TokioClock::default()), terminal }
    }

    /// By the command line, else by the environment.
    pub(crate) async fn connect(connection: &Connection, terminal: Terminal) -> Result<Self, Failure> {
        let mut builder = Client::builder().environment(Environment::current()).app_name("rds-export");
        if let Some(url) = &connection.endpoint_url {
            builder = builder.endpoint_url(url);
        }
        if let Some(region) = &connection.region {
            builder = builder.region(region);
        }
        if let Some(profile) = &connection.profile {
            builder = builder.profile(profile);
        }
        // Files are read: the tool heeds signals meanwhile.
        let built = tokio::task::spawn_blocking(move || builder.build()).await;
        let client =
            built.map_err(|error| Failure::call(format!("cannot read the configuration: {error}")))?;
        Ok(Self::new(client?, terminal))
    }
}
