"""For who is on call: is it converging, what differs and why, what comes next, what does Coder answer."""
from .parts import (ALERTS, NEVER, bars, colors, dashboard, dashed, fixed, graph, heatmap, named, query, say, stat, steps, table,
                    timeline)

ON_ITS_WAY = "Creating|Updating|Stopping|BackingOff|RateLimited"
UNKNOWN = "NotRead|Unauthorized|Unreachable"
SETTLED = "InSync|Suspended"
WAITS = f"{ON_ITS_WAY}|{UNKNOWN}|{SETTLED}"  # all but these

CODES = colors(**{"2xx": "green", "3xx": "blue", "4xx": "yellow", "401": "dark-red", "403": "dark-orange", "404": "super-light-green",
                  "409": "light-yellow", "429": "purple", "5xx": "orange", "none": "red"})
# Blue resolves itself, red could not be read, the rest needs action.
REASONS = colors(
    Creating="light-blue", Updating="blue", Stopping="dark-blue", BackingOff="super-light-blue", RateLimited="semi-dark-blue",
    NotRead="light-red", Unauthorized="dark-red", Unreachable="red",
    Held="orange", Drifted="yellow", Missing="light-yellow", BuildFailed="dark-orange", Contested="purple",
    Overridden="light-purple", Forbidden="light-orange", Rejected="semi-dark-orange", PolicyForbids="dark-purple",
    ParametersRejected="super-light-orange", OwnerNotFound="dark-yellow", OwnerChanged="#b5651d", OwnerSuspended="semi-dark-yellow",
    OrganizationNotFound="super-light-yellow", TemplateNotFound="semi-dark-purple", TemplateAmbiguous="super-light-purple",
    TemplateDeprecated="#9d6b3f", VersionNotFound="#c4a484", NotManageable="#8e8e8e")
# Orange and red: somebody has to mend it. The pale ones are orders that somebody gave.
CAUSES = colors(ParametersMismatch="orange", LastBuildFailed="dark-orange", LastStopFailed="yellow", NoProvisioner="red",
                BuildStuck="dark-red", Dormant="#8e8e8e", OwnerSuspended="light-blue", DayNotAllowed="super-light-blue",
                TemplateForbidsAutostart="super-light-purple")
# Green is well, red could not be read, the rest needs action.
SET_REASONS = colors(Resolved="green", NoOwners="light-yellow", Held="orange", Conflict="purple", Invalid="dark-orange",
                     Forbidden="light-orange", OrganizationNotFound="super-light-yellow", GroupNotFound="yellow", UserNotFound="semi-dark-yellow",
                     NoGroups="light-purple", NotRead="light-red", Incomplete="semi-dark-red", Unauthorized="dark-red",
                     Unreachable="red")
ACTIONS = "create, stop, autostart, TTL, automatic updates, dormancy"

AT_A_GLANCE = [
    stat("Last good cycle", 4, 4,
         "Time since a cycle read Coder and did what it was allowed to do. It grows to --interval (a minute) and falls to 0. "
         "Red: nothing is reconciled; check the cards beside it for Coder, token and specs, then follow the runbook.",
         "max(time() - coder_reconciler_last_success_timestamp_seconds{@})", "s", loud=True, decimals=0,
         thresholds=steps("green", (300, "yellow"), (600, "red")), mappings=[NEVER], no_value="not scraped",
         alerts=["CoderReconcilerNotConverging", "CoderReconcilerAbsent"]),
    stat("In sync", 4, 4,
         "Share of the declared workspaces that match their specs; suspended ones are not counted. If it is not 100 %, "
         "'What differs' below says why; the status page names the workspaces. Never red: some workspaces out of sync are not an "
         "outage, for which the cards beside it turn red.",
         'sum(coder_reconciler_workspaces{@, reason="InSync"}) / (sum(coder_reconciler_workspaces{@, reason!="Suspended"}) > 0)',
         "percentunit", loud=True, decimals=1, thresholds=steps("orange", (0.5, "yellow"), (0.99, "green")),
         no_value="none declared", minimum=0, maximum=1, alerts=["CoderReconcilerDriftStanding", "CoderReconcilerBackingOff"]),
    stat("Need action", 4, 4,
         "Workspaces with a reason that no retry will fix. Nothing is broken, but somebody has to decide: 'What needs "
         "action, now' below lists the reasons, the runbook what to do for each.",
         f'sum(coder_reconciler_workspaces{{@, reason!~"{WAITS}"}})', "none", loud=True,
         thresholds=steps("green", (1, "yellow")), no_value="not scraped", alerts=["CoderReconcilerWaitsForPerson"]),
    stat("Plan", 4, 4,
         "Held: the plan changes more workspaces than --max-changes allows, and none of it is executed. Review it with "
         "'coder-reconciler plan'; if it is intended, approve its digest, otherwise revert the change in Git.",
         "max(coder_reconciler_plan_held{@})", "none", loud=True, thresholds=steps("text"), no_value="not scraped",
         mappings=[say({0: ("not held", "green"), 1: ("HELD", "red")})], alerts=["CoderReconcilerPlanHeld"]),
    stat("Coder", 4, 4,
         "Whether Coder itself responded to the last request. Away: check 'Requests by response' (none: no response at all; 5xx: "
         "something in between), then network, proxy, certificate. It is retried automatically.",
         "min(coder_reconciler_api_up{@})", "none", loud=True, thresholds=steps("text"), no_value="not scraped",
         mappings=[say({0: ("AWAY", "red"), 1: ("up", "green")})], alerts=["CoderReconcilerCoderUnreachable"]),
    stat("Token ends in", 4, 4,
         "Time until Coder rejects the token. Replace the content of the token file before that; no restart is needed.",
         "min(coder_reconciler_token_expiry_timestamp_seconds{@} - time())", "s", loud=True, decimals=0,
         thresholds=steps("red", (86400, "yellow"), (7 * 86400, "green")), no_value="never, or unknown",
         alerts=["CoderReconcilerTokenExpiresSoon", "CoderReconcilerTokenExpiresToday", "CoderReconcilerTokenRefused"]),
    stat("Alerts", 3, 3,
         "Alerts firing now, for what is selected above or for no instance at all. Their names are in the table below; each has "
         "a section in the runbook.",
         f"count({ALERTS})", "none",
         thresholds=steps("green", (1, "red")), no_value="none"),
    stat("Specs read", 3, 3,
         "Time since the specs were last read completely. Red: changes in Git do not arrive; the last good specs stay in force. "
         "Check the volume and git-sync.",
         "max(time() - coder_reconciler_source_last_read_timestamp_seconds{@})", "s", decimals=0,
         thresholds=steps("green", (300, "yellow"), (900, "red")), mappings=[NEVER], no_value="not scraped",
         alerts=["CoderReconcilerSourceStale"]),
    stat("Revision", 3, 3,
         "Start of the revision of the specs in force. Is it the one that you merged? More than one: the instances differ.",
         'count by (short) (label_replace(coder_reconciler_source_revision_info{@}, "short", "$1", "revision", "(.{0,8}).*"))',
         "none", legend="{{short}}", text="name", thresholds=steps("blue"), no_value="no revision",
         alerts=["CoderReconcilerSourceStale"]),
    stat("Invalid specs", 3, 3,
         "Documents that are left out: each for an error of its own, or because another one declares the same workspace. "
         "'coder-reconciler validate' names file, line and column.",
         'sum(coder_reconciler_specs{@, state=~"invalid|duplicate"})', "none", thresholds=steps("green", (1, "orange")),
         no_value="not scraped", alerts=["CoderReconcilerSpecsInvalid"]),
    stat("Contested", 3, 3,
         "Workspaces with a field that somebody else keeps changing back. It is no longer written until its spec changes: "
         "find the other writer in Coder's audit log.",
         "sum(coder_reconciler_workspaces_contested{@})", "none", thresholds=steps("green", (1, "orange")),
         no_value="not scraped", alerts=["CoderReconcilerWorkspaceContested"]),
    stat("Builds in flight", 3, 3,
         "Builds started by coder-reconciler that have not finished yet; at most --max-builds. If it stays high, check Coder's provisioners.",
         "sum(coder_reconciler_builds_in_flight{@})", "none", thresholds=steps("blue"), no_value="not scraped"),
    stat("Rate limit left", 3, 3,
         "Requests that Coder still allows this minute, on the route where fewest are left. Near 0: cycles wait. What else "
         "uses this token or this address?",
         "min(coder_reconciler_api_rate_limit_remaining{@})", "none",
         thresholds=steps("red", (20, "yellow"), (100, "green")), no_value="no limit seen", alerts=["CoderReconcilerThrottled"]),
    stat("Restarts", 3, 3,
         "Starts of the process within the time shown, beyond the first. Workspaces are safe; the end of the previous log "
         "says why.",
         "sum(changes(process_start_time_seconds{@}[$__range]))", "none", decimals=0,
         thresholds=steps("green", (1, "yellow"), (4, "red")), no_value="not scraped", alerts=["CoderReconcilerRestarting"]),
]

CONVERGING = [
    timeline("What has to be true", 14, 8,
             "Each line is a condition for converging, over time. A red stretch in an upper line usually explains those below.",
             [query('min(up{@})', "It is scraped"),
              query("min(coder_reconciler_api_up{@})", "Coder responds"),
              query("min((time() - coder_reconciler_source_last_read_timestamp_seconds{@}) < bool 900)", "Specs are read"),
              query('min(sum without (state) (coder_reconciler_specs{@, state=~"invalid|duplicate"}) == bool 0)',
                    "All specs are valid"),
              query("1 - max(coder_reconciler_plan_held{@})", "The plan is not held"),
              query("min((time() - coder_reconciler_last_success_timestamp_seconds{@}) < bool 600)", "A cycle is good")],
             thresholds=steps("text"), mappings=[say({0: ("no", "red"), 1: ("yes", "green")})],
             alerts=["CoderReconcilerAbsent", "CoderReconcilerCoderUnreachable", "CoderReconcilerNotConverging"]),
    table("Alerts firing", 10, 8,
          "Alerts firing now. The name is that of the section in the runbook; Reason is the cause where it is about starts ahead.",
          query(f'max by (alertname, severity, instance, reason, field) (label_replace({ALERTS}, "reason", "$1", "cause", "(.+)"))',
                table=True, instant=True), "none",
          hide=["__name__", "alertstate", "Value"],
          rename={"alertname": "Alert", "severity": "Severity", "instance": "Instance", "reason": "Reason", "field": "Field"},
          order=["severity", "alertname", "reason", "field", "instance"], no_value="–",
          overrides=[named("Alert", ("links", [{"title": "Runbook", "url": "${runbook:raw}", "targetBlank": True}]),
                           ("custom.width", 240)), named("Reason", ("custom.width", 130)),
                     named("Field", ("custom.width", 120)),
                     named("Severity", ("custom.cellOptions", {"type": "color-text"}), ("custom.width", 75),
                           ("mappings", [{"type": "value", "options": {
                               "critical": {"text": "critical", "color": "red", "index": 0},
                               "warning": {"text": "warning", "color": "orange", "index": 1}}}]))],
          alerts=["CoderReconcilerRunFailed", "CoderReconcilerRunMissing"]),
    graph("Declared workspaces", 12, 8,
          "All declared workspaces. Blue resolves itself, orange needs action, red could not be read: then nothing is "
          "changed there.",
          [query('sum(coder_reconciler_workspaces{@, reason="InSync"})', "in sync"),
           query(f'sum(coder_reconciler_workspaces{{@, reason=~"{ON_ITS_WAY}"}})', "in progress"),
           query(f'sum(coder_reconciler_workspaces{{@, reason!~"{WAITS}"}})', "needs action"),
           query(f'sum(coder_reconciler_workspaces{{@, reason=~"{UNKNOWN}"}})', "unknown"),
           query('sum(coder_reconciler_workspaces{@, reason="Suspended"})', "suspended")],
          "short", stacked=True, decimals=0,
          overrides=colors(**{"in sync": "green", "in progress": "blue", "needs action": "orange", "unknown": "red",
                              "suspended": "#8e8e8e"}),
          alerts=["CoderReconcilerBackingOff", "CoderReconcilerWaitsForPerson"]),
    graph("In sync, and cycles by result", 12, 8,
          "Share in sync (left), and how cycles ended (right). 'failed': nothing could be read; 'held': the guard; 'partial': "
          "some workspaces could not converge, the rest did.",
          [query("avg(instance:coder_reconciler_workspaces_in_sync:ratio{@})", "in sync"),
           query("sum by (result) (increase(coder_reconciler_cycles_total{@}[$__rate_interval]))", "{{result}}")],
          "short", stacked=True, bars=True, decimals=0,
          overrides=[named("in sync", ("unit", "percentunit"), ("min", 0), ("max", 1), ("color", fixed("text")),
                           ("custom.drawStyle", "line"), ("custom.lineWidth", 2), ("custom.fillOpacity", 0),
                           ("custom.axisPlacement", "left"), ("custom.stacking", {"group": "B", "mode": "none"})),
                     *[named(result, ("color", fixed(color)), ("custom.axisPlacement", "right"))
                       for result, color in {"in_sync": "green", "converged": "blue", "partial": "yellow", "held": "purple",
                                             "failed": "red"}.items()]],
          alerts=["CoderReconcilerNotConverging"]),
]

DIFFERS = [
    graph("Not in sync, by reason", 8, 9,
          "Reasons of the workspaces that are not in sync. One that rises for many at once has a common cause: a template, "
          "a permission, a provisioner.",
          query(f'sum by (reason) (coder_reconciler_workspaces{{@, reason!~"{SETTLED}"}}) > 0', "{{reason}}"),
          "short", stacked=True, points=True, table=True, no_value="all in sync", overrides=REASONS,
          alerts=["CoderReconcilerBackingOff", "CoderReconcilerWaitsForPerson"]),
    graph("Drifted fields", 8, 9,
          "Declared fields that differed from their declared value, before a cycle's actions. A peak that is gone in the next cycle is "
          "repaired drift; what persists is not repaired: compare the reasons on the left.",
          query("sum by (field) (coder_reconciler_drifted_fields{@})", "{{field}}"),
          "short", stacked=True, decimals=0,
          alerts=["CoderReconcilerDriftStanding", "CoderReconcilerWorkspaceContested"]),
    bars("What needs action, now", 8, 9,
         "Workspaces that need action, by reason. The runbook says what to do for each; /api/v1/workspaces and the status "
         "page name the workspaces.",
         query(f'sum by (reason) (coder_reconciler_workspaces{{@, reason!~"{WAITS}"}}) > 0', "{{reason}}", instant=True),
         "none", color={"mode": "fixed", "fixedColor": "orange"}, no_value="none",
         alerts=["CoderReconcilerWaitsForPerson"]),
    graph("Planned actions", 8, 8,
          f"What the last plan would change, by kind ({ACTIONS}). Large and held: see 'Plan' above.",
          query("sum by (action) (coder_reconciler_plan_actions{@})", "{{action}}"),
          "short", stacked=True, decimals=0, alerts=["CoderReconcilerPlanHeld"]),
    graph("Actions done", 8, 8,
          f"Actions that succeeded, by kind ({ACTIONS}).",
          query('sum by (action) (increase(coder_reconciler_actions_total{@, result="success"}[$__rate_interval]))', "{{action}}"),
          "short", stacked=True, bars=True, decimals=0),
    graph("Actions that failed or were skipped", 8, 8,
          "Failed: Coder rejected the request or did not respond; the log has its message and request id. Skipped: not tried, because something "
          "before it failed or no build slot was free. The line: workspaces waiting for their next attempt after a failure.",
          [query('sum by (action, result) (increase(coder_reconciler_actions_total{@, result!="success"}[$__rate_interval])) > 0',
                 "{{action}} {{result}}"),
           query("sum(coder_reconciler_workspaces_backing_off{@})", "backing off")],
          "short", stacked=True, bars=True, decimals=0,
          overrides=[named("backing off", ("custom.drawStyle", "line"), ("custom.fillOpacity", 0), ("color", fixed("orange")),
                           ("custom.stacking", {"group": "B", "mode": "none"}))],
          alerts=["CoderReconcilerBackingOff"]),
]

AHEAD = [
    graph("Starts that will not come, by cause", 6, 8,
          "Workspaces that their schedule would start within 24 hours, and Coder will not. Orange, red and yellow need action before "
          "then; the pale ones are orders: a dormant workspace, a suspended owner, the template. One with several causes is in "
          "each line. 'coder-reconciler forecast' names them, and says what to do.",
          query('sum by (cause) (coder_reconciler_starts_blocked{@, cause!="AlreadyRunning"}) > 0', "{{cause}}"),
          "short", points=True, table=True, decimals=0, no_value="all will come", overrides=CAUSES,
          alerts=["CoderReconcilerStartsWillFail"]),
    graph("Missed starts", 6, 8,
          "Workspaces whose start was due more than ten minutes ago and did not come, though nothing known was in the way. Look at their "
          "builds in Coder; if there are many: is Coder's scheduler running, are the provisioners?",
          query("sum(coder_reconciler_missed_starts{@})", "missed"), "short", decimals=0, overrides=colors(missed="orange"),
          alerts=["CoderReconcilerStartsWillFail"]),
    graph("Deletions ahead", 6, 8,
          "Declared workspaces that are dormant and that Coder will delete within that time, with what is on their disks. Wake those that "
          "are still needed; /api/v1/forecast?within=7d names them.",
          query('sum by (within) (coder_reconciler_deletions_expected{@, within=~"24h|7d"})', "within {{within}}"), "short",
          decimals=0, overrides=colors(**{"within 24h": "red", "within 7d": "orange"}), alerts=["CoderReconcilerDeletionAhead"]),
    graph("Exceptions", 6, 8,
          "What specs declare for a time: workspaces kept awake or retained, and suspended ones. Those that are over do nothing any more: "
          "'coder-reconciler validate' names them, so that they are removed.",
          query('sum by (kind, state) (coder_reconciler_exceptions{@}) > 0', "{{kind}} {{state}}"), "short", decimals=0,
          no_value="none"),
]

SETS = [
    graph("Sets, by reason", 12, 8,
          "WorkspaceSets by the reason of their condition. All but Resolved: owners are not known, or something about them waits for "
          "a person; those who were owners before keep their workspaces. The status page says for each what to do.",
          query('sum by (reason) (coder_reconciler_sets{@}) > 0', "{{reason}}"),
          "short", stacked=True, table=True, decimals=0, no_value="no sets", overrides=SET_REASONS,
          alerts=["CoderReconcilerSetNotReady"]),
    graph("Owners of sets", 12, 8,
          "present: owners as this cycle has read them. unread: owners known from an earlier cycle, since they could not be read in this one. "
          "left: who were owners since the process began, and are no more.",
          query("sum by (state) (coder_reconciler_set_members{@})", "{{state}}"),
          "short", stacked=True, decimals=0, overrides=colors(present="green", unread="red", left="#8e8e8e"),
          alerts=["CoderReconcilerSetNotReady"]),
]

DURATIONS = [
    heatmap("From a change of a spec to in sync", 8, 8,
            "Workspaces by the time from the read that saw the change to the read that saw them in sync. Long ones: "
            "builds, rate limit, backing off.",
            "sum by (le) (increase(coder_reconciler_convergence_seconds_bucket{@}[$__rate_interval]))"),
    heatmap("From drift seen to drift gone", 8, 8,
            "Drifted workspaces by the time that their repair took. Normally one cycle.",
            "sum by (le) (increase(coder_reconciler_drift_repair_seconds_bucket{@}[$__rate_interval]))",
            alerts=["CoderReconcilerDriftStanding"]),
    graph("95 % were done within", 8, 8,
          "95th percentile of the last hour, worst instance; the buckets end at an hour. No line: nothing changed in that hour.",
          [query("max(instance:coder_reconciler_convergence_seconds:p95_1h{@})", "change of a spec"),
           query("max(instance:coder_reconciler_drift_repair_seconds:p95_1h{@})", "drift")],
          "s", points=True, thresholds=steps("green", (900, "red")), limit_lines=True,
          overrides=colors(**{"change of a spec": "blue", "drift": "orange"})),
]

CODER = [
    graph("Requests by response", 8, 8,
          "Requests to Coder per second, counting every attempt. none: no response at all; 401: the token; 403: a permission; 429: "
          "rate limited; 404 is the normal response where a workspace does not exist.",
          query("sum by (code) (rate(coder_reconciler_api_requests_total{@}[$__rate_interval]))", "{{code}}"),
          "reqps", stacked=True, overrides=CODES,
          alerts=["CoderReconcilerCoderUnreachable", "CoderReconcilerTokenRefused", "CoderReconcilerThrottled"]),
    graph("Failed requests and retries", 8, 8,
          "Share of the requests within 15 minutes that failed (none, 5xx, 429), worst instance, and retries per "
          "second by what went wrong. Retries have a budget, so that an overloaded Coder is not overloaded further.",
          [query("max(instance:coder_reconciler_api_failures:ratio15m{@})", "failed share"),
           query("sum by (reason) (rate(coder_reconciler_api_retries_total{@}[$__rate_interval]))", "retry: {{reason}}")],
          "reqps", thresholds=steps("text"),
          overrides=[named("failed share", ("unit", "percentunit"), ("max", 1), ("custom.axisPlacement", "right"),
                           ("color", fixed("red")), ("custom.fillOpacity", 20))],
          alerts=["CoderReconcilerCoderUnreachable"]),
    graph("Rate limit left, by route", 8, 8,
          "Requests that Coder still allowed in that minute, by its last response on each route. A route that is not used keeps its "
          "last value.",
          query("min by (route) (coder_reconciler_api_rate_limit_remaining{@})", "{{route}}"),
          "short", decimals=0, thresholds=steps("red", (20, "transparent")), limit_lines=True, table=True,
          alerts=["CoderReconcilerThrottled"]),
    graph("Requests by route", 8, 9,
          "What reading and writing costs: requests to Coder per minute. In the steady state it is the list, once for every 150 "
          "workspaces, each cycle.",
          query("60 * sum by (route, method) (rate(coder_reconciler_api_requests_total{@}[$__rate_interval])) > 0",
                "{{method}} {{route}}"),
          "reqpm", stacked=True, table=True, decimals=1, alerts=["CoderReconcilerThrottled"]),
    graph("Coder's response time, by route", 8, 9,
          "95th percentile within 15 minutes. Slow: Coder's database or the network; it makes cycles slow too.",
          query("max by (route) (instance_route:coder_reconciler_api_request_duration_seconds:p95_15m{@}) >= 0", "{{route}}"),
          "s", table=True, thresholds=steps("green", (1, "red")), limit_lines=True, alerts=["CoderReconcilerCycleTooSlow"]),
    graph("Coder's time, by route", 8, 9,
          "Seconds per second that Coder works on our requests: what we cost it. 1 is one request in progress all the time.",
          query("sum by (route) (rate(coder_reconciler_api_request_duration_seconds_sum{@}[$__rate_interval])) > 0", "{{route}}"),
          "s", stacked=True, table=True, alerts=["CoderReconcilerCycleTooSlow"]),
]

WORKS = [
    graph("Builds", 8, 8,
          "Builds started by coder-reconciler and in flight, and creates and stops that were started. In flight for long: provisioners are missing "
          "or busy.",
          [query("sum(coder_reconciler_builds_in_flight{@})", "in flight"),
           query('sum by (action) (increase(coder_reconciler_actions_total{@, action=~"create|stop", '
                 'result="success"}[$__rate_interval]))', "{{action}} started")],
          "short", decimals=0,
          overrides=[*colors(**{"in flight": "blue"}),
                     *[named(f"{action} started", ("custom.drawStyle", "bars"), ("custom.fillOpacity", 60), ("color", fixed(color)))
                       for action, color in {"create": "green", "stop": "orange"}.items()]]),
    timeline("Revision in force", 8, 8,
             "Which revision of the specs was in force when. Two at a time: instances that differ.",
             query('max by (short) (label_replace(coder_reconciler_source_revision_info{@}, "short", "$1", "revision", "(.{0,12}).*"))',
                   "{{short}}"),
             thresholds=steps("blue"), mappings=[say({1: ("in force", "blue")})], no_value="no revision",
             alerts=["CoderReconcilerSourceStale"]),
    graph("Spec documents", 8, 8,
          "Documents by state. Invalid and duplicate ones are left out, and their workspaces left as they are.",
          query("sum by (state) (coder_reconciler_specs{@})", "{{state}}"),
          "short", stacked=True, decimals=0,
          overrides=colors(valid="green", invalid="red", duplicate="orange", suspended="#8e8e8e"),
          alerts=["CoderReconcilerSpecsInvalid"]),
    graph("Age of the specs and of the last good cycle", 8, 8,
          "A sawtooth as high as --interval is normal. A rising last cycle means a stuck loop; a rising last good cycle "
          "alone, an unreachable Coder; rising specs, a directory that cannot be read (the bars).",
          [query("max(time() - coder_reconciler_source_last_read_timestamp_seconds{@} < 1e9)", "specs read"),
           query("max(time() - coder_reconciler_last_success_timestamp_seconds{@} < 1e9)", "last good cycle"),
           query("max(time() - coder_reconciler_last_cycle_timestamp_seconds{@} < 1e9)", "last cycle"),
           query("sum(increase(coder_reconciler_source_read_errors_total{@}[$__rate_interval]))", "failed reads")],
          "s", thresholds=steps("transparent", (600, "red")), limit_lines=True,
          overrides=[*colors(**{"specs read": "blue", "last good cycle": "green", "last cycle": "yellow"}),
                     named("failed reads", ("unit", "short"), ("decimals", 0), ("custom.drawStyle", "bars"),
                           ("custom.axisPlacement", "right"), ("color", fixed("red")))],
          alerts=["CoderReconcilerSourceStale", "CoderReconcilerNotConverging"]),
    graph("Cycle duration", 8, 8,
          "Mean within 15 minutes, worst instance. Above the interval: drift is detected late. The capacity dashboard shows the "
          "phases.",
          [query("max(instance:coder_reconciler_cycle_duration_seconds:mean15m{@})", "mean"),
           query("min(1 / (rate(coder_reconciler_cycle_duration_seconds_count{@}[5m]) > 0))", "from cycle to cycle")],
          "s", overrides=[*colors(mean="blue"), dashed("from cycle to cycle")], alerts=["CoderReconcilerCycleTooSlow"]),
    table("Instances", 8, 8,
          "What runs, and since when. Two instances on the same workspaces do no harm, but run only one. The link leads "
          "to the status page, where the network lets you reach it.",
          [query("coder_reconciler_build_info{@}", table=True, instant=True),
           query("max by (instance) (time() - process_start_time_seconds{@})", table=True, instant=True),
           query("max by (instance) (time() - coder_reconciler_source_last_change_timestamp_seconds{@})", table=True, instant=True)],
          "s", hide=["__name__", "revision", "Value #A"],
          rename={"instance": "Instance", "version": "Version", "Value #B": "Up for", "Value #C": "Specs same for"},
          order=["instance", "version", "Value #B", "Value #C"], no_value="none",
          overrides=[named("Instance", ("links", [{"title": "Status page", "url": "http://${__value.text}/", "targetBlank": True}]),
                           ("custom.width", 140)),
                     named("Version", ("custom.width", 70)), named("Up for", ("decimals", 0)), named("Specs same for", ("decimals", 0))],
          alerts=["CoderReconcilerRestarting", "CoderReconcilerAbsent"]),
    graph("Requests to this program", 8, 8,
          "Responses of its own HTTP server by class. 421: a name that is not in --allowed-hosts. 401: a wrong token, or none. "
          "5xx: too many requests at a time, or an internal error (see the log).",
          query("sum by (code) (rate(coder_reconciler_http_requests_total{@}[$__rate_interval]))", "{{code}}"), "reqps"),
    graph("Approvals of held plans", 8, 8,
          "Attempts to approve a held plan, by result. refused: no token or a wrong one; mismatched: another plan than the one that is "
          "held. The log says from where.",
          query("sum by (result) (increase(coder_reconciler_approvals_total{@}[$__rate_interval]))", "{{result}}"),
          "short", bars=True, decimals=0, overrides=colors(approved="green", refused="red", mismatched="orange")),
    graph("Notifications", 8, 8,
          "Notifications by how sending them to one receiver ended. postponed: it was not there, and is tried again; refused or dropped: "
          "lost. The log has the receiver's number in --notify-url-file.",
          query("sum by (result) (increase(coder_reconciler_notifications_total{@}[$__rate_interval]))", "{{result}}"),
          "short", bars=True, decimals=0,
          overrides=colors(sent="green", postponed="orange", refused="red", dropped="red"),
          alerts=["CoderReconcilerNotificationsLost"]),
    graph("Commit statuses", 12, 8,
          "Tries to set the status of the specs' commits, by how they ended. postponed: the forge was not there, and is tried again; rejected: "
          "a setting, the token or its rights have to change, and the log says which.",
          query("sum by (result) (increase(coder_reconciler_commit_statuses_total{@}[$__rate_interval]))", "{{result}}"),
          "short", bars=True, decimals=0,
          overrides=colors(sent="green", postponed="orange", rejected="red", dropped="red"),
          alerts=["CoderReconcilerCommitStatusFailing"]),
    graph("Log, token file and defects", 12, 8,
          "Defects: exceptions in this program, one workspace, request or cycle each; the log names the cause, please report them. "
          "Lines dropped: nobody read the log in time; check what collects standard error. 'token file is invalid': the previous "
          "token is still in use; the log names the file and what is wrong with it.",
          [query("sum(increase(coder_reconciler_log_lines_dropped_total{@}[$__rate_interval]))", "lines dropped"),
           query("sum(increase(coder_reconciler_defects_total{@}[$__rate_interval]))", "defects"),
           query("sum(coder_reconciler_token_file_readable{@} == bool 0)", "token file is invalid")],
          "short", decimals=0, overrides=colors(**{"lines dropped": "orange", "defects": "red", "token file is invalid": "red"})),
]

RUNS = [
    timeline("Result of the last run of apply", 12, 7,
             "For a CronJob or a timer: the exit code that the last run published to a textfile or a Pushgateway, in words. Held: review "
             "the plan and approve it. Not converged, invalid specs: the run's log names the workspaces and the files.",
             query("max by (instance) (coder_reconciler_apply_exit_code{@})", "{{instance}}"), thresholds=steps("red"),
             mappings=[say({0: ("converged", "green"), 1: ("error", "red"), 3: ("not converged", "yellow"),
                            4: ("invalid specs", "orange"), 5: ("held", "purple"), 6: ("Coder unreachable, or token rejected", "red"),
                            130: ("interrupted", "#8e8e8e"), 143: ("terminated", "#8e8e8e")})],
             no_value="no run has published its metrics", alerts=["CoderReconcilerRunFailed"]),
    graph("Age of the last run of apply", 12, 7,
          "Time since a run published its metrics. A sawtooth as high as the period is normal; a slope: it is no longer started. "
          "The alert assumes three periods of ten minutes; set your own there.",
          query("""max by (instance) (time() - (push_time_seconds{@} and coder_reconciler_apply_exit_code{@}
                   or node_textfile_mtime_seconds{@, file=~".*coder.?reconciler.*"}))""", "{{instance}}"),
          "s", thresholds=steps("green", (1800, "red")), limit_lines=True, no_value="no run has published its metrics",
          alerts=["CoderReconcilerRunMissing"]),
]

DASHBOARD = dashboard(
    "coder-reconciler-on-call", "Coder reconciler: on call",
    "Is it converging, what differs and why, what comes next, and how does Coder respond? Most important at the top left.",
    ("Capacity", "coder-reconciler-capacity"), "now-3h", "30s",
    [(None, AT_A_GLANCE), ("Is it converging?", CONVERGING), ("What differs?", DIFFERS), ("What comes next?", AHEAD), ("For whom?", SETS),
     ("How long does it take?", DURATIONS),
     ("How does Coder respond, and what do we cost it?", CODER), ("Builds, specs and process", WORKS), ("Where no daemon runs", RUNS)])
