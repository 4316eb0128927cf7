"""The stage on which the scenario is played, the same for every player.

boto3 and this workspace's client can only be compared if both meet a server in
exactly the same state, so resetting, seeding and filling moto is done here, by
boto3, whoever performs the steps afterwards.
"""

import json
import os
import re
import urllib.request
from pathlib import Path

import boto3
from botocore import handlers, xform_name
from botocore.config import Config

SCENARIO = Path(__file__).with_name("scenario.json")
SEED = 1

INSTANCE = "interop-db"
SNAPSHOT = "interop-snapshot"
CLUSTER = "interop-cluster"
CLUSTER_SNAPSHOT = "interop-cluster-snapshot"

# In these places boto3 takes and gives another value than the one on the wire, whose
# type the model states: a document for the string of a policy or template, and
# plain text for a member that holds base64.
CONVENIENCES = {
    "autoscaling": [
        (
            "before-parameter-build.autoscaling.CreateLaunchConfiguration",
            handlers.base64_encode_user_data,
        )
    ],
    "cloudformation": [
        (
            "after-call.cloudformation.GetTemplate",
            handlers.json_decode_template_body,
        )
    ],
    "iam": [("after-call.iam", handlers.json_decode_policies)],
}

# A developer's own AWS settings must neither be used nor change an answer.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ["AWS_CONFIG_FILE"] = os.devnull
os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull


def load_scenario(path=SCENARIO):
    """The steps in order, each with `name`, `op` and `input`."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def rds(endpoint):
    """A boto3 client that sends each request once, and directly."""
    return client_of("rds", endpoint)


def client_of(service, endpoint):
    """The same for any service, without boto3's conveniences."""
    client = boto3.client(
        service,
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="interop",
        aws_secret_access_key="interop",
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )
    for event, handler in CONVENIENCES.get(service, []):
        client.meta.events.unregister(event, handler)
    return client


def perform(client, step):
    """Performs one step of a scenario; raises what boto3 raises."""
    return getattr(client, xform_name(step["op"]))(**step["input"])


def filled_in(value, known):
    """The value with what `${name.Member.0}` refers to: what moto made up."""
    if isinstance(value, dict):
        return {key: filled_in(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [filled_in(item, known) for item in value]
    if isinstance(value, str) and (reference := re.fullmatch(r"\$\{(.+)\}", value)):
        found = known
        for key in reference[1].split("."):
            found = found[int(key) if isinstance(found, list) else key]
        return found
    return value


def prepare(endpoint):
    """Puts moto into the state that the scenario starts from; gives what it made up.

    Seeded first, so that the same is made up each time, and last, so that the
    request ids of the steps depend on the steps alone: preparing takes ids from
    the same generator.
    """
    post(endpoint, f"/moto-api/seed?a={SEED}")
    post(endpoint, "/moto-api/reset")
    client = rds(endpoint)
    owner = {"MasterUsername": "interop", "MasterUserPassword": "interop-password"}
    client.create_db_instance(
        DBInstanceIdentifier=INSTANCE,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        **owner,
    )
    client.create_db_snapshot(
        DBInstanceIdentifier=INSTANCE, DBSnapshotIdentifier=SNAPSHOT
    )
    client.create_db_cluster(
        DBClusterIdentifier=CLUSTER, Engine="aurora-postgresql", **owner
    )
    client.create_db_cluster_snapshot(
        DBClusterIdentifier=CLUSTER, DBClusterSnapshotIdentifier=CLUSTER_SNAPSHOT
    )
    subnets = client_of("ec2", endpoint).describe_subnets()["Subnets"]
    post(endpoint, f"/moto-api/seed?a={SEED}")
    return {"subnets": sorted(subnet["SubnetId"] for subnet in subnets)}


def post(endpoint, path):
    """Calls moto's own API, past any proxy of the environment."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(endpoint.rstrip("/") + path, method="POST")
    with opener.open(request) as response:
        response.read()
