"""Dashboards as Grafana takes them: what is in them, and what it puts for their variables."""
import json
import math
import re


class Dashboard:
    def __init__(self, path):
        self.path = path
        self.json = json.loads(path.read_text(encoding="utf-8"))
        self.uid = self.json["uid"]
        self.panels = [panel for panel in self.json["panels"] if panel["type"] != "row"]
        self.variables = {variable["name"]: variable for variable in self.json["templating"]["list"]}
        self.annotations = [one for one in self.json["annotations"]["list"] if not one.get("builtIn")]

    def queries(self):
        """Where each query stands, and its text."""
        for panel in self.panels:
            for target in panel["targets"]:
                yield f"{self.uid}: {panel['title']}: {target['refId']}", target["expr"]
        for one in self.annotations:
            yield f"{self.uid}: annotation {one['name']}", one["target"]["expr"]


def escaped(value):
    """A value in a regular expression in a text of PromQL."""
    return re.sub(r"[\\^$*+?.()|\[\]{}]", r"\\\\\g<0>", value)


def several(values):
    parts = [escaped(value) for value in values]
    return parts[0] if len(parts) == 1 else f"({'|'.join(parts)})"


def duration(seconds):
    return f"{math.ceil(seconds)}s"


def substituted(text, values):
    """`$name`, `${name}` and `${name:format}` of these names; others stay, as `$1` of label_replace must."""
    return re.sub(r"\$\{(\w+)(?::\w+)?\}|\$(\w+)", lambda m: values.get(m.group(1) or m.group(2), m.group(0)), text)


def intervals(span, step, scrape):
    return {"__interval": duration(step), "__interval_ms": str(int(step * 1000)), "__range": duration(span),
            "__range_s": str(math.ceil(span)), "__rate_interval": duration(max(step + scrape, 4 * scrape))}
