#include "daemon/news/slack.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "reconcile/report/render.h"

namespace cr::daemon {
namespace {

using nlohmann::json;

// Slack's limits, in characters; a margin for what is escaped.
constexpr std::size_t kHeadline = 140;
constexpr std::size_t kBlock = 2800;

/// Whole characters up to `most` bytes.
std::string cut(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text + "…";
}

/// What Slack would take for a mention, a channel or a link is none.
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
      default:
        made += c;
    }
  }
  return made;
}

json plain_text(const std::string& text) {
  return {{"type", "plain_text"}, {"text", escaped(text)}, {"emoji", false}};
}

std::string words_of(const News& news) {
  std::string words(to_string(news.kind));
  if (!news.reason.empty()) words += fmt::format(" ({})", news.reason);
  words += fmt::format(": {}", news.text);
  if (!news.author.empty()) words += fmt::format(", by {}", news.author);
  if (news.workspaces.empty()) return words;
  words += '\n';
  for (std::size_t i = 0; i < news.workspaces.size(); ++i)
    words += fmt::format("{}{}", i == 0 ? "" : ", ", news.workspaces[i].to_string());
  if (news.count > news.workspaces.size())
    words += fmt::format(" and {} more", news.count - news.workspaces.size());
  return words;
}

std::string headline(const Bulletin& bulletin, std::string_view coder) {
  const auto grave = std::ranges::count_if(bulletin.news, [](const News& one) { return is_grave(one.kind); });
  if (grave == 0) return fmt::format("{}: good news", coder);
  const auto all = static_cast<std::size_t>(grave) + bulletin.more;
  return fmt::format("{}: {} to look at", coder, all);
}

}  // namespace

std::string slack_message(const Bulletin& bulletin, std::string_view coder) {
  const std::string title = cut(reconcile::visible(headline(bulletin, coder)), kHeadline);
  json blocks = json::array({{{"type", "header"}, {"text", plain_text(title)}}});
  std::string all = title;
  for (const News& news : bulletin.news) {
    const std::string words = cut(words_of(news), kBlock);
    blocks.push_back({{"type", "section"}, {"text", plain_text(words)}});
    all += '\n' + words;
  }
  std::string foot;
  if (bulletin.more > 0) foot = fmt::format("{} more on the status page", bulletin.more);
  if (!bulletin.revision.empty())
    foot += fmt::format("{}revision {}", foot.empty() ? "" : "; ", bulletin.revision);
  if (!foot.empty())
    blocks.push_back({{"type", "context"}, {"elements", json::array({plain_text(cut(foot, kBlock))})}});
  const json message = {{"text", escaped(cut(all, kBlock))}, {"blocks", std::move(blocks)}};
  return reconcile::dump(message);
}

}  // namespace cr::daemon
