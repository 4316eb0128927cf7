//! Values as errors show them.

pub(crate) use awsquery::support::{bounded, shorten, url};

/// A value. Of one that goes over several lines the first: in a shared file a line that is indented by mistake belongs to the
/// value above it, and may be a secret.
pub(crate) fn value(found: &str) -> String {
    match found.split_once('\n') {
        None => bounded(found.into()),
        Some((first, _)) => format!("{} …", bounded(first.into())),
    }
}

#[cfg(test)]
mod tests {
    use awsquery::support::SHOWN;

    use super::*;

    #[test]
    fn secrets_beside_values_are_not_shown() {
        assert_eq!(value("eu-west-1"), "eu-west-1");
        assert_eq!(value("eu-west-1\naws_secret_access_key = hunter2"), "eu-west-1 …");
        assert_eq!(url("https://me:hunter2@host/path?token=hunter2"), "https://***@host/path?***");
        assert_eq!(url("https://me:hunter2?@host/"), "https://***@host/");
        assert_eq!(url("http://host\nhunter2"), "http://host …");
    }

    #[test]
    fn values_are_bounded() {
        assert_eq!(value(&"x".repeat(SHOWN)), "x".repeat(SHOWN));
        let shown = value(&"é".repeat(SHOWN));
        assert_eq!(shown, format!("{}… (2048 bytes)", "é".repeat(SHOWN / 2)));
        assert!(url(&format!("http://{}", "x".repeat(100_000))).len() < 2 * SHOWN);
    }
}
