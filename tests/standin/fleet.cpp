#include "tests/standin/fleet.h"

#include <algorithm>
#include <cctype>
#include <tuple>
#include <utility>

namespace cr::standin {

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

bool Fleet::before(const Row* a, const Row* b) {
  return std::tuple(!a->running, std::string_view(a->owner_name), std::string_view(a->name),
                    std::string_view(a->workspace.id)) <
         std::tuple(!b->running, std::string_view(b->owner_name), std::string_view(b->name),
                    std::string_view(b->workspace.id));
}

Fleet::Row& Fleet::insert(Workspace workspace, std::string_view owner_name) {
  auto& row = *rows_.emplace_back(std::make_unique<Row>());
  row.workspace = std::move(workspace);
  by_id_.emplace(row.workspace.id, &row);
  row.owner_id = row.workspace.owner_id;
  row.owner_name = lower(owner_name);
  row.name = lower(row.workspace.name);
  row.running = !row.workspace.builds.empty() && row.workspace.latest().running();
  if (row.workspace.deleted) return row;
  by_owner_[row.owner_id][row.name] = &row;
  row.listed = true;
  order_.push_back(&row);
  sorted_ = false;
  return row;
}

void Fleet::touch(Row& row, std::string_view owner_name) {
  row.json.clear();
  const bool running = row.workspace.latest().running();
  const bool listed = !row.workspace.deleted;
  std::string owner = lower(owner_name);
  std::string name = lower(row.workspace.name);
  if (running == row.running && listed == row.listed && owner == row.owner_name && name == row.name) return;
  unlist(row);
  row.running = running;
  row.owner_id = row.workspace.owner_id;
  row.owner_name = std::move(owner);
  row.name = std::move(name);
  if (listed) list(row);
}

void Fleet::unlist(Row& row) {
  if (!row.listed) return;
  row.listed = false;
  by_owner_[row.owner_id].erase(row.name);
  sort();
  const auto at = std::ranges::lower_bound(order_, &row, before);
  if (at != order_.end() && *at == &row) order_.erase(at);
}

void Fleet::list(Row& row) {
  row.listed = true;
  by_owner_[row.owner_id][row.name] = &row;
  sort();
  order_.insert(std::ranges::lower_bound(order_, &row, before), &row);
}

Fleet::Row* Fleet::by_id(std::string_view id) {
  const auto found = by_id_.find(lower(id));
  return found == by_id_.end() ? nullptr : found->second;
}

const Fleet::Row* Fleet::by_id(std::string_view id) const {
  const auto found = by_id_.find(lower(id));
  return found == by_id_.end() ? nullptr : found->second;
}

std::vector<Fleet::Row*> Fleet::of_owner(const std::string& owner_id) {
  std::vector<Row*> rows;
  const auto found = by_owner_.find(owner_id);
  if (found == by_owner_.end()) return rows;
  rows.reserve(found->second.size());
  for (const auto& [name, row] : found->second) rows.push_back(row);
  return rows;
}

Fleet::Row* Fleet::by_name(const std::string& owner_id, std::string_view name) {
  const auto owner = by_owner_.find(owner_id);
  if (owner == by_owner_.end()) return nullptr;
  const auto found = owner->second.find(lower(name));
  return found == owner->second.end() ? nullptr : found->second;
}

Fleet::Row* Fleet::deleted_by_name(const std::string& owner_id, std::string_view name) {
  const std::string wanted = lower(name);
  for (auto row = rows_.rbegin(); row != rows_.rend(); ++row) {
    const Workspace& workspace = (*row)->workspace;
    if (workspace.deleted && workspace.owner_id == owner_id && (*row)->name == wanted) return row->get();
  }
  return nullptr;
}

void Fleet::sort() {
  if (sorted_) return;
  std::ranges::sort(order_, before);
  sorted_ = true;
}

const std::vector<Fleet::Row*>& Fleet::in_list_order() {
  sort();
  return order_;
}

}  // namespace cr::standin
