#include "daemon/news/slack.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "reconcile/report/render.h"
#include "specs/text/message_text.h"

namespace cr::daemon {
namespace {

using nlohmann::json;

// Slack's limits, in characters: of a header 150, of a section 3000, of all blocks of a message some 13 000.
constexpr std::size_t kHeadline = 140;
constexpr std::size_t kBlock = 2800;
constexpr std::size_t kMessage = 12'000;

std::string_view escape_of(const char& c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    default:
      return {&c, 1};
  }
}

/// What Slack would take for a mention, a channel or a link is none. At most `most` bytes, whole characters.
std::string escaped(std::string_view text, std::size_t most) {
  std::string made;
  std::size_t whole = 0;  // up to where characters are
  for (const char& c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) whole = made.size();
    const std::string_view next = escape_of(c);
    if (made.size() + next.size() > most) {
      made.resize(whole);
      return made + "…";
    }
    made += next;
  }
  return made;
}

json plain_text(std::string text) {
  return {{"type", "plain_text"}, {"text", std::move(text)}, {"emoji", false}};
}

std::string words_of(const News& news) {
  std::string words(to_string(news.kind));
  if (!news.reason.empty()) words += fmt::format(" ({})", news.reason);
  words += fmt::format(": {}", news.text);
  if (!news.author.empty()) words += fmt::format(", by {}", news.author);
  if (news.workspaces.empty())
    return news.count > 1 ? words + fmt::format("\nand {} more", news.count - 1) : words;
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
  return fmt::format("{}: {} to look at", coder, grave);
}

}  // namespace

std::string slack_message(const Bulletin& bulletin, std::string_view coder) {
  std::string all = escaped(reconcile::visible(headline(bulletin, coder)), kHeadline);
  json blocks = json::array({{{"type", "header"}, {"text", plain_text(all)}}});
  std::size_t more = bulletin.more;
  for (const News& news : bulletin.news) {
    std::string words = escaped(words_of(news), kBlock);
    if (all.size() + words.size() > kMessage) {
      ++more;
      continue;
    }
    all += '\n' + words;
    blocks.push_back({{"type", "section"}, {"text", plain_text(std::move(words))}});
  }
  std::string foot;
  if (more > 0) foot = fmt::format("{} more on the status page", more);
  if (!bulletin.revision.empty())
    foot += fmt::format("{}revision {}", foot.empty() ? "" : "; ", reconcile::visible(bulletin.revision));
  if (!foot.empty()) {
    foot = escaped(foot, kHeadline);
    all += '\n' + foot;
    blocks.push_back({{"type", "context"}, {"elements", json::array({plain_text(std::move(foot))})}});
  }
  // For where blocks are not shown, as in a notification on a phone. No escape is cut in half.
  std::string_view brief = text::cut(all, kBlock);
  if (const auto mark = brief.rfind('&'); brief.size() < all.size() && mark != std::string_view::npos &&
                                          brief.find(';', mark) == std::string_view::npos)
    brief = brief.substr(0, mark);
  const json message = {{"text", std::string(brief)}, {"mrkdwn", false}, {"blocks", std::move(blocks)}};
  return reconcile::dump(message);
}

}  // namespace cr::daemon
