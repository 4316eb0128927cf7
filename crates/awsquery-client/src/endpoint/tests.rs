//! The endpoint cases of RDS that botocore has, all 50: region, variant, endpoint of one's own, and what is to come.

use rds_protocol::Rds;

use super::*;
use crate::call::builder::Builder;
use crate::config::environment::Environment;
use crate::config::error::ConfigError;

const RDS: ServiceFacts = ServiceFacts::of::<Rds>();

const CASES: &str = "
    af-south-1      plain            -                    https://rds.af-south-1.amazonaws.com
    ap-east-1       plain            -                    https://rds.ap-east-1.amazonaws.com
    ap-northeast-1  plain            -                    https://rds.ap-northeast-1.amazonaws.com
    ap-northeast-2  plain            -                    https://rds.ap-northeast-2.amazonaws.com
    ap-northeast-3  plain            -                    https://rds.ap-northeast-3.amazonaws.com
    ap-south-1      plain            -                    https://rds.ap-south-1.amazonaws.com
    ap-southeast-1  plain            -                    https://rds.ap-southeast-1.amazonaws.com
    ap-southeast-2  plain            -                    https://rds.ap-southeast-2.amazonaws.com
    ap-southeast-3  plain            -                    https://rds.ap-southeast-3.amazonaws.com
    ca-central-1    plain            -                    https://rds.ca-central-1.amazonaws.com
    ca-central-1    fips             -                    https://rds-fips.ca-central-1.amazonaws.com
    eu-central-1    plain            -                    https://rds.eu-central-1.amazonaws.com
    eu-north-1      plain            -                    https://rds.eu-north-1.amazonaws.com
    eu-south-1      plain            -                    https://rds.eu-south-1.amazonaws.com
    eu-west-1       plain            -                    https://rds.eu-west-1.amazonaws.com
    eu-west-2       plain            -                    https://rds.eu-west-2.amazonaws.com
    eu-west-3       plain            -                    https://rds.eu-west-3.amazonaws.com
    me-south-1      plain            -                    https://rds.me-south-1.amazonaws.com
    sa-east-1       plain            -                    https://rds.sa-east-1.amazonaws.com
    us-east-1       plain            -                    https://rds.us-east-1.amazonaws.com
    us-east-1       fips             -                    https://rds-fips.us-east-1.amazonaws.com
    us-east-2       plain            -                    https://rds.us-east-2.amazonaws.com
    us-east-2       fips             -                    https://rds-fips.us-east-2.amazonaws.com
    us-west-1       plain            -                    https://rds.us-west-1.amazonaws.com
    us-west-1       fips             -                    https://rds-fips.us-west-1.amazonaws.com
    us-west-2       plain            -                    https://rds.us-west-2.amazonaws.com
    us-west-2       fips             -                    https://rds-fips.us-west-2.amazonaws.com
    us-east-1       fips+dual-stack  -                    https://rds-fips.us-east-1.api.aws
    us-east-1       dual-stack       -                    https://rds.us-east-1.api.aws
    cn-north-1      plain            -                    https://rds.cn-north-1.amazonaws.com.cn
    cn-northwest-1  plain            -                    https://rds.cn-northwest-1.amazonaws.com.cn
    cn-north-1      fips+dual-stack  -                    https://rds-fips.cn-north-1.api.amazonwebservices.com.cn
    cn-north-1      fips             -                    https://rds-fips.cn-north-1.amazonaws.com.cn
    cn-north-1      dual-stack       -                    https://rds.cn-north-1.api.amazonwebservices.com.cn
    us-gov-east-1   plain            -                    https://rds.us-gov-east-1.amazonaws.com
    us-gov-east-1   fips             -                    https://rds.us-gov-east-1.amazonaws.com
    us-gov-west-1   plain            -                    https://rds.us-gov-west-1.amazonaws.com
    us-gov-west-1   fips             -                    https://rds.us-gov-west-1.amazonaws.com
    us-gov-east-1   fips+dual-stack  -                    https://rds-fips.us-gov-east-1.api.aws
    us-gov-east-1   dual-stack       -                    https://rds.us-gov-east-1.api.aws
    us-iso-east-1   plain            -                    https://rds.us-iso-east-1.c2s.ic.gov
    us-iso-west-1   plain            -                    https://rds.us-iso-west-1.c2s.ic.gov
    us-iso-east-1   fips             -                    https://rds-fips.us-iso-east-1.c2s.ic.gov
    us-isob-east-1  plain            -                    https://rds.us-isob-east-1.sc2s.sgov.gov
    us-isob-east-1  fips             -                    https://rds-fips.us-isob-east-1.sc2s.sgov.gov
    us-east-1       plain            https://example.com  https://example.com
    -               plain            https://example.com  https://example.com
    us-east-1       fips             https://example.com  error: FIPS
    us-east-1       dual-stack       https://example.com  error: dual stack
    -               plain            -                    error: region
";

#[test]
fn end_1_the_cases_of_botocore() {
    let cases: Vec<&str> = CASES.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(cases.len(), 50);
    for case in cases {
        let mut words = case.split_whitespace();
        let (region, variant, own) = (words.next(), words.next(), words.next());
        let expected = words.collect::<Vec<_>>().join(" ");
        let has = |name: &str| variant.is_some_and(|variant| variant.split('+').any(|part| part == name));
        let variant = Variant::new(has("fips"), has("dual-stack"));
        assert_eq!(resolve(region, variant, own), expected, "{case}");
    }
}

fn resolve(region: Option<&str>, variant: Variant, own: Option<&str>) -> String {
    let (own, region) = (own.filter(|own| *own != "-"), region.filter(|region| *region != "-"));
    let resolved = match (own, region) {
        (own @ Some(_), region) => {
            let region = region.unwrap_or("eu-west-1").parse().expect("a region");
            Endpoint::of(&RDS, &region, variant, own)
        }
        (None, Some(region)) => Endpoint::of(&RDS, &region.parse().expect("a region"), variant, None),
        (None, None) => return refused_for_its_region(None),
    };
    match resolved {
        Ok(endpoint) => endpoint.uri.to_string().trim_end_matches('/').to_owned(),
        Err(EndpointError::CustomVariant { variant }) => format!("error: {variant}"),
        Err(error) => error.to_string(),
    }
}

/// The builder's error for a client without a region.
fn refused_for_its_region(own: Option<&str>) -> String {
    let nothing = Environment::from_vars([("AWS_REGION", "")]);
    let builder = Builder::<Rds>::default().environment(nothing);
    let builder = match own {
        Some(own) => builder.endpoint_url(own),
        None => builder,
    };
    match builder.build() {
        Err(ConfigError::NoRegion) => "error: region".into(),
        other => format!("{other:?}"),
    }
}

#[test]
fn end_1_a_client_needs_a_region_to_sign_for_even_with_an_endpoint_of_its_own() {
    assert_eq!(refused_for_its_region(None), "error: region");
    assert_eq!(refused_for_its_region(Some("https://example.com")), "error: region");
}

#[test]
fn end_1_regions_that_nobody_knows_yet() {
    let plain = |region: &str| {
        let region = region.parse().expect("a region");
        Endpoint::of(&RDS, &region, Variant::Plain, None).expect("an endpoint").uri.to_string()
    };
    assert_eq!(plain("foo-bar-9"), "https://rds.foo-bar-9.amazonaws.com/");
    assert_eq!(plain("us-isof-south-1"), "https://rds.us-isof-south-1.csp.hci.ic.gov/");
    assert_eq!(plain("eu-isoe-west-1"), "https://rds.eu-isoe-west-1.cloud.adc-e.uk/");
    assert_eq!(plain("eusc-de-east-1"), "https://rds.eusc-de-east-1.amazonaws.eu/");
}

#[test]
fn end_2_old_names_ask_for_fips() {
    let parse = |name| Region::parse_with_fips(name).map(|(region, fips)| (region.to_string(), fips));
    assert_eq!(parse("fips-us-east-1"), Ok(("us-east-1".into(), true)));
    assert_eq!(parse("us-east-1-fips"), Ok(("us-east-1".into(), true)));
    assert_eq!(parse("us-east-1"), Ok(("us-east-1".into(), false)));
    for name in ["rds.us-east-1", "rds-fips.us-east-1", "us-east-1/x", "", "-a", "a b"] {
        let error = parse(name).expect_err("no region").to_string();
        assert_eq!(error, format!("invalid region {name:?}: must be a name such as eu-west-1"));
    }
}

#[test]
fn end_4_endpoints_of_ones_own() {
    let own = |url| parse(url).map(|uri| uri.to_string());
    assert_eq!(own("http://localhost:5000/path"), Ok("http://localhost:5000/path".into()));
    let error = own("https://user:secret@host/?x=1").expect_err("a query").to_string();
    assert_eq!(error, "invalid endpoint \"https://***@host/?***\": must have no query");
    let error = own("https://user:secret@host/").expect_err("a password").to_string();
    assert_eq!(error, "invalid endpoint \"https://***@host/\": must have no user name and password");
    let error = own("localhost:5000").expect_err("no scheme").to_string();
    assert_eq!(error, "invalid endpoint \"localhost:5000\": must start with http:// or https://");
    for url in ["http://h:99999/p", "https://h:+80/", "http://h:port/"] {
        let error =
            Builder::<Rds>::default().region("eu-west-1").endpoint_url(url).build().expect_err("no port");
        let expected = format!("invalid endpoint {url:?}: must have a port of at most 65535");
        assert_eq!(error.to_string(), expected);
    }
}
