#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reconcile/coder/api.h"
#include "reconcile/coder/caller.h"
#include "reconcile/coder/list_page.h"

namespace cr::coder {

/// Coder's reads over HTTP. The caller outlives it.
class HttpApi final : public CoderReader {
 public:
  explicit HttpApi(Caller& caller) : caller_(caller) {}

  awaitable<ApiResult<WorkspaceRows>> workspaces_by_ids(const std::vector<WorkspaceId>& ids) override;
  awaitable<ApiResult<WorkspaceRows>> workspaces_of_owner(const std::string& username) override;
  awaitable<ApiResult<WorkspaceRows>> workspaces_page(std::uint64_t offset, std::uint32_t limit) override;
  awaitable<ApiResult<std::optional<LiveWorkspace>>> workspace_by_name(const std::string& owner,
                                                                       const std::string& name) override;
  awaitable<ApiResult<std::optional<LiveWorkspace>>> workspace_by_id(const WorkspaceId& id) override;
  awaitable<ApiResult<BuildInfo>> build_info() override;
  awaitable<ApiResult<Me>> me() override;
  awaitable<ApiResult<TokenFacts>> token_facts() override;
  awaitable<ApiResult<std::vector<bool>>> check_access(const std::vector<AccessQuestion>& questions) override;
  awaitable<ApiResult<User>> user(const std::string& name_or_id) override;
  awaitable<ApiResult<std::vector<Organization>>> organizations() override;
  awaitable<ApiResult<std::vector<Template>>> templates_named(const std::string& name) override;
  awaitable<ApiResult<Template>> template_by_id(const TemplateId& id) override;
  awaitable<ApiResult<std::vector<Template>>> templates_by_ids(const std::vector<TemplateId>& ids) override;
  awaitable<ApiResult<TemplateVersion>> version_named(const TemplateId& id, const std::string& name) override;
  awaitable<ApiResult<TemplateVersion>> version_by_id(const VersionId& id) override;
  awaitable<ApiResult<std::vector<RichParameter>>> rich_parameters(const VersionId& id) override;
  awaitable<ApiResult<std::vector<std::string>>> parameter_names_for(
      const VersionId& id, const UserId& owner,
      const std::vector<std::pair<std::string, std::string>>& values) override;
  awaitable<ApiResult<std::vector<std::pair<std::string, std::string>>>> build_parameters(
      const BuildId& id) override;

 private:
  awaitable<ApiResult<WorkspaceRows>> list(std::string query, std::size_t rows);
  awaitable<ApiResult<std::optional<LiveWorkspace>>> one_workspace(const CallRequest& request);
  awaitable<ApiResult<std::vector<Template>>> templates(std::string search, std::optional<std::size_t> rows);

  Caller& caller_;
  WorkspaceDecoder decoder_;
};

/// Coder's writes over HTTP. The caller outlives it.
class HttpWriter final : public CoderWriter {
 public:
  explicit HttpWriter(Caller& caller) : caller_(caller) {}

  awaitable<ApiResult<LiveWorkspace>> create_workspace(const CreateRequest& create) override;
  awaitable<ApiResult<Kept>> set(const WorkspaceId& id, const Setting& setting) override;
  awaitable<ApiResult<LiveBuild>> queue_build(const WorkspaceId& id, Transition transition) override;

 private:
  Caller& caller_;
  WorkspaceDecoder decoder_;
};

}  // namespace cr::coder
