"""The operations of a service that moto implements, one a line.

As moto itself decides: an operation of the service's model is implemented if
its class of responses has a method of that name.

    python moto_operations.py rds
"""

import argparse
import importlib
import inspect

from botocore import xform_name
from botocore.session import get_session


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("service", help="boto3's name for it")
    service = parser.parse_args().service

    module = importlib.import_module(f"moto.{service}.responses")
    own = [
        kind
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if kind.__module__ == module.__name__
    ]
    for name in get_session().get_service_model(service).operation_names:
        if any(xform_name(name) in vars(kind) for kind in own):
            print(name)


if __name__ == "__main__":
    main()
