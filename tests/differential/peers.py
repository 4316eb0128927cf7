"""The two that are compared: our driver, and botocore's serializer and parser.

Both take and give plain values: dicts, lists, texts, numbers and bytes, and
timestamps as whole nanoseconds since 1970, so that nothing is lost before it is
compared.
"""

import base64
import datetime
import gzip
import json
import math
import queue
import re
import subprocess
import threading
from urllib.parse import quote, unquote

from botocore.loaders import ExtrasProcessor
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import QuerySerializer
from botocore.validate import ParamValidator

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = 1_000  # in nanoseconds
SECOND = 1_000_000_000

# What a caller would make up, so that bodies can be compared.
IDEMPOTENCY_TOKEN = "00000000-0000-4000-8000-000000000000"


class Refused(Exception):
    """A peer has no answer."""


def load(folder):
    """The model in a folder, with what botocore itself adds to it."""

    def read(name):
        if (folder / name).exists():
            return json.loads((folder / name).read_text(encoding="utf-8"))
        packed = folder / f"{name}.gz"
        return json.loads(gzip.decompress(packed.read_bytes())) if packed.exists() else None

    model = read("service-2.json")
    extras = read("service-2.sdk-extras.json")
    if extras is not None:
        ExtrasProcessor().process(model, [extras])
    return ServiceModel(model)


class Driver:
    """Our side: a program that answers lines of JSON, as `cargo xtask wire` does."""

    def __init__(self, program):
        self._program = program
        self._process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._lines = queue.SimpleQueue()
        threading.Thread(target=self._write, daemon=True).start()

    def _write(self):
        """Who writes must not wait for who reads."""
        while (lines := self._lines.get()) is not None:
            self._process.stdin.write(lines)
            self._process.stdin.flush()
        self._process.stdin.close()

    def send(self, calls):
        """Puts calls; gives what waits for their answers."""
        self._lines.put(b"".join(json.dumps(call).encode() + b"\n" for call in calls))
        output = self._process.stdout

        def answers():
            for call in calls:
                line = output.readline()
                if not line:
                    raise SystemExit(f"the driver ended at {json.dumps(call)}")
                yield json.loads(line)

        return answers

    def ask(self, *calls):
        return list(self.send(calls)())

    def close(self):
        self._lines.put(None)
        self._process.wait()


class _Serializer(QuerySerializer):
    """botocore's, which also notes the shape behind each key."""

    def __init__(self):
        super().__init__()
        self.shapes = {}

    def _serialize(self, serialized, value, shape, prefix=""):
        self.shapes[prefix] = shape
        super()._serialize(serialized, value, shape, prefix)


class Botocore:
    """Their side, without clients: nothing validates, nothing is sent."""

    def __init__(self):
        self._parser = create_parser("query")

    def request(self, operation, value):
        """The form's pairs, and the shape behind each key."""
        # A client's handler makes these up.
        value = {**dict.fromkeys(operation.idempotent_members, IDEMPOTENCY_TOKEN), **value}
        if operation.input_shape is not None:
            # Theirs writes members as they come, ours in the model's order (REQ-4).
            value = {name: value[name] for name in operation.input_shape.members if name in value}
        serializer = _Serializer()
        try:
            body = serializer.serialize_to_request(to_botocore(operation.input_shape, value), operation)[
                "body"
            ]
        except Exception as error:
            raise Refused(repr(error)) from error
        # As it is encoded when it is prepared for the wire: everything becomes a text.
        return [(key, str(text)) for key, text in body.items()], serializer.shapes

    def response(self, operation, body, status=200):
        """The output's value and the request id."""
        parsed = self._parse(body, status, operation.output_shape)
        metadata = parsed.pop("ResponseMetadata", {})
        return from_botocore(operation.output_shape, parsed), metadata.get("RequestId")

    def complaints(self, shape, value):
        """What is wrong with an input, ranges and lengths aside: services are more lenient."""
        try:
            report = ParamValidator().validate(value, shape)
        except Exception as error:
            return [repr(error)]
        return [error for error in report._errors if error[0] not in ("invalid range", "invalid length")]

    def error(self, operation, shape_of, body, status):
        """An error's code, message, type, shape, members and request id, as a client reads them.

        `shape_of` gives the shape of a code.
        """
        parsed = self._parse(body, status, operation.output_shape)
        error = parsed.get("Error", {})
        if not isinstance(error, dict):
            raise Refused(f"Error is {error!r}")
        shape = shape_of(error.get("Code"))
        members = {}
        if shape is not None:
            members = self._parse(body, status, shape)
        return {
            "code": error.get("Code"),
            "message": error.get("Message", error.get("message")),
            "type": error.get("Type"),
            "kind": shape and shape.name,
            "members": from_botocore(shape, members) if shape else {},
            "request_id": parsed.get("ResponseMetadata", {}).get("RequestId"),
        }

    def _parse(self, body, status, shape):
        response = {"status_code": status, "headers": {}, "body": body.encode()}
        try:
            return self._parser.parse(response, shape)
        # botocore's own errors are few; of most bad answers it dies by accident.
        except Exception as error:
            raise Refused(f"{type(error).__name__}: {str(error)[:200]}") from error


def convert(shape, value, scalar):
    """Copies a value with its scalars converted."""
    if shape.type_name == "structure":
        return {name: convert(shape.members[name], item, scalar) for name, item in value.items()}
    if shape.type_name == "list":
        return [convert(shape.member, item, scalar) for item in value]
    if shape.type_name == "map":
        return {key: convert(shape.value, item, scalar) for key, item in value.items()}
    return scalar(shape.type_name, value)


def timestamps(shape, value):
    """All timestamps in a value."""
    found = []
    convert(shape, value, lambda kind, item: found.append(item) if kind == "timestamp" else None)
    return found


def to_botocore(shape, value):
    return value if shape is None else convert(shape, value, _to_botocore)


def _to_botocore(kind, value):
    if kind == "timestamp":
        return EPOCH + datetime.timedelta(microseconds=value // MICROSECOND)
    return value


def from_botocore(shape, value):
    """A parsed value as a plain one; what no honest parser gives is refused."""
    if shape is None:
        return {}
    try:
        return convert(shape, value, _from_botocore)
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise Refused(f"nonsense: {error!r}") from error


def _from_botocore(kind, value):
    if kind == "timestamp":
        if value.tzinfo is None:  # no zone is UTC (RSP-15)
            value = value.replace(tzinfo=datetime.timezone.utc)
        return (value - EPOCH) // datetime.timedelta(microseconds=1) * MICROSECOND
    if kind in ("string", "character") and not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} for a string")
    return value


def to_json(shape, value):
    """A plain value as a line of our driver says it."""
    return value if shape is None else convert(shape, value, _to_json)


def _to_json(kind, value):
    if kind == "timestamp":
        return date_time(value)
    if kind == "blob":
        return base64.b64encode(value).decode()
    if kind in ("float", "double") and not math.isfinite(value):
        return special(value)
    return value


def special(value):
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def from_json(shape, value):
    return value if shape is None else convert(shape, value, _from_json)


def _from_json(kind, value):
    if kind == "timestamp":
        return nanoseconds(value)
    if kind == "blob":
        return base64.b64decode(value, validate=True)
    if kind in ("float", "double"):
        return float(value)
    return value


def date_time(value):
    """RFC 3339 in UTC, with no more digits of a fraction than needed."""
    seconds, fraction = divmod(value, SECOND)
    instant = EPOCH + datetime.timedelta(seconds=seconds)
    text = f"{instant.year:04}-{instant:%m-%dT%H:%M:%S}"
    return f"{text}.{fraction:09}".rstrip("0") + "Z" if fraction else f"{text}Z"


DATE_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:([Zz])|([+-]\d\d)(?::?(\d\d))?)?",
    re.ASCII,
)


def nanoseconds(text):
    """A date-time as nanoseconds since 1970; digits beyond the ninth are dropped."""
    match = DATE_TIME.fullmatch(text)
    if not match:
        raise ValueError(text)
    *numbers, fraction, _, hours, minutes = match.groups()
    instant = datetime.datetime(*(int(number or 0) for number in numbers), tzinfo=datetime.timezone.utc)
    value = (instant - EPOCH) // datetime.timedelta(seconds=1) * SECOND
    if hours:
        if int(hours[1:]) > 25 or int(minutes or 0) > 59:
            raise ValueError(text)
        offset = (int(hours[1:]) * 3600 + int(minutes or 0) * 60) * SECOND
        value += offset if hours[0] == "-" else -offset
    return value + int((fraction or "").ljust(9, "0")[:9])


def decode(body):
    """A form's pairs, in order."""
    pairs = []
    for pair in body.split("&"):
        key, equals, text = pair.partition("=")
        if not equals or "+" in pair or quote(unquote(text), safe="") != text:
            raise ValueError(f"not a form as REQ-22 has it: {pair}")
        pairs.append((unquote(key), unquote(text)))
    return pairs
