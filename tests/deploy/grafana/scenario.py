"""What happens in the world while Prometheus looks on: each part ends when it is seen to have happened."""
from world import until

OWNERS = ["alice", "bob", "carol"]


def document(owner, name, template="docker", annotations="", **fields):
    lines = ["apiVersion: coder-reconciler/v1", "kind: Workspace", f"metadata: {{name: {name}{annotations}}}", "spec:",
             f"  owner: {owner}", f"  template: {template}"]
    return "\n".join([*lines, *(f"  {key}: {value}" for key, value in fields.items()), "---\n"])


def workspace_set(name, owners):
    lines = ["apiVersion: coder-reconciler/v1", "kind: WorkspaceSet", f"metadata: {{name: {name}}}", "spec:", f"  owners: {owners}",
             "  template:", f"    metadata: {{name: {name}}}", "    spec: {template: docker}"]
    return "\n".join([*lines, "---\n"])


HOURLY = "0 * * * *"
FLEET = [(owner, f"dev-{n}") for owner in OWNERS for n in range(8)]
SEED = {
    "users": [{"name": name} for name in [*OWNERS, "gone"]] + [{"name": "away", "suspended": True}],
    "templates": [{"name": "docker"}, {"name": "broken", "builds_fail": True},
                  {"name": "empty", "without_provisioners": True}],
    "workspaces": [{"owner": owner, "name": name, "template": "docker", "ttl_ms": 8 * 3600 * 1000} for owner, name in FLEET]
    + [{"owner": "bob", "name": "reported", "template": "docker", "ttl_ms": 3600 * 1000},
       {"owner": "bob", "name": "asleep", "template": "docker", "running": True, "idle_hours": 100},
       {"owner": "carol", "name": "kept", "template": "docker", "ttl_ms": 3600 * 1000},
       # What comes next: a start, one that is not needed, one that fails; and a stop.
       {"owner": "alice", "name": "starts", "template": "docker", "autostart": HOURLY, "running": False},
       {"owner": "alice", "name": "runs", "template": "docker", "autostart": HOURLY},
       {"owner": "alice", "name": "failed", "template": "docker", "autostart": HOURLY, "failed": True},
       {"owner": "alice", "name": "stops", "template": "docker", "ttl_ms": 1800 * 1000}],
}


def fleet(ttl):
    return "".join(document(owner, name, ttl=ttl) for owner, name in FLEET)


FIRST = {
    "fleet": fleet("8h"),
    "new": document("alice", "fresh") + document("bob", "asleep", dormant="true"),
    "ahead": "".join(document("alice", name, autostart=HOURLY) for name in ("starts", "runs", "failed"))
    + document("alice", "stops", ttl="30m"),
    # A set that has its owners, and one whose group there cannot be.
    "sets": workspace_set("team", "{list: [alice, bob]}") + workspace_set("licensed", "{group: {organization: coder, name: payments}}"),
    "waiting": document("carol", "fails", template="broken") + document("nobody", "lost") + document("away", "left")
    + document("alice", "misplaced", template="absent")
    + document("bob", "reported", ttl="2h", reconcilePolicy="{update: false}")
    + document("carol", "kept", ttl="2h", annotations=', annotations: {coder-reconciler/suspend: "true"}'),
}
WRONG = document("alice", "wrong", ttl="90") + document("bob", "twice") + document("bob", "twice")


def play(world):
    """All of it; the revisions that were in force, in their order."""
    world.start_coder(SEED)
    revisions = [world.commit(**FIRST)]
    world.start_daemon()
    world.start_gateway()
    world.start_prometheus()

    # Builds end, fail and are waited for.
    world.is_known("max_over_time(coder_reconciler_builds_in_flight[1m]) > 0")
    world.is_at_least('coder_reconciler_actions_total{action="set_dormant",result="success"}', 1)
    world.is_at_least('coder_reconciler_workspaces{reason="BuildFailed"}', 1, 60)

    # What comes next is seen.
    for series in ('starts_expected{within="1h"}', 'stops_expected{within="1h"}', 'starts_blocked{cause="LastBuildFailed"}',
                   'starts_blocked{cause="AlreadyRunning"}'):
        world.is_at_least(f"coder_reconciler_{series}", 1)
    world.is_known('ALERTS{alertname="CoderReconcilerStartsWillFail", alertstate="firing"}')

    world.is_at_least('coder_reconciler_sets{reason="NoGroups"}', 1)
    world.is_at_least('coder_reconciler_set_members{state="present"}', 2)

    # A change arrives; somebody changes workspaces behind its back; both are repaired.
    revisions.append(world.commit(later=document("alice", "second", ttl="4h"), wrong=WRONG))
    world.is_at_least("coder_reconciler_convergence_seconds_count", 2)
    before = world.metric("coder_reconciler_drift_repair_seconds_count")
    for n in range(3):
        world.drift("alice", f"dev-{n}", ttl_ms=3600 * 1000)
    world.is_at_least("coder_reconciler_drift_repair_seconds_count", before + 3)

    # Somebody keeps undoing it, until it is given up.
    for _ in range(4):
        repaired = world.metric("coder_reconciler_drift_repair_seconds_count")
        world.drift("carol", "dev-7", ttl_ms=7200 * 1000)
        until("it to be repaired or given up", 30, lambda: world.reason("carol", "dev-7") == "Contested"
              or world.metric("coder_reconciler_drift_repair_seconds_count") > repaired)
    world.is_at_least("coder_reconciler_workspaces_contested", 1)

    # Coder is away, is sick, throttles, refuses the token; and comes back.
    for fault in ({"kind": "reset"}, {"kind": "status", "status": 503}, {"kind": "throttled", "retry_after": 1}):
        failed = {"reset": 'code="none"', "status": 'code="5xx"', "throttled": 'code="429"'}[fault["kind"]]
        world.fault(target_prefix="/api/v2/workspaces", **fault)
        world.is_known(f"sum(increase(coder_reconciler_api_requests_total{{{failed}}}[1m])) > 0")
        if fault["kind"] == "reset":
            world.is_known("coder_reconciler_api_up == 0")
        world.faults_end()
    world.is_known("coder_reconciler_api_up == 1")
    world.is_at_least('coder_reconciler_cycles_total{result="partial"}', 1)

    # A write fails, too.
    world.fault(kind="status", status=400, message="No.", method="PUT")
    world.drift("bob", "dev-0", ttl_ms=None)
    world.is_known('sum(increase(coder_reconciler_actions_total{result="failed"}[1m])) > 0')
    world.is_known("coder_reconciler_workspaces_backing_off > 0")
    world.faults_end()

    # It is started anew, and the specs cannot be read for a while.
    world.restart_daemon()
    world.is_known("changes(process_start_time_seconds[5m]) > 0")
    world.specs.rename(world.folder / "away")
    world.is_at_least("coder_reconciler_source_read_errors_total", 2)
    (world.folder / "away").rename(world.specs)

    # Too much at once.
    revisions.append(world.commit(fleet=fleet("6h")))
    world.is_at_least("coder_reconciler_plan_held", 1)
    world.is_known('ALERTS{alertname="CoderReconcilerPlanHeld", alertstate="firing"}')
    # A run of apply finds the same, and leaves word of it.
    code = world.run_apply()
    world.is_known(f"coder_reconciler_apply_exit_code == {code}")
    world.is_known("push_time_seconds > 0")
    for revision in revisions:
        world.is_known(f'last_over_time(coder_reconciler_source_revision_info{{revision=~"{revision[:7]}.*"}}[5m])')
    return revisions
