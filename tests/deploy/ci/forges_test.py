#!/usr/bin/env python3
"""What the daemon posts as the status of a commit is what the forges publish of their APIs: GitHub's description, and of GitLab and Gitea their
own clients, made to set the same status.

    forges_test.py PATH-TO-CODER-RECONCILER PATH-TO-CODER-STANDIN PATH-TO-FORGES SCRATCH-DIRECTORY [GITHUB-OPENAPI GITHUB-ENTERPRISE-OPENAPI]

Without GitHub's descriptions, GitLab and Gitea alone are judged. None of the three publishes how long a text may be, and GitHub's description
says nothing of tokens and of versions of the API: those are of the unit tests.
"""

import dataclasses
import http.server
import json
import os
import pathlib
import queue
import re
import signal
import subprocess
import sys
import threading
import urllib.parse

import jsonschema
import referencing
import referencing.jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[3]
CODER_TOKEN = "adminadmin-0123456789abcdefABCDEF"  # the stand-in's site owner
TOKEN = "token-of-no-forge.0123456789"
CONTEXT = "coder-reconciler/prod & <stage>"
LINK = "https://reconciler.example.com/team%20a"
PATIENCE = 60
SPEC = "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: %s}\nspec: {owner: alice, template: %s}\n"
CODER = {"users": [{"name": "alice"}], "templates": [{"name": "docker"}], "workspaces": [{"owner": "alice", "name": "dev", "template": "docker"}]}

wrong = 0


def check(sentence, good, told=""):
    global wrong
    print(f"{'ok' if good else 'FAIL'} {sentence}")
    if not good:
        wrong += 1
        print(told)


def refute(sentence, bad):
    check(sentence, not bad, "it is taken for right")


@dataclasses.dataclass
class Request:
    method: str
    path: str
    headers: dict  # names in lower case: they are the same in any
    body: str

    def altered(self, path=None, method=None, headers=None, **fields):
        """A field that is None is left out."""
        body = json.loads(self.body) | fields
        return Request(method or self.method, path or self.path, self.headers | (headers or {}),
                       json.dumps({name: value for name, value in body.items() if value is not None}))


class Server(http.server.ThreadingHTTPServer):
    """A forge that takes everything, or a proxy that lets nobody through."""

    def __init__(self, answer="{}", headers=()):
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests = queue.Queue()
        self.response = (answer, headers)
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def taken(self):
        taken = []
        while not self.requests.empty():
            taken.append(self.requests.get())
        return taken


class Handler(http.server.BaseHTTPRequestHandler):
    def take(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        self.server.requests.put(Request(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        text, headers = self.server.response
        self.send_response(502 if self.command == "CONNECT" else 201)
        for name, value in (("Content-Type", "application/json; charset=utf-8"), ("Content-Length", str(len(text.encode()))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_PUT = do_PATCH = do_POST = do_CONNECT = take

    def log_message(self, *_):
        pass


class Description:
    """GitHub's OpenAPI description of its API."""

    TEMPLATE = "/repos/{owner}/{repo}/statuses/{sha}"

    def __init__(self, file):
        self.document = json.loads(file.read_text())
        server = self.document["servers"][0]
        self.server = re.sub(r"\{(\w+)\}", lambda name: server["variables"][name[1]]["default"], server["url"])
        self.prefix = urllib.parse.urlsplit(self.server).path
        # What OpenAPI 3.0 calls a schema is draft 4's, all but `nullable`, which only allows more.
        resource = referencing.jsonschema.DRAFT4.create_resource(self.document)
        self.registry = referencing.Registry().with_resource("", resource)
        self.operation = self.document["paths"][self.TEMPLATE]["post"]

    def resolved(self, value):
        while "$ref" in value:
            pointer = value["$ref"].removeprefix("#/").split("/")
            value = self.document
            for step in pointer:
                value = value[step.replace("~1", "/").replace("~0", "~")]
        return value

    def schema(self):
        return self.resolved(self.operation["requestBody"]["content"]["application/json"]["schema"])

    def answer(self):
        """Its own example of one, with the headers."""
        response = self.resolved(self.operation["responses"]["201"])
        example = self.resolved(response["content"]["application/json"]["examples"]["default"])["value"]
        return json.dumps(example), [(name, header["example"]) for name, header in response["headers"].items()]

    def example(self):
        return self.operation["requestBody"]["content"]["application/json"]["examples"]["default"]["value"]

    def operations(self, request):
        """Those that such a request can be for, each with what the path's variables are then."""
        if not request.path.startswith(self.prefix):
            return []
        path = request.path.removeprefix(self.prefix)
        found = []
        for template, methods in self.document["paths"].items():
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/?#]+)", re.escape(template))
            match = re.fullmatch(pattern, path)
            if match and request.method.lower() in methods:
                found.append((template, {name: urllib.parse.unquote(value) for name, value in match.groupdict().items()}))
        return found

    def problems(self, request, repository, revision):
        owner, name = repository.split("/")
        expected = [(self.TEMPLATE, {"owner": owner, "repo": name, "sha": revision})]
        problems = []
        if self.operations(request) != expected:
            problems.append(f"{request.method} {request.path}: {self.operations(request)}")
        if media_type(request) not in self.operation["requestBody"]["content"]:
            problems.append(f"Content-Type {request.headers.get('content-type')}")
        # Strictly: what GitHub does not know it would drop without a word.
        schema = self.schema() | {"additionalProperties": False}
        validator = jsonschema.Draft4Validator(schema, registry=self.registry)
        problems += [f"{error.json_path}: {error.message}" for error in validator.iter_errors(json.loads(request.body))]
        return problems


def media_type(request):
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


def canonical(path):
    """Percent-encoding of what needs none says the same (RFC 3986, 6.2.2): GitLab's client has %2E for a dot. A slash or a percent sign
    in a name does need it, and is left as it is."""
    def plain(match):
        character = chr(int(match[1], 16))
        return character if re.fullmatch(r"[A-Za-z0-9._~-]", character) else match[0].upper()
    return re.sub(r"%([0-9A-Fa-f]{2})", plain, path)


# Every client has its own of these, and neither forge looks at them: both answer in JSON, whatever is asked for.
OWN_HEADERS = {"accept", "accept-encoding", "connection", "content-length", "host", "user-agent"}


def meaning(forge, request):
    """Of a request all that the forge looks at: two that mean the same are equal."""
    headers = {name: value for name, value in request.headers.items() if name not in OWN_HEADERS}
    headers["content-type"] = media_type(request)
    body = json.loads(request.body)
    if forge == "gitea":
        # Its client writes a link that there is none of as "". Gitea is in Go and reads both into the same empty string.
        body = {name: value for name, value in body.items() if value != ""}
    return {"method": request.method, "path": canonical(request.path), "headers": headers, "body": body}


@dataclasses.dataclass
class Case:
    name: str
    forge: str
    prefix: str  # path of the forge's URL
    repository: str
    link: str = ""
    description: Description = None
    server: Server = None
    sent: list = dataclasses.field(default_factory=list)  # revision and state of each status, as the log has them
    requests: list = dataclasses.field(default_factory=list)  # likewise in order


class Repository:
    """Of specs, as git-sync leaves it: each commit's checkout lies there as a whole before `current` leads to it."""

    def __init__(self, folder):
        self.folder = folder
        self.current = folder / "current/specs"
        self.checkout = None
        (folder / "repository/specs").mkdir(parents=True)
        self.git("init", "--quiet")

    def git(self, *arguments):
        nobody = {f"GIT_{who}_{what}": "nobody@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1", **nobody}
        return subprocess.run(["git", "-C", self.folder / "repository", *arguments], env=environment, stdout=subprocess.PIPE, check=True, text=True).stdout.strip()

    def put_in_force(self, workspace, template):
        """Commits one more workspace; returns the commit."""
        (self.folder / f"repository/specs/{workspace}.yaml").write_text(SPEC % (workspace, template))
        self.git("add", "specs")
        self.git("commit", "--quiet", "--message", workspace)
        self.checkout = self.folder / f"checkout-{workspace}"
        self.git("worktree", "add", "--quiet", "--detach", self.checkout)
        (self.folder / "next").symlink_to(self.checkout)
        os.replace(self.folder / "next", self.folder / "current")
        return self.git("rev-parse", "HEAD")


class Daemons:
    """Each with a Coder of its own, all stopped together."""

    def __init__(self, program, standin, scratch):
        self.program, self.standin, self.scratch = program, standin, scratch
        self.running = []
        self.logs, self.read = {}, []  # lines to look at, by name; all lines, but for those of cycles
        (scratch / "token").touch(0o600)
        (scratch / "token").write_text(TOKEN + "\n")
        (scratch / "coder.json").write_text(json.dumps(CODER))

    def start(self, name, specs, forge, repository, settings=(), environment=None):
        # A build takes long enough for the status before it to be on its way.
        coder = subprocess.Popen([self.standin, "--seed-file", self.scratch / "coder.json", "--build-seconds", "4"], stdout=subprocess.PIPE, text=True)
        self.running.append(coder)
        url = re.search(r"http://127\.0\.0\.1:\d+", coder.stdout.readline()).group()
        daemon = subprocess.Popen([self.program, "run", specs, "--listen", "off", "--interval", "1s", "--commit-status", forge,
                                   "--commit-status-repository", repository, "--commit-status-token-file", self.scratch / "token",
                                   "--commit-status-context", CONTEXT, *settings],
                                  env={"CODER_URL": url, "CODER_SESSION_TOKEN": CODER_TOKEN, "HOME": str(self.scratch), **(environment or {})},
                                  stderr=subprocess.PIPE, text=True)
        self.running.append(daemon)
        lines = self.logs[name] = queue.Queue()

        def follow():
            for line in daemon.stderr:
                if "cycle ended" not in line:
                    self.read.append(f"{name}: {line}")
                    lines.put(line)
            lines.put(None)

        threading.Thread(target=follow, daemon=True).start()
        return daemon

    def next_of(self, what):
        """Raises queue.Empty if there is none in time, or will never be."""
        item = what.get(timeout=PATIENCE)
        if item is None:
            raise queue.Empty
        return item

    def until_sent(self, cases, revision, state):
        for case in cases:
            while (revision, state) not in case.sent:
                if match := re.search(r"commit status sent revision=(\w+) state=(\w+)", self.next_of(self.logs[case.name])):
                    case.sent.append(match.groups())

    def stop(self):
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.wait()


def post(daemons, repository, cases, public):
    """Two commits that come to be live and one that cannot; returns them. Raises queue.Empty if the daemons do not tell of them."""
    commits = [repository.put_in_force("dev", "docker")]
    started = []
    for case in cases:
        case.server = Server(*case.description.answer()) if case.description else Server()
        settings = ["--commit-status-url", case.server.url + case.prefix, *(["--external-url", case.link] if case.link else [])]
        started.append(daemons.start(case.name, repository.current, case.forge, case.repository, settings))
    proxies = {forge: Server() for forge in public}
    for forge, proxy in proxies.items():
        daemons.start(f"{forge} by default", repository.checkout / "specs", forge, "octocat/specs", environment={"HTTPS_PROXY": proxy.url})
    daemons.until_sent(cases, commits[0], "success")
    for workspace, template, state in (("test", "docker", "success"), ("never", "there-is-none", "failure")):
        commits.append(repository.put_in_force(workspace, template))
        for daemon in started:
            daemon.send_signal(signal.SIGHUP)
        daemons.until_sent(cases, commits[-1], state)
    for forge, proxy in proxies.items():
        asked = daemons.next_of(proxy.requests).path
        check(f"{forge}: without a URL the daemon goes to the one that is published", asked == urllib.parse.urlsplit(public[forge]).netloc + ":443", asked)
    for case in cases:
        case.requests = case.server.taken()
    return commits


def judge_in_general(case, commits):
    states = [state for revision, state in case.sent if revision != commits[2]]
    check(f"{case.name}: a success, one that is pending first, and a failure are taken by the forge, each once",
          len(case.requests) == len(case.sent) and states == ["success", "pending", "success"] and case.sent[-1] == (commits[2], "failure"),
          f"{len(case.requests)} requests, sent: {case.sent}")
    bodies = [json.loads(request.body) for request in case.requests]
    check(f"{case.name}: each has a text{', and the link' if case.link else ', and no link'}",
          all(body["description"] and body.get("target_url", "") == case.link for body in bodies), str(bodies))


def judge_by_description(case):
    description = case.description

    def problems(request, revision):
        return description.problems(request, case.repository, revision)

    found = [problem for request, (revision, _) in zip(case.requests, case.sent) for problem in problems(request, revision)]
    check(f"{case.name}: each request is one that its description has, with no field that it does not have", not found, "\n".join(found))
    said = [(body["state"], body["context"]) for body in (json.loads(request.body) for request in case.requests)]
    check(f"{case.name}: each says the state that the log says, and has the name that it is to have", said == [(state, CONTEXT) for _, state in case.sent], str(said))
    words = set(description.schema()["properties"]["state"]["enum"])
    check(f"{case.name}: pending, success and failure are words of its own", {state for state, _ in said} == {"pending", "success", "failure"} <= words, f"{said} {words}")

    # A judge that takes all or nothing is none.
    request, revision = case.requests[-1], case.sent[-1][0]
    example = dataclasses.replace(request, body=json.dumps(description.example()))
    check(f"{case.name}: the description's own example fits", not problems(example, revision), str(problems(example, revision)))
    for what, altered in (("GitLab's word for a failure", request.altered(state="failed")),
                          ("no state", request.altered(state=None)),
                          ("GitLab's field for the name", request.altered(context=None, name=CONTEXT)),
                          ("a text that is a number", request.altered(description=1)),
                          ("another method", request.altered(method="PUT")),
                          ("GitLab's path", request.altered(path=f"{case.prefix}/api/v4/projects/1/statuses/{revision}")),
                          ("the path to read them", request.altered(path=request.path.replace(f"/statuses/{revision}", f"/commits/{revision}/statuses"))),
                          ("a slash in a name", request.altered(path=request.path.replace("/statuses", "%2Fx/statuses"))),
                          ("another commit", request.altered(path=request.path.replace(revision, "0" * 40))),
                          ("a form", request.altered(headers={"content-type": "application/x-www-form-urlencoded"}))):
        refute(f"{case.name}: {what} is refused", not problems(altered, revision))
    if case.prefix:
        refute(f"{case.name}: a path of github.com's is refused", not problems(request.altered(path=request.path.removeprefix(case.prefix)), revision))


def judge_by_client(case, client):
    statuses = [{"Forge": case.forge, "URL": case.server.url + case.prefix, "Token": TOKEN, "Repository": case.repository, "Revision": revision,
                 "State": state, "Context": CONTEXT, "Description": json.loads(request.body)["description"], "Link": case.link}
                for request, (revision, state) in zip(case.requests, case.sent)]
    ended = subprocess.run([client], input=json.dumps(statuses), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE)
    theirs = case.server.taken()
    check(f"{case.name}: its own client sets the same statuses", ended.returncode == 0 and len(theirs) == len(case.requests), f"{ended.stdout}{theirs}")
    means = [(meaning(case.forge, own), meaning(case.forge, other)) for own, other in zip(case.requests, theirs)]
    different = [f"{own}\n{other}" for own, other in means if own != other]
    check(f"{case.name}: method, path, token and body of each request are its own client's", means and not different, "\n".join(different[:1]))
    if case.prefix or not theirs:
        return

    # A comparison in which all is the same is none.
    request, (revision, _) = theirs[-1], case.sent[-1]
    is_gitlab = case.forge == "gitlab"
    name, other_name = ("name", "context") if is_gitlab else ("context", "name")
    header, other_header = ("private-token", "authorization") if is_gitlab else ("authorization", "private-token")
    slash = ("%2F", "/") if is_gitlab else ("/work.spaces", "%2Fwork.spaces")
    for what, altered in (("another forge's word for a failure", request.altered(state="failure" if is_gitlab else "failed")),
                          ("another field for the name", request.altered(**{name: None, other_name: CONTEXT})),
                          ("a field more", request.altered(ref="main")),
                          ("another link", request.altered(target_url=LINK + "/")),
                          ("no link", request.altered(target_url=None)),
                          ("another text", request.altered(description="none")),
                          ("another method", request.altered(method="PUT")),
                          ("another version of the API", request.altered(path=re.sub(r"/api/v\d/", "/api/v3/", request.path))),
                          ("a slash in the other form", request.altered(path=request.path.replace(*slash))),
                          ("another commit", request.altered(path=request.path.replace(revision, "0" * 40))),
                          ("another token", request.altered(headers={header: request.headers[header] + "0"})),
                          ("the token in another header as well", request.altered(headers={other_header: TOKEN})),
                          ("a form", request.altered(headers={"content-type": "application/x-www-form-urlencoded"}))):
        refute(f"{case.name}: {what} is told apart", meaning(case.forge, altered) == meaning(case.forge, request))


def main():
    program, standin, client, scratch, *descriptions = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    cases = [Case("GitLab", "gitlab", "", "platform/dev.teams/workspaces", LINK),
             Case("GitLab below a path", "gitlab", "/gitlab", "4711"),
             Case("Gitea", "gitea", "", "octocat/work.spaces", LINK),
             Case("Gitea below a path", "gitea", "/git", "team_1/specs")]
    manual = (ROOT / "deploy/docs/operating.md").read_text()
    documented = {forge: re.search(rf"^\| `{forge}` \| ([^|]*) \|", manual, re.M)[1] for forge in ("github", "gitlab")}
    gitlab = subprocess.run([client, "--public-gitlab"], stdout=subprocess.PIPE, text=True, check=True).stdout
    public = {"gitlab": gitlab.strip().removesuffix("/api/v4/")}
    check("the manual has GitLab's URL as its client has it", f"`{public['gitlab']}`" in documented["gitlab"], f"{public} {documented}")
    if descriptions:
        cloud, enterprise = map(Description, descriptions)
        public["github"] = cloud.server
        cases += [Case("GitHub", "github", "", "octocat/Hello-World.specs", LINK, cloud),
                  Case("GitHub Enterprise Server", "github", enterprise.prefix, "platform-team/workspaces", "", enterprise)]
        check("the manual has GitHub's URLs as its descriptions have them",
              all(f"`{url}`" in documented["github"] for url in (cloud.server, "https://HOST" + enterprise.prefix)),
              f"{cloud.server} {enterprise.prefix} {documented}")

    daemons = Daemons(program, standin, scratch)
    try:
        commits = post(daemons, Repository(scratch), cases, public)
    except queue.Empty:
        check("all is posted", False, "".join(f"{case.name}: {case.sent}\n" for case in cases) + "".join(daemons.read))
        return 1
    finally:
        daemons.stop()
    for case in cases:
        judge_in_general(case, commits)
        if case.description:
            judge_by_description(case)
        else:
            judge_by_client(case, client)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
