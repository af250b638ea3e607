#include "daemon/config/settings.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

#include "daemon/commit/forge.h"
#include "daemon/config/config_file.h"
#include "daemon/config/values.h"
#include "daemon/json_schema.h"

namespace cr::daemon {
namespace {

/// Variables of one kind; CODER_RECONCILER_ ones win over Coder's own, so they are two sources.
Source from_environment(const Environment& environment, bool aliases) {
  Source source;
  for (const Option& option : all_options()) {
    if (option.set == nullptr) continue;
    const std::string name = aliases ? std::string{option.alias_env} : env_name(option);
    const std::string_view text = name.empty() ? std::string_view{} : environment.get(name);
    if (text.empty()) continue;
    std::vector<std::string> values{std::string{text}};
    if (option.kind == Option::Kind::list) {
      auto items = parse_csv(text);
      if (!items) {
        source.problems.push_back(name + ": " + items.error().message());
        continue;
      }
      if (items->empty()) {
        source.problems.push_back(name + ": contains only commas; use " + wanted_value(option));
        continue;
      }
      values = std::move(*items);
    }
    source.assignments.push_back({&option, std::move(values), name});
  }
  if (!aliases) {
    for (const std::string_view name : {"CODER_RECONCILER_CODER_TOKEN", "CODER_RECONCILER_TOKEN"}) {
      if (!environment.get(name).empty()) {
        source.problems.push_back("unknown variable " + std::string{name} +
                                  "; the variable for Coder's token is CODER_SESSION_TOKEN");
      }
    }
  }
  return source;
}

void apply(const Source& source, Config& config, std::vector<std::string>& problems) {
  problems.insert(problems.end(), source.problems.begin(), source.problems.end());
  for (const Assignment& assignment : source.assignments) {
    const auto set = [&](const std::vector<std::string>& values) {
      if (const std::string problem = assignment.option->set(config, values); !problem.empty()) {
        problems.push_back(assignment.origin + ": " + problem);
      }
    };
    if (assignment.option->kind == Option::Kind::list) {
      set(assignment.values);
    } else {
      // The last one counts; one that it overrides is wrong all the same.
      for (const std::string& value : assignment.values) set({value});
    }
  }
}

bool assigns(const Source& source, std::string_view name) {
  return std::ranges::any_of(source.assignments,
                             [&](const Assignment& assignment) { return assignment.option->name == name; });
}

std::string_view either(const Environment& environment, std::string_view upper, std::string_view lower) {
  const std::string_view value = environment.get(upper);
  return value.empty() ? environment.get(lower) : value;
}

void read_secrets_and_proxies(const Environment& environment, bool file_names_token_file,
                              bool nearer_names_token_file, Config& config) {
  config.coder_token = Secret{std::string{environment.get("CODER_SESSION_TOKEN")}};
  // The environment outranks the configuration file, whichever way each gives the token.
  if (!config.coder_token.empty() && file_names_token_file && !nearer_names_token_file) {
    config.coder_token_file.clear();
  }
  config.https_proxy = Secret{std::string{either(environment, "HTTPS_PROXY", "https_proxy")}};
  config.http_proxy = Secret{std::string{either(environment, "HTTP_PROXY", "http_proxy")}};
  config.no_proxy = either(environment, "NO_PROXY", "no_proxy");
}

void check_commit_status(const Config& config, std::vector<std::string>& problems) {
  if (!config.commit_status) {
    const bool useless = !config.commit_status_url.empty() || !config.commit_status_repository.empty() ||
                         !config.commit_status_token_file.empty() || !config.commit_status_ca_file.empty() ||
                         config.commit_status_context != Config().commit_status_context;
    if (useless) problems.emplace_back("--commit-status-… has no effect without --commit-status");
    return;
  }
  if (config.commit_status_token_file.empty())
    problems.emplace_back("--commit-status needs --commit-status-token-file");
  if (config.commit_status_url.empty() && public_url(*config.commit_status).empty())
    problems.emplace_back("--commit-status=gitea needs --commit-status-url, such as https://git.example.com");
  if (config.commit_status_repository.empty()) {
    problems.emplace_back("--commit-status needs --commit-status-repository");
  } else if (const std::string problem =
                 repository_problem(*config.commit_status, config.commit_status_repository);
             !problem.empty()) {
    problems.push_back("--commit-status-repository: invalid value \"" + config.commit_status_repository +
                       "\": " + problem);
  }
}

/// What only the whole can tell.
void check_together(const Invocation& invocation, std::vector<std::string>& problems) {
  const Config& config = invocation.config;
  const bool asks_daemon = invocation.command == Command::plan && !config.daemon_url.empty();
  const bool online = find_option("coder-url")->commands.has(invocation.command) && !asks_daemon;
  if (find_option("paths")->commands.has(invocation.command) && config.paths.empty()) {
    problems.emplace_back("no PATH given; pass a directory with specs, a file, or - for standard input");
  }
  if (std::ranges::count(config.paths, "-") > 1) problems.emplace_back("PATH: - may be given only once");
  if (online && config.coder_url.empty()) {
    problems.emplace_back(
        "no Coder URL given; set --coder-url or CODER_URL, such as https://coder.example.com");
  }
  if (online && config.coder_token.empty() && config.coder_token_file.empty()) {
    problems.emplace_back(
        "no Coder token given; set --coder-token-file, CODER_SESSION_TOKEN_FILE or CODER_SESSION_TOKEN "
        "(create one with `coder tokens create`)");
  }
  if (online && config.client_cert.empty() != config.client_key.empty()) {
    problems.emplace_back("--client-cert and --client-key must be set together");
  }
  if (invocation.command == Command::apply && !config.pushgateway &&
      (!config.pushgateway_auth_file.empty() || !config.pushgateway_ca_file.empty() ||
       !config.pushgateway_grouping.empty())) {
    problems.emplace_back("--pushgateway-… has no effect without --pushgateway-url");
  }
  if (config.pushgateway && !config.pushgateway->authorization.empty() &&
      !config.pushgateway_auth_file.empty()) {
    problems.emplace_back(
        "user and password are given in both --pushgateway-url and --pushgateway-auth-file; use only one");
  }
  if (asks_daemon && config.plan_token_file.empty()) {
    problems.emplace_back(
        "--daemon: no token given; set --plan-token-file, with the token of the daemon's --plan-token-file");
  }
  if (asks_daemon && (!config.selector.empty() || !config.owners.empty() || !config.names.empty())) {
    problems.emplace_back(
        "--daemon: the daemon plans what it is set up for; leave out --selector, --owner and --name");
  }
  if (config.notify_url_file.empty() &&
      (!config.notify_secret_file.empty() || config.notify_format != NewsFormat::cloudevents)) {
    problems.emplace_back(
        "--notify-format and --notify-secret-file have no effect without --notify-url-file");
  }
  // Other commands may share its configuration file.
  if (invocation.command == Command::run) check_commit_status(config, problems);
  if (invocation.command == Command::export_specs) {
    if (config.output_dir.empty() && (config.merge || config.defaults)) {
      problems.emplace_back("--merge and --defaults need --output-dir, the directory of the specs");
    }
    if (config.merge && config.defaults) {
      problems.emplace_back(
          "--merge and --defaults exclude each other: defaults would fill in what existing specs leave "
          "unmanaged");
    }
  }
  if (invocation.command != Command::plan && config.output == OutputFormat::markdown) {
    problems.push_back("--output: \"markdown\" is only available for plan; for " +
                       std::string{to_string(invocation.command)} + " use text or json");
  }
}

/// `help` is what `--help` is; so it names a command instead of calling it.
void read_help_arguments(const std::vector<std::string>& arguments, Invocation& invocation,
                         std::vector<std::string>& problems) {
  invocation.help = true;
  invocation.has_command = !arguments.empty();
  if (arguments.empty()) return;
  if (const auto command = parse_command(arguments[0])) {
    invocation.command = *command;
  } else {
    problems.push_back(unknown_command(arguments[0]));
  }
  if (arguments.size() > 1) {
    problems.push_back("help takes one command; unexpected argument \"" + arguments[1] + "\"");
  }
}

/// Which workspace is to be explained.
void read_explained(const std::vector<std::string>& arguments, Config& config,
                    std::vector<std::string>& problems) {
  if (arguments.empty()) {
    problems.emplace_back("explain: no workspace given; use OWNER/NAME, such as alice/dev");
    return;
  }
  const std::string& word = arguments.front();
  const std::size_t slash = word.find('/');
  const bool both = slash != std::string::npos && slash > 0 && slash + 1 < word.size() &&
                    word.find('/', slash + 1) == std::string::npos;
  if (!both) {
    problems.push_back("explain: invalid workspace \"" + word + "\"; use OWNER/NAME, such as alice/dev");
    return;
  }
  config.explained_owner = word.substr(0, slash);
  config.explained_name = word.substr(slash + 1);
}

void check_arguments(const CommandLine& line, Invocation& invocation, std::vector<std::string>& problems) {
  if (invocation.command == Command::completion) {
    static constexpr std::string_view kShells[] = {"bash", "zsh", "fish"};
    if (line.arguments.size() == 1 && std::ranges::find(kShells, line.arguments[0]) != std::end(kShells)) {
      invocation.shell = line.arguments[0];
    } else if (line.arguments.empty()) {
      problems.emplace_back("completion: no shell given; use bash, zsh or fish");
    } else {
      problems.push_back("completion: unknown shell \"" + line.arguments.back() +
                         "\"; use bash, zsh or fish");
    }
  } else if (invocation.command == Command::schema && line.arguments.size() == 1) {
    const auto names = schema_names();
    const std::string& name = line.arguments[0];
    if (std::ranges::find(names, name) != names.end()) {
      invocation.schema = name;
    } else {
      problems.push_back("schema: unknown schema \"" + name + "\"; use one of " + schema_names_text(", "));
    }
  } else if (invocation.command == Command::explain) {
    read_explained(line.arguments, invocation.config, problems);
  } else if (invocation.command == Command::help) {
    read_help_arguments(line.arguments, invocation, problems);
  } else if (!line.arguments.empty()) {
    problems.push_back(std::string{to_string(invocation.command)} + " takes no arguments; unexpected \"" +
                       line.arguments[0] + '"');
  }
}

}  // namespace

void throw_exception_from_error(const UsageError& error, const boost::source_location&) {
  throw std::logic_error("unchecked usage error: " +
                         (error.problems().empty() ? std::string{} : error.problems().front()));
}

boost::system::result<std::string, UsageError> read_config_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) return UsageError(path + " is a directory");
  if (!std::filesystem::exists(status)) return UsageError(path + " does not exist");
  std::ifstream file(path, std::ios::binary);
  if (!file) return UsageError("cannot read " + path + ": " + std::strerror(errno));
  constexpr std::size_t kLargest = 1024 * 1024;
  std::string text(kLargest + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargest)
    return UsageError(path + " is larger than 1 MiB, too large for a configuration file");
  return {boost::system::in_place_value, std::move(text)};
}

boost::system::result<Invocation, UsageError> read_settings(const std::vector<std::string>& arguments,
                                                            const Environment& environment,
                                                            const ReadFile& read_file) {
  const CommandLine line = parse_command_line(arguments);
  Invocation invocation;
  invocation.help = line.help;
  invocation.has_command = line.command.has_value();
  if (line.command) invocation.command = *line.command;
  invocation.version = line.version;
  if ((line.help || line.version) && line.flags.problems.empty()) return invocation;
  if (!line.command) {
    if (!line.flags.problems.empty()) return UsageError(line.flags.problems);
    return UsageError(
        "no command given; use one of validate, plan, forecast, explain, apply, run, export, schema, "
        "version, "
        "completion, "
        "help");
  }

  std::vector<std::string> problems;
  check_arguments(line, invocation, problems);
  if (!find_option("config")->commands.has(*line.command)) {
    // Commands that print what is built in must work wherever they are called, whatever is set there.
    problems.insert(problems.end(), line.flags.problems.begin(), line.flags.problems.end());
    if (!problems.empty()) return UsageError(std::move(problems));
    return invocation;
  }

  Source file;
  std::string file_name = line.config_file;
  std::string file_origin = "--config";
  if (file_name.empty()) {
    file_name = environment.get("CODER_RECONCILER_CONFIG");
    file_origin = "CODER_RECONCILER_CONFIG";
  }
  if (!file_name.empty()) {
    const auto text = read_file(file_name);
    if (text) {
      file = parse_config_file(*text, file_name);
    } else {
      const UsageError error = text.error();  // a copy, which the loop below must not outlive
      for (const auto& problem : error.problems()) file.problems.push_back(file_origin + ": " + problem);
    }
  }
  const Source coder_variables = from_environment(environment, true);
  const Source own_variables = from_environment(environment, false);
  for (const Source* source :
       {static_cast<const Source*>(&file), &coder_variables, &own_variables, &line.flags}) {
    apply(*source, invocation.config, problems);
  }
  constexpr std::string_view kTokenFile = "coder-token-file";
  const bool nearer = assigns(coder_variables, kTokenFile) || assigns(own_variables, kTokenFile) ||
                      assigns(line.flags, kTokenFile);
  read_secrets_and_proxies(environment, assigns(file, kTokenFile), nearer, invocation.config);
  // What is missing is only worth saying once what is there has been understood.
  if (problems.empty()) check_together(invocation, problems);
  if (!problems.empty()) return UsageError(std::move(problems));
  return invocation;
}

}  // namespace cr::daemon
