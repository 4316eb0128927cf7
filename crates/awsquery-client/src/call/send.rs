//! One call, from its request to its output.
//!
//! ```text
//! operation ── prepare: validate, serialize ── send ─┐
//!                                                    ▼
//!                  ┌── credentials, presigned URL, signature ◄──┐
//!                  ▼                                            │ pause, correct the clock,
//!                HTTP ── parse_response ── verdict ─────────────┘ renew credentials
//!                                             │
//!                                      output or error
//! ```
//!
//! Code below the operation's types is compiled once: [`Exchange`] sees the serialized request, and the meaning of its response by a
//! [`Verdict`].

use awsquery::{Operation, Response};

use crate::call::engine::{Engine, Target};
use crate::call::error::Error;
use crate::call::exchange::{Exchange, Prepared, Verdict};
use crate::clock::{self, Random};

/// Makes a call: sends the request until its response is not worth another attempt, or until its time is over.
pub(crate) async fn send<O: Operation>(
    operation: O,
    engine: &Engine,
    target: &Target<'_>,
) -> Result<Response<O::Output>, Error<O::Error>> {
    let prepared = prepare(operation, target, &*engine.random)?;
    let mut exchange = Exchange::new(engine, prepared, target);
    let mut received = exchange.send().await?;
    loop {
        let read = exchange.read::<O>(&received);
        let verdict = Verdict::of(&read, received.now);
        match exchange.again(received, verdict).await? {
            Some(next) => received = next,
            None => return Ok(read?),
        }
    }
}

/// The request as it will be sent, but for what is each attempt's own.
fn prepare<O: Operation>(
    mut operation: O,
    target: &Target<'_>,
    random: &dyn Random,
) -> Result<Prepared, Error<O::Error>> {
    operation.ensure_idempotency_token(|| clock::uuid(random));
    if target.limits.validate {
        operation.validate().map_err(Error::Invalid)?;
    }
    let request = match target.endpoint.is_custom {
        true => operation.to_request_unprefixed(&target.endpoint.uri),
        false => operation.to_request(&target.endpoint.uri),
    };
    Ok(Prepared::of::<O>(request.map_err(Error::Unwritable)?))
}
