//! The traits of a shape or member. Traits are read by id, and unread traits are reported at the end.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Json;
use crate::Diagnostics;
use crate::json::{Object, kind_of};
use crate::model::Text;

/// Traits that do not affect the wire of the Query protocol.
const MEANINGLESS: &[&str] = &[
    "smithy.api#externalDocumentation",
    "smithy.api#examples",
    "smithy.api#tags",
    "smithy.api#since",
    "smithy.api#title",
    "smithy.api#internal",
    "smithy.api#private",
    "smithy.api#suppress",
    "smithy.api#references",
    "smithy.api#recommended",
    "smithy.api#unstable",
    "smithy.api#clientOptional",
    "smithy.api#default",
    "smithy.api#addedDefault",
    "smithy.api#box",
    "smithy.api#input",
    "smithy.api#output",
    "smithy.api#pattern",
    "smithy.api#uniqueItems",
    "smithy.api#sparse",
    "smithy.api#notProperty",
    "smithy.api#property",
    "smithy.api#resourceIdentifier",
    "smithy.api#nestedProperties",
    "smithy.api#xmlNamespace",
    "smithy.api#jsonName",
    "smithy.api#mediaType",
    "smithy.api#http",
    "smithy.api#httpHeader",
    "smithy.api#httpLabel",
    "smithy.api#httpPayload",
    "smithy.api#httpPrefixHeaders",
    "smithy.api#httpQuery",
    "smithy.api#httpQueryParams",
    "smithy.api#httpResponseCode",
    "smithy.api#requiresLength",
    "smithy.api#eventHeader",
    "smithy.api#eventPayload",
    "smithy.rules#contextParam",
    "smithy.test#smokeTests",
    "smithy.test#httpRequestTests",
    "smithy.test#httpResponseTests",
    "aws.protocols#ec2QueryName",
    "aws.api#arnReference",
    "aws.api#data",
    "aws.api#controlPlane",
    "aws.api#dataPlane",
    "aws.cloudformation#cfnMutability",
    "aws.cloudformation#cfnName",
    "aws.cloudformation#cfnExcludeProperty",
    "aws.iam#actionPermissionDescription",
    "aws.iam#conditionKeys",
    "aws.iam#defineConditionKeys",
    "aws.iam#requiredActions",
    "aws.iam#iamAction",
];

pub(super) struct Traits<'a> {
    path: String,
    map: Option<&'a Json>,
    read: BTreeSet<&'static str>,
}

impl<'a> Traits<'a> {
    pub(super) fn of(path: &str, object: &mut Object<'a>, diagnostics: &mut Diagnostics) -> Self {
        let map = match object.get("traits") {
            None => None,
            Some(Value::Object(map)) => Some(map),
            Some(other) => {
                let what = format!("\"traits\": expected an object, found {}", kind_of(other));
                diagnostics.error(path, what);
                None
            }
        };
        Self { path: path.into(), map, read: BTreeSet::new() }
    }

    /// Returns a trait's value.
    pub(super) fn get(&mut self, id: &'static str) -> Option<&'a Value> {
        self.read.insert(id);
        self.map?.get(id)
    }

    /// Declares traits that are known but have no meaning here.
    pub(super) fn ignore(&mut self, ids: &[&'static str]) {
        self.read.extend(ids);
    }

    pub(super) fn ignore_meaningless(&mut self) {
        self.ignore(MEANINGLESS);
    }

    pub(super) fn string(&mut self, id: &'static str, diagnostics: &mut Diagnostics) -> Option<String> {
        let value = self.get(id)?;
        let text = value.as_str();
        if text.is_none() {
            diagnostics.error(&self.path, format!("{id}: expected a string, found {}", kind_of(value)));
        }
        text.map(str::to_owned)
    }

    /// Returns the prose.
    pub(super) fn documentation(&mut self, diagnostics: &mut Diagnostics) -> Option<Text> {
        self.string("smithy.api#documentation", diagnostics).map(Text::Html)
    }

    /// Returns a timestamp's format in the terms of C2J.
    pub(super) fn timestamp_format(&mut self, diagnostics: &mut Diagnostics) -> Option<String> {
        let format = self.string("smithy.api#timestampFormat", diagnostics)?;
        Some(match format.as_str() {
            "date-time" => "iso8601".into(),
            "epoch-seconds" => "unixTimestamp".into(),
            "http-date" => "rfc822".into(),
            _ => format,
        })
    }

    /// Returns the least and the greatest value or length.
    pub(super) fn bounds(&mut self) -> (Option<f64>, Option<f64>) {
        let (length, range) = (self.get("smithy.api#length"), self.get("smithy.api#range"));
        let bound = |key| {
            let of = |value: Option<&Value>| value?.get(key)?.as_f64();
            of(length).or_else(|| of(range))
        };
        (bound("min"), bound("max"))
    }

    /// Reports each unread trait.
    pub(super) fn finish(self, diagnostics: &mut Diagnostics) {
        for id in self.map.into_iter().flat_map(Json::keys).filter(|id| !self.read.contains(id.as_str())) {
            diagnostics.warning(&self.path, format!("the trait {id:?} is not known to this generator"));
        }
    }
}
