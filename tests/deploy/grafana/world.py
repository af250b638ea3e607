"""A small world to look at: the stand-in Coder, the daemon on a checkout of specs, and Prometheus with the product's rules.

A second here stands for a minute outside: scrapes, evaluations and cycles are that much closer together.
"""
import json
import os
import pathlib
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
TOKEN = "GrafanaTst-AnotherTokenOfOwner000"
JOB, NAMESPACE = "coder-reconciler", "coder"


class GaveUp(Exception):
    pass


def until(what, seconds, condition):
    """Polls `condition` until it holds, and returns what it gave."""
    end = time.monotonic() + seconds
    while True:
        try:
            seen = condition()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            seen = None
        if seen:
            return seen
        if time.monotonic() > end:
            raise GaveUp(f"gave up waiting for: {what}")
        time.sleep(0.1)


def fetch(url, body=None, method=None):
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data=data, method=method or ("POST" if data else "GET"))
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode()


class World:
    def __init__(self, build, folder):
        self.folder = pathlib.Path(folder)
        self.daemon_program = build / "daemon" / "coder-reconciler"
        self.standin_program = build / "tests" / "standin" / "coder-standin"
        self.specs = self.folder / "specs"
        self.processes = []
        self.address = "127.0.0.1:0"

    def start(self, name, command, environment=None):
        log = open(self.folder / f"{name}.log", "w", encoding="utf-8")
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder,
                                   env={**os.environ, **(environment or {})})
        self.processes.append(process)
        return process

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(encoding="utf-8")

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    # The stand-in.

    def start_coder(self, seed):
        (self.folder / "seed.json").write_text(json.dumps(seed), encoding="utf-8")
        self.start("coder", [self.standin_program, "--seed-file", "seed.json", "--token", TOKEN, "--build-seconds", "2"])
        found = until("the stand-in", 20, lambda: re.search(r"listening on (\S+)", self.log("coder")))
        self.coder = found.group(1)

    def drift(self, owner, name, **change):
        fetch(f"{self.coder}/standin/drift", {"owner": owner, "name": name, **change})

    def fault(self, **rule):
        fetch(f"{self.coder}/standin/fault", rule)

    def faults_end(self):
        fetch(f"{self.coder}/standin/faults", method="DELETE")

    # The specs, in a checkout.

    def git(self, *arguments):
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
        return subprocess.run(["git", "-C", self.specs, *identity, *arguments], check=True, capture_output=True,
                              text=True).stdout.strip()

    def commit(self, **files):
        """Writes name=text as files, commits them, and gives the revision."""
        if not self.specs.exists():
            self.specs.mkdir()
            self.git("init", "-q")
        for name, text in files.items():
            (self.specs / f"{name}.yaml").write_text(text, encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "specs")
        return self.git("rev-parse", "HEAD")

    # The daemon.

    def start_daemon(self):
        (self.folder / "token").write_text(TOKEN, encoding="utf-8")
        self.daemon = self.start(
            "daemon", [self.daemon_program, "run", "--interval", "1s", "--listen", self.address, self.specs],
            {"CODER_URL": self.coder, "CODER_SESSION_TOKEN_FILE": str(self.folder / "token")})
        found = until("the daemon", 20, lambda: re.search(r"listening.*?(127\.0\.0\.1:\d+)", self.log("daemon")))
        self.address = found.group(1)

    def restart_daemon(self):
        self.daemon.terminate()
        self.daemon.wait(timeout=30)
        self.start_daemon()

    def metric(self, series):
        """The value of one series of the daemon, as scraped now; None if there is none."""
        found = re.search(rf"^{re.escape(series)} (\S+)$", fetch(f"http://{self.address}/metrics"), re.M)
        return float(found.group(1)) if found else None

    def reason(self, owner, name):
        """Of the workspace's condition."""
        return json.loads(fetch(f"http://{self.address}/api/v1/workspaces/{owner}/{name}"))["reason"]

    def is_at_least(self, series, value, seconds=30):
        until(f"{series} >= {value}", seconds, lambda: (self.metric(series) or 0) >= value)

    # A run beside the daemon, which leaves its metrics.

    def start_gateway(self):
        # Debian's remembers what was pushed in a file of the whole machine, unless it is told otherwise.
        self.start("gateway", ["prometheus-pushgateway", "--web.listen-address=127.0.0.1:0", "--persistence.file="])
        self.gateway = until("the Pushgateway", 20, lambda: re.search(
            r"Listening on.*?address=(127\.0\.0\.1:\d+)", self.log("gateway"))).group(1)

    def run_apply(self):
        """Its exit code. It leaves what it has to say where the daemon stands, so that one choice shows both."""
        grouping = [f"--pushgateway-grouping={label}" for label in
                    (f"job={JOB}", f"instance={self.address}", f"namespace={NAMESPACE}")]
        run = self.start("apply", [self.daemon_program, "apply", self.specs, "--pushgateway-url", f"http://{self.gateway}", *grouping],
                         {"CODER_URL": self.coder, "CODER_SESSION_TOKEN_FILE": str(self.folder / "token")})
        return run.wait(timeout=60)

    # Prometheus.

    def start_prometheus(self):
        for name in ("recording", "alerts"):
            rules = (ROOT / "deploy" / "prometheus" / f"{name}.yml").read_text(encoding="utf-8")
            rules = re.sub(r"\bfor: .*", "for: 1s", re.sub(r"\binterval: 1m", "interval: 1s", rules))
            (self.folder / f"{name}.yml").write_text(rules, encoding="utf-8")
        (self.folder / "prometheus.yml").write_text(json.dumps({
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": ["recording.yml", "alerts.yml"],
            "scrape_configs": [
                {"job_name": JOB, "static_configs": [{"targets": [self.address], "labels": {"namespace": NAMESPACE}}]},
                # What only runs leave: the rest would stand for the daemon's workspaces a second time.
                {"job_name": "pushgateway", "honor_labels": True, "static_configs": [{"targets": [self.gateway]}],
                 "metric_relabel_configs": [{"source_labels": ["__name__"], "action": "keep",
                                             "regex": "coder_reconciler_apply_.*|push_.*"}]}]}), encoding="utf-8")
        self.start("prometheus", ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                                  "--web.listen-address=127.0.0.1:0", "--log.level=info"])
        found = until("Prometheus", 30, lambda: re.search(r"Listening on.*?address=(127\.0\.0\.1:\d+)", self.log("prometheus")))
        self.prometheus = f"http://{found.group(1)}"
        until("Prometheus to be ready", 30, lambda: fetch(f"{self.prometheus}/-/ready"))

    def ask(self, path, **arguments):
        """Prometheus' answer; an error in the query is raised with its text."""
        try:
            text = fetch(f"{self.prometheus}/api/v1/{path}?{urllib.parse.urlencode(arguments, doseq=True)}")
        except urllib.error.HTTPError as refused:
            raise ValueError(json.loads(refused.read())["error"]) from None
        return json.loads(text)["data"]

    def is_known(self, expression, seconds=30):
        return until(expression, seconds, lambda: self.ask("query", query=expression)["result"])
