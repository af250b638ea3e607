#include "daemon/config/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/settings_input.h"

namespace cr::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Settings, DefaultsHoldWhereNothingIsSaid) {
  const auto settings = settings_of({.arguments = {"run", "specs"}});
  ASSERT_TRUE(settings) << problems_of({.arguments = {"run", "specs"}});
  const Config& config = settings->config;
  EXPECT_EQ(settings->command, Command::run);
  EXPECT_THAT(config.paths, ElementsAre("specs"));
  EXPECT_EQ(config.interval, std::chrono::seconds{60});
  EXPECT_EQ(config.listen, (ListenAddress{true, "127.0.0.1", 9466}));
  EXPECT_EQ(config.max_changes, reconcile::ChangeLimit{});
  EXPECT_EQ(config.concurrency, 4U);
  EXPECT_EQ(config.max_builds, 10U);
  EXPECT_EQ(config.timeout, std::nullopt) << "each command has its own";
}

TEST(Settings, WhatHelpCallsTheDefaultIsTheDefault) {
  for (const Option& option : all_options()) {
    if (option.fallback.empty() || option.set == nullptr || option.name == "log-level") continue;
    Config written, untouched;
    ASSERT_EQ(option.set(written, {std::string{option.fallback}}), "") << option.name;
    EXPECT_EQ(written.interval, untouched.interval) << option.name;
    EXPECT_EQ(written.timeout, untouched.timeout) << option.name;
    EXPECT_EQ(written.shutdown_timeout, untouched.shutdown_timeout) << option.name;
    EXPECT_EQ(written.max_changes, untouched.max_changes) << option.name;
    EXPECT_EQ(written.concurrency, untouched.concurrency) << option.name;
    EXPECT_EQ(written.max_builds, untouched.max_builds) << option.name;
    EXPECT_EQ(written.listen, untouched.listen) << option.name;
    EXPECT_EQ(written.output, untouched.output) << option.name;
    EXPECT_EQ(written.log_format, untouched.log_format) << option.name;
    EXPECT_EQ(written.wait, untouched.wait) << option.name;
    EXPECT_EQ(written.idle_before_stop, untouched.idle_before_stop) << option.name;
    EXPECT_EQ(written.allow_retain, untouched.allow_retain) << option.name;
    EXPECT_EQ(written.change_feed, untouched.change_feed) << option.name;
    EXPECT_EQ(written.sweep_interval, untouched.sweep_interval) << option.name;
  }
}

TEST(Settings, FlagGoesBeforeVariableBeforeFileBeforeDefault) {
  const std::string file = "interval: 4m\n";
  const Variables variable = connected_and({{"CODER_RECONCILER_INTERVAL", "3m"}});
  const auto all = settings_of({{"run", "s", "--config", "f", "--interval", "2m"}, variable, file});
  const auto no_flag = settings_of({{"run", "s", "--config", "f"}, variable, file});
  const auto only_file = settings_of({{"run", "s", "--config", "f"}, kConnected, file});
  ASSERT_TRUE(all && no_flag && only_file);
  EXPECT_EQ(all->config.interval, std::chrono::minutes{2});
  EXPECT_EQ(no_flag->config.interval, std::chrono::minutes{3});
  EXPECT_EQ(only_file->config.interval, std::chrono::minutes{4});
}

TEST(Settings, OurVariableGoesBeforeTheOneOfCodersCommandLine) {
  const auto settings = settings_of(
      {{"plan", "s"}, connected_and({{"CODER_RECONCILER_CODER_URL", "https://other.example.com/"}}), ""});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->config.coder_url, "https://other.example.com");
}

TEST(Settings, EveryFlagCanBeSetByVariableAndByFile) {
  const std::map<std::string_view, std::string> values{{"FILE", "a-file.prom"},
                                                       {"DIR", "tokens"},
                                                       {"TEMPLATE", "https://f.example.com/{path}"},
                                                       {"URL", "https://c.example.com"},
                                                       {"NAME=VALUE", "a=b"},
                                                       {"KEY=VALUE", "a=b"},
                                                       {"LABELS", "a=b"},
                                                       {"OWNER", "alice"},
                                                       {"NAME", "dev"},
                                                       {"N|P%", "20%"},
                                                       {"N", "7"},
                                                       {"DIGEST", "0123456789abcdef"},
                                                       {"DURATION", "90s"},
                                                       {"HOST:PORT", ":1"},
                                                       {"NAMES", "reconciler.example.com"},
                                                       {"", "true"},
                                                       {"auto|off", "off"},
                                                       {"owner|template", "template"},
                                                       {"TEMPLATE", "docker"},
                                                       {"ORGANIZATION", "coder"},
                                                       {"FORGE", "github"},
                                                       {"OWNER/REPOSITORY", "o/r"},
                                                       {"TEXT", "prod"},
                                                       {"PATH", "specs"}};
  for (const Option& option : all_options()) {
    if (option.set == nullptr) continue;
    std::string value = option.name == "notify-format" ? "slack"
                        : option.value == "FORMAT"     ? "json"
                        : option.value == "LEVEL"      ? "debug"
                                                       : "";
    if (value.empty()) value = values.at(option.value);
    Variables variables = connected_and({{env_name(option), value}});
    if (option.name == "client-cert") variables["CODER_RECONCILER_CLIENT_KEY"] = "k";
    if (option.name == "client-key") variables["CODER_RECONCILER_CLIENT_CERT"] = "c";
    const bool tells = option.name == "notify-format" || option.name == "notify-secret-file";
    if (tells) variables["CODER_RECONCILER_NOTIFY_URL_FILE"] = "u";
    const bool shows = option.name.starts_with("commit-status");
    if (shows) {
      variables.try_emplace("CODER_RECONCILER_COMMIT_STATUS", "github");
      variables.try_emplace("CODER_RECONCILER_COMMIT_STATUS_REPOSITORY", "o/r");
      variables.try_emplace("CODER_RECONCILER_COMMIT_STATUS_TOKEN_FILE", "t");
    }
    EXPECT_EQ(problems_of({{"run", "s"}, variables, ""}), "") << env_name(option);
    const std::string pair = option.name == "client-cert"  ? "client-key: k\n"
                             : option.name == "client-key" ? "client-cert: c\n"
                             : tells                       ? "notify-url-file: u\n"
                                                           : "";
    std::string file = pair + std::string{option.name} + ": \"" + value + "\"\n";
    if (shows) {
      for (const std::string line :
           {"commit-status: github\n", "commit-status-repository: o/r\n", "commit-status-token-file: t\n"}) {
        if (!line.starts_with(std::string{option.name} + ':')) file += line;
      }
    }
    EXPECT_EQ(problems_of({{"run", "s", "--config", "f"}, kConnected, file}), "") << file;
  }
}

TEST(Settings, FlagsMayStandBeforeTheCommandAndBehindThePaths) {
  const auto settings = settings_of({.arguments = {"--max-builds=3", "apply", "a", "b", "--wait"}});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->command, Command::apply);
  EXPECT_THAT(settings->config.paths, ElementsAre("a", "b"));
  EXPECT_EQ(settings->config.max_builds, 3U);
  EXPECT_TRUE(settings->config.wait);
}

TEST(Settings, ASwitchCanBeTurnedOffAgain) {
  const Variables variables = connected_and({{"CODER_RECONCILER_WAIT", "true"}});
  const auto settings = settings_of({{"apply", "s", "--wait=false"}, variables, ""});
  ASSERT_TRUE(settings);
  EXPECT_FALSE(settings->config.wait);
}

TEST(Settings, PathsMayComeFromTheFile) {
  const auto settings = settings_of({{"run", "--config", "f"}, kConnected, "paths: [a, b]\n"});
  ASSERT_TRUE(settings);
  EXPECT_THAT(settings->config.paths, ElementsAre("a", "b"));
}

TEST(Settings, StandardInputAndADoubleDashArePaths) {
  const auto settings = settings_of({.arguments = {"validate", "-", "--", "--odd"}, .variables = {}});
  ASSERT_TRUE(settings);
  EXPECT_THAT(settings->config.paths, ElementsAre("-", "--odd"));
}

TEST(Settings, TokenFromTheEnvironmentGoesBeforeATokenFileOfTheConfigurationFile) {
  const auto settings = settings_of({{"run", "s", "--config", "f"}, kConnected, "coder-token-file: t\n"});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->config.coder_token_file, "");
  const auto flagged = settings_of({.arguments = {"run", "s", "--coder-token-file", "t"}});
  ASSERT_TRUE(flagged);
  EXPECT_EQ(flagged->config.coder_token_file, "t");
}

TEST(Settings, HeadersOfTheVariableAreSeparatedByCommas) {
  const auto settings =
      settings_of({{"plan", "s"}, connected_and({{"CODER_HEADER", R"(X-A=1,"X-B=2,3")"}}), ""});
  ASSERT_TRUE(settings);
  ASSERT_EQ(settings->config.headers.size(), 2U);
  EXPECT_EQ(settings->config.headers[1].first, "X-B");
  EXPECT_EQ(settings->config.headers[1].second.reveal(), "2,3");
}

TEST(Settings, ProxiesAreReadFromUpperAndLowerCaseVariables) {
  const auto settings =
      settings_of({{"plan", "s"},
                   connected_and({{"https_proxy", "http://p:1"}, {"NO_PROXY", "a"}, {"no_proxy", "b"}}),
                   ""});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->config.https_proxy.reveal(), "http://p:1");
  EXPECT_EQ(settings->config.no_proxy, "a");
}

TEST(Settings, VariablesThatKubernetesSetsForAServiceOfThisNameDoNotDisturb) {
  EXPECT_EQ(problems_of({{"run", "s"},
                         connected_and({{"CODER_RECONCILER_PORT", "tcp://10.0.0.1:9466"},
                                        {"CODER_RECONCILER_SERVICE_HOST", "10.0.0.1"}}),
                         ""}),
            "");
}

TEST(Settings, PrintingCommandsNeedNoSettings) {
  const Variables broken{{"CODER_RECONCILER_INTERVAL", "nonsense"}};
  EXPECT_EQ(problems_of({{"version"}, broken, ""}), "");
  EXPECT_EQ(problems_of({{"schema"}, broken, ""}), "");
  const auto settings = settings_of({{"completion", "zsh"}, broken, ""});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->shell, "zsh");
}

TEST(Settings, HelpIsShownWhateverElseIsMissing) {
  const auto settings = settings_of({{"apply", "--help"}, {}, ""});
  ASSERT_TRUE(settings);
  EXPECT_TRUE(settings->help && settings->has_command);
  EXPECT_EQ(settings->command, Command::apply);
  EXPECT_TRUE(settings_of({{"-h"}, {}, ""})->help);
  EXPECT_TRUE(settings_of({{"help"}, {}, ""})->help);
}

TEST(Settings, HelpIsACommandThatOnlyShowsHelp) {
  const auto of_apply = settings_of({{"help", "apply"}, {}, ""});
  ASSERT_TRUE(of_apply);
  EXPECT_TRUE(of_apply->help && of_apply->has_command);
  EXPECT_EQ(of_apply->command, Command::apply);
  const auto of_help = settings_of({{"help", "help"}, {}, ""});
  ASSERT_TRUE(of_help);
  EXPECT_TRUE(of_help->help && of_help->has_command);
  EXPECT_EQ(of_help->command, Command::help);
  EXPECT_FALSE(settings_of({{"help"}, {}, ""})->has_command);
}

TEST(Settings, TheVersionIsPrintedWhereverItIsAskedFor) {
  for (const std::string flag : {"--version", "-V"}) {
    for (const auto& arguments : std::vector<std::vector<std::string>>{{flag},
                                                                       {flag, "apply"},
                                                                       {"apply", flag},
                                                                       {"apply", "s", flag},
                                                                       {"schema", flag},
                                                                       {"help", flag}}) {
      const auto settings = settings_of({arguments, {}, ""});
      ASSERT_TRUE(settings) << ::testing::PrintToString(arguments);
      EXPECT_TRUE(settings->version && !settings->help) << ::testing::PrintToString(arguments);
    }
  }
}

TEST(Settings, NothingIsDoneForACommandLineThatIsNotUnderstoodAsAWhole) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"help", "apply", "s"},
                                                                     {"help", "help", "apply"},
                                                                     {"help", "s"},
                                                                     {"help", "--", "apply", "s"},
                                                                     {"apply", "help"},
                                                                     {"apply", "help", "s"},
                                                                     {"s", "apply"},
                                                                     {"s", "apply", "s"},
                                                                     {"--frobnicate", "apply", "s"},
                                                                     {"-x", "apply", "s"},
                                                                     {"--help=yes", "apply", "s"},
                                                                     {"version", "apply", "s"},
                                                                     {"plan", "apply", "s"},
                                                                     {"apply", "apply", "s"},
                                                                     {"--", "apply", "s"},
                                                                     {"", "apply", "s"},
                                                                     {"-", "apply", "s"},
                                                                     {"APPLY", "s"},
                                                                     {"appl", "s"},
                                                                     {"apply", "--", "s", ""},
                                                                     {"apply", "s", "--version=1"}}) {
    EXPECT_NE(problems_of({.arguments = arguments}), "") << ::testing::PrintToString(arguments);
  }
}

TEST(Settings, BehindADoubleDashNamesOfCommandsArePaths) {
  const auto settings = settings_of({.arguments = {"apply", "--", "plan", "--wait"}});
  ASSERT_TRUE(settings);
  EXPECT_THAT(settings->config.paths, ElementsAre("plan", "--wait"));
  EXPECT_FALSE(settings->config.wait);
}

/// Every flag of every command.
std::vector<std::pair<Command, const Option*>> all_flags() {
  std::vector<std::pair<Command, const Option*>> flags;
  for (const CommandInfo& info : all_commands()) {
    for (const Option& option : all_options()) {
      if (!option.positional && option.commands.has(info.command)) flags.emplace_back(info.command, &option);
    }
  }
  return flags;
}

/// What stands before the paths.
std::vector<std::string> words_of(Command command) {
  return command == Command::explain ? std::vector<std::string>{"alice/dev"} : std::vector<std::string>{};
}

TEST(Settings, AnEmptyValueIsRefusedAndNeverTakesTheNextArgument) {
  for (const auto& [command, option] : all_flags()) {
    const std::string name{option->name};
    const std::string of{to_string(command)};
    const std::string wanted = option->letter != '\0' ? "--" + name + " takes no value\n"
                                                      : "--" + name + " has an empty value; use " +
                                                            wanted_value(*option) + ", or omit the flag\n";
    const bool takes_paths = find_option("paths")->commands.has(command);
    const std::vector<std::string> words = words_of(command);
    std::vector<std::string> arguments{of, "--" + name + "="};
    arguments.insert(arguments.end(), words.begin(), words.end());
    if (takes_paths) arguments.insert(arguments.end(), {"a", "b"});
    if (command == Command::completion) arguments.emplace_back("bash");
    EXPECT_EQ(problems_of({.arguments = arguments}), wanted) << of;
    arguments.insert(arguments.begin(), arguments[1]);
    arguments.erase(arguments.begin() + 2);
    EXPECT_EQ(problems_of({.arguments = arguments}), wanted) << of << ", before the command";
    if (option->kind == Option::Kind::flag) continue;
    arguments = {of, "--" + name, ""};
    arguments.insert(arguments.end(), words.begin(), words.end());
    if (takes_paths) arguments.emplace_back("a");
    EXPECT_EQ(problems_of({.arguments = arguments}), wanted) << of << ", as an argument";
  }
}

TEST(Settings, AFlagWithoutItsValueSaysWhatItNeeds) {
  EXPECT_EQ(problems_of({.arguments = {"plan", "s", "--output"}}),
            "--output needs a value: text, json or markdown\n");
  EXPECT_EQ(problems_of({.arguments = {"plan", "s", "--output", "--detailed-exitcode"}}),
            "--output needs a value: text, json or markdown; found --detailed-exitcode\n");
  EXPECT_EQ(problems_of({.arguments = {"plan", "--output", "--", "s"}}),
            "--output needs a value: text, json or markdown; found --\n");
  for (const auto& [command, option] : all_flags()) {
    if (option->kind == Option::Kind::flag) continue;
    std::vector<std::string> arguments{std::string{to_string(command)}};
    for (const std::string& word : words_of(command)) arguments.push_back(word);
    if (find_option("paths")->commands.has(command)) arguments.emplace_back("s");
    arguments.push_back("--" + std::string{option->name});
    EXPECT_EQ(problems_of({.arguments = arguments}),
              "--" + std::string{option->name} + " needs a value: " + wanted_value(*option) + "\n");
  }
}

TEST(Settings, ASwitchTakesTrueAndFalseAndNothingElse) {
  EXPECT_EQ(problems_of({.arguments = {"apply", "s", "--wait=maybe"}}),
            "--wait: invalid value \"maybe\": must be true or false\n");
  EXPECT_EQ(problems_of({.arguments = {"apply", "s", "--wait=true"}}), "");
  const auto settings = settings_of({.arguments = {"apply", "--wait", "false"}});
  ASSERT_TRUE(settings);
  EXPECT_TRUE(settings->config.wait);
  EXPECT_THAT(settings->config.paths, ElementsAre("false"));
}

TEST(Settings, OfAFlagThatIsGivenTwiceTheLastOneCountsAndEachIsChecked) {
  const auto settings = settings_of({.arguments = {"run", "s", "--interval", "2m", "--interval=3m"}});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->config.interval, std::chrono::minutes{3});
  const auto off = settings_of({.arguments = {"apply", "s", "--wait", "--wait=false"}});
  ASSERT_TRUE(off);
  EXPECT_FALSE(off->config.wait);
  EXPECT_EQ(problems_of({.arguments = {"run", "s", "--interval", "soon", "--interval=3m"}}),
            "--interval: invalid duration \"soon\"; use a value such as 90s, 5m or 1h30m\n");
  const auto owners = settings_of({.arguments = {"plan", "s", "--owner", "a,b", "--owner=c"}});
  ASSERT_TRUE(owners);
  EXPECT_THAT(owners->config.owners, ElementsAre("a", "b", "c"));
}

TEST(Settings, AFilterThatHoldsNothingIsNoFilterForAll) {
  EXPECT_NE(problems_of({.arguments = {"plan", "s", "--owner", ","}}), "");
  EXPECT_NE(problems_of({{"plan", "s"}, connected_and({{"CODER_RECONCILER_OWNER", ","}}), ""}), "");
  EXPECT_NE(problems_of({{"plan", "s", "--config", "f"}, kConnected, "owner: ','\n"}), "");
}

TEST(Settings, AnEmptyVariableCountsAsNone) {
  Variables variables = kConnected;
  for (const Option& option : all_options()) {
    if (option.letter != '\0') continue;
    variables[env_name(option)] = "";
    if (!option.alias_env.empty() && option.alias_env != "CODER_URL") {
      variables[std::string{option.alias_env}] = "";
    }
  }
  EXPECT_EQ(problems_of({{"apply", "s"}, variables, ""}), "");
}

TEST(ConfigFile, AnEmptyValueIsRefusedForEveryKey) {
  for (const Option& option : all_options()) {
    if (option.set == nullptr) continue;
    const std::string name{option.name};
    const std::string empty = "has an empty value; use " + wanted_value(option) + ", or omit the key\n";
    const std::string column = std::to_string(name.size() + 3);
    EXPECT_EQ(problems_of({{"run", "s", "--config", "c"}, kConnected, name + ":\n"}),
              "c:1:1: " + name + ": " + empty);
    EXPECT_EQ(problems_of({{"run", "s", "--config", "c"}, kConnected, name + ": \"\"\n"}),
              "c:1:" + column + ": " + name + ": " + empty);
    if (option.kind != Option::Kind::list) continue;
    EXPECT_NE(problems_of({{"run", "s", "--config", "c"}, kConnected, name + ": [\"\"]\n"}), "");
  }
}

TEST(ConfigFile, NothingInItIsIgnored) {
  for (const std::string text : {"interval: 1m\n---\nmax-changes: 0\n",  // a second document
                                 "interval: 1m\n...\nmax-changes: 0\n",  // what follows the end of the first
                                 "---\n---\na: b\n---\ninterval: 1m\n",  // the wrong one first
                                 "interval: 1m\n\"interval\": 2m\n",     // twice, spelt in two ways
                                 "<<: {interval: 1m}\n",                 // a merge key
                                 "interval: !duration 1m\n",             // a tag
                                 "!settings\ninterval: 1m\n",            //
                                 "interval:\t1m\n\tmax-changes: 0\n",    // a tab as indentation
                                 "interval: 1m\n<<<<<<< HEAD\nmax-changes: 0\n=======\n>>>>>>> main\n",  //
                                 "interval: *nowhere\n",                                                 //
                                 "[interval: 1m]\n",                                                     //
                                 "{interval: 1m}\nmax-changes: 0\n",                                     //
                                 "interval\n",                                                           //
                                 "interval: 1m\rmax-changes: 0\n",  // old line ends
                                 "max-changes: 0\xff\n",            //
                                 "? [interval]\n: 1m\n",            //
                                 "Interval: 1m\n"}) {
    EXPECT_NE(problems_of({{"run", "s", "--config", "c"}, kConnected, text}), "") << text;
  }
  const std::string with_nul{"interval: 1m\n\0max-changes: 0\n", 29};
  EXPECT_NE(problems_of({{"run", "s", "--config", "c"}, kConnected, with_nul}), "");
  EXPECT_EQ(problems_of({{"run", "s", "--config", "c"}, kConnected, "interval: 1m\n---\nmax-changes: 0\n"}),
            "c:3:1: only one document is allowed; put all settings above the ---\n");
}

TEST(ConfigFile, WhatSaysNothingMayStandAroundTheSettings) {
  for (const std::string text : {"", "# nothing\n", "---\n", "\xEF\xBB\xBFinterval: 1m\n",
                                 "# a\n---\ninterval: 1m\n...\n# b\n", "interval: 1m\n---\n"}) {
    EXPECT_EQ(problems_of({{"run", "s", "--config", "c"}, kConnected, text}), "") << text;
  }
  const auto settings =
      settings_of({{"run", "s", "--config", "c"}, kConnected, "interval: &a 2m\nshutdown-timeout: *a\n"});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->config.shutdown_timeout, std::chrono::minutes{2});
}

TEST(ConfigFile, PathsAndFilesInItAreRelativeToIt) {
  const std::string text =
      "paths: [specs, /abs, -, ../more]\nca-file: ca.pem\ncoder-token-file: /run/token\n";
  const auto settings =
      settings_of({{"run", "--config", "etc/c.yaml"}, {{"CODER_URL", "https://coder.example.com"}}, text});
  ASSERT_TRUE(settings);
  EXPECT_THAT(settings->config.paths, ElementsAre("etc/specs", "/abs", "-", "etc/../more"));
  EXPECT_EQ(settings->config.ca_file, "etc/ca.pem");
  EXPECT_EQ(settings->config.coder_token_file, "/run/token");
  const auto here = settings_of({{"run", "--config", "c.yaml"}, kConnected, "paths: specs\n"});
  ASSERT_TRUE(here);
  EXPECT_THAT(here->config.paths, ElementsAre("specs"));
  for (const Option& option : all_options()) {
    if (option.set == nullptr || (option.value != "FILE" && option.value != "DIR")) continue;
    EXPECT_EQ(option.choices, option.value == "FILE" ? "FILE" : "DIR") << option.name;
  }
}

TEST(Settings, AllProblemsAreToldAtOnce) {
  const std::string problems = problems_of({{"run", "s", "--interval", "x", "--frobnicate", "--config", "f"},
                                            connected_and({{"CODER_RECONCILER_LISTEN", "y"}}),
                                            "max-builds: z\n"});
  EXPECT_THAT(problems, HasSubstr("--interval: invalid duration \"x\""));
  EXPECT_THAT(problems, HasSubstr("unknown flag for run: --frobnicate"));
  EXPECT_THAT(problems, HasSubstr("CODER_RECONCILER_LISTEN: invalid address \"y\""));
  EXPECT_THAT(problems, HasSubstr("f:1:13: max-builds: invalid value \"z\""));
}

TEST(Settings, ASecretIsNeverRepeated) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"plan", "s", "--coder-token", "s3cret"},
           {"plan", "s", "--coder-token=s3cret"},
           {"plan", "s", "--header", "no equals s3cret"},
           {"plan", "s", "--coder-url", "https://me:s3cret@coder.example.com"}}) {
    const std::string problems = problems_of({.arguments = arguments});
    EXPECT_NE(problems, "");
    EXPECT_THAT(problems, Not(HasSubstr("s3cret")));
  }
}

TEST(ConfigFile, BrokenYamlIsAnErrorWithItsPlace) {
  EXPECT_THAT(problems_of({{"run", "s", "--config", "c.yaml"}, kConnected, "a: [\n"}),
              ::testing::StartsWith("c.yaml:1:4: invalid YAML: "));
}

TEST(ConfigFile, TooLargeIsAnError) {
  EXPECT_EQ(problems_of({{"run", "s", "--config", "c.yaml"}, kConnected, std::string(2'000'000, '#')}),
            "c.yaml: larger than 1 MiB, too large for a configuration file\n");
}

TEST(ConfigFile, ThatIsNotThereIsAnErrorThatNamesTheFlag) {
  const auto settings = read_settings({"run", "s", "--config", "/nonexistent/c.yaml"},
                                      Environment{kConnected}, read_config_file);
  ASSERT_FALSE(settings);
  EXPECT_THAT(settings.error().problems(), ElementsAre("--config: /nonexistent/c.yaml does not exist"));
}

}  // namespace
}  // namespace cr::daemon
