"""The responses of boto3 to a scenario: the oracle for this workspace's client.

Performs the steps and prints one JSON line a step, with boto3's input and its
answer in JSON:

    {"name": …, "op": …, "input": {…}, "answer": {"output": {…}, "request_id": …}}
    {…, "answer": {"error": {"kind", "code", "message", "type", "status"}, "request_id": …}}

The kind is the name of the error's shape, which is the name of boto3's exception.

What moto made up, such as the ids of subnets, is filled in by then. An answer
that boto3 itself cannot read ends the run: it is no oracle then.

At the end the server is in the scenario's starting state again, for the other
client to perform the steps.

    python boto3_answers.py --endpoint http://127.0.0.1:PORT --service rds
"""

import argparse
import base64
import json
import sys
from datetime import datetime, timezone

from botocore.exceptions import ClientError

import stage


def plain(value):
    """boto3's value as JSON: RFC 3339 in UTC for times, base64 for bytes."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime):
        return rfc3339(value)
    return value


def rfc3339(time):
    """With `Z`, and no more digits of a fraction than it needs."""
    text = time.astimezone(timezone.utc).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def answer(client, step):
    """boto3's answer to one step, in the shape that the module describes."""
    try:
        output = stage.perform(client, step)
    except ClientError as refused:
        error = refused.response.get("Error", {})
        metadata = refused.response.get("ResponseMetadata", {})
        modeled = type(refused) is not ClientError
        body = {
            "error": {
                "kind": type(refused).__name__ if modeled else None,
                "code": error.get("Code"),
                "message": error.get("Message"),
                "type": error.get("Type"),
                "status": metadata.get("HTTPStatusCode"),
            }
        }
    else:
        metadata = output.pop("ResponseMetadata", {})
        body = {"output": plain(output)}
    return body | {"request_id": metadata.get("RequestId")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--endpoint", required=True, help="http://127.0.0.1:PORT")
    parser.add_argument("--service", required=True, help="boto3's name for it")
    parser.add_argument("--scenario", default=stage.SCENARIO, help="steps to perform")
    args = parser.parse_args()

    known = stage.prepare(args.endpoint)
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    client = stage.client_of(args.service, args.endpoint)
    for step in stage.load_scenario(args.scenario):
        step["input"] = stage.filled_in(step["input"], known)
        line = {**step, "answer": answer(client, step)}
        known[step["name"]] = line["answer"].get("output")
        print(json.dumps(line, ensure_ascii=False), flush=True)
    stage.prepare(args.endpoint)


if __name__ == "__main__":
    main()
