"""boto3's parser on one body, without the client around it.

    boto3_parser.py serve OPERATION STATUS BODY   a number on standard input: parse so often, print the processor's ns
    boto3_parser.py once OPERATION STATUS BODY    parse, print how much there was, and end
"""

import pathlib
import sys
import time

import botocore.loaders
import botocore.model
import botocore.parsers


def main():
    mode, operation, status, path = sys.argv[1:]
    model = botocore.loaders.Loader().load_service_model("rds", "service-2")
    shape = botocore.model.ServiceModel(model).operation_model(operation).output_shape
    parser = botocore.parsers.create_parser("query")
    response = {"status_code": int(status), "headers": {}, "body": pathlib.Path(path).read_bytes()}
    if mode == "once":
        print(sum(len(value) for value in parser.parse(response, shape).values() if isinstance(value, list)))
        return
    for line in sys.stdin:
        start = time.process_time_ns()
        for _ in range(int(line)):
            parser.parse(response, shape)
        print(time.process_time_ns() - start, flush=True)


main()
