#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "specs/copy_on_write.h"
#include "specs/declared_fields.h"
#include "specs/named_fields.h"
#include "specs/shared.h"
#include "specs/workspace_spec.h"

namespace cr::specs {

/// Makes equal values of many specs one: a fleet has few owners, templates, schedules and sets of labels, and
/// each of them many times. Not thread-safe; what it gives away may go to other threads.
class SharedValues {
 public:
  [[nodiscard]] SharedText text(std::string_view value);
  [[nodiscard]] Shared<StringPairs> pairs(StringPairs value);
  [[nodiscard]] Shared<std::vector<NamedMode>> modes(std::vector<NamedMode> value);
  [[nodiscard]] Shared<std::vector<std::string>> list(std::vector<std::string> value);
  /// The same where they are written alike: schedules that mean the same keep their texts.
  [[nodiscard]] DeclaredFields fields(const DeclaredFields& value);
  /// The same where all parts are the same objects already, as the functions above make them; a suspension
  /// is compared by value. What defaults give is one object for those only that were layered together.
  [[nodiscard]] CopyOnWrite<SpecBody> body(const CopyOnWrite<SpecBody>& value);

  /// Forgets what nobody else holds.
  void drop_unused();
  /// Values that it knows.
  [[nodiscard]] std::size_t size() const {
    return texts_.size() + pairs_.size() + fields_.size() + modes_.size() + lists_.size() + bodies_.size();
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
    std::size_t operator()(const SharedText& text) const { return (*this)(std::string_view{text}); }
    std::size_t operator()(const StringPairs& pairs) const;
    std::size_t operator()(const Shared<StringPairs>& pairs) const { return (*this)(*pairs); }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const { return a == b; }
    bool operator()(const Shared<StringPairs>& a, const Shared<StringPairs>& b) const { return a == b; }
    bool operator()(const StringPairs& a, const Shared<StringPairs>& b) const { return a == *b; }
    bool operator()(const Shared<StringPairs>& a, const StringPairs& b) const { return *a == b; }
  };
  /// By the addresses of their parts. Held here, a body keeps them alive and is edited by nobody.
  struct SameParts {
    std::size_t operator()(const CopyOnWrite<SpecBody>& body) const;
    bool operator()(const CopyOnWrite<SpecBody>& a, const CopyOnWrite<SpecBody>& b) const;
  };

  std::unordered_set<SharedText, Hash, Equal> texts_;
  std::unordered_set<Shared<StringPairs>, Hash, Equal> pairs_;
  std::unordered_map<std::string, DeclaredFields> fields_;  ///< by all that is written
  std::unordered_set<CopyOnWrite<SpecBody>, SameParts, SameParts> bodies_;
  // Rare, and few.
  std::map<std::vector<NamedMode>, Shared<std::vector<NamedMode>>> modes_;
  std::map<std::vector<std::string>, Shared<std::vector<std::string>>> lists_;
};

}  // namespace cr::specs
