"""The scripts behind `cargo xtask bench` and `cargo xtask cost`: ours against its peers, and against a budget.

Exit codes: 0 done, 1 a figure is too high, 2 an error.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys

import builds
import report
from measure import (OURS, ROOT, SDK, SMITHY, TARGET, Failure, add, cargo, count_instructions, of, output, programs,
                     rust_lines, say)
from startup import startup
from structures import GENERATED, structures

PAGE, PICTURE = ROOT / ".github/BENCHMARKS.md", ROOT / ".github/bench.svg"
# Where the page has a table.
PLACE = "(<!-- bench: {} -->\n).*?(<!-- /bench -->\n)"
BUDGET = ROOT / "tests/bench/budget.json"

# The tolerance of figures that are not exact, as a part of the budget: memchr and the C library choose code by the
# processor. Of the others, half of the last digit that is recorded.
TOLERANCE, ROUNDING = 0.05, 0.005

# The cases of the budget, and the peer of each.
COUNTED = {f"export-tasks/20/{style}": SDK for style in ("compact", "reordered", "shuffled", "pretty")}
COUNTED["request/body"] = SMITHY


def bench(options):
    """Measures ours against its peers; writes the tables, the picture and the summary."""
    # What is missing is to be found out before the long builds.
    for name in "responses", "requests", "builds":
        if not re.search(PLACE.format(name), PAGE.read_text(), re.S):
            raise Failure(f"{PAGE.name}: expected lines <!-- bench: {name} --> and <!-- /bench --> for the table")
    check()
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / "structures.rs").write_text(structures("describe_export_tasks", "describe_db_instances"))
    say("building the programs that measure; the official SDK takes minutes")
    built, figures, all_figures = programs(), {}, TARGET / "figures.json"
    boto3 = [] if options.skip_boto3 else ["--python", sys.executable]
    add(figures, output([built["bench"], "time", *(["--quick"] * options.quick), *boto3]))
    add(figures, output([built["memory"]]))
    count_instructions(figures, built["bench"], lambda case: True)
    if not options.skip_build:
        figures["build"] = builds.measure(1 if options.quick else 2)
    else:
        # As they were when they were last measured.
        figures["build"] = json.loads(all_figures.read_text())["build"] if all_figures.exists() else {}
    all_figures.write_text(json.dumps(figures, indent=2))
    (ROOT / "target/bench.json").write_text(json.dumps(summary(figures), indent=2) + "\n")
    tables = report.tables(figures)
    print(*tables.values(), sep="\n")
    say("target/bench.json has the summary, target/bench/figures.json all that was measured")
    if options.quick:
        say("a quick run: .github/BENCHMARKS.md and .github/bench.svg are as they were")
        return []
    for name, table in tables.items():
        PAGE.write_text(re.sub(PLACE.format(name), rf"\1{table}\2", PAGE.read_text(), flags=re.S))
    PICTURE.write_text(report.picture(figures))
    record(SDK, counted(figures, lambda peer: peer))
    return []


def summary(figures):
    """What `target/bench.json` holds."""
    times = lambda case, peer: of(figures, case, peer, "times")
    parse = {tasks: {
        "times_aws_sdk_rds": times(f"export-tasks/{tasks}/compact", SDK),
        "times_quick_xml_scan": times(f"export-tasks/{tasks}/compact", report.SCAN),
        "instructions_per_byte": of(figures, f"export-tasks/{tasks}/compact", OURS, "instructions", "bytes"),
        "allocations_per_task": of(figures, f"export-tasks/{tasks}/compact", OURS, "allocations", "items"),
        # As many times as fast as the SDK, both on members that are not in the model's order.
        "reordered": times(f"export-tasks/{tasks}/reordered", SDK),
    } for tasks in report.TASKS}
    serialize = {
        "times_aws_smithy_query": times("request/body", SMITHY),
        "times_aws_sdk_rds": times("request/http", SDK),
        "allocations": of(figures, "request/body", OURS, "allocations"),
    }
    # The programs for debugging are in the tables alone.
    build = {side: {name: value for name, value in found.items() if not re.fullmatch("binary.*_dev_s", name)}
             for side, found in figures["build"].items()}
    timestamp = {"ns": of(figures, "timestamp", OURS, "ns")}
    return {"parse": parse, "serialize": serialize, "timestamp": timestamp, **({"build": build} if build else {})}


def counted(figures, whose):
    """The figures of the budget."""
    units = ("instructions_per_byte", "instructions", "bytes"), ("allocations_per_item", "allocations", "items")
    return {f"{case} {name}": of(figures, case, whose(peer), figure, unit)
            for case, peer in COUNTED.items() for name, figure, unit in units}


def record(side, figures):
    """Writes one side's figures to the budget: two digits are enough, and stay the same from run to run."""
    budget = {**json.loads(BUDGET.read_text()), side: {name: round(value, 2) for name, value in figures.items()}}
    BUDGET.write_text(json.dumps(budget, indent=2) + "\n")


def cost(options):
    """Counts what no machine's speed changes; returns what is above the budget or no better than the peer's."""
    check()
    built, figures = programs("--no-default-features"), {}
    add(figures, output([built["memory"]]))
    count_instructions(figures, built["bench"], COUNTED.__contains__)
    found = counted(figures, lambda peer: OURS)
    arguments = ("--locked", "--prefix=none", "--edges=normal,build", "--package=rds-protocol")
    tree = cargo("tree", *arguments)[0].decode().splitlines()
    found["build dependencies"] = len({line.split()[0] for line in tree if line} - {OURS})
    found["build generated_lines"] = rust_lines(GENERATED)
    if options.record:
        record(OURS, found)
    budget, complaints = json.loads(BUDGET.read_text()), []
    print(f"{'':<48}{'found':>12}{'budget':>12}{SDK:>14}")
    for name, value in found.items():
        allowed, peer = budget[OURS].get(name), budget[SDK].get(name)
        shown = ["-" if it is None else f"{it:.2f}" for it in (value, allowed, peer)]
        print(f"{name:<48}{shown[0]:>12}{shown[1]:>12}{shown[2]:>14}")
        is_exact = name.endswith(("allocations_per_item", "dependencies"))
        if allowed is None:
            complaints.append(f"{name}: no budget is recorded")
        elif value > allowed + (ROUNDING if is_exact else allowed * TOLERANCE):
            complaints.append(f"{name}: expected at most {shown[1]}, found {shown[0]}")
        elif value < allowed * (1 - TOLERANCE):
            print("  far below its budget; `cargo xtask cost --record` makes it the budget")
        if peer is not None and value >= peer:
            complaints.append(f"{name}: {shown[0]} is no better than {SDK}'s")
    if complaints:
        say("cost: if that is worth it, `cargo xtask cost --record` makes these the budget")
    else:
        print(f"cost: all {len(found)} figures are within their budget")
    return complaints


def check():
    if not shutil.which("valgrind"):
        raise Failure("valgrind: there is none; it counts instructions (Debian: apt-get install valgrind)")


def main():
    parser = argparse.ArgumentParser(prog="cargo xtask", allow_abbrev=False)
    commands = parser.add_subparsers(required=True)
    flags = {bench: ("--quick", "--skip-build", "--skip-boto3"), cost: ("--record",), builds.clients: (), startup: ()}
    for command, options in flags.items():
        subparser = commands.add_parser(command.__name__, allow_abbrev=False)
        subparser.set_defaults(run=command)
        for option in options:
            subparser.add_argument(option, action="store_true")
    options = parser.parse_args()
    try:
        complaints = options.run(options)
    except (Failure, OSError, subprocess.SubprocessError) as error:
        say(error)
        sys.exit(2)
    for complaint in complaints:
        say(complaint)
    sys.exit(1 if complaints else 0)


main()
