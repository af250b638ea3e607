#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/coming.h"
#include "daemon/explanation.h"
#include "reconcile/forecast/remarks.h"
#include "reconcile/report/forecast_view.h"
#include "reconcile/report/render.h"
#include "reconcile/report/set_view.h"
#include "specs/duration.h"

namespace cr::daemon {
namespace {

using reconcile::moment_text;
using reconcile::visible;

/// Lines of a key and a value, aligned, under a title.
class Section {
 public:
  explicit Section(std::string title) : title_(std::move(title)) {}

  void add(std::string key, const std::string& value) {
    if (!value.empty()) lines_.emplace_back(std::move(key), visible(value));
  }
  [[nodiscard]] std::string text() const {
    if (lines_.empty()) return {};
    std::size_t width = 0;
    for (const auto& [key, value] : lines_) width = std::max(width, key.size());
    std::string text = title_.empty() ? "" : fmt::format("\n{}:\n", title_);
    for (const auto& [key, value] : lines_)
      text += fmt::format("{}{:<{}}  {}\n", title_.empty() ? "" : "  ", key + ':', width + 1, value);
    return text;
  }

 private:
  std::string title_;
  std::vector<std::pair<std::string, std::string>> lines_;
};

std::string state_text(const reconcile::LiveWorkspace& live) {
  const reconcile::LiveBuild& build = live.build;
  std::string text(status_text(build.status));
  if (build.created) text += fmt::format(", by a build of {}", moment_text(*build.created));
  if (live.dormant_since) text += fmt::format("; dormant since {}", moment_text(*live.dormant_since));
  if (live.prebuild) text += "; prebuilt";
  return text;
}

std::string template_text(const Explanation& explained) {
  const reconcile::LiveWorkspace& live = *explained.live;
  std::string text = live.template_name;
  if (!live.build.version_name.empty()) text += ", version " + live.build.version_name;
  if (live.outdated) text += ", not the active version";
  return text;
}

std::string condition_text(const reconcile::WorkspaceStatus& row) {
  std::string text(reconcile::to_string(row.ready.reason));
  if (!row.ready.message.empty()) text += ": " + row.ready.message;
  return text;
}

std::string head(const Explanation& explained) {
  Section section("");
  section.add("Workspace", identity_text(explained));
  section.add("Declared",
              explained.declared ? reconcile::declared_by(*explained.spec) : explained.undeclared);
  if (explained.declared && explained.row) section.add("Condition", condition_text(*explained.row));
  section.add("Failure", explained.failure);
  if (explained.live) {
    section.add("Template", template_text(explained));
    section.add("State", state_text(*explained.live));
  } else if (explained.failure.empty()) {
    section.add("State", "there is no such workspace in Coder");
  }
  return section.text();
}

std::string place_text(const std::optional<specs::SourcePosition>& place, bool from_defaults) {
  return place ? fmt::format(" ({}{})", from_defaults ? "from " : "", place->to_string()) : "";
}

std::string declared_text(const reconcile::FieldStanding& field,
                          const std::optional<specs::SourcePosition>& place, bool from_defaults) {
  if (!field.declared) return {};
  std::string text = specs::to_text(field.declared->value);
  if (field.declared->mode != specs::FieldMode::enforce)
    text += fmt::format(", {}", specs::to_string(field.declared->mode));
  return text + place_text(place, from_defaults);
}

std::string fields_text(const Explanation& explained) {
  std::string text;
  for (std::size_t i = 0; i < explained.fields.size(); ++i) {
    const reconcile::FieldStanding& field = explained.fields[i];
    Section section{std::string(field.key)};
    section.add("declared", declared_text(field, explained.places[i],
                                          specs::default_of(*explained.spec, field.key) != nullptr));
    section.add("stored", field.stored);
    if (field.effective != field.stored) section.add("effective", field.effective);
    section.add("decides", field.decides);
    text += section.text();
  }
  return text;
}

std::string next_text(const Explanation& explained) {
  if (!explained.row || !explained.live) return {};
  Section section("What comes next");
  const bool kept_dormant = explained.declared && reconcile::is_kept_dormant(*explained.spec);
  for (const auto& [what, text] : coming(explained.row->forecast, kept_dormant))
    section.add(std::string(what), text);
  return section.text();
}

/// A title, and lines below it.
std::string list_text(std::string_view title, const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  std::string text = fmt::format("\n{}:\n", title);
  for (const std::string& line : lines) text += fmt::format("  {}\n", visible(line));
  return text;
}

std::string plan_text(const Explanation& explained) {
  std::vector<std::string> lines;
  for (const reconcile::Action& action : explained.actions) lines.push_back(reconcile::describe(action));
  if (!explained.follow_up.empty()) lines.push_back("then " + explained.follow_up);
  return list_text("Plan, before the limit on changes", lines);
}

std::string remarks_text(const Explanation& explained) {
  std::vector<std::string> lines;
  if (explained.row) {
    for (const reconcile::RemarkNote& note : explained.row->remarks) lines.push_back(note.message);
  }
  return list_text("Remarks", lines);
}

std::string build_text(const coder::PastBuild& build) {
  std::string text =
      fmt::format("{}  #{} {} {}", build.created ? moment_text(*build.created) : "at some time", build.number,
                  build.transition, build.status);
  if (!build.initiator.empty()) text += fmt::format(", by {}", build.initiator);
  if (!build.reason.empty() && build.reason != "initiator") text += fmt::format(" ({})", build.reason);
  if (!build.error.empty()) text += ": " + build.error;
  return text;
}

std::string value_text(const coder::PastChange::Part& part, const std::string& value) {
  if (part.field != "ttl") return value;
  // Coder logs it in nanoseconds.
  const bool number = !value.empty() && value.size() < 19 &&
                      std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
  if (!number) return value;
  const std::chrono::nanoseconds ttl(std::stoll(value));
  return ttl.count() > 0 ? specs::format_duration(ttl) : "none";
}

std::string change_text(const coder::PastChange& change) {
  std::string text = fmt::format("{}  {}", change.at ? moment_text(*change.at) : "at some time",
                                 change.user.empty() ? "somebody" : change.user);
  std::string what;
  for (const coder::PastChange::Part& part : change.parts) {
    what += fmt::format("{}{}: {} → {}", what.empty() ? "" : ", ", part.field, value_text(part, part.before),
                        value_text(part, part.now));
  }
  if (change.status >= 400) {
    text += fmt::format(": {} was refused with {}", change.action, change.status);
  } else if (what.empty()) {
    text += change.action == "create" ? ": created it"
                                      : fmt::format(": {}, which changed nothing", change.action);
  } else {
    text += ": " + what;
  }
  if (!change.user_agent.empty()) text += fmt::format(" ({})", change.user_agent);
  return text;
}

template <class Item, class Text>
std::string history_text(std::string_view title, const std::vector<Item>& items, const std::string& unread,
                         Text text) {
  if (!unread.empty()) return list_text(title, {unread});
  std::vector<std::string> lines;
  lines.reserve(items.size());
  for (const Item& item : items) lines.push_back(text(item));
  return list_text(title, lines);
}

}  // namespace

std::string_view status_text(reconcile::BuildStatus status) {
  switch (status) {
    case reconcile::BuildStatus::pending:
      return "pending";
    case reconcile::BuildStatus::starting:
      return "starting";
    case reconcile::BuildStatus::running:
      return "running";
    case reconcile::BuildStatus::stopping:
      return "stopping";
    case reconcile::BuildStatus::stopped:
      return "stopped";
    case reconcile::BuildStatus::deleting:
      return "deleting";
    case reconcile::BuildStatus::deleted:
      return "deleted";
    case reconcile::BuildStatus::failed:
      return "failed";
    case reconcile::BuildStatus::canceling:
      return "canceling";
    case reconcile::BuildStatus::canceled:
      return "canceled";
    case reconcile::BuildStatus::unknown:
      break;
  }
  return "unknown";
}

std::string identity_text(const Explanation& explained) {
  return specs::identity_of(*explained.spec).to_string();
}

std::string explanation_text(const Explanation& explained) {
  std::string text = head(explained);
  text += fields_text(explained);
  text += next_text(explained);
  text += plan_text(explained);
  text += remarks_text(explained);
  text += history_text("Last builds", explained.builds, explained.builds_unread, build_text);
  text +=
      history_text("Last changes of its settings", explained.changes, explained.changes_unread, change_text);
  return text;
}

}  // namespace cr::daemon
