#include "specs/declared_fields.h"

#include "specs/duration.h"

namespace cr::specs {
namespace {

struct Text {
  std::string operator()(const Cleared&) const { return "none"; }
  std::string operator()(const Schedule& schedule) const { return schedule.text(); }
  std::string operator()(const Ttl& ttl) const { return format_duration(ttl); }
  std::string operator()(const AutomaticUpdates& updates) const { return std::string(to_string(updates)); }
  std::string operator()(const bool& yes) const { return yes ? "true" : "false"; }
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(const KeepAwake& windows) const { return specs::to_text(windows); }
  std::string operator()(const Retention& retention) const { return specs::to_text(retention); }
  std::string operator()(const Step& step) const { return step.text; }
};

}  // namespace

std::string_view to_string(AutomaticUpdates value) {
  return value == AutomaticUpdates::always ? "always" : "never";
}

std::string_view to_string(FieldMode mode) {
  switch (mode) {
    case FieldMode::enforce:
      return "enforce";
    case FieldMode::initial:
      return "initial";
    case FieldMode::report:
      return "report";
  }
  return "enforce";
}

std::string to_text(const FieldValue& value) {
  return std::visit(Text{}, value);
}

}  // namespace cr::specs
