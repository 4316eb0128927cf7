"""Damage to documents: what services, proxies and attackers make of an answer."""

import re

from documents import Element, Raw, write
from texts import (
    BLOBS,
    BOOLEANS,
    CURIOSITIES,
    DATES,
    EPILOGUES,
    LINE_ENDS,
    MARKUP,
    NAMES,
    NUMBERS,
    PROLOGUES,
    REFERENCES,
    SCALAR_CHARACTERS,
    TAGS,
)

NUMBER = re.compile(r"[+-]?[0-9.]+(e[+-]?[0-9]+)?|NaN|-?Infinity")
DATE = re.compile(r"\d{4}-\d\d-\d\dT.*|\w{3}, .* GMT")


def damaged(random, root, siblings):
    """A document with one to three things wrong with it, or odd, and what was done.

    `siblings` are the names of all elements that may stand beside one of a name.
    """
    root = root.copy()
    done = []
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        damage = random.choice(TREE_DAMAGES)
        damage(random, root, siblings) if damage is sibling else damage(random, root)
        done.append(damage.__name__)
    document = write(root)
    if random.random() < 0.25:
        damage = random.choice(TEXT_DAMAGES)
        document = damage(random, document)
        done.append(damage.__name__)
    return document, done


def some_element(random, root, leaf=None):
    elements = list(root.walk())
    if leaf is not None:
        elements = [element for element in elements if (not element.elements()) == leaf] or elements
    return random.choice(elements)


def some_parent(random, root, children=1):
    """An element with children, or the root."""
    return random.choice(
        [element for element in root.walk() if len(element.elements()) >= children] or [root]
    )


def insert(random, parent, child):
    parent.children.insert(random.randrange(len(parent.children) + 1), child)


def swap(random, root):
    children = some_parent(random, root, 2).children
    if len(children) > 1:
        one, other = random.sample(range(len(children)), 2)
        children[one], children[other] = children[other], children[one]


def drop(random, root):
    children = some_parent(random, root).children
    if children:
        del children[random.randrange(len(children))]


def double(random, root):
    parent = some_parent(random, root)
    if parent.elements():
        child = random.choice(parent.elements())
        again = child.copy()
        if random.random() < 0.5 and not again.elements():
            again.children = [random.choice(("", "again", "2", "true", "2001-02-03T04:05:06Z"))]
        insert(random, parent, again)


def sibling(random, root, siblings):
    """An element that the model has beside another."""
    parent = some_parent(random, root)
    names = [name for child in parent.elements() for name in siblings.get(child.local_name, ())]
    if names:
        texts = ([], ["again"], ["2"], ["true"], ["2001-02-03T04:05:06Z"])
        children = random.choice((*texts, random.choice(parent.elements()).copy().children))
        insert(random, parent, Element(random.choice(names), children))


def move(random, root):
    """An element to somewhere else."""
    parent = some_parent(random, root)
    if parent.elements():
        child = random.choice(parent.elements())
        parent.children.remove(child)
        insert(random, some_parent(random, root), child)


def unwrap(random, root):
    """An element's children in its own place."""
    parent = some_parent(random, root)
    if parent.elements():
        child = random.choice(parent.elements())
        index = parent.children.index(child)
        parent.children[index : index + 1] = child.children


def wrap(random, root):
    parent = some_parent(random, root)
    if parent.children:
        index = random.randrange(len(parent.children))
        parent.children[index] = Element(random.choice((*NAMES, parent.name)), [parent.children[index]])


def wrapper(random, root):
    """What stands directly below the root, which the envelope is about."""
    choice = random.randrange(8)
    if choice == 0:
        root.children.reverse()
    elif choice == 1:
        root.name = random.choice(("Whatever", "ErrorResponse", "Error", "Response", "xml"))
    elif choice == 2 and root.elements():
        random.choice(root.elements()).name += "x"
    elif choice == 3:
        root.children = []
    elif choice == 4:
        root.children = [child for child in root.elements() if child.local_name == "ResponseMetadata"]
    elif choice == 5:
        root.children = [child for child in root.elements() if child.local_name != "ResponseMetadata"]
    elif choice == 6 and root.elements():
        child = random.choice(root.elements())
        child.children = []
    else:
        for child in root.elements():
            if child.local_name == "ResponseMetadata":
                name = random.choice(("RequestId", "RequestID", "requestId", "BoxUsage"))
                insert(random, child, Element(name, [random.choice(("", " ", "id-2", " id-3\n"))]))


def rename(random, root):
    element = some_element(random, root)
    element.name = random.choice((element.name.lower(), element.name.upper(), f"{element.name}s", *NAMES))


def unknown(random, root):
    child = Element(
        random.choice(NAMES), random.choice(([], ["text"], [Element("a", ["b"])], [Element("Unknown"), "x"]))
    )
    insert(random, some_element(random, root), child)


def white_space(random, root):
    for element in random.choice((root, some_element(random, root))).walk():
        if element.elements() and random.random() < 0.7:
            spaced = []
            for child in element.children:
                spaced += [random.choice(("\n", "  ", "\n\t", " \n")), child]
            element.children = [*spaced, "\n"]


def white_space_around(random, root):
    element = some_element(random, root, leaf=True)
    element.children = [random.choice(("", " ", "\n")), *element.children, random.choice((" ", "\n\t"))]


def comment(random, root):
    """Comments and instructions between and inside texts."""
    for _ in range(random.choice((1, 3))):
        element = some_element(random, root)
        if len(element.children) == 1 and isinstance(element.children[0], str):
            text = element.children[0]
            cut = random.randrange(len(text) + 1)
            element.children = [
                text[:cut],
                Raw(random.choice(CURIOSITIES[:3] + CURIOSITIES[6:8])),
                text[cut:],
            ]
        else:
            insert(random, element, Raw(random.choice(CURIOSITIES[:2])))


def cdata(random, root):
    element = some_element(random, root, leaf=True)
    children = []
    for child in element.children:
        if isinstance(child, str) and child:
            cut = random.randrange(len(child))
            section = child[cut:].replace("]]>", "]]]]><![CDATA[>").replace("\r", "]]>&#13;<![CDATA[")
            children += [child[:cut], Raw(f"<![CDATA[{section}]]>")]
        else:
            children.append(child)
    element.children = children


def line_end(random, root):
    insert(random, some_element(random, root, leaf=True), Raw(random.choice(LINE_ENDS)))


def reference(random, root):
    insert(random, some_element(random, root, leaf=True), Raw(random.choice(REFERENCES)))


def references(random, root):
    """Every character as a reference."""
    element = some_element(random, root, leaf=True)
    style = random.choice(("&#{};", "&#x{:x};", "&#x{:X};", "&#{:05};"))
    element.children = [
        Raw("".join(style.format(ord(character)) for character in child)) if isinstance(child, str) else child
        for child in element.children
    ]


def curiosity(random, root):
    insert(random, some_element(random, root), Raw(random.choice(CURIOSITIES)))


def tag(random, root):
    insert(random, some_element(random, root), Raw(random.choice(TAGS)))


def prefixes(random, root):
    prefix = random.choice(("p", "ns1", "a-b", "xsi"))
    if random.random() < 0.8:
        root.attributes[f"xmlns:{prefix}"] = "urn:p"
    for element in random.choice((root, some_element(random, root))).walk():
        if random.random() < 0.8 and ":" not in element.name:
            element.name = f"{prefix}:{element.name}"


def namespace(random, root):
    some_element(random, root).attributes["xmlns"] = random.choice(
        ("", "urn:x", "http://rds.amazonaws.com/doc/2014-10-31/")
    )


def attribute(random, root):
    element = some_element(random, root)
    names = ("a", "xml:lang", "xsi:nil", "xsi:type", "p:b", "type", "Key", "lang", "nil")
    element.attributes[random.choice(names)] = random.choice(("true", "", "a<b&\"c'", " x \n", "1", "xml"))


def many_attributes(random, root):
    count = random.choice((10, 255, 256, 257, 300))
    some_element(random, root).attributes.update({f"a{index}": "" for index in range(count)})


def deep(random, root):
    depth = random.choice((10, 100, 124, 125, 126, 127, 128, 129, 200, 1000))
    insert(random, some_element(random, root), Raw("<d>" * depth + "</d>" * depth))


def empty(random, root):
    some_element(random, root).children = random.choice(([], [""], [" "], ["\n  "], [Raw("")]))


def text_somewhere(random, root):
    insert(random, some_element(random, root), random.choice(("text", "5", "true", "\u00a0", "é")))


def child_in_scalar(random, root):
    insert(
        random,
        some_element(random, root, leaf=True),
        Element(random.choice(NAMES), random.choice(([], ["x"], ["<&>"]))),
    )


def limits(random, root):
    """Scalars at their limits, where one of their kind stands."""
    element, text = _scalar(random, root)
    element.children = [Raw(text) if text.startswith("<!") else text]


def misspelt(random, root):
    """A scalar of which some characters are lost, or are others."""
    element, text = _scalar(random, root)
    if random.random() < 0.5:
        text = element.text()
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        start = random.randrange(len(text) + 1)
        end = random.choice((start, start + 1, start + 1, start + 2, random.randrange(len(text) + 1)))
        text = text[:start] + random.choice(("", random.choice(SCALAR_CHARACTERS))) + text[end:]
    element.children = [text]


def _scalar(random, root):
    """A leaf, of those that are no strings if there are any, and a text to try there."""
    leaves = [element for element in root.walk() if not element.elements()]
    typed = [element for element in leaves if _pool(element.text()) is not None]
    element = random.choice(typed or leaves)
    return element, random.choice(_pool(element.text()) or random.choice((NUMBERS, BOOLEANS, DATES, BLOBS)))


def _pool(text):
    if text in ("true", "false"):
        return BOOLEANS
    if DATE.fullmatch(text):
        return DATES
    if NUMBER.fullmatch(text):
        return NUMBERS
    return BLOBS if text.endswith("=") else None


TREE_DAMAGES = (
    swap,
    drop,
    double,
    double,
    sibling,
    sibling,
    sibling,
    move,
    unwrap,
    wrap,
    wrapper,
    wrapper,
    rename,
    unknown,
    white_space,
    white_space_around,
    comment,
    cdata,
    line_end,
    reference,
    references,
    curiosity,
    tag,
    prefixes,
    namespace,
    attribute,
    many_attributes,
    deep,
    empty,
    empty,
    text_somewhere,
    child_in_scalar,
    *(limits,) * 8,
    *(misspelt,) * 6,
)


# What changes nothing, wherever it stands.
HARMLESS = (white_space, comment, cdata, references, namespace, attribute)


def disguised(random, root):
    """A document that says the same."""
    root = root.copy()
    root.attributes |= {"xmlns:p": "urn:p", "xmlns:xsi": "urn:xsi"}
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        random.choice(HARMLESS)(random, root)
    return write(root)


def truncated(random, document):
    return document[: random.randrange(len(document))]


def cut(random, document):
    """Some characters lost."""
    start = random.randrange(len(document))
    return document[:start] + document[start + random.choice((1, 1, 2, 10, 100)) :]


def repeated(random, document):
    start = random.randrange(len(document))
    return document[:start] + document[max(start - random.choice((1, 5, 30)), 0) :]


def markup_inserted(random, document):
    at = random.randrange(len(document) + 1)
    return document[:at] + random.choice(MARKUP) + document[at:]


def markup_replaced(random, document):
    at = random.choice([index for index, character in enumerate(document) if character in MARKUP] or [0])
    return document[:at] + random.choice(MARKUP) + document[at + 1 :]


def prologue(random, document):
    return random.choice(PROLOGUES) + document


def epilogue(random, document):
    return document + random.choice(EPILOGUES)


def line_ends(random, document):
    return document.replace("><", random.choice((">\r\n<", ">\r<", ">\n<", "> <")))


def tags_spelled_out(_random, document):
    return re.sub(r"<([^<>/\s]+)/>", r"<\1></\1 >", document)


def no_document(random, document):
    return random.choice(
        (
            "",
            " ",
            "\ufeff",
            "{}",
            "<html><body>oops</body></html>",
            "Service Unavailable",
            "null",
            "<",
            "<!DOCTYPE html><html/>",
        )
    )


TEXT_DAMAGES = (
    truncated,
    truncated,
    truncated,
    cut,
    cut,
    repeated,
    markup_inserted,
    markup_inserted,
    markup_replaced,
    markup_replaced,
    prologue,
    prologue,
    epilogue,
    line_ends,
    tags_spelled_out,
    no_document,
)
