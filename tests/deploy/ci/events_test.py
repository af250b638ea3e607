#!/usr/bin/env python3
"""What the daemon posts to receivers of CloudEvents fits the schema that CloudEvents publishes, whatever it is about.

    events_test.py PATH-TO-CODER-RECONCILER PATH-TO-CODER-STANDIN CLOUDEVENTS-SCHEMA SCRATCH-DIRECTORY
"""

import copy
import http.server
import json
import pathlib
import queue
import re
import subprocess
import sys
import threading

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[3]
TOKEN = "adminadmin-0123456789abcdefABCDEF"  # the stand-in's site owner
PATIENCE = 60
SPEC = "apiVersion: coder-reconciler/v1\nkind: Workspace\nmetadata: {name: %s}\nspec:\n  owner: alice\n  template: docker\n%s"
POSTED = queue.Queue()


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        POSTED.put((self.headers["Content-Type"], self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def main():
    program, standin, schema, scratch = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    validator = jsonschema.Draft7Validator(json.loads(schema.read_text()), format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)
    wrong = 0

    def check(sentence, good, told=""):
        nonlocal wrong
        print(f"{'ok' if good else 'FAIL'} {sentence}")
        if not good:
            wrong += 1
            print(told)

    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    (scratch / "urls").write_text(f"http://127.0.0.1:{receiver.server_port}/hook\n")
    coder = subprocess.Popen([standin, "--seed-file", ROOT / "deploy/demo/coder.json"], stdout=subprocess.PIPE, text=True)
    url = re.search(r"http://127\.0\.0\.1:\d+", coder.stdout.readline()).group()
    daemons = []

    def start(name, documents):
        """A minute lies between two messages of one daemon, so each has one to tell."""
        specs = scratch / name
        specs.mkdir()
        for number, document in enumerate(documents):
            (specs / f"{number}.yaml").write_text(document)
        daemons.append(subprocess.Popen([program, "run", specs, "--listen", "off", "--interval", "1s", "--max-changes", "2", "--notify-url-file", scratch / "urls"],
                                        env={"CODER_URL": url, "CODER_SESSION_TOKEN": TOKEN, "HOME": str(scratch)}, stderr=subprocess.PIPE, text=True))
        # What its first cycle finds is not told, but for what is held.
        for line in daemons[-1].stderr:
            if "cycle ended" in line:
                break
        threading.Thread(target=daemons[-1].stderr.read, daemon=True).start()
        return specs

    events, kinds = [], set()

    def until(kind):
        while kind not in kinds:
            content_type, text = POSTED.get(timeout=PATIENCE)
            check("it is posted as a CloudEvent", content_type.startswith("application/cloudevents+json"), content_type)
            events.append(json.loads(text))
            kinds.update(news["kind"] for news in events[-1]["data"]["news"])

    try:
        start("held", [SPEC % (f"new-{number}", "") for number in range(3)])
        until("PlanHeld")
        invalid = start("invalid", [""])
        (invalid / "1.yaml").write_text(SPEC % ("new-1", "  ttl: 90\ufffes <b>&\n"))
        until("SpecsInvalid")
        start("away", [SPEC % ("new-0", "")])
        coder.terminate()
        coder.wait()
        until("CoderUnreachable")
    except queue.Empty:
        check("all that happens is posted", False, f"only {sorted(kinds)}")
    finally:
        for process in (coder, *daemons):
            process.terminate()
            process.wait()

    problems = [f"{error.json_path}: {error.message}: {event}" for event in events for error in validator.iter_errors(event)]
    check(f"{', '.join(sorted(kinds))}: each fits the schema of CloudEvents 1.0", not problems, "\n".join(problems))
    check("no two have one id", len({event["id"] for event in events}) == len(events), str(events))
    for key, value in (("id", ""), ("source", "a b"), ("time", "yesterday"), ("specversion", None)):
        broken = copy.deepcopy(events[0])
        if value is None:
            del broken[key]
        else:
            broken[key] = value
        check(f"the schema refuses another {key}", list(validator.iter_errors(broken)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
