"""boto3 against the service's side of this workspace: does it accept the answers?

The double plays the cases of `double.json` in their order: it checks that what
boto3 sent is the case's input, and answers with the case's output or error. What
boto3 makes of that must be the output again, and every member of the operations'
outputs must be in a case. Then pages, by boto3's paginators; then requests that no SDK would
send, whose errors botocore must be able to read.

    python boto3_accepts.py --endpoint http://127.0.0.1:PORT

Prints a line for each failure, and ends with `double: N cases, N passed`.
"""

import argparse
import json
import sys
import urllib.error
import urllib.request
from itertools import groupby
from pathlib import Path

import boto3
import botocore.parsers
from botocore import xform_name
from botocore.config import Config

import stage
from boto3_answers import answer, plain

CASES = Path(__file__).with_name("double.json")
BEGIN = "Action=DescribeExportTasks&Version=2014-10-31"

# What is sent, and the code and status that must come back.
RAW = [
    (f"{BEGIN}", None, 200),
    (f"{BEGIN}&Marker=%4", "MalformedQueryString", 404),
    (f"{BEGIN}&Marker=%zz", "MalformedQueryString", 404),
    (f"{BEGIN}&Marker=%FF", "MalformedQueryString", 404),
    (f"{BEGIN}&Marker", "MalformedQueryString", 404),
    (f"{BEGIN}&Filters.Filter.2.Name=a", "InvalidQueryParameter", 400),
    (f"{BEGIN}&Filters.Filter.x.Name=a", "InvalidQueryParameter", 400),
    (f"{BEGIN}&Filters.Filter.0.Name=a", "InvalidQueryParameter", 400),
    (f"{BEGIN}&Filters.Filter.01.Name=a", "InvalidQueryParameter", 400),
    (f"{BEGIN}&Marker=a&Marker=b", "InvalidQueryParameter", 400),
    (f"{BEGIN}&Colour=red", "InvalidQueryParameter", 400),
    (f"{BEGIN}&MaxRecords=many", "InvalidParameterValue", 400),
    ("Action=DescribeMoon&Version=2014-10-31", "InvalidAction", 400),
    ("Action=DescribeExportTasks&Version=1999-01-01", "InvalidAction", 400),
    ("Version=2014-10-31", "MissingAction", 400),
    ("Action=DescribeExportTasks", "MissingParameter", 400),
    ("", "MissingAction", 400),
]


def client(endpoint):
    """boto3 without its own validation, which knows ranges that a wire does not."""
    return boto3.client(
        "rds",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="interop",
        aws_secret_access_key="interop",
        config=Config(
            retries={"total_max_attempts": 1},
            proxies={},
            parameter_validation=False,
            connect_timeout=10,
            read_timeout=10,
        ),
    )


def expected(number, case, shapes):
    """What boto3 must make of the answer to a case."""
    request_id = {"request_id": f"double-{number}"}
    if "error" not in case:
        return {"output": case["output"]} | request_id
    error = case["error"]
    # Modeled errors have their code and status in the model that boto3 ships.
    traits = shapes[error["kind"]]["error"] if "kind" in error else {}
    status = error.get("status", traits.get("httpStatusCode"))
    body = {
        "kind": error.get("kind"),
        "code": error.get("code", traits.get("code", error.get("kind"))),
        # botocore makes nothing of an empty element here, as its XML library does.
        "message": error["message"] or None,
        "type": "Receiver" if status >= 500 else "Sender",
        "status": status,
    }
    return {"error": body} | request_id


def unanswered(shape, values, path):
    """The members of a shape that none of the values has."""
    if shape.type_name == "list":
        items = [item for value in values for item in value]
        yield from unanswered(shape.member, items, path)
    elif shape.type_name == "structure":
        for name, member in shape.members.items():
            found = [value[name] for value in values if name in value]
            if not found:
                yield f"{path}.{name}"
            else:
                yield from unanswered(member, found, f"{path}.{name}")


def post(endpoint, body):
    """A status and a body, whatever the status."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(
        endpoint + "/raw",
        data=body.encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    try:
        with opener.open(request, timeout=10) as response:
            return response.status, response.read(), dict(response.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read(), dict(error.headers)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--endpoint", required=True, help="http://127.0.0.1:PORT")
    args = parser.parse_args()

    rds = client(args.endpoint)
    model = rds.meta.service_model
    shapes = model._shape_resolver._shape_map
    script = json.loads(CASES.read_text(encoding="utf-8"))
    results = []

    def compare(name, found, wanted):
        results.append(found == wanted)
        if found != wanted:
            print(f"{name}\n  expected {wanted}\n  found    {found}")

    for number, case in enumerate(script["cases"]):
        compare(case["name"], answer(rds, case), expected(number, case, shapes))

    for op, cases in groupby(script["pages"], key=lambda case: case["op"]):
        cases = list(cases)
        paginator = rds.get_paginator(xform_name(op))
        pages = paginator.paginate(**cases[0]["input"])
        for case, page in zip(cases, pages, strict=True):
            page.pop("ResponseMetadata", None)
            compare(case["name"], plain(page), case["output"])

    for op in ["DescribeExportTasks", "DescribeDBInstances", "DescribeDBSnapshots"]:
        shape = model.operation_model(op).output_shape
        answers = [case.get("output", {}) for case in script["cases"] if case["op"] == op]
        compare(f"{op}: members in no case", sorted(unanswered(shape, answers, op)), [])

    parsed = botocore.parsers.create_parser("query")
    shape = model.operation_model("DescribeExportTasks").output_shape
    for body, code, status in RAW:
        found, text, headers = post(args.endpoint, body)
        response = {"status_code": found, "body": text, "headers": headers}
        error = parsed.parse(response, shape).get("Error", {})
        compare(f"raw: {body}", (found, error.get("Code")), (status, code))

    print(f"double: {len(results)} cases, {sum(results)} passed")
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
