//! The port of a URL, which `http` does not check.

use std::error::Error;
use std::fmt;

use http::uri::Authority;

/// Returns the port of a URL if it has one. `Authority::port_u16` also returns `None` for a port that is too large, and
/// a request would then go to another address.
///
/// # Errors
///
/// Fails if the text after the host is not a port.
///
/// ```
/// let port = |url: &str| awsquery::port::port_of(url.parse::<http::Uri>().unwrap().authority().unwrap());
/// assert_eq!(port("http://localhost:5000/"), Ok(Some(5000)));
/// assert_eq!(port("http://localhost/"), Ok(None));
/// assert!(port("http://localhost:99999/").is_err());
/// ```
pub fn port_of(authority: &Authority) -> Result<Option<u16>, InvalidPort> {
    let (text, host) = (authority.as_str(), authority.host());
    let address = text.rsplit_once('@').map_or(text, |(_, address)| address);
    let behind = address.strip_prefix(host).ok_or(InvalidPort)?;
    if behind.is_empty() || behind == ":" {
        return Ok(None);
    }
    let digits = behind.strip_prefix(':').ok_or(InvalidPort)?;
    // `u16` would also accept a sign.
    match digits.parse() {
        Ok(port) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Some(port)),
        _ => Err(InvalidPort),
    }
}

/// The port is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidPort;

impl fmt::Display for InvalidPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a port of at most 65535, found another one")
    }
}

impl Error for InvalidPort {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_digits_and_at_most_65535() {
        let of = |authority: &'static str| port_of(&Authority::from_static(authority));
        for authority in ["host", "host:", "[::1]", "me:80@host"] {
            assert_eq!(of(authority), Ok(None), "{authority}");
        }
        for authority in ["host:65535", "[::1]:65535", "me:80@host:65535"] {
            assert_eq!(of(authority), Ok(Some(65535)), "{authority}");
        }
        for authority in
            ["host:65536", "host:99999999999", "host:+80", "host:-1", "host:port", "me@[::1]:+80"]
        {
            assert_eq!(of(authority), Err(InvalidPort), "{authority}");
        }
    }
}
