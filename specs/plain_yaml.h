#pragma once

#include <optional>
#include <string_view>

#include "specs/yaml_document.h"

namespace cr::specs {

/// Reads what nearly all specs are written in: block mappings of ASCII keys with values on their own line,
/// plain, in quotes without escapes, or a flow mapping of such. A tenth of the time that the YAML library
/// takes.
///
/// Nothing for all else, valid or not: lists, anchors, tags, text over several lines, anything that has to be
/// looked at twice. What it does return is what parse_yaml_in_full() returns for the same text, node by node.
[[nodiscard]] std::optional<YamlDocument> read_plain_yaml(std::string_view document);

}  // namespace cr::specs
