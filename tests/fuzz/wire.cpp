// Every other answer of Coder: decoding ends, is repeatable, keeps no more than the body holds, and an error
// names a key without repeating the body. What we write to Coder is JSON that reads as what was meant.

#include "reconcile/coder/wire.h"

#include <nlohmann/json.hpp>
#include <string>

#include "tests/fuzz/require.h"

namespace {

using namespace cr::coder;

constexpr std::size_t kLongestError = 1024;

template <class Decode>
auto checked(std::string_view body, Decode decode) {
  auto result = decode(body);
  const auto again = decode(body);
  REQUIRE(result.has_value() == again.has_value());
  if (!result) {
    REQUIRE(result.error() == again.error());
    REQUIRE(!result.error().message.empty() && result.error().message.size() <= kLongestError);
  }
  return result;
}

template <class List>
void bounded(const DecodeResult<List>& result, std::size_t size) {
  if (result) REQUIRE(result->size() <= size);
}

/// A create with texts of strangers: what Coder reads is what was meant.
void encode_back(const std::vector<std::pair<std::string, std::string>>& parameters) {
  CreateRequest request;
  request.name = "dev";
  request.parameters = parameters;
  const nlohmann::json sent = nlohmann::json::parse(encode_create(request));
  const auto& values = sent.at("rich_parameter_values");
  REQUIRE(values.size() == parameters.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    REQUIRE(values[i].at("name") == parameters[i].first && values[i].at("value") == parameters[i].second);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  checked(body, decode_build_info);
  checked(body, decode_user);
  const auto me = checked(body, decode_me);
  if (me) REQUIRE(me->roles.size() + me->organizations.size() <= size);
  checked(body, decode_token_facts);
  bounded(checked(body, decode_organizations), size);
  checked(body, decode_template);
  bounded(checked(body, decode_templates), size);
  checked(body, decode_version);
  bounded(checked(body, decode_rich_parameters), size);
  bounded(checked(body, decode_dynamic_parameters), size);
  const auto parameters = checked(body, decode_build_parameters);
  bounded(parameters, size);
  if (parameters && !parameters->empty()) encode_back(*parameters);
  const std::size_t asked = size % 8;
  const auto answers =
      checked(body, [&](std::string_view text) { return decode_access_answers(text, asked); });
  if (answers) REQUIRE(answers->size() == asked);
  return 0;
}
