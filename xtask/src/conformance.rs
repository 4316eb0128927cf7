//! `cargo xtask conformance [DIR]`: the public suites of the Query protocol, in botocore's test format.
//!
//! Each case is a small service: its shapes and one operation. All of them are generated into one scratch crate, built,
//! and driven by lines of `cargo xtask wire`. Parts that the format leaves to its harness are added here: the result's
//! element, an absent body, timestamps as numbers and blobs as text.

mod values;

use std::path::Path;
use std::process::ExitCode;

use awsquery_codegen::{Files, GeneratedFile, Input};
use serde_json::{Map, Value as Json, json};

use self::values::Shapes;
use crate::Result;
use crate::botocore::Release;
use crate::scratch::{self, Scratch};

/// The endpoint of suites that name none.
const ENDPOINT: &str = "https://example.com";

/// Reads the command line and does what it says.
pub(crate) fn run(args: lexopt::Parser) -> Result<ExitCode> {
    let folder = crate::optional_path(args)?;
    let folder = match folder {
        Some(folder) => folder,
        None => Release::pinned()?.sources()?.join("tests/unit/protocols"),
    };
    let mut cases = Vec::new();
    for (direction, is_input) in [("input", true), ("output", false)] {
        read(&folder.join(direction).join("query.json"), is_input, &mut cases)?;
    }
    let answers = answers(&cases)?;
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for (case, answer) in cases.iter().zip(&answers) {
        match case.verdict(answer) {
            Verdict::Passed => passed += 1,
            Verdict::Skipped(reason) => {
                skipped += 1;
                println!("SKIP {}: {reason}", case.id);
            }
            Verdict::Failed(differences) => {
                failed += 1;
                println!("FAIL {} ({})", case.id, if case.is_input { "request" } else { "response" });
                differences.iter().for_each(|difference| println!("  {difference}"));
            }
        }
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    Ok(if failed > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// A case of a suite.
struct Case {
    id: String,
    /// The module that holds its service.
    module: String,
    is_input: bool,
    suite: Json,
    case: Json,
}

fn read(path: &Path, is_input: bool, cases: &mut Vec<Case>) -> Result<()> {
    let suites = crate::read_json(path)?;
    let expected = || format!("{}: expected an array of suites with cases", path.display());
    for suite in suites.as_array().ok_or_else(expected)? {
        let mut common = suite.as_object().ok_or_else(expected)?.clone();
        for case in common.remove("cases").and_then(|cases| cases.as_array().cloned()).ok_or_else(expected)? {
            let id = case["id"].as_str().or(case["given"]["name"].as_str()).ok_or_else(expected)?;
            cases.push(Case {
                id: id.to_owned(),
                module: format!("case_{}", cases.len()),
                is_input,
                suite: Json::Object(common.clone()),
                case,
            });
        }
    }
    Ok(())
}

/// Builds the program of all cases and sends their lines to it.
fn answers(cases: &[Case]) -> Result<Vec<Json>> {
    let mut sources = vec![scratch::driver()];
    let mut main = String::from(
        "//! Written by `cargo xtask conformance`: the driver, and a service for each case.\n\n#![forbid(unsafe_code)]\n\
         #![allow(dead_code, deprecated, unused_imports)]\n\nmod driver;\n",
    );
    let mut all = String::new();
    for case in cases {
        sources.extend(case.sources()?);
        main.push_str(&format!("mod {};\n", case.module));
        all.push_str(&format!("    operations.extend({}::OPERATIONS);\n", case.module));
    }
    main.push_str(&format!(
        "\nfn main() -> std::process::ExitCode {{\n    let mut operations = Vec::new();\n{all}    driver::main(&operations)\n}}\n"
    ));
    sources.push(GeneratedFile::new("main.rs", main));
    let (program, _) = Scratch::new("conformance", "suites").with_reference().build(sources)?;
    let lines: Vec<_> = cases.iter().map(Case::line).collect();
    scratch::responses(&program, &lines)
}

/// The result of a case.
enum Verdict {
    Passed,
    Skipped(&'static str),
    Failed(Vec<String>),
}

impl Case {
    fn given(&self) -> &Json {
        &self.case["given"]
    }

    fn shapes(&self) -> Shapes<'_> {
        Shapes(&self.suite["shapes"])
    }

    /// Returns the case's service as a model.
    fn model(&self) -> Json {
        let mut metadata = self.suite["metadata"].as_object().cloned().unwrap_or_default();
        metadata.entry("endpointPrefix").or_insert_with(|| "example".into());
        metadata.entry("serviceId").or_insert_with(|| "Example".into());
        let mut operation = self.given().as_object().cloned().unwrap_or_default();
        let name = operation.get("name").and_then(Json::as_str).unwrap_or_default().to_owned();
        if let Some(Json::Object(output)) = operation.get_mut("output") {
            // The suites omit the wrapper, and botocore's harness adds it.
            output.entry("resultWrapper").or_insert_with(|| format!("{name}Result").into());
        }
        json!({
            "version": "2.0",
            "metadata": metadata,
            "operations": { name: operation },
            "shapes": self.suite["shapes"],
        })
    }

    /// Returns the service's code, in a module of the case.
    fn sources(&self) -> Result<Vec<GeneratedFile>> {
        let files = Files { service: self.model().to_string().into_bytes(), ..Files::default() };
        let input = Input {
            id: self.module.clone(),
            files,
            command: "cargo xtask conformance".into(),
            ..Input::default()
        };
        let generation =
            awsquery_codegen::generate(&input).map_err(|error| format!("{}: {error}", self.id))?;
        let module = &self.module;
        let mut sources = scratch::moved(
            &generation.files,
            &format!("{module}/generated"),
            &format!("{module}::generated"),
        );
        let tables =
            scratch::tables(&generation, &format!("crate::{module}::generated"), |_| Some(module.clone()));
        sources.push(GeneratedFile::new(
            format!("{module}/mod.rs"),
            format!("mod generated;\n\nuse crate::driver;\n\n{tables}"),
        ));
        Ok(sources)
    }

    /// Converts a value to the format of the generated code. Without a shape the value must be empty, so it is kept and
    /// the comparison shows its content.
    fn ours(&self, shape: Option<&str>, value: &Json) -> Json {
        match (shape, value) {
            (Some(shape), value) => self.shapes().to_ours(shape, value),
            (None, Json::Null) => json!({}),
            (None, value) => value.clone(),
        }
    }

    fn line(&self) -> Json {
        if self.is_input {
            let shape = self.given()["input"]["shape"].as_str();
            let input = self.ours(shape, &self.case["params"]);
            let endpoint = self.suite["clientEndpoint"].as_str().unwrap_or(ENDPOINT);
            return json!({ "op": self.module, "input": input, "endpoint": endpoint });
        }
        let response = &self.case["response"];
        let body = response["body"].as_str().unwrap_or_default();
        let headers = response["headers"].as_object().cloned().unwrap_or_default();
        json!({ "op": self.module, "status": response["status_code"], "headers": headers, "body": body })
    }

    fn verdict(&self, answer: &Json) -> Verdict {
        if !self.given()["requestcompression"].is_null() {
            return Verdict::Skipped("request compression is not implemented");
        }
        let mut differences = Vec::new();
        let mut compare = |what: &str, expected: &Json, found: &Json| {
            if !values::equal(expected, found) {
                differences.push(format!("{what}: expected {expected}, found {found}"));
            }
        };
        if self.is_input {
            self.compare_request(answer, &mut compare);
        } else {
            self.compare_response(answer, &mut compare);
        }
        if differences.is_empty() { Verdict::Passed } else { Verdict::Failed(differences) }
    }

    fn compare_request(&self, answer: &Json, compare: &mut impl FnMut(&str, &Json, &Json)) {
        let serialized = &self.case["serialized"];
        compare("invalid", &Json::Null, &answer["invalid"]);
        compare("method", &serialized["method"], &answer["method"]);
        compare("uri", &serialized["uri"], &answer["uri"]);
        let pairs = |body: &Json| Json::from(values::decoded(body.as_str().unwrap_or_default()));
        let (expected, found) = (pairs(&serialized["body"]), pairs(&answer["body"]));
        compare("body", &expected, &found);
        // A text has many encodings, but a signature is valid for one of them only.
        if expected == found {
            compare("encoded body", &serialized["body"], &answer["body"]);
        }
        let header = |name: &str| &answer["headers"][name.to_ascii_lowercase()];
        for (name, value) in serialized["headers"].as_object().into_iter().flatten() {
            compare(name, value, header(name));
        }
        for name in serialized["requireHeaders"].as_array().into_iter().flatten().filter_map(Json::as_str) {
            compare(name, &Json::Bool(true), &Json::Bool(!header(name).is_null()));
        }
        if let Some(host) = serialized["host"].as_str() {
            // The suites also have an endpoint's path here.
            let host = host.split('/').next().unwrap_or_default();
            compare("host", &host.into(), header("host"));
        }
    }

    fn compare_response(&self, answer: &Json, compare: &mut impl FnMut(&str, &Json, &Json)) {
        compare("malformed", &Json::Null, &answer["malformed"]);
        let Some(code) = self.case.get("errorCode") else {
            let shape = self.given()["output"]["shape"].as_str();
            compare("result", &self.ours(shape, &self.case["result"]), &answer["output"]);
            return;
        };
        let error = &answer["error"];
        compare("code", code, &error["code"]);
        compare("status", &self.case["response"]["status_code"], &error["status"]);
        if let Some(message) = self.case.get("errorMessage") {
            compare("message", message, &error["message"]);
        }
        let shapes = self.given()["errors"].as_array().into_iter().flatten();
        let shape = shapes
            .filter_map(|error| error["shape"].as_str())
            .find(|name| Some(*name) == error["kind"].as_str());
        let none = Json::Object(Map::new());
        let members = self.case.get("error").unwrap_or(&none);
        let expected = shape.map_or(Json::Null, |shape| self.shapes().to_ours(shape, members));
        compare("members", &expected, &error["members"]);
    }
}
