"""The differential test: our crate and botocore on the same random inputs and answers.

    cargo xtask differential [--cases N] [--seed S] [--case K] [--service NAME]

A case is one of six, drawn by chance from the seed and the case's number:

- request: a random input is serialized by both; the forms must have equal pairs
  in the same order.
- answer: a random output is written as XML by our server direction and by an
  independent writer (`documents.py`), and read by both; all four must be the output.
- damage: such a document is damaged (`damage.py`) and read by both; both must find
  the same value, or both refuse.
- growth: a small document, grown from an answer's names without a plan (`grown.py`),
  is read by both, as a damaged one is.
- error: a random error of the model is read by both.
- misuse: an input is made wrong (`misuse.py`); both must refuse it.

A difference that is meant has a rule with its reason in `rules.py`, and only what
that rule says passes. Prints how often each rule was needed, and ends with
`N passed, N failed`.
"""

import argparse
import json
import re
import sys
import warnings
from collections import Counter, deque
from pathlib import Path
from random import Random, SystemRandom
from xml.parsers.expat import ExpatError

from damage import damaged, disguised
from documents import Writer, read, siblings, write
from grown import grown
from misuse import apply, misused
from peers import (
    Botocore,
    Driver,
    Refused,
    decode,
    from_json,
    load,
    timestamps,
    to_botocore,
    to_json,
)
from rules import (
    RULES,
    form_differences,
    meaning,
    value_differences,
    without_empty_flattened,
)
from values import Values

# How many of a hundred cases are of which kind.
OF_100 = {"request": 35, "answer": 20, "damage": 25, "growth": 10, "error": 5, "misuse": 5}
# How many cases are under way at a time: their answers are read while the driver works on.
UNDER_WAY = 64
# Failures that are shown; more of them rarely say more.
SHOWN = 20
REQUEST_ID = "7f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"


class Differential:
    """All that the cases share."""

    def __init__(self, service, seed, driver):
        self.service, self.seed, self.driver = service, seed, driver
        self.operations = [service.operation_model(name) for name in service.operation_names]
        self.botocore = Botocore()
        self.used = Counter()
        self.kinds = Counter()
        self._siblings = {}

    def case(self, number):
        """A case, as a generator that yields calls for the driver and takes their answers."""
        random = Random(f"{self.seed}/{self.service.service_name}/{number}")
        operation = random.choice(self.operations)
        [kind] = random.choices(list(OF_100), OF_100.values())
        return kind, operation, getattr(self, kind)(random, operation)

    def request(self, random, operation):
        shape = operation.input_shape
        value = Values(random, for_xml=False).value(shape) if shape else {}
        differences = yield from self.compare_request(operation, value)
        return differences, ("input", shape, value)

    def compare_request(self, operation, value):
        shape = operation.input_shape
        [answer] = yield [{"op": operation.name, "input": to_json(shape, value)}]
        try:
            theirs, shapes = self.botocore.request(operation, value)
        except Refused as error:
            return [] if "invalid" in answer else [f"theirs refused: {error}"]
        if "body" not in answer:
            return [f"ours refused: {answer}"]
        try:
            return form_differences(shapes, decode(answer["body"]), theirs, self.used)
        except ValueError as error:
            return [str(error)]

    def answer(self, random, operation):
        shape = operation.output_shape
        value = Values(random, for_xml=True).value(shape) if shape else {}
        differences = yield from self.compare_answer(operation, value, random)
        return differences, ("output", shape, value)

    def compare_answer(self, operation, value, random=None):
        """Two writers, two readers, one value."""
        shape = operation.output_shape
        [written] = yield [{"op": operation.name, "output": to_json(shape, value)}]
        if "body" not in written:
            return [f"our writer refused: {written}"]
        independent = write(Writer(random or Random(0)).response(self.service, operation, value, REQUEST_ID))
        differences = []
        answers = yield [
            {"op": operation.name, "body": document} for document in (written["body"], independent)
        ]
        for writer, document, answer in zip(
            ("our", "the independent"), (written["body"], independent), answers
        ):
            found = self.judge(operation, document, answer)
            ours, _ = self.ours(operation, answer)
            # What was written must come back, not only what both make of it.
            if not found and value_differences(shape, ours, value, Counter()):
                found = [f"written {value}, read {ours}"]
            differences += [f"{writer} writer, {difference}" for difference in found]
        return differences

    def damage(self, random, operation):
        shape = operation.output_shape
        value = Values(random, for_xml=True).value(shape) if shape else {}
        root = Writer(random).response(self.service, operation, value, REQUEST_ID)
        document, done = damaged(random, root, self.siblings(operation))
        self.kinds.update(done)
        differences = yield from self.compare_document(operation, document)
        return differences, ("body", None, document)

    def growth(self, random, operation):
        beside = self.siblings(operation)
        names = sorted({*beside, *(name for names in beside.values() for name in names)})
        document = write(grown(random, operation, names))
        differences = yield from self.compare_document(operation, document)
        return differences, ("body", None, document)

    def siblings(self, operation):
        """For each name of an element, those that may stand beside it in an answer."""
        if operation.name not in self._siblings:
            self._siblings[operation.name] = siblings(operation.output_shape)
        return self._siblings[operation.name]

    def compare_document(self, operation, document):
        [answer] = yield [{"op": operation.name, "body": document}]
        return self.judge(operation, document, answer)

    def judge(self, operation, document, answer):
        """Both find the same value, or both refuse; or a rule says what ours is."""
        ours, theirs = self.ours(operation, answer), self.theirs(operation, document)
        used = Counter()
        found = self.same(operation, ours, theirs, used)
        if not found and ours[0] is not None and not used["RSP-15 nanoseconds"]:
            self.used.update(used)
            return []
        expected = meaning(operation, document)
        if expected is None:
            # No document, and so no value.
            return [] if not found else [*found, f"ours: {answer}", f"theirs: {theirs}"]
        theirs_of_it = (
            (None, None) if expected.document is None else self.theirs(operation, expected.document)
        )
        if ours[0] is not None and operation.output_shape is not None:
            ours = without_empty_flattened(operation.output_shape, ours[0]), ours[1]
        used = Counter()
        found = self.same(operation, ours, theirs_of_it, used)
        if used["RSP-15 nanoseconds"]:
            found += [
                f"{time} ns is not in the document"
                for time in timestamps(operation.output_shape, ours[0])
                if time not in expected.times
            ]
        if not found:
            needs_rules = self.same(operation, ours, theirs, Counter())
            self.used.update(used + expected.rules if needs_rules else used)
            return []
        rules = ", ".join(rule for rule, count in expected.rules.items() if count)
        return [
            *found,
            f"ours: {answer}",
            f"theirs: {theirs}",
            f"by the rules {rules}: {expected.document or 'to be refused'}",
            f"theirs of that: {theirs_of_it}",
        ]

    def same(self, operation, ours, theirs, used):
        """Differences between what was found, where nothing is what was refused."""
        if ours[0] is None and theirs[0] is None:
            return []
        if ours[0] is None or theirs[0] is None:
            return [f"only {'ours' if ours[0] is None else 'theirs'} refused"]
        found = value_differences(operation.output_shape, ours[0], theirs[0], used)
        if ours[1] != theirs[1]:
            found.append(f"request id: ours {ours[1]!r}, theirs {theirs[1]!r}")
        return found

    def ours(self, operation, answer):
        """The value and the request id of an answer; nothing if it is none."""
        if "output" not in answer:
            return None, None
        return from_json(operation.output_shape, answer["output"]), answer["request_id"]

    def theirs(self, operation, document):
        try:
            return self.botocore.response(operation, document)
        except Refused as error:
            return None, str(error)

    def error(self, random, operation):
        document, status = self.some_error(random, operation)
        differences = yield from self.compare_error(operation, document, status)
        return differences, ("error", None, document)

    def some_error(self, random, operation):
        pool = operation.error_shapes if random.random() < 0.7 else self.service.error_shapes
        shape = random.choice(pool) if pool and random.random() < 0.9 else None
        code = shape.error_code if shape else random.choice(("Throttling", "AccessDenied", "Q.R:S#T"))
        fields = {
            "Type": random.choice(("Sender", "Receiver", None)),
            "Code": code,
            "Message": random.choice(("no such thing", 'a <b> & "c"', "", " é\n", None)),
        }
        value = Values(random, for_xml=True).value(shape) if shape else {}
        taken = ("Type", "Code", "Message", "message")
        value = {name: item for name, item in value.items() if name not in taken}
        root = Writer(random).error(self.service, shape, fields, value, REQUEST_ID)
        return disguised(random, root), random.choice((400, 404, 500, 503))

    def compare_error(self, operation, document, status):
        [answer] = yield [{"op": operation.name, "status": status, "body": document}]
        if "error" not in answer:
            return [f"ours: {answer}"]
        ours = {**answer["error"], "request_id": answer["request_id"]}
        try:
            theirs = self.botocore.error(
                operation, lambda code: self.shape_of(operation, code, ours), document, status
            )
        except Refused as refused:
            # Of what is no document we know the status alone.
            return [] if ours["code"] is None else [f"theirs refused: {refused}", f"ours: {answer}"]
        shape = self.shape_of(operation, theirs["code"], ours)
        members = from_json(shape, ours["members"]) if shape else ours["members"]
        their_members = theirs.pop("members")
        if members.get("message") == ours["message"] is not None and "message" not in their_members:
            del members["message"]
            self.used["ERR-6 message"] += 1
        differences = value_differences(shape, members, their_members, self.used)
        if ours["message"] == "" and theirs["message"] is None:
            ours["message"] = None
            self.used["ERR-6 empty message"] += 1
        return differences + [
            f"{key}: ours {ours[key]!r}, theirs {theirs[key]!r}" for key in theirs if ours[key] != theirs[key]
        ]

    def shape_of(self, operation, code, ours):
        """botocore's shape of a code; where several have it, ours if the rule says so."""
        theirs = self.service.shape_for_error_code(code)
        if theirs is None or ours["kind"] == theirs.name:
            return theirs
        same_code = {shape.name: shape for shape in self.service.error_shapes if shape.error_code == code}
        own = {shape.name for shape in operation.error_shapes if shape.name in same_code}
        if ours["kind"] not in (own or same_code):
            return theirs
        self.used["ERR-5 one code, several shapes"] += 1
        return same_code[ours["kind"]]

    def misuse(self, random, operation):
        shape = operation.input_shape
        value = Values(random, for_xml=False).value(shape) if shape else {}
        if not value:
            # Nothing is there to be made wrong.
            differences = yield from self.compare_request(operation, value)
            return differences, ("input", shape, value)
        path, action, what, rule = misused(random, shape, value)
        ours, theirs = (apply(of(shape, value), path, action, what) for of in (to_json, to_botocore))
        [answer] = yield [{"op": operation.name, "input": ours}]
        complaints = self.botocore.complaints(shape, theirs)
        self.used.update([rule] if rule else [])
        # By a rule the one or the other accepts, never both.
        refused = "invalid" in answer, bool(complaints)
        if refused == (rule != "REQ-14 null", rule != "3.7 numbers"):
            return [], ("input", None, ours)
        return [f"{action} {what!r} at {path}", f"ours: {answer}", f"theirs: {complaints}"], (
            "misuse",
            None,
            ours,
        )

    def settle(self, case):
        """Runs a case to its end, alone."""
        try:
            calls = next(case)
            while True:
                calls = case.send(self.driver.ask(*calls))
        except StopIteration as end:
            return end.value

    def run(self, numbers):
        """Runs cases, many at a time; gives those that fail."""
        waiting = deque()
        for number in numbers:
            kind, operation, case = self.case(number)
            self.kinds[kind] += 1
            waiting.append((number, operation, case, self.driver.send(next(case))))
            while len(waiting) >= UNDER_WAY:
                yield from self.advance(waiting)
        while waiting:
            yield from self.advance(waiting)

    def advance(self, waiting):
        """Hands the oldest case its answers."""
        number, operation, case, answers = waiting.popleft()
        try:
            calls = case.send(list(answers()))
        except StopIteration as end:
            differences, what = end.value
            if differences:
                yield number, operation, differences, what
        else:
            waiting.append((number, operation, case, self.driver.send(calls)))

    def shrunk(self, operation, what):
        """The smallest case that still fails, as far as leaving out parts goes."""
        key, shape, value = what
        comparisons = {
            "input": self.compare_request,
            "output": self.compare_answer,
            "body": self.compare_document,
        }
        if key not in comparisons:
            return value
        keep, self.used = self.used, Counter()

        def fails(smaller):
            try:
                return bool(self.settle(comparisons[key](operation, smaller)))
            except (ValueError, KeyError):
                return False

        if fails(value):
            value = shrink_document(value, fails) if key == "body" else shrink(value, fails)
        self.used = keep
        return value if shape is None else to_json(shape, value)


def smaller_values(value):
    """The same with one part left out or made simpler."""
    if isinstance(value, dict):
        for name in value:
            yield {other: item for other, item in value.items() if other != name}
        for name, item in value.items():
            for smaller in smaller_values(item):
                yield {**value, name: smaller}
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield value[:index] + value[index + 1 :]
            for smaller in smaller_values(item):
                yield [*value[:index], smaller, *value[index + 1 :]]
    elif isinstance(value, str) and len(value) > 1:
        yield from (value[: len(value) // 2], value[len(value) // 2 :])


def shrink(value, fails):
    while (smaller := next(filter(fails, smaller_values(value)), None)) is not None:
        value = smaller
    return value


def shrink_document(document, fails):
    """Leaves out elements, then pieces; a document that is one stays one."""
    whole = is_document(document)

    def is_smaller(shorter):
        return is_document(shorter) == whole and fails(shorter)

    # Outer elements first: what is inside goes with them.
    while (shorter := next(filter(is_smaller, without_an_element(document)), None)) is not None:
        document = shorter
    size = len(document) // 2
    while size:
        start = 0
        while start < len(document):
            shorter = document[:start] + document[start + size :]
            if is_smaller(shorter):
                document = shorter
            else:
                start += size
        size //= 2
    return document


TAG = re.compile(r"<(/?)([^\s<>/!?]+)[^<>]*?(/?)>")


def without_an_element(document):
    """The document without each of its elements, whether it is well-formed elsewhere or not."""
    spans, opened = [], []
    for tag in TAG.finditer(document):
        closes, name, is_empty = tag.groups()
        if is_empty:
            spans.append(tag.span())
        elif not closes:
            opened.append((name, tag.start()))
        elif opened and opened[-1][0] == name:
            spans.append((opened.pop()[1], tag.end()))
    for start, end in sorted(spans, key=lambda span: span[0] - span[1]):
        if end - start < len(document):
            yield document[:start] + document[end:]


def is_document(text):
    try:
        read(text)
        return True
    except ExpatError:
        return False


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--driver", required=True)
    arguments.add_argument("--model", type=Path, required=True)
    arguments.add_argument("--service", required=True)
    arguments.add_argument("--cases", type=int, default=20_000)
    arguments.add_argument("--seed", default=None)
    arguments.add_argument("--case", type=int, default=None)
    options = arguments.parse_args()
    # dateutil says so of each zone that it does not know.
    warnings.filterwarnings("ignore", message="tzname")
    seed = options.seed or str(SystemRandom().randrange(2**32))
    driver = Driver(options.driver)
    differential = Differential(load(options.model), seed, driver)
    differential.service._service_name = options.service
    numbers = range(options.cases) if options.case is None else [options.case]
    print(f"{options.service}: {len(numbers)} cases of seed {seed}", flush=True)
    failed = list(differential.run(numbers))
    # Now that no answers are under way.
    for failure in failed[:SHOWN]:
        report(differential, options.service, *failure)
    print("\nCases:", ", ".join(f"{count} {kind}" for kind, count in differential.kinds.most_common()))
    for rule, count in differential.used.most_common():
        if count:
            print(f"{count:8} {rule}: {RULES[rule][0]}; {RULES[rule][1]}")
    driver.close()
    print(f"{len(numbers) - len(failed)} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


def report(differential, service, number, operation, differences, what):
    print(f"\nFAIL case {number}, {operation.name}")
    for difference in differences[:10]:
        print(f"  {difference[:2000]}")
    smallest = differential.shrunk(operation, what)
    line = json.dumps({"op": operation.name, what[0]: smallest}, ensure_ascii=False)
    print(f"  smallest: {line[:4000]}")
    print(
        f"  again: cargo xtask differential --service {service} --seed {differential.seed} --case {number}",
        flush=True,
    )


if __name__ == "__main__":
    main()
