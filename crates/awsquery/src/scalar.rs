//! Scalars as text: what every format but JSON makes of numbers, booleans, timestamps and blobs, and how it reads them.
//!
//! A reader gives back what it expected where the text is no such thing; the format adds what it found, and where.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::{StdFmtWrite, rfc2822};
use jiff::tz::TimeZone;

use crate::TimestampFormat;

/// What a text was expected to be.
pub(crate) type Expected = &'static str;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// 0001-01-01T00:00:00Z: AWS's timestamps have years of four digits, the first of which is this (REQ-21, RSP-15).
const YEAR_ONE: Timestamp = Timestamp::constant(-62_135_596_800, 0);

/// XML's white space, and no other: what may surround a value that is not a string (RSP-13).
#[inline]
pub(crate) fn trim(text: &str) -> &str {
    const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];
    match text.as_bytes() {
        // Mostly there is none, and no need to look for where it ends.
        [first, .., last] if *first > b' ' && *last > b' ' => text,
        [only] if *only > b' ' => text,
        _ => text.trim_matches(SPACE),
    }
}

pub(crate) fn parse_integer(text: &str) -> Result<i32, Expected> {
    text.parse().map_err(|_| "an integer of 32 bits")
}

pub(crate) fn parse_long(text: &str) -> Result<i64, Expected> {
    text.parse().map_err(|_| "an integer of 64 bits")
}

pub(crate) fn parse_boolean(text: &str) -> Result<bool, Expected> {
    match text {
        "1" => Ok(true),
        "0" => Ok(false),
        _ if text.eq_ignore_ascii_case("true") => Ok(true),
        _ if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err("true or false"),
    }
}

pub(crate) fn parse_float(text: &str) -> Result<f32, Expected> {
    let value: f32 = text.parse().map_err(|_| "a number")?;
    if overflows(text, value.is_infinite()) { Err("a number of single precision") } else { Ok(value) }
}

pub(crate) fn parse_double(text: &str) -> Result<f64, Expected> {
    let value: f64 = text.parse().map_err(|_| "a number")?;
    if overflows(text, value.is_infinite()) { Err("a number of double precision") } else { Ok(value) }
}

/// Whether a number became infinite without saying so: `1e999` does, `Infinity` does not.
fn overflows(text: &str, infinite: bool) -> bool {
    infinite && text.contains(|c: char| c.is_ascii_digit())
}

/// Strict base64, but for white space and missing padding (PROTOCOL 3.7).
pub(crate) fn parse_blob(text: &str) -> Result<Vec<u8>, Expected> {
    let compact: String = text.chars().filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')).collect();
    BASE64.decode(compact).map_err(|_| "base64")
}

pub(crate) fn format_blob(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// The shortest text that reads back as the same number; `NaN`, `Infinity` and `-Infinity` for what has no digits.
pub(crate) fn format_float<T: Into<f64> + Copy + fmt::Debug>(out: &mut impl fmt::Write, value: T) {
    let wide: f64 = value.into();
    // What is written to takes every write.
    let _ = if wide.is_nan() {
        out.write_str("NaN")
    } else if wide.is_infinite() {
        out.write_str(if wide > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        // `Debug` and not `Display`: that writes 1e300 as 301 digits.
        write!(out, "{value:?}")
    };
}

/// The number with the same shortest text: widened bit by bit, 10.8 would become 10.800000190734863.
#[cfg(any(feature = "json", feature = "serde"))]
pub(crate) fn widen(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_else(|_| f64::from(value))
}

/// Reads a timestamp in its declared format or, failing that, in either of the others: services have been seen to send
/// another than their model says (RSP-15).
#[inline]
pub(crate) fn parse_timestamp(text: &str, format: TimestampFormat) -> Result<Timestamp, Expected> {
    if format == TimestampFormat::DateTime {
        if let Some(timestamp) = parse_usual_date_time(text.as_bytes()) {
            return Ok(timestamp);
        }
    }
    parse_any_timestamp(text, format)
}

fn parse_any_timestamp(text: &str, format: TimestampFormat) -> Result<Timestamp, Expected> {
    use TimestampFormat::{DateTime, EpochSeconds, HttpDate};
    let (expected, order) = match format {
        DateTime => ("a timestamp as of RFC 3339", [DateTime, EpochSeconds, HttpDate]),
        EpochSeconds => ("a timestamp in seconds since 1970", [EpochSeconds, DateTime, HttpDate]),
        HttpDate => ("a timestamp as of HTTP dates", [HttpDate, DateTime, EpochSeconds]),
    };
    order
        .into_iter()
        .find_map(|format| match format {
            DateTime => parse_date_time(text),
            EpochSeconds => parse_epoch_seconds(text),
            HttpDate => parse_http_date(text),
        })
        .filter(|timestamp| *timestamp >= YEAR_ONE)
        .ok_or(expected)
}

/// The form that AWS sends, `2015-01-25T08:00:00Z` with up to nine digits of a fraction: it says so itself, digit by
/// digit, while the forms that [`parse_date_time`] reads want to be told apart. None for every other, valid or not.
fn parse_usual_date_time(text: &[u8]) -> Option<Timestamp> {
    let (date, rest) = text.split_first_chunk::<8>()?;
    let (day_and_hour, rest) = rest.split_first_chunk::<8>()?;
    let [century, _, year, _, _, month, _, _] = pairs(date, b"0000-00-")?;
    let [day, _, _, hour, _, _, minute, _] = pairs(day_and_hour, b"00T00:00")?;
    // Milliseconds are what most services write, and are read with the second.
    let (second, nanosecond) = if let Ok(rest) = rest.try_into() {
        let [_, second, _, hundreds, _, others, _, _] = pairs(rest, b":00.000Z")?;
        (second, (i32::from(hundreds) * 100 + i32::from(others)) * 1_000_000)
    } else {
        let [b':', tens, units, fraction @ .., b'Z'] = rest else { return None };
        let nanosecond = match fraction {
            [] => 0,
            [b'.', digits @ ..] => nanoseconds(digits)?,
            _ => return None,
        };
        (pair(*tens, *units)?, nanosecond)
    };
    // A 60th second is left to others.
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days_since_1970(century, year, month, day)?;
    let second =
        i64::from(days) * 86_400 + i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    Timestamp::new(second, nanosecond).ok()
}

/// The number that two digits make.
fn pair(tens: u8, units: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(10);
    Some((digit(tens)? * 10 + digit(units)?) as u8)
}

/// For each place in a text of a form, which has digits where the form has `0` and else the same, the number that this
/// digit and the next one make. All places are looked at together, as bytes of one integer.
#[inline]
fn pairs(text: &[u8; 8], form: &[u8; 8]) -> Option<[u8; 8]> {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let digits = u64::from_le_bytes(*text) ^ u64::from_le_bytes(*form);
    let is_digit = form.map(|byte| if byte == b'0' { 0xff } else { 0 });
    let is_digit = u64::from_le_bytes(is_digit);
    // A digit is less than 10; anything else differs from the form where nothing may.
    let too_large = (digits | digits.wrapping_add(EACH * (0x80 - 10))) & (EACH * 0x80) & is_digit;
    if too_large != 0 || digits & !is_digit != 0 {
        return None;
    }
    Some((digits * 10 + (digits >> 8)).to_le_bytes())
}

/// Days between a date of the Gregorian calendar and 1970-01-01; the year comes in its two halves.
#[inline(always)]
fn days_since_1970(century: u8, year: u8, month: u8, day: u8) -> Option<i32> {
    const DAYS: [u8; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    const BEFORE: [u16; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    const BEFORE_1970: u32 = 719_162;
    let index = usize::from(month.wrapping_sub(1));
    let is_leap = (if year == 0 { century } else { year }) % 4 == 0;
    let days = *DAYS.get(index)? + u8::from(is_leap && month == 2);
    if day == 0 || day > days {
        return None;
    }
    let years = (u32::from(century) * 100 + u32::from(year)).checked_sub(1)?;
    let centuries = years / 100;
    let before_year = years * 365 + years / 4 - centuries + centuries / 4;
    let before_month = u32::from(BEFORE[index]) + u32::from(is_leap && month > 2);
    Some((before_year + before_month + u32::from(day) - 1) as i32 - BEFORE_1970 as i32)
}

/// Nanoseconds from the digits of a fraction, nine at most, mostly three.
#[inline]
fn nanoseconds(digits: &[u8]) -> Option<i32> {
    const UNITS: [i32; 9] = [100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
    let unit = UNITS.get(digits.len().checked_sub(1)?)?;
    let mut value = 0;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i32::from(digit);
    }
    Some(value * unit)
}

/// RFC 3339, with any offset; UTC where there is none. Digits beyond the nanosecond are dropped.
fn parse_date_time(text: &str) -> Option<Timestamp> {
    if !text.contains(':') {
        return None;
    }
    let shortened = drop_digits_after_nanoseconds(text);
    let text = shortened.as_deref().unwrap_or(text);
    text.parse().ok().or_else(|| without_zone(text)).or_else(|| end_of_time(text))
}

/// A zone that is named but not by its offset is none that we know.
fn without_zone(text: &str) -> Option<Timestamp> {
    let civil: DateTime = if text.contains('[') { return None } else { text.parse().ok()? };
    TimeZone::UTC.to_timestamp(civil).ok()
}

/// The last day of the year 9999, which services send for "never", lies beyond what a `Timestamp` holds: the greatest one
/// stands for it.
fn end_of_time(text: &str) -> Option<Timestamp> {
    let (year, rest) = text.split_at_checked(4)?;
    let is_last_day = rest.starts_with("-12-30") || rest.starts_with("-12-31");
    // Two years before, the calendar is the same, and every text that is a time of that day is one that fits.
    let is_time = || parse_date_time(&format!("9997{rest}")).is_some();
    (year == "9999" && is_last_day && is_time()).then_some(Timestamp::MAX)
}

fn drop_digits_after_nanoseconds(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.')?;
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 9).then(|| format!("{whole}.{}{}", &fraction[..9], &fraction[digits..]))
}

/// Decimal seconds, to the nanosecond, later digits dropped; with an exponent, as precisely as a double can.
fn parse_epoch_seconds(text: &str) -> Option<Timestamp> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.starts_with(|c: char| c.is_ascii_digit()) && digits.contains(['e', 'E']) {
        return parse_exponent(text);
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_decimal = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_decimal(whole) || !is_decimal(fraction) {
        return None;
    }
    let nanoseconds: i128 = format!("{fraction:0<9}")[..9].parse().ok()?;
    let magnitude = whole.parse::<i128>().ok()?.checked_mul(1_000_000_000)? + nanoseconds;
    Timestamp::from_nanosecond(if negative { -magnitude } else { magnitude }).ok()
}

fn parse_exponent(text: &str) -> Option<Timestamp> {
    let seconds: f64 = text.parse().ok()?;
    let whole = seconds.floor();
    let nanoseconds = ((seconds - whole) * 1e9) as i128;
    Timestamp::from_nanosecond((whole as i128).checked_mul(1_000_000_000)? + nanoseconds).ok()
}

/// `Sun, 25 Jan 2015 08:00:00 GMT`; the day of the week is not checked, a fraction of the second is kept.
fn parse_http_date(text: &str) -> Option<Timestamp> {
    const PARSER: rfc2822::DateTimeParser = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let Some((date, rest)) = text.split_once('.') else {
        return PARSER.parse_timestamp(text).ok();
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let fraction: i128 = format!("{:0<9}", &rest[..digits])[..9].parse().ok()?;
    let second = PARSER.parse_timestamp(format!("{date}{}", &rest[digits..])).ok()?;
    Timestamp::from_nanosecond(second.as_nanosecond() + fraction).ok()
}

const YEARS: Expected = "a year from 1 to 9999";

/// Cuts a timestamp to the precision of requests: milliseconds, later digits dropped toward the past (REQ-21).
pub(crate) fn to_milliseconds(value: Timestamp) -> Result<Timestamp, Expected> {
    let milliseconds = value.as_nanosecond().div_euclid(1_000_000) as i64;
    Timestamp::from_millisecond(milliseconds).map_err(|_| YEARS)
}

/// Writes a timestamp in UTC, with no more digits of a fraction than it has. HTTP dates have none.
pub(crate) fn format_timestamp(
    out: &mut impl fmt::Write,
    value: Timestamp,
    format: TimestampFormat,
) -> Result<(), Expected> {
    if value < YEAR_ONE {
        return Err(YEARS);
    }
    // What is written to takes every write.
    let _ = match format {
        TimestampFormat::DateTime => write!(out, "{value}"),
        TimestampFormat::EpochSeconds => write!(out, "{}", EpochSeconds(value.as_nanosecond())),
        TimestampFormat::HttpDate => {
            let second = value.as_nanosecond().div_euclid(1_000_000_000) as i64;
            let second = Timestamp::from_second(second).map_err(|_| YEARS)?;
            let printer = rfc2822::DateTimePrinter::new();
            return printer.print_timestamp_rfc9110(&second, StdFmtWrite(out)).map_err(|_| YEARS);
        }
    };
    Ok(())
}

/// Nanoseconds since 1970, shown as seconds: `1422172800`, `1422172800.5`, `-0.5`.
struct EpochSeconds(i128);

impl fmt::Display for EpochSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        write!(f, "{sign}{}", magnitude / 1_000_000_000)?;
        match magnitude % 1_000_000_000 {
            0 => Ok(()),
            fraction => write!(f, ".{}", format!("{fraction:09}").trim_end_matches('0')),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(value: &str, format: TimestampFormat) -> String {
        let mut out = String::new();
        let value = to_milliseconds(value.parse().expect("a timestamp")).expect("a year in range");
        format_timestamp(&mut out, value, format).expect("a year in range");
        out
    }

    #[test]
    fn req_21_timestamps_are_cut_to_milliseconds_toward_the_past() {
        use TimestampFormat::{DateTime, EpochSeconds, HttpDate};
        for (value, date_time, epoch, http) in [
            ("2015-01-25T08:00:00Z", "2015-01-25T08:00:00Z", "1422172800", "Sun, 25 Jan 2015 08:00:00 GMT"),
            (
                "2015-01-25T08:00:00.1239Z",
                "2015-01-25T08:00:00.123Z",
                "1422172800.123",
                "Sun, 25 Jan 2015 08:00:00 GMT",
            ),
            (
                "2015-01-25T08:00:00.5Z",
                "2015-01-25T08:00:00.5Z",
                "1422172800.5",
                "Sun, 25 Jan 2015 08:00:00 GMT",
            ),
            ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z", "-0.5", "Wed, 31 Dec 1969 23:59:59 GMT"),
            (
                "1969-12-31T23:59:59.9999Z",
                "1969-12-31T23:59:59.999Z",
                "-0.001",
                "Wed, 31 Dec 1969 23:59:59 GMT",
            ),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "-62135596800", "Mon, 01 Jan 0001 00:00:00 GMT"),
        ] {
            assert_eq!(formatted(value, DateTime), date_time);
            assert_eq!(formatted(value, EpochSeconds), epoch);
            assert_eq!(formatted(value, HttpDate), http);
        }
    }

    #[test]
    fn req_21_a_year_before_the_first_is_refused() {
        // To the last nanosecond, which a fuzzer found to be taken for the next year's.
        for text in ["0000-12-31T23:59:59Z", "0000-12-31T23:59:59.999Z", "0000-12-31T23:59:59.999999999Z"] {
            let value: Timestamp = text.parse().expect("a timestamp");
            let written = format_timestamp(&mut String::new(), value, TimestampFormat::DateTime);
            assert_eq!(written, Err("a year from 1 to 9999"), "{text}");
            assert!(parse_timestamp(text, TimestampFormat::DateTime).is_err(), "{text}");
        }
    }

    #[test]
    fn rsp_15_every_form_of_a_timestamp_is_read() {
        let second = 1_422_172_800_000_000_000_i128;
        for (text, nanosecond) in [
            ("2015-01-25T08:00:00Z", second),
            ("2015-01-25t08:00:00z", second),
            ("2015-01-25T08:00:00", second),
            ("2015-01-25T09:00:00+01:00", second),
            ("2015-01-25T07:00:00-01:00", second),
            ("2014-04-29T18:30:38+00:00", 1_398_796_238_000_000_000),
            ("2015-01-25T08:00:00.163Z", second + 163_000_000),
            ("2015-01-25T08:00:00.1234567891234Z", second + 123_456_789),
            ("1422172800", second),
            ("1422172800.5", second + 500_000_000),
            ("-0.5", -500_000_000),
            ("-1.5", -1_500_000_000),
            ("1.4221728E9", second),
            ("14221728e2", second),
            ("Sun, 25 Jan 2015 08:00:00 GMT", second),
            ("Mon, 25 Jan 2015 08:00:00 GMT", second),
            ("Sun, 25 Jan 2015 08:00:00.123 GMT", second + 123_000_000),
        ] {
            for format in
                [TimestampFormat::DateTime, TimestampFormat::EpochSeconds, TimestampFormat::HttpDate]
            {
                let read = parse_timestamp(text, format);
                assert_eq!(read.map(Timestamp::as_nanosecond), Ok(nanosecond), "{text}");
            }
        }
    }

    #[test]
    fn the_last_day_of_all_is_the_greatest_timestamp() {
        for text in ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59"] {
            assert_eq!(parse_timestamp(text, TimestampFormat::DateTime), Ok(Timestamp::MAX), "{text}");
        }
        for text in [
            "9999-12-32T00:00:00Z",
            "9999-12-31T23:59:59 or so",
            "9999-12-31T23:59:59..Z",
            "9999-12-31T25:00:00Z",
        ] {
            assert!(parse_timestamp(text, TimestampFormat::DateTime).is_err(), "{text}");
        }
    }

    #[test]
    fn the_usual_form_is_read_as_jiff_reads_it() {
        for year in 1..=9998 {
            for end in ["01-01", "02-28", "02-29", "02-30", "03-01", "12-31"] {
                let text = format!("{year:04}-{end}T23:59:08.070Z");
                assert_eq!(parse_usual_date_time(text.as_bytes()), text.parse().ok(), "{text}");
            }
        }
        for rest in ["", ".", ".1", ".12", ".123", ".1234", ".123456789", ".12a", ":00", "0", "a"] {
            let text = format!("2015-01-25T08:00:59{rest}Z");
            assert_eq!(parse_usual_date_time(text.as_bytes()), text.parse().ok(), "{text}");
        }
    }

    #[test]
    fn rsp_15_what_is_no_timestamp_is_refused() {
        for text in [
            "",
            "yesterday",
            "2015-01-25",
            "2015-13-25T08:00:00Z",
            // Of zones jiff knows the rules, but we are not to have them.
            "2015-01-25T08:00:00[Europe/Paris]",
            "10000-01-01T00:00:00Z",
            "1e400",
            ".5",
            "--5",
        ] {
            assert!(parse_timestamp(text, TimestampFormat::DateTime).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        assert_eq!(parse_integer("2147483647"), Ok(i32::MAX));
        assert_eq!(parse_integer("+5"), Ok(5));
        for text in ["2147483648", "5.0", "0x10", "1_000", "", "-"] {
            assert!(parse_integer(text).is_err(), "{text}");
        }
        assert_eq!(parse_long("-9223372036854775808"), Ok(i64::MIN));
        assert!(parse_long("9223372036854775808").is_err());
        assert_eq!(parse_double("-Infinity"), Ok(f64::NEG_INFINITY));
        assert_eq!(parse_double("inf"), Ok(f64::INFINITY));
        assert!(parse_double("1e999").is_err());
        assert!(parse_float("1e39").is_err());
        assert!(parse_double("NaN").is_ok_and(f64::is_nan));
    }

    #[test]
    fn floats_are_written_in_their_shortest_form() {
        let double = |value: f64| {
            let mut out = String::new();
            format_float(&mut out, value);
            out
        };
        assert_eq!(double(10.8), "10.8");
        assert_eq!(double(1.0), "1.0");
        assert_eq!(double(-0.0), "-0.0");
        assert_eq!(double(1e300), "1e300");
        assert_eq!(double(f64::NEG_INFINITY), "-Infinity");
        let mut single = String::new();
        format_float(&mut single, 10.8_f32);
        assert_eq!(single, "10.8");
    }

    #[test]
    fn blobs_are_read_with_white_space_and_without_padding() {
        assert_eq!(parse_blob("dmFs\n dWU="), Ok(b"value".to_vec()));
        assert_eq!(parse_blob("dmFsdWU"), Ok(b"value".to_vec()));
        assert_eq!(parse_blob(""), Ok(Vec::new()));
        assert!(parse_blob("dmFs!WU=").is_err());
        assert_eq!(format_blob(&[0x00, 0xff, 0xfe, 0x3f, 0x3e]), "AP/+Pz4=");
    }
}
