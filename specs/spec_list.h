#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include "specs/workspace_spec.h"

namespace cr::specs {

using SpecPtr = std::shared_ptr<const WorkspaceSpec>;

/// A list of specs that many hold. A value; copies cost nothing and are the same list, so whoever keeps one
/// knows at once that nothing has come, gone or been declared anew since. Copies may be read by several
/// threads.
class SpecList {
 public:
  using value_type = SpecPtr;
  using const_iterator = std::vector<SpecPtr>::const_iterator;
  using iterator = const_iterator;

  SpecList() = default;
  SpecList(std::vector<SpecPtr> specs) {
    if (!specs.empty()) list_ = std::make_shared<std::vector<SpecPtr>>(std::move(specs));
  }
  SpecList(std::initializer_list<SpecPtr> specs) : SpecList(std::vector<SpecPtr>(specs)) {}

  [[nodiscard]] std::size_t size() const { return list().size(); }
  [[nodiscard]] bool empty() const { return !list_; }
  [[nodiscard]] const SpecPtr& operator[](std::size_t i) const { return (*list_)[i]; }
  [[nodiscard]] const SpecPtr& front() const { return list_->front(); }
  [[nodiscard]] const SpecPtr& back() const { return list_->back(); }
  [[nodiscard]] const_iterator begin() const { return list().begin(); }
  [[nodiscard]] const_iterator end() const { return list().end(); }

  /// The very list, and not just one of the same specs. All empty ones are one.
  [[nodiscard]] bool is_same(const SpecList& other) const { return list_ == other.list_; }
  /// The same objects in the same order.
  friend bool operator==(const SpecList& a, const SpecList& b) {
    return a.is_same(b) || a.list() == b.list();
  }

  /// Copies that were made before do not see it.
  void push_back(SpecPtr spec) {
    std::vector<SpecPtr> specs = take();
    specs.push_back(std::move(spec));
    *this = SpecList(std::move(specs));
  }
  void clear() { list_.reset(); }
  /// Likewise; it stays the same list where none has to go.
  template <class IsGone>
  void erase_if(IsGone is_gone) {
    std::vector<SpecPtr> left;
    left.reserve(size());
    for (const SpecPtr& spec : list()) {
      if (!is_gone(spec)) left.push_back(spec);
    }
    if (left.size() < size()) *this = SpecList(std::move(left));
  }

 private:
  [[nodiscard]] const std::vector<SpecPtr>& list() const {
    static const std::vector<SpecPtr> kNone;
    return list_ ? *list_ : kNone;
  }
  /// Its content, without a copy where nobody else has it.
  [[nodiscard]] std::vector<SpecPtr> take() {
    if (list_.use_count() == 1) return std::move(*list_);
    return list();
  }

  std::shared_ptr<std::vector<SpecPtr>> list_;  ///< null: none
};

}  // namespace cr::specs
