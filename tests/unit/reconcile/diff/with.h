#pragma once

namespace cr::reconcile {

/// A changed copy of an ordinary value, for tables of cases; null changes nothing.
template <class T>
T with(T value, void (*change)(T&)) {
  if (change) change(value);
  return value;
}

}  // namespace cr::reconcile
