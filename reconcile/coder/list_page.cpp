#include "reconcile/coder/list_page.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <boost/throw_exception.hpp>
#include <cstdint>
#include <stdexcept>

#include "reconcile/coder/json_fields.h"
#include "specs/text/message_text.h"
#include "specs/text/timestamp.h"

namespace cr::coder {

static_assert(kBodyPadding >= simdjson::SIMDJSON_PADDING);

void throw_exception_from_error(const DecodeError& error, const boost::source_location& where) {
  boost::throw_exception(std::runtime_error(error.message), where);
}

namespace {

// Terraform's output can be long; the start tells what went wrong.
constexpr std::size_t kMaxBuildError = 2000;

constexpr std::pair<std::string_view, Transition> kTransitions[] = {
    {"start", Transition::start}, {"stop", Transition::stop}, {"delete", Transition::del}};
constexpr std::pair<std::string_view, BuildStatus> kBuildStatuses[] = {
    {"running", BuildStatus::running},     {"stopped", BuildStatus::stopped},
    {"pending", BuildStatus::pending},     {"starting", BuildStatus::starting},
    {"stopping", BuildStatus::stopping},   {"failed", BuildStatus::failed},
    {"canceling", BuildStatus::canceling}, {"canceled", BuildStatus::canceled},
    {"deleting", BuildStatus::deleting},   {"deleted", BuildStatus::deleted}};
// What clients name as their reason is a person's wish, whichever client it was.
constexpr std::pair<std::string_view, BuildReason> kBuildReasons[] = {
    {"initiator", BuildReason::initiator},
    {"autostart", BuildReason::autostart},
    {"autostop", BuildReason::autostop},
    {"dormancy", BuildReason::dormancy},
    {"autodelete", BuildReason::autodelete},
    {"dashboard", BuildReason::client},
    {"cli", BuildReason::client},
    {"ssh_connection", BuildReason::client},
    {"vscode_connection", BuildReason::client},
    {"jetbrains_connection", BuildReason::client}};
constexpr std::pair<std::string_view, LiveAutomaticUpdates> kAutomaticUpdates[] = {
    {"never", LiveAutomaticUpdates::never}, {"always", LiveAutomaticUpdates::always}};

// Go's zero time, which stands for none.
constexpr std::chrono::sys_seconds kZeroTime = std::chrono::sys_days(std::chrono::year(1) / 1 / 1);

// Inlined like read_time: where a value's address is given away, the loop over the fields keeps its state in
// memory, and a page takes half as long again.
[[gnu::always_inline]] inline bool is_null(json::value value) {
  bool null = false;
  return value.is_null().get(null) == simdjson::SUCCESS && null;
}

/// What stands behind the opening quote of a time.
bool parse_time(const char* start, Instant& into) {
  // No time is as long; the padding behind the body makes looking for its end safe.
  constexpr std::size_t kLongest = 40;
  const std::string_view rest(start, kLongest);
  const auto at = text::parse_timestamp(rest.substr(0, rest.find('"')));
  if (!at) return false;
  into = *at == kZeroTime ? Instant() : Instant(*at);
  return true;
}

/// A time, or null.
[[gnu::always_inline]] inline bool read_time(json::value value, Instant& into, std::string_view key,
                                             Problem& problem) {
  json::raw_json_string raw;
  if (value.get_raw_json_string().get(raw) == simdjson::SUCCESS)
    return parse_time(raw.raw(), into) || problem.mistyped(key, "a time or null");
  into = {};
  return is_null(value) || problem.mistyped(key, "a time or null");
}

bool read_flag(json::value value, bool& into, std::string_view key, Problem& problem) {
  if (value.get_bool().get(into) != simdjson::SUCCESS) return problem.mistyped(key, "true or false");
  return true;
}

bool read_job(json::value value, LiveBuild& build, Problem& problem) {
  return for_each_field(value, "job", problem, [&](json::raw_json_string key, json::value field) {
    if (is(key, "completed_at")) return read_time(field, build.completed, "completed_at", problem);
    if (!is(key, "error")) return true;
    if (is_null(field)) return true;
    std::string_view text;
    if (field.get_string().get(text) != simdjson::SUCCESS) return problem.mistyped("error", "a string");
    build.error.assign(text::cut(text, kMaxBuildError));
    return true;
  });
}

/// Those that are registered with the right tags, and those of them that were heard of lately.
struct Provisioners {
  std::optional<std::uint64_t> count, available;
};

bool read_provisioners(json::value value, Provisioners& into, Problem& problem) {
  if (is_null(value)) return true;
  return for_each_field(value, "matched_provisioners", problem,
                        [&](json::raw_json_string key, json::value field) {
                          if (is(key, "count"))
                            return read_unsigned(field, into.count.emplace(), "count", problem);
                          if (is(key, "available"))
                            return read_unsigned(field, into.available.emplace(), "available", problem);
                          return true;
                        });
}

constexpr std::string_view kBuildKeys[] = {"id",     "build_number",         "transition",
                                           "status", "initiator_id",         "template_version_id",
                                           "job",    "template_version_name"};

template <class Object>
bool read_build_fields(Object& object, LiveBuild& build, Problem& problem) {
  Seen seen(kBuildKeys);
  Provisioners provisioners;
  for (auto entry : object) {
    json::field field;
    if (const auto failed = std::move(entry).get(field)) return problem.broken(failed);
    const json::raw_json_string key = field.key();
    json::value value = field.value();
    switch (key.raw()[0]) {
      case 'i':
        if (is(key, "id")) {
          if (!read_id(value, build.id, "id", problem)) return false;
          seen.add(0);
        } else if (is(key, "initiator_id")) {
          if (!read_id(value, build.initiator, "initiator_id", problem)) return false;
          seen.add(4);
        }
        break;
      case 'b':
        if (is(key, "build_number")) {
          std::uint64_t number = 0;
          if (!read_unsigned(value, number, "build_number", problem)) return false;
          build.number = static_cast<std::uint32_t>(number);
          seen.add(1);
        }
        break;
      case 't':
        if (is(key, "transition")) {
          if (!read_enum(value, kTransitions, Transition::unknown, build.transition, "transition", problem)) {
            return false;
          }
          seen.add(2);
        } else if (is(key, "template_version_id")) {
          if (!read_id(value, build.version, "template_version_id", problem)) return false;
          seen.add(5);
        } else if (is(key, "template_version_name")) {
          if (!read_text(value, build.version_name, "template_version_name", problem)) return false;
          seen.add(7);
        }
        break;
      case 's':
        if (is(key, "status")) {
          if (!read_enum(value, kBuildStatuses, BuildStatus::unknown, build.status, "status", problem)) {
            return false;
          }
          seen.add(3);
        }
        break;
      case 'j':
        if (is(key, "job")) {
          if (!read_job(value, build, problem)) return false;
          seen.add(6);
        }
        break;
      case 'm':
        if (is(key, "matched_provisioners")) {
          if (!read_provisioners(value, provisioners, problem)) return false;
        } else if (is(key, "max_deadline")) {
          if (!read_time(value, build.max_deadline, "max_deadline", problem)) return false;
        }
        break;
      case 'c':
        if (is(key, "created_at") && !read_time(value, build.created, "created_at", problem)) return false;
        break;
      case 'd':
        if (is(key, "deadline") && !read_time(value, build.deadline, "deadline", problem)) return false;
        break;
      case 'r':
        if (is(key, "reason") &&
            !read_enum(value, kBuildReasons, BuildReason::unknown, build.reason, "reason", problem)) {
          return false;
        }
        break;
      default:
        break;
    }
  }
  // Finished builds say 0 too, and mean nothing by it.
  if (provisioners.count && build.status == BuildStatus::pending) {
    build.has_provisioner = *provisioners.count > 0;
    const std::uint64_t there = provisioners.available.value_or(*provisioners.count);
    build.provisioners = static_cast<std::uint16_t>(std::min<std::uint64_t>(there, UINT16_MAX));
  }
  return seen.all(problem);
}

bool read_build(json::value value, LiveBuild& build, Problem& problem) {
  json::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS)
    return problem.mistyped("latest_build", "an object");
  return read_build_fields(object, build, problem) || problem.within("latest_build");
}

constexpr std::string_view kWorkspaceKeys[] = {
    "id",         "owner_id",      "organization_id",   "template_id", "name",
    "owner_name", "template_name", "automatic_updates", "dormant_at",  "latest_build"};

// The system user that owns prebuilt workspaces; Coder 2.22 to 2.24 have no `is_prebuild`.
const UserId kPrebuildsUser = *UserId::parse("c42fdf75-3097-471c-8c33-fb52454d81c0");

bool read_ttl(json::value value, std::optional<std::chrono::milliseconds>& ttl, Problem& problem) {
  if (is_null(value)) return true;
  std::int64_t milliseconds = 0;
  if (value.get_int64().get(milliseconds) != simdjson::SUCCESS)
    return problem.mistyped("ttl_ms", "a whole number");
  // 0 is what Coder shows for "none" where the template does not let users set it.
  if (milliseconds > 0) ttl = std::chrono::milliseconds(milliseconds);
  return true;
}

template <class Object>
bool read_workspace_fields(Object& object, LiveWorkspace& row, Problem& problem) {
  Seen seen(kWorkspaceKeys);
  for (auto entry : object) {
    json::field field;
    if (const auto failed = std::move(entry).get(field)) return problem.broken(failed);
    const json::raw_json_string key = field.key();
    json::value value = field.value();
    switch (key.raw()[0]) {
      case 'i':
        if (is(key, "id")) {
          if (!read_id(value, row.id, "id", problem)) return false;
          seen.add(0);
        } else if (is(key, "is_prebuild")) {
          if (!read_flag(value, row.prebuild, "is_prebuild", problem)) return false;
        }
        break;
      case 'o':
        if (is(key, "owner_id")) {
          if (!read_id(value, row.owner_id, "owner_id", problem)) return false;
          seen.add(1);
        } else if (is(key, "organization_id")) {
          if (!read_id(value, row.organization_id, "organization_id", problem)) return false;
          seen.add(2);
        } else if (is(key, "owner_name")) {
          if (!read_text(value, row.owner_name, "owner_name", problem)) return false;
          seen.add(5);
        } else if (is(key, "outdated")) {
          if (!read_flag(value, row.outdated, "outdated", problem)) return false;
        }
        break;
      case 't':
        if (is(key, "template_id")) {
          if (!read_id(value, row.template_id, "template_id", problem)) return false;
          seen.add(3);
        } else if (is(key, "template_name")) {
          if (!read_text(value, row.template_name, "template_name", problem)) return false;
          seen.add(6);
        } else if (is(key, "template_active_version_id")) {
          if (!read_id(value, row.active_version, "template_active_version_id", problem)) return false;
        } else if (is(key, "template_require_active_version")) {
          if (!read_flag(value, row.requires_active_version, "template_require_active_version", problem))
            return false;
        } else if (is(key, "ttl_ms")) {
          if (!read_ttl(value, row.ttl, problem)) return false;
        } else if (is(key, "task_id")) {
          row.task = !is_null(value);
        }
        break;
      case 'n':
        if (is(key, "name")) {
          if (!read_text(value, row.name, "name", problem)) return false;
          seen.add(4);
        } else if (is(key, "next_start_at")) {
          if (!read_time(value, row.next_start, "next_start_at", problem)) return false;
          row.tells_next_start = true;
        }
        break;
      case 'a':
        if (is(key, "automatic_updates")) {
          if (!read_enum(value, kAutomaticUpdates, LiveAutomaticUpdates::unknown, row.automatic_updates,
                         "automatic_updates", problem)) {
            return false;
          }
          seen.add(7);
        } else if (is(key, "autostart_schedule")) {
          if (is_null(value)) break;
          if (!read_text(value, row.autostart_schedule, "autostart_schedule", problem)) return false;
        } else if (is(key, "allow_renames")) {
          if (!read_flag(value, row.allows_renames, "allow_renames", problem)) return false;
        }
        break;
      case 'f':
        if (is(key, "favorite") && !read_flag(value, row.favorite, "favorite", problem)) return false;
        break;
      case 'd':
        if (is(key, "dormant_at")) {
          if (!read_time(value, row.dormant_since, "dormant_at", problem)) return false;
          row.dormant = static_cast<bool>(row.dormant_since);
          seen.add(8);
        } else if (is(key, "deleting_at")) {
          if (!read_time(value, row.deleting, "deleting_at", problem)) return false;
        }
        break;
      case 'l':
        if (is(key, "latest_build")) {
          if (!read_build(value, row.build, problem)) return false;
          seen.add(9);
        } else if (is(key, "last_used_at")) {
          if (!read_time(value, row.last_used, "last_used_at", problem)) return false;
        }
        break;
      default:
        break;
    }
  }
  if (row.owner_id == kPrebuildsUser) row.prebuild = true;
  return seen.all(problem);
}

// Rows are large and stay where they are: room for twice as many would last as long as a cycle.
constexpr std::size_t kRowsAtOnce = 500;

bool read_rows(json::value value, std::vector<LiveWorkspace>& rows, std::size_t most, Problem& problem) {
  if (is_null(value)) return true;
  json::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) return problem.mistyped("workspaces", "an array");
  rows.reserve(std::min(most, kRowsAtOnce));
  for (auto element : array) {
    const std::string_view name = "workspaces";
    if (rows.size() == most) {
      return problem.set(name, fmt::format("has more than the {} rows that were asked for", most));
    }
    json::object object;
    const auto failed = element.get_object().get(object);
    if (failed == simdjson::INCORRECT_TYPE) {
      return problem.mistyped(fmt::format("{}[{}]", name, rows.size()), "an object");
    }
    if (failed) return problem.broken(failed) || problem.within(fmt::format("{}[{}]", name, rows.size()));
    LiveWorkspace& row = rows.emplace_back();
    if (!read_workspace_fields(object, row, problem)) {
      return problem.within(fmt::format("{}[{}]", name, rows.size() - 1));
    }
  }
  return true;
}

}  // namespace

struct WorkspaceDecoder::Parser {
  json::parser parser;

  /// Opens the body as an object, gives it to `read`, and checks that nothing follows it.
  template <class T, class Read>
  DecodeResult<T> decode(std::string& body, Read read) {
    if (body.capacity() - body.size() < simdjson::SIMDJSON_PADDING) {
      body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
    }
    Problem problem;
    T value;
    json::document document;
    json::object object;
    if (const auto failed =
            parser.iterate(simdjson::padded_string_view(body.data(), body.size(), body.capacity()))
                .get(document)) {
      problem.broken(failed);
      return problem.error();
    }
    if (const auto failed = document.get_object().get(object)) {
      problem.broken(failed);
      return problem.error();
    }
    if (!read(object, value, problem)) return problem.error();
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
      return DecodeError("invalid JSON: text after its end");
    }
    return value;
  }
};

WorkspaceDecoder::WorkspaceDecoder() : parser_(std::make_unique<Parser>()) {}
WorkspaceDecoder::~WorkspaceDecoder() = default;
WorkspaceDecoder::WorkspaceDecoder(WorkspaceDecoder&&) noexcept = default;
WorkspaceDecoder& WorkspaceDecoder::operator=(WorkspaceDecoder&&) noexcept = default;

DecodeResult<WorkspaceRows> WorkspaceDecoder::page(std::string& body, std::size_t most) {
  return parser_->decode<WorkspaceRows>(body,
                                        [most](json::object& object, WorkspaceRows& page, Problem& problem) {
                                          static constexpr std::string_view kKeys[] = {"workspaces", "count"};
                                          Seen seen(kKeys);
                                          for (auto entry : object) {
                                            json::field field;
                                            if (const auto failed = std::move(entry).get(field))
                                              return problem.broken(failed);
                                            if (is(field.key(), "workspaces")) {
                                              if (!read_rows(field.value(), page.rows, most, problem))
                                                return false;
                                              seen.add(0);
                                            } else if (is(field.key(), "count")) {
                                              if (!read_unsigned(field.value(), page.count, "count", problem))
                                                return false;
                                              seen.add(1);
                                            }
                                          }
                                          return seen.all(problem);
                                        });
}

DecodeResult<LiveWorkspace> WorkspaceDecoder::workspace(std::string& body) {
  return parser_->decode<LiveWorkspace>(body, [](json::object& object, LiveWorkspace& row, Problem& problem) {
    return read_workspace_fields(object, row, problem);
  });
}

DecodeResult<LiveBuild> WorkspaceDecoder::build(std::string& body) {
  return parser_->decode<LiveBuild>(body, [](json::object& object, LiveBuild& build, Problem& problem) {
    return read_build_fields(object, build, problem);
  });
}

}  // namespace cr::coder
