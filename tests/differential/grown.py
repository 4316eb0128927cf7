"""Small documents grown from an answer's names without a plan: few elements of few names, at any place.

Damage to a document that was written leaves most of it as it was. Here every element is where nobody expects it, and
among so few elements all that can meet does meet, sooner or later.
"""

from documents import Element
from texts import NAMES

TEXTS = ("", "", "x", "a", " ", "\n ", "5", "1.5", "true", "2015-01-25T08:00:00Z", "dmFsdWU=")
# Elements within elements.
DEPTH = 8


def grown(random, operation, names):
    """A root element; `names` are those that elements of the operation's answers have."""
    few = random.sample(names, min(len(names), random.choice((1, 2, 3, 5))))
    pool = [*few * 3, *random.sample(NAMES, random.choice((1, 1, 2, 4)))]
    shape = operation.output_shape
    wrapper = shape.serialization.get("resultWrapper") if shape else None
    plant = _Plant(random, pool, left=random.choice((1, 2, 4, 6, 10, 16)))
    if random.random() < 0.1:
        # Not even the envelope.
        return plant.element(random.choice([*NAMES, f"{operation.name}Response"]), 0, wrapper)
    content = plant.children(1)
    root = Element(f"{operation.name}Response", [Element(wrapper, content)] if wrapper else content)
    if random.random() < 0.2:
        root.children.append(Element("ResponseMetadata", [Element("RequestId", ["id"])]))
    return root


class _Plant:
    def __init__(self, random, pool, left):
        self.random, self.pool, self.left = random, pool, left

    def element(self, name, depth, wrapper=None):
        children = self.children(depth + 1) if depth < DEPTH else []
        if wrapper and self.random.random() < 0.5:
            children.append(Element(wrapper, self.children(depth + 1)))
        if not children or self.random.random() < 0.05:
            children.append(self.random.choice(TEXTS))
        return Element(name, children, {"a": "b"} if self.random.random() < 0.03 else {})

    def children(self, depth):
        """Elements, as long as there are any left to grow."""
        children = []
        while self.left and self.random.random() < 0.75:
            self.left -= 1
            children.append(self.element(self.random.choice(self.pool), depth))
        return children
