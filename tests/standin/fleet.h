#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/standin/model.h"

namespace cr::standin {

/// ASCII lower case: how Coder compares names.
[[nodiscard]] std::string lower(std::string_view text);

/// All workspaces, deleted ones too, found by id and by owner, and kept in the order of Coder's list.
///
/// Made for fleets of 100 k: inserting is constant time, the order is sorted when it is first asked for and
/// then kept by moving single rows. Whoever changes a workspace must say so with touch().
class Fleet {
 public:
  struct Row {
    Workspace workspace;
    std::string owner_id;    ///< Under which it is listed; behind the workspace's own until touch().
    std::string owner_name;  ///< Lower case; part of the sort key.
    std::string name;        ///< Lower case.
    bool running = false;
    bool listed = false;
    std::string json;  ///< The row as a reader who is not the owner sees it; empty: to be rendered.
    std::uint64_t json_epoch = 0;
  };

  Row& insert(Workspace workspace, std::string_view owner_name);

  /// Takes note of changes to anything in the workspace, its owner included: order, names, rendered row.
  void touch(Row& row, std::string_view owner_name);

  /// Null if there never was such an id. Finds deleted ones.
  [[nodiscard]] Row* by_id(std::string_view id);
  [[nodiscard]] const Row* by_id(std::string_view id) const;

  /// Not the deleted ones, in no order.
  [[nodiscard]] std::vector<Row*> of_owner(const std::string& owner_id);

  /// Null unless a workspace that is not deleted has this owner and name (any case).
  [[nodiscard]] Row* by_name(const std::string& owner_id, std::string_view name);

  /// The newest deleted workspace of this owner and name, or null.
  [[nodiscard]] Row* deleted_by_name(const std::string& owner_id, std::string_view name);

  /// Those that are not deleted: running first, then by owner name and name.
  [[nodiscard]] const std::vector<Row*>& in_list_order();

  /// The order of in_list_order().
  [[nodiscard]] static bool before(const Row* a, const Row* b);

  [[nodiscard]] const std::vector<std::unique_ptr<Row>>& all() const { return rows_; }

 private:
  void sort();
  void unlist(Row& row);
  void list(Row& row);

  std::vector<std::unique_ptr<Row>> rows_;
  std::unordered_map<std::string, Row*> by_id_;
  /// Owner id → lower-case name → row, deleted ones left out.
  std::unordered_map<std::string, std::unordered_map<std::string, Row*>> by_owner_;
  std::vector<Row*> order_;
  bool sorted_ = true;
};

}  // namespace cr::standin
