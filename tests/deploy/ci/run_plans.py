#!/usr/bin/env python3
"""Does what the jobs in deploy/ci/ say of plans, step by step, but for the installation: with a daemon, a Coder that is none, and a place for
comments that is neither GitHub nor GitLab, but answers as their documentation says.

    run_plans.py PATH-TO-CODER-RECONCILER PATH-TO-CODER-STANDIN SCRATCH-DIRECTORY
"""

import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import urllib.parse

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
TOKEN = "adminadmin-0123456789abcdefABCDEF"  # the stand-in's site owner
MARK = "<!-- coder-reconciler plan -->"
SPEC = "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: proposed}\nspec:\n  owner: alice\n  template: docker\n"


class Comments(http.server.BaseHTTPRequestHandler):
    """GitHub's comments of issue 7 and GitLab's notes of merge request 7."""

    kept = {}
    refused = []

    def do_GET(self):
        self.answer({"id": 5} if self.path == "/api/v4/user" else list(self.kept.values()))

    def do_POST(self):
        number = len(self.kept) + 1
        self.kept[number] = {"id": number, "author": {"id": 5}, "user": {"type": "Bot"}, "body": self.body()}
        self.answer(self.kept[number], 201)

    def do_PUT(self):
        comment = self.kept[int(self.path.rsplit("/", 1)[1])]
        comment["body"] = self.body()
        self.answer(comment)

    do_PATCH = do_PUT

    def body(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.headers["Content-Type"].startswith("application/json"):
            return json.loads(text)["body"]
        return urllib.parse.parse_qs(text)["body"][0]

    def answer(self, document, status=200):
        if not re.match(r"/(api/v4/user|repos/o/r/issues/(7/comments|comments/\d+)|api/v4/projects/9/merge_requests/7/notes(/\d+)?)(\?.*)?$", self.path):
            self.refused.append(self.path)
            status = 404
        if "note-token" not in (self.headers["PRIVATE-TOKEN"], (self.headers["Authorization"] or "").removeprefix("Bearer ")):
            status = 401
        text = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


# As `gh api` is called in the workflow.
GH = """#!/bin/sh
set -eu
[ "$1" = api ] && shift
method=GET filter= file= path=
while [ $# -gt 0 ]; do
  case $1 in
    --paginate | --silent) ;;
    --method) method=$2 && shift ;;
    --jq) filter=$2 && shift ;;
    --field) file=${2#body=@} && shift ;;
    *) path=$1 ;;
  esac
  shift
done
if [ -n "$file" ]; then
  jq -n --rawfile body "$file" '{body: $body}' | curl -fsS -o /dev/null -X "$method" -H 'Content-Type: application/json' \\
    -H "Authorization: Bearer $GH_TOKEN" --data-binary @- "$COMMENTS/$path"
else
  curl -fsS -H "Authorization: Bearer $GH_TOKEN" "$COMMENTS/$path" | jq -r "$filter"
fi
"""


def github():
    job = yaml.safe_load((ROOT / "deploy/ci/github-actions.yml").read_text())["jobs"]["plan"]
    return [step["run"] for step in job["steps"] if "run" in step and step["name"] != "Install"]


def gitlab():
    return yaml.safe_load((ROOT / "deploy/ci/gitlab-ci.yml").read_text())["plan-specs"]["script"]


def main():
    program, standin, scratch = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    wrong = 0

    def check(sentence, good, told=""):
        nonlocal wrong
        print(f"{'ok' if good else 'FAIL'} {sentence}")
        if not good:
            wrong += 1
            print(told)

    path = scratch / "bin"
    path.mkdir()
    (path / "coder-reconciler").symlink_to(program)
    (path / "gh").write_text(GH)
    (path / "gh").chmod(0o755)
    (scratch / "plan-token").write_text("a-token-for-plans")
    for where in ("in-force", "proposed/specs"):
        (scratch / where).mkdir(parents=True)
    (scratch / "in-force/none.yaml").write_text("")
    comments = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Comments)
    threading.Thread(target=comments.serve_forever, daemon=True).start()
    site = f"http://127.0.0.1:{comments.server_port}"
    coder = subprocess.Popen([standin, "--seed-file", ROOT / "deploy/demo/coder.json"], stdout=subprocess.PIPE, text=True)
    url = re.search(r"http://127\.0\.0\.1:\d+", coder.stdout.readline()).group()
    daemon = subprocess.Popen([program, "run", scratch / "in-force", "--listen", "127.0.0.1:0", "--plan-token-file", scratch / "plan-token", "--max-changes", "0"],
                              env={"CODER_URL": url, "CODER_SESSION_TOKEN": TOKEN, "HOME": str(scratch)}, stderr=subprocess.PIPE, text=True)
    for line in daemon.stderr:
        if found := re.search(r"listening address=(\S+)", line):
            address = found.group(1)
        if "cycle ended" in line:
            break
    env = {
        "PATH": f"{path}:{os.environ['PATH']}", "HOME": str(scratch), "LC_ALL": "C.UTF-8", "COMMENTS": site,
        "CODER_RECONCILER_DAEMON": f"http://{address}", "CODER_RECONCILER_PLAN_TOKEN_FILE": str(scratch / "plan-token"),
        "GITHUB_REPOSITORY": "o/r", "PULL_REQUEST": "7", "GH_TOKEN": "note-token",
        "CI_API_V4_URL": f"{site}/api/v4", "CI_PROJECT_ID": "9", "CI_MERGE_REQUEST_IID": "7", "PLAN_NOTE_TOKEN": "note-token",
    }

    def run(steps, **other):
        printed = ""
        for step in steps:
            done = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step], cwd=scratch / "proposed", env=env | other, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            printed += done.stdout
            if done.returncode:
                return done.returncode, printed
        return 0, printed

    try:
        for name, steps in (("github", github()), ("gitlab", gitlab())):
            Comments.kept.clear()
            spec = scratch / "proposed/specs/proposed.yaml"
            spec.write_text(SPEC)
            code, printed = run(steps)
            told = f"exit code {code}, comments {Comments.kept}, refused {Comments.refused}\n{printed}"
            check(f"{name}: a plan that is held is a comment, and no failure", code == 0 and len(Comments.kept) == 1, told)
            first = Comments.kept[1]["body"] if Comments.kept else ""
            digest = re.search(r"Plan digest: `([0-9a-f]+)`", first)
            check(f"{name}: it has the plan, its digest, and the mark", first.startswith(MARK) and "alice/proposed" in first and bool(digest), told)
            Comments.kept[2] = {"id": 2, "author": {"id": 6}, "user": {"type": "User"}, "body": MARK + " is not mine"}
            spec.write_text(SPEC + "  ttl: 4h\n")
            code, printed = run(steps)
            told = f"exit code {code}, comments {Comments.kept}, refused {Comments.refused}\n{printed}"
            check(f"{name}: a later plan takes its place", code == 0 and len(Comments.kept) == 2 and "4h" in Comments.kept[1]["body"], told)
            before = json.dumps(Comments.kept)
            code, printed = run(steps, CODER_RECONCILER_DAEMON="http://127.0.0.1:1")
            check(f"{name}: without a daemon the job fails, and the comment stays", code != 0 and json.dumps(Comments.kept) == before, printed)
            check(f"{name}: nothing that is printed holds a token", "a-token-for-plans" not in printed and "note-token" not in printed, printed)
    finally:
        for process in (daemon, coder):
            process.terminate()
            process.wait()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
