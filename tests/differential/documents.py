"""Answers as documents: an independent writer of them, and a reader of any document.

Written from the rules of the protocol (PROTOCOL 3), not from the code of this
workspace: where the two writers disagree, one of them is wrong.
"""

import base64
import datetime
import math
from xml.parsers import expat

from peers import EPOCH, SECOND, date_time, special


class Element:
    """An element: its name as written, attributes, and children, of which texts are strings."""

    __slots__ = ("name", "attributes", "children")

    def __init__(self, name, children=(), attributes=None):
        self.name = name
        self.attributes = attributes or {}
        self.children = list(children)

    @property
    def local_name(self):
        prefix, colon, local = self.name.partition(":")
        return local if colon else prefix

    def elements(self):
        return [child for child in self.children if isinstance(child, Element)]

    def text(self):
        """All character data, what stands in children left out (RSP-13)."""
        return "".join(child for child in self.children if isinstance(child, str))

    def copy(self):
        children = [child.copy() if isinstance(child, Element) else child for child in self.children]
        return Element(self.name, children, dict(self.attributes))

    def walk(self):
        """The element and all below it, in the document's order."""
        yield self
        for child in self.elements():
            yield from child.walk()


class Raw:
    """Markup that is written as it is."""

    __slots__ = ("markup",)

    def __init__(self, markup):
        self.markup = markup

    def copy(self):
        return self


def write(element):
    """The document of an element."""
    pieces = []
    _write(element, pieces)
    return "".join(pieces)


def _write(element, pieces):
    attributes = "".join(f' {name}="{escape_attribute(text)}"' for name, text in element.attributes.items())
    if not element.children:
        pieces.append(f"<{element.name}{attributes}/>")
        return
    pieces.append(f"<{element.name}{attributes}>")
    for child in element.children:
        if isinstance(child, Element):
            _write(child, pieces)
        elif isinstance(child, Raw):
            pieces.append(child.markup)
        else:
            pieces.append(escape(child))
    pieces.append(f"</{element.name}>")


def escape(text):
    # A carriage return that is not a reference would be a line feed to every reader.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def escape_attribute(text):
    text = escape(text).replace('"', "&quot;")
    return text.replace("\t", "&#9;").replace("\n", "&#10;")


def read(document, check=lambda what, found: None):
    """The root of a document, whatever its prefixes; expat's error if it is not well-formed.

    `check` is told of what has limits.
    """
    stack = [Element("")]

    def start(name, attributes):
        check("depth", len(stack))
        check("attributes", len(attributes))
        element = Element(name, attributes=attributes)
        check("name", element.local_name)
        stack[-1].children.append(element)
        stack.append(element)

    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.XmlDeclHandler = lambda _version, encoding, _alone: check("encoding", encoding or "utf-8")
    parser.StartDoctypeDeclHandler = lambda *_: check("document type", "")
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: stack.pop()
    parser.CharacterDataHandler = lambda text: stack[-1].children.append(text)
    parser.Parse(document.encode("utf-8", "surrogatepass"), True)
    return stack[0].elements()[0]


def siblings(shape):
    """For each name of an element, the names of those that may stand beside it."""
    found, pending, seen = {}, [shape] if shape is not None else [], set()
    while pending:
        shape = pending.pop()
        if shape.type_name == "list":
            pending.append(shape.member)
        elif shape.type_name == "map":
            pending.append(shape.value)
        elif shape.type_name == "structure" and shape.name not in seen:
            seen.add(shape.name)
            names = [member.serialization.get("name", name) for name, member in shape.members.items()]
            for name in names:
                found.setdefault(name, []).extend(names)
            pending += shape.members.values()
    return found


class Writer:
    """Writes outputs as a service might."""

    def __init__(self, random):
        self._random = random
        # A service's habit, not an answer's chance.
        self._shuffles = random.random() < 0.3

    def response(self, service, operation, value, request_id):
        name = operation.name
        children = []
        shape = operation.output_shape
        if shape is not None:
            content, attributes = self._members(shape, value)
            wrapper = shape.serialization.get("resultWrapper")
            children = [Element(wrapper, content, attributes)] if wrapper else content
        children.append(Element("ResponseMetadata", [Element("RequestId", [request_id])]))
        namespace = service.metadata.get("xmlNamespace")
        return Element(f"{name}Response", children, {"xmlns": namespace} if namespace else {})

    def error(self, service, shape, fields, value, request_id):
        """An error in the envelope of the protocol (PROTOCOL 4.1 a)."""
        children = [Element(name, [text]) for name, text in fields.items() if text is not None]
        if shape is not None:
            children += self._members(shape, value)[0]
        namespace = service.metadata.get("xmlNamespace")
        attributes = {"xmlns": namespace} if namespace else {}
        return Element(
            "ErrorResponse", [Element("Error", children), Element("RequestId", [request_id])], attributes
        )

    def _members(self, shape, value):
        children, attributes = [], {}
        for name, item in value.items():
            member = shape.members[name]
            wire_name = member.serialization.get("name", name)
            if member.serialization.get("xmlAttribute"):
                attributes[wire_name] = self._text(member, item)
            elif member.type_name in ("list", "map") and member.serialization.get("flattened"):
                children += self._flattened(member, wire_name, item)
            else:
                children.append(self._element(wire_name, member, item))
        if self._shuffles:
            # Not the elements of a flattened list among each other: they have an order.
            _shuffle_stably(self._random, children)
        return children, attributes

    def _flattened(self, shape, wire_name, value):
        if shape.type_name == "map":
            return [Element(wire_name, self._entry(shape, key, item)) for key, item in value.items()]
        # Flags on list shapes, as in old models, come with names on the elements (RSP-9).
        name = shape.member.serialization.get("name", wire_name)
        return [self._element(name, shape.member, item) for item in value]

    def _element(self, name, shape, value):
        if shape.type_name == "structure":
            return Element(name, *self._members(shape, value))
        if shape.type_name == "list":
            item_name = shape.member.serialization.get("name", "member")
            return Element(name, [self._element(item_name, shape.member, item) for item in value])
        if shape.type_name == "map":
            return Element(
                name, [Element("entry", self._entry(shape, key, item)) for key, item in value.items()]
            )
        text = self._text(shape, value)
        return Element(name, [text] if text else [])

    def _entry(self, shape, key, value):
        pair = [
            Element(shape.key.serialization.get("name", "key"), [key] if key else []),
            self._element(shape.value.serialization.get("name", "value"), shape.value, value),
        ]
        return pair[::-1] if self._shuffles else pair

    def _text(self, shape, value):
        if shape.type_name == "boolean":
            return "true" if value else "false"
        if shape.type_name == "blob":
            return base64.b64encode(value).decode()
        if shape.type_name in ("float", "double"):
            return repr(value) if math.isfinite(value) else special(value)
        if shape.type_name == "timestamp":
            return self._timestamp(value, shape.serialization.get("timestampFormat"))
        return str(value)

    def _timestamp(self, value, style):
        """In the declared format; date-times in any of the forms that services use."""
        seconds, fraction = divmod(value, SECOND)
        if style == "unixTimestamp" and not fraction:
            return str(seconds)
        if style == "rfc822" and not fraction:
            instant = EPOCH + datetime.timedelta(seconds=seconds)
            return f"{instant:%a, %d %b} {instant.year:04} {instant:%H:%M:%S} GMT"
        text = date_time(value)
        if self._random.random() < 0.2:
            text = f"{text[:-1]}+00:00"
        return text


def _shuffle_stably(random, elements):
    """Puts elements into another order, but those of one name."""
    order = list(range(len(elements)))
    random.shuffle(order)
    shuffled = [elements[index] for index in order]
    waiting = {}
    for element in elements:
        waiting.setdefault(element.name, []).append(element)
    for index, element in enumerate(shuffled):
        elements[index] = waiting[element.name].pop(0)
