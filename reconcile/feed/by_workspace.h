#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "reconcile/model/ids.h"

namespace cr::reconcile::feed {

/// What is known of each workspace, by its id: a map for those who ask in the order in which most of them
/// came, as every cycle does of a hundred thousand. To them the next one lies beside the one before. A value;
/// what it gives a pointer to stays there until something is added or erased.
template <class T>
class ByWorkspace {
 public:
  using Entry = std::pair<WorkspaceId, T>;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] auto begin() { return entries_.begin(); }
  [[nodiscard]] auto end() { return entries_.end(); }
  [[nodiscard]] auto begin() const { return entries_.begin(); }
  [[nodiscard]] auto end() const { return entries_.end(); }

  void reserve(std::size_t count) {
    entries_.reserve(count);
    places_.reserve(count);
  }
  /// Null where nothing is known of it.
  [[nodiscard]] T* find(const WorkspaceId& id) {
    const auto found = places_.find(id);
    return found == places_.end() ? nullptr : &entries_[found->second].second;
  }
  [[nodiscard]] const T* find(const WorkspaceId& id) const {
    const auto found = places_.find(id);
    return found == places_.end() ? nullptr : &entries_[found->second].second;
  }
  /// The same. `place`: where the search begins, 0 at first; it is left behind what was found.
  [[nodiscard]] T* find_next(const WorkspaceId& id, std::size_t& place) {
    if (place < entries_.size() && entries_[place].first == id) return &entries_[place++].second;
    const auto found = places_.find(id);
    if (found == places_.end()) return nullptr;
    place = found->second + std::size_t{1};
    return &entries_[found->second].second;
  }
  /// Made where nothing is known of it.
  [[nodiscard]] T& operator[](const WorkspaceId& id) {
    const auto [known, is_new] = places_.try_emplace(id, static_cast<std::uint32_t>(entries_.size()));
    if (is_new) entries_.emplace_back(id, T());
    return entries_[known->second].second;
  }

  void erase(const WorkspaceId& id) {
    const auto found = places_.find(id);
    if (found == places_.end()) return;
    const std::uint32_t place = found->second;
    places_.erase(found);
    if (place + std::size_t{1} < entries_.size()) {
      entries_[place] = std::move(entries_.back());
      places_[entries_[place].first] = place;
    }
    entries_.pop_back();
  }
  /// The others keep their order.
  template <class IsGone>
  void erase_if(IsGone is_gone) {
    std::erase_if(entries_, [&](const Entry& entry) {
      const bool gone = is_gone(entry.second);
      if (gone) places_.erase(entry.first);
      return gone;
    });
    for (std::size_t i = 0; i < entries_.size(); ++i)
      places_[entries_[i].first] = static_cast<std::uint32_t>(i);
  }

 private:
  std::vector<Entry> entries_;
  std::unordered_map<WorkspaceId, std::uint32_t> places_;  ///< in `entries_`
};

}  // namespace cr::reconcile::feed
