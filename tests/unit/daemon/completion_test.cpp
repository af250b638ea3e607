#include "daemon/config/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "daemon/config/help.h"
#include "daemon/config/option.h"
#include "daemon/reference.h"

namespace cr::daemon {
namespace {

using ::testing::HasSubstr;

TEST(Completion, OffersEveryCommandAndFlagInEveryShell) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = completion_script(shell);
    for (const CommandInfo& info : all_commands()) {
      if (info.hidden) continue;
      EXPECT_THAT(script, HasSubstr(std::string{info.name})) << shell;
    }
    for (const Option& option : all_options()) {
      if (option.positional) continue;
      EXPECT_THAT(script, HasSubstr(std::string{option.name})) << shell;
    }
  }
}

TEST(Completion, OfBashIsAScriptThatBashAccepts) {
  std::FILE* bash = ::popen("bash -n", "w");
  ASSERT_NE(bash, nullptr);
  const std::string script = completion_script("bash");
  std::fwrite(script.data(), 1, script.size(), bash);
  EXPECT_EQ(::pclose(bash), 0);
}

TEST(Help, ShowsFlagVariableAndDefault) {
  const std::string text = help_text(Command::run);
  EXPECT_THAT(text, HasSubstr("--interval DURATION"));
  EXPECT_THAT(text, HasSubstr("$CODER_RECONCILER_INTERVAL"));
  EXPECT_THAT(text, HasSubstr("(default 60s)"));
  EXPECT_THAT(text, HasSubstr("$CODER_SESSION_TOKEN_FILE"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("--detailed-exitcode")));
}

TEST(Reference, HasEveryFlagAndEveryReason) {
  const std::string text = reference_markdown();
  for (const Option& option : all_options()) {
    if (option.letter != '\0' || option.positional) continue;
    EXPECT_THAT(text, HasSubstr("`--" + std::string{option.name}));
  }
  EXPECT_THAT(text, HasSubstr("| `PolicyForbids` | False: needs action |"));
  EXPECT_THAT(text, HasSubstr("| 143 |"));
}

}  // namespace
}  // namespace cr::daemon
