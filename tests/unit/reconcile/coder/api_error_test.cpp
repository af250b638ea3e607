#include "reconcile/coder/api_error.h"
#include "reconcile/coder/fault.h"

#include <gtest/gtest.h>

#include <set>

namespace cr::coder {
namespace {

TEST(ApiErrorText, IsOneLineWithAllThatIsKnown) {
  ApiError error(ApiFault::rejected, "Invalid autostart schedule.");
  error.method = "PUT";
  error.path = "/api/v2/workspaces/x/autostart";
  error.status = 400;
  error.detail = "more";
  Validation validation;
  validation.field = "schedule";
  validation.detail = "parse schedule: nope";
  error.validations.push_back(validation);
  error.request_id = "r-1";
  EXPECT_EQ(
      error.to_string(),
      "PUT /api/v2/workspaces/x/autostart: 400 Invalid autostart schedule.: more: schedule: parse schedule: "
      "nope (request id r-1)");
}

TEST(ApiErrorText, LeavesOutWhatIsNotKnown) {
  ApiError error(ApiFault::unreachable, "connecting to coder:443: Connection refused");
  error.method = "GET";
  error.path = "/api/v2/workspaces";
  EXPECT_EQ(error.to_string(), "GET /api/v2/workspaces: connecting to coder:443: Connection refused");
}

TEST(ApiFaultNames, AreDistinct) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ApiFault::contract); ++i)
    names.insert(to_string(static_cast<ApiFault>(i)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(ApiFault::contract) + 1);
}

TEST(TransientFaults, AreThoseThatPassByThemselves) {
  for (const ApiFault fault : {ApiFault::unreachable, ApiFault::timeout, ApiFault::throttled,
                               ApiFault::server, ApiFault::not_ready}) {
    EXPECT_TRUE(is_transient(fault)) << to_string(fault);
  }
  for (const ApiFault fault : {ApiFault::unauthorized, ApiFault::forbidden, ApiFault::not_found,
                               ApiFault::gone, ApiFault::conflict, ApiFault::rejected, ApiFault::contract}) {
    EXPECT_FALSE(is_transient(fault)) << to_string(fault);
  }
}

TEST(Faults, AreCuredByTimeWhereTheyMayPassAndByAChangeWhereTheyRefuse) {
  for (const ApiFault fault : {ApiFault::unreachable, ApiFault::timeout, ApiFault::throttled,
                               ApiFault::server, ApiFault::not_ready, ApiFault::contract}) {
    EXPECT_EQ(traits_of(fault).cure, Cure::time) << to_string(fault);
  }
  for (const ApiFault fault :
       {ApiFault::rejected, ApiFault::forbidden, ApiFault::conflict, ApiFault::not_found, ApiFault::gone}) {
    EXPECT_EQ(traits_of(fault).cure, Cure::change) << to_string(fault);
  }
}

}  // namespace
}  // namespace cr::coder
