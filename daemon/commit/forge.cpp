#include "daemon/commit/forge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>

#include "reconcile/http/date.h"
#include "reconcile/http/url.h"
#include "specs/text/message_text.h"
#include "specs/text/number.h"

namespace cr::daemon {
namespace {

using nlohmann::json;

/// What a forge takes, in bytes, which is never more than its characters.
struct Bounds {
  std::size_t text = 0;
  std::size_t link = 0;
};

Bounds bounds_of(Forge forge) {
  switch (forge) {
    case Forge::github:
      return {140, 2048};
    case Forge::gitlab:
      return {255, 255};
    case Forge::gitea:
      return {255, 2048};
  }
  return {};
}

/// Its own word for it.
std::string_view state_of(Forge forge, CommitState state) {
  switch (state) {
    case CommitState::pending:
      return "pending";
    case CommitState::success:
      return "success";
    case CommitState::failure:
      return forge == Forge::gitlab ? "failed" : "failure";
  }
  return {};
}

std::string fitting(std::string_view text, std::size_t bound) {
  constexpr std::size_t kEllipsis = 3;  // bytes of "…"
  return text.size() <= bound ? std::string(text) : text::shortened(text, bound - kEllipsis);
}

std::string encoded_repository(std::string_view repository, std::string_view kept) {
  return http::percent_encode(repository, kept);
}

/// Who may set statuses, for a person who makes a token.
std::string_view rights_of(Forge forge) {
  switch (forge) {
    case Forge::github:
      return "the permission \"Commit statuses: read and write\", or the scope repo:status";
    case Forge::gitlab:
      return "the scope api and the role Developer, or Maintainer where only those may push to the branch";
    case Forge::gitea:
      return "the scope write:repository, of a user who may write to the repository";
  }
  return {};
}

/// What the forge says itself.
std::string message_of(const http::HttpResponse& answer) {
  constexpr std::size_t kLongest = 200;
  const json body = json::parse(answer.body, nullptr, false);
  if (!body.is_object()) return {};
  const auto message = body.find("message");
  if (message == body.end() || !message->is_string()) return {};
  return text::shortened(message->get<std::string>(), kLongest);
}

std::string with_message(const std::string& problem, const http::HttpResponse& answer) {
  const std::string message = message_of(answer);
  return message.empty() ? problem : problem + ": " + message;
}

/// GitHub tells of its limits with 403 too.
std::optional<std::chrono::seconds> limited(Forge forge, const http::HttpResponse& answer,
                                            std::chrono::sys_seconds now) {
  if (answer.status != 403 && answer.status != 429) return std::nullopt;
  const auto asked = http::parse_retry_after(answer.header("Retry-After"), answer.header("Date"), now);
  if (asked) return asked;
  constexpr std::chrono::seconds kAtLeast{60};
  if (answer.header("x-ratelimit-remaining") == "0") {
    const auto reset = text::parse_number<std::int64_t>(answer.header("x-ratelimit-reset"));
    const auto until = reset ? std::chrono::sys_seconds(std::chrono::seconds(*reset)) - now : kAtLeast;
    return std::clamp(until, std::chrono::seconds(1), std::chrono::seconds(std::chrono::hours(1)));
  }
  const bool secondary = answer.body.find("secondary rate limit") != std::string::npos;
  if (forge == Forge::github && secondary) return kAtLeast;
  if (answer.status == 429) return std::chrono::seconds(1);
  return std::nullopt;
}

/// GitLab changes the status of a job of its own, which is in that state already.
bool is_shown_already(Forge forge, const http::HttpResponse& answer) {
  return forge == Forge::gitlab && answer.status == 400 &&
         answer.body.find("Cannot transition status") != std::string::npos;
}

}  // namespace

std::string_view public_url(Forge forge) {
  switch (forge) {
    case Forge::github:
      return "https://api.github.com";
    case Forge::gitlab:
      return "https://gitlab.com";
    case Forge::gitea:
      return "";
  }
  return {};
}

std::string repository_problem(Forge forge, std::string_view repository) {
  const bool fits = std::ranges::none_of(repository, [](unsigned char c) { return c <= 0x20 || c >= 0x7F; });
  const auto slashes = std::ranges::count(repository, '/');
  const bool whole = !repository.empty() && repository.front() != '/' && repository.back() != '/' &&
                     repository.find("//") == std::string_view::npos &&
                     repository.find("://") == std::string_view::npos;
  if (forge == Forge::gitlab) {
    const bool number =
        !repository.empty() && std::ranges::all_of(repository, [](char c) { return c >= '0' && c <= '9'; });
    if (fits && (number || (whole && slashes >= 1))) return {};
    return "must be GROUP/PROJECT, with subgroups if there are any, or the project's number";
  }
  if (fits && whole && slashes == 1) return {};
  return "must be OWNER/REPOSITORY";
}

std::string token_problem(const Secret& token) {
  const bool fits =
      std::ranges::none_of(token.reveal(), [](unsigned char c) { return c <= 0x20 || c >= 0x7F; });
  return fits ? std::string()
              : "the token contains blanks, line breaks or other characters that no token has";
}

ForgeRequest request_of(const CommitSubject& subject, const CommitStatus& status, const Secret& token) {
  const Bounds bounds = bounds_of(subject.forge);
  const std::string description = fitting(status.text, bounds.text);
  json body{{"state", state_of(subject.forge, status.state)}, {"description", description}};
  body[subject.forge == Forge::gitlab ? "name" : "context"] = subject.context;
  if (!subject.link.empty() && subject.link.size() <= bounds.link) body["target_url"] = subject.link;

  ForgeRequest request;
  request.headers = {{"Content-Type", "application/json"}};
  switch (subject.forge) {
    case Forge::github:
      request.target =
          fmt::format("/repos/{}/statuses/{}", encoded_repository(subject.repository, "/"), status.revision);
      request.headers.emplace_back("Accept", "application/vnd.github+json");
      request.headers.emplace_back("X-GitHub-Api-Version", "2022-11-28");
      request.headers.emplace_back("Authorization", "Bearer " + token.reveal());
      break;
    case Forge::gitlab:
      request.target = fmt::format("/api/v4/projects/{}/statuses/{}",
                                   encoded_repository(subject.repository, ""), status.revision);
      request.headers.emplace_back("Accept", "application/json");
      request.headers.emplace_back("PRIVATE-TOKEN", token.reveal());
      break;
    case Forge::gitea:
      request.target = fmt::format("/api/v1/repos/{}/statuses/{}",
                                   encoded_repository(subject.repository, "/"), status.revision);
      request.headers.emplace_back("Accept", "application/json");
      request.headers.emplace_back("Authorization", "token " + token.reveal());
      break;
  }
  request.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  return request;
}

ForgeVerdict verdict_of(Forge forge, const http::HttpResponse& answer, std::chrono::sys_seconds now) {
  const int status = answer.status;
  if ((status >= 200 && status < 300) || is_shown_already(forge, answer)) return {};
  if (const auto wait = limited(forge, answer, now))
    return {Answered::postponed, wait, fmt::format("it asks to wait ({})", status)};
  if (status == 408 || status == 425 || status >= 500) {
    const auto asked = http::parse_retry_after(answer.header("Retry-After"), answer.header("Date"), now);
    return {Answered::postponed, asked, fmt::format("it responded with {}", status)};
  }
  if (status >= 300 && status < 400) {
    return {Answered::barred, std::nullopt,
            fmt::format("it redirects elsewhere ({}), which is not followed; set --commit-status-url and "
                        "--commit-status-repository to where the repository is now",
                        status)};
  }
  if (status == 401) {
    return {Answered::barred, std::nullopt,
            "it rejects the token (401); write a valid one to --commit-status-token-file"};
  }
  if (status == 403) {
    return {
        Answered::barred, std::nullopt,
        with_message(fmt::format("the token may not set statuses there (403); it needs {}", rights_of(forge)),
                     answer)};
  }
  if (status == 404) {
    return {
        Answered::barred, std::nullopt,
        with_message(fmt::format("it knows no such repository or commit, or does not show it to this token "
                                 "(404); check --commit-status-repository, and that the token has {}",
                                 rights_of(forge)),
                     answer)};
  }
  return {
      Answered::rejected, std::nullopt,
      with_message(fmt::format("it does not take the status ({}); check that --commit-status-repository is "
                               "where the specs' commits are",
                               status),
                   answer)};
}

}  // namespace cr::daemon
