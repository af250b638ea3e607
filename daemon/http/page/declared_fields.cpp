#include "daemon/http/page/declared_fields.h"

#include <algorithm>
#include <utility>

#include "reconcile/fields/managed_field.h"

namespace cr::daemon {
namespace {

using reconcile::Field;
using reconcile::Reason;
using reconcile::WorkspaceStatus;

bool has_drift(const WorkspaceStatus& row, Field field) {
  return std::ranges::any_of(row.drift, [&](const auto& drift) { return drift.field == field; });
}

class Lines {
 public:
  explicit Lines(const WorkspaceStatus& row)
      : row_(row),
        absent_(has_drift(row, Field::missing)),
        compared_(row.id && (row.known_since || reconcile::was_compared(row))) {}

  void add(std::string_view name, Field field, std::string declared) {
    FieldLine line;
    line.name = name;
    line.declared = std::move(declared);
    if (const specs::SharedText from = specs::default_text(*row_.spec, name); !from.empty())
      line.from = *from;
    const auto drift =
        std::ranges::find_if(row_.drift, [&](const auto& candidate) { return candidate.field == field; });
    // In sync after a write whose reply proved it: the drift is what was read before.
    const bool mended = row_.ready.reason == Reason::InSync && !reconcile::is_informational(field);
    if (absent_) {
      line.match = FieldMatch::absent;
    } else if (drift != row_.drift.end() && !mended) {
      line.live = drift->from;
      line.match = reconcile::is_informational(field) ? FieldMatch::at_birth : FieldMatch::differs;
    } else {
      // Parameters are looked up a few at a time, and no drift may mean that it was not their turn yet.
      const bool known = compared_ && field != Field::parameters;
      line.match = known ? FieldMatch::same : FieldMatch::unread;
    }
    lines_.push_back(std::move(line));
  }

  std::vector<FieldLine> take() { return std::move(lines_); }

 private:
  const WorkspaceStatus& row_;
  const bool absent_;
  const bool compared_;
  std::vector<FieldLine> lines_;
};

/// "cpu=4, region=eu (from defaults.yaml:7)"
std::string parameters_text(const specs::WorkspaceSpec& spec) {
  std::string text;
  for (const auto& [name, value] : spec.body->parameters) {
    text += (text.empty() ? "" : ", ") + name + '=' + value;
    if (const specs::SharedText from = specs::default_text(spec, "parameters." + name); !from.empty())
      text += " (from " + *from + ')';
  }
  return text;
}

}  // namespace

std::vector<FieldLine> declared_fields(const WorkspaceStatus& row) {
  const specs::WorkspaceSpec& spec = *row.spec;
  Lines lines(row);
  lines.add("template", Field::template_ref, spec.body->template_ref);
  if (!spec.body->template_version.empty())
    lines.add("templateVersion", Field::version, spec.body->template_version);
  if (!spec.body->parameters.empty()) lines.add("parameters", Field::parameters, parameters_text(spec));
  for (const specs::Field& row_of_format : specs::spec_fields()) {
    const specs::FieldValue* declared = spec.fields.find(row_of_format.key);
    if (!declared) continue;
    if (const auto field = reconcile::field_of_key(row_of_format.key))
      lines.add(row_of_format.key, *field, specs::to_text(*declared));
  }
  return lines.take();
}

}  // namespace cr::daemon
