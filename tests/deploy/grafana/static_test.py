"""What can be said of the dashboards without running anything. Prints a line a case, for grafana_test.sh to count."""
import pathlib
import re
import sys

from grafana import Dashboard

ROOT = pathlib.Path(__file__).resolve().parents[3]
CURRENT = {"timeseries", "stat", "table", "state-timeline", "bargauge", "heatmap"}
# What Prometheus itself adds.
PROMETHEUS = {"up": set(), "ALERTS": {"alertname", "alertstate", "severity", "reason", "field"}, "scrape_samples_scraped": set(),
              "push_time_seconds": set(), "node_textfile_mtime_seconds": {"file"}}
TARGET = {"namespace", "job", "instance"}
DEMO = (ROOT / "deploy" / "grafana" / "demo.sh").read_text(encoding="utf-8")
SUFFIXES = ("_bucket", "_sum", "_count")


def say(good, sentence, why=()):
    print(("ok" if good else "FAIL") + "\t" + sentence)
    for line in why:
        print("\t" + str(line))


def holds(sentence, faults):
    faults = list(faults)
    say(not faults, sentence, faults)


def catalogue():
    """Metric to its labels, each with the values that it can have; none: any."""
    metrics = {}
    for line in (ROOT / "deploy" / "docs" / "metrics.md").read_text(encoding="utf-8").splitlines():
        found = re.match(r"\| `(\w+)` \| (\w+) \| (.*?) \| ", line)
        if not found:
            continue
        name, kind, labels = found.groups()
        known = {}
        for label in filter(None, (part.strip() for part in labels.split(";"))):
            key, _, values = label.partition(" = ")
            known[key.strip("` ")] = set(values.split(", ")) if values else None
        if kind == "histogram":
            metrics[f"{name}_bucket"] = {**known, "le": None}
            metrics[f"{name}_sum"] = metrics[f"{name}_count"] = known
        else:
            metrics[name] = known
    return metrics


def with_rules(metrics):
    """The recording rules keep the labels of what they sum, less those that they sum over."""
    text = (ROOT / "deploy" / "prometheus" / "recording.yml").read_text(encoding="utf-8")
    for level, rest in re.findall(r"record: (\w+?):(\S+)", text):
        kept = set(level.split("_")) - {"instance"}
        metrics[f"{level}:{rest}"] = dict.fromkeys(kept)
    return metrics


def selections(expression):
    """Each metric with the matchers that it is selected by."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', lambda m: m.group(0).translate({ord(c): " " for c in "(){},=~"}), expression)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*(\([^)]*\))?", lambda m: " " * len(m.group(0)), bare)
    bare = re.sub(r"\[[^\]]*\]|\boffset \S+", lambda m: " " * len(m.group(0)), bare)
    for found in re.finditer(r"(?<![\w:$\"])([a-zA-Z_][\w:]*)(\s*\{[^}]*\})?(?!\s*\()(?![\w:])", bare):
        name = found.group(1)
        if name in {"bool", "unless", "and", "or", "Inf", "NaN"} or inside_text(expression, found.start()):
            continue
        inner = expression[found.start(2):found.end(2)] if found.group(2) else ""
        yield name, re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"', inner)


def inside_text(expression, at):
    return expression[:at].replace('\\"', "").count('"') % 2 == 1


def misnamed(where, expression, metrics):
    seen = set()
    for name, matchers in selections(expression):
        if name not in metrics:
            yield f"{where}: no metric {name}"
            continue
        known = metrics[name]
        seen |= set(known)
        for label, operator, value in matchers:
            if label in TARGET:
                continue
            if label not in known:
                yield f"{where}: {name} has no label {label}"
            elif known[label] is not None and known.get(label):
                for one in value.split("|"):
                    if one not in known[label]:
                        yield f"{where}: {name} has no {label} {one}"
        if not TARGET <= {label for label, _, _ in matchers}:
            yield f"{where}: {name} is not selected by namespace, job and instance"
    made = set(re.findall(r'label_replace\(.*?, "(\w+)", "\$1"', expression))
    for group in re.findall(r"\b(?:by|on|without)\s*\(([^)]*)\)", expression):
        for label in filter(None, (part.strip() for part in group.split(","))):
            if label not in seen | TARGET | made:
                yield f"{where}: nothing there has the label {label}"


def scrape_labels(dashboard):
    """Tables that show where Prometheus has found what it scraped, as its operator labels it."""
    for panel in dashboard.panels:
        if panel["type"] == "table":
            excluded = next(t["options"]["excludeByName"] for t in panel["transformations"] if t["id"] == "organize")
            for label in ("namespace", "job", "pod", "container", "endpoint", "service"):
                if not excluded.get(label):
                    yield f"{panel['title']}: {label}"


def annotations_of_old(dashboard):
    """Annotations that Grafana would have to bring into today's form, and texts with labels that may be missing."""
    for one in dashboard.annotations:
        if {"expr", "step"} & set(one) or not {"expr", "interval", "refId"} <= set(one.get("target", {})):
            yield f"{one['name']}: its query is not a target"
        # A label that is not there is shown as its name: CoderReconcilerAbsent has no instance.
        if "ALERTS" in one["target"]["expr"] and set(re.findall(r"\{\{(\w+)\}\}", one["textFormat"] + one["titleFormat"])) & TARGET:
            yield f"{one['name']}: shows a label that not every alert has"


def overlaps(dashboard):
    taken = {}
    for panel in dashboard.json["panels"]:
        at = panel["gridPos"]
        if at["x"] < 0 or at["x"] + at["w"] > 24:
            yield f"{panel['title']}: outside of the grid"
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                if (x, y) in taken:
                    yield f"{panel['title']} lies on {taken[x, y]}"
                    return
                taken[x, y] = panel["title"]


def links(dashboard):
    """Every link, and where it stands."""
    for link in dashboard.json["links"]:
        yield "dashboard", link["url"]
    for panel in dashboard.panels:
        for link in panel["links"]:
            yield panel["title"], link["url"]
        for override in panel["fieldConfig"]["overrides"]:
            for one in override["properties"]:
                if one["id"] == "links":
                    yield from ((panel["title"], link["url"]) for link in one["value"])


def lost_links(dashboard, uids, headings):
    for where, url in links(dashboard):
        known = (url == "${runbook:raw}" or url == "http://${__value.text}/"
                 or url.removeprefix("/d/") in uids
                 or (url.startswith("${runbook:raw}#") and url.partition("#")[2] in headings))
        if not known:
            yield f"{where}: {url}"


def unknown_variables(dashboard):
    given = set(dashboard.variables) | {"__rate_interval", "__interval", "__range"}
    for where, expression in dashboard.queries():
        for name in re.findall(r"\$\{?([a-zA-Z_]\w*)", expression):
            if name not in given:
                yield f"{where}: ${name}"


def judge(dashboard, uids, headings, metrics):
    name, panels, whole = dashboard.uid, dashboard.panels, dashboard.json
    holds(f"{name}: the file is named as its uid", [] if dashboard.path.stem == name else [dashboard.path.name])
    holds(f"{name}: the form is that of Grafana 10.4 and later", [] if whole["schemaVersion"] >= 39 else [whole["schemaVersion"]])
    holds(f"{name}: it forces neither dark nor light", [whole["style"]] if "style" in whole else [])
    holds(f"{name}: every kind of panel is a current one", (p["type"] for p in panels if p["type"] not in CURRENT))
    holds(f"{name}: every panel says which Grafana's form it has, the one that the demo starts",
          (p["title"] for p in panels if f"grafana/grafana:{p.get('pluginVersion')}" not in DEMO))
    holds(f"{name}: no table shows where it was scraped", scrape_labels(dashboard))
    holds(f"{name}: annotations have today's form, and no label that is missing in their text", annotations_of_old(dashboard))
    ids = [panel["id"] for panel in whole["panels"]]
    holds(f"{name}: no id is given twice", {i for i in ids if ids.count(i) > 1})
    titles = [panel["title"] for panel in whole["panels"]]
    holds(f"{name}: no title is given twice", {t for t in titles if titles.count(t) > 1})
    holds(f"{name}: no panel lies on another", overlaps(dashboard))
    holds(f"{name}: every panel says what it shows and what to do",
          (p["title"] for p in panels if len(p.get("description", "")) < 30))
    holds(f"{name}: every panel has a unit", (p["title"] for p in panels if not p["fieldConfig"]["defaults"].get("unit")))
    holds(f"{name}: every panel, query, variable and annotation asks the Prometheus that is chosen",
          (one.get("title") or one.get("name") or one.get("expr")
           for one in [*panels, *(t for p in panels for t in p["targets"]), *dashboard.annotations,
                       *(v for v in dashboard.variables.values() if v["type"] == "query")]
           if one.get("datasource") != {"type": "prometheus", "uid": "${datasource}"}))
    holds(f"{name}: every variable that is used exists", unknown_variables(dashboard))
    holds(f"{name}: every metric, label and value is one of the catalogue",
          (fault for where, expression in dashboard.queries() for fault in misnamed(where, expression, metrics)))
    holds(f"{name}: every link leads to a section of the runbook, or to a dashboard", lost_links(dashboard, uids, headings))


def colour(panel, value):
    """That a card has at this value."""
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    return [step["color"] for step in steps if step["value"] is None or step["value"] <= value][-1]


def judge_on_call(dashboard):
    card = next(panel for panel in dashboard.panels if panel["title"] == "In sync")
    shares = {(1, 1): "green", (999, 1000): "green", (6, 7): "yellow", (1, 2): "yellow", (0, 1): "orange"}
    holds("the card 'In sync' is not red for workspaces that need action",
          (f"{good} of {all}: {colour(card, good / all)}" for (good, all), right in shares.items() if colour(card, good / all) != right))


def main(folder):
    dashboards = [Dashboard(path) for path in sorted(pathlib.Path(folder).glob("*.json"))]
    metrics = {**with_rules(catalogue()), **{name: dict.fromkeys(labels) for name, labels in PROMETHEUS.items()}}
    runbook = (ROOT / "deploy" / "prometheus" / "runbook.md").read_text(encoding="utf-8")
    headings = {heading.lower() for heading in re.findall(r"^## (\w+)$", runbook, re.M)}
    uids = {dashboard.uid for dashboard in dashboards}
    holds("there are two dashboards", [] if len(uids) == 2 else [sorted(uids)])
    holds("the catalogue is read", [] if len(metrics) > 50 else [len(metrics)])
    for dashboard in dashboards:
        judge(dashboard, uids, headings, metrics)
        if dashboard.uid.endswith("on-call"):
            judge_on_call(dashboard)
        else:
            holds("capacity opens at a week: its trends are of days", [] if dashboard.json["time"]["from"] == "now-7d" else [dashboard.json["time"]])
    alerts = re.findall(r"alert: (\w+)", (ROOT / "deploy" / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
    linked = {url.partition("#")[2] for dashboard in dashboards for _, url in links(dashboard)}
    holds("every alert's section is linked from a panel", (alert for alert in alerts if alert.lower() not in linked))
    used = {name for dashboard in dashboards for _, expression in dashboard.queries() for name, _ in selections(expression)}
    families = {name for name in catalogue() if name not in used}
    families -= {name + s for name in {n.removesuffix(e) for n in used for e in SUFFIXES} for s in SUFFIXES}
    families -= {"process_virtual_memory_bytes"}  # says nothing: it is what was mapped, not what is used
    holds("every metric of the catalogue is shown somewhere", families)
    recorded = {name for name in metrics if ":" in name}
    holds("every recording rule is used", recorded - used)


if __name__ == "__main__":
    main(sys.argv[1])
