//! Whatever stands in a model, the generator makes Rust of it or says what is wrong and where. What it makes holds no
//! doctest, no HTML, no unknown comment and no path that is not plain.

#![no_main]

use awsquery_codegen::{Files, Input, generate};
use libfuzzer_sys::fuzz_target;

#[path = "../../src/soundness.rs"]
mod soundness;

// Model, paginators, waiters and endpoint rules are four documents, one after the other with NUL between them.
fuzz_target!(|data: &[u8]| {
    let mut parts = data.split(|byte| *byte == 0).map(<[u8]>::to_vec);
    let files = Files {
        service: parts.next().unwrap_or_default(),
        paginators: parts.next(),
        waiters: parts.next(),
        endpoints: parts.next(),
        ..Files::default()
    };
    let input = Input { id: "fuzzed".into(), files, command: "fuzz".into(), ..Input::default() };
    match generate(&input) {
        Ok(generation) => {
            soundness::check(&generation.files).expect("sound files");
            let again = generate(&input).expect("the same as before");
            for (file, again) in generation.files.iter().zip(&again.files) {
                assert_eq!(file.text, again.text, "{}", file.path);
            }
        }
        Err(diagnostics) => assert!(!diagnostics.to_string().is_empty()),
    }
});
