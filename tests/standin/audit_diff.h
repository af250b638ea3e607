#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/standin/model.h"

/// How the audit log writes what a call changed. All are JSON texts.
namespace cr::standin {

/// {"<field>":{"old":<old>,"new":<new>,"secret":false}}, or {} when they are the same.
[[nodiscard]] std::string diff_json(std::string_view field, std::string_view old_json,
                                    std::string_view new_json);

[[nodiscard]] std::string audit_text(std::string_view text);
/// "null" in quotes where there is none.
[[nodiscard]] std::string audit_schedule(const std::optional<std::string>& schedule);
/// In nanoseconds; 0: none.
[[nodiscard]] std::string audit_duration(std::optional<std::int64_t> milliseconds);
[[nodiscard]] std::string audit_updates(bool always);
/// {"Time": …, "Valid": …}
[[nodiscard]] std::string audit_time(const std::optional<Time>& at);
[[nodiscard]] std::string audit_flag(bool on);

/// All that a new workspace has, as the age writes it.
[[nodiscard]] std::string diff_of_creation(Age age, const Workspace& workspace);
/// Likewise of a new template.
[[nodiscard]] std::string diff_of_creation(Age age, const Template& of, std::string_view creator_id);
/// What differs between two states of a template: its active version, its name, and its policies.
[[nodiscard]] std::string diff_of(const Template& before, const Template& now);

}  // namespace cr::standin
