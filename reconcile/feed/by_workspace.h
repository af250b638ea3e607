#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "reconcile/model/ids.h"

namespace cr::reconcile::feed {

/// What is known of each workspace, by its id: a map for those who ask in the order in which most of them
/// came, as every cycle does of a hundred thousand. To them the next one lies beside the one before, and
/// `Near`, which they look at of each, apart from `Far`, which is asked for of few. A value; what it gives a
/// pointer to stays there until something is added or erased.
template <class Near, class Far>
class ByWorkspace {
 public:
  struct Entry {
    WorkspaceId id;
    Near near;
  };
  struct Both {
    Near& near;
    Far& far;
  };

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// In the order in which they came, but that the last one takes the place of one that is erased.
  [[nodiscard]] auto begin() { return entries_.begin(); }
  [[nodiscard]] auto end() { return entries_.end(); }
  [[nodiscard]] auto begin() const { return entries_.begin(); }
  [[nodiscard]] auto end() const { return entries_.end(); }

  void reserve(std::size_t count) {
    entries_.reserve(count);
    far_.reserve(count);
    places_.reserve(count);
  }
  /// Null where nothing is known of it.
  [[nodiscard]] Near* find(const WorkspaceId& id) {
    const std::size_t place = place_of(id);
    return place == entries_.size() ? nullptr : &entries_[place].near;
  }
  [[nodiscard]] const Near* find(const WorkspaceId& id) const {
    const auto found = places_.find(id);
    return found == places_.end() ? nullptr : &entries_[found->second].near;
  }
  /// Made where nothing is known of it.
  [[nodiscard]] Both operator[](const WorkspaceId& id) {
    const std::size_t place = place_of(id);
    if (place == entries_.size()) {
      places_.emplace(id, static_cast<std::uint32_t>(place));
      entries_.push_back({id, Near()});
      far_.emplace_back();
    }
    return {entries_[place].near, far_[place]};
  }

  void erase(const WorkspaceId& id) {
    const auto found = places_.find(id);
    if (found == places_.end()) return;
    const std::uint32_t place = found->second;
    places_.erase(found);
    if (place + std::size_t{1} < entries_.size()) {
      move_to(place, entries_.size() - 1);
      places_[entries_[place].id] = place;
    }
    entries_.pop_back();
    far_.pop_back();
  }
  /// The others keep their order.
  template <class IsGone>
  void erase_if(IsGone is_gone) {
    std::uint32_t kept = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (is_gone(std::as_const(entries_[i].near))) {
        places_.erase(entries_[i].id);
        continue;
      }
      if (kept != i) {
        move_to(kept, i);
        places_[entries_[kept].id] = kept;
      }
      ++kept;
    }
    entries_.resize(kept);
    far_.resize(kept);
  }

 private:
  /// The place behind the last one where nothing is known of it.
  [[nodiscard]] std::size_t place_of(const WorkspaceId& id) {
    if (next_ >= entries_.size() || entries_[next_].id != id) {
      const auto found = places_.find(id);
      if (found == places_.end()) return entries_.size();
      next_ = found->second;
    }
    return next_++;
  }
  void move_to(std::size_t place, std::size_t from) {
    entries_[place] = std::move(entries_[from]);
    far_[place] = std::move(far_[from]);
  }

  std::vector<Entry> entries_;
  std::vector<Far> far_;                                   ///< at the same places
  std::unordered_map<WorkspaceId, std::uint32_t> places_;  ///< in both
  std::size_t next_ = 0;  ///< a guess: beside the one that was asked for last
};

}  // namespace cr::reconcile::feed
