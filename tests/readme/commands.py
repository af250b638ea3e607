#!/usr/bin/env python3
"""Does what README.md and the pages in deploy/docs/ say, in their order, against the stand-in Coder: each command that it shows is run in a scratch directory, or
is listed below with the reason why not. A command that is neither fails the test, as does one that is listed and no longer shown;
output that is shown is compared with the real one.

    commands.py PATH-TO-CODER-RECONCILER PATH-TO-CODER-STANDIN
"""

import http.server
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md"] + sorted((ROOT / "deploy/docs").glob("*.md"))
PATIENCE = 60  # seconds, under sanitizers on a busy machine
TOKEN = "adminadmin-0123456789abcdefABCDEF"  # the stand-in's site owner

# Not run here, and why. Comments and the width of gaps do not count.
SKIPPED = {
    "deploy/demo.sh": "installs packages and builds; CI runs it by itself (tests/run.sh --all)",
    "tests/run.sh": "is what runs this test",
    "tests/run.sh --all": "is what runs this test",
    "tests/bench/run.sh": "takes minutes",
    "tests/feed_histories.sh": "takes minutes",
    "tests/fuzz/run.sh 120": "compiles with clang, and takes minutes for each target",
    "tests/coverage.sh": "compiles for minutes",
    "deploy/scripts/install-packages.sh": "installs packages; the first step of tests/run.sh",
    "cmake --preset release && cmake --build --preset release": "compiles for minutes; deploy/demo.sh does it",
    "cmake --workflow --preset dev": "compiles for minutes",
    "sudo cmake --install build/release": "writes to /usr/local; the package's test installs the same files",
    "tests/deploy/install-packages.sh slow": "installs packages; tests/deploy/slow.sh begins with it",
    "sudo apt install \"$(deploy/debian/build.sh)\"": "compiles for minutes; tests/deploy/package_test.sh does it in a bare Debian",
    "sudo deploy/container/build.sh": "compiles for minutes; tests/deploy/container_test.sh does it",
    "tests/deploy/slow.sh": "compiles and boots a machine for half an hour",
    "coder-reconciler validate specs --starts --starts-per-5m 50":
        "shows what depends on the day; tests/integration/daemon/validate_test.cpp does it",
    "systemctl stop coder-reconciler": "needs systemd; tests/deploy/package_test.sh does it",
    "kubectl -n coder-reconciler scale deployment/coder-reconciler --replicas=0": "needs a cluster",
    "kubectl -n coder-reconciler patch cronjob/coder-reconciler -p '{\"spec\":{\"suspend\":true}}'": "needs a cluster",
    "coder-reconciler apply specs --metrics-textfile /var/lib/prometheus/node-exporter/coder_reconciler.prom":
        "writes to /var/lib; tests/integration/daemon/publish_test.cpp does it elsewhere",
    "coder-reconciler apply specs --pushgateway-url http://pushgateway:9091 --pushgateway-grouping instance=nightly":
        "needs a Pushgateway; tests/integration/daemon/publish_test.cpp has one",
    "coder-reconciler run --notify-url-file /etc/coder-reconciler/notify-urls --notify-format slack /git/current/specs":
        "posts to Slack; tests/integration/daemon/notify_test.cpp does it elsewhere",
    "coder-reconciler run --commit-status github --commit-status-repository octocat/specs "
    "--commit-status-token-file /etc/coder-reconciler/github-token --external-url https://reconciler.example.com /git/current/specs":
        "needs GitHub; tests/integration/daemon/commit_status_test.cpp has a forge",
    "sudo apt-get install --no-install-recommends prometheus curl": "installs packages",
    "deploy/grafana/demo.sh": "stays until Ctrl-C; tests/deploy/grafana_test.sh asks a Prometheus all that the dashboards ask",
    "docker run --rm --network host -e PROMETHEUS_URL=http://127.0.0.1:9095 -e GF_AUTH_ANONYMOUS_ENABLED=true "
    "-v \"$PWD/deploy/grafana/provisioning:/etc/grafana/provisioning:ro\" "
    "-v \"$PWD/deploy/grafana:/var/lib/grafana/dashboards/coder-reconciler:ro\" grafana/grafana:11.6.0": "needs Docker and a registry",
    "sudo mkdir -p /var/lib/grafana/dashboards/coder-reconciler": "is about an installed Grafana",
    "sudo cp deploy/grafana/*.json /var/lib/grafana/dashboards/coder-reconciler/": "is about an installed Grafana",
    "sudo cp deploy/grafana/provisioning/dashboards/*.yaml /etc/grafana/provisioning/dashboards/": "is about an installed Grafana",
    "sudo cp deploy/grafana/provisioning/datasources/*.yaml /etc/grafana/provisioning/datasources/": "is about an installed Grafana",
    "echo PROMETHEUS_URL=http://localhost:9090 | sudo tee -a /etc/default/grafana-server": "is about an installed Grafana",
    "sudo systemctl restart grafana-server": "is about an installed Grafana",
}


class Failure(Exception):
    pass


def expect(condition, message):
    if not condition:
        raise Failure(message)


# --- what the pages show ---


def blocks(markdown):
    """Indented code: [(heading of its section, lines without indentation)]; a line of text ends a block."""
    found, heading, fenced, block = [], "", False, None
    for line in markdown.splitlines():
        if line.lstrip().startswith("```"):
            fenced, block = not fenced, None
        elif line.startswith("    ") and not fenced:
            if block is None:
                block = []
                found.append((heading, block))
            block.append(line.strip())
        elif line.strip():
            block = None
            if line.startswith("#") and not fenced:
                heading = line.lstrip("# ")
    return found


def transcripts(markdown):
    """What is shown as a session: [(command, lines of its output)]."""
    shown = []
    for _, lines in blocks(markdown):
        if not lines[0].startswith("$ "):
            continue
        for line in lines:
            if line.startswith("$ "):
                shown.append((line[2:], []))
            else:
                shown[-1][1].append(line)
    return shown


def commands(markdown):
    """What is shown as something to type, without comments, continued lines joined; "How it works" is a drawing."""
    found = []
    for heading, lines in blocks(markdown):
        if heading == "How it works" or lines[0].startswith("$ "):
            continue
        text = "\n".join(lines).replace("\\\n", " ")
        lines = (" ".join(re.sub(r"(^|\s)# .*", "", line).split()) for line in text.split("\n"))
        found += [line for line in lines if line]
    return found


def fenced(markdown, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", markdown, re.S | re.M)


def expect_output(command, shown, real):
    """`…` alone stands for any lines, at the end of a line for the rest of it."""
    pattern = ""
    for line in shown:
        if line == "…":
            pattern += "(?:.*\n)*?"
        elif line.endswith("…"):
            pattern += r"\s*" + re.escape(line[:-1]) + ".*\n+"
        else:
            pattern += r"\s*" + re.escape(line) + "\n+"
    expect(re.fullmatch(pattern, real), f"{command}: the pages show\n{chr(10).join(shown)}\nbut it prints\n{real}")


# --- a place to do it ---


class Scene:
    """A scratch directory, a stand-in Coder, and a shell's environment that exports carry over in."""

    def __init__(self, program, standin, scratch):
        self.directory = scratch
        (scratch / "bin").mkdir()
        (scratch / "bin/coder-reconciler").symlink_to(program)
        (scratch / "deploy").symlink_to(ROOT / "deploy")
        self.env = {"PATH": f"{scratch}/bin:{os.environ['PATH']}", "HOME": str(scratch), "PWD": str(scratch), "LC_ALL": "C.UTF-8",
                    "CODER_RECONCILER_LISTEN": "127.0.0.1:0"}
        with open(scratch / "standin.log", "wb") as log:
            self.standin = subprocess.Popen([standin, "--seed-file", ROOT / "deploy/demo/coder.json"],
                                            stdout=subprocess.PIPE, stderr=log, text=True)
        self.url = self.standin.stdout.readline().removeprefix("listening on ").strip()

    def close(self):
        self.standin.terminate()
        self.standin.wait()

    def write_token(self, name="token", token=TOKEN):
        (self.directory / name).write_text(token + "\n")

    def run(self, command, code=0, **env):
        done = subprocess.run(["sh", "-c", command], cwd=self.directory, env=self.env | env, text=True, timeout=PATIENCE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        expect(done.returncode == code, f"{command}: exit code {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
        return done.stdout

    def export(self, command):
        lines = self.run(command + " && env -0").split("\0")
        self.env |= dict(line.split("=", 1) for line in lines if line)

    def drift(self, **change):
        request = urllib.request.Request(self.url + "/standin/drift", data=json.dumps(change).encode(), method="POST")
        urllib.request.urlopen(request, timeout=PATIENCE).read()

    def seed(self, **more):
        request = urllib.request.Request(self.url + "/standin/seed", data=json.dumps(more).encode(), method="POST")
        urllib.request.urlopen(request, timeout=PATIENCE).read()

    def live(self, owner, name):
        with urllib.request.urlopen(self.url + "/standin/workspaces", timeout=PATIENCE) as answer:
            return next(row for row in json.load(answer) if (row["owner"], row["name"]) == (owner, name))


class Daemon:
    def __init__(self, scene, command, **env):
        self.command = command
        self.log = scene.directory / "daemon.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(["sh", "-c", "exec " + command], cwd=scene.directory, env=scene.env | env,
                                            stdout=log, stderr=log)

    def wait_for(self, pattern):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = re.search(pattern, self.log.read_text())
            if found:
                return found
            expect(self.process.poll() is None, f"{self.command} has ended:\n{self.log.read_text()}")
            time.sleep(0.05)
        raise Failure(f"{self.command}: gave up waiting for {pattern}:\n{self.log.read_text()}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=PATIENCE)
        expect(code == 0, f"{self.command}: exit code {code} after SIGTERM, not 0\n{self.log.read_text()}")


class Forge:
    """Keeps the latest status of each commit, and shows it as GitHub does."""

    def __init__(self):
        states = {}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                posted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                commit = re.fullmatch(r"/repos/octocat/specs/statuses/([0-9a-f]{40})", self.path).group(1)
                states.setdefault(commit, []).append(posted["state"])
                self.answer(201, {})

            def do_GET(self):
                commit = re.fullmatch(r"/repos/octocat/specs/commits/([0-9a-f]{40})/status", self.path).group(1)
                self.answer(200, {"state": states.get(commit, ["pending"])[-1]})

            def answer(self, status, document):
                text = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.states = states
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"


# --- what is run ---


class Tour:
    """The commands of the pages, section by section. `show` notes that one was run and fails if no page shows it."""

    def __init__(self, markdown, new_scene):
        self.markdown = markdown
        self.new_scene = new_scene
        self.shown = set(commands(markdown))
        self.done = set()

    def show(self, command):
        expect(command in self.shown, f"the pages do not show: {command}")
        self.done.add(command)
        return command

    def first_screen(self):
        scene = self.new_scene()
        scene.write_token()
        scene.env |= {"CODER_URL": scene.url, "CODER_SESSION_TOKEN_FILE": str(scene.directory / "token")}
        shown = transcripts(self.markdown)
        expect(len(shown) >= 3, "the first screen shows no session")
        for command, lines in shown:
            expect_output(command, lines, scene.run(command))

    def first_steps(self):
        scene = self.new_scene()
        # Coder's own program is not here; what it prints is a token.
        self.show("coder tokens create --name coder-reconciler --lifetime 8760h > token")
        scene.write_token()
        (scene.directory / "specs").mkdir()
        (scene.directory / "specs/alice.yaml").write_text(fenced(self.markdown, "yaml")[0])
        scene.export(self.show("export CODER_URL=https://coder.example.com CODER_SESSION_TOKEN_FILE=$PWD/token")
                     .replace("https://coder.example.com", scene.url))
        scene.run(self.show("coder-reconciler validate specs"))
        plan = scene.run(self.show("coder-reconciler plan specs"))
        expect("+ create alice/api-dev" in plan, f"the first plan does not create the first spec:\n{plan}")
        applied = scene.run(self.show("coder-reconciler apply specs"))
        expect("1 created" in applied, applied)
        expect(scene.live("alice", "api-dev")["ttl_ms"] == 8 * 3600 * 1000, "the first spec's ttl is not in force")
        # Whether it starts within that time depends on the hour: at night it is still running when its schedule would start it.
        for command in ("coder-reconciler forecast specs", "coder-reconciler forecast specs --within 7d"):
            ahead = scene.run(self.show(command))
            expect(re.search(r"^Forecast: .* 0 will not come", ahead, re.M), f"{command} does not say what comes next:\n{ahead}")
        explained = scene.run(self.show("coder-reconciler explain alice/api-dev specs"))
        expect(re.search(r"^  declared: +8h \(.*alice.yaml:\d+:\d+\)$", explained, re.M), f"explain does not tell where the ttl is from:\n{explained}")
        daemon = Daemon(scene, self.show("coder-reconciler run specs"))
        daemon.wait_for("result=in_sync")
        daemon.stop()

    def sets(self):
        scene = self.new_scene()
        scene.write_token()
        scene.env |= {"CODER_URL": scene.url, "CODER_SESSION_TOKEN_FILE": str(scene.directory / "token")}
        (scene.directory / "specs").mkdir()
        for kind in ("WorkspaceSet", "WorkspaceDefaults"):
            text = next(block for block in fenced(self.markdown, "yaml") if f"kind: {kind}\n" in block)
            (scene.directory / f"specs/{kind}.yaml").write_text(text)
        scene.run("coder-reconciler validate specs")
        plan = scene.run("coder-reconciler plan specs")
        expect(re.search(r"ttl 8h \(from specs/WorkspaceDefaults.yaml:5\)", plan), f"the plan does not say where the ttl is from:\n{plan}")
        scene.run("coder-reconciler apply specs")
        made = [scene.live(name, "dev") for name in ("alice", "bob", "carol", "dave", "erin", "frank")]
        expect(all(one["ttl_ms"] == 8 * 3600_000 for one in made), f"not everybody has the default: {made}")
        expect(len({one["autostart"] for one in made}) > 3, f"all start at a time: {made}")
        scene.seed(users=[{"name": "grace"}])
        scene.run("coder-reconciler apply specs")
        scene.live("grace", "dev")
        explained = scene.run(self.show("coder-reconciler explain alice/dev specs"))
        expect("set everybody (specs/WorkspaceSet.yaml:1:1)" in explained, f"explain does not name the set:\n{explained}")

    def settings(self):
        scene = self.new_scene()
        scene.write_token()
        (scene.directory / "specs").mkdir()
        (scene.directory / "specs/alice.yaml").write_text(fenced(self.markdown, "yaml")[0])
        text = next(block for block in fenced(self.markdown, "yaml") if "coder-url:" in block)
        (scene.directory / "config.yaml").write_text(text.replace("https://coder.example.com", scene.url))
        plan = scene.run("coder-reconciler plan --config config.yaml")
        expect("+ create alice/api-dev" in plan, f"the settings file does not do what it says:\n{plan}")

    def schema(self):
        scene = self.new_scene()
        scene.run(self.show("coder-reconciler schema > specs.schema.json"))
        expect("properties" in (scene.directory / "specs.schema.json").read_text(), "no schema was written")

    def in_a_pull_request(self):
        scene = self.new_scene()
        scene.env |= {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "a"), ("EMAIL", "a@example.com"))}
        specs = scene.directory / "specs"
        specs.mkdir()
        spec = fenced(self.markdown, "yaml")[0]
        (specs / "alice.yaml").write_text(spec.replace("ttl: 8h", "ttl: 30h"))
        scene.run("git init --quiet --initial-branch=main && git add specs && git commit --quiet -m specs && git checkout --quiet -b change")
        (specs / "bob.yaml").write_text(spec.replace("owner: alice", "owner: bob"))
        scene.run(self.show("git worktree add --detach .before main"))
        scene.run(self.show("(cd .before && coder-reconciler validate specs --output json) > baseline.json"))
        check = self.show("coder-reconciler validate specs --strict --baseline baseline.json --report-sarif specs.sarif --report-junit specs-junit.xml")
        printed = scene.run(check)
        expect("Baseline: 0 new, 1 standing, 0 gone." in printed, f"a warning that stands is not told of as such:\n{printed}")
        (specs / "bob.yaml").write_text(spec.replace("owner: alice", "owner: bob").replace("ttl: 8h", "ttl: 40h"))
        expect("New since the baseline" in scene.run(check, code=4), "a new warning passes")
        expect("specs/bob.yaml" in (scene.directory / "specs.sarif").read_text(), "the report does not name the file")
        expect('file="specs/bob.yaml"' in (scene.directory / "specs-junit.xml").read_text(), "the report does not name the file")

    def from_plan_to_rollout(self):
        scene = self.new_scene()
        scene.env |= {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "a"), ("EMAIL", "a@example.com"))}
        scene.write_token()
        scene.write_token("api-token", "a-token-of-the-daemon-alone")
        scene.write_token("plan-token", "a-token-for-plans-alone")
        specs = scene.directory / "specs"
        specs.mkdir()
        spec = fenced(self.markdown, "yaml")[0]
        (specs / "alice.yaml").write_text(spec)
        scene.run("git init --quiet --initial-branch=main && git add specs && git commit --quiet -m specs && git checkout --quiet -b change")
        (specs / "bob.yaml").write_text(spec.replace("owner: alice", "owner: bob"))
        scene.run("git add specs && git commit --quiet -m more && git worktree add --quiet .in-force main")
        forge = Forge()
        scene.write_token("forge-token", "a-token-of-the-forge")
        daemon = Daemon(scene, "coder-reconciler run .in-force/specs --interval 1s --max-changes 0 --api-token-file api-token --plan-token-file plan-token "
                        f"--commit-status github --commit-status-url {forge.url} --commit-status-repository octocat/specs --commit-status-token-file forge-token",
                        CODER_URL=scene.url, CODER_SESSION_TOKEN_FILE=str(scene.directory / "token"))
        address = daemon.wait_for(r"listening address=(\S+)").group(1)
        daemon.wait_for("cycle ended")
        scene.export(self.show("export CODER_RECONCILER_DAEMON=https://reconciler.example.com").replace("https://reconciler.example.com", f"http://{address}"))
        markdown = scene.run(self.show("coder-reconciler plan specs --plan-token-file plan-token --output markdown"), code=5)
        expect("bob/" in markdown and "Plan digest:" in markdown, f"the plan says nothing of what is new:\n{markdown}")
        alone = scene.run(self.show("curl --data-binary @specs/bob.yaml -H 'Content-Type: application/yaml' -H 'Accept: text/markdown' "
                                    "-H \"Authorization: Bearer $(cat plan-token)\" \"$CODER_RECONCILER_DAEMON/-/plan\""))
        expect("bob/" in alone, f"one file by itself is not planned:\n{alone}")
        scene.run(self.show("coder-reconciler plan specs --plan-token-file plan-token --output json | jq -r .digest > digest"))
        digest = (scene.directory / "digest").read_text().strip()
        scene.run("cd .in-force && " + self.show('git merge --no-ff --message "More workspaces" change'))
        daemon.wait_for("cycle ended result=held (.*\n)*.*cycle ended result=held")
        status = scene.run(self.show("coder-reconciler status"))
        expect(digest in status, f"what is held has another digest than the plan, {digest}:\n{status}")
        scene.run(self.show('curl -X POST -H "Authorization: Bearer $(cat api-token)" "$CODER_RECONCILER_DAEMON/-/approve?digest=$(cat digest)"'))
        daemon.wait_for("action done workspace=.* owner=bob action=create")
        ask = self.show('curl -s "https://api.github.com/repos/octocat/specs/commits/$(git rev-parse HEAD)/status" | jq -r .state')
        deadline = time.monotonic() + PATIENCE
        while (state := scene.run("cd .in-force && " + ask.replace("https://api.github.com", forge.url)).strip()) != "success":
            expect(time.monotonic() < deadline, f"the commit's status stays {state}: {forge.states}")
            time.sleep(0.1)
        daemon.stop()
        merged = list(forge.states.values())[-1]
        expect(merged[-1] == "success" and "success" not in merged[:-1], f"the statuses of what was merged are {merged}")

    def roll_out(self):
        scene = self.new_scene()
        scene.write_token()
        scene.write_token("api-token", "a-token-of-the-daemon-alone")
        scene.env |= {"CODER_URL": scene.url, "CODER_SESSION_TOKEN_FILE": str(scene.directory / "token")}
        # Coder has let shorter TTLs in than a spec can say: its specs are valid all the same.
        scene.drift(owner="bob", name="web", ttl_ms=30_000)
        scene.run("coder-reconciler export --output-dir short && coder-reconciler validate short")
        expect("ttl is left out: it has 30000 ms" in (scene.directory / "short/bob.yaml").read_text(), "a short TTL is not told of")
        scene.drift(owner="bob", name="web", ttl_ms=4 * 3600_000)
        scene.run(self.show("coder-reconciler export --output-dir specs"))
        self.exported(scene)
        scene.run(self.show("coder-reconciler validate specs"))
        plan = scene.run(self.show("coder-reconciler plan specs"))
        promised = re.search(r"# (Plan: .*)", self.markdown).group(1)
        expect_output("coder-reconciler plan specs", [promised.removesuffix(" unchanged.")], plan)

        scene.drift(owner="bob", name="web", ttl_ms=3600_000)
        expect("Drifted" in scene.run("coder-reconciler plan specs", code=3), "drift is not reported")
        scene.run("coder-reconciler apply specs", code=3)
        expect(scene.live("bob", "web")["ttl_ms"] == 3600_000, "a spec that only reports has changed its workspace")

        scene.run(self.show("sed -i '/reconcilePolicy: /d' specs/bob.yaml"))
        expect("~ update bob/web" in scene.run(self.show("coder-reconciler plan specs")), "the spec is not kept")
        scene.run(self.show("coder-reconciler apply specs"))
        expect(scene.live("bob", "web")["ttl_ms"] == 4 * 3600_000, "the spec is not kept")
        self.held(scene)

    def exported(self, scene):
        written = "".join(sorted(file.read_text() for file in (scene.directory / "specs").iterdir()))
        printed = scene.run(self.show("coder-reconciler export"))
        expect(sorted(printed.splitlines()) == sorted((written + "---\n" * (len(os.listdir(scene.directory / "specs")) - 1)).splitlines()),
               "standard output and files have not the same in them")
        scene.run(self.show("coder-reconciler export --output-dir specs --by template").replace(" specs", " by-template"))
        scene.run(self.show("coder-reconciler export --owner alice --output-dir specs").replace(" specs", " of-alice"))
        expect(os.listdir(scene.directory / "of-alice") == ["alice.yaml"], "more than alice's workspaces were written")
        merged = scene.run(self.show("coder-reconciler export --output-dir specs --merge"))
        expect(merged == "set 0 fields in 0 files, added 0 workspaces\n", f"what is as it is was written anew: {merged}")

    def held(self, scene):
        none = {"CODER_RECONCILER_MAX_CHANGES": "0"}  # every plan is too big
        scene.drift(owner="bob", name="web", ttl_ms=3600_000)
        scene.run("coder-reconciler apply specs", code=5, **none)
        digest = json.loads(scene.run("coder-reconciler plan specs --output json", code=5, **none))["digest"]
        scene.run(self.show("coder-reconciler apply specs --approve DIGEST").replace("DIGEST", digest), **none)
        expect(scene.live("bob", "web")["ttl_ms"] == 4 * 3600_000, "the approved plan was not executed")

        # With this the daemon writes nothing; approved, it does.
        watching = self.show("coder-reconciler run specs --max-changes 0")
        scene.drift(owner="bob", name="web", ttl_ms=3600_000)
        daemon = Daemon(scene, watching, CODER_RECONCILER_API_TOKEN_FILE="api-token", CODER_RECONCILER_INTERVAL="1s")
        address = daemon.wait_for(r"listening address=(\S+)").group(1)
        daemon.wait_for("result=held")
        expect(scene.live("bob", "web")["ttl_ms"] == 3600_000, "a held plan was executed")
        scene.run(self.show('curl -X POST -H "Authorization: Bearer $(cat api-token)" '
                            '"http://127.0.0.1:9466/-/approve?digest=DIGEST"')
                  .replace("127.0.0.1:9466", address).replace("DIGEST", digest).replace("curl ", "curl -fsS "))
        daemon.wait_for("result=converged")
        expect(scene.live("bob", "web")["ttl_ms"] == 4 * 3600_000, "the approved plan was not executed")
        self.what_happened(scene, address)
        daemon.stop()

    def what_happened(self, scene, address):
        def shown(command):
            return self.show(command).replace("127.0.0.1:9466", address)

        page = json.loads(scene.run(shown("curl -s 'http://127.0.0.1:9466/api/v1/events?limit=100'")))
        kinds = [event["kind"] for event in page["events"]]
        expect({"held", "approval", "action"} <= set(kinds), f"events say nothing of it: {kinds}")
        later = json.loads(scene.run(shown(
            "curl -s 'http://127.0.0.1:9466/api/v1/events?since=NEXT&epoch=EPOCH&kind=drift,action&workspace=alice/api-dev'")
            .replace("NEXT", str(page["next"])).replace("EPOCH", page["epoch"])))
        expect(later["events"] == [], "what was told is told again")
        stream = scene.run(shown("curl -N 'http://127.0.0.1:9466/api/v1/events/stream?kind=drift'")
                           .replace("curl -N", "curl -sN --max-time 1"), code=28)
        expect(stream.startswith("retry: "), f"no stream: {stream}")


def check_complete(tour):
    unknown = [line for line in tour.shown if line not in tour.done and line not in SKIPPED]
    expect(not unknown, "the pages show commands that are neither run nor listed as skipped:\n  " + "\n  ".join(unknown))
    gone = [line for line in SKIPPED if line not in tour.shown]
    expect(not gone, "listed as skipped, but the pages do not show:\n  " + "\n  ".join(gone))


def check_self(markdown):
    """A block that is added is found, and a shown output that differs is."""
    added = "coder-reconciler something-new"
    expect(added in commands(markdown + f"\n    {added}\n"), "a new block of commands would not be found")
    try:
        expect_output("x", ["a", "…", "c"], "a\nb\nd\n")
    except Failure:
        return
    raise Failure("an output that differs would not be found")


def main():
    program, standin = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    markdown = "\n".join(page.read_text() for page in PAGES)
    scenes = []
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:

        def new_scene():
            directory = pathlib.Path(scratch) / str(len(scenes))
            directory.mkdir()
            scenes.append(Scene(program, standin, directory))
            return scenes[-1]

        tour = Tour(markdown, new_scene)
        steps = [lambda: check_self(markdown), tour.first_screen, tour.first_steps, tour.sets, tour.settings, tour.schema, tour.in_a_pull_request, tour.from_plan_to_rollout,
                 tour.roll_out, lambda: check_complete(tour)]
        for step in steps:
            try:
                step()
            except (Failure, subprocess.TimeoutExpired) as failure:
                failed += 1
                print(f"FAIL: {failure}", file=sys.stderr)
        for scene in scenes:
            scene.close()
    print(f"{len(tour.done)} commands of {len(PAGES)} pages run, {len(SKIPPED)} skipped, {len(transcripts(markdown))} outputs compared, "
          f"{failed} failures")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
