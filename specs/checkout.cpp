#include "specs/checkout.h"

#include <algorithm>
#include <utility>

namespace cr::specs {
namespace {

std::string_view last_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

void drop_last_name(std::string& path) {
  const std::size_t slash = path.rfind('/');
  path.resize(slash == std::string::npos ? 0 : slash);
}

/// What follows the directory in the path; empty if the path is it. Nothing if it lies elsewhere.
std::optional<std::string_view> rest_of(std::string_view path, std::string_view directory) {
  if (!path.starts_with(directory)) return std::nullopt;
  path.remove_prefix(directory.size());
  if (path.empty() || directory.ends_with('/')) return path;
  if (path.front() != '/') return std::nullopt;
  return path.substr(1);
}

/// The same place without `.` and `..`; nothing if that is above where the path begins.
std::optional<std::string> without_detours(std::string_view path) {
  std::string straight;
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      if (straight.empty()) return std::nullopt;
      drop_last_name(straight);
      continue;
    }
    if (!straight.empty()) straight += '/';
    straight += name;
  }
  return straight;
}

}  // namespace

CheckedOut checked_out(std::string_view given, std::string_view root, std::string_view checkout,
                       std::string revision) {
  while (given.size() > 1 && given.ends_with('/')) given.remove_suffix(1);
  CheckedOut place{std::string{given}, std::string{rest_of(root, checkout).value_or("")},
                   std::move(revision)};
  while (!place.inside.empty() && place.shown.find('/') != std::string::npos &&
         last_name(place.shown) == last_name(place.inside)) {
    drop_last_name(place.shown);
    drop_last_name(place.inside);
  }
  return place;
}

std::optional<InRepository> in_repository(std::span<const CheckedOut> checkouts, std::string_view shown) {
  const CheckedOut* nearest = nullptr;
  std::string_view rest;
  for (const CheckedOut& checkout : checkouts) {
    const auto here = rest_of(shown, checkout.shown);
    if (!here || (nearest && nearest->shown.size() >= checkout.shown.size())) continue;
    nearest = &checkout;
    rest = *here;
  }
  if (!nearest) return std::nullopt;
  std::string path = nearest->inside;
  if (!path.empty() && !rest.empty()) path += '/';
  path += rest;
  if (path.empty()) path = last_name(shown);
  // What stands above a path is shown by way of it: "specs/../defaults.yaml".
  auto straight = without_detours(path);
  if (!straight) return std::nullopt;
  return InRepository{std::move(*straight), nearest->revision};
}

}  // namespace cr::specs
