#include "reconcile/status/fingerprint.h"

#include <string_view>

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
void add_autostart(Fnv& hash, const specs::Wish<specs::Schedule>& wish) {
  hash.number(wish.index());
  if (const auto* schedule = std::get_if<specs::Schedule>(&wish)) hash.add(schedule->text());
}

void add_ttl(Fnv& hash, const specs::Wish<specs::Ttl>& wish) {
  hash.number(wish.index());
  if (const auto* ttl = std::get_if<specs::Ttl>(&wish)) hash.number(static_cast<std::uint64_t>(ttl->count()));
}

void add_automatic_updates(Fnv& hash, const std::optional<specs::AutomaticUpdates>& wish) {
  hash.number(!wish ? 0 : *wish == specs::AutomaticUpdates::always ? 1 : 2);
}

void add_dormant(Fnv& hash, const std::optional<bool>& wish) {
  hash.number(!wish ? 0 : *wish ? 1 : 2);
}

}  // namespace

std::uint64_t spec_fingerprint(const specs::WorkspaceSpec& spec) {
  Fnv hash;
  hash.add(spec.name)
      .add(spec.owner)
      .add(spec.organization)
      .add(spec.template_ref)
      .add(spec.template_version);
  hash.pairs(spec.parameters);
  add_autostart(hash, spec.autostart);
  add_ttl(hash, spec.ttl);
  add_automatic_updates(hash, spec.automatic_updates);
  add_dormant(hash, spec.dormant);
  hash.number(spec.policy.create).number(spec.policy.update);
  hash.pairs(spec.labels).pairs(spec.annotations);
  return hash.value();
}

std::uint64_t live_fingerprint(const LiveWorkspace* live) {
  if (!live) return 0;
  Fnv hash;
  hash.id(live->id).id(live->owner_id).id(live->template_id);
  hash.add(live->autostart_schedule);
  hash.number(live->ttl ? static_cast<std::uint64_t>(live->ttl->count()) : 0);
  hash.number(static_cast<std::uint64_t>(live->automatic_updates));
  hash.number(live->dormant).number(live->prebuild).number(live->task);
  hash.id(live->build.id).number(static_cast<std::uint64_t>(live->build.status));
  return hash.value();
}

std::uint64_t wish_fingerprint(const specs::WorkspaceSpec& spec, Field field) {
  Fnv hash;
  switch (field) {
    case Field::autostart:
      add_autostart(hash, spec.autostart);
      break;
    case Field::ttl:
      add_ttl(hash, spec.ttl);
      break;
    case Field::automatic_updates:
      add_automatic_updates(hash, spec.automatic_updates);
      break;
    case Field::dormant:
      add_dormant(hash, spec.dormant);
      break;
    case Field::missing:
    case Field::parameters:
    case Field::template_ref:
    case Field::version:
      break;
  }
  return hash.value();
}

std::uint64_t value_fingerprint(std::string_view live) {
  return Fnv().add(live).value();
}

}  // namespace cr::reconcile
