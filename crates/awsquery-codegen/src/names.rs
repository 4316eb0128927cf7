//! The conversion of the model's names to Rust names.

use std::collections::{BTreeMap, BTreeSet};

/// Words that cannot be identifiers, not even raw ones.
const UNRAWABLE: &[&str] = &["self", "super", "crate", "Self", "_"];

/// The replacement for a name without ASCII letters or digits.
const UNNAMED: &str = "unnamed";

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Splits a name into words, in lower case. It splits at characters other than letters and digits, and before a capital
/// behind a small letter or digit. It also splits before the last capital of a run in front of small letters, except
/// for a plural `s`. `DBInstanceARNs` is `db instance arns`.
fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (index, &c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            words.extend(take(&mut word));
            continue;
        }
        let before = index.checked_sub(1).map(|index| chars[index]);
        let next = chars.get(index + 1).copied();
        let after_next = chars.get(index + 2).copied();
        let starts = c.is_ascii_uppercase()
            && before.is_some_and(|before| match before {
                'a'..='z' | '0'..='9' => true,
                'A'..='Z' => {
                    let plural = next == Some('s') && !after_next.is_some_and(|c| c.is_ascii_lowercase());
                    next.is_some_and(|next| next.is_ascii_lowercase()) && !plural
                }
                _ => false,
            });
        if starts {
            words.extend(take(&mut word));
        }
        word.push(c.to_ascii_lowercase());
    }
    words.extend(take(&mut word));
    words
}

fn take(word: &mut String) -> Option<String> {
    (!word.is_empty()).then(|| std::mem::take(word))
}

/// Returns a name in snake case, not yet an identifier: `DBInstanceIdentifier` is `db_instance_identifier`.
pub(crate) fn snake_case(name: &str) -> String {
    words(name).join("_")
}

/// Returns a name in upper camel case, not yet an identifier: `open-read-only` is `OpenReadOnly`.
pub(crate) fn camel_case(name: &str) -> String {
    let mut camel = String::new();
    for word in words(name) {
        // `10.1` and `101` must differ.
        if camel.ends_with(|c: char| c.is_ascii_digit()) && word.starts_with(|c: char| c.is_ascii_digit()) {
            camel.push('_');
        }
        camel.push_str(&capitalized(&word));
    }
    camel
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

/// Returns true if this is a name's first word: `DescribeEvents` begins with `Describe`, `Listener` does not begin with
/// `List`.
pub(crate) fn begins_with_word(name: &str, word: &str) -> bool {
    words(name).first().is_some_and(|first| first.eq_ignore_ascii_case(word))
}

/// Returns the name of a field or function.
pub(crate) fn field(name: &str) -> String {
    lower_identifier(snake_case(name))
}

/// Functions that every request has, and that a setter of the same name would hide.
pub(crate) const HIDDEN_BY_SETTERS: [&str; 11] = [
    "new",
    "default",
    "clone",
    "to_body",
    "to_request",
    "to_request_unprefixed",
    "host_prefix",
    "presign_region",
    "ensure_idempotency_token",
    "parse_response",
    "validate",
];

/// The numbers of required members for which a structure has `new`.
pub(crate) const CONSTRUCTOR_PARAMETERS: std::ops::RangeInclusive<usize> = 1..=2;

/// Returns the setter of a field: its name, unless that would hide a function that every request has.
pub(crate) fn setter(field: &str) -> String {
    if HIDDEN_BY_SETTERS.contains(&field) { format!("set_{field}") } else { field.into() }
}

fn lower_identifier(name: String) -> String {
    if name.is_empty() {
        UNNAMED.into()
    } else if UNRAWABLE.contains(&name.as_str()) {
        format!("{name}_")
    } else if KEYWORDS.contains(&name.as_str()) {
        format!("r#{name}")
    } else if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{name}")
    } else {
        name
    }
}

/// The greatest length of a module's name. Most file systems allow 255 bytes, some only 143.
const MODULE_LENGTH: usize = 128;

/// Returns a module's name, which is also a file's: not a raw identifier, and limited in length.
pub(crate) fn module(name: &str) -> String {
    let name: String = snake_case(name).chars().take(MODULE_LENGTH).collect();
    if name.is_empty() {
        return UNNAMED.into();
    }
    if KEYWORDS.contains(&name.as_str()) || UNRAWABLE.contains(&name.as_str()) || name == "mod" {
        format!("{name}_")
    } else if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{name}")
    } else {
        name
    }
}

/// Returns a type's name: the model's spelling, except where it is invalid in Rust.
pub(crate) fn type_name(name: &str) -> String {
    let mut name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    if name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name = capitalized(&name);
    }
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || name == "Self" {
        name.insert(0, 'T');
    }
    name
}

/// Returns the name of a service's type, such as `Rds` for `RDS`.
pub(crate) fn service_type(sdk_id: &str) -> String {
    let name = camel_case(sdk_id);
    let is_none = name.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() || name == "Self";
    if is_none { format!("T{name}") } else { name }
}

/// Returns the name of an enumeration's variant. `Unknown` is reserved for values that the model does not name.
pub(crate) fn variant(value: &str) -> String {
    let name = camel_case(value);
    match name.as_str() {
        "" => "Empty".into(),
        "Unknown" => "UnknownValue".into(),
        "Self" => "SelfValue".into(),
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => format!("V{name}"),
        _ => name,
    }
}

/// The names of one scope. The first use of a name keeps it, and later ones get a number.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    taken: BTreeSet<String>,
    numbers: BTreeMap<String, usize>,
}

impl Scope {
    /// Claims the name, or the first free one of `name_2`, `name_3`; `separator` precedes the number. Names that differ
    /// only in case get numbers too: modules are files, and some file systems ignore case.
    pub(crate) fn claim(&mut self, name: String, separator: &str) -> String {
        if self.taken.insert(name.to_ascii_lowercase()) {
            return name;
        }
        let number = self.numbers.entry(name.to_ascii_lowercase()).or_insert(1);
        loop {
            *number += 1;
            let candidate = format!("{}{separator}{number}", name.trim_end_matches('_'));
            if self.taken.insert(candidate.to_ascii_lowercase()) {
                return candidate;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snake_case_knows_acronyms() {
        for (name, expected) in [
            ("DBInstanceIdentifier", "db_instance_identifier"),
            ("EC2SecurityGroupName", "ec2_security_group_name"),
            ("IPRanges", "ip_ranges"),
            ("CACertificateIdentifier", "ca_certificate_identifier"),
            ("MaxACU", "max_acu"),
            ("TotalExtractedDataInGB", "total_extracted_data_in_gb"),
            ("S3Bucket", "s3_bucket"),
            ("IOPS", "iops"),
            ("KMSKeyId", "kms_key_id"),
            ("KmsKeyId", "kms_key_id"),
            ("DBInstanceARNs", "db_instance_arns"),
            ("DBSubnetGroupDoesNotCoverEnoughAZs", "db_subnet_group_does_not_cover_enough_azs"),
            ("SupportedCACertificateIdentifiers", "supported_ca_certificate_identifiers"),
            ("DBSnapshots", "db_snapshots"),
            ("awsBackup", "aws_backup"),
            ("xsi:type", "xsi_type"),
        ] {
            assert_eq!(snake_case(name), expected);
        }
    }

    #[test]
    fn names_that_rust_does_not_admit_are_mended() {
        assert_eq!(field("Type"), "r#type");
        assert_eq!(field("Self"), "self_");
        assert_eq!((field("é"), module("-")), ("unnamed".into(), "unnamed".into()));
        assert_eq!(field("3D"), "_3_d");
        assert_eq!(module("Type"), "type_");
        assert_eq!(module(&"Long".repeat(200)).len(), MODULE_LENGTH);
        assert_eq!(type_name("3DModel"), "T3DModel");
        assert_eq!(type_name("option"), "Option");
        assert_eq!((service_type("self"), service_type("3D")), ("TSelf".into(), "T3D".into()));
        assert_eq!(variant("open-read-only"), "OpenReadOnly");
        assert_eq!(variant("POSTGRES_SCRAM_SHA_256"), "PostgresScramSha256");
        assert_eq!(variant("10.1"), "V10_1");
        assert_eq!(variant("unknown"), "UnknownValue");
        assert_eq!(variant(""), "Empty");
    }

    #[test]
    fn names_that_collide_are_numbered() {
        let mut scope = Scope::default();
        assert_eq!(scope.claim("kms_key_id".into(), "_"), "kms_key_id");
        assert_eq!(scope.claim("kms_key_id".into(), "_"), "kms_key_id_2");
        assert_eq!(scope.claim("KMS_KEY_ID".into(), "_"), "KMS_KEY_ID_3");
        assert_eq!(scope.claim("self_".into(), "_"), "self_");
        assert_eq!(scope.claim("self_".into(), "_"), "self_2");
    }
}
