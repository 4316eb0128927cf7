//! What errors show of what was found.

/// A value. Of one that goes over several lines the first: in a shared file a line that is indented by mistake belongs to the
/// value above it, and may be a secret.
pub(crate) fn value(found: &str) -> String {
    match found.split_once('\n') {
        None => found.into(),
        Some((first, _)) => format!("{first} …"),
    }
}

/// A URL without user name, password and query.
pub(crate) fn url(found: &str) -> String {
    let (before, rest) = match found.rsplit_once('@') {
        Some((_, rest)) => ("***@", rest),
        None => ("", found),
    };
    let (rest, query) = match rest.split_once('?') {
        Some((rest, _)) => (rest, "?***"),
        None => (rest, ""),
    };
    value(&format!("{before}{rest}{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_beside_values_are_not_shown() {
        assert_eq!(value("eu-west-1"), "eu-west-1");
        assert_eq!(value("eu-west-1\naws_secret_access_key = hunter2"), "eu-west-1 …");
        assert_eq!(url("https://me:hunter2@host/path?token=hunter2"), "***@host/path?***");
        assert_eq!(url("https://me:hunter2?@host/"), "***@host/");
        assert_eq!(url("http://host\nhunter2"), "http://host …");
    }
}
