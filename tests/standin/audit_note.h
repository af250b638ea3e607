#pragma once

#include <string>
#include <string_view>

#include "tests/standin/api.h"

namespace cr::standin {

/// Writes the audit row of a call that changes a workspace, refused and idle calls included, with the status
/// of the reply that it is given at the end. `action`: create or write.
[[nodiscard]] Reply audited(Call& call, Reply reply, std::string_view action, const Workspace& workspace,
                            std::string diff = "{}");
/// Likewise of one that changes a template.
[[nodiscard]] Reply audited(Call& call, Reply reply, const Template& of, std::string diff);

}  // namespace cr::standin
