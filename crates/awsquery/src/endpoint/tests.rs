//! Rules without a case in botocore's tests: partitions without a variant, services without rules.

use super::*;

const RULES: Endpoints = Endpoints::plain(&[Rule::host("a.{region}.{suffix}")])
    .fips(&[
        Rule::host("a-fips.{suffix}").partitions(&["aws-cn"]).unchecked(),
        Rule::host("a-fips.{region}.{suffix}"),
    ])
    .dual_stack(&[Rule::host("a.{region}.{suffix}").signing_region("{global_region}").signing_name("b")]);

#[test]
fn end_1_the_first_rule_that_applies_decides() {
    let fips = |region| RULES.resolve(&Params::default().region(region).use_fips(true)).map(|it| it.url);
    assert_eq!(fips("cn-north-1").as_deref(), Ok("https://a-fips.amazonaws.com.cn"));
    assert_eq!(fips("eu-west-1").as_deref(), Ok("https://a-fips.eu-west-1.amazonaws.com"));
}

#[test]
fn end_1_a_rule_names_what_to_sign_for() {
    let endpoint = RULES.resolve(&Params::default().region("cn-north-1").use_dual_stack(true));
    let endpoint = endpoint.expect("an endpoint");
    assert_eq!(endpoint.url, "https://a.cn-north-1.api.amazonwebservices.com.cn");
    assert_eq!(endpoint.signing_region.as_deref(), Some("cn-northwest-1"));
    assert_eq!(endpoint.signing_name, Some("b"));
}

#[test]
fn end_1_errors_say_what_is_wrong_and_what_would_be_right() {
    let error = |params: Params<'_>| RULES.resolve(&params).expect_err("no endpoint").to_string();
    let default = Params::default();
    assert_eq!(error(default), "missing region: must be set, since no custom endpoint is");
    assert_eq!(
        error(default.region("eu/west")),
        "invalid region \"eu/west\": must be a label of a host name, such as eu-west-1"
    );
    assert_eq!(
        error(default.custom("https://a").use_fips(true)),
        "FIPS cannot be combined with a custom endpoint: only one of them may be set"
    );
    assert_eq!(
        error(default.region("eu-west-1").use_fips(true).use_dual_stack(true)),
        "the partition aws of the region eu-west-1 does not support FIPS with dual stack"
    );
    assert_eq!(
        Endpoints::NONE.resolve(&default.region("eu-west-1")).expect_err("no rules").to_string(),
        "no endpoint is known, since the service's model has no endpoint rules: a custom endpoint must be set"
    );
}

#[test]
fn end_1_a_partition_without_the_variant_has_only_unchecked_rules() {
    let none = Partition { supports_fips: false, ..*Partition::of("cn-north-1") };
    assert!(!none.supports(Variant::Fips) && !none.supports(Variant::FipsDualStack));
    assert!(none.supports(Variant::Plain) && none.supports(Variant::DualStack));
}

#[test]
fn end_1_partitions_go_by_their_lists_then_by_names() {
    let partition = |region| Partition::of(region).name;
    assert_eq!(partition("us-gov-east-1"), "aws-us-gov");
    assert_eq!(partition("us-iso-west-9"), "aws-iso");
    assert_eq!(partition("eusc-de-east-1"), "aws-eusc");
    assert_eq!(partition("aws-cn-global"), "aws-cn");
    assert_eq!(partition("us-east-"), "aws");
    assert_eq!(partition("foo-bar-9"), "aws");
}
