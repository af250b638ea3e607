#!/usr/bin/env python3
"""Writes the dashboards from source/, or with --check says whether those that are there are the same."""
import json
import pathlib
import sys

sys.dont_write_bytecode = True
from source import capacity, on_call  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent


def main(arguments):
    if arguments not in ([], ["--check"]):
        print("usage: generate.py [--check]", file=sys.stderr)
        return 64
    status = 0
    for made in (on_call.DASHBOARD, capacity.DASHBOARD):
        path = HERE / f"{made['uid']}.json"
        text = json.dumps(made, indent=2, ensure_ascii=False) + "\n"
        if not arguments:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"{path.name} is not what source/ says; run deploy/grafana/generate.py", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
