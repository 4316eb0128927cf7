"""Every error and every list of RDS on the wire, by another reading of the model.

What is expected is worked out here from the model's JSON, in another language and
by nobody's code but this file's. `cargo xtask wire` must say the same.

    python3 tests/wire/independent.py

Ends with `independent: N errors, N lists in requests, N lists in answers, N of N lists`
and exits with 1 on a difference.
"""

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
MODEL = json.loads((ROOT / "model/rds/service-2.json").read_text(encoding="utf-8"))
SHAPES = MODEL["shapes"]
OPERATIONS = MODEL["operations"]
VERSION = MODEL["metadata"]["apiVersion"]

# The lists that a sample was made of.
REACHED = set()

# A text, and what the other types say in a form, in XML and in JSON.
SCALARS = {
    "string": ("a b&<é", quote("a b&<é", safe=""), "a b&amp;&lt;é"),
    "integer": (7, "7", "7"),
    "long": (8, "8", "8"),
    "double": (2.5, "2.5", "2.5"),
    "boolean": (True, "true", "true"),
    "timestamp": (
        "2026-01-02T03:04:05Z",
        "2026-01-02T03%3A04%3A05Z",
        "2026-01-02T03:04:05Z",
    ),
}


def ways(root):
    """For each list that a structure reaches, one way of members and elements."""
    found, pending = {}, [(root, (), ())]
    while pending:
        name, way, seen = pending.pop(0)
        shape = SHAPES[name]
        if shape["type"] == "structure" and name not in seen:
            for member, reference in shape.get("members", {}).items():
                step = ("member", member, reference.get("locationName", member), name)
                pending.append((reference["shape"], (*way, step), (*seen, name)))
        elif shape["type"] == "list":
            element = shape["member"].get("locationName", "member")
            found.setdefault(name, (*way, ("list", element)))
            step = ("element", element)
            pending.append((shape["member"]["shape"], (*way, step), (*seen, name)))
    return found


def sample(name):
    """A value of a shape: in JSON, as pairs of a form, and in XML; one member deep."""
    shape = SHAPES[name]
    if shape["type"] in SCALARS:
        value, form, xml = SCALARS[shape["type"]]
        return value, [("", form)], xml
    if shape["type"] == "structure":
        for member, reference in shape.get("members", {}).items():
            if SHAPES[reference["shape"]]["type"] in SCALARS:
                value, [(_, form)], xml = sample(reference["shape"])
                wire = reference.get("locationName", member)
                return {member: value}, [("." + wire, form)], f"<{wire}>{xml}</{wire}>"
    return None


def build(way, element_shape, complete):
    """Two elements at the end of a way: in JSON, in a form, and in XML.

    A request must have what the model requires beside them, which only the JSON says.
    """
    one = sample(element_shape)
    if one is None:
        return None
    value, form, xml = one
    if complete and isinstance(value, dict):
        value = {**required(element_shape), **value}
    element = way[-1][1]
    json_value = [value, value]
    pairs = [(f".{element}.{n}{key}", text) for n in (1, 2) for key, text in form]
    xml_text = f"<{element}>{xml}</{element}>" * 2
    for step in reversed(way[:-1]):
        if step[0] == "member":
            beside = required(step[3]) if complete else {}
            json_value = {**beside, step[1]: json_value}
            pairs = [(f".{step[2]}{key}", text) for key, text in pairs]
            xml_text = f"<{step[2]}>{xml_text}</{step[2]}>"
        else:
            json_value = [json_value]
            pairs = [(f".{step[1]}.1{key}", text) for key, text in pairs]
            xml_text = f"<{step[1]}>{xml_text}</{step[1]}>"
    return json_value, pairs, xml_text


def required(name):
    """The members that a structure needs, filled as little as the model allows."""
    shape = SHAPES[name]
    if shape["type"] == "structure":
        return {m: required(shape["members"][m]["shape"]) for m in shape.get("required", [])}
    if shape["type"] in ("list", "map"):
        return [] if shape["type"] == "list" else {}
    return SCALARS[shape["type"]][0]


def errors():
    names = sorted(name for name, shape in SHAPES.items() if shape.get("exception"))
    for name in names:
        facts = SHAPES[name].get("error", {})
        code, status = facts.get("code", name), facts.get("httpStatusCode", 400)
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
            f"<Message>m</Message></Error><RequestId>r</RequestId></ErrorResponse>"
        )
        for operation in (
            key
            for key, it in OPERATIONS.items()
            if any(error["shape"] == name for error in it.get("errors", []))
        ):
            break
        else:
            operation = "DescribeEvents"
        line = {"op": operation, "status": status, "headers": {}, "body": body}
        error = {"kind": name, "code": code, "message": "m", "type": "Sender"}
        yield line, {"error": {**error, "status": status, "members": {}}, "request_id": "r"}


def lists(direction):
    done = set()
    for operation, it in OPERATIONS.items():
        if direction not in it:
            continue
        root = it[direction]["shape"]
        for name, way in ways(root).items():
            if name in done:
                continue
            built = build(way, SHAPES[name]["member"]["shape"], direction == "input")
            if built is None:
                continue
            value, pairs, xml = built
            if direction == "output":
                wrapper = it["output"]["resultWrapper"]
                body = f"<R><{wrapper}>{xml}</{wrapper}><ResponseMetadata/></R>"
                line = {"op": operation, "status": 200, "headers": {}, "body": body}
                yield line, {"output": value, "request_id": None}
            else:
                yield {"op": operation, "input": value}, pairs
            done.add(name)
            REACHED.add(name)


def main():
    parts = [list(errors()), list(lists("input")), list(lists("output"))]
    cases = [case for part in parts for case in part]
    lines = "\n".join(json.dumps(line, ensure_ascii=False) for line, _ in cases) + "\n"
    found = subprocess.run(
        ["cargo", "xtask", "wire"], input=lines.encode(), stdout=subprocess.PIPE, cwd=ROOT, check=True
    )
    answers = [json.loads(line) for line in found.stdout.decode().splitlines()]
    failed = len(cases) != len(answers)
    for (line, expected), answer in zip(cases, answers):
        if isinstance(expected, list):
            body = answer.get("body", "").split("&")
            begin = f"Action={OPERATIONS[line['op']]['name']}&Version={VERSION}".split("&")
            wanted = [f"{key[1:]}={text}" for key, text in expected]
            good = body[:2] == begin and [pair for pair in body if pair in wanted] == wanted
        else:
            wanted, good = expected, answer == expected
        if not good:
            failed = True
            print(f"{json.dumps(line)}\n  expected {wanted}\n  found    {answer}")
    counts = [len(part) for part in parts]
    all_lists = {name for name, shape in SHAPES.items() if shape["type"] == "list"}
    for name in sorted(all_lists - REACHED):
        print(f"no sample of {name}")
        failed = True
    print(
        f"independent: {counts[0]} errors, {counts[1]} lists in requests, "
        f"{counts[2]} lists in answers, {len(REACHED)} of {len(all_lists)} lists"
    )
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
