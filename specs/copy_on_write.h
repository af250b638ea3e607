#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <cstddef>
#include <utility>

namespace cr::specs {

/// A value that many hold as one object: as wide as a pointer, copied without copying what it holds, and
/// changed by one of them without the others. Reads like a `const T`; the empty one holds nothing and reads
/// as `T{}`. Copies may be read, edited and dropped by several threads, each thread its own; one copy is
/// edited by its owner alone, while nobody reads, copies or edits that very copy.
///
/// Two that were made apart are equal by value and exist twice: SharedValues makes equal ones the same.
template <class T>
class CopyOnWrite {
 public:
  CopyOnWrite() = default;
  explicit CopyOnWrite(T value) : node_(new Node(std::move(value))) {}

  [[nodiscard]] const T& operator*() const {
    static const T kNone{};
    return node_ ? node_->value : kNone;
  }
  [[nodiscard]] const T* operator->() const { return &**this; }

  /// What this one alone holds, to be changed: a copy where others hold it too. Good until this one is
  /// copied, assigned or gone. What was read of it before may be the others' from now on.
  [[nodiscard]] T& edit() {
    if (!node_ || node_->use_count() > 1) node_ = new Node(T(**this));
    return node_->value;
  }

  /// Whether it holds nothing; one that holds a `T{}` is equal to that, and not empty.
  [[nodiscard]] bool empty() const { return !node_; }
  /// How many hold this very object; 0 for the empty one.
  [[nodiscard]] std::size_t holders() const { return node_ ? node_->use_count() : 0; }
  /// The same object, and not just an equal one.
  [[nodiscard]] bool is_same(const CopyOnWrite& other) const { return node_ == other.node_; }

  friend bool operator==(const CopyOnWrite& a, const CopyOnWrite& b) { return a.is_same(b) || *a == *b; }

 private:
  struct Node : boost::intrusive_ref_counter<Node, boost::thread_safe_counter> {
    explicit Node(T&& value_) : value(std::move(value_)) {}
    T value;
  };
  boost::intrusive_ptr<Node> node_;
};

}  // namespace cr::specs
