#include "specs/defaults/layering.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <unordered_map>

#include "specs/field_table.h"
#include "specs/source_text.h"
#include "specs/spec_fields.h"

namespace cr::specs {
namespace {

constexpr std::string_view kModesPath = "reconcilePolicy.fields.";
constexpr std::string_view kDormant = "dormant";
/// More errors of one document than this are only counted: nobody reads them.
constexpr std::size_t kMaxClashes = 20;

std::size_t row_of(std::span<const Field> table, FieldId id) {
  return static_cast<std::size_t>(std::ranges::find(table, id, &Field::id) - table.begin());
}

/// Where a value of it stands; null where it has none, or only as part of a null further up.
const SourcePosition* place_in(const WorkspaceDefaults& defaults, std::string_view field) {
  const auto found = std::ranges::lower_bound(
      defaults.places, field, {}, [](const DefaultedField& one) -> std::string_view { return one.field; });
  return found != defaults.places.end() && found->field == field ? &found->where : nullptr;
}

const SourcePosition& place_or_document(const WorkspaceDefaults& defaults, std::string_view field) {
  const SourcePosition* place = place_in(defaults, field);
  return place ? *place : defaults.where;
}

/// "berlin/defaults.yaml:7": the line is what a person looks for.
std::string line_text(const SourcePosition& where) {
  return SourcePosition{where.file, where.line, 0}.to_string();
}

/// As the end of "depends on …".
std::string why_illegible(const WorkspaceDefaults& defaults) {
  const std::string where = line_text(defaults.where);
  switch (defaults.legibility) {
    case Legibility::doubtful:
      return where + ", which is invalid and may be WorkspaceDefaults";
    case Legibility::unread:
      return where + ", which cannot be read and may hold WorkspaceDefaults";
    case Legibility::crowd:
      return fmt::format("too many WorkspaceDefaults: {} is one more than {}", where, kMaxDefaultsInChain);
    case Legibility::legible:
    case Legibility::invalid:
      break;
  }
  return "the invalid WorkspaceDefaults at " + where;
}

/// A field that two of equal rank give.
struct Clash {
  std::string field;
  SourcePosition one;
  SourcePosition other;
};

}  // namespace

/// What a document with these values takes from its defaults.
struct Layering::Overlay {
  DeclaredFields fields;
  Shared<StringPairs> parameters;
  ReconcilePolicy policy;
  std::vector<std::pair<FieldId, const SharedText*>> texts;
  Shared<DefaultedFields> defaulted;
  std::vector<Clash> clashes;    ///< the first of them
  std::size_t more_clashes = 0;  ///< beyond those
  std::vector<const WorkspaceDefaults*> used;
  std::size_t documents = 0;  ///< of the file that is being layered
};

struct Layering::Effective {
  EffectiveDefaults defaults;
  /// What a document is made of, apart from what is only copied: shared values by their address.
  struct Key {
    const void* fields;
    const void* parameters;
    const void* cleared;
    const void* modes;
    std::uint32_t named;
    std::uint32_t policy;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const {
      std::size_t seed = 0;
      boost::hash_combine(seed, key.fields);
      boost::hash_combine(seed, key.parameters);
      boost::hash_combine(seed, key.cleared);
      boost::hash_combine(seed, key.modes);
      boost::hash_combine(seed, key.named);
      boost::hash_combine(seed, key.policy);
      return seed;
    }
  };
  std::unordered_map<Key, Overlay, Hash> overlays;
  // Of the file that is being layered.
  std::size_t documents = 0;
  std::vector<Overlay*> touched;
};

namespace {

const SharedText* text_of(const WorkspaceSpec& spec, FieldId id) {
  switch (id) {
    case FieldId::organization:
      return &spec.organization;
    case FieldId::template_ref:
      return &spec.template_ref;
    case FieldId::template_version:
      return &spec.template_version;
    case FieldId::preset:
      return &spec.preset;
    default:
      return nullptr;
  }
}

void set_text(WorkspaceSpec& spec, FieldId id, const SharedText& text) {
  if (id == FieldId::organization) spec.organization = text;
  if (id == FieldId::template_ref) spec.template_ref = text;
  if (id == FieldId::template_version) spec.template_version = text;
  if (id == FieldId::preset) spec.preset = text;
}

void copy_policy(ReconcilePolicy& to, const ReconcilePolicy& from, FieldId id) {
  if (id == FieldId::create) to.create = from.create;
  if (id == FieldId::update) to.update = from.update;
  if (id == FieldId::recreate) to.recreate = from.recreate;
}

std::uint32_t bits_of(const ReconcilePolicy& policy, std::uint8_t named) {
  return static_cast<std::uint32_t>(named) << 8U | static_cast<std::uint32_t>(policy.recreate) << 2U |
         static_cast<std::uint32_t>(policy.create) << 1U | static_cast<std::uint32_t>(policy.update);
}

template <class Container>
const void* address_of(const Container& shared) {
  return shared.empty() ? nullptr : static_cast<const void*>(&*shared.begin());
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
    if (std::ranges::find(used_, giver.from) == used_.end()) used_.push_back(giver.from);
    return giver.from;
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
  std::vector<Clash>& clashes_;
  std::size_t& more_;
  std::vector<const WorkspaceDefaults*>& used_;
  DefaultedFields defaulted_;
};

}  // namespace

Layering::Overlay Layering::make_overlay(const EffectiveDefaults& effective, const WorkspaceSpec& spec,
                                         const NamedFields& named) {
  static const std::size_t kParameters = row_of(spec_fields(), FieldId::parameters);
  static const std::size_t kPolicy = row_of(spec_fields(), FieldId::policy);
  static const std::size_t kModes = row_of(policy_fields(), FieldId::modes);
  Overlay overlay;
  overlay.fields = spec.fields;
  overlay.policy = spec.policy;
  Taking taking(overlay.clashes, overlay.more_clashes, overlay.used);

  for (std::size_t row = 0; row < spec_fields().size(); ++row) {
    const Field& field = spec_fields()[row];
    if (named.field(row) || row == kParameters || row == kPolicy) continue;
    const std::string key(field.key);
    const WorkspaceDefaults* from = taking.from(effective.fields[row], key);
    if (!from) continue;
    if (const FieldValue* value = is_kept(field) ? from->values.fields.find(field.key) : nullptr) {
      overlay.fields.set(field.key, *value);
      if (const auto* retention = std::get_if<Retention>(value)) spend(retention->reason.size());
      taking.note(key, *from);
    } else if (const SharedText* text = text_of(from->values, field.id); text && !text->empty()) {
      overlay.texts.emplace_back(field.id, text);
      taking.note(key, *from);
    }
  }

  StringPairs parameters = *spec.parameters;
  for (const auto& [key, giver] : effective.parameters) {
    const std::string name(key);
    if (named.field(kParameters) || parameter_of(*spec.parameters, key) ||
        std::ranges::binary_search(named.cleared_parameters, name))
      continue;
    const WorkspaceDefaults* from = taking.from(giver, "parameters." + name);
    const std::string* value = from ? parameter_of(from->values.parameters, key) : nullptr;
    if (!value) continue;
    spend(sizeof(StringPairs::value_type) + name.size() + value->size());
    if (is_exhausted()) break;
    parameters.emplace_back(name, *value);
    taking.note("parameters." + name, *from);
  }
  std::ranges::sort(parameters);
  parameters.shrink_to_fit();
  overlay.parameters = values_.pairs(std::move(parameters));

  for (std::size_t row = 0; row < policy_fields().size(); ++row) {
    const Field& field = policy_fields()[row];
    if (row == kModes || named.policy_key(row)) continue;
    const std::string key = "reconcilePolicy." + std::string(field.key);
    const WorkspaceDefaults* from = taking.from(effective.policy[row], key);
    if (!from) continue;
    copy_policy(overlay.policy, from->values.policy, field.id);
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
  overlay.fields = values_.fields(overlay.fields);
  overlay.defaulted = Shared<DefaultedFields>(taking.sorted());
  for (const DefaultedField& one : overlay.defaulted)
    spend(sizeof(DefaultedField) + one.field.size() + one.shown->size());
  return overlay;
}

/// Where things of the document that is completed are told, and by whom it is.
struct Layering::Pass {
  const DefaultsChain& chain;
  LayeredFile& result;
  std::string_view prefix;  ///< of a path below its workspace's spec

  void report(const WorkspaceSpec& spec, const OpenDocument* open, std::string_view field,
              std::string message, std::string remedy) const {
    Diagnostic diagnostic;
    diagnostic.where = spec.where;
    diagnostic.document = spec.where.line;
    diagnostic.document_column = spec.where.column;
    if (!field.empty()) diagnostic.field = std::string(prefix).append(field);
    if (open) {
      const auto place = std::ranges::find(open->places, field, &OpenPlace::field);
      if (place != open->places.end()) {
        diagnostic.where = place->where;
        diagnostic.field = place->path;
        diagnostic.excerpt = place->excerpt;
      }
    }
    diagnostic.message = std::move(message);
    diagnostic.remedy = std::move(remedy);
    result.diagnostics.push_back(std::move(diagnostic));
  }
};

namespace {

/// " (from berlin/defaults.yaml:7)", where a default gives it.
std::string from_text(const WorkspaceSpec& spec, std::string_view field) {
  const SharedText where = default_text(spec, field);
  return where.empty() ? std::string() : fmt::format(" (from {})", where);
}

constexpr std::string_view kTemplateRemedy =
    "give it here, or among the values of a WorkspaceDefaults in this directory or above";

template <class Report>
void check_modes(const WorkspaceSpec& spec, const NamedFields& named, const Report& report) {
  for (const NamedMode& one : named.modes) {
    if (!one.mode || spec.fields.entry(one.key)) continue;
    report(std::string(kModesPath).append(one.key), in_quotes(one.key) + " has a mode but is not declared",
           fmt::format("declare {}, or remove its mode", one.key));
  }
}

/// What a document and its defaults may contradict each other in.
template <class Report>
void check_dormant(const WorkspaceSpec& spec, const Report& report) {
  const DeclaredFields::Declared* dormant = spec.fields.entry(kDormant);
  if (!dormant || dormant->value != FieldValue(true)) return;
  const std::string mode_field = std::string(kModesPath).append(kDormant);
  if (dormant->mode == FieldMode::initial) {
    report(mode_field,
           fmt::format("{} cannot be given at creation: a workspace is created running{}",
                       in_quotes(kDormant), from_text(spec, mode_field)),
           "write enforce, or declare false");
  }
  for (const Field& field : spec_fields()) {
    if (field.id != FieldId::exception || !spec.fields.find(field.key)) continue;
    report(std::string(field.key),
           fmt::format("{}{} cannot be kept beside dormant: true{}", field.key, from_text(spec, field.key),
                       from_text(spec, kDormant)),
           "give null for one of them: what is dormant neither runs nor is in use");
  }
}

}  // namespace

Layering::Layering(SharedValues& values, std::size_t max_bytes) : values_(values), bytes_left_(max_bytes) {}
Layering::~Layering() = default;

Layering::Effective& Layering::effective_for(const DefaultsChain& chain, const Shared<StringPairs>& labels) {
  std::unique_ptr<Effective>& known = effective_[{&chain, &*labels}];
  if (!known) {
    known = std::make_unique<Effective>();
    known->defaults = effective_defaults(chain, *labels);
    for (const DefaultsRank& rank : chain) looked_at_ += rank.size();
  }
  return *known;
}

Layering::Overlay& Layering::overlay_for(Effective& effective, const WorkspaceSpec& spec,
                                         const NamedFields& named) {
  const Effective::Key key{.fields = address_of(spec.fields),
                           .parameters = address_of(spec.parameters),
                           .cleared = address_of(named.cleared_parameters),
                           .modes = address_of(named.modes),
                           .named = named.fields,
                           .policy = bits_of(spec.policy, named.policy)};
  const auto [known, fresh] = effective.overlays.try_emplace(key);
  if (fresh) known->second = make_overlay(effective.defaults, spec, named);
  return known->second;
}

Layering::Outcome Layering::complete(WorkspaceSpec& spec, const NamedFields& named, const OpenDocument* open,
                                     const Pass& pass) {
  const std::size_t errors = pass.result.diagnostics.size();
  const auto report = [&](const std::string& field, std::string message, std::string remedy) {
    pass.report(spec, open, field, std::move(message), std::move(remedy));
  };
  bool changed = false;
  if (!pass.chain.empty()) {
    Effective& effective = effective_for(pass.chain, spec.labels);
    if (effective.documents++ == 0) touched_.push_back(&effective);
    if (const WorkspaceDefaults* illegible = effective.defaults.illegible) {
      report("", "depends on " + why_illegible(*illegible),
             "its workspace is left as it is until that is corrected");
      return Outcome::left_out;
    }
    Overlay& overlay = overlay_for(effective, spec, named);
    for (const Clash& clash : overlay.clashes) {
      report(clash.field,
             fmt::format("{} and {} both give it, and neither is nearer", line_text(clash.one),
                         line_text(clash.other)),
             "remove one of them, let their selectors tell them apart, or give the value here");
    }
    if (overlay.more_clashes > 0)
      pass.result.diagnostics.back().remedy +=
          fmt::format("; {} more errors in this document", overlay.more_clashes);
    if (overlay.documents++ == 0) effective.touched.push_back(&overlay);
    changed = !overlay.used.empty();
    if (changed) {
      spec.fields = overlay.fields;
      spec.parameters = overlay.parameters;
      spec.policy = overlay.policy;
      spec.defaulted = overlay.defaulted;
      for (const auto& [id, text] : overlay.texts) set_text(spec, id, *text);
    }
  }
  if (spec.template_ref.empty()) report("template", "is missing", std::string(kTemplateRemedy));
  check_modes(spec, named, report);
  check_dormant(spec, report);
  if (pass.result.diagnostics.size() != errors) return Outcome::left_out;
  return changed ? Outcome::changed : Outcome::as_it_was;
}

namespace {

/// What a set's label says is known for each owner alone; who selects by it would select for some of them.
const WorkspaceDefaults* selecting_by_owner(const DefaultsChain& chain, const StringPairs& labels,
                                            std::string& label) {
  for (const auto& [key, value] : labels) {
    if (value.find(kOwnerPlaceholder) == std::string::npos) continue;
    for (const DefaultsRank& rank : chain) {
      const auto found = std::ranges::find_if(
          rank, [&key = key](const DefaultsPtr& one) { return one->selector.depends_on(key); });
      if (found == rank.end()) continue;
      label = key;
      return found->get();
    }
  }
  return nullptr;
}

/// The open document of this kind and index, if there is one. Asked for in rising order.
class OpenDocuments {
 public:
  OpenDocuments(const std::vector<OpenDocument>& all, OpenDocument::Of of) : all_(all), of_(of) {}
  const OpenDocument* find(std::size_t index) {
    while (next_ < all_.size() && (all_[next_].of != of_ || all_[next_].index < index)) ++next_;
    return next_ < all_.size() && all_[next_].index == index ? &all_[next_] : nullptr;
  }

 private:
  const std::vector<OpenDocument>& all_;
  OpenDocument::Of of_;
  std::size_t next_ = 0;
};

constexpr std::string_view kOfDocument = "spec.";
constexpr std::string_view kOfSet = "spec.template.spec.";

}  // namespace

void Layering::layer_specs(const ParsedFile& file, const DefaultsChain& chain, LayeredFile& result) {
  const Pass pass{chain, result, kOfDocument};
  OpenDocuments open(file.open, OpenDocument::Of::spec);
  std::vector<WorkspaceSpec> changed;
  if (!chain.empty()) changed.reserve(file.specs.size());
  std::vector<std::size_t> places;  // of those that changed among all
  result.specs.reserve(file.specs.size());
  for (std::size_t i = 0; i < file.specs.size(); ++i) {
    const OpenDocument* is_open = open.find(i);
    if (chain.empty() && !is_open) {
      result.specs.push_back(file.specs[i]);
      continue;
    }
    WorkspaceSpec spec = *file.specs[i];
    switch (complete(spec, file.named[i], is_open, pass)) {
      case Outcome::as_it_was:
        result.specs.push_back(file.specs[i]);
        break;
      case Outcome::changed:
        places.push_back(result.specs.size());
        result.specs.emplace_back();
        changed.push_back(std::move(spec));
        break;
      case Outcome::left_out:
        result.rejected.push_back({identity_of(spec), spec.where, *spec.previous_names});
    }
  }
  // All in one block, as parsed ones are.
  changed.shrink_to_fit();
  const auto block = std::make_shared<const std::vector<WorkspaceSpec>>(std::move(changed));
  for (std::size_t i = 0; i < places.size(); ++i) result.specs[places[i]] = SpecPtr(block, &(*block)[i]);
}

void Layering::layer_sets(const ParsedFile& file, const DefaultsChain& chain, LayeredFile& result) {
  const Pass pass{chain, result, kOfSet};
  OpenDocuments open(file.open, OpenDocument::Of::set);
  for (std::size_t i = 0; i < file.sets.size(); ++i) {
    const auto& [set, named] = file.sets[i];
    WorkspaceSpec workspace = set->workspace;
    std::string label;
    if (const WorkspaceDefaults* by = selecting_by_owner(chain, *workspace.labels, label)) {
      Pass{chain, result, "spec.template."}.report(
          workspace, nullptr, "metadata.labels",
          fmt::format("the label {} has {} in it, and the defaults at {} select by it", in_quotes(label),
                      in_quotes(kOwnerPlaceholder), line_text(by->where)),
          "defaults are for a whole set: select by another label");
      result.rejected_sets.push_back(set->name);
      continue;
    }
    switch (complete(workspace, named, open.find(i), pass)) {
      case Outcome::as_it_was:
        result.sets.push_back(set);
        break;
      case Outcome::changed: {
        WorkspaceSet layered = *set;
        layered.workspace = std::move(workspace);
        result.sets.push_back(std::make_shared<const WorkspaceSet>(std::move(layered)));
        break;
      }
      case Outcome::left_out:
        result.rejected_sets.push_back(set->name);
    }
  }
}

/// Of a document with errors of its own the missing template is told as well: all of its errors at once.
void Layering::tell_more_of_invalid(const ParsedFile& file, const DefaultsChain& chain, LayeredFile& result) {
  static const std::size_t kTemplate = row_of(spec_fields(), FieldId::template_ref);
  const Pass pass{chain, result, kOfDocument};
  for (const OpenDocument& one : file.open) {
    if (one.of != OpenDocument::Of::invalid) continue;
    const auto place = std::ranges::find(one.places, "template", &OpenPlace::field);
    if (place == one.places.end()) continue;
    const EffectiveDefaults& effective = effective_for(chain, one.labels).defaults;
    if (effective.illegible || effective.fields[kTemplate].from) continue;
    WorkspaceSpec invalid;
    invalid.where = one.where;
    pass.report(invalid, &one, "template", "is missing", std::string(kTemplateRemedy));
  }
}

/// Counted by what documents have in common, and not document by document.
void Layering::flush_uses(const DefaultsChain& chain, LayeredFile& result) {
  if (touched_.empty()) return;
  std::unordered_map<const WorkspaceDefaults*, DefaultsUse> uses;
  for (Effective* effective : touched_) {
    for (const WorkspaceDefaults* one : effective->defaults.selected)
      uses[one].selected += effective->documents;
    for (Overlay* overlay : effective->touched) {
      for (const WorkspaceDefaults* one : overlay->used) uses[one].used += overlay->documents;
      overlay->documents = 0;
    }
    effective->documents = 0;
    effective->touched.clear();
  }
  touched_.clear();
  result.uses.reserve(uses.size());
  for (const DefaultsRank& rank : chain) {
    for (const DefaultsPtr& one : rank) {
      const auto found = uses.find(one.get());
      if (found == uses.end()) continue;
      found->second.defaults = one;
      result.uses.push_back(std::move(found->second));
    }
  }
}

LayeredFile Layering::layer(const ParsedFile& file, const DefaultsChain& chain) {
  LayeredFile result;
  layer_specs(file, chain, result);
  layer_sets(file, chain, result);
  tell_more_of_invalid(file, chain, result);
  flush_uses(chain, result);
  return result;
}

}  // namespace cr::specs
