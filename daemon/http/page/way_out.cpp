#include "daemon/http/page/way_out.h"

#include <fmt/format.h>

#include <algorithm>

namespace cr::daemon {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view{"_-./:=,@%+"}.find(c) != std::string_view::npos;
}

}  // namespace

std::string shell_word(std::string_view word) {
  if (!word.empty() && std::ranges::all_of(word, is_plain)) return std::string{word};
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + '\'';
}

std::string WayOut::apply_command(std::string_view digest) const {
  std::string command = fmt::format("coder-reconciler apply --approve {}", shell_word(digest));
  for (const std::string& argument : selection) command += ' ' + shell_word(argument);
  return command;
}

std::string WayOut::explain_command(std::string_view workspace) const {
  std::string command = fmt::format("coder-reconciler explain {}", shell_word(workspace));
  for (const std::string& path : paths) command += ' ' + shell_word(path);
  return command;
}

std::optional<std::string> WayOut::approve_request(std::string_view digest) const {
  if (api_token_file.empty()) return std::nullopt;
  return fmt::format("curl -X POST -H \"Authorization: Bearer $(cat {})\" {}", shell_word(api_token_file),
                     shell_word(fmt::format("{}/-/approve?digest={}", base_url, digest)));
}

WayOut way_out_of(const Config& config, std::string_view address) {
  WayOut way_out;
  const auto select = [&](std::string_view flag, const std::string& value) {
    way_out.selection.push_back(fmt::format("--{}={}", flag, value));
  };
  if (!config.selector.empty()) select("selector", config.selector.text());
  for (const std::string& owner : config.owners) select("owner", owner);
  for (const std::string& name : config.names) select("name", name);
  way_out.selection.insert(way_out.selection.end(), config.paths.begin(), config.paths.end());
  way_out.paths = config.paths;
  way_out.api_token_file = config.api_token_file;
  const std::size_t colon = address.rfind(':');
  const std::string_view host = address.substr(0, colon);
  const bool any = host == "0.0.0.0" || host == "[::]";
  way_out.base_url = fmt::format("http://{}{}", any ? std::string_view{"127.0.0.1"} : host,
                                 colon == std::string_view::npos ? "" : address.substr(colon));
  return way_out;
}

}  // namespace cr::daemon
