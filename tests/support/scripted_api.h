#pragma once

#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reconcile/coder/api.h"

namespace cr::testing {

using namespace cr::reconcile;  // NOLINT: the fake speaks the product's vocabulary
using coder::ApiError;
using coder::ApiFault;
using coder::ApiResult;

/// A Coder in memory: keeps a fleet, remembers every call as a line of text, and fails those that it was told
/// to.
///
/// Calls read as "ids 3", "id <id>", "owner alice", "page 500+500", "name alice/dev", "create dev", "ttl <id>
/// 480m", … One thread. For decisions above the client; what goes over the wire is the stand-in server's
/// matter.
class ScriptedCoder : public coder::CoderReader, public coder::CoderWriter {
 public:
  std::vector<LiveWorkspace> fleet;
  std::vector<coder::User> users;
  /// What became of workspaces that are no more, by "owner/name".
  std::map<std::string, coder::Deleted> deleted;
  std::uint64_t withheld = 0;  ///< rows that lists count and do not show
  /// Called before each call takes effect, e.g. to move rows between two pages.
  std::function<void(const std::string& call)> before;
  /// Templates that lists leave out, as Coder does with deprecated ones.
  std::vector<TemplateId> unlisted;
  /// Changes a template's policy.
  std::function<void(coder::Template&)> on_template;
  /// Whose next start would move to a version that does not accept their parameters.
  std::vector<WorkspaceId> mismatched;
  /// What each build's timings are.
  std::vector<reconcile::TimedSpan> timed;
  /// Of the answer to each write.
  std::string request_id;
  /// Changes what a create keeps, as a template's policy or a prebuild would.
  std::function<void(LiveWorkspace&)> on_create;

  [[nodiscard]] const std::vector<std::string>& calls() const { return calls_; }
  /// Calls that begin with `prefix`.
  [[nodiscard]] std::size_t count(std::string_view prefix) const;
  [[nodiscard]] std::vector<std::string> writes() const;
  [[nodiscard]] std::size_t most_at_a_time() const { return most_at_a_time_; }

  /// The next `times` calls that begin with `prefix` fail; `after_effect`: after having been done.
  void fail(std::string prefix, ApiFault fault, int times = 1, bool after_effect = false);
  void fail(std::string prefix, ApiError error, int times = 1, bool after_effect = false);
  /// Nothing fails any more.
  void heal() { faults_.clear(); }
  /// Calls that begin with `prefix` wait until `release`; `reached` is called when one does.
  void hold(std::string prefix, std::function<void()> reached);
  void release();

  [[nodiscard]] LiveWorkspace* find(std::string_view owner, std::string_view name);
  [[nodiscard]] LiveWorkspace* find(const WorkspaceId& id);

  coder::awaitable<ApiResult<coder::WorkspaceRows>> workspaces_by_ids(
      const std::vector<WorkspaceId>& ids) override;
  coder::awaitable<ApiResult<coder::WorkspaceRows>> workspaces_of_owner(const std::string& username) override;
  coder::awaitable<ApiResult<coder::WorkspaceRows>> workspaces_page(std::uint64_t offset,
                                                                    std::uint32_t limit) override;
  coder::awaitable<ApiResult<coder::NameLook>> workspace_by_name(const std::string& owner,
                                                                 const std::string& name) override;
  coder::awaitable<ApiResult<std::optional<LiveWorkspace>>> workspace_by_id(const WorkspaceId& id) override;
  coder::awaitable<ApiResult<coder::BuildInfo>> build_info() override;
  coder::awaitable<ApiResult<coder::Me>> me() override;
  coder::awaitable<ApiResult<coder::TokenFacts>> token_facts() override;
  coder::awaitable<ApiResult<std::vector<bool>>> check_access(
      const std::vector<coder::AccessQuestion>& questions) override;
  coder::awaitable<ApiResult<coder::User>> user(const std::string& name_or_id) override;
  coder::awaitable<ApiResult<std::vector<coder::Organization>>> organizations() override;
  coder::awaitable<ApiResult<std::vector<coder::Template>>> templates_named(const std::string& name) override;
  coder::awaitable<ApiResult<coder::Template>> template_by_id(const TemplateId& id) override;
  coder::awaitable<ApiResult<std::vector<coder::Template>>> templates_by_ids(
      const std::vector<TemplateId>& ids) override;
  coder::awaitable<ApiResult<coder::TemplateVersion>> version_named(const TemplateId& id,
                                                                    const std::string& name) override;
  coder::awaitable<ApiResult<coder::TemplateVersion>> version_by_id(const VersionId& id) override;
  coder::awaitable<ApiResult<std::vector<coder::RichParameter>>> rich_parameters(
      const VersionId& id) override;
  coder::awaitable<ApiResult<std::vector<coder::Preset>>> presets(const VersionId& id) override;
  coder::awaitable<ApiResult<std::vector<coder::RichParameter>>> parameters_for(
      const VersionId& id, const UserId& owner,
      const std::vector<std::pair<std::string, std::string>>& values) override;
  coder::awaitable<ApiResult<std::vector<std::pair<std::string, std::string>>>> build_parameters(
      const BuildId& id) override;
  coder::awaitable<ApiResult<bool>> autostart_mismatch(const WorkspaceId& id) override;
  coder::awaitable<ApiResult<std::vector<reconcile::TimedSpan>>> timings(const WorkspaceId& id) override;
  coder::awaitable<ApiResult<std::vector<coder::User>>> inactive_users() override;

  coder::awaitable<ApiResult<coder::Created>> create_workspace(const coder::CreateRequest& request) override;
  coder::awaitable<ApiResult<coder::Kept>> set(const WorkspaceId& id, const coder::Setting& setting) override;
  coder::awaitable<ApiResult<coder::Queued>> queue_build(const WorkspaceId& id,
                                                         Transition transition) override;

 private:
  struct Fault {
    std::string prefix;
    ApiError error;
    int times = 1;
    bool after_effect = false;
  };

  /// Remembers the call, waits where it is held, runs `effect` unless the call fails before it.
  template <class T>
  coder::awaitable<ApiResult<T>> call(std::string text, std::function<ApiResult<T>()> effect);
  coder::awaitable<ApiResult<coder::Kept>> change(const WorkspaceId& id, const std::string& what,
                                                  const std::string& value,
                                                  std::function<void(LiveWorkspace&)> effect);
  [[nodiscard]] Fault* fault_of(const std::string& text);
  [[nodiscard]] coder::User* user_named(const std::string& name_or_id);

  std::vector<std::string> calls_;
  std::vector<Fault> faults_;
  std::string held_prefix_;
  std::function<void()> held_reached_;
  std::vector<boost::asio::steady_timer*> held_;
  std::size_t in_flight_ = 0;
  std::size_t most_at_a_time_ = 0;
  std::uint32_t next_id_ = 0x100000;
};

}  // namespace cr::testing
