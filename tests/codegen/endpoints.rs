//! Endpoints: the same facts from both formats; what the facts cannot express is an error with its place.

use awsquery_codegen::{
    Files, Input, Services, generate, generate_partitions, ir, partitions_tree, strip_prose,
};
use serde_json::{Value as Json, json};

use crate::{complaints, fixture, library};

/// The small service with a rule set.
fn with_rules(rules: &Json) -> Input {
    let library = library();
    let files = Files { endpoints: Some(rules.to_string().into_bytes()), ..library.files };
    Input { files, ..library }
}

fn rules() -> Json {
    serde_json::from_slice(&fixture("endpoints/endpoint-rule-set-1.json")).expect("a rule set")
}

fn endpoints(input: &Input) -> ir::Endpoints {
    generate(input).expect("a sound model").ir.endpoints.expect("endpoints")
}

#[test]
fn a_rule_set_becomes_rules_by_variant() {
    let generation = generate(&with_rules(&rules())).expect("a sound model");
    let service = generation.files.iter().find(|file| file.path == "service.rs").expect("a module");
    insta::assert_snapshot!("service_with_endpoints", service.text);
}

#[test]
fn both_formats_give_the_same_endpoints() {
    let smithy = Files { service: fixture("endpoints/smithy.json"), ..Files::default() };
    let smithy = Input { id: "library".into(), files: smithy, ..library() };
    assert_eq!(endpoints(&smithy), endpoints(&with_rules(&rules())));
}

#[test]
fn import_drops_the_sentences_of_a_rule_set_and_no_fact() {
    let text = fixture("endpoints/endpoint-rule-set-1.json");
    let facts = strip_prose("endpoint-rule-set-1.json", &text).expect("JSON");
    assert!(!facts.contains("Words"), "{facts}");
    let facts = serde_json::from_str(&facts).expect("JSON");
    assert_eq!(endpoints(&with_rules(&facts)), endpoints(&with_rules(&rules())));
}

#[test]
fn a_model_without_endpoint_rules_says_so() {
    let generation = generate(&library()).expect("a sound model");
    let service = generation.files.iter().find(|file| file.path == "service.rs").expect("a module");
    assert_eq!(generation.ir.endpoints, None);
    assert!(service.text.contains("/// The model has no endpoint rules, so requests need a custom endpoint"));
    assert!(!service.text.contains("ENDPOINTS"), "{}", service.text);
}

#[test]
fn a_decision_diagram_alone_is_named_and_gives_no_endpoints() {
    let mut smithy: Json = serde_json::from_slice(&fixture("endpoints/smithy.json")).expect("JSON");
    let traits = &mut smithy["shapes"]["example.library#Library_20260101"]["traits"];
    let traits = traits.as_object_mut().expect("traits");
    let rules = traits.remove("smithy.rules#endpointRuleSet").expect("a rule set");
    traits.insert("smithy.rules#endpointBdd".into(), rules);
    let files = Files { service: smithy.to_string().into_bytes(), ..Files::default() };
    let generation = generate(&Input { files, ..library() }).expect("a sound model");
    assert_eq!(generation.ir.endpoints, None);
    let warnings: Vec<_> = generation.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "library#Library_20260101: has its endpoint rules as a decision diagram only, which is not read: endpoints are \
          unknown"
        ]
    );
}

/// The errors of a rule set with another value at a place.
fn complaint(pointer: &str, value: Json) -> String {
    let mut rules = rules();
    *rules.pointer_mut(pointer).expect("a place") = value;
    complaints(&with_rules(&rules))
}

#[test]
fn what_the_facts_cannot_express_is_an_error_with_its_place() {
    let plain = "/rules/1/rules/0/rules/3";
    let fips = "/rules/1/rules/0/rules/1/rules";
    let cases = [
        complaint("/parameters/Endpoint/builtIn", json!("AWS::S3::Accelerate")),
        complaint("/rules/0/conditions/0/fn", json!("isValidHostLabel")),
        complaint("/rules/0/conditions/0/argv/0/ref", json!("Bucket")),
        complaint("/rules/0/rules/0", json!({ "conditions": [], "type": "error" })),
        complaint("/rules/0/rules/2/endpoint/url", json!("https://proxy.{Region}.example.com")),
        complaint("/rules/1/rules/0/rules", json!([])),
        complaint(&format!("{plain}/rules/1/conditions"), rules()["rules"][0]["conditions"].clone()),
        complaint(&format!("{plain}/rules/1/endpoint/url"), json!("http://library.{Region}.example.com")),
        complaint(&format!("{plain}/rules/1/endpoint/url"), json!("https://library.{Bucket}.example.com")),
        complaint(&format!("{plain}/rules/1/endpoint/url"), json!("https://library.example.com:80/path")),
        complaint(&format!("{plain}/rules/1/endpoint/headers"), json!({ "x": [] })),
        complaint(&format!("{plain}/rules/0/endpoint/properties/authSchemes/0/name"), json!("sigv4a")),
        complaint(&format!("{plain}/rules/1/type"), json!("error")),
        complaint(&format!("{fips}/0/conditions/0/argv/1/argv/1"), json!("supportsDualStack")),
        complaint(
            &format!("{fips}/1"),
            rules().pointer(&format!("{plain}/rules/1")).expect("a rule").clone(),
        ),
        complaint("/rules/2", rules().pointer(&format!("{plain}/rules/1")).expect("a rule").clone()),
    ];
    insta::assert_snapshot!(cases.join("\n"));
}

#[test]
fn signatures_are_of_version_2_or_4() {
    let with = |version: &str| {
        let text = String::from_utf8(fixture("small/service-2.json")).expect("UTF-8");
        let mut service: Json = serde_json::from_str(&text).expect("JSON");
        service["metadata"]["signatureVersion"] = version.into();
        Input { files: Files { service: service.to_string().into_bytes(), ..Files::default() }, ..library() }
    };
    let version = |version| generate(&with(version)).expect("a sound model").ir.signature_version;
    assert_eq!(version("v4"), ir::SignatureVersion::V4);
    assert_eq!(version("v2"), ir::SignatureVersion::V2);
    let error = complaints(&with("v9"));
    assert!(error.contains("\"signatureVersion\": expected \"v2\" or \"v4\", found \"v9\""), "{error}");
}

#[test]
fn a_table_of_partitions_that_the_facts_cannot_express_is_an_error_with_its_place() {
    let text = std::fs::read(tests::workspace().join("model/partitions.json")).expect("a file");
    let sound: Json = serde_json::from_slice(&text).expect("JSON");
    let complaint = |pointer: &str, value: Json| {
        let mut table = sound.clone();
        *table.pointer_mut(pointer).expect("a place") = value;
        let text = table.to_string();
        generate_partitions(text.as_bytes(), "test").expect_err("a broken table").to_string()
    };
    let cases = [
        complaint("/partitions/0/regionRegex", json!("^us-.*$")),
        complaint("/partitions/1/regionRegex", json!(r"^[a-c]n\-\w+\-\d+$")),
        complaint("/partitions/0/regions/us-east-1", json!({ "dnsSuffix": "example.com" })),
        complaint("/partitions/0/outputs/supportsFIPS", json!("yes")),
        complaint("/partitions/0/outputs/name", json!("aws-moon")),
        complaint("/partitions/0", sound["partitions"][1].clone()),
        complaint("/partitions/1/outputs", json!({})),
    ];
    insta::assert_snapshot!(cases.join("\n"));
}

#[test]
fn the_table_that_is_checked_in_is_what_the_generator_makes() {
    let tree = partitions_tree(&tests::workspace(), "cargo xtask codegen").expect("a sound table");
    let differences = tree.compare().expect("a readable tree");
    assert!(differences.is_empty(), "run `cargo xtask codegen`: {differences:#?}");
}

#[test]
fn every_model_here_has_endpoints_of_its_release() {
    for (id, entry) in &Services::read(&tests::workspace()).expect("services.toml").0 {
        let run = entry.run(&tests::workspace(), id, "test").expect("a sound model");
        assert_eq!(run.generation.ir.endpoints.is_some(), entry.model.starts_with("model/"), "{id}");
    }
}
