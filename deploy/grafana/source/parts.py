"""The vocabulary that the dashboards are written in: targets, panels, variables, annotations, layout."""

# What every query selects by; written "@" in the expressions.
SELECTOR = 'namespace=~"$namespace", job=~"$job", instance=~"$instance"'
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
# As in the alerts: where the runbook lies in the repository, until somebody puts the address before it where it is published.
RUNBOOK = "deploy/prometheus/runbook.md"
COLUMNS = 24
# The form that panels are written in: demo.sh and the page on dashboards start this Grafana.
GRAFANA = "11.6.0"
# What stands for the alerts of what is chosen. One without a target (it is absent) has none of the three labels, so an empty one
# fits, too.
ALERTS = ('ALERTS{alertname=~"CoderReconciler.*", alertstate="firing", namespace=~"$namespace|", job=~"$job|", '
          'instance=~"$instance|"}')


def query(expr, legend="", table=False, instant=False, heatmap=False):
    """One query. `instant`: only now, as stats and tables want it."""
    return {
        "datasource": DATASOURCE,
        "editorMode": "code",
        "expr": " ".join(expr.replace("@", SELECTOR).split()),
        "format": "table" if table else "heatmap" if heatmap else "time_series",
        "instant": instant,
        "range": not instant,
        "legendFormat": legend,
    }


def steps(*pairs):
    """steps("green", (300, "yellow")): a colour from the start, others from a value on."""
    base, *rest = pairs
    return {"mode": "absolute", "steps": [{"color": base, "value": None}] + [{"color": c, "value": v} for v, c in rest]}


def say(values):
    """{0: ("free", "green")}: words for values."""
    options = {str(v): {"text": text, "color": color, "index": i} for i, (v, (text, color)) in enumerate(values.items())}
    return {"type": "value", "options": options}


# A time that was never set reads as the epoch, so its age as decades.
NEVER = {"type": "range", "options": {"from": 1e9, "to": None, "result": {"text": "never", "color": "red", "index": 9}}}


def named(name, *properties):
    """Properties of the series of this name: named("p95", ("color", fixed("blue")))."""
    return {
        "matcher": {"id": "byName", "options": name},
        "properties": [{"id": key, "value": value} for key, value in properties],
    }


def fixed(color):
    return {"mode": "fixed", "fixedColor": color}


def colors(**by_name):
    return [named(name, ("color", fixed(color))) for name, color in by_name.items()]


def dashed(name, color="text"):
    return named(name, ("color", fixed(color)), ("custom.lineStyle", {"fill": "dash", "dash": [8, 6]}),
                 ("custom.fillOpacity", 0), ("custom.stacking", {"group": "A", "mode": "none"}))


def link(title, url, **rest):
    return {"type": "link", "title": title, "url": url, "icon": "", "tooltip": "", "tags": [], "asDropdown": False,
            "includeVars": False, "keepTime": False, "targetBlank": True, **rest}


def runbook(*alerts):
    """Links to the runbook's sections of these alerts."""
    return [link(f"Runbook: {alert}", f"${{runbook:raw}}#{alert.lower()}") for alert in alerts]


def panel(kind, title, width, height, description, targets, unit, *, options, alerts=(), custom=None, color=None,
          thresholds=None, mappings=(), overrides=(), decimals=None, no_value=None, minimum=None, maximum=None,
          interval=None, transformations=()):
    targets = targets if isinstance(targets, list) else [targets]
    defaults = {
        "color": color or {"mode": "palette-classic"},
        "mappings": list(mappings),
        "thresholds": thresholds or steps("text"),
        "unit": unit,
    }
    given = {"custom": custom, "decimals": decimals, "noValue": no_value, "min": minimum, "max": maximum}
    defaults.update({key: value for key, value in given.items() if value is not None})
    made = {
        "type": kind,
        "pluginVersion": GRAFANA,
        "title": title,
        "description": description,
        "datasource": DATASOURCE,
        "fieldConfig": {"defaults": defaults, "overrides": list(overrides)},
        "gridPos": {"w": width, "h": height},
        "links": runbook(*alerts),
        "options": options,
        "targets": [{"refId": chr(ord("A") + i), **target} for i, target in enumerate(targets)],
        "transformations": list(transformations),
    }
    if interval:
        made["interval"] = interval
    return made


def stat(title, width, height, description, expr, unit, *, loud=False, legend="", text="auto", **rest):
    """One value, now. `loud`: the whole panel takes its colour."""
    return panel(
        "stat", title, width, height, description, query(expr, legend, instant=True), unit,
        color={"mode": "thresholds"},
        options={
            "colorMode": "background" if loud else "value",
            "graphMode": "none",
            "justifyMode": "center",
            "percentChangeColorMode": "standard",
            "showPercentChange": False,
            "orientation": "auto",
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "textMode": text,
            "wideLayout": True,
        },
        **rest)


def graph(title, width, height, description, targets, unit, *, stacked=False, bars=False, table=False, points=False,
          limit_lines=False, minimum=0, **rest):
    """Lines over time; `table`: a legend with last and highest value, for many series."""
    custom = {
        "drawStyle": "bars" if bars else "line",
        "fillOpacity": 70 if bars else 25 if stacked else 0 if table else 8,
        "lineInterpolation": "linear",
        "lineWidth": 1,
        "pointSize": 5,
        "showPoints": "auto" if points else "never",
        "spanNulls": False,
        "stacking": {"group": "A", "mode": "normal" if stacked else "none"},
        "thresholdsStyle": {"mode": "dashed" if limit_lines else "off"},
    }
    legend = {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []}
    if table:
        legend = {"displayMode": "table", "placement": "bottom", "showLegend": True, "calcs": ["lastNotNull", "max"]}
    return panel(
        "timeseries", title, width, height, description, targets, unit, custom=custom, minimum=minimum,
        options={"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}, **rest)


def timeline(title, width, height, description, targets, unit="none", **rest):
    return panel(
        "state-timeline", title, width, height, description, targets, unit,
        custom={"fillOpacity": 70, "lineWidth": 0},
        color={"mode": "thresholds"},
        options={
            "alignValue": "center",
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False, "calcs": []},
            "mergeValues": True,
            "rowHeight": 0.8,
            "showValue": "auto",
            "tooltip": {"mode": "single", "sort": "none"},
        },
        **rest)


def heatmap(title, width, height, description, expr, unit="s", **rest):
    """A histogram over time; `expr` gives its buckets by `le`."""
    return panel(
        "heatmap", title, width, height, description, query(expr, "{{le}}", heatmap=True), unit,
        custom={"scaleDistribution": {"type": "linear"}},
        options={
            "calculate": False,
            "cellGap": 1,
            "cellValues": {"unit": "none", "decimals": 0},
            "color": {"mode": "scheme", "scheme": "Blues", "steps": 32, "exponent": 0.5, "fill": "blue",
                      "scale": "exponential", "reverse": False},
            "exemplars": {"color": "rgba(255,0,255,0.7)"},
            "filterValues": {"le": 1e-9},
            "legend": {"show": True},
            "rowsFrame": {"layout": "auto"},
            "showValue": "never",
            "tooltip": {"mode": "single", "showColorScale": True, "yHistogram": False},
            "yAxis": {"axisPlacement": "left", "unit": unit, "reverse": False},
        },
        **rest)


def table(title, width, height, description, targets, unit, *, hide=(), rename=None, order=(), sort=None, **rest):
    """Rows now; the labels of the series are its columns, but for those that say where it was scraped."""
    hidden = ["Time", "namespace", "job", "prometheus", "pod", "container", "endpoint", "service", *hide]
    tidy = [
        {"id": "organize", "options": {
            "excludeByName": {name: True for name in hidden},
            "includeByName": {},
            "indexByName": {name: i for i, name in enumerate(order)},
            "renameByName": rename or {}}},
    ]
    if isinstance(targets, list) and len(targets) > 1:
        tidy.insert(0, {"id": "merge", "options": {}})
    return panel(
        "table", title, width, height, description, targets, unit,
        custom={"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False, "filterable": False},
        options={"cellHeight": "sm", "frameIndex": 0, "showHeader": True,
                 "footer": {"show": False, "reducer": ["sum"], "countRows": False, "fields": ""},
                 "sortBy": [{"displayName": sort, "desc": True}] if sort else []},
        transformations=tidy, **rest)


def bars(title, width, height, description, targets, unit, **rest):
    return panel(
        "bargauge", title, width, height, description, targets, unit, minimum=0,
        options={
            "displayMode": "basic",
            "legend": {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": False},
            "maxVizHeight": 24,
            "minVizHeight": 12,
            "minVizWidth": 8,
            "namePlacement": "left",
            "orientation": "horizontal",
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "showUnfilled": True,
            "sizing": "auto",
            "valueMode": "color",
        },
        **rest)


def laid_out(sections):
    """Puts (heading, panels) from left to right and top to bottom; a line of panels fills the width."""
    placed, y = [], 0
    for heading, panels in sections:
        if heading:
            placed.append({"type": "row", "title": heading, "collapsed": False, "panels": [],
                           "gridPos": {"x": 0, "y": y, "w": COLUMNS, "h": 1}})
            y += 1
        x = height = 0
        for one in panels:
            size = one["gridPos"]
            if x == COLUMNS:
                x, y = 0, y + height
            if x == 0:
                height = size["h"]
            if x + size["w"] > COLUMNS or size["h"] != height:
                raise ValueError(f"'{one['title']}' does not fit its line")
            placed.append({**one, "gridPos": {"x": x, "y": y, **size}})
            x += size["w"]
        if x != COLUMNS:
            raise ValueError(f"the last line of '{heading}' is {x} wide, not {COLUMNS}")
        y += height
    return [{"id": i, **one} for i, one in enumerate(placed, start=1)]


def label_variable(name, label, expr, description, all_value=None):
    made = {
        "type": "query",
        "name": name,
        "label": label,
        "description": description,
        "datasource": DATASOURCE,
        "query": {"query": expr, "refId": "StandardVariableQuery", "qryType": 1},
        "definition": expr,
        "refresh": 2,
        "sort": 1,
        "regex": "",
        "multi": True,
        "includeAll": True,
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
        "options": [],
        "hide": 0,
        "skipUrlSync": False,
    }
    if all_value:
        made["allValue"] = all_value
    return made


def variables():
    one = "coder_reconciler_build_info"
    return [
        {"type": "datasource", "name": "datasource", "label": "Prometheus", "query": "prometheus", "regex": "", "refresh": 1,
         "description": "The Prometheus that scrapes coder-reconciler.", "multi": False, "includeAll": False,
         "current": {"selected": False, "text": "", "value": ""}, "options": [], "hide": 0, "skipUrlSync": False},
        label_variable("namespace", "Namespace", f"label_values({one}, namespace)",
                       "Namespaces in Kubernetes; elsewhere there are none, and All fits.", all_value=".*"),
        label_variable("job", "Job", f'label_values({one}{{namespace=~"$namespace"}}, job)', "Jobs that scrape it."),
        label_variable("instance", "Instance", f'label_values({one}{{namespace=~"$namespace", job=~"$job"}}, instance)',
                       "Instances; those that ended within the time shown are among them."),
        {"type": "constant", "name": "runbook", "label": "Runbook", "query": RUNBOOK, "hide": 2, "skipUrlSync": True,
         "description": "Where the runbook is published; links lead to its sections.",
         "current": {"selected": True, "text": RUNBOOK, "value": RUNBOOK},
         "options": [{"selected": True, "text": RUNBOOK, "value": RUNBOOK}]},
    ]


# A minute has some scrapes in it, so that one that is late or lost is no gap.
ANNOTATION_STEP = "1m"


def annotation(name, expr, color, title, text, enable=True):
    return {
        "name": name,
        "datasource": DATASOURCE,
        "enable": enable,
        "hide": False,
        "iconColor": color,
        "target": {
            "refId": "Anno",
            "expr": " ".join(expr.replace("@", SELECTOR).split()),
            "interval": ANNOTATION_STEP,
        },
        "titleFormat": title,
        "textFormat": text,
        "useValueForTime": False,
    }


def annotations():
    # Over the whole step on both sides: one that was in force between two points counts, too.
    seen = "count by (revision) (count_over_time(coder_reconciler_source_revision_info{@}[$__interval]"
    # A label that an alert lacks would be shown as its bare name.
    where = f'label_replace({ALERTS}, "where", "on $1", "instance", "(.+)")'
    where = f'label_replace({where}, "where", "on no instance", "instance", "")'
    return [
        {"builtIn": 1, "datasource": {"type": "grafana", "uid": "-- Grafana --"}, "enable": True, "hide": True,
         "iconColor": "rgba(0, 211, 255, 1)", "name": "Annotations & Alerts", "type": "dashboard"},
        annotation("Revisions", f"{seen})) unless {seen} offset $__interval))", "blue", "Specs changed",
                   "revision {{revision}}"),
        annotation("Restarts", "changes(process_start_time_seconds{@}[$__rate_interval]) > 0", "purple", "Restarted",
                   "{{instance}}", enable=False),
        annotation("Alerts", where, "red", "{{alertname}}", "{{severity}} {{where}}", enable=False),
    ]


def dashboard(uid, title, description, other, since, refresh, sections):
    """`other`: (title, uid) of the dashboard beside it."""
    return {
        "uid": uid,
        "title": title,
        "description": description,
        "tags": ["coder", "coder-reconciler"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "fiscalYearStartMonth": 0,
        "liveNow": False,
        "refresh": refresh,
        "timezone": "browser",
        "time": {"from": since, "to": "now"},
        "timepicker": {},
        "weekStart": "",
        "links": [
            link(other[0], f"/d/{other[1]}", icon="dashboard", includeVars=True, keepTime=True, targetBlank=False),
            link("Runbook", "${runbook:raw}", icon="doc", tooltip="What each alert means, what to look at, what to do"),
        ],
        "annotations": {"list": annotations()},
        "templating": {"list": variables()},
        "panels": laid_out(sections),
    }
