#!/usr/bin/env python3
"""The table of tests/coverage.sh: reads what `llvm-cov export` writes and prints the branches of each file in these folders. With
--gate it ends with 1 where one of the pure parts, or all of them together, are below the limit.

    coverage.py [--gate] FOLDER… < branches.json
"""
import argparse
import collections
import json
import os
import pathlib
import sys

LIMIT = 95.0  # per cent of branches
# Each a folder, or a file without its suffix: declaration and definition count as one.
PURE = ["reconcile/fields", "reconcile/resolve", "reconcile/diff", "reconcile/plan", "reconcile/memory", "reconcile/read/costs",
        "reconcile/read/read_plan", "reconcile/read/read_progress", "reconcile/report/decide_condition", "reconcile/cycle/decide"]


class Branches:
    def __init__(self):
        self.taken = self.all = 0

    def add(self, taken, count):
        self.taken += taken
        self.all += count

    def percent(self):
        return 100.0 * self.taken / self.all if self.all else 100.0

    def __str__(self):
        return f"{self.taken:6}{self.all:6}{self.percent():8.1f}%"


def none_of_its_cases(name, branches):
    """Branches that say "none of its cases" of a switch without a default: -Wswitch wants every value of the enum in such a switch."""
    lines = pathlib.Path(name).read_text(encoding="utf-8").splitlines()
    places = {(line, column) for line, column, _, _, true, *_ in branches
              if not true and lines[line - 1][:column - 1].endswith("switch (")}
    return places


def untaken(branches, excepted):
    """"12F" for a condition on line 12 that was never false. A template's counts are those of all that was made of it."""
    counts = collections.defaultdict(lambda: [0, 0])
    for line, column, _, _, true, false, *_ in branches:
        counts[line, column][0] += true
        counts[line, column][1] += false
    return " ".join(f"{line}{side}" for (line, column), (true, false) in sorted(counts.items())
                    for side, count in (("T", true), ("F", false))
                    if not count and not (side == "T" and (line, column) in excepted))


def part_of(name):
    return next((part for part in PURE if os.path.dirname(name) == part or os.path.splitext(name)[0] == part), None)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gate", action="store_true")
    parser.add_argument("folders", nargs="+")
    arguments = parser.parse_args()
    files = json.load(sys.stdin)["data"][0]["files"]
    parts = {part: Branches() for part in PURE}
    everything, pure = Branches(), Branches()
    print(f"{'file':44}{'taken':>6}{'of':>6}{'':9}  not taken: line, true or false")
    for file in sorted(files, key=lambda one: one["filename"]):
        name = os.path.relpath(file["filename"])
        if not any(name.startswith(folder.rstrip("/") + "/") for folder in arguments.folders):
            continue
        summary = file["summary"]["branches"]
        none_of_a_switch = none_of_its_cases(name, file["branches"])
        figures = Branches()
        figures.add(summary["covered"], summary["count"] - len(none_of_a_switch))
        everything.add(figures.taken, figures.all)
        if part := part_of(name):
            parts[part].add(figures.taken, figures.all)
            pure.add(figures.taken, figures.all)
        if figures.all:
            missing = untaken(file["branches"], none_of_a_switch) if figures.taken < figures.all else ""
            print(f"{name:44}{figures}  {missing}".rstrip())
    print(f"{'all':44}{everything}")
    if not arguments.gate:
        return 0

    print("\npure parts")
    rows = [*parts.items(), ("all of them", pure)]
    for name, figures in rows:
        print(f"{name:44}{figures}")
    sys.stdout.flush()
    missed = [f"{name} ({figures.percent():.1f} %)" for name, figures in rows if figures.percent() < LIMIT]
    # A part that has moved away would pass for ever.
    missed += [f"{name} (has no branches: is it elsewhere now?)" for name, figures in parts.items() if not figures.all]
    if missed:
        print(f"coverage: below {LIMIT:g} % of branches: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
