#include <fmt/format.h>

#include <algorithm>

#include "reconcile/report/render.h"

namespace cr::reconcile {
namespace {

/// GitHub refuses comments above 65 536 characters.
constexpr std::size_t kLongest = 50'000;

/// A fence that nothing in the text can close. Inside it nothing is a link, a mention or HTML.
std::string fence_for(std::string_view text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return std::string(std::max<std::size_t>(3, longest + 1), '`');
}

}  // namespace

std::string cut_lines(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  const std::size_t end = text.rfind('\n', most);
  const std::size_t kept = end == std::string::npos ? 0 : end + 1;
  const auto left_out = std::count(text.begin() + static_cast<std::ptrdiff_t>(kept), text.end(), '\n');
  text.resize(kept);
  text += fmt::format("… and {} more lines\n", left_out);
  return text;
}

std::string render_plan_markdown(const CycleReport& report) {
  std::string text = render_plan_text(report, {});
  const std::string summary = plan_summary(report);
  // The summary is the headline here, so it is not said again below.
  text.resize(text.size() - summary.size() - 1);
  while (text.ends_with('\n')) text.pop_back();

  std::string markdown = fmt::format("### coder-reconciler\n\n**{}**\n", summary);
  if (!text.empty()) {
    // In a block of this kind a "!" has a colour, and a "~" has none.
    for (std::size_t line = 0; line < text.size(); line = text.find('\n', line) + 1) {
      if (text[line] == '~') text[line] = '!';
      if (text.find('\n', line) == std::string::npos) break;
    }
    text = cut_lines(text + '\n', kLongest);
    const std::string fence = fence_for(text);
    markdown += fmt::format("\n{}diff\n{}{}\n", fence, text, fence);
  }
  if (!report.verdict.digest.empty()) markdown += fmt::format("\nPlan digest: `{}`\n", report.verdict.digest);
  return markdown;
}

}  // namespace cr::reconcile
