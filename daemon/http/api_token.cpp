#include "daemon/http/api_token.h"

#include <sys/stat.h>

#include "daemon/config/small_file.h"
#include "specs/text/ascii.h"

namespace cr::daemon {
namespace {

constexpr std::size_t kLargest = 4096;

struct Reading {
  std::string token;
  std::string problem;
};

Reading read(const std::string& path) {
  const SmallFile file = read_small_file(path, kLargest);
  if (!file.problem.empty()) return {{}, file.problem};
  const std::string_view token = text::trim(file.text);
  if (token.empty()) return {{}, path + " is empty"};
  return {std::string(token), {}};
}

}  // namespace

std::optional<Secret> read_api_token(const std::string& path) {
  if (path.empty()) return std::nullopt;
  Reading reading = read(path);
  if (!reading.problem.empty()) return std::nullopt;
  return Secret{std::move(reading.token)};
}

std::string api_token_problem(const std::string& path) {
  return path.empty() ? std::string{} : read(path).problem;
}

std::optional<Secret> read_server_token(const std::string& path) {
  auto token = read_api_token(path);
  if (token && token->reveal().size() < kShortestToken) return std::nullopt;
  return token;
}

std::string server_token_problem(const std::string& path) {
  if (path.empty()) return {};
  const Reading reading = read(path);
  if (!reading.problem.empty()) return reading.problem;
  if (reading.token.size() >= kShortestToken) return {};
  return "the token in " + path + " has " + std::to_string(reading.token.size()) +
         " characters and can be guessed; it needs at least " + std::to_string(kShortestToken) +
         " (create one with openssl rand -hex 32)";
}

bool others_may_read(const std::string& path) {
  struct stat status {};
  return !path.empty() && ::stat(path.c_str(), &status) == 0 && (status.st_mode & (S_IROTH | S_IWOTH)) != 0;
}

}  // namespace cr::daemon
