"""Random values of a model's shapes.

Everything is drawn from one generator of random numbers, so that a seed and a
case's number give the case again.
"""

import struct

from peers import SECOND
from texts import ALPHABET, CONTROLS, TEXTS

INTEGERS = (0, 1, -1, 9, 10, 127, 128, 255, 256, 32767, 65535, 2**31 - 1, -(2**31))
LONGS = (*INTEGERS, 2**31, 2**32, 2**53, 2**53 + 1, 2**63 - 1, -(2**63))
DOUBLES = (
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.1,
    10.8,
    1e-4,
    1e-5,
    1e-7,
    1e15,
    1e16,
    1e17,
    1e21,
    1e22,
    123456789.125,
    2.0**53,
    5e-324,
    2.2250738585072014e-308,
    1.7976931348623157e308,
    float("nan"),
    float("inf"),
    float("-inf"),
)
SINGLES = (
    0.0,
    -0.0,
    1.0,
    0.1,
    10.8,
    1e-5,
    1e-7,
    16777216.0,
    1e16,
    1e-45,
    3.4028235e38,
    float("nan"),
    float("inf"),
    float("-inf"),
)

# The ends of what a timestamp can be: the start of the year 1, and jiff's last, hours before the year 10000.
FIRST, LAST = -62_135_596_800 * SECOND, 253_402_207_200 * SECOND
INSTANTS = (
    0,
    SECOND,
    -SECOND,
    FIRST,
    LAST,
    1_422_172_800 * SECOND,
    951_782_400 * SECOND,
    -2_208_988_800 * SECOND,
    2**31 * SECOND,
    -SECOND // 2,
    -1_000_000,
    999_000_000,
)
FRACTIONS = (0, 0, 500_000_000, 163_000_000, 100_000_000, 1_000_000, 999_000_000, 123_456_000, 1_000)
FINE_FRACTIONS = (*FRACTIONS, 1, 999, 123_456_789, 999_999_999)


class Values:
    """Makes values of shapes."""

    def __init__(self, random, for_xml):
        self._random = random
        # An output may say what XML can carry and need not be complete; an input is the other way about.
        self._for_xml = for_xml
        self._density = random.choice((0.03, 0.1, 0.3, 0.6, 1.0))
        self._budget = random.choice((5, 20, 60, 150))
        self._depth = random.choice((2, 5, 9))

    def value(self, shape, depth=0):
        return getattr(self, f"_{shape.type_name}", self._string)(shape, depth)

    def _structure(self, shape, depth):
        if shape.is_tagged_union:
            name = self._random.choice(list(shape.members))
            return {name: self.value(shape.members[name], depth + 1)}
        required = () if self._for_xml else shape.required_members
        density = self._density if self._budget > 0 else 0
        if density and self._random.random() < 0.1:
            density = 0  # an empty structure now and then
        value = {}
        for name, member in shape.members.items():
            nested = member.type_name in ("structure", "list", "map")
            wanted = self._random.random() < density and not (nested and depth >= self._depth)
            if name in required or wanted:
                self._budget -= 1
                item = self.value(member, depth + 1)
                # No element says that a flattened list is empty.
                if item or not (self._for_xml and member.serialization.get("flattened")):
                    value[name] = item
        return value

    def _length(self, depth):
        if self._budget <= 0 or depth > self._depth:
            return 0
        return self._random.choice((0, 1, 1, 2, 3)) if self._random.random() < 0.97 else 12

    def _list(self, shape, depth):
        length = self._length(depth)
        self._budget -= length
        return [self.value(shape.member, depth + 1) for _ in range(length)]

    def _map(self, shape, depth):
        length = self._length(depth)
        self._budget -= length
        value = {self._string(shape.key, depth): self.value(shape.value, depth + 1) for _ in range(length)}
        # Ours are sorted (REQ-4), enums as the model has them; theirs are as they come.
        enum = getattr(shape.key, "enum", ())
        order = {key: (0, enum.index(key)) if key in enum else (1, key.encode()) for key in value}
        return {key: value[key] for key in sorted(value, key=order.get)}

    def _string(self, shape, _depth):
        random = self._random
        enum = getattr(shape, "enum", None)
        if enum and random.random() < 0.8:
            return random.choice(enum)
        kind = random.random()
        if kind < 0.5:
            return random.choice(TEXTS)
        if kind < 0.6:
            return "".join(random.choice(TEXTS) for _ in range(3))
        if kind < 0.63 and not self._for_xml:
            return random.choice(CONTROLS) + random.choice(TEXTS)
        if kind < 0.65:
            return random.choice(ALPHABET) * random.choice((64, 1000))
        return "".join(random.choice(ALPHABET) for _ in range(random.randrange(1, 12)))

    def _boolean(self, _shape, _depth):
        return self._random.random() < 0.5

    def _integer(self, _shape, _depth):
        if self._random.random() < 0.5:
            return self._random.choice(INTEGERS)
        return self._random.randrange(-(2**31), 2**31)

    def _long(self, _shape, _depth):
        if self._random.random() < 0.5:
            return self._random.choice(LONGS)
        return self._random.randrange(-(2**63), 2**63)

    def _double(self, _shape, _depth):
        random = self._random
        kind = random.random()
        if kind < 0.5:
            return random.choice(DOUBLES)
        if kind < 0.7:
            return round(random.uniform(-1000, 1000), random.randrange(4))
        # Any bits at all.
        value = struct.unpack("<d", random.getrandbits(64).to_bytes(8, "little"))[0]
        return value if value == value else 0.5

    def _float(self, _shape, _depth):
        if self._random.random() < 0.6:
            return self._random.choice(SINGLES)
        value = struct.unpack("<f", self._random.getrandbits(32).to_bytes(4, "little"))[0]
        return shortest_single(value) if value == value else 0.5

    def _blob(self, _shape, _depth):
        length = self._random.choice((0, 1, 2, 3, 4, 5, 16, 100))
        return self._random.choice((b"", b"\0\xff\xfe?>", b"value", self._random.randbytes(length)))

    def _timestamp(self, shape, depth):
        value = self._instant()
        # HTTP dates have whole seconds: what is more is lost in them.
        whole = self._for_xml and shape.serialization.get("timestampFormat") == "rfc822"
        return value // SECOND * SECOND if whole else value

    def _instant(self):
        random = self._random
        if random.random() < 0.4:
            return random.choice(INSTANTS)
        seconds = (
            random.randrange(0, 2**31) if random.random() < 0.7 else random.randrange(FIRST, LAST) // SECOND
        )
        return seconds * SECOND + random.choice(FINE_FRACTIONS if self._for_xml else FRACTIONS)


def single(value):
    """The number of single precision that is nearest."""
    try:
        return struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def shortest_single(value):
    """The double whose shortest text is also the shortest of this number of single precision."""
    for digits in range(1, 10):
        text = f"{value:.{digits}g}"
        if single(float(text)) == value:
            return float(text)
    return value
