#pragma once

#include <cstddef>
#include <string_view>

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
};

/// One call of Coder's API. `pattern` is what metrics and log name it by.
struct Route {
  std::string_view method;
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
};

/// What a list may have at most that was asked for so many rows. One with several agents has about 30 kB.
[[nodiscard]] constexpr std::size_t body_limit_of_rows(std::size_t rows) {
  return (std::size_t{1} << 20) + rows * (std::size_t{64} << 10);
}

namespace routes {

inline constexpr Route kWorkspaces{.method = "GET", .pattern = "/api/v2/workspaces", .list = true};
inline constexpr Route kWorkspaceByName{.method = "GET", .pattern = "/api/v2/users/{user}/workspace/{name}"};
inline constexpr Route kWorkspace{.method = "GET", .pattern = "/api/v2/workspaces/{workspace}"};
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
inline constexpr Route kRichParameters{.method = "GET",
                                       .pattern = "/api/v2/templateversions/{version}/rich-parameters",
                                       .body_limit = Route::kAllOfThem};
inline constexpr Route kDynamicParameters{
    .method = "POST",
    .pattern = "/api/v2/templateversions/{version}/dynamic-parameters/evaluate",
    .body_limit = Route::kAllOfThem};
inline constexpr Route kBuildParameters{.method = "GET",
                                        .pattern = "/api/v2/workspacebuilds/{build}/parameters"};

inline constexpr Route kCreateWorkspace{
    .method = "POST", .pattern = "/api/v2/users/{user}/workspaces", .repeat = Repeat::if_unseen};
inline constexpr Route kAutostart{
    .method = "PUT", .pattern = "/api/v2/workspaces/{workspace}/autostart", .answer = Answer::nothing};
inline constexpr Route kTtl{
    .method = "PUT", .pattern = "/api/v2/workspaces/{workspace}/ttl", .answer = Answer::nothing};
inline constexpr Route kAutomaticUpdates{
    .method = "PUT", .pattern = "/api/v2/workspaces/{workspace}/autoupdates", .answer = Answer::nothing};
inline constexpr Route kDormant{
    .method = "PUT", .pattern = "/api/v2/workspaces/{workspace}/dormant", .answer = Answer::json_or_same};
inline constexpr Route kBuilds{
    .method = "POST", .pattern = "/api/v2/workspaces/{workspace}/builds", .repeat = Repeat::if_unseen};

}  // namespace routes
}  // namespace cr::coder
