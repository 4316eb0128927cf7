"""The tables and the picture of .github/BENCHMARKS.md."""

from measure import OURS, SDK, SMITHY, of

SCAN, SERDE, BOTO3, CLONE = "quick-xml scan", "quick-xml serde", "boto3", "clone"

TASKS = (1, 20, 100, 10_000)
RESPONSES = {f"export-tasks/{tasks}/compact": f"{tasks:,} export task{'s' * (tasks > 1)}" for tasks in TASKS}
RESPONSES |= {f"export-tasks/{tasks}/reordered": f"{tasks:,}, members in another order" for tasks in TASKS}
RESPONSES |= {
    "export-tasks/20/shuffled": "20, each in an order of its own",
    "export-tasks/20/pretty": "20, indented, with entities",
    "db-instances/20": "20 DB instances, 71 members each",
    "error": "an error",
}

REQUESTS = (
    ("request/body", "body", SMITHY),
    ("request/body", "body", "form_urlencoded"),
    ("request/http", "request with its headers", SDK),
    ("timestamp", "timestamp", "jiff"),
    ("timestamp", "timestamp", "aws-smithy-types"),
)

# What is shown, its figure, and its format.
BUILDS = (
    ("clean release build", "clean_release_s", "{:.1f} s"),
    ("of that the crate alone", "crate_release_s", "{:.1f} s"),
    ("clean debug build", "clean_dev_s", "{:.1f} s"),
    ("program of one operation, release", "binary_one_operation_s", "{:.1f} s"),
    ("program of one operation, debug", "binary_one_operation_dev_s", "{:.1f} s"),
    ("program of all operations, release", "binary_all_operations_s", "{:.1f} s"),
    ("program of all operations, debug", "binary_all_operations_dev_s", "{:.1f} s"),
    ("crates that are built", "crates", "{:,}"),
    ("lines of the crate", "lines", "{:,}"),
    ("its rlib", "rlib_bytes", "{:,.1f} MB"),
    ("memory of the largest compiler", "peak_rss_bytes", "{:,.0f} MB"),
)

WHOLE = "\nA process that starts, reads 20 tasks and ends is {:.0f} times as fast as one of boto3's parser.\n"


def tables(figures):
    """The tables by their places in the page; that of builds is missing where none were measured."""
    whole = of(figures, "whole-process/20", BOTO3, "times")
    found = {"responses": responses(figures) + (WHOLE.format(whole) if whole else ""), "requests": requests(figures)}
    return {**found, "builds": builds(figures)} if figures["build"] else found


def responses(figures):
    head = ("response", SDK, SCAN, SERDE, BOTO3, "cloning the result", "instructions a byte", "allocations each", "peak memory")
    rows = []
    for case, shown in RESPONSES.items():
        row = [shown, *(times(of(figures, case, peer, "times")) for peer in (SDK, SCAN, SERDE, BOTO3, CLONE))]
        for name, unit in ("instructions", "bytes"), ("allocations", "items"):
            row.append(beside("{:.1f}", *(of(figures, case, side, name, unit) for side in (OURS, SDK))))
        peak, result = (of(figures, case, OURS, name) for name in ("peak_bytes", "result_bytes"))
        rows.append([*row, times(peak / result)])
    return table(head, rows)


def requests(figures):
    rows = []
    for case, shown, peer in REQUESTS:
        allocations = beside("{}", *(of(figures, case, side, "allocations") for side in (OURS, peer)))
        rows.append([shown, peer, times(of(figures, case, peer, "times")), allocations])
    return table(("", "peer", "times as fast", "allocations"), rows)


def builds(figures):
    sides = [figures["build"][side] for side in ("ours", "aws_sdk_rds")]
    rows = [[shown, *(form.format(side[name] / 1e6 if "MB" in form else side[name]) for side in sides)]
            for shown, name, form in BUILDS]
    return table(("", OURS, SDK), rows)


def times(value):
    """A ratio with as many digits as say something."""
    if value is None:
        return ""
    return f"{value:.{2 if value < 0.995 else 1 if value < 99.5 else 0}f}×"


def beside(form, ours, theirs):
    """Ours, and theirs in brackets where it is known."""
    return form.format(ours) + (f" ({form.format(theirs)})" if theirs is not None else "")


def table(head, rows):
    """A table that can be read as it is; all columns but the first to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows)]
    lines = [[cell.rjust(width) if index else cell.ljust(width) for index, (cell, width) in enumerate(zip(row, widths))]
             for row in (head, *rows)]
    lines = ["| " + " | ".join(line) + " |\n" for line in lines]
    rule = "|" + "|".join("-" * (width + 1) + (":" if index else "-") for index, width in enumerate(widths)) + "|\n"
    return lines[0] + rule + "".join(lines[1:])


STYLE = """\
<style>
text { font: 14px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; } rect { fill: #8c959f; } .ours { fill: #0969da; }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3; } rect { fill: #6e7681; } .ours { fill: #4493f8; } }
</style>
"""


def picture(figures):
    """Bars in SVG, for a bright page and for a dark one: the speed of reading 20 tasks and the time of a clean build."""
    case, build = figures["export-tasks/20/compact"], figures["build"]
    speeds = [(name, case[SDK]["times"] / case[name]["times"]) for name in (OURS, SCAN, SERDE, SDK, BOTO3) if name in case]
    speeds = [(name, value, f"{value:.{2 if value < 0.95 else 1}f}×") for name, value in sorted(speeds, key=lambda it: -it[1])]
    sides = ((OURS, "ours"), (SDK, "aws_sdk_rds")) if build else ()
    seconds = [(name, build[side]["clean_release_s"]) for name, side in sides]
    seconds = [(name, value, f"{value:.1f} s") for name, value in seconds]
    svg, y = "", 0
    for title, bars in (("Reading 20 export tasks, times as fast as aws-sdk-rds", speeds),
                        ("A user's clean release build, in seconds", seconds)):
        if not bars:
            continue
        y += 10
        svg += f'<text class="title" x="10" y="{y + 18}">{title}</text>\n'
        for name, value, shown in bars:
            y += 26
            # Names stand before the bars, numbers behind. A bar of no length could not be seen.
            length = max(2, value / max(bar[1] for bar in bars) * 450)
            svg += (f'<rect class="{"ours" if name == OURS else "peer"}" x="150" y="{y + 4}" width="{length:.1f}" height="18" rx="2"/>\n'
                    f'<text x="{158 + length:.1f}" y="{y + 18}">{shown}</text>\n'
                    f'<text class="name" x="140" y="{y + 18}" text-anchor="end">{name}</text>\n')
        y += 26
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {y + 10}" width="720" height="{y + 10}" role="img" '
            f'aria-label="Speed and build time of rds-protocol and its peers">\n{STYLE}{svg}</svg>\n')
