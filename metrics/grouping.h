#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cr::metrics {

/// The labels by which a Pushgateway keeps what one pusher pushed apart from all others, job first.
using Grouping = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::string_view kDefaultJob = "coder_reconciler";

/// Why a label cannot be part of the grouping key, or nothing: names that Prometheus or the Pushgateway
/// refuses, and names of labels of our own metrics, which it would overwrite.
[[nodiscard]] std::string grouping_problem(std::string_view name, std::string_view value);

/// What is given, completed: `job` is kDefaultJob unless given; `instance` is `host` only if nothing is
/// given, since whoever chooses a key says all of it. Job comes first, the others keep their order.
[[nodiscard]] Grouping complete_grouping(Grouping given, std::string_view host);

/// "/metrics/job/coder_reconciler/instance/host-1": the group's path below the Pushgateway's URL. Values that
/// a path cannot carry (empty ones, with slashes, not ASCII, …) are given in base64, as it understands them.
[[nodiscard]] std::string grouping_path(const Grouping& grouping);

}  // namespace cr::metrics
