#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cr::specs {

/// Which place of a checkout is what positions show: people read files in a forge by their path in the
/// repository, and know them here by the path that was given.
struct CheckedOut {
  std::string shown;     ///< what paths in positions begin with, without a slash at the end
  std::string inside;    ///< the same directory or file in the checkout; empty: its root
  std::string revision;  ///< its commit; empty: not known, or it is no checkout
  bool operator==(const CheckedOut&) const = default;
};

/// Of a given path that has resolved to `root` within `checkout` (both absolute, without links). Reaches as
/// far up as both have the same names, since positions of defaults lie above. Without a checkout `checkout`
/// is `root` itself, and paths count from there. Pure.
[[nodiscard]] CheckedOut checked_out(std::string_view given, std::string_view root, std::string_view checkout,
                                     std::string revision);

/// A file in its repository.
struct InRepository {
  std::string path;  ///< from the root of the checkout
  std::string_view revision;
  bool operator==(const InRepository&) const = default;
};
/// Nothing for what lies in none of them (standard input). Points into `checkouts`. Pure.
[[nodiscard]] std::optional<InRepository> in_repository(std::span<const CheckedOut> checkouts,
                                                        std::string_view shown);

}  // namespace cr::specs
