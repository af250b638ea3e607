#pragma once

#include <string>
#include <string_view>

#include "tests/standin/api.h"

namespace cr::standin {

/// Writes the audit row of a call that changes something, refused and idle calls included, with the status of
/// the reply that it is given at the end.
[[nodiscard]] Reply audited(Call& call, Reply reply, std::string_view action, std::string_view resource_type,
                            const Workspace& workspace, std::string diff = "{}");

/// {"<field>":{"old":<old>,"new":<new>,"secret":false}}, or {} when they are the same; JSON texts.
[[nodiscard]] std::string diff_json(std::string_view field, std::string_view old_json,
                                    std::string_view new_json);

}  // namespace cr::standin
