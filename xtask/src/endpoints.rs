//! `cargo xtask endpoints [DIR]`: botocore's endpoint cases for each of the Query services.
//!
//! The generator reads each service's rule set. The facts are compiled into a scratch crate, where the runtime resolves
//! the cases with the same code as for clients. This command compares the results with the expected ones.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use awsquery_codegen::{Files, GeneratedFile, Input, Selection};
use serde_json::{Value as Json, json};

use crate::Result;
use crate::botocore::{Release, newest_version};
use crate::scratch::{self, Scratch};

/// The services of the Query protocol.
const SERVICES: [&str; 18] = [
    "autoscaling",
    "cloudformation",
    "cloudsearch",
    "cloudwatch",
    "docdb",
    "elasticache",
    "elasticbeanstalk",
    "elb",
    "elbv2",
    "iam",
    "importexport",
    "neptune",
    "rds",
    "redshift",
    "sdb",
    "ses",
    "sns",
    "sts",
];

/// The source of the program that resolves the cases.
const DRIVER: &str = include_str!("endpoints/driver.rs");

/// The errors of the rule sets, with the runtime's name for each.
const ERRORS: [(&str, &str); 6] = [
    ("Invalid Configuration: Missing Region", "NoRegion"),
    ("Invalid Configuration: FIPS and custom endpoint are not supported", "CustomVariant"),
    ("Invalid Configuration: Dualstack and custom endpoint are not supported", "CustomVariant"),
    ("FIPS is enabled but this partition does not support FIPS", "UnsupportedVariant"),
    ("DualStack is enabled but this partition does not support DualStack", "UnsupportedVariant"),
    ("FIPS and DualStack are enabled, but this partition does not support one or both", "UnsupportedVariant"),
];

/// Reads the command line and does what it says.
pub(crate) fn run(args: lexopt::Parser) -> Result<ExitCode> {
    let folder = crate::optional_path(args)?;
    let sources = Release::pinned()?.sources()?;
    let of_botocore = || sources.join("tests/functional/endpoint-rules");
    let services = match &folder {
        Some(folder) => names(folder)?,
        None => SERVICES.map(str::to_owned).to_vec(),
    };
    let cases = cases(&folder.unwrap_or_else(of_botocore), &services)?;
    let found = resolve(&sources.join("botocore/data"), &services, &cases)?;
    let (mut passed, mut failed) = (0, 0);
    for (case, found) in cases.iter().zip(&found) {
        match case.differences(found) {
            differences if differences.is_empty() => passed += 1,
            differences => {
                failed += 1;
                println!("FAIL {}: {}", case.service, case.title());
                differences.iter().for_each(|difference| println!("  {difference}"));
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    Ok(if failed > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Returns the names of the folders in a folder.
fn names(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// A case of the file.
struct Case {
    service: String,
    case: Json,
}

fn cases(folder: &Path, services: &[String]) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for service in services {
        let path = folder.join(service).join("endpoint-tests-1.json");
        let json = crate::read_json(&path)?;
        let listed = json["testCases"].as_array().filter(|cases| !cases.is_empty());
        let listed = listed.ok_or_else(|| format!("{}: expected cases, found none", path.display()))?;
        cases.extend(listed.iter().map(|case| Case { service: service.clone(), case: case.clone() }));
    }
    Ok(cases)
}

/// Builds the program with the facts of all services, and resolves the cases with it.
fn resolve(data: &Path, services: &[String], cases: &[Case]) -> Result<Vec<Json>> {
    let mut sources = Vec::new();
    let (mut modules, mut arms) = (String::new(), String::new());
    for service in services {
        let module = service.replace('-', "_");
        let facts = facts(data, service, &module)?;
        modules.push_str(&format!("mod {module};\n"));
        arms.push_str(&format!("    ({service:?}, facts::<{module}::{}>),\n", facts.type_name));
        sources.extend(facts.files);
    }
    let services = format!("static SERVICES: &[(&str, fn() -> Facts)] = &[\n{arms}];\n");
    sources.push(GeneratedFile::new("main.rs", format!("{DRIVER}\n{modules}\n{services}")));
    let (program, _) = Scratch::new("endpoints", "endpoints").build(sources)?;
    let lines: Vec<_> = cases.iter().map(Case::line).collect();
    scratch::responses(&program, &lines)
}

/// A service's module, and the type in it that has the facts.
struct Facts {
    type_name: String,
    files: Vec<GeneratedFile>,
}

/// Generates a service without operations, since only its facts are needed.
fn facts(data: &Path, service: &str, module: &str) -> Result<Facts> {
    let generation = awsquery_codegen::generate(&Input {
        id: service.into(),
        files: Files::read(&newest_version(data, service)?.join("service-2.json"))?,
        selection: Selection::Named(Vec::new()),
        facts_only: true,
        command: "cargo xtask endpoints".into(),
        ..Input::default()
    })
    .map_err(|error| format!("{service}: {error}"))?;
    let files = scratch::moved(&generation.files, module, module);
    Ok(Facts { files, type_name: generation.ir.type_name })
}

impl Case {
    fn title(&self) -> &str {
        self.case["documentation"].as_str().unwrap_or("a case without a title")
    }

    fn line(&self) -> Json {
        json!({ "service": self.service, "params": self.case["params"] })
    }

    fn differences(&self, found: &Json) -> Vec<String> {
        let expect = &self.case["expect"];
        let mut differences = Vec::new();
        let mut compare = |what: &str, expected: &Json, found: &Json| {
            if expected != found {
                differences.push(format!("{what}: expected {expected}, found {found}"));
            }
        };
        if let Some(text) = expect["error"].as_str() {
            let known = ERRORS.iter().find(|(known, _)| *known == text);
            compare("error", &known.map_or(json!(text), |(_, name)| json!(name)), &found["error"]);
            return differences;
        }
        compare("error", &Json::Null, &found["error"]);
        let endpoint = &expect["endpoint"];
        compare("url", &endpoint["url"], &found["url"]);
        let scheme = &endpoint["properties"]["authSchemes"][0];
        let or = |expected: &Json, default: &Json| {
            if expected.is_null() { default.clone() } else { expected.clone() }
        };
        // By default, requests are signed for the region, with the service's own name.
        let region = or(&scheme["signingRegion"], &self.case["params"]["Region"]);
        compare("signingRegion", &region, &found["signingRegion"]);
        compare("signingName", &or(&scheme["signingName"], &found["ownName"]), &found["signingName"]);
        let only = |json: &Json, keys: &[&str]| {
            json.as_object().into_iter().flatten().all(|(key, _)| keys.contains(&key.as_str()))
        };
        if !only(endpoint, &["url", "properties"])
            || !only(&endpoint["properties"], &["authSchemes"])
            || !only(scheme, &["name", "signingRegion", "signingName"])
            || endpoint["properties"]["authSchemes"].as_array().is_some_and(|schemes| schemes.len() != 1)
        {
            compare("more", endpoint, &Json::Null);
        }
        differences
    }
}
