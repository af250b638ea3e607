// Secrets stay in this process: no core, and nothing for who asks the kernel.
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/commands/process.h"

namespace cr::daemon {
namespace {

/// The exit code of a child that keeps its memory private first.
template <class Check>
int in_private_child(Check check) {
  const pid_t child = ::fork();
  if (child == 0) {
    keep_memory_private();
    ::_exit(check() ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(PrivateMemory, IsInNoCore) {
  EXPECT_EQ(in_private_child([] {
              ::rlimit core{};
              return ::getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0;
            }),
            0);
}

TEST(PrivateMemory, IsNotForOtherProcesses) {
  EXPECT_EQ(in_private_child([] { return ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0; }), 0);
}

}  // namespace
}  // namespace cr::daemon
