//! Timestamps for those who meet the protocol's elsewhere, such as in its logs.

use jiff::Timestamp;

use crate::{TimestampFormat, scalar};

impl TimestampFormat {
    /// Reads a timestamp as a response's is read: in this format or, failing that, in one of the others, since services
    /// have been seen to send another than their model says (RSP-15). White space may surround it.
    ///
    /// ```
    /// use awsquery::TimestampFormat;
    ///
    /// let read = TimestampFormat::DateTime.parse("2026-01-02T03:04:05.678Z").expect("a timestamp");
    /// assert_eq!(read.as_millisecond(), 1_767_323_045_678);
    /// assert_eq!(TimestampFormat::DateTime.parse("\n2026-01-02T03:04:05.678Z "), Some(read));
    /// assert_eq!(TimestampFormat::DateTime.parse("yesterday"), None);
    /// ```
    pub fn parse(self, text: &str) -> Option<Timestamp> {
        scalar::parse_timestamp(scalar::trim(text), self).ok()
    }
}
