//! A text is one time, whatever the format; what RFC 3339 has is read, and what others read too is the same.

#![no_main]

use awsquery::format::TimestampFormat::{DateTime, EpochSeconds, HttpDate};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let [read, epoch_seconds, http_date] =
        [DateTime, EpochSeconds, HttpDate].map(|format| format.parse(text));
    // Whatever is declared, the others are tried: no text is a time in two formats, and another in each.
    assert_eq!((read, read), (epoch_seconds, http_date), "{text:?}");
    let first: Timestamp = "0001-01-01T00:00:00Z".parse().expect("a timestamp");
    assert!(read.is_none_or(|read| read >= first), "{text:?}: {read:?}");
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    if is_rfc_3339(text) && !text.starts_with("0000") {
        match text.parse::<Timestamp>() {
            Ok(theirs) => assert_eq!(read, Some(theirs).filter(|time| *time >= first), "{text:?}"),
            // It lacks the end of time alone.
            Err(_) => assert!(read.is_none_or(|read| read == Timestamp::MAX), "{text:?}: {read:?}"),
        }
    }
    let Some(read) = read.filter(|read| *read < Timestamp::MAX) else { return };
    if let Ok(seconds) = text.parse::<f64>() {
        let ours = read.as_nanosecond() as f64 / 1e9;
        assert!((ours - seconds).abs() <= 1e-9 + seconds.abs() * 1e-15, "{text:?}: {read}");
    }
    if let Ok(second) = rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text) {
        assert_eq!(read, second, "{text:?}");
    }
});

/// Whether text is a date and a time as of RFC 3339 in capitals, with at most nine digits of a fraction: more of them are cut
/// by us, and refused by jiff.
fn is_rfc_3339(text: &str) -> bool {
    let has_form = |text: &str, form: &str| {
        let mut pairs = text.bytes().zip(form.bytes());
        text.len() == form.len()
            && pairs.all(|(found, form)| found == form || form == b'0' && found.is_ascii_digit())
    };
    let Some((start, rest)) = text.split_at_checked("0000-00-00T00:00:00".len()) else { return false };
    let (fraction, zone) = rest.split_at(rest.find(['Z', '+', '-']).unwrap_or(rest.len()));
    has_form(start, "0000-00-00T00:00:00")
        && (fraction.is_empty()
            || (2..=10).contains(&fraction.len()) && has_form(fraction, &".000000000"[..fraction.len()]))
        && (zone == "Z" || has_form(zone, "+00:00") || has_form(zone, "-00:00"))
}
