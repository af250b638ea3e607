#include "tests/standin/parameters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace cr::standin {
namespace {

const std::string* value_of(const NamedValues& values, const std::string& name) {
  for (const auto& [key, value] : values) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::optional<std::int64_t> to_number(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

/// What is wrong with the value, in the words of the classic flow and of the dynamic one.
struct Complaint {
  std::string classic;
  std::string dynamic;
};

std::optional<Complaint> judge(const TemplateParameter& parameter, const std::string& value) {
  const std::string prefix = fmt::format("can't validate build parameter \"{}\": ", parameter.display_name);
  if (!parameter.options.empty()) {
    std::vector<std::string> allowed;
    for (const auto& option : parameter.options) allowed.push_back(option.value);
    if (std::ranges::find(allowed, value) != allowed.end()) return std::nullopt;
    return Complaint{
        fmt::format("{}parameter value must match one of options: [{}]", prefix, fmt::join(allowed, " ")),
        fmt::format("Value must be a valid option; the value \"{}\" must be defined as one of options",
                    value)};
  }
  std::string wrong;
  if (parameter.type == "number") {
    const auto number = to_number(value);
    if (!number) {
      wrong = fmt::format("value \"{}\" is not a number", value);
    } else if (parameter.maximum && *number > *parameter.maximum) {
      wrong = fmt::format("value {} is more than the maximum {}", *number, *parameter.maximum);
    } else if (parameter.minimum && *number < *parameter.minimum) {
      wrong = fmt::format("value {} is less than the minimum {}", *number, *parameter.minimum);
    }
  } else if (parameter.type == "bool" && value != "true" && value != "false") {
    wrong = fmt::format("boolean value can be either \"true\" or \"false\"");
  }
  if (wrong.empty()) return std::nullopt;
  return Complaint{prefix + wrong, "Invalid parameter value according to 'validation' block; " + wrong};
}

}  // namespace

bool is_there(const TemplateParameter& parameter, const NamedValues& values) {
  if (!parameter.only_if) return true;
  const std::string* value = value_of(values, parameter.only_if->first);
  return value != nullptr && *value == parameter.only_if->second;
}

std::variant<NamedValues, Reply> resolve_parameters(const State& state, const Template& of,
                                                    const TemplateVersion& version,
                                                    const NamedValues& requested, const Preset* preset,
                                                    const Build* previous) {
  const bool dynamic = state.since(Age::v2_29) && !of.classic_parameters;
  NamedValues resolved;
  std::vector<Validation> wrong;
  const auto complain = [&](const TemplateParameter& parameter,
                            const Complaint& complaint) -> std::optional<Reply> {
    if (!dynamic) {
      return Reply::error(400, fmt::format("Unable to validate parameter \"{}\"", parameter.name),
                          complaint.classic);
    }
    wrong.push_back({parameter.name, complaint.dynamic});
    return std::nullopt;
  };

  for (const TemplateParameter& parameter : version.parameters) {
    if (!is_there(parameter, requested)) continue;
    const std::string* before =
        previous == nullptr ? nullptr : value_of(previous->parameters, parameter.name);
    const std::string* value = preset == nullptr ? nullptr : value_of(preset->parameters, parameter.name);
    if (value == nullptr) value = value_of(requested, parameter.name);
    if (before != nullptr && value != nullptr && *value != *before && !parameter.mutable_value) {
      const Complaint complaint{fmt::format("Parameter \"{}\" is not mutable", parameter.name),
                                "Parameter value is not mutable"};
      if (auto reply = complain(parameter, complaint)) return *reply;
      continue;
    }
    if (value == nullptr && !parameter.ephemeral) value = before;
    if (value == nullptr && parameter.required) {
      const std::string unmet =
          parameter.type == "number"
              ? "Invalid parameter value according to 'validation' block; value \"\" is not a "
                "number, and 1 other diagnostic(s)"
              : "Required parameter not provided";
      const Complaint complaint{fmt::format("Parameter \"{}\" is required but not provided", parameter.name),
                                unmet};
      if (auto reply = complain(parameter, complaint)) return *reply;
      continue;
    }
    const std::string& chosen = value == nullptr ? parameter.default_value : *value;
    if (const auto complaint = judge(parameter, chosen)) {
      if (auto reply = complain(parameter, *complaint)) return *reply;
      continue;
    }
    resolved.emplace_back(parameter.name, chosen);
  }
  if (!wrong.empty()) return Reply::error(400, "Unable to validate parameters", {}, wrong);
  return resolved;
}

}  // namespace cr::standin
