//! Written by `cargo xtask endpoints`: the facts of services, and the resolution of cases by the runtime.

#![forbid(unsafe_code)]
#![allow(dead_code, deprecated, unused_imports)]

use awsquery::Service;
use awsquery::endpoint::{EndpointError, Endpoints, Params};
use serde_json::{Value, json};

/// The endpoint facts of a service.
struct Facts {
    endpoints: Endpoints,
    signing_name: &'static str,
}

fn facts<S: Service>() -> Facts {
    Facts { endpoints: S::ENDPOINTS, signing_name: S::SIGNING_NAME }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in std::io::stdin().lines() {
        let line: Value = serde_json::from_str(&line?)?;
        let found = SERVICES.iter().find(|(name, _)| line["service"] == *name);
        let (_, facts) = found.ok_or_else(|| format!("no such service: {}", line["service"]))?;
        println!("{}", answer(&facts(), &line["params"])?);
    }
    Ok(())
}

fn answer(facts: &Facts, given: &Value) -> Result<Value, String> {
    let mut params = Params::default();
    for (name, value) in given.as_object().into_iter().flatten() {
        let flag = || value.as_bool().ok_or_else(|| format!("{name}: expected a boolean"));
        let text = || value.as_str().ok_or_else(|| format!("{name}: expected a string"));
        params = match name.as_str() {
            "Region" => params.region(text()?),
            "Endpoint" => params.custom(text()?),
            "UseFIPS" => params.use_fips(flag()?),
            "UseDualStack" => params.use_dual_stack(flag()?),
            "UseGlobalEndpoint" => params.use_global_endpoint(flag()?),
            _ => return Err(format!("unknown parameter {name:?}")),
        };
    }
    Ok(match facts.endpoints.resolve(&params) {
        Ok(endpoint) => json!({
            "url": endpoint.url,
            "signingRegion": endpoint.signing_region,
            "signingName": endpoint.signing_name.unwrap_or(facts.signing_name),
            "ownName": facts.signing_name,
        }),
        Err(error) => json!({ "error": kind(&error) }),
    })
}

fn kind(error: &EndpointError) -> String {
    let name = format!("{error:?}");
    name.split([' ', '{']).next().unwrap_or_default().to_owned()
}
