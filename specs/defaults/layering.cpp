#include "specs/defaults/layering.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <unordered_map>

#include "specs/defaults/overlay.h"
#include "specs/field_table.h"
#include "specs/placeholder.h"
#include "specs/source_text.h"
#include "specs/spec_fields.h"

namespace cr::specs {
namespace {

constexpr std::string_view kDormant = "dormant";

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

}  // namespace

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
  struct Used {
    Overlay overlay;
    std::size_t documents = 0;  ///< of the file that is being layered
  };
  std::unordered_map<Key, Used, Hash> overlays;
  // Of the file that is being layered.
  std::size_t documents = 0;
  std::vector<Used*> touched;
};

namespace {

std::uint32_t bits_of(const ReconcilePolicy& policy, std::uint8_t named) {
  return static_cast<std::uint32_t>(named) << 8U | static_cast<std::uint32_t>(policy.recreate) << 2U |
         static_cast<std::uint32_t>(policy.create) << 1U | static_cast<std::uint32_t>(policy.update);
}

template <class Container>
const void* address_of(const Container& shared) {
  return shared.empty() ? nullptr : static_cast<const void*>(&*shared.begin());
}

}  // namespace

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

Layering::Layering(SharedValues& values, std::size_t max_bytes) : values_(values), budget_(max_bytes) {}
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

const Overlay& Layering::overlay_for(Effective& effective, const WorkspaceSpec& spec,
                                     const NamedFields& named) {
  const Effective::Key key{.fields = address_of(spec.fields),
                           .parameters = address_of(spec.body->parameters),
                           .cleared = address_of(named.cleared_parameters),
                           .modes = address_of(named.modes),
                           .named = named.fields,
                           .policy = bits_of(spec.body->policy, named.policy)};
  const auto [known, fresh] = effective.overlays.try_emplace(key);
  Effective::Used& used = known->second;
  if (fresh) used.overlay = make_overlay(effective.defaults, spec, named, values_, budget_);
  if (used.documents++ == 0) effective.touched.push_back(&used);
  return used.overlay;
}

Layering::Outcome Layering::complete(WorkspaceSpec& spec, const NamedFields& named, const OpenDocument* open,
                                     const Pass& pass) {
  const std::size_t errors = pass.result.diagnostics.size();
  const auto report = [&](const std::string& field, std::string message, std::string remedy) {
    pass.report(spec, open, field, std::move(message), std::move(remedy));
  };
  bool changed = false;
  if (!pass.chain.empty()) {
    Effective& effective = effective_for(pass.chain, spec.body->labels);
    if (effective.documents++ == 0) touched_.push_back(&effective);
    if (const WorkspaceDefaults* illegible = effective.defaults.illegible) {
      report("", "depends on " + why_illegible(*illegible),
             "its workspace is left as it is until that is corrected");
      return Outcome::left_out;
    }
    const Overlay& overlay = overlay_for(effective, spec, named);
    for (const Clash& clash : overlay.clashes) {
      report(clash.field,
             fmt::format("{} and {} both give it, and neither is nearer", line_text(clash.one),
                         line_text(clash.other)),
             "remove one of them, let their selectors tell them apart, or give the value here");
    }
    if (overlay.more_clashes > 0)
      pass.result.diagnostics.back().remedy +=
          fmt::format("; {} more errors in this document", overlay.more_clashes);
    changed = !overlay.used.empty();
    if (changed) {
      apply(overlay, spec);
      spec.body = values_.body(spec.body);
    }
  }
  if (spec.body->template_ref.empty()) report("template", "is missing", std::string(kTemplateRemedy));
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
    if (!names_owner(value)) continue;
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
        result.rejected.push_back({identity_of(spec), spec.where, *spec.body->previous_names});
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
    if (const WorkspaceDefaults* by = selecting_by_owner(chain, *workspace.body->labels, label)) {
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
  static const auto kTemplate = static_cast<std::size_t>(
      std::ranges::find(spec_fields(), FieldId::template_ref, &Field::id) - spec_fields().begin());
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
    for (Effective::Used* used : effective->touched) {
      for (const WorkspaceDefaults* one : used->overlay.used) uses[one].used += used->documents;
      used->documents = 0;
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
  const std::size_t left = budget_.left();
  layer_specs(file, chain, result);
  layer_sets(file, chain, result);
  tell_more_of_invalid(file, chain, result);
  flush_uses(chain, result);
  result.added_bytes = left - budget_.left();
  return result;
}

}  // namespace cr::specs
