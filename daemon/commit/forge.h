#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/commit/status.h"
#include "daemon/config/config.h"
#include "daemon/config/secret.h"
#include "reconcile/http/message.h"

/// How the forges' APIs take the status of a commit: requests as values, and what answers mean. Pure.
namespace cr::daemon {

/// Where its API is, for everybody; empty: each has one of its own.
[[nodiscard]] std::string_view public_url(Forge forge);

/// Why this can be no repository of the forge's, naming what is allowed; empty: it can.
[[nodiscard]] std::string repository_problem(Forge forge, std::string_view repository);

/// Why this can be no token: none that goes into a header holds blanks or control characters. It is not
/// repeated. Empty: it can.
[[nodiscard]] std::string token_problem(const Secret& token);

/// Whose commit it is, and as whom a status is set.
struct CommitSubject {
  Forge forge = Forge::github;
  std::string repository;
  std::string context;  ///< tells several reconcilers of one repository apart
  std::string link;     ///< of the status; empty: none
};

struct ForgeRequest {
  std::string method = "POST";
  std::string target;                                        ///< path behind the URL's own
  std::vector<std::pair<std::string, std::string>> headers;  ///< the token is in them
  std::string body;
};
/// Texts are cut to what the forge takes, and a link that is too long for it is left out.
[[nodiscard]] ForgeRequest request_of(const CommitSubject& subject, const CommitStatus& status,
                                      const Secret& token);

enum class Answered : std::uint8_t {
  sent,       ///< it is shown; or it was before
  postponed,  ///< not now
  barred,     ///< not with this token, or not in this repository: as long as nobody changes that
  rejected,   ///< not this status, ever
};
struct ForgeVerdict {
  Answered answered = Answered::sent;
  std::optional<std::chrono::seconds> wait{};  ///< at least so long until the next request
  std::string problem{};                       ///< with the remedy, one line; empty: none
};
/// `now`: the time of day, for answers that name a time.
[[nodiscard]] ForgeVerdict verdict_of(Forge forge, const http::HttpResponse& answer,
                                      std::chrono::sys_seconds now);

}  // namespace cr::daemon
