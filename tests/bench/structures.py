"""The structures that the pages of the benchmark are made of, in neutral form, for `neutral.rs`."""

import re

from measure import ROOT

GENERATED = ROOT / "crates/rds-protocol/src/generated"

SCALARS = "String", "bool", "i32", "Timestamp"

# Members of our botocore that the newest aws-sdk-rds does not know: the neutral form is without them.
UNKNOWN_TO_SDK = "primary_endpoint", "vpc_networking_enabled"


def structures(*operations):
    """Writes the outputs of operations and all that they reach, named as in aws-sdk-rds, and how each side becomes them."""
    pending, text = [GENERATED / f"operations/{operation}.rs" for operation in operations], ""
    for path in pending:
        source, output = path.read_text(), "Output" * (path.parent.name == "operations")
        found = re.search(rf"pub struct (\w+{output}) {{.*?\n}}", source, re.S)
        if not found:
            text += enumeration(re.search(r"pub enum (\w+)", source)[1])
            continue
        sdk, ours, fields, values = camel(path.stem) + output, found[1], "", ""
        table = source[source.index(f"structure!({ours} {{"):]
        # A long type takes several lines.
        whole = re.sub(r"///.*|\n {8,}|,?\n    (?=>)", "", found[0])
        for field, type_ in re.findall(r"pub (\w+): Option<(.*?)>,\n", whole):
            if field in UNKNOWN_TO_SDK:
                continue
            named = re.sub(r"Vec<|Sensitive<|>|,", "", type_)
            if named not in SCALARS:
                module = GENERATED / f"types/{snake(named)}.rs"
                if module not in pending:
                    pending.append(module)
                named = camel(module.stem) if "pub struct" in module.read_text() else "String"
            wire = re.search(rf'\d+: {field} = "(\w+)"', table)[1]
            named = f"List<{named}>" if "Vec<" in type_ else named
            fields += f'    #[serde(rename = "{wire}")] {field}: Option<{named}>,\n'
            values += f"{field}: self.{field}.neutral(), "
        text += f"#[derive(Debug, PartialEq, Deserialize)]\npub(super) struct {sdk} {{\n{fields}}}\n"
        text += "".join(neutral(side, sdk, f"{sdk} {{ {values}}}") for side in (f"ours::{ours}", f"sdk::{sdk}"))
    return text


def enumeration(name):
    """The text that was sent, in neutral form. Ours alone has an enumeration of the states of exports."""
    ours = neutral(f"ours::{name}", "String", "StringEnum::text(self).into()")
    return ours + (neutral(f"sdk::{name}", "String", "self.as_str().into()") if name != "ExportTaskStatus" else "")


def neutral(side, neutral, value):
    return f"impl Neutral<{neutral}> for {side} {{ fn neutral(&self) -> {neutral} {{ {value} }} }}\n"


def snake(name):
    """As ours names modules: `db_instance` for `DBInstance`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def camel(module):
    """As the official SDK names types: `DbInstance` for `db_instance`."""
    return "".join(word.capitalize() for word in module.split("_"))
