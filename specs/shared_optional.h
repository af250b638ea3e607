#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <optional>
#include <utility>

namespace cr::specs {

/// An immutable value that few have: as wide as a pointer where std::optional would take the value's room in
/// each, copied without copying what it holds. Reads like a `const std::optional<T>`, and asking the empty
/// one for its value throws as that does. Copies may be read by several threads.
template <class T>
class SharedOptional {
 public:
  SharedOptional() = default;
  SharedOptional(std::nullopt_t) {}
  SharedOptional(T value) : node_(new Node(std::move(value))) {}

  [[nodiscard]] bool has_value() const { return node_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] const T& operator*() const { return node_->value; }
  [[nodiscard]] const T* operator->() const { return &node_->value; }
  [[nodiscard]] const T& value() const {
    if (!node_) throw std::bad_optional_access();
    return node_->value;
  }

  friend bool operator==(const SharedOptional& a, const SharedOptional& b) {
    return a.node_ == b.node_ || (a.node_ && b.node_ && *a == *b);
  }
  friend bool operator==(const SharedOptional& a, std::nullopt_t) { return !a.has_value(); }

 private:
  struct Node : boost::intrusive_ref_counter<Node, boost::thread_safe_counter> {
    explicit Node(T&& value_) : value(std::move(value_)) {}
    T value;
  };
  boost::intrusive_ptr<const Node> node_;
};

}  // namespace cr::specs
