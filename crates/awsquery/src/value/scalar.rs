//! Scalars as text: numbers, booleans and blobs in every format except JSON.
//!
//! On invalid text, a parser returns what it expected. The format adds what it found, and where.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// A description of the expected text.
pub(crate) type Expected = &'static str;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Trims XML's white space only, which may surround a value that is not a string (RSP-13).
#[inline]
pub(crate) fn trim(text: &str) -> &str {
    const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];
    match text.as_bytes() {
        // Fast path: most texts have no white space around them.
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

/// Returns true if digits overflowed to infinity: true for `1e999`, false for `Infinity`.
fn overflows(text: &str, infinite: bool) -> bool {
    infinite && text.contains(|c: char| c.is_ascii_digit())
}

/// Parses strict base64, but allows white space and missing padding.
pub(crate) fn parse_blob(text: &str) -> Result<Vec<u8>, Expected> {
    let compact: String = text.chars().filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')).collect();
    BASE64.decode(compact).map_err(|_| "base64")
}

pub(crate) fn format_blob(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// Formats the shortest text that parses to the same number, or `NaN`, `Infinity` or `-Infinity`.
pub(crate) fn format_float<T: Into<f64> + Copy + fmt::Debug>(out: &mut impl fmt::Write, value: T) {
    let wide: f64 = value.into();
    // The writer never fails.
    let _ = if wide.is_nan() {
        out.write_str("NaN")
    } else if wide.is_infinite() {
        out.write_str(if wide > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        // `Display` would write 1e300 as 301 digits.
        write!(out, "{value:?}")
    };
}

/// Returns the number with the same shortest text. A plain conversion would turn 10.8 into 10.800000190734863.
#[cfg(any(feature = "json", feature = "serde"))]
pub(crate) fn widen(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_else(|_| f64::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

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
