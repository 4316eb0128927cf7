//! What stands behind a URL's host, which `http::uri::Authority` does not check.

use http::uri::Authority;

/// A port that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidPort;

/// The port that is named. `Authority::port_u16` says "none" of one that is too large, too.
pub(crate) fn port(authority: &Authority) -> Result<Option<u16>, InvalidPort> {
    let behind_host = without_user(authority).strip_prefix(authority.host()).ok_or(InvalidPort)?;
    match behind_host.strip_prefix(':') {
        None if behind_host.is_empty() => Ok(None),
        Some("") => Ok(None),
        // `u16` would take a sign as well.
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            port.parse().map(Some).map_err(|_| InvalidPort)
        }
        _ => Err(InvalidPort),
    }
}

/// Host and port as they were written, without user name and password.
pub(crate) fn without_user(authority: &Authority) -> &str {
    let authority = authority.as_str();
    authority.rsplit_once('@').map_or(authority, |(_, host_and_port)| host_and_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_digits_and_at_most_65535() {
        let of = |authority: &'static str| port(&Authority::from_static(authority));
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
