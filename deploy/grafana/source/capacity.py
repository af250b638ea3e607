"""For who plans: does it keep up, what does it cost, how long will that do."""
from .parts import dashboard, dashed, colors, fixed, graph, heatmap, named, query, stat, steps

CYCLES = "sum(rate(coder_reconciler_cycle_duration_seconds_count{@}[$__rate_interval]))"
DECLARED = "sum(coder_reconciler_workspaces{@})"
# From cycle to cycle there are a minute and more: rates over less than some cycles are holes.
SOME_CYCLES = "5m"

AT_A_GLANCE = [
    stat("Declared workspaces", 4, 4, "Workspaces declared and selected now. The cost grows with them.",
         DECLARED, "short", decimals=0, thresholds=steps("blue"), no_value="not scraped"),
    stat("Busy", 4, 4,
         "Share of the last 5 minutes that was spent in cycles, busiest instance. From a fifth on, the interval is stretched automatically; "
         "near 100 % one cycle follows another: see which phase takes the time.",
         "max(rate(coder_reconciler_cycle_duration_seconds_sum{@}[5m]))", "percentunit", decimals=1, loud=True,
         thresholds=steps("green", (0.2, "yellow"), (0.8, "red")), no_value="no cycle", alerts=["CoderReconcilerCycleTooSlow"]),
    stat("From cycle to cycle", 4, 4,
         "Mean time between the starts of two cycles within 5 minutes. Longer than --interval: reading takes more than a fifth "
         "of it, or cycles are slow. Shorter: changes and builds trigger cycles.",
         "max(1 / (rate(coder_reconciler_cycle_duration_seconds_count{@}[5m]) > 0))", "s", decimals=1,
         thresholds=steps("blue"), no_value="no cycle", alerts=["CoderReconcilerCycleTooSlow"]),
    stat("Requests per cycle", 4, 4,
         "Requests to Coder per cycle within 15 minutes. In the steady state one for every 150 declared workspaces, and one more.",
         "sum(rate(coder_reconciler_api_requests_total{@}[15m])) / "
         "(sum(rate(coder_reconciler_cycle_duration_seconds_count{@}[15m])) > 0)", "none", decimals=1,
         thresholds=steps("blue"), no_value="no cycle"),
    stat("Rate limit used", 4, 4,
         "Share of Coder's limit per minute that was used on the busiest route, by us and by others that Coder "
         "counts with us. Above 80 %: lengthen --interval, or raise Coder's limit.",
         "max(1 / (1 + coder_reconciler_api_rate_limit_remaining{@} / "
         "on (namespace, job, instance, route) (60 * sum by (namespace, job, instance, route) (rate(coder_reconciler_api_requests_total{@}[5m])) > 0)))",
         "percentunit", decimals=1, loud=True, thresholds=steps("green", (0.5, "yellow"), (0.8, "red")), no_value="no limit seen",
         alerts=["CoderReconcilerThrottled"]),
    stat("Memory", 4, 4,
         "Resident memory of the largest instance. The limit of its container or unit should be twice that.",
         "max(process_resident_memory_bytes{@})", "bytes", decimals=1, thresholds=steps("blue"), no_value="not scraped",
         alerts=["CoderReconcilerRestarting"]),
]

CYCLE = [
    graph("A cycle against its interval", 12, 8,
          "Duration of cycles (mean of 15 minutes; 95th percentile), and the time from one to the next. If the lines "
          "approach each other, it does not keep up.",
          [query("max(instance:coder_reconciler_cycle_duration_seconds:mean15m{@})", "mean"),
           query("max(histogram_quantile(0.95, rate(coder_reconciler_cycle_duration_seconds_bucket{@}[15m])))", "95th percentile"),
           query("min(1 / (rate(coder_reconciler_cycle_duration_seconds_count{@}[$__rate_interval]) > 0))", "from cycle to cycle")],
          "s", interval=SOME_CYCLES, overrides=[*colors(**{"mean": "blue", "95th percentile": "orange"}), dashed("from cycle to cycle")],
          alerts=["CoderReconcilerCycleTooSlow"]),
    graph("Phases of a cycle", 12, 8,
          "Mean time of each phase. load: files; read: Coder's list; resolve: names to ids; plan: our CPU; execute: writes and "
          "their waiting.",
          query(f"sum by (phase) (rate(coder_reconciler_cycle_phase_duration_seconds_sum{{@}}[$__rate_interval])) / on () group_left {CYCLES} > 0",
                "{{phase}}"),
          "s", stacked=True, interval=SOME_CYCLES,
          overrides=colors(load="purple", read="blue", resolve="yellow", plan="green", execute="orange"),
          alerts=["CoderReconcilerCycleTooSlow"]),
    heatmap("Cycles by duration", 12, 8, "Number of cycles by duration. Many in the upper rows: cycles are slow; see the phases beside it.",
            "sum by (le) (increase(coder_reconciler_cycle_duration_seconds_bucket{@}[$__rate_interval]))", interval=SOME_CYCLES,
            alerts=["CoderReconcilerCycleTooSlow"]),
    graph("Slow phases", 12, 8,
          "95th percentile of each phase; the buckets end at 10 s. A phase that is much slower here than on average has outliers: "
          "look for retries and throttling at the same time.",
          query("max by (phase) (histogram_quantile(0.95, rate(coder_reconciler_cycle_phase_duration_seconds_bucket{@}[$__rate_interval]))) >= 0",
                "{{phase}}"),
          "s", interval=SOME_CYCLES,
          overrides=colors(load="purple", read="blue", resolve="yellow", plan="green", execute="orange"),
          alerts=["CoderReconcilerCycleTooSlow"]),
]

REQUESTS = [
    graph("Requests per cycle, by route", 12, 9,
          "What a cycle requests from Coder. Lists grow with the declared workspaces (150 per request); anything else here all the time "
          "is requested again and again for a reason: specs that cannot be resolved, creates, read-backs.",
          query(f"sum by (route, method) (rate(coder_reconciler_api_requests_total{{@}}[$__rate_interval])) / on () group_left {CYCLES} > 0",
                "{{method}} {{route}}"),
          "short", stacked=True, table=True, decimals=1, interval=SOME_CYCLES),
    graph("Workspaces read, by how", 12, 9,
          "Live workspaces read by a cycle. ids: the cheap way, for known ones. Many by owner, name or page after the first "
          "cycle: workspaces that are new, or not found.",
          query("sum by (how) (coder_reconciler_live_workspaces_read{@})", "{{how}}"),
          "short", stacked=True, table=True, decimals=0),
    graph("Requests per minute, by route", 12, 9,
          "To compare with the limit: Coder counts each route by itself, by user or address.",
          [query("60 * sum by (route) (rate(coder_reconciler_api_requests_total{@}[$__rate_interval])) > 0", "{{route}}"),
           query("60 * sum(instance:coder_reconciler_api_requests:rate5m{@})", "all, over 5 minutes")],
          "reqpm", table=True, decimals=1, interval=SOME_CYCLES, overrides=[dashed("all, over 5 minutes")],
          alerts=["CoderReconcilerThrottled"]),
    graph("Lowest rate limit remaining, by route", 12, 9,
          "The lowest number of requests still allowed. Headroom for growth: when the list's line approaches 0, cycles begin to wait.",
          query("min by (route) (min_over_time(coder_reconciler_api_rate_limit_remaining{@}[$__rate_interval]))", "{{route}}"),
          "short", table=True, decimals=0, thresholds=steps("red", (20, "transparent")), limit_lines=True,
          interval=SOME_CYCLES, alerts=["CoderReconcilerThrottled"]),
    graph("Mean response time, by route", 12, 9,
          "Seconds per request. If the list becomes slower as the fleet grows, it is Coder's database.",
          query("sum by (route) (rate(coder_reconciler_api_request_duration_seconds_sum{@}[$__rate_interval])) / "
                "(sum by (route) (rate(coder_reconciler_api_request_duration_seconds_count{@}[$__rate_interval])) > 0)", "{{route}}"),
          "s", table=True, interval=SOME_CYCLES, alerts=["CoderReconcilerCycleTooSlow"]),
    graph("Share of requests that failed", 12, 9,
          "none, 5xx and 429 within 15 minutes, by instance. Retries cost twice.",
          query("instance:coder_reconciler_api_failures:ratio15m{@}", "{{instance}}"),
          "percentunit", table=True, maximum=1, thresholds=steps("green", (0.05, "red")), limit_lines=True,
          alerts=["CoderReconcilerCoderUnreachable", "CoderReconcilerThrottled"]),
]

FLEET = [
    graph("Declared workspaces, and in 30 days", 8, 8,
          "The declared fleet, and its size in 30 days if it keeps growing as it did since the lowest value of the last week.",
          [query("sum(instance:coder_reconciler_workspaces:sum{@})", "declared"),
           query("sum(instance:coder_reconciler_workspaces:sum{@} + 30 / 7 * (instance:coder_reconciler_workspaces:sum{@} - "
                 "min_over_time(instance:coder_reconciler_workspaces:sum{@}[7d])))", "in 30 days")],
          "short", decimals=0, overrides=[*colors(declared="blue"), dashed("in 30 days")]),
    graph("The audit log followed", 8, 8,
          "Instances that believe Coder's audit log and read only what may have changed, that hold it to be proven first, and that read "
          "everything each cycle. Dashed: changes that it did not tell, per hour.",
          [query("sum by (state) (coder_reconciler_change_feed{@})", "{{state}}"),
           query("3600 * sum(rate(coder_reconciler_change_feed_missed_changes_total{@}[$__rate_interval]))", "missed")],
          "short", decimals=0, interval=SOME_CYCLES, overrides=[*colors(trusted="green", on_probation="orange", off="blue", missed="red"),
                                                               dashed("missed")],
          alerts=["CoderReconcilerChangesMissed"]),
    graph("Oldest read that counts", 8, 8,
          "Age of the oldest read that the state of a declared workspace rests on: at most --sweep-interval (30 minutes, unless set).",
          query("coder_reconciler_sweep_age_seconds{@}", "{{instance}}"),
          "s"),
    graph("Rows of the audit log per minute", 8, 8,
          "What people and programs do to workspaces and templates, builds that ended, and the writes of coder-reconciler itself.",
          query("60 * sum(rate(coder_reconciler_change_feed_rows_total{@}[$__rate_interval]))", "rows"),
          "short", interval=SOME_CYCLES, overrides=colors(rows="blue")),
    graph("Builds started per hour", 8, 8,
          "Creates and stops that Coder accepted. Their number is bounded by --max-builds and by how long a build takes.",
          query('3600 * sum by (action) (rate(coder_reconciler_actions_total{@, action=~"create|stop", result="success"}[$__rate_interval]))',
                "{{action}}"),
          "short", stacked=True, interval=SOME_CYCLES, overrides=colors(create="green", stop="orange")),
    graph("Builds in flight", 8, 8,
          "By instance. Flat at --max-builds (10, unless set): creates wait for slots. If Coder has provisioners to spare, raise it.",
          query("coder_reconciler_builds_in_flight{@}", "{{instance}}"),
          "short", decimals=0, thresholds=steps("transparent", (10, "orange")), limit_lines=True),
    graph("How builds ended, per hour", 12, 8,
          "Builds that coder-reconciler started and saw end. Failed ones are retried three times, then wait for a change.",
          query("3600 * sum by (transition, result) (rate(coder_reconciler_builds_total{@}[$__rate_interval]))",
                "{{transition}} {{result}}"),
          "short", stacked=True, interval=SOME_CYCLES,
          overrides=colors(**{"start success": "green", "stop success": "blue", "start failed": "red", "stop failed": "orange",
                              "start canceled": "#8e8e8e", "stop canceled": "#8e8e8e"})),
    graph("Where builds spend their time", 12, 8,
          "Mean of each stage, of builds that coder-reconciler started. A long queue: provisioners are missing. A long apply: the "
          "template. A long connect or start: image and start scripts.",
          query("sum by (stage) (rate(coder_reconciler_build_stage_seconds_sum{@}[$__rate_interval])) / "
                "clamp_min(sum by (stage) (rate(coder_reconciler_build_stage_seconds_count{@}[$__rate_interval])), 1e-9)", "{{stage}}"),
          "s", table=True, interval=SOME_CYCLES),
    graph("Starts ahead", 12, 8,
          "Workspaces that Coder will start within that time, as their schedules say. Many within an hour are a stampede: are there "
          "provisioners enough? 'coder-reconciler forecast' says in which five minutes most of them start. Dashed: those that will be "
          "running already when their schedule names a start within 24 hours.",
          [query('sum by (within) (coder_reconciler_starts_expected{@, within=~"1h|24h"})', "within {{within}}"),
           query('sum(coder_reconciler_starts_blocked{@, cause="AlreadyRunning"})', "already running")],
          "short", decimals=0,
          overrides=[*colors(**{"within 1h": "orange", "within 24h": "blue"}), dashed("already running")]),
    graph("Stops ahead", 12, 8,
          "Running workspaces that Coder will stop within that time, unless somebody goes on using them. What the machines below them will "
          "be free of.",
          query('sum by (within) (coder_reconciler_stops_expected{@, within=~"1h|24h"})', "within {{within}}"),
          "short", decimals=0, overrides=colors(**{"within 1h": "orange", "within 24h": "blue"})),
]

PROCESS = [
    graph("Resident memory", 8, 8,
          "Resident memory, largest instance; dashed: 40 MiB plus 1600 B for each declared workspace, which it should stay below. With 100 000 "
          "declared it is about 100 MiB, and 190 MiB while all specs are reloaded.",
          [query("max(process_resident_memory_bytes{@})", "resident"),
           query(f"40 * 1024 * 1024 + 1600 * {DECLARED}", "expected at most")],
          "bytes", overrides=[dashed("expected at most", "red"), *colors(resident="blue")],
          alerts=["CoderReconcilerRestarting"]),
    graph("Memory per declared workspace", 8, 8,
          "Resident memory divided by declared workspaces: falls with the size of the fleet, since the program itself takes some. "
          "A line that rises while the fleet stays the same is a leak: report it.",
          query(f"sum(process_resident_memory_bytes{{@}}) / ({DECLARED} > 0)", "bytes per workspace"), "bytes",
          overrides=colors(**{"bytes per workspace": "blue"})),
    graph("CPU", 8, 8,
          "Share of one core, by instance.",
          query("rate(process_cpu_seconds_total{@}[$__rate_interval])", "{{instance}}"), "percentunit", interval=SOME_CYCLES,
          alerts=["CoderReconcilerCycleTooSlow"]),
    graph("CPU per workspace and cycle", 8, 8,
          "CPU seconds per cycle, divided by the declared workspaces. It should not grow with the fleet.",
          query(f"sum(rate(process_cpu_seconds_total{{@}}[$__rate_interval])) / ({CYCLES} > 0) / ({DECLARED} > 0)", "CPU"), "s",
          interval=SOME_CYCLES, overrides=colors(CPU="blue")),
    graph("File descriptors", 8, 8,
          "Open ones and their limit. It needs some for connections to Coder and one for each watched directory's watcher.",
          [query("max(process_open_fds{@})", "open"), query("min(process_max_fds{@})", "limit")], "short", decimals=0,
          overrides=[*colors(open="blue"), named("limit", ("custom.axisPlacement", "right"), ("color", fixed("text")))]),
    graph("Exposed series", 8, 8,
          "Samples per scrape, largest instance. Fewer than 700 whatever the fleet: routes appear when they are first used.",
          query("max(scrape_samples_scraped{@})", "samples"), "short", decimals=0, thresholds=steps("transparent", (700, "red")),
          limit_lines=True, maximum=750, overrides=colors(samples="blue")),
]

DASHBOARD = dashboard(
    "coder-reconciler-capacity", "Coder reconciler: capacity",
    "Does it keep up, what does it cost Coder and the machine, and how large a fleet can it handle?",
    ("On call", "coder-reconciler-on-call"), "now-7d", "5m",
    [(None, AT_A_GLANCE), ("Does a cycle fit into its interval?", CYCLE), ("What does it cost Coder?", REQUESTS),
     ("Fleet and builds", FLEET), ("Process", PROCESS)])
