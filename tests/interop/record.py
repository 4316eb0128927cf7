"""Records responses of a moto server, byte for byte, for tests without Python.

boto3 performs the scenario against `--endpoint`; an event of botocore hands over
the body of each HTTP response before anything has parsed it. The chosen ones go
to `--out`, with an `index.json` that says what each is. The versions named there
are those installed beside this script, so run the server from the same
environment. Recording again gives the same bytes.

    python record.py --endpoint http://127.0.0.1:PORT --out ../recorded/moto
"""

import argparse
import json
from importlib.metadata import version
from pathlib import Path

from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

import stage

# The steps whose responses differ in kind, not only in their data.
CHOSEN = [
    "describe_nothing",
    "start_snapshot",
    "start_prefix_and_export_only",
    "start_reserved_characters",
    "start_white_space",
    "start_empty_values",
    "start_cluster_snapshot",
    "start_same_identifier_again",
    "start_unknown_snapshot",
    "start_unknown_cluster_snapshot",
    "describe_all",
    "describe_unknown_identifier",
    "describe_unknown_reserved_characters",
    "cancel",
    "cancel_unknown",
    "describe_after_cancel",
]

# Not in the scenario, since boto3 cannot read the answer: moto fails on a source
# that is no snapshot and answers with an HTML page. Performed last of all.
UNREADABLE = {
    "name": "start_live_cluster",
    "op": "StartExportTask",
    "input": {
        "ExportTaskIdentifier": "live-cluster",
        "SourceArn": "arn:aws:rds:us-east-1:123456789012:cluster:interop-cluster",
        "S3BucketName": "interop-bucket",
        "IamRoleArn": "arn:aws:iam::123456789012:role/interop-export",
        "KmsKeyId": "interop-key",
    },
}


def responses(endpoint, steps):
    """Performs the steps; yields each with its response, as botocore got it."""
    client = stage.rds(endpoint)
    received = []

    def keep(response_dict, **_):
        received.append(response_dict)

    client.meta.events.register("before-parse.rds.*", keep)
    for step in steps:
        try:
            stage.perform(client, step)
        except (ClientError, ResponseParserError):
            pass
        yield step, received.pop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--endpoint", required=True, help="http://127.0.0.1:PORT")
    parser.add_argument("--out", required=True, type=Path, help="folder to fill")
    args = parser.parse_args()

    steps = stage.load_scenario()
    if unknown := set(CHOSEN) - {step["name"] for step in steps}:
        parser.error(f"not in the scenario: {sorted(unknown)}")
    source = (
        f"captured from moto {version('moto')}, boto3 {version('boto3')}, "
        "by tests/interop/record.py"
    )

    args.out.mkdir(parents=True, exist_ok=True)
    stage.prepare(args.endpoint)
    index = []
    for step, response in responses(args.endpoint, [*steps, UNREADABLE]):
        if step["name"] not in CHOSEN and step is not UNREADABLE:
            continue
        content_type = response["headers"]["content-type"]
        extension = "html" if content_type.startswith("text/html") else "xml"
        file = f"{step['name']}.{extension}"
        (args.out / file).write_bytes(response["body"])
        index.append(
            {
                "file": file,
                "op": step["op"],
                "status": response["status_code"],
                "content_type": content_type,
                "source": source,
            }
        )
    text = json.dumps(index, indent=2, ensure_ascii=False) + "\n"
    (args.out / "index.json").write_bytes(text.encode("utf-8"))


if __name__ == "__main__":
    main()
