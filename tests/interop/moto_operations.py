"""The operations of RDS that moto implements, one a line.

As moto itself decides: an operation of the service's model is implemented if
its class of responses has a method of that name.

    python moto_operations.py
"""

from botocore import xform_name
from botocore.session import get_session
from moto.rds.responses import RDSResponse


def main():
    for name in get_session().get_service_model("rds").operation_names:
        if xform_name(name) in vars(RDSResponse):
            print(name)


if __name__ == "__main__":
    main()
