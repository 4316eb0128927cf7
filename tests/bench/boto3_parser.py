"""boto3's parser on one body, without the client around it.

    boto3_parser.py serve OPERATION STATUS   standard input has the body's length, the body, then numbers:
                                             for each parse so often, print the processor's nanoseconds
    boto3_parser.py once OPERATION STATUS    parse the body on standard input, print the number of items, and end
"""

import sys
import time

import botocore.loaders
import botocore.model
import botocore.parsers


def main():
    mode, operation, status = sys.argv[1:]
    model = botocore.loaders.Loader().load_service_model("rds", "service-2")
    shape = botocore.model.ServiceModel(model).operation_model(operation).output_shape
    parser = botocore.parsers.create_parser("query")
    read, length = sys.stdin.buffer.read, -1 if mode == "once" else int(sys.stdin.buffer.readline())
    response = {"status_code": int(status), "headers": {}, "body": read(length)}
    if mode == "once":
        print(sum(len(value) for value in parser.parse(response, shape).values() if isinstance(value, list)))
    for line in sys.stdin.buffer:
        start = time.process_time_ns()
        for _ in range(int(line)):
            parser.parse(response, shape)
        print(time.process_time_ns() - start, flush=True)


main()
