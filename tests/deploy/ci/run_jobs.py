#!/usr/bin/env python3
"""Does in a repository of its own what the jobs in deploy/ci/ say, step by step, but for the installation.

    run_jobs.py PATH-TO-CODER-RECONCILER SCRATCH-DIRECTORY
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import xml.etree.ElementTree

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
HEAD = "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: %s}\nspec:\n  owner: alice\n  template: docker\n"
GOOD = HEAD % "good" + "  ttl: 8h\n"
WARNED = HEAD % "warned" + "  autostart: 0 9 * * *\n  ttl: 30h\n"
WARNED_TOO = HEAD % "warned-too" + "  autostart: 0 9 * * *\n  ttl: 40h\n"
WRONG = HEAD % "wrong" + "  ttl: 90s\n"


def github_steps():
    """What its steps run, but for the installation."""
    job = yaml.safe_load((ROOT / "deploy/ci/github-actions.yml").read_text())["jobs"]["validate"]
    return [step["run"] for step in job["steps"] if "run" in step and step["name"] != "Install"]


def gitlab_steps():
    job = yaml.safe_load((ROOT / "deploy/ci/gitlab-ci.yml").read_text())["validate-specs"]
    return ["\n".join(job["script"])]


class Repository:
    """A main branch with the examples and `before` as its specs, and a branch off it with `change`."""

    def __init__(self, directory, program, before, change):
        self.here, self.program = directory, program
        directory.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        (directory / "README").write_text("specs\n")
        if before is not None:
            shutil.copytree(ROOT / "deploy/examples", directory / "specs")
            self.write(before)
        self.before = self.commit()
        self.git("checkout", "--quiet", "-b", "change")
        self.write(change)
        self.change = self.commit()
        self.git("remote", "add", "origin", str(directory / ".git"))

    def write(self, files):
        (self.here / "specs").mkdir(exist_ok=True)
        for name, text in files.items():
            if text is None:
                (self.here / "specs" / name).unlink()
            else:
                (self.here / "specs" / name).write_text(text)

    def commit(self):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "specs")
        return self.git("rev-parse", "HEAD").strip()

    def git(self, *arguments):
        return subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments], cwd=self.here, check=True, text=True,
                              stdout=subprocess.PIPE).stdout

    def run(self, steps, **env):
        """The exit code of the first step that fails, or 0, and all that was printed."""
        path = self.here.parent / "bin"
        path.mkdir(exist_ok=True)
        if not (path / "coder-reconciler").exists():
            (path / "coder-reconciler").symlink_to(self.program)
        env |= {"PATH": f"{path}:{os.environ['PATH']}", "HOME": str(self.here.parent), "LC_ALL": "C.UTF-8"}
        printed = ""
        for step in steps:
            done = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step], cwd=self.here, env=env, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            printed += done.stdout
            if done.returncode:
                return done.returncode, printed
        return 0, printed


def on_github(repository):
    """As a pull request, merged."""
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-ff", "--message", "merge", "change")
    code, printed = repository.run(github_steps())
    report = json.loads((repository.here / "specs.sarif").read_text())
    return code, printed, {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in report["runs"][0]["results"]}


def on_gitlab(repository):
    """As a merge request."""
    code, printed = repository.run(gitlab_steps(), CI_MERGE_REQUEST_DIFF_BASE_SHA=repository.before, CI_COMMIT_BEFORE_SHA="0" * 40)
    report = xml.etree.ElementTree.parse(repository.here / "specs-junit.xml")
    return code, printed, {case.get("file") for case in report.iter("testcase") if len(case)}


# sentence, what was there (None: no specs at all), the change, exit code, files that are shown, words of the output
CASES = [
    ("a good change passes, whatever was warned of before", {"w.yaml": WARNED}, {"g.yaml": GOOD}, 0, {"specs/w.yaml"}, "Baseline: 0 new, 1 standing"),
    ("a warning that is new fails", {"w.yaml": WARNED}, {"x.yaml": WARNED_TOO}, 4, {"specs/w.yaml", "specs/x.yaml"}, "Baseline: 1 new, 1 standing"),
    ("an error fails", {}, {"e.yaml": WRONG}, 4, {"specs/e.yaml"}, "Baseline: 1 new"),
    ("an error that was there fails still", {"e.yaml": WRONG}, {"g.yaml": GOOD}, 4, {"specs/e.yaml"}, "Baseline: 0 new, 1 standing"),
    ("what removes it passes", {"e.yaml": WRONG}, {"e.yaml": None}, 0, set(), "Baseline: 0 new, 0 standing, 1 gone"),
    ("the first specs are compared with nothing", None, {"g.yaml": GOOD}, 0, set(), "1 spec is valid"),
    ("nor are warnings in them excused", None, {"w.yaml": WARNED}, 4, {"specs/w.yaml"}, "1 warning"),
]


def main():
    program, scratch = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    wrong = 0
    for number, (sentence, before, change, code, files, words) in enumerate(CASES):
        for name, job in (("github", on_github), ("gitlab", on_gitlab)):
            got, printed, shown = job(Repository(scratch / f"{name}-{number}", program, before, change))
            good = got == code and shown == files and words in printed
            print(f"{'ok' if good else 'FAIL'} {name}: {sentence}")
            if not good:
                wrong += 1
                print(f"  exit code {got}, not {code}; files {sorted(shown)}, not {sorted(files)}; printed:\n{printed}")
    # The first commit of a repository has none before it.
    repository = Repository(scratch / "first", program, {}, {"g.yaml": GOOD})
    repository.git("checkout", "--quiet", "main")
    for steps in (github_steps(), gitlab_steps()):
        got, printed = repository.run(steps, CI_COMMIT_BEFORE_SHA="0" * 40)
        if got or "Baseline" in printed:
            wrong += 1
            print(f"FAIL a first push: exit code {got}\n{printed}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
