//! What holds for every input: of requests, decoded by a decoder that knows nothing of the writer; of responses,
//! rewritten in ways that must not matter, cut, and damaged.

mod documents;
mod forms;

use proptest::test_runner::Config;

/// The same number of cases for every property: the binary should stay below 20 seconds.
fn config() -> Config {
    Config { cases: 256, failure_persistence: None, ..Config::default() }
}
