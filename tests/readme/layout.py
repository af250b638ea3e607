#!/usr/bin/env python3
"""README.md's "Layout of the source" is true: each folder that it names is there, no folder of the two upper levels is missing, and the
longest way that it gives, from main to the write, can be followed from file to file."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOST_HOPS = 10


def main():
    layout = (ROOT / "README.md").read_text().split("\n## Layout of the source\n")[1].split("\n## ")[0]
    wrong = []
    named = re.findall(r"^\| `([a-z/]+)/` \|", layout, re.M)
    wrong += [f"{folder}/ is named, but is not there" for folder in named if not (ROOT / folder).is_dir()]
    tracked = subprocess.run(["git", "-c", "safe.directory=*", "-C", ROOT, "ls-files", "-z"], text=True, stdout=subprocess.PIPE).stdout
    paths = [path for path in tracked.split("\0") if path] or [str(path.relative_to(ROOT)) for path in ROOT.rglob("*.cpp")]
    folders = {path.split("/")[0] for path in paths if "/" in path and not path.startswith((".", "build"))}
    folders |= {"/".join(path.split("/")[:2]) for path in paths if path.count("/") > 1 and path.split("/")[0] == "reconcile"}
    wrong += [f"{folder}/ is not named" for folder in sorted(folders) if folder not in named]

    hops = re.findall(r"^\| `([a-z_/]+\.cpp)` \| .* \| (.*?) ?\|$", layout, re.M)
    texts = {name: (ROOT / name).read_text() if (ROOT / name).is_file() else "" for name, _ in hops}
    wrong += [f"{name} is on the way, but is not there" for name in texts if not texts[name]]
    awaited = []  # functions that a file before has called, and none so far is the home of
    for number, (name, calls) in enumerate(hops):
        home = [function for function in awaited if re.search(rf"\b\w*{function}\(", texts[name])]
        if number and not home:
            wrong.append(f"{name} has none of what is called before it: {', '.join(awaited)}")
        awaited = [function for function in awaited if function not in home[:1]]
        called = re.findall(r"`(\w+)`", calls)
        wrong += [f"{name} does not call {function}" for function in called if f"{function}(" not in texts[name]]
        awaited += called
    wrong += [f"nothing on the way has {function}" for function in awaited]
    if not hops or hops[0][0] != "daemon/main.cpp" or len(hops) > MOST_HOPS:
        wrong.append(f"the way from main has {len(hops)} files, not 1 to {MOST_HOPS}")
    for message in wrong:
        print("README.md, layout:", message, file=sys.stderr)
    print(f"{len(named)} folders, {len(hops)} files on the way: {' → '.join(name for name, _ in hops)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
