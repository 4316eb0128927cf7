//! The format of endpoint rule sets, which is the same in botocore's files and Smithy's trait.

use serde_json::Value;

use crate::Diagnostics;
use crate::json::{Object, kind_of};

/// A rule set.
#[derive(Debug, Default)]
pub(super) struct RuleSet {
    pub(super) path: String,
    /// The parameters, by name.
    pub(super) parameters: Vec<(String, Parameter)>,
    pub(super) rules: Vec<Rule>,
}

/// A parameter of the rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parameter {
    Region,
    Custom,
    UseFips,
    UseDualStack,
    UseGlobalEndpoint,
}

/// A rule, and its result if all of its conditions hold.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) path: String,
    pub(super) conditions: Vec<Condition>,
    pub(super) then: Then,
}

#[derive(Debug)]
pub(super) enum Then {
    Rules(Vec<Rule>),
    Endpoint(Endpoint),
    Error,
}

#[derive(Debug)]
pub(super) struct Condition {
    pub(super) path: String,
    pub(super) call: Call,
    /// The name under which later conditions refer to the result.
    pub(super) assign: Option<String>,
}

#[derive(Debug)]
pub(super) struct Call {
    pub(super) function: String,
    pub(super) arguments: Vec<Expression>,
}

#[derive(Debug)]
pub(super) enum Expression {
    Reference(String),
    Call(Call),
    Text(String),
    Flag(bool),
}

/// An endpoint: its URL, and its signing region and name if the rule set has them.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) url: Expression,
    pub(super) signing_region: Option<String>,
    pub(super) signing_name: Option<String>,
}

impl RuleSet {
    /// Reads a rule set. Any part that this reader does not know is an error, even if the format allows it.
    pub(super) fn view(path: &str, json: &Value, diagnostics: &mut Diagnostics) -> Self {
        let mut set = Self { path: path.into(), ..Self::default() };
        let Some(mut root) = Object::new(path, json, diagnostics) else { return set };
        root.ignore(&["version"]);
        for (name, json) in root.entries("parameters", diagnostics) {
            let path = format!("{path} parameters.{name}");
            set.parameters.extend(Parameter::view(&path, json, diagnostics).map(|it| (name.clone(), it)));
        }
        set.rules = rules(&format!("{path} "), &mut root, diagnostics);
        finish(root, diagnostics);
        set
    }
}

impl Parameter {
    fn view(path: &str, json: &Value, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut object = Object::new(path, json, diagnostics)?;
        object.ignore(&["required", "type", "documentation"]);
        let built_in = object.string("builtIn", diagnostics);
        if !matches!(object.get("default"), None | Some(Value::Bool(false))) {
            diagnostics.error(path, "\"default\": expected false or none");
        }
        finish(object, diagnostics);
        let parameter = match built_in.as_deref() {
            Some("AWS::Region") => Some(Self::Region),
            Some("SDK::Endpoint") => Some(Self::Custom),
            Some("AWS::UseFIPS") => Some(Self::UseFips),
            Some("AWS::UseDualStack") => Some(Self::UseDualStack),
            Some("AWS::STS::UseGlobalEndpoint") => Some(Self::UseGlobalEndpoint),
            _ => None,
        };
        if parameter.is_none() {
            let found = built_in.map_or("none".into(), |name| format!("{name:?}"));
            diagnostics.error(
                path,
                format!("\"builtIn\": expected a region, a custom endpoint or a variant, found {found}"),
            );
        }
        parameter
    }
}

/// Reads the rules of an object. `path` is the prefix of their paths.
fn rules(path: &str, object: &mut Object<'_>, diagnostics: &mut Diagnostics) -> Vec<Rule> {
    let rules = object.array("rules", diagnostics).iter().enumerate();
    rules.filter_map(|(index, json)| Rule::view(format!("{path}rules[{index}]"), json, diagnostics)).collect()
}

impl Rule {
    fn view(path: String, json: &Value, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut object = Object::new(&path, json, diagnostics)?;
        object.ignore(&["documentation"]);
        let conditions = object.array("conditions", diagnostics).iter().enumerate();
        let conditions = conditions.filter_map(|(index, json)| {
            Condition::view(format!("{path}.conditions[{index}]"), json, diagnostics)
        });
        let conditions = conditions.collect();
        let then = match object.required_string("type", diagnostics).as_str() {
            "tree" => Some(Then::Rules(rules(&format!("{path}."), &mut object, diagnostics))),
            "endpoint" => {
                let json = object.get("endpoint").unwrap_or(&Value::Null);
                Endpoint::view(&format!("{path}.endpoint"), json, diagnostics).map(Then::Endpoint)
            }
            "error" => {
                object.ignore(&["error"]);
                Some(Then::Error)
            }
            other => {
                diagnostics
                    .error(&path, format!("\"type\": expected tree, endpoint or error, found {other:?}"));
                None
            }
        };
        finish(object, diagnostics);
        Some(Self { conditions, then: then?, path })
    }
}

impl Condition {
    fn view(path: String, json: &Value, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut object = Object::new(&path, json, diagnostics)?;
        let assign = object.string("assign", diagnostics);
        let call = Call::view(object, diagnostics)?;
        Some(Self { path, call, assign })
    }
}

impl Call {
    fn view(mut object: Object<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let path = object.path().to_owned();
        let function = object.required_string("fn", diagnostics);
        let arguments = object.array("argv", diagnostics).iter().enumerate();
        let arguments = arguments
            .map(|(index, json)| Expression::view(&format!("{path}.argv[{index}]"), json, diagnostics));
        let arguments = arguments.collect::<Option<_>>();
        finish(object, diagnostics);
        Some(Self { function, arguments: arguments? })
    }
}

impl Expression {
    fn view(path: &str, json: &Value, diagnostics: &mut Diagnostics) -> Option<Self> {
        match json {
            Value::String(text) => Some(Self::Text(text.clone())),
            Value::Bool(flag) => Some(Self::Flag(*flag)),
            Value::Object(map) if map.contains_key("ref") => {
                let mut object = Object::new(path, json, diagnostics)?;
                let name = object.required_string("ref", diagnostics);
                finish(object, diagnostics);
                Some(Self::Reference(name))
            }
            Value::Object(_) => {
                Call::view(Object::new(path, json, diagnostics)?, diagnostics).map(Self::Call)
            }
            other => {
                let what = format!("expected a string, a boolean or an object, found {}", kind_of(other));
                diagnostics.error(path, what);
                None
            }
        }
    }
}

impl Endpoint {
    fn view(path: &str, json: &Value, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut object = Object::new(path, json, diagnostics)?;
        let url = object.get("url").unwrap_or(&Value::Null);
        let url = Expression::view(&format!("{path}.url"), url, diagnostics);
        if object.entries("headers", diagnostics).next().is_some() {
            diagnostics.error(path, "\"headers\": expected none");
        }
        let (mut signing_region, mut signing_name) = (None, None);
        if let Some(json) = object.get("properties") {
            let path = format!("{path}.properties");
            if let Some(mut properties) = Object::new(&path, json, diagnostics) {
                let schemes = properties.array("authSchemes", diagnostics);
                if let [scheme] = schemes {
                    (signing_region, signing_name) =
                        scheme_v4(&format!("{path}.authSchemes[0]"), scheme, diagnostics);
                } else if !schemes.is_empty() {
                    let what = format!("\"authSchemes\": expected one, found {}", schemes.len());
                    diagnostics.error(&path, what);
                }
                finish(properties, diagnostics);
            }
        }
        finish(object, diagnostics);
        Some(Self { url: url?, signing_region, signing_name })
    }
}

/// Returns the signing region and name of Signature Version 4.
fn scheme_v4(path: &str, json: &Value, diagnostics: &mut Diagnostics) -> (Option<String>, Option<String>) {
    let Some(mut scheme) = Object::new(path, json, diagnostics) else { return (None, None) };
    let name = scheme.required_string("name", diagnostics);
    if name != "sigv4" {
        diagnostics.error(path, format!("\"name\": expected \"sigv4\", found {name:?}"));
    }
    let found = (scheme.string("signingRegion", diagnostics), scheme.string("signingName", diagnostics));
    finish(scheme, diagnostics);
    found
}

/// Reports each unread key as an error. In a rule set, an unknown key may change where requests go.
fn finish(object: Object<'_>, diagnostics: &mut Diagnostics) {
    let mut unknown = Diagnostics::default();
    object.finish(&mut unknown);
    diagnostics.errors.append(&mut unknown.warnings);
}
