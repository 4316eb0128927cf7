//! Timestamps and their text formats (REQ-21, RSP-15).

use std::fmt;
use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::fmt::{StdFmtWrite, rfc2822};

use crate::value::layout::TimestampFormat;
use crate::value::scalar::{self, Expected};

/// 0001-01-01T00:00:00Z, the first year of AWS's four-digit years (REQ-21, RSP-15).
const YEAR_ONE: Timestamp = Timestamp::constant(-62_135_596_800, 0);

/// 10000-01-01T00:00:00Z, in nanoseconds since 1970.
const YEAR_10000: i128 = 253_402_300_800_000_000_000;

const YEARS: Expected = "a year from 1 to 9999";

impl TimestampFormat {
    /// Parses a timestamp of a response in this format, else in one of the others. Services may send another format
    /// than their model says (RSP-15). White space around it is ignored.
    ///
    /// Some less strict texts with a single meaning are also accepted:
    ///
    /// - RFC 3339: an offset of hours only, `T` or a space, no zone for UTC, no seconds, a comma before the fraction.
    /// - Seconds since 1970: an exponent.
    /// - HTTP dates: any weekday or none, a fraction of the second, a zone with an offset in RFC 2822.
    ///
    /// Digits beyond the nanosecond are dropped. A leap second becomes the second before it. The end of the year 9999,
    /// which services use for "never", becomes [`Timestamp::MAX`]. All other texts are rejected.
    ///
    /// ```
    /// use awsquery::format::TimestampFormat;
    ///
    /// let read = TimestampFormat::DateTime.parse("2026-01-02T03:04:05.678Z").expect("a timestamp");
    /// assert_eq!(read.as_millisecond(), 1_767_323_045_678);
    /// assert_eq!(TimestampFormat::DateTime.parse("\n2026-01-02T03:04:05.678Z "), Some(read));
    /// assert_eq!(TimestampFormat::DateTime.parse("yesterday"), None);
    /// ```
    pub fn parse(self, text: &str) -> Option<Timestamp> {
        parse(scalar::trim(text), self).ok()
    }
}

/// Parses a timestamp in its declared format, else in one of the others. Services may send another format than their
/// model says (RSP-15).
#[inline]
pub(crate) fn parse(text: &str, format: TimestampFormat) -> Result<Timestamp, Expected> {
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

/// Parses the usual form of AWS, `2015-01-25T08:00:00Z` with up to nine digits of a fraction. This is faster than
/// [`parse_date_time`], which must distinguish several forms. Returns `None` for all other texts, valid or not.
fn parse_usual_date_time(text: &[u8]) -> Option<Timestamp> {
    let (date, rest) = text.split_first_chunk::<8>()?;
    let (day_and_hour, rest) = rest.split_first_chunk::<8>()?;
    let [century, _, year, _, _, month, _, _] = pairs(date, b"0000-00-")?;
    let [day, _, _, hour, _, _, minute, _] = pairs(day_and_hour, b"00T00:00")?;
    // Most services write milliseconds, so these are parsed together with the second.
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
    // `parse_date_time` handles a 60th second.
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days_since_1970(century, year, month, day)?;
    let second =
        i64::from(days) * 86_400 + i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    Timestamp::new(second, nanosecond).ok()
}

/// Returns the number that two digits form.
fn pair(tens: u8, units: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(10);
    Some((digit(tens)? * 10 + digit(units)?) as u8)
}

/// Matches a text against a form in which `0` stands for a digit. For each position, returns the number that the digit
/// and the next one form. Processes all positions at once, as bytes of one integer.
#[inline]
fn pairs(text: &[u8; 8], form: &[u8; 8]) -> Option<[u8; 8]> {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let digits = u64::from_le_bytes(*text) ^ u64::from_le_bytes(*form);
    let is_digit = form.map(|byte| if byte == b'0' { 0xff } else { 0 });
    let is_digit = u64::from_le_bytes(is_digit);
    // A digit must be less than 10, and all other bytes must equal the form.
    let too_large = (digits | digits.wrapping_add(EACH * (0x80 - 10))) & (EACH * 0x80) & is_digit;
    if too_large != 0 || digits & !is_digit != 0 {
        return None;
    }
    Some((digits * 10 + (digits >> 8)).to_le_bytes())
}

/// Returns the days from 1970-01-01 to a Gregorian date. The year is passed in two halves.
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

/// Returns the nanoseconds of a fraction with at most nine digits, usually three.
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

/// Parses RFC 3339 with any offset, with UTC as the default, and with optional seconds. Restricts jiff, which also
/// parses other forms, such as names of zones. Digits beyond the nanosecond are dropped.
fn parse_date_time(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (time, zone) = rest.split_at(rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len()));
    let is_offset = |offset| ["00", "0000", "00:00"].into_iter().any(|form| has_form(offset, form));
    let zone = match zone {
        "" | "Z" | "z" => "Z",
        _ if zone.strip_prefix(['+', '-']).is_some_and(is_offset) => zone,
        _ => return None,
    };
    let (clock, nanosecond) = parse_time(time)?;
    if !has_form(date, "0000-00-00") {
        return None;
    }
    let (year, day) = date.split_at(4);
    timestamp_in(year, nanosecond, |year| format!("{year}{day}T{clock}{zone}").parse().ok())
}

/// Splits `08:00`, `08:00:00`, `08:00:00.123` or `08:00:00,123` into the time before the fraction and the nanoseconds.
fn parse_time(text: &str) -> Option<(&str, i32)> {
    let Some((clock, fraction)) = text.split_once(['.', ',']) else {
        return (has_form(text, "00:00") || has_form(text, "00:00:00")).then_some((text, 0));
    };
    let (kept, dropped) = fraction.as_bytes().split_at(fraction.len().min(9));
    let is_time = has_form(clock, "00:00:00") && dropped.iter().all(u8::is_ascii_digit);
    is_time.then_some((clock, nanoseconds(kept)?))
}

/// Returns the timestamp for a year, which `second` parses, and nanoseconds. Years are as written, regardless of the
/// offset.
///
/// Services send the last day of the year 9999 for "never", whose end exceeds the range of `Timestamp`. Such a time
/// becomes the maximum, if it is valid in 9997, a year with the same days.
fn timestamp_in(
    year: &str,
    nanosecond: i32,
    second: impl Fn(&str) -> Option<Timestamp>,
) -> Option<Timestamp> {
    match second(year) {
        _ if year == "0000" => None,
        Some(second) => Timestamp::new(second.as_second(), nanosecond).ok(),
        None if year == "9999" => second("9997").map(|_| Timestamp::MAX),
        None => None,
    }
}

/// Returns true if a text has digits at each `0` of the form, and is equal elsewhere.
fn has_form(text: &str, form: &str) -> bool {
    let same = |(found, expected): (&u8, &u8)| match expected {
        b'0' => found.is_ascii_digit(),
        _ => found == expected,
    };
    text.len() == form.len() && text.as_bytes().iter().zip(form.as_bytes()).all(same)
}

/// Parses decimal seconds with an optional exponent. Digits beyond the nanosecond are dropped. The end of the year 9999
/// in UTC becomes the maximum timestamp.
fn parse_epoch_seconds(text: &str) -> Option<Timestamp> {
    let (is_negative, number) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (number, exponent) = match number.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse().ok().filter(|it| EXPONENTS.contains(it))?),
        None => (number, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_decimal = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_decimal(whole) || !is_decimal(fraction) {
        return None;
    }
    let magnitude = shifted(whole, fraction, exponent + 9)?;
    let nanosecond = if is_negative { -magnitude } else { magnitude };
    if (Timestamp::MAX.as_nanosecond()..YEAR_10000).contains(&nanosecond) {
        return Some(Timestamp::MAX);
    }
    Timestamp::from_nanosecond(nanosecond).ok()
}

/// The exponents allowed: more than any number of seconds needs, but too small for sums to overflow.
const EXPONENTS: RangeInclusive<i32> = -999_999_999..=999_999_999;

/// Returns the whole part of a decimal number after moving its point right by `places`, or left if negative. Returns
/// `None` if it exceeds any time.
fn shifted(whole: &str, fraction: &str, places: i32) -> Option<i128> {
    const MOST_DIGITS: usize = 30;
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0');
    // The number of digits before the point.
    let point = i64::from(places) + (significant.len() as i64 - fraction.len() as i64);
    if significant.is_empty() || point <= 0 {
        return Some(0);
    }
    let point = usize::try_from(point).ok().filter(|point| *point <= MOST_DIGITS)?;
    let kept = &significant[..significant.len().min(point)];
    format!("{kept:0<point$}").parse().ok()
}

/// UTC, and the zones with an offset in RFC 2822. jiff also accepts other names, such as CET, as UTC.
const ZONES: [&str; 12] = ["GMT", "UTC", "UT", "Z", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"];

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Parses `Sun, 25 Jan 2015 08:00:00 GMT` with any weekday and an optional fraction of the second. Restricts jiff,
/// which also accepts comments, folded lines and two-digit years.
fn parse_http_date(text: &str) -> Option<Timestamp> {
    const PARSER: rfc2822::DateTimeParser = rfc2822::DateTimeParser::new();
    let date = match text.split_once(", ") {
        Some((weekday, date)) => is_one_of(weekday, &WEEKDAYS).then_some(date)?,
        None => text,
    };
    let parts: Vec<&str> = date.splitn(6, ' ').collect();
    let [day, month, year, time, zone] = parts[..] else { return None };
    let (clock, nanosecond) = parse_time(time)?;
    let is_word = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_offset = |zone: &str| zone.strip_prefix(['+', '-']).is_some_and(|it| has_form(it, "0000"));
    let is_zone = is_offset(zone) || is_one_of(zone, &ZONES);
    if !has_form(year, "0000") || !is_word(day) || !is_word(month) || !is_zone {
        return None;
    }
    timestamp_in(year, nanosecond, |year| {
        PARSER.parse_timestamp(format!("{day} {month} {year} {clock} {zone}")).ok()
    })
}

/// Truncates a timestamp to the precision of requests: milliseconds, rounded toward the past (REQ-21).
pub(crate) fn to_milliseconds(value: Timestamp) -> Result<Timestamp, Expected> {
    let milliseconds = value.as_nanosecond().div_euclid(1_000_000) as i64;
    Timestamp::from_millisecond(milliseconds).map_err(|_| YEARS)
}

/// Writes a timestamp in UTC, with only the digits of a fraction that it needs. HTTP dates have no fraction.
pub(crate) fn write(
    out: &mut impl fmt::Write,
    value: Timestamp,
    format: TimestampFormat,
) -> Result<(), Expected> {
    if value < YEAR_ONE {
        return Err(YEARS);
    }
    // The writer never fails.
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

/// Nanoseconds since 1970, displayed as seconds: `1422172800`, `1422172800.5`, `-0.5`.
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
        write(&mut out, value, format).expect("a year in range");
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
        // A fuzzer found the last nanosecond parsed as the next year's.
        for text in ["0000-12-31T23:59:59Z", "0000-12-31T23:59:59.999Z", "0000-12-31T23:59:59.999999999Z"] {
            let value: Timestamp = text.parse().expect("a timestamp");
            let written = write(&mut String::new(), value, TimestampFormat::DateTime);
            assert_eq!(written, Err("a year from 1 to 9999"), "{text}");
            assert!(parse(text, TimestampFormat::DateTime).is_err(), "{text}");
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
            // A double cannot represent this number.
            ("1.42217280028E9", second + 280_000_000),
            ("142217280028000000000000.000e-14", second + 280_000_000),
            ("0.000014221728E+14", second),
            ("-0.0000000015e0", -1),
            ("0e999999999", 0),
            ("1e-999999999", 0),
            ("Sun, 25 Jan 2015 08:00:00 GMT", second),
            ("Mon, 25 Jan 2015 08:00:00 GMT", second),
            ("25 Jan 2015 08:00 utc", second),
            ("Sun, 25 Jan 2015 03:00:00 EST", second),
            ("Sun, 25 Jan 2015 09:00:00 +0100", second),
            ("2015-01-25 08:00:00,5", second + 500_000_000),
            ("2015-01-25T08:00Z", second),
            ("2015-01-25T09:00:00+01", second),
            ("2015-01-25T09:00:00+0100", second),
            ("2015-01-25T08:00:60Z", second + 59_000_000_000),
            ("1969-12-31T23:59:59.5+00:00", -500_000_000),
            ("31 Dec 1969 23:59:59.5 GMT", -500_000_000),
            ("+1422172800.", second),
            ("Sun, 25 Jan 2015 08:00:00.123 GMT", second + 123_000_000),
        ] {
            for format in
                [TimestampFormat::DateTime, TimestampFormat::EpochSeconds, TimestampFormat::HttpDate]
            {
                let read = parse(text, format);
                assert_eq!(read.map(Timestamp::as_nanosecond), Ok(nanosecond), "{text}");
            }
        }
    }

    #[test]
    fn the_last_day_of_all_is_the_greatest_timestamp() {
        for text in [
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59.999999999Z",
            "9999-12-31T23:59:59",
            "253402300799",
            "253402300799.9999999999",
            "Fri, 31 Dec 9999 23:59:59 GMT",
        ] {
            assert_eq!(parse(text, TimestampFormat::DateTime), Ok(Timestamp::MAX), "{text}");
        }
        for text in [
            "9999-12-32T00:00:00Z",
            "9999-12-31T23:59:59 or so",
            "9999-12-31T23:59:59..Z",
            "9999-12-31T25:00:00Z",
            "253402300800",
            "Fri, 32 Dec 9999 23:59:59 GMT",
            "Sat, 01 Jan 10000 00:00:00 GMT",
        ] {
            assert!(parse(text, TimestampFormat::DateTime).is_err(), "{text}");
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
            // jiff knows the rules of zones, but these texts must be rejected.
            "2015-01-25T08:00:00[Europe/Paris]",
            "10000-01-01T00:00:00Z",
            "1e400",
            "1e999999999",
            "0e1000000000",
            "0e2147483648",
            "1e",
            "1e5.0",
            ".5",
            "--5",
            "2015-01-25T08:00:00-01:00:00",
            "2015-01-25T08:00:00+05:",
            "2015-01-25T08:00:00Z00",
            "2015-01-25T08:00.5Z",
            "2015-01-25T08:00:00.Z",
            "2015-01-25T08:00:00Z[UTC]",
            "+002015-01-25T08:00:00Z",
            "S.un, 25 Jan 2015 08:00:00 GMT",
            "Sun, 25 Jan 2015 08:00.:00 GMT",
            "Sun, 25 Jan 2015 08:\n00:00 GMT",
            "Sun, 25 Jan 15 08:00:00 GMT",
            "Sun, 25 Jan 115 08:00:00 GMT",
            "Sun, 25 Jan 2015 08:00:00 GMT (noon)",
            "Fun, 25 Jan 2015 08:00:00 GMT",
            "Sun, 25 Jan 2015 08:00:00 GT",
            "Sun, 25 Jan 2015 08:00:00 GMd",
            "Sun, 25 Jan 2015 08:00:00 CET",
            "Sun, 25 Jan 2015 08:00:00 A",
            "Sun,  5 Jan 2015 08:00:00 GMT",
            "0000-12-31T23:30:00-01:00",
            "31 Dec 0000 23:30:00 -0100",
        ] {
            assert!(parse(text, TimestampFormat::DateTime).is_err(), "{text}");
        }
    }
}
