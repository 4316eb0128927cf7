"""Inputs that are none: what a caller gets wrong, and both must refuse."""

import copy

# For each kind of shape, what is of another type to both.
WRONG = {
    "string": (5, 1.5, True, [], {}),
    "boolean": ("true", 1, 0.0, [], {}),
    "integer": ("5", 1.5, [], {}),
    "long": ("5", 1.5, [], {}),
    "float": ("1.5", [], {}),
    "double": ("1.5", [], {}),
    "blob": (5, True, [], {}),
    "timestamp": ("yesterday", "2015-13-01T00:00:00Z", [], {}),
    "list": ("a", 5, {}, {"a": "b"}),
    "map": ("a", 5, [], ["a"]),
    "structure": ("a", 5, [], ["a"]),
}
BITS = {"integer": 32, "long": 64}


def places(shape, value, path=()):
    """All places of a value: paths of names and indexes, each with its shape."""
    yield path, shape
    if shape.type_name == "structure":
        for name, item in value.items():
            yield from places(shape.members[name], item, (*path, name))
    elif shape.type_name == "list":
        for index, item in enumerate(value):
            yield from places(shape.member, item, (*path, index))
    elif shape.type_name == "map":
        for key, item in value.items():
            yield from places(shape.value, item, (*path, key))


def misused(random, shape, value):
    """Something to do to a value, its path, and the rule by which only one of us refuses it, if any."""
    path, found = random.choice(list(places(shape, value)))
    wrongs = [("set", random.choice(WRONG.get(found.type_name, WRONG["string"])), None)] if path else []
    if found.type_name == "structure":
        wrongs += [("add", ("NoSuchMember", "a"), None)] * 2
        if found.is_tagged_union:
            wrongs += [("set", {}, None)] if path else []
        elif found.required_members:
            wrongs += [("drop", random.choice(found.required_members), None)] * 3
    if found.type_name == "list":
        wrongs.append(("append", None, None))
    if found.type_name == "map":
        wrongs.append(("add", ("key", None), None))
    if found.type_name in BITS:
        limit = 2 ** (BITS[found.type_name] - 1)
        wrongs.append(("set", random.choice((limit, -limit - 1, 10**30)), "3.7 numbers"))
    if path and isinstance(path[-1], str) and _is_member(shape, path):
        wrongs.append(("set", None, "REQ-14 null"))
    return path, *random.choice(wrongs)


def _is_member(shape, path):
    """Whether a path ends at an optional member of a structure."""
    for step in path[:-1]:
        shape = (
            shape.members[step]
            if shape.type_name == "structure"
            else getattr(shape, "member", None) or shape.value
        )
    is_structure = shape.type_name == "structure" and not shape.is_tagged_union
    return is_structure and path[-1] not in shape.required_members


def apply(value, path, action, what):
    """A copy of the value with the place at the path made wrong."""
    value = copy.deepcopy(value)
    *way, last = path or (None,)
    parent = value
    for step in way:
        parent = parent[step]
    place = parent[last] if path else value
    if action == "set":
        parent[last] = what
    elif action == "add":
        place[what[0]] = what[1]
    elif action == "append":
        place.append(what)
    elif action == "drop":
        del place[what]
    return value
