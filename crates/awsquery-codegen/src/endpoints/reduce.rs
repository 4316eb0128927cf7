//! Reduction of a rule set to lists of rules: the rule set is run with every parameter known except the region.

use std::collections::{BTreeMap, BTreeSet};

use super::rule_set::{Call, Condition, Endpoint, Expression, Parameter, Rule, RuleSet, Then};
use crate::{Diagnostic, ir};

type Result<T> = std::result::Result<T, Diagnostic>;

fn refuse<T>(path: &str, message: impl Into<String>) -> Result<T> {
    Err(Diagnostic { path: path.into(), message: message.into() })
}

/// Reduces a rule set.
///
/// # Errors
///
/// The first place that cannot be expressed as generated facts.
pub(super) fn reduce(set: &RuleSet) -> Result<ir::Endpoints> {
    let run = |scenario| Run { set, scenario };
    for variant in Variant::ALL {
        run(Scenario { variant, is_custom: true, ..Scenario::REGION }).check_custom()?;
        run(Scenario { variant, has_region: false, ..Scenario::REGION }).check_without_region()?;
    }
    let rules = |variant, is_global| run(Scenario { variant, is_global, ..Scenario::REGION }).rules();
    let [plain, fips, dual_stack, fips_dual_stack] = Variant::ALL.map(|variant| rules(variant, false));
    let mut endpoints = ir::Endpoints {
        plain: plain?,
        fips: fips?,
        dual_stack: dual_stack?,
        fips_dual_stack: fips_dual_stack?,
        global: Vec::new(),
    };
    let [global, others @ ..] = Variant::ALL.map(|variant| rules(variant, true));
    let global = global?;
    for (other, known) in
        others.into_iter().zip([&endpoints.fips, &endpoints.dual_stack, &endpoints.fips_dual_stack])
    {
        if other? != *known {
            return refuse(&set.path, "expected the global endpoint to be for plain endpoints only");
        }
    }
    if global != endpoints.plain {
        endpoints.global = global;
    }
    Ok(endpoints)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Variant {
    fips: bool,
    dual_stack: bool,
}

impl Variant {
    const ALL: [Self; 4] = [
        Self { fips: false, dual_stack: false },
        Self { fips: true, dual_stack: false },
        Self { fips: false, dual_stack: true },
        Self { fips: true, dual_stack: true },
    ];

    /// Returns the support that the variant requires of a partition, as tests of the rule sets.
    fn support(self) -> BTreeSet<Test> {
        let (fips, dual_stack) =
            (self.fips.then_some(Test::Fips), self.dual_stack.then_some(Test::DualStack));
        fips.into_iter().chain(dual_stack).collect()
    }
}

/// The known parameters.
#[derive(Clone, Copy, Debug)]
struct Scenario {
    variant: Variant,
    has_region: bool,
    is_custom: bool,
    is_global: bool,
}

impl Scenario {
    const REGION: Self =
        Self { variant: Variant::ALL[0], has_region: true, is_custom: false, is_global: false };
}

/// A condition that depends on the region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Test {
    Partition(String),
    Region(String),
    /// True if the partition supports FIPS.
    Fips,
    /// True if the partition supports dual stack.
    DualStack,
}

/// The value of an expression.
#[derive(Clone, Debug, PartialEq)]
enum Known {
    Absent,
    Flag(bool),
    Text(String),
    Region,
    Custom,
    Partition,
    PartitionName,
    Test(Test),
}

type Names = BTreeMap<String, Known>;

/// A path through the rule set to an endpoint or an error.
struct Way<'a> {
    path: &'a str,
    tests: BTreeSet<Test>,
    names: Names,
    end: Option<&'a Endpoint>,
}

struct Run<'a> {
    set: &'a RuleSet,
    scenario: Scenario,
}

impl<'a> Run<'a> {
    /// Checks that a custom endpoint is used unchanged, and cannot be combined with a variant.
    fn check_custom(&self) -> Result<()> {
        let (ways, _) = self.ways()?;
        let is_plain = self.scenario.variant == Variant::ALL[0];
        let is_custom = |way: &Way<'_>, endpoint: &Endpoint| {
            self.value(&endpoint.url, &way.names).is_ok_and(|url| url == Known::Custom)
                && endpoint.signing_region.is_none()
                && endpoint.signing_name.is_none()
        };
        for way in &ways {
            let is_right = way.end.map_or(!is_plain, |endpoint| is_plain && is_custom(way, endpoint));
            if !is_right {
                return refuse(
                    way.path,
                    "expected a custom endpoint as it is, or an error where it is combined with a variant",
                );
            }
        }
        match ways.is_empty() && is_plain {
            true => refuse(&self.set.path, "expected a rule for custom endpoints, found none"),
            false => Ok(()),
        }
    }

    /// Checks that only a custom endpoint works without a region.
    fn check_without_region(&self) -> Result<()> {
        let (ways, _) = self.ways()?;
        match ways.iter().find(|way| way.end.is_some()) {
            Some(way) => refuse(way.path, "expected no endpoint without a region"),
            None => Ok(()),
        }
    }

    fn ways(&self) -> Result<(Vec<Way<'a>>, bool)> {
        let mut ways = Vec::new();
        let covers_all = self.walk(&self.set.rules, &BTreeSet::new(), &Names::new(), &mut ways)?;
        Ok((ways, covers_all))
    }

    /// Adds the paths through some rules, in their order. The first whose tests hold applies. Returns true if one
    /// always applies.
    fn walk(
        &self,
        rules: &'a [Rule],
        tests: &BTreeSet<Test>,
        names: &Names,
        ways: &mut Vec<Way<'a>>,
    ) -> Result<bool> {
        for rule in rules {
            let (mut own_tests, mut own_names) = (tests.clone(), names.clone());
            if !self.may_hold(&rule.conditions, &mut own_tests, &mut own_names)? {
                continue;
            }
            let always = own_tests == *tests;
            let end = match &rule.then {
                Then::Rules(rules) => {
                    if !self.walk(rules, &own_tests, &own_names, ways)? && self.scenario.has_region {
                        return refuse(&rule.path, "expected rules for every case, found none for some");
                    }
                    None
                }
                Then::Endpoint(endpoint) => Some(Some(endpoint)),
                Then::Error => Some(None),
            };
            ways.extend(end.map(|end| Way { path: &rule.path, tests: own_tests, names: own_names, end }));
            if always {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns true if all conditions may hold together. Adds conditions that depend on the region to the tests.
    fn may_hold(
        &self,
        conditions: &[Condition],
        tests: &mut BTreeSet<Test>,
        names: &mut Names,
    ) -> Result<bool> {
        for condition in conditions {
            let value =
                self.call(&condition.call, names).or_else(|message| refuse(&condition.path, message))?;
            if let Some(name) = &condition.assign {
                names.insert(name.clone(), value.clone());
            }
            match value {
                Known::Absent | Known::Flag(false) => return Ok(false),
                Known::Test(test) if tests.iter().any(|other| other.excludes(&test)) => return Ok(false),
                Known::Test(test) => {
                    tests.insert(test);
                }
                _ => {}
            }
        }
        Ok(true)
    }

    fn value(&self, expression: &Expression, names: &Names) -> std::result::Result<Known, String> {
        let name = match expression {
            Expression::Text(text) => return Ok(Known::Text(text.clone())),
            Expression::Flag(flag) => return Ok(Known::Flag(*flag)),
            Expression::Call(call) => return self.call(call, names),
            Expression::Reference(name) => name,
        };
        if let Some(known) = names.get(name) {
            return Ok(known.clone());
        }
        let Scenario { variant, has_region, is_custom, is_global } = self.scenario;
        let parameter = self.set.parameters.iter().find(|(known, _)| known == name);
        Ok(match parameter.ok_or_else(|| format!("the reference {name:?} is to nothing"))?.1 {
            Parameter::Region if has_region => Known::Region,
            Parameter::Custom if is_custom => Known::Custom,
            Parameter::Region | Parameter::Custom => Known::Absent,
            Parameter::UseFips => Known::Flag(variant.fips),
            Parameter::UseDualStack => Known::Flag(variant.dual_stack),
            Parameter::UseGlobalEndpoint => Known::Flag(is_global),
        })
    }

    fn call(&self, call: &Call, names: &Names) -> std::result::Result<Known, String> {
        let arguments = call.arguments.iter().map(|argument| self.value(argument, names));
        let arguments = arguments.collect::<std::result::Result<Vec<_>, _>>()?;
        match (call.function.as_str(), arguments.as_slice()) {
            ("isSet", [value]) => Ok(Known::Flag(*value != Known::Absent)),
            ("not", [Known::Flag(flag)]) => Ok(Known::Flag(!flag)),
            ("booleanEquals", [Known::Flag(one), Known::Flag(other)]) => Ok(Known::Flag(one == other)),
            ("booleanEquals", [test @ Known::Test(_), Known::Flag(true)])
            | ("booleanEquals", [Known::Flag(true), test @ Known::Test(_)]) => Ok(test.clone()),
            ("stringEquals", [Known::Region, Known::Text(name)])
            | ("stringEquals", [Known::Text(name), Known::Region]) => {
                Ok(Known::Test(Test::Region(name.clone())))
            }
            ("stringEquals", [Known::PartitionName, Known::Text(name)])
            | ("stringEquals", [Known::Text(name), Known::PartitionName]) => {
                Ok(Known::Test(Test::Partition(name.clone())))
            }
            ("aws.partition", [Known::Region]) => Ok(Known::Partition),
            ("parseURL", [Known::Custom]) => Ok(Known::Flag(true)),
            ("aws.partition" | "parseURL", [Known::Absent]) => Ok(Known::Absent),
            ("getAttr", [Known::Partition, Known::Text(key)]) => match key.as_str() {
                "name" => Ok(Known::PartitionName),
                "supportsFIPS" => Ok(Known::Test(Test::Fips)),
                "supportsDualStack" => Ok(Known::Test(Test::DualStack)),
                _ => Err(format!("the attribute {key:?} of a partition is not supported here")),
            },
            (function, arguments) => {
                Err(format!("the function {function:?} is not supported with the arguments {arguments:?}"))
            }
        }
    }

    /// Returns the rules of the scenario's variant.
    fn rules(&self) -> Result<Vec<ir::EndpointRule>> {
        let (ways, covers_all) = self.ways()?;
        if !covers_all {
            return refuse(&self.set.path, "expected rules for every region, found none for some");
        }
        let support = self.scenario.variant.support();
        let (mut rules, mut checked) = (Vec::<ir::EndpointRule>::new(), Vec::new());
        for way in &ways {
            let (tests, of_support): (BTreeSet<_>, BTreeSet<_>) =
                way.tests.iter().cloned().partition(|test| !matches!(test, Test::Fips | Test::DualStack));
            match way.end {
                // An error is valid only after a rule for the same regions that checks support.
                None if of_support.is_empty() && checked.contains(&tests) => {}
                None => return refuse(way.path, "expected an error only where a partition lacks support"),
                Some(endpoint) if of_support == support => {
                    checked.push(tests.clone());
                    push(&mut rules, self.rule(way, endpoint, &tests, false)?);
                }
                Some(endpoint) if of_support.is_empty() && checked.is_empty() => {
                    push(&mut rules, self.rule(way, endpoint, &tests, true)?);
                }
                Some(_) => {
                    return refuse(way.path, "expected a rule that checks for the support of its variant");
                }
            }
        }
        Ok(rules)
    }

    fn rule(
        &self,
        way: &Way<'_>,
        endpoint: &Endpoint,
        tests: &BTreeSet<Test>,
        unchecked: bool,
    ) -> Result<ir::EndpointRule> {
        let (mut partitions, mut regions) = (Vec::new(), Vec::new());
        for test in tests {
            match test {
                Test::Partition(name) => partitions.push(name.clone()),
                Test::Region(name) => regions.push(name.clone()),
                Test::Fips | Test::DualStack => {}
            }
        }
        let url = match &endpoint.url {
            Expression::Text(text) => text.strip_prefix("https://"),
            _ => None,
        };
        let Some(host) = url else { return refuse(way.path, "expected a URL that begins with https://") };
        let signing_region = match &endpoint.signing_region {
            Some(region) => Some(self.template(way, region)?).filter(|region| region != "{region}"),
            None => None,
        };
        let host = self.template(way, host)?;
        let signing_name = endpoint.signing_name.clone();
        Ok(ir::EndpointRule { partitions, regions, unchecked, host, signing_region, signing_name })
    }

    /// Returns a text with the placeholders of the generated facts.
    fn template(&self, way: &Way<'_>, text: &str) -> Result<String> {
        let suffix = if self.scenario.variant.dual_stack { "dualStackDnsSuffix" } else { "dnsSuffix" };
        let (mut template, mut rest) = (String::new(), text);
        while let Some((literal, after)) = rest.split_once('{') {
            template.push_str(literal);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let (name, attribute) = name.split_once('#').unwrap_or((name, ""));
            let value = self.value(&Expression::Reference(name.into()), &way.names);
            template.push_str(match (value, attribute) {
                (Ok(Known::Region), "") => "{region}",
                (Ok(Known::Partition), attribute) if attribute == suffix => "{suffix}",
                (Ok(Known::Partition), "implicitGlobalRegion") => "{global_region}",
                _ => return refuse(way.path, format!("{text:?}: expected the region or {suffix} in braces")),
            });
            rest = after;
        }
        template.push_str(rest);
        let is_known = |c: char| c.is_ascii_alphanumeric() || "-._{}".contains(c);
        match template.chars().all(is_known) && !template.is_empty() {
            true => Ok(template),
            false => refuse(way.path, format!("{text:?}: expected the letters of a host name")),
        }
    }
}

impl Test {
    /// Returns true if both tests cannot hold for one region.
    fn excludes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Partition(one), Self::Partition(other)) | (Self::Region(one), Self::Region(other)) => {
                one != other
            }
            _ => false,
        }
    }
}

/// Adds a rule. If the previous rule differs only in partitions or regions, these are added to it instead.
fn push(rules: &mut Vec<ir::EndpointRule>, rule: ir::EndpointRule) {
    let Some(last) = rules.last_mut() else { return rules.push(rule) };
    let alike = ir::EndpointRule {
        partitions: last.partitions.clone(),
        regions: last.regions.clone(),
        ..rule.clone()
    };
    let both = |ours: &[String], theirs: &[String]| !ours.is_empty() && !theirs.is_empty();
    if alike != *last {
        rules.push(rule);
    } else if last.partitions == rule.partitions && both(&last.regions, &rule.regions) {
        last.regions.extend(rule.regions);
    } else if last.regions == rule.regions && both(&last.partitions, &rule.partitions) {
        last.partitions.extend(rule.partitions);
    } else {
        rules.push(rule);
    }
}
