"""A moto server whose answers are the same bytes on every run.

moto plays the services for the tests that let this workspace's client and boto3
talk to a server that neither of them wrote. Two runs of one scenario can be
compared byte by byte only if nothing in moto moves by itself, so its clock is frozen
here and its random ids are seeded (`POST /moto-api/seed?a=N` seeds them anew).

Prints one line, `ready PORT`, on stdout once connections are accepted. Runs
until stdin is closed or SIGTERM arrives: whoever starts it holds the other end
of stdin, so the server ends with its parent even if that one is killed.

    python moto_server.py --port 0
"""

import argparse
import logging
import os
import signal
import sys
import threading
from types import SimpleNamespace

import freezegun

CLOCK = "2026-01-02T03:04:05.678Z"
HOST = "127.0.0.1"
SEED = 1


def start(port: int) -> int:
    """Serves moto from a background thread; returns the port it listens on."""
    # moto reads MOTO_… once, at import: the caller's must not change answers.
    for name in [name for name in os.environ if name.startswith("MOTO_")]:
        del os.environ[name]

    # Imported here, since only now is the clock frozen and the environment clean.
    from moto.iam import models as iam_models
    from moto.moto_api._internal import mock_random
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from moto.sts import utils as sts_utils
    from werkzeug.serving import make_server

    # One line a request would fill a stderr that the parent never reads.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    mock_random.seed(SEED)
    # These draw a token and an image past the seeded generator.
    for module in (iam_models, sts_utils):
        module.os = SimpleNamespace(urandom=mock_random.randbytes)

    # The same server as moto's ThreadedMotoServer, but bound in this thread:
    # there, a port that is taken leaves the caller waiting for ever.
    server = make_server(
        HOST,
        port,
        DomainDispatcherApplication(create_backend_app),
        threaded=True,
        request_handler=MotoRequestHandler,
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="0 (default): a free one")
    port = parser.parse_args().port

    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: sys.exit(0))

    # moto prints here and there; stdout belongs to the `ready` line alone.
    stdout, sys.stdout = sys.stdout, sys.stderr
    with freezegun.freeze_time(CLOCK):
        print(f"ready {start(port)}", file=stdout, flush=True)
        while sys.stdin and sys.stdin.buffer.read(4096):
            pass


if __name__ == "__main__":
    main()
