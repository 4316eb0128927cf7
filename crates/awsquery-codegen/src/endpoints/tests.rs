//! Rule sets and partitions that the facts cannot express, each an error with its place.
