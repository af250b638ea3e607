#include "specs/shared_values.h"

#include <array>
#include <boost/container_hash/hash.hpp>
#include <functional>
#include <utility>

namespace cr::specs {
namespace {

/// Where those parts stand that are held by address; policy and suspension are compared by value.
std::array<const void*, 10> parts_of(const SpecBody& body) {
  // All of them by name: one that is added later must not be forgotten.
  const auto& [previous_names, organization, template_ref, template_version, preset, parameters, policy,
               labels, annotations, suspension, defaulted, set] = body;
  (void)policy;
  (void)suspension;
  return {&*previous_names, &*organization, &*template_ref, &*template_version, &*preset,
          &*parameters,     &*labels,       &*annotations,  &*defaulted,        &*set};
}

void add_to_hash(std::size_t& seed, const Suspension& suspension) {
  boost::hash_combine(seed, suspension.reason);
  if (suspension.until) boost::hash_combine(seed, suspension.until->time_since_epoch().count());
}

}  // namespace

std::size_t SharedValues::SameParts::operator()(const CopyOnWrite<SpecBody>& body) const {
  std::size_t seed = 0;
  for (const void* part : parts_of(*body)) boost::hash_combine(seed, part);
  boost::hash_combine(seed, body->policy.create);
  boost::hash_combine(seed, body->policy.update);
  boost::hash_combine(seed, static_cast<int>(body->policy.recreate));
  if (body->suspension) add_to_hash(seed, *body->suspension);
  return seed;
}

bool SharedValues::SameParts::operator()(const CopyOnWrite<SpecBody>& a,
                                         const CopyOnWrite<SpecBody>& b) const {
  if (a.is_same(b)) return true;
  return parts_of(*a) == parts_of(*b) && a->policy == b->policy && a->suspension == b->suspension;
}

std::size_t SharedValues::Hash::operator()(std::string_view text) const {
  return std::hash<std::string_view>{}(text);
}

std::size_t SharedValues::Hash::operator()(const StringPairs& pairs) const {
  std::size_t seed = 0;
  for (const auto& [key, value] : pairs) {
    boost::hash_combine(seed, (*this)(key));
    boost::hash_combine(seed, (*this)(value));
  }
  return seed;
}

SharedText SharedValues::text(std::string_view value) {
  if (value.empty()) return {};
  const auto found = texts_.find(value);
  return found != texts_.end() ? *found : *texts_.emplace(std::string(value)).first;
}

Shared<StringPairs> SharedValues::pairs(StringPairs value) {
  if (value.empty()) return {};
  const auto found = pairs_.find(value);
  return found != pairs_.end() ? *found : *pairs_.emplace(std::move(value)).first;
}

Shared<std::vector<NamedMode>> SharedValues::modes(std::vector<NamedMode> value) {
  if (value.empty()) return {};
  const auto [known, fresh] = modes_.try_emplace(value);
  if (fresh) known->second = Shared<std::vector<NamedMode>>(std::move(value));
  return known->second;
}

Shared<std::vector<std::string>> SharedValues::list(std::vector<std::string> value) {
  if (value.empty()) return {};
  const auto [known, fresh] = lists_.try_emplace(value);
  if (fresh) known->second = Shared<std::vector<std::string>>(std::move(value));
  return known->second;
}

DeclaredFields SharedValues::fields(const DeclaredFields& value) {
  if (value.empty()) return {};
  std::string written;
  for (const auto& [key, wish, mode] : value) {
    written.append(key).append(1, '\0').append(1, static_cast<char>('0' + wish.index()));
    written.append(to_string(mode)).append(1, '\0');
    written.append(to_text(wish)).append(1, '\0');
  }
  return fields_.try_emplace(std::move(written), value).first->second;
}

CopyOnWrite<SpecBody> SharedValues::body(const CopyOnWrite<SpecBody>& value) {
  if (value.empty()) return {};
  return *bodies_.insert(value).first;
}

void SharedValues::drop_unused() {
  // First: they hold the others.
  std::erase_if(bodies_, [](const CopyOnWrite<SpecBody>& body) { return body.holders() == 1; });
  std::erase_if(texts_, [](const SharedText& text) { return text.holders() == 1; });
  std::erase_if(pairs_, [](const Shared<StringPairs>& pairs) { return pairs.holders() == 1; });
  std::erase_if(modes_, [](const auto& entry) { return entry.second.holders() == 1; });
  std::erase_if(lists_, [](const auto& entry) { return entry.second.holders() == 1; });
  std::erase_if(fields_, [](const auto& entry) { return entry.second.holders() == 1; });
}

}  // namespace cr::specs
