// What an answer of Coder, or of whatever stands in its place, is taken for. The input: a byte for the route
// and the status, then a line each for Content-Type, Retry-After, request id and Location, then the body.
//
// A judgement is repeatable, its texts are bounded and hold nothing that a terminal would obey, a wait is at
// most a day, and no proxy's page proves that something is absent.

#include <algorithm>
#include <string>

#include "reconcile/coder/classify.h"
#include "reconcile/coder/retry.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/require.h"

namespace {

using namespace cr::coder;

constexpr std::size_t kLongestText = 2100;
constexpr int kStatuses[] = {200, 201, 204, 304, 301, 302, 400, 401, 403, 404, 405, 406, 408, 409, 410, 421,
                             425, 429, 500, 501, 502, 503, 504, 530, 600, 999, 0,   100, 101, 206, 413, 431};
constexpr const Route* kRoutes[] = {
    &routes::kWorkspaces, &routes::kWorkspaceByName, &routes::kUser,   &routes::kCreateWorkspace,
    &routes::kTtl,        &routes::kDormant,         &routes::kBuilds, &routes::kAuthCheck};

void plain(std::string_view text) {
  REQUIRE(text.size() <= kLongestText);
  REQUIRE(std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cr::fuzz::Input input(data, size);
  const std::uint8_t choice = input.byte();
  const Route& route = *kRoutes[choice % std::size(kRoutes)];
  Reply reply;
  reply.status = kStatuses[input.byte() % std::size(kStatuses)];
  reply.content_type = input.line();
  reply.retry_after = input.line();
  reply.request_id = input.line();
  reply.location = input.line();
  reply.body = input.rest();

  const auto error = classify(route, "/api/v2/x", reply);
  REQUIRE(classify(route, "/api/v2/x", reply) == error);
  if (!error) {
    REQUIRE(reply.status / 100 == 2 || reply.status == 304);
    return 0;
  }
  plain(error->message);
  plain(error->detail);
  REQUIRE(error->validations.size() <= 64);
  for (const Validation& one : error->validations) {
    plain(one.field);
    plain(one.detail);
  }
  REQUIRE(!error->to_string().empty());
  if (error->retry_after) {
    REQUIRE(error->retry_after->count() >= 0 && *error->retry_after <= std::chrono::hours{24});
  }
  const bool proves_absence = error->fault == ApiFault::not_found || error->fault == ApiFault::gone;
  if (proves_absence) REQUIRE(is_json(reply.content_type) || !reply.request_id.empty());

  // However it is tried again: later, and never behind the deadline.
  const cr::async::SteadyTime now{std::chrono::hours{1000}};
  const cr::async::SteadyTime deadline = now + std::chrono::minutes{2};
  Failure failure;
  failure.fault = error->fault;
  failure.retry_after = error->retry_after;
  for (int attempt = 1; attempt <= 5; ++attempt) {
    const auto next = next_attempt(RetryPolicy{}, failure, attempt, choice / 256.0, now, deadline);
    if (next) REQUIRE(*next >= now && *next <= deadline);
  }
  return 0;
}
