#include "tests/standin/lookup.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

namespace cr::standin {
namespace {

Reply unknown_user(const Call& call, const std::string& text) {
  if (call.state.since(Age::v2_35)) return Reply::not_found();
  return Reply::error(400, R"("user" must be an existing uuid or username.)",
                      fmt::format("queried user=\"{}\"", text));
}

}  // namespace

Reply bad_uuid(const std::string& text) {
  return Reply::error(400, fmt::format("Invalid UUID \"{}\".", text), uuid_error(text));
}

std::variant<const User*, Reply> user_in_path(const Call& call, const std::string& text) {
  if (text == "me") return call.caller.user;
  const User* user = call.state.find_user(text);
  if (user == nullptr || !may_read_user(call.caller, *user)) return unknown_user(call, text);
  return user;
}

std::variant<const User*, Reply> owner_in_path(const Call& call, const std::string& text) {
  if (call.state.before(Age::v2_29)) return user_in_path(call, text);
  if (text == "me") return call.caller.user;
  const User* user = call.state.find_user(text);
  if (user == nullptr) return unknown_user(call, text);
  // Plain members could not see who else is one.
  const bool plain = call.caller.user->roles.empty() && call.caller.id() != user->id;
  if (plain && call.state.before(Age::v2_35)) return Reply::not_found();
  return user;
}

std::variant<const Organization*, Reply> organization_in_path(const Call& call, const std::string& text) {
  const Organization* organization = call.state.find_organization(text);
  if (organization == nullptr || !may_read_members(call.caller, *organization)) return Reply::not_found();
  return organization;
}

std::variant<Fleet::Row*, Reply> workspace_in_path(Call& call, const std::string& text) {
  if (!is_uuid(text)) return bad_uuid(text);
  Fleet::Row* row = call.state.fleet().by_id(text);
  if (row == nullptr || !may_read_workspace(call.state, call.caller, row->workspace))
    return Reply::not_found();
  return row;
}

std::variant<const Template*, Reply> template_in_path(const Call& call, const std::string& text) {
  if (!is_uuid(text)) return bad_uuid(text);
  const Template* of = call.state.template_by_id(text);
  if (of == nullptr || of->deleted || !may_read_template(call.caller, *of)) return Reply::not_found();
  return of;
}

std::variant<const TemplateVersion*, Reply> version_in_path(const Call& call, const std::string& text) {
  if (!is_uuid(text)) return bad_uuid(text);
  const TemplateVersion* version = call.state.version_by_id(text);
  if (version == nullptr) return Reply::not_found();
  const Template* of = call.state.template_by_id(version->template_id);
  if (of == nullptr || !may_read_template(call.caller, *of)) return Reply::not_found();
  return version;
}

std::variant<std::size_t, Reply> page_number(const Call& call, const std::string& name) {
  const auto found = call.request.query.find(name);
  if (found == call.request.query.end() || found->second.empty()) return std::size_t{0};
  const std::string& text = found->second;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  std::string why;
  if (error != std::errc() || end != text.data() + text.size()) {
    why = fmt::format("strconv.ParseInt: parsing \"{}\": invalid syntax", text);
  } else if (value < 0) {
    why = "value is negative";
  } else if (value > std::numeric_limits<std::int32_t>::max()) {
    why = "value is larger than 2147483647";
  } else {
    return static_cast<std::size_t>(value);
  }
  const std::vector<Validation> validations = {
      {name, fmt::format("Query param \"{}\" must be a valid 32-bit positive integer: {}", name, why)}};
  return Reply::error(400, "Query parameters have invalid values.", {}, validations);
}

}  // namespace cr::standin
