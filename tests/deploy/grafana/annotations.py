"""Cases for `promtool test rules`: what the annotations' queries answer, with everything chosen and steps of ten minutes.

    annotations.py DASHBOARDS >cases.yml
"""
import json
import pathlib
import sys

from grafana import Dashboard, substituted

CHOSEN = {"namespace": ".*", "job": "j", "instance": "i", "__interval": "10m"}
TARGET = 'namespace="n", job="j", instance="i"'


def case(sentence, series, expression, at, labels):
    return {"name": sentence, "interval": "1m",
            "input_series": [{"series": name, "values": values} for name, values in series.items()],
            "promql_expr_test": [{"expr": expression, "eval_time": at, "exp_samples": [{"labels": one, "value": 1} for one in labels]}]}


def revision(name):
    return f'coder_reconciler_source_revision_info{{{TARGET}, revision="{name}"}}'


def alert(name, labels):
    return f'ALERTS{{alertname="CoderReconciler{name}", alertstate="firing", severity="critical"{labels}}}'


def main(folder):
    whole = Dashboard(pathlib.Path(folder) / "coder-reconciler-on-call.json")
    ask = {one["name"]: substituted(one["target"]["expr"], CHOSEN) for one in whole.annotations}
    fired = {"__name__": "ALERTS", "alertstate": "firing", "severity": "critical"}
    there = {"namespace": "n", "job": "j", "instance": "i"}
    cases = [
        # a until 12:00, b for two minutes, then c: only c is there at a point.
        case("short revisions", {revision("a"): "1x11 stale", revision("b"): "_x12 1x1 stale", revision("c"): "_x15 1x30"},
             ask["Revisions"], "20m", ['{revision="b"}', '{revision="c"}']),
        case("alerts", {alert("Absent", ""): "1x20", alert("PlanHeld", f", {TARGET}"): "1x20",
                        alert("PlanHeld", ', namespace="n", job="j", instance="other"'): "1x20"},
             ask["Alerts"], "5m",
             [text({**fired, "alertname": "CoderReconcilerAbsent", "where": "on no instance"}),
              text({**fired, **there, "alertname": "CoderReconcilerPlanHeld", "where": "on i"})]),
    ]
    json.dump({"tests": cases}, sys.stdout)


def text(labels):
    name = labels.pop("__name__", "")
    return name + "{" + ", ".join(f'{key}="{value}"' for key, value in labels.items()) + "}"


if __name__ == "__main__":
    main(sys.argv[1])
