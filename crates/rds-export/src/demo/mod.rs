//! RDS as the demo plays it: exports that run by a script.

mod world;

use std::io;
use std::sync::{Mutex, PoisonError};

use awsquery::Timestamp;
use rds_client::test_server::TestServer;
use rds_protocol::Rds;

pub(crate) use self::world::World;

/// Where the demo's exports are.
pub(crate) const REGION: &str = "eu-west-1";

/// Answers calls by a world, until it is dropped.
pub(crate) fn serve(world: World) -> io::Result<TestServer> {
    let world = Mutex::new(world);
    TestServer::start::<Rds>(move |request| {
        let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Timestamp::now();
        // Each handler takes the world only if the request is its own.
        let world = std::cell::RefCell::new(&mut *world);
        request
            .on(|request| world.borrow().describe(request, now))
            .on(|request| world.borrow_mut().start(request, now))
            .on(|request| world.borrow_mut().cancel(request, now))
    })
}
