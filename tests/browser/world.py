"""A Coder (the stand-in), a folder of specs and the daemon between them, as real processes over sockets."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

BUILD = pathlib.Path(os.environ["CR_BUILD_DIR"])
DAEMON = os.environ.get("CR_DAEMON", str(BUILD / "daemon" / "coder-reconciler"))
STANDIN = os.environ.get("CR_STANDIN", str(BUILD / "tests" / "standin" / "coder-standin"))
CODER_TOKEN = "adminadmin-0123456789abcdefABCDEF"
API_TOKEN = "api-token-of-this-test"
PATIENCE = 90  # seconds: machines that build and test at once are slow


def wait_until(condition, what, patience=PATIENCE):
    """The first truthy answer of `condition`; fails naming `what` if there is none in time."""
    end = time.monotonic() + patience
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {patience} s: {what}")
        time.sleep(0.05)


def fetch(url, method="GET", body=None, headers=None):
    """(status, headers, text), whatever the status."""
    request = urllib.request.Request(url, method=method, data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


class Program:
    """A process whose output is read for the first line that matches; it ends with the object."""

    def __init__(self, arguments, environment=None):
        self.process = subprocess.Popen(
            arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={"PATH": os.environ["PATH"], **(environment or {})})
        self.lines = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)

    def match(self, pattern):
        def look():
            for line in self.lines:
                found = re.search(pattern, line)
                if found:
                    return found
            if self.process.poll() is not None:
                raise AssertionError("it ended: " + "".join(self.lines))
            return None
        return wait_until(look, f"{pattern} in the output of {self.process.args[0]}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join()
        self.process.stdout.close()


def spec(name, owner="alice", template="docker", labels=None, annotations=None, **fields):
    """One document; JSON is YAML. A field whose value is None is declared as null."""
    metadata = {"name": name}
    if labels:
        metadata["labels"] = labels
    if annotations:
        metadata["annotations"] = annotations
    return json.dumps({"apiVersion": "coder-reconciler/v1", "kind": "Workspace", "metadata": metadata,
                       "spec": {"owner": owner, "template": template, **fields}})


class World:
    """Closes with everything in it."""

    def __init__(self, seed, files, standin=(), daemon=()):
        self.folder = tempfile.TemporaryDirectory(prefix="cr-browser-")
        root = pathlib.Path(self.folder.name)
        self.specs = root / "specs"
        for name, text in files.items():
            path = self.specs / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (root / "token").write_text(CODER_TOKEN)
        self.api_token_file = root / "api-token"
        self.api_token_file.write_text(API_TOKEN)
        (root / "seed.json").write_text(json.dumps(seed))
        self.coder = Program([STANDIN, "--age", "2.35", "--seed-file", str(root / "seed.json"), *standin])
        self.coder_url = self.coder.match(r"listening on (http://\S+)")[1]
        self.daemon = Program(
            [DAEMON, "run", str(self.specs), "--listen", "127.0.0.1:0", "--api-token-file",
             str(self.api_token_file), *daemon],
            {"CODER_URL": self.coder_url, "CODER_SESSION_TOKEN_FILE": str(root / "token")})
        self.url = "http://" + self.daemon.match(r"listening.*?(127\.0\.0\.1:\d+)")[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.daemon.stop()
        self.coder.stop()
        self.folder.cleanup()

    def get(self, path):
        return fetch(self.url + path)

    def json(self, path):
        status, _, text = self.get(path)
        return json.loads(text) if status == 200 else None

    def write(self, name, text):
        (self.specs / name).write_text(text)

    def reconcile(self):
        fetch(self.url + "/-/reconcile", "POST", b"")

    def until_summary(self, condition, what):
        return wait_until(lambda: (s := self.json("/api/v1/summary")) and condition(s) and s, what)

    def until_first_cycle(self):
        return self.until_summary(lambda summary: True, "the first cycle ends")

    def control(self, path, body):
        status, _, text = fetch(f"{self.coder_url}/standin/{path}", "POST", json.dumps(body).encode(),
                                {"Content-Type": "application/json"})
        assert status < 300, text


def small_fleet():
    """(seed, files): a fleet in which every kind of standing occurs."""
    live = [{"owner": "alice", "name": f"dev-{i}", "template": "docker", "ttl_ms": 28_800_000,
             "autostart": "CRON_TZ=Europe/Berlin 0 9 * * 1-5", "running": True} for i in range(12)]
    live += [
        {"owner": "bob", "name": "web", "template": "docker", "ttl_ms": 14_400_000},
        {"owner": "bob", "name": "old", "template": "kubernetes", "ttl_ms": 14_400_000},
        {"owner": "carol", "name": "paused", "template": "docker", "ttl_ms": 3_600_000},
    ]
    seed = {"users": [{"name": name} for name in ("alice", "bob", "carol")],
            "templates": [{"name": "docker", "versions": ["v1"]}, {"name": "kubernetes", "versions": ["v1"]}],
            "workspaces": live}
    documents = [spec(f"dev-{i}", labels={"team": "payments", "env": "prod" if i % 3 else "dev"}, ttl="8h",
                      autostart="CRON_TZ=Europe/Berlin 0 9 * * 1-5") for i in range(12)]
    documents += [
        spec("web", "bob", labels={"team": "shop"}, ttl="8h", automaticUpdates="always", dormant=False,
             reconcilePolicy={"update": False}),
        spec("old", "bob", template="docker", labels={"team": "shop"}, ttl="4h"),
        spec("paused", "carol", ttl="8h", annotations={"coder-reconciler/suspend": "true"}),
        spec("gone", "carol", ttl="8h", reconcilePolicy={"create": False}),
        spec("ghost", "nobody", ttl="8h", labels={"team": "shop"}),
        spec("typo", "carol", template="dokcer", ttl="8h"),
    ]
    return seed, {"team.yaml": "\n---\n".join(documents),
                  "broken.yaml": "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata:\n  name: web2\n"
                                 "spec:\n  owner: bob\n  template: docker\n  ttl: 90s\n  autostrat: null\n"}
