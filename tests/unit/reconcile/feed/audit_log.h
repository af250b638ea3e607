#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/feed/log_walk.h"
#include "reconcile/model/audit_row.h"

namespace cr::testing {

/// The same id for the same number.
template <class AnyId>
[[nodiscard]] AnyId numbered(std::uint64_t number) {
  std::string text = "00000000-0000-4000-8000-000000000000";
  static constexpr char kDigits[] = "0123456789abcdef";
  for (std::size_t i = text.size(); number != 0; number /= 16) text[--i] = kDigits[number % 16];
  return *AnyId::parse(text);
}

/// Noon of a day, by Coder's clock.
inline constexpr reconcile::AuditTime kNoon =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 25) + std::chrono::hours(12);

/// A row of a call that changed something; `number` makes its id.
class RowBuilder {
 public:
  RowBuilder(std::uint64_t number, reconcile::AuditTime at) {
    row_.id = numbered<reconcile::AuditRowId>(number);
    row_.at = at;
    row_.status = 204;
    row_.action = "write";
    row_.user_agent = "Mozilla/5.0";
    row_.request_id = "request-" + std::to_string(number);
    by("alice", 1);
  }
  RowBuilder& of(reconcile::WorkspaceId workspace) {
    row_.about = reconcile::AuditRow::About::workspace;
    row_.workspace = workspace;
    return *this;
  }
  RowBuilder& of_build(reconcile::WorkspaceId workspace) {
    of(workspace).row_.about = reconcile::AuditRow::About::build;
    row_.user_agent.clear();
    row_.status = 200;
    row_.action = "start";
    return *this;
  }
  RowBuilder& of_template(reconcile::TemplateId id) {
    row_.about = reconcile::AuditRow::About::template_;
    row_.template_id = id;
    return *this;
  }
  RowBuilder& by(std::string name, std::uint32_t user) {
    row_.username = std::move(name);
    row_.user = numbered<reconcile::UserId>(user);
    return *this;
  }
  RowBuilder& with(std::string user_agent) {
    row_.user_agent = std::move(user_agent);
    return *this;
  }
  RowBuilder& set(std::string field, std::string now) {
    row_.parts.push_back({std::move(field), "before", std::move(now)});
    return *this;
  }
  RowBuilder& answered(int status) {
    row_.status = status;
    return *this;
  }
  RowBuilder& request(std::string id) {
    row_.request_id = std::move(id);
    return *this;
  }
  operator reconcile::AuditRow() const { return row_; }  // NOLINT(google-explicit-constructor)

 private:
  reconcile::AuditRow row_;
};

/// Coder's audit log as its endpoint shows it at a time: newest first, by limit and offset.
class AuditLog {
 public:
  void add(reconcile::AuditRow row) {
    const auto at = row.at;
    add(std::move(row), at);
  }
  void add(reconcile::AuditRow row, reconcile::AuditTime visible) {
    const auto place =
        std::ranges::upper_bound(rows_, row.at, {}, [](const Kept& one) { return one.row.at; });
    rows_.insert(place, {std::move(row), visible});
  }
  /// Rows of which `gone` is true are not there any more.
  template <class Gone>
  void remove(Gone gone) {
    std::erase_if(rows_, [&](const Kept& one) { return gone(one.row); });
  }

  [[nodiscard]] reconcile::AuditPage page(const reconcile::AuditQuery& query,
                                          reconcile::AuditTime now) const {
    reconcile::AuditPage page;
    page.asked_at = std::chrono::floor<std::chrono::seconds>(now);
    for (auto one = rows_.rbegin(); one != rows_.rend() && one->row.at >= query.since; ++one) {
      if (one->visible > now) continue;
      if (page.count++ >= query.offset && page.rows.size() < query.limit) page.rows.push_back(one->row);
    }
    return page;
  }
  [[nodiscard]] bool shows(const reconcile::AuditRowId& id, reconcile::AuditTime now) const {
    return std::ranges::any_of(rows_,
                               [&](const Kept& one) { return one.row.id == id && one.visible <= now; });
  }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }

 private:
  struct Kept {
    reconcile::AuditRow row;
    reconcile::AuditTime visible;
  };
  std::vector<Kept> rows_;  ///< by time
};

}  // namespace cr::testing
