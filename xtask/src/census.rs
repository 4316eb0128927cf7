//! `cargo xtask census`: the check that every item is documented, in words that are not copied from AWS.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use awsquery_codegen::{Census, Services, gunzip};

use crate::botocore::Release;
use crate::{Result, workspace};

/// The number of equal words in a row that indicates a copy, or two texts that name the same thing.
const RUN: usize = 8;

/// The greatest number of such runs, which are names and enumerations that cannot be rephrased.
const RUNS: usize = 20;

/// Prints items without docs, and the runs that AWS's prose and the overlays share. Fails if there are too many.
pub(crate) fn run() -> Result<ExitCode> {
    let (root, data) = (workspace(), Release::pinned()?.models()?);
    let mut is_whole = true;
    for (id, service) in Services::read(&root)?.0.iter().filter(|(_, service)| service.words) {
        let census = Census::of(&service.run(&root, id, "cargo xtask census")?.generation.ir);
        census.missing.iter().for_each(|path| println!("{path}: no words"));
        let Census { texts, missing, setters } = &census;
        let all = texts.len() + missing.len();
        let share = 100.0 * texts.len() as f64 / all as f64;
        println!(
            "census {id}: {} of {all} have words, {share:.1} %, and so have {setters} setters",
            texts.len()
        );
        let copied = in_common(&prose(&data.join(id))?, texts);
        copied.iter().for_each(|(path, run)| println!("{path}: as AWS has it: {run}"));
        println!(
            "census {id}: {} runs of {RUN} words in common with AWS's prose, at most {RUNS}",
            copied.len()
        );
        is_whole &= missing.is_empty() && copied.len() <= RUNS;
    }
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Returns all prose of a service's models, of every version.
fn prose(folder: &Path) -> Result<HashSet<Vec<String>>> {
    let mut runs = HashSet::new();
    for version in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        for file in fs::read_dir(version?.path())? {
            let path = file?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with("service-2.json") {
                let json: serde_json::Value = serde_json::from_slice(&gunzip(fs::read(&path)?)?)?;
                add_runs(&json, &mut runs);
            }
        }
    }
    Ok(runs)
}

fn add_runs(json: &serde_json::Value, runs: &mut HashSet<Vec<String>>) {
    match json {
        serde_json::Value::Object(object) => {
            for (key, value) in object {
                match value.as_str() {
                    Some(html) if key == "documentation" => {
                        runs.extend(words(&without_tags(html)).windows(RUN).map(<[_]>::to_vec));
                    }
                    _ => add_runs(value, runs),
                }
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| add_runs(item, runs)),
        _ => {}
    }
}

fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        rest = tag.split_once('>').map_or("", |(_, rest)| rest);
    }
    text + rest
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect()
}

/// Returns the first run of each text that is also in AWS's prose.
fn in_common(prose: &HashSet<Vec<String>>, texts: &[(String, String)]) -> Vec<(String, String)> {
    let mut seen = HashSet::new();
    let common = texts.iter().filter_map(|(path, text)| {
        let words = words(&text.replace('`', ""));
        let run = words.windows(RUN).find(|run| prose.contains(*run))?.join(" ");
        // One text may document many members.
        seen.insert(run.clone()).then(|| (path.clone(), run))
    });
    common.collect()
}
