#include "daemon/log/progress.h"

#include <gtest/gtest.h>

#include "tests/unit/daemon/reports.h"

namespace cr::daemon {
namespace {

TEST(Progress, IsRewrittenInPlaceAndRemovedAtTheEnd) {
  std::string written;
  {
    Progress progress([&](std::string_view bytes) { written += bytes; });
    progress.on_phase(reconcile::Phase::load, {});
    progress.on_request({});
    progress.on_action(testing::a_success());
  }
  EXPECT_EQ(written,
            "\r\x1b[Kreading workspaces … 0 requests"
            "\r\x1b[Kreading workspaces … 1 requests"
            "\r\x1b[Kreading workspaces … 1 requests, 1 actions"
            "\r\x1b[K");
}

TEST(Progress, WritesNothingWhenNothingHappened) {
  std::string written;
  {
    const Progress progress([&](std::string_view bytes) { written += bytes; });
  }
  EXPECT_EQ(written, "");
}

}  // namespace
}  // namespace cr::daemon
