#include "daemon/http/page/link.h"

#include "reconcile/coder/access_url.h"
#include "specs/text/ascii.h"

namespace cr::daemon {

Link Link::here(std::span<const std::pair<std::string_view, std::string>> parameters) {
  std::string text = "?";
  for (const auto& [key, value] : parameters) {
    if (value.empty()) continue;
    if (text.size() > 1) text += '&';
    text += http::percent_encode(key) + '=' + http::percent_encode(value);
  }
  return Link(std::move(text));
}

Link Root::to(Link::Place place, std::span<const std::pair<std::string_view, std::string>> parameters) const {
  return Link(prefix_ + std::string{place.text_} + Link::here(parameters).text());
}

Link Root::workspace(std::string_view owner, std::string_view name) const {
  return Link(prefix_ + "w/" + http::percent_encode(text::lower(owner)) + '/' +
              http::percent_encode(text::lower(name)));
}

Link Link::picture(const Asset& svg) {
  return Link("data:image/svg+xml," + http::percent_encode(svg.text()));
}

std::optional<Link> SourceLinks::to(const specs::SourcePosition& where) const {
  if (!url_) return std::nullopt;
  const auto place = specs::in_repository(checkouts_, where.path());
  if (!place) return std::nullopt;
  auto text = url_->fill(place->revision, place->path, where.line);
  if (!text) return std::nullopt;
  return Link(std::move(*text));
}

CoderLinks::CoderLinks(std::string_view access_url) {
  const auto url = coder::parse_access_url(access_url);
  if (!url) return;
  base_ = url->to_string();
  host_ = url->authority();
}

std::optional<Link> CoderLinks::home() const {
  if (base_.empty()) return std::nullopt;
  return Link(base_ + '/');
}

std::optional<Link> CoderLinks::workspace(std::string_view owner, std::string_view name) const {
  if (base_.empty()) return std::nullopt;
  return Link(base_ + "/@" + http::percent_encode(owner) + '/' + http::percent_encode(name));
}

std::optional<Link> CoderLinks::audit(std::string_view id) const {
  if (base_.empty()) return std::nullopt;
  return Link(base_ + "/audit?filter=" +
              http::percent_encode("resource_type:workspace resource_id:" + std::string(id)));
}

}  // namespace cr::daemon
