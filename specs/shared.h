#pragma once

#include <fmt/core.h>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace cr::specs {

/// An immutable container (a text, a list) that many may hold: as wide as a pointer, copied without copying
/// what it holds. Reads like a `const T`; the empty one holds nothing. Copies may be read by several threads.
///
/// Two that were made apart are equal by value and exist twice: SharedValues makes equal ones the same.
template <class T>
class Shared {
 public:
  using value_type = typename T::value_type;
  using const_iterator = typename T::const_iterator;
  using iterator = const_iterator;

  Shared() = default;
  explicit Shared(T value) {
    if (!value.empty()) node_ = new Node(std::move(value));
  }
  template <class U>
  requires(std::constructible_from<T, const U&> && !std::same_as<U, Shared>) Shared& operator=(
      const U& value) {
    return *this = Shared(T(value));
  }
  Shared& operator=(std::initializer_list<value_type> values) { return *this = Shared(T(values)); }

  [[nodiscard]] const T& operator*() const {
    static const T kNone{};
    return node_ ? node_->value : kNone;
  }
  [[nodiscard]] const T* operator->() const { return &**this; }
  operator const T&() const { return **this; }
  operator std::string_view() const requires std::same_as<T, std::string> { return **this; }

  [[nodiscard]] bool empty() const { return !node_; }
  [[nodiscard]] auto size() const { return (**this).size(); }
  [[nodiscard]] const_iterator begin() const { return (**this).begin(); }
  [[nodiscard]] const_iterator end() const { return (**this).end(); }
  [[nodiscard]] decltype(auto) front() const { return (**this).front(); }

  /// How many hold this very object; 0 for the empty one.
  [[nodiscard]] std::size_t holders() const { return node_ ? node_->use_count() : 0; }
  /// The same object, and not just an equal one.
  [[nodiscard]] bool is_same(const Shared& other) const { return node_ == other.node_; }

  friend bool operator==(const Shared& a, const Shared& b) { return a.node_ == b.node_ || *a == *b; }
  friend bool operator==(const Shared& a, const T& b) requires(!std::same_as<T, std::string>) {
    return *a == b;
  }
  friend bool operator==(const Shared& a, std::string_view b) requires std::same_as<T, std::string> {
    return *a == b;
  }

 private:
  struct Node : boost::intrusive_ref_counter<Node, boost::thread_safe_counter> {
    explicit Node(T&& value_) : value(std::move(value_)) {}
    T value;
  };
  boost::intrusive_ptr<const Node> node_;
};

using SharedText = Shared<std::string>;

}  // namespace cr::specs

template <>
struct fmt::formatter<cr::specs::SharedText> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const cr::specs::SharedText& text, Context& context) const {
    return fmt::formatter<std::string_view>::format(std::string_view{text}, context);
  }
};
