"""How long `rds-export list` takes beside `aws rds describe-export-tasks`, and that both print the same."""

import os
import statistics
import subprocess
import sys
import time

from measure import ROOT, cargo, output

PINS, ROUNDS, FASTER, SIZE = ROOT / "tests/startup/requirements.txt", 15, 20, 8_000_000

FOLDER = ROOT / "target/startup"
TOOL, VENV, CONFIG = FOLDER / "rds-export", FOLDER / "venv", FOLDER / "config"

# Neither tool looks for anything but what stands here. Version 2 of aws has this format of times by default.
ENV = {"PATH": os.environ["PATH"], "NO_PROXY": "127.0.0.1", "LANG": "C.UTF-8", "AWS_CONFIG_FILE": str(CONFIG),
       "AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo"}
SETTINGS = "[default]\nregion = eu-west-1\ncli_timestamp_format = iso8601\n"


def startup(_):
    """Calls the server of `rds-export demo --serve` by both, in turns, in one run.

    Returns what is wrong if rds-export is not at least twenty times faster, prints other JSON, or is 8 MB when stripped."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    cargo("build", "--release", "--locked", "--quiet", "--package=rds-export", "--target-dir", ROOT / "target")
    output(["strip", "-o", TOOL, ROOT / "target/release/rds-export"])
    stamp = VENV / "requirements.txt"
    if not stamp.exists() or stamp.read_text() != PINS.read_text():
        output([sys.executable, "-m", "venv", "--clear", VENV])
        pip = [VENV / "bin/python", "-m", "pip", "install", "--quiet"]
        output([*pip, "--no-deps", "--require-hashes", "--requirement", PINS])
        stamp.write_text(PINS.read_text())
    CONFIG.write_text(SETTINGS)
    with subprocess.Popen([TOOL, "demo", "--serve", "--duration", "100ms"], stderr=subprocess.PIPE, text=True) as server:
        try:
            url = next(line.split()[-1] for line in server.stderr if "--endpoint-url" in line)
            time.sleep(0.5)  # by then the exports have ended, and are the same at each call
            sides = [TOOL, "list", "--output", "json"], [VENV / "bin/aws", "rds", "describe-export-tasks"]
            rounds = [[timed([*side, "--endpoint-url", url]) for side in sides] for _ in range(ROUNDS + 1)]
        finally:
            server.terminate()
    # The first round warms the caches.
    ours, theirs = (statistics.median(it[side][0] for it in rounds[1:]) for side in (0, 1))
    size, same = TOOL.stat().st_size, all(ours == theirs for (_, ours), (_, theirs) in rounds)
    print(f"aws rds describe-export-tasks  {theirs:8.1f} ms\nrds-export list                {ours:8.1f} ms")
    print(f"{theirs / ours:.0f} times faster (median of {ROUNDS}); {size / 1e6:.1f} MB stripped")
    complaints = [] if same else [f"startup: expected what aws prints, {rounds[0][1][1]}, found {rounds[0][0][1]}"]
    if theirs < FASTER * ours or size >= SIZE:
        complaints.append(f"startup: expected at least {FASTER} times faster, and less than {SIZE / 1e6:.0f} MB")
    return complaints


def timed(command):
    start = time.perf_counter()
    text = subprocess.run(command, env=ENV, check=True, stdout=subprocess.PIPE).stdout
    return (time.perf_counter() - start) * 1000, text
