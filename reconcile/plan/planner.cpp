#include "reconcile/plan/planner.h"

#include <fmt/format.h>

#include <algorithm>

#include "reconcile/diff/first_build.h"
#include "reconcile/fields/managed_field.h"
#include "specs/duration.h"
#include "specs/text/timestamp.h"

namespace cr::reconcile {
namespace {

using specs::WorkspaceSpec;

/// What a build of the workspace means for putting it to sleep.
enum class SleepStep { set_dormant, stop, wait, give_up };

class Planner {
 public:
  explicit Planner(const PlanInput& input) : in_(input), spec_(*input.spec), diff_(*input.diff) {}

  PlannedWorkspace run() {
    const auto today = std::chrono::floor<std::chrono::seconds>(in_.now);
    const bool suspended = spec_.body->suspension && specs::in_force(*spec_.body->suspension, today);
    if (suspended || diff_.blocked || in_.memory.backing_off) return {};
    if (!in_.live) {
      create();
    } else {
      // Retrying the first build finishes the create, so it needs the right to create, not to update.
      // A start would wake a dormant one, or be refused.
      if (spec_.body->policy.create && !in_.live->dormant) first_build();
      if (spec_.body->policy.update || in_.just_created) {
        for (const Change& change : diff_.drift) write(change);
      }
    }
    if (!plan_.actions.empty()) {
      plan_.workspace = workspace();
      result_.plan = std::move(plan_);
    }
    return std::move(result_);
  }

 private:
  /// Made only where there is something to do: most workspaces have nothing.
  const Identity& workspace() {
    if (!workspace_) workspace_ = specs::identity_of(spec_);
    return *workspace_;
  }

  void create() {
    if (!spec_.body->policy.create || !in_.bound) return;
    CreateWorkspace create{workspace(), in_.bound->request, in_.bound->template_name};
    create.defaulted = spec_.body->defaulted;
    create.preset = spec_.body->preset;
    create.recreate = spec_.body->policy.recreate;
    for (std::size_t i = 0; i < managed_fields().size(); ++i) create_with(create, managed_field_at(i));
    plan_.actions.emplace_back(std::move(create));
  }

  void create_with(CreateWorkspace& create, Field field) {
    const ManagedField& entry = entry_of(field);
    const auto* declared = spec_.fields.entry(entry.key);
    if (!declared) return;
    const specs::FieldValue& wish = declared->value;
    if (entry.at_creation(create.request, wish))
      create.sets.push_back(Change{field, {}, wish, {}, specs::default_text(spec_, entry.key)});
    // What is only reported is not written afterwards.
    if (declared->mode != specs::FieldMode::report) follow_up(entry.after_creation(in_.bound->policy, wish));
  }

  void follow_up(std::string_view what) {
    if (what.empty()) return;
    if (!plan_.follow_up.empty()) plan_.follow_up += "; ";
    plan_.follow_up += what;
  }

  void first_build() {
    switch (first_build_of(*in_.live, in_.me)) {
      case FirstBuild::not_ours:
      case FirstBuild::succeeded:
        return;
      case FirstBuild::active:
        wait(Reason::Creating, first_build_message(), true);
        return;
      case FirstBuild::failed:
        break;
    }
    const LiveBuild& build = in_.live->build;
    const std::uint32_t failed = in_.memory.failed_builds.value_or(build.number);
    if (failed <= kBuildRetries) {
      plan_.actions.emplace_back(RetryFirstBuild{workspace(), in_.live->id, std::max(failed, 1U)});
      builds_ = true;
      return;
    }
    wait(Reason::BuildFailed,
         fmt::format(
             "its first build failed {} times{}{}; fix the template or the spec, then start it by hand or "
             "change the spec",
             failed, build.error.empty() ? "" : ", last error: ", build.error),
         false);
  }

  std::string first_build_message() const {
    if (!in_.live->build.has_provisioner)
      return "its first build waits for a provisioner, but none that is connected has the tags that the "
             "template requires; start such a provisioner";
    return in_.live->build.status == BuildStatus::pending ? "its first build waits for a free provisioner"
                                                          : "its first build is running";
  }

  [[nodiscard]] bool writable(Field field) const {
    return diff_.wanted.has(field) && !in_.memory.overridden.has(field) && !in_.memory.contested.has(field);
  }

  void write(const Change& change) {
    if (!writable(change.field)) return;
    if (entry_of(change.field).needs_stop(change.to)) return stop_and_write(change);
    plan_.actions.emplace_back(WriteField{workspace(), in_.live->id, change});
  }

  void stop_and_write(const Change& change) {
    const LiveWorkspace& live = *in_.live;
    if (builds_) return follow_up(entry_of(change.field).after_creation(coder::Template{}, change.to));
    switch (sleep_step()) {
      case SleepStep::set_dormant:
        plan_.actions.emplace_back(WriteField{workspace(), live.id, change});
        return;
      case SleepStep::stop:
        if (const auto user = somebody_at_work()) return wait(Reason::InUse, *user, false);
        plan_.actions.emplace_back(StopWorkspace{workspace(), live.id});
        plan_.follow_up = "dormant once it has stopped";
        return;
      case SleepStep::wait:
        wait_for_build();
        return;
      case SleepStep::give_up:
        wait(Reason::BuildFailed,
             fmt::format("it cannot be stopped, so it is not made dormant (it would keep running without "
                         "autostop): the "
                         "stop failed {} times{}{}; stop it by hand",
                         failed_stops(), live.build.error.empty() ? "" : ", last error: ", live.build.error),
             false);
        return;
    }
  }

  /// Who has started what is to be stopped, and when it was last used; nothing where it may be stopped.
  [[nodiscard]] std::optional<std::string> somebody_at_work() const {
    const LiveBuild& build = in_.live->build;
    const bool ours = in_.me && build.initiator == *in_.me;
    if (build.status != BuildStatus::running || ours || in_.idle_before_stop.count() <= 0)
      return std::nullopt;
    const Instant since = std::max(in_.live->last_used, build.completed);
    if (!since || in_.coders_now - *since >= in_.idle_before_stop) return std::nullopt;
    const std::string who = build.initiator == in_.live->owner_id
                                ? in_.live->owner_name
                                : fmt::format("user {}", build.initiator.to_string());
    const std::string used = in_.live->last_used ? fmt::format(", and last used at {}",
                                                               text::format_timestamp(*in_.live->last_used))
                                                 : std::string();
    return fmt::format(
        "somebody is working there: it was started by {} at {}{}; it is stopped and made dormant "
        "when nobody has used it for {}",
        who, build.created ? text::format_timestamp(*build.created) : "an unknown time", used,
        specs::format_duration(in_.idle_before_stop));
  }

  [[nodiscard]] std::uint32_t failed_stops() const { return in_.memory.failed_builds.value_or(1); }

  SleepStep sleep_step() const {
    const LiveBuild& build = in_.live->build;
    switch (build.status) {
      case BuildStatus::stopped:
        return SleepStep::set_dormant;
      case BuildStatus::running:
        return SleepStep::stop;
      case BuildStatus::failed:
      case BuildStatus::canceled: {
        // Whatever failed, it may still run. Only stops of ours are counted: the first try is owed to
        // everybody.
        const bool our_stop = build.transition == Transition::stop && in_.me && build.initiator == *in_.me;
        return our_stop && failed_stops() > kBuildRetries ? SleepStep::give_up : SleepStep::stop;
      }
      case BuildStatus::pending:
      case BuildStatus::starting:
      case BuildStatus::stopping:
      case BuildStatus::canceling:
      case BuildStatus::deleting:
      case BuildStatus::deleted:
      case BuildStatus::unknown:
        return SleepStep::wait;
    }
    return SleepStep::wait;
  }

  void wait_for_build() {
    const LiveBuild& build = in_.live->build;
    if (build.status == BuildStatus::unknown) {
      wait(Reason::NotRead,
           "Coder reports a build status unknown to this version, so it is not stopped; upgrade "
           "coder-reconciler",
           false);
    } else if (build.transition == Transition::stop) {
      wait(Reason::Stopping, "it is being stopped, then it is made dormant", true);
    } else {
      wait(Reason::Updating, "a build is in progress; it is stopped afterwards, then made dormant", true);
    }
  }

  void wait(Reason reason, std::string message, bool soon) {
    // What is said first (the first build) is what the rest waits for.
    if (!result_.waiting) result_.waiting = Waiting{reason, std::move(message), soon};
  }

  const PlanInput& in_;
  const WorkspaceSpec& spec_;
  const WorkspaceDiff& diff_;
  std::optional<Identity> workspace_;
  WorkspacePlan plan_;
  PlannedWorkspace result_;
  bool builds_ = false;  ///< the plan queues a build already
};

}  // namespace

PlannedWorkspace plan_workspace(const PlanInput& input) {
  return Planner(input).run();
}

Plan assemble_plan(std::vector<WorkspacePlan> workspaces) {
  std::sort(workspaces.begin(), workspaces.end(),
            [](const WorkspacePlan& a, const WorkspacePlan& b) { return a.workspace < b.workspace; });
  return Plan{std::move(workspaces)};
}

std::vector<Action> follow_ups(const WorkspaceSpec& spec, const LiveWorkspace& created,
                               const DiffContext& context, bool made_by_us) {
  DiffContext of_new = context;
  of_new.just_created = made_by_us;
  const WorkspaceDiff difference = diff(spec, created, of_new);
  PlanInput input;
  input.spec = &spec;
  input.live = &created;
  input.diff = &difference;
  input.me = context.me;
  input.just_created = made_by_us;
  // Whether somebody is at work in what was found is for the next cycle to judge, with all that it knows.
  input.coders_now = context.fields.now;
  if (!made_by_us) input.idle_before_stop = std::chrono::hours(24 * 365);
  PlannedWorkspace planned = plan_workspace(input);
  return planned.plan ? std::move(planned.plan->actions) : std::vector<Action>{};
}

}  // namespace cr::reconcile
