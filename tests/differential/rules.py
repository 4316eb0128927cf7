"""Where we and botocore differ, and why ours is right.

Each difference that is meant has a rule here, with its reason. No rule says
"anything goes": a rule of documents rewrites a document into one that by our
reading means the same, or says that it is to be refused; botocore must make of
the rewritten document exactly what we make of the damaged one. A rule of forms
or of values says what their text or value is in ours. Whatever no rule explains
is a failure.
"""

import base64
import math
import re
from collections import Counter
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from fractions import Fraction
from xml.parsers import expat

from documents import Element, read, write
from peers import DATE_TIME, MICROSECOND, SECOND, date_time, nanoseconds
from values import FIRST, single

# By the protocol reference's ids; (what we do, why it is right).
RULES = {
    # Requests.
    "REQ-21 milliseconds": (
        "timestamps are cut to milliseconds, without zeros at the end",
        "the protocol's precision; botocore writes six digits. Services take either",
    ),
    "REQ-21 years": ("years have four digits", "ISO 8601 has; C's strftime pads none below 1000"),
    "2.4 floats": (
        "numbers are written as 1e16, and one between two texts by the upper",
        "the same number in as many digits; Python writes 1e+16, and the even one",
    ),
    "5.4 SourceRegion": (
        "the member SourceRegion is not sent",
        "it is no parameter of the service: clients turn it into a presigned URL, botocore's in a handler",
    ),
    "REQ-14 null": ("a member that is null is absent", "None says so; boto3 has no null, and refuses it"),
    # Values of answers.
    "RSP-15 nanoseconds": (
        "timestamps keep nine digits",
        "what was sent is not to be lost; Python's have six",
    ),
    "2.4 single precision": ("floats are numbers of 32 bits", "the model says so; Python has doubles only"),
    # Answers: read more leniently.
    "RSP-3 nothing to read": (
        "an answer without members is not read",
        "nothing can be lost; botocore wants XML",
    ),
    "RSP-4 no result": (
        "without children an answer has no members",
        "every member is absent; botocore dies of a KeyError",
    ),
    "RSP-5 request ids": (
        "a request id is found in every spelling, trimmed",
        "services spell it variously; botocore dies of two",
    ),
    "RSP-6 namespaces": ("prefixes are not looked at, declared or not", "they mean nothing in the protocol"),
    "RSP-7 unknown in an entry": (
        "unknown elements of a map's entry are skipped",
        "as everywhere else; botocore raises",
    ),
    "3.3 incomplete entries": (
        "no key, no entry; no value, an empty text or no entry",
        "botocore takes the last entry's",
    ),
    "3.3 wrappers twice": (
        "lists and maps that come in parts are joined",
        "botocore makes texts of their elements",
    ),
    "RSP-12 last wins": (
        "of a member that comes twice the last stays",
        "botocore dies, or takes the first structure",
    ),
    "RSP-13 text": (
        "a text is all character data of its element",
        "botocore stops at the first child element",
    ),
    "RSP-14 empty is absent": (
        "an empty number, boolean or timestamp is absent",
        "one must not make a whole list unusable; botocore dies, and takes an empty boolean for false",
    ),
    "3.5 white space first": ("white space before the XML declaration is skipped", "services have sent it"),
    "3.7 booleans": (
        "TRUE, 1 and white space around are booleans",
        "botocore takes whatever is not `true` for false",
    ),
    "3.7 base64": ("base64 may lack its padding", "nothing is lost; botocore dies"),
    "RSP-15 the end of time": (
        "what is later than the greatest timestamp in the year 9999 is that one",
        "services send it for never",
    ),
    "RSP-15 timestamps": (
        "timestamps are exact, and without a zone in UTC",
        "botocore goes through doubles, and loses digits",
    ),
    "RSP-15 leap seconds": ("second 60 is second 59", "it is in RFC 3339, and exists; Python refuses it"),
    "RSP-8b one of a union": (
        "unknown elements beside a union's member are skipped",
        "as in every structure; botocore raises",
    ),
    "RSP-8b none of a union": (
        "a union without a member is absent",
        "one of them must not make an answer unusable; botocore raises",
    ),
    "ERR-6 empty message": ("an empty message is an empty text", "it is there; botocore makes it None"),
    "ERR-6 message": (
        "a message is read in either case",
        "the envelope says Message, models say message; botocore reads as they say",
    ),
    "ERR-5 one code, several shapes": (
        "of several errors with a code it is the operation's own, else the first",
        "the operation's list is the better witness; botocore takes the service's last",
    ),
    # Answers: refused.
    "ERR-10 error with 200": (
        "an error that came with 200 is an error",
        "botocore dies of a KeyError, or takes it for an output",
    ),
    "RSP-8b unknown variant": (
        "a union's unknown member has no JSON",
        "its name alone says nothing; botocore makes up SDK_UNKNOWN_MEMBER",
    ),
    "RSP-17 encoding": (
        "other encodings than UTF-8 are refused",
        "botocore decodes UTF-8 whatever the document says",
    ),
    "3.5 document type": (
        "a document type is refused",
        "entities are an attack; botocore expands internal ones",
    ),
    "3.5 depth": ("more than 128 elements inside each other are refused", "a limit there must be"),
    "3.5 attributes": ("more than 256 attributes are refused", "a limit there must be"),
    "3.7 numbers": (
        "integers have 32 or 64 bits, numbers are ASCII and do not overflow",
        "as the model says; Python takes 1_000, other digits, and any size",
    ),
    "3.7 no boolean": (
        "what is neither true nor false is refused",
        "botocore takes it for false, and would hide damage",
    ),
    "3.7 no base64": (
        "what is no base64 is refused",
        "botocore drops foreign characters, and gives other bytes",
    ),
    "RSP-15 no guessing": ("what is no timestamp is refused", "botocore guesses: of `5:00` it makes today"),
}


class Expected:
    """What a document is by our rules: another document that says the same, or nothing."""

    def __init__(self, document, rules, times=frozenset()):
        self.document = document  # None: to be refused
        self.rules = rules
        # All timestamps, to the nanosecond, which botocore cannot say.
        self.times = times


class _Refusal(Exception):
    pass


def form_differences(shapes, ours, theirs, used):
    """Compares forms, pair by pair in order."""
    if any(key == "SourceRegion" for key, _ in theirs) and "SourceRegion" not in dict(ours):
        theirs = [pair for pair in theirs if pair[0] != "SourceRegion"]
        used["5.4 SourceRegion"] += 1
    differences = []
    for index in range(max(len(ours), len(theirs))):
        one, other = (pairs[index] if index < len(pairs) else None for pairs in (ours, theirs))
        if one == other:
            continue
        if one is None or other is None or one[0] != other[0]:
            differences.append(f"pair {index}: ours {one!r}, theirs {other!r}")
            break
        rules = _text_rules(shapes.get(one[0]), one[1], other[1])
        if rules is None:
            differences.append(f"{one[0]}: ours {one[1]!r}, theirs {other[1]!r}")
        used.update(rules or ())
    return differences


def _text_rules(shape, ours, theirs):
    """The rules by which their text is ours, or nothing."""
    kind = shape.type_name if shape is not None else None
    if kind in ("float", "double"):
        number = (lambda text: single(float(text))) if kind == "float" else float
        same = _same_number(number(ours), number(theirs))
        # As short, and without a sign that nobody needs.
        return ["2.4 floats"] if same and _digits(ours) == _digits(theirs) and "+" not in ours else None
    if kind != "timestamp":
        return None
    match = re.fullmatch(r"(\d+)(-.*?)(\.\d{6})?Z", theirs)
    if not match:
        return ["REQ-21 milliseconds"] if cut_to_milliseconds(theirs) == ours else None
    year, rest, fraction = match.groups()
    rules = ["REQ-21 years"] if len(year) < 4 else []
    text = f"{int(year):04}{rest}"
    if fraction:
        rules.append("REQ-21 milliseconds")
        # Cut toward the past: the fraction counts upward in every year.
        text += fraction[:4].rstrip("0").rstrip(".")
    return rules if f"{text}Z" == ours else None


def _digits(text):
    """How many digits a number needs, zeros before and behind aside."""
    return len(re.sub(r"[eE].*|\D", "", text).strip("0"))


def cut_to_milliseconds(text):
    """Seconds with no more than three digits behind the point, cut toward the past."""
    try:
        seconds = Decimal(text).quantize(Decimal("0.001"), ROUND_FLOOR)
    except InvalidOperation:
        return None
    return f"{seconds:f}".rstrip("0").rstrip(".")


def value_differences(shape, ours, theirs, used, path=""):
    """Compares values of a shape."""
    if shape is None:
        return [] if ours == theirs else [f"{path}: ours {ours!r}, theirs {theirs!r}"]
    kind = shape.type_name
    if kind in ("structure", "map"):
        differences = []
        for name in [*ours, *(name for name in theirs if name not in ours)]:
            within = f"{path}.{name}" if path else name
            if name not in theirs:
                differences.append(f"{within}: ours {ours[name]!r}, theirs absent")
            elif name not in ours:
                differences.append(f"{within}: ours absent, theirs {theirs[name]!r}")
            else:
                member = shape.members[name] if kind == "structure" else shape.value
                differences += value_differences(member, ours[name], theirs[name], used, within)
        return differences
    if kind == "list" and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs))
        return [
            difference
            for index, (one, other) in pairs
            for difference in value_differences(shape.member, one, other, used, f"{path}[{index}]")
        ]
    if _same_scalar(kind, ours, theirs, used):
        return []
    return [f"{path}: ours {ours!r}, theirs {theirs!r}"]


def _same_scalar(kind, ours, theirs, used):
    if kind == "timestamp" and ours != theirs:
        used["RSP-15 nanoseconds"] += 1
        return ours // MICROSECOND * MICROSECOND == theirs
    if kind in ("float", "double"):
        if kind == "float" and not _same_number(ours, theirs):
            used["2.4 single precision"] += 1
            return _same_number(single(ours), single(theirs))
        return _same_number(ours, theirs)
    return type(ours) is type(theirs) and ours == theirs


def _same_number(one, other):
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return one == other and math.copysign(1, one) == math.copysign(1, other)


def meaning(operation, document):
    """What a damaged answer is by our rules, if it is a document at all."""
    rewriter = _Rewriter(operation)
    try:
        return Expected(rewriter.document(document), rewriter.rules, rewriter.times)
    except _Refusal as refusal:
        if rewriter.is_readable():
            return Expected(write(rewriter.nothing()), rewriter.rules)
        rewriter.rules[str(refusal)] += 1
        return Expected(None, rewriter.rules)
    except expat.ExpatError:
        if rewriter.is_readable():
            return Expected(write(rewriter.nothing()), rewriter.rules)
        return None


REQUEST_IDS = ("RequestId", "RequestID", "requestId")
BLANK = " \t\r\n"
INTEGER = re.compile(r"[+-]?[0-9]+")
FLOAT = re.compile(r"[+-]?(inf|infinity|nan|([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?)", re.IGNORECASE)
BASE64 = re.compile(r"([A-Za-z0-9+/]*)(={0,2})")


class _Rewriter:
    def __init__(self, operation):
        self.shape = operation.output_shape
        self.has_members = self.shape is not None and bool(self.shape.members)
        self.rules = Counter()
        self.times = set()
        # Of the root, once its start tag has been read.
        self.root_name = None

    def document(self, document):
        stripped = document.removeprefix("\ufeff").lstrip(BLANK)
        if stripped != document:
            self.rules["3.5 white space first"] += 1
        root = read(stripped, self._check)
        self._namespaces(root)
        return write(self._root(root))

    def _check(self, what, found):
        """Takes note of the root, and refuses what is beyond a limit. Called while a document is read."""
        if what == "encoding" and found.lower() not in ("utf-8", "us-ascii"):
            raise _Refusal("RSP-17 encoding")
        if what == "document type":
            raise _Refusal("3.5 document type")
        if what == "depth" and found > 128:
            raise _Refusal("3.5 depth")
        if what == "attributes" and found > 256:
            raise _Refusal("3.5 attributes")
        if what == "name" and self.root_name is None:
            self.root_name = found

    def _namespaces(self, root):
        names = [name for element in root.walk() for name in (element.name, *element.attributes)]
        if any(":" in name for name in names):
            self.rules["RSP-6 namespaces"] += 1
        if any(not element.local_name for element in root.walk()):
            raise _Refusal("RSP-6 namespaces")

    def _root(self, root):
        children = root.elements()
        is_error = root.local_name in ("ErrorResponse", "Error")
        if is_error or (
            root.local_name == "Response" and any(child.local_name == "Errors" for child in children)
        ):
            raise _Refusal("ERR-10 error with 200")
        metadata = Element("ResponseMetadata", self._request_id(root))
        if self.shape is None:
            return Element("x", [metadata])
        wrapper = self.shape.serialization.get("resultWrapper")
        if wrapper is None:
            return Element("x", [*self._structure(self.shape, root).children, metadata])
        results = [child for child in children if child.local_name == wrapper]
        others = [child for child in children if child.local_name not in (wrapper, "ResponseMetadata")]
        # A page of something between says nothing of the service's.
        is_answer = root.local_name.endswith("Response") or any(
            child.local_name == "ResponseMetadata" for child in children
        )
        if not results and (is_answer and not others or not self.has_members):
            self.rules["RSP-4 no result"] += 1
            results = [Element(wrapper)]
        # Of several the first; botocore takes that one too.
        content = [self._structure(self.shape, result) for result in results[:1]]
        return Element("x", [*(Element(wrapper, it.children, it.attributes) for it in content), metadata])

    def is_readable(self):
        """Whether it does not matter what an answer says, as long as it does not begin as an error."""
        if self.has_members or self.root_name in ("ErrorResponse", "Error", "Response"):
            return False
        self.rules["RSP-3 nothing to read"] += 1
        return True

    def nothing(self):
        """An answer that says nothing."""
        wrapper = self.shape is not None and self.shape.serialization.get("resultWrapper")
        return Element("x", [Element(wrapper)] if wrapper else [])

    def _request_id(self, root):
        is_wrapped = self.shape is not None and "resultWrapper" in self.shape.serialization
        named = []
        for child in root.elements():
            if child.local_name == "ResponseMetadata":
                named += [it.text().strip(BLANK) for it in child.elements() if it.local_name in REQUEST_IDS]
            elif child.local_name in REQUEST_IDS and not is_wrapped:
                # Where nothing is wrapped, the id need not be.
                named.append(child.text().strip(BLANK))
        found = [text for text in named if text]
        self.rules["RSP-5 request ids"] += len(named) > 1 or named != [plain_request_id(root)]
        return [Element("RequestId", [found[-1]])] if found else []

    def value(self, shape, element):
        """The element as botocore should read it; nothing where the value is absent."""
        kind = shape.type_name
        if kind == "structure":
            return self._union(shape, element) if shape.is_tagged_union else self._structure(shape, element)
        if kind == "list":
            items = (self.value(shape.member, child) for child in element.elements())
            return Element(element.local_name, _named("item", items))
        if kind == "map":
            entries = (self._entry(shape, child) for child in element.elements())
            return Element(element.local_name, _named("entry", entries))
        text = self._text(element)
        converted = getattr(self, f"_{kind}", lambda text: text)(text)
        if converted is None:
            self.rules["RSP-14 empty is absent"] += 1
            return None
        return Element(element.local_name, [converted] if converted else [])

    def _structure(self, shape, element):
        children = []
        for name, member in shape.members.items():
            if not member.serialization.get("xmlAttribute"):
                found = [child for child in element.elements() if child.local_name == wire_name(member, name)]
                children += self._member(member, found)
        return Element(element.local_name, children, self._attributes(shape, element))

    def _attributes(self, shape, element):
        members = [member for member in shape.members.values() if member.serialization.get("xmlAttribute")]
        names = [member.serialization["name"] for member in members]
        return {name: text for name, text in element.attributes.items() if name in names}

    def _member(self, member, found):
        if member.serialization.get("flattened") and member.type_name == "map":
            entries = (self._entry(member, child) for child in found)
            return [entry for entry in entries if entry is not None]
        if member.serialization.get("flattened") and member.type_name == "list":
            items = (self.value(member.member, child) for child in found)
            return [item for item in items if item is not None]
        values = [value for value in (self.value(member, child) for child in found) if value is not None]
        if len(found) > 1 and member.type_name in ("list", "map"):
            self.rules["3.3 wrappers twice"] += 1
            return [Element(found[0].local_name, [item for value in values for item in value.children])]
        if len(found) > 1:
            self.rules["RSP-12 last wins"] += 1
        return values[-1:]

    def _union(self, shape, element):
        names = {wire_name(member, name): (name, member) for name, member in shape.members.items()}
        children = element.elements()
        known = [child for child in children if child.local_name in names]
        if len({child.local_name for child in known}) > 1:
            raise _Refusal("RSP-8b one of a union")
        if known:
            self.rules["RSP-8b one of a union"] += len(known) < len(children)
            _, member = names[known[0].local_name]
            content = self._member(member, known)
            # A variant whose value is absent is none.
            if content:
                return Element(element.local_name, content)
        unknown = [child for child in children if child not in known]
        if unknown:
            # To be refused only where it is what remains: a later element or entry may replace it.
            self.rules["RSP-8b unknown variant"] += 1
            return Element(element.local_name, [Element(unknown[0].local_name)])
        return self._no_variant()

    def _no_variant(self):
        self.rules["RSP-8b none of a union"] += 1

    def _entry(self, shape, element):
        key_name = shape.key.serialization.get("name", "key")
        value_name = shape.value.serialization.get("name", "value")
        parts = element.elements()
        keys = [self._text(child) for child in parts if child.local_name == key_name]
        value = self._member(shape.value, [child for child in parts if child.local_name == value_name])
        if any(child.local_name not in (key_name, value_name) for child in parts):
            self.rules["RSP-7 unknown in an entry"] += 1
        if not value and shape.value.type_name == "string" and keys:
            self.rules["3.3 incomplete entries"] += 1
            value = [Element(value_name)]
        if not keys or not value:
            self.rules["3.3 incomplete entries"] += 1
            return None
        return Element(element.local_name, [Element(key_name, [keys[-1]] if keys[-1] else []), *value])

    def _text(self, element):
        if element.elements():
            self.rules["RSP-13 text"] += 1
        return element.text()

    def _boolean(self, text):
        trimmed = text.strip(BLANK).lower()
        if trimmed not in ("", "true", "false", "1", "0"):
            raise _Refusal("3.7 no boolean")
        if text not in ("", "true", "false"):
            self.rules["3.7 booleans"] += 1
        return {"": None, "1": "true", "0": "false"}.get(trimmed, trimmed)

    def _integer(self, text, bits=32):
        text = text.strip(BLANK)
        if not text:
            return None
        if not INTEGER.fullmatch(text) or not -(2 ** (bits - 1)) <= int(text) < 2 ** (bits - 1):
            raise _Refusal("3.7 numbers")
        return text

    def _long(self, text):
        return self._integer(text, 64)

    def _double(self, text, to_number=float):
        text = text.strip(BLANK)
        if not text:
            return None
        if not FLOAT.fullmatch(text):
            raise _Refusal("3.7 numbers")
        if math.isinf(to_number(float(text))) and any(character.isdigit() for character in text):
            raise _Refusal("3.7 numbers")
        return text

    def _float(self, text):
        return self._double(text, single)

    def _blob(self, text):
        match = BASE64.fullmatch("".join(character for character in text if character not in BLANK))
        if not match:
            raise _Refusal("3.7 no base64")
        digits, padding = match.groups()
        padded = digits + "=" * (-len(digits) % 4)
        if len(digits) % 4 == 1 or len(padding) > len(padded) - len(digits):
            raise _Refusal("3.7 no base64")
        # Bits that no byte takes must be none.
        if base64.b64encode(base64.b64decode(padded)).decode() != padded:
            raise _Refusal("3.7 no base64")
        if padded != digits + padding:
            self.rules["3.7 base64"] += 1
        return padded

    def _timestamp(self, text):
        text = text.strip(BLANK)
        if not text:
            return None
        no_leap = LEAP_SECOND.sub(":59", text)
        self.rules["RSP-15 leap seconds"] += no_leap != text
        values = (read(no_leap) for read in (date_time_value, epoch_seconds, http_date))
        value = next((value for value in values if value is not None), None)
        if value is not None and value > END_OF_TIME and (value < YEAR_10000 or YEAR_9999.search(text)):
            self.rules["RSP-15 the end of time"] += 1
            value = END_OF_TIME
        if value is None or value < FIRST or value > END_OF_TIME:
            raise _Refusal("RSP-15 no guessing")
        self.times.add(value)
        cut = date_time(value // MICROSECOND * MICROSECOND)
        self.rules["RSP-15 timestamps"] += not DATE_TIME.fullmatch(text)
        return cut


def _named(name, elements):
    """Those that are there, by a name: what stands in a list or a map may have any."""
    return [
        Element(name, element.children, element.attributes) for element in elements if element is not None
    ]


LEAP_SECOND = re.compile(r"(?<=\d\d:\d\d):60(?!\d)")
# Of the time where it is, which may be the year 10000 in UTC.
YEAR_9999 = re.compile(r"^9999-| 9999 ")
YEAR_10000 = 253_402_300_800 * SECOND
END_OF_TIME = 253_402_207_200 * SECOND + 999_999_999
SECONDS = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE]([+-]?[0-9]{1,20}))?")


def date_time_value(text):
    """A date-time, if it is one."""
    try:
        return nanoseconds(text)
    except ValueError:
        return None


def epoch_seconds(text):
    """Seconds since 1970, to the digit."""
    match = SECONDS.fullmatch(text)
    if not match or abs(int(match[1] or 0)) >= 1_000_000_000:
        return None
    number = Decimal(text)
    # Exactly, if it is within any time's reach: of others a fraction may have more digits than memory has room for.
    if not number or number.adjusted() < -9:
        return 0
    return int(Fraction(number) * SECOND) if number.adjusted() < 20 else None


HTTP_DATE = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?) "
    r"(GMT|UTC|UT|Z|[ECMP][SD]T|[+-]\d{4})",
    re.ASCII | re.IGNORECASE,
)
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
# The others are UTC.
ZONES = {
    "EST": "-0500",
    "EDT": "-0400",
    "CST": "-0600",
    "CDT": "-0500",
    "MST": "-0700",
    "MDT": "-0600",
    "PST": "-0800",
    "PDT": "-0700",
}


def http_date(text):
    """`Sun, 25 Jan 2015 08:00:00 GMT`, whatever the day of the week."""
    match = HTTP_DATE.fullmatch(text)
    if not match or match[2].title() not in MONTHS:
        return None
    day, month, year, time, zone = match.groups()
    zone = zone if zone[0] in "+-" else ZONES.get(zone.upper(), "Z")
    try:
        return nanoseconds(f"{year}-{MONTHS.index(month.title()) + 1:02}-{int(day):02}T{time}{zone}")
    except ValueError:
        return None


def plain_request_id(root):
    """The text of `ResponseMetadata/RequestId`, if there is one of each."""
    metadata = [child for child in root.elements() if child.local_name == "ResponseMetadata"]
    if len(metadata) == 1:
        ids = [child.text() for child in metadata[0].elements() if child.local_name == "RequestId"]
        return ids[0] if len(ids) == 1 else None
    return None


def without_empty_flattened(shape, value):
    """The same without flattened lists and maps that are empty: no document says that they are there."""
    if shape.type_name == "structure":
        items = {name: without_empty_flattened(shape.members[name], item) for name, item in value.items()}
        flattened = {name for name in items if shape.members[name].serialization.get("flattened")}
        return {name: item for name, item in items.items() if item or name not in flattened}
    if shape.type_name == "list":
        return [without_empty_flattened(shape.member, item) for item in value]
    if shape.type_name == "map":
        return {key: without_empty_flattened(shape.value, item) for key, item in value.items()}
    return value


def wire_name(member, name):
    """The name of a member's element, or of its elements if it is a flattened list (REQ-11)."""
    if member.type_name == "list" and member.serialization.get("flattened"):
        name_of_items = member.member.serialization.get("name")
        if name_of_items is not None:
            return name_of_items
    return member.serialization.get("name", name)
