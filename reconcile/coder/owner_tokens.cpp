#include "reconcile/coder/owner_tokens.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "reconcile/coder/http_api.h"
#include "specs/text/ascii.h"

namespace cr::coder {
namespace {

/// Letters, digits and hyphens, as Coder has them in usernames.
bool is_file_name(const std::string& username) {
  return !username.empty() && std::ranges::all_of(username, [](char c) {
    return text::is_digit(c) || c == '-' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

/// Why the file is not used; empty: it is.
std::string file_problem(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return fmt::format("there is no {}", path);
    return fmt::format("cannot read {}: {}", path, std::strerror(errno));
  }
  if (!S_ISREG(status.st_mode)) return fmt::format("{} is not a file", path);
  if (status.st_uid != ::geteuid())
    return fmt::format("{} belongs to another user (uid {}) than the one that this runs as; change its owner",
                       path, status.st_uid);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fmt::format("{} can be read by others (mode {:04o}); chmod 600 it", path, status.st_mode & 07777);
  return {};
}

}  // namespace

struct OwnerTokens::Access {
  Access(async::Clock& clock, CallObserver& observer, http::Transport& transport, TokenSource token,
         Caller::Options options)
      : caller(clock, observer, transport, std::move(token), std::move(options)),
        reader(http_reader(caller)),
        writer(http_writer(caller)) {}
  Caller caller;
  std::unique_ptr<CoderReader> reader;
  std::unique_ptr<CoderWriter> writer;
};

OwnerTokens::OwnerTokens(std::string directory, async::Clock& clock, CallObserver& observer,
                         http::Transport& transport, Caller::Options options)
    : directory_(std::move(directory)),
      clock_(clock),
      observer_(observer),
      transport_(transport),
      options_(std::move(options)) {
  options_.tells_token_file = false;
}

OwnerTokens::~OwnerTokens() = default;

OwnerTokens::Access* OwnerTokens::find(const std::string& username, std::string& problem) {
  // It becomes part of a path.
  if (!is_file_name(username)) {
    problem = "there is no file of that name";
    return nullptr;
  }
  const std::string path = directory_ + '/' + username;
  problem = file_problem(path);
  if (!problem.empty()) return nullptr;
  const auto known = by_username_.find(username);
  if (known != by_username_.end()) return known->second.get();
  auto token = TokenSource::from_file(path);
  if (!token) {
    problem = token.error().message;
    return nullptr;
  }
  auto made = std::make_unique<Access>(clock_, observer_, transport_, std::move(*token), options_);
  if (end_) made->caller.end_by(*end_);
  return by_username_.emplace(username, std::move(made)).first->second.get();
}

CoderReader* OwnerTokens::reader_of(const std::string& username) {
  std::string problem;
  Access* access = find(username, problem);
  return access ? access->reader.get() : nullptr;
}

CoderWriter* OwnerTokens::writer_of(const std::string& username) {
  std::string problem;
  Access* access = find(username, problem);
  return access ? access->writer.get() : nullptr;
}

std::string OwnerTokens::problem_of(const std::string& username) {
  std::string problem;
  (void)find(username, problem);
  return problem;
}

void OwnerTokens::end_by(SteadyTime end) {
  end_ = end;
  for (auto& [username, access] : by_username_) access->caller.end_by(end);
}

void OwnerTokens::stop_waiting() {
  for (auto& [username, access] : by_username_) access->caller.stop_waiting();
}

}  // namespace cr::coder
