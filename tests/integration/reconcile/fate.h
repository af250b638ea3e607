#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ages.h"
#include "specs/text/timestamp.h"

namespace cr::testing {

using namespace std::chrono_literals;
using reconcile::Reason;
using reconcile::Remark;

/// A deployment of which time and fate are looked at. Coder's clock and ours go together.
class TimeAndFate : public WithAge {
 protected:
  explicit TimeAndFate(reconcile::Limits limits = World::generous()) : WithAge(limits) {
    edit([&](standin::State& state) {
      state.set_time(world_.now());
      state.set_licensed(true);
    });
  }
  void pass(std::chrono::seconds by) {
    world_.advance(by);
    edit([&](standin::State& state) { state.set_time(world_.now()); });
  }
  [[nodiscard]] std::string in(std::chrono::seconds ahead) const {
    return text::format_timestamp(world_.now() + ahead);
  }
  /// "METHOD path-after-/workspaces/{id}" of each write since the last clear_requests.
  [[nodiscard]] std::vector<std::string> calls() const {
    std::vector<std::string> calls;
    for (const standin::RequestRecord& request : world_.server.writes()) {
      const std::string& target = request.target;
      calls.push_back(request.method + " " + target.substr(target.rfind('/') + 1));
    }
    return calls;
  }
  [[nodiscard]] std::vector<Remark> remarks(std::string_view name) const {
    std::vector<Remark> remarks;
    for (const auto& note : world_.status("alice", name).remarks) remarks.push_back(note.remark);
    return remarks;
  }
  [[nodiscard]] std::string remark(std::string_view name, Remark wanted) const {
    for (const auto& note : world_.status("alice", name).remarks) {
      if (note.remark == wanted) return note.message;
    }
    return {};
  }
  void edit_live(const std::string& name, const std::function<void(standin::Workspace&)>& change) {
    edit([&](standin::State& state) { state.edit_workspace("alice", name, change); });
  }
  [[nodiscard]] standin::Workspace row(const std::string& name) {
    standin::Workspace copy;
    edit([&](standin::State& state) { copy = *state.find_workspace("alice", name); });
    return copy;
  }
};

}  // namespace cr::testing
