"""Runs cargo and valgrind, and keeps what they measure."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "target/bench"
OURS, SDK, SMITHY = "rds-protocol", "aws-sdk-rds", "aws-smithy-query"


class Failure(Exception):
    """A command that failed, or something that is missing."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def output(command, cwd=ROOT):
    """Returns the standard output of a command that must succeed; its standard error is shown."""
    return run(command, cwd)[0]


def run(command, cwd=ROOT):
    """The same, with the seconds on the wall and what the command and all below it used."""
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        text = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failure(f"{' '.join(map(str, command))}: exit code {process.returncode}")
    return text, time.perf_counter() - start, usage


def cargo(*arguments, cwd=ROOT):
    return run([os.environ.get("CARGO", "cargo"), *arguments], cwd)


def build(*arguments, cwd):
    """Builds; returns the files by name, the number of packages, the seconds and the usage."""
    text, seconds, usage = cargo("build", "--message-format=json-render-diagnostics", *arguments, cwd=cwd)
    artifacts = [it for it in map(json.loads, text.splitlines()) if it["reason"] == "compiler-artifact"]
    # A user's own configuration can change where cargo puts files, so cargo is asked.
    files = {it["target"]["name"]: it["executable"] or it["filenames"][0] for it in artifacts}
    return files, len({it["package_id"] for it in artifacts}), seconds, usage


def programs(*arguments):
    """Builds the programs of this folder."""
    # Not `--locked`: ours may have come to depend on something else. Cargo adds that, and keeps all other pins.
    folder = ROOT / "tests/bench"
    return build("--release", "--quiet", "--target-dir", TARGET, *arguments, cwd=folder)[0]


def add(figures, measured):
    """Adds what a program has measured to figures by case, contestant and name."""
    for case, contestants in json.loads(measured).items():
        for contestant, found in contestants.items():
            figures.setdefault(case, {}).setdefault(contestant, {}).update(found)


def count_instructions(figures, program, wanted):
    """Counts the instructions of work whose allocations are known: all of it is done in the program's own process."""
    for case, contestants in figures.items():
        for contestant, found in contestants.items():
            large = "/10000/" in case
            # A timestamp is too small to be counted. The peers' largest would take minutes, and are linear.
            if "allocations" not in found or case == "timestamp" or large and contestant != OURS or not wanted(case):
                continue
            say(f"counting instructions of {contestant} on {case}")
            # Work that is done once, such as starting, is as much with either number.
            few, many = (1, 2) if large else (2, 12)
            less, more = (instructions([program, "repeat", case, contestant, str(times)]) for times in (few, many))
            found["instructions"] = (more - less) / (many - few)


def instructions(command):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    # ==1== Collected : 4446671
    if "Collected :" not in said:
        raise Failure(f"{' '.join(command)}: no count in what it said:\n{said}")
    return int(said.split("Collected :")[1].split()[0])


def of(figures, case, contestant, name, unit=None):
    """A figure, or None; by the `bytes` or `items` of its case if that is the unit."""
    value = figures.get(case, {}).get(contestant, {}).get(name)
    return value if value is None or unit is None else value / figures[case][""][unit]


def rust_lines(folder):
    return sum(len(path.read_text().splitlines()) for path in folder.rglob("*.rs"))
