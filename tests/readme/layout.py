#!/usr/bin/env python3
"""README.md's "Layout of the source" is true: each folder that it names is there, no folder of the two upper levels is missing, and the
path that it gives from main to the decision can be followed from file to file."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


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

    path = re.findall(r"`([a-z_/]+\.cpp)`", re.search(r"^From `.*?(\n\n|\Z)", layout, re.M | re.S).group(0))
    for name in path:
        if not (ROOT / name).is_file():
            wrong.append(f"{name} is on the path to the decision, but is not there")
    for name, following in zip(path[1:], path[2:]):  # what main calls, it finds by the command's name
        if f"{pathlib.PurePath(following).stem}(" not in (ROOT / name).read_text():
            wrong.append(f"{name} does not call what {following} is named after")
    if len(path) != 5:
        wrong.append(f"the decision is {len(path) - 1} hops from main, not four")
    for message in wrong:
        print("README.md, layout:", message, file=sys.stderr)
    print(f"{len(named)} folders, {len(path) - 1} hops to the decision: {' → '.join(path)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
