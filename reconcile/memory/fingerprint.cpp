#include "reconcile/memory/fingerprint.h"

#include <algorithm>
#include <string_view>
#include <variant>

#include "reconcile/fields/managed_field.h"

namespace cr::reconcile {
namespace {

/// FNV-1a. Only ever compared within one process; a collision would at worst keep a wait in force a while
/// longer.
class Fnv {
 public:
  Fnv& add(std::string_view text) {
    number(text.size());
    for (const char c : text) byte(static_cast<unsigned char>(c));
    return *this;
  }
  Fnv& number(std::uint64_t value) {
    for (int i = 0; i < 8; ++i) byte(static_cast<unsigned char>(value >> (8 * i)));
    return *this;
  }
  template <class Tag>
  Fnv& id(const Id<Tag>& id) {
    for (const std::uint8_t one : id.bytes()) byte(one);
    return *this;
  }
  Fnv& pairs(const specs::StringPairs& pairs) {
    number(pairs.size());
    for (const auto& [key, value] : pairs) add(key).add(value);
    return *this;
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  void byte(unsigned char one) { value_ = (value_ ^ one) * 0x100000001b3ULL; }
  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

/// A schedule by meaning would be equal for two spellings, but the spelling is what is sent.
void add_wish(Fnv& hash, const specs::FieldValue& wish) {
  hash.number(wish.index()).add(specs::to_text(wish));
}

bool is_sent_alike(const specs::FieldValue& a, const specs::FieldValue& b) {
  const auto* one = std::get_if<specs::Schedule>(&a);
  const auto* other = std::get_if<specs::Schedule>(&b);
  return one && other ? one->text() == other->text() : a == b;
}

bool is_same_wish(const specs::DeclaredFields::Declared& a, const specs::DeclaredFields::Declared& b) {
  return a.key == b.key && a.mode == b.mode && is_sent_alike(a.value, b.value);
}

/// Apart from where things are from.
bool is_same_body(const specs::SpecBody& a, const specs::SpecBody& b) {
  return a.policy == b.policy && a.organization == b.organization && a.template_ref == b.template_ref &&
         a.template_version == b.template_version && a.preset == b.preset && a.parameters == b.parameters &&
         a.previous_names == b.previous_names && a.labels == b.labels && a.annotations == b.annotations;
}

}  // namespace

bool declare_the_same(const specs::WorkspaceSpec& a, const specs::WorkspaceSpec& b) {
  return a.name == b.name && a.owner == b.owner &&
         (a.body.is_same(b.body) || is_same_body(*a.body, *b.body)) &&
         (a.fields.is_same(b.fields) || std::ranges::equal(a.fields, b.fields, is_same_wish));
}

std::uint64_t spec_fingerprint(const specs::WorkspaceSpec& spec) {
  Fnv hash;
  hash.add(spec.name)
      .add(spec.owner)
      .add(spec.body->organization)
      .add(spec.body->template_ref)
      .add(spec.body->template_version);
  hash.pairs(spec.body->parameters);
  for (const auto& [key, wish, mode] : spec.fields) {
    hash.add(key).add(to_string(mode));
    add_wish(hash, wish);
  }
  hash.add(spec.body->preset).number(spec.body->previous_names.size());
  for (const std::string& name : spec.body->previous_names) hash.add(name);
  hash.number(spec.body->policy.create).number(spec.body->policy.update);
  hash.number(static_cast<std::uint64_t>(spec.body->policy.recreate));
  hash.pairs(spec.body->labels).pairs(spec.body->annotations);
  return hash.value();
}

std::uint64_t live_fingerprint(const LiveWorkspace* live) {
  if (!live) return 0;
  Fnv hash;
  hash.id(live->id).id(live->owner_id).id(live->template_id);
  for (const ManagedField* field : managed_fields()) {
    // What time moves is no change that could mend a failure.
    if (!field->moves) hash.add(field->live_text(*live, {}));
  }
  hash.number(live->prebuild).number(live->task);
  hash.id(live->build.id).number(static_cast<std::uint64_t>(live->build.status));
  return hash.value();
}

std::uint64_t wish_fingerprint(const specs::WorkspaceSpec& spec, Field field) {
  Fnv hash;
  if (is_managed(field)) {
    if (const specs::FieldValue* wish = spec.fields.find(entry_of(field).key)) add_wish(hash, *wish);
  }
  return hash.value();
}

std::uint64_t value_fingerprint(std::string_view live) {
  return Fnv().add(live).value();
}

Fingerprints fingerprints_of(const WorkspaceFacts& read) {
  return {spec_fingerprint(*read.spec), live_fingerprint(read.live)};
}

}  // namespace cr::reconcile
