#!/usr/bin/env python3
"""What validate and plan leave for CI's views fits the schema of SARIF 2.1.0, what GitHub asks for beyond it, and the dialect of JUnit's XML
that GitLab and Jenkins read: whatever is found, whatever files are called, and where the run fails.

    reports_test.py PATH-TO-CODER-RECONCILER PATH-TO-CODER-STANDIN SARIF-SCHEMA SCRATCH-DIRECTORY
"""

import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[3]
TOKEN = "adminadmin-0123456789abcdefABCDEF"  # the stand-in's site owner
# RFC 3986: an absolute URI of a file, or a relative reference whose first segment has no colon.
URI = re.compile(r"(file:///)?([A-Za-z0-9\-._~!$&'()*+,;=@/]|%[0-9A-F]{2})+")
# What the XML schema of Jenkins' xUnit plugin (junit-10.xsd) has, and `file` and `line`, which GitLab and annotating actions read.
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
    "testcase": {"name", "classname", "file", "line", "time"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
    "skipped": set(),
    "system-out": set(),
}
CHILDREN = {"testsuites": {"testsuite"}, "testsuite": {"testcase"}, "testcase": {"failure", "error", "skipped", "system-out"}}
DOCUMENT = "apiVersion: coder-reconciler/v1\nkind: %s\nmetadata: {name: %s}\nspec:\n"
WARNED = DOCUMENT % ("Workspace", "warned") + "  owner: alice\n  template: docker\n  autostart: 0 9 * * *\n  ttl: 30h\n"
WRONG = DOCUMENT % ("Workspace", "wrong") + "  owner: alice\n  template: docker\n  ttl: \"90\ufffes <b>&]]>\"\n"
NO_SET = DOCUMENT % ("WorkspaceSet", "team") + ("  owners: {group: {organization: coder, name: team}}\n"
                                               "  template: {metadata: {name: own}, spec: {template: docker}}\n")
HOSTILE = [b"a b%.yaml", b"c\nd.yaml", b"e\"f'<g>&.yaml", b"h\\i#j?k.yaml", b"l\xffm.yaml", "n\ufffeo\u202ep.yaml".encode(), b"http:q.yaml",
           "\u00fc\U0001f600.yaml".encode(), b"##[error]r.yaml", b"s\x01\x1b[31mt.yaml", b"u\xed\xa0\x80v.yaml"]


def sarif_problems(log, schema):
    """Of the schema, then of what GitHub asks for: it refuses a whole log for one result without a place."""
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
    problems = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(log)]
    for run in log["runs"]:
        rules = run["tool"]["driver"]["rules"]
        problems += [f"{rule['id']} is not described" for rule in rules if not rule.get("shortDescription", {}).get("text")]
        for result in run["results"]:
            if not result.get("locations"):
                problems.append(f"without a place: {result}")
                continue
            physical = result["locations"][0]["physicalLocation"]
            uri = physical["artifactLocation"]["uri"]
            if not URI.fullmatch(uri):
                problems.append(f"no URI: {uri!r}")
            if physical["region"]["startLine"] < 1 or rules[result["ruleIndex"]]["id"] != result["ruleId"]:
                problems.append(f"wrong line or rule: {result}")
    return problems


def junit_problems(element):
    problems = [f"<{element.tag} {name}=>" for name in element.keys() if name not in ATTRIBUTES.get(element.tag, set())]
    children = CHILDREN.get(element.tag, set())
    for child in element:
        problems += junit_problems(child) if child.tag in children else [f"<{child.tag}> in <{element.tag}>"]
    if element.tag.startswith("testsuite"):
        cases = list(element.iter("testcase"))
        counted = {"tests": len(cases)}
        counted |= {f"{kind}s": sum(case.find(kind) is not None for case in cases) for kind in ("failure", "error")}
        problems += [f"{element.get('name')}: {name} is {element.get(name)}, not {n}" for name, n in counted.items() if element.get(name) != str(n)]
    if element.tag == "testcase" and not (element.get("name") and element.get("classname")):
        problems.append("a case without a name or class")
    return problems


class Scene:
    def __init__(self, program, schema, scratch):
        self.program, self.schema, self.scratch = program, json.loads(schema.read_text()), scratch
        self.env = {"PATH": os.environ["PATH"], "HOME": str(scratch), "LC_ALL": "C.UTF-8", "CODER_URL": "http://127.0.0.1:1",
                    "CODER_SESSION_TOKEN": TOKEN}
        self.wrong = 0

    def say(self, good, sentence, *why):
        self.wrong += not good
        print("ok" if good else "FAIL", sentence, *(f"\n  {line}" for line in ([] if good else why)))

    def reports(self, sentence, arguments, code, results):
        """Runs the program; its reports have to be sound, and SARIF's to have so many results (a number, or a test of it)."""
        sarif, junit = self.scratch / "r.sarif", self.scratch / "r.xml"
        for old in (sarif, junit):
            old.unlink(missing_ok=True)
        done = subprocess.run([self.program, *arguments, "--report-sarif", sarif, "--report-junit", junit], cwd=self.scratch, env=self.env,
                              capture_output=True)
        if done.returncode != code:
            self.say(False, sentence, f"exit code {done.returncode}, not {code}", done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))
            return None, None
        log = json.loads(sarif.read_text(encoding="utf-8"))
        tree = xml.etree.ElementTree.parse(junit).getroot()
        found = len(log["runs"][0]["results"])
        problems = sarif_problems(log, self.schema) + junit_problems(tree)
        if not (results(found) if callable(results) else found == results):
            problems.append(f"{found} results")
        self.say(not problems, sentence, *problems)
        return log, tree


def hostile_files(folder):
    folder.mkdir()
    for number, name in enumerate(HOSTILE):
        text = (WRONG if number % 2 else WARNED).replace("{name: w", "{name: w%d-" % number)
        (pathlib.Path(os.fsdecode(os.fsencode(folder) + b"/" + name))).write_text(text, encoding="utf-8")


def offline(scene):
    log, _ = scene.reports("of all that is wrong in the corpus", ["validate", ROOT / "tests/corpus/bad"], 4, lambda n: n > 50)
    _, tree = scene.reports("of a fleet that is well", ["validate", ROOT / "deploy/examples"], 0, 0)
    scene.say(tree is not None and len(tree.findall(".//testcase")) > 3, "which shows what was looked at")
    hostile_files(scene.scratch / "hostile")
    log_of_names, tree = scene.reports("of files with hostile names", ["validate", "hostile"], 4, lambda n: n >= len(HOSTILE))
    if log_of_names:
        uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in log_of_names["runs"][0]["results"]}
        scene.say(len(uris) == len(HOSTILE), "each of which is named", sorted(uris))
    scene.reports("from another directory, by absolute paths", ["validate", scene.scratch / "hostile", "--strict"], 4, lambda n: n >= len(HOSTILE))
    log_of_failure, _ = scene.reports("of a run that fails", ["validate", "nowhere"], 1, 0)
    if log_of_failure:
        scene.say(not log_of_failure["runs"][0]["invocations"][0]["executionSuccessful"], "which says so")
    return log


def with_coder(scene, standin):
    (scene.scratch / "set").mkdir()
    (scene.scratch / "set/set.yaml").write_text(NO_SET)
    scene.reports("of a plan without Coder", ["plan", ROOT / "deploy/examples", "--timeout", "5s"], 6, lambda n: n > 0)
    server = subprocess.Popen([standin, "--seed-file", ROOT / "deploy/demo/coder.json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        scene.env["CODER_URL"] = server.stdout.readline().removeprefix("listening on ").strip()
        scene.reports("of a plan", ["plan", ROOT / "deploy/examples"], 0, lambda n: n > 5)
        scene.reports("of a plan with a set that is not ready", ["plan", ROOT / "deploy/examples", "set"], 3, lambda n: n > 6)
        scene.reports("of a plan that is held", ["plan", ROOT / "deploy/examples", "--max-changes", "1"], 5, lambda n: n > 5)
    finally:
        server.terminate()
        server.wait()


def judges_judge(scene, log):
    """A judge who never says no is none."""
    def broken(change):
        other = copy.deepcopy(log)
        change(other["runs"][0])
        return sarif_problems(other, scene.schema)
    first = lambda run: run["results"][0]
    place = lambda run: first(run)["locations"][0]["physicalLocation"]
    scene.say(broken(lambda run: first(run).update(level="fatal")), "SARIF's schema refuses a level that it does not know")
    scene.say(broken(lambda run: run["tool"]["driver"].pop("name")), "and a tool without a name")
    scene.say(broken(lambda run: first(run).update(locations=[])), "GitHub's rules refuse a result without a place")
    scene.say(broken(lambda run: place(run)["artifactLocation"].update(uri="a b.yaml")), "and a path that is no URI")
    suite = xml.etree.ElementTree.fromstring('<testsuites name="a" tests="2" failures="0" errors="0"><testsuite name="b" tests="1" failures="0" '
                                             'errors="0"><testcase name="c" classname="d"><failure/></testcase></testsuite></testsuites>')
    scene.say(len(junit_problems(suite)) == 3, "wrong numbers in JUnit's XML are seen", *junit_problems(suite))


def main():
    program, standin, schema, scratch = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    scene = Scene(program, schema, scratch)
    log = offline(scene)
    with_coder(scene, standin)
    if log:
        judges_judge(scene, log)
    return 1 if scene.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
