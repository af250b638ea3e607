#pragma once

#include <string>
#include <variant>

#include "tests/standin/api.h"

/// What stands for something in a path, found as Coder finds it, or the reply that says why not.
namespace cr::standin {

/// `me`, an id, or a name in any case. Whether the caller may see the user decides as well: up to 2.31 a 400
/// tells neither from the other, and then 404.
[[nodiscard]] std::variant<const User*, Reply> user_in_path(const Call& call, const std::string& text);

/// The same where membership of an organization is all it takes (2.35: creates and reads by name).
[[nodiscard]] std::variant<const User*, Reply> owner_in_path(const Call& call, const std::string& text);

[[nodiscard]] std::variant<const Organization*, Reply> organization_in_path(const Call& call,
                                                                            const std::string& text);

/// 400 for text that is no UUID, 404 for what is not there or not readable. Deleted ones are found.
[[nodiscard]] std::variant<Fleet::Row*, Reply> workspace_in_path(Call& call, const std::string& text);

[[nodiscard]] std::variant<const Template*, Reply> template_in_path(const Call& call,
                                                                    const std::string& text);
[[nodiscard]] std::variant<const TemplateVersion*, Reply> version_in_path(const Call& call,
                                                                          const std::string& text);

/// limit or offset: absent is 0; the 400 that Coder gives for what is no such number.
[[nodiscard]] std::variant<std::size_t, Reply> page_number(const Call& call, const std::string& name);

[[nodiscard]] Reply bad_uuid(const std::string& text);

}  // namespace cr::standin
