#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include "reconcile/coder/api.h"

namespace cr::bench {

using namespace cr::reconcile;  // NOLINT: the fake speaks the product's vocabulary
using coder::ApiResult;
using coder::awaitable;

/// A Coder that answers at once from memory, so that what is left is the reconciler's own work. Holds the
/// workspaces that `spec_text` declares, as declared.
class FleetInMemory final : public coder::CoderReader {
 public:
  explicit FleetInMemory(std::size_t workspaces);

  awaitable<ApiResult<coder::WorkspaceRows>> workspaces_by_ids(const std::vector<WorkspaceId>& ids) override;
  awaitable<ApiResult<coder::WorkspaceRows>> workspaces_of_owner(const std::string& username) override;
  awaitable<ApiResult<coder::WorkspaceRows>> workspaces_page(std::uint64_t offset,
                                                             std::uint32_t limit) override;
  awaitable<ApiResult<std::optional<LiveWorkspace>>> workspace_by_id(const WorkspaceId& id) override;
  awaitable<ApiResult<coder::NameLook>> workspace_by_name(const std::string& owner,
                                                          const std::string& name) override;
  awaitable<ApiResult<coder::BuildInfo>> build_info() override;
  awaitable<ApiResult<coder::Me>> me() override;
  awaitable<ApiResult<coder::TokenFacts>> token_facts() override;
  awaitable<ApiResult<std::vector<bool>>> check_access(
      const std::vector<coder::AccessQuestion>& questions) override;
  awaitable<ApiResult<coder::User>> user(const std::string& name_or_id) override;
  awaitable<ApiResult<std::vector<coder::Organization>>> organizations() override;
  awaitable<ApiResult<std::vector<coder::Template>>> templates_named(const std::string& name) override;
  awaitable<ApiResult<coder::Template>> template_by_id(const TemplateId& id) override;
  awaitable<ApiResult<std::vector<coder::Template>>> templates_by_ids(
      const std::vector<TemplateId>& ids) override;
  awaitable<ApiResult<coder::TemplateVersion>> version_named(const TemplateId& id,
                                                             const std::string& name) override;
  awaitable<ApiResult<coder::TemplateVersion>> version_by_id(const VersionId& id) override;
  awaitable<ApiResult<std::vector<coder::RichParameter>>> rich_parameters(const VersionId& id) override;
  awaitable<ApiResult<std::vector<coder::Preset>>> presets(const VersionId& id) override;
  awaitable<ApiResult<std::vector<coder::RichParameter>>> parameters_for(
      const VersionId& id, const UserId& owner,
      const std::vector<std::pair<std::string, std::string>>& values) override;
  awaitable<ApiResult<std::vector<std::pair<std::string, std::string>>>> build_parameters(
      const BuildId& id) override;
  awaitable<ApiResult<bool>> autostart_mismatch(const WorkspaceId& id) override;
  awaitable<ApiResult<std::vector<reconcile::TimedSpan>>> timings(const WorkspaceId& id) override;
  awaitable<ApiResult<std::vector<coder::User>>> inactive_users() override;

 private:
  std::vector<LiveWorkspace> rows_;  ///< in the order of names' numbers
  std::unordered_map<WorkspaceId, std::size_t> by_id_;
  coder::Template template_;
};

}  // namespace cr::bench
