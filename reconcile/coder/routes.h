#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "reconcile/coder/api_error.h"

namespace cr::coder {

/// Whether sending a call twice does what sending it once does.
enum class Repeat {
  safe,       ///< GET, authcheck, and the PUTs, which set a field to a value
  if_unseen,  ///< creates something: again only when Coder surely has not seen it
};

/// What a good answer carries.
enum class Answer {
  json,          ///< a JSON body
  nothing,       ///< 204
  json_or_same,  ///< a JSON body, or 304: it was so already
  message,       ///< a JSON body that says no more than the code
};

/// One call of Coder's API: all that differs between calls and is not the call's own query or body.
struct Route {
  std::string_view method;
  /// The path, with `{…}` where a value goes. Metrics and log name the call by it.
  std::string_view pattern;
  Repeat repeat = Repeat::safe;
  Answer answer = Answer::json;
  /// Bytes of an answer that is still believed; of a list's, where it is not known how many rows were asked
  /// for.
  std::size_t body_limit = kOneThing;

  static constexpr std::size_t kOneThing = std::size_t{1} << 20;
  static constexpr std::size_t kAllOfThem = std::size_t{4} << 20;
  /// A list: its answer takes the longer time-out.
  bool list = false;
  /// It reads the workspaces that are reconciled: an answer alone is no step ahead, what it brings may be.
  bool reads_workspaces = false;
  /// What Coder means by 403 and by 404 here.
  ApiFault on_403 = ApiFault::forbidden;
  ApiFault on_404 = ApiFault::not_found;

  /// How many values its path takes.
  [[nodiscard]] constexpr std::size_t values() const {
    return static_cast<std::size_t>(std::ranges::count(pattern, '{'));
  }
};

/// One thing of a workspace that a call sets.
struct Setting {
  const Route* route = nullptr;  ///< below the workspace
  std::string body;              ///< JSON; empty: none
  bool as_owner = false;         ///< Coder takes it from the workspace's owner alone
};

/// What a list may have at most that was asked for so many rows. One with several agents has about 30 kB.
[[nodiscard]] constexpr std::size_t body_limit_of_rows(std::size_t rows) {
  return (std::size_t{1} << 20) + rows * (std::size_t{64} << 10);
}

namespace routes {

inline constexpr Route kWorkspaces{
    .method = "GET", .pattern = "/api/v2/workspaces", .list = true, .reads_workspaces = true};
inline constexpr Route kWorkspaceByName{
    .method = "GET", .pattern = "/api/v2/users/{user}/workspace/{name}", .reads_workspaces = true};
inline constexpr Route kWorkspace{
    .method = "GET", .pattern = "/api/v2/workspaces/{workspace}", .reads_workspaces = true};
inline constexpr Route kBuildInfo{.method = "GET", .pattern = "/api/v2/buildinfo"};
inline constexpr Route kUser{.method = "GET", .pattern = "/api/v2/users/{user}"};
inline constexpr Route kTokenKey{.method = "GET", .pattern = "/api/v2/users/{user}/keys/{key}"};
inline constexpr Route kAuthCheck{.method = "POST", .pattern = "/api/v2/authcheck"};
inline constexpr Route kOrganizations{
    .method = "GET", .pattern = "/api/v2/organizations", .body_limit = Route::kAllOfThem};
inline constexpr Route kTemplates{
    .method = "GET", .pattern = "/api/v2/templates", .body_limit = Route::kAllOfThem, .list = true};
inline constexpr Route kTemplate{.method = "GET", .pattern = "/api/v2/templates/{template}"};
inline constexpr Route kVersionByName{.method = "GET",
                                      .pattern = "/api/v2/templates/{template}/versions/{name}"};
inline constexpr Route kVersion{.method = "GET", .pattern = "/api/v2/templateversions/{version}"};
// Coder <= 2.21 answers 403 while the version is still importing (later 425); without right it is 404.
inline constexpr Route kRichParameters{.method = "GET",
                                       .pattern = "/api/v2/templateversions/{version}/rich-parameters",
                                       .body_limit = Route::kAllOfThem,
                                       .on_403 = ApiFault::not_ready};
// Coder >= 2.24.
inline constexpr Route kDynamicParameters{
    .method = "POST",
    .pattern = "/api/v2/templateversions/{version}/dynamic-parameters/evaluate",
    .body_limit = Route::kAllOfThem};
// Coder >= 2.20.
inline constexpr Route kPresets{.method = "GET",
                                .pattern = "/api/v2/templateversions/{version}/presets",
                                .body_limit = Route::kAllOfThem};
inline constexpr Route kBuildParameters{.method = "GET",
                                        .pattern = "/api/v2/workspacebuilds/{build}/parameters"};
inline constexpr Route kResolveAutostart{.method = "GET",
                                         .pattern = "/api/v2/workspaces/{workspace}/resolve-autostart"};
inline constexpr Route kUsers{
    .method = "GET", .pattern = "/api/v2/users", .body_limit = Route::kAllOfThem, .list = true};

// Before 2.29 Coder counts all rows that match, which can take seconds.
inline constexpr Route kAudit{
    .method = "GET", .pattern = "/api/v2/audit", .body_limit = Route::kAllOfThem, .list = true};

inline constexpr Route kCreateWorkspace{
    .method = "POST", .pattern = "/api/v2/users/{user}/workspaces", .repeat = Repeat::if_unseen};
inline constexpr Route kAutostart{
    .method = "PUT", .pattern = "/api/v2/workspaces/{workspace}/autostart", .answer = Answer::nothing};
inline constexpr Route kTtl{
    .method = "PUT", .pattern = "/api/v2/workspaces/{workspace}/ttl", .answer = Answer::nothing};
// The id came from a read with this token, and a deleted workspace still answers 204: what is left for a 404
// is that the token may read the workspace but not change it.
inline constexpr Route kAutomaticUpdates{.method = "PUT",
                                         .pattern = "/api/v2/workspaces/{workspace}/autoupdates",
                                         .answer = Answer::nothing,
                                         .on_404 = ApiFault::forbidden};
inline constexpr Route kDormant{
    .method = "PUT", .pattern = "/api/v2/workspaces/{workspace}/dormant", .answer = Answer::json_or_same};
inline constexpr Route kExtend{
    .method = "PUT", .pattern = "/api/v2/workspaces/{workspace}/extend", .answer = Answer::message};
// Without a body nothing is recorded but the time, so twice is once.
inline constexpr Route kUsage{
    .method = "POST", .pattern = "/api/v2/workspaces/{workspace}/usage", .answer = Answer::nothing};
inline constexpr Route kRename{
    .method = "PATCH", .pattern = "/api/v2/workspaces/{workspace}", .answer = Answer::nothing};
inline constexpr Route kFavorite{
    .method = "PUT", .pattern = "/api/v2/workspaces/{workspace}/favorite", .answer = Answer::nothing};
inline constexpr Route kNoFavorite{
    .method = "DELETE", .pattern = "/api/v2/workspaces/{workspace}/favorite", .answer = Answer::nothing};
inline constexpr Route kBuilds{
    .method = "POST", .pattern = "/api/v2/workspaces/{workspace}/builds", .repeat = Repeat::if_unseen};

}  // namespace routes
}  // namespace cr::coder
