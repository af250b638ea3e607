"""Pages of the dashboards with Prometheus' answers in them, for app.jsx.   pages.py DASHBOARDS WORK: where live_test.py --keep left
view.json, and where the pages go; prints "page height"."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from grafana import Dashboard  # noqa: E402
from live_test import SCALE, SCRAPE, View, seconds  # noqa: E402
from world import World  # noqa: E402

PAGE = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="app.css"><style>* {{ box-sizing: border-box }}
body {{ margin: 0 }}</style><div id="root"></div><script>window.process = {{env: {{}}}}; window.INPUT = {input}</script>
<script src="app.js"></script>"""


def answers(view, dashboard):
    for panel in dashboard.panels:
        least = max(seconds(panel["interval"]) / SCALE, SCRAPE) if "interval" in panel else SCRAPE
        yield panel["id"], [view.now(target["expr"], view.all) if target["instant"] else view.range(target["expr"], view.all, least)
                            for target in panel["targets"]]


def main(folder, work):
    work = pathlib.Path(work)
    kept = json.loads((work / "view.json").read_text(encoding="utf-8"))
    world = World(pathlib.Path(), work)
    world.prometheus = kept["prometheus"]
    view = View(world, kept["start"], kept["end"])
    view.all = kept["all"]
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        dashboard = Dashboard(path)
        given = {"dashboard": dashboard.json, "answers": dict(answers(view, dashboard)), "start": view.start, "end": view.end}
        height = 38 * max(one["gridPos"]["y"] + one["gridPos"]["h"] for one in dashboard.json["panels"]) + 10
        for mode in ("dark", "light"):
            page = work / f"{dashboard.uid}-{mode}.html"
            text = json.dumps({**given, "mode": mode}).replace("</", "<\\/")
            page.write_text(PAGE.format(input=text), encoding="utf-8")
            print(page.stem, height)


if __name__ == "__main__":
    main(*sys.argv[1:])
