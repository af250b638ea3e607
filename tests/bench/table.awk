# Prints figures as a table. Reads Google Benchmark's CSV, then lines "name value" of cycle.sh and answers.sh.
function row(what, figure, against, ratio, target, reached) {
  printf "%-46s %16s   %-34s %9s   %-12s %s\n", what, figure, against, ratio, target, reached
}
function ms(name) { return cpu[name] * (unit[name] == "ms" ? 1 : unit[name] == "us" ? 0.001 : 0.000001) }
function verdict(good) {
  if (!good) missed++
  return good ? "reached" : "MISSED"
}
function times_faster(what, name, against, baseline, target,   ratio) {
  ratio = ms(baseline) / ms(name)
  row(what, sprintf("%.3f ms", ms(name)), sprintf("%s %.3f ms", against, ms(baseline)), sprintf("%.1f x", ratio),
      target ? ">= " target " x" : "", target ? verdict(ratio >= target) : "")
}
function at_most(what, figure, unit_, against, baseline, limit, target,   ratio) {
  ratio = baseline ? figure / baseline : 0
  row(what, sprintf("%.1f %s", figure, unit_), baseline ? sprintf("%s %.1f %s", against, baseline, unit_) : against,
      baseline ? sprintf("%.2f", ratio) : "", target, target == "" ? "" : verdict((baseline ? ratio : figure) <= limit))
}
# What one more declared workspace adds to a cycle.
function growth(what, of, limit,   each) {
  each = (of["quiet_cycle/100000"] - of["quiet_cycle/1000"]) / 99000
  row(what, sprintf("%.2f", each), sprintf("a workspace more; %d in all", of["quiet_cycle/100000"]), "", "<= " limit,
      verdict(each <= limit))
}
function answers(what, name, of,   p99, max) {
  p99 = value["healthz_" name "_p99"]
  max = value["healthz_" name "_max"]
  row(what, sprintf("%.1f / %.1f / %.0f ms", value["healthz_" name "_p50"], p99, max),
      "p50, p99, max" (of ? ", " value["healthz_" name "_done"] " " of : ""), "", "< 50, < 200", verdict(p99 < 50 && max < 200))
}
BEGIN { FS = "," }
/^"/ {
  name = $1
  gsub(/"/, "", name)
  cpu[name] = $4
  unit[name] = $5
  split(substr($8, 2, length($8) - 2), label, " ")
  allocations[name] = label[1]
  allocated[name] = label[2]
  if ($9 == "true") { failed = failed name ": " $10 "\n" }
  next
}
/^[a-z_0-9]+ [0-9.]+$/ {
  split($0, pair, " ")
  value[pair[1]] = pair[2]
}
END {
  # What was not measured must not pass for fast.
  count = split("decode_page/500 decode_page_of_strange_keys/500 decode_page_nlohmann_dom/500 scan_page_memchr/500 load_cold/10000/1 load_cold/10000/50 " \
                "load_yaml_alone/10000/1 load_yaml_alone/10000/50 load_one_changed/10000/1 load_one_changed/10000/50 " \
                "load_cold/1000/50 load_set expand_set/100000 hold_documents/100000/iterations:1 replan_one_default/100000/100 load_cold_with_defaults/10000/50 reload_one_default/100000/100 " \
                "reload_all/100000/100 quiet_cycle/1000 quiet_cycle/100000 copy_for_a_plan/100000 " \
                "replan_one_changed/10000/1 replan_one_changed/10000/50", needed, " ")
  for (i = 1; i <= count; i++) if (!(needed[i] in cpu)) failed = failed needed[i] ": was not measured\n"
  if (!("cycle_late_ms" in value)) failed = failed "answers: were not measured\n"
  else if (!value["cycles_on_time"]) failed = failed "answers: no cycle came in its time\n"
  if (!("cycle_cpu_ms" in value)) failed = failed "the whole cycle: was not measured\n"
  if (!("followed_100000_requests" in value)) failed = failed "the audit log followed: was not measured\n"
  if (!("resident_reloaded_kib" in value)) failed = failed "resident memory: was not measured\n"
  if (failed) { printf "%s", failed; exit 1 }
  row("CPU time of", "", "baseline", "ratio", "to reach", "")
  times_faster("decode a page of 500 rows", "decode_page/500", "nlohmann DOM", "decode_page_nlohmann_dom/500", 15)
  times_faster("", "decode_page/500", "memchr", "scan_page_memchr/500", 0)
  at_most("  what foretelling needs, included", ms("decode_page/500"), "ms", "without it",
          ms("decode_page_of_strange_keys/500"), 1.1, "<= 1.10")
  times_faster("load 10 000 specs, 10 000 files", "load_cold/10000/1", "yaml-cpp alone", "load_yaml_alone/10000/1", 0)
  times_faster("load 10 000 specs, 200 files", "load_cold/10000/50", "yaml-cpp alone", "load_yaml_alone/10000/50", 0)
  times_faster("load again, one of 10 000 files changed", "load_one_changed/10000/1", "cold", "load_cold/10000/1", 0)
  times_faster("load again, one of 200 files changed", "load_one_changed/10000/50", "cold", "load_cold/10000/50", 0)
  at_most("load again 100 000 specs, all of 1 000 files changed", ms("reload_all/100000/100"), "ms", "", 0, 1500, "<= 1.5 s")
  at_most("load 10 000 specs with ten defaults, 200 files", ms("load_cold_with_defaults/10000/50"), "ms", "without",
          ms("load_cold/10000/50"), 1.5, "<= 1.50")
  at_most("load again 100 000 specs, one default changed", ms("reload_one_default/100000/100"), "ms", "", 0, 500, "<= 0.5 s")
  at_most("load a set for 100 000 with ten defaults", ms("load_set"), "ms", "1 000 specs", ms("load_cold/1000/50"), 1.5, "<= 1.50")
  at_most("  and make its workspaces", ms("load_set") + ms("expand_set/100000"), "ms", "1 000 specs", ms("load_cold/1000/50"), 1.5,
          "<= 1.50")
  at_most("  bytes that one of them holds", allocated["expand_set/100000"], "B", "a document",
          allocated["hold_documents/100000/iterations:1"], 1.1, "<= 1.10")
  at_most("re-plan one changed default of 100 000 specs", ms("replan_one_default/100000/100"), "ms", "", 0, 500, "<= 0.5 s")
  at_most("re-plan one changed spec, 10 000 files", ms("replan_one_changed/10000/1"), "ms", "", 0, 50, "< 50 ms")
  at_most("re-plan one changed spec, 200 files", ms("replan_one_changed/10000/50"), "ms", "", 0, 50, "< 50 ms")
  if ("cycle_cpu_ms" in value) {
    at_most("cycle without work, 10 000 of 100 000", value["cycle_cpu_ms"], "ms", "curl, same URLs", value["curl_cpu_ms"], 1.5,
            "<= 1.5")
    at_most("  its requests", value["cycle_requests"], "", sprintf("%.1f MB", value["cycle_bytes"] / 1e6), 0,
            value["cycle_requests_limit"], "<= " value["cycle_requests_limit"])
    at_most("  peak resident memory of the process", value["peak_rss_kib"] / 1024, "MiB", "40 MiB + 400 B a workspace", 0,
            value["peak_rss_limit_kib"] / 1024, sprintf("<= %.1f MiB", value["peak_rss_limit_kib"] / 1024))
  }
  for (n = 10000; n <= 100000; n *= 10) {
    at_most("quiet cycle with the audit log, " n " declared: requests", value["followed_" n "_requests"], "", "without",
            value["whole_" n "_requests"], 0, "")
    at_most("  their bound", value["followed_" n "_requests"], "", "", 0, value["followed_" n "_requests_limit"],
            "<= " value["followed_" n "_requests_limit"])
    at_most("  workspace rows that Coder builds", value["followed_" n "_rows"], "", "without", value["whole_" n "_rows"], 0.05, "<= 0.05")
    at_most("  MB that Coder sends", value["followed_" n "_bytes"] / 1e6, "", "without", value["whole_" n "_bytes"] / 1e6, 0.05,
            "<= 0.05")
    at_most("  CPU of the stand-in Coder", value["followed_" n "_coders_cpu_ms"], "ms", "without",
            value["whole_" n "_coders_cpu_ms"], 0.05, "<= 0.05")
    at_most("  our CPU, whole cycle", value["followed_" n "_cpu_ms"], "ms", "without", value["whole_" n "_cpu_ms"], 0.05, "<= 0.05")
  }
  at_most("cycle without work, 100 000 declared, from memory", ms("quiet_cycle/100000"), "ms", "", 0, 0, "")
  at_most("  what a plan by the daemon takes of the loop", ms("copy_for_a_plan/100000"), "ms", "the cycle", ms("quiet_cycle/100000"), 0.05,
          "<= 0.05")
  growth("  allocations of it", allocations, 0)
  growth("  bytes of them", allocated, 0)
  at_most("resident memory, 100 000 declared", value["resident_kib"] / 1024, "MiB", "", 0, 100, "<= 100 MiB")
  at_most("  at most, reading included", value["resident_peak_kib"] / 1024, "MiB", "", 0, 0, "")
  at_most("  after all files were written anew", value["resident_rewritten_kib"] / 1024, "MiB", "", 0, 100, "<= 100 MiB")
  at_most("  after all files have changed", value["resident_reloaded_kib"] / 1024, "MiB", "", 0, 100, "<= 100 MiB")
  at_most("  at most", value["resident_reloaded_peak_kib"] / 1024, "MiB", "", 0, 0, "")
  if ("cycle_late_ms" in value) {
    answers("/healthz, 100 000 declared, idle", "idle", "")
    answers("  all specs rewritten", "rewriting", "rounds")
    answers("  20 clients on /", "pages", "pages")
    answers("  50 clients with the dearest query", "queries", "answers")
    at_most("  a cycle starts late by at most", value["cycle_late_ms"], "ms", value["cycles_on_time"] " cycles", 0,
            value["cycle_late_limit_ms"], "<= " value["cycle_late_limit_ms"])
    row("  peak resident memory of the process", sprintf("%.1f MiB", value["answers_rss_kib"] / 1024), "", "", "", "")
  }
  if (missed) printf "%d of the figures to reach are missed\n", missed
}
