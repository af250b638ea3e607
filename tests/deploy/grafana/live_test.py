"""Every query of every dashboard is asked of a Prometheus that saw the scenario, and has to have an answer.

    live_test.py BUILD DASHBOARDS WORK [--keep]

WORK gets the logs. --keep: writes the state for looking (render.py) to WORK, and waits for the end of standard input.
"""
import json
import math
import pathlib
import re
import signal
import sys
import time

from grafana import Dashboard, intervals, several, substituted
from scenario import play
from world import JOB, NAMESPACE, GaveUp, World, until

SCRAPE = 1.0
# A second here stands for a minute: so it is with the least step of a panel, too.
SCALE = 60
# Outside there are four scrapes in a minute, here one: steps of annotations have as many scrapes as there.
SCRAPES_A_STEP = 4
# Panels that are at 0 when the scenario has ended: it is over by then, or the scenario has none of it.
# A missed start takes ten minutes, here no template deletes anything, and what took how long in a build is asked half a minute
# after its end.
QUIET = {"Approvals of held plans", "Notifications", "Commit statuses", "Log, token file and defects", "Contested", "Builds in flight", "Missed starts",
         "Deletions ahead", "Where builds spend their time", "The audit log followed"}


def say(good, sentence, why=()):
    print(("ok" if good else "FAIL") + "\t" + sentence, flush=True)
    for line in () if good else why:
        print("\t" + str(line))


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)([smh])", text).groups()
    return int(number) * {"s": 1, "m": 60, "h": 3600}[unit]


def numbers(result):
    """Whatever is a number in Prometheus' answer."""
    for series in result:
        for _, value in series.get("values") or [series["value"]]:
            if not math.isnan(float(value)):
                yield float(value)


class View:
    """A dashboard as it is opened over the whole scenario, with everything chosen or one thing of each."""

    def __init__(self, world, start, end, width=24 * 60):
        self.world, self.start, self.end, self.width = world, start, end, width
        self.all = {}
        self.one = {}

    def choose(self, variable):
        """Asks for the values of a variable, as Grafana would; gives them."""
        expression = substituted(variable["query"]["query"], self.all)
        metric, label = re.fullmatch(r"label_values\((.*), (\w+)\)", expression).groups()
        values = self.world.ask(f"label/{label}/values", **{"match[]": metric, "start": self.start, "end": self.end})
        if values:
            name = variable["name"]
            self.all[name] = variable.get("allValue") or several(values)
            self.one[name] = several(values[:1])
        return values

    def step(self, share=1.0, least=SCRAPE):
        return max(math.ceil((self.end - self.start) / (self.width * share)), least)

    def range(self, expression, chosen, least=SCRAPE):
        step = self.step(least=least)
        text = substituted(expression, {**chosen, **intervals(self.end - self.start, step, SCRAPE)})
        # One point a scrape, so that no instant of the scenario falls between two.
        return self.world.ask("query_range", query=text, start=self.start, end=self.end, step=SCRAPE)["result"]

    def marks(self, annotation):
        """As Grafana asks for them: steps of the annotation's own."""
        least = max(seconds(annotation["target"]["interval"]) / SCALE, SCRAPE) * SCRAPES_A_STEP
        step = math.ceil(self.step(least=least))
        text = substituted(annotation["target"]["expr"], {**self.all, **intervals(self.end - self.start, step, SCRAPE)})
        start = math.floor(self.start / step) * step
        return self.world.ask("query_range", query=text, start=start, end=self.end + step, step=step)["result"]

    def now(self, expression, chosen):
        text = substituted(expression, {**chosen, **intervals(self.end - self.start, SCRAPE, SCRAPE)})
        return self.world.ask("query", query=text, time=self.end)["result"]


def unanswered(view, dashboard):
    for panel in dashboard.panels:
        least = max(seconds(panel["interval"]) / SCALE, SCRAPE) if "interval" in panel else SCRAPE
        for target in panel["targets"]:
            for chosen in (view.all, view.one):
                try:
                    found = (view.now(target["expr"], chosen) if target["instant"]
                             else view.range(target["expr"], chosen, least))
                except ValueError as refused:
                    yield f"{panel['title']}: {target['expr']}: {refused}"
                    break
                if not any(True for _ in numbers(found)):
                    yield f"{panel['title']}: {target['expr']}"
                    break
                if not any(numbers(found)) and panel["title"] not in QUIET:
                    yield f"{panel['title']}: all is 0: {target['expr']}"
                    break
                missing = {m for m in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])
                           if not all(m in series["metric"] for series in found)}
                if missing:
                    yield f"{panel['title']}: no label {', '.join(missing)} for its legend"
                    break


def judge(view, dashboard, revisions):
    for variable in dashboard.variables.values():
        if variable["type"] == "query":
            values = view.choose(variable)
            expected = {"namespace": [NAMESPACE], "job": [JOB], "instance": [view.world.address]}[variable["name"]]
            say(values == expected, f"{dashboard.uid}: the variable {variable['name']} offers what is scraped", [values])
    faults = list(unanswered(view, dashboard))
    count = sum(len(panel["targets"]) for panel in dashboard.panels)
    say(not faults, f"{dashboard.uid}: each of the {count} queries of its {len(dashboard.panels)} panels has an answer", faults)
    for one in dashboard.annotations:
        try:
            found = view.marks(one)
        except ValueError as refused:
            found = []
            print(f"\t{refused}")
        say(any(numbers(found)), f"{dashboard.uid}: the annotation {one['name']} has an answer", [one["target"]["expr"]])
        if one["name"] == "Revisions":
            marked = sorted({revision for revision in revisions for series in found
                             if revision.startswith(series["metric"]["revision"])}, key=revisions.index)
            say(marked == revisions, f"{dashboard.uid}: each revision of the specs is marked", [found])
            # The one in force at the restart appears anew after it.
            often = [series for series in found
                     if sum(1 for _ in numbers([series])) > (2 if revisions[1].startswith(series["metric"]["revision"]) else 1)]
            say(not often, f"{dashboard.uid}: a revision is marked once", often)


def wrong_answers(view, dashboard):
    """The values that the end of the scenario must show on the cards."""
    expected = {"Plan": 1, "Coder": 1, "Restarts": 1, "Invalid specs": 3, "Alerts": None, "Need action": None}
    for panel in dashboard.panels:
        if panel["title"] in expected:
            values = list(numbers(view.now(panel["targets"][0]["expr"], view.all)))
            least = expected[panel["title"]]
            if len(values) != 1 or (least is None and values[0] < 1) or (least is not None and values[0] != least):
                yield f"{panel['title']}: {values}"


def main(build, folder, work, keep):
    dashboards = [Dashboard(path) for path in sorted(pathlib.Path(folder).glob("*.json"))]
    world = World(pathlib.Path(build), work)
    # Told to end, it ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        start = time.time()
        revisions = play(world)
        # So that the last scrape and the rules that are made of it are in.
        settled = time.time() + 2
        until("the last evaluation", 20, lambda: float(world.ask("query", query="max(timestamp(ALERTS))")["result"][0]["value"][1]) > settled)
        end = time.time()
        say(True, f"drift, outage, held plan and revisions happened ({end - start:.0f} s)")
        view = View(world, start, end)
        for dashboard in dashboards:
            judge(view, dashboard, revisions)
        # A check that never refuses is none.
        for spoilt in ('absent_metric', 'coder_reconciler_plan_held{reason="Synced"}', "sum(coder_reconciler_plan_held", "vector(0)"):
            broken = Dashboard(dashboards[0].path)
            broken.panels[0]["targets"][0]["expr"] = spoilt
            say(len(list(unanswered(view, broken))) == 1, f"a query without an answer is found: {spoilt}")
        on_call = next(d for d in dashboards if d.uid.endswith("on-call"))
        faults = list(wrong_answers(view, on_call))
        say(not faults, "the cards show how the scenario ended", faults)
        if keep:
            state = {"prometheus": world.prometheus, "start": start, "end": end, "all": view.all}
            (pathlib.Path(work) / "view.json").write_text(json.dumps(state), encoding="utf-8")
            sys.stdin.read()
    except GaveUp as gave_up:
        why = [f"{log.name}: {line}" for log in sorted(pathlib.Path(work).glob("*.log"))
               for line in log.read_text(encoding="utf-8").splitlines()[-8:]]
        say(False, f"the scenario happens: {gave_up}", why)
    finally:
        world.close()


if __name__ == "__main__":
    main(*sys.argv[1:4], keep="--keep" in sys.argv)
