#include <gtest/gtest.h>

#include <ostream>

#include "tests/unit/daemon/settings_input.h"

namespace cr::daemon {
namespace {

struct BadCase {
  std::string name;
  Input input;
  std::string message;
};
void PrintTo(const BadCase& bad, std::ostream* out) {
  *out << bad.name;
}

class BadSetting : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadSetting, NamesWhereItStandsTheValueAndWhatIsAllowed) {
  EXPECT_EQ(problems_of(GetParam().input), GetParam().message + "\n");
}

BadCase flag(std::string name, std::string flag, std::string value, std::string message) {
  return {std::move(name),
          {.arguments = {"run", "s", "--" + flag, std::move(value)}},
          "--" + flag + ": " + message};
}

BadCase in_file(std::string name, std::string text, std::string message) {
  return {
      std::move(name), {{"run", "s", "--config", "c.yaml"}, kConnected, std::move(text)}, std::move(message)};
}

INSTANTIATE_TEST_SUITE_P(
    Flags, BadSetting,
    ::testing::Values(
        flag("Duration", "interval", "10 minutes",
             "invalid duration \"10 minutes\"; use a value such as 90s, 5m or 1h30m"),
        flag("TooShort", "interval", "10ms", "invalid duration \"10ms\": must be from 1s to 24h"),
        flag("Count", "max-builds", "many", "invalid value \"many\": must be a whole number from 1 to 1000"),
        flag("NegativeCount", "concurrency", "-1",
             "invalid value \"-1\": must be a whole number from 1 to 64"),
        flag("Share", "max-changes", "half",
             "invalid value \"half\": must be a number of workspaces (25) or a percentage (30%)"),
        flag("Listen", "listen", "9466",
             "invalid address \"9466\"; use HOST:PORT, :PORT, [::1]:PORT, or off for none"),
        flag("AllowedHostWithPort", "allowed-hosts", "a.example.com,b.example.com:80",
             "invalid host name \"b.example.com:80\"; use a name such as reconciler.example.com, without "
             "scheme "
             "and port (IP addresses are always accepted)"),
        flag("AllowedHostWithScheme", "allowed-hosts", "http://a.example.com",
             "invalid host name \"http://a.example.com\"; use a name such as reconciler.example.com, without "
             "scheme and port (IP addresses are always accepted)"),
        flag("Port", "listen", "localhost:99999",
             "invalid address \"localhost:99999\"; use HOST:PORT, :PORT, [::1]:PORT, or off for "
             "none"),
        flag("Url", "coder-url", "coder.example.com",
             "Coder's URL \"coder.example.com\": the scheme is missing; did you mean "
             "https://coder.example.com? "
             "(write a URL such as https://coder.example.com)"),
        flag("UrlWithoutSchemeButSlashes", "coder-url", "//coder:8443/x",
             "Coder's URL \"//coder:8443/x\": the scheme is missing; did you mean https://coder:8443/x? "
             "(write "
             "a URL such as https://coder.example.com)"),
        flag("UrlOfAnotherScheme", "coder-url", "ftp://coder",
             "Coder's URL \"ftp://coder\": the scheme must be http or https (write a URL such as "
             "https://coder.example.com)"),
        flag("UrlWithUserAndNoScheme", "coder-url", "me:pw@c",
             "Coder's URL \"…\": a user or password is not allowed; remove it (write a URL such as "
             "https://coder.example.com)"),
        flag("UrlWithUserOfAnotherScheme", "coder-url", "ftp://me:pw@c",
             "Coder's URL \"ftp://…\": a user or password is not allowed; remove it (write a URL such as "
             "https://coder.example.com)"),
        flag("UrlWithQuery", "coder-url", "https://c/?a=b",
             "Coder's URL \"https://c/\": a query or fragment is not allowed (write a URL such as "
             "https://coder.example.com)"),
        flag("UrlWithUser", "coder-url", "https://me:pw@c",
             "Coder's URL \"https://…\": a user or password is not allowed; remove it (write a URL "
             "such as "
             "https://coder.example.com)"),
        flag("Level", "log-level", "verbose",
             "invalid value \"verbose\": must be one of debug, info, warn, error"),
        flag("Forge", "commit-status", "bitbucket",
             "invalid value \"bitbucket\": must be one of github, gitlab, gitea"),
        flag("Context", "commit-status-context", "a\nb",
             "invalid name: must have 1 to 100 printable ASCII characters, without blanks around them"),
        flag("Format", "log-format", "xml", "invalid value \"xml\": must be one of text, json, logfmt"),
        flag("Header", "header", "Name", "invalid header: must be NAME=VALUE"),
        flag("HeaderName", "header", "A B=c", "\"A B\" is not a valid header name")),
    [](const auto& tested) { return tested.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Words, BadSetting,
    ::testing::Values(
        BadCase{"UnknownFlagWithNearMatch",
                {.arguments = {"run", "s", "--intervall", "1m"}},
                "unknown flag for run: --intervall; did you mean --interval?"},
        BadCase{"FlagOfAnotherCommand",
                {.arguments = {"run", "s", "--detailed-exitcode"}},
                "unknown flag for run: --detailed-exitcode (a flag of plan)"},
        BadCase{"UnknownCommand",
                {.arguments = {"aply", "s"}},
                "unknown command \"aply\"; did you mean \"apply\"?"},
        BadCase{"NoCommand",
                {.arguments = {}},
                "no command given; use one of validate, plan, forecast, explain, apply, run, export, schema, "
                "version, completion, help"},
        BadCase{"CommitStatusWithoutItsSettings",
                {.arguments = {"run", "s", "--commit-status", "gitea"}},
                "--commit-status needs --commit-status-token-file\n"
                "--commit-status=gitea needs --commit-status-url, such as https://git.example.com\n"
                "--commit-status needs --commit-status-repository"},
        BadCase{"CommitStatusSettingsWithoutIt",
                {.arguments = {"run", "s", "--commit-status-context", "prod"}},
                "--commit-status-… has no effect without --commit-status"},
        BadCase{"CommitStatusOfNoRepository",
                {.arguments = {"run", "s", "--commit-status", "github", "--commit-status-token-file", "t",
                               "--commit-status-repository", "https://github.com/o/r"}},
                "--commit-status-repository: invalid value \"https://github.com/o/r\": must be "
                "OWNER/REPOSITORY"},
        BadCase{"MergeIntoNoDirectory",
                {.arguments = {"export", "--merge"}},
                "--merge and --defaults need --output-dir, the directory of the specs"},
        BadCase{"MergeAndDefaults",
                {.arguments = {"export", "--merge", "--defaults", "--output-dir", "d"}},
                "--merge and --defaults exclude each other: defaults would fill in what existing specs leave "
                "unmanaged"},
        BadCase{"FilesByTeam",
                {.arguments = {"export", "--by", "team"}},
                "--by: invalid value \"team\": must be one of owner, template"},
        BadCase{"TokenAsFlag",
                {.arguments = {"run", "s", "--coder-token", "x"}},
                "--coder-token: a token must not be given as a value, where others can read it; set "
                "CODER_SESSION_TOKEN, or write it to a file and use --coder-token-file"},
        BadCase{"MarkdownElsewhere",
                {.arguments = {"apply", "s", "--output", "markdown"}},
                "--output: \"markdown\" is only available for plan; for apply use text or json"},
        BadCase{"Digest",
                {.arguments = {"apply", "s", "--approve", "yes"}},
                "--approve: invalid digest \"yes\": must be 16 hexadecimal digits, as plan prints them"},
        BadCase{"NoPath",
                {.arguments = {"run"}},
                "no PATH given; pass a directory with specs, a file, or - for standard input"},
        BadCase{"NoUrl",
                {{"plan", "s"}, {{"CODER_SESSION_TOKEN", "x"}}, ""},
                "no Coder URL given; set --coder-url or CODER_URL, such as https://coder.example.com"},
        BadCase{"NoToken",
                {{"plan", "s"}, {{"CODER_URL", "https://c"}}, ""},
                "no Coder token given; set --coder-token-file, CODER_SESSION_TOKEN_FILE or "
                "CODER_SESSION_TOKEN "
                "(create one with `coder tokens create`)"},
        BadCase{"HalfAClientCertificate",
                {.arguments = {"plan", "s", "--client-cert", "c"}},
                "--client-cert and --client-key must be set together"},
        BadCase{"Shell",
                {.arguments = {"completion", "tcsh"}},
                "completion: unknown shell \"tcsh\"; use bash, zsh or fish"},
        BadCase{"ArgumentOfVersion",
                {.arguments = {"version", "x"}},
                "version takes no arguments; unexpected \"x\""},
        BadCase{"Selector",
                {.arguments = {"plan", "s", "--selector", "team payments"}},
                "--selector: invalid selector \"team payments\": the key \"team payments\" may contain only "
                "letters, "
                "digits, "
                "\"-\", \"_\" and \".\", and must begin and end with a letter or digit; write key=value, "
                "key!=value, "
                "key in (a,b), key notin (a,b), key or !key"},
        BadCase{"Variable",
                {{"run", "s"}, connected_and({{"CODER_RECONCILER_INTERVAL", "1"}}), ""},
                "CODER_RECONCILER_INTERVAL: invalid duration \"1\"; use a value such as 90s, 5m or 1h30m"},
        BadCase{"TokenAsOurVariable",
                {{"run", "s"}, connected_and({{"CODER_RECONCILER_CODER_TOKEN", "x"}}), ""},
                "unknown variable CODER_RECONCILER_CODER_TOKEN; the variable for Coder's token is "
                "CODER_SESSION_TOKEN"}),
    [](const auto& tested) { return tested.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Files, BadSetting,
    ::testing::Values(
        in_file("UnknownKey", "interval: 1m\nmax-build: 3\n",
                "c.yaml:2:1: unknown setting \"max-build\"; did you mean \"max-builds\"?"),
        in_file("BadValue", "interval: soon\n",
                "c.yaml:1:11: interval: invalid duration \"soon\"; use a value such as 90s, 5m or 1h30m"),
        in_file("Twice", "interval: 1m\ninterval: 2m\n", "c.yaml:2:1: interval: set twice"),
        in_file("ListForOneValue", "interval: [1m]\n", "c.yaml:1:11: interval: expected a single value"),
        in_file("MappingForAList", "owner: {a: b}\n",
                "c.yaml:1:8: owner: expected a string or a list of strings"),
        in_file("NoMapping", "- a\n", "c.yaml:1:1: expected settings as `key: value`, one per line"),
        in_file(
            "Token", "coder-token: x\n",
            "c.yaml:1:1: coder-token: a token must not be given as a value, where others can read it; set "
            "CODER_SESSION_TOKEN, or write it to a file and use --coder-token-file"),
        in_file("ConfigInConfig", "config: other.yaml\n", "c.yaml:1:1: unknown setting \"config\"")),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace cr::daemon
