"""Runs the Python of a page against a moto server, block after block.

The page is the one for those who come from boto3: what it says of boto3 must be
so. Its blocks share their names, as if they were one program.

    python migrating.py --endpoint http://127.0.0.1:PORT --page MIGRATING.md
"""

import argparse
import contextlib
import io
import os
import re
from pathlib import Path

import stage


def blocks(page):
    """The blocks of Python, each with the heading it stands under."""
    heading = ""
    for part in re.finditer(r"^## ([^\n]+)$|^```python\n(.*?)^```$", page, re.M | re.S):
        if part[1]:
            heading = part[1]
        else:
            yield heading, part[2]


def prepare(endpoint):
    """An instance, and a snapshot of it in each of the two regions of the page."""
    for region in ["us-east-1", "us-west-2"]:
        os.environ["AWS_DEFAULT_REGION"] = region
        rds = stage.boto3.client("rds")
        rds.create_db_instance(
            DBInstanceIdentifier="db-1",
            DBInstanceClass="db.t4g.micro",
            Engine="postgres",
            AllocatedStorage=20,
            MasterUsername="interop",
            MasterUserPassword="interop-password",
        )
        rds.create_db_snapshot(
            DBInstanceIdentifier="db-1", DBSnapshotIdentifier="daily"
        )
    os.environ["AWS_DEFAULT_REGION"] = "us-east-1"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--endpoint", required=True, help="http://127.0.0.1:PORT")
    parser.add_argument("--page", required=True, type=Path)
    args = parser.parse_args()

    os.environ["AWS_ENDPOINT_URL"] = args.endpoint
    os.environ["AWS_ACCESS_KEY_ID"] = "interop"
    os.environ["AWS_SECRET_ACCESS_KEY"] = "interop"
    prepare(args.endpoint)
    names, count, printed = {}, 0, io.StringIO()
    for heading, block in blocks(args.page.read_text(encoding="utf-8")):
        with contextlib.redirect_stdout(printed):
            exec(compile(block, heading, "exec"), names)
        count += 1
    # What the calls must have found: the instance, and that there is no such export.
    assert "db-1 db.t4g.micro" in printed.getvalue(), printed.getvalue()
    assert "there is none: " in printed.getvalue(), printed.getvalue()
    assert names["password"].startswith("db-1.example.com:5432/?"), names["password"]
    assert count == 11, f"expected the client and ten calls, found {count} blocks"
    print(f"migrating: {count} blocks of Python run")


if __name__ == "__main__":
    main()
