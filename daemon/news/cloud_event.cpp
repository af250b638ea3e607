#include "daemon/news/cloud_event.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "reconcile/report/render.h"

namespace cr::daemon {
namespace {

using nlohmann::json;

json news_json(const News& news) {
  json made = {{"kind", to_string(news.kind)},
               {"grave", is_grave(news.kind)},
               {"text", news.text},
               {"count", news.count}};
  if (!news.reason.empty()) made["reason"] = news.reason;
  if (!news.author.empty()) made["author"] = news.author;
  for (const specs::Identity& one : news.workspaces) made["workspaces"].push_back(one.to_string());
  return made;
}

}  // namespace

std::string cloud_event(const Bulletin& bulletin, std::string_view source, std::string_view id) {
  json data;
  if (!bulletin.revision.empty()) data["revision"] = bulletin.revision;
  if (!bulletin.digest.empty()) data["digest"] = bulletin.digest;
  if (bulletin.more > 0) data["more"] = bulletin.more;
  for (const News& news : bulletin.news) data["news"].push_back(news_json(news));
  const json event = {{"specversion", "1.0"},
                      {"id", id},
                      {"source", source},
                      {"type", "coder-reconciler.news.v1"},
                      {"time", fmt::format("{:%FT%TZ}", bulletin.at)},
                      {"datacontenttype", "application/json"},
                      {"data", std::move(data)}};
  return reconcile::dump(event);
}

}  // namespace cr::daemon
