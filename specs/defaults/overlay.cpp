#include "specs/defaults/overlay.h"

#include <span>
#include <string_view>
#include <variant>

#include "specs/spec_fields.h"

namespace cr::specs {
namespace {

/// More errors of one document than this are only counted: nobody reads them.
constexpr std::size_t kMaxClashes = 20;

/// Where a value of it stands; null where it has none, or only as part of a null further up.
const SourcePosition* place_in(const WorkspaceDefaults& defaults, std::string_view field) {
  const DefaultedField* found = find_default(defaults.places, field);
  return found ? &found->where : nullptr;
}

const SourcePosition& place_or_document(const WorkspaceDefaults& defaults, std::string_view field) {
  const SourcePosition* place = place_in(defaults, field);
  return place ? *place : defaults.where;
}

const SharedText* text_of(const SpecBody& body, FieldId id) {
  switch (id) {
    case FieldId::organization:
      return &body.organization;
    case FieldId::template_ref:
      return &body.template_ref;
    case FieldId::template_version:
      return &body.template_version;
    case FieldId::preset:
      return &body.preset;
    default:
      return nullptr;
  }
}

void set_text(SpecBody& body, FieldId id, const SharedText& text) {
  if (id == FieldId::organization) body.organization = text;
  if (id == FieldId::template_ref) body.template_ref = text;
  if (id == FieldId::template_version) body.template_version = text;
  if (id == FieldId::preset) body.preset = text;
}

void copy_policy(ReconcilePolicy& to, const ReconcilePolicy& from, FieldId id) {
  if (id == FieldId::create) to.create = from.create;
  if (id == FieldId::update) to.update = from.update;
  if (id == FieldId::recreate) to.recreate = from.recreate;
}

const NamedMode* mode_of(const std::vector<NamedMode>& modes, std::string_view key) {
  const auto found = std::ranges::lower_bound(modes, key, {}, &NamedMode::key);
  return found != modes.end() && found->key == key ? &*found : nullptr;
}

const std::string* parameter_of(const StringPairs& parameters, std::string_view key) {
  const auto found = std::ranges::lower_bound(
      parameters, key, {}, [](const auto& pair) -> std::string_view { return pair.first; });
  return found != parameters.end() && found->first == key ? &found->second : nullptr;
}

/// Takes values from defaults, one after the other, and notes whose they are.
class Taking {
 public:
  Taking(std::vector<Clash>& clashes, std::size_t& more, std::vector<const WorkspaceDefaults*>& used)
      : clashes_(clashes), more_(more), used_(used) {}

  /// Who gives it alone; null where nobody does, or two do.
  const WorkspaceDefaults* from(const Giver& giver, const std::string& field) {
    if (!giver.from) return nullptr;
    if (giver.rival) {
      if (clashes_.size() == kMaxClashes) {
        ++more_;
        return nullptr;
      }
      clashes_.push_back(
          {field, place_or_document(*giver.from, field), place_or_document(*giver.rival, field)});
      return nullptr;
    }
    use(giver.from);
    return giver.from;
  }
  /// A mapping that is null as a whole: that two say so is no clash, and what it hides is never asked for.
  void nothing_of(const Giver& giver) {
    for (const WorkspaceDefaults* one : {giver.from, giver.rival})
      if (one) use(one);
  }
  void note(std::string field, const WorkspaceDefaults& from) {
    if (const SourcePosition* where = place_in(from, field))
      defaulted_.push_back({std::move(field), *where, SharedText(line_text(*where))});
  }
  DefaultedFields sorted() {
    std::ranges::sort(defaulted_, {}, &DefaultedField::field);
    defaulted_.shrink_to_fit();
    return std::move(defaulted_);
  }

 private:
  void use(const WorkspaceDefaults* one) {
    if (std::ranges::find(used_, one) == used_.end()) used_.push_back(one);
  }

  std::vector<Clash>& clashes_;
  std::size_t& more_;
  std::vector<const WorkspaceDefaults*>& used_;
  DefaultedFields defaulted_;
};

}  // namespace

/// "berlin/defaults.yaml:7": the line is what a person looks for.
std::string line_text(const SourcePosition& where) {
  return SourcePosition{where.file, where.line, 0}.to_string();
}

Overlay make_overlay(const EffectiveDefaults& effective, const WorkspaceSpec& spec, const NamedFields& named,
                     SharedValues& values, LayeringBudget& budget) {
  static const std::size_t kParameters = row_of(spec_fields(), "parameters");
  static const std::size_t kPolicy = row_of(spec_fields(), "reconcilePolicy");
  static const std::size_t kModes = row_of(policy_fields(), "fields");
  Overlay overlay;
  overlay.fields = spec.fields;
  overlay.policy = spec.body->policy;
  Taking taking(overlay.clashes, overlay.more_clashes, overlay.used);

  for (std::size_t row = 0; row < spec_fields().size(); ++row) {
    const Field& field = spec_fields()[row];
    if (named.field(row) || row == kParameters || row == kPolicy) continue;
    const std::string key(field.key);
    const WorkspaceDefaults* from = taking.from(effective.fields[row], key);
    if (!from) continue;
    if (const FieldValue* value = is_kept(field) ? from->values.fields.find(field.key) : nullptr) {
      overlay.fields.set(field.key, *value);
      if (const auto* retention = std::get_if<Retention>(value)) budget.spend(retention->reason.size());
      taking.note(key, *from);
    } else if (const SharedText* text = text_of(*from->values.body, field.id); text && !text->empty()) {
      overlay.texts.emplace_back(field.id, text);
      taking.note(key, *from);
    }
  }

  if (!named.field(kParameters)) taking.nothing_of(effective.fields[kParameters]);
  if (!named.policy_key(kModes)) taking.nothing_of(effective.policy[kModes]);

  StringPairs parameters = *spec.body->parameters;
  for (const auto& [key, giver] : effective.parameters) {
    const std::string name(key);
    if (named.field(kParameters) || parameter_of(*spec.body->parameters, key) ||
        std::ranges::binary_search(named.cleared_parameters, name))
      continue;
    const WorkspaceDefaults* from = taking.from(giver, "parameters." + name);
    const std::string* value = from ? parameter_of(from->values.body->parameters, key) : nullptr;
    if (!value) continue;
    budget.spend(sizeof(StringPairs::value_type) + name.size() + value->size());
    if (budget.is_exhausted()) break;
    parameters.emplace_back(name, *value);
    taking.note("parameters." + name, *from);
  }
  std::ranges::sort(parameters);
  parameters.shrink_to_fit();
  overlay.parameters = values.pairs(std::move(parameters));

  for (std::size_t row = 0; row < policy_fields().size(); ++row) {
    const Field& field = policy_fields()[row];
    if (row == kModes || named.policy_key(row)) continue;
    const std::string key = std::string(kPolicyPath).append(field.key);
    const WorkspaceDefaults* from = taking.from(effective.policy[row], key);
    if (!from) continue;
    copy_policy(overlay.policy, from->values.body->policy, field.id);
    taking.note(key, *from);
  }

  for (const auto& [key, giver] : effective.modes) {
    const FieldValue* value = overlay.fields.find(key);
    // A mode of what is not declared is idle among defaults.
    if (!value || mode_of(named.modes, key) || named.policy_key(kModes)) continue;
    const std::string path = std::string(kModesPath).append(key);
    const WorkspaceDefaults* from = taking.from(giver, path);
    const NamedMode* given = from ? mode_of(from->named.modes, key) : nullptr;
    if (!given || !given->mode) continue;
    overlay.fields.set(given->key, FieldValue(*value), *given->mode);
    taking.note(path, *from);
  }
  for (const NamedMode& mode : named.modes) {
    const DeclaredFields::Declared* declared = overlay.fields.entry(mode.key);
    if (declared && mode.mode) overlay.fields.set(mode.key, FieldValue(declared->value), *mode.mode);
  }
  overlay.fields = values.fields(overlay.fields);
  overlay.defaulted = Shared<DefaultedFields>(taking.sorted());
  for (const DefaultedField& one : overlay.defaulted)
    budget.spend(sizeof(DefaultedField) + one.field.size() + one.shown->size());
  return overlay;
}

void apply(const Overlay& overlay, WorkspaceSpec& spec) {
  spec.fields = overlay.fields;
  SpecBody& body = spec.body.edit();
  body.parameters = overlay.parameters;
  body.policy = overlay.policy;
  body.defaulted = overlay.defaulted;
  for (const auto& [id, text] : overlay.texts) set_text(body, id, *text);
}

}  // namespace cr::specs
