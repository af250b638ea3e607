#include "daemon/ci/junit.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

#include "specs/visible.h"

namespace cr::daemon::ci {
namespace {

/// Text or an attribute's value. Control characters, which XML has no way to write, are visible already.
std::string escaped(std::string_view text) {
  std::string made;
  made.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        made += "&amp;";
        break;
      case '<':
        made += "&lt;";
        break;
      case '>':
        made += "&gt;";
        break;
      case '"':
        made += "&quot;";
        break;
      default:
        made += c;
    }
  }
  return made;
}

std::string place_text(const Finding& one) {
  return one.where.path().empty() ? std::string() : specs::visible(one.where.to_string()) + ": ";
}

struct Counts {
  std::size_t tests = 0, failures = 0, skipped = 0;
};

class Writer {
 public:
  explicit Writer(const Checks& checks) : checks_(checks) {}

  std::string write() {
    Counts all;
    std::string suites;
    for (std::span<const Check> left(checks_.list); !left.empty();) {
      const auto end = std::ranges::find_if(
          left, [&](const Check& one) { return one.where.path() != left.front().where.path(); });
      const auto size = static_cast<std::size_t>(end - left.begin());
      suites += suite(left.first(size), all);
      left = left.subspan(size);
    }
    const std::size_t errors = checks_.failure.empty() ? 0 : 1;
    if (errors > 0) suites += failed_suite();
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites name=\"coder-reconciler {}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"0\">\n"
        "{}</testsuites>\n",
        checks_.command, all.tests + errors, all.failures, errors, suites);
  }

 private:
  [[nodiscard]] bool fails(const Finding& one) const {
    return one.level == Level::error || (checks_.strict && one.level == Level::warning);
  }

  [[nodiscard]] std::string head(std::string_view name, const Counts& counts, std::size_t errors) const {
    return fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"0\" "
        "timestamp=\"{:%FT%T}\">\n",
        escaped(name), counts.tests, counts.failures, errors, counts.skipped, checks_.at);
  }

  std::string suite(std::span<const Check> checks, Counts& all) const {
    Counts counts;
    std::string cases;
    const std::string path = specs::visible(path_in(checks_.checkout, checks.front().where.path()));
    const std::string file = escaped(path);
    for (const Check& check : checks) cases += case_of(check, file, counts);
    all.tests += counts.tests;
    all.failures += counts.failures;
    return head(path.empty() ? checks_.command : std::string_view(path), counts, 0) + cases +
           "  </testsuite>\n";
  }

  std::string case_of(const Check& check, const std::string& file, Counts& counts) const {
    ++counts.tests;
    std::string failures, others;
    const Finding* first = nullptr;
    for (const Finding& one : check.findings) {
      std::string& text = fails(one) ? failures : others;
      if (!first && fails(one)) first = &one;
      text += fmt::format("{}{}\n", escaped(place_text(one)), escaped(one.message));
    }
    std::string inner;
    if (first) {
      ++counts.failures;
      inner += fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n", escaped(first->rule),
                           escaped(first->message), failures);
    } else if (check.skipped) {
      ++counts.skipped;
      inner += "      <skipped/>\n";
    }
    if (!others.empty()) inner += fmt::format("      <system-out>{}</system-out>\n", others);
    std::string made = fmt::format("    <testcase name=\"{}\" classname=\"{}\"", escaped(check.name),
                                   file.empty() ? std::string(checks_.command) : file);
    if (!file.empty()) made += fmt::format(" file=\"{}\"", file);
    if (check.where.line > 0) made += fmt::format(" line=\"{}\"", check.where.line);
    made += " time=\"0\"";
    return made + (inner.empty() ? "/>\n" : fmt::format(">\n{}    </testcase>\n", inner));
  }

  [[nodiscard]] std::string failed_suite() const {
    const std::string message = escaped(checks_.failure);
    return head(checks_.command, {.tests = 1}, 1) +
           fmt::format(
               "    <testcase name=\"run\" classname=\"{}\" time=\"0\">\n      <error type=\"failed\" "
               "message=\"{}\">{}</error>\n    </testcase>\n  </testsuite>\n",
               checks_.command, message, message);
  }

  const Checks& checks_;
};

}  // namespace

std::string junit(const Checks& checks) {
  return Writer(checks).write();
}

}  // namespace cr::daemon::ci
