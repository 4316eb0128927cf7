//! Models that attack: `tests/robustness/hostile` has one file for each place that a string can stand in.
//!
//! A model is refused with the path of the string, or what is generated of it is sound.

use std::fs;

use awsquery_codegen::{Files, Generation, Input, Overlay, generate, generate_partitions};
use proptest::prelude::*;
use serde_json::Value as Json;
use tests::soundness;

use crate::mutations::{Action, Mutation, Step};

fn document(name: &str) -> Vec<u8> {
    let path = tests::folder().join("robustness/hostile").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn input(service: Vec<u8>, waiters: Option<Vec<u8>>) -> Input {
    let files = Files { service, waiters, ..Files::default() };
    Input { id: "hostile".into(), files, command: "cargo test".into(), ..Input::default() }
}

/// The errors of an input that the generator must refuse.
#[track_caller]
fn complaints(input: &Input) -> String {
    match generate(input) {
        Ok(_) => panic!("expected an error, found a generated crate"),
        Err(errors) => errors.to_string(),
    }
}

#[track_caller]
fn assert_refused(input: &Input, expected: &str) {
    let complaints = complaints(input);
    assert!(complaints.contains(expected), "expected {expected}\nfound {complaints}");
    let is_plain = |c: char| c == '\n' || !(c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c));
    assert!(complaints.chars().all(is_plain), "{complaints:?}");
}

/// A test for each model: its file, and the error that it has to end in.
macro_rules! refused {
    ($($test:ident: $file:literal, $expected:literal;)*) => {$(
        #[test]
        fn $test() {
            assert_refused(&input(document($file), None), $expected);
        }
    )*};
}

/// A test for each file of waiters, beside a harmless model.
macro_rules! refused_waiters {
    ($($test:ident: $file:literal, $expected:literal;)*) => {$(
        #[test]
        fn $test() {
            assert_refused(&input(document("c2j.json"), Some(document($file))), $expected);
        }
    )*};
}

refused! {
    an_operation_is_named_by_an_identifier: "operation-name.json",
        r#"hostile#GetAxe: expected a name of ASCII letters, digits and underscores, found "GetAxe\n\n```"#;
    an_operation_has_an_identifier_as_key: "operation-key.json",
        r#"hostile#GetAxe\n\n```\nstd::process::abort();\n```: expected a name of ASCII letters"#;
    an_operation_is_no_path: "operation-name-path.json",
        r#"hostile#GetAxe: expected a name of ASCII letters, digits and underscores, found "../../victim""#;
    a_shape_is_named_by_an_identifier: "shape-name.json",
        r#"hostile#Axe\n\n```\nstd::process::abort();\n```: expected a name of ASCII letters"#;
    an_error_is_named_by_an_identifier: "error-name.json",
        r#"hostile#NoAxe\n\n```\nstd::process::abort();\n```: expected a name of ASCII letters"#;
    a_member_is_named_by_an_identifier: "member-name.json",
        r#"hostile#Axe$Owner\n\n```\nstd::process::abort();\n```: expected a name of ASCII letters"#;
    a_member_is_no_html: "member-name-html.json",
        r#"hostile#Axe$<img src=x onerror=alert(1)>: expected a name of ASCII letters"#;
    a_wire_name_is_printable: "member-wire-name.json",
        r#"hostile#GetAxeRequest$Owner: the wire name: expected printable characters, found '\n' in "owner\n"#;
    an_elements_name_is_printable: "element-name.json",
        "hostile#Kinds$member: the wire name: expected printable characters, found '\\n'";
    a_maps_keys_name_is_printable: "map-key-name.json",
        "hostile#Parts$key: the wire name: expected printable characters, found '\\n'";
    a_wrapper_is_printable: "result-wrapper.json",
        "hostile#GetAxe: the result wrapper: expected printable characters, found '\\n'";
    an_error_code_is_printable: "error-code.json",
        "hostile#NoAxe: the error code: expected printable characters, found '\\n'";
    an_error_code_is_visible: "error-code-invisible.json",
        "hostile#NoAxe: the error code: expected printable characters, found '\\u{200b}'";
    an_enumerations_value_is_printable: "enum-value.json",
        "hostile#Kind: a value: expected printable characters, found '\\n'";
    an_enumerations_value_turns_no_direction: "enum-value-direction.json",
        "hostile#Kind: a value: expected printable characters, found '\\u{202e}'";
    an_enumerations_value_has_no_line_separator: "enum-value-line-separator.json",
        "hostile#Kind: a value: expected printable characters, found '\\u{2028}'";
    a_version_has_a_grammar: "api-version.json",
        r#"hostile metadata: "apiVersion": expected ASCII letters, digits and "-._", found "<script>""#;
    a_service_id_has_a_grammar: "service-id.json",
        r#"hostile metadata: "serviceId": expected ASCII letters, digits, spaces and "-._", found "Hostile <img"#;
    an_endpoint_prefix_has_a_grammar: "endpoint-prefix.json",
        r#"hostile metadata: "endpointPrefix": expected ASCII letters, digits and "-._", found "evil.example/?""#;
    a_signing_name_has_a_grammar: "signing-name.json",
        r#"hostile metadata: "signingName": expected ASCII letters, digits and "-._", found "rds/aws4_request""#;
    a_namespace_is_printable: "xml-namespace.json",
        r#"hostile metadata: "xmlNamespace": expected printable characters, found '\n'"#;
    a_host_prefix_has_a_grammar: "host-prefix.json",
        r#"hostile#GetAxe: the host prefix: expected ASCII letters, digits, "-." and {labels}, found "evil.example/""#;
    a_smithy_operation_is_named_by_an_identifier: "smithy-operation-name.json",
        r#"hostile#GetAxe\n\n```\nstd::process::abort();\n```: expected a name of ASCII letters"#;
    a_smithy_shape_is_named_by_an_identifier: "smithy-shape-name.json",
        r#"hostile#Axe\n\n```\nstd::process::abort();\n```: expected a name of ASCII letters"#;
    a_smithy_member_is_named_by_an_identifier: "smithy-member-name.json",
        r#"hostile#Axe$Owner\n\n```\nstd::process::abort();\n```: expected a name of ASCII letters"#;
    a_smithy_wire_name_is_printable: "smithy-xml-name.json",
        "hostile#GetAxeRequest$Owner: the wire name: expected printable characters, found '\\n'";
    a_smithy_enumerations_value_is_printable: "smithy-enum-value.json",
        "hostile#Kind: a value: expected printable characters, found '\\n'";
    a_smithy_error_code_is_printable: "smithy-error-code.json",
        "hostile#NoAxe: the error code: expected printable characters, found '\\n'";
    a_smithy_waiter_is_named_by_an_identifier: "smithy-waiter-name.json",
        r#"hostile#AxeSharp\n\n```\nstd::process::abort();\n``` waiter: expected a name of ASCII letters"#;
    a_smithy_waiters_expected_text_is_printable: "smithy-waiter-expected.json",
        "hostile#AxeSharp waiter acceptors[0]: the expected text: expected printable characters, found '\\n'";
    a_smithy_waiters_error_is_printable: "smithy-waiter-error.json",
        "hostile#AxeSharp waiter acceptors[1]: the expected text: expected printable characters, found '\\n'";
    a_smithy_service_id_has_a_grammar: "smithy-sdk-id.json",
        r#"hostile metadata: "serviceId": expected ASCII letters, digits, spaces and "-._", found "<img"#;
    a_smithy_version_has_a_grammar: "smithy-version.json",
        r#"hostile metadata: "apiVersion": expected ASCII letters, digits and "-._", found "1\nfn main"#;
}

refused_waiters! {
    a_waiter_is_named_by_an_identifier: "waiter-name.waiters.json",
        r#"hostile#AxeSharp\n\n```\nstd::process::abort();\n``` waiter: expected a name of ASCII letters"#;
    a_waiters_expected_text_is_printable: "waiter-expected.waiters.json",
        "hostile#AxeSharp waiter acceptors[0]: the expected text: expected printable characters, found '\\n'";
    a_waiters_error_is_printable: "waiter-error.waiters.json",
        "hostile#AxeSharp waiter acceptors[0]: the expected text: expected printable characters, found '\\n'";
    a_waiters_path_is_printable: "waiter-argument.waiters.json",
        "hostile#AxeSharp waiter acceptors[0]: the argument: expected printable characters, found '\\n'";
}

#[test]
fn all_hostile_strings_of_a_model_are_said_at_once() {
    let text = String::from_utf8(document("c2j.json")).expect("UTF-8");
    let text = text.replace("NoAxeHere", "a\\nb").replace("fire", "a\\nb").replace("\"Owner\"", "\"O wner\"");
    let complaints = complaints(&input(text.into(), None));
    for path in ["hostile#NoAxe:", "hostile#Kind:", "hostile#Axe$O wner:", "hostile#GetAxeRequest$O wner:"] {
        assert!(complaints.contains(path), "{path} in {complaints}");
    }
}

#[test]
fn the_folder_that_headers_name_has_a_grammar() {
    for id in ["a\nfn main() {}", "<script>", "", "../x", "a b"] {
        let input = Input { id: id.into(), ..input(document("c2j.json"), None) };
        assert_refused(&input, "expected a service's folder or file of ASCII letters, digits and \"-._\"");
    }
}

#[test]
fn the_address_of_the_reference_is_a_url() {
    for address in
        ["x)\n\n```\nx\n```\n(", "javascript:alert(1)", "https://a.example/{}) <img> (", "https://a b"]
    {
        let input = Input { api_reference: Some(address.into()), ..input(document("c2j.json"), None) };
        assert_refused(&input, "hostile api-reference: expected an address that begins with https://");
    }
}

#[test]
fn the_words_of_an_overlay_add_no_code_and_no_html() {
    for (words, expected) in [
        ("Sharp.\n\n```\nstd::process::abort();\n```", "a code block that is not marked as text"),
        ("Sharp.\n\n    std::process::abort();", "a code block that is not marked as text"),
        ("Sharp. <img src=x onerror=alert(1)>", "HTML"),
        ("Sharp.\u{202e}", "printable characters"),
    ] {
        let overlay = format!("[\"hostile#Axe\"]\ndocs = {}\n", Json::from(words));
        let overlay = Overlay::parse("overlay.toml", &overlay).expect("an overlay");
        assert_refused(&Input { overlay, ..input(document("c2j.json"), None) }, expected);
    }
}

#[test]
fn the_names_and_values_of_an_overlay_are_printable() {
    for (entry, expected) in [
        ("enum = { name = \"State\", values = [\"a\\nb\"] }", "hostile#Axe$Owner: a value:"),
        (
            "enum = { name = \"St\\nate\", values = [\"a\"] }",
            "hostile#Axe$Owner: expected a Rust type's name",
        ),
    ] {
        let overlay = format!("[\"hostile#Axe$Owner\"]\n{entry}\n");
        let overlay = Overlay::parse("overlay.toml", &overlay).expect("an overlay");
        assert_refused(&Input { overlay, ..input(document("c2j.json"), None) }, expected);
    }
}

/// The rule set of endpoints that its strings are put into.
const ENDPOINTS: &str = "../../codegen/fixtures/endpoints/endpoint-rule-set-1.json";

/// The harmless model with a rule set of endpoints.
fn input_with_endpoints(rules: Vec<u8>) -> Input {
    let Input { files, .. } = input(document("c2j.json"), None);
    Input { files: Files { endpoints: Some(rules), ..files }, ..input(Vec::new(), None) }
}

#[test]
fn the_strings_of_endpoint_rules_have_a_grammar() {
    let rules = String::from_utf8(document(ENDPOINTS)).expect("UTF-8");
    for (harmless, hostile, expected) in [
        ("aws-us-gov", "aws\\n```", "hostile endpoint: a partition: expected"),
        ("aws-global", "aws\\u202e", "hostile endpoint: a region: expected"),
        ("us-east-1", "-us", "hostile endpoint: the signing region: expected"),
        ("books", "rds/aws4_request", "hostile endpoint: the signing name: expected"),
        ("books", "", "hostile endpoint: the signing name: expected"),
        ("library.amazonaws.com", "library}.example", "hostile endpoint: the host: expected"),
        ("library.amazonaws.com", "-library.example", "hostile endpoint: the host: expected"),
        ("library.amazonaws.com", "a@b.example", "expected the letters of a host name"),
        ("library.amazonaws.com", "a.example/?", "expected the letters of a host name"),
    ] {
        let rules = rules.replace(harmless, hostile);
        assert_refused(&input_with_endpoints(rules.into()), expected);
    }
}

#[test]
fn the_strings_of_the_table_of_partitions_have_a_grammar() {
    let table = fs::read(tests::workspace().join("model/partitions.json")).expect("a file");
    let sound: Json = serde_json::from_slice(&table).expect("JSON");
    let complaint = |change: &dyn Fn(&mut Json)| {
        let mut table = sound.clone();
        change(&mut table["partitions"][1]);
        let found = generate_partitions(table.to_string().as_bytes(), "test");
        found.expect_err("a hostile table").to_string()
    };
    for (key, what) in [
        ("dnsSuffix", "the DNS suffix"),
        ("dualStackDnsSuffix", "the DNS suffix for dual stack"),
        ("implicitGlobalRegion", "the global region"),
    ] {
        let found = complaint(&|partition| partition["outputs"][key] = "evil.example/\u{202e}".into());
        assert!(found.contains(&format!("partitions.json aws-cn: {what}: expected ASCII")), "{found}");
    }
    let found = complaint(&|partition| partition["regions"]["a\nb"] = serde_json::json!({}));
    assert!(found.contains("partitions.json aws-cn: a region: expected ASCII"), "{found}");
    let found = complaint(&|partition| {
        partition["id"] = "a\nb".into();
        partition["outputs"]["name"] = "a\nb".into();
    });
    assert!(found.contains("partitions.json a\\nb: the name: expected ASCII"), "{found}");
}

/// The values that a place of a model can be given.
fn texts() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "\n",
        "\n\n",
        "\r",
        "\r\n",
        "```",
        "```rust\n",
        "~~~",
        "    ",
        "\t",
        "fn main() {}",
        "#[test]",
        "<img src=x>",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "&lt;",
        "[x](javascript:y)",
        "[^1]: ",
        "`",
        "``",
        "\"",
        "\\",
        "'",
        "*/",
        "/*",
        "//",
        "///",
        "//!",
        "../",
        "..",
        "/",
        "\\\\",
        "\0",
        "\u{85}",
        "\u{2028}",
        "\u{2029}",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "\u{feff}",
        "é",
        "日本",
        "a",
        "Owner",
        " ",
        "{",
        "}",
        "{}",
        "-",
        "- ",
        "> ",
        "1. ",
        "# ",
        "|",
        "=",
        "include!(\"x\")",
        "</p>",
        "<p>",
        "<pre>",
        "</pre>",
        "<code>",
        "</code>",
        "<a href=\"https://a.example/\">",
        "<li>",
        "<ul>",
    ];
    let pieces = proptest::collection::vec(proptest::sample::select(PIECES), 0..8);
    prop_oneof![4 => pieces.prop_map(|pieces| pieces.concat()), 1 => any::<String>()]
}

/// A model with another string at a place, and the same with a harmless one.
fn generate_with(name: &str, document: &Json, mutation: &Mutation) -> Option<Generation> {
    let text = mutation.of(document).to_string().into_bytes();
    let input = match name {
        ENDPOINTS => input_with_endpoints(text),
        _ if name.contains("waiters") => input(self::document("c2j.json"), Some(text)),
        _ => input(text, None),
    };
    generate(&input).ok()
}

/// True for an identifier: what that may change, such as imports, is for other tests to say.
fn is_word(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn check_place(name: &str, place: usize, text: &str) -> Result<(), TestCaseError> {
    let document: Json = serde_json::from_slice(&self::document(name)).expect("JSON");
    let places = crate::mutations::strings(&document);
    let (path, is_key) = &places[place % places.len()];
    let put = |text: &str| {
        let action = match (is_key, path.as_slice()) {
            (true, [Step::Key(shapes), Step::Key(old)]) if shapes == "shapes" => {
                let namespace = old.split_once('#').map_or(String::new(), |(space, _)| format!("{space}#"));
                Action::RenameShape(format!("{namespace}{text}"))
            }
            (true, _) => Action::Rename(text.into()),
            (false, _) => Action::Replace(text.into()),
        };
        Mutation { path: path.clone(), action }
    };
    let hostile = put(text);
    let Some(generation) = generate_with(name, &document, &hostile) else { return Ok(()) };
    let sound = soundness::check(&generation.files);
    prop_assert!(sound.is_ok(), "{name} {hostile}: {sound:?}");
    let harmless = if is_word(text) { None } else { generate_with(name, &document, &put("Zq7")) };
    if let Some(harmless) = harmless {
        let (found, expected) = (soundness::shape(&generation.files), soundness::shape(&harmless.files));
        prop_assert!(found == expected, "{name} {hostile}: other code than of a harmless string");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_string_of_a_c2j_model_adds_code(place in any::<usize>(), text in texts()) {
        check_place("c2j.json", place, &text)?;
    }

    #[test]
    fn no_string_of_a_smithy_model_adds_code(place in any::<usize>(), text in texts()) {
        check_place("smithy.json", place, &text)?;
    }

    #[test]
    fn no_string_of_a_waiter_adds_code(place in any::<usize>(), text in texts()) {
        check_place("harmless.waiters.json", place, &text)?;
    }

    #[test]
    fn no_string_of_endpoint_rules_adds_code(place in any::<usize>(), text in texts()) {
        check_place(ENDPOINTS, place, &text)?;
    }
}
