//! Timestamps are read as jiff reads them, wherever jiff does.

#![no_main]

use awsquery::TimestampFormat::{DateTime, EpochSeconds, HttpDate};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;

/// Whether text is a date and a time of RFC 3339 with at most nine digits of a fraction: more of them are cut by us, and
/// refused by jiff. What else jiff reads, such as time zones in brackets, no service sends.
fn is_rfc_3339(text: &str) -> bool {
    let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
    text.is_ascii() && text.contains(':') && fraction.bytes().take_while(u8::is_ascii_digit).count() <= 9
}

fuzz_target!(|text: &str| {
    let [date_time, epoch_seconds, http_date] =
        [DateTime, EpochSeconds, HttpDate].map(|format| format.parse(text));
    let first = "0001-01-01T00:00:00Z".parse::<Timestamp>().expect("a timestamp");
    for read in [date_time, epoch_seconds, http_date].into_iter().flatten() {
        assert!(read >= first, "{text:?}: {read}");
    }
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    if !is_rfc_3339(text) {
        return;
    }
    match text.parse::<Timestamp>() {
        Ok(theirs) if theirs >= first => assert_eq!(date_time, Some(theirs), "{text:?}"),
        Ok(_) => assert_eq!(date_time, None, "{text:?}"),
        // What has no offset is UTC's, and HTTP's dates have zones of letters; of the rest, jiff lacks the end of time alone.
        Err(_) => {
            if let (Some(ours), true) = (
                date_time,
                text.ends_with('Z')
                    && text.contains('T')
                    && text.as_bytes()[0].is_ascii_digit()
                    && text.get(4..5) == Some("-"),
            ) {
                assert_eq!(ours, Timestamp::MAX, "{text:?}");
            }
        }
    }
});
