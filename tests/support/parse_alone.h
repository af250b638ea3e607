#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "specs/defaults/layering.h"
#include "specs/parse.h"

namespace cr::testing {

/// What a file declares that is the only one: parsed, and with its own defaults in it. Of its sets the
/// layered ones stand in place of those that were parsed.
[[nodiscard]] inline specs::ParsedFile parse_alone(std::string_view text,
                                                   std::shared_ptr<const std::string> file,
                                                   const specs::ParseLimits& limits = {}) {
  specs::SharedValues values;
  specs::ParsedFile parsed = specs::parse(text, std::move(file), limits, values);
  specs::DefaultsTree tree;
  for (const specs::DefaultsPtr& defaults : parsed.defaults) tree.add({}, defaults);
  const specs::DefaultsChain chain = tree.chain_of({});
  specs::LayeredFile layered = specs::Layering(values).layer(parsed, chain);
  parsed.specs = std::move(layered.specs);
  parsed.sets.clear();
  for (specs::SetPtr& set : layered.sets) parsed.sets.push_back({std::move(set), {}});
  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  append(parsed.diagnostics, layered.diagnostics);
  append(parsed.rejected, layered.rejected);
  append(parsed.rejected_sets, layered.rejected_sets);
  std::ranges::stable_sort(parsed.diagnostics, {}, [](const specs::Diagnostic& one) {
    return std::tuple(one.where.line, one.where.column);
  });
  return parsed;
}

}  // namespace cr::testing
